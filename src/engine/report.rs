//! The report as plain data: practices with states, findings, score, files not read. Each output converts it to
//! its own shape; nothing here is serialised.

use std::path::PathBuf;
use std::sync::Arc;

use crate::checklist::Catalog;
use crate::decisions::{Answer, Waiver};
use crate::finding::{Confidence, Finding, OpenView, Outcome, Severity, Suppressed, Verdict};
use crate::project::{NotRead, Project};
use crate::python::forget_trees;
use crate::settings::SettingsModel;
use crate::source::Sources;

/// The result of one scan.
#[derive(Clone, Debug)]
pub struct Report {
    /// The scanned root, absolute.
    pub root: PathBuf,
    /// The texts that were judged.
    pub sources: Arc<Sources>,
    /// Prose and mappings.
    pub catalog: Arc<Catalog>,
    /// One for each Django project; a last one with an empty `project` for Python files under none of them.
    pub projects: Vec<ProjectReport>,
    /// Files left out, sorted by path.
    pub not_read: Vec<NotRead>,
    /// How many Python and TOML files were read.
    pub files_read: usize,
    /// Sentences for the user: several settings modules, a waiver about to expire, an unused ignore comment.
    pub notices: Vec<String>,
    /// Findings that the profile or the selection leaves out.
    pub hidden_by_profile: usize,
}

impl Report {
    /// Lets go of the parsed files, which only the scan needed: for programs that keep the report.
    pub fn forget_trees(&self) {
        forget_trees(&self.sources);
    }
}

/// One Django project, judged.
#[derive(Clone, Debug)]
pub struct ProjectReport {
    /// The project; `None` for Python files under no Django project.
    pub project: Option<Project>,
    /// Its folder relative to the scanned root.
    pub root: String,
    /// A name for people.
    pub name: String,
    /// The judged settings.
    pub model: Option<Arc<SettingsModel>>,
    /// Every practice, in walking order.
    pub practices: Vec<PracticeReport>,
    /// Every finding, ordered by practice, then severity, then place. A finding stands here once, although
    /// several practices may show it.
    pub findings: Vec<ReportedFinding>,
    /// The score.
    pub score: Score,
}

impl ProjectReport {
    /// The view of this dotted name, where a finding says that it lets everybody in.
    pub fn open_view(&self, view: &str) -> Option<&OpenView> {
        let findings = self.findings.iter().filter(|f| f.is_active());
        findings.flat_map(|f| &f.finding.open_views).find(|open| open.view == view)
    }
}

/// The position of a finding in [`ProjectReport::findings`].
pub type FindingId = usize;

/// A finding with what the run adds to it.
#[derive(Clone, Debug)]
pub struct ReportedFinding {
    /// Such as `f1`, counted over the whole report.
    pub id: String,
    /// The finding.
    pub finding: Finding,
    /// Effective severity.
    pub severity: Severity,
    /// Effective confidence.
    pub confidence: Confidence,
    /// The verdict it belongs to: fail, or unknown.
    pub verdict: Verdict,
    /// Check, path, symbol, normalised snippet and ordinal, hashed: 16 hex digits; never a line number.
    /// Also the id of its fix.
    pub fingerprint: String,
    /// The comment that hides it.
    pub suppressed: Option<Suppressed>,
    /// The waiver that covers it.
    pub waived: Option<Waiver>,
    /// Whether the baseline lists it; `None` without one.
    pub known: Option<bool>,
    /// The practices that show it, by index into [`ProjectReport::practices`].
    pub practices: Vec<usize>,
}

impl ReportedFinding {
    /// Whether it counts: neither hidden by a comment nor waived.
    pub fn is_active(&self) -> bool {
        self.suppressed.is_none() && self.waived.is_none()
    }

    /// Whether it counts and the baseline does not list it.
    pub fn is_new(&self) -> bool {
        self.is_active() && self.known != Some(true)
    }
}

/// The state of a practice: what people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// In order.
    Pass,
    /// Partly in order.
    Part,
    /// Not in order.
    Fail,
    /// A question is open.
    Ask,
    /// In order on a person's word.
    Attested,
    /// Accepted for a time.
    Waived,
    /// Nothing of the kind here.
    NotApplicable,
    /// Cannot be told.
    Unknown,
}

