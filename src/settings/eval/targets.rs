//! Assignment, augmented assignment and deletion, for every kind of target.

use std::rc::Rc;

use super::raise::{R, Raise};
use super::val::{Kind, Reads, Seq, V, Val};
use super::{ENVIRON, Interp, cause_of};
use crate::python::Ranged as _;
use crate::python::ast::{Expr, Operator, StmtAugAssign};
use crate::settings::{How, Step};
use crate::source::Span;

impl<'a> Interp<'a> {
    /// `target = val`, as part of the statement at `at`.
    pub(super) fn assign(
        &mut self,
        target: &'a Expr,
        val: Val,
        at: Option<Span>,
        chain: Vec<(u32, Step)>,
    ) -> R<()> {
        match target {
            Expr::Name(name) => {
                let reads = self.guard_reads();
                let val = if plain(&val) { val.with_env(&reads) } else { val };
                let step = self.assigned(at, &val);
                self.bind(&name.id, val, step, chain);
            }
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, &val, at)?,
            Expr::List(list) => self.unpack(&list.elts, &val, at)?,
            Expr::Starred(starred) => self.assign(&starred.value, val, at, chain)?,
            Expr::Subscript(subscript) => {
                let owner = self.eval(&subscript.value)?;
                if let Expr::Slice(_) = &*subscript.slice {
                    self.assign_slice(&owner, &subscript.slice, &val, at)?;
                    return Ok(());
                }
                let key = self.eval(&subscript.slice)?;
                let reads = self.guard_reads();
                let val = if plain(&val) { val.with_env(&reads) } else { val };
                self.set_item(&owner, key, val, at)?;
            }
            Expr::Attribute(attribute) => {
                let owner = self.eval(&attribute.value)?;
                self.set_attr(&owner, &attribute.attr, val, at)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], val: &Val, at: Option<Span>) -> R<()> {
        let seq = self.walk(val);
        let star = targets.iter().position(Expr::is_starred_expr);
        let enough = match star {
            Some(_) => seq.items.len() + 1 >= targets.len(),
            None => seq.items.len() == targets.len(),
        };
        if seq.rest.is_some() || !enough {
            if seq.rest.is_none() {
                return Err(Raise::new("ValueError", "unpacks a wrong number of values").with_env(&val.env));
            }
            let cause = seq.rest.unwrap_or_else(|| cause_of(val));
            self.may_raise(&cause);
            self.taint_all(&seq.items, &cause);
            for target in targets {
                let part = Val::unknown(cause.clone()).at(val.at).with_env(&val.env);
                self.assign(target, part, at, Vec::new())?;
            }
            return Ok(());
        }
        let mut items = seq.items.into_iter();
        let tail = star.map_or(0, |s| targets.len() - s - 1);
        for (index, target) in targets.iter().enumerate() {
            if Some(index) == star {
                let count = items.len() - tail;
                let part: Vec<Val> = items.by_ref().take(count).collect();
                let list = self.list(part);
                self.assign(target, list, at, Vec::new())?;
            } else if let Some(item) = items.next() {
                let item = item.with_env(&val.env);
                self.assign(target, item, at, Vec::new())?;
            }
        }
        Ok(())
    }

