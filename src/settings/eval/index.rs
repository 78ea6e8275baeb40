//! Subscripts, slices and iteration.

use std::borrow::Cow;

use super::raise::{R, Raise};
use super::val::{Key, Kind, Progress, Seq, V, Val, View};
use super::{ENVIRON, Interp, cause_of};
use crate::python::ast::Expr;
use crate::source::Span;

/// `lower:upper:step`.
pub(super) type Range = (Option<i64>, Option<i64>, Option<i64>);

/// Start and end of a slice with step 1, as Python clips them.
pub(super) fn bounds(lower: Option<i64>, upper: Option<i64>, len: usize) -> (usize, usize) {
    let clip = |n: i64| -> usize {
        let n = if n < 0 { n + len as i64 } else { n };
        n.clamp(0, len as i64) as usize
    };
    (lower.map_or(0, clip), upper.map_or(len, clip))
}

/// The places of a slice with a step below zero.
fn backwards(lower: Option<i64>, upper: Option<i64>, step: i64, len: usize) -> Vec<usize> {
    let len = len as i64;
    let clip = |n: i64| if n < 0 { n.saturating_add(len).max(-1) } else { n.min(len - 1) };
    let (mut at, end) = (lower.map_or(len - 1, clip), upper.map_or(-1, clip));
    let mut places = Vec::new();
    while at > end {
        places.push(at as usize);
        at = at.saturating_add(step);
    }
    places
}

impl<'a> Interp<'a> {
    /// The numbers of a slice; `None` when one cannot be told.
    pub(super) fn eval_slice(&mut self, slice: &'a Expr) -> R<Option<Range>> {
        let Expr::Slice(slice) = slice else { return Ok(None) };
        let mut parts = [None; 3];
        for (part, expr) in parts.iter_mut().zip([&slice.lower, &slice.upper, &slice.step]) {
            if let Some(expr) = expr {
                let val = self.eval(expr)?;
                match (&val.v, val.as_int()) {
                    (V::None, _) => {}
                    (_, Some(n)) => *part = Some(n),
                    _ => return Ok(None),
                }
            }
        }
        Ok(Some((parts[0], parts[1], parts[2])))
    }

