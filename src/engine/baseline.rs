//! The findings of an earlier run, as `check --format json` wrote them. What is listed there is known, and only what is new
//! makes a run fail; states and scores stay what they are, for what was wrong before is wrong still.

use std::path::Path;

use super::select::Selection;
use super::{EngineError, ReportedFinding};
use crate::checklist::Catalog;
use crate::source::read_text;

/// What of a report's JSON is read again.
#[derive(serde::Deserialize)]
struct Written {
    schema_version: u32,
    findings: Vec<Entry>,
}

#[derive(serde::Deserialize)]
struct Entry {
    project: String,
    check: String,
    fingerprint: String,
}

/// The known findings.
pub(super) struct Baseline {
    known: Vec<Entry>,
}

impl Baseline {
    /// Reads the report at a path.
    ///
    /// # Errors
    /// [`EngineError::Baseline`] when it cannot be read, or is no report of this version.
    pub(super) fn read(path: &Path) -> Result<Self, EngineError> {
        let unusable = |reason: String| EngineError::Baseline { path: path.to_owned(), reason };
        let text = read_text(path).map_err(|e| unusable(e.to_string()))?;
        let written: Written = serde_json::from_str(&text)
            .map_err(|e| unusable(format!("is no report of `check --format json` ({e})")))?;
        if written.schema_version != 1 {
            return Err(unusable(format!("is a report of version {}, not 1", written.schema_version)));
        }
        Ok(Self { known: written.findings })
    }

    /// Whether a finding of a project is among them.
    pub(super) fn knows(&self, project: &str, fingerprint: &str) -> bool {
        self.known.iter().any(|known| known.project == project && known.fingerprint == fingerprint)
    }

    /// How many of a project's known findings this run has not found, of the checks that it selected.
    pub(super) fn gone(
        &self,
        project: &str,
        found: &[ReportedFinding],
        catalog: &Catalog,
        selection: &Selection<'_>,
    ) -> usize {
        let is_selected = |check: &str| catalog.check(check).is_some_and(|meta| selection.takes(meta));
        let is_gone = |known: &&Entry| found.iter().all(|f| f.fingerprint != known.fingerprint);
        let listed = self.known.iter().filter(|known| known.project == project && is_selected(&known.check));
        listed.filter(is_gone).count()
    }
}
