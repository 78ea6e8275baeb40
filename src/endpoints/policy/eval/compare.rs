//! Operators: equality, membership, `&`, `|`, `~`, `+`.

use std::rc::Rc;

use super::{ClassRef, Composed, Val};
use crate::python::ast::{CmpOp, Operator};
use crate::settings::Truth;

/// `a == b`.
pub(super) fn equal(a: &Val, b: &Val) -> Truth {
    match (a, b) {
        (Val::Unknown(_) | Val::Rest(_) | Val::Truth(..) | Val::Never, _)
        | (_, Val::Unknown(_) | Val::Rest(_) | Val::Truth(..) | Val::Never) => Truth::Maybe,
        (Val::Either(all), other) | (other, Val::Either(all)) => {
            let mut answers = all.iter().map(|(_, v)| equal(v, other));
            let first = answers.next().unwrap_or(Truth::Maybe);
            if answers.all(|a| a == first) { first } else { Truth::Maybe }
        }
        (Val::Bool(a), Val::Int(b)) | (Val::Int(b), Val::Bool(a)) => (i64::from(*a) == *b).into(),
        (Val::List(a), Val::List(b)) | (Val::Tuple(a), Val::Tuple(b)) => {
            if a.iter().chain(b.iter()).any(|v| matches!(v, Val::Rest(_))) {
                return Truth::Maybe;
            }
            if a.len() != b.len() {
                return Truth::No;
            }
            a.iter().zip(b.iter()).fold(Truth::Yes, |t, (a, b)| t.and(equal(a, b)))
        }
        // A library may give two names to one thing.
        (Val::Library(a), Val::Library(b)) => {
            if a == b {
                Truth::Yes
            } else {
                Truth::Maybe
            }
        }
        (a, b) if is_plain(a) && is_plain(b) => (a == b).into(),
        (Val::View, Val::View) | (Val::Request, Val::Request) | (Val::User, Val::User) => Truth::Yes,
        (Val::Request | Val::View, other) | (other, Val::Request | Val::View) if is_plain(other) => Truth::No,
        _ => Truth::Maybe,
    }
}

/// Values that are equal only when they are the same.
fn is_plain(value: &Val) -> bool {
    matches!(
        value,
        Val::None
            | Val::Bool(_)
            | Val::Int(_)
            | Val::Str(_)
            | Val::Class(ClassRef::Project(_) | ClassRef::Library(_))
            | Val::List(_)
            | Val::Tuple(_)
            | Val::Function(_)
    )
}

/// One comparison.
pub(super) fn compare(op: CmpOp, a: &Val, b: &Val) -> Truth {
    match op {
        CmpOp::Eq => equal(a, b),
        CmpOp::NotEq => !equal(a, b),
        CmpOp::Is => identical(a, b),
        CmpOp::IsNot => !identical(a, b),
        CmpOp::In => contains(b, a),
        CmpOp::NotIn => !contains(b, a),
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => match (a, b) {
            (Val::Int(a), Val::Int(b)) => match op {
                CmpOp::Lt => a < b,
                CmpOp::LtE => a <= b,
                CmpOp::Gt => a > b,
                _ => a >= b,
            }
            .into(),
            _ => Truth::Maybe,
        },
    }
}

fn identical(a: &Val, b: &Val) -> Truth {
    match (a, b) {
        (Val::None, Val::None) => Truth::Yes,
        // An object is never one of Python's singletons, nor a display of another kind `None`.
        (Val::None | Val::Bool(_), other) | (other, Val::None | Val::Bool(_)) if is_object(other) => {
            Truth::No
        }
        (Val::None, other) | (other, Val::None) if is_display(other) => Truth::No,
        (Val::Bool(a), Val::Bool(b)) => (a == b).into(),
        (Val::Class(_), Val::Class(_)) => equal(a, b),
        _ => match equal(a, b) {
            Truth::No => Truth::No,
            _ => Truth::Maybe,
        },
    }
}

