//! The qualified name of a function, as Python gives it to nested ones.

use crate::index::ProjectIndex;
use crate::python::Ranged as _;
use crate::python::ast::{ExceptHandler, Stmt};
use crate::source::{Sources, Span};

/// `outer.<locals>.inner` of the innermost function around a place; empty outside of any.
pub(super) fn qualname(index: &ProjectIndex, sources: &Sources, at: Span) -> String {
    let tree = index.tree(sources, at.file);
    let mut name = String::new();
    descend(tree.body(), at, &mut name, "");
    name
}

/// Follows the statements around the place. `link` joins a name to what stands before it.
fn descend(body: &[Stmt], at: Span, name: &mut String, link: &str) {
    let Some(stmt) = body.iter().find(|s| Span::new(at.file, s.range()).contains(at)) else { return };
    match stmt {
        Stmt::FunctionDef(def) => {
            name.push_str(link);
            name.push_str(&def.name);
            descend(&def.body, at, name, ".<locals>.");
        }
        Stmt::ClassDef(class) => {
            name.push_str(link);
            name.push_str(&class.name);
            descend(&class.body, at, name, ".");
        }
        Stmt::If(branch) => {
            descend(&branch.body, at, name, link);
            for clause in &branch.elif_else_clauses {
                descend(&clause.body, at, name, link);
            }
        }
        Stmt::Try(attempt) => {
            for part in [&attempt.body, &attempt.orelse, &attempt.finalbody] {
                descend(part, at, name, link);
            }
            for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                descend(&handler.body, at, name, link);
            }
        }
        Stmt::With(with) => descend(&with.body, at, name, link),
        Stmt::For(each) => descend(&each.body, at, name, link),
        _ => {}
    }
}
