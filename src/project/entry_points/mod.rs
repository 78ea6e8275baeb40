//! Every place that names a settings module: `manage.py`, `wsgi.py`, console scripts, test configuration,
//! containers and units. Which of the names are modules of the project is `discover`'s question.

mod python_file;
mod text_file;

use memchr::memmem;

use crate::source::{FileId, Sources};

/// The variable that names the settings module.
pub(super) const VARIABLE: &str = "DJANGO_SETTINGS_MODULE";
/// The variable that names the settings class of django-configurations.
pub(super) const CLASS_VARIABLE: &str = "DJANGO_CONFIGURATION";

/// A place that names a settings module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) file: FileId,
    /// From 1.
    pub(super) line: usize,
    /// Dotted names; `*` stands for a part that only a run would tell.
    pub(super) modules: Vec<String>,
    pub(super) kind: Kind,
    /// Whether the place decides, rather than giving a default for when nothing else does.
    pub(super) firm: bool,
    /// The settings class that the same file names.
    pub(super) class: Option<String>,
}

/// What runs with the settings that a place names, strongest evidence for production first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A container, a process file, a unit: what is deployed.
    Deployment,
    /// `wsgi.py`, `asgi.py`.
    Server,
    /// A task queue's worker.
    Worker,
    /// `manage.py`, a console script, any other code.
    Command,
    /// A developer's containers, dotenv files and make targets, type checkers.
    Tool,
    /// Test runs.
    Test,
}

/// All places of the snapshot that name a settings module, in order of path and line.
pub(super) fn find(sources: &Sources) -> Vec<Mention> {
    let (variable, option) = (memmem::Finder::new(VARIABLE), memmem::Finder::new("--settings"));
    let stubs = memmem::Finder::new("django_settings_module");
    let mut mentions = Vec::new();
    for (file, source) in sources.iter() {
        let text = source.text.as_bytes();
        let names_variable = variable.find(text).is_some();
        if source.path.ends_with(".py") {
            if names_variable {
                mentions.extend(python_file::mentions(file, source));
            }
        } else if names_variable || option.find(text).is_some() || stubs.find(text).is_some() {
            mentions.extend(text_file::mentions(file, source));
        }
    }
    mentions
}

/// What runs with the environment of a file that is not Python, and whether the file decides.
pub(super) fn kind_of_text(path: &str) -> (Kind, bool) {
    text_file::kind_of(path, "", "")
}

/// The words of a path: `docker-compose.dev.yml` has `docker`, `compose`, `dev`, `yml`.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
}

/// Whether a folder holds tests, test data or documentation.
pub(super) fn is_test_folder(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "tests"
            | "doc"
            | "docs"
            | "test"
            | "testing"
            | "runtests"
            | "testdata"
            | "test_data"
            | "test-data"
            | "fixtures"
            | "e2e"
            | "ci"
    )
}

/// Whether a path lies in a test folder.
pub(super) fn in_test_folder(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, _)| folder.split('/').any(is_test_folder))
}

/// Whether `text` is a dotted name, with `*` for unknown parts.
fn is_module_pattern(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with(|c: char| c.is_ascii_digit())
                && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '*')
        })
        // A name of which not even the package is known fits everything.
        && !text.starts_with('*')
        // Matching goes back and forth at each star.
        && text.matches('*').count() <= 3
}
