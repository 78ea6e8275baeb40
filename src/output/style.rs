//! Colour for plain output: a word in a role, with or without escape sequences. Whether colour is wanted is the
//! command line's decision; only the terminal's own sixteen colours are used.

use std::fmt::Display;

use crate::engine::State;
use crate::finding::Severity;

/// Whether roles are coloured, and whether marks are ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Write escape sequences.
    pub color: bool,
    /// Marks in ASCII.
    pub ascii: bool,
}

impl Style {
    fn paint(self, codes: &str, text: impl Display) -> String {
        if self.color { format!("\x1b[{codes}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// A heading.
    pub fn heading(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    /// Something less important.
    pub fn dim(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    /// An added line.
    pub fn added(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    /// A removed line.
    pub fn removed(self, text: impl Display) -> String {
        self.paint("31", text)
    }

    /// The word of a severity.
    pub fn severity(self, severity: Severity) -> String {
        let codes = match severity {
            Severity::High => "1;31",
            Severity::Med => "33",
            Severity::Low => "36",
        };
        self.paint(codes, severity.as_str())
    }

    /// Mark and word of a state, such as `x FAIL`; the word is always there.
    pub fn state(self, state: State) -> String {
        let (unicode, ascii, word, codes) = match state {
            State::Pass => ("\u{2713}", "+", "pass", "32"),
            State::Part => ("~", "~", "part", "33"),
            State::Fail => ("\u{2717}", "x", "FAIL", "1;31"),
            State::Ask => ("?", "?", "ask", "36"),
            State::Attested => ("\u{25c6}", "a", "attested", "32"),
            State::Waived => ("\u{2013}", "w", "waived", "2"),
            State::NotApplicable => ("\u{b7}", ".", "n/a", "2"),
            State::Unknown => ("u", "u", "unknown", "36"),
        };
        let mark = if self.ascii { ascii } else { unicode };
        self.paint(codes, format!("{mark} {word:<8}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_there_is_no_escape_and_the_word_stays() {
        let plain = Style { color: false, ascii: true };
        assert_eq!(plain.state(State::Fail), "x FAIL    ");
        assert_eq!(plain.severity(Severity::High), "high");
        assert!(
            Style { color: true, ascii: false }.state(State::Fail).starts_with("\u{1b}[1;31m\u{2717} FAIL")
        );
    }
}
