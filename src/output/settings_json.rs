//! `settings --format json`, schema version 1: the effective settings of one module.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value as Json;

use super::{evidence, values};
use crate::settings::{Setting, SettingState, SettingsModel, is_secret_name};
use crate::source::Sources;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    module: &'a str,
    role: &'static str,
    configuration: Option<&'a str>,
    django_version: Option<&'a str>,
    drf_version: Option<&'a str>,
    settings: BTreeMap<&'a str, Row<'a>>,
    /// Why further names may be set; left out when the list is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<&'a str>,
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
pub(super) struct Row<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    env: Vec<&'a str>,
    #[serde(rename = "where")]
    places: Vec<Place<'a>>,
    /// What deployment files say of the variables; left out when they say nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deployed: Vec<Json>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
    how: &'static str,
}

#[derive(Serialize)]
struct Problem<'a> {
    path: Option<&'a str>,
    line: Option<usize>,
    message: &'a str,
}

/// Writes the document. `all` lists every upper-case name, otherwise [`listed`] decides.
pub fn write(out: &mut dyn Write, sources: &Sources, model: &SettingsModel, all: bool) -> io::Result<()> {
    let rows = model.settings.values().filter(|s| all || listed(s));
    let document = Document {
        schema_version: 1,
        module: &model.module,
        role: model.role.as_str(),
        configuration: model.configuration.as_deref(),
        django_version: model.django_version.as_deref(),
        drf_version: model.drf_version.as_deref(),
        settings: rows.map(|setting| (setting.name.as_str(), row(sources, model, setting))).collect(),
        open: model.open.as_deref(),
        problems: model
            .problems
            .iter()
            .map(|problem| Problem {
                path: problem.at.map(|at| sources.path(at.file)),
                line: problem.at.map(|at| sources.line(at)),
                message: &problem.message,
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// A setting with state, value and places.
pub(super) fn row<'a>(sources: &'a Sources, model: &SettingsModel, setting: &'a Setting) -> Row<'a> {
    let state = setting.state();
    let absent = matches!(state, SettingState::Required | SettingState::Unknown);
    Row {
        state: state.as_str(),
        value: (!absent).then(|| values::value(&setting.node, is_secret_name(&setting.name))),
        cause: (state == SettingState::Unknown).then(|| setting.node.cause()).flatten(),
        env: setting.node.env_names().collect(),
        places: setting
            .steps
            .iter()
            .map(|step| Place {
                path: sources.path(step.at.file),
                line: sources.line(step.at),
                how: step.how.as_str(),
            })
            .collect(),
        deployed: model.deployed(&setting.node).map(|fact| evidence::row(sources, fact)).collect(),
    }
}

/// Whether a setting is listed without `--all`: what the project sets, and defaults that security rests on.
pub fn listed(setting: &Setting) -> bool {
    !setting.is_default || matters(&setting.name)
}

/// Whether security rests on a setting, whoever sets it.
pub(super) fn matters(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok() || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Names of Django, DRF and known libraries whose default matters for security; sorted.
const NAMES: &[&str] = &[
    "ALLOWED_HOSTS",
    "AUTHENTICATION_BACKENDS",
    "AUTH_PASSWORD_VALIDATORS",
    "AUTH_USER_MODEL",
    "CACHES",
    "DATABASES",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    "DATA_UPLOAD_MAX_NUMBER_FILES",
    "DEBUG",
    "DEBUG_PROPAGATE_EXCEPTIONS",
    "DEFAULT_EXCEPTION_REPORTER_FILTER",
    "FILE_UPLOAD_MAX_MEMORY_SIZE",
    "FILE_UPLOAD_PERMISSIONS",
    "INSTALLED_APPS",
    "INTERNAL_IPS",
    "LOGGING",
    "LOGGING_CONFIG",
    "MEDIA_ROOT",
    "MEDIA_URL",
    "MIDDLEWARE",
    "PASSWORD_HASHERS",
    "PASSWORD_RESET_TIMEOUT",
    "PREPEND_WWW",
    "REST_FRAMEWORK",
    "ROOT_URLCONF",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SERVER_EMAIL",
    "SILENCED_SYSTEM_CHECKS",
    "SIMPLE_JWT",
    "STATIC_URL",
    "STORAGES",
    "TEMPLATES",
    "USE_X_FORWARDED_HOST",
    "USE_X_FORWARDED_PORT",
    "WSGI_APPLICATION",
    "X_FRAME_OPTIONS",
];

const PREFIXES: &[&str] = &["SECURE_", "SESSION_", "CSRF_", "CORS_", "LANGUAGE_COOKIE_"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_so_that_they_are_found() {
        assert!(NAMES.is_sorted());
    }
}
