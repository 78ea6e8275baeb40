//! The decisions file: read with clear errors, changed in place so that comments and order survive.

use time::Date;
use time::macros::format_description;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use super::{Answer, Decisions, PublicView, Waiver, WaiverScope};
use crate::checklist::Becomes;

/// The file's name, in the scanned root.
pub const FILE_NAME: &str = "drf-harden-decisions.toml";

/// What stands above the first decision in a new file.
const HEADER: &str = "\
# Decisions about drf-harden's findings: answers to its questions and waivers.
# Commit this file; it is reviewed like code. `drf-harden explain states` says what each entry does.
";

/// Why a decisions file was not used.
#[derive(Debug, thiserror::Error)]
pub enum DecisionsError {
    /// Not TOML.
    #[error("{FILE_NAME}: {0}")]
    Syntax(String),
    /// An entry lacks something or holds a wrong value.
    #[error("{FILE_NAME}, line {line}: {message}")]
    Entry {
        /// The line, from 1.
        line: usize,
        /// One clause.
        message: String,
    },
}

/// The text of a decisions file and what it says.
#[derive(Clone, Debug)]
pub struct DecisionsFile {
    document: DocumentMut,
    crlf: bool,
    /// What it says.
    pub decisions: Decisions,
}

impl Default for DecisionsFile {
    fn default() -> Self {
        let document = HEADER.parse().expect("internal error: the header is TOML");
        Self { document, crlf: false, decisions: Decisions::default() }
    }
}

impl DecisionsFile {
    /// Reads the text of a decisions file.
    ///
    /// # Errors
    /// [`DecisionsError`] names the line of the first entry that cannot be used.
    pub fn parse(text: &str) -> Result<Self, DecisionsError> {
        let parsed = toml_edit::Document::parse(text).map_err(|e| DecisionsError::Syntax(one_line(&e)))?;
        let decisions = Decisions {
            answers: entries(parsed.as_table(), text, "answer", read_answer)?,
            waivers: entries(parsed.as_table(), text, "waiver", read_waiver)?,
            settings: entries(parsed.as_table(), text, "project", |e| {
                Ok((e.optional_text("root")?.unwrap_or_default(), e.text("settings")?))
            })?,
            public: entries(parsed.as_table(), text, "public", read_public)?,
        };
        let document = text.parse().map_err(|e| DecisionsError::Syntax(one_line(&e)))?;
        Ok(Self { document, crlf: text.contains("\r\n"), decisions })
    }

