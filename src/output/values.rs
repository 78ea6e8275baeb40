//! Values of settings as JSON, in the shapes of the machine output.

use serde_json::{Map, Number, Value as Json, json};

use crate::settings::{Dict, Items, Node, Value, is_secret_name, password_in_url};

/// How deep a value is written; a self-made structure deeper than this is cut with a stated cause.
const MAX_DEPTH: usize = 64;

/// The value of a setting. `secret` says that texts in it are secrets (see [`is_secret_name`]).
pub(super) fn value(node: &Node, secret: bool) -> Json {
    at_depth(node, secret, 0)
}

fn at_depth(node: &Node, secret: bool, depth: usize) -> Json {
    if depth > MAX_DEPTH {
        return unknown("nested too deeply to be written");
    }
    match &node.value {
        Value::None => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Int(n) => json!(n),
        Value::BigInt(digits) => digits.parse::<u64>().map_or_else(|_| json!(digits), |n| json!(n)),
        Value::Float(f) => number(*f),
        Value::Str(text) if secret || password_in_url(text).is_some() => secret_shape(node, text),
        Value::Str(text) | Value::Lazy(text) => json!(text),
        Value::PartlyStr(_) if secret => unknown("a secret of which a part cannot be told"),
        Value::PartlyStr(parts) => parts
            .iter()
            .map(|part| {
                part.as_ref().map_or_else(|| unknown("this part of the text cannot be told"), |p| json!(p))
            })
            .collect(),
        Value::Bytes(n) => json!({ "bytes": n }),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => array(items, secret, depth),
        Value::Dict(dict) => object(dict, secret, depth),
        Value::Ref(name) => json!({ "ref": name }),
        Value::Timedelta(seconds) => json!({ "seconds": number(*seconds) }),
        Value::Regex(pattern) => json!({ "regex": pattern }),
        Value::Path(path) => json!({ "path": path }),
        Value::Unknown(cause) => unknown(&cause.cause),
    }
}

fn array(items: &Items, secret: bool, depth: usize) -> Json {
    let known = items.items.iter().map(|item| at_depth(item, secret, depth + 1));
    known.chain(items.rest.iter().map(|cause| json!({ "rest": cause }))).collect()
}

fn object(dict: &Dict, secret: bool, depth: usize) -> Json {
    let mut map = Map::new();
    for entry in &dict.entries {
        let key = key(&entry.key);
        let secret = secret || is_secret_name(&key);
        // A later entry with the same key wins, as in Python.
        map.insert(key, at_depth(&entry.value, secret, depth + 1));
    }
    if let Some(cause) = &dict.rest {
        map.insert("rest".to_owned(), json!(cause));
    }
    Json::Object(map)
}

/// A dict key as text: JSON has no other keys.
fn key(node: &Node) -> String {
    match &node.value {
        Value::Str(text)
        | Value::Lazy(text)
        | Value::BigInt(text)
        | Value::Path(text)
        | Value::Regex(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Value::None => "None".to_owned(),
        Value::Ref(name) => name.clone(),
        Value::Tuple(items) => {
            let parts: Vec<_> = items.items.iter().map(key).collect();
            format!("({})", parts.join(", "))
        }
        _ => "<unknown key>".to_owned(),
    }
}

fn number(f: f64) -> Json {
    if f.fract() == 0.0 && f.abs() < 1e15 {
        return json!(f as i64);
    }
    // JSON has no infinite numbers; their texts are Python's.
    Number::from_f64(f).map_or_else(|| json!({ "float": f.to_string().to_lowercase() }), Json::Number)
}

fn unknown(cause: &str) -> Json {
    json!({ "unknown": cause })
}

fn secret_shape(node: &Node, text: &str) -> Json {
    json!({ "secret": {
        "length": text.chars().count(),
        "literal": node.at.is_some() && !node.env.iter().any(|read| read.supplied),
        "insecure_prefix": text.starts_with("django-insecure-"),
    }})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Entry, Unknown};

    fn entry(key: &str, value: Value) -> Entry {
        Entry { key: Node::plain(Value::Str(key.into())), value: Node::plain(value) }
    }

    #[test]
    fn each_kind_has_its_shape() {
        let items = |rest: Option<&str>| Items {
            items: vec![Node::plain(Value::Int(1))],
            rest: rest.map(str::to_owned),
        };
        for (value, shape) in [
            (Value::None, json!(null)),
            (Value::Bool(true), json!(true)),
            (Value::Float(0.5), json!(0.5)),
            (Value::Float(f64::NEG_INFINITY), json!({"float": "-inf"})),
            (Value::Tuple(items(None)), json!([1])),
            (Value::Set(items(Some("added by f()"))), json!([1, {"rest": "added by f()"}])),
            (Value::Ref("a.B".into()), json!({"ref": "a.B"})),
            (Value::Timedelta(3600.0), json!({"seconds": 3600})),
            (Value::Regex("^a$".into()), json!({"regex": "^a$"})),
            (Value::Path("<root>/media".into()), json!({"path": "<root>/media"})),
            (Value::Bytes(4), json!({"bytes": 4})),
            (Value::Lazy("Shop".into()), json!("Shop")),
            (
                Value::PartlyStr(vec![Some("https://".into()), None]),
                json!(["https://", {"unknown": "this part of the text cannot be told"}]),
            ),
            (
                Value::Unknown(Unknown { cause: "computed".into(), required: false, candidates: vec![] }),
                json!({"unknown": "computed"}),
            ),
        ] {
            assert_eq!(super::value(&Node::plain(value), false), shape);
        }
    }

    #[test]
    fn secrets_are_described_and_never_printed() {
        let dict = Dict {
            entries: vec![
                entry("USER", Value::Str("shop".into())),
                entry("PASSWORD", Value::Str("hunter2".into())),
            ],
            rest: Some("merged from a file".into()),
        };
        let shape = super::value(&Node::plain(Value::Dict(dict)), false);
        assert_eq!(
            shape,
            json!({
                "USER": "shop",
                "PASSWORD": {"secret": {"length": 7, "literal": false, "insecure_prefix": false}},
                "rest": "merged from a file"
            })
        );
        let url = super::value(&Node::plain(Value::Str("redis://:pw@cache/0".into())), false);
        assert!(url["secret"]["length"] == 19, "{url}");
    }
}
