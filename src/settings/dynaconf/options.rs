//! What a call of dynaconf's is told: by keywords, by upper-case names of the module (which the hook for Django hands
//! over) and by variables that end in `_FOR_DYNACONF`.

use std::collections::BTreeMap;

use super::super::{Node, Value};
use super::data::{Data, Kind};
use super::marks;
use crate::source::FileId;

/// Options that are followed.
const FOLLOWED: [&str; 17] = [
    "ROOT_PATH",
    "SETTINGS_FILE",
    "ENVIRONMENTS",
    "ENV_SWITCHER",
    "ENV",
    "FORCE_ENV",
    "DEFAULT_ENV",
    "ENVVAR_PREFIX",
    "MERGE_ENABLED",
    "NESTED_SEPARATOR",
    "ENVVAR",
    "SECRETS",
    "INCLUDES",
    "PRELOAD",
    "MAIN_ENV",
    "LOWERCASE_READ",
    "ENCODING",
];
/// Options that change what is read in a way that is not followed.
const CLOSED: [&str; 19] = [
    "IGNORE_UNKNOWN_ENVVARS",
    "AUTO_CAST",
    "DOTTED_LOOKUP",
    "CORE_LOADERS",
    "LOADERS",
    "FRESH_VARS",
    "DOTENV_PATH",
    "DOTENV_OVERRIDE",
    "YAML_LOADER",
    "COMMENTJSON_ENABLED",
    "SKIP_FILES",
    "SYSENV_FALLBACK",
    "REDIS_ENABLED",
    "VAULT_ENABLED",
    "REDIS",
    "VAULT",
    "VALIDATE_ON_UPDATE",
    "APPLY_DEFAULT_ON_NONE",
    "SILENT_ERRORS",
];
/// Keywords of the call that are no settings.
const KEYWORDS: [&str; 7] = [
    "validators",
    "post_hooks",
    "filter_strategy",
    "validate_only",
    "validate_exclude",
    "dynaconf_skip_loaders",
    "_wrapper_class",
];

/// How settings are loaded.
#[derive(Debug, Default)]
pub(in super::super) struct Options {
    /// Whether this is the hook for Django, with its own defaults.
    pub(in super::super) django: bool,
    /// The folder from which files are looked for upwards, relative to the scanned root.
    pub(in super::super) folder: String,
    /// The module that calls, which is not read again.
    pub(in super::super) module: Option<FileId>,
    given: BTreeMap<String, Node>,
    /// What is set before any source is read.
    pub(super) settings: Vec<(String, Node)>,
    /// Why nothing can be said of what is loaded.
    pub(super) closed: Option<String>,
    /// `load_dotenv`.
    pub(in super::super) dotenv: bool,
}

impl Options {
    /// The options of a call. What is given is added by [`Options::give`].
    pub(in super::super) fn new(django: bool, folder: &str, module: Option<FileId>) -> Self {
        Self { django, folder: folder.to_owned(), module, dotenv: django, ..Self::default() }
    }

    /// A keyword of the call, or a name of the module.
    pub(in super::super) fn give(&mut self, name: &str, value: Node) {
        let upper = name.to_uppercase();
        let short = match upper.strip_suffix("_FOR_DYNACONF").unwrap_or(&upper) {
            "SETTINGS_FILES" | "SETTINGS_MODULE" => "SETTINGS_FILE",
            "ENVIRONMENT" => "ENVIRONMENTS",
            "PROJECT_ROOT" => "ROOT_PATH",
            short => short,
        };
        if FOLLOWED.contains(&short) {
            if value.has_unknown() {
                self.close(&format!("dynaconf is told {name}, which is not known"));
            }
            self.given.insert(short.to_owned(), value);
        } else if CLOSED.contains(&short) || KEYWORDS.contains(&name) && value.value != Value::None {
            self.close(&format!("dynaconf is told {name}"));
        } else if name == "load_dotenv" {
            self.dotenv = value.value == Value::Bool(true);
        } else {
            self.settings.retain(|(known, _)| *known != upper);
            self.settings.push((upper, value));
        }
    }

    pub(in super::super) fn close(&mut self, cause: &str) {
        self.closed.get_or_insert_with(|| cause.to_owned());
    }

