//! The one interface of every front end: open a root, scan it, preview and apply fixes, undo.
//!
//! `scan` runs the pipeline, `report` groups outcomes by practice and gives the score, `preview` says what a
//! selection would resolve. Front ends never call the layers below.

mod baseline;
mod change;
pub mod demo;
mod endpoints;
mod fingerprint;
pub mod git;
mod judge;
mod parse;
mod projects;
mod reached;
mod report;
mod rewrite;
mod run;
mod scan;
mod select;
mod settings;
mod state;
mod store;
mod suppress;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use time::Date;

use crate::checklist::Profile;
use crate::finding::{Confidence, Severity};
use crate::project::settings_named;
use crate::settings::{SettingsModel, evaluate};

pub use change::{ChangeError, Preview, Written};
pub use endpoints::EndpointReport;
pub use report::{
    CheckResult, DecisionNote, FindingId, PracticeReport, ProjectReport, Report, ReportedFinding, Score,
    State, Totals,
};

pub use rewrite::{Rewrite, rewrites};

/// What to scan and what to report. Paths are as given by the user.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Options {
    /// The settings modules to judge instead of the one found in each project; several judge a project by each.
    pub settings: Vec<String>,
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
    /// An earlier report, as `check --format json` wrote it: what it lists is known.
    pub baseline: Option<PathBuf>,
    /// List only what the baseline does not.
    pub only_new: bool,
    /// Environment variables for the settings, in order.
    pub env: Vec<(String, String)>,
    /// A file of `NAME=VALUE` lines for the settings.
    pub env_file: Option<PathBuf>,
    /// Do not read the project's own `.env`.
    pub no_dotenv: bool,
    /// Take the environment as it is given, without the value that production gives a variable which chooses
    /// among settings files.
    pub environment_as_given: bool,
    /// The Python whose `site-packages` may be read.
    pub python: Option<PathBuf>,
    /// The virtual environment of the user's shell, for a project that has none of its own.
    pub active_environment: Option<PathBuf>,
    /// Today, for expiry and review dates.
    pub today: Date,
    /// `DJANGO_SETTINGS_MODULE` of the user's shell.
    pub environment_settings: Option<String>,
    /// The folder for undo journals and session state; `None` for the user's own.
    pub state_dir: Option<PathBuf>,
}

impl Options {
    /// Everything at its default.
    pub fn new(today: Date) -> Self {
        Self {
            settings: Vec::new(),
            project: None,
            profile: Profile::Standard,
            select: Vec::new(),
            ignore: Vec::new(),
            min_severity: Severity::Low,
            min_confidence: Confidence::Low,
            exclude: Vec::new(),
            no_ignores: false,
            no_waivers: false,
            baseline: None,
            only_new: false,
            env: Vec::new(),
            env_file: None,
            no_dotenv: false,
            environment_as_given: false,
            python: None,
            active_environment: None,
            today,
            environment_settings: None,
            severities: BTreeMap::new(),
            per_file: Vec::new(),
            state_dir: None,
        }
    }
}

