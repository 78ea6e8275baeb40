//! Forms: questions, waivers, "does not apply", attestations, notes. One shape of fields for all of them; what a
//! filled form becomes is `update`'s work.

use time::{Date, Duration};

use crate::tui::keymap::Focus;
use crate::tui::msg::Edit;

/// Which form it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// The question of a practice.
    Question,
    /// A waiver.
    Waiver,
    /// Does not apply.
    NotApplicable,
    /// Checked by hand.
    Attest,
    /// A note for oneself.
    Note,
    /// A view that is for everybody.
    Public,
}

impl FormKind {
    /// The word in keys of drafts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Waiver => "waiver",
            Self::NotApplicable => "not-applicable",
            Self::Attest => "attest",
            Self::Note => "note",
            Self::Public => "public",
        }
    }
}

/// An open form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Which one.
    pub kind: FormKind,
    /// What it is about: a practice by id; for [`FormKind::Public`] a view by dotted name.
    pub subject: String,
    /// The finding it is about, by fingerprint.
    pub finding: Option<String>,
    /// Its fields; the last two are the buttons.
    pub fields: Vec<Field>,
    /// The focused field.
    pub at: usize,
    /// What is missing.
    pub error: Option<String>,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name; what asks for it in messages.
    pub label: &'static str,
    /// Whether it must be filled.
    pub required: bool,
    /// What it holds.
    pub input: Input,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// One of several answers.
    Choice {
        /// Letter, words, and what it leads to.
        options: Vec<(char, String, String)>,
        /// The chosen one.
        chosen: Option<usize>,
        /// The one under the cursor.
        cursor: usize,
    },
    /// Text.
    Text(Text),
    /// A date as text, with proposals.
    Date {
        /// The text.
        text: Text,
        /// Proposals: words and date.
        proposals: Vec<(&'static str, Date)>,
    },
    /// Saves the form.
    Save(&'static str),
    /// Leaves it.
    Cancel,
}

/// Text with a caret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The characters.
    pub value: String,
    /// The caret, in characters from the start.
    pub caret: usize,
}

/// Longest text of a field, in characters.
const LONGEST: usize = 500;

impl Text {
    /// Text with the caret at its end.
    pub fn new(value: impl Into<String>) -> Self {
        let value = value.into();
        let caret = value.chars().count();
        Self { value, caret }
    }

    fn offset(&self, caret: usize) -> usize {
        self.value.char_indices().nth(caret).map_or(self.value.len(), |(at, _)| at)
    }

    /// Puts a character at the caret. Controls are left out.
    pub fn insert(&mut self, c: char) {
        if c.is_control() || self.value.chars().count() >= LONGEST {
            return;
        }
        let at = self.offset(self.caret);
        self.value.insert(at, c);
        self.caret += 1;
    }

    /// Does what an editing key asks.
    pub fn edit(&mut self, edit: Edit) {
        let length = self.value.chars().count();
        match edit {
            Edit::Backspace => {
                if self.caret > 0 {
                    self.cut(self.caret - 1);
                }
            }
            Edit::Delete => {
                if self.caret < length {
                    let at = self.offset(self.caret);
                    self.value.remove(at);
                }
            }
            Edit::DeleteWord => {
                let before: Vec<char> = self.value.chars().take(self.caret).collect();
                let mut start = before.len();
                while start > 0 && before[start - 1].is_whitespace() {
                    start -= 1;
                }
                while start > 0 && !before[start - 1].is_whitespace() {
                    start -= 1;
                }
                self.cut(start);
            }
            Edit::DeleteToStart => self.cut(0),
            Edit::Left => self.caret = self.caret.saturating_sub(1),
            Edit::Right => self.caret = (self.caret + 1).min(length),
            Edit::Home => self.caret = 0,
            Edit::End => self.caret = length,
        }
    }

    /// Takes out everything from `start` to the caret.
    fn cut(&mut self, start: usize) {
        let (from, to) = (self.offset(start), self.offset(self.caret));
        self.value.replace_range(from..to, "");
        self.caret = start;
    }
}

