//! Values as data: what an expression of a settings module evaluates to, with the place of each part.

use super::{EnvRead, Truth};
use crate::source::Span;

/// A value, where it was written, and which environment variables took part in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The expression that gave the value: the right side of an assignment, an element, a dict value. For a
    /// value read from the environment, the whole reading call. `None` for a framework default.
    pub at: Option<Span>,
    /// The reads that took part in this very value (those of its elements stand with the elements).
    pub env: Vec<EnvRead>,
}

/// What Python would have. Numbers follow Python: an `int` of any size, a `bool` apart from it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An `int` that fits.
    Int(i64),
    /// An `int` that does not, in decimal.
    BigInt(String),
    /// A `float`.
    Float(f64),
    /// A `str`.
    Str(String),
    /// A `str` of which parts are known: `Some` parts as written, `None` for each unknown one.
    PartlyStr(Vec<Option<String>>),
    /// `bytes`, by length.
    Bytes(usize),
    /// A `list`.
    List(Items),
    /// A `tuple`.
    Tuple(Items),
    /// A `set` or `frozenset`, in order of first writing.
    Set(Items),
    /// A `dict`.
    Dict(Dict),
    /// A class, function or module, by dotted name.
    Ref(String),
    /// A `timedelta`, in seconds.
    Timedelta(f64),
    /// A compiled pattern.
    Regex(String),
    /// A `pathlib` path; one below the scanned root starts with `<root>`.
    Path(String),
    /// Lazily translated text: its source text.
    Lazy(String),
    /// Cannot be told.
    Unknown(Unknown),
}

/// Why a value cannot be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// One clause: `computed by read_secret(), which reads a file`.
    pub cause: String,
    /// The import fails unless the environment supplies it.
    pub required: bool,
    /// What it can be, where branches disagree; empty when nothing is known.
    pub candidates: Vec<Node>,
}

/// The elements of a list, tuple or set.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Items {
    /// The known elements, in order.
    pub items: Vec<Node>,
    /// Why there may be more elements, at any position.
    pub rest: Option<String>,
}

/// The entries of a dict.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dict {
    /// In order of insertion.
    pub entries: Vec<Entry>,
    /// Why there may be more entries, or other values for these.
    pub rest: Option<String>,
}

/// One entry of a dict.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Dict {
    /// The value under a text key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// The entry with a text key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|e| e.key.as_str() == Some(key))
    }

    /// Whether the dict has this text key: `Maybe` when it is open and does not show it.
    pub fn has(&self, key: &str) -> Truth {
        match self.entry(key) {
            Some(_) => Truth::Yes,
            None if self.rest.is_some() => Truth::Maybe,
            None => Truth::No,
        }
    }
}

impl Node {
    /// A value with no place and no environment read.
    pub fn plain(value: Value) -> Self {
        Self { value, at: None, env: Vec::new() }
    }

    /// An unknown value.
    pub fn unknown(cause: impl Into<String>, at: Option<Span>) -> Self {
        let value = Value::Unknown(Unknown { cause: cause.into(), required: false, candidates: Vec::new() });
        Self { value, at, env: Vec::new() }
    }

    /// The text of a `str`.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an `int` (not of a `bool`).
    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(n) => Some(n),
            _ => None,
        }
    }

    /// The entries of a dict.
    pub fn as_dict(&self) -> Option<&Dict> {
        match &self.value {
            Value::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The elements of a list, tuple or set.
    pub fn as_items(&self) -> Option<&Items> {
        match &self.value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => Some(items),
            _ => None,
        }
    }

    /// Why the value cannot be told.
    pub fn cause(&self) -> Option<&str> {
        match &self.value {
            Value::Unknown(unknown) => Some(&unknown.cause),
            _ => None,
        }
    }

    /// The values directly inside a collection: elements, or keys and values.
    pub fn children(&self) -> Vec<&Self> {
        match &self.value {
            Value::List(i) | Value::Tuple(i) | Value::Set(i) => i.items.iter().collect(),
            Value::Dict(d) => d.entries.iter().flat_map(|e| [&e.key, &e.value]).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether any part of the value cannot be told.
    pub fn has_unknown(&self) -> bool {
        match &self.value {
            Value::Unknown(_)
            | Value::PartlyStr(_)
            | Value::List(Items { rest: Some(_), .. })
            | Value::Tuple(Items { rest: Some(_), .. })
            | Value::Set(Items { rest: Some(_), .. })
            | Value::Dict(Dict { rest: Some(_), .. }) => true,
            _ => self.children().into_iter().any(Self::has_unknown),
        }
    }

    /// Whether some part of the value needs a variable without which the import fails.
    pub fn has_required(&self) -> bool {
        match &self.value {
            Value::Unknown(unknown) => unknown.required,
            Value::PartlyStr(_) => self.env.iter().any(|r| r.needed),
            Value::List(Items { rest: Some(_), .. })
            | Value::Tuple(Items { rest: Some(_), .. })
            | Value::Set(Items { rest: Some(_), .. })
            | Value::Dict(Dict { rest: Some(_), .. })
                if self.env.iter().any(|r| r.needed) =>
            {
                true
            }
            _ => self.children().into_iter().any(Self::has_required),
        }
    }

    /// All environment reads in the value and its parts, outer first.
    pub fn env_reads(&self) -> Vec<&EnvRead> {
        let mut reads: Vec<_> = self.env.iter().collect();
        for child in self.children() {
            reads.extend(child.env_reads());
        }
        reads
    }

    /// The names of the variables that took part, sorted, each once.
    pub fn env_names(&self) -> impl Iterator<Item = &str> {
        let names: std::collections::BTreeSet<_> =
            self.env_reads().into_iter().map(|r| r.name.as_str()).collect();
        names.into_iter()
    }
}