    /// The text to write.
    pub fn text(&self) -> String {
        let text = self.document.to_string();
        if self.crlf { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
    }

    /// Sets the answer for its practice and project, or takes it away with `None`.
    pub fn set_answer(&mut self, project: &str, practice: &str, answer: Option<Answer>) {
        let keys = [("project", project), ("practice", practice)];
        let same = |a: &Answer| a.project == project && a.practice == practice;
        if let Some(answer) = answer {
            write_answer(upsert(&mut self.document, "answer", &keys), &answer);
            replace(&mut self.decisions.answers, same, answer);
        } else {
            remove(&mut self.document, "answer", &keys);
            self.decisions.answers.retain(|a| !same(a));
        }
    }

    /// Sets a waiver (at most one for a check, project and scope), or takes it away.
    pub fn set_waiver(&mut self, project: &str, check: &str, scope: &WaiverScope, waiver: Option<Waiver>) {
        let (scope_key, scope_value) = scope_entry(scope);
        let keys = [("project", project), ("check", check), (scope_key, scope_value)];
        let same = |w: &Waiver| w.project == project && w.check == check && w.scope == *scope;
        if let Some(waiver) = waiver {
            write_waiver(upsert(&mut self.document, "waiver", &keys), &waiver);
            replace(&mut self.decisions.waivers, same, waiver);
        } else {
            remove(&mut self.document, "waiver", &keys);
            self.decisions.waivers.retain(|w| !same(w));
        }
    }

    /// Says that a view is for everybody (`Some`), or takes that back.
    pub fn set_public(&mut self, project: &str, view: &str, entry: Option<PublicView>) {
        let keys = [("project", project), ("view", view)];
        let same = |p: &PublicView| p.project == project && p.view == view;
        if let Some(entry) = entry {
            let table = upsert(&mut self.document, "public", &keys);
            put(table, "reason", entry.reason.as_str().into());
            put(table, "by", entry.by.as_str().into());
            put(table, "on", date_value(entry.on));
            replace(&mut self.decisions.public, same, entry);
        } else {
            remove(&mut self.document, "public", &keys);
            self.decisions.public.retain(|p| !same(p));
        }
    }

    /// Changes the file so that it says exactly `wanted`; entries that stay keep their place and comments.
    pub fn set_all(&mut self, wanted: &Decisions) {
        for old in self.decisions.answers.clone() {
            if !wanted.answers.iter().any(|a| a.project == old.project && a.practice == old.practice) {
                self.set_answer(&old.project, &old.practice, None);
            }
        }
        for answer in &wanted.answers {
            if !self.decisions.answers.contains(answer) {
                self.set_answer(&answer.project, &answer.practice, Some(answer.clone()));
            }
        }
        let same =
            |a: &Waiver, b: &Waiver| a.project == b.project && a.check == b.check && a.scope == b.scope;
        for old in self.decisions.waivers.clone() {
            if !wanted.waivers.iter().any(|w| same(w, &old)) {
                self.set_waiver(&old.project, &old.check, &old.scope, None);
            }
        }
        for waiver in &wanted.waivers {
            if !self.decisions.waivers.contains(waiver) {
                self.set_waiver(&waiver.project, &waiver.check, &waiver.scope, Some(waiver.clone()));
            }
        }
        for old in self.decisions.public.clone() {
            if !wanted.public.iter().any(|p| p.project == old.project && p.view == old.view) {
                self.set_public(&old.project, &old.view, None);
            }
        }
        for entry in &wanted.public {
            if !self.decisions.public.contains(entry) {
                self.set_public(&entry.project, &entry.view, Some(entry.clone()));
            }
        }
        for (root, _) in self.decisions.settings.clone() {
            if !wanted.settings.iter().any(|(r, _)| *r == root) {
                remove(&mut self.document, "project", &[("root", &root)]);
                self.decisions.settings.retain(|(r, _)| *r != root);
            }
        }
        for (root, module) in &wanted.settings {
            if !self.decisions.settings.contains(&(root.clone(), module.clone())) {
                self.set_settings(root, module);
            }
        }
    }

    /// Keeps the settings module chosen for a project.
    pub fn set_settings(&mut self, project: &str, module: &str) {
        let table = upsert(&mut self.document, "project", &[("root", project)]);
        put(table, "settings", module.into());
        let entry = (project.to_owned(), module.to_owned());
        replace(&mut self.decisions.settings, |(root, _)| root == project, entry);
    }
}

fn replace<T>(items: &mut Vec<T>, same: impl Fn(&T) -> bool, item: T) {
    match items.iter().position(&same) {
        Some(at) => items[at] = item,
        None => items.push(item),
    }
}

/// One entry while it is read; every error names its line.
struct EntryReader<'a> {
    table: &'a Table,
    line: usize,
}

