//! Proof that a plan changed only what it said: the result parses, and the tokens and comments (Python) or keys
//! (TOML) outside the touched ranges are the same.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::python::{ParsedModule, Ranged as _, TokenKind, parse};

use super::TextEdit;

/// Checks a changed Python text against the text that `old` is the tree of, and gives its tree. The error says what went wrong, for a
/// report of our own mistake.
pub(super) fn python(
    before: &str,
    old: &ParsedModule,
    after: &str,
    edits: &[TextEdit],
) -> Result<ParsedModule, String> {
    let new = parse(after);
    if let Some(error) = new.errors.first() {
        return Err(format!("the result is not valid Python: {}", error.message));
    }
    let (touched_old, touched_new) = touched(edits);
    if words(before, old, &touched_old) == words(after, &new, &touched_new) {
        Ok(new)
    } else {
        Err("tokens outside the change would differ".to_owned())
    }
}

/// The tokens outside the touched ranges, without layout.
fn words<'t>(text: &'t str, module: &ParsedModule, touched: &[Range<usize>]) -> Vec<(TokenKind, &'t str)> {
    let mut out = Vec::new();
    for token in module.tokens() {
        let range = token.range().start().to_usize()..token.range().end().to_usize();
        let layout = matches!(
            token.kind(),
            TokenKind::Newline
                | TokenKind::NonLogicalNewline
                | TokenKind::Indent
                | TokenKind::Dedent
                | TokenKind::EndOfFile
        );
        let segment = touched.partition_point(|t| t.end <= range.start);
        let meets = touched.get(segment).is_some_and(|t| t.start < range.end && !t.is_empty());
        let split = touched.iter().any(|t| t.is_empty() && range.start < t.start && t.start < range.end);
        if !layout && !meets && !split {
            out.push((token.kind(), &text[range]));
        }
    }
    out
}

/// The ranges that the edits touch, in the old and in the new text.
fn touched(edits: &[TextEdit]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let (mut added, mut removed) = (0, 0);
    for edit in edits {
        old.push(edit.range.clone());
        let start = edit.range.start + added - removed;
        new.push(start..start + edit.text.len());
        added += edit.text.len();
        removed += edit.range.len();
    }
    (old, new)
}

/// Checks a changed TOML text: only values below the `touched` paths (dotted, outermost first) may differ.
pub(super) fn toml(before: &str, after: &str, touched: &BTreeSet<Vec<String>>) -> Result<(), String> {
    let old = super::toml::flatten(before).map_err(|e| format!("the file is not valid TOML: {e}"))?;
    let new = super::toml::flatten(after).map_err(|e| format!("the result is not valid TOML: {e}"))?;
    let covered = |path: &[String]| touched.iter().any(|t| path.starts_with(t));
    let rest = |all: &std::collections::BTreeMap<Vec<String>, String>| -> Vec<(Vec<String>, String)> {
        all.iter().filter(|(p, _)| !covered(p)).map(|(p, v)| (p.clone(), v.clone())).collect()
    };
    if rest(&old) == rest(&new) { Ok(()) } else { Err("keys outside the change would differ".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_spills_over_is_noticed() {
        let insert = |at: usize, text: &str| vec![TextEdit { range: at..at, text: text.to_owned() }];
        let check = |after: &str, edits: &[TextEdit]| {
            let before = "A = 1\n";
            python(before, &parse(before), after, edits)
        };
        assert!(check("A = 12\n", &insert(5, "2")).is_err());
        assert!(check("A = 1\nB = 2\n", &insert(6, "B = 2\n")).is_ok());
        assert!(check("# A = 1\n", &insert(0, "# ")).is_err());
        assert!(check("A = 1)\n", &insert(5, ")")).is_err());
    }
}
