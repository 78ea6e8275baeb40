//! Comparisons, `in` and `is`.

use std::rc::Rc;

use super::raise::{R, Raise};
use super::val::{Kind, Seq, V, Val};
use super::{ENVIRON, Interp, cause_of, stdlib};
use crate::python::ast::{CmpOp, ExprCompare};
use crate::python::is_standard_library;

impl<'a> Interp<'a> {
    pub(super) fn eval_compare(&mut self, compare: &'a ExprCompare) -> R<Val> {
        let mut left = self.eval(&compare.left)?;
        let mut result = Val::bool(true);
        for (op, right) in compare.ops.iter().zip(&compare.comparators) {
            let right = self.eval(right)?;
            self.spend(self.size_of(&right) / super::expr::SIZE_PER_STEP)?;
            self.meet(&left, *op, &right);
            let answer = self.compare(&left, *op, &right)?;
            let mut env = self.deep_reads(&left).union(&self.deep_reads(&right)).union(&result.env);
            if let (V::Environ, Some(name)) = (&right.v, left.as_str().cloned()) {
                let at = self.span(compare);
                env = env.union(&self.membership(&name, at));
            }
            result = match answer {
                Some(answer) => Val::bool(answer).with_env(&env),
                None => {
                    let cause = self.open_part(&left).or_else(|| self.open_part(&right));
                    let cause = cause.unwrap_or_else(|| cause_of(&left));
                    Self::one_of(cause, vec![Val::bool(true), Val::bool(false)]).with_env(&env)
                }
            };
            if !matches!(result.v, V::Bool(true)) {
                return Ok(result);
            }
            left = right;
        }
        Ok(result)
    }

    /// An object whose class compares by a method of its own may change what it is compared with.
    pub(super) fn meet(&mut self, left: &Val, op: CmpOp, right: &Val) {
        let methods: &[&str] = match op {
            CmpOp::Is | CmpOp::IsNot => return,
            CmpOp::Eq | CmpOp::NotEq | CmpOp::In | CmpOp::NotIn => &["__eq__", "__ne__"],
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => &["__lt__", "__le__", "__gt__", "__ge__"],
        };
        let is_membership = matches!(op, CmpOp::In | CmpOp::NotIn);
        if self.compares_itself(left, methods, 0) {
            let cause = cause_of(left);
            if is_membership { self.taint_elements(right, &cause) } else { self.taint(right, &cause) }
        }
        // An object that is asked whether it holds something is called for that.
        let is_asked = is_membership && matches!(right.v, V::Instance(_));
        if !is_asked && self.compares_itself(right, methods, 0) {
            self.taint(left, &cause_of(right));
        }
    }

    /// Whether a value is such an object, or a list or tuple that holds one.
    pub(super) fn compares_itself(&mut self, val: &Val, methods: &[&str], depth: usize) -> bool {
        match &val.v {
            V::Instance(_) => methods.iter().any(|method| self.find_method(val, method).is_some()),
            V::List(_) | V::Tuple(_) if depth < 4 => {
                let may = |item: &&Val| matches!(item.v, V::Instance(_) | V::List(_) | V::Tuple(_));
                let items: Vec<Val> = self.elements(val).items.iter().filter(may).cloned().collect();
                items.iter().any(|item| self.compares_itself(item, methods, depth + 1))
            }
            _ => false,
        }
    }

