//! The Django projects of a snapshot: where each begins, its modules, its settings.
//!
//! A folder with a `manage.py` and settings below it is a project. Settings without one belong to the nearest
//! folder that is packaged (`pyproject.toml`, requirements, …), or to the folder that their package is imported
//! from. Projects in test or vendored folders are left out as long as there is another one, unless a deployment
//! file names their settings. Where there are only reusable apps, the one project has no settings module.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use memchr::memmem;

use super::entry_points::{self, Kind, Mention, VARIABLE, in_test_folder};
use super::import_roots;
use super::layout::{Layout, ancestors, folder_of, is_below, join, name_of};
use super::module_names::role_by_name;
use super::roles::{self, Judged};
use super::settings_module::{self, SettingsFile};
use super::{Project, SettingsCandidate, SettingsChoice, dotenv, versions};
use crate::python::ModulePath;
use crate::source::{FileId, Sources};

/// What the user said about the projects.
#[derive(Clone, Debug, Default)]
pub struct DiscoverOptions {
    /// The settings module to judge: a dotted name, or a path such as `config/settings/production.py`.
    pub settings: Option<String>,
    /// Only the project in this folder (relative to the root) or of this name.
    pub project: Option<String>,
    /// The Python (an executable or the folder of an environment) whose installed versions count.
    pub python: Option<PathBuf>,
    /// `DJANGO_SETTINGS_MODULE` of the user's environment.
    pub environment_settings: Option<String>,
}

