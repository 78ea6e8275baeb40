//! The order of dynaconf's sources: what the module sets, files and the environments in them, local files, variables,
//! included files, and variables again.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::super::{Node, Problem, Step};
use super::data::{self, Data, Key, Kind, pop};
use super::marks;
use super::options::{self, Options};
use super::read::{self, Content};
use super::store::{Store, Stored};
use crate::project::normal;
use crate::source::{FileId, Sources, Span};

/// The files that the hook for Django looks for.
const EXTENSIONS: [&str; 9] = ["py", "toml", "tml", "yaml", "yml", "ini", "conf", "properties", "json"];

/// What was loaded.
#[derive(Debug, Default)]
pub(in super::super) struct Loaded {
    /// Every setting that a source set or that the module has.
    pub(in super::super) settings: Vec<(String, Node, Vec<Step>)>,
    /// Why any name may be set, and to something else.
    pub(in super::super) open: Option<String>,
    pub(in super::super) problems: Vec<Problem>,
    /// The files that were read.
    pub(in super::super) files: Vec<FileId>,
    /// The TOML file in which a new setting is written, and its table; the table is empty where there are none.
    pub(in super::super) table: Option<(FileId, String)>,
    /// The variable that chooses the environment, where files have some, and the environments.
    pub(in super::super) switch: Option<(String, Vec<String>)>,
    /// The environment that was asked for.
    pub(in super::super) environment: String,
    /// The prefix of the variables that may replace any value.
    pub(in super::super) prefix: Option<String>,
}

struct Loading<'a> {
    sources: &'a Sources,
    options: &'a Options,
    store: Store<'a>,
    out: Loaded,
    environment: String,
}

/// Loads everything.
pub(in super::super) fn load(
    sources: &Sources,
    options: &Options,
    variables: &BTreeMap<String, String>,
) -> Loaded {
    let separator = match options.get("NESTED_SEPARATOR", variables) {
        None => Some("__".to_owned()),
        Some(data) => data.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
    };
    let merges = options.get("MERGE_ENABLED", variables).is_some_and(|d| d.truth() != Some(false));
    let store = Store { settings: IndexMap::new(), merges, separator, variables };
    let environment = options.environment(variables);
    let mut loading = Loading { sources, options, store, out: Loaded::default(), environment };
    loading.out.open.clone_from(&options.closed);
    loading.run(variables);
    let Loading { store, mut out, environment, .. } = loading;
    out.environment = environment;
    let module = |name: &str| options.settings.iter().any(|(known, _)| known == name);
    for (name, stored) in &store.settings {
        let steps = stored.steps(!module(name)).collect();
        out.settings.push((name.clone(), store.finished(stored), steps));
    }
    out
}