    /// `left op right`; `None` when it cannot be told.
    pub(super) fn compare(&mut self, left: &Val, op: CmpOp, right: &Val) -> R<Option<bool>> {
        Ok(match op {
            CmpOp::Eq => self.equal(left, right, 0),
            CmpOp::NotEq => self.equal(left, right, 0).map(|b| !b),
            CmpOp::Is => self.identical(left, right),
            CmpOp::IsNot => self.identical(left, right).map(|b| !b),
            CmpOp::In => self.contains(right, left)?,
            CmpOp::NotIn => self.contains(right, left)?.map(|b| !b),
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                use std::cmp::Ordering;
                if let (V::Set(_), V::Set(_)) = (&left.v, &right.v) {
                    return Ok(None);
                }
                let order = self.order(left, right, 0)?;
                order.map(|order| match op {
                    CmpOp::Lt => order == Ordering::Less,
                    CmpOp::LtE => order != Ordering::Greater,
                    CmpOp::Gt => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                })
            }
        })
    }

    /// Why a value is not wholly known; `None` for one that is.
    fn open_part(&mut self, val: &Val) -> Option<Rc<str>> {
        match &val.v {
            V::Unknown(_) | V::Parts(_) => Some(cause_of(val)),
            V::List(_) | V::Tuple(_) => self.elements(val).rest.clone(),
            V::Set(id) | V::Dict(id) => match self.object(*id).map(|object| &object.kind) {
                Ok(Kind::Set(set)) => set.rest.clone(),
                Ok(Kind::Dict(dict)) => dict.rest.clone(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Python's `==`.
    pub(super) fn equal(&self, left: &Val, right: &Val, depth: usize) -> Option<bool> {
        if depth > 24 {
            return None;
        }
        if let Some(unk) = left.unk().or_else(|| right.unk()) {
            let other = if left.is_unknown() { right } else { left };
            if unk.candidates.is_empty() || unk.candidates.iter().any(Val::is_unknown) {
                return None;
            }
            let mut answers = unk.candidates.iter().map(|c| self.equal(c, other, depth + 1));
            let first = answers.next()??;
            return answers.all(|a| a == Some(first)).then_some(first);
        }
        let held = |val: &Val| self.held_without(val, &["__eq__", "__ne__"]);
        match (held(left), held(right)) {
            (None, None) => {}
            (a, b) => {
                return self.equal(a.as_ref().unwrap_or(left), b.as_ref().unwrap_or(right), depth + 1);
            }
        }
        match (&left.v, &right.v) {
            (V::Parts(parts), V::Str(text)) | (V::Str(text), V::Parts(parts)) => {
                let starts = parts.first().and_then(Option::as_ref).is_none_or(|p| text.starts_with(&**p));
                let ends = parts.last().and_then(Option::as_ref).is_none_or(|p| text.ends_with(&**p));
                return if starts && ends { None } else { Some(false) };
            }
            (V::Parts(_), V::Parts(_)) => return None,
            (V::Ref(a), V::Ref(b)) => return if a == b { Some(true) } else { None },
            (V::Ref(a), _) | (_, V::Ref(a)) => {
                return if super::operators::is_class_name(a.rsplit('.').next().unwrap_or(a)) {
                    Some(false)
                } else {
                    None
                };
            }
            // The project's modules are none of those outside of it.
            (V::Lib(object), V::Str(name)) | (V::Str(name), V::Lib(object))
                if object.class == "foreign-module" && self.find_module(name).is_some() =>
            {
                return Some(false);
            }
            (V::Lib(_) | V::Instance(_) | V::Lazy(_), V::None)
            | (V::None, V::Lib(_) | V::Instance(_) | V::Lazy(_)) => {
                return Some(false);
            }
            (V::Lib(_), V::Lib(_) | V::Str(_))
                if let Some(order) = super::libs::version_order(left, right) =>
            {
                return Some(order.is_eq());
            }
            (V::Lib(_) | V::Instance(_) | V::Lazy(_), _) | (_, V::Lib(_) | V::Instance(_) | V::Lazy(_)) => {
                return None;
            }
            _ => {}
        }
        if let (Some(a), Some(b)) = (super::operators::as_float(left), super::operators::as_float(right)) {
            return match (left.as_int(), right.as_int()) {
                (Some(a), Some(b)) => Some(a == b),
                #[expect(clippy::float_cmp, reason = "Python compares exactly, too")]
                _ => Some(a == b),
            };
        }
        let seqs = match (&left.v, &right.v) {
            (V::Tuple(a), V::Tuple(b)) => Some(((**a).clone(), (**b).clone())),
            (V::List(a), V::List(b)) => {
                if a == b {
                    return Some(true);
                }
                Some((self.seq(*a).ok()?.clone(), self.seq(*b).ok()?.clone()))
            }
            (V::Dict(a), V::Dict(b)) => {
                let (a, b) = (self.dict_obj(*a).ok()?, self.dict_obj(*b).ok()?);
                if a.rest.is_some() || b.rest.is_some() {
                    return None;
                }
                if a.entries.len() != b.entries.len() {
                    return Some(false);
                }
                for (key, (_, value)) in &a.entries {
                    let Some((_, other)) = b.entries.get(key) else { return Some(false) };
                    match self.equal(value, other, depth + 1) {
                        Some(true) => {}
                        answer => return answer,
                    }
                }
                return Some(true);
            }
            (V::Set(a), V::Set(b)) => {
                let (Kind::Set(a), Kind::Set(b)) = (&self.object(*a).ok()?.kind, &self.object(*b).ok()?.kind)
                else {
                    return None;
                };
                if a.rest.is_some() || b.rest.is_some() {
                    return None;
                }
                return Some(
                    a.items.len() == b.items.len() && a.items.keys().all(|k| b.items.contains_key(k)),
                );
            }
            _ => None,
        };
        if let Some((a, b)) = seqs {
            if a.rest.is_some() || b.rest.is_some() {
                return None;
            }
            if a.items.len() != b.items.len() {
                return Some(false);
            }
            let mut sure = Some(true);
            for (x, y) in a.items.iter().zip(&b.items) {
                match self.equal(x, y, depth + 1) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => sure = None,
                }
            }
            return sure;
        }
        if let (V::Timedelta(a), V::Timedelta(b)) = (&left.v, &right.v) {
            return Some((a - b).abs() < 1e-9);
        }
        match (left.key(), right.key()) {
            (Some(a), Some(b)) => Some(a == b),
            _ => match (left.type_name(), right.type_name()) {
                (Some(a), Some(b)) if a != b => Some(false),
                _ => None,
            },
        }
    }

    /// Python's `is`, for what programs test with it.
    fn identical(&self, left: &Val, right: &Val) -> Option<bool> {
        match (&left.v, &right.v) {
            (V::None, V::None) => Some(true),
            (V::Bool(a), V::Bool(b)) => Some(a == b),
            (V::Unknown(unk), _) | (_, V::Unknown(unk)) => {
                let other = if left.is_unknown() { right } else { left };
                if unk.candidates.is_empty() {
                    return None;
                }
                let mut answers = unk.candidates.iter().map(|c| self.identical(c, other));
                let first = answers.next()??;
                answers.all(|a| a == Some(first)).then_some(first)
            }
            (V::Ref(name), V::None) | (V::None, V::Ref(name)) => {
                let known = super::operators::is_class_name(name.rsplit('.').next().unwrap_or(name))
                    || is_standard_library(name);
                if known { Some(false) } else { None }
            }
            _ if left.is_attribute() || right.is_attribute() => None,
            (V::None, _) | (_, V::None) => Some(false),
            (V::Bool(_), V::Int(_) | V::Str(_)) | (V::Int(_) | V::Str(_), V::Bool(_)) => Some(false),
            (V::List(a), V::List(b)) | (V::Dict(a), V::Dict(b)) => Some(a == b),
            (V::Ref(a), V::Ref(b)) if a == b => Some(true),
            (V::Class(a), V::Class(b)) => Some(a == b),
            (V::Class(a), V::Ref(name)) | (V::Ref(name), V::Class(a)) if self.is_defined_as(*a, name) => {
                Some(true)
            }
            (V::Class(a), V::Ref(_)) | (V::Ref(_), V::Class(a)) => {
                (!self.classes[*a as usize].is_library).then_some(false)
            }
            _ => None,
        }
    }

    /// `item in owner`.
    pub(super) fn contains(&mut self, owner: &Val, item: &Val) -> R<Option<bool>> {
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        Ok(match &owner.v {
            V::Str(text) => match &item.v {
                V::Str(part) => Some(text.contains(&**part)),
                V::Unknown(unk) if !unk.candidates.is_empty() => {
                    let candidates = unk.candidates.clone();
                    let mut answers = Vec::new();
                    for candidate in &candidates {
                        answers.push(self.contains(owner, candidate)?);
                    }
                    answers.iter().all(|a| *a == answers[0]).then(|| answers[0]).flatten()
                }
                V::Unknown(_) | V::Parts(_) => None,
                _ => {
                    return Err(Raise::new("TypeError", "looks for something that is no text in a text")
                        .with_env(&owner.env.union(&item.env)));
                }
            },
            V::Parts(parts) => match &item.v {
                V::Str(part) if parts.iter().flatten().any(|p| p.contains(&**part)) => Some(true),
                // A test runner is not what serves production.
                V::Str(part) if part.contains("test") && **parts == stdlib::program() => Some(false),
                _ => None,
            },
            V::Iter(id)
                if matches!(self.heap.get(*id).map(|o| &o.kind), Some(Kind::Iter { once: true, .. })) =>
            {
                // How far it is used up depends on what is found.
                self.taint(owner, &"an iterator that is used up in part".into());
                None
            }
            V::Tuple(_) | V::List(_) | V::Iter(_) => {
                let unordered = self.unordered(owner).map(|items| Seq { items, rest: None });
                let seq = unordered.map_or_else(|| self.elements(owner), std::borrow::Cow::Owned);
                let mut sure = seq.rest.is_none();
                if matches!(item.v, V::Float(f) if f.is_nan()) {
                    // It is found where it is the very same object.
                    return Ok(None);
                }
                for element in &seq.items {
                    match self.equal(element, item, 0) {
                        Some(true) => return Ok(Some(true)),
                        Some(false) => {}
                        None => sure = false,
                    }
                }
                sure.then_some(false)
            }
            V::Set(id) => match self.object(*id).map(|o| &o.kind) {
                Ok(Kind::Set(set)) => match item.key() {
                    Some(key) if set.items.contains_key(&key) => Some(true),
                    Some(_) if set.rest.is_none() => Some(false),
                    _ => None,
                },
                _ => None,
            },
            V::Dict(id) => match (self.dict_obj(*id), item.key()) {
                (Ok(dict), Some(key)) if dict.entries.contains_key(&key) => Some(true),
                (Ok(dict), Some(_)) if dict.rest.is_none() => Some(false),
                _ => None,
            },
            V::Environ => {
                let Some(name) = item.as_str().cloned() else { return Ok(None) };
                let written = self.dict_obj(ENVIRON).ok();
                if let Some(val) = written.and_then(|d| d.get(&name)) {
                    let unclear = super::environ::may_be_removed(val);
                    if unclear { None } else { Some(!super::environ::is_removed(val)) }
                } else if written.is_none_or(|d| d.rest.is_some()) {
                    None
                } else {
                    Some(self.supplied.contains_key(&*name))
                }
            }
            V::Instance(_) => match self.held_without(owner, &["__contains__"]) {
                Some(held) => self.contains(&held, item)?,
                None => match self.find_method(owner, "__contains__") {
                    Some(method) => {
                        let args = super::functions::Args { pos: vec![item.clone()], ..Default::default() };
                        let answer = self.call(&method, args)?;
                        self.truth(&answer)
                    }
                    None => {
                        self.not_walked(owner);
                        None
                    }
                },
            },
            V::Namespace(id) => match (self.scope(*id), item.as_str()) {
                (Some(scope), Some(name)) => match scope.vars.get(name) {
                    Some(binding) => binding.val.unk().is_none_or(|u| !u.maybe_unset).then_some(true),
                    None if scope.open.is_some() => None,
                    None => Some(name.starts_with("__")),
                },
                _ => None,
            },
            V::Ref(name) if &**name == "sys.modules" => match item.as_str() {
                // A test runner is not what serves production.
                Some(name)
                    if matches!(
                        &**name,
                        "pytest" | "_pytest" | "unittest" | "nose" | "IPython" | "debugpy"
                    ) =>
                {
                    Some(false)
                }
                _ => None,
            },
            V::None | V::Bool(_) | V::Int(_) | V::Float(_) => {
                return Err(Raise::new("TypeError", "looks for something in a value that holds nothing")
                    .with_env(&owner.env.union(&item.env)));
            }
            V::Unknown(unk) if !unk.candidates.is_empty() && unk.candidates.len() <= 8 => {
                let candidates = unk.candidates.clone();
                let mut answers = Vec::new();
                for candidate in &candidates {
                    answers.push(self.contains(candidate, item).unwrap_or(None));
                }
                answers.iter().all(|a| *a == answers[0]).then(|| answers[0]).flatten()
            }
            _ => None,
        })
    }

    /// Python's order of two values; an error for types that have none.
    pub(super) fn order(&self, left: &Val, right: &Val, depth: usize) -> R<Option<std::cmp::Ordering>> {
        if depth > 24 {
            return Ok(None);
        }
        Ok(match (&left.v, &right.v) {
            (V::Unknown(_) | V::Parts(_), _) | (_, V::Unknown(_) | V::Parts(_)) => None,
            (V::Str(a), V::Str(b)) => Some(a.cmp(b)),
            (V::Lib(_), V::Lib(_) | V::Str(_)) => super::libs::version_order(left, right),
            (V::Bytes(a), V::Bytes(b)) => Some(a.cmp(b)),
            (V::Path(a), V::Path(b)) => Some(a.split('/').cmp(b.split('/'))),
            (V::Timedelta(a), V::Timedelta(b)) => a.partial_cmp(b),
            (V::Tuple(_) | V::List(_), V::Tuple(_) | V::List(_)) => {
                let (a, b) = (self.iterate(left), self.iterate(right));
                if a.rest.is_some() || b.rest.is_some() {
                    return Ok(None);
                }
                for (x, y) in a.items.iter().zip(&b.items) {
                    match self.equal(x, y, depth + 1) {
                        Some(true) => {}
                        Some(false) => return self.order(x, y, depth + 1),
                        None => return Ok(None),
                    }
                }
                Some(a.items.len().cmp(&b.items.len()))
            }
            _ => match (left.as_int(), right.as_int()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => match (super::operators::as_float(left), super::operators::as_float(right)) {
                    (Some(a), Some(b)) => a.partial_cmp(&b),
                    _ => {
                        let plain = |v: &Val| {
                            matches!(
                                v.v,
                                V::None | V::Str(_) | V::Int(_) | V::Bool(_) | V::Float(_) | V::Dict(_)
                            )
                        };
                        if plain(left) && plain(right) {
                            return Err(Raise::new("TypeError", "orders values of different types")
                                .with_env(&left.env.union(&right.env)));
                        }
                        None
                    }
                },
            },
        })
    }
}
