//! The settings of a project: of the judged module as production gets them, and of those that fixes must leave alone, which are
//! evaluated when the first fix asks for them.

use crate::project::{self, Project, Role};
use crate::settings::{Assumed, Environment, SettingsModel, evaluate, evaluate_production, outline};
use crate::source::Sources;

/// What is supposed of production's environment, for people.
pub(super) fn assumption(project: &Project, assumed: &Assumed) -> String {
    let module = project.choice.module().unwrap_or_default();
    format!(
        "{module} is judged with {}={}, as {}; --env gives another value.",
        assumed.name, assumed.value, assumed.why
    )
}

/// At most so many settings modules for development and tests are evaluated besides the judged one.
const MOST_OTHERS: usize = 12;

/// The judged module's settings, and what was supposed of the environment.
#[derive(Default)]
pub(super) struct Models {
    pub(super) model: Option<SettingsModel>,
    pub(super) assumed: Vec<Assumed>,
}

pub(super) fn evaluate_judged(
    sources: &Sources,
    project: &Project,
    environment: &Environment,
    as_given: bool,
) -> Models {
    let Some(judged) = project.choice.module() else { return Models::default() };
    let (model, assumed) = if as_given {
        (evaluate(sources, project, judged, environment), Vec::new())
    } else {
        evaluate_production(sources, project, judged, environment)
    };
    Models { model: Some(model), assumed }
}

/// The settings of the modules for development and tests in the environment that is given. A fix must know what they
/// get of the files that it changes; the rest asks nothing.
pub(super) fn evaluate_others(
    sources: &Sources,
    project: &Project,
    environment: &Environment,
    is_assumed: bool,
) -> Vec<SettingsModel> {
    let Some(judged) = project.choice.module() else { return Vec::new() };
    let mut others = Vec::new();
    let last = judged.rsplit('.').next().unwrap_or(judged);
    if is_assumed && project::named_role(last) != Some(Role::Production) {
        // What the same module gives without the variable is for a developer's machine. A module called `production`
        // is nobody else's, whatever the package around it reads.
        let mut development = evaluate(sources, project, judged, environment);
        development.role = Role::Development;
        others.push(development);
    }
    let spared = |role| matches!(role, Role::Development | Role::Test);
    let modules = project.candidates.iter().filter(|c| spared(c.role)).map(|c| c.module.as_str());
    let modules = modules.filter(|m| *m != judged).take(MOST_OTHERS);
    others.extend(modules.map(|module| outline(sources, project, module, environment)));
    others
}
