//! Methods of lists, dicts and sets, among them those that edit in place.

use std::rc::Rc;

use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{Kind, Seq, V, Val, View};
use super::{Interp, cause_of};
use crate::python::ast::CmpOp;
use crate::settings::How;

/// Whether a method of this name edits its object.
pub(super) fn is_edit(name: &str) -> bool {
    matches!(
        name,
        "append"
            | "extend"
            | "insert"
            | "remove"
            | "pop"
            | "clear"
            | "update"
            | "setdefault"
            | "add"
            | "discard"
            | "sort"
            | "reverse"
            | "popitem"
            | "move_to_end"
            | "difference_update"
            | "intersection_update"
            | "symmetric_difference_update"
    )
}

impl Interp<'_> {
    pub(super) fn list_method(&mut self, owner: &Val, id: u32, name: &str, args: &Args) -> R<Val> {
        self.spend(self.size_of(owner) / super::expr::SIZE_PER_STEP)?;
        let none = Val::new(V::None);
        if name == "sort"
            && let Some(items) = self.unordered(owner)
            && let (sorted, false) = self.sorted(Seq { items, rest: None }, args)?
        {
            self.asked_unseen(args, &super::unordered::cause());
            // Now they have an order.
            if let Some(object) = self.heap.get_mut(id) {
                object.tainted = None;
            }
            self.put_list(id, sorted);
        }
        if let Err(cause) = self.seq(id) {
            self.given_to(name, args, &cause);
            self.may_raise(&cause);
            return Ok(Val::unknown(cause));
        }
        let first = args.pos.first();
        if let ("index" | "count" | "remove", Some(item)) = (name, first) {
            self.meet(item, CmpOp::In, owner);
        }
        let missing = || Raise::new("TypeError", format!("calls {name}() with too few arguments"));
        let guard = self.guard_reads();
        // The only ones that need no copy of what is there.
        match name {
            "append" => {
                let item = first.ok_or_else(missing)?.clone();
                self.extend_list(id, Seq { items: vec![item], rest: None }, &guard);
                self.note_edit(id, args.at, How::Extended);
                return Ok(none);
            }
            "extend" => {
                let val = first.ok_or_else(missing)?;
                let more = self.walk(val);
                self.extend_list(id, more, &val.env.union(&guard));
                self.note_edit(id, args.at, How::Extended);
                return Ok(none);
            }
            _ => {}
        }
        let Ok(seq) = self.seq(id).cloned() else { return Ok(none) };
        match name {
            "insert" => {
                let at = first.ok_or_else(missing)?;
                let item = args.pos.get(1).ok_or_else(missing)?.clone();
                let item = if super::targets::plain(&item) { item.with_env(&guard) } else { item };
                let mut next = seq;
                // Among elements that nobody knows, only the front is a sure place.
                let place = at.as_int().filter(|n| next.rest.is_none() || *n == 0);
                match place {
                    Some(n) => {
                        let len = next.items.len() as i64;
                        let index = (if n < 0 { n + len } else { n }).clamp(0, len) as usize;
                        next.items.insert(index, item);
                    }
                    None => {
                        // It is in there, somewhere.
                        let cause = cause_of(at);
                        self.taint(&item, &cause);
                        next.rest.get_or_insert(cause);
                    }
                }
                self.put_list(id, next);
                self.note_edit(id, args.at, How::Extended);
            }
            "remove" | "index" | "count" => {
                let item = first.ok_or_else(missing)?;
                let mut sure = seq.rest.is_none() && args.pos.len() == 1;
                let mut found = None;
                let mut count = 0;
                for (index, element) in seq.items.iter().enumerate() {
                    match self.equal(element, item, 0) {
                        Some(true) => {
                            found.get_or_insert(index);
                            count += 1;
                            if name != "count" {
                                break;
                            }
                        }
                        Some(false) => {}
                        None => sure = false,
                    }
                }
                let cause: Rc<str> = seq.rest.clone().unwrap_or_else(|| cause_of(item));
                match (name, found) {
                    ("count", _) if sure => return Ok(Val::new(V::Int(count))),
                    ("index", Some(at)) if sure => return Ok(Val::new(V::Int(at as i64))),
                    ("remove", Some(at)) if sure => {
                        let mut next = seq;
                        next.items.remove(at);
                        self.put_list(id, next);
                        self.note_edit(id, args.at, How::Removed);
                    }
                    ("index" | "remove", None) if sure => {
                        return Err(Raise::new("ValueError", "asks a list for an element that is not there"));
                    }
                    ("remove", found) => {
                        // One of those that may be equal is gone, or an element that is not listed.
                        self.may_raise(&cause);
                        let mut next = Seq { items: Vec::new(), rest: Some(cause.clone()) };
                        for (at, element) in seq.items.into_iter().enumerate() {
                            let after = found.is_some_and(|found| at > found);
                            if after || self.equal(&element, item, 0) == Some(false) {
                                next.items.push(element);
                            } else {
                                self.taint(&element, &cause);
                            }
                        }
                        self.put_list(id, next);
                        self.note_edit(id, args.at, How::Removed);
                    }
                    _ => {
                        self.may_raise(&cause);
                        return Ok(Val::unknown(cause));
                    }
                }
            }
            "pop" => {
                let index = first.map_or(Some(-1), Val::as_int);
                let mut next = seq;
                let (Some(index), None) = (index, &next.rest) else {
                    let cause = next.rest.clone().unwrap_or_else(|| "an index that cannot be told".into());
                    self.taint_all(&next.items, &cause);
                    self.put_list(id, Seq { items: Vec::new(), rest: Some(cause.clone()) });
                    return Ok(Val::unknown(cause));
                };
                let at = if index < 0 { index + next.items.len() as i64 } else { index };
                if at < 0 || at as usize >= next.items.len() {
                    return Err(Raise::new("IndexError", "takes an element that is not there"));
                }
                let val = next.items.remove(at as usize);
                self.put_list(id, next);
                self.note_edit(id, args.at, How::Removed);
                return Ok(val);
            }
            "clear" => {
                self.put_list(id, Seq::default());
                self.note_edit(id, args.at, How::Removed);
            }
            "copy" => return Ok(self.list_of(seq)),
            "to_list" => return Ok(self.copy(&Val::new(V::List(id)), true)),
            "reverse" => {
                let mut next = seq;
                next.items.reverse();
                self.put_list(id, next);
                self.note_edit(id, args.at, How::Updated);
            }
            "sort" => {
                if let Some(cause) = seq.rest.clone() {
                    self.asked_unseen(args, &cause);
                }
                let (sorted, _) = self.sorted(seq, args)?;
                self.put_list(id, sorted);
                self.note_edit(id, args.at, How::Updated);
            }
            _ => return Ok(self.no_method(owner, name)),
        }
        Ok(none)
    }

    fn put_list(&mut self, id: u32, seq: Seq) {
        if let Some(Kind::List(list)) = self.heap.get_mut(id).map(|o| &mut o.kind) {
            *list = seq;
        }
    }

    pub(super) fn dict_method(&mut self, owner: &Val, id: u32, name: &str, args: &Args) -> R<Val> {
        let dict = match self.dict_obj(id) {
            Ok(dict) => dict.clone(),
            Err(cause) => {
                self.given_to(name, args, &cause);
                self.may_raise(&cause);
                return Ok(Val::unknown(cause));
            }
        };
        let first = args.pos.first();
        let missing = || Raise::new("TypeError", format!("calls {name}() with too few arguments"));
        match name {
            "get" | "pop" | "setdefault" => {
                let key = first.ok_or_else(missing)?;
                let default = args.get(1, "default").cloned();
                if let Some(val) = key.as_str().and_then(|name| self.boxed(&Val::new(V::Dict(id)), name)) {
                    return Ok(if name == "get" { val } else { Val::unknown("an edit of dynaconf's table") });
                }
                let Some(k) = key.key() else {
                    let cause = cause_of(key);
                    // What it gives may be any of them.
                    let mut values: Vec<Val> = dict.entries.values().map(|(_, v)| v.clone()).collect();
                    values.extend(default.or_else(|| Some(Val::new(V::None)).filter(|_| name != "pop")));
                    if name == "get" && dict.rest.is_none() {
                        return Ok(self.choice(&cause, values));
                    }
                    if name == "pop"
                        && let Some(dict) = self.dict_mut(id)
                    {
                        dict.entries.clear();
                        dict.rest = Some(cause.clone());
                    } else if name == "setdefault"
                        && let Some(dict) = self.dict_mut(id)
                    {
                        dict.rest.get_or_insert_with(|| cause.clone());
                    }
                    self.taint_all(&values, &cause);
                    return Ok(Val::unknown(cause));
                };
                match (dict.entries.get(&k), &dict.rest) {
                    (Some((_, value)), _) => {
                        let value = value.clone();
                        if name == "pop" {
                            if let Some(dict) = self.dict_mut(id) {
                                dict.entries.shift_remove(&k);
                            }
                            self.note_edit(id, args.at, How::Removed);
                        }
                        return Ok(value);
                    }
                    (None, Some(cause)) => {
                        // It may be what is there, or what is given.
                        if let Some(default) = &default {
                            self.taint(default, cause);
                        }
                        if name == "setdefault" {
                            let unknown = Val::unknown(cause.clone());
                            if let Some(dict) = self.dict_mut(id) {
                                dict.insert(key.clone(), unknown);
                            }
                            self.note_edit(id, args.at, How::Updated);
                        }
                        return Ok(Val::unknown(cause.clone()));
                    }
                    (None, None) if name == "setdefault" => {
                        let value = default.unwrap_or_else(|| Val::new(V::None));
                        if let Some(dict) = self.dict_mut(id) {
                            dict.insert(key.clone(), value.clone());
                        }
                        self.note_edit(id, args.at, How::Updated);
                        return Ok(value);
                    }
                    (None, None) if name == "pop" && default.is_none() => {
                        return Err(Raise::new("KeyError", "takes a key that is not there"));
                    }
                    (None, None) => return Ok(default.unwrap_or_else(|| Val::new(V::None))),
                }
            }
            "update" => {
                if let Some(other) = first {
                    self.update_dict(id, other);
                }
                for (name, value) in &args.kw {
                    if let Some(dict) = self.dict_mut(id) {
                        dict.insert(Val::str(name), value.clone());
                    }
                }
                if let Some(cause) = &args.open {
                    let lost = self.dict_mut(id).map(|dict| dict.forget(cause)).unwrap_or_default();
                    self.taint_all(&lost, cause);
                }
                self.note_edit(id, args.at, How::Updated);
            }
            "keys" | "values" | "items" => {
                let items = dict
                    .entries
                    .values()
                    .map(|(k, v)| match name {
                        "keys" => k.clone(),
                        "values" => v.clone(),
                        _ => Val::tuple(vec![k.clone(), v.clone()]),
                    })
                    .collect();
                let view = self.iter_of(Seq { items, rest: dict.rest }, false);
                if dict.shuffled {
                    self.shuffle(&view);
                }
                if let V::Iter(view) = view.v {
                    let what = match name {
                        "keys" => View::Keys,
                        "values" => View::Values,
                        _ => View::Items,
                    };
                    self.views.insert(view, (id, what));
                }
                return Ok(view);
            }
            "copy" => return Ok(self.dict_of(dict)),
            "to_dict" => return Ok(self.copy(&Val::new(V::Dict(id)), true)),
            "clear" => {
                if let Some(dict) = self.dict_mut(id) {
                    dict.entries.clear();
                    dict.rest = None;
                }
                self.note_edit(id, args.at, How::Removed);
            }
            "popitem" if dict.shuffled && dict.entries.len() > 1 => {
                let cause = super::unordered::cause();
                let lost = self.dict_mut(id).map(|dict| dict.forget(&cause)).unwrap_or_default();
                self.taint_all(&lost, &cause);
                if let Some(dict) = self.dict_mut(id) {
                    dict.entries.clear();
                }
                self.note_edit(id, args.at, How::Removed);
                return Ok(Val::unknown(cause));
            }
            "popitem" if dict.rest.is_none() => {
                let Some(dict) = self.dict_mut(id) else { return Ok(Val::new(V::None)) };
                let Some((_, (key, value))) = dict.entries.pop() else {
                    return Err(Raise::new("KeyError", "takes an entry of an empty dict"));
                };
                self.note_edit(id, args.at, How::Removed);
                return Ok(Val::tuple(vec![key, value]));
            }
            "move_to_end" => {
                let key = first.ok_or_else(missing)?;
                let last = args.get(1, "last").map_or(Some(true), |last| self.truth(last));
                let (Some(k), Some(last), None) = (key.key(), last, &dict.rest) else {
                    return Ok(self.no_method(owner, name));
                };
                let mut next = dict;
                let Some((key, value)) = next.entries.shift_remove(&k) else {
                    return Err(Raise::new("KeyError", "moves a key that is not there"));
                };
                let at = if last { next.entries.len() } else { 0 };
                next.entries.shift_insert(at, k, (key, value));
                if let Some(dict) = self.dict_mut(id) {
                    *dict = next;
                }
                self.note_edit(id, args.at, How::Updated);
            }
            _ => return Ok(self.no_method(owner, name)),
        }
        Ok(Val::new(V::None))
    }

    pub(super) fn set_method(&mut self, owner: &Val, id: u32, name: &str, args: &Args) -> R<Val> {
        use crate::python::ast::Operator;
        let Ok(super::Obj { kind: Kind::Set(set), .. }) = self.object(id) else {
            self.may_raise(&"a set that cannot be told".into());
            return Ok(Val::unknown("a set that cannot be told"));
        };
        let set = set.clone();
        if set.frozen && (is_edit(name) || name.ends_with("_update")) {
            return Err(Raise::new("AttributeError", format!("asks a frozenset for {name}")));
        }
        let first = args.pos.first().cloned().unwrap_or_else(|| Val::tuple(Vec::new()));
        let operation = match name.strip_suffix("_update").unwrap_or(name) {
            "union" => Some(Operator::BitOr),
            "intersection" => Some(Operator::BitAnd),
            "difference" => Some(Operator::Sub),
            "symmetric_difference" => Some(Operator::BitXor),
            _ => None,
        };
        if let Some(op) = operation {
            let mut all = self.iterate(owner);
            for other in &args.pos {
                let other = self.walk_unordered(other);
                let other = self.set_of(other);
                let other = self.iterate(&other);
                let made = self.set_operation(op, all, other);
                all = self.iterate(&made);
            }
            if let Some(cause) = &args.open {
                all = Seq { items: Vec::new(), rest: Some(cause.clone()) };
            }
            if !name.ends_with("_update") {
                return Ok(if set.frozen { self.frozen(all) } else { self.set_of(all) });
            }
            let made = self.set_of(all);
            if let V::Set(new) = made.v
                && let Some(Kind::Set(next)) = self.heap.get(new).map(|object| object.kind.clone()).as_ref()
                && let Some(object) = self.heap.get_mut(id)
            {
                object.kind = Kind::Set(next.clone());
            }
            self.note_edit(id, args.at, How::Updated);
            return Ok(Val::new(V::None));
        }
        let mut next = set;
        match name {
            "add" => match first.key() {
                Some(key) => {
                    next.items.entry(key).or_insert(first);
                }
                None => next.rest = Some(cause_of(&first)),
            },
            "update" => {
                for other in &args.pos {
                    let seq = self.walk_unordered(other);
                    for item in seq.items {
                        match item.key() {
                            Some(key) => {
                                next.items.entry(key).or_insert(item);
                            }
                            None => next.rest = Some(cause_of(&item)),
                        }
                    }
                    next.rest = next.rest.or(seq.rest);
                }
                next.rest = next.rest.or_else(|| args.open.clone());
            }
            "pop" if next.rest.is_none() && next.items.len() < 2 => {
                let Some((_, item)) = next.items.pop() else {
                    return Err(Raise::new("KeyError", "takes an element that is not there"));
                };
                if let Some(obj) = self.heap.get_mut(id) {
                    obj.kind = Kind::Set(next);
                }
                self.note_edit(id, args.at, How::Removed);
                return Ok(item);
            }
            "pop" => {
                // One of them is gone, nobody knows which.
                let cause = next.rest.clone().unwrap_or_else(super::unordered::cause);
                let items: Vec<Val> = next.items.drain(..).map(|(_, item)| item).collect();
                if next.rest.is_some() {
                    self.may_raise(&cause);
                }
                let is_whole = next.rest.is_none();
                next.rest = Some(cause.clone());
                if let Some(obj) = self.heap.get_mut(id) {
                    obj.kind = Kind::Set(next);
                }
                self.note_edit(id, args.at, How::Removed);
                return Ok(if is_whole { self.choice(&cause, items) } else { Val::unknown(cause) });
            }
            "discard" | "remove" => match first.key() {
                Some(key) => {
                    let found = next.items.shift_remove(&key).is_some();
                    if !found && name == "remove" && next.rest.is_none() {
                        return Err(Raise::new("KeyError", "takes an element that is not there"));
                    }
                }
                None => {
                    next.items.clear();
                    next.rest = Some(cause_of(&first));
                }
            },
            "clear" => {
                next.items.clear();
                next.rest = None;
            }
            "copy" => {
                let new = self.alloc(Kind::Set(next));
                return Ok(Val::new(V::Set(new)));
            }
            "issubset" | "issuperset" | "isdisjoint" => {
                let (a, b) = (self.iterate(owner), self.walk_unordered(&first));
                if a.rest.is_some() || b.rest.is_some() {
                    return Ok(Self::one_of(
                        "a set that cannot be told",
                        vec![Val::bool(true), Val::bool(false)],
                    ));
                }
                let inside =
                    |x: &Seq, y: &Seq| x.items.iter().all(|i| y.items.iter().any(|j| i.key() == j.key()));
                return Ok(Val::bool(match name {
                    "issubset" => inside(&a, &b),
                    "issuperset" => inside(&b, &a),
                    _ => !a.items.iter().any(|i| b.items.iter().any(|j| i.key() == j.key())),
                }));
            }
            _ => return Ok(self.no_method(owner, name)),
        }
        if let Some(obj) = self.heap.get_mut(id) {
            obj.kind = Kind::Set(next);
        }
        self.note_edit(
            id,
            args.at,
            if matches!(name, "add" | "update") { How::Extended } else { How::Removed },
        );
        Ok(Val::new(V::None))
    }

    /// A method that is not modelled: the object is not known afterwards.
    pub(super) fn no_method(&mut self, owner: &Val, name: &str) -> Val {
        let cause: Rc<str> = format!("the method {name}() is not modelled").into();
        self.taint(owner, &cause);
        self.may_raise(&cause);
        Val::unknown(cause)
    }

    /// `sorted`, with `key` and `reverse`. Also tells whether elements that differ come first or last by where they stood.
    pub(super) fn sorted(&mut self, seq: Seq, args: &Args) -> R<(Seq, bool)> {
        // Known elements come in their order, wherever unknown ones go.
        let rest = seq.rest.clone();
        let given_up = |why: &str| (Seq { items: Vec::new(), rest: Some(why.into()) }, false);
        let key = args.named("key").filter(|k| !matches!(k.v, V::None)).cloned();
        let reverse = match args.named("reverse") {
            Some(val) => match self.truth(val) {
                Some(reverse) => reverse,
                None => return Ok(given_up("an order that cannot be told")),
            },
            None => false,
        };
        self.spend(seq.items.len())?;
        let mut keyed = Vec::new();
        for item in seq.items {
            let by = match &key {
                Some(key) => self.call(key, Args { pos: vec![item.clone()], ..Args::default() })?,
                None => item.clone(),
            };
            keyed.push((by, item));
        }
        if keyed.iter().any(|(by, _)| self.compares_itself(by, &["__lt__", "__gt__"], 0)) {
            let all: Vec<Val> = keyed.iter().map(|(by, _)| by.clone()).collect();
            self.taint_all(&all, &"objects that are sorted may change each other".into());
        }
        // Each pair is asked once, beforehand: a sort must not meet an order that is not total.
        for pair in keyed.windows(2) {
            if self.order(&pair[0].0, &pair[1].0, 0)?.is_none() {
                return Ok(given_up("an order that cannot be told"));
            }
        }
        if keyed.len() > 4000 {
            return Ok(given_up("too many elements to sort"));
        }
        // Insertion keeps equal elements in order and cannot be confused by an odd order.
        let mut done: Vec<(Val, Val)> = Vec::with_capacity(keyed.len());
        for pair in keyed {
            let at = done.partition_point(|other| {
                let order =
                    self.order(&other.0, &pair.0, 0).ok().flatten().unwrap_or(std::cmp::Ordering::Equal);
                if reverse { order.is_ge() } else { order.is_le() }
            });
            done.insert(at, pair);
        }
        let is_tie = |(a, x): &(Val, Val), (b, y): &(Val, Val)| {
            let is_equal = self.order(a, b, 0).ok().flatten().is_none_or(std::cmp::Ordering::is_eq);
            is_equal && (x.type_name() != y.type_name() || self.equal(x, y, 0) != Some(true))
        };
        let has_ties = done.windows(2).any(|pair| is_tie(&pair[0], &pair[1]));
        Ok((Seq { items: done.into_iter().map(|(_, item)| item).collect(), rest }, has_ties))
    }
}
