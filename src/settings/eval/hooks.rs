//! Special methods of the project that Python calls where no call is written: comparisons, conversions, arithmetic,
//! hashing. Not every operation that runs one is followed, so what such a method may set or edit, of its own object or
//! elsewhere, is unknown from the first object of its class on, for good. Methods that are followed wherever Python calls
//! them are left out. Functions that are handed to code of which nothing is known are taken in the same way.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Interp;
use super::effects::{Effects, first_name};
use super::functions::Body;
use super::havoc::{bound_names, root_name};
use super::val::{Id, Name, V, Val};
use crate::python::ast::{Expr, ExprAttribute};
use crate::python::visitor::Visitor as _;

/// Special methods that are followed wherever Python calls them.
const FOLLOWED: &[&str] = &[
    "__call__",
    "__contains__",
    "__delitem__",
    "__enter__",
    "__exit__",
    "__get__",
    "__getattr__",
    "__getattribute__",
    "__getitem__",
    "__init__",
    "__init_subclass__",
    "__iter__",
    "__missing__",
    "__new__",
    "__next__",
    "__post_init__",
    "__set__",
    "__set_name__",
    "__setattr__",
    "__setitem__",
];

/// How many functions of one class are looked into.
const MAX_FUNCTIONS: usize = 100;

/// Names that hold for good what nobody can tell.
#[derive(Default)]
pub(super) struct Loose {
    names: FxHashMap<Id, FxHashSet<Name>>,
    /// Namespaces of which that goes for every name.
    scopes: FxHashSet<Id>,
    /// The classes that were looked into.
    seen: FxHashSet<u32>,
    /// The functions that somebody else may call.
    called: FxHashSet<u32>,
    /// What the special methods of a class set or edit of their own object.
    own: FxHashMap<u32, Own>,
}

/// Attributes of an object.
#[derive(Clone, Default)]
struct Own {
    names: Vec<Name>,
    /// Any of them may be meant.
    all: bool,
}

impl Loose {
    fn holds(&self, scope: Id, name: &str) -> bool {
        self.scopes.contains(&scope) || self.names.get(&scope).is_some_and(|names| names.contains(name))
    }
}

