//! Entries as they are read; every error names its line.

use time::Date;
use time::macros::format_description;
use toml_edit::{Table, Value};

use super::DecisionsError;
use crate::checklist::Becomes;
use crate::decisions::{Answer, PublicView, Waiver, WaiverScope};

/// One entry while it is read; every error names its line.
pub(super) struct EntryReader<'a> {
    table: &'a Table,
    line: usize,
}

impl EntryReader<'_> {
    fn error(&self, message: impl Into<String>) -> DecisionsError {
        DecisionsError::Entry { line: self.line, message: message.into() }
    }

    pub(super) fn optional_text(&self, key: &str) -> Result<Option<String>, DecisionsError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(item) => {
                let text = item.as_str().ok_or_else(|| self.error(format!("`{key}` is not text")))?;
                Ok(Some(text.to_owned()))
            }
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<String, DecisionsError> {
        match self.optional_text(key)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(self.error(format!("`{key}` is empty"))),
            None => Err(self.error(format!("`{key}` is missing"))),
        }
    }

    fn optional_date(&self, key: &str) -> Result<Option<Date>, DecisionsError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let bad = || self.error(format!("`{key}` is not a date such as 2027-02-20"));
        let text = match item.as_value() {
            Some(Value::Datetime(date)) => date.value().to_string(),
            Some(Value::String(text)) => text.value().clone(),
            _ => return Err(bad()),
        };
        parse_date(&text).map(Some).ok_or_else(bad)
    }

    fn date(&self, key: &str) -> Result<Date, DecisionsError> {
        self.optional_date(key)?.ok_or_else(|| self.error(format!("`{key}` is missing")))
    }
}

/// Reads `2027-02-20`.
pub fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()
}

pub(super) fn entries<T>(
    root: &Table,
    text: &str,
    key: &str,
    read: impl Fn(&EntryReader<'_>) -> Result<T, DecisionsError>,
) -> Result<Vec<T>, DecisionsError> {
    let Some(item) = root.get(key) else { return Ok(Vec::new()) };
    let Some(tables) = item.as_array_of_tables() else {
        let message = format!("`{key}` is not a list of tables; write [[{key}]]");
        return Err(DecisionsError::Entry { line: 1, message });
    };
    tables
        .iter()
        .map(|table| {
            let start = table.span().map_or(0, |s| s.start.min(text.len()));
            read(&EntryReader { table, line: text[..start].matches('\n').count() + 1 })
        })
        .collect()
}

pub(super) fn read_answer(entry: &EntryReader<'_>) -> Result<Answer, DecisionsError> {
    let becomes = match entry.text("state")?.as_str() {
        "fail" => Becomes::Fail,
        "attested" => Becomes::Attested,
        "n/a" => Becomes::NotApplicable,
        "open" => Becomes::Open,
        other => return Err(entry.error(format!("`state` is `{other}`, not fail, attested, n/a or open"))),
    };
    Ok(Answer {
        project: entry.optional_text("project")?.unwrap_or_default(),
        practice: entry.text("practice")?,
        becomes,
        choice: entry.optional_text("choice")?.and_then(|c| c.chars().next()),
        note: entry.optional_text("note")?.unwrap_or_default(),
        by: entry.text("by")?,
        on: entry.date("on")?,
        review: entry.optional_date("review")?,
    })
}

pub(super) fn read_public(entry: &EntryReader<'_>) -> Result<PublicView, DecisionsError> {
    Ok(PublicView {
        project: entry.optional_text("project")?.unwrap_or_default(),
        view: entry.text("view")?,
        reason: entry.text("reason")?,
        by: entry.text("by")?,
        on: entry.date("on")?,
    })
}

pub(super) fn read_waiver(entry: &EntryReader<'_>) -> Result<Waiver, DecisionsError> {
    let scope = match (entry.optional_text("fingerprint")?, entry.optional_text("folder")?) {
        (Some(print), _) => WaiverScope::Place(print),
        (None, Some(folder)) => WaiverScope::Folder(folder),
        (None, None) if entry.optional_text("scope")?.as_deref() == Some("everywhere") => {
            WaiverScope::Everywhere
        }
        (None, None) => {
            return Err(entry.error("no `fingerprint`, no `folder` and not `scope = \"everywhere\"`"));
        }
    };
    Ok(Waiver {
        project: entry.optional_text("project")?.unwrap_or_default(),
        check: entry.text("check")?,
        scope,
        reason: entry.text("reason")?,
        owner: entry.text("owner")?,
        expires: entry.date("expires")?,
        ticket: entry.optional_text("ticket")?.unwrap_or_default(),
        on: entry.date("on")?,
    })
}
