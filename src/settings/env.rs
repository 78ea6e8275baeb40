//! The entry point of the evaluator, and the environment that it supposes.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::eval::Extent;
use super::{SettingsModel, defaults, dynaconf, eval};
use crate::project::{Project, Role};
use crate::source::Sources;

/// The stack of the evaluating thread. Only what is touched is ever resident.
const STACK: usize = 256 << 20;

/// The environment in which the settings are imported. Empty unless something is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Variables from `--env` and `--env-file`.
    pub vars: BTreeMap<String, String>,
    /// Whether `.env` files that the project reads by itself are read, too.
    pub dotenv: bool,
}

/// The `NAME=value` lines of an environment file.
pub fn parse_env_file(text: &str) -> BTreeMap<String, String> {
    eval::parse_dotenv(text).into_iter().collect()
}

/// Evaluates one settings module of a project, as an import by CPython in this environment would.
///
/// `module` is the dotted name of one of the project's candidates; for any other name the model is empty and
/// open, with a problem that says so. Names that the project does not set are filled with defaults.
pub fn evaluate(
    sources: &Sources,
    project: &Project,
    module: &str,
    environment: &Environment,
) -> SettingsModel {
    evaluate_to(sources, project, module, environment, Extent::Whole)
}

/// Like [`evaluate`], for a module that is not judged: which files it takes, and which values from where. Where it
/// loads a good part of the project's code on the way, what comes from there stays unknown.
pub fn outline(
    sources: &Sources,
    project: &Project,
    module: &str,
    environment: &Environment,
) -> SettingsModel {
    evaluate_to(sources, project, module, environment, Extent::Outline)
}

fn evaluate_to(
    sources: &Sources,
    project: &Project,
    module: &str,
    environment: &Environment,
    extent: Extent,
) -> SettingsModel {
    let Some(candidate) = project.candidates.iter().find(|c| c.module == module) else {
        return empty(sources, project, module);
    };
    let is_toml = sources.path(candidate.file).ends_with(".toml");
    let run = || {
        if is_toml {
            dynaconf::evaluate(sources, project, candidate, environment)
        } else {
            eval::run(sources, project, candidate, environment, extent)
        }
    };
    let mut model = on_deep_stack("settings", run).unwrap_or_else(|| empty(sources, project, module));
    defaults::fill(&mut model);
    model
}

/// Runs the interpreter where deep code does not exhaust the stack: here when enough is left, else on a thread of its
/// own. `None` when it failed.
pub(super) fn on_deep_stack<T: Send>(name: &str, run: impl FnOnce() -> T + Send) -> Option<T> {
    if stacker::remaining_stack().is_some_and(|left| left >= STACK / 2) {
        return catch_unwind(AssertUnwindSafe(run)).ok();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(name.into()).stack_size(STACK).spawn_scoped(scope, run);
        thread.ok()?.join().ok()
    })
}

/// A model of which nothing is known.
fn empty(sources: &Sources, project: &Project, module: &str) -> SettingsModel {
    let why = format!("{module} could not be evaluated");
    let candidate = project.candidates.iter().find(|c| c.module == module);
    let first = sources.iter().next().map(|(id, _)| id);
    let file = candidate
        .map(|c| c.file)
        .or_else(|| project.candidates.first().map(|c| c.file))
        .or(first)
        .expect("internal error: settings of a scan without files");
    let role = candidate.map_or(Role::Production, |c| c.role);
    let mut model = SettingsModel::blank(project, module, file, role);
    model.open = Some(why.clone());
    model.problems.push(super::Problem { at: None, message: why });
    model
}