/// The Django projects of a snapshot, the likeliest first. Empty where there is no Django at all.
pub fn discover(sources: &Sources, options: &DiscoverOptions) -> Vec<Project> {
    let layout = Layout::new(sources);
    let mentions = entry_points::find(sources);
    let named = named_files(&layout, &mentions);
    let settings = settings_module::find(&layout, &named.values().flatten().copied().collect());
    let anchors = anchors(sources);
    let mut groups: BTreeMap<String, Vec<FileId>> = BTreeMap::new();
    for &file in settings.keys() {
        groups.entry(home(&layout, &anchors, &named, file)).or_default().push(file);
    }
    drop_side_projects(sources, &mut groups, &settings, &mentions, &named);
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
    projects.sort_by_cached_key(|p| (is_side_folder(&p.root), p.root.clone()));
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

/// The files that the entry points name, by the folder they are imported from.
fn named_files(layout: &Layout<'_>, mentions: &[Mention]) -> BTreeMap<String, BTreeSet<FileId>> {
    let mut named: BTreeMap<String, BTreeSet<FileId>> = BTreeMap::new();
    for mention in mentions {
        for module in mention.modules.iter().filter(|m| !m.contains('*')) {
            if let Some((base, file)) =
                find_module(layout, folder_of(layout.sources.path(mention.file)), module)
            {
                named.entry(base).or_default().insert(file);
            }
        }
    }
    named
}

/// The file of a module as seen from a folder: imported from that folder, one above it or their `src`, else
/// from the folder anywhere that is nearest.
fn find_module(layout: &Layout<'_>, from: &str, module: &str) -> Option<(String, FileId)> {
    for base in ancestors(from) {
        for base in [base.to_owned(), join(base, "src")] {
            if let Some(file) = layout.module_file(&base, module) {
                return Some((base, file));
            }
        }
    }
    let path = module.replace('.', "/");
    let (as_file, as_package) = (format!("/{path}.py"), format!("/{path}/__init__.py"));
    let shared = |base: &str| base.split('/').zip(from.split('/')).take_while(|(a, b)| a == b).count();
    layout
        .sources
        .iter()
        .filter_map(|(id, file)| {
            let base = file.path.strip_suffix(&as_package).or_else(|| file.path.strip_suffix(&as_file))?;
            Some((base.to_owned(), id))
        })
        .min_by_key(|(base, _)| {
            (in_test_folder(&join(base, "x")), std::cmp::Reverse(shared(base)), base.matches('/').count())
        })
}

/// Folders with a `manage.py`, or another script in no package that runs Django's commands.
fn anchors(sources: &Sources) -> BTreeSet<&str> {
    let (run, django) = (memmem::Finder::new("execute_from_command_line"), memmem::Finder::new("jango"));
    let mut anchors = BTreeSet::new();
    for (_, file) in sources.iter() {
        let is_manage = name_of(&file.path) == "manage.py";
        if is_manage && (file.text.contains(VARIABLE) || django.find(file.text.as_bytes()).is_some())
            || file.path.ends_with(".py")
                && run.find(file.text.as_bytes()).is_some()
                && file.text.contains(VARIABLE)
                && sources.find(&join(folder_of(&file.path), "__init__.py")).is_none()
        {
            anchors.insert(folder_of(&file.path));
        }
    }
    anchors
}

/// The project folder that a settings file belongs to.
fn home(
    layout: &Layout<'_>,
    anchors: &BTreeSet<&str>,
    named: &BTreeMap<String, BTreeSet<FileId>>,
    file: FileId,
) -> String {
    let path = layout.sources.path(file);
    let folder = folder_of(path);
    if let Some(anchor) = ancestors(folder).find(|f| anchors.contains(f)) {
        return anchor.to_owned();
    }
    let packaged = |folder: &&str| {
        [
            "pyproject.toml",
            "setup.py",
            "setup.cfg",
            "Pipfile",
            "requirements.txt",
            "requirements.in",
            "uv.lock",
        ]
        .iter()
        .any(|name| layout.has(folder, name))
    };
    if let Some(packaged) = ancestors(folder).find(packaged) {
        return packaged.to_owned();
    }
    if layout.has_installed_package("") {
        return String::new();
    }
    let base = named.iter().find(|(_, files)| files.contains(&file)).map(|(base, _)| base.as_str());
    let base = base.unwrap_or_else(|| layout.package_root(path));
    base.strip_suffix("/src").or_else(|| (base == "src").then_some("")).unwrap_or(base).to_owned()
}

/// Folders whose projects are examples of use rather than the product.
fn is_side_folder(folder: &str) -> bool {
    folder.split('/').any(|part| {
        let part = part.to_ascii_lowercase();
        entry_points::is_test_folder(&part)
            || entry_points::words(&part).any(|w| {
                matches!(
                    w,
                    "example"
                        | "examples"
                        | "demo"
                        | "demos"
                        | "sample"
                        | "samples"
                        | "docs"
                        | "vendor"
                        | "vendored"
                        | "third"
                        | "sandbox"
                        | "testproject"
                        | "testapp"
                        | "benchmarks"
                        | "tutorial"
                )
            })
    })
}

fn is_test_or_vendored(folder: &str) -> bool {
    folder.split('/').any(|part| {
        entry_points::is_test_folder(part)
            || matches!(part, "vendor" | "vendored" | "_vendor" | "third_party" | "thirdparty" | "extern")
    })
}

/// Leaves out groups of settings that are no project of their own beside a real one.
fn drop_side_projects(
    sources: &Sources,
    groups: &mut BTreeMap<String, Vec<FileId>>,
    settings: &BTreeMap<FileId, SettingsFile>,
    mentions: &[Mention],
    named: &BTreeMap<String, BTreeSet<FileId>>,
) {
    let deployed = |files: &[FileId]| {
        mentions.iter().any(|m| {
            m.kind == Kind::Deployment
                && m.modules.iter().any(|module| {
                    named
                        .values()
                        .flatten()
                        .any(|f| files.contains(f) && path_is_module(sources.path(*f), module))
                })
        })
    };
    let side = |home: &str, files: &[FileId]| {
        (is_test_or_vendored(home) || files.iter().all(|f| in_test_folder(sources.path(*f))))
            && !deployed(files)
    };
    let used_elsewhere = |files: &[FileId]| {
        files
            .iter()
            .all(|f| settings.iter().any(|(other, s)| !files.contains(other) && s.builds_on.contains(f)))
    };
    let keep: Vec<String> = groups
        .iter()
        .filter(|(home, files)| !side(home, files) && !used_elsewhere(files))
        .map(|(home, _)| home.clone())
        .collect();
    if !keep.is_empty() {
        groups.retain(|home, _| keep.contains(home));
    }
}

fn path_is_module(path: &str, module: &str) -> bool {
    let stem = path.trim_end_matches(".py").trim_end_matches("/__init__");
    let module = module.replace('.', "/");
    stem == module || stem.ends_with(&format!("/{module}"))
}

/// Whether any Python file imports Django or DRF, or a manifest asks for them.
fn uses_django(sources: &Sources) -> bool {
    let needles = ["from django", "import django", "rest_framework"].map(memmem::Finder::new);
    sources.iter().any(|(_, file)| {
        file.path.ends_with(".py") && needles.iter().any(|n| n.find(file.text.as_bytes()).is_some())
    }) || versions::asks_for_django(sources)
}

/// One project while it is put together.
struct Scope<'a> {
    layout: &'a Layout<'a>,
    home: &'a str,
    homes: &'a [&'a str],
    anchored: bool,
}