impl EntryReader<'_> {
    fn error(&self, message: impl Into<String>) -> DecisionsError {
        DecisionsError::Entry { line: self.line, message: message.into() }
    }

    fn optional_text(&self, key: &str) -> Result<Option<String>, DecisionsError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(item) => {
                let text = item.as_str().ok_or_else(|| self.error(format!("`{key}` is not text")))?;
                Ok(Some(text.to_owned()))
            }
        }
    }

    fn text(&self, key: &str) -> Result<String, DecisionsError> {
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

fn entries<T>(
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

fn read_answer(entry: &EntryReader<'_>) -> Result<Answer, DecisionsError> {
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

fn read_public(entry: &EntryReader<'_>) -> Result<PublicView, DecisionsError> {
    Ok(PublicView {
        project: entry.optional_text("project")?.unwrap_or_default(),
        view: entry.text("view")?,
        reason: entry.text("reason")?,
        by: entry.text("by")?,
        on: entry.date("on")?,
    })
}

fn read_waiver(entry: &EntryReader<'_>) -> Result<Waiver, DecisionsError> {
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

fn scope_entry(scope: &WaiverScope) -> (&'static str, &str) {
    match scope {
        WaiverScope::Place(print) => ("fingerprint", print),
        WaiverScope::Folder(folder) => ("folder", folder),
        WaiverScope::Everywhere => ("scope", "everywhere"),
    }
}

fn write_answer(table: &mut Table, answer: &Answer) {
    let Answer { project: _, practice: _, becomes, choice, note, by, on, review } = answer;
    let state = match becomes {
        Becomes::Fail => "fail",
        Becomes::Attested => "attested",
        Becomes::NotApplicable => "n/a",
        Becomes::Open => "open",
    };
    put(table, "state", state.into());
    put_text(table, "choice", &choice.map(String::from).unwrap_or_default());
    put_text(table, "note", note);
    put(table, "by", by.as_str().into());
    put(table, "on", date_value(*on));
    match review {
        Some(date) => put(table, "review", date_value(*date)),
        None => drop(table.remove("review")),
    }
}

fn write_waiver(table: &mut Table, waiver: &Waiver) {
    let Waiver { project: _, check: _, scope: _, reason, owner, expires, ticket, on } = waiver;
    put(table, "reason", reason.as_str().into());
    put(table, "owner", owner.as_str().into());
    put(table, "expires", date_value(*expires));
    put_text(table, "ticket", ticket);
    put(table, "on", date_value(*on));
}

fn date_value(date: Date) -> Value {
    let date = toml_edit::Date {
        year: date.year().unsigned_abs() as u16,
        month: date.month().into(),
        day: date.day(),
    };
    toml_edit::Datetime { date: Some(date), time: None, offset: None }.into()
}

/// Sets a value and keeps the comment that stands behind the old one.
fn put(table: &mut Table, key: &str, mut new: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table[key] = value(new);
}

fn put_text(table: &mut Table, key: &str, text: &str) {
    if text.is_empty() { drop(table.remove(key)) } else { put(table, key, text.into()) }
}

fn matches(table: &Table, keys: &[(&str, &str)]) -> bool {
    keys.iter().all(|(key, wanted)| table.get(key).and_then(Item::as_str).unwrap_or_default() == *wanted)
}

/// The entry with these keys, added at the end of its list when there is none.
fn upsert<'a>(document: &'a mut DocumentMut, list: &str, keys: &[(&str, &str)]) -> &'a mut Table {
    let item = document.entry(list).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = item.as_array_of_tables_mut().expect("internal error: checked when the file was read");
    let found = tables.iter().position(|t| matches(t, keys));
    if found.is_none() {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        for (key, text) in keys.iter().filter(|(_, text)| !text.is_empty()) {
            put(&mut table, key, (*text).into());
        }
        tables.push(table);
    }
    let at = found.unwrap_or(tables.len() - 1);
    tables.get_mut(at).expect("internal error: found above")
}

fn remove(document: &mut DocumentMut, list: &str, keys: &[(&str, &str)]) {
    if let Some(tables) = document.get_mut(list).and_then(Item::as_array_of_tables_mut) {
        tables.retain(|t| !matches(t, keys));
    }
}

fn one_line(error: &toml_edit::TomlError) -> String {
    error.to_string().lines().filter(|l| !l.trim_start().starts_with('|')).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn answer(note: &str) -> Answer {
        Answer {
            project: String::new(),
            practice: "waf-rate-limit".into(),
            becomes: Becomes::Attested,
            choice: Some('c'),
            note: note.into(),
            by: "Dana".into(),
            on: date!(2026 - 11 - 23),
            review: Some(date!(2027 - 11 - 23)),
        }
    }

    fn public(reason: &str) -> PublicView {
        PublicView {
            project: String::new(),
            view: "shop.views.Login".into(),
            reason: reason.into(),
            by: "Dana".into(),
            on: date!(2026 - 11 - 23),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut file = DecisionsFile::default();
        file.set_answer("", "waf-rate-limit", Some(answer("gateway")));
        file.set_settings("services/api", "config.settings.production");
        let waiver = Waiver {
            project: String::new(),
            check: "cors-allow-all".into(),
            scope: WaiverScope::Everywhere,
            reason: "public".into(),
            owner: "dana@example.org".into(),
            expires: date!(2027 - 02 - 20),
            ticket: String::new(),
            on: date!(2026 - 11 - 23),
        };
        file.set_waiver("", "cors-allow-all", &WaiverScope::Everywhere, Some(waiver));
        file.set_public("", "shop.views.Login", Some(public("the login")));
        file.set_public("", "shop.views.Login", Some(public("login")));
        assert_eq!(file.decisions.public, [public("login")]);
        let again = DecisionsFile::parse(&file.text()).unwrap();
        assert_eq!(again.decisions, file.decisions);
        assert_eq!(again.text(), file.text());
    }

    #[test]
    fn comments_and_order_survive_a_change() {
        let text = "# ours\n[[answer]]\npractice = \"waf-rate-limit\"\nstate = \"open\" # ask ops\nby = \"x\"\non = 2026-01-01\n\n[[answer]]\npractice = \"other\"\nstate = \"fail\"\nby = \"x\"\non = 2026-01-01\n";
        let mut file = DecisionsFile::parse(text).unwrap();
        file.set_answer("", "waf-rate-limit", Some(answer("gateway")));
        let after = file.text();
        assert!(after.starts_with(
            "# ours\n[[answer]]\npractice = \"waf-rate-limit\"\nstate = \"attested\" # ask ops\n"
        ));
        assert!(after.find("waf-rate-limit").unwrap() < after.find("other").unwrap());
        file.set_answer("", "waf-rate-limit", None);
        assert_eq!(file.decisions.answers.len(), 1);
        assert!(!file.text().contains("waf-rate-limit"));
    }

    #[test]
    fn all_at_once_changes_only_what_differs() {
        let text = "[[project]] # the api\nroot = \"api\"\nsettings = \"a\"\n\n[[answer]]\npractice = \"p\"\nstate = \"open\"\nby = \"x\"\non = 2026-01-01\n";
        let mut file = DecisionsFile::parse(text).unwrap();
        file.set_all(&file.decisions.clone());
        assert_eq!(file.text(), text);
        let wanted = Decisions {
            answers: vec![answer("gateway")],
            public: vec![public("login")],
            ..file.decisions.clone()
        };
        file.set_all(&wanted);
        assert_eq!(DecisionsFile::parse(&file.text()).unwrap().decisions, wanted);
        assert!(file.text().starts_with("[[project]] # the api\n"));
        file.set_all(&Decisions::default());
        assert_eq!(DecisionsFile::parse(&file.text()).unwrap().decisions, Decisions::default());
    }

    #[test]
    fn an_error_names_the_line() {
        let text = "\n[[waiver]]\ncheck = \"x\"\nscope = \"everywhere\"\nreason = \"r\"\nowner = \"o\"\non = 2026-01-01\n";
        let error = DecisionsFile::parse(text).unwrap_err().to_string();
        assert_eq!(error, "drf-harden-decisions.toml, line 2: `expires` is missing");
        assert!(DecisionsFile::parse("[[answer]\n").unwrap_err().to_string().contains("line 1"));
    }
}
