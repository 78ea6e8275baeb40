//! Line arithmetic on one text: where lines start, how they are indented, how they end. Nothing is changed here.

use std::ops::Range;

use crate::source::LineIndex;

/// A text with its lines.
pub(super) struct Text<'a> {
    /// The text.
    pub(super) text: &'a str,
    lines: LineIndex,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, lines: LineIndex::new(text) }
    }

    /// The line (from 1) that holds `offset`.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.line_of(offset) + 1
    }

    /// The lines of the text, breaks included.
    pub(super) fn lines(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        (0..self.lines.line_count()).map(|line| self.lines.range_of(line, self.text))
    }

    /// Start of the line that holds `offset`.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.lines.range_of(self.lines.line_of(offset), self.text).start
    }

    /// Start of the line after the one that holds `offset`; the end of the text on the last line.
    pub(super) fn next_line(&self, offset: usize) -> usize {
        self.lines.range_of(self.lines.line_of(offset), self.text).end
    }

    /// End of the line that holds `offset`, without its break.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let range = self.lines.range_of(self.lines.line_of(offset), self.text);
        range.start + self.text[range].trim_end_matches(['\r', '\n']).len()
    }

    /// Whether both offsets are on one line.
    pub(super) fn same_line(&self, a: usize, b: usize) -> bool {
        self.lines.line_of(a) == self.lines.line_of(b)
    }

    /// The indentation of the line that holds `offset`. A form feed is no indentation for Python.
    pub(super) fn indent(&self, offset: usize) -> &'a str {
        let start = self.line_start(offset);
        let line = self.text[start..self.line_end(offset)].trim_start_matches('\u{c}');
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether only blanks stand before `offset` on its line.
    pub(super) fn starts_line(&self, offset: usize) -> bool {
        is_blank(&self.text[self.line_start(offset)..offset])
    }

    /// Whether only blanks or a comment stand behind `offset` on its line. Ask only outside of string literals.
    pub(super) fn ends_line(&self, offset: usize) -> bool {
        let rest = self.text[offset..self.line_end(offset)].trim_start_matches([' ', '\t', '\u{c}']);
        rest.is_empty() || rest.starts_with('#')
    }

    /// How many characters stand before `offset` on its line.
    pub(super) fn column(&self, offset: usize) -> usize {
        self.text[self.line_start(offset)..offset].chars().count()
    }

    /// The break that ends the line of `offset`, or the one before it; `None` in a text of one line.
    pub(super) fn eol_at(&self, offset: usize) -> Option<&'static str> {
        let line = self.lines.line_of(offset);
        let at = |line: usize| eol_of(&self.text[self.lines.range_of(line, self.text)]);
        at(line).or_else(|| line.checked_sub(1).and_then(at))
    }
}

/// Whether a piece of a line holds only blanks.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\u{c}' | '\r' | '\n'))
}

/// The break at the end of a line.
pub(super) fn eol_of(line: &str) -> Option<&'static str> {
    if line.ends_with("\r\n") {
        Some("\r\n")
    } else if line.ends_with('\n') {
        Some("\n")
    } else if line.ends_with('\r') {
        Some("\r")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_kind_of_break() {
        let text = Text::new("a\r\n\tb # c\rd\n");
        assert_eq!(text.indent(4), "\t");
        assert_eq!(&text.text[text.line_start(5)..text.line_end(5)], "\tb # c");
        assert_eq!(text.eol_at(0), Some("\r\n"));
        assert_eq!(text.eol_at(5), Some("\r"));
        assert_eq!(text.eol_at(text.text.len()), Some("\n"));
        assert!(text.ends_line(5));
        assert!(!text.ends_line(4));
    }
}
