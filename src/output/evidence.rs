//! What deployment files say of the variables behind a setting, beside its value: evidence, with its place.

use serde_json::{Value as Json, json};

use super::settings_table::place;
use crate::project::EnvFact;
use crate::settings::{is_secret_name, password_in_url};
use crate::source::{Sources, clean};

/// One statement for people: `DJANGO_DEBUG = False in Dockerfile:4 (ENV, production)`.
pub(super) fn line(sources: &Sources, fact: &EnvFact) -> String {
    let variable = clean(&fact.variable);
    let said = match &fact.value {
        Some(_) if is_hidden(fact) => format!("{variable} is set (hidden)"),
        Some(value) => format!("{variable} = {}", clean(value)),
        None => format!("{variable} is passed on"),
    };
    format!("{said} in {} ({}, {})", place(sources, fact.at), fact.by, purpose(fact))
}

/// The same for programs.
pub(super) fn row(sources: &Sources, fact: &EnvFact) -> Json {
    let value = match &fact.value {
        Some(text) if is_hidden(fact) => json!({ "secret": {
            "length": text.chars().count(), "literal": true,
            "insecure_prefix": text.starts_with("django-insecure-"),
        }}),
        Some(text) => json!(text),
        None => Json::Null,
    };
    json!({
        "variable": fact.variable, "value": value, "by": fact.by, "for": fact.stage.as_str(),
        "path": sources.path(fact.at.file), "line": sources.line(fact.at),
    })
}

fn is_hidden(fact: &EnvFact) -> bool {
    is_secret_name(&fact.variable) || fact.value.as_deref().is_some_and(|v| password_in_url(v).is_some())
}

fn purpose(fact: &EnvFact) -> String {
    match fact.stage {
        crate::project::Stage::Unclear => "for whom it does not say".to_owned(),
        stage => format!("for {}", stage.as_str()),
    }
}
