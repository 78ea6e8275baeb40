//! Which Django and which DRF a project uses: lock files, installed packages, pins, then ranges.
//!
//! Within one kind the nearest file counts, and one for production before one for development. Nothing is
//! asked of an index; a range gives its lower bound.

mod declared;
mod installed;
mod lock;

use super::FoundVersion;
use super::entry_points::words;
use super::layout::{folder_of, is_below, name_of};
use crate::source::{FileId, Sources};

pub(super) use installed::Installed;

/// A version that a file states for a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stated {
    /// Lower-case, with `-`.
    name: String,
    version: Option<String>,
    exact: bool,
    /// From 1.
    line: usize,
}

/// Django's and DRF's version for the project in `home`.
pub(super) fn find(
    sources: &Sources,
    home: &str,
    homes: &[&str],
    installed: Option<&Installed>,
) -> (Option<FoundVersion>, Option<FoundVersion>) {
    let files = files_of(sources, home, homes);
    let stated = |read: fn(&str, &str) -> Vec<Stated>| -> Vec<(FileId, Vec<Stated>)> {
        files
            .iter()
            .map(|&f| (f, read(sources.path(f), sources.text(f))))
            .filter(|(_, s)| !s.is_empty())
            .collect()
    };
    let (locked, declared) = (stated(lock::read), stated(declared::read));
    let first = |all: &[(FileId, Vec<Stated>)], name: &str, exact: bool| {
        all.iter().find_map(|(file, stated)| {
            let found = stated.iter().find(|s| s.name == name && s.exact == exact && s.version.is_some())?;
            let path = sources.path(*file);
            let at =
                if lock::is_lock(name_of(path)) { path.to_owned() } else { format!("{path}:{}", found.line) };
            Some(FoundVersion { version: found.version.clone()?, exact, found_in: at })
        })
    };
    let version = |name: &str| {
        first(&locked, name, true)
            .or_else(|| installed.and_then(|i| i.version(name)))
            .or_else(|| first(&declared, name, true))
            .or_else(|| first(&declared, name, false))
    };
    (version("django"), version("djangorestframework"))
}

/// Whether any manifest asks for Django or DRF.
pub(super) fn asks_for_django(sources: &Sources) -> bool {
    sources.iter().any(|(_, file)| {
        let stated =
            || declared::read(&file.path, &file.text).into_iter().chain(lock::read(&file.path, &file.text));
        is_manifest(&file.path)
            && stated().any(|s| matches!(s.name.as_str(), "django" | "djangorestframework"))
    })
}

/// The name of the distribution in `home`, or the folder's.
pub(super) fn distribution_name(sources: &Sources, home: &str) -> String {
    let mut manifests = sources.iter().filter(|(_, f)| {
        let folder = folder_of(&f.path);
        folder == home || folder.ends_with(".dist-info") && folder_of(folder) == home
    });
    let declared = manifests.find_map(|(_, f)| declared::distribution_name(&f.path, &f.text));
    declared.unwrap_or_else(|| match name_of(home) {
        "" => sources
            .root()
            .file_name()
            .map_or_else(|| "project".to_owned(), |n| n.to_string_lossy().into_owned()),
        folder => folder.to_owned(),
    })
}

fn is_manifest(path: &str) -> bool {
    lock::is_lock(name_of(path)) || declared::is_declaration(path)
}

/// The manifests that speak for a project, the most telling first: its own, then those of the folders above.
fn files_of(sources: &Sources, home: &str, homes: &[&str]) -> Vec<FileId> {
    let belongs = |path: &str| {
        let folder = folder_of(path);
        let nearest = homes.iter().filter(|h| is_below(folder, h)).max_by_key(|h| h.len());
        if is_below(folder, home) {
            return nearest.is_none_or(|h| *h == home || h.len() < home.len());
        }
        // A manifest above the project.
        is_below(home, speaks_for(path))
    };
    let mut files: Vec<FileId> =
        sources.iter().filter(|(_, f)| is_manifest(&f.path) && belongs(&f.path)).map(|(id, _)| id).collect();
    files.sort_by_cached_key(|&f| {
        let path = sources.path(f);
        (!is_below(path, home), distance(path, home), purpose(path), path.to_owned())
    });
    files
}

/// The folder that a manifest speaks for: its own, or the one around a folder of requirements or of a wheel's metadata.
fn speaks_for(path: &str) -> &str {
    let folder = folder_of(path);
    let name = name_of(folder);
    if name.contains("requirements") || name.ends_with(".dist-info") { folder_of(folder) } else { folder }
}

/// How many folders lie between a project and what its manifest speaks for.
fn distance(path: &str, home: &str) -> usize {
    let folder = speaks_for(path);
    let depth = |f: &str| if f.is_empty() { 0 } else { f.split('/').count() };
    depth(folder).abs_diff(depth(home))
}

/// Production before everything before development before tests.
fn purpose(path: &str) -> u8 {
    let lower = path.to_ascii_lowercase();
    let has = |set: &[&str]| words(&lower).any(|w| set.contains(&w));
    if has(&["test", "tests", "testing", "ci", "docs", "doc", "lint", "example", "examples"]) {
        3
    } else if has(&["dev", "development", "local", "devel"]) {
        2
    } else {
        u8::from(!has(&["prod", "production", "lock", "deploy"]))
    }
}

/// A distribution's name as it is compared: `Django_Foo` is `django-foo`.
fn normal(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '.'], "-")
}

/// The line (from 1) of a byte offset.
fn line_at(text: &str, at: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count() + 1
}

#[cfg(test)]
mod tests;
