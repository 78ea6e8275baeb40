//! Everything that the screen depends on, as plain data. How it changes is `update`'s work, how it looks `page`'s
//! and `view`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Date;

use crate::checklist::{Practice, Section};
use crate::decisions::Decisions;
use crate::edit::Operation;
use crate::engine::{PracticeReport, ProjectReport, Report, ReportedFinding, Rewrite, State};
use crate::output::redact::Secrets;
use crate::source::{FileId, Span};
use crate::tui::backend::{FilePatch, ReportFormat, Written};
use crate::tui::form::Form;
use crate::tui::keymap::{Action, Focus};
use crate::tui::session::{Mark, SessionState};

/// A screen. The screens behind the shown one are kept on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screen {
    /// The notice of the first start.
    Notice,
    /// The scan.
    Scan,
    /// The checklist.
    Checklist,
    /// One practice.
    Item,
    /// The fixes of one practice.
    Review,
    /// The accepted fixes.
    Staged,
    /// The result of the last write.
    Applied,
    /// The report.
    Report,
    /// The log.
    Log,
    /// The page of a rule.
    Rule,
    /// A form.
    Form,
}

/// Something over the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// Actions to look up or to run: the help of a focus, or all commands.
    Menu {
        /// The focus whose help it is; `None` for all commands.
        help: Option<Focus>,
        /// The focus it was opened from.
        from: Focus,
        /// The filter typed so far.
        query: String,
        /// The selected entry.
        cursor: usize,
        /// The first entry shown.
        scroll: usize,
    },
    /// The filter's field on the checklist.
    Filter,
    /// A question that only `y` answers.
    Confirm(Confirm),
    /// The settings modules of the project.
    Picker {
        /// The selected one.
        cursor: usize,
    },
}

/// What a confirmation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Write what is staged.
    Write,
    /// Accept these safe fixes; so many others stay undecided.
    AcceptSafe {
        /// Fingerprints.
        fixes: Vec<String>,
        /// Undecided fixes that are not safe.
        left: usize,
    },
    /// Take back the last write.
    Undo,
}

/// The selected row of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cursor {
    /// A section, by id.
    Section(String),
    /// A practice, by id.
    Practice(String),
}

/// How far a page is scrolled, and which of its rows is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The selected row of a list.
    pub cursor: usize,
    /// The first row shown.
    pub scroll: usize,
    /// Columns by which code is scrolled to the right.
    pub side: usize,
}

/// The scan as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Counts scans; a result of another generation is dropped.
    pub generation: u64,
    /// Whether one is running.
    pub running: bool,
    /// Files found.
    pub found: usize,
    /// Files parsed, of.
    pub parsed: (usize, usize),
    /// Checks done, of.
    pub checked: (usize, usize),
    /// Versions and settings module of each project found.
    pub projects: Vec<(String, String, String)>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether the checklist opens as soon as there is one.
    pub go_on: bool,
}

/// What some fixes change.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Asked for.
    Pending,
    /// Known.
    Ready(Arc<Vec<FilePatch>>),
    /// It cannot be done; why.
    Failed(String),
}

/// A change that `u` takes back.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The marks before it.
    Marks(BTreeMap<String, Mark>),
    /// The rewritten proposals and the marks before it.
    Rewrites(BTreeMap<String, Vec<Rewrite>>, BTreeMap<String, Mark>),
    /// The decisions before it, and the row that was selected.
    Decisions(Box<Decisions>, Cursor),
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether it tells of something that failed.
    pub error: bool,
    /// The sentence.
    pub text: String,
}

