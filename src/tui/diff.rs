//! A file before and after as rows of a diff: unified or side by side, with the changed parts of a line marked and
//! the syntax coloured. Pure; `page` frames it.

use std::ops::Range;

use similar::{ChangeTag, DiffOp, TextDiff};

use crate::source::LineIndex;
use crate::tui::backend::FilePatch;
use crate::tui::code::{self, Shown};
use crate::tui::text::{Piece, Role, Row, fit};

/// Lines added and removed.
pub(super) fn counts(patch: &FilePatch) -> (usize, usize) {
    let diff = TextDiff::from_lines(&*patch.before, &*patch.after);
    diff.iter_all_changes().fold((0, 0), |(added, removed), change| match change.tag() {
        ChangeTag::Insert => (added + 1, removed),
        ChangeTag::Delete => (added, removed + 1),
        ChangeTag::Equal => (added, removed),
    })
}

/// One file's changes with `context` lines around, one line under the other.
pub(super) fn unified(patch: &FilePatch, context: usize) -> Vec<Row> {
    let sides = Sides::new(patch);
    let mut rows = Vec::new();
    for (at, group) in sides.groups(context).into_iter().enumerate() {
        rows.push(sides.heading(&group, at));
        for op in &group {
            for line in sides.lines(op) {
                rows.push(sides.row(line));
            }
        }
    }
    rows
}

/// One file's changes with before at the left and after at the right, in `total` cells; `side` cells of the code
/// are scrolled out at the left of both.
pub(super) fn side_by_side(patch: &FilePatch, context: usize, total: usize, side: usize) -> Vec<Row> {
    let sides = Sides::new(patch);
    let half = total.saturating_sub(1) / 2;
    let mut rows = Vec::new();
    for (at, group) in sides.groups(context).into_iter().enumerate() {
        rows.push(sides.heading(&group, at));
        for op in &group {
            let lines = sides.lines(op);
            let (left, right): (Vec<_>, Vec<_>) = match op {
                DiffOp::Equal { .. } => (lines.clone(), lines),
                _ => lines.into_iter().partition(|l| l.tag == ChangeTag::Delete),
            };
            for i in 0..left.len().max(right.len()) {
                let cell = |line: Option<&Line>, old: bool| {
                    let row = line.map_or_else(Row::new, |l| sides.half(l, old)).scrolled(side, half);
                    let mut row = Row { fixed: None, ..row };
                    row.pad_to(half);
                    row
                };
                let mut row = cell(left.get(i), true);
                row.push("|", Role::Gutter);
                row.extend(cell(right.get(i), false).pieces);
                rows.push(row);
            }
        }
    }
    rows
}

/// A line of a diff: on which side, where, and which of its characters differ from its counterpart.
#[derive(Clone)]
struct Line {
    tag: ChangeTag,
    old: Option<usize>,
    new: Option<usize>,
    parts: Vec<Range<usize>>,
}

/// Both texts, cut into lines and coloured once.
struct Sides<'a> {
    before: Vec<&'a str>,
    after: Vec<&'a str>,
    old: Vec<Shown>,
    new: Vec<Shown>,
    ops: Vec<DiffOp>,
}

impl<'a> Sides<'a> {
    fn new(patch: &'a FilePatch) -> Self {
        let diff = TextDiff::from_lines(&*patch.before, &*patch.after);
        Self {
            before: cut(&patch.before),
            after: cut(&patch.after),
            old: code::lines(&patch.path, &patch.before),
            new: code::lines(&patch.path, &patch.after),
            ops: diff.ops().to_vec(),
        }
    }

    fn groups(&self, context: usize) -> Vec<Vec<DiffOp>> {
        similar::group_diff_ops(self.ops.clone(), context)
    }

    /// The line over a group: the block that the first changed line lies in, or its number.
    fn heading(&self, group: &[DiffOp], at: usize) -> Row {
        let changed = group.iter().find(|op| !matches!(op, DiffOp::Equal { .. })).or(group.first());
        let first = changed.map_or(0, |op| op.old_range().start);
        let indented =
            |line: &&str| line.starts_with([' ', '\t', ')', ']', '}', '#']) || line.trim().is_empty();
        let inside = self.before.get(first).is_some_and(|line| indented(&line));
        let block =
            (0..first.min(self.before.len())).rev().map(|l| self.before[l]).find(|line| !indented(line));
        let name = block.filter(|_| inside).map_or_else(
            || format!("line {}", first + 1),
            |line| crate::source::clean(line.trim_end().trim_end_matches(['{', '[', '(', ':', ' ', '='])),
        );
        let row = Row::of(format!(" @@ {name} @@"), Role::Gutter);
        if at == 0 { row } else { row.with("  (further down)", Role::Gutter) }
    }

