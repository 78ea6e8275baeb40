//! Excerpts of source with marks, drawn by annotate-snippets. Every line is made safe to show first, so the
//! marks are placed in the shown text, not in the file's.

use annotate_snippets::{Annotation, AnnotationKind, Snippet};

use super::redact::Secrets;
use crate::finding::{Finding, Label};
use crate::source::{FileId, Sources, clean, display_text};

/// Longer lines are cut: nobody reads a minified line.
const MAX_LINE_CHARS: usize = 400;
/// Marks further apart than this get an excerpt each.
const MAX_GAP_LINES: usize = 400;

/// One excerpt: where it begins, its shown text, its marks.
pub(super) struct Excerpt {
    path: String,
    first_line: usize,
    text: String,
    marks: Vec<Mark>,
}

struct Mark {
    primary: bool,
    range: std::ops::Range<usize>,
    label: String,
}

/// The excerpts of a finding: the primary place first, related places of the same neighbourhood in the same one.
pub(super) fn excerpts(sources: &Sources, finding: &Finding, secrets: &Secrets) -> Vec<Excerpt> {
    let mut groups: Vec<(FileId, Vec<(bool, &Label)>)> = Vec::new();
    for (i, label) in std::iter::once(&finding.primary).chain(&finding.related).enumerate() {
        let line = sources.line(label.span);
        let near = |other: &&Label| sources.line(other.span).abs_diff(line) <= MAX_GAP_LINES;
        match groups.iter_mut().find(|(file, labels)| *file == label.span.file && near(&labels[0].1)) {
            Some((_, labels)) => labels.push((i == 0, label)),
            None => groups.push((label.span.file, vec![(i == 0, label)])),
        }
    }
    groups.into_iter().map(|(file, labels)| excerpt(sources, file, &labels, secrets)).collect()
}

fn excerpt(sources: &Sources, file: FileId, labels: &[(bool, &Label)], secrets: &Secrets) -> Excerpt {
    let source = sources.file(file);
    let start_of = |label: &Label| source.lines().line_of(label.span.start().min(source.text.len()));
    let lines: Vec<usize> = labels.iter().map(|(_, label)| start_of(label)).collect();
    let first = lines.iter().copied().min().unwrap_or(0);
    let last = lines.iter().copied().max().unwrap_or(0);
    let mut text = String::new();
    let mut marks = Vec::new();
    for line in first..=last {
        let range = source.lines().range_of(line, &source.text);
        let raw = source.text[range.clone()].trim_end_matches(['\n', '\r']);
        let here = text.len();
        let shown = shown_line(raw, secrets);
        text += &shown.text;
        for (&(primary, label), _) in labels.iter().zip(&lines).filter(|(_, at)| **at == line) {
            let from = label.span.start() - range.start;
            let to = (label.span.end() - range.start).clamp(from, raw.len().max(from));
            let (from, to) = shown.place(from, to);
            marks.push(Mark {
                primary,
                range: here + from..here + to,
                label: clean(&secrets.hide(&label.message)),
            });
        }
        text.push('\n');
    }
    Excerpt { path: clean(&source.path), first_line: first + 1, text, marks }
}

/// A line as shown, and where its bytes went.
struct Shown {
    text: String,
    /// For each byte of the raw line the byte of the shown one.
    offsets: Vec<usize>,
    /// Bytes of the raw line from here on moved because a secret was taken out.
    moved_from: usize,
}

impl Shown {
    fn place(&self, from: usize, to: usize) -> (usize, usize) {
        let at = |byte: usize| self.offsets.get(byte).or(self.offsets.last()).copied().unwrap_or(0);
        let start =
            if from <= self.moved_from { at(from) } else { self.text.len() - self.text.trim_start().len() };
        let end = if to <= self.moved_from { at(to) } else { self.text.len() };
        (start, end.max(start))
    }
}

fn shown_line(raw: &str, secrets: &Secrets) -> Shown {
    let hidden = secrets.hide(raw);
    let moved_from = if hidden == raw {
        usize::MAX
    } else {
        raw.bytes().zip(hidden.bytes()).take_while(|(a, b)| a == b).count()
    };
    let shown = display_text(&hidden);
    let mut text = shown.text;
    let mut starts: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    starts.push(text.len());
    if starts.len() > MAX_LINE_CHARS {
        starts.truncate(MAX_LINE_CHARS);
        text.truncate(starts[MAX_LINE_CHARS - 1]);
        text += "...";
    }
    let end = *starts.last().unwrap_or(&0);
    let offsets = shown.columns.iter().map(|&column| starts.get(column).copied().unwrap_or(end)).collect();
    Shown { text, offsets, moved_from }
}

impl Excerpt {
    /// The excerpt as an element of a group.
    pub(super) fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        let snippet = Snippet::source(self.text.as_str()).path(self.path.as_str());
        self.marks.iter().fold(snippet.line_start(self.first_line).fold(true), |snippet, mark| {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let label = (!mark.label.is_empty()).then_some(mark.label.as_str());
            snippet.annotation(kind.span(mark.range.clone()).label(label))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use annotate_snippets::{Group, Level, Renderer};

    use super::*;
    use crate::source::{SourceFile, Span, TextRange};

    #[test]
    fn any_span_of_any_text_is_drawn() {
        let long = format!("x = '{}'\n", "a".repeat(900));
        for text in ["", "\n", "a", "é漢\t\u{202e}b\r\n\tç\n\n", "a\rb\u{7}", &long] {
            let file = SourceFile::from_bytes("s.py".into(), text.as_bytes()).unwrap();
            let len = file.text.len() as u32;
            let sources = Sources::new(PathBuf::from("/p"), vec![file]);
            let id = sources.find("s.py").unwrap();
            let ends: Vec<u32> =
                (0..=len).filter(|i| sources.text(id).is_char_boundary(*i as usize)).collect();
            let ends: Vec<u32> = if ends.len() > 30 { vec![0, 5, len / 2, len] } else { ends };
            for &start in &ends {
                for &end in ends.iter().filter(|end| **end >= start) {
                    let at = Span::new(id, TextRange::new(start.into(), end.into()));
                    let whole = Span::new(id, TextRange::new(0.into(), len.into()));
                    let finding =
                        Finding::new("x", "X", Label::new(at, "here"), "m").related([Label::new(whole, "")]);
                    for excerpt in excerpts(&sources, &finding, &Secrets::default()) {
                        let group =
                            Group::with_title(Level::ERROR.primary_title("m")).element(excerpt.snippet());
                        let drawn = Renderer::plain().render(&[group]);
                        assert!(drawn.contains("s.py:"), "{drawn}");
                        assert!(!drawn.contains('\u{202e}'), "{drawn}");
                    }
                }
            }
        }
    }
}