/// The result of the last write, with the state before it.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What was written.
    pub written: Arc<Written>,
    /// How many fixes were asked for.
    pub fixes: usize,
    /// Score before: total, verified.
    pub before: (u32, u32),
    /// Score after it.
    pub after: (u32, u32),
    /// Practices whose state changed: id, before, after.
    pub changed: Vec<(String, State, State)>,
    /// Whether it was undone since.
    pub undone: bool,
}

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

    /// The findings of a practice that count and have a fix, in order.
    pub fn fixes(&self, position: usize) -> Vec<&ReportedFinding> {
        let Some(project) = self.project() else { return Vec::new() };
        let Some(practice) = project.practices.get(position) else { return Vec::new() };
        practice
            .findings
            .iter()
            .filter_map(|&id| project.findings.get(id))
            .filter(|f| f.is_active() && f.finding.fix.is_some())
            .collect()
    }

    /// Every fix of the project that counts, in order.
    pub fn all_fixes(&self) -> impl Iterator<Item = &ReportedFinding> {
        let findings = self.project().map(|p| p.findings.as_slice()).unwrap_or_default();
        findings.iter().filter(|f| f.is_active() && f.finding.fix.is_some())
    }

    /// The fix with this fingerprint.
    pub fn fix_by(&self, fingerprint: &str) -> Option<&ReportedFinding> {
        self.all_fixes().find(|f| f.fingerprint == fingerprint)
    }

    /// The shown fix of the selected practice.
    pub fn current_fix(&self) -> Option<&ReportedFinding> {
        self.fixes(self.selected()?).get(self.fix).copied()
    }

    /// The mark on a fix.
    pub fn mark(&self, fingerprint: &str) -> Option<Mark> {
        self.session.marks.get(fingerprint).copied()
    }

    /// The fingerprints of the accepted fixes of the project, in order.
    pub fn staged(&self) -> Vec<String> {
        self.all_fixes()
            .filter(|f| self.mark(&f.fingerprint) == Some(Mark::Accepted))
            .map(|f| f.fingerprint.clone())
            .collect()
    }

    /// How many fixes of the project are accepted, rejected, undecided.
    pub fn marks(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for fix in self.all_fixes() {
            counts[match self.mark(&fix.fingerprint) {
                Some(Mark::Accepted) => 0,
                Some(Mark::Rejected) => 1,
                None => 2,
            }] += 1;
        }
        counts
    }

    /// Path and line of a span, `config/settings.py:12`.
    pub fn place_name(&self, span: Span) -> String {
        let Some(report) = &self.report else { return String::new() };
        let path = crate::source::clean(report.sources.path(span.file));
        format!("{path}:{}", report.sources.line(span))
    }

    /// The files that a fix changes, in the order of its operations.
    pub fn fix_files(&self, found: &ReportedFinding) -> Vec<FileId> {
        let mut files = Vec::new();
        for operation in found.finding.fix.iter().flat_map(|fix| &fix.operations) {
            if !files.contains(&operation.file()) {
                files.push(operation.file());
            }
        }
        files
    }

    /// Where a fix changes something: its first file, and the first changed line when that is known.
    pub fn fix_place(&self, found: &ReportedFinding) -> Option<(FileId, Option<usize>)> {
        let file = *self.fix_files(found).first()?;
        let report = self.report.as_ref()?;
        let path = report.sources.path(file);
        let planned = match self.plans.get([found.fingerprint.clone()].as_slice()) {
            Some(Plan::Ready(files)) => files.iter().find(|f| f.path == path),
            Some(Plan::Pending | Plan::Failed(_)) | None => None,
        };
        let same = |(before, after): &(&str, &str)| before == after;
        let line = planned.map(|f| f.before.lines().zip(f.after.lines()).take_while(same).count() + 1);
        let primary = found.finding.primary.span;
        Some((file, line.or_else(|| (primary.file == file).then(|| report.sources.line(primary)))))
    }

    /// That place for people: `config/settings.py:12`, or the file alone.
    pub fn fix_place_name(&self, found: &ReportedFinding) -> String {
        let (Some(report), Some((file, line))) = (&self.report, self.fix_place(found)) else {
            return String::new();
        };
        let path = crate::source::clean(report.sources.path(file));
        line.map_or(path.clone(), |line| format!("{path}:{line}"))
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
