//! Where new statements go: the offset, the indentation, the breaks around. What they say is not known here.

use crate::python::ast::Stmt;
use crate::python::{Ranged as _, TokenKind};

use super::Place;
use super::plan::Refusal;
use super::python::{Nodes, PyFile, StmtPlace, offsets};
use super::text::is_blank;

/// A place between two lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// Where text is inserted: a line start, or the end of a text without a final break.
    pub(super) at: usize,
    /// The indentation of what is inserted.
    pub(super) indent: String,
    /// Whether a break has to come first, and none last: the text ends without one and shall do so again.
    pub(super) open_end: bool,
    /// How many blank lines go before the first new statement.
    pub(super) blank_before: usize,
    /// How many there are when the first new statement has several lines.
    pub(super) spaced_before: usize,
}

/// The slot that a place means.
pub(super) fn slot(file: &PyFile<'_>, nodes: &Nodes<'_>, place: Place) -> Result<Slot, Refusal> {
    match place {
        Place::End => Ok(end(file)),
        Place::After(span) => after(file, nodes.stmt(file, (span.start(), span.end()))?),
        Place::Before(span) => before(file, nodes.stmt(file, (span.start(), span.end()))?),
    }
}

/// Behind everything, comments included.
fn end(file: &PyFile<'_>) -> Slot {
    let text = &file.text;
    let len = text.text.len();
    let last_line = text.line_start(len);
    // Blanks on an unfinished last line would indent what is inserted.
    let open_end = !is_blank(&text.text[last_line..]);
    let at = if open_end { len } else { last_line };
    let blank_before = match file.module.body().last() {
        None => 0,
        Some(Stmt::FunctionDef(_) | Stmt::ClassDef(_)) => 2,
        Some(Stmt::Import(_) | Stmt::ImportFrom(_)) => 1,
        Some(last) if is_line(file, last) => blank_lines_above(file, last).min(1),
        Some(_) => 1,
    };
    let there = text.text[..at].lines().rev().take_while(|l| is_blank(l)).count();
    let there = if open_end { 0 } else { there };
    let spaced_before = blank_before.max(usize::from(!file.module.body().is_empty()));
    let [blank_before, spaced_before] = [blank_before, spaced_before].map(|n| n.saturating_sub(there));
    Slot { at, indent: String::new(), open_end, blank_before, spaced_before }
}

/// Whether a statement is one assignment on one line.
fn is_line(file: &PyFile<'_>, stmt: &Stmt) -> bool {
    let range = offsets(stmt.range());
    matches!(stmt, Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_))
        && file.text.same_line(range.start, range.end)
}

fn blank_lines_above(file: &PyFile<'_>, stmt: &Stmt) -> usize {
    let start = file.text.line_start(offsets(stmt.range()).start);
    file.text.text[..start].lines().rev().take_while(|l| is_blank(l)).count()
}

/// The line behind a statement's logical line.
pub(super) fn after(file: &PyFile<'_>, place: StmtPlace<'_>) -> Result<Slot, Refusal> {
    let range = offsets(place.stmt.range());
    let indent = own_indent(file, place)?;
    let (at, open_end) = file.after_logical_line(range.end);
    let defines = matches!(place.stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
    let import = matches!(place.stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    let blank_before = if defines && indent.is_empty() { 2 } else { usize::from(defines || import) };
    Ok(Slot { at, indent, open_end, blank_before, spaced_before: blank_before })
}

/// The line before a statement, and before the comments right above it.
pub(super) fn before(file: &PyFile<'_>, place: StmtPlace<'_>) -> Result<Slot, Refusal> {
    let indent = own_indent(file, place)?;
    let text = &file.text;
    let first = first_on_line(file, place);
    let statement = text.line_start(offsets(first.range()).start);
    let mut at = statement;
    while at > 0 {
        let above = text.line_start(at - 1);
        let line = &text.text[above..at];
        let comment = line.trim_start_matches([' ', '\t', '\u{c}']);
        let same = line.len() - comment.len() == indent.len();
        if !comment.starts_with('#')
            || !same
            || !file.tokens.iter().any(|t| t.kind == TokenKind::Comment && text.line_start(t.start) == above)
        {
            break;
        }
        at = above;
    }
    // A comment that opens the file (licence, coding, `#!`) is not the statement's.
    if at == 0 {
        at = statement;
    }
    Ok(Slot { at, indent, open_end: false, blank_before: 0, spaced_before: 0 })
}

/// The first statement of the block that shares the logical line.
fn first_on_line<'a>(file: &PyFile<'_>, place: StmtPlace<'a>) -> &'a Stmt {
    let start = file.logical_start(offsets(place.stmt.range()).start);
    place.body[..=place.index].iter().find(|s| offsets(s.range()).start >= start).unwrap_or(place.stmt)
}

fn own_indent(file: &PyFile<'_>, place: StmtPlace<'_>) -> Result<String, Refusal> {
    let start = offsets(first_on_line(file, place).range()).start;
    if !file.text.starts_line(start) {
        return Err(file.unsupported(start, "the statement shares its line with the header of its block"));
    }
    Ok(file.text.indent(start).to_owned())
}

/// Lines to put into a slot, with the breaks it needs: statements of several lines stand apart.
pub(super) fn lay_out(slot: &Slot, blocks: &[String], eol: &str) -> String {
    let mut text = String::new();
    if slot.open_end {
        text.push_str(eol);
    }
    let apart = |block: &String| block.contains(['\n', '\r']);
    let mut above: Option<&String> = None;
    for block in blocks {
        let breaks = match above {
            None if apart(block) => slot.spaced_before,
            None => slot.blank_before,
            Some(above) => 1 + usize::from(apart(above) || apart(block)),
        };
        text.push_str(&eol.repeat(breaks));
        text.push_str(block);
        above = Some(block);
    }
    if !slot.open_end {
        text.push_str(eol);
    }
    text
}
