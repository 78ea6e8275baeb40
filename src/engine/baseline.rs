//! The findings of an earlier run, as `check --format json` wrote them. What is listed there is known, and only what is new
//! makes a run fail; states and scores stay what they are, for what was wrong before is wrong still.

use std::collections::BTreeMap;
use std::path::Path;

use super::select::Selection;
use super::{EngineError, ReportedFinding};
use crate::checklist::Catalog;
use crate::source::{decode, read_file};

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

/// The known findings: the check of each, by project and fingerprint.
pub(super) struct Baseline {
    known: BTreeMap<(String, String), String>,
}

impl Baseline {
    /// Reads the report at a path.
    ///
    /// # Errors
    /// [`EngineError::Baseline`] when it cannot be read, or is no report of this version.
    pub(super) fn read(path: &Path) -> Result<Self, EngineError> {
        let unusable = |reason: String| EngineError::Baseline { path: path.to_owned(), reason };
        let bytes = read_file(path).map_err(|e| unusable(e.to_string()))?;
        let (text, _) = decode(&bytes).map_err(|e| unusable(e.to_string()))?;
        let written: Written = serde_json::from_str(&text)
            .map_err(|e| unusable(format!("is no report of `check --format json` ({e})")))?;
        if written.schema_version != 1 {
            return Err(unusable(format!("is a report of version {}, not 1", written.schema_version)));
        }
        let known = written.findings.into_iter().map(|e| ((e.project, e.fingerprint), e.check)).collect();
        Ok(Self { known })
    }

    /// Whether a finding of a project is among them.
    pub(super) fn knows(&self, project: &str, fingerprint: &str) -> bool {
        self.known.contains_key(&(project.to_owned(), fingerprint.to_owned()))
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
        let is_gone = |fingerprint: &str| found.iter().all(|f| f.fingerprint != fingerprint);
        let listed = self.known.iter().filter(|((root, _), check)| root == project && is_selected(check));
        listed.filter(|((_, fingerprint), _)| is_gone(fingerprint)).count()
    }
}
