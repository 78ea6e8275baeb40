//! How classes come to be: by a class statement, or by a call of `type` or of a metaclass; what a metaclass of the
//! project gives its classes, and which classes are abstract. A metaclass that makes or sets up its classes in its own
//! way leaves them open.

use std::rc::Rc;

use super::functions::{Args, ClassDef};
use super::raise::R;
use super::val::{Binding, Callee, Id, Name, V, Val};
use super::{Interp, cause_of};
use crate::source::Span;

/// Methods of a metaclass with which a class is another than its body says.
const MAKING: &[&str] = &[
    "__prepare__",
    "__getattribute__",
    "__getattr__",
    "__setattr__",
    "__instancecheck__",
    "__subclasscheck__",
    "mro",
];

/// Methods of a metaclass that run when a class is made.
const MAKERS: [&str; 2] = ["__new__", "__init__"];

/// What is known of a class before its bases are looked at.
pub(super) struct Declared {
    pub name: Name,
    pub qualname: Name,
    pub module: u32,
    pub scope: Id,
    pub at: Option<Span>,
}

fn is_metaclass_name(name: &str) -> bool {
    matches!(name, "builtins.type" | "abc.ABCMeta")
}

impl Interp<'_> {
    /// Adds a class whose body is yet to run.
    pub(super) fn declare_class(&mut self, made: Declared, bases: Vec<Val>, metaclass: Option<&Val>) -> u32 {
        let (mut own, mut external, mut opaque) = (Vec::new(), Vec::new(), None);
        for base in &bases {
            match &base.v {
                V::Class(base) => own.push(*base),
                V::Ref(name) => external.push(name.clone()),
                V::Lib(object) => external.push(object.class.into()),
                _ => opaque = Some(Rc::from(format!("a base class cannot be told ({})", cause_of(base)))),
            }
        }
        let (mut meta, mut is_abc) = (None, external.iter().any(|base| &**base == "abc.ABC"));
        match metaclass.map(|val| &val.v) {
            None => {}
            Some(V::Class(id)) if self.leaves_classes_alone(*id) => meta = Some(*id),
            Some(V::Ref(name)) if is_metaclass_name(name) => is_abc |= &**name == "abc.ABCMeta",
            Some(V::Class(id)) => {
                meta = Some(*id);
                opaque = Some("a metaclass may change the class".into());
            }
            Some(_) => opaque = Some("a metaclass may change the class".into()),
        }
        for base in &own {
            let base = &self.classes[*base as usize];
            external.extend(base.external.iter().cloned());
            opaque = opaque.or_else(|| base.opaque.clone());
            is_abc |= base.is_abc;
            // The most derived metaclass makes the class.
            meta = match (meta, base.metaclass) {
                (Some(a), Some(b)) if self.classes[b as usize].mro.contains(&a) => Some(b),
                (meta, other) => meta.or(other),
            };
        }
        is_abc |=
            meta.is_some_and(|id| self.classes[id as usize].external.iter().any(|e| &**e == "abc.ABCMeta"));
        external.dedup();
        let id = self.classes.len() as u32;
        let mro = self.linearize(id, &own);
        if mro.is_none() {
            opaque = Some("its bases have no consistent order".into());
        }
        let Declared { name, qualname, module, scope, at } = made;
        self.classes.push(ClassDef {
            name,
            qualname,
            module,
            scope,
            mro: mro.unwrap_or_else(|| vec![id]),
            bases: bases.into_iter().map(|base| base.v).collect(),
            metaclass: meta,
            is_abc,
            external,
            opaque,
            is_library: false,
            framework: Vec::new(),
            at,
        });
        id
    }

    /// Whether a metaclass's classes are what their bodies say.
    fn leaves_classes_alone(&self, id: u32) -> bool {
        let def = &self.classes[id as usize];
        def.opaque.is_none()
            && def.external.iter().all(|base| is_metaclass_name(base))
            && self.is_metaclass(id)
            && !MAKING.iter().any(|name| self.class_member(id, name).is_some())
            && MAKERS
                .iter()
                .all(|name| self.maker(id, name).is_none_or(|maker| matches!(maker.v, V::Func(_))))
    }

    fn maker(&self, meta: u32, name: &str) -> Option<Val> {
        self.class_member(meta, name)
    }

    pub(super) fn is_metaclass(&self, id: u32) -> bool {
        self.classes[id as usize].external.iter().any(|base| is_metaclass_name(base))
    }

    /// `Class(…)`: an object of it, or a class where it is a metaclass.
    pub(super) fn call_class(&mut self, class: u32, args: Args) -> R<Val> {
        if self.is_metaclass(class) && args.pos.len() == 3 && self.leaves_classes_alone(class) {
            return self.make_class(Some(class), &args);
        }
        let meta = self.classes[class as usize].metaclass;
        if let Some(V::Func(call)) = meta.and_then(|meta| self.class_member(meta, "__call__")).map(|m| m.v) {
            return self.call_function(call, Some(Val::new(V::Class(class))), args);
        }
        self.instantiate(class, args)
    }

    /// `type(name, bases, namespace)`, or a metaclass called so.
    pub(super) fn make_class(&mut self, meta: Option<u32>, args: &Args) -> R<Val> {
        let [name, bases, namespace] = args.pos.as_slice() else {
            return Ok(self.give_up(args, "a class made by a call"));
        };
        let (entries, rest) = self.entries_of(namespace);
        let bases = self.iterate(bases);
        let names: Option<Vec<(Name, Val)>> =
            entries.into_iter().map(|(key, val)| Some((key.as_str()?.clone(), val))).collect();
        let (Some(name), Some(names), None, None) = (name.as_str().cloned(), names, rest, &bases.rest) else {
            return Ok(self.give_up(args, "a class made by a call, of which not all can be told"));
        };
        let text =
            |wanted: &str| names.iter().find(|(name, _)| &**name == wanted).and_then(|(_, v)| v.as_str());
        let module = text("__module__").and_then(|module| self.by_name.get(module).copied());
        let module = module.unwrap_or(self.frame_ref().module);
        let qualname = text("__qualname__").cloned().unwrap_or_else(|| name.clone());
        let scope = self.new_scope();
        let meta = meta.map(|id| Val::new(V::Class(id)));
        let made = Declared { name, qualname, module, scope, at: args.at };
        let id = self.declare_class(made, bases.items, meta.as_ref());
        if let Some(scope) = self.scope_mut(scope) {
            let kept = names.into_iter().filter(|(name, _)| &**name != "__qualname__");
            scope.vars.extend(kept.map(|(name, val)| (name, Binding::plain(val))));
        }
        let keywords = Args { kw: args.kw.clone(), at: args.at, ..Args::default() };
        Ok(self.finish_class(id, keywords)?.at(args.at))
    }

    /// Hands a class whose body ran to its metaclass, and gives what that makes of it.
    pub(super) fn finish_class(&mut self, id: u32, keywords: Args) -> R<Val> {
        let own = Val::new(V::Class(id));
        let def = &self.classes[id as usize];
        let Some(meta) = def.metaclass.filter(|_| def.opaque.is_none()) else {
            self.announce_class(id, keywords)?;
            return Ok(own);
        };
        let makers = MAKERS.map(|name| match self.maker(meta, name).map(|maker| maker.v) {
            Some(V::Func(func)) => Some(func),
            _ => None,
        });
        if makers == [None, None] {
            self.announce_class(id, keywords)?;
            return Ok(own);
        }
        let mut bases = def.bases.clone();
        let (name, scope) = (def.name.clone(), def.scope);
        bases.retain(|base| !matches!(base, V::Ref(name) if &**name == "builtins.object"));
        let (entries, rest) = self.entries_of(&Val::new(V::Namespace(scope)));
        let mut namespace = super::DictObj { rest, ..super::DictObj::default() };
        for (key, val) in entries {
            namespace.insert(key, val);
        }
        let namespace = self.dict_of(namespace);
        let bases = Val::tuple(bases.into_iter().map(Val::new).collect());
        let given = Args { pos: vec![Val::str(&name), bases, namespace], ..keywords.clone() };
        let made = match makers[0] {
            Some(new) => {
                self.making.push(Some(id));
                let made = self.call_function(new, Some(Val::new(V::Class(meta))), given.clone());
                let left = self.making.pop().flatten();
                let made = made?;
                if left.is_some() {
                    // Python's own maker was not asked, or not with what the statement says.
                    self.classes[id as usize].opaque = Some("a metaclass may change the class".into());
                }
                made
            }
            None => {
                self.announce_class(id, keywords)?;
                own
            }
        };
        if let (Some(init), V::Class(class)) = (makers[1], made.v.clone())
            && class == id
        {
            self.call_function(init, Some(made.clone()), given)?;
        }
        Ok(made)
    }

    /// `type.__new__(mcs, name, bases, namespace)` for the class whose statement runs; any other class is a new one.
    pub(super) fn make_declared(&mut self, meta: u32, args: &Args) -> R<Val> {
        let declared = self.making.last().copied().flatten();
        let [name, bases, namespace] = args.pos.as_slice() else {
            return Ok(self.give_up(args, "a class made by a call"));
        };
        let same = declared.filter(|&id| {
            let def = &self.classes[id as usize];
            let bases = self.iterate(bases);
            let is_base = |(val, base): (&Val, &V)| val.is(&Val::new(base.clone()));
            let own: Vec<&V> =
                def.bases.iter().filter(|b| !matches!(b, V::Ref(n) if &**n == "builtins.object")).collect();
            name.as_str().is_some_and(|name| *name == def.name)
                && def.metaclass == Some(meta)
                && bases.rest.is_none()
                && bases.items.len() == own.len()
                && bases.items.iter().zip(own).all(is_base)
        });
        let Some(id) = same else {
            return Ok(self.give_up(args, "a class that its metaclass makes in its own way"));
        };
        let (entries, rest) = self.entries_of(namespace);
        let names: Option<Vec<(Name, Val)>> =
            entries.into_iter().map(|(key, val)| Some((key.as_str()?.clone(), val))).collect();
        let (Some(names), None) = (names, rest) else {
            return Ok(self.give_up(args, "a class made by a call, of which not all can be told"));
        };
        if let Some(last) = self.making.last_mut() {
            *last = None;
        }
        let scope = self.classes[id as usize].scope;
        if let Some(scope) = self.scope_mut(scope) {
            let old = std::mem::take(&mut scope.vars);
            for (name, val) in names {
                let binding = match old.get(&name) {
                    Some(binding) if binding.val.is(&val) => binding.clone(),
                    _ => Binding::plain(val),
                };
                scope.vars.insert(name, binding);
            }
        }
        self.announce_class(id, Args { kw: args.kw.clone(), at: args.at, ..Args::default() })?;
        Ok(Val::new(V::Class(id)))
    }

    /// Tells what the body of a new class bound, and its bases, that the class is there.
    pub(super) fn announce_class(&mut self, id: u32, keywords: Args) -> R<()> {
        let def = &self.classes[id as usize];
        let scope = def.scope;
        let meta = def.metaclass;
        if let Some(cause) = def.opaque.clone() {
            self.give_up_making(meta, &cause);
        }
        let held: Vec<(Name, Val)> = match self.scope(scope) {
            Some(scope) => {
                let is_object = |val: &Val| matches!(val.v, V::Instance(_));
                scope
                    .vars
                    .iter()
                    .filter(|(_, b)| is_object(&b.val))
                    .map(|(n, b)| (n.clone(), b.val.clone()))
                    .collect()
            }
            None => Vec::new(),
        };
        for (name, val) in held {
            if let Some(method) = self.find_method(&val, "__set_name__") {
                let pos = vec![Val::new(V::Class(id)), Val::str(&name)];
                self.call(&method, Args { pos, ..Args::default() })?;
            }
        }
        let mro = self.classes[id as usize].mro.clone();
        let told = mro.iter().skip(1).find_map(|&base| {
            let scope = self.scope(self.classes[base as usize].scope)?;
            Some(scope.vars.get("__init_subclass__")?.val.clone())
        });
        let func = match told.map(|member| member.v) {
            Some(V::Func(func)) => Some(func),
            Some(V::Lib(object)) => match object.args.first().map(|func| &func.v) {
                Some(V::Func(func)) => Some(*func),
                _ => None,
            },
            _ => None,
        };
        if let Some(func) = func {
            self.call_function(func, Some(Val::new(V::Class(id))), keywords)?;
        }
        Ok(())
    }

    /// A metaclass that is not followed has made a class: nothing is known of what its methods may have changed.
    fn give_up_making(&mut self, meta: Option<u32>, cause: &Rc<str>) {
        let Some(meta) = meta else { return };
        for class in self.classes[meta as usize].mro.clone() {
            let scope = self.classes[class as usize].scope;
            let methods: Vec<u32> = self.scope(scope).map_or_else(Vec::new, |scope| {
                let func = |val: &Val| match val.v {
                    V::Func(id) => Some(id),
                    _ => None,
                };
                MAKING.iter().chain(&MAKERS).filter_map(|name| func(&scope.vars.get(*name)?.val)).collect()
            });
            if !methods.is_empty() {
                for &method in &methods {
                    self.havoc_function(method as usize, cause);
                }
                self.taint(&Val::new(V::Namespace(scope)), cause);
            }
        }
    }

    /// What a class's metaclass has under a name: methods bound to the class, properties evaluated.
    pub(super) fn metaclass_attr(&mut self, class: u32, name: &str, is_property: bool) -> R<Option<Val>> {
        let Some(meta) = self.classes[class as usize].metaclass else { return Ok(None) };
        let Some(member) = self.class_member(meta, name) else { return Ok(None) };
        if is_property != matches!(&member.v, V::Lib(object) if object.class == "property") {
            return Ok(None);
        }
        let (this, meta) = (Val::new(V::Class(class)), Val::new(V::Class(meta)));
        self.bind_member(member, Some(&this), &meta, name).map(Some)
    }

    /// `super().name` in a method of a metaclass: what comes after the method's class. `None` when it is no such method.
    pub(super) fn metaclass_super(&mut self, after: u32, class: u32, name: &str) -> R<Option<Val>> {
        let Some(meta) = self.classes[class as usize].metaclass else { return Ok(None) };
        let mro = self.classes[meta as usize].mro.clone();
        let Some(at) = mro.iter().position(|&c| c == after) else { return Ok(None) };
        let this = Val::new(V::Class(class));
        for &base in &mro[at + 1..] {
            let scope = self.classes[base as usize].scope;
            if let Some(val) = self.scope(scope).and_then(|s| s.vars.get(name)).map(|b| b.val.clone()) {
                return self.bind_member(val, Some(&this), &Val::new(V::Class(meta)), name).map(Some);
            }
        }
        Ok(Some(match name {
            "__call__" => Val::lib("type-call", vec![this], Vec::new()),
            "__init__" => Val::lib("noop", Vec::new(), Vec::new()),
            _ => Val::unknown("a method of type"),
        }))
    }

    /// Whether a class has abstract methods left; `None` when that cannot be told.
    pub(super) fn is_abstract(&self, class: u32) -> Option<bool> {
        let def = &self.classes[class as usize];
        if def.opaque.is_some() {
            return None;
        }
        if !def.is_abc {
            return Some(false);
        }
        if !def.external.iter().all(|base| matches!(&**base, "abc.ABC" | "builtins.object")) {
            return None;
        }
        let mut names = Vec::new();
        for &class in &def.mro {
            names.extend(self.scope(self.classes[class as usize].scope)?.vars.keys());
        }
        Some(
            names
                .into_iter()
                .any(|name| self.class_member(class, name).is_some_and(|m| self.is_left_open(&m))),
        )
    }

    /// Whether a member of a class is marked as abstract.
    fn is_left_open(&self, member: &Val) -> bool {
        match &member.v {
            V::Func(id) => self.funcs[*id as usize].is_abstract,
            V::Lib(object) if matches!(object.class, "property" | "classmethod" | "staticmethod") => {
                object.args.iter().any(|func| self.is_left_open(func))
            }
            _ => false,
        }
    }

    /// `issubclass(class, base)` where both, and all that decides it, are known.
    pub(super) fn is_subclass(&self, class: &Val, base: &Val) -> Option<bool> {
        let V::Class(id) = class.v else { return None };
        let def = &self.classes[id as usize];
        match &base.v {
            V::Class(base) if def.mro.contains(base) => Some(true),
            // Who else may have registered a class with an abstract one is not followed.
            V::Class(_) if def.opaque.is_none() => Some(false),
            V::Ref(name) if &**name == "builtins.object" || def.external.contains(name) => Some(true),
            _ => None,
        }
    }

    /// `value.__module__` of what has one; that of a thing outside the project is some module outside of it.
    pub(super) fn module_of(&self, val: &Val) -> Option<Val> {
        let own = |id: u32| Some(Val::str(&self.modules[id as usize].name));
        match &val.v {
            V::Func(id) => own(self.funcs[*id as usize].module),
            V::Bound(bound) => match bound.1 {
                Callee::Func(id) => own(self.funcs[id as usize].module),
                Callee::Method(_) => None,
            },
            V::Ref(_) | V::Lib(_) => Some(Val::lib("foreign-module", Vec::new(), Vec::new())),
            _ => None,
        }
    }
}
