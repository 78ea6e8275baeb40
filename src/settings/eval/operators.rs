//! Truth, unary and binary operators.

use std::rc::Rc;

use super::raise::{R, Raise};
use super::val::{DictObj, Kind, Reads, Seq, V, Val};
use super::{Interp, MAX_ITEMS, MAX_TEXT, cause_of, numbers};
use crate::python::ast::{Operator, UnaryOp};
use crate::python::is_standard_library;

impl Interp<'_> {
    /// Python's truth of a value; `None` when it cannot be told.
    pub(super) fn truth(&self, val: &Val) -> Option<bool> {
        Some(match &val.v {
            V::None => false,
            V::Ellipsis => true,
            V::Bool(b) => *b,
            V::Int(n) => *n != 0,
            V::BigInt(_) | V::Regex(_) | V::Path(_) | V::Func(_) | V::Class(_) | V::Module(_) => true,
            V::Bound(_) if val.is_attribute() => return None,
            V::Bound(_) => true,
            V::Float(f) | V::Timedelta(f) => *f != 0.0,
            V::Str(s) => !s.is_empty(),
            V::Parts(parts) => {
                if parts.iter().flatten().any(|p| !p.is_empty()) {
                    true
                } else {
                    return None;
                }
            }
            V::Bytes(b) => !b.is_empty(),
            V::Tuple(seq) => return open_truth(seq.items.len(), seq.rest.as_ref()),
            V::List(id) => {
                let seq = self.seq(*id).ok()?;
                return open_truth(seq.items.len(), seq.rest.as_ref());
            }
            V::Set(id) => match &self.object(*id).ok()?.kind {
                Kind::Set(set) => return open_truth(set.items.len(), set.rest.as_ref()),
                _ => return None,
            },
            V::Dict(id) => {
                let dict = self.dict_obj(*id).ok()?;
                return open_truth(dict.entries.len(), dict.rest.as_ref());
            }
            V::Iter(id) if let Some(seq) = self.viewed(*id) => {
                return open_truth(seq.items.len(), seq.rest.as_ref());
            }
            V::Iter(id) => match &self.object(*id).ok()?.kind {
                Kind::Iter { seq, once: false, .. } => return open_truth(seq.items.len(), seq.rest.as_ref()),
                _ => true,
            },
            V::Environ => {
                let (entries, rest) = self.entries_of(val);
                return open_truth(entries.len(), rest.as_ref());
            }
            V::Namespace(id) => !self.scope(*id)?.vars.is_empty(),
            V::Ref(name) => {
                if name.starts_with("builtins.") {
                    true
                } else {
                    // A class or function is true; a constant of a package may be anything.
                    let short = name.rsplit('.').next().unwrap_or(name);
                    if is_class_name(short) || is_standard_library(name) {
                        true
                    } else {
                        return None;
                    }
                }
            }
            V::Lib(object) => match object.class {
                "env" | "file" | "exception" | "property" | "timezone" | "match" | super::home::CLASS => true,
                _ => return None,
            },
            V::Instance(id) => {
                let Some(Kind::Instance { class, .. }) = self.heap.get(*id).map(|o| &o.kind) else {
                    return None;
                };
                if let Some(held) = self.held_without(val, &["__bool__", "__len__"]) {
                    return self.truth(&held);
                }
                let class = &self.classes[*class as usize];
                if class.opaque.is_some()
                    || !class.external.is_empty()
                    || class.mro.iter().any(|&c| {
                        self.scope(self.classes[c as usize].scope)
                            .is_none_or(|s| s.vars.contains_key("__bool__") || s.vars.contains_key("__len__"))
                    })
                {
                    return None;
                }
                true
            }
            V::Lazy(_) => return None,
            V::Unknown(unk) => {
                if unk.candidates.is_empty() || unk.maybe_unset {
                    return None;
                }
                let mut answers = unk.candidates.iter().map(|c| self.truth(c));
                let first = answers.next()??;
                if answers.all(|a| a == Some(first)) { first } else { return None }
            }
        })
    }

    pub(super) fn unary(&mut self, op: UnaryOp, val: &Val) -> Val {
        let out = match (op, &val.v) {
            (UnaryOp::Not, _) => {
                let reads = self.deep_reads(val);
                return match self.truth(val) {
                    Some(truth) => Val::bool(!truth),
                    None => Self::one_of(cause_of(val), vec![Val::bool(true), Val::bool(false)]),
                }
                .with_env(&reads);
            }
            (_, V::Unknown(_)) => Val::unknown(cause_of(val)),
            (UnaryOp::USub, V::Int(n)) => numbers::int(Some(-i128::from(*n))),
            (UnaryOp::USub, V::Bool(b)) => Val::new(V::Int(-i64::from(*b))),
            (UnaryOp::USub, V::BigInt(n)) => match n.strip_prefix('-') {
                Some(rest) => numbers::big(rest),
                None => numbers::int(format!("-{n}").parse().ok()),
            },
            (UnaryOp::USub, V::Float(f)) => Val::new(V::Float(-f)),
            (UnaryOp::USub, V::Timedelta(f)) => Val::new(V::Timedelta(-f)),
            (UnaryOp::UAdd, V::Int(_) | V::Float(_)) => val.clone(),
            (UnaryOp::Invert, V::Int(n)) => Val::new(V::Int(!n)),
            _ => Val::unknown("an operator that is not modelled"),
        };
        out.with_env(&val.env)
    }

    /// `left op right`, making a new value.
    pub(super) fn binary(&mut self, left: &Val, op: Operator, right: &Val) -> R<Val> {
        let held = |val: &Val| self.held_without(val, super::held::OPERATORS);
        let (a, b) = (held(left), held(right));
        let val = self.binary_value(a.as_ref().unwrap_or(left), op, b.as_ref().unwrap_or(right), 0)?;
        let env = left.env.union(&right.env);
        Ok(val.with_env(&env))
    }

    fn binary_value(&mut self, left: &Val, op: Operator, right: &Val, depth: usize) -> R<Val> {
        // Candidates are tried one by one, while they are few.
        for (side, unk) in [(0, left.unk()), (1, right.unk())] {
            let Some(unk) = unk else { continue };
            if unk.candidates.is_empty() || unk.candidates.len() > 4 || depth > 1 {
                continue;
            }
            let (cause, candidates) = (unk.cause.clone(), unk.candidates.clone());
            let mut compute = |i: &mut Self, candidate: &Val| {
                let (l, r) = if side == 0 { (candidate, right) } else { (left, candidate) };
                i.binary_value(l, op, r, depth + 1)
            };
            return self.of_any(&cause, &candidates, &Reads::default(), &mut compute);
        }
        Ok(match (&left.v, op, &right.v) {
            (V::Str(a), Operator::Add, V::Str(b)) => {
                if a.len() + b.len() > MAX_TEXT {
                    Val::unknown("a text longer than a megabyte")
                } else {
                    self.spend((a.len() + b.len()) / 64)?;
                    Val::str(&format!("{a}{b}"))
                }
            }
            (
                V::Str(_) | V::Parts(_) | V::Unknown(_),
                Operator::Add,
                V::Str(_) | V::Parts(_) | V::Unknown(_),
            ) if !(left.is_unknown() && right.is_unknown()) => {
                let mut parts = parts_of(left);
                parts.extend(parts_of(right));
                Self::join_parts(parts)
            }
            (V::Unknown(_), Operator::Add, V::List(id)) | (V::List(id), Operator::Add, V::Unknown(_)) => {
                let cause = cause_of(if left.is_unknown() { left } else { right });
                let items = self.seq(*id).map(|s| s.items.clone()).unwrap_or_default();
                self.list_of(Seq { items, rest: Some(cause) })
            }
            (V::Unknown(_), Operator::Add, V::Tuple(seq)) | (V::Tuple(seq), Operator::Add, V::Unknown(_)) => {
                let cause = cause_of(if left.is_unknown() { left } else { right });
                Val::new(V::Tuple(Rc::new(Seq { items: seq.items.clone(), rest: Some(cause) })))
            }
            (V::Unknown(_), _, _) | (_, _, V::Unknown(_)) => {
                let cause = cause_of(if left.is_unknown() { left } else { right });
                self.may_raise(&cause);
                // The result holds what they hold.
                let known = if left.is_unknown() { right } else { left };
                let held: Vec<Val> = match &known.v {
                    V::Dict(id) => self
                        .dict_obj(*id)
                        .map(|dict| dict.entries.values().map(|(_, val)| val.clone()).collect())
                        .unwrap_or_default(),
                    V::List(id) => self.seq(*id).map(|seq| seq.items.clone()).unwrap_or_default(),
                    _ => Vec::new(),
                };
                self.taint_all(&held, &cause);
                Val::unknown(cause)
            }
            (V::List(a), Operator::Add, V::List(b)) => {
                let (a, b) = (*a, *b);
                match (self.seq(a).cloned(), self.seq(b).cloned()) {
                    (Ok(mut a), Ok(b)) => {
                        self.spend((a.items.len() + b.items.len()) / 16)?;
                        a.items.extend(b.items);
                        a.rest = a.rest.or(b.rest);
                        self.list_of(a)
                    }
                    (Err(cause), Ok(seq)) | (Ok(seq), Err(cause)) => {
                        self.list_of(Seq { items: seq.items, rest: Some(cause) })
                    }
                    (Err(cause), _) => Val::unknown(cause),
                }
            }
            (V::Tuple(a), Operator::Add, V::Tuple(b)) => {
                if a.items.len() + b.items.len() > MAX_ITEMS {
                    return Ok(Val::unknown("a collection that grows too large"));
                }
                self.spend((a.items.len() + b.items.len()) / 16)?;
                let mut items = a.items.clone();
                items.extend(b.items.iter().cloned());
                let rest = a.rest.clone().or_else(|| b.rest.clone());
                Val::new(V::Tuple(Rc::new(Seq { items, rest })))
            }
            (V::Bytes(a), Operator::Add, V::Bytes(b)) if a.len() + b.len() <= MAX_TEXT => {
                Val::new(V::Bytes(a.iter().chain(b.iter()).copied().collect()))
            }
            (V::Dict(a), Operator::BitOr, V::Dict(_)) => {
                let mut dict: DictObj = match self.dict_obj(*a) {
                    Ok(dict) => dict.clone(),
                    Err(cause) => DictObj { rest: Some(cause), ..DictObj::default() },
                };
                let (entries, rest, shuffled) = self.mapping_of(right);
                let lost = dict.merge(entries, rest, shuffled);
                self.taint_all(&lost, &super::unlisted());
                self.dict_of(dict)
            }
            (
                V::Set(_) | V::Iter(_),
                Operator::BitOr | Operator::BitAnd | Operator::Sub | Operator::BitXor,
                V::Set(_) | V::Iter(_),
            ) if self.is_set_like(left) && self.is_set_like(right) => {
                let (a, b) = (self.walk_unordered(left), self.walk_unordered(right));
                let frozen = self.is_frozen(left);
                let made = self.set_operation(op, a, b);
                if frozen {
                    let seq = self.iterate(&made);
                    self.frozen(seq)
                } else {
                    made
                }
            }
            (V::Str(text), Operator::Mult, _) | (_, Operator::Mult, V::Str(text)) => {
                let times = right.as_int().or_else(|| left.as_int());
                match times {
                    Some(n) if n <= 0 => Val::str(""),
                    Some(n) if text.len().saturating_mul(n as usize) <= MAX_TEXT => {
                        Val::str(&text.repeat(n as usize))
                    }
                    Some(_) => Val::unknown("a text longer than a megabyte"),
                    None => return Err(Raise::new("TypeError", "multiplies a text by something else")),
                }
            }
            (V::List(_) | V::Tuple(_), Operator::Mult, V::Int(_) | V::Bool(_))
            | (V::Int(_) | V::Bool(_), Operator::Mult, V::List(_) | V::Tuple(_)) => {
                let (times, repeated) = match left.as_int() {
                    Some(n) => (n, right),
                    None => (right.as_int().unwrap_or_default(), left),
                };
                let seq = self.iterate(repeated);
                let n = times.max(0) as usize;
                if seq.items.len().saturating_mul(n) > 10_000 || seq.rest.is_some() {
                    return Ok(Val::unknown("a collection that grows too large"));
                }
                let items: Vec<Val> = std::iter::repeat_n(&seq.items, n).flatten().cloned().collect();
                if matches!(repeated.v, V::Tuple(_)) { Val::tuple(items) } else { self.list(items) }
            }
            (V::Path(a), Operator::Div, V::Str(b) | V::Path(b)) => {
                Val::new(V::Path(super::paths::join(a, b).into()))
            }
            (V::Str(a), Operator::Div, V::Path(b)) => Val::new(V::Path(super::paths::join(a, b).into())),
            (V::Timedelta(a), Operator::Add, V::Timedelta(b)) => Val::new(V::Timedelta(a + b)),
            (V::Timedelta(a), Operator::Sub, V::Timedelta(b)) => Val::new(V::Timedelta(a - b)),
            (V::Timedelta(a), Operator::Mult, _) if right.as_int().is_some() => {
                Val::new(V::Timedelta(a * right.as_int().unwrap_or_default() as f64))
            }
            (_, Operator::Mult, V::Timedelta(b)) if left.as_int().is_some() => {
                Val::new(V::Timedelta(b * left.as_int().unwrap_or_default() as f64))
            }
            (V::Timedelta(a), Operator::Div, V::Timedelta(b)) if *b != 0.0 => Val::new(V::Float(a / b)),
            _ => match (left.as_int(), right.as_int()) {
                (Some(a), Some(b)) => return integers(a, op, b, left, right),
                _ => match (as_float(left), as_float(right)) {
                    (Some(a), Some(b)) => return floats(a, op, b),
                    _ => return self.odd_operands(left, op, right),
                },
            },
        })
    }

    /// Operands of types that do not go together raise in Python; what is not modelled is unknown.
    fn odd_operands(&mut self, left: &Val, op: Operator, right: &Val) -> R<Val> {
        let plain = |v: &Val| {
            matches!(
                v.v,
                V::None
                    | V::Bool(_)
                    | V::Int(_)
                    | V::Float(_)
                    | V::Str(_)
                    | V::List(_)
                    | V::Tuple(_)
                    | V::Dict(_)
            )
        };
        if plain(left) && plain(right) {
            let (a, b) = (left.type_name().unwrap_or("?"), right.type_name().unwrap_or("?"));
            return Err(Raise::new("TypeError", format!("uses {} between {a} and {b}", op.as_str()))
                .with_env(&left.env.union(&right.env)));
        }
        if let V::Instance(_) = left.v {
            let name = match op {
                Operator::Add => "__add__",
                Operator::BitOr => "__or__",
                Operator::Div => "__truediv__",
                _ => "__unmodelled__",
            };
            let args = super::functions::Args { pos: vec![right.clone()], ..Default::default() };
            return self.call_method(left, name, args);
        }
        if let (V::Lib(object), Operator::Div | Operator::Add) = (&left.v, op)
            && let Some(path) = super::home::extended(object, right, op == Operator::Div)
        {
            return Ok(path.with_env(&left.env.union(&right.env)));
        }
        if op == Operator::Add
            && matches!(left.v, V::Str(_) | V::Parts(_))
            && super::home::below(right).is_some_and(|(_, is_path)| !is_path)
        {
            let mut parts = parts_of(left);
            parts.extend(parts_of(right));
            return Ok(Self::join_parts(parts).with_env(&left.env.union(&right.env)));
        }
        if let V::Lib(object) = &left.v
            && object.class == "environ-path"
            && let Some(path) = self.environ_path_operation(&object.clone(), op, right)?
        {
            return Ok(path);
        }
        if matches!(op, Operator::BitOr | Operator::BitAnd)
            && [left, right].iter().all(|v| super::libs::is_check(v))
        {
            return Ok(left.clone());
        }
        Ok(Val::unknown("an operator that is not modelled"))
    }

    /// Whether it is a set, or a view of a dict.
    fn is_set_like(&self, val: &Val) -> bool {
        match val.v {
            V::Set(_) => true,
            V::Iter(id) => matches!(self.heap.get(id).map(|o| &o.kind), Some(Kind::Iter { once: false, .. })),
            _ => false,
        }
    }

    pub(super) fn set_operation(&mut self, op: Operator, a: Seq, b: Seq) -> Val {
        let rest = a.rest.clone().or_else(|| b.rest.clone());
        let has = |seq: &Seq, item: &Val| {
            let key = item.key();
            key.is_some() && seq.items.iter().any(|i| i.key() == key)
        };
        let items: Vec<Val> = match op {
            Operator::BitOr => a.items.into_iter().chain(b.items).collect(),
            // Of elements that are equal, but not the same, the smaller set's are taken, of sets as large the right one's.
            Operator::BitAnd if rest.is_none() && b.items.len() <= a.items.len() => {
                b.items.into_iter().filter(|i| has(&a, i)).collect()
            }
            Operator::BitAnd => a.items.into_iter().filter(|i| has(&b, i)).collect(),
            Operator::Sub if rest.is_some() => Vec::new(),
            Operator::Sub => a.items.into_iter().filter(|i| !has(&b, i)).collect(),
            _ if rest.is_some() => Vec::new(),
            _ => {
                let right: Vec<Val> = b.items.iter().filter(|i| !has(&a, i)).cloned().collect();
                a.items.into_iter().filter(|i| !has(&b, i)).chain(right).collect()
            }
        };
        self.set_of(Seq { items, rest })
    }
}

