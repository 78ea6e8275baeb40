//! A file's change as rows: one line under the other, or side by side, with the changed words marked and the
//! unchanged lines in their syntax's colours. What changed is `edit::diff`'s to say; `page` frames the rows.

use crate::edit::diff::{DiffKind, DiffLine, FileDiff, Hunk, file_diff};
use crate::source::clean;
use crate::tui::backend::FilePatch;
use crate::tui::code::{self, Shown};
use crate::tui::text::{Piece, Role, Row, fit};

/// Lines added and removed.
pub(super) fn counts(patch: &FilePatch) -> (usize, usize) {
    let diff = file_diff(&patch.path, &patch.before, &patch.after, 0);
    let count = |kind| diff.hunks.iter().flat_map(|h| &h.lines).filter(|l| l.kind == kind).count();
    (count(DiffKind::Added), count(DiffKind::Removed))
}

/// One file's changes with `context` lines around, one line under the other.
pub(super) fn unified(patch: &FilePatch, context: usize) -> Vec<Row> {
    let sides = Sides::new(patch, context);
    let mut rows = Vec::new();
    for hunk in &sides.diff.hunks {
        rows.push(heading(hunk));
        for line in &hunk.lines {
            rows.push(sides.row(line));
            if line.no_newline && line.kind != DiffKind::Context {
                rows.push(Row::of("            (no line break at the end of the file)", Role::Dim));
            }
        }
    }
    rows
}

/// One file's changes with before at the left and after at the right, in `total` cells; `side` cells of the code
/// are scrolled out at the left of both.
pub(super) fn side_by_side(patch: &FilePatch, context: usize, total: usize, side: usize) -> Vec<Row> {
    let sides = Sides::new(patch, context);
    let half = total.saturating_sub(1) / 2;
    let mut rows = Vec::new();
    for hunk in &sides.diff.hunks {
        rows.push(heading(hunk));
        for (left, right) in paired(&hunk.lines) {
            let cell = |line: Option<&DiffLine>, old: bool| {
                let row = line.map_or_else(Row::new, |l| sides.half(l, old)).scrolled(side, half);
                let mut row = Row { fixed: None, ..row };
                row.pad_to(half);
                row
            };
            let mut row = cell(left, true);
            row.push("|", Role::Gutter);
            row.extend(cell(right, false).pieces);
            rows.push(row);
        }
    }
    rows
}

/// Lines that stand beside each other: unchanged ones with themselves, removed ones with the added ones that follow.
fn paired(lines: &[DiffLine]) -> Vec<(Option<&DiffLine>, Option<&DiffLine>)> {
    let mut pairs = Vec::new();
    let (mut removed, mut added): (Vec<&DiffLine>, Vec<&DiffLine>) = (Vec::new(), Vec::new());
    let flush = |removed: &mut Vec<_>, added: &mut Vec<_>, pairs: &mut Vec<_>| {
        for i in 0..removed.len().max(added.len()) {
            pairs.push((removed.get(i).copied(), added.get(i).copied()));
        }
        removed.clear();
        added.clear();
    };
    for line in lines {
        match line.kind {
            DiffKind::Removed => {
                if !added.is_empty() {
                    flush(&mut removed, &mut added, &mut pairs);
                }
                removed.push(line);
            }
            DiffKind::Added => added.push(line),
            DiffKind::Context => {
                flush(&mut removed, &mut added, &mut pairs);
                pairs.push((Some(line), Some(line)));
            }
        }
    }
    flush(&mut removed, &mut added, &mut pairs);
    pairs
}

/// A change with the old text cut into coloured lines once.
struct Sides {
    diff: FileDiff,
    old: Vec<Shown>,
}

impl Sides {
    fn new(patch: &FilePatch, context: usize) -> Self {
        Self {
            diff: file_diff(&patch.path, &patch.before, &patch.after, context),
            old: code::lines(&patch.path, &patch.before),
        }
    }

    /// The code of a line in the roles of its kind.
    fn code(&self, line: &DiffLine) -> Vec<Piece> {
        let marked = |plain, part| Shown::plain(&line.text).marked(&line.emphasis, plain, part);
        match line.kind {
            DiffKind::Removed => marked(Role::Removed, Role::RemovedPart),
            DiffKind::Added => marked(Role::Added, Role::AddedPart),
            DiffKind::Context => {
                // Texts with odd line ends may be cut differently; such a line is shown plain.
                let at = line.old_no.and_then(|n| self.old.get(n - 1)).filter(|shown| shown.raw == line.text);
                at.map_or_else(|| Shown::plain(&line.text).pieces, |shown| shown.pieces.clone())
            }
        }
    }

    fn row(&self, line: &DiffLine) -> Row {
        let number = |n: Option<usize>| n.map_or_else(|| "    ".to_owned(), |n| format!("{n:>4}"));
        let mut row = Row::of(format!("{} {} ", number(line.old_no), number(line.new_no)), Role::Gutter);
        row.push(sign(line.kind), kind_role(line.kind));
        row.fixed = Some(12);
        row.extend(self.code(line));
        row
    }

    fn half(&self, line: &DiffLine, old: bool) -> Row {
        let number = if old { line.old_no } else { line.new_no };
        let number = number.map_or_else(String::new, |n| format!("{n:>4}"));
        let mut row = Row::of(fit(&number, 5), Role::Gutter);
        row.push(sign(line.kind), kind_role(line.kind));
        row.fixed = Some(7);
        row.extend(self.code(line));
        row
    }
}

/// The line over a hunk: the setting, class or function that it lies in, or its line.
fn heading(hunk: &Hunk) -> Row {
    let name =
        if hunk.header.is_empty() { format!("line {}", hunk.old_start.max(1)) } else { clean(&hunk.header) };
    Row::of(format!(" @@ {name} @@"), Role::Gutter)
}

fn sign(kind: DiffKind) -> &'static str {
    match kind {
        DiffKind::Context => "  ",
        DiffKind::Removed => "- ",
        DiffKind::Added => "+ ",
    }
}

fn kind_role(kind: DiffKind) -> Role {
    match kind {
        DiffKind::Context => Role::Text,
        DiffKind::Removed => Role::Removed,
        DiffKind::Added => Role::Added,
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
                " @@ DEBUG @@",
                "   1    1   A = 1",
                "   2      - DEBUG = True",
                "        2 + DEBUG = False",
                "   3    3   B = 2",
                " @@ line 5 @@",
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
