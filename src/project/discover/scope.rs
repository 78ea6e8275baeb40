//! Puts one project together: import roots, modules with what names them, versions.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::{is_library, is_side_folder, is_test_or_vendored};
use super::{DiscoverOptions, settings_named};
use crate::project::entry_points::{Kind, Mention};
use crate::project::layout::{Layout, folder_of, is_below};
use crate::project::roles::{self, Judged};
use crate::project::settings_module::SettingsFile;
use crate::project::{Project, SettingsChoice, deploy, dotenv, import_roots, versions};
use crate::python::tree;
use crate::source::FileId;

/// One project while it is put together.
pub(super) struct Scope<'a> {
    pub(super) layout: &'a Layout<'a>,
    pub(super) home: &'a str,
    pub(super) homes: &'a [&'a str],
    pub(super) anchored: bool,
}

impl Scope<'_> {
    pub(super) fn project(
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
        let (candidates, mut choice) =
            roles::decide(sources, &judged, &missing, environment, is_test_or_vendored(self.home));
        let deployed = mentions.iter().any(|m| m.kind == Kind::Deployment);
        if environment.is_none() && !deployed && self.only_examples(files) {
            choice = SettingsChoice::None;
        }
        let installed = versions::Installed::find(sources, self.home, options.python.as_deref())
            .or_else(|| versions::Installed::active(options.active_environment.as_deref()?));
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
            deployment: deploy::find(sources, self.home, self.homes),
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

    /// Whether all settings are those of examples of how to use the library that this is.
    fn only_examples(&self, files: &[FileId]) -> bool {
        let is_example = |file: &FileId| {
            let path = self.layout.sources.path(*file);
            let inner = path.strip_prefix(self.home).unwrap_or(path).trim_start_matches('/');
            is_side_folder(folder_of(inner))
        };
        !is_side_folder(self.home)
            && !files.is_empty()
            && files.iter().all(is_example)
            && is_library(self.layout, self.home)
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
        // An empty package is no settings when its modules are: whoever names it means one of those.
        let folders: Vec<&str> =
            modules.iter().map(|(_, f)| folder_of(self.layout.sources.path(*f))).collect();
        judged.retain(|j| {
            let path = self.layout.sources.path(j.file);
            let alone = folders.iter().filter(|folder| **folder == folder_of(path)).count() == 1;
            alone || !path.ends_with("/__init__.py") || !tree(self.layout.sources, j.file).body().is_empty()
        });
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
