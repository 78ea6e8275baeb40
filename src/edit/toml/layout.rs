//! Values and keys as TOML text, in the quotes and line breaks of the file.

use std::fmt::Write as _;
use std::ops::Range;

use crate::edit::Code;
use crate::edit::plan::Refusal;
use crate::edit::text::Text;

use super::{Kind, pieces};

/// How the file writes values.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) eol: &'static str,
    pub(super) quote: char,
}

const WIDTH: usize = 88;

impl Layout {
    pub(super) fn of(text: &str) -> Self {
        let strings = |quote: char| {
            let is = |(r, k): &(Range<usize>, Kind)| *k == Kind::String && text[r.clone()].starts_with(quote);
            pieces(text).iter().filter(|p| is(p)).count()
        };
        let quote = if strings('\'') > strings('"') { '\'' } else { '"' };
        let eol = Text::new(text).eol_at(0).unwrap_or("\n");
        Self { eol, quote }
    }

    pub(super) fn pair(&self, dotted: &[String], key: &str, value: &Code) -> Result<String, Refusal> {
        let mut names: Vec<String> = dotted.iter().map(|n| key_text(n)).collect();
        names.push(key_text(key));
        let head = format!("{} = ", names.join("."));
        Ok(format!("{head}{}", self.value(value, "", head.chars().count())?))
    }

    pub(super) fn value(&self, value: &Code, indent: &str, column: usize) -> Result<String, Refusal> {
        let line = self.inline(value)?;
        match value {
            Code::List(items) | Code::Tuple(items)
                if column + line.chars().count() > WIDTH && !items.is_empty() =>
            {
                self.broken(items, indent)
            }
            _ => Ok(line),
        }
    }

    /// An array with one item a line.
    pub(super) fn broken(&self, items: &[Code], indent: &str) -> Result<String, Refusal> {
        let mut out = "[".to_owned();
        for item in items {
            let _ = write!(out, "{}{indent}    {},", self.eol, self.inline(item)?);
        }
        let _ = write!(out, "{}{indent}]", self.eol);
        Ok(out)
    }

    pub(super) fn inline(&self, value: &Code) -> Result<String, Refusal> {
        Ok(match value {
            Code::Str(text) => self.string(text),
            Code::Int(number) => number.to_string(),
            Code::Bool(value) => value.to_string(),
            Code::List(items) | Code::Tuple(items) => {
                let items: Result<Vec<String>, Refusal> = items.iter().map(|i| self.inline(i)).collect();
                format!("[{}]", items?.join(", "))
            }
            Code::Dict(items) if items.is_empty() => "{}".to_owned(),
            Code::Dict(items) => {
                let mut pairs = Vec::new();
                for (key, value) in items {
                    let Code::Str(key) = key else { return Err(not_toml(value)) };
                    pairs.push(format!("{} = {}", key_text(key), self.inline(value)?));
                }
                format!("{{ {} }}", pairs.join(", "))
            }
            Code::None | Code::Name(_) | Code::Call(..) | Code::Raw(_) => return Err(not_toml(value)),
        })
    }

    fn string(&self, text: &str) -> String {
        let hidden = text.chars().any(|c| crate::source::display_text(c.encode_utf8(&mut [0; 4])).hidden);
        if self.quote == '\'' && !text.contains('\'') && !hidden && !text.contains('\t') {
            return format!("'{text}'");
        }
        basic(text)
    }
}

fn not_toml(value: &Code) -> Refusal {
    Refusal::BadCode(format!("{value:?}"))
}

fn basic(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if crate::source::display_text(c.encode_utf8(&mut [0; 4])).hidden => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key, bare when it can be.
pub(super) fn key_text(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { basic(key) }
}
