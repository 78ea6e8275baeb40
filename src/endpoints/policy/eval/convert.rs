//! Names and settings as values: what a resolved name stands for, what `REST_FRAMEWORK` holds.

use std::rc::Rc;

use super::{ClassRef, Evaluator, Found, Owner, Val, spectacular};
use crate::index::{Entity, Framework, Resolution};
use crate::settings::{ApiSetting, Node, SettingOrigin, Value};
use crate::source::FileId;

/// Text that stands for the methods that must not change anything, as DRF lists them.
pub(crate) const SAFE_METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// How the condition ends under which a value holds that the environment may replace.
const UNSET: &str = " not set";

/// The value as it is with an empty environment.
pub(crate) fn unset(value: &Val) -> &Val {
    while_unset(value).map_or(value, |(_, value)| value)
}

/// A value that the environment may replace, and the condition under which it holds.
pub(crate) fn while_unset(value: &Val) -> Option<(&Rc<str>, &Val)> {
    let Val::Either(all) = value else { return None };
    match &all[..] {
        [(when, value), (_, other)] if when.ends_with(UNSET) && matches!(other, Val::Unknown(_)) => {
            Some((when, value))
        }
        _ => None,
    }
}

impl Evaluator<'_> {
    /// What a resolved name stands for, seen from `file`.
    pub(super) fn entity(&self, resolution: Resolution<Entity>) -> Val {
        match resolution {
            found @ Resolution::Resolved(_) if self.is_spectacular(&found) => {
                Val::Library(spectacular::OBJECT.into())
            }
            Resolution::Resolved(Entity::Class(id)) => Val::Class(ClassRef::Project(id)),
            Resolution::Resolved(Entity::Function(id)) => Val::Function(id),
            Resolution::Resolved(Entity::Module(file)) => Val::Module(file),
            Resolution::Resolved(Entity::Value(file, position)) => match self.index.value(file, position) {
                Some(item) => self.module_value(file, &item.name, None),
                None => Val::unknown("a value that is not indexed"),
            },
            Resolution::External(name) => self.library(&name),
            Resolution::Unresolved(cause) => Val::unknown(cause),
        }
    }

    /// What a library's name stands for.
    pub(super) fn library(&self, name: &str) -> Val {
        let table = Framework::builtin();
        let name = table.canonical(name);
        if table.find(name).is_some() {
            return Val::library_class(name);
        }
        if name == "rest_framework.permissions.SAFE_METHODS" {
            return Val::Tuple(Rc::new(SAFE_METHODS.iter().map(Val::str).collect()));
        }
        let member = |prefix: &str| name.strip_prefix(prefix).filter(|rest| !rest.contains('.'));
        if let Some(key) = member("rest_framework.settings.api_settings.") {
            return self.api_setting(key).value;
        }
        if let Some(key) = member("django.conf.settings.") {
            return self.setting(key);
        }
        if let Some(key) = name.strip_prefix(spectacular::OBJECT).and_then(|rest| rest.strip_prefix('.')) {
            return self.spectacular(key).0;
        }
        Val::Library(name.into())
    }

    /// A Django setting.
    fn setting(&self, name: &str) -> Val {
        let Some(settings) = self.settings else { return Val::unknown("the settings are not known") };
        match settings.get(name) {
            Some(setting) => self.node(&setting.node),
            None => Val::unknown(match &settings.open {
                Some(cause) => cause.clone(),
                None => format!("the settings have no `{name}`"),
            }),
        }
    }

    /// A value of the settings. What the environment decides is one of two: what an empty one gives, or
    /// anything.
    pub(crate) fn node(&self, node: &Node) -> Val {
        let value = self.plain_node(node);
        if node.env.is_empty() || matches!(value, Val::Unknown(_)) {
            return value;
        }
        let other = Val::unknown("it is read from the environment");
        let mut names: Vec<&str> = node.env.iter().map(|read| &*read.name).collect();
        names.sort_unstable();
        names.dedup();
        let verb = if names.len() == 1 { "is" } else { "are" };
        let when = format!("{} {verb}{UNSET}", names.join(" and "));
        Val::either(vec![(when.into(), value), ("otherwise".into(), other)])
    }

    fn plain_node(&self, node: &Node) -> Val {
        let items = |items: &crate::settings::Items| {
            let mut all: Vec<Val> = items.items.iter().map(|n| self.node(n)).collect();
            all.extend(items.rest.as_deref().map(|cause| Val::Rest(cause.into())));
            Rc::new(all)
        };
        match &node.value {
            Value::None => Val::None,
            Value::Bool(b) => Val::Bool(*b),
            Value::Int(n) => Val::Int(*n),
            Value::Str(text) => Val::str(text),
            Value::List(list) | Value::Set(list) => Val::List(items(list)),
            Value::Tuple(list) => Val::Tuple(items(list)),
            Value::Dict(dict) if dict.rest.is_none() => {
                let entry = |e: &crate::settings::Entry| (self.node(&e.key), self.node(&e.value));
                Val::Dict(Rc::new(dict.entries.iter().map(entry).collect()))
            }
            Value::Dict(dict) => Val::unknown(dict.rest.as_deref().unwrap_or_default()),
            Value::Ref(name) => self.imported(name),
            Value::Unknown(unknown) => {
                let all: Vec<Val> = unknown.candidates.iter().map(|c| self.node(c)).collect();
                match all.split_first() {
                    Some((first, rest)) if rest.iter().all(|v| v == first) => first.clone(),
                    _ => Val::unknown(&unknown.cause),
                }
            }
            _ => Val::unknown("it is no class, list or text"),
        }
    }

    /// What an import path of the settings stands for.
    pub(super) fn imported(&self, path: &str) -> Val {
        let from = self.settings.map(|s| s.file);
        let from = from.or_else(|| self.index.files().next().map(|f| f.file));
        match from {
            Some(from) => self.entity(self.index.resolve_path(from, path)),
            None => self.library(path),
        }
    }

    /// The file of the settings, or any.
    pub(super) fn some_file(&self) -> Option<FileId> {
        self.settings.map(|s| s.file).or_else(|| self.index.files().next().map(|f| f.file))
    }

    /// A key of `REST_FRAMEWORK` with its import paths imported, as DRF's `api_settings` gives it.
    pub(crate) fn api_setting(&self, key: &str) -> Found {
        let Some(settings) = self.settings else { return Found::unknown("the settings are not known") };
        let ApiSetting { node, origin } = settings.api_setting(key);
        let value = self.node(&node);
        let is_import = key.ends_with("_CLASS") || key.ends_with("_CLASSES") || key.ends_with("_BACKENDS");
        let import = |value: &Val| {
            value.map(|value| match value {
                Val::Str(path) => self.imported(path),
                other => other.clone(),
            })
        };
        let value = if is_import {
            value.map(|value| match value {
                Val::List(items) | Val::Tuple(items) => Val::list(items.iter().map(import).collect()),
                value => import(value),
            })
        } else {
            value
        };
        let value = match (origin, value) {
            (SettingOrigin::Unclear, value @ Val::Unknown(_)) => value,
            (SettingOrigin::Unclear, _) => Val::unknown("the project's settings are not wholly known"),
            (_, value) => match self.changed_at_start(key) {
                Some(cause) => Val::Unknown(cause),
                None => value,
            },
        };
        Found { value, owner: Owner::Setting(origin), at: node.at }
    }

    /// The dotted name of a class, as `__module__` and `__qualname__` give it; a composed permission as one
    /// text.
    ///
    /// # Errors
    /// Why it has none that can be told.
    pub(crate) fn class_text(&self, value: &Val) -> Result<String, Rc<str>> {
        match unset(value) {
            Val::Class(ClassRef::Project(id)) => Ok(self.index.class_name(*id)),
            Val::Class(ClassRef::Library(name)) => Ok(name.to_string()),
            Val::Instance(class) => self.class_text(class),
            Val::Composed(composed) => Ok(match &**composed {
                super::Composed::And(a, b) => format!("({} & {})", self.class_text(a)?, self.class_text(b)?),
                super::Composed::Or(a, b) => format!("({} | {})", self.class_text(a)?, self.class_text(b)?),
                super::Composed::Not(a) => format!("~{}", self.class_text(a)?),
            }),
            Val::Library(name) => {
                Err(format!("nothing is known of `{name}`, which comes from a library").into())
            }
            Val::Either(_) => Err("it depends on a condition".into()),
            other => Err(other.cause().unwrap_or_else(|| "it is no class".into())),
        }
    }
}
