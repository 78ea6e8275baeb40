//! Plan, preview, apply and undo of fixes, named by their fingerprints.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::scan::{on_big_stacks, scan_loaded};
use super::{Engine, EngineError, Report, ReportedFinding, Silent, store};
use crate::edit::apply::{self, Applied, ApplyMeta, Listed, Undone};
use crate::edit::{Operation, PlanError, SourceChange, plan};
use crate::project::Loaded;

const JOURNAL: &str = "journal";

/// Why fixes were not planned or written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// No fix has this fingerprint (any more).
    #[error("there is no fix {0}; the finding is gone or has no automatic fix")]
    NoFix(String),
    /// The operations do not fit together or the text.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The result cannot be judged.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The write did not happen.
    #[error(transparent)]
    Apply(#[from] apply::ApplyError),
    /// The undo did not happen.
    #[error(transparent)]
    Undo(#[from] apply::UndoError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] apply::JournalError),
}

/// What a selection of fixes would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The texts before and after.
    pub change: SourceChange,
    /// The report on the changed texts.
    pub after: Report,
    /// Fingerprints of findings that would be gone.
    pub resolves: Vec<String>,
    /// Ids (`f1`, in `after`) of findings that would be new.
    pub introduces: Vec<String>,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The write as the journal knows it; `None` when there was nothing to write.
    pub applied: Option<Applied>,
    /// Fixes that were not written because a file they need changed since the scan: fingerprint and reason.
    pub refused: Vec<(String, String)>,
    /// The report after the write, from disk.
    pub after: Report,
}

impl Engine {
    /// The change that these fixes make together.
    ///
    /// # Errors
    /// [`ChangeError::NoFix`] for an unknown fingerprint, [`ChangeError::Plan`] when fixes exclude each other.
    pub fn plan(&self, report: &Report, fixes: &[&str]) -> Result<SourceChange, ChangeError> {
        let selected = operations(report, fixes)?;
        Ok(plan(&report.sources, &selected)?)
    }

    /// The change that the fix of this one finding makes by itself; `None` when it has none.
    fn plan_one(report: &Report, found: &ReportedFinding) -> Option<Result<SourceChange, ChangeError>> {
        let fix = found.finding.fix.as_ref()?;
        Some(plan(&report.sources, &[(found.fingerprint.as_str(), &fix.operations[..])]).map_err(Into::into))
    }

    /// The change that the fix of each of these findings makes by itself, in their order; `None` where there is none.
    pub fn plan_each(
        &self,
        report: &Report,
        found: &[&ReportedFinding],
    ) -> Vec<Option<Result<SourceChange, ChangeError>>> {
        // On the threads that scanned: their memory is at hand.
        on_big_stacks(|| found.par_iter().map(|found| Self::plan_one(report, found)).collect())
    }

    /// What these fixes would resolve and introduce, before a byte is written.
    ///
    /// # Errors
    /// As [`Engine::plan`], and [`ChangeError::Engine`] when the result cannot be judged.
    pub fn preview(&self, report: &Report, fixes: &[&str]) -> Result<Preview, ChangeError> {
        let change = self.plan(report, fixes)?;
        let texts: BTreeMap<_, _> =
            change.files.iter().filter(|f| !f.is_new).map(|f| (f.file, f.after.clone())).collect();
        let sources = report.sources.with_overlay(&texts);
        let loaded = Loaded { sources, not_read: report.not_read.clone() };
        let after = on_big_stacks(|| scan_loaded(self, loaded, &Silent))?;
        // The unchanged files are those of `report`, which stays.
        after.forget_trees();
        let (old, new) = (active(report), active(&after));
        let resolves = old.keys().filter(|k| !new.contains_key(*k)).map(|k| (*k).to_owned()).collect();
        let introduces =
            new.iter().filter(|(k, _)| !old.contains_key(*k)).map(|(_, f)| f.id.clone()).collect();
        Ok(Preview { change, after, resolves, introduces })
    }

