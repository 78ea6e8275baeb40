//! Putting another expression in the place of one. A list, tuple or dict with comments inside is changed item by
//! item, so that the comments of what stays are kept; other comments inside are moved above the statement.

use std::fmt::Write as _;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::edit::Code;
use crate::edit::code::{self, Format};
use crate::edit::edits::{Edits, Fixes};
use crate::edit::plan::Refusal;
use crate::python::ast::Expr;
use crate::python::{Ranged as _, TokenKind};

use super::call::{Entry, entries, read_collection, text_key};
use super::collection::{Addition, Batch, Head};
use super::{ExprPlace, PyFile, offsets};

/// Replaces the expression at `place`.
pub(in crate::edit) fn replace(
    file: &PyFile<'_>,
    place: ExprPlace<'_>,
    with: &Code,
    fixes: &Fixes,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let range = offsets(place.expr.range());
    let format = format_near(file, &range);
    let with = &in_own_brackets(place.expr, with);
    let indent = edits.indent(&file.text, range.start);
    let (column, rest) = (edits.column(&file.text, range.start), edits.rest(&file.text, range.end));
    let mut text = code::render(with, &format, &indent, column, rest)?;
    if !place.free && code::is_loose(&text) {
        text = format!("({text})");
    }
    if text == file.text.text[range.clone()] {
        return Ok(());
    }
    // A display over several lines keeps them, one on a line that was too long before stays on it.
    let broken = !file.text.same_line(range.start, range.end);
    let long = edits.column(&file.text, range.end) + rest > format.style.width;
    let spread = text.contains(['\n', '\r']) && long;
    let has_comments = file.comments_in(range.clone()).next().is_some();
    if (broken || spread) && item_by_item(file, place.expr, with, fixes, edits)? {
        return Ok(());
    }
    if has_comments {
        carry_comments(file, &range, fixes, edits)?;
    }
    edits.replace(range, text, fixes);
    Ok(())
}

/// A new list in the brackets of the one that it replaces: a tuple stays a tuple.
fn in_own_brackets(old: &Expr, new: &Code) -> Code {
    match (old, new) {
        (Expr::Tuple(_), Code::List(items)) => Code::Tuple(items.clone()),
        (Expr::List(_), Code::Tuple(items)) => Code::List(items.clone()),
        _ => new.clone(),
    }
}

/// The layout for text at a place: quotes of what stands there, else of its statement, else of the file.
pub(super) fn format_near<'a>(file: &'a PyFile<'_>, range: &Range<usize>) -> Format<'a> {
    let line = file.logical_start(range.start)..file.after_logical_line(range.end).0;
    let own = file.tokens_in(range.clone()).iter().any(|t| t.kind == TokenKind::String);
    let quote = file.style.quote_among(file, if own { range.clone() } else { line });
    Format { style: &file.style, quote, eol: file.eol(range.start) }
}

