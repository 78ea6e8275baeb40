//! What the session asks of the world: scan, preview, write, undo, remember. The engine is one implementation;
//! tests have another, run in place.

use std::path::PathBuf;
use std::sync::Arc;

use time::Date;

use crate::decisions::Decisions;
use crate::engine::{EndpointReport, ProgressSink, Report};
use crate::tui::session::SessionState;

/// The outside of the session. Errors are sentences for people: what failed, and what was not done.
pub trait Backend: Send + Sync {
    /// A name for the scanned root, for the header before the first scan.
    fn name(&self) -> String;

    /// Today, for expiry and review dates.
    fn today(&self) -> Date;

    /// Who answers: a name and address from the user's own configuration; may be empty.
    fn author(&self) -> String;

    /// What the last session left.
    fn load_session(&self) -> SessionState;

    /// Keeps the session.
    fn save_session(&self, state: &SessionState) -> Result<(), String>;

    /// Scans the root.
    fn scan(&self, progress: &dyn ProgressSink) -> Result<Report, String>;

    /// The team's decisions as they stand in the project.
    fn decisions(&self) -> Result<Decisions, String>;

    /// Writes the team's decisions and judges again.
    fn save_decisions(&self, decisions: &Decisions) -> Result<Report, String>;

    /// The files that these fixes together change.
    fn plan(&self, report: &Report, fixes: &[String]) -> Result<Vec<FilePatch>, String>;

    /// Writes these fixes as one transaction, and scans again.
    fn apply(&self, report: &Report, fixes: &[String]) -> Result<Written, String>;

    /// Takes back a write by its id, and scans again.
    fn undo(&self, id: &str) -> Result<Report, String>;

    /// Saves these fixes as a patch file instead of writing them; gives its path.
    fn save_patch(&self, report: &Report, fixes: &[String]) -> Result<PathBuf, String>;

    /// Writes the report in one format; gives its path.
    fn write_report(&self, report: &Report, format: ReportFormat) -> Result<PathBuf, String>;

    /// The endpoints of the project in this folder, as its URLs are on disk.
    fn endpoints(&self, project: &str) -> Result<EndpointReport, String>;

    /// The files among these (relative to the root) that have uncommitted edits; empty without a repository.
    fn uncommitted(&self, paths: &[String]) -> Vec<String>;
}

/// One file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePatch {
    /// Path relative to the scanned root.
    pub path: String,
    /// The text now.
    pub before: Arc<str>,
    /// The text proposed.
    pub after: Arc<str>,
}

/// What a write did.
#[derive(Clone, Debug)]
pub struct Written {
    /// The id that undo takes; empty when nothing was written.
    pub undo: String,
    /// Each file.
    pub files: Vec<WrittenFile>,
    /// The project after it.
    pub report: Report,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Path relative to the scanned root.
    pub path: String,
    /// Why it was not written; `None` when it was.
    pub refused: Option<String>,
}

/// A form of the report that the session writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportFormat {
    /// For people.
    Markdown,
    /// For machines.
    Json,
}