    /// Writes these fixes as one transaction and judges the result. Fixes that need a file which changed on disk
    /// since the scan are left out and named.
    ///
    /// # Errors
    /// As [`Engine::plan`]; [`ChangeError::Apply`] when nothing could be written.
    pub fn apply(&self, report: &Report, fixes: &[&str]) -> Result<Written, ChangeError> {
        let selected = operations(report, fixes)?;
        let whole = plan(&report.sources, &selected)?;
        self.recover()?;
        let stale: BTreeMap<String, String> = apply::stale_files(report.sources.root(), &whole)
            .into_iter()
            .map(|f| (f.path, f.reason.to_string()))
            .collect();
        let mut refused = Vec::new();
        let kept: Vec<_> = selected
            .into_iter()
            .filter(|(id, operations)| {
                let path =
                    operations.iter().map(|o| report.sources.path(o.file())).find(|p| stale.contains_key(*p));
                if let Some(path) = path {
                    refused.push(((*id).to_owned(), format!("{path}: {}", stale[path])));
                }
                path.is_none()
            })
            .collect();
        let applied = if kept.is_empty() {
            None
        } else {
            let change = plan(&report.sources, &kept)?;
            let meta = ApplyMeta {
                title: title(report, &kept),
                date: self.options.today.to_string().replace('-', ""),
                time: clock(),
            };
            let journal = self.journal_dir_of(self.home())?;
            Some(apply::apply(report.sources.root(), &change, &journal, &meta)?)
        };
        let after = self.scan(&Silent)?;
        Ok(Written { applied, refused, after })
    }

    /// Takes a write back: the last one, or the one with this id.
    ///
    /// # Errors
    /// [`ChangeError::Undo`] when there is none, or a file changed since.
    pub fn undo(&self, id: Option<&str>) -> Result<Undone, ChangeError> {
        self.recover()?;
        let home = self.written_home();
        Ok(apply::undo(home, &self.journal_dir_of(home)?, id)?)
    }

    /// The writes that can be taken back, as the journal lists them.
    ///
    /// # Errors
    /// [`ChangeError::Journal`] when the journal cannot be read.
    pub fn writes(&self) -> Result<Vec<Listed>, ChangeError> {
        Ok(apply::list(&self.journal_dir_of(self.written_home())?)?)
    }

    /// Puts right what a write left half done when its process was killed. One sentence for each such write.
    ///
    /// # Errors
    /// [`ChangeError::Journal`] when the journal cannot be read.
    pub fn recover(&self) -> Result<Vec<String>, ChangeError> {
        let recovered = apply::recover(&self.journal_dir_of(self.written_home())?)?;
        Ok(recovered
            .into_iter()
            .map(|r| format!("The write {} was cut off; its files were put back.", r.id))
            .collect())
    }

    /// The folder whose writes are meant: the judged one, or before a scan the nearest one upwards that was
    /// written to.
    fn written_home(&self) -> &Path {
        let home = self.home();
        let written = |folder: &&Path| self.state_dir_of(folder).join(JOURNAL).is_dir();
        home.ancestors().find(written).unwrap_or(home)
    }

    fn journal_dir_of(&self, home: &Path) -> Result<PathBuf, EngineError> {
        let dir = self.state_dir_of(home).join(JOURNAL);
        store::make_private(&dir)?;
        Ok(dir)
    }
}

/// The time of day of a write, for people who look at the list of writes.
fn clock() -> String {
    let now = time::OffsetDateTime::now_utc();
    format!("{:02}:{:02} UTC", now.hour(), now.minute())
}

/// The operations of the fixes with these fingerprints, in the report's order, each once.
fn operations<'a>(
    report: &'a Report,
    fixes: &[&str],
) -> Result<Vec<(&'a str, &'a [Operation])>, ChangeError> {
    let wanted: BTreeSet<&str> = fixes.iter().copied().collect();
    let found: Vec<_> = report
        .projects
        .iter()
        .flat_map(|p| &p.findings)
        .filter(|f| wanted.contains(f.fingerprint.as_str()))
        .filter_map(|f| Some((f.fingerprint.as_str(), &f.finding.fix.as_ref()?.operations[..])))
        .collect();
    match wanted.iter().find(|w| !found.iter().any(|(id, _)| id == *w)) {
        Some(missing) => Err(ChangeError::NoFix((*missing).to_owned())),
        None => Ok(found),
    }
}

fn active(report: &Report) -> BTreeMap<&str, &ReportedFinding> {
    let findings = report.projects.iter().flat_map(|p| &p.findings);
    findings.filter(|f| f.is_active()).map(|f| (f.fingerprint.as_str(), f)).collect()
}

fn title(report: &Report, kept: &[(&str, &[Operation])]) -> String {
    let checks: BTreeSet<&str> = report
        .projects
        .iter()
        .flat_map(|p| &p.findings)
        .filter(|f| kept.iter().any(|(id, _)| *id == f.fingerprint))
        .map(|f| f.finding.check)
        .collect();
    checks.into_iter().collect::<Vec<_>>().join(", ")
}