fn is_object(value: &Val) -> bool {
    matches!(value, Val::View | Val::Request | Val::User | Val::Object | Val::Class(_) | Val::Instance(_))
}

fn is_display(value: &Val) -> bool {
    matches!(value, Val::List(_) | Val::Str(_) | Val::Int(_) | Val::Tuple(_) | Val::Dict(_))
}

/// `item in collection`.
pub(super) fn contains(collection: &Val, item: &Val) -> Truth {
    match (collection, item) {
        (Val::List(items) | Val::Tuple(items), _) => items.iter().fold(Truth::No, |t, v| {
            t.or(if matches!(v, Val::Rest(_)) { Truth::Maybe } else { equal(v, item) })
        }),
        (Val::Empty, _) => Truth::No,
        (Val::Dict(entries), _) => entries.iter().fold(Truth::No, |t, (k, _)| t.or(equal(k, item))),
        (Val::Str(text), Val::Str(part)) => text.contains(&**part).into(),
        (Val::Either(all), _) => {
            let mut answers = all.iter().map(|(_, v)| contains(v, item));
            let first = answers.next().unwrap_or(Truth::Maybe);
            if answers.all(|a| a == first) { first } else { Truth::Maybe }
        }
        _ => Truth::Maybe,
    }
}

/// `a <op> b` of values.
pub(super) fn operate(op: Operator, a: &Val, b: &Val) -> Val {
    a.map(|a| b.map(|b| operate_one(op, a, b)))
}

fn operate_one(op: Operator, a: &Val, b: &Val) -> Val {
    let cause = || {
        let cause = a.cause().or_else(|| b.cause());
        Val::Unknown(cause.unwrap_or_else(|| "it is computed by an operator".into()))
    };
    match op {
        Operator::Add => match (a, b) {
            (Val::List(x), Val::List(y)) => Val::list(x.iter().chain(y.iter()).cloned().collect()),
            (Val::Tuple(x), Val::Tuple(y)) => {
                Val::Tuple(Rc::new(x.iter().chain(y.iter()).cloned().collect()))
            }
            (Val::List(x) | Val::Tuple(x), Val::Unknown(cause)) => with_rest(x, cause, false),
            (Val::Unknown(cause), Val::List(x) | Val::Tuple(x)) => with_rest(x, cause, true),
            (Val::Str(x), Val::Str(y)) => Val::str(format!("{x}{y}")),
            (Val::Int(x), Val::Int(y)) => x.checked_add(*y).map_or_else(cause, Val::Int),
            _ => cause(),
        },
        Operator::BitAnd if is_permission(a) && is_permission(b) => {
            Val::Composed(Rc::new(Composed::And(a.clone(), b.clone())))
        }
        Operator::BitOr if is_permission(a) && is_permission(b) => {
            Val::Composed(Rc::new(Composed::Or(a.clone(), b.clone())))
        }
        Operator::BitOr => match (a, b) {
            (Val::Dict(x), Val::Dict(y)) => merged(x, y),
            _ => cause(),
        },
        _ => cause(),
    }
}

/// One dict over another.
pub(super) fn merged(below: &[(Val, Val)], above: &[(Val, Val)]) -> Val {
    let mut all = below.to_vec();
    for (key, value) in above {
        match all.iter_mut().find(|(k, _)| k == key) {
            Some(entry) => entry.1 = value.clone(),
            None => all.push((key.clone(), value.clone())),
        }
    }
    Val::Dict(Rc::new(all))
}

/// What a permission can be composed of. An unknown class stays an unknown part of a known whole.
pub(super) fn is_permission(value: &Val) -> bool {
    matches!(value, Val::Class(_) | Val::Composed(_) | Val::Library(_) | Val::Unknown(_))
}

fn with_rest(items: &[Val], cause: &Rc<str>, first: bool) -> Val {
    let mut all = items.to_vec();
    all.insert(if first { 0 } else { all.len() }, Val::Rest(cause.clone()));
    Val::list(all)
}
