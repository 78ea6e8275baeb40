//! Objects of classes that inherit from `dict`, `list` or `set`: each holds a builtin collection, which every method that
//! its class does not define works on. What `collections` offers besides `OrderedDict` is left out.

use super::functions::Args;
use super::raise::R;
use super::val::{Callee, Kind, V, Val};
use super::{Interp, cause_of};
use std::rc::Rc;

/// Methods that syntax calls, and what `super().__init__(…)` of a collection's class does.
const SPECIAL: &[&str] =
    &["__init__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__len__", "__iter__"];

/// Methods that operators call.
pub(super) const OPERATORS: &[&str] = &[
    "__add__", "__radd__", "__iadd__", "__or__", "__ror__", "__ior__", "__and__", "__rand__", "__iand__",
    "__sub__", "__rsub__", "__isub__", "__xor__", "__rxor__", "__ixor__", "__mul__", "__rmul__", "__imul__",
    "__mod__",
];

/// The builtin that a base class outside the project is, as far as its objects are followed.
fn builtin(base: &str) -> Option<&'static str> {
    Some(match base {
        "builtins.dict" | "collections.OrderedDict" => "dict",
        "builtins.list" => "list",
        "builtins.set" => "set",
        _ => return None,
    })
}

/// Whether a base class is a builtin collection.
pub(super) fn is_collection(base: &str) -> bool {
    builtin(base).is_some()
}

impl Interp<'_> {
    /// The builtin collection that objects of a class are.
    pub(super) fn collection_of(&self, class: u32) -> Option<&'static str> {
        let mut kinds = self.classes[class as usize].external.iter().filter_map(|base| builtin(base));
        let kind = kinds.next()?;
        kinds.all(|other| other == kind).then_some(kind)
    }

    /// The collection that an object is.
    pub(super) fn held(&self, val: &Val) -> Option<&Val> {
        let V::Instance(id) = val.v else { return None };
        match &self.heap.get(id)?.kind {
            Kind::Instance { held, .. } => held.as_ref(),
            _ => None,
        }
    }

    /// The same, unless the object's class has methods of its own for what is asked of it.
    pub(super) fn held_without(&self, val: &Val, methods: &[&str]) -> Option<Val> {
        let held = self.held(val)?;
        let class = self.instance_class(val)?;
        let own = methods.iter().any(|name| self.class_member(class, name).is_some());
        (!own).then(|| held.clone().with_env(&val.env))
    }

    /// Makes an object hold a collection.
    pub(super) fn hold(&mut self, object: &Val, collection: Val) {
        if let V::Instance(id) = object.v
            && let Some(Kind::Instance { held, .. }) = self.heap.get_mut(id).map(|o| &mut o.kind)
        {
            *held = Some(collection);
        }
    }

    /// A method of the collection that an object is, bound to that.
    pub(super) fn held_method(&self, object: &Val, name: &str) -> Option<Val> {
        let held = self.held(object)?;
        let is_special = name.starts_with("__");
        let is_there = if is_special { SPECIAL.contains(&name) } else { super::members::has(held, name)? };
        is_there.then(|| Val::new(V::Bound(Rc::new((held.clone(), Callee::Method(name.into()))))))
    }

    /// `owner.__getitem__(key)` and the like of a builtin collection. `None` for any other method.
    pub(super) fn special_method(&mut self, owner: &Val, name: &str, args: &Args) -> R<Option<Val>> {
        if !SPECIAL.contains(&name) || !args.kw.is_empty() && name != "__init__" {
            return Ok(None);
        }
        let none = Val::new(V::None);
        Ok(Some(match (name, args.pos.as_slice()) {
            ("__init__", []) if args.kw.is_empty() => none,
            ("__init__", _) => {
                let fill = if matches!(owner.v, V::List(_)) { "extend" } else { "update" };
                return self.call_method(owner, fill, args.clone()).map(Some);
            }
            ("__getitem__", [key]) => self.get_item(owner, key, args.at)?,
            ("__setitem__", [key, val]) => {
                self.set_item(owner, key.clone(), val.clone(), args.at)?;
                none
            }
            ("__delitem__", [key]) => {
                self.delete_item(owner, key, args.at)?;
                none
            }
            ("__contains__", [item]) => match self.contains(owner, item)? {
                Some(answer) => Val::bool(answer),
                None => Self::one_of(cause_of(item), vec![Val::bool(true), Val::bool(false)]),
            },
            ("__len__", []) => self.call_builtin("len", Args { pos: vec![owner.clone()], ..args.clone() })?,
            ("__iter__", []) => {
                self.call_builtin("iter", Args { pos: vec![owner.clone()], ..args.clone() })?
            }
            _ => return Ok(None),
        }))
    }

    /// `object[key]` of a collection's object whose class leaves that to the collection, but for keys that are not there.
    pub(super) fn held_item(
        &mut self,
        owner: &Val,
        key: &Val,
        at: Option<crate::source::Span>,
    ) -> R<Option<Val>> {
        let Some(held) = self.held_without(owner, &["__getitem__"]) else { return Ok(None) };
        let missing = self.find_method(owner, "__missing__");
        match (self.get_item(&held, key, at), missing) {
            (Err(raise), Some(missing)) if raise.classes.iter().any(|class| &**class == "KeyError") => {
                let args = Args { pos: vec![key.clone()], at, ..Args::default() };
                self.call(&missing, args).map(Some)
            }
            (result, _) => result.map(Some),
        }
    }

    /// What an object's class has under the name of a special method that it takes from `dict`:
    /// `__getattr__ = dict.__getitem__`.
    pub(super) fn borrowed(&self, class: u32, name: &str, from: &[&str]) -> bool {
        let member = self.class_member(class, name);
        matches!(member.map(|m| m.v), Some(V::Ref(builtin)) if from.contains(&&*builtin))
    }
}
