//! Settings values as people read them: much as Python writes them, without the text of secrets.

use crate::settings::{Items, Node, Setting, SettingState, Value, is_secret_name, password_in_url};

/// The value of a setting in one line: what it is, or why that cannot be told.
pub(super) fn of_setting(setting: &Setting) -> String {
    match setting.state() {
        SettingState::Required => "has to come from the environment".to_owned(),
        SettingState::Unknown => setting.node.cause().unwrap_or_default().to_owned(),
        SettingState::Known | SettingState::Env | SettingState::Partly | SettingState::Default => {
            text(&setting.node, is_secret_name(&setting.name))
        }
    }
}

/// Text in at most `width` characters.
pub(super) fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect()
}

/// A value much as Python writes it; what is not known stands as `?`.
pub(super) fn text(node: &Node, secret: bool) -> String {
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
        Value::Str(text) if (secret && !text.is_empty()) || password_in_url(text).is_some() => {
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

fn sequence(out: &mut String, items: &Items, ends: (&str, &str), secret: bool, depth: usize) {
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
    use crate::settings::{Dict, Entry};

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