impl Interp<'_> {
    /// An object of a class is made.
    pub(super) fn loosen_hooks(&mut self, class: u32, object: Id) {
        if self.loose.seen.insert(class) {
            let mut called = Vec::new();
            for scope in self.class_scopes(class) {
                let Some(scope) = self.scope(scope) else { continue };
                for (name, binding) in &scope.vars {
                    let is_special = name.starts_with("__") && name.ends_with("__");
                    if let (true, V::Func(func)) =
                        (is_special && !FOLLOWED.contains(&&**name), &binding.val.v)
                    {
                        called.push(*func);
                    }
                }
            }
            self.loosen(called, Some(class));
        }
        let Some(own) = self.loose.own.get(&class).cloned() else { return };
        let cause: Rc<str> = "a special method of the object may change it at any time".into();
        if own.all {
            self.loose.scopes.insert(object);
        }
        for name in own.names {
            self.loose.names.entry(object).or_default().insert(name.clone());
            self.bind_in(object, &name, Val::maybe_unset(cause.clone()), None, Vec::new());
        }
    }

    /// Somebody may call a function at any time.
    pub(super) fn loosen_function(&mut self, func: u32) {
        if !self.is_routing() && self.loose.called.insert(func) {
            self.loosen(vec![func], self.funcs[func as usize].class);
        }
    }

    /// Whether a lambda neither sets nor edits anything, whatever is done with what it gives.
    pub(super) fn asks_only(&self, func: u32) -> bool {
        let Body::Expr(expr) = self.funcs[func as usize].body else { return false };
        let mut effects = Effects::default();
        effects.visit_expr(expr);
        effects.edited.is_empty() && effects.declared.is_empty() && effects.calls.is_empty()
    }

    /// What functions set or edit outside, and those of the project that they call.
    fn loosen(&mut self, mut called: Vec<u32>, class: Option<u32>) {
        let mut at = 0;
        while let Some(&func) = called.get(at) {
            at += 1;
            for next in self.loosen_one(func as usize, class) {
                if called.len() < MAX_FUNCTIONS && !called.contains(&next) {
                    called.push(next);
                }
            }
        }
    }

    fn loosen_one(&mut self, func: usize, class: Option<u32>) -> Vec<u32> {
        let mut effects = Effects::default();
        let mut locals: FxHashSet<Name> = FxHashSet::default();
        match self.funcs[func].body {
            Body::Block(body) => {
                effects.visit_body(body);
                locals.extend(bound_names(body).iter().cloned());
            }
            Body::Expr(expr) => {
                effects.visit_expr(expr);
                effects.edited.extend(root_name(expr));
            }
        }
        let cause: Rc<str> =
            format!("{}(), which may be called unseen, may change it", self.funcs[func].name).into();
        if let Some(parameters) = self.funcs[func].parameters {
            locals.extend(parameters.iter().map(|parameter| Name::from(parameter.name().as_str())));
        }
        if let (Some(class), Some(this)) = (class, self.funcs[func].parameters.and_then(first_name)) {
            let own = self.loose.own.entry(class).or_default();
            own.all |= effects.of(this, &mut own.names);
        }
        for (name, val) in self.funcs[func].defaults.clone() {
            if effects.edited.contains(&&*name) {
                self.taint(&val, &cause);
            }
        }
        let chain = self.funcs[func].chain.clone();
        let mut called = Vec::new();
        for call in &effects.calls {
            let callee = match &*call.func {
                Expr::Name(name) => self.seen_from(&chain, &name.id).map(|(_, val)| val),
                Expr::Attribute(attribute) => self.member_seen_from(&chain, attribute, class),
                _ => None,
            };
            let callee = callee.and_then(|val| match val.v {
                V::Class(id) => self.class_member(id, "__init__").as_ref().and_then(function_of),
                _ => function_of(&val),
            });
            if let Some(callee) = callee {
                called.push(callee);
                effects.edited.extend(call.arguments.args.iter().filter_map(root_name));
                effects.edited.extend(call.arguments.keywords.iter().filter_map(|k| root_name(&k.value)));
            }
        }
        for name in effects.declared {
            let Some(&module) = chain.last() else { continue };
            let seen = self.seen_from(&chain, name);
            let (scope, val) = seen.unwrap_or_else(|| (module, Val::maybe_unset(cause.clone())));
            self.loose.names.entry(scope).or_default().insert(name.into());
            self.taint_owner(&val, &cause);
            self.bind_in(scope, name, val, None, Vec::new());
        }
        for name in effects.edited {
            let Some((scope, val)) = self.seen_from(&chain, name) else {
                // It may be bound later, unless it is the function's own.
                if let (false, Some(&module)) = (locals.contains(name), chain.last()) {
                    self.loose.names.entry(module).or_default().insert(name.into());
                }
                continue;
            };
            match &val.v {
                V::Class(id) => {
                    self.loose.scopes.insert(self.classes[*id as usize].scope);
                }
                V::Module(id) => {
                    self.loose.scopes.insert(self.modules[*id as usize].scope);
                }
                V::Instance(id) => {
                    self.loose.scopes.insert(*id);
                }
                V::List(_) | V::Dict(_) | V::Set(_) | V::Iter(_) | V::Unknown(_) => {
                    self.loose.names.entry(scope).or_default().insert(name.into());
                }
                _ => continue,
            }
            self.taint_owner(&val, &cause);
        }
        if let (true, Some(&module)) = (effects.reflects, chain.last()) {
            self.loose.scopes.insert(module);
            self.open_scope(module, &cause, true);
        }
        called
    }

    /// What a name means in a function with these namespaces, and in which it is.
    fn seen_from(&self, chain: &[Id], name: &str) -> Option<(Id, Val)> {
        chain.iter().find_map(|&id| Some((id, self.scope(id)?.vars.get(name)?.val.clone())))
    }

    /// The attribute of something that a function with these namespaces sees by its name, or else of its own object.
    fn member_seen_from(&self, chain: &[Id], attribute: &ExprAttribute, class: Option<u32>) -> Option<Val> {
        let name = attribute.attr.as_str();
        let owner = match &*attribute.value {
            Expr::Name(owner) => self.seen_from(chain, &owner.id).map(|(_, val)| val),
            _ => None,
        };
        let class = match owner.as_ref().map(|owner| &owner.v) {
            Some(V::Module(module)) => {
                let scope = self.scope(self.modules[*module as usize].scope)?;
                return Some(scope.vars.get(name)?.val.clone());
            }
            Some(V::Class(id)) => Some(*id),
            Some(V::Instance(_)) => self.instance_class(owner.as_ref()?),
            _ => class,
        };
        self.class_member(class?, name)
    }

    /// What is bound to a name, where a special method may bind it to something else unseen.
    pub(super) fn unless_loose(&mut self, scope: Id, name: &str, val: Val) -> Val {
        let is_kept = matches!(val.v, V::Func(_) | V::Class(_) | V::Module(_) | V::Ref(_) | V::Lib(_));
        let is_open = val.unk().is_some_and(|unk| unk.candidates.is_empty());
        if is_kept || is_open || !self.loose.holds(scope, name) {
            return val;
        }
        let cause: Rc<str> = "a function that may be called unseen may change it".into();
        self.taint(&val, &cause);
        Val::unknown(cause).at(val.at)
    }
}

/// The function behind a method of any kind.
fn function_of(val: &Val) -> Option<u32> {
    match &val.v {
        V::Func(id) => Some(*id),
        V::Lib(object) if matches!(object.class, "staticmethod" | "classmethod" | "property") => {
            object.args.first().and_then(function_of)
        }
        _ => None,
    }
}
