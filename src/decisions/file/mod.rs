//! The decisions file: read with clear errors, changed in place so that comments and order survive.

mod read;
mod write;

use toml_edit::DocumentMut;

use super::{Answer, Decisions, PublicView, Waiver, WaiverScope};
use read::{entries, read_answer, read_public, read_waiver};
use write::{date_value, put, remove, scope_entry, upsert, write_answer, write_waiver};

pub use read::parse_date;

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

fn one_line(error: &toml_edit::TomlError) -> String {
    error.to_string().lines().filter(|l| !l.trim_start().starts_with('|')).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::checklist::Becomes;

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
