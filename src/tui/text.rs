//! Rows of text with roles: what a page says before a theme gives it colours. Wrapping and cutting happen here,
//! once for each width. Knows nothing of a terminal.

use crate::source::display_text;
use crate::tui::layout::width;

/// What a stretch of text means. A theme turns it into a style; no meaning rests on colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Role {
    /// Plain.
    Text,
    /// Less important.
    Dim,
    /// A heading.
    Title,
    /// The name of the tool, of the active tab.
    Strong,
    /// In order.
    Ok,
    /// Partly in order, or worth a look.
    Warn,
    /// Not in order.
    Bad,
    /// Somebody has to say.
    Ask,
    /// A key to press.
    Key,
    /// A name of the project's or of Django's.
    Code,
    /// A link or a place.
    Place,
    /// A line that is added.
    Added,
    /// A line that is removed.
    Removed,
    /// The part of an added line that is new.
    AddedPart,
    /// The part of a removed line that goes.
    RemovedPart,
    /// A Python keyword.
    Keyword,
    /// A string literal.
    Literal,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// A line number, a ruler.
    Gutter,
    /// The mark under the cause.
    Cause,
    /// The mark under something related.
    Related,
    /// What is typed into a field.
    Input,
    /// The place where the next character goes.
    Caret,
    /// The filled part of a bar.
    Bar,
}

/// A stretch of text in one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The text, without line breaks.
    pub text: String,
    /// What it means.
    pub role: Role,
}

/// One row of a page.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Row {
    /// Its pieces, left to right.
    pub pieces: Vec<Piece>,
    /// Whether it is the selected row.
    pub selected: bool,
    /// For code: how many columns at the left stay when the rest is scrolled sideways.
    pub fixed: Option<usize>,
}

impl Row {
    /// An empty row.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A row of one piece.
    pub(super) fn of(text: impl Into<String>, role: Role) -> Self {
        Self::new().with(text, role)
    }

    /// With one more piece.
    #[must_use]
    pub(super) fn with(mut self, text: impl Into<String>, role: Role) -> Self {
        self.push(text, role);
        self
    }

    /// Adds a piece.
    pub(super) fn push(&mut self, text: impl Into<String>, role: Role) {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push(Piece { text, role });
        }
    }

    /// Adds pieces.
    pub(super) fn extend(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        self.pieces.extend(pieces);
    }

    /// How many cells it takes.
    pub(super) fn width(&self) -> usize {
        self.pieces.iter().map(|p| width(&p.text)).sum()
    }

    /// Fills with spaces up to a column.
    pub(super) fn pad_to(&mut self, column: usize) {
        let used = self.width();
        if used < column {
            self.push(" ".repeat(column - used), Role::Text);
        }
    }

    /// Puts pieces at the right edge of `total` cells, when they fit with a space between.
    #[must_use]
    pub(super) fn right(mut self, right: Self, total: usize) -> Self {
        let wide = right.width();
        if self.width() + 1 + wide <= total {
            self.pad_to(total - wide);
            self.pieces.extend(right.pieces);
        }
        self
    }

    /// The plain text.
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|p| p.text.as_str()).collect()
    }

    /// Cuts to `total` cells; a cut row ends in `…` (or `>` in code).
    #[must_use]
    pub(super) fn cut(mut self, total: usize) -> Self {
        if self.width() <= total {
            return self;
        }
        let mark = if self.fixed.is_some() { ">" } else { "…" };
        let mut room = total.saturating_sub(1);
        let mut kept = Vec::new();
        for piece in self.pieces {
            let wide = width(&piece.text);
            if wide <= room {
                room -= wide;
                kept.push(piece);
            } else {
                let text = take(&piece.text, room);
                kept.push(Piece { text, role: piece.role });
                break;
            }
        }
        if total > 0 {
            kept.push(Piece { text: mark.to_owned(), role: Role::Dim });
        }
        self.pieces = kept;
        self
    }

    /// The row as seen with its code scrolled `offset` cells to the right, in `total` cells.
    #[must_use]
    pub(super) fn scrolled(mut self, offset: usize, total: usize) -> Self {
        let Some(fixed) = self.fixed else { return self.cut(total) };
        if offset > 0 {
            let hidden = fixed..fixed + offset;
            let mut column = 0;
            let mut lost = false;
            let mut kept: Vec<Piece> = Vec::new();
            for piece in self.pieces {
                let mut text = String::new();
                for c in piece.text.chars() {
                    if hidden.contains(&column) {
                        lost |= !c.is_whitespace();
                    } else {
                        text.push(c);
                    }
                    column += width(c.encode_utf8(&mut [0; 4]));
                }
                if !text.is_empty() {
                    kept.push(Piece { text, role: piece.role });
                }
            }
            self.pieces = kept;
            if lost {
                self.mark_cut(fixed);
            }
        }
        self.cut(total)
    }

    /// Puts `<` into the cell before the code, which is empty.
    fn mark_cut(&mut self, fixed: usize) {
        let mut column = 0;
        for (i, piece) in self.pieces.iter_mut().enumerate() {
            column += width(&piece.text);
            if column == fixed && piece.text.ends_with(' ') {
                piece.text.pop();
                self.pieces.insert(i + 1, Piece { text: "<".to_owned(), role: Role::Dim });
                return;
            }
        }
    }
}