impl State {
    /// The word of the machine output and of filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Part => "part",
            Self::Fail => "fail",
            Self::Ask => "ask",
            Self::Attested => "attested",
            Self::Waived => "waived",
            Self::NotApplicable => "n/a",
            Self::Unknown => "unknown",
        }
    }

    /// Whether somebody has still to do something about it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Fail | Self::Part | Self::Ask | Self::Unknown)
    }
}

/// One practice in one project.
#[derive(Clone, Debug)]
pub struct PracticeReport {
    /// Index into [`Catalog::practices`].
    pub practice: usize,
    /// Its state.
    pub state: State,
    /// Its checks' results, in the catalogue's order.
    pub checks: Vec<CheckResult>,
    /// Its findings.
    pub findings: Vec<FindingId>,
    /// What people decided about it.
    pub decision: Option<DecisionNote>,
    /// Points it can give; 0 when not applicable.
    pub points: u32,
    /// Points it gives, in hundredths.
    pub earned: u32,
}

impl PracticeReport {
    /// The results of the checks, those first that make the state what it is.
    pub fn telling(&self) -> Vec<&CheckResult> {
        let mut results: Vec<&CheckResult> = self.checks.iter().collect();
        results.sort_by_key(|result| match result.outcome.verdict {
            Verdict::Fail => 0,
            Verdict::Unknown => 1,
            Verdict::Pass => 2,
            Verdict::NotApplicable => 3,
        });
        results
    }
}

/// One check's result inside a practice.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// The check's id.
    pub check: String,
    /// Its outcome. The findings are moved to [`ProjectReport::findings`].
    pub outcome: Outcome,
}

/// The decision that shapes a state.
#[derive(Clone, Debug, PartialEq)]
pub enum DecisionNote {
    /// An answer, an attestation, a "does not apply".
    Answer(Answer),
    /// All failing findings are waived; the waiver that expires first.
    Waiver(Waiver),
    /// An answer whose review date has passed: asked again.
    Expired(Answer),
}

/// The score of a project (see `ux.md` b.9 for the formula; `explain score` states it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// 0 to 100.
    pub total: u32,
    /// The same with attested practices counted as 0.
    pub verified: u32,
    /// Practices with a decision: neither ask nor unknown.
    pub decided: u32,
    /// Practices that apply.
    pub of: u32,
    /// Whether a high practice is open.
    pub high_open: bool,
}

impl Score {
    /// `weak`, `fair`, `good` or `strong`. Good and strong need every high practice closed and nine tenths decided.
    pub fn band(self) -> &'static str {
        let capped = self.high_open || self.decided * 10 < self.of * 9;
        match self.total {
            0..50 => "weak",
            50..80 => "fair",
            _ if capped => "fair",
            80..90 => "good",
            _ => "strong",
        }
    }
}

/// Counts for summary lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Active failing findings by severity: high, med, low.
    pub fail: [usize; 3],
    /// Practices that cannot be told.
    pub unknown: usize,
    /// Waived findings.
    pub waived: usize,
    /// Findings hidden by comments.
    pub ignored: usize,
    /// Failing findings that the baseline lists; they are among those of `fail`.
    pub known: usize,
    /// Open questions.
    pub ask: usize,
    /// Fixes on offer by effect: safe, tightens, reshapes, choose.
    pub fixes: [usize; 4],
}

impl Report {
    /// Counts over all projects.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for project in &self.projects {
            for found in &project.findings {
                if found.waived.is_some() {
                    totals.waived += 1;
                } else if found.suppressed.is_some() {
                    totals.ignored += 1;
                } else if found.verdict == Verdict::Fail {
                    totals.fail[2 - found.severity as usize] += 1;
                    totals.known += usize::from(found.known == Some(true));
                    if let Some(fix) = &found.finding.fix {
                        totals.fixes[fix.effect as usize] += 1;
                    }
                }
            }
            for practice in &project.practices {
                match practice.state {
                    State::Unknown => totals.unknown += 1,
                    State::Ask => totals.ask += 1,
                    State::Pass
                    | State::Part
                    | State::Fail
                    | State::Attested
                    | State::Waived
                    | State::NotApplicable => {}
                }
            }
        }
        totals
    }
}
