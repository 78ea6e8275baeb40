//! What is done besides drawing: the scan, plans of fixes, the list of endpoints, the last write, changes to take back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::screen::Cursor;
use crate::decisions::Decisions;
use crate::engine::{EndpointReport, Rewrite, State};
use crate::output::endpoint_rows::EndpointRow;
use crate::tui::backend::{FilePatch, Written};
use crate::tui::session::Mark;

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

/// The endpoints of the shown project.
#[derive(Clone, Debug, Default)]
pub enum Endpoints {
    /// Nobody looked.
    #[default]
    Unasked,
    /// Being listed.
    Pending,
    /// Listed, with the rows as they are shown.
    Ready(Arc<EndpointReport>, Arc<Vec<EndpointRow>>),
    /// They cannot be listed; why.
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