/// Changes only the items that differ, when both sides are displays of the same kind.
fn item_by_item(
    file: &PyFile<'_>,
    old: &Expr,
    new: &Code,
    fixes: &Fixes,
    edits: &mut Edits,
) -> Result<bool, Refusal> {
    let Some(collection) = read_collection(file, old) else { return Ok(false) };
    let mut batch = Batch::default();
    match (old, new) {
        (Expr::List(_), Code::List(items)) | (Expr::Tuple(_), Code::Tuple(items)) => {
            let old_names: Vec<String> = entries(old).iter().map(|e| normal_text(file, e.value())).collect();
            let mut new_names = Vec::new();
            for item in items {
                new_names.push(normal_code(file, item)?);
            }
            for op in capture_diff_slices(Algorithm::Myers, &old_names, &new_names) {
                if matches!(op, DiffOp::Equal { .. }) {
                    continue;
                }
                if op.old_range().len() == op.new_range().len() && !remarked(file, old, op.old_range()) {
                    for (index, item) in op.old_range().zip(&items[op.new_range()]) {
                        let place = ExprPlace { expr: entries(old)[index].value(), free: true };
                        replace(file, place, item, fixes, edits)?;
                    }
                    continue;
                }
                for index in op.old_range() {
                    batch.removals.insert(index, fixes.clone());
                }
                for index in op.new_range() {
                    let value = items[index].clone();
                    batch.additions.push(Addition {
                        gap: op.old_range().end,
                        head: Head::None,
                        value,
                        fixes: fixes.clone(),
                    });
                }
            }
        }
        (Expr::Dict(dict), Code::Dict(items)) => {
            let mut wanted = Vec::new();
            for (key, value) in items {
                let Code::Str(key) = key else { return Ok(false) };
                wanted.push((key.as_str(), value));
            }
            for (index, item) in dict.items.iter().enumerate() {
                let Some(key) = item.key.as_ref().and_then(text_key) else { return Ok(false) };
                match wanted.iter().position(|(k, _)| *k == key) {
                    None => {
                        batch.removals.insert(index, fixes.clone());
                    }
                    Some(at) => {
                        let (_, value) = wanted.remove(at);
                        if normal_text(file, &item.value) != normal_code(file, value)? {
                            replace(file, ExprPlace { expr: &item.value, free: true }, value, fixes, edits)?;
                        }
                    }
                }
            }
            for (key, value) in wanted {
                batch.additions.push(Addition {
                    gap: dict.items.len(),
                    head: Head::Key(key.to_owned()),
                    value: value.clone(),
                    fixes: fixes.clone(),
                });
            }
        }
        _ => return Ok(false),
    }
    if !batch.additions.is_empty() || !batch.removals.is_empty() {
        collection.change(file, &batch, edits)?;
    }
    Ok(true)
}

/// Whether a comment stands on the line of one of these items: it goes with the item.
fn remarked(file: &PyFile<'_>, display: &Expr, items: Range<usize>) -> bool {
    entries(display)[items].iter().any(|item| {
        let end = offsets(item.value().range()).end;
        file.comments_in(end..file.text.line_end(end)).next().is_some()
    })
}

/// Puts the comments inside a range above the statement, or refuses when there is no line for them.
fn carry_comments(
    file: &PyFile<'_>,
    range: &Range<usize>,
    fixes: &Fixes,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let start = file.logical_start(range.start);
    let first = file.tokens_from(start).iter().find(|t| !t.is_trivia()).map_or(range.start, |t| t.start);
    if !file.text.starts_line(first) {
        return Err(Refusal::WouldLoseComment { line: file.text.line(range.start) });
    }
    let indent = file.text.indent(first);
    let mut lines = String::new();
    for comment in file.comments_in(range.clone()) {
        let _ = write!(lines, "{indent}{}{}", &file.text.text[comment.range()], file.eol(first));
    }
    edits.insert(file.text.line_start(first), lines, fixes);
    Ok(())
}

/// The spelling by which items are compared: text by its value, everything else by its tokens.
pub(super) fn normal_text(file: &PyFile<'_>, expr: &Expr) -> String {
    if let Some(text) = text_key(expr) {
        return code::string(&text, '"');
    }
    let range = offsets(expr.range());
    let tokens = file.tokens_in(range).iter().filter(|t| !t.is_trivia());
    let words: Vec<&str> = tokens.map(|t| &file.text.text[t.range()]).collect();
    code::requote(&words.join(" "), '"')
}

/// [`normal_text`] of a piece of code to come.
pub(super) fn normal_code(file: &PyFile<'_>, value: &Code) -> Result<String, Refusal> {
    let format = Format { style: &file.style, quote: '"', eol: "\n" };
    let line = code::one_line(value, &format)?;
    if matches!(value, Code::Str(_)) {
        return Ok(line);
    }
    let module = crate::python::parse(&line);
    let other = PyFile::new(&line, &module);
    let words: Vec<&str> = other.tokens.iter().filter(|t| !t.is_trivia()).map(|t| &line[t.range()]).collect();
    Ok(code::requote(&words.join(" "), '"'))
}

/// Whether an element of a display says the same as `value`.
pub(super) fn is_entry(file: &PyFile<'_>, entry: Entry<'_>, value: &Code) -> Result<bool, Refusal> {
    Ok(normal_text(file, entry.value()) == normal_code(file, value)?)
}
