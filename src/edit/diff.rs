//! A change as lines: hunks for screens, a patch that `git apply` and `patch` take. Changes nothing.

use std::fmt::Write as _;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, TextDiff, capture_diff_slices, group_diff_ops};

use crate::python::ast::{Expr, Stmt};
use crate::python::{Ranged as _, parse};

use super::{FileEdit, SourceChange};

/// The change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    /// Path relative to the root.
    pub path: String,
    /// The hunks, in order.
    pub hunks: Vec<Hunk>,
}

/// Changed lines with context around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First old line, from 1 (the line before, when there is no old line).
    pub old_start: usize,
    /// How many old lines.
    pub old_len: usize,
    /// First new line, likewise.
    pub new_start: usize,
    /// How many new lines.
    pub new_len: usize,
    /// The class, function, setting or table that holds the first change; empty for none.
    pub header: String,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// What a line of a hunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffKind {
    /// In both texts.
    Context,
    /// Only in the old.
    Removed,
    /// Only in the new.
    Added,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What it is.
    pub kind: DiffKind,
    /// Its number in the old text, from 1.
    pub old_no: Option<usize>,
    /// Its number in the new text, from 1.
    pub new_no: Option<usize>,
    /// The text without its line break. Not cleaned for a terminal.
    pub text: String,
    /// Byte ranges of `text` that differ from the line it replaces; empty when the whole line is new or gone.
    pub emphasis: Vec<Range<usize>>,
    /// Whether the text ends here without a line break.
    pub no_newline: bool,
}

/// The hunks between two texts, with `context` unchanged lines around each change.
pub fn file_diff(path: &str, before: &str, after: &str, context: usize) -> FileDiff {
    let outline = Outline::of(path, before);
    let (old, new) = (split(before), split(after));
    let ops = capture_diff_slices(Algorithm::Patience, &old, &new);
    let hunks =
        group_diff_ops(ops, context).iter().filter_map(|ops| hunk(ops, &old, &new, &outline)).collect();
    FileDiff { path: path.to_owned(), hunks }
}

/// Lines with their breaks. A lone `\r` ends a line only in a text that has no other break.
fn split(text: &str) -> Vec<&str> {
    let end = if text.contains('\n') { '\n' } else { '\r' };
    text.split_inclusive(end).collect()
}

fn hunk(ops: &[DiffOp], old: &[&str], new: &[&str], outline: &Outline) -> Option<Hunk> {
    let (first, last) = (ops.first()?, ops.last()?);
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    let changed = ops.iter().find(|op| op.tag() != DiffTag::Equal)?.old_range().start;
    let mut lines = Vec::new();
    for op in ops {
        if let DiffOp::Equal { old_index, new_index, len } = *op {
            for i in 0..len {
                let mut line = line(old[old_index + i], DiffKind::Context);
                (line.old_no, line.new_no) = (Some(old_index + i + 1), Some(new_index + i + 1));
                lines.push(line);
            }
            continue;
        }
        let mut removed: Vec<DiffLine> = op.old_range().map(|i| line(old[i], DiffKind::Removed)).collect();
        let mut added: Vec<DiffLine> = op.new_range().map(|i| line(new[i], DiffKind::Added)).collect();
        for (a, b) in removed.iter_mut().zip(&mut added) {
            emphasize(a, b);
        }
        for (line, i) in removed.iter_mut().zip(op.old_range()) {
            line.old_no = Some(i + 1);
        }
        for (line, i) in added.iter_mut().zip(op.new_range()) {
            line.new_no = Some(i + 1);
        }
        lines.append(&mut removed);
        lines.append(&mut added);
    }
    let start = |range: &Range<usize>| if range.is_empty() { range.start } else { range.start + 1 };
    Some(Hunk {
        old_start: start(&old_range),
        old_len: old_range.len(),
        new_start: start(&new_range),
        new_len: new_range.len(),
        header: outline.at(changed),
        lines,
    })
}

fn line(raw: &str, kind: DiffKind) -> DiffLine {
    DiffLine {
        kind,
        old_no: None,
        new_no: None,
        text: raw.trim_end_matches(['\n', '\r']).to_owned(),
        emphasis: Vec::new(),
        no_newline: !raw.ends_with(['\n', '\r']),
    }
}

/// Marks the words that differ, when enough of the two lines is the same.
fn emphasize(old: &mut DiffLine, new: &mut DiffLine) {
    let diff = TextDiff::from_unicode_words(old.text.as_str(), new.text.as_str());
    if diff.ratio() < 0.4 {
        return;
    }
    let (mut old_at, mut new_at) = (0, 0);
    let (mut old_marks, mut new_marks) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        let len = change.value().len();
        match change.tag() {
            similar::ChangeTag::Equal => (old_at, new_at) = (old_at + len, new_at + len),
            similar::ChangeTag::Delete => {
                push(&mut old_marks, old_at..old_at + len);
                old_at += len;
            }
            similar::ChangeTag::Insert => {
                push(&mut new_marks, new_at..new_at + len);
                new_at += len;
            }
        }
    }
    (old.emphasis, new.emphasis) = (old_marks, new_marks);
}

