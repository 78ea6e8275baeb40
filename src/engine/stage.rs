//! Settings modules that serve every stage: a variable such as `DJANGO_ENV` picks `environments/production.py` or
//! `environments/development.py`, and without it development's part is taken. Production sets the variable, so the
//! module is judged with it; development's variant stands beside it, so that no fix reaches that.
//!
//! Which variable it is, is not guessed: each name written in the module is tried, and the one counts with which
//! production's part takes part. Modules that pick nothing are left as they are.

use std::collections::BTreeSet;

use crate::project::{Project, Role, named_role};
use crate::python::ast::Expr;
use crate::python::parse;
use crate::python::visitor::{Visitor, walk_expr};
use crate::settings::{Environment, SettingsModel, evaluate};
use crate::source::{FileId, Sources};

/// The module as the stages get it.
pub(super) struct Stages {
    /// Production's settings.
    pub(super) production: SettingsModel,
    /// Development's, from the same module.
    pub(super) development: Vec<SettingsModel>,
    /// The environment with production's variable.
    pub(super) environment: Environment,
    /// A sentence for people.
    pub(super) notice: String,
}

/// More names than any settings module offers as its stage.
const MOST_NAMES: usize = 24;

/// The stages of the judged module, when a variable that is not set picks them.
pub(super) fn stages(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    environment: &Environment,
) -> Option<Stages> {
    let parts = parts(sources, model);
    let of = |role| move |part: &&(FileId, Role)| part.1 == role;
    let takes = |model: &SettingsModel, role| {
        parts.iter().filter(of(role)).any(|(file, _)| model.files.contains(file))
    };
    let undecided = takes(model, Role::Development) || model.open.is_some();
    let is_a_stage = named_role(stem(sources, model.file)).is_some();
    if is_a_stage || !undecided || takes(model, Role::Production) {
        return None;
    }
    let production = parts.iter().find(of(Role::Production)).map(|(file, _)| *file)?;
    let with = |name: &str, value: &str| {
        let mut environment = environment.clone();
        environment.vars.insert(name.to_owned(), value.to_owned());
        let model = evaluate(sources, project, &model.module, &environment);
        (model, environment)
    };
    let values: BTreeSet<_> = [stem(sources, production), "production", "prod"].into();
    let names = names(sources, model);
    let names = names.iter().filter(|name| !environment.vars.contains_key(*name)).take(MOST_NAMES);
    let tried = names.flat_map(|name| values.iter().map(move |value| (name, *value)));
    let (name, value, (production, environment)) = tried
        .map(|(name, value)| (name, value, with(name, value)))
        .find(|(_, _, (model, _))| takes(model, Role::Production) && !takes(model, Role::Development))?;
    let mut development: Vec<_> = parts
        .iter()
        .filter(of(Role::Development))
        .map(|(file, _)| with(name, stem(sources, *file)).0)
        .filter(|model| takes(model, Role::Development))
        .collect();
    if takes(model, Role::Development) {
        development.push(model.clone());
    }
    for stage in &mut development {
        stage.role = Role::Development;
    }
    let notice = format!(
        "{} takes what {name} names, so it was judged as with {name}={value}; name another with --env.",
        model.module
    );
    Some(Stages { production, development, environment, notice })
}

/// The files below the module's folder that are called after a stage.
fn parts(sources: &Sources, model: &SettingsModel) -> Vec<(FileId, Role)> {
    let folder = sources.path(model.file).rsplit_once('/').map_or("", |(folder, _)| folder);
    let inside = |path: &str| {
        path.strip_prefix(folder)
            .filter(|rest| folder.is_empty() || rest.starts_with('/'))
            .is_some_and(|rest| rest.trim_start_matches('/').matches('/').count() <= 1)
    };
    sources
        .iter()
        .filter(|(id, file)| *id != model.file && file.path.ends_with(".py") && inside(&file.path))
        .filter_map(|(id, _)| Some((id, named_role(stem(sources, id))?)))
        .collect()
}

fn stem(sources: &Sources, file: FileId) -> &str {
    let path = sources.path(file);
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.strip_suffix(".py").unwrap_or(name)
}

/// The texts in the module that look like variables.
fn names(sources: &Sources, model: &SettingsModel) -> BTreeSet<String> {
    struct Texts(BTreeSet<String>);
    impl<'a> Visitor<'a> for Texts {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::StringLiteral(text) = expr {
                let text = text.value.to_str();
                let like_a_variable = text.starts_with(|c: char| c.is_ascii_uppercase())
                    && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                if like_a_variable && text.len() > 2 {
                    self.0.insert(text.to_owned());
                }
            }
            walk_expr(self, expr);
        }
    }
    let mut texts = Texts(BTreeSet::new());
    texts.visit_body(parse(sources.text(model.file)).body());
    texts.0
}
