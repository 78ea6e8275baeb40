//! The `REST_FRAMEWORK` dict: whether DRF is used at all, and what a key of the dict gives.

use crate::checks::CheckContext;
use crate::edit::Code;
use crate::finding::{Finding, Label, Outcome};
use crate::index::items::FileItems;
use crate::project::Project;
use crate::settings::{Dict, Node, SettingsModel, Truth};
use crate::source::Span;

use super::fixes::Operations;
use super::rest_keys::{misspelt, rename};
use super::settings::{chain, first_line, module_start, own, place, show};

/// The setting's name.
pub(crate) const NAME: &str = "REST_FRAMEWORK";

/// What a key gives.
pub(crate) enum Key<'a> {
    /// The key is not set: DRF's own default counts.
    Absent,
    /// The key's value.
    Set(&'a Node),
    /// It cannot be told; why.
    Unclear(String),
}

/// The model to judge, or the outcome where there is nothing to judge.
pub(crate) fn judged<'a>(cx: &'a CheckContext<'_>) -> Result<&'a SettingsModel, Outcome> {
    let Some(model) = cx.model else { return Err(super::settings::no_settings()) };
    unused(cx).map_or(Ok(model), Err)
}

/// The outcome where nothing says that DRF is used. Without settings the code alone is judged.
pub(crate) fn unused(cx: &CheckContext<'_>) -> Option<Outcome> {
    let model = cx.model?;
    match uses_drf(cx, model) {
        Truth::Yes => None,
        // Nothing imports or requires it, but who knows what is installed.
        Truth::Maybe => Some(Outcome::unknown(
            "Whether Django REST Framework is used cannot be told: nothing here names it, but `INSTALLED_APPS` may.",
            vec![super::settings::label(cx, model, "INSTALLED_APPS")],
        )),
        Truth::No => Some(Outcome::not_applicable("the project does not use Django REST Framework")),
    }
}

/// Whether the project uses DRF: installed as an app, configured, required, or imported.
pub(crate) fn uses_drf(cx: &CheckContext<'_>, model: &SettingsModel) -> Truth {
    let installed = model.get("INSTALLED_APPS").map_or(Truth::No, |apps| {
        apps.node.any_item(&|app| match super::lists::name_of(app) {
            Some(name) => (name == "rest_framework" || name.starts_with("rest_framework.")).into(),
            None => app.is_str("rest_framework"),
        })
    });
    let named = own(model, NAME).is_some()
        || cx.project.is_some_and(requires_drf)
        || installed == Truth::Yes
        || cx.index.files().any(FileItems::imports_drf);
    if named { Truth::Yes } else { installed }
}

/// The outcome where code here uses DRF, but these settings neither install nor configure it and none of their URLs is
/// seen to lead to one of its views: a part that is switched on elsewhere, as a rule.
pub(crate) fn unserved(cx: &CheckContext<'_>, model: &SettingsModel) -> Option<Outcome> {
    let apps = own(model, "INSTALLED_APPS")?;
    let installed = apps.node.any_item(&|app| {
        let name = super::lists::name_of(app);
        name.map_or(Truth::Maybe, |name| {
            name.split('.').next().is_some_and(|top| top == "rest_framework").into()
        })
    });
    if own(model, NAME).is_some() || installed != Truth::No {
        return None;
    }
    let (inventory, endpoints) = super::endpoints::of_drf(cx)?;
    if !endpoints.is_empty() {
        return None;
    }
    if inventory.complete {
        return Some(Outcome::not_applicable(
            "these settings do not install DRF, and no URL leads to one of its views",
        ));
    }
    Some(Outcome::unknown(
        "These settings do not install DRF, and no URL that can be followed leads to one of its views.",
        vec![super::settings::label(cx, model, "INSTALLED_APPS")],
    ))
}

/// Whether a file of the project itself states a version of DRF. What stands above it may be another's: a library's
/// whose example the project is.
fn requires_drf(project: &Project) -> bool {
    let below = |path: &str| path.strip_prefix(&project.root).is_some_and(|rest| rest.starts_with('/'));
    project.drf.as_ref().is_some_and(|found| project.root.is_empty() || below(&found.found_in))
}

/// The dict, when the project sets one.
pub(crate) fn dict(model: &SettingsModel) -> Option<&Dict> {
    own(model, NAME).and_then(|s| s.node.as_dict())
}

