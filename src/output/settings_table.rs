//! `settings` for people: name, state, value and where it was decided; with `-v` the whole chain.

use std::io::{self, Write};

use super::Style;
use super::settings_json::listed;
use crate::settings::{Node, Setting, SettingState, SettingsModel, Value, is_secret_name, password_in_url};
use crate::source::{Sources, clean};

/// Values longer than this are cut, unless `-v`.
const VALUE_WIDTH: usize = 60;

/// Writes the table. `chain` adds each step behind a value and shows values whole.
pub fn write(
    out: &mut dyn Write,
    sources: &Sources,
    model: &SettingsModel,
    all: bool,
    chain: bool,
    style: Style,
) -> io::Result<()> {
    let versions = [("Django", &model.django_version), ("DRF", &model.drf_version)];
    let versions: Vec<_> =
        versions.iter().filter_map(|(n, v)| v.as_ref().map(|v| format!("{n} {}", clean(v)))).collect();
    let class = model.configuration.as_ref().map(|c| format!(", class {}", clean(c))).unwrap_or_default();
    writeln!(
        out,
        "{}{class} ({})  {}\n",
        style.heading(clean(&model.module)),
        model.role.as_str(),
        versions.join(", ")
    )?;
    let rows: Vec<&Setting> = model.settings.values().filter(|s| all || listed(s)).collect();
    let width = rows.iter().map(|s| s.name.chars().count()).max().unwrap_or(0).min(40);
    for setting in rows {
        let state = setting.state();
        let value = match state {
            SettingState::Required => env_names(setting),
            SettingState::Unknown => setting.node.cause().unwrap_or_default().to_owned(),
            _ => text(&setting.node, is_secret_name(&setting.name)),
        };
        let value = shorten(&clean(&value), if chain { usize::MAX } else { VALUE_WIDTH });
        let place =
            setting.decided_at().map(|at| format!("{}:{}", clean(sources.path(at.file)), sources.line(at)));
        let name = format!("{:width$}", clean(&setting.name));
        let place = place.map(|place| style.dim(place)).unwrap_or_default();
        let line = format!("{}  {:<8}  {value}  {place}", style.heading(name), state.as_str());
        writeln!(out, "{}", line.trim_end())?;
        if chain {
            write_chain(out, sources, setting, style)?;
        }
    }
    if let Some(open) = &model.open {
        writeln!(out, "\nThe list may be incomplete: {}", clean(open))?;
    }
    for problem in &model.problems {
        let place = problem.at.map(|at| format!("{}:{}: ", clean(sources.path(at.file)), sources.line(at)));
        writeln!(out, "{}{}", place.unwrap_or_default(), clean(&problem.message))?;
    }
    Ok(())
}

fn write_chain(out: &mut dyn Write, sources: &Sources, setting: &Setting, style: Style) -> io::Result<()> {
    for step in &setting.steps {
        let place = format!("{}:{}", clean(sources.path(step.at.file)), sources.line(step.at));
        // A note may quote the value, so a secret's notes stay out.
        let note = if step.note.is_empty() || is_secret_name(&setting.name) {
            String::new()
        } else {
            format!(": {}", clean(&step.note))
        };
        writeln!(out, "    {}", style.dim(format_args!("{place} {}{note}", step.how.as_str())))?;
    }
    if setting.state() == SettingState::Env || setting.state() == SettingState::Partly {
        let names = env_names(setting);
        if !names.is_empty() {
            writeln!(out, "    {}", style.dim(names))?;
        }
    }
    Ok(())
}

fn env_names(setting: &Setting) -> String {
    let names: Vec<_> = setting.node.env_names().collect();
    if names.is_empty() { String::new() } else { format!("from the environment: {}", names.join(", ")) }
}

fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect()
}

/// A value much as Python writes it; what is not known stands as `?`.
fn text(node: &Node, secret: bool) -> String {
    let mut written = String::new();
    push(&mut written, node, secret, 0);
    written
}

/// Nothing behind this many characters is shown.
const MAX_TEXT: usize = 2000;

fn push(out: &mut String, node: &Node, secret: bool, depth: usize) {
    if out.len() > MAX_TEXT || depth > 64 {
        *out += "...";
        return;
    }
    match &node.value {
        Value::None => *out += "None",
        Value::Bool(b) => *out += if *b { "True" } else { "False" },
        Value::Int(n) => *out += &n.to_string(),
        Value::BigInt(n) => *out += n,
        Value::Float(f) => *out += &format!("{f:?}"),
        Value::Str(text) if secret || password_in_url(text).is_some() => {
            *out += &format!("**** ({} characters)", text.chars().count());
        }
        Value::Str(text) | Value::Lazy(text) => *out += &quoted(text),
        Value::PartlyStr(_) if secret => *out += "****",
        Value::PartlyStr(parts) => {
            let text: String = parts.iter().map(|part| part.as_deref().unwrap_or("{?}")).collect();
            *out += &quoted(&text);
        }
        Value::Bytes(n) => *out += &format!("<{n} bytes>"),
        Value::List(items) => sequence(out, items, ("[", "]"), secret, depth),
        Value::Tuple(items) => sequence(out, items, ("(", ")"), secret, depth),
        Value::Set(items) => sequence(out, items, ("{", "}"), secret, depth),
        Value::Dict(dict) => {
            *out += "{";
            for (i, entry) in dict.entries.iter().enumerate() {
                *out += if i > 0 { ", " } else { "" };
                push(out, &entry.key, false, depth + 1);
                *out += ": ";
                push(out, &entry.value, secret || entry.key.as_str().is_some_and(is_secret_name), depth + 1);
            }
            rest(out, dict.entries.is_empty(), dict.rest.as_deref());
            *out += "}";
        }
        Value::Ref(name) => *out += name,
        Value::Timedelta(seconds) => *out += &format!("timedelta(seconds={seconds})"),
        Value::Regex(pattern) => *out += &format!("re.compile({})", quoted(pattern)),
        Value::Path(path) => *out += path,
        Value::Unknown(_) => *out += "?",
    }
}

fn sequence(
    out: &mut String,
    items: &crate::settings::Items,
    ends: (&str, &str),
    secret: bool,
    depth: usize,
) {
    *out += ends.0;
    for (i, item) in items.items.iter().enumerate() {
        *out += if i > 0 { ", " } else { "" };
        push(out, item, secret, depth + 1);
    }
    rest(out, items.items.is_empty(), items.rest.as_deref());
    *out += ends.1;
}

fn rest(out: &mut String, first: bool, cause: Option<&str>) {
    if let Some(cause) = cause {
        *out += if first { "" } else { ", " };
        *out += &format!("... ({cause})");
    }
}

fn quoted(text: &str) -> String {
    if text.contains('\'') && !text.contains('"') { format!("\"{text}\"") } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Dict, Entry, Items};

    #[test]
    fn values_read_like_python_and_hide_secrets() {
        let str = |s: &str| Node::plain(Value::Str(s.into()));
        let list = Value::List(Items {
            items: vec![str("a"), Node::unknown("f()", None)],
            rest: Some("from g()".into()),
        });
        assert_eq!(text(&Node::plain(list), false), "['a', ?, ... (from g())]");
        let dict = Dict { entries: vec![Entry { key: str("PASSWORD"), value: str("hunter2") }], rest: None };
        assert_eq!(text(&Node::plain(Value::Dict(dict)), false), "{'PASSWORD': **** (7 characters)}");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shorten("abcdefghij", 8), "abcde...");
        assert_eq!(shorten("abc", 8), "abc");
    }
}
