//! What is taken out of a finished listing, and what is added: environments, installed packages, dotenv files.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::layout::{ancestors, folder_of, join, name_of};
use super::walk::Listing;

/// Folders that installed packages are often bundled in.
const BUNDLING: [&str; 8] = ["dist", "vendor", "vendored", "_vendor", "third_party", "lib", "libs", "deps"];

/// Which folders bundle installed packages, found out once each. [`drop_installed_packages`] would take them out of the
/// listing; where their folder is called as usual, they need not be walked at all.
#[derive(Debug, Default)]
pub(super) struct Bundles(Mutex<FxHashMap<PathBuf, bool>>);

impl Bundles {
    /// Whether a folder is a bundled package. Their metadata (`*.dist-info`) is none: it tells versions.
    pub(super) fn is_package(&self, folder: &Path) -> bool {
        let named = |path: &Path, is: &dyn Fn(&str) -> bool| {
            path.file_name().and_then(|n| n.to_str()).is_some_and(is)
        };
        let Some(parent) = folder.parent().filter(|p| named(p, &|name| BUNDLING.contains(&name))) else {
            return false;
        };
        if named(folder, &|name| name.ends_with(".dist-info")) {
            return false;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(parent.to_owned()).or_insert_with(|| holds_metadata(parent))
    }
}

fn holds_metadata(folder: &Path) -> bool {
    let is_metadata = |name: &OsStr| name.to_str().is_some_and(|name| name.ends_with(".dist-info"));
    let Ok(mut entries) = std::fs::read_dir(folder) else { return false };
    entries.any(|e| e.is_ok_and(|e| is_metadata(&e.file_name()) && e.path().join("METADATA").is_file()))
}

/// The file that each conda environment has.
pub(super) fn is_conda_mark(path: &Path) -> bool {
    path.ends_with("conda-meta/history")
}

/// Takes out virtual environments, whatever their folders are called. Asking each folder on the way would cost
/// more than walking into the few that are one: their packages are skipped by name.
pub(super) fn drop_environments(listing: &mut Listing) {
    let environments: Vec<String> = listing
        .files
        .iter()
        .filter_map(|path| {
            path.strip_suffix("pyvenv.cfg").or_else(|| path.strip_suffix("conda-meta/history"))
        })
        .filter(|folder| folder.ends_with('/'))
        .map(str::to_owned)
        .collect();
    let inside = |path: &str| environments.iter().any(|folder| path.starts_with(folder.as_str()));
    listing.files.retain(|path| !inside(path) && !path.ends_with("conda-meta/history"));
    listing.not_read.retain(|n| !inside(&n.path));
}

/// A project's own dotenv file is usually ignored by git, yet the settings read it.
pub(super) fn add_dotenv(root: &Path, files: &mut Vec<String>) {
    let starts =
        ["manage.py", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile", "wsgi.py", "settings.py"];
    let folders = files
        .iter()
        .filter(|path| starts.contains(&name_of(path)))
        .flat_map(|path| ancestors(folder_of(path)));
    let folders: BTreeSet<&str> = folders.chain([""]).collect();
    let dotenv: Vec<String> = folders
        .into_iter()
        .map(|folder| join(folder, ".env"))
        .filter(|path| std::fs::symlink_metadata(root.join(path)).is_ok_and(|m| m.is_file()))
        .collect();
    files.extend(dotenv);
    files.sort_unstable();
    files.dedup();
}

/// Below the root, a folder with `*.dist-info` folders holds installed packages, not the project's own code.
/// Only the metadata stays: it tells versions.
pub(super) fn drop_installed_packages(files: &mut Vec<String>) {
    let installed: BTreeSet<String> = files
        .iter()
        .filter_map(|path| {
            let info = path.strip_suffix("/METADATA")?;
            let (folder, name) = info.rsplit_once('/')?;
            name.ends_with(".dist-info").then(|| format!("{folder}/"))
        })
        .collect();
    if installed.is_empty() {
        return;
    }
    files.retain(|path| {
        let inside = path
            .match_indices('/')
            .find_map(|(at, _)| installed.contains(&path[..=at]).then(|| &path[at + 1..]));
        inside.is_none_or(|rest| {
            let package = rest.to_ascii_lowercase();
            rest.ends_with(".dist-info/METADATA")
                && (package.starts_with("django-") || package.starts_with("djangorestframework-"))
        })
    });
}
