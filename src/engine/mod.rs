//! The one interface of every front end: open a root, scan it, preview and apply fixes, undo.
//!
//! `scan` runs the pipeline, `report` groups outcomes by practice and gives the score, `preview` says what a
//! selection would resolve. Front ends never call the layers below.

mod report;

use std::collections::BTreeMap;
use std::path::PathBuf;

use time::Date;

use crate::checklist::Profile;
use crate::finding::{Confidence, Severity};

pub use report::{
    CheckResult, DecisionNote, FindingId, PracticeReport, ProjectReport, Report, ReportedFinding, Score,
    State, Totals,
};

/// What to scan and what to report. Paths are as given by the user.
#[derive(Clone, Debug)]
pub struct Options {
    /// The settings module to judge instead of the one found.
    pub settings: Option<String>,
    /// Judge only the project in this folder.
    pub project: Option<String>,
    /// How much is reported.
    pub profile: Profile,
    /// Only these checks, practices or sections (`debug-enabled`, `API5`); empty for all.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Nothing below this.
    pub min_severity: Severity,
    /// Nothing below this.
    pub min_confidence: Confidence,
    /// The project's own severities, by check id.
    pub severities: BTreeMap<String, Severity>,
    /// Checks that the configuration ignores below some paths.
    pub per_file: Vec<PerFileIgnore>,
    /// Glob patterns of paths to leave out.
    pub exclude: Vec<String>,
    /// Report findings that comments hide.
    pub no_ignores: bool,
    /// Report findings that waivers cover.
    pub no_waivers: bool,
    /// Environment variables for the settings, in order.
    pub env: Vec<(String, String)>,
    /// A file of `NAME=VALUE` lines for the settings.
    pub env_file: Option<PathBuf>,
    /// Do not read the project's own `.env`.
    pub no_dotenv: bool,
    /// The Python whose `site-packages` may be read.
    pub python: Option<PathBuf>,
    /// Today, for expiry and review dates.
    pub today: Date,
}

/// Checks that the project's configuration ignores below a path; such findings are suppressed by `configuration`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerFileIgnore {
    /// A glob pattern, relative to the scanned root.
    pub path: String,
    /// The checks.
    pub ignore: Vec<String>,
    /// Why.
    pub reason: String,
    /// The line (from 1) of the entry in the configuration file.
    pub line: usize,
}

/// How far a scan is. Counts are real.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Walking; so many files found.
    Discovering {
        /// Files found.
        found: usize,
    },
    /// Reading and parsing.
    Parsing {
        /// Files done.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// A project and its settings module were found.
    Project {
        /// The project's folder.
        root: String,
        /// One line: Django and DRF versions.
        versions: String,
        /// One line: the module and why.
        settings: String,
    },
    /// Running the checks.
    Checking {
        /// Checks done.
        done: usize,
        /// Of so many.
        of: usize,
    },
}

/// Receives progress, from any thread.
pub trait ProgressSink: Sync {
    /// Called with each step; returns `false` to cancel the scan.
    fn step(&self, progress: Progress) -> bool;
}