/// What a key of `REST_FRAMEWORK` gives.
pub(crate) fn key<'a>(model: &'a SettingsModel, key: &str) -> Key<'a> {
    if let Some(cause) = super::settings::hidden(model, NAME) {
        return Key::Unclear(cause.to_owned());
    }
    let Some(setting) = own(model, NAME) else { return Key::Absent };
    let Some(dict) = setting.node.as_dict() else {
        return Key::Unclear(setting.node.cause().unwrap_or("`REST_FRAMEWORK` is not a dict").to_owned());
    };
    match (dict.get(key), &dict.rest) {
        (Some(node), _) => match node.cause() {
            Some(cause) => Key::Unclear(cause.to_owned()),
            None => Key::Set(node),
        },
        (None, Some(cause)) => Key::Unclear(cause.clone()),
        (None, None) => Key::Absent,
    }
}

/// Where a finding about a key stands: on the key; on the dict's first line when the key is absent; at the start
/// of the settings module when there is no dict.
pub(crate) fn place_of(cx: &CheckContext<'_>, model: &SettingsModel, key: &str) -> Span {
    let entry = dict(model).and_then(|d| d.entry(key));
    let at = entry.and_then(|e| match (e.key.at, e.value.at) {
        // A later `X["key"] = value` keeps the key object of the display.
        (Some(key), Some(value)) => {
            let steps = own(model, NAME).map_or(&[][..], |s| &s.steps);
            let later = steps.iter().rev().find(|s| s.at.contains(value) && !s.at.contains(key));
            Some(later.map_or(key, |step| step.at))
        }
        (key, value) => key.or(value),
    });
    match (at, own(model, NAME)) {
        (Some(at), _) => first_line(cx, at),
        (None, Some(setting)) => {
            // The statement that made the dict, not the last that changed it.
            let made = setting.steps.iter().rev().find(|s| s.how == crate::settings::How::Assigned);
            made.map_or_else(|| place(cx, model, NAME), |s| first_line(cx, s.at))
        }
        (None, None) => module_start(cx, model),
    }
}

/// The label of that place.
pub(crate) fn label_of(cx: &CheckContext<'_>, model: &SettingsModel, key: &str) -> Label {
    let text = match dict(model).and_then(|d| d.entry(key)) {
        Some(_) => format!("`{key}` is decided here"),
        None => format!("`{key}` is not set"),
    };
    Label::new(place_of(cx, model, key), text)
}

/// A finding about a key.
pub(crate) fn finding(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    check: &'static str,
    key: &str,
    message: impl Into<String>,
) -> Finding {
    let primary = label_of(cx, model, key);
    let links = own(model, NAME).map(|s| chain(s, primary.span)).unwrap_or_default();
    Finding::new(check, format!("{NAME}.{key}"), primary, message).related(links)
}

/// A key's state in words.
pub(crate) fn wording(model: &SettingsModel, key: &str) -> String {
    match self::key(model, key) {
        Key::Absent => format!("`REST_FRAMEWORK` does not set `{key}`"),
        Key::Set(node) => format!("`{key}` is `{}`{}", show(node), super::settings::environment(node)),
        Key::Unclear(cause) => format!("`{key}` cannot be told: {cause}"),
    }
}

/// The outcome where a key cannot be told.
pub(crate) fn unclear(cx: &CheckContext<'_>, model: &SettingsModel, key: &str, cause: &str) -> Outcome {
    Outcome::unknown(format!("`{key}` cannot be told: {cause}."), vec![label_of(cx, model, key)])
}

/// Sets one key. Where it stands there misspelt, the value is meant, and only the key is put right.
pub(crate) fn set_key(cx: &CheckContext<'_>, model: &SettingsModel, key: &str, value: Code) -> Operations {
    match misspelt(model, key) {
        Some(entry) => rename(cx, model, entry, key),
        None => super::fixes::set_key(cx, model, NAME, key, value),
    }
}

/// Sets several keys together; one new dict when nobody sets `REST_FRAMEWORK`.
pub(crate) fn set_keys(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    entries: Vec<(&str, Code)>,
) -> Operations {
    if own(model, NAME).is_none() {
        let dict = entries.into_iter().map(|(key, value)| (Code::str(key), value)).collect();
        return super::fixes::add(cx, model, NAME, Code::Dict(dict));
    }
    let mut operations = Vec::new();
    for (key, value) in entries {
        for operation in set_key(cx, model, key, value)? {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
    }
    Ok(operations)
}
