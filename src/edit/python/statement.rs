//! Removing whole statements.

use crate::edit::edits::{Edits, Fixes};
use crate::edit::plan::Refusal;
use crate::edit::text::is_blank;
use crate::python::{Ranged as _, TokenKind};

use super::{PyFile, StmtPlace, offsets};

/// Removes a statement with its lines. A block that would be left empty gets `pass`.
pub(in crate::edit) fn remove(
    file: &PyFile<'_>,
    place: StmtPlace<'_>,
    removed_siblings: usize,
    fixes: &Fixes,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let range = offsets(place.stmt.range());
    let at_module = std::ptr::eq(place.body.as_ptr(), file.module.body().as_ptr());
    let empties = !at_module && place.body.len() == removed_siblings;
    if empties && place.index == 0 {
        if file.comments_in(range.clone()).next().is_some() && !place.stmt.is_class_def_stmt() {
            return Err(Refusal::WouldLoseComment { line: file.text.line(range.start) });
        }
        edits.replace(range, "pass", fixes);
        return Ok(());
    }
    let text = &file.text;
    let semicolon = file
        .tokens_from(range.end)
        .iter()
        .find(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::NonLogicalNewline))
        .filter(|t| t.kind == TokenKind::Semi);
    if let Some(semi) = semicolon {
        let next = file.tokens_from(semi.end).iter().find(|t| t.kind != TokenKind::Comment);
        if let Some(next) = next.filter(|t| t.kind != TokenKind::Newline) {
            edits.delete(range.start..next.start, fixes);
            return Ok(());
        }
    }
    if !text.starts_line(range.start) {
        // It stands behind a `;` or a block's header: the line stays, the statement before keeps its end.
        let before = file.tokens[..file.tokens.partition_point(|t| t.start < range.start)].last();
        let from = match before {
            Some(token) if token.kind == TokenKind::Semi => token.start,
            _ => range.start,
        };
        edits.delete(from..semicolon.map_or(range.end, |s| s.end), fixes);
        return Ok(());
    }
    let start = text.line_start(range.start);
    let (mut end, at_end) = file.after_logical_line(range.end);
    // Blank lines on both sides would leave a hole: those behind go too.
    // Nor is there one below the header of a block.
    let opens_block = !at_module && place.index == 0;
    let blank_before = start == 0 || opens_block || is_blank(&text.text[text.line_start(start - 1)..start]);
    while blank_before && end < text.text.len() {
        let next = text.next_line(end);
        if next == end || !is_blank(&text.text[end..next]) {
            break;
        }
        end = next;
    }
    let mut start = start;
    if at_end && start > 0 {
        // The last line has no break; neither shall the one that is last afterwards.
        start = text.line_end(start - 1);
    }
    edits.delete(start..end, fixes);
    Ok(())
}
