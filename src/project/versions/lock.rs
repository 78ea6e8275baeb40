//! Lock files: exact versions of everything that is installed.

use super::{Stated, normal};

/// Whether a file of this name is a lock file that is read here.
pub(super) fn is_lock(name: &str) -> bool {
    matches!(name, "uv.lock" | "poetry.lock" | "pdm.lock" | "pylock.toml" | "Pipfile.lock")
}

/// Django and DRF as a lock file has them.
pub(super) fn read(path: &str, text: &str) -> Vec<Stated> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "Pipfile.lock" => pipfile(text),
        _ if is_lock(name) => tables(text),
        _ => Vec::new(),
    }
}

/// `[[package]]` tables with `name` and `version`. Read by line: lock files are long, written by machines, and
/// always one key a line.
fn tables(text: &str) -> Vec<Stated> {
    let mut stated = Vec::new();
    let (mut name, mut in_package) = (None, false);
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            in_package = matches!(line.trim(), "[[package]]" | "[[packages]]");
            name = None;
        } else if !in_package {
        } else if let Some(value) = value_of(line, "name") {
            name = Some(normal(value));
        } else if let Some(version) = value_of(line, "version")
            && let Some(name) = name.take().filter(|n| n == "django" || n == "djangorestframework")
        {
            stated.push(Stated { name, version: Some(version.to_owned()), exact: true, line: at + 1 });
        }
    }
    stated
}

fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
    value.strip_prefix('"')?.strip_suffix('"')
}

fn pipfile(text: &str) -> Vec<Stated> {
    let Ok(lock) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let mut stated = Vec::new();
    for section in ["default", "develop"] {
        for (name, package) in lock.get(section).and_then(|s| s.as_object()).into_iter().flatten() {
            let name = normal(name);
            let version = package.get("version").and_then(|v| v.as_str()).and_then(|v| v.strip_prefix("=="));
            if let Some(version) = version.filter(|_| name == "django" || name == "djangorestframework") {
                stated.push(Stated { name, version: Some(version.to_owned()), exact: true, line: 1 });
            }
        }
    }
    stated
}
