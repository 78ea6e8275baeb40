//! The Django projects of a snapshot: where each begins, its modules, its settings.
//!
//! A folder with a `manage.py` and settings below it is a project. Settings without one belong to the nearest
//! folder that is packaged (`pyproject.toml`, requirements, …), or to the folder that their package is imported
//! from. Projects in test or vendored folders are left out as long as there is another one, unless a deployment
//! file names their settings. Where there are only reusable apps, the one project has no settings module.

mod groups;
mod scope;

use std::collections::BTreeMap;
use std::path::PathBuf;

use memchr::memmem;

use super::layout::{Layout, join};
use super::module_names::role_by_name;
use super::{Project, SettingsCandidate, entry_points, settings_module, versions};
use crate::python::ModulePath;
use crate::source::{FileId, Sources};
use scope::Scope;

/// What the user said about the projects.
#[derive(Clone, Debug, Default)]
pub struct DiscoverOptions {
    /// The settings module to judge: a dotted name, or a path such as `config/settings/production.py`.
    pub settings: Option<String>,
    /// Only the project in this folder (relative to the root) or of this name.
    pub project: Option<String>,
    /// The Python (an executable or the folder of an environment) whose installed versions count.
    pub python: Option<PathBuf>,
    /// The virtual environment of the user's shell. It counts where the project has none, and Django is in it.
    pub active_environment: Option<PathBuf>,
    /// `DJANGO_SETTINGS_MODULE` of the user's environment.
    pub environment_settings: Option<String>,
}

/// The Django projects of a snapshot, the likeliest first. Empty where there is no Django at all.
pub fn discover(sources: &Sources, options: &DiscoverOptions) -> Vec<Project> {
    let layout = Layout::new(sources);
    let mentions = entry_points::find(sources);
    let named = groups::named_files(&layout, &mentions);
    let settings = settings_module::find(&layout, &named.values().flatten().copied().collect());
    let anchors = groups::anchors(sources);
    let mut groups: BTreeMap<String, Vec<FileId>> = BTreeMap::new();
    for &file in settings.keys() {
        groups.entry(groups::home(&layout, &anchors, &named, file)).or_default().push(file);
    }
    groups::drop_side_projects(&layout, &mut groups, &settings, &mentions, &named);
    if groups.is_empty() && uses_django(sources) {
        groups.insert(String::new(), Vec::new());
    }
    let homes: Vec<&str> = groups.keys().map(String::as_str).collect();
    let mut projects: Vec<Project> = groups
        .iter()
        .map(|(home, files)| {
            let scope =
                Scope { layout: &layout, home, homes: &homes, anchored: anchors.contains(home.as_str()) };
            scope.project(files, &settings, &mentions, &named, options)
        })
        .collect();
    if let Some(wanted) = &options.project {
        let wanted = wanted.trim_start_matches("./").trim_end_matches('/');
        let wanted = if wanted == "." { "" } else { wanted };
        projects.retain(|p| p.root == wanted || p.name == wanted);
    }
    projects.sort_by_cached_key(|p| (groups::is_side_folder(&p.root), p.root.clone()));
    projects
}

/// The settings module that somebody asks for by `spelled` (a dotted name or a path), if the project has it:
/// one of its candidates, or any other module or TOML file below its import roots.
pub fn settings_named(sources: &Sources, project: &Project, spelled: &str) -> Option<SettingsCandidate> {
    let module = module_spelled(project, spelled);
    if let Some(known) = project.candidates.iter().find(|c| c.module == module) {
        return Some(known.clone());
    }
    let layout = Layout::new(sources);
    let file =
        project.import_roots.iter().find_map(|root| layout.module_file(root, &module)).or_else(|| {
            [spelled.trim_start_matches("./").to_owned(), join(&project.root, spelled)]
                .iter()
                .find_map(|p| sources.find(p))
        })?;
    let known = project.candidates.iter().find(|c| c.file == file).cloned();
    Some(known.unwrap_or_else(|| SettingsCandidate {
        role: role_by_name(&module),
        module,
        file,
        named_by: vec!["--settings".to_owned()],
    }))
}

/// A path such as `config/settings/production.py` as the module it is under the project's import roots.
fn module_spelled(project: &Project, spelled: &str) -> String {
    let path = spelled.trim_start_matches("./").trim_end_matches('/');
    if !path.contains('/') && !path.ends_with(".py") {
        return spelled.to_owned();
    }
    let path = if path.ends_with(".py") { path.to_owned() } else { format!("{path}/__init__.py") };
    let full = join(&project.root, &path);
    let by_root = |path: &str| {
        project.import_roots.iter().find_map(|root| ModulePath::of_file(path, root)).map(|m| m.name)
    };
    by_root(&path).or_else(|| by_root(&full)).unwrap_or_else(|| spelled.to_owned())
}

/// Whether any Python file imports Django or DRF, or a manifest asks for them.
fn uses_django(sources: &Sources) -> bool {
    let needles = ["from django", "import django", "rest_framework"].map(memmem::Finder::new);
    sources.iter().any(|(_, file)| {
        file.path.ends_with(".py") && needles.iter().any(|n| n.find(file.text.as_bytes()).is_some())
    }) || versions::asks_for_django(sources)
}

#[cfg(test)]
mod tests;