fn push(marks: &mut Vec<Range<usize>>, range: Range<usize>) {
    match marks.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => marks.push(range),
    }
}

/// Names of the places of a text, by line (from 0): start, end, name; outer ones first.
struct Outline(Vec<(usize, usize, String)>);

impl Outline {
    fn of(path: &str, text: &str) -> Self {
        let index = crate::source::LineIndex::new(text);
        let mut places = Vec::new();
        if path.to_ascii_lowercase().ends_with(".toml") {
            let mut open: Option<(usize, String)> = None;
            let last = index.line_count();
            for line in 0..last {
                let content = text[index.range_of(line, text)].trim();
                if content.starts_with('[') && content.contains(']') {
                    let name = content[..=content.rfind(']').unwrap_or(0)].to_owned();
                    if let Some((start, name)) = open.replace((line, name)) {
                        places.push((start, line, name));
                    }
                }
            }
            places.extend(open.map(|(start, name)| (start, last, name)));
        } else {
            let module = parse(text);
            collect(module.body(), &|at| index.line_of(at), "", &mut places);
        }
        Self(places)
    }

    fn at(&self, line: usize) -> String {
        let holds = |(start, end, _): &&(usize, usize, String)| (*start..*end).contains(&line);
        self.0.iter().rev().find(holds).map_or(String::new(), |(_, _, name)| name.clone())
    }
}

fn collect(body: &[Stmt], line: &dyn Fn(usize) -> usize, outer: &str, out: &mut Vec<(usize, usize, String)>) {
    for stmt in body {
        let range = stmt.range();
        let lines = (line(range.start().to_usize()), line(range.end().to_usize()) + 1);
        let mut push = |name: String| out.push((lines.0, lines.1, name));
        match stmt {
            Stmt::ClassDef(def) => {
                let name = format!("{outer}class {}", def.name);
                push(name.clone());
                collect(&def.body, line, &format!("{name}, "), out);
            }
            Stmt::FunctionDef(def) => push(format!("{outer}def {}", def.name)),
            Stmt::Assign(assign) => {
                if let Some(Expr::Name(name)) = assign.targets.first() {
                    push(format!("{outer}{}", name.id));
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    push(format!("{outer}{}", name.id));
                }
            }
            Stmt::If(stmt) => {
                collect(&stmt.body, line, outer, out);
                for clause in &stmt.elif_else_clauses {
                    collect(&clause.body, line, outer, out);
                }
            }
            _ => {}
        }
    }
}

/// The change as one patch, paths below `a/` and `b/`, three lines of context.
pub fn unified(change: &SourceChange) -> String {
    let mut out = String::new();
    for file in &change.files {
        unified_file(file, &mut out);
    }
    out
}

fn unified_file(edit: &FileEdit, out: &mut String) {
    let mark = if edit.has_bom() { "\u{feff}" } else { "" };
    let (before, after) = (format!("{mark}{}", edit.before), format!("{mark}{}", edit.after));
    let outline = Outline::of(&edit.path, &edit.before);
    // A patch knows only `\n`.
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let ops = capture_diff_slices(Algorithm::Patience, &old, &new);
    let groups = group_diff_ops(ops, 3);
    if groups.is_empty() {
        return;
    }
    let old_path = if edit.is_new { "/dev/null".to_owned() } else { patch_path("a", &edit.path) };
    let _ = writeln!(out, "--- {old_path}");
    let _ = writeln!(out, "+++ {}", patch_path("b", &edit.path));
    for ops in &groups {
        let Some(hunk) = hunk(ops, &old, &new, &outline) else { continue };
        let header = crate::source::clean(&hunk.header);
        let ranges =
            format!("-{} +{}", numbers(hunk.old_start, hunk.old_len), numbers(hunk.new_start, hunk.new_len));
        let _ = writeln!(out, "@@ {ranges} @@{}{header}", if header.is_empty() { "" } else { " " });
        for op in ops {
            let (sign_old, sign_new) = if op.tag() == DiffTag::Equal { (' ', ' ') } else { ('-', '+') };
            for i in op.old_range() {
                patch_line(sign_old, old[i], out);
            }
            if op.tag() != DiffTag::Equal {
                for i in op.new_range() {
                    patch_line(sign_new, new[i], out);
                }
            }
        }
    }
}

fn numbers(start: usize, len: usize) -> String {
    if len == 1 { start.to_string() } else { format!("{start},{len}") }
}

fn patch_line(sign: char, raw: &str, out: &mut String) {
    out.push(sign);
    out.push_str(raw);
    if !raw.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// A path as `git` writes it: quoted when it holds quotes, backslashes or controls, a tab behind one with blanks.
fn patch_path(side: &str, path: &str) -> String {
    let path = format!("{side}/{path}");
    if path.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
        let mut quoted = "\"".to_owned();
        for byte in path.bytes() {
            match byte {
                b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
                0x20..=0x7e => quoted.push(char::from(byte)),
                _ => {
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
        }
        return quoted + "\"";
    }
    if path.contains(' ') { path + "\t" } else { path }
}
