//! What a settings module gives when production imports it, and where each value was decided.
//!
//! `eval` is an abstract interpreter: it walks statements in order with real scoping and says `unknown`, with a
//! cause, wherever only a run could tell. A [`SettingsModel`] is its result, as plain data. Whether a value is
//! good is the checks' business; how text is changed is `edit`'s.

mod defaults;
mod dynaconf;
mod env;
mod eval;
pub mod placement;
mod production;
mod provenance;
pub mod routes;
mod secrets;
mod truth;
mod value;

use std::collections::BTreeMap;

pub use defaults::{ApiSetting, DefaultStory, SettingOrigin, default_story};
pub use env::{Environment, evaluate, outline, parse_env_file};
pub use production::{Assumed, evaluate_production};
pub use provenance::{EnvRead, How, Reader, Step};
pub use secrets::{is_secret_name, password_in_url};
pub use truth::Truth;
pub use value::{Dict, Entry, Items, Node, Unknown, Value};

use crate::project::{EnvFact, Project, Role};
use crate::source::{FileId, Span};

/// The effective settings of one settings module.
#[derive(Clone, Debug)]
pub struct SettingsModel {
    /// The module, such as `config.settings.production`.
    pub module: String,
    /// The file of that module (for dynaconf without a Python module, the TOML file).
    pub file: FileId,
    /// What the module is for.
    pub role: Role,
    /// The class, where settings are classes (django-configurations).
    pub configuration: Option<String>,
    /// Django's version, such as `5.2.1` or `5.2`, where one was found.
    pub django_version: Option<String>,
    /// DRF's version.
    pub drf_version: Option<String>,
    /// Every upper-case name that is set, and every known framework name that is not (as its default).
    pub settings: BTreeMap<String, Setting>,
    /// The files that took part, in the order in which their code first ran.
    pub files: Vec<FileId>,
    /// Those of the files that ran in the namespace of another (`include`, `exec`): names of the other are theirs.
    pub included: Vec<FileId>,
    /// Why names may be set that are not listed (a star import that could not be followed).
    pub open: Option<String>,
    /// How the module is put together, which decides where a new setting is written.
    pub composition: Composition,
    /// What could not be followed, for people.
    pub problems: Vec<Problem>,
    /// Variables that decide which files take part.
    pub switches: Vec<Switch>,
    /// The variable that chooses among classes of the project's own whose attributes become settings.
    pub class_choice: Option<String>,
    /// The environment that dynaconf read of its files, and the first of these.
    pub environment: Option<(FileId, String)>,
    /// What deployment files say of the variables that the settings read: evidence, and no value of these settings.
    pub deployment: Vec<EnvFact>,
    /// Variables that code has put into the environment by the time the settings are imported.
    pub environ: Vec<(String, Variable)>,
    /// The lazy objects that were made by then, by the names of modules under which they are kept.
    pub made: Vec<String>,
}

/// The value of a variable that code sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// A text.
    Text(String),
    /// A path in the home folder: what follows the folder.
    Home(String),
}

impl SettingsModel {
    /// A model of a module in which nothing is set yet.
    fn blank(project: &Project, module: &str, file: FileId, role: Role) -> Self {
        Self {
            module: module.to_owned(),
            file,
            role,
            configuration: None,
            django_version: project.django.as_ref().map(|v| v.version.clone()),
            drf_version: project.drf.as_ref().map(|v| v.version.clone()),
            settings: BTreeMap::new(),
            files: Vec::new(),
            included: Vec::new(),
            open: None,
            composition: Composition::Module,
            problems: Vec::new(),
            switches: Vec::new(),
            class_choice: None,
            environment: None,
            deployment: project.deployment.clone(),
            environ: Vec::new(),
            made: Vec::new(),
        }
    }

    /// What deployment files say of the variables that a value comes from.
    pub fn deployed<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a EnvFact> {
        let reads = if self.deployment.is_empty() { Vec::new() } else { node.env_names().collect() };
        self.deployment.iter().filter(move |fact| reads.contains(&fact.variable.as_str()))
    }

    /// The setting of this name: set by the project, or a framework default, or unknown because the module
    /// is open. `None` for a name that nobody knows.
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// The value of a setting, or of a key below it: `["REST_FRAMEWORK", "PAGE_SIZE"]`. `None` when it is
    /// surely absent.
    pub fn lookup(&self, path: &[&str]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(&self.get(first)?.node, |node, key| match &node.value {
            Value::Dict(dict) => dict.get(key),
            _ => None,
        })
    }
}

/// One setting of a model.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value, with the places of the parts.
    pub node: Node,
    /// The chain of places that made the value, first to last. Empty for a default.
    pub steps: Vec<Step>,
    /// Whether the project leaves it to the framework's default.
    pub is_default: bool,
}

impl Setting {
    /// The state as the machine output names it.
    pub fn state(&self) -> SettingState {
        if self.is_default && !matches!(self.node.value, Value::Unknown(_)) {
            return SettingState::Default;
        }
        self.node.state()
    }

    /// The place that decided the value last.
    pub fn decided_at(&self) -> Option<Span> {
        self.node.at.or_else(|| self.steps.last().map(|s| s.at))
    }
}

impl Node {
    /// How sure this value is, wherever it stands.
    pub fn state(&self) -> SettingState {
        match &self.value {
            Value::Unknown(unknown) if unknown.required => SettingState::Required,
            Value::Unknown(_) => SettingState::Unknown,
            _ if self.has_required() => SettingState::Required,
            _ if self.has_unknown() => SettingState::Partly,
            _ if self.env_names().next().is_some() => SettingState::Env,
            _ => SettingState::Known,
        }
    }
}

/// How sure a value is; see the machine output's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingState {
    /// The project's files alone decide it.
    Known,
    /// Read from the environment, with a default.
    Env,
    /// Read from the environment with no default: the import fails without it.
    Required,
    /// Some elements are known and some are not.
    Partly,
    /// Cannot be told without running code.
    Unknown,
    /// Not set by the project.
    Default,
}

impl SettingState {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Env => "env",
            Self::Required => "required",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
            Self::Default => "default",
        }
    }
}

/// How a settings module is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Composition {
    /// Module-level assignments, in one file or with imports.
    Module,
    /// Class attributes; the span is the chosen class statement.
    Class(Span),
    /// Dynaconf TOML files: the file, and the table that production reads (`production`).
    Toml {
        /// The file that holds the table.
        file: FileId,
        /// The table's name; empty for files without environments.
        table: String,
    },
}

/// A variable of the environment that decides which files take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Its name.
    pub variable: String,
    /// Values that production could give it, likeliest first.
    pub values: Vec<String>,
}

/// Something that could not be read or followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub at: Option<Span>,
    /// One sentence.
    pub message: String,
}