impl Loading<'_> {
    fn run(&mut self, variables: &BTreeMap<String, String>) {
        for (name, node) in &self.options.settings {
            if self.store.separator.as_ref().is_some_and(|s| name.contains(s.as_str())) || name.contains('.')
            {
                self.store.set(&Key { text: name.clone(), at: None }, Data::of(node), None);
            } else {
                let mut stored = Stored::of(node);
                stored.data = marks::parsed(stored.data, false);
                self.store.settings.insert(name.clone(), stored);
            }
        }
        let environments = self.options.has_environments(variables);
        let mut names = match variables.get(&self.options.text("ENVVAR", variables).unwrap_or_default()) {
            Some(text) => options::names(&marks::variable(text)),
            None => self.options.names("SETTINGS_FILE", variables),
        };
        if names.is_empty() && self.options.django {
            for start in ["settings.", ".secrets."] {
                names.extend(EXTENSIONS.iter().map(|extension| format!("{start}{extension}")));
            }
        }
        for name in self.options.names("PRELOAD", variables) {
            self.files(&[name], environments, variables);
        }
        self.files(&names, environments, variables);
        self.variables(variables);
        let mut includes = self
            .store
            .settings
            .get("DYNACONF_INCLUDE")
            .map(|stored| options::names(&stored.data))
            .unwrap_or_default();
        includes.extend(self.options.names("INCLUDES", variables));
        if !includes.is_empty() {
            for name in includes {
                self.files(&[name], environments, variables);
            }
            self.variables(variables);
        }
    }

    /// Reads files, and the local ones beside them.
    fn files(&mut self, names: &[String], environments: bool, variables: &BTreeMap<String, String>) {
        let secrets = self.options.names("SECRETS", variables);
        let mut found: Vec<FileId> =
            names.iter().chain(&secrets).filter_map(|name| self.find(name)).collect();
        let local: Vec<FileId> = found
            .iter()
            .map(|file| self.sources.path(*file))
            .filter(|path| !path.contains(".local."))
            .filter_map(|path| path.rsplit_once('.'))
            .filter_map(|(stem, extension)| self.sources.find(&format!("{stem}.local.{extension}")))
            .collect();
        found.extend(local);
        for file in found {
            self.file(file, environments, variables);
        }
    }

    /// The first file of this name, from the folder of the module upwards.
    fn find(&mut self, name: &str) -> Option<FileId> {
        let root = self.sources.root().to_string_lossy();
        let root = root.trim_end_matches('/');
        let inner =
            name.strip_prefix("<root>").or_else(|| name.strip_prefix(root)).filter(|p| p.starts_with('/'));
        let extension = name.rsplit_once('.').map_or("", |p| p.1);
        if name.contains(['*', '?']) || !EXTENSIONS.contains(&extension) {
            self.out.open.get_or_insert_with(|| format!("dynaconf reads {name}, which is not followed"));
            return None;
        }
        if name.starts_with(['/', '~']) && inner.is_none() {
            let message = format!("{name} is a file of the machine and is taken as not there");
            self.out.problems.push(Problem { at: None, message });
            return None;
        }
        let short = name.rsplit('/').next().unwrap_or(name);
        let folder = name.trim_end_matches(short).trim_end_matches('/').rsplit('/').next().unwrap_or("");
        if !crate::project::is_listed_name(folder, short) {
            self.out.open.get_or_insert_with(|| format!("dynaconf reads {name}, which is not looked at"));
            return None;
        }
        if let Some(inner) = inner {
            return self.sources.find(&normal(inner));
        }
        let start = self.options.start(root, self.store.variables);
        if start.is_none() {
            self.out
                .open
                .get_or_insert_with(|| "dynaconf looks for files in a folder of the machine".to_owned());
        }
        let mut at = start.as_deref();
        while let Some(folder) = at {
            for path in [format!("{folder}/{name}"), format!("{folder}/config/{name}")] {
                let file = self.sources.find(&normal(&path));
                if file.is_some() && file != self.options.module {
                    return file;
                }
            }
            at = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |p| p.0));
        }
        None
    }

    fn file(&mut self, file: FileId, environments: bool, variables: &BTreeMap<String, String>) {
        if !self.out.files.contains(&file) {
            self.out.files.push(file);
        }
        let path = self.sources.path(file).to_owned();
        let hooks = path
            .rsplit_once('/')
            .map_or("dynaconf_hooks.py".to_owned(), |p| format!("{}/dynaconf_hooks.py", p.0));
        if self.sources.find(&hooks).is_some() {
            self.out.open.get_or_insert_with(|| format!("{hooks} may set anything"));
        }
        let entries = match read::file(self.sources, file) {
            Content::Table(entries) => entries,
            Content::Empty => return,
            Content::Closed(why) => {
                self.out.open.get_or_insert_with(|| format!("{path} is {why}"));
                return;
            }
            Content::Broken(message, at) => {
                self.out.open.get_or_insert_with(|| format!("{path} does not parse"));
                self.out.problems.push(Problem { at: Some(at), message });
                return;
            }
        };
        let is_toml = path.ends_with(".toml") && !path.contains(".local.") && !path.contains("secrets");
        if !environments {
            let merge = lower(&entries, "dynaconf_merge").map(|data| data.truth() != Some(false));
            if is_toml && self.out.table.is_none() {
                self.out.table = Some((file, String::new()));
            }
            self.set_all(entries, merge);
            return;
        }
        let merge = lower(&entries, "dynaconf_merge").map(|data| data.truth() != Some(false));
        let names: Vec<String> = entries.iter().map(|(key, _)| key.text.clone()).collect();
        match &mut self.out.switch {
            Some((_, known)) => known.extend(names.iter().cloned()),
            None => self.out.switch = Some((self.options.switcher(), names.clone())),
        }
        let wanted = self.environment.to_lowercase();
        if is_toml && self.out.table.is_none() {
            let written = names.iter().find(|name| name.to_lowercase() == wanted);
            self.out.table = Some((file, written.unwrap_or(&wanted).clone()));
        }
        for environment in self.environments(variables) {
            let Some(at) = entries.iter().rposition(|(key, _)| key.text.to_lowercase() == environment) else {
                continue;
            };
            match entries[at].1.clone().kind {
                Kind::Table(entries) => self.set_all(entries, merge),
                kind if Data::new(kind.clone(), None).truth() == Some(false) => {}
                _ => {
                    self.out.open.get_or_insert_with(|| format!("{environment} of {path} is no table"));
                }
            }
        }
    }

    /// The environments that are read of a file, in order.
    fn environments(&self, variables: &BTreeMap<String, String>) -> Vec<String> {
        let prefix = self.options.prefixes(variables).and_then(|all| all.last().cloned());
        let first = self.options.text("DEFAULT_ENV", variables).unwrap_or_else(|| "default".to_owned());
        let mut all = vec![first.to_lowercase()];
        let chosen = self.environment.split(',').map(|name| name.trim().to_lowercase());
        for name in
            std::iter::once(prefix.unwrap_or_else(|| "dynaconf".to_owned()).to_lowercase()).chain(chosen)
        {
            if !name.is_empty() && !all.contains(&name) {
                all.push(name);
            }
        }
        all.push("global".to_owned());
        all
    }

    fn set_all(&mut self, entries: Vec<(Key, Data)>, merge: Option<bool>) {
        let mut all: Vec<(Key, Data)> = Vec::new();
        for (key, value) in entries {
            data::put(&mut all, Key { text: upper(&key.text), at: key.at }, value);
        }
        let merge = match pop(&mut all, "DYNACONF_MERGE") {
            Some(own) => Some(own.truth() != Some(false)),
            None => merge,
        };
        if pop(&mut all, "DYNACONF_DOTTED_LOOKUP").is_some() {
            self.out.open.get_or_insert_with(|| "dynaconf is told dynaconf_dotted_lookup".to_owned());
        }
        for (key, value) in all {
            self.store.set(&key, value, merge);
        }
    }

    /// Variables replace what files say.
    fn variables(&mut self, variables: &BTreeMap<String, String>) {
        let Some(prefixes) = self.options.prefixes(variables) else {
            self.out.open.get_or_insert_with(|| "every variable is a setting".to_owned());
            return;
        };
        self.out.prefix = prefixes.last().cloned();
        for prefix in prefixes {
            let start = format!("{prefix}_");
            let own: Vec<(&str, &str)> = variables
                .iter()
                .filter_map(|(name, text)| Some((name.strip_prefix(&start)?, text.as_str())))
                .collect();
            for (name, text) in &own {
                self.store.set(&Key { text: (*name).to_owned(), at: None }, marks::variable(text), None);
            }
            // In which order a process has them is not known.
            let first = |name: &str| name.split("__").next().unwrap_or(name).to_uppercase();
            for (name, _) in own.iter().filter(|(name, _)| !name.contains("__")) {
                let others = own.iter().filter(|(other, _)| first(other) == name.to_uppercase()).count();
                if others > 1
                    && let Some(stored) = self.store.settings.get_mut(&name.to_uppercase())
                {
                    stored.data = Data::unknown("decided by the order of variables", None);
                }
            }
        }
    }
}

/// A key in upper case, as far as its first part.
fn upper(key: &str) -> String {
    match key.split_once("__") {
        Some((first, rest)) => format!("{}__{rest}", first.to_uppercase()),
        None => key.to_uppercase(),
    }
}

fn lower<'a>(entries: &'a [(Key, Data)], name: &str) -> Option<&'a Data> {
    entries.iter().find(|(key, _)| key.text.to_lowercase() == name).map(|(_, value)| value)
}

/// The place that decides a value last.
pub(super) fn decided(node: &Node, steps: &[Step]) -> Option<Span> {
    node.at.or_else(|| steps.last().map(|step| step.at))
}
