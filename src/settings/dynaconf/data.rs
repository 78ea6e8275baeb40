//! Values on their way through dynaconf: data of files, variables and modules, and the marks that say what becomes of
//! what was there before. Equality and truth are Python's; both are unclear where a part cannot be told.

use super::super::{Dict, Entry, EnvRead, Items, Node, Value};
use crate::source::Span;

/// A value that is being loaded.
#[derive(Clone, Debug)]
pub(super) struct Data {
    pub(super) kind: Kind,
    pub(super) at: Option<Span>,
    pub(super) env: Vec<EnvRead>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A scalar, or something of Python's that dynaconf does not look into.
    Plain(Value),
    List(Vec<Data>),
    Table(Vec<(Key, Data)>),
    /// Computed when it is read: `@format {this.X}`.
    Lazy(Lazy),
    /// `@merge …`, `@merge_unique …`.
    Merge {
        value: Box<Data>,
        unique: bool,
    },
    /// `@insert 0 …`.
    Insert {
        index: i64,
        value: Box<Data>,
    },
    /// `@del`.
    Delete,
}

#[derive(Clone, Debug)]
pub(super) struct Lazy {
    pub(super) token: Token,
    pub(super) text: String,
    /// The mark that stands before: `@int @format …`.
    pub(super) cast: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Format,
    Jinja,
    Get,
}

/// A key of a table, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) at: Option<Span>,
}

impl Data {
    pub(super) fn new(kind: Kind, at: Option<Span>) -> Self {
        Self { kind, at, env: Vec::new() }
    }

    pub(super) fn plain(value: Value, at: Option<Span>) -> Self {
        Self::new(Kind::Plain(value), at)
    }

    pub(super) fn text(text: &str, at: Option<Span>) -> Self {
        Self::plain(Value::Str(text.to_owned()), at)
    }

    pub(super) fn unknown(cause: &str, at: Option<Span>) -> Self {
        Self::plain(Node::unknown(cause, at).value, at)
    }

    pub(super) fn none() -> Self {
        Self::plain(Value::None, None)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Plain(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self.kind, Kind::Plain(Value::None))
    }

    /// Whether nobody can say what kind of value it is, or what it holds.
    pub(super) fn is_unclear(&self) -> bool {
        match &self.kind {
            Kind::Plain(value) => {
                matches!(
                    value,
                    Value::Unknown(_) | Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Set(_)
                )
            }
            Kind::Lazy(_) | Kind::Merge { .. } | Kind::Insert { .. } | Kind::Delete => true,
            Kind::List(_) | Kind::Table(_) => false,
        }
    }

    /// Python's truth.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match &self.kind {
            Kind::List(items) => !items.is_empty(),
            Kind::Table(entries) => !entries.is_empty(),
            Kind::Plain(value) => match value {
                Value::None => false,
                Value::Bool(b) => *b,
                Value::Int(n) => *n != 0,
                Value::Float(f) => *f != 0.0,
                Value::Str(text) => !text.is_empty(),
                Value::BigInt(_) | Value::Ref(_) | Value::Path(_) | Value::Regex(_) => true,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// A value of the model, as dynaconf takes it over: sequences become lists.
    pub(super) fn of(node: &Node) -> Self {
        let kind = match &node.value {
            Value::List(items) | Value::Tuple(items) if items.rest.is_none() => {
                Kind::List(items.items.iter().map(Self::of).collect())
            }
            Value::Dict(dict)
                if dict.rest.is_none() && dict.entries.iter().all(|e| e.key.as_str().is_some()) =>
            {
                let entry = |e: &Entry| {
                    let text = e.key.as_str().unwrap_or_default().to_owned();
                    (Key { text, at: e.key.at }, Self::of(&e.value))
                };
                Kind::Table(dict.entries.iter().map(entry).collect())
            }
            value => Kind::Plain(value.clone()),
        };
        Self { kind, at: node.at, env: node.env.clone() }
    }

    /// As a value of the model. Marks that met nothing to act on stay objects of dynaconf's.
    pub(super) fn into_node(self) -> Node {
        let value = match self.kind {
            Kind::Plain(value) => value,
            Kind::List(items) => {
                Value::List(Items { items: items.into_iter().map(Self::into_node).collect(), rest: None })
            }
            Kind::Table(entries) => Value::Dict(Dict {
                entries: entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key: Node { value: Value::Str(key.text), at: key.at, env: Vec::new() },
                        value: value.into_node(),
                    })
                    .collect(),
                rest: None,
            }),
            Kind::Lazy(_) | Kind::Merge { .. } | Kind::Insert { .. } | Kind::Delete => {
                Node::unknown("a mark of dynaconf's that met no value to act on", self.at).value
            }
        };
        Node { value, at: self.at, env: self.env }
    }
}

/// Whether both are equal to Python; `None` where that cannot be told.
pub(super) fn same(a: &Data, b: &Data) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::List(a), Kind::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().zip(b).map(|(a, b)| same(a, b)))
        }
        (Kind::Table(a), Kind::Table(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().map(|(key, value)| match get(b, &key.text) {
                Some(other) => same(value, other),
                None => Some(false),
            }))
        }
        (Kind::Plain(a), Kind::Plain(b)) => {
            let scalar = |v: &Value| matches!(v, Value::None | Value::Str(_)) || number(v).is_some();
            let order = number(a).and_then(|a| a.partial_cmp(&number(b)?));
            match order {
                Some(order) => Some(order.is_eq()),
                None => (scalar(a) && scalar(b)).then(|| a == b),
            }
        }
        _ if a.is_unclear() || b.is_unclear() => None,
        _ => Some(false),
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unclear = false;
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => unclear = true,
            Some(true) => {}
        }
    }
    (!unclear).then_some(true)
}

#[expect(clippy::cast_precision_loss, reason = "compared with what Python compares")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Int(n) => Some(*n as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

/// The value under exactly this key.
pub(super) fn get<'a>(entries: &'a [(Key, Data)], key: &str) -> Option<&'a Data> {
    entries.iter().find(|(k, _)| k.text == key).map(|(_, v)| v)
}

/// The key as it is written in a table that is read without regard to case.
pub(super) fn casing<'a>(entries: &'a [(Key, Data)], key: &str) -> Option<&'a str> {
    let lower = key.to_lowercase();
    let exact = entries.iter().find(|(k, _)| k.text == key);
    let alike = || {
        entries.iter().find(|(k, _)| {
            let own = k.text.to_lowercase();
            own == lower || own.replace(' ', "_") == lower
        })
    };
    exact.or_else(alike).map(|(k, _)| k.text.as_str())
}

/// Takes an entry out.
pub(super) fn pop(entries: &mut Vec<(Key, Data)>, key: &str) -> Option<Data> {
    let at = entries.iter().position(|(k, _)| k.text == key)?;
    Some(entries.remove(at).1)
}

/// Writes an entry.
pub(super) fn put(entries: &mut Vec<(Key, Data)>, key: Key, value: Data) {
    match entries.iter_mut().find(|(k, _)| k.text == key.text) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}