impl Scope<'_> {
    fn project(
        &self,
        files: &[FileId],
        settings: &BTreeMap<FileId, SettingsFile>,
        mentions: &[Mention],
        named: &BTreeMap<String, BTreeSet<FileId>>,
        options: &DiscoverOptions,
    ) -> Project {
        let sources = self.layout.sources;
        let bases: Vec<&str> = named
            .iter()
            .filter(|(_, named)| files.iter().any(|f| named.contains(f)))
            .map(|(base, _)| base.as_str())
            .collect();
        let import_roots = import_roots::find(self.layout, self.home, self.anchored, files, &bases);
        let mentions: Vec<&Mention> =
            mentions.iter().filter(|m| self.concerns(sources.path(m.file))).collect();
        let modules = self.modules(files, settings, &import_roots, &bases);
        let (judged, missing) = self.judged(&modules, settings, &mentions, &import_roots);
        let environment = options.environment_settings.as_deref();
        let (candidates, choice) = roles::decide(sources, &judged, &missing, environment);
        let installed = versions::Installed::find(sources, self.home, options.python.as_deref());
        let (django, drf) = versions::find(sources, self.home, self.homes, installed.as_ref());
        let mut project = Project {
            root: self.home.to_owned(),
            name: versions::distribution_name(sources, self.home),
            import_roots,
            candidates,
            configuration: None,
            choice,
            django,
            drf,
            site_packages: installed.map(|i| i.site_packages),
            dotenv: dotenv::find(sources, self.home),
        };
        if let Some(spelled) = &options.settings
            && let Some(found) = settings_named(sources, &project, spelled)
        {
            project.choice = SettingsChoice::Module {
                module: found.module.clone(),
                why: "asked for with --settings".to_owned(),
            };
            if !project.candidates.iter().any(|c| c.module == found.module) {
                project.candidates.insert(0, found);
            }
        }
        project.configuration = class_named(&judged, project.choice.module());
        project
    }

    /// Whether a place speaks about this project: it lies in it, or in no other.
    fn concerns(&self, path: &str) -> bool {
        let nearest = self.homes.iter().filter(|h| is_below(path, h)).max_by_key(|h| h.len());
        nearest.is_none_or(|h| *h == self.home || is_below(self.home, h) && !path.ends_with(".py"))
    }

    /// The settings files with the names they are imported by. Files that cannot be imported (`settings.dist.py`)
    /// count only where there is nothing else.
    fn modules(
        &self,
        files: &[FileId],
        settings: &BTreeMap<FileId, SettingsFile>,
        roots: &[String],
        bases: &[&str],
    ) -> Vec<(String, FileId)> {
        let sources = self.layout.sources;
        let python = |f: &&FileId| !settings[*f].toml;
        let mut modules: Vec<(String, FileId)> = files
            .iter()
            .filter(python)
            .filter_map(|&f| {
                import_roots::module_of(self.layout, sources.path(f), roots, bases).map(|m| (m, f))
            })
            .collect();
        if modules.is_empty() {
            modules = files
                .iter()
                .map(|&f| {
                    let path = sources.path(f);
                    let inner = path.strip_prefix(self.home).unwrap_or(path).trim_start_matches('/');
                    (inner.trim_end_matches(".toml").trim_end_matches(".py").replace('/', "."), f)
                })
                .collect();
        }
        modules.sort();
        modules.dedup_by(|a, b| a.0 == b.0);
        modules
    }

    /// Each module with what names it, and the names that lead nowhere.
    fn judged<'m>(
        &self,
        modules: &[(String, FileId)],
        settings: &BTreeMap<FileId, SettingsFile>,
        mentions: &[&'m Mention],
        roots: &[String],
    ) -> (Vec<Judged<'m>>, Vec<(String, &'m Mention)>) {
        let mut judged: Vec<Judged<'m>> = modules
            .iter()
            .map(|(module, file)| Judged {
                module: module.clone(),
                file: *file,
                mentions: Vec::new(),
                builds_on: all_bases(settings, *file),
                conditional: settings[file].conditional.clone(),
                is_part: settings[file].part,
                is_base: settings.values().any(|s| s.builds_on.contains(file)),
            })
            .collect();
        let mut missing = Vec::new();
        for &mention in mentions {
            for pattern in &mention.modules {
                let found: Vec<FileId> = roots
                    .iter()
                    .map(|root| self.layout.modules_matching(root, pattern))
                    .find(|found| !found.is_empty())
                    .map_or_else(Vec::new, |found| found.into_iter().map(|(_, file)| file).collect());
                let mut any = false;
                for one in judged.iter_mut().filter(|j| found.contains(&j.file)) {
                    any = true;
                    if !one.mentions.contains(&mention) {
                        one.mentions.push(mention);
                    }
                }
                if !any && !pattern.contains('*') {
                    missing.push((pattern.clone(), mention));
                }
            }
        }
        (judged, missing)
    }
}

/// The settings class that a place names together with the chosen module.
fn class_named(judged: &[Judged<'_>], module: Option<&str>) -> Option<String> {
    let judged = judged.iter().find(|j| Some(j.module.as_str()) == module)?;
    let mut mentions: Vec<&&Mention> = judged.mentions.iter().filter(|m| m.class.is_some()).collect();
    mentions.sort_by_key(|m| (m.kind, !m.firm));
    mentions.first().and_then(|m| m.class.clone())
}

/// What a settings file builds on, directly or through others.
fn all_bases(settings: &BTreeMap<FileId, SettingsFile>, file: FileId) -> BTreeSet<FileId> {
    let mut all = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for &base in settings.get(&next).map(|s| &s.builds_on).into_iter().flatten() {
            if base != file && all.insert(base) {
                open.push(base);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
