//! JSON and TOML, from texts and from files of the project. YAML is not read: its scalars mean other things in each
//! of the libraries that read it.

use toml_edit::{Item, Value as Toml};

use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{Reads, V, Val};
use super::super::{Interp, cause_of};

/// What is read, and whether from a file object.
enum Format {
    Json,
    Toml,
}

impl Interp<'_> {
    /// `json.loads(text)`, `tomllib.load(file)` and their like. `None` for other names.
    pub(super) fn call_format(&mut self, name: &str, args: &Args) -> R<Option<Val>> {
        let format = match name {
            "json.loads" | "ujson.loads" | "orjson.loads" | "json.load" | "ujson.load" => Format::Json,
            "tomllib.load" | "tomllib.loads" | "tomli.load" | "tomli.loads" | "toml.load" | "toml.loads" => {
                Format::Toml
            }
            _ => return Ok(None),
        };
        let Some(first) = args.pos.first().cloned() else {
            return Err(Raise::new("TypeError", format!("calls {name}() without an argument")));
        };
        let first = match (name, &first.v) {
            // A path is opened.
            ("toml.load", V::Str(_) | V::Path(_)) => {
                self.open_file(&Args { pos: vec![first], ..Args::default() })?
            }
            _ => first,
        };
        let content = match &first.v {
            V::Lib(file) if file.class == "file" && name.ends_with(".load") => {
                super::super::paths::file_content(file)
            }
            _ => first.clone(),
        };
        let env = first.env.union(&content.env);
        let text = match &content.v {
            V::Str(text) => text.to_string(),
            V::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            V::None | V::Bool(_) | V::Int(_) | V::List(_) | V::Dict(_) => {
                return Err(Raise::new(
                    "TypeError",
                    format!("calls {name}() with something that is no text"),
                )
                .with_env(&env));
            }
            _ => {
                let cause = cause_of(&content);
                self.may_raise(&cause);
                return Ok(Some(Val::unknown(cause).with_env(&env)));
            }
        };
        let hooks = args.kw.iter().any(|(name, _)| name.contains("hook") || name.starts_with("parse_"));
        if hooks {
            return Ok(Some(Val::unknown("a format that is read in a way of its own").with_env(&env)));
        }
        self.read_format(&format, &text, &env).map(Some)
    }

    fn read_format(&mut self, format: &Format, text: &str, env: &Reads) -> R<Val> {
        let val = match format {
            Format::Json => serde_json::from_str::<serde_json::Value>(text)
                .map(|json| self.json_value(&json))
                .map_err(|_| Raise::new("JSONDecodeError", "reads a text that is no JSON")),
            Format::Toml => toml_edit::Document::parse(text)
                .map(|document| self.toml_item(document.as_item()))
                .map_err(|_| Raise::new("TOMLDecodeError", "reads a text that is no TOML")),
        };
        val.map(|val| val.with_env(env)).map_err(|raise| raise.with_env(env))
    }

    fn toml_item(&mut self, item: &Item) -> Val {
        match item {
            Item::None => Val::new(V::None),
            Item::Value(value) => self.toml_value(value),
            Item::Table(table) => {
                let entries = table.iter().map(|(key, item)| (Val::str(key), self.toml_item(item))).collect();
                self.dict(entries)
            }
            Item::ArrayOfTables(tables) => {
                let items = tables.iter().map(|table| self.toml_item(&Item::Table(table.clone()))).collect();
                self.list(items)
            }
        }
    }

    fn toml_value(&mut self, value: &Toml) -> Val {
        match value {
            Toml::String(text) => Self::text(text.value()),
            Toml::Integer(n) => Val::new(V::Int(*n.value())),
            Toml::Float(f) => Val::new(V::Float(*f.value())),
            Toml::Boolean(b) => Val::bool(*b.value()),
            Toml::Datetime(_) => Val::unknown("a date"),
            Toml::Array(array) => {
                let items = array.iter().map(|value| self.toml_value(value)).collect();
                self.list(items)
            }
            Toml::InlineTable(table) => {
                let entries =
                    table.iter().map(|(key, value)| (Val::str(key), self.toml_value(value))).collect();
                self.dict(entries)
            }
        }
    }
}
