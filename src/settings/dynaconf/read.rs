//! Files of settings as data: TOML, JSON and YAML. An INI file is read only where `configobj` is installed, so what
//! it sets cannot be told.

use serde_json::Value as Json;
use toml_edit::{Item, Table, Value as Toml};

use super::super::Value;
use super::data::{Data, Key, Kind};
use super::yaml;
use crate::source::{FileId, Sources, Span};

/// What one file holds, or why it cannot be read.
pub(super) enum Content {
    Table(Vec<(Key, Data)>),
    /// Nothing at all.
    Empty,
    Broken(String, Span),
    /// A file that runs, or that only some installations read.
    Closed(&'static str),
}

/// Reads a file by its extension.
pub(super) fn file(sources: &Sources, file: FileId) -> Content {
    let path = sources.path(file);
    let text = sources.text(file);
    let data = match path.rsplit_once('.').map_or("", |p| p.1) {
        "toml" | "tml" => toml(file, text),
        "json" => json(file, text),
        "yaml" | "yml" => yaml::read(file, text),
        "py" => return Content::Closed("Python that dynaconf runs"),
        _ => return Content::Closed("an INI file, which dynaconf reads where configobj is installed"),
    };
    match data {
        Ok(Data { kind: Kind::Table(entries), .. }) if entries.is_empty() => Content::Empty,
        Ok(Data { kind: Kind::Table(entries), .. }) => Content::Table(entries),
        Ok(data) if data.truth() == Some(false) => Content::Empty,
        Ok(_) => Content::Closed("a file that holds no table"),
        Err((message, at)) => Content::Broken(message, at),
    }
}

fn toml(file: FileId, text: &str) -> Result<Data, (String, Span)> {
    let span = |range: std::ops::Range<usize>| Span { file, range: (range.start as u32, range.end as u32) };
    let document: toml_edit::Document<&str> = toml_edit::Document::parse(text)
        .map_err(|error| (error.message().to_owned(), span(error.span().unwrap_or_default())))?;
    let place = |range: Option<std::ops::Range<usize>>| range.map(span);
    Ok(table_data(document.as_table(), &place))
}

type Place<'a> = &'a dyn Fn(Option<std::ops::Range<usize>>) -> Option<Span>;

fn table_data(table: &Table, place: Place<'_>) -> Data {
    let entries = table
        .iter()
        .map(|(name, item)| {
            let at = place(table.key(name).and_then(toml_edit::Key::span));
            (Key { text: name.to_owned(), at }, item_data(item, place))
        })
        .collect();
    Data::new(Kind::Table(entries), place(table.span()))
}

/// An item of TOML.
pub(super) fn item_data(item: &Item, place: Place<'_>) -> Data {
    match item {
        Item::None => Data::none(),
        Item::Value(value) => value_data(value, place),
        Item::Table(table) => table_data(table, place),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|table| table_data(table, place)).collect();
            Data::new(Kind::List(items), place(tables.span()))
        }
    }
}

fn value_data(value: &Toml, place: Place<'_>) -> Data {
    let at = place(value.span());
    match value {
        Toml::String(text) => Data::text(text.value(), at),
        Toml::Integer(n) => Data::plain(Value::Int(*n.value()), at),
        Toml::Float(f) => Data::plain(Value::Float(*f.value()), at),
        Toml::Boolean(b) => Data::plain(Value::Bool(*b.value()), at),
        Toml::Datetime(_) => Data::unknown("a date", at),
        Toml::Array(array) => {
            Data::new(Kind::List(array.iter().map(|value| value_data(value, place)).collect()), at)
        }
        Toml::InlineTable(table) => {
            let entries = table
                .iter()
                .map(|(name, value)| {
                    let at = place(table.key(name).and_then(toml_edit::Key::span));
                    (Key { text: name.to_owned(), at }, value_data(value, place))
                })
                .collect();
            Data::new(Kind::Table(entries), at)
        }
    }
}

fn json(file: FileId, text: &str) -> Result<Data, (String, Span)> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Json>(text) {
        // The parser gives no places: a value stands where its outermost key is first written.
        Ok(Json::Object(map)) => {
            let entries = map.iter().map(|(key, value)| (key, value, written_at(file, text, key)));
            let entries =
                entries.map(|(key, value, at)| (Key { text: key.clone(), at }, below(file, text, value, at)));
            Ok(Data::new(Kind::Table(entries.collect()), None))
        }
        Ok(value) => Ok(json_data(&value, None)),
        Err(error) => {
            let line = error.line().saturating_sub(1);
            let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
            let start = start.min(text.len()) as u32;
            Err(("no JSON".to_owned(), Span { file, range: (start, start) }))
        }
    }
}

/// The entries of an environment's table have places of their own.
fn below(file: FileId, text: &str, value: &Json, at: Option<Span>) -> Data {
    match value {
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| {
                let at = written_at(file, text, key).or(at);
                (Key { text: key.clone(), at }, json_data(value, at))
            });
            Data::new(Kind::Table(entries.collect()), at)
        }
        _ => json_data(value, at),
    }
}

fn written_at(file: FileId, text: &str, key: &str) -> Option<Span> {
    let quoted = format!("\"{key}\"");
    let start = text.find(&quoted)?;
    Some(Span { file, range: (start as u32, (start + quoted.len()) as u32) })
}

/// A value of JSON.
pub(super) fn json_data(value: &Json, at: Option<Span>) -> Data {
    match value {
        Json::Null => Data::plain(Value::None, at),
        Json::Bool(b) => Data::plain(Value::Bool(*b), at),
        Json::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(n), _) => Data::plain(Value::Int(n), at),
            (None, Some(f)) if !n.is_u64() => Data::plain(Value::Float(f), at),
            _ => Data::unknown("a number of many digits", at),
        },
        Json::String(text) => Data::text(text, at),
        Json::Array(items) => {
            Data::new(Kind::List(items.iter().map(|item| json_data(item, at)).collect()), at)
        }
        Json::Object(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| (Key { text: key.clone(), at }, json_data(value, at)))
                .collect();
            Data::new(Kind::Table(entries), at)
        }
    }
}
