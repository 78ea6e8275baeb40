//! Which settings files belong together as one project, and which groups are no project of their own.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use crate::project::entry_points::{self, Kind, Mention, VARIABLE, in_test_folder};
use crate::project::layout::{Layout, ancestors, folder_of, is_below, join, name_of};
use crate::project::settings_module::{SettingsFile, Signs};
use crate::source::{FileId, Sources};

/// The files that the entry points name, by the folder they are imported from.
pub(super) fn named_files(layout: &Layout<'_>, mentions: &[Mention]) -> BTreeMap<String, BTreeSet<FileId>> {
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
    let signs = Signs::new();
    // A package's own `settings.py` that reads what projects set is no settings module.
    let is_hardly = |id: FileId| {
        let text = layout.sources.text(id).as_bytes();
        !signs.assigns(text) && !signs.composes(text)
    };
    layout
        .sources
        .iter()
        .filter_map(|(id, file)| {
            let base = file.path.strip_suffix(&as_package).or_else(|| file.path.strip_suffix(&as_file))?;
            Some((base.to_owned(), id))
        })
        .min_by_key(|(base, id)| {
            let far = std::cmp::Reverse(shared(base));
            (is_hardly(*id), in_test_folder(&join(base, "x")), far, base.matches('/').count())
        })
}

/// Folders with a `manage.py`, or another script in no package that runs Django's commands.
pub(super) fn anchors(sources: &Sources) -> BTreeSet<&str> {
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
pub(super) fn home(
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
    if let Some(packaged) = ancestors(folder).find(|f| is_packaged(layout, f)) {
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
pub(super) fn is_side_folder(folder: &str) -> bool {
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

pub(super) fn is_test_or_vendored(folder: &str) -> bool {
    folder.split('/').any(|part| {
        entry_points::is_test_folder(part)
            || matches!(part, "vendor" | "vendored" | "_vendor" | "third_party" | "thirdparty" | "extern")
    })
}

/// Leaves out groups of settings that are no project of their own beside a real one.
pub(super) fn drop_side_projects(
    layout: &Layout<'_>,
    groups: &mut BTreeMap<String, Vec<FileId>>,
    settings: &BTreeMap<FileId, SettingsFile>,
    mentions: &[Mention],
    named: &BTreeMap<String, BTreeSet<FileId>>,
) {
    let sources = layout.sources;
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
        // Only examples of something packaged: that is the project.
        let library = |home: &str| {
            let mut above = ancestors(home).filter(|folder| !is_side_folder(folder));
            above.find(|folder| is_library(layout, folder)).map(str::to_owned)
        };
        let libraries: Option<Vec<String>> = groups
            .iter()
            .map(|(home, files)| library(home).filter(|_| is_side_folder(home) && !deployed(files)))
            .collect();
        if let Some(libraries) = libraries {
            for ((_, files), library) in std::mem::take(groups).into_iter().zip(libraries) {
                groups.entry(library).or_default().extend(files);
            }
        }
        return;
    }
    // Only tests of something packaged: that is the project, and it has no settings of its own.
    for (home, files) in std::mem::take(groups) {
        let packaged = ancestors(&home).find(|f| !is_test_or_vendored(f) && is_packaged(layout, f));
        let home = packaged.filter(|_| is_test_or_vendored(&home)).unwrap_or(&home).to_owned();
        groups.entry(home).or_default().extend(files);
    }
}

/// Whether a folder is that of a distribution that others install, with code for Django beside examples and tests.
pub(super) fn is_library(layout: &Layout<'_>, folder: &str) -> bool {
    let sources = layout.sources;
    let says = |name: &str, sections: &[&str]| {
        let file = sources.find(&join(folder, name));
        file.is_some_and(|file| sections.iter().any(|section| sources.text(file).contains(section)))
    };
    let is_distribution = layout.has(folder, "setup.py")
        || says("setup.cfg", &["[metadata]"])
        || says("pyproject.toml", &["[build-system]", "[tool.poetry]", "[tool.flit"]);
    let is_its_code = |path: &str| {
        let inner = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        inner.ends_with(".py") && inner.contains('/') && !is_side_folder(folder_of(inner))
    };
    is_distribution
        && sources.iter().any(|(_, file)| {
            is_below(&file.path, folder)
                && is_its_code(&file.path)
                && ["from django", "import django", "rest_framework"].iter().any(|w| file.text.contains(w))
        })
}

/// Whether a folder says what it depends on.
fn is_packaged(layout: &Layout<'_>, folder: &str) -> bool {
    ["pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt", "requirements.in", "uv.lock"]
        .iter()
        .any(|name| layout.has(folder, name))
}

fn path_is_module(path: &str, module: &str) -> bool {
    let stem = path.trim_end_matches(".py").trim_end_matches("/__init__");
    let module = module.replace('.', "/");
    stem == module || stem.ends_with(&format!("/{module}"))
}
