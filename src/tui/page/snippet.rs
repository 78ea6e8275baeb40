//! Source lines with marks under what matters: the cause with `^`, what is related with `-`, each with its remark.

use std::collections::BTreeMap;

use crate::finding::Label;
use crate::source::{FileId, Span};
use crate::tui::code;
use crate::tui::layout::width;
use crate::tui::model::Model;
use crate::tui::text::{Piece, Role, Row, wrap};

/// Lines shown above and below a marked one.
const AROUND: usize = 2;

/// Labels of one file with their lines. The first label of all is the cause.
pub(super) fn rows(model: &Model, labels: &[&Label], total: usize) -> Vec<Row> {
    let mut files: Vec<(FileId, Vec<(bool, &Label)>)> = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        let marked = (i == 0, *label);
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, list)) => list.push(marked),
            None => files.push((label.span.file, vec![marked])),
        }
    }
    let mut rows = Vec::new();
    for (file, labels) in files {
        rows.extend(of_file(model, file, &labels, total));
    }
    rows
}

fn of_file(model: &Model, file: FileId, labels: &[(bool, &Label)], total: usize) -> Vec<Row> {
    let Some(report) = &model.report else { return Vec::new() };
    let source = report.sources.file(file);
    let index = source.lines();
    let shown = code::lines(&source.path, &source.text);
    let last = shown.len().saturating_sub(1);
    let mut marks: BTreeMap<usize, Vec<(bool, &Label)>> = BTreeMap::new();
    for &(cause, label) in labels {
        marks.entry(index.line_of(label.span.start()).min(last)).or_default().push((cause, label));
    }
    let mut rows = vec![Row::of(format!("   {}", crate::source::clean(&source.path)), Role::Place)];
    let mut previous: Option<usize> = None;
    for (&line, labels) in &marks {
        let from = line.saturating_sub(AROUND).max(previous.map_or(0, |p| p + 1));
        if previous.is_some_and(|p| from > p + 1) {
            rows.push(Row::of("        ...", Role::Gutter));
        }
        for (at, context) in shown.iter().enumerate().take(line).skip(from) {
            rows.push(code_row(model, at, &context.pieces));
        }
        rows.push(code_row(model, line, &shown[line].pieces));
        let start = index.range_of(line, &source.text).start;
        for (cause, label) in labels {
            rows.extend(mark_rows(&shown[line], start, label.span, *cause, &label.message, total, index));
        }
        // The lines after it, as far as the next mark does not show them.
        let next = marks.range(line + 1..).next().map_or(last + 1, |(next, _)| *next);
        let until = (line + AROUND + 1).min(next).min(last + 1);
        for (at, context) in shown.iter().enumerate().take(until).skip(line + 1) {
            rows.push(code_row(model, at, &context.pieces));
        }
        previous = Some(until - 1);
    }
    rows
}

fn code_row(model: &Model, line: usize, pieces: &[Piece]) -> Row {
    let mut row = Row::of(format!("   {:>5} ", line + 1), Role::Gutter).with("| ", Role::Gutter);
    row.fixed = Some(11);
    for piece in pieces {
        let text = match piece.role {
            Role::Literal => model.secrets.hide(&piece.text),
            _ => piece.text.clone(),
        };
        row.push(text, piece.role);
    }
    row
}

fn mark_rows(
    shown: &code::Shown,
    line_start: usize,
    span: Span,
    cause: bool,
    message: &str,
    total: usize,
    index: &crate::source::LineIndex,
) -> Vec<Row> {
    let (sign, role) = if cause { ("^", Role::Cause) } else { ("-", Role::Related) };
    let from = span.start().saturating_sub(line_start);
    let to = span.end().saturating_sub(line_start).max(from + 1);
    let column = width(&shown.before(from));
    let wide = width(&shown.between(from, to)).max(1);
    let last = index.line_of(span.end().saturating_sub(1).max(span.start()));
    let first = index.line_of(span.start());
    let mut message = message.to_owned();
    if last > first && last < index.line_count() {
        message = format!("{message} (to line {})", last + 1);
    }
    let gutter = || Row::of("         ", Role::Gutter).with("| ", Role::Gutter);
    let mut under = gutter().with(" ".repeat(column), Role::Text).with(sign.repeat(wide), role);
    under.fixed = Some(11);
    if message.is_empty() {
        return vec![under];
    }
    if 11 + column + wide + 1 + width(&message) <= total {
        under.push(" ", Role::Text);
        for row in wrap(&message, total, 0, role) {
            under.extend(row.pieces);
        }
        return vec![under];
    }
    let mut rows = vec![under];
    for text in wrap(&message, total.saturating_sub(12), 0, role) {
        let mut row = gutter();
        row.extend(text.pieces);
        rows.push(row);
    }
    rows
}