    fn lines(&self, op: &DiffOp) -> Vec<Line> {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => old
                .zip(new)
                .map(|(o, n)| Line { tag: ChangeTag::Equal, old: Some(o), new: Some(n), parts: Vec::new() })
                .collect(),
            _ => {
                let pairs = old.len().min(new.len());
                let deleted = old.clone().enumerate().map(|(i, o)| {
                    let parts = if i < pairs { self.parts(o, new.start + i).0 } else { Vec::new() };
                    Line { tag: ChangeTag::Delete, old: Some(o), new: None, parts }
                });
                let inserted = new.clone().enumerate().map(|(i, n)| {
                    let parts = if i < pairs { self.parts(old.start + i, n).1 } else { Vec::new() };
                    Line { tag: ChangeTag::Insert, old: None, new: Some(n), parts }
                });
                deleted.chain(inserted).collect()
            }
        }
    }

    /// The stretches (in bytes) of two lines that differ; none where the lines have little in common.
    fn parts(&self, old: usize, new: usize) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
        let (before, after) = (self.before[old].trim_end(), self.after[new].trim_end());
        let diff = TextDiff::from_words(before, after);
        if diff.ratio() < 0.4 {
            return (Vec::new(), Vec::new());
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let (mut o, mut n) = (0, 0);
        for change in diff.iter_all_changes() {
            let length = change.value().len();
            match change.tag() {
                ChangeTag::Equal => (o, n) = (o + length, n + length),
                ChangeTag::Delete => {
                    left.push(o..o + length);
                    o += length;
                }
                ChangeTag::Insert => {
                    right.push(n..n + length);
                    n += length;
                }
            }
        }
        (left, right)
    }

    fn shown(&self, line: &Line) -> &Shown {
        match (line.new, line.old) {
            (Some(n), _) => &self.new[n],
            (None, Some(o)) => &self.old[o],
            (None, None) => unreachable!("internal error: a line of a diff is on one side at least"),
        }
    }

    /// The code of a line in the roles of its side.
    fn code(&self, line: &Line) -> Vec<Piece> {
        let shown = self.shown(line);
        match line.tag {
            ChangeTag::Equal => shown.pieces.clone(),
            ChangeTag::Delete => shown.marked(&line.parts, Role::Removed, Role::RemovedPart),
            ChangeTag::Insert => shown.marked(&line.parts, Role::Added, Role::AddedPart),
        }
    }

    fn row(&self, line: Line) -> Row {
        let number = |n: Option<usize>| n.map_or_else(|| "    ".to_owned(), |n| format!("{:>4}", n + 1));
        let mut row = Row::of(format!("{} {} ", number(line.old), number(line.new)), Role::Gutter);
        row.push(sign(line.tag), tag_role(line.tag));
        row.fixed = Some(12);
        row.extend(self.code(&line));
        row
    }

    fn half(&self, line: &Line, old: bool) -> Row {
        let number = if old { line.old } else { line.new };
        let mut row =
            Row::of(fit(&number.map_or_else(String::new, |n| format!("{:>4}", n + 1)), 5), Role::Gutter);
        row.push(sign(line.tag), tag_role(line.tag));
        row.fixed = Some(7);
        row.extend(self.code(line));
        row
    }
}

/// The lines of a text with their ends, cut where the diff and the colours cut them.
fn cut(text: &str) -> Vec<&str> {
    let index = LineIndex::new(text);
    (0..index.line_count()).map(|line| &text[index.range_of(line, text)]).collect()
}

fn sign(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Equal => "  ",
        ChangeTag::Delete => "- ",
        ChangeTag::Insert => "+ ",
    }
}

fn tag_role(tag: ChangeTag) -> Role {
    match tag {
        ChangeTag::Equal => Role::Text,
        ChangeTag::Delete => Role::Removed,
        ChangeTag::Insert => Role::Added,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch() -> FilePatch {
        FilePatch {
            path: "settings.py".into(),
            before: "A = 1\nDEBUG = True\nB = 2\nC = 3\nD = 4\n".into(),
            after: "A = 1\nDEBUG = False\nB = 2\nC = 3\nD = 4\nE = 5\n".into(),
        }
    }

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|r| r.text().trim_end().to_owned()).collect()
    }

    #[test]
    fn a_unified_diff_has_both_line_numbers() {
        let rows = unified(&patch(), 1);
        assert_eq!(
            texts(&rows),
            [
                " @@ line 2 @@",
                "   1    1   A = 1",
                "   2      - DEBUG = True",
                "        2 + DEBUG = False",
                "   3    3   B = 2",
                " @@ line 6 @@  (further down)",
                "   5    5   D = 4",
                "        6 + E = 5",
            ]
        );
        let part = rows[3].pieces.iter().find(|p| p.role == Role::AddedPart).unwrap();
        assert_eq!(part.text, "False");
        assert_eq!(counts(&patch()), (2, 1));
    }

    #[test]
    fn side_by_side_lines_up() {
        let rows = side_by_side(&patch(), 0, 61, 0);
        assert_eq!(rows[1].text().trim_end(), "   2 - DEBUG = True           |   2 + DEBUG = False");
        assert!(rows.iter().skip(1).all(|r| r.text().starts_with(" @@") || r.width() == 61));
    }
}
