//! What the CORS checks share: whether django-cors-headers is used, and whether it lets every origin in.

use crate::finding::Outcome;
use crate::settings::{SettingsModel, Truth};

use super::lists::name_of;
use super::middleware::{CORS, stack};
use super::settings::{hidden, own};

/// Whether the project uses django-cors-headers.
pub(crate) fn is_used(model: &SettingsModel) -> Truth {
    let app = own(model, "INSTALLED_APPS").map_or(Truth::No, |apps| {
        apps.node.any_item(&|app| match name_of(app) {
            Some(name) => (name == "corsheaders" || name.starts_with("corsheaders.")).into(),
            None => Truth::Maybe,
        })
    });
    let middleware = match stack(model) {
        Ok(Some(stack)) => stack.has(CORS, "cors"),
        Ok(None) => Truth::No,
        Err(_) => Truth::Maybe,
    };
    // Elements that cannot be told do not make a project use it; a setting of the library does not either, but
    // says that somebody means it to.
    match app.or(middleware) {
        Truth::Maybe if !model.settings.values().any(|s| s.name.starts_with("CORS_") && !s.is_default) => {
            Truth::No
        }
        other => other,
    }
}

/// The outcome where it is not used.
pub(crate) fn not_used() -> Outcome {
    Outcome::not_applicable("django-cors-headers is not used")
}

/// The name that decides whether every origin is let in, and whether it does. The new name wins over the old one.
pub(crate) fn open_flag(model: &SettingsModel) -> (&'static str, Truth) {
    let names = ["CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"];
    let name = names.into_iter().find(|name| own(model, name).is_some()).unwrap_or(names[0]);
    let open = match own(model, name) {
        Some(setting) => setting.node.truthy(),
        None if hidden(model, name).is_some() => Truth::Maybe,
        None => Truth::No,
    };
    (name, open)
}