/// Why nothing could be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The path cannot be scanned.
    #[error(transparent)]
    Load(#[from] crate::project::LoadError),
    /// There is no Django project.
    #[error("no Django or DRF project found in {}: looked for manage.py, a settings module, and Django or DRF among the requirements of {files} files. Name a folder, or a settings module with --settings", root.display())]
    NothingToCheck {
        /// The scanned root.
        root: PathBuf,
        /// How many files were read.
        files: usize,
    },
    /// There are only apps: without settings there is no list of URLs.
    #[error("{} has no settings module, so there is no ROOT_URLCONF whose URLs could be listed. Name one with --settings", root.display())]
    NoSettings {
        /// The scanned root.
        root: PathBuf,
    },
    /// There are no installed packages where `--python` says.
    #[error("no installed packages in {}. Name a Python, or the folder of its environment", path.display())]
    NoPackages {
        /// As given.
        path: PathBuf,
    },
    /// The settings module that was asked for is not there.
    #[error("no settings module `{asked}` in {}{}", root.display(), if known.is_empty() { String::new() } else { format!("; there is {}", known.join(", ")) })]
    NoSuchSettings {
        /// As given.
        asked: String,
        /// The scanned root.
        root: PathBuf,
        /// The modules found.
        known: Vec<String>,
    },
    /// The project that was asked for is not there.
    #[error("no project in `{asked}` below {}{}", root.display(), if known.is_empty() { String::new() } else { format!("; there is {}", known.join(", ")) })]
    NoSuchProject {
        /// As given.
        asked: String,
        /// The scanned root.
        root: PathBuf,
        /// The project folders found.
        known: Vec<String>,
    },
    /// A name in `--select` or `--ignore` matches nothing.
    #[error("`{name}` names no check, practice or section{}", if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) })]
    UnknownName {
        /// As given.
        name: String,
        /// The nearest names.
        near: Vec<String>,
    },
    /// The environment file cannot be read.
    #[error("{}: {reason}", path.display())]
    EnvFile {
        /// As given.
        path: PathBuf,
        /// One clause.
        reason: String,
    },
    /// The baseline cannot be used.
    #[error("{}: the baseline {reason}. Write one with `drf-harden check --format json --exit-zero -o FILE`", path.display())]
    Baseline {
        /// As given.
        path: PathBuf,
        /// One clause.
        reason: String,
    },
    /// The decisions file cannot be used; it would be wrong to go on as if nothing were decided.
    #[error(transparent)]
    Decisions(#[from] crate::decisions::DecisionsError),
    /// The state folder or the decisions file cannot be written.
    #[error("{}: {source}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The user cancelled.
    #[error("the scan was cancelled")]
    Cancelled,
}

/// One root, opened with options. Cheap; every scan reads the disk anew.
#[derive(Debug)]
pub struct Engine {
    root: PathBuf,
    options: Options,
    /// The folder that was judged, when a scan found `root` to be a part of a project.
    around: OnceLock<PathBuf>,
}

impl Engine {
    /// Opens a folder.
    ///
    /// # Errors
    /// [`EngineError::Load`] when it is not a folder that can be read.
    pub fn open(path: &Path, options: Options) -> Result<Self, EngineError> {
        let root = crate::project::canonical_root(path)?;
        Ok(Self::at(root, options))
    }

    fn at(root: PathBuf, options: Options) -> Self {
        Self { root, options, around: OnceLock::new() }
    }

    /// The folder that was opened, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that is judged, absolute: the opened one, or that of the project around it. Decisions, patches
    /// and the journal belong to it.
    pub fn home(&self) -> &Path {
        self.around.get().unwrap_or(&self.root)
    }

    /// The options it was opened with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Reads, evaluates and judges everything.
    ///
    /// # Errors
    /// [`EngineError`] when there is nothing to check, a named thing does not exist, or `sink` cancels.
    pub fn scan(&self, sink: &dyn ProgressSink) -> Result<Report, EngineError> {
        scan::on_big_stacks(|| scan::scan(self, sink))
    }

    /// The settings of another module of a project that was scanned, in the same environment.
    ///
    /// # Errors
    /// [`EngineError::NoSuchSettings`] when the project has no such module, [`EngineError::EnvFile`] as in a scan.
    pub fn settings(
        &self,
        report: &Report,
        project: &ProjectReport,
        module: &str,
    ) -> Result<SettingsModel, EngineError> {
        let found = project.project.as_ref().and_then(|found| {
            let candidate = settings_named(&report.sources, found, module)?;
            let mut with = found.clone();
            with.candidates.retain(|known| known.module != candidate.module);
            let module = candidate.module.clone();
            with.candidates.insert(0, candidate);
            Some((with, module))
        });
        let Some((project, module)) = found else {
            let known =
                project.project.iter().flat_map(|p| &p.candidates).map(|c| c.module.clone()).collect();
            let (asked, root) = (module.to_owned(), report.root.clone());
            return Err(EngineError::NoSuchSettings { asked, root, known });
        };
        let environment = scan::environment(self)?;
        Ok(scan::on_big_stacks(|| evaluate(&report.sources, &project, &module, &environment)))
    }
}

/// Progress that nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl ProgressSink for Silent {
    fn step(&self, _: Progress) -> bool {
        true
    }
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
