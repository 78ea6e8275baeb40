//! How one Python file is written: its indentation, quotes, line ending, width, trailing commas. Read from
//! tokens, so nothing inside a string or comment counts.

use std::ops::Range;

use crate::python::TokenKind;

use super::python::PyFile;
use super::text::eol_of;

/// The habits of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// One step of indentation.
    pub(super) unit: String,
    /// The line break; of the first line in a mixed file.
    pub(super) eol: &'static str,
    /// The quote that most strings have.
    pub(super) quote: char,
    /// How long a line may get.
    pub(super) width: usize,
    /// Whether the last item of a bracket over several lines has a comma.
    pub(super) trailing_comma: bool,
}

/// The usual limit of formatters; wider files keep their own.
const WIDTH: usize = 88;

impl Style {
    pub(super) fn of(file: &PyFile<'_>) -> Self {
        Self {
            unit: unit(file),
            eol: file.text.lines().find_map(|l| eol_of(&file.text.text[l])).unwrap_or("\n"),
            quote: majority_quote(file, 0..file.text.text.len()).unwrap_or('"'),
            width: width(file),
            trailing_comma: trailing_comma(file),
        }
    }

    /// The quote for new text that stands among `siblings`: that of the strings there, else the file's.
    pub(super) fn quote_among(&self, file: &PyFile<'_>, siblings: Range<usize>) -> char {
        majority_quote(file, siblings).unwrap_or(self.quote)
    }
}

/// The first indented block, or the first bracket that is broken over lines.
fn unit(file: &PyFile<'_>) -> String {
    let text = file.text.text;
    if let Some(indent) = file.tokens.iter().find(|t| t.kind == TokenKind::Indent) {
        let indent = text[indent.range()].trim_start_matches('\u{c}');
        if !indent.is_empty() {
            return indent.to_owned();
        }
    }
    for pair in file.tokens.windows(3) {
        let [open, end, first] = pair else { continue };
        if !open.opens()
            || end.kind != TokenKind::NonLogicalNewline
            || first.kind == TokenKind::NonLogicalNewline
        {
            continue;
        }
        if let Some(unit) = file.text.indent(first.start).strip_prefix(file.text.indent(open.start))
            && !unit.is_empty()
            && unit.len() <= 8
        {
            return unit.to_owned();
        }
    }
    "    ".to_owned()
}

/// The more frequent quote of plain strings in a range. Strings that hold a quote had no choice, docstrings
/// and other triple-quoted strings have their own custom.
fn majority_quote(file: &PyFile<'_>, range: Range<usize>) -> Option<char> {
    let (mut single, mut double) = (0, 0);
    for token in file.tokens_in(range).iter().filter(|t| t.kind == TokenKind::String) {
        let body = file.text.text[token.range()].trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let Some(quote) = body.chars().next() else { continue };
        let inner = &body[1..body.len().saturating_sub(1).max(1)];
        if body.starts_with("'''") || body.starts_with("\"\"\"") || inner.contains(['\'', '"']) {
            continue;
        }
        if quote == '\'' { single += 1 } else { double += 1 }
    }
    match (single, double) {
        (0, 0) => None,
        (s, d) if s > d => Some('\''),
        _ => Some('"'),
    }
}

/// 88, or what the file itself goes to when that is more.
fn width(file: &PyFile<'_>) -> usize {
    let lengths: Vec<usize> = file
        .text
        .lines()
        .map(|l| file.text.text[l].trim_end().chars().count())
        .filter(|&n| n > WIDTH)
        .collect();
    let longest = lengths.iter().copied().filter(|&n| n <= 120).max().unwrap_or(WIDTH);
    if lengths.len() >= 3 { longest } else { WIDTH }
}

/// Whether the last element of a bracket that ends on a line of its own has a comma. Arguments that share a line are
/// no evidence: formatters that write the comma leave it out there.
fn trailing_comma(file: &PyFile<'_>) -> bool {
    let (mut with, mut without) = (0, 0);
    let mut last: Option<&super::python::Tok> = None;
    let mut broken = false;
    // For each open bracket: whether its elements have lines of their own.
    let mut open: Vec<bool> = Vec::new();
    for token in &file.tokens {
        match token.kind {
            TokenKind::NonLogicalNewline => broken = true,
            TokenKind::Comment => {}
            _ => {
                if broken
                    && last.is_some_and(|t| t.kind == TokenKind::Comma)
                    && let Some(lines) = open.last_mut()
                {
                    *lines = true;
                }
                if token.opens() {
                    let calls = token.kind == TokenKind::Lpar
                        && last.is_some_and(|t| t.kind == TokenKind::Name || t.closes());
                    open.push(!calls);
                } else if token.closes() {
                    let lines = open.pop().unwrap_or(true);
                    match last.filter(|_| broken) {
                        Some(t) if t.kind == TokenKind::Comma => with += 1,
                        Some(t) if !t.opens() && lines => without += 1,
                        _ => {}
                    }
                }
                broken = false;
                last = Some(token);
            }
        }
    }
    with >= without
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse;

    fn style(text: &str) -> Style {
        let module = parse(text);
        PyFile::new(text, &module).style
    }

    #[test]
    fn indentation_is_that_of_blocks_then_of_brackets() {
        for (text, unit) in [
            ("if a:\n  b = {\n      1: 2,\n  }\n", "  "),
            ("class A:\n\tb = 1\n", "\t"),
            ("A = [\n  1,\n]\n", "  "),
            ("A = [1,\n     2]\n", "    "),
        ] {
            assert_eq!(style(text).unit, unit, "{text}");
        }
    }

    #[test]
    fn quotes_count_only_where_there_was_a_choice() {
        assert_eq!(style("'''doc'''\nA = \"it's\"\nB = 'x'\n").quote, '\'');
        assert_eq!(style("A = 1\n").quote, '"');
        assert_eq!(style("A = ''\n").quote, '\'');
    }

    #[test]
    fn trailing_commas_and_breaks() {
        assert!(!style("A = [\n  1\n]\nB = {\n}\n").trailing_comma);
        assert!(style("A = [\n  1,  # one\n]\n").trailing_comma);
        assert!(style("A = f(\n  1, 2\n)\nB = [\n  1,\n]\n").trailing_comma);
        assert!(!style("A = f(\n  1,\n  2\n)\n").trailing_comma);
        assert_eq!(style("A = 1\r\nB = 2\n").eol, "\r\n");
    }
}
