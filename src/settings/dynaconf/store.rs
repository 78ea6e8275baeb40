//! The settings while dynaconf lays source over source, and the texts that it computes when they are read.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::super::{Node, Step, Unknown, Value};
use super::data::{Data, Key, Kind, Lazy, Token, casing, get};
use super::{marks, merge};
use crate::source::Span;

/// How deep computed texts may name each other.
const MAX_DEPTH: usize = 12;

/// One setting that is being put together.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) data: Data,
    /// The places where a source set it, in order, besides those of the module.
    pub(super) steps: Vec<Span>,
}

/// All settings.
pub(super) struct Store<'a> {
    pub(super) settings: IndexMap<String, Stored>,
    /// `MERGE_ENABLED_FOR_DYNACONF`.
    pub(super) merges: bool,
    /// `__`, unless another text or none divides nested keys.
    pub(super) separator: Option<String>,
    pub(super) variables: &'a BTreeMap<String, String>,
}

impl Store<'_> {
    /// Sets a key, which may lead into a table: `DATABASES__default__PORT`. `merge` is what the file says.
    pub(super) fn set(&mut self, key: &Key, value: Data, merge: Option<bool>) {
        let divided = match &self.separator {
            Some(separator) => key.text.replace(separator.as_str(), "."),
            None => key.text.clone(),
        };
        if divided.contains('.') {
            self.set_below(&divided, key.at, value);
        } else {
            self.set_whole(&divided, key.at, value, merge);
        }
    }

    fn set_below(&mut self, path: &str, at: Option<Span>, value: Data) {
        let parts: Vec<&str> = path.split('.').collect();
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
        let value = marks::parsed(value, false);
        let mut tree = (Key { text: (*last).to_owned(), at }, value);
        for part in parts[1..parts.len() - 1].iter().rev() {
            let table = Data::new(Kind::Table(vec![tree]), at);
            tree = (Key { text: (*part).to_owned(), at }, table);
        }
        let new = Data::new(Kind::Table(vec![tree]), at);
        let existing = self.existing(&first.to_uppercase());
        let new = match existing {
            Some(existing) if existing.truth() != Some(false) => {
                // The keys on the way are entries of one table, as the path is.
                let key = |text: &str| Key { text: text.to_owned(), at };
                let old = Data::new(Kind::Table(vec![(key(first), existing)]), None);
                let new = Data::new(Kind::Table(vec![(key(first), new)]), at);
                match merge::object_merge(&old, new, false, &parts, 0).kind {
                    Kind::Table(mut entries) if entries.len() == 1 => entries.remove(0).1,
                    _ => Data::unknown("keys of dynaconf that meet in one", at),
                }
            }
            _ => new,
        };
        self.set_whole(first, at, new, None);
    }

    fn set_whole(&mut self, key: &str, at: Option<Span>, value: Data, merge: Option<bool>) {
        let name = key.trim().to_uppercase();
        let mut value = marks::parsed(value, false);
        let existing = if matches!(value.kind, Kind::Lazy(_)) {
            None
        } else {
            self.existing(&name).filter(|e| !e.is_none())
        };
        value = match value.kind {
            Kind::Delete => {
                self.settings.shift_remove(&name);
                return;
            }
            Kind::Insert { index, value: inner } => {
                let made = merge::inserted(existing.as_ref(), index, *inner, true);
                self.store(name, at, made);
                return;
            }
            Kind::Merge { value: inner, unique } => match &existing {
                Some(existing) if existing.truth() != Some(false) => {
                    merge::object_merge(existing, *inner, unique, &[], 0)
                }
                _ => *inner,
            },
            kind => Data { kind, ..value },
        };
        if let Some(existing) = existing
            && super::data::same(&existing, &value) != Some(true)
        {
            value = match merge {
                Some(true) => merge::object_merge(&existing, value, false, &[], 0),
                merge => merge::replaced(&existing, value, merge.unwrap_or(self.merges)),
            };
        }
        self.store(name, at, value);
    }

    fn store(&mut self, name: String, at: Option<Span>, data: Data) {
        let stored =
            self.settings.entry(name).or_insert_with(|| Stored { data: Data::none(), steps: Vec::new() });
        stored.data = data;
        stored.steps.extend(at);
    }

    /// A setting as `settings.get` gives it: what is computed, is computed.
    fn existing(&self, name: &str) -> Option<Data> {
        self.settings.get(name).map(|stored| self.computed(stored.data.clone(), 0))
    }

    /// A setting as it is in the end.
    pub(super) fn finished(&self, stored: &Stored) -> Node {
        self.computed(stored.data.clone(), 0).into_node()
    }

    fn computed(&self, data: Data, depth: usize) -> Data {
        let Data { kind, at, env } = data;
        let kind = match kind {
            Kind::Lazy(lazy) => return self.lazy(&lazy, at, depth),
            Kind::List(items) => {
                Kind::List(items.into_iter().map(|item| self.computed(item, depth + 1)).collect())
            }
            Kind::Table(entries) => Kind::Table(
                entries.into_iter().map(|(key, value)| (key, self.computed(value, depth + 1))).collect(),
            ),
            kind => kind,
        };
        Data { kind, at, env }
    }

    fn lazy(&self, lazy: &Lazy, at: Option<Span>, depth: usize) -> Data {
        let text = match lazy.token {
            Token::Format if depth <= MAX_DEPTH => self.format(&lazy.text, depth),
            Token::Format => Err(Missing::Unclear),
            Token::Jinja => return Data::unknown("computed by a Jinja template", at),
            Token::Get => return Data::unknown("computed by dynaconf (@get)", at),
        };
        match text {
            Ok(text) => match lazy.cast.as_deref() {
                None => Data::text(&text, at),
                Some("@json") => marks::cast("@json", &text.replace('\'', "\""), at),
                Some(cast) => marks::cast(cast, &text, at),
            },
            Err(Missing::Unclear) => Data::unknown("computed by dynaconf (@format)", at),
            Err(Missing::Variable(name)) => {
                let cause = format!("computed from the variable {name}, which is not set");
                Data::plain(Value::Unknown(Unknown { cause, required: true, candidates: Vec::new() }), at)
            }
            Err(Missing::Setting(name)) => {
                Data::unknown(&format!("computed from the setting {name}, which is not there"), at)
            }
        }
    }

    /// `str.format` with `this` and `env`.
    fn format(&self, text: &str, depth: usize) -> Result<String, Missing> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if from.starts_with("{{") || from.starts_with("}}") {
                out.push_str(&from[..1]);
                rest = &from[2..];
                continue;
            }
            let (field, after) =
                from.strip_prefix('{').and_then(|f| f.split_once('}')).ok_or(Missing::Unclear)?;
            out.push_str(&self.field(field, depth)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn field(&self, field: &str, depth: usize) -> Result<String, Missing> {
        if let Some(name) = field.strip_prefix("env[").and_then(|f| f.strip_suffix(']')) {
            return match self.variables.get(name) {
                Some(text) => Ok(text.clone()),
                None => Err(Missing::Variable(name.to_owned())),
            };
        }
        let path = field.strip_prefix("this.").ok_or(Missing::Unclear)?;
        if !path.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']')) {
            return Err(Missing::Unclear);
        }
        let path = path.replace('[', ".").replace(']', "");
        let mut parts = path.split('.');
        let name = parts.next().unwrap_or_default();
        let missing = || Missing::Setting(name.to_owned());
        let stored = self.settings.get(&name.to_uppercase()).ok_or_else(missing)?;
        let mut data = stored.data.clone();
        for part in parts {
            let Kind::Table(entries) = &data.kind else { return Err(Missing::Unclear) };
            let key = casing(entries, part).ok_or_else(missing)?;
            data = get(entries, key).cloned().ok_or_else(missing)?;
        }
        match self.computed(data, depth + 1).kind {
            Kind::Plain(Value::Str(text)) => Ok(text),
            Kind::Plain(Value::Int(n)) => Ok(n.to_string()),
            Kind::Plain(Value::Bool(b)) => Ok(if b { "True" } else { "False" }.to_owned()),
            Kind::Plain(Value::None) => Ok("None".to_owned()),
            _ => Err(Missing::Unclear),
        }
    }
}

/// Why a text cannot be computed.
enum Missing {
    Unclear,
    Variable(String),
    Setting(String),
}

impl Stored {
    /// What the module itself has set.
    pub(super) fn of(node: &Node) -> Self {
        Self { data: Data::of(node), steps: Vec::new() }
    }

    pub(super) fn steps(&self, first: bool) -> impl Iterator<Item = Step> {
        use super::super::How;
        self.steps.iter().enumerate().map(move |(n, at)| Step {
            at: *at,
            how: if first && n == 0 { How::Assigned } else { How::Merged },
            note: String::new(),
        })
    }
}
