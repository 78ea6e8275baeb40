//! What Django, DRF and well-known libraries use for a name that the project does not set, by version.
//!
//! The tables in `assets/defaults` are written by `scripts/dump_defaults.py` from the real packages.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::{Dict, Entry, Items, Node, Setting, SettingsModel, Value};
use crate::tables::table;

type Table = BTreeMap<String, Node>;

/// One key of `REST_FRAMEWORK`, as DRF will read it.
#[derive(Clone, Debug)]
pub struct ApiSetting {
    /// Its value.
    pub node: Node,
    /// Who decides it.
    pub origin: SettingOrigin,
}

/// Who decides a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    /// The project sets it.
    Project,
    /// The framework's default applies.
    Framework,
    /// It cannot be told which: the project's settings are not wholly known.
    Unclear,
}

impl SettingsModel {
    /// The value that DRF uses for a key of `REST_FRAMEWORK`: the project's, or DRF's default for the version
    /// found, or an unknown (with DRF's default as a candidate) where the dict is not wholly known.
    pub fn api_setting(&self, key: &str) -> ApiSetting {
        let default = drf(self.drf_version.as_deref()).get(key).cloned();
        let default = default.unwrap_or_else(|| Node::unknown(format!("DRF knows no setting {key}"), None));
        let framework = |node| ApiSetting { node, origin: SettingOrigin::Framework };
        let unclear = |cause: String, at| {
            let mut node = Node::unknown(cause, at);
            if let Value::Unknown(unknown) = &mut node.value {
                unknown.required = false;
            }
            ApiSetting { node, origin: SettingOrigin::Unclear }
        };
        let Some(setting) = self.get("REST_FRAMEWORK") else {
            return match &self.open {
                Some(cause) => unclear(cause.clone(), None),
                None => framework(default),
            };
        };
        match &setting.node.value {
            Value::Dict(dict) => match dict.entry(key) {
                Some(entry) => ApiSetting { node: entry.value.clone(), origin: SettingOrigin::Project },
                None => match &dict.rest {
                    Some(cause) => unclear(cause.clone(), setting.node.at),
                    None => framework(default),
                },
            },
            Value::Unknown(unknown) => {
                // Branches that agree on this key decide it.
                let mut answers = unknown.candidates.iter().map(|candidate| match &candidate.value {
                    Value::Dict(dict) if dict.rest.is_none() => {
                        Some(dict.get(key).cloned().unwrap_or_else(|| default.clone()))
                    }
                    _ => None,
                });
                match answers.next().flatten() {
                    Some(first) if answers.all(|a| a.as_ref().is_some_and(|a| a.value == first.value)) => {
                        ApiSetting { node: first, origin: SettingOrigin::Project }
                    }
                    _ => unclear(unknown.cause.clone(), setting.node.at),
                }
            }
            _ => framework(default),
        }
    }
}

const DJANGO: &[(&str, &str)] = &[
    ("4.2", table!("assets/defaults/django-4.2.toml")),
    ("5.0", table!("assets/defaults/django-5.0.toml")),
    ("5.1", table!("assets/defaults/django-5.1.toml")),
    ("5.2", table!("assets/defaults/django-5.2.toml")),
    ("6.0", table!("assets/defaults/django-6.0.toml")),
    ("6.1", table!("assets/defaults/django-6.1.toml")),
];

const DRF: &[(&str, &str)] = &[
    ("3.14", table!("assets/defaults/drf-3.14.toml")),
    ("3.15", table!("assets/defaults/drf-3.15.toml")),
    ("3.16", table!("assets/defaults/drf-3.16.toml")),
    ("3.17", table!("assets/defaults/drf-3.17.toml")),
    ("3.18", table!("assets/defaults/drf-3.18.toml")),
];

const LIBRARIES: &str = table!("assets/defaults/libraries.toml");

/// Whose default it is, and in each version that has one: the version's number and the value.
pub type DefaultStory = (&'static str, Vec<(&'static str, &'static Node)>);

/// The default of a setting, or of a key of `REST_FRAMEWORK`, by version. `None` for a name that is nobody's.
pub fn default_story(path: &[&str]) -> Option<DefaultStory> {
    let (framework, tables, name, table_of): (_, _, _, fn(Option<&str>) -> &'static Table) = match path {
        ["REST_FRAMEWORK", key] => ("DRF", DRF, *key, drf),
        // DRF has defaults for its keys only.
        ["REST_FRAMEWORK"] => return None,
        [name] if libraries().contains_key(*name) => {
            return Some(("its library", vec![("", &libraries()[*name])]));
        }
        [name] => ("Django", DJANGO, *name, django),
        _ => return None,
    };
    let versions: Vec<_> = tables
        .iter()
        .filter_map(|(version, _)| Some((*version, table_of(Some(version)).get(name)?)))
        .collect();
    (!versions.is_empty()).then_some((framework, versions))
}

/// Django's defaults for the version nearest to the one given; for the newest when none is.
pub(super) fn django(version: Option<&str>) -> &'static Table {
    static TABLES: [OnceLock<Table>; DJANGO.len()] = [const { OnceLock::new() }; DJANGO.len()];
    let at = nearest(DJANGO, version);
    TABLES[at].get_or_init(|| read(DJANGO[at].1))
}

