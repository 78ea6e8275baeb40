//! Installed packages: the versions in a virtual environment, or vendored in the project. Lists folders and
//! reads the names of metadata folders only.

use std::path::{Path, PathBuf};

use super::normal;
use crate::project::FoundVersion;
use crate::project::layout::{ancestors, folder_of, is_below, name_of};
use crate::source::Sources;

/// A folder of installed packages.
#[derive(Clone, Debug)]
pub(in crate::project) struct Installed {
    /// Absolute.
    pub(in crate::project) site_packages: PathBuf,
    /// For people: `.venv`.
    shown: String,
    versions: Vec<(String, String)>,
}

impl Installed {
    /// The environment of `python` (an executable, or an environment's folder), else packages bundled in the project
    /// with Django among them, which it imports whatever lies beside it, else an environment in the project's folder or
    /// above it inside the root, else what little is bundled.
    pub(in crate::project) fn find(sources: &Sources, home: &str, python: Option<&Path>) -> Option<Self> {
        if let Some(python) = python {
            let shown = python.display().to_string();
            return site_packages_of(python).and_then(|folder| Self::read(folder, shown));
        }
        let bundled = Self::bundled(sources, home);
        if bundled.as_ref().is_some_and(|found| found.site_packages.join("django").is_dir()) {
            return bundled;
        }
        let environments = ancestors(home).flat_map(|folder| {
            [".venv", "venv", "env", ".env", "virtualenv"].map(|name| sources.root().join(folder).join(name))
        });
        let environment = environments.filter(|e| e.join("pyvenv.cfg").is_file()).find_map(|environment| {
            let shown =
                environment.strip_prefix(sources.root()).unwrap_or(&environment).display().to_string();
            Self::read(site_packages_of(&environment)?, shown)
        });
        environment.or(bundled)
    }

    /// Packages bundled in the project. Their metadata is only listed where that is so.
    fn bundled(sources: &Sources, home: &str) -> Option<Self> {
        let folder = sources.iter().find_map(|(_, f)| {
            let info = f.path.strip_suffix("/METADATA")?;
            let folder = folder_of(info);
            let name = name_of(info).to_ascii_lowercase();
            (name.starts_with("django-") && is_below(info, home) && folder != home).then_some(folder)
        })?;
        Self::read(sources.root().join(folder), folder.to_owned())
    }

    /// The environment that is active in the user's shell, when it has Django.
    pub(in crate::project) fn active(environment: &Path) -> Option<Self> {
        let shown = environment.display().to_string();
        Self::read(site_packages_of(environment)?, shown).filter(|found| found.version("django").is_some())
    }

    fn read(site_packages: PathBuf, shown: String) -> Option<Self> {
        let mut versions: Vec<(String, String)> = std::fs::read_dir(&site_packages)
            .ok()?
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                let (name, version) = name.strip_suffix(".dist-info")?.split_once('-')?;
                Some((normal(name), version.to_owned()))
            })
            .collect();
        versions.sort();
        Some(Self { site_packages, shown, versions })
    }

    pub(super) fn version(&self, name: &str) -> Option<FoundVersion> {
        let (_, version) = self.versions.iter().find(|(n, _)| n == name)?;
        Some(FoundVersion { version: version.clone(), exact: true, found_in: self.shown.clone() })
    }
}

/// `site-packages` of an environment's folder, of its Python, or the folder itself when it is one.
fn site_packages_of(python: &Path) -> Option<PathBuf> {
    if python.file_name().is_some_and(|n| n == "site-packages" || n == "dist-packages") {
        return Some(python.to_owned());
    }
    // An executable lies in `bin` or `Scripts`; its link is not followed, it would lead to the system's Python.
    let environment = if python.is_dir() { python } else { python.parent()?.parent()? };
    let windows = environment.join("Lib/site-packages");
    if windows.is_dir() {
        return Some(windows);
    }
    let mut libraries: Vec<PathBuf> = std::fs::read_dir(environment.join("lib"))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("site-packages")))
        .filter(|folder| folder.is_dir())
        .collect();
    libraries.sort();
    libraries.pop()
}
