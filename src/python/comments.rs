//! Suppression comments: `# drf-harden: ignore[check-id, other-id] reason`. Other comments are not read.

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged as _, TextRange};

use super::ParsedModule;

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The checks it names.
    pub checks: Vec<String>,
    /// The reason behind the bracket; empty when none is given.
    pub reason: String,
    /// The comment.
    pub range: TextRange,
}

/// The suppression comments of a file, in order.
pub fn suppressions(text: &str, module: &ParsedModule) -> Vec<Suppression> {
    if !text.contains("drf-harden:") {
        return Vec::new();
    }
    module
        .tokens()
        .iter()
        .filter(|t| t.kind() == TokenKind::Comment)
        .filter_map(|t| read_suppression(&text[t.range()], t.range()))
        .collect()
}

fn read_suppression(comment: &str, range: TextRange) -> Option<Suppression> {
    let rest = comment.trim_start_matches('#').trim_start().strip_prefix("drf-harden:")?;
    let rest = rest.trim_start().strip_prefix("ignore[")?;
    let (names, reason) = rest.split_once(']')?;
    let checks = names.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
    Some(Suppression { checks, reason: reason.trim().to_owned(), range })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse;

    #[test]
    fn names_and_reason_are_read() {
        let text = "DEBUG = True  # drf-harden: ignore[debug-enabled, x] local only\n# drf-harden: ignored\n";
        let found = suppressions(text, &parse(text));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].checks, ["debug-enabled", "x"]);
        assert_eq!(found[0].reason, "local only");
    }

    #[test]
    fn a_string_is_no_comment() {
        let text = "A = '# drf-harden: ignore[x] y'\n";
        assert!(suppressions(text, &parse(text)).is_empty());
    }
}
