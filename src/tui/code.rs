//! Source text as coloured lines: whole files are cut into tokens once, then shown line by line, because a line
//! out of its file cannot be read right (it may lie inside a string).

use std::ops::Range;

use crate::edit::highlight::{Language, TokenClass, classes};
use crate::source::{LineIndex, display_text};
use crate::tui::text::{Piece, Role};

/// One line of a file, ready to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The line in its syntax's colours.
    pub pieces: Vec<Piece>,
    /// The line as it stands in the file, without its break.
    pub(super) raw: String,
    /// The shown text.
    text: Vec<char>,
    /// For each byte of the line, the character of `text` where it is shown.
    columns: Vec<usize>,
}

/// Files longer than this are shown without colours.
const LARGEST: usize = 400_000;

/// All lines of a file. The path's ending tells the language; what is neither Python nor TOML is shown plain.
pub(super) fn lines(path: &str, text: &str) -> Vec<Shown> {
    let index = LineIndex::new(text);
    let known = path.ends_with(".py") || path.ends_with(".toml");
    let classes = if known && text.len() < LARGEST { classes(text, Language::of(path)) } else { Vec::new() };
    let roles: Vec<(Range<usize>, Role)> =
        classes.into_iter().filter_map(|(range, class)| Some((range, role_of(class)?))).collect();
    let mut next = 0;
    (0..index.line_count())
        .map(|line| {
            let range = index.range_of(line, text);
            let raw = text[range.clone()].trim_end_matches(['\n', '\r']);
            while roles.get(next).is_some_and(|(r, _)| r.end <= range.start) {
                next += 1;
            }
            let here = roles[next..].iter().take_while(|(r, _)| r.start < range.end).map(|(r, role)| {
                let start = r.start.max(range.start) - range.start;
                let end = (r.end.min(range.start + raw.len())).saturating_sub(range.start);
                (start..end.max(start), *role)
            });
            Shown::new(raw, here)
        })
        .collect()
}

fn role_of(class: TokenClass) -> Option<Role> {
    match class {
        TokenClass::String => Some(Role::Literal),
        TokenClass::Number | TokenClass::Constant => Some(Role::Number),
        TokenClass::Comment => Some(Role::Comment),
        TokenClass::Keyword | TokenClass::Decorator => Some(Role::Keyword),
        TokenClass::Operator | TokenClass::Name | TokenClass::Function | TokenClass::Key => None,
    }
}

impl Shown {
    /// A line without colours.
    pub(super) fn plain(raw: &str) -> Self {
        Self::new(raw, std::iter::empty())
    }

    fn new(raw: &str, roles: impl Iterator<Item = (Range<usize>, Role)>) -> Self {
        let display = display_text(raw);
        let mut shown = Self {
            pieces: Vec::new(),
            raw: raw.to_owned(),
            text: display.text.chars().collect(),
            columns: display.columns,
        };
        let mut pieces = Vec::new();
        let mut at = 0;
        for (range, role) in roles {
            shown.cut(at..range.start, Role::Text, &mut pieces);
            shown.cut(range.start.max(at)..range.end, role, &mut pieces);
            at = at.max(range.end);
        }
        shown.cut(at..raw.len(), Role::Text, &mut pieces);
        shown.pieces = pieces;
        shown
    }

    fn cut(&self, bytes: Range<usize>, role: Role, pieces: &mut Vec<Piece>) {
        let (from, to) = (self.column(bytes.start), self.column(bytes.end));
        if bytes.start < bytes.end && from < to {
            pieces.push(Piece { text: self.text[from..to].iter().collect(), role });
        }
    }

    /// The character of the shown text at a byte of the line.
    pub(super) fn column(&self, byte: usize) -> usize {
        self.columns.get(byte).or(self.columns.last()).copied().unwrap_or(0)
    }

    /// The shown text before a byte of the line.
    pub(super) fn before(&self, byte: usize) -> String {
        self.text[..self.column(byte)].iter().collect()
    }

    /// The shown text between two bytes of the line.
    pub(super) fn between(&self, from: usize, to: usize) -> String {
        let from = self.column(from);
        self.text[from..self.column(to).max(from)].iter().collect()
    }

    /// The line in one role, with some stretches (in bytes) in another.
    pub(super) fn marked(&self, parts: &[Range<usize>], plain: Role, part: Role) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for range in parts {
            self.cut(at..range.start, plain, &mut pieces);
            self.cut(range.clone(), part, &mut pieces);
            at = range.end;
        }
        self.cut(at..self.columns.len() - 1, plain, &mut pieces);
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(path: &str, text: &str) -> Vec<Vec<(String, Role)>> {
        lines(path, text)
            .into_iter()
            .map(|l| l.pieces.into_iter().map(|p| (p.text, p.role)).collect())
            .collect()
    }

    #[test]
    fn python_is_coloured_by_its_tokens() {
        let shown = roles("a.py", "X = True  # on\nY = 'é'\n");
        assert_eq!(
            shown[0],
            [
                ("X = ".to_owned(), Role::Text),
                ("True".to_owned(), Role::Number),
                ("  ".to_owned(), Role::Text),
                ("# on".to_owned(), Role::Comment)
            ]
        );
        assert_eq!(shown[1][1], ("'é'".to_owned(), Role::Literal));
    }

    #[test]
    fn a_string_over_several_lines_stays_a_string() {
        let shown = roles("a.py", "X = '''a\nb\n'''\n");
        assert_eq!(shown[1], [("b".to_owned(), Role::Literal)]);
    }

    #[test]
    fn hidden_characters_are_shown_and_do_not_shift_the_marks() {
        let line = &lines("a.py", "X = '\u{202e}a'  # b")[0];
        let text: String = line.pieces.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(text, "X = '<U+202E>a'  # b");
        assert_eq!(line.pieces.last().unwrap().text, "# b");
    }

    #[test]
    fn broken_python_is_still_shown_whole() {
        let text = "def (:\n\tx = [1,\n";
        let shown: Vec<String> =
            lines("a.py", text).iter().map(|l| l.pieces.iter().map(|p| p.text.as_str()).collect()).collect();
        assert_eq!(shown, ["def (:", "    x = [1,", ""]);
    }
}
