//! Calls: who is called, and what a call of each kind of value does.

use std::rc::Rc;

use super::callbacks::callbacks;
use super::functions::Args;
use super::raise::{R, Raise};
use super::val::{Callee, V, Val};
use super::{Interp, cause_of};

impl Interp<'_> {
    /// Calls a value.
    pub(super) fn call(&mut self, callee: &Val, args: Args) -> R<Val> {
        // A call takes a frame, a namespace and its bindings.
        self.spend(12)?;
        let used = self.used(callee)?;
        let callee = used.as_ref().unwrap_or(callee);
        match &callee.v {
            V::Func(id) => {
                let view = args.pos.first().filter(|_| args.pos.len() == 1 && args.kw.is_empty()).cloned();
                let val = self.call_function(*id, None, args)?;
                Ok(self.after_call(*id, val, view.as_ref()))
            }
            V::Bound(bound) => {
                let (this, what) = (&bound.0, &bound.1);
                match what {
                    Callee::Func(id) => self.call_function(*id, Some(this.clone()), args),
                    Callee::Method(name) => self.call_method(this, name, args),
                }
            }
            V::Class(id) => self.call_class(*id, args),
            V::Ref(name) => {
                let name = name.clone();
                self.call_outside(&name, args)
            }
            V::Lib(object) => {
                let object = object.clone();
                self.call_lib(&object, args)
            }
            V::Instance(_) => self.call_method(callee, "__call__", args),
            V::Unknown(unk) => {
                let cause = unk.cause.clone();
                if let [only] = unk.candidates.as_slice() {
                    let only = only.clone();
                    return self.call(&only, args);
                }
                let callable =
                    |c: &Val| matches!(c.v, V::Func(_) | V::Bound(_) | V::Class(_) | V::Ref(_) | V::Lib(_));
                if let Some((first, others)) = unk.candidates.split_first()
                    && unk.candidates.iter().all(callable)
                {
                    let (first, others) = (first.clone(), Self::one_of(cause.clone(), others.to_vec()));
                    return self.either_value(
                        &cause,
                        &mut |i: &mut Self| i.call(&first, args.clone()),
                        &mut |i: &mut Self| i.call(&others, args.clone()),
                    );
                }
                let env = callee.env.clone();
                self.taint_all(&unk.candidates.clone(), &cause);
                Ok(self.give_up(&args, cause).with_env(&env))
            }
            V::None | V::Bool(_) | V::Int(_) | V::Str(_) | V::List(_) | V::Dict(_) | V::Tuple(_) => {
                Err(Raise::new("TypeError", "calls something that is no function").with_env(&callee.env))
            }
            _ => Ok(self.give_up(&args, cause_of(callee))),
        }
    }

    /// `owner.name(…)` for builtin types and instances.
    pub(super) fn call_method(&mut self, owner: &Val, name: &str, args: Args) -> R<Val> {
        if matches!(owner.v, V::Instance(_) | V::Class(_) | V::Module(_)) {
            return self.call_method_of(owner, name, args);
        }
        let callbacks = callbacks(&args);
        let made = self.call_method_of(owner, name, args)?;
        self.called_back(name, &callbacks, &made);
        Ok(made)
    }

    fn call_method_of(&mut self, owner: &Val, name: &str, args: Args) -> R<Val> {
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        if let Some(cause) = &args.open
            && !matches!((&owner.v, name), (V::Dict(_), "update"))
            && !Self::is_queryset(owner)
        {
            let cause = cause.clone();
            self.taint(owner, &cause);
            return Ok(self.give_up(&args, cause));
        }
        if matches!(owner.v, V::Dict(_) | V::List(_) | V::Set(_))
            && let Some(val) = self.special_method(owner, name, &args)?
        {
            return Ok(val);
        }
        let env = owner.env.clone();
        let arg_env = args.reads();
        let val = match &owner.v {
            V::Str(text) => self.str_method(&text.clone(), name, &args)?.with_env(&arg_env),
            V::Bytes(bytes) => self.bytes_method(&bytes.clone(), name, &args),
            V::Parts(parts) => self.parts_method(&parts.clone(), name, &args),
            V::List(id) => self.list_method(owner, *id, name, &args)?,
            V::Dict(id) => self.dict_method(owner, *id, name, &args)?,
            V::Set(id) => self.set_method(owner, *id, name, &args)?,
            V::Tuple(_) => match name {
                "index" | "count" => {
                    let seq = self.iterate(owner);
                    let list = self.list_of(seq);
                    return self.call_method(&list, name, args);
                }
                _ => return Err(Raise::new("AttributeError", format!("asks a tuple for {name}"))),
            },
            V::Environ => return self.environ_method(name, &args),
            V::Namespace(id) => return self.namespace_method(*id, name, args),
            V::Path(path) => self.path_method(&path.clone(), name, &args)?,
            V::Timedelta(seconds) => match name {
                "total_seconds" => Val::new(V::Float(*seconds)),
                _ => Val::unknown("a method of a duration that is not modelled"),
            },
            V::Regex(pattern) => {
                let _ = pattern;
                Val::unknown("a pattern is matched")
            }
            V::Lib(object) => {
                let object = object.clone();
                return self.lib_method(&object, name, args);
            }
            V::Instance(_) | V::Class(_) => {
                if let Some(val) = self.model_method(owner, name, &args) {
                    return Ok(val.with_env(&env));
                }
                let method = self.get_attr(owner, name)?;
                let of_object = |bound: &Val| matches!(bound.v, V::Instance(_) | V::Class(_));
                if matches!(&method.v, V::Bound(b) if matches!(b.1, Callee::Method(_)) && of_object(&b.0)) {
                    return Ok(self.give_up(&args, "a method that is not there"));
                }
                return self.call(&method, args);
            }
            V::Unknown(unk) => {
                let (cause, candidates) = (unk.cause.clone(), unk.candidates.clone());
                if super::edits::is_edit(name)
                    && candidates.iter().filter(|c| c.heap_id().is_some()).count() > 1
                {
                    // One of them is edited; which one cannot be told.
                    for candidate in &candidates {
                        self.taint(candidate, &cause);
                    }
                    return Ok(self.give_up(&args, cause).with_env(&env));
                }
                if !candidates.is_empty() && candidates.len() <= 8 {
                    let mut ask = |i: &mut Self, one: &Val| i.call_method(one, name, args.clone());
                    return Ok(self.of_any(&cause, &candidates, &env, &mut ask)?.with_env(&env));
                }
                if super::edits::is_edit(name) {
                    self.taint(owner, &cause);
                    // A collection keeps what it is given, and whoever finds it there may edit it.
                    self.given_to(name, &args, &cause);
                    Val::unknown(cause)
                } else {
                    self.give_up(&args, cause)
                }
            }
            V::None | V::Bool(_) | V::Int(_) | V::Float(_) => {
                let known = matches!(name, "bit_length" | "is_integer" | "conjugate");
                if known {
                    Val::unknown("a method of a number that is not modelled")
                } else {
                    return Err(Raise::new("AttributeError", format!("asks a value without {name} for it"))
                        .with_env(&env));
                }
            }
            _ => {
                let method = self.get_attr(owner, name)?;
                if method.is_unknown() || matches!(method.v, V::Bound(_)) {
                    return Ok(self.give_up(&args, cause_of(&method)));
                }
                return self.call(&method, args);
            }
        };
        Ok(val.with_env(&env))
    }

    /// A method of a text of which parts are unknown.
    pub(super) fn parts_method(&mut self, parts: &Rc<Vec<Option<Rc<str>>>>, name: &str, args: &Args) -> Val {
        let cause = "a part of the text cannot be told";
        let map = |f: &dyn Fn(&str) -> String| {
            Self::join_parts(parts.iter().map(|p| p.as_ref().map(|p| f(p).as_str().into())).collect())
        };
        match name {
            "lower" => map(&|p| p.to_lowercase()),
            "upper" => map(&|p| p.to_uppercase()),
            "startswith" => {
                let known = parts.first().and_then(Option::as_ref);
                match (known, args.pos.first().and_then(Val::as_str)) {
                    (Some(known), Some(wanted)) if known.starts_with(&**wanted) => Val::bool(true),
                    (Some(known), Some(wanted)) if !wanted.starts_with(&**known) => Val::bool(false),
                    _ => Self::one_of(cause, vec![Val::bool(true), Val::bool(false)]),
                }
            }
            _ => Val::unknown(cause),
        }
    }

    /// `owner.name`.
    pub(super) fn get_attr(&mut self, owner: &Val, name: &str) -> R<Val> {
        if let Some(val) = self.routed_attr(owner, name)? {
            return Ok(val);
        }
        if name == "__module__"
            && let Some(module) = self.module_of(owner)
        {
            return Ok(module);
        }
        let used = self.used(owner)?;
        let owner = used.as_ref().unwrap_or(owner);
        let bound = |what: Callee| Val::new(V::Bound(Rc::new((owner.clone(), what))));
        Ok(match &owner.v {
            V::Module(id) => return Ok(self.module_attr(*id, name)?.with_env(&owner.env)),
            V::Ref(module) => {
                let module = module.clone();
                self.ref_attr(&module, name).with_env(&owner.env)
            }
            V::Class(id) => {
                self.note_class_choice(&owner.env);
                return Ok(self.class_attr(*id, name)?.with_env(&owner.env));
            }
            V::Instance(_) => return Ok(self.instance_attr(owner, name)?.with_env(&owner.env)),
            V::Path(path) => match super::paths::attribute(path, name) {
                Some(v) => {
                    let val = Val::new(v);
                    if name == "parents" {
                        let parents = super::paths::parents(path);
                        Val::tuple(parents.into_iter().map(|p| Val::new(V::Path(p.into()))).collect())
                    } else if let V::Tuple(_) = val.v {
                        val
                    } else {
                        val.with_env(&owner.env)
                    }
                }
                None => bound(Callee::Method(name.into())),
            },
            V::Timedelta(seconds) if name == "days" => Val::new(V::Int((seconds / 86400.0).floor() as i64)),
            V::Timedelta(seconds) if name == "seconds" => {
                Val::new(V::Int(seconds.rem_euclid(86400.0).floor() as i64))
            }
            V::Regex(pattern) if name == "pattern" => Val::new(V::Str(pattern.clone())),
            V::Lib(object) => {
                let object = object.clone();
                match self.lib_attr(&object, name)? {
                    Some(val) => val,
                    None => bound(Callee::Method(name.into())),
                }
            }
            V::Func(id) => match name {
                "__name__" if self.funcs[*id as usize].is_wrapper => {
                    Val::unknown("the name of a function that wraps another")
                }
                "__name__" => Val::str(&self.funcs[*id as usize].name.clone()),
                "__qualname__" => Val::str(&self.qualname(*id)),
                _ => Val::unknown("an attribute of a function"),
            },
            V::Unknown(unk) => {
                if unk.candidates.is_empty() {
                    let cause = unk.cause.clone();
                    self.may_raise(&cause);
                    // Editing methods are recognised when they are called.
                    bound(Callee::Method(name.into()))
                } else if unk
                    .candidates
                    .iter()
                    .all(|c| matches!(c.v, V::Module(_) | V::Class(_) | V::Instance(_)))
                {
                    let (cause, candidates) = (unk.cause.clone(), unk.candidates.clone());
                    self.of_any(&cause, &candidates, &owner.env, &mut |i, one| i.get_attr(one, name))?
                } else {
                    bound(Callee::Method(name.into()))
                }
            }
            V::Dict(id) | V::List(id) if self.boxes.contains(id) => match self.box_attr(owner, name)? {
                Some(val) => val,
                None => bound(Callee::Method(name.into())),
            },
            V::None | V::Bool(_) | V::Int(_) if name.starts_with("__") => {
                Val::unknown("an attribute of a builtin")
            }
            _ if super::members::has(owner, name) == Some(false) => {
                let what = owner.type_name().unwrap_or("value");
                return Err(
                    Raise::new("AttributeError", format!("asks a {what} for {name}")).with_env(&owner.env)
                );
            }
            _ => bound(Callee::Method(name.into())),
        })
    }

    fn namespace_method(&mut self, scope: u32, name: &str, args: Args) -> R<Val> {
        match name {
            "update" => {
                let mut entries: Vec<(Val, Val)> =
                    args.kw.iter().map(|(n, v)| (Val::str(n), v.clone())).collect();
                let mut open = args.open.clone();
                if let Some(first) = args.pos.first() {
                    let (more, rest) = self.entries_of(first);
                    entries.extend(more);
                    open = open.or(rest);
                }
                if let Some(cause) = open {
                    self.open_scope(scope, &cause, true);
                }
                for (key, value) in entries {
                    self.set_item(&Val::new(V::Namespace(scope)), key, value, args.at)?;
                }
                Ok(Val::new(V::None))
            }
            "get" | "pop" | "setdefault" => {
                let Some(key) = args.pos.first().and_then(Val::as_str).cloned() else {
                    return Ok(Val::unknown("a name that cannot be told"));
                };
                let found = self.scope(scope).and_then(|s| s.vars.get(&*key)).map(|b| b.val.clone());
                let open = self.scope(scope).and_then(|s| s.open.clone());
                if name == "pop"
                    && let Some(scope) = self.scope_mut(scope)
                {
                    scope.vars.shift_remove(&*key);
                }
                match (found, open) {
                    (Some(val), _) => Ok(val),
                    (None, Some(cause)) => Ok(Val::unknown(cause)),
                    (None, None) => {
                        let default = args.pos.get(1).cloned().unwrap_or_else(|| Val::new(V::None));
                        if name == "setdefault" {
                            self.set_item(
                                &Val::new(V::Namespace(scope)),
                                Val::str(&key),
                                default.clone(),
                                args.at,
                            )?;
                        }
                        Ok(default)
                    }
                }
            }
            "keys" | "values" | "items" | "copy" => {
                let dict = self.copied(&Val::new(V::Namespace(scope)));
                if name == "copy" { Ok(dict) } else { self.call_method(&dict, name, args) }
            }
            _ => Ok(self.give_up(&args, "a method of a namespace that is not modelled")),
        }
    }
}
