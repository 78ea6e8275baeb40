//! Everything that the screen depends on, as plain data. How it changes is `update`'s work, how it looks `page`'s
//! and `view`'s.

mod fixes;
mod screen;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Date;

use crate::checklist::{Practice, Section};
use crate::decisions::Decisions;
use crate::edit::Operation;
use crate::endpoints::Exposure;
use crate::engine::{PracticeReport, ProjectReport, Report, State};
use crate::output::redact::Secrets;
use crate::source::Span;
use crate::tui::backend::ReportFormat;
use crate::tui::form::Form;
use crate::tui::keymap::{Action, Focus};
use crate::tui::session::SessionState;

pub use screen::{Confirm, Cursor, Overlay, Screen, View};
pub use work::{Applied, Change, Endpoints, Entry, Plan, Scan};

/// The whole state of the session.
#[derive(Clone, Debug)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether marks and frames keep to ASCII.
    pub ascii: bool,
    /// The name of the scanned root.
    pub name: String,
    /// Today.
    pub today: Date,
    /// Who answers.
    pub author: String,
    /// Texts of the project's secrets, which are not shown.
    pub secrets: Secrets,
    /// The report, as soon as there is one.
    pub report: Option<Arc<Report>>,
    /// Which of its projects is shown.
    pub project: usize,
    /// The team's decisions.
    pub decisions: Decisions,
    /// What is kept between runs.
    pub session: SessionState,
    /// The screens, the shown one last; never empty.
    pub stack: Vec<Screen>,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// The scan.
    pub scan: Scan,
    /// The selected row of the checklist.
    pub cursor: Cursor,
    /// The row to select when the decisions are judged again.
    pub return_to: Option<Cursor>,
    /// Scroll positions.
    pub views: BTreeMap<Screen, View>,
    /// The shown place of the selected practice.
    pub place: usize,
    /// The selected link of that place: the place itself, then the links of its setting's chain.
    pub link: usize,
    /// The shown fix of the selected practice.
    pub fix: usize,
    /// Lines around a change.
    pub context: usize,
    /// Whether a diff stands side by side.
    pub side_by_side: bool,
    /// Whether one pane takes the whole screen.
    pub zoom: bool,
    /// What fixes change, by their fingerprints.
    pub plans: BTreeMap<Vec<String>, Plan>,
    /// The operations of the report that a rewrite has taken the place of, by fingerprint.
    pub proposals: BTreeMap<String, Vec<Operation>>,
    /// The endpoints.
    pub endpoints: Endpoints,
    /// Only endpoints of this exposure are shown.
    pub exposure: Option<Exposure>,
    /// The selected cell of the selected endpoint.
    pub cell: usize,
    /// Files to be written that have uncommitted edits.
    pub uncommitted: Vec<String>,
    /// The open form.
    pub form: Option<Form>,
    /// The result of the last write.
    pub applied: Option<Applied>,
    /// The formats ticked on the report screen.
    pub formats: Vec<ReportFormat>,
    /// One sentence about what just happened.
    pub notice: Option<String>,
    /// What is being done outside, for the header.
    pub busy: Option<&'static str>,
    /// What changed since the last session, in one line.
    pub since: Option<String>,
    /// Notices and errors, oldest first.
    pub log: Vec<Entry>,
    /// Changes to take back, newest last.
    pub undo: Vec<Change>,
    /// Changes taken back, newest last.
    pub redo: Vec<Change>,
}

impl Model {
    /// A model before the first scan.
    pub fn new(name: String, today: Date, author: String, session: SessionState) -> Self {
        let first = if session.seen_notice { Screen::Scan } else { Screen::Notice };
        let cursor = Cursor::Practice(session.practice.clone());
        Self {
            size: (80, 24),
            ascii: false,
            name,
            today,
            author,
            secrets: Secrets::default(),
            report: None,
            project: 0,
            decisions: Decisions::default(),
            session,
            stack: vec![first],
            overlay: None,
            scan: Scan::default(),
            cursor,
            return_to: None,
            views: BTreeMap::new(),
            place: 0,
            link: 0,
            fix: 0,
            context: 3,
            side_by_side: false,
            zoom: false,
            plans: BTreeMap::new(),
            proposals: BTreeMap::new(),
            endpoints: Endpoints::default(),
            exposure: None,
            cell: 0,
            uncommitted: Vec::new(),
            form: None,
            applied: None,
            formats: vec![ReportFormat::Markdown],
            notice: None,
            busy: None,
            since: None,
            log: Vec::new(),
            undo: Vec::new(),
            redo: Vec::new(),
        }
    }

    /// The shown screen.
    ///
    /// # Panics
    /// Never: a screen is only taken off the stack when there is another below it.
    pub fn screen(&self) -> Screen {
        *self.stack.last().expect("internal error: the stack of screens is never empty")
    }

