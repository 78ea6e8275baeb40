//! JSON as the interpreter's values, and back.

use super::Interp;
use super::val::{V, Val};

impl Interp<'_> {
    pub(super) fn json_value(&mut self, json: &serde_json::Value) -> Val {
        match json {
            serde_json::Value::Null => Val::new(V::None),
            serde_json::Value::Bool(b) => Val::bool(*b),
            serde_json::Value::Number(n) => match (n.as_i64(), n.as_f64()) {
                (Some(n), _) => Val::new(V::Int(n)),
                (None, Some(f)) if n.is_f64() => Val::new(V::Float(f)),
                _ => super::numbers::big(&n.to_string()),
            },
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => {
                let items = items.iter().map(|v| self.json_value(v)).collect();
                self.list(items)
            }
            serde_json::Value::Object(map) => {
                let entries = map.iter().map(|(k, v)| (Val::str(k), self.json_value(v))).collect();
                self.dict(entries)
            }
        }
    }

    pub(super) fn to_json(&self, val: &Val, depth: usize) -> Option<String> {
        if depth > 16 {
            return None;
        }
        Some(match &val.v {
            V::None => "null".into(),
            V::Bool(b) => b.to_string(),
            V::Int(n) => n.to_string(),
            V::Str(text) if text.is_ascii() => serde_json::to_string(&**text).ok()?,
            V::List(_) | V::Tuple(_) => {
                let seq = self.iterate(val);
                if seq.rest.is_some() {
                    return None;
                }
                let items: Option<Vec<String>> =
                    seq.items.iter().map(|v| self.to_json(v, depth + 1)).collect();
                format!("[{}]", items?.join(", "))
            }
            V::Dict(_) => {
                let (entries, rest) = self.entries_of(val);
                if rest.is_some() {
                    return None;
                }
                let mut parts = Vec::new();
                for (key, value) in &entries {
                    key.as_str()?;
                    parts.push(format!(
                        "{}: {}",
                        self.to_json(key, depth + 1)?,
                        self.to_json(value, depth + 1)?
                    ));
                }
                format!("{{{}}}", parts.join(", "))
            }
            _ => return None,
        })
    }
}