/// DRF's defaults, likewise.
pub(super) fn drf(version: Option<&str>) -> &'static Table {
    static TABLES: [OnceLock<Table>; DRF.len()] = [const { OnceLock::new() }; DRF.len()];
    let at = nearest(DRF, version);
    TABLES[at].get_or_init(|| read(DRF[at].1))
}

fn libraries() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read(LIBRARIES))
}

/// The last table that is not newer than the version; the newest for no version, the oldest for older ones.
fn nearest(tables: &[(&str, &str)], version: Option<&str>) -> usize {
    let number = |text: &str| -> (u32, u32) {
        let mut parts = text.split('.').map(|p| p.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    };
    let Some(version) = version else { return tables.len() - 1 };
    let wanted = number(version);
    tables.iter().rposition(|(v, _)| number(v) <= wanted).unwrap_or(0)
}

/// Adds a default for every known name that the project does not set. Where names may be set that nobody saw,
/// such a name is unknown instead.
pub(super) fn fill(model: &mut SettingsModel) {
    let version = model.django_version.clone();
    let known = django(version.as_deref()).iter().chain(libraries());
    for (name, node) in known {
        if model.settings.contains_key(name) {
            continue;
        }
        let node = match &model.open {
            Some(cause) => {
                let mut unknown = Node::unknown(cause.clone(), None);
                if let Value::Unknown(inner) = &mut unknown.value {
                    inner.candidates.clear();
                }
                unknown
            }
            None => node.clone(),
        };
        let setting = Setting { name: name.clone(), node, steps: Vec::new(), is_default: true };
        model.settings.insert(name.clone(), setting);
    }
    follow_aliases(model);
}

/// Old names of libraries' settings that the library still reads when the new one is not set.
const ALIASES: &[(&str, &str)] = &[
    ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"),
    ("CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST"),
    ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST"),
];

/// A default gives way to the old name's value.
fn follow_aliases(model: &mut SettingsModel) {
    for (new, old) in ALIASES {
        let is_set = |name: &str| model.settings.get(name).is_some_and(|s| !s.is_default);
        if is_set(old) && !is_set(new) {
            let old = model.settings[*old].clone();
            // Nobody set the new name: it is still the library's own, which reads the old one.
            model
                .settings
                .insert((*new).to_owned(), Setting { name: (*new).to_owned(), is_default: true, ..old });
        }
    }
}

/// Reads a table. Values that it cannot say are objects with one key that starts with `$`.
fn read(text: &str) -> Table {
    let table: Json = serde_json::from_str(text).expect("internal error: a table of defaults");
    let settings = table.get("settings").and_then(Json::as_object);
    settings.map(|t| t.iter().map(|(name, value)| (name.clone(), node(value))).collect()).unwrap_or_default()
}

fn node(value: &Json) -> Node {
    let items = |array: &[Json]| Items { items: array.iter().map(node).collect(), rest: None };
    Node::plain(match value {
        Json::Null => Value::None,
        Json::String(text) => Value::Str(text.clone()),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::Float(n.as_f64().expect("internal error: a number out of range")),
        },
        Json::Bool(b) => Value::Bool(*b),
        Json::Array(array) => Value::List(items(array)),
        Json::Object(inner) => match inner.iter().next().map(|(key, value)| (key.as_str(), value)) {
            Some(("$none", _)) => Value::None,
            Some(("$tuple", Json::Array(array))) => Value::Tuple(items(array)),
            Some(("$lazy", Json::String(text))) => Value::Lazy(text.clone()),
            Some(("$ref", Json::String(text))) => Value::Ref(text.clone()),
            Some(("$unknown", Json::String(text))) => return Node::unknown(text.clone(), None),
            _ => Value::Dict(Dict {
                entries: inner
                    .iter()
                    .map(|(k, v)| Entry { key: Node::plain(Value::Str(k.clone())), value: node(v) })
                    .collect(),
                rest: None,
            }),
        },
    })
}
