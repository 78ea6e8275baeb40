//! The session's outside world as the engine gives it. No logic of its own: it turns errors into sentences and
//! results into the session's shapes.

use std::path::PathBuf;

use time::Date;

use super::backend::{Backend, FilePatch, ReportFormat, Written, WrittenFile};
use super::session::SessionState;
use crate::decisions::Decisions;
use crate::edit::apply::write_atomic;
use crate::edit::diff::unified;
use crate::engine::{ChangeError, EndpointReport, Engine, ProgressSink, Report, Silent, git};
use crate::output;

/// The engine as the session's backend.
#[derive(Debug)]
pub struct EngineBackend {
    engine: Engine,
}

impl EngineBackend {
    /// A backend for one opened root.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    fn file_name(&self, stem: &str, extension: &str) -> PathBuf {
        self.engine.home().join(format!("{stem}-{}.{extension}", self.engine.options().today))
    }
}

/// A report that stays: the session has no use for the trees of its files.
fn kept(report: Report) -> Report {
    report.forget_trees();
    report
}

fn fingerprints(fixes: &[String]) -> Vec<&str> {
    fixes.iter().map(String::as_str).collect()
}

fn sentence(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Backend for EngineBackend {
    fn name(&self) -> String {
        let name = self.engine.root().file_name();
        name.map_or_else(|| self.engine.root().display().to_string(), |n| n.to_string_lossy().into_owned())
    }

    fn today(&self) -> Date {
        self.engine.options().today
    }

    fn author(&self) -> String {
        git::author()
    }

    fn load_session(&self) -> SessionState {
        // A state that cannot be read costs the marks of the last session, not the session.
        let text = self.engine.session_state().ok().flatten().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn save_session(&self, state: &SessionState) -> Result<(), String> {
        let text = serde_json::to_string(state).map_err(sentence)?;
        self.engine.save_session_state(&text).map_err(sentence)
    }

    fn scan(&self, progress: &dyn ProgressSink) -> Result<Report, String> {
        self.engine.scan(progress).map(kept).map_err(sentence)
    }

    fn decisions(&self) -> Result<Decisions, String> {
        Ok(self.engine.decisions().map_err(sentence)?.decisions)
    }

    fn save_decisions(&self, decisions: &Decisions) -> Result<Report, String> {
        self.engine.decide(|file| file.set_all(decisions)).map_err(sentence)?;
        self.engine.scan(&Silent).map(kept).map_err(sentence)
    }

    fn plan(&self, report: &Report, fixes: &[String]) -> Result<Vec<FilePatch>, String> {
        let change = self.engine.plan(report, &fingerprints(fixes)).map_err(sentence)?;
        let patch = |f: &crate::edit::FileEdit| FilePatch {
            path: f.path.clone(),
            before: f.before.clone(),
            after: f.after.as_str().into(),
        };
        Ok(change.files.iter().map(patch).collect())
    }

    fn apply(&self, report: &Report, fixes: &[String]) -> Result<Written, String> {
        let written = self.engine.apply(report, &fingerprints(fixes)).map_err(sentence)?;
        let done = written.applied.as_ref().map(|a| a.written.clone()).unwrap_or_default();
        let refused = written.refused.iter().map(|(_, reason)| {
            let (path, why) = reason.split_once(": ").unwrap_or((reason, ""));
            WrittenFile { path: path.to_owned(), refused: Some(why.to_owned()) }
        });
        let mut files: Vec<WrittenFile> =
            done.into_iter().map(|path| WrittenFile { path, refused: None }).chain(refused).collect();
        files.dedup();
        let undo = written.applied.map(|a| a.id).unwrap_or_default();
        Ok(Written { undo, files, report: kept(written.after) })
    }

    fn undo(&self, id: &str) -> Result<Report, String> {
        let id = (!id.is_empty()).then_some(id);
        self.engine.undo(id).map_err(|e: ChangeError| sentence(e))?;
        self.engine.scan(&Silent).map(kept).map_err(sentence)
    }

    fn save_patch(&self, report: &Report, fixes: &[String]) -> Result<PathBuf, String> {
        let change = self.engine.plan(report, &fingerprints(fixes)).map_err(sentence)?;
        let path = self.file_name("drf-harden", "patch");
        write_atomic(&path, unified(&change).as_bytes()).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }

    fn write_report(&self, report: &Report, format: ReportFormat) -> Result<PathBuf, String> {
        let mut bytes = Vec::new();
        let changes = output::changes(&self.engine, report);
        let (result, extension) = match format {
            ReportFormat::Markdown => (output::markdown::write(&mut bytes, report, &changes), "md"),
            ReportFormat::Json => (output::json::write(&mut bytes, report, &changes), "json"),
        };
        result.map_err(sentence)?;
        let path = self.file_name("drf-harden-report", extension);
        write_atomic(&path, &bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }

    fn endpoints(&self, project: &str) -> Result<EndpointReport, String> {
        self.engine.endpoints_of(project, &Silent).map_err(sentence)
    }

    fn uncommitted(&self, paths: &[String]) -> Vec<String> {
        git::differs_from_head(self.engine.home(), paths)
    }
}