    pub(super) fn slice(&mut self, owner: &Val, range: Option<Range>) -> Val {
        let Some((lower, upper, step)) = range else {
            return Val::unknown("a slice whose bounds cannot be told").with_env(&owner.env);
        };
        let step = step.unwrap_or(1);
        let cut = |len: usize| -> Option<Vec<usize>> {
            match step {
                1 => {
                    let (start, end) = bounds(lower, upper, len);
                    Some((start..end.max(start)).collect())
                }
                n if n < 0 => Some(backwards(lower, upper, n, len)),
                n if n > 1 => {
                    let (start, end) = bounds(lower, upper, len);
                    Some((start..end.max(start)).step_by(n as usize).collect())
                }
                _ => None,
            }
        };
        let val = match &owner.v {
            V::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                match cut(chars.len()) {
                    Some(at) => Self::text(at.into_iter().map(|i| chars[i]).collect::<String>()),
                    None => Val::unknown("a slice that is not modelled"),
                }
            }
            V::List(_) | V::Tuple(_) => {
                let seq = self.iterate(owner);
                match (cut(seq.items.len()), seq.rest) {
                    (Some(at), None) => {
                        let items = at.into_iter().map(|i| seq.items[i].clone()).collect();
                        if matches!(owner.v, V::Tuple(_)) { Val::tuple(items) } else { self.list(items) }
                    }
                    (_, rest) => Val::unknown(rest.unwrap_or_else(|| "a slice that is not modelled".into())),
                }
            }
            V::Bytes(bytes) => match cut(bytes.len()) {
                Some(at) => Val::new(V::Bytes(at.into_iter().map(|i| bytes[i]).collect())),
                None => Val::unknown("a slice that is not modelled"),
            },
            V::Unknown(unk) if !unk.candidates.is_empty() => {
                let (cause, candidates) = (unk.cause.clone(), unk.candidates.clone());
                let cut = candidates.iter().map(|c| self.slice(c, range)).collect();
                self.choice(&cause, cut)
            }
            _ => {
                let cause = cause_of(owner);
                self.may_raise(&cause);
                Val::unknown(cause)
            }
        };
        val.with_env(&owner.env)
    }

    /// `owner[key]`.
    pub(super) fn get_item(&mut self, owner: &Val, key: &Val, at: Option<Span>) -> R<Val> {
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        let env = owner.env.union(&key.env);
        let val = match &owner.v {
            V::Ref(name) if &**name == "sys.modules" && self.is_routing() => match key.as_str().cloned() {
                Some(module) => self.imported_module(&module),
                None => Val::unknown(cause_of(key)),
            },
            V::Environ => return self.environ_item(key, at),
            V::Dict(id) => match (self.dict_obj(*id), key.key()) {
                (Err(cause), _) => Val::unknown(cause),
                (Ok(dict), Some(k)) => match (dict.entries.get(&k), &dict.rest) {
                    (Some((_, value)), _) => value.clone(),
                    (None, Some(cause)) => {
                        let cause = cause.clone();
                        self.may_raise(&cause);
                        Val::unknown(cause)
                    }
                    (None, None) => {
                        let name = match &k {
                            Key::Str(name) => format!("the key {name:?}"),
                            _ => "a key".to_owned(),
                        };
                        if let Some(val) = key.as_str().and_then(|name| self.boxed(owner, name)) {
                            return Ok(val.with_env(&env));
                        }
                        let raise =
                            Raise::new("KeyError", format!("asks a dict for {name}, which is not there"));
                        if self.is_starting() && !self.catches(&raise) {
                            return Ok(Val::unknown("an app that starts may have put it there"));
                        }
                        return Err(raise.with_env(&env));
                    }
                },
                (Ok(dict), None) => {
                    // One of its values.
                    let cause = cause_of(key);
                    let mut values: Vec<Val> = dict.entries.values().map(|(_, v)| v.clone()).collect();
                    values.extend(dict.rest.clone().map(Val::unknown));
                    self.may_raise(&cause);
                    self.choice(&cause, values)
                }
            },
            V::Namespace(id) => {
                let found =
                    key.as_str().and_then(|name| self.scope(*id)?.vars.get(name)).map(|b| b.val.clone());
                match (found, self.scope(*id).and_then(|s| s.open.clone())) {
                    (Some(val), _) => val,
                    (None, Some(cause)) => Val::unknown(cause),
                    (None, None) if key.is_unknown() => Val::unknown(cause_of(key)),
                    (None, None) => return Err(Raise::new("KeyError", "asks for a name that is not there")),
                }
            }
            V::List(_) | V::Tuple(_) | V::Str(_) => {
                let seq = self.iterate(owner);
                match (key.as_int(), &seq.rest) {
                    (Some(n), None) => {
                        let index = if n < 0 { n + seq.items.len() as i64 } else { n };
                        match usize::try_from(index).ok().and_then(|i| seq.items.get(i)) {
                            Some(val) => val.clone(),
                            None => {
                                return Err(Raise::new("IndexError", "asks for an index that is not there")
                                    .with_env(&env));
                            }
                        }
                    }
                    (_, Some(cause)) => {
                        self.may_raise(cause);
                        self.taint_all(&seq.items, cause);
                        Val::unknown(cause.clone())
                    }
                    _ if key.is_unknown() => {
                        let cause = cause_of(key);
                        self.may_raise(&cause);
                        self.choice(&cause, seq.items)
                    }
                    // Its class may have a method that makes it one.
                    _ if matches!(key.v, V::Instance(_)) => {
                        let cause: std::rc::Rc<str> = "an object as an index".into();
                        self.may_raise(&cause);
                        self.choice(&cause, seq.items)
                    }
                    _ => {
                        return Err(Raise::new("TypeError", "uses something that is no index").with_env(&env));
                    }
                }
            }
            V::Unknown(unk) if !unk.candidates.is_empty() => {
                let (cause, candidates) = (unk.cause.clone(), unk.candidates.clone());
                return self
                    .of_any(&cause, &candidates, &env, &mut |i, candidate| i.get_item(candidate, key, at));
            }
            V::None | V::Bool(_) | V::Int(_) => {
                return Err(Raise::new("TypeError", "subscripts something that holds nothing").with_env(&env));
            }
            V::Lib(object) if object.class == "env" => {
                let object = object.clone();
                return self.env_item(&object, key, at);
            }
            V::Ref(name) if &**name == "sys.modules" => match key.as_str() {
                Some(module) => match self.by_name.get(module) {
                    Some(id) => Val::new(V::Module(*id)),
                    None => Val::new(V::Ref(module.clone())),
                },
                None => Val::unknown(cause_of(key)),
            },
            // `list[str]`, `Optional[int]`.
            V::Ref(name) => Val::new(V::Ref(name.clone())),
            V::Class(id) => Val::new(V::Class(*id)),
            V::Instance(_) => {
                if let Some(val) = self.held_item(owner, key, at)? {
                    return Ok(val.with_env(&env));
                }
                let args = super::functions::Args { pos: vec![key.clone()], at, ..Default::default() };
                return self.call_method(owner, "__getitem__", args);
            }
            V::Lib(object) if matches!(object.class, "ini" | "ini-section") => {
                let object = object.clone();
                return self.ini_item(&object, key);
            }
            V::Lib(object) if object.class == "dynaconf" => {
                let object = object.clone();
                match key.as_str() {
                    Some(key) => return self.dynaconf_item(&object, key, "KeyError"),
                    None => Val::unknown(cause_of(key)),
                }
            }
            V::Lib(object) if object.class == "match" => {
                let index = key.as_int().unwrap_or(0) as usize;
                object.args.get(index).cloned().unwrap_or_else(|| Val::unknown("a group of a pattern"))
            }
            _ => {
                let cause = cause_of(owner);
                self.may_raise(&cause);
                Val::unknown(cause)
            }
        };
        Ok(val.with_env(&env))
    }

    /// The elements of whatever can be iterated over, as far as they are known.
    pub(super) fn iterate(&self, val: &Val) -> Seq {
        self.elements(val).into_owned()
    }

    /// The same, without a copy of those that lie in a row.
    pub(super) fn elements<'v>(&'v self, val: &'v Val) -> Cow<'v, Seq> {
        self.note_walked(val);
        match &val.v {
            V::Tuple(seq) => Cow::Borrowed(seq),
            V::List(id) => match self.seq(*id) {
                Ok(seq) => Cow::Borrowed(seq),
                Err(cause) => Cow::Owned(Seq { items: Vec::new(), rest: Some(cause) }),
            },
            _ => Cow::Owned(self.collected(val)),
        }
    }

    /// What a view of a dict shows now.
    pub(super) fn viewed(&self, view: super::val::Id) -> Option<Seq> {
        let (dict, what) = self.views.get(&view)?;
        self.note_walked(&Val::new(V::Dict(*dict)));
        Some(match self.dict_obj(*dict) {
            Ok(dict) => {
                let (items, rest) = dict.in_order(|(key, value)| match what {
                    View::Keys => key.clone(),
                    View::Values => value.clone(),
                    View::Items => Val::tuple(vec![key.clone(), value.clone()]),
                });
                Seq { items, rest }
            }
            Err(cause) => Seq { items: Vec::new(), rest: Some(cause) },
        })
    }

    fn collected(&self, val: &Val) -> Seq {
        let known = |items: Vec<Val>| Seq { items, rest: None };
        match &val.v {
            V::Set(id) => match self.object(*id) {
                Ok(super::Obj { kind: Kind::Set(set), .. }) => {
                    Seq { items: set.items.values().cloned().collect(), rest: set.rest.clone() }
                }
                Ok(_) => Seq::default(),
                Err(cause) => Seq { items: Vec::new(), rest: Some(cause) },
            },
            V::Dict(id) => match self.dict_obj(*id) {
                Ok(dict) => {
                    let (items, rest) = dict.in_order(|(key, _)| key.clone());
                    Seq { items, rest }
                }
                Err(cause) => Seq { items: Vec::new(), rest: Some(cause) },
            },
            V::Iter(id) if let Some(seq) = self.viewed(*id) => seq,
            V::Iter(id) => match self.object(*id).map(|o| &o.kind) {
                Ok(Kind::Iter { seq, progress: Progress::Done, .. }) => seq.clone(),
                Ok(Kind::Iter { .. }) => {
                    Seq { items: Vec::new(), rest: Some("it runs when it is walked over".into()) }
                }
                Ok(_) => Seq::default(),
                Err(cause) => Seq { items: Vec::new(), rest: Some(cause) },
            },
            V::Instance(_) if let Some(held) = self.held_without(val, &["__iter__"]) => {
                self.elements(&held).into_owned()
            }
            V::Environ | V::Namespace(_) => {
                let (entries, rest) = self.entries_of(val);
                Seq { items: entries.into_iter().map(|(k, _)| k).collect(), rest }
            }
            V::Str(text) => known(
                text.chars()
                    .take(super::MAX_ITEMS)
                    .map(|c| Val::str(&c.to_string()).with_env(&val.env))
                    .collect(),
            ),
            V::Bytes(bytes) => known(bytes.iter().map(|b| Val::new(V::Int(i64::from(*b)))).collect()),
            V::Lib(object) if object.class == "file" => match object.args.first().and_then(Val::as_str) {
                Some(text) => known(text.split_inclusive('\n').map(Val::str).collect()),
                None => Seq { items: Vec::new(), rest: Some("it reads a file".into()) },
            },
            _ => Seq { items: Vec::new(), rest: Some(cause_of(val)) },
        }
    }

    /// The elements in the order in which Python walks over them. An iterator is used up; the order of a set
    /// changes from run to run.
    pub(super) fn walk(&mut self, val: &Val) -> Seq {
        let val = match self.iterable(val.clone()) {
            Ok(val) => val,
            Err(raise) => raise.into_value(),
        };
        let shuffled = self.unordered(&val).is_some();
        let seq = self.walk_unordered(&val);
        let held = self.held_without(&val, &["__iter__"]);
        let is_set = matches!(held.as_ref().unwrap_or(&val).v, V::Set(_)) && seq.items.len() > 1;
        // The order of patterns is not what their list is read for.
        if (is_set || shuffled) && !self.is_routing() {
            return Seq { items: Vec::new(), rest: Some(super::unordered::cause()) };
        }
        seq
    }

    /// Like [`Self::walk`], for whoever does not care about the order.
    pub(super) fn walk_unordered(&mut self, val: &Val) -> Seq {
        let val = &match self.iterable(val.clone()) {
            Ok(val) => val,
            Err(raise) => raise.into_value(),
        };
        if val.is_unknown() {
            self.may_raise(&cause_of(val));
        }
        let seq = match self.unordered(val) {
            Some(items) => Seq { items, rest: None },
            None => self.iterate(val),
        };
        if matches!(val.v, V::Iter(id) if self.heap.get(id).is_some_and(|o| matches!(o.kind, Kind::Iter { once: true, .. })))
        {
            self.used_up(val);
        }
        seq
    }

    /// What somebody walks over: what the object's class gives for it, which runs now where it waited for that.
    pub(super) fn iterable(&mut self, val: Val) -> R<Val> {
        let val = self.iterable_of(val)?;
        self.run_later(&val)?;
        Ok(val)
    }

    /// The same for a loop, which sees to it that it runs.
    pub(super) fn iterable_of(&mut self, val: Val) -> R<Val> {
        if let Some(held) = super::libs::walked_group(&val) {
            return Ok(held.clone());
        }
        let val = match self.used(&val)? {
            Some(made) => made,
            None => val,
        };
        let Some(method) = self.find_method(&val, "__iter__") else {
            if matches!(val.v, V::Instance(_)) && self.held_without(&val, &["__iter__"]).is_none() {
                self.not_walked(&val);
            }
            return Ok(val);
        };
        let made = self.call(&method, super::functions::Args::default())?;
        Ok(match made.v {
            V::Instance(_) => {
                self.not_walked(&made);
                Val::unknown(cause_of(&made))
            }
            _ => made,
        })
    }

    /// An object is walked over by methods that are not followed: what they may change is unknown.
    pub(super) fn not_walked(&mut self, val: &Val) {
        let cause = cause_of(val);
        for name in ["__iter__", "__next__", "__getitem__"] {
            let Some(method) = self.find_method(val, name) else { continue };
            if let V::Bound(bound) = &method.v
                && let super::val::Callee::Func(id) = bound.1
            {
                self.taint(val, &cause);
                self.havoc_function(id as usize, &cause);
                self.may_raise(&cause);
            }
        }
    }

    /// The entries as [`Self::mapping_of`] gives them, for whoever takes them over: of pairs of which not all can be told
    /// a later one may have any of the keys.
    pub(super) fn given_entries(&mut self, val: &Val) -> (Vec<(Val, Val)>, Option<std::rc::Rc<str>>, bool) {
        let (mut entries, rest, mut shuffled) = self.mapping_of(val);
        if let Some(cause) = &rest
            && matches!(val.v, V::List(_) | V::Tuple(_) | V::Iter(_))
        {
            for (_, value) in &mut entries {
                let lost = std::mem::replace(value, Val::unknown(cause.clone()));
                self.taint(&lost, cause);
            }
            shuffled = true;
        }
        (entries, rest, shuffled)
    }

    /// The entries of a mapping, or of pairs, as `dict()` and `update` take them, and whether their order is not known.
    pub(super) fn mapping_of(&self, val: &Val) -> (Vec<(Val, Val)>, Option<std::rc::Rc<str>>, bool) {
        let Some(items) = self.unordered(val) else {
            let (entries, rest) = self.entries_of(val);
            let shuffled = matches!(val.v, V::Dict(id) if self.dict_obj(id).is_ok_and(|dict| dict.shuffled));
            return (entries, rest, shuffled);
        };
        let entries: Vec<(Val, Val)> = match &val.v {
            V::Dict(id) => {
                self.dict_obj(*id).map_or_else(|_| Vec::new(), |d| d.entries.values().cloned().collect())
            }
            _ => items
                .iter()
                .filter_map(|item| match self.iterate(item) {
                    Seq { items, rest: None } => {
                        <[Val; 2]>::try_from(items).ok().map(|[key, value]| (key, value))
                    }
                    Seq { .. } => None,
                })
                .collect(),
        };
        // The last of those with one key stays, and that hangs on the order.
        let keys: std::collections::HashSet<_> = entries.iter().filter_map(|(key, _)| key.key()).collect();
        if keys.len() < items.len() {
            return (Vec::new(), Some(super::unordered::cause()), false);
        }
        (entries, None, true)
    }

    /// A dict of what the environment or a namespace holds now.
    pub(super) fn copied(&mut self, mapping: &Val) -> Val {
        let (entries, rest) = self.entries_of(mapping);
        let mut dict = super::DictObj::default();
        let lost = dict.merge(entries, rest, false);
        self.taint_all(&lost, &super::unlisted());
        self.dict_of(dict)
    }

    /// Likewise, for who needs them in order.
    pub(super) fn entries_of(&self, val: &Val) -> (Vec<(Val, Val)>, Option<std::rc::Rc<str>>) {
        match &val.v {
            V::Dict(id) => match self.dict_obj(*id) {
                // What is made from it would have an order.
                Ok(dict) if dict.shuffled && dict.entries.len() > 1 => {
                    let rest = dict.rest.clone().unwrap_or_else(super::unordered::cause);
                    (dict.entries.values().cloned().collect(), Some(rest))
                }
                Ok(dict) => (dict.entries.values().cloned().collect(), dict.rest.clone()),
                Err(cause) => (Vec::new(), Some(cause)),
            },
            V::Environ => {
                let mut entries: Vec<(Val, Val)> = Vec::new();
                let own = |name: &str| self.dict_obj(ENVIRON).is_ok_and(|d| d.get(name).is_some());
                for (name, value) in self.supplied.iter().filter(|(name, _)| !own(name)) {
                    entries.push((Val::str(name), Val::str(value)));
                }
                let rest = match self.dict_obj(ENVIRON) {
                    Ok(dict) => {
                        let unclear = dict.entries.values().find(|(_, v)| super::environ::may_be_removed(v));
                        let there =
                            |v: &Val| !super::environ::is_removed(v) && !super::environ::may_be_removed(v);
                        entries.extend(dict.entries.values().filter(|(_, v)| there(v)).cloned());
                        dict.rest.clone().or_else(|| unclear.map(|(_, val)| cause_of(val)))
                    }
                    Err(cause) => Some(cause),
                };
                (entries, rest)
            }
            V::Namespace(id) => match self.scope(*id) {
                Some(scope) => (
                    scope.vars.iter().map(|(n, b)| (Val::str(n), b.val.clone())).collect(),
                    scope.open.clone(),
                ),
                None => (Vec::new(), Some("a namespace that is gone".into())),
            },
            V::Instance(_) => match self.held_without(val, &["__iter__"]) {
                Some(held) => self.entries_of(&held),
                None => (Vec::new(), Some("an object is read as a dict".into())),
            },
            V::None | V::Bool(_) | V::Int(_) => (Vec::new(), None),
            _ if self.unordered(val).is_some() => (Vec::new(), Some(super::unordered::cause())),
            _ => {
                let seq = self.iterate(val);
                let mut rest = seq.rest;
                let mut entries = Vec::new();
                for item in &seq.items {
                    let pair = self.iterate(item);
                    match pair.items.as_slice() {
                        [key, value] if pair.rest.is_none() => entries.push((key.clone(), value.clone())),
                        _ => rest = Some(cause_of(item)),
                    }
                }
                (entries, rest)
            }
        }
    }
}
