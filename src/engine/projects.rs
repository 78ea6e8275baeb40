//! Which projects of a snapshot are judged, and by which settings module: as found, as the options say, or as decided
//! before.

use super::{Engine, EngineError, Options};
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
    let found = discover(sources, options, options.settings.first(), options.project.as_ref());
    let root = || sources.root().to_path_buf();
    if let Some(asked) = &options.project
        && found.is_empty()
    {
        let all = project::discover(sources, &DiscoverOptions::default());
        let known = all.into_iter().map(|p| p.root).collect();
        return Err(EngineError::NoSuchProject { asked: asked.clone(), root: root(), known });
    }
    if let Some(path) = &options.python
        && found.iter().any(|p| p.site_packages.is_none())
    {
        return Err(EngineError::NoPackages { path: path.clone() });
    }
    let mut projects =
        if options.settings.is_empty() { found } else { by_settings(sources, options, found)? };
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

/// The projects as they are for a settings module; only the one that `project` names.
fn discover(
    sources: &Sources,
    options: &Options,
    settings: Option<&String>,
    project: Option<&String>,
) -> Vec<Project> {
    let options = DiscoverOptions {
        settings: settings.cloned(),
        project: project.cloned(),
        python: options.python.clone(),
        active_environment: options.active_environment.clone(),
        environment_settings: options.environment_settings.clone(),
    };
    project::discover(sources, &options)
}

/// For each settings module that was asked for, the projects that have it: with several projects, the module says which of
/// them is meant. `found` are the projects as they are for the first module.
fn by_settings(
    sources: &Sources,
    options: &Options,
    found: Vec<Project>,
) -> Result<Vec<Project>, EngineError> {
    let order: Vec<String> = found.iter().map(|p| p.root.clone()).collect();
    let known: Vec<String> =
        found.iter().flat_map(|p| p.candidates.iter().map(|c| c.module.clone())).collect();
    let missing = |asked: &String| {
        let (asked, root, known) = (asked.clone(), sources.root().to_path_buf(), known.clone());
        Err(EngineError::NoSuchSettings { asked, root, known })
    };
    let wanted = options.project.as_ref();
    let mut first = Some(found);
    let mut projects = Vec::new();
    for (at, asked) in options.settings.iter().enumerate() {
        if options.settings[..at].contains(asked) {
            continue;
        }
        let mut having = first.take().unwrap_or_else(|| discover(sources, options, Some(asked), wanted));
        let has = |p: &Project| project::settings_named(sources, p, asked).is_some();
        having.retain(has);
        // A module of another project than the wanted one is no mistake: a configuration names one for each.
        if having.is_empty()
            && !(wanted.is_some() && discover(sources, options, Some(asked), None).iter().any(has))
        {
            return missing(asked);
        }
        projects.extend(having);
    }
    if projects.is_empty() {
        return missing(&options.settings[0]);
    }
    // The modules of one project stand together.
    projects.sort_by_key(|p| order.iter().position(|root| *root == p.root));
    Ok(projects)
}
