//! Texts that say what they become: `@int 5`, `@json […]`, `@merge a,b`, and the TOML that variables are read as.

use toml_edit::Value as Toml;

use super::super::Value;
use super::data::{Data, Key, Kind, Lazy, Token, put};
use super::read;
use crate::source::Span;

const MARKS: [&str; 18] = [
    "@str",
    "@int",
    "@float",
    "@bool",
    "@json",
    "@format",
    "@jinja",
    "@reset",
    "@del",
    "@merge",
    "@merge_unique",
    "@insert",
    "@get",
    "@note",
    "@comment",
    "@null",
    "@none",
    "@empty",
];
const MAX_DEPTH: usize = 60;

/// A value with every text in it read. Variables are TOML (`toml`), texts of files are not.
pub(super) fn parsed(data: Data, toml: bool) -> Data {
    deep(data, toml, 0)
}

fn deep(data: Data, toml: bool, depth: usize) -> Data {
    let Data { kind, at, env } = data;
    if depth > MAX_DEPTH {
        return Data::unknown("keys that nest too deeply", at);
    }
    match kind {
        Kind::List(items) => {
            let items = items.into_iter().map(|item| deep(item, toml, depth + 1)).collect();
            Data { kind: Kind::List(items), at, env }
        }
        Kind::Table(entries) => {
            let entries =
                entries.into_iter().map(|(key, value)| (key, deep(value, toml, depth + 1))).collect();
            Data { kind: Kind::Table(entries), at, env }
        }
        Kind::Plain(Value::Str(text)) => {
            let made = text_data(&text, toml, at);
            Data { at, env, ..made }
        }
        kind => Data { kind, at, env },
    }
}

fn text_data(text: &str, toml: bool, at: Option<Span>) -> Data {
    if !MARKS.iter().any(|mark| text.starts_with(mark)) {
        return if toml { toml_data(text, at) } else { Data::text(text, at) };
    }
    let (mark, rest) = text.split_once(' ').unwrap_or((text, ""));
    for (name, token) in [("@jinja", Token::Jinja), ("@format", Token::Format)] {
        // The cast of a computed text: `@int @format {this.PORT}`.
        if MARKS.contains(&mark) && rest.starts_with(name) {
            let both = format!("{mark} {name}");
            let text = text.replace(&both, "").trim().to_owned();
            return Data::new(Kind::Lazy(Lazy { token, text, cast: Some(mark.to_owned()) }), at);
        }
    }
    let lazy = |token| Data::new(Kind::Lazy(Lazy { token, text: rest.to_owned(), cast: None }), at);
    match mark {
        "@format" => lazy(Token::Format),
        "@jinja" => lazy(Token::Jinja),
        "@get" => lazy(Token::Get),
        "@reset" => deep(Data::text(rest, at), true, 0),
        "@del" => Data::new(Kind::Delete, at),
        "@merge" | "@merge_unique" => {
            let value = Box::new(merged_value(deep(Data::text(rest, at), true, 0), at));
            Data::new(Kind::Merge { value, unique: mark == "@merge_unique" }, at)
        }
        "@insert" => insert(rest, at),
        "@note" | "@comment" | "@null" | "@none" => Data::plain(Value::None, at),
        _ => cast(mark, rest, at),
    }
}

/// `@int 5` and its like. What Python cannot read ends the import.
pub(super) fn cast(mark: &str, text: &str, at: Option<Span>) -> Data {
    let number = text.trim();
    let value = match mark {
        "@str" => Some(Value::Str(text.to_owned())),
        "@int" => number.parse().ok().map(Value::Int),
        "@float" => number.parse().ok().filter(|f: &f64| f.is_finite()).map(Value::Float),
        "@bool" => {
            let lower = text.to_lowercase();
            Some(Value::Bool(matches!(lower.as_str(), "t" | "true" | "enabled" | "1" | "on" | "yes")))
        }
        "@json" => return json(text, at).unwrap_or_else(|| Data::unknown("a text that is no JSON", at)),
        _ => None,
    };
    match value {
        Some(value) => Data::plain(value, at),
        None => Data::unknown(&format!("computed by dynaconf ({mark})"), at),
    }
}