    /// Whether a `.env` file is read first.
    pub(in super::super) fn wants_dotenv(&self, variables: &BTreeMap<String, String>) -> bool {
        match variables.get("LOAD_DOTENV_FOR_DYNACONF") {
            Some(text) if !self.django => text.eq_ignore_ascii_case("true"),
            _ => self.dotenv,
        }
    }

    /// An option: a variable's text outweighs what the call says.
    pub(super) fn get(&self, name: &str, variables: &BTreeMap<String, String>) -> Option<Data> {
        match variables.get(&format!("{name}_FOR_DYNACONF")) {
            Some(text) => Some(marks::variable(text)),
            None => self.given.get(name).map(Data::of),
        }
    }

    pub(super) fn text(&self, name: &str, variables: &BTreeMap<String, String>) -> Option<String> {
        self.get(name, variables)?.as_str().map(str::to_owned)
    }

    /// Names in a list, or divided by `;` or `,`.
    pub(super) fn names(&self, name: &str, variables: &BTreeMap<String, String>) -> Vec<String> {
        self.get(name, variables).map(|data| names(&data)).unwrap_or_default()
    }

    pub(super) fn has_environments(&self, variables: &BTreeMap<String, String>) -> bool {
        match self.get("ENVIRONMENTS", variables).map(|data| data.kind) {
            Some(Kind::Plain(Value::Bool(wanted))) => wanted,
            Some(_) => true,
            None => self.django,
        }
    }

    /// The folder in which the search begins, relative to the scanned root; `None` when it is another machine's.
    pub(super) fn start(&self, root: &str, variables: &BTreeMap<String, String>) -> Option<String> {
        let Some(given) = self.get("ROOT_PATH", variables).filter(|data| !data.is_none()) else {
            return Some(self.folder.clone());
        };
        let path = text_of(&given)?;
        let inner = path.strip_prefix("<root>").or_else(|| path.strip_prefix(root))?;
        (inner.is_empty() || inner.starts_with('/')).then(|| inner.trim_matches('/').to_owned())
    }

    /// The variable that chooses the environment.
    pub(super) fn switcher(&self) -> String {
        let given = self.given.get("ENV_SWITCHER").and_then(Node::as_str);
        let usual = if self.django { "DJANGO_ENV" } else { "ENV_FOR_DYNACONF" };
        given.unwrap_or(usual).to_owned()
    }

    /// The environments that are read, which is one, unless they are divided by commas.
    pub(super) fn environment(&self, variables: &BTreeMap<String, String>) -> String {
        if let Some(forced) = self.text("FORCE_ENV", variables) {
            return forced;
        }
        let general = || variables.get("ENV_FOR_DYNACONF").cloned();
        variables
            .get(&self.switcher())
            .cloned()
            .or_else(|| self.given.get("ENV").and_then(Node::as_str).map(str::to_owned))
            .or_else(general)
            .unwrap_or_else(|| "development".to_owned())
    }

    /// Prefixes of variables, in the order in which they are read; `None` when all variables are read.
    pub(super) fn prefixes(&self, variables: &BTreeMap<String, String>) -> Option<Vec<String>> {
        let usual = if self.django { "DJANGO" } else { "DYNACONF" };
        let prefix = match self.get("ENVVAR_PREFIX", variables) {
            None => usual.to_owned(),
            Some(data) if data.is_none() => return Some(Vec::new()),
            Some(data) => data.as_str().filter(|text| !text.is_empty())?.to_uppercase(),
        };
        let mut all = Vec::new();
        if prefix != "DYNACONF" {
            all.push("DYNACONF".to_owned());
        }
        all.extend(prefix.split(',').map(str::to_owned));
        Some(all)
    }
}

/// Names in a list, or divided by `;` or `,`.
pub(super) fn names(data: &Data) -> Vec<String> {
    match &data.kind {
        Kind::List(items) => items.iter().filter_map(text_of).collect(),
        _ => match text_of(data) {
            Some(text) if text.is_empty() => Vec::new(),
            Some(text) => {
                let separator = if text.contains(';') { ';' } else { ',' };
                text.split(separator).map(|part| part.trim().to_owned()).collect()
            }
            None => Vec::new(),
        },
    }
}

fn text_of(data: &Data) -> Option<String> {
    match &data.kind {
        Kind::Plain(Value::Str(text) | Value::Path(text)) => Some(text.clone()),
        _ => None,
    }
}
