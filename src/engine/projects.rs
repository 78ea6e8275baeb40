//! Which projects of a snapshot are judged, and by which settings module: as found, as the options say, or as decided
//! before.

use super::{Engine, EngineError};
use crate::decisions::Decisions;
use crate::project::{self, DiscoverOptions, Project, SettingsChoice};
use crate::source::Sources;

/// The projects to judge, with the settings module that the options or an earlier decision name.
pub(super) fn find_projects(
    engine: &Engine,
    sources: &Sources,
    decisions: &Decisions,
    notices: &mut Vec<String>,
) -> Result<Vec<Project>, EngineError> {
    let options = &engine.options;
    let discover = |settings: Option<&String>, project: Option<&String>| {
        let options = DiscoverOptions {
            settings: settings.cloned(),
            project: project.cloned(),
            python: options.python.clone(),
            active_environment: options.active_environment.clone(),
            environment_settings: options.environment_settings.clone(),
        };
        project::discover(sources, &options)
    };
    let wanted = options.project.as_ref();
    let mut projects = discover(options.settings.first(), wanted);
    let root = || sources.root().to_path_buf();
    if let Some(asked) = &options.project
        && projects.is_empty()
    {
        let all = project::discover(sources, &DiscoverOptions::default());
        let known = all.into_iter().map(|p| p.root).collect();
        return Err(EngineError::NoSuchProject { asked: asked.clone(), root: root(), known });
    }
    if let Some(path) = &options.python
        && projects.iter().any(|p| p.site_packages.is_none())
    {
        return Err(EngineError::NoPackages { path: path.clone() });
    }
    if !options.settings.is_empty() {
        let order: Vec<String> = projects.iter().map(|p| p.root.clone()).collect();
        let known: Vec<String> =
            projects.iter().flat_map(|p| p.candidates.iter().map(|c| c.module.clone())).collect();
        projects.clear();
        for (at, asked) in options.settings.iter().enumerate() {
            // With several projects, the module says which of them is meant.
            let has = |p: &Project| project::settings_named(sources, p, asked).is_some();
            let before = projects.len();
            if !options.settings[..at].contains(asked) {
                projects.extend(discover(Some(asked), wanted).into_iter().filter(has));
                let is_elsewhere = || wanted.is_some() && discover(Some(asked), None).iter().any(has);
                if projects.len() == before && !is_elsewhere() {
                    return Err(EngineError::NoSuchSettings { asked: asked.clone(), root: root(), known });
                }
            }
        }
        if let (true, Some(asked)) = (projects.is_empty(), options.settings.first()) {
            return Err(EngineError::NoSuchSettings { asked: asked.clone(), root: root(), known });
        }
        // The modules of one project stand together.
        projects.sort_by_key(|p| order.iter().position(|root| *root == p.root));
    }
    for project in &mut projects {
        let decided = decisions.settings.iter().find(|(root, _)| *root == project.root);
        if let (Some((_, module)), true) = (decided, options.settings.is_empty()) {
            if project.candidates.iter().any(|c| c.module == *module) {
                let why = format!("chosen in {}", crate::decisions::FILE_NAME);
                project.choice = SettingsChoice::Module { module: module.clone(), why };
            } else {
                notices.push(format!(
                    "{}: the settings module {module} is not there.",
                    crate::decisions::FILE_NAME
                ));
            }
        }
        if matches!(project.choice, SettingsChoice::None) {
            let place = if project.root.is_empty() { "This folder" } else { &project.root };
            notices
                .push(format!("{place} has no settings module, so only what needs no settings was judged."));
        }
        if let SettingsChoice::Ambiguous { modules, why } = &project.choice {
            let judged = modules.first().map_or("", String::as_str);
            notices.push(format!(
                "Several settings modules could be production's: {} ({why}). Judged {judged}; name another with --settings.",
                modules.join(", ")
            ));
        }
    }
    Ok(projects)
}
