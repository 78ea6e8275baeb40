//! The settings of drf-spectacular that decide who may read its schema: `SPECTACULAR_SETTINGS`.

use super::{Evaluator, Val};
use crate::index::{Entity, Resolution};
use crate::settings::{Node, Value};
use crate::source::Span;

/// The object that holds them, and the setting that it reads.
pub(super) const OBJECT: &str = "drf_spectacular.settings.spectacular_settings";
const SETTING: &str = "SPECTACULAR_SETTINGS";

impl Evaluator<'_> {
    /// Whether a name stands for the object that holds the settings, read from the installed library.
    pub(super) fn is_spectacular(&self, resolution: &Resolution<Entity>) -> bool {
        let Resolution::Resolved(Entity::Value(file, position)) = resolution else { return false };
        let module = self.index.module_name(*file);
        let name = self.index.value(*file, *position).map(|v| &*v.name);
        matches!((module, name), (Some("drf_spectacular.settings"), Some("spectacular_settings")))
    }

    /// One of these settings, and where the project sets it.
    pub(super) fn spectacular(&self, key: &str) -> (Val, Option<Span>) {
        let Some(settings) = self.settings else { return (Val::unknown("the settings are not known"), None) };
        let default = || match key {
            "SERVE_PERMISSIONS" => Val::list(vec![self.library("rest_framework.permissions.AllowAny")]),
            "SERVE_AUTHENTICATION" => Val::None,
            "SERVE_PUBLIC" | "SERVE_INCLUDE_SCHEMA" => Val::Bool(true),
            _ => Val::unknown(format!("`{key}` of drf-spectacular is not followed")),
        };
        let Some(setting) = settings.get(SETTING) else {
            let value = settings.open.as_deref().map_or_else(default, Val::unknown);
            return (value, None);
        };
        let Some(dict) = setting.node.as_dict() else {
            let cause = setting.node.cause().unwrap_or("it is no dict").to_owned();
            return (Val::unknown(cause), setting.decided_at());
        };
        match (dict.get(key), &dict.rest) {
            (_, Some(cause)) => (Val::unknown(cause), setting.decided_at()),
            (Some(node), None) => (self.served(node), node.at.or(setting.decided_at())),
            (None, None) => (default(), None),
        }
    }

    /// A list of classes, given as classes or as text.
    fn served(&self, node: &Node) -> Val {
        let import = |value: Val| match value {
            Val::Str(path) => self.imported(&path),
            other => other,
        };
        let value = self.node(node);
        match (&node.value, value.elements()) {
            (Value::Str(_), _) => import(value),
            (_, Some(items)) => Val::list(items.iter().cloned().map(import).collect()),
            _ => value,
        }
    }
}