    /// `owner[key] = val`.
    pub(super) fn set_item(&mut self, owner: &Val, key: Val, val: Val, at: Option<Span>) -> R<()> {
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        match &owner.v {
            V::Dict(id) => {
                let id = *id;
                self.given_away(id, [&val]);
                let lost = self.dict_mut(id).map(|dict| dict.insert(key.clone(), val)).unwrap_or_default();
                if !lost.is_empty() {
                    self.taint_all(&lost, &cause_of(&key));
                }
                self.note_edit(id, at, How::Updated);
            }
            V::Environ => {
                if let Some(dict) = self.dict_mut(ENVIRON) {
                    dict.insert(key, val);
                }
            }
            V::Namespace(scope) => {
                let scope = *scope;
                match key.as_str().cloned() {
                    Some(name) => {
                        self.bind_from_afar(scope, &name, val, at);
                    }
                    None => {
                        let cause = self.naming_cause(&key, at);
                        self.taint(&val, &cause);
                        self.bind_unclear(scope, &key, &cause);
                    }
                }
            }
            V::List(id) => {
                let id = *id;
                self.given_away(id, [&val]);
                let index = key.as_int();
                let Some(obj) = self.heap.get_mut(id) else { return Ok(()) };
                if obj.tainted.is_some() {
                    return Ok(());
                }
                let Kind::List(seq) = &mut obj.kind else { return Ok(()) };
                match (index, &seq.rest) {
                    (Some(index), None) => {
                        let len = seq.items.len() as i64;
                        let at = if index < 0 { index + len } else { index };
                        if at < 0 || at >= len {
                            return Err(Raise::new("IndexError", "assigns to an index that is not there"));
                        }
                        seq.items[at as usize] = val;
                    }
                    _ => {
                        let cause = seq.rest.clone().unwrap_or_else(|| cause_of(&key));
                        self.may_raise(&cause);
                        let Some(obj) = self.heap.get_mut(id) else { return Ok(()) };
                        let Kind::List(seq) = &mut obj.kind else { return Ok(()) };
                        let mut lost = std::mem::take(&mut seq.items);
                        seq.rest = Some(cause.clone());
                        lost.push(val);
                        self.taint_all(&lost, &cause);
                    }
                }
                self.note_edit(id, at, How::Updated);
            }
            V::None | V::Bool(_) | V::Int(_) | V::Float(_) | V::Str(_) | V::Tuple(_) => {
                return Err(Raise::new("TypeError", "assigns to an item of something that has none")
                    .with_env(&owner.env));
            }
            V::Unknown(unk) => {
                let cause = unk.cause.clone();
                self.may_raise(&cause);
                self.taint(owner, &cause);
                // Whoever finds it there may edit it.
                self.taint(&val, &cause);
            }
            V::Instance(_) => {
                if let Some(held) = self.held_without(owner, &["__setitem__"]) {
                    return self.set_item(&held, key, val, at);
                }
                let args =
                    super::functions::Args { pos: vec![key, val], at, ..super::functions::Args::default() };
                self.call_method(owner, "__setitem__", args)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn assign_slice(&mut self, owner: &Val, slice: &'a Expr, val: &Val, at: Option<Span>) -> R<()> {
        let range = self.eval_slice(slice)?;
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        let held = self.held_without(owner, &["__setitem__", "__delitem__"]);
        let owner = held.as_ref().unwrap_or(owner);
        let V::List(id) = owner.v else {
            let cause = cause_of(owner);
            self.may_raise(&cause);
            self.taint(owner, &cause);
            self.taint_elements(val, &cause);
            return Ok(());
        };
        if let Some(cause) = self.heap.get(id).and_then(|obj| obj.tainted.clone()) {
            self.taint_elements(val, &cause);
        }
        let new = self.walk(val);
        let Some(obj) = self.heap.get_mut(id) else { return Ok(()) };
        let Kind::List(seq) = &mut obj.kind else { return Ok(()) };
        match (range, &seq.rest, &new.rest) {
            (Some((lower, upper, None | Some(1))), None, None)
                if seq.items.len() + new.items.len() <= super::MAX_ITEMS =>
            {
                let (start, end) = super::index::bounds(lower, upper, seq.items.len());
                seq.items.splice(start..end.max(start), new.items);
            }
            (_, rest, new_rest) => {
                let cause = rest.clone().or_else(|| new_rest.clone());
                let cause = cause.unwrap_or_else(|| "a slice that is not modelled was replaced".into());
                let mut lost = std::mem::take(&mut seq.items);
                seq.rest = Some(cause.clone());
                lost.extend(new.items);
                self.taint_all(&lost, &cause);
            }
        }
        self.note_edit(id, at, How::Updated);
        Ok(())
    }

    /// `owner.name = val`.
    pub(super) fn set_attr(&mut self, owner: &Val, name: &str, val: Val, at: Option<Span>) -> R<()> {
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        if self.is_read_only(owner, name) {
            return Err(Raise::new("AttributeError", format!("sets {name}, which is a property")));
        }
        if self.has_no_place(owner, name) {
            return Err(Raise::new("AttributeError", format!("sets {name}, which is not among the slots")));
        }
        if self.has_own_setattr(owner, name, &val, at)? {
            return Ok(());
        }
        if self.set_by_member(owner, name, &val)? {
            return Ok(());
        }
        if let Some(own) = self.own_entries(owner) {
            return self.set_item(&own, Val::str(name), val, at);
        }
        if name == "__dict__" && matches!(owner.v, V::Instance(_)) && !self.is_itself(owner, &val) {
            // Its attributes are another dict's from now on.
            let cause: Rc<str> = "the attributes of an object are replaced".into();
            self.taint(owner, &cause);
            self.taint(&val, &cause);
            return Ok(());
        }
        let scope = match &owner.v {
            V::Module(module) => self.modules[*module as usize].scope,
            V::Class(class) => self.classes[*class as usize].scope,
            V::Instance(id) => *id,
            V::Ref(owner) if &**owner == "os" && name == "environ" => return Ok(()),
            V::Ref(owner) if &**owner == "django.conf.settings" => {
                self.set_setting(name, val);
                return Ok(());
            }
            V::Ref(owner) if self.is_routing() && self.replaces_admin_site(owner, name, &val)? => {
                return Ok(());
            }
            V::Lib(object) if object.class == "env" => {
                let is_sure = name == "prefix" && self.frame_ref().uncertain == 0;
                self.environ_prefix = val.as_str().filter(|_| is_sure).cloned();
                return Ok(());
            }
            V::Lib(object) if object.class == "dynaconf" => {
                let settings = object.args.first().cloned().unwrap_or_else(|| val.clone());
                self.taint(&settings, &format!("settings.{name} is set on dynaconf's object").into());
                return Ok(());
            }
            V::Lib(_) => {
                self.routed_set_attr(owner, name, val, at);
                return Ok(());
            }
            V::Unknown(unk) => {
                // Of one of them an attribute is set.
                let cause = unk.cause.clone();
                self.may_raise(&cause);
                for candidate in unk.candidates.clone() {
                    self.taint_owner(&candidate, &cause);
                }
                self.taint(&val, &cause);
                return Ok(());
            }
            V::Ref(owner) => {
                self.taint(&val, &format!("it is kept in {owner}, which is not part of the project").into());
                return Ok(());
            }
            V::None | V::Bool(_) | V::Int(_) | V::Float(_) | V::Str(_) | V::Tuple(_) => {
                let text = format!("sets {name} of something that takes no attributes");
                return Err(Raise::new("AttributeError", text).with_env(&owner.env));
            }
            _ => return Ok(()),
        };
        self.bind_from_afar(scope, name, val, at);
        Ok(())
    }

    /// Whether an object that is a dict and has no attributes yet becomes the place of its attributes.
    fn is_itself(&self, owner: &Val, val: &Val) -> bool {
        let (V::Instance(a), V::Instance(b)) = (&owner.v, &val.v) else { return false };
        a == b
            && matches!(self.held(owner).map(|held| &held.v), Some(V::Dict(_)))
            && self.scope(*a).is_some_and(|scope| scope.vars.is_empty())
    }

    /// Whether the object's class, and each of its bases, names the attributes that there are, and this is none.
    fn has_no_place(&self, owner: &Val, name: &str) -> bool {
        let Some(class) = self.instance_class(owner) else { return false };
        let def = &self.classes[class as usize];
        if def.opaque.is_some()
            || def.is_library
            || def.external.iter().any(|base| &**base != "builtins.object")
        {
            return false;
        }
        let slots = |class: &u32| {
            let slots = &self.scope(self.classes[*class as usize].scope)?.vars.get("__slots__")?.val;
            let names = match &slots.v {
                V::Str(only) => vec![only.to_string()],
                _ => {
                    let seq = self.iterate(slots);
                    let names = seq.items.iter().map(|item| item.as_str().map(ToString::to_string));
                    names.collect::<Option<Vec<_>>>().filter(|_| seq.rest.is_none())?
                }
            };
            Some(names)
        };
        let all: Option<Vec<Vec<String>>> = def.mro.iter().map(slots).collect();
        all.is_some_and(|all| !all.iter().flatten().any(|slot| slot == name || slot == "__dict__"))
            && !self
                .class_member(class, name)
                .is_some_and(|member| matches!(member.v, V::Lib(_) | V::Instance(_)))
    }

    /// Whether the object's class says itself what setting an attribute does.
    fn has_own_setattr(&mut self, owner: &Val, name: &str, val: &Val, at: Option<Span>) -> R<bool> {
        let Some(class) = self.instance_class(owner) else { return Ok(false) };
        if self.class_member(class, "__setattr__").is_none() {
            return Ok(false);
        }
        match self.held(owner).cloned() {
            Some(held) if self.borrowed(class, "__setattr__", &["builtins.dict.__setitem__"]) => {
                self.set_item(&held, Val::str(name), val.clone(), at)?;
            }
            _ => {
                let cause: Rc<str> = format!("{name} is set by a method of the object's class").into();
                self.taint(owner, &cause);
                self.taint(val, &cause);
            }
        }
        Ok(true)
    }

    pub(super) fn exec_aug_assign(&mut self, stmt: &'a StmtAugAssign) -> R<()> {
        let at = self.span(stmt);
        // The target's parts are evaluated once; that they are pure here makes twice the same.
        let old = self.eval(&stmt.target)?;
        let new = self.eval(&stmt.value)?;
        let done = self.augment(&old, stmt.op, &new, at)?;
        let place = old.at.or_else(|| self.span(&*stmt.value));
        let env = old.env.union(&new.env);
        let (val, how) = match done {
            Some(()) => (old, None),
            None => {
                let unclear = old.unk().is_some_and(|u| u.candidates.is_empty());
                let mut val = match new.v {
                    // A list takes a tuple in, a tuple becomes a longer one: which it is, cannot be told.
                    V::Tuple(_) if unclear => Val::unknown(cause_of(&old)),
                    _ => self.binary(&old, stmt.op, &new)?,
                };
                val.at = match val.v {
                    V::Tuple(_) | V::Dict(_) | V::List(_) | V::Set(_) => place,
                    _ => self.span(&*stmt.value),
                };
                (val.with_env(&env), Some(how_of(stmt.op)))
            }
        };
        match &*stmt.target {
            Expr::Name(name) => {
                let reads = self.guard_reads();
                let val = if plain(&val) { val.with_env(&reads) } else { val };
                let mut chain = self.aug_chain(&stmt.value);
                let step = self.step(at, how_of(stmt.op), "");
                if how.is_none() {
                    // Edited in place: the object carries the step, seen through each of its names.
                    chain.clear();
                    self.bind(&name.id, val, None, chain);
                } else {
                    self.bind(&name.id, val, step, chain);
                }
            }
            target => {
                if how.is_some() {
                    self.assign(target, val, at, Vec::new())?;
                }
            }
        }
        Ok(())
    }

    fn aug_chain(&self, value: &Expr) -> Vec<(u32, Step)> {
        let Expr::Name(name) = value else { return Vec::new() };
        self.lookup(&name.id).map(|b| (*b.steps).clone()).unwrap_or_default()
    }

    /// `old op= new` in place. `None` when the type has no such thing.
    fn augment(&mut self, old: &Val, op: Operator, new: &Val, at: Option<Span>) -> R<Option<()>> {
        if let Some(held) = self.held_without(old, super::held::OPERATORS) {
            return self.augment(&held, op, new, at);
        }
        let reads = self.guard_reads();
        match (&old.v, op) {
            (V::List(id), Operator::Add) => {
                let id = *id;
                let seq = self.walk(new);
                self.extend_list(id, seq, &new.env.union(&reads));
                self.note_edit(id, at, How::Extended);
                Ok(Some(()))
            }
            (V::Dict(id), Operator::BitOr) => {
                let id = *id;
                self.update_dict(id, new);
                self.note_edit(id, at, How::Updated);
                Ok(Some(()))
            }
            (V::Set(_), _) if self.is_frozen(old) => Ok(None),
            (V::Set(id), Operator::BitOr) => {
                let id = *id;
                let seq = self.iterate(new);
                if let Some(Kind::Set(set)) = self.heap.get_mut(id).map(|o| &mut o.kind) {
                    for item in seq.items {
                        match item.key() {
                            Some(key) => {
                                set.items.entry(key).or_insert(item);
                            }
                            None => set.rest = Some(cause_of(&item)),
                        }
                    }
                    set.rest = set.rest.take().or(seq.rest);
                }
                self.note_edit(id, at, How::Extended);
                Ok(Some(()))
            }
            (
                V::Set(_) | V::List(_),
                Operator::Sub | Operator::BitAnd | Operator::BitXor | Operator::Mult,
            ) => {
                let made = self.binary(old, op, new)?;
                let kind = made.heap_id().and_then(|id| self.heap.get(id)).map(|o| o.kind.clone());
                let id = old.heap_id().expect("internal error: a collection has an id");
                match kind {
                    Some(kind) => {
                        if let Some(obj) = self.heap.get_mut(id) {
                            obj.kind = kind;
                        }
                    }
                    None => self.taint(old, &cause_of(&made)),
                }
                self.note_edit(id, at, How::Removed);
                Ok(Some(()))
            }
            (V::Unknown(unk), _) if unk.within.is_some() => {
                self.taint(old, &unk.cause);
                Ok(None)
            }
            (V::Unknown(unk), _) if !unk.candidates.is_empty() => {
                let (cause, candidates) = (unk.cause.clone(), unk.candidates.clone());
                if candidates.iter().any(|c| c.heap_id().is_none()) {
                    return Ok(None);
                }
                if let [only] = candidates.as_slice() {
                    return self.augment(only, op, new, at);
                }
                // One of them is edited; which one cannot be told.
                for candidate in &candidates {
                    self.taint(candidate, &cause);
                }
                Ok(Some(()))
            }
            _ => Ok(None),
        }
    }

    /// `del target`.
    pub(super) fn delete(&mut self, target: &'a Expr) -> R<()> {
        match target {
            Expr::Name(name) if !self.unbind(&name.id) => {
                return Err(Raise::new("NameError", format!("the name {} is not defined", name.id)));
            }
            Expr::Tuple(tuple) => {
                for elt in &tuple.elts {
                    self.delete(elt)?;
                }
            }
            Expr::Subscript(subscript) => {
                let owner = self.eval(&subscript.value)?;
                let at = self.frame_ref().file.map(|f| Span::new(f, target.range()));
                if let Expr::Slice(_) = &*subscript.slice {
                    let empty = Val::tuple(Vec::new());
                    return self.assign_slice(&owner, &subscript.slice, &empty, at);
                }
                let key = self.eval(&subscript.slice)?;
                self.delete_item(&owner, &key, at)?;
            }
            Expr::Attribute(attribute) => {
                let owner = self.eval(&attribute.value)?;
                let scope = match owner.v {
                    V::Module(module) => self.modules[module as usize].scope,
                    V::Class(class) => self.classes[class as usize].scope,
                    V::Instance(id) => id,
                    _ => {
                        self.taint(&owner, &cause_of(&owner));
                        return Ok(());
                    }
                };
                if let Some(scope) = self.scope_mut(scope) {
                    scope.vars.shift_remove(attribute.attr.as_str());
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn delete_item(&mut self, owner: &Val, key: &Val, at: Option<Span>) -> R<()> {
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        let (V::Dict(id) | V::List(id)) = owner.v else {
            match (&owner.v, key.as_str()) {
                (V::Environ, Some(name)) => {
                    let name = name.clone();
                    self.environ_item(key, at)?;
                    self.remove_variable(&name);
                }
                (V::Namespace(scope), Some(name)) => {
                    let (scope, name) = (*scope, name.clone());
                    if let Some(scope) = self.scope_mut(scope) {
                        scope.vars.shift_remove(&name);
                    }
                }
                (V::Instance(_), _) => match self.held_without(owner, &["__delitem__"]) {
                    Some(held) => return self.delete_item(&held, key, at),
                    None => {
                        let args =
                            super::functions::Args { pos: vec![key.clone()], at, ..Default::default() };
                        self.call_method(owner, "__delitem__", args)?;
                    }
                },
                _ => {
                    let cause = cause_of(key);
                    self.may_raise(&cause);
                    self.taint(owner, &cause);
                }
            }
            return Ok(());
        };
        let mut lost = Vec::new();
        let found = match self.heap.get_mut(id).map(|o| &mut o.kind) {
            Some(Kind::Dict(dict)) => match key.key() {
                Some(k) => dict.entries.shift_remove(&k).is_some() || dict.rest.is_some(),
                None => {
                    // One of them is gone.
                    lost = dict.entries.drain(..).map(|(_, (_, value))| value).collect();
                    dict.rest = Some(cause_of(key));
                    true
                }
            },
            Some(Kind::List(seq)) => match key.as_int() {
                Some(index) if seq.rest.is_none() => {
                    let at = if index < 0 { index + seq.items.len() as i64 } else { index };
                    let fits = at >= 0 && (at as usize) < seq.items.len();
                    if fits {
                        seq.items.remove(at as usize);
                    }
                    fits
                }
                _ => {
                    lost = std::mem::take(&mut seq.items);
                    seq.rest = Some(cause_of(key));
                    true
                }
            },
            _ => true,
        };
        self.taint_all(&lost, &cause_of(key));
        if !found {
            let class = if matches!(owner.v, V::Dict(_)) { "KeyError" } else { "IndexError" };
            return Err(Raise::new(class, "deletes an element that is not there"));
        }
        self.note_edit(id, at, How::Removed);
        Ok(())
    }

    /// Appends to a list.
    pub(super) fn extend_list(&mut self, id: u32, seq: Seq, reads: &Reads) {
        let Some(Kind::List(list)) = self.heap.get_mut(id).map(|o| &mut o.kind) else { return };
        if list.items.len() + seq.items.len() > super::MAX_ITEMS {
            let cause: Rc<str> = "a collection that grows too large".into();
            let mut lost = std::mem::take(&mut list.items);
            list.rest = Some(cause.clone());
            lost.extend(seq.items);
            self.taint_all(&lost, &cause);
            return;
        }
        list.items.extend(seq.items.into_iter().map(|v| if plain(&v) { v.with_env(reads) } else { v }));
        list.rest = list.rest.take().or(seq.rest);
    }

    /// `d.update(other)`.
    pub(super) fn update_dict(&mut self, id: u32, other: &Val) {
        let (entries, rest, shuffled) = self.given_entries(other);
        let Some(dict) = self.dict_mut(id) else { return };
        let lost = dict.merge(entries, rest.clone(), shuffled);
        self.taint_all(&lost, &rest.unwrap_or_else(super::unlisted));
    }
}

/// Whether environment reads can stand on a value itself.
pub(super) fn plain(val: &Val) -> bool {
    !matches!(
        val.v,
        V::Func(_) | V::Class(_) | V::Module(_) | V::Ref(_) | V::Lib(_) | V::Environ | V::Namespace(_)
    )
}

fn how_of(op: Operator) -> How {
    match op {
        Operator::BitOr => How::Updated,
        Operator::Sub | Operator::BitAnd => How::Removed,
        _ => How::Extended,
    }
}