/// As much of the start of `text` as fits `room` cells.
pub(super) fn take(text: &str, room: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for c in text.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide > room {
            break;
        }
        used += wide;
        out.push(c);
    }
    out
}

/// `text` in exactly `room` cells: filled with spaces, or cut with `…`.
pub(super) fn fit(text: &str, room: usize) -> String {
    let wide = width(text);
    if wide <= room {
        return format!("{text}{}", " ".repeat(room - wide));
    }
    if room == 0 {
        return String::new();
    }
    let cut = take(text, room - 1);
    let fill = room - 1 - width(&cut);
    format!("{cut}…{}", " ".repeat(fill))
}

/// Prose as rows of at most `total` cells, each after `indent` spaces. What stands in backticks is shown as code.
pub(super) fn wrap(text: &str, total: usize, indent: usize, role: Role) -> Vec<Row> {
    let room = total.saturating_sub(indent).max(8);
    let mut rows = Vec::new();
    for paragraph in text.split('\n') {
        let mut row = Row::of(" ".repeat(indent), Role::Text);
        let mut used = 0;
        let mut code = false;
        for word in paragraph.split_whitespace() {
            let mut pieces = Vec::new();
            for (i, part) in word.split('`').enumerate() {
                if i > 0 {
                    code = !code;
                }
                if !part.is_empty() {
                    let shown = display_text(part).text;
                    pieces.push(Piece { text: shown, role: if code { Role::Code } else { role } });
                }
            }
            let mut wide: usize = pieces.iter().map(|p| width(&p.text)).sum();
            if wide == 0 {
                continue;
            }
            if used > 0 && used + 1 + wide > room {
                rows.push(std::mem::replace(&mut row, Row::of(" ".repeat(indent), Role::Text)));
                used = 0;
            }
            if used > 0 {
                row.push(" ", role);
                used += 1;
            }
            // A word longer than a line (a path, an address) is broken where the line ends.
            while wide > room {
                let mut left = room - used;
                let mut rest = Vec::new();
                for piece in pieces {
                    let head = take(&piece.text, left);
                    left -= width(&head);
                    let tail = piece.text[head.len()..].to_owned();
                    row.push(head, piece.role);
                    if !tail.is_empty() {
                        left = 0;
                        rest.push(Piece { text: tail, role: piece.role });
                    }
                }
                rows.push(std::mem::replace(&mut row, Row::of(" ".repeat(indent), Role::Text)));
                used = 0;
                pieces = rest;
                wide = pieces.iter().map(|p| width(&p.text)).sum();
            }
            used += wide;
            row.extend(pieces);
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(Row::text).collect()
    }

    #[test]
    fn prose_is_wrapped_and_code_marked() {
        let rows = wrap("Set `DEBUG` to false in production", 16, 2, Role::Text);
        assert_eq!(texts(&rows), ["  Set DEBUG to", "  false in", "  production"]);
        assert!(rows[0].pieces.iter().any(|p| p.text == "DEBUG" && p.role == Role::Code));
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken_and_nothing_is_lost() {
        let rows = wrap("see https://example.org/a/long/path", 14, 0, Role::Text);
        assert_eq!(texts(&rows).concat().replace("see", ""), "https://example.org/a/long/path");
        assert!(rows.iter().all(|r| r.width() <= 14));
    }

    #[test]
    fn hidden_characters_of_the_project_are_named() {
        assert_eq!(wrap("a\u{202e}b", 40, 0, Role::Text)[0].text(), "a<U+202E>b");
    }

    #[test]
    fn a_cut_row_says_so() {
        assert_eq!(Row::of("abcdef", Role::Text).cut(4).text(), "abc…");
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(fit("漢字漢字", 4), "漢… ");
    }

    #[test]
    fn code_scrolls_and_its_line_numbers_stay() {
        let mut row = Row::of(" 12 | ", Role::Gutter).with("abcdefgh", Role::Text);
        row.fixed = Some(6);
        assert_eq!(row.clone().scrolled(3, 20).text(), " 12 |<defgh");
        assert_eq!(row.scrolled(0, 10).text(), " 12 | abc>");
    }

    #[test]
    fn the_right_part_is_dropped_when_there_is_no_room() {
        let row = |n| Row::of("left", Role::Text).right(Row::of("right", Role::Text), n).text();
        assert_eq!(row(12), "left   right");
        assert_eq!(row(9), "left");
    }
}
