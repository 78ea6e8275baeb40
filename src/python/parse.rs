//! Text to tree, tokens and errors. Parsing never fails: a broken file gives fewer facts and a list of errors.

use ruff_python_ast::token::Tokens;
use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::{ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged as _, TextRange};

/// A syntax error, as the parser words it.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    /// Where it was met.
    pub range: TextRange,
    /// The parser's words.
    pub message: String,
}

/// A parsed file. With errors the tree is partial: what it holds is real, what it lacks proves nothing.
#[derive(Debug)]
pub struct ParsedModule {
    parsed: Parsed<ModModule>,
    /// Syntax errors. Syntax newer than the parser's default target version is not an error.
    pub errors: Vec<SyntaxError>,
}

impl ParsedModule {
    /// The tree.
    pub fn tree(&self) -> &ModModule {
        self.parsed.syntax()
    }

    /// The statements of the module.
    pub fn body(&self) -> &[ruff_python_ast::Stmt] {
        &self.parsed.syntax().body
    }

    /// All tokens with comments, in order.
    pub fn tokens(&self) -> &Tokens {
        self.parsed.tokens()
    }

    /// Whether the file is valid Python.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

/// Parses `text` as a Python module.
///
/// # Panics
/// Never: the parser gives a module when asked for one.
pub fn parse(text: &str) -> ParsedModule {
    let parsed = parse_unchecked(text, ParseOptions::from(PySourceType::Python))
        .try_into_module()
        .expect("internal error: a module was asked for");
    let errors = parsed
        .errors()
        .iter()
        .map(|e| SyntaxError { range: e.range(), message: e.error.to_string() })
        .collect();
    ParsedModule { parsed, errors }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_syntax_is_no_error() {
        for text in
            ["try:\n    pass\nexcept A, B:\n    pass\n", "type X[T = int] = list[T]\n", "x = t'{a}'\n"]
        {
            assert!(parse(text).is_valid(), "{text}");
        }
    }

    #[test]
    fn a_broken_file_still_gives_statements() {
        let module = parse("A = 1\ndef f(:\n    pass\nB = 2\n");
        assert!(!module.is_valid());
        assert!(module.body().len() >= 2);
    }
}