fn json(text: &str, at: Option<Span>) -> Option<Data> {
    serde_json::from_str(text).ok().map(|value| read::json_data(&value, at))
}

/// A variable's text: TOML, or else itself.
pub(super) fn toml_data(text: &str, at: Option<Span>) -> Data {
    let line = format!("key={text}");
    match line.parse::<toml_edit::DocumentMut>().ok().as_ref().and_then(|d| d.get("key")) {
        Some(toml_edit::Item::Value(Toml::String(text))) => Data::text(text.value(), at),
        Some(item) => read::item_data(item, &|_| at),
        None => Data::text(text, at),
    }
}

/// What `@merge` merges: a list or a table, also where it is written as `a,b` or `a=1, b=2`.
fn merged_value(value: Data, at: Option<Span>) -> Data {
    let text = match &value.kind {
        Kind::Plain(Value::Bool(_) | Value::Int(_) | Value::Float(_)) => {
            return Data::new(Kind::List(vec![value]), at);
        }
        Kind::Plain(Value::Str(text)) => text.clone(),
        _ => return value,
    };
    if let [json] = json_objects(&text, at).as_slice() {
        return json.clone();
    }
    let pairs = pairs(&text);
    if !pairs.is_empty() {
        let mut entries = Vec::new();
        for (key, value) in pairs {
            put(&mut entries, Key { text: key.trim().to_owned(), at }, deep(Data::text(value, at), true, 0));
        }
        return Data::new(Kind::Table(entries), at);
    }
    let items = if text.contains(',') {
        text.split(',').map(|part| deep(Data::text(part, at), true, 0)).collect()
    } else {
        vec![value]
    };
    Data::new(Kind::List(items), at)
}

/// The JSON objects that a text holds.
fn json_objects(text: &str, at: Option<Span>) -> Vec<Data> {
    let mut text = text.to_owned();
    for (python, json) in [("True", "true"), ("False", "false"), ("None", "null")] {
        for colon in [": ", ":"] {
            text = text.replace(&format!("{colon}{python}"), &format!("{colon}{json}"));
        }
    }
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = text[from..].find('{') {
        let start = from + start;
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<serde_json::Value>();
        match stream.next() {
            Some(Ok(value)) => {
                found.push(read::json_data(&value, at));
                // Where dynaconf goes on, which is not where the object ends.
                from = start + stream.byte_offset();
            }
            _ => from = start + 1,
        }
    }
    found
}

/// `a=1, b=2`: what matches `[a-zA-Z0-9 ]*=[a-zA-Z0-9\- :]*`, one after the other.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let (mut out, mut from) = (Vec::new(), 0);
    while let Some(equals) = text[from..].find('=').map(|at| from + at) {
        let in_key = |c: char| c.is_ascii_alphanumeric() || c == ' ';
        let in_value = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ' ' | ':');
        let key = text[from..equals]
            .rfind(|c| !in_key(c))
            .map_or(from, |at| from + at + text[from + at..].chars().next().map_or(1, char::len_utf8));
        let end = text[equals + 1..].find(|c| !in_value(c)).map_or(text.len(), |at| equals + 1 + at);
        // The match is stripped as a whole.
        out.push((text[key..equals].trim_start(), text[equals + 1..end].trim_end()));
        from = end;
    }
    out
}

/// `0 value`, `value`.
fn insert(rest: &str, at: Option<Span>) -> Data {
    let first = rest.trim_start_matches(['-', '+']).chars().next();
    let numbered = first.is_some_and(|c| c.is_ascii_digit()).then(|| rest.split_once(' ')).flatten();
    let (index, value) = match numbered {
        Some((index, value)) => match index.parse() {
            Ok(index) => (index, value),
            Err(_) => return Data::unknown("computed by dynaconf (@insert)", at),
        },
        None => (0, rest),
    };
    if first.is_none() {
        return Data::unknown("computed by dynaconf (@insert)", at);
    }
    let value = Box::new(deep(Data::text(value, at), true, 0));
    Data::new(Kind::Insert { index, value }, at)
}

/// The value of a variable: `True` counts as `true`.
pub(super) fn variable(text: &str) -> Data {
    let text = match text.trim() {
        "True" => "true",
        "False" => "false",
        _ => text,
    };
    parsed(Data::text(text, None), true)
}