    /// Where the keys go.
    pub fn focus(&self) -> Focus {
        match &self.overlay {
            Some(Overlay::Menu { .. }) => return Focus::Menu,
            Some(Overlay::Filter) => return Focus::Filter,
            Some(Overlay::Confirm(_)) => return Focus::Confirm,
            Some(Overlay::Picker { .. }) => return Focus::Picker,
            None => {}
        }
        match self.screen() {
            Screen::Notice => Focus::Notice,
            Screen::Scan => Focus::Scan,
            Screen::Checklist => Focus::Checklist,
            Screen::Item => Focus::Item,
            Screen::Review => Focus::Review,
            Screen::Staged => Focus::Staged,
            Screen::Applied => Focus::Applied,
            Screen::Report => Focus::Report,
            Screen::Log => Focus::Log,
            Screen::Endpoints | Screen::Endpoint => Focus::Endpoints,
            Screen::Rule => Focus::Rule,
            Screen::Form => self.form.as_ref().map_or(Focus::Button, Form::focus),
        }
    }

    /// The scroll position of a screen.
    pub fn view(&self, screen: Screen) -> View {
        self.views.get(&screen).copied().unwrap_or_default()
    }

    /// The scroll position of a screen, to change it.
    pub fn view_mut(&mut self, screen: Screen) -> &mut View {
        self.views.entry(screen).or_default()
    }

    /// The shown project.
    pub fn project(&self) -> Option<&ProjectReport> {
        self.report.as_ref()?.projects.get(self.project)
    }

    /// The selected practice, by its position in the project.
    pub fn selected(&self) -> Option<usize> {
        let Cursor::Practice(id) = &self.cursor else { return None };
        self.find(id)
    }

    /// The position of a practice in the project.
    pub fn find(&self, id: &str) -> Option<usize> {
        let report = self.report.as_ref()?;
        self.project()?.practices.iter().position(|p| report.catalog.practices[p.practice].id == id)
    }

    /// A practice of the project: what the catalogue says and what was found.
    pub fn practice(&self, position: usize) -> Option<(&Practice, &PracticeReport)> {
        let found = self.project()?.practices.get(position)?;
        Some((self.report.as_ref()?.catalog.practices.get(found.practice)?, found))
    }

    /// The section of a practice.
    pub fn section_of(&self, practice: &Practice) -> Option<&Section> {
        self.report.as_ref()?.catalog.sections.iter().find(|s| s.id == practice.section)
    }

    /// Path and line of a span, `config/settings.py:12`.
    pub fn place_name(&self, span: Span) -> String {
        let Some(report) = &self.report else { return String::new() };
        let path = crate::source::clean(report.sources.path(span.file));
        format!("{path}:{}", report.sources.line(span))
    }

    /// The key of a practice in the session's maps.
    pub fn session_key(&self, practice: &str) -> String {
        format!("{}/{practice}", self.project().map_or("", |p| p.root.as_str()))
    }

    /// Puts a sentence into the notice line and the log.
    pub fn say(&mut self, text: impl Into<String>) {
        self.tell(text.into(), false);
    }

    /// Puts an error into the notice line and the log.
    pub fn fail(&mut self, text: impl Into<String>) {
        self.tell(text.into(), true);
    }

    fn tell(&mut self, text: String, error: bool) {
        self.log.push(Entry { error, text: text.clone() });
        self.notice = Some(text);
    }

    /// Why an action cannot be done now; `None` when it can. For the palette and for notices.
    pub fn why_not(&self, action: Action) -> Option<&'static str> {
        let selected = self.selected().and_then(|p| self.practice(p));
        match action {
            Action::Fix if selected.is_none() => Some("select a practice first"),
            Action::Fix if self.fixes(self.selected()?).is_empty() => Some("no automatic fix here"),
            Action::Answer
            | Action::Attest
            | Action::NotApplicable
            | Action::Waive
            | Action::Note
            | Action::Rule
                if selected.is_none() =>
            {
                Some("select a practice first")
            }
            Action::Answer if selected.is_some_and(|(p, _)| p.question.is_none()) => {
                Some("nothing is asked here; the code decides it")
            }
            Action::Attest => selected.and_then(|(_, found)| match found.state {
                State::Pass | State::NotApplicable => Some("nothing to attest: it is in order"),
                State::Fail | State::Part | State::Waived => Some(
                    "the code shows that it is not in order: fix it, waive it, or say that it does not apply",
                ),
                State::Ask | State::Unknown | State::Attested => None,
            }),
            Action::Waive if selected.is_some_and(|(_, r)| r.findings.is_empty()) => {
                Some("nothing to waive: there is no finding here")
            }
            Action::Write | Action::SavePatch if self.staged().is_empty() => Some("nothing is accepted yet"),
            Action::Undo if self.undo.is_empty() && self.session.last_write.is_empty() => {
                Some("nothing to undo")
            }
            Action::Redo if self.redo.is_empty() => Some("nothing to redo"),
            Action::NextProject if self.report.as_ref().is_none_or(|r| r.projects.len() < 2) => {
                Some("there is only one project here")
            }
            _ => None,
        }
    }
}
