//! Manifests of platforms that are neither YAML nor lines: `fly.toml`, `app.json`.

use super::{Read, commands};

/// `[env]` and `[processes]` of `fly.toml`.
pub(super) fn fly(text: &str) -> Read {
    let mut read = Read::default();
    let Ok(document) = toml_edit::Document::parse(text) else { return read };
    let table = |name: &str| document.get(name).and_then(toml_edit::Item::as_table_like);
    let line_of = |item: &toml_edit::Item| item.span().map_or(1, |span| line_at(text, span.start));
    for (name, item) in table("env").into_iter().flat_map(|t| t.iter()) {
        let value = item.as_value().map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string().trim().to_owned(),
        });
        read.push(name, value.as_deref(), line_of(item), "env");
    }
    for (_, item) in table("processes").into_iter().flat_map(|t| t.iter()) {
        if let Some(command) = item.as_str() {
            commands::read(command, line_of(item), "processes", &mut read);
        }
    }
    read
}

/// `env` of Heroku's `app.json`: a text, or a table with `value`; `generator` and `required` give none.
pub(super) fn app_json(text: &str) -> Read {
    let mut read = Read::default();
    let Ok(document) = serde_json::from_str::<serde_json::Value>(text) else { return read };
    for (name, value) in document["env"].as_object().into_iter().flatten() {
        let value = value.as_str().or_else(|| value["value"].as_str());
        let line = text.find(&format!("\"{name}\"")).map_or(1, |at| line_at(text, at));
        read.push(name, value, line, "env");
    }
    read
}

fn line_at(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}
