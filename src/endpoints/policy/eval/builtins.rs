//! Python's own functions and the methods of its values, as far as policy code uses them.

use std::rc::Rc;

use super::call::Arguments;
use super::{Val, compare};
use crate::python::ast::Operator;
use crate::settings::Truth;

/// Functions that need no import, sorted.
const NAMES: [&str; 21] = [
    "all",
    "any",
    "bool",
    "dict",
    "filter",
    "frozenset",
    "getattr",
    "hasattr",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "len",
    "list",
    "map",
    "reversed",
    "set",
    "sorted",
    "str",
    "tuple",
    "type",
];

pub(super) fn is_builtin(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

/// A call of a function of Python or a library.
pub(super) fn function(name: &str, arguments: &Arguments) -> Val {
    let unknown = || Val::unknown(format!("`{name}` is decided when it runs"));
    let Some(arguments) = arguments.plain() else { return unknown() };
    let short = name.rsplit('.').next().unwrap_or_default();
    match (name.strip_prefix("builtins.").unwrap_or(""), arguments) {
        ("bool", [value]) => value.map(|v| Val::truth_value(v.truth(), &reason(v))),
        ("list", []) => Val::list(Vec::new()),
        ("tuple", []) => Val::Tuple(Rc::new(Vec::new())),
        ("dict", []) => Val::Dict(Rc::new(Vec::new())),
        ("list" | "set" | "frozenset" | "sorted", [value]) => value.map(|v| match v {
            Val::Empty => Val::list(Vec::new()),
            v => v.elements().map_or_else(unknown, |items| Val::list(items.to_vec())),
        }),
        ("tuple", [value]) => {
            value.map(|v| v.elements().map_or_else(unknown, |items| Val::Tuple(Rc::new(items.to_vec()))))
        }
        ("len", [value]) => value.exact_elements().map_or_else(unknown, length),
        ("any" | "all", [value]) => {
            let Some(items) = value.elements() else { return unknown() };
            let truth = |v: &Val| if matches!(v, Val::Rest(_)) { Truth::Maybe } else { v.truth() };
            let total = if short == "any" {
                items.iter().fold(Truth::No, |t, v| t.or(truth(v)))
            } else {
                items.iter().fold(Truth::Yes, |t, v| t.and(truth(v)))
            };
            Val::truth_value(total, &reason(value))
        }
        ("str", [Val::Str(text)]) => Val::Str(text.clone()),
        _ => operator(name, arguments),
    }
}

/// The module `operator`.
fn operator(name: &str, arguments: &[Val]) -> Val {
    match (name, arguments) {
        ("operator.and_" | "operator.__and__", [a, b]) => compare::operate(Operator::BitAnd, a, b),
        ("operator.or_" | "operator.__or__", [a, b]) => compare::operate(Operator::BitOr, a, b),
        ("operator.add" | "operator.concat", [a, b]) => compare::operate(Operator::Add, a, b),
        ("operator.invert" | "operator.inv", [a]) if compare::is_permission(a) => {
            Val::Composed(Rc::new(super::Composed::Not(a.clone())))
        }
        _ => Val::unknown(format!("`{name}` is decided when it runs")),
    }
}

/// A method of a text, a list or a dict.
pub(super) fn method(base: &Val, name: &str, arguments: &Arguments) -> Val {
    let unknown = || Val::unknown(format!("`.{name}()` is decided when it runs"));
    let Some(arguments) = arguments.plain() else { return unknown() };
    match (base, name, arguments) {
        (Val::Str(text), "lower", []) => Val::str(text.to_lowercase()),
        (Val::Str(text), "upper", []) => Val::str(text.to_uppercase()),
        (Val::Str(text), "strip", []) => Val::str(text.trim()),
        (Val::Str(text), "startswith", [Val::Str(part)]) => Val::Bool(text.starts_with(&**part)),
        (Val::Str(text), "endswith", [Val::Str(part)]) => Val::Bool(text.ends_with(&**part)),
        (Val::Dict(entries), "get", [key, default @ ..]) => {
            for (k, v) in entries.iter() {
                match compare::equal(k, key) {
                    Truth::Yes => return v.clone(),
                    Truth::No => {}
                    Truth::Maybe => return any_of(entries, default),
                }
            }
            default.first().cloned().unwrap_or(Val::None)
        }
        (Val::Dict(entries), "keys", []) => Val::list(entries.iter().map(|(k, _)| k.clone()).collect()),
        (Val::Dict(entries), "values", []) => Val::list(entries.iter().map(|(_, v)| v.clone()).collect()),
        (Val::Dict(entries), "items", []) => {
            let pair = |(k, v): &(Val, Val)| Val::Tuple(Rc::new(vec![k.clone(), v.clone()]));
            Val::list(entries.iter().map(pair).collect())
        }
        (Val::Dict(_) | Val::List(_), "copy", []) => base.clone(),
        _ => unknown(),
    }
}

/// What a dict gives for a key that is not known.
fn any_of(entries: &[(Val, Val)], default: &[Val]) -> Val {
    let mut all: Vec<(Rc<str>, Val)> = entries
        .iter()
        .map(|(k, v)| (k.as_str().map_or_else(|| "".into(), |k| format!("for {k}").into()), v.clone()))
        .collect();
    all.push(("otherwise".into(), default.first().cloned().unwrap_or(Val::None)));
    Val::either(all)
}

fn length(items: &[Val]) -> Val {
    i64::try_from(items.len()).map_or_else(|_| Val::unknown("a long list"), Val::Int)
}

fn reason(value: &Val) -> Rc<str> {
    value.cause().unwrap_or_else(|| "it is decided when it runs".into())
}
