//! What is scanned: the files of a root, the Django projects in it, their settings modules and versions.
//!
//! Reads the disk (the only layer besides `source` that does) and runs nothing. What the settings hold is
//! `settings`' work.

mod deploy;
mod discover;
mod dotenv;
mod entry_points;
mod import_roots;
mod layout;
mod listed;
mod load;
mod metadata;
mod module_names;
mod packages;
mod prune;
mod roles;
mod settings_module;
mod split_settings;
#[cfg(test)]
mod testing;
mod versions;
mod walk;

use crate::source::FileId;

pub use deploy::{EnvFact, Stage};
pub use discover::{DiscoverOptions, discover, settings_named};
pub(crate) use layout::normal;
pub(crate) use listed::is_listed_name;
pub use load::{LoadError, LoadOptions, Loaded, canonical_root, load};
pub(crate) use metadata::declared_entry_points;
pub use module_names::{is_called_production, named_role, role_of_file};
pub(crate) use packages::speaks_of_django;

/// One Django project below the scanned root.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder relative to the scanned root; empty for the root itself.
    pub root: String,
    /// A name for people: the distribution's name, or the folder's.
    pub name: String,
    /// The folders (relative to the scanned root) from which its modules are imported, first wins.
    pub import_roots: Vec<String>,
    /// All settings modules found, production first, then by name.
    pub candidates: Vec<SettingsCandidate>,
    /// The settings class (django-configurations) that the chosen module's entry point names.
    pub configuration: Option<String>,
    /// Which of them production uses.
    pub choice: SettingsChoice,
    /// Django's version.
    pub django: Option<FoundVersion>,
    /// DRF's version.
    pub drf: Option<FoundVersion>,
    /// `site-packages` of the project's virtual environment, where there is one.
    pub site_packages: Option<std::path::PathBuf>,
    /// Dotenv files that the project reads by itself, relative to the scanned root.
    pub dotenv: Vec<String>,
    /// What deployment files say of the environment, those about production first.
    pub deployment: Vec<EnvFact>,
}

/// A settings module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsCandidate {
    /// Dotted name.
    pub module: String,
    /// Its file.
    pub file: FileId,
    /// What it is for.
    pub role: Role,
    /// What names it: `manage.py:9`, `wsgi.py:14`, `its name`.
    pub named_by: Vec<String>,
}

/// What a settings module is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What the public meets.
    Production,
    /// Imported by the others, not used by itself.
    Base,
    /// A developer's machine.
    Development,
    /// Test runs.
    Test,
}

impl Role {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Base => "base",
            Self::Development => "development",
            Self::Test => "test",
        }
    }
}

/// The settings module that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsChoice {
    /// One module, and why, for people: `named in wsgi.py:14`.
    Module {
        /// Dotted name.
        module: String,
        /// Why this one.
        why: String,
    },
    /// Several could be production's; the first is judged until somebody says which.
    Ambiguous {
        /// Dotted names, likeliest first.
        modules: Vec<String>,
        /// Why it cannot be told.
        why: String,
    },
    /// No settings module: reusable apps, or a library.
    None,
}

impl SettingsChoice {
    /// The module that is judged.
    pub fn module(&self) -> Option<&str> {
        match self {
            Self::Module { module, .. } => Some(module),
            Self::Ambiguous { modules, .. } => modules.first().map(String::as_str),
            Self::None => None,
        }
    }
}

/// A version and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundVersion {
    /// Such as `5.2.1`, or `5.2` when only a lower bound is known.
    pub version: String,
    /// Whether it is exact (a lock file, a pin) or the lower bound of a range.
    pub exact: bool,
    /// Such as `uv.lock`, `requirements/base.txt:12`.
    pub found_in: String,
}

/// A file that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRead {
    /// Path relative to the scanned root.
    pub path: String,
    /// One clause.
    pub reason: String,
}