impl Field {
    /// A text field.
    pub fn text(label: &'static str, required: bool, value: impl Into<String>) -> Self {
        Self { label, required, input: Input::Text(Text::new(value)) }
    }

    /// A date with proposals in days from `today`; the one at `first` stands in the field.
    pub fn date(
        label: &'static str,
        required: bool,
        today: Date,
        proposals: &[(&'static str, i64)],
        first: usize,
    ) -> Self {
        let proposals: Vec<_> = proposals
            .iter()
            .map(|&(words, days)| (words, today.checked_add(Duration::days(days)).unwrap_or(today)))
            .collect();
        let text = Text::new(proposals.get(first).map(|(_, date)| date.to_string()).unwrap_or_default());
        Self { label, required, input: Input::Date { text, proposals } }
    }

    /// A choice.
    pub fn choice(label: &'static str, options: Vec<(char, String, String)>, chosen: Option<usize>) -> Self {
        let cursor = chosen.unwrap_or(0);
        Self { label, required: true, input: Input::Choice { options, chosen, cursor } }
    }

    /// What it holds, as one text, for drafts.
    pub fn value(&self) -> String {
        match &self.input {
            Input::Text(text) | Input::Date { text, .. } => text.value.trim().to_owned(),
            Input::Choice { options, chosen, .. } => {
                chosen.and_then(|c| options.get(c)).map(|(letter, ..)| letter.to_string()).unwrap_or_default()
            }
            Input::Save(_) | Input::Cancel => String::new(),
        }
    }

    /// Puts back what a draft kept.
    fn restore(&mut self, kept: &str) {
        match &mut self.input {
            Input::Text(text) | Input::Date { text, .. } => *text = Text::new(kept),
            Input::Choice { options, chosen, cursor } => {
                *chosen = options.iter().position(|(letter, ..)| kept.starts_with(*letter));
                *cursor = chosen.unwrap_or(0);
            }
            Input::Save(_) | Input::Cancel => {}
        }
    }
}

impl Form {
    /// A form with its buttons.
    pub fn new(kind: FormKind, subject: &str, mut fields: Vec<Field>, save: &'static str) -> Self {
        fields.push(Field { label: "", required: false, input: Input::Save(save) });
        fields.push(Field { label: "", required: false, input: Input::Cancel });
        Self { kind, subject: subject.to_owned(), finding: None, fields, at: 0, error: None }
    }

    /// The focus of the field.
    pub fn focus(&self) -> Focus {
        match self.fields.get(self.at).map(|f| &f.input) {
            Some(Input::Text(_)) => Focus::TextField,
            Some(Input::Date { .. }) => Focus::CycleField,
            Some(Input::Choice { .. }) => Focus::ChoiceField,
            Some(Input::Save(_) | Input::Cancel) | None => Focus::Button,
        }
    }

    /// The value of the field with this label.
    pub fn value(&self, label: &str) -> String {
        self.fields.iter().find(|f| f.label == label).map(Field::value).unwrap_or_default()
    }

    /// The letter of the chosen answer.
    pub fn letter(&self, label: &str) -> Option<char> {
        self.value(label).chars().next()
    }

    /// The focused text, where there is one.
    pub fn text_mut(&mut self) -> Option<&mut Text> {
        match &mut self.fields.get_mut(self.at)?.input {
            Input::Text(text) | Input::Date { text, .. } => Some(text),
            Input::Choice { .. } | Input::Save(_) | Input::Cancel => None,
        }
    }

    /// The next or previous field, around.
    pub fn step(&mut self, by: isize) {
        let count = self.fields.len();
        let step = if by < 0 { count - 1 } else { 1 };
        self.at = (self.at + step) % count;
        self.error = None;
    }

    /// In a choice: moves the cursor; at its ends goes on to the neighbouring field.
    pub fn move_cursor(&mut self, by: isize) {
        let Some(Input::Choice { options, cursor, .. }) = self.fields.get_mut(self.at).map(|f| &mut f.input)
        else {
            return;
        };
        match cursor.checked_add_signed(by).filter(|c| *c < options.len()) {
            Some(next) => *cursor = next,
            None => self.step(by),
        }
    }

    /// In a choice: chooses what is under the cursor, or the answer with this letter.
    pub fn pick(&mut self, letter: Option<char>) {
        let Some(Input::Choice { options, chosen, cursor }) =
            self.fields.get_mut(self.at).map(|f| &mut f.input)
        else {
            return;
        };
        match letter {
            None => *chosen = Some(*cursor),
            Some(letter) => {
                if let Some(at) = options.iter().position(|(l, ..)| *l == letter) {
                    (*chosen, *cursor) = (Some(at), at);
                }
            }
        }
        self.error = None;
    }

    /// In a date: the next or previous proposal.
    pub fn cycle(&mut self, by: isize) {
        let Some(Input::Date { text, proposals }) = self.fields.get_mut(self.at).map(|f| &mut f.input) else {
            return;
        };
        let now = proposals.iter().position(|(_, date)| date.to_string() == text.value);
        let next = now.map_or(0, |n| n.saturating_add_signed(by).min(proposals.len().saturating_sub(1)));
        if let Some((_, date)) = proposals.get(next) {
            *text = Text::new(date.to_string());
        }
        self.error = None;
    }

    /// The first required field that is empty.
    pub fn missing(&self) -> Option<usize> {
        self.fields.iter().position(|f| f.required && f.value().is_empty())
    }

    /// What a draft keeps.
    pub fn draft(&self) -> Vec<String> {
        self.fields.iter().map(Field::value).collect()
    }

    /// Puts back a draft.
    pub fn restore(&mut self, draft: &[String]) {
        for (field, kept) in self.fields.iter_mut().zip(draft) {
            field.restore(kept);
        }
    }
}

/// A date as written in a field, `2027-02-20`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text.trim(), time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// A date for people, `20 Feb 2027`.
pub(super) fn show_date(date: Date) -> String {
    let month = &date.month().to_string()[..3];
    format!("{} {month} {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_edited_at_the_caret() {
        let mut text = Text::new("see ADR 9");
        text.edit(Edit::Left);
        text.insert('1');
        assert_eq!(text.value, "see ADR 19");
        text.edit(Edit::DeleteWord);
        assert_eq!(text.value, "see ADR 9");
        text.edit(Edit::End);
        text.edit(Edit::DeleteToStart);
        assert_eq!((text.value.as_str(), text.caret), ("", 0));
        text.insert('\u{7}');
        assert_eq!(text.value, "");
    }

    #[test]
    fn carets_count_characters_not_bytes() {
        let mut text = Text::new("é漢");
        text.edit(Edit::Left);
        text.edit(Edit::Backspace);
        assert_eq!((text.value.as_str(), text.caret), ("漢", 0));
    }

    #[test]
    fn dates_cycle_through_the_proposals() {
        let today = parse_date("2026-11-23").unwrap();
        let field = Field::date("Expires", true, today, &[("30 d", 30), ("90 d", 90)], 0);
        let mut form = Form::new(FormKind::Waiver, "p", vec![field], "Save");
        assert_eq!(form.value("Expires"), "2026-12-23");
        form.cycle(1);
        assert_eq!(form.value("Expires"), "2027-02-21");
        form.cycle(1);
        assert_eq!(form.value("Expires"), "2027-02-21");
        assert_eq!(show_date(parse_date("2027-02-21").unwrap()), "21 Feb 2027");
    }

    #[test]
    fn a_draft_comes_back() {
        let options = vec![('a', "yes".to_owned(), String::new()), ('b', "no".to_owned(), String::new())];
        let fields = vec![Field::choice("Answer", options, None), Field::text("Note", false, "")];
        let mut form = Form::new(FormKind::Question, "p", fields, "Save");
        assert_eq!(form.missing(), Some(0));
        form.pick(Some('b'));
        let draft = form.draft();
        form.pick(Some('a'));
        form.restore(&draft);
        assert_eq!(form.letter("Answer"), Some('b'));
    }
}
