//! The only folder that names the `ruff_*` parser crates.
//!
//! They are published as internal components with an unstable interface, so their churn lands here.
//! Everyone else uses what is re-exported: [`ast`] (the tree), [`Tokens`], [`ParsedModule`].

mod comments;
mod names;
mod parse;
mod standard_library;
mod trees;

pub use comments::{Suppression, suppressions};
pub use names::{ModulePath, dotted_name};
pub use parse::{ParsedModule, SyntaxError, parse};
pub use ruff_python_ast as ast;
pub use ruff_python_ast::token::{Token, TokenKind, Tokens};
pub use ruff_python_ast::visitor;
pub use ruff_text_size::{Ranged, TextRange, TextSize};
pub use standard_library::is_standard_library;
pub use trees::{forget_trees, tree, with_tree};
