//! Proposed changes for people and programs: hunks without context for the machine output, unified text with
//! context for eyes. A patch that is to be applied is `edit::diff`'s work: here secrets are taken out.

use std::io::{self, Write};
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use super::Style;
use super::redact::Secrets;
use crate::source::{clean, display_text};

/// One file before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Path relative to the scanned root.
    pub path: String,
    /// The text now.
    pub before: Arc<str>,
    /// The proposed text.
    pub after: String,
}

/// Consecutive lines that are replaced. `start` and `end` are lines of the text before, from 1, both included;
/// a pure insertion before line `n` has `start` n and `end` n - 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First line replaced.
    pub start: usize,
    /// Last line replaced.
    pub end: usize,
    /// The lines as they are, with their line breaks.
    pub before: String,
    /// The lines as they would be.
    pub after: String,
}

/// The hunks of a change, without context, in order.
pub fn hunks(change: &FileChange) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(&*change.before, &*change.after);
    let mut hunks = Vec::new();
    for op in diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
        let old = op.old_range();
        let text = |tag| {
            let lines = diff.iter_changes(op).filter(|line| line.tag() == tag);
            lines.map(|line| line.to_string_lossy().into_owned()).collect::<String>()
        };
        let (before, after) = (text(ChangeTag::Delete), text(ChangeTag::Insert));
        hunks.push(Hunk { start: old.start + 1, end: old.end, before, after });
    }
    hunks
}

/// Writes a change as unified text with `context` lines around each hunk, safe to show: hidden characters
/// spelled out, secrets taken out. `indent` goes before each line.
pub fn write_unified(
    out: &mut dyn Write,
    change: &FileChange,
    secrets: &Secrets,
    style: Style,
    context: usize,
    indent: &str,
) -> io::Result<()> {
    let path = clean(&change.path);
    writeln!(out, "{indent}{}", style.heading(format_args!("--- a/{path}")))?;
    writeln!(out, "{indent}{}", style.heading(format_args!("+++ b/{path}")))?;
    let diff = TextDiff::from_lines(&*change.before, &*change.after);
    for hunk in diff.unified_diff().context_radius(context).iter_hunks() {
        writeln!(out, "{indent}{}", style.dim(hunk.header()))?;
        for line in hunk.iter_changes() {
            let text = line.to_string_lossy();
            let text = text.trim_end_matches(['\n', '\r']);
            let text = display_text(&secrets.hide(text)).text;
            match line.tag() {
                ChangeTag::Equal => writeln!(out, "{indent} {text}")?,
                ChangeTag::Delete => writeln!(out, "{indent}{}", style.removed(format_args!("-{text}")))?,
                ChangeTag::Insert => writeln!(out, "{indent}{}", style.added(format_args!("+{text}")))?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str) -> FileChange {
        FileChange { path: "s.py".into(), before: before.into(), after: after.into() }
    }

    #[test]
    fn a_hunk_names_the_lines_it_replaces() {
        let found = hunks(&change("a\nb\nc\n", "a\nB\nB2\nc\n"));
        assert_eq!(found, [Hunk { start: 2, end: 2, before: "b\n".into(), after: "B\nB2\n".into() }]);
    }

    #[test]
    fn an_insertion_stands_before_its_line() {
        let found = hunks(&change("a\nc\n", "a\nb\nc\n"));
        assert_eq!(found, [Hunk { start: 2, end: 1, before: String::new(), after: "b\n".into() }]);
    }

    #[test]
    fn unified_text_keeps_line_breaks_out_of_sight() {
        let mut out = Vec::new();
        let change = change("a\r\nDEBUG = True\r\n", "a\r\nDEBUG = False\r\n");
        write_unified(&mut out, &change, &Secrets::default(), Style::default(), 3, "").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "--- a/s.py\n+++ b/s.py\n@@ -1,2 +1,2 @@\n a\n-DEBUG = True\n+DEBUG = False\n");
    }
}