/// Whether a name is written as classes are.
pub(super) fn is_class_name(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

fn open_truth(len: usize, rest: Option<&Rc<str>>) -> Option<bool> {
    match (len, rest) {
        (0, Some(_)) => None,
        (len, _) => Some(len > 0),
    }
}

/// The known parts of a text.
pub(super) fn parts_of(val: &Val) -> Vec<Option<Rc<str>>> {
    if let Some((rest, _)) = super::home::below(val) {
        return vec![None, Some(rest.clone())];
    }
    match &val.v {
        V::Str(text) => vec![Some(text.clone())],
        V::Parts(parts) => (**parts).clone(),
        _ => vec![None],
    }
}

pub(super) fn as_float(val: &Val) -> Option<f64> {
    match val.v {
        V::Float(f) => Some(f),
        _ => val.as_int().map(|n| n as f64),
    }
}

fn integers(a: i64, op: Operator, b: i64, left: &Val, right: &Val) -> R<Val> {
    let zero = || Raise::new("ZeroDivisionError", "divides by zero").with_env(&left.env.union(&right.env));
    let (x, y) = (i128::from(a), i128::from(b));
    let both_bool = matches!((&left.v, &right.v), (V::Bool(_), V::Bool(_)));
    Ok(match op {
        Operator::Add => numbers::int(Some(x + y)),
        Operator::Sub => numbers::int(Some(x - y)),
        Operator::Mult => numbers::int(x.checked_mul(y)),
        Operator::Div if b == 0 => return Err(zero()),
        Operator::Div => Val::new(V::Float(a as f64 / b as f64)),
        Operator::FloorDiv | Operator::Mod if b == 0 => return Err(zero()),
        Operator::FloorDiv => numbers::int(Some(floor_div(x, y))),
        Operator::Mod => numbers::int(Some(x - floor_div(x, y) * y)),
        Operator::Pow if b >= 0 => {
            if a.unsigned_abs() > 1 && b > 127 {
                Val::unknown("a very large number")
            } else {
                numbers::int(x.checked_pow(b as u32))
            }
        }
        Operator::Pow if a == 0 => return Err(zero()),
        Operator::Pow => match integers(a, Operator::Pow, -b.max(-120), left, right)?.as_int() {
            Some(whole) => Val::new(V::Float(1.0 / whole as f64)),
            None => Val::unknown("a very small number"),
        },
        Operator::LShift if (0..100).contains(&b) && a.unsigned_abs() < 1 << 20 => numbers::int(Some(x << b)),
        Operator::RShift if (0..64).contains(&b) => numbers::int(Some(x >> b)),
        Operator::BitAnd if both_bool => Val::bool(a & b != 0),
        Operator::BitOr if both_bool => Val::bool(a | b != 0),
        Operator::BitXor if both_bool => Val::bool(a ^ b != 0),
        Operator::BitAnd => Val::new(V::Int(a & b)),
        Operator::BitOr => Val::new(V::Int(a | b)),
        Operator::BitXor => Val::new(V::Int(a ^ b)),
        _ => Val::unknown("a very large number"),
    })
}

fn floor_div(x: i128, y: i128) -> i128 {
    let quotient = x / y;
    if x % y != 0 && (x < 0) != (y < 0) { quotient - 1 } else { quotient }
}

/// `divmod(a, b)` as CPython has it: the remainder is exact and has the sign of `b`.
fn divided(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(a / b), remainder);
    }
    let whole = quotient.floor();
    (if quotient - whole > 0.5 { whole + 1.0 } else { whole }, remainder)
}

fn floats(a: f64, op: Operator, b: f64) -> R<Val> {
    Ok(match op {
        Operator::Add => Val::new(V::Float(a + b)),
        Operator::Sub => Val::new(V::Float(a - b)),
        Operator::Mult => Val::new(V::Float(a * b)),
        Operator::Div | Operator::FloorDiv | Operator::Mod if b == 0.0 => {
            return Err(Raise::new("ZeroDivisionError", "divides by zero"));
        }
        Operator::Div => Val::new(V::Float(a / b)),
        Operator::FloorDiv | Operator::Mod if !a.is_finite() || !b.is_finite() => {
            Val::unknown("an operation on floats that is not modelled")
        }
        Operator::FloorDiv => Val::new(V::Float(divided(a, b).0)),
        Operator::Mod => Val::new(V::Float(divided(a, b).1)),
        _ => Val::unknown("an operation on floats that is not modelled"),
    })
}
