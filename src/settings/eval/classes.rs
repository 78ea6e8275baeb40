//! Classes of the project: order of resolution, attributes, properties, instances.

use std::rc::Rc;

use super::functions::Args;
use super::raise::{R, Raise};
use super::routing::lacks;
use super::val::{Callee, V, Val};
use super::{Interp, val::Kind};

impl Interp<'_> {
    /// The order of resolution after C3, over the bases that are in the project.
    pub(super) fn linearize(&self, id: u32, bases: &[u32]) -> Option<Vec<u32>> {
        let mut lists: Vec<Vec<u32>> = bases.iter().map(|&b| self.classes[b as usize].mro.clone()).collect();
        lists.push(bases.to_vec());
        let mut order = vec![id];
        loop {
            lists.retain(|l| !l.is_empty());
            if lists.is_empty() {
                return Some(order);
            }
            if order.len() > 200 {
                return None;
            }
            let next = lists.iter().map(|l| l[0]).find(|&c| !lists.iter().any(|l| l[1..].contains(&c)))?;
            order.push(next);
            for list in &mut lists {
                if list[0] == next {
                    list.remove(0);
                }
            }
        }
    }

    /// What a class body in the order of resolution binds to a name.
    pub(super) fn class_member(&self, class: u32, name: &str) -> Option<Val> {
        let mro = &self.classes[class as usize].mro;
        mro.iter()
            .find_map(|&c| Some(self.scope(self.classes[c as usize].scope)?.vars.get(name)?.val.clone()))
    }

    /// The namespaces of a class and its bases, in order of resolution.
    pub(super) fn class_scopes(&self, class: u32) -> Vec<super::val::Id> {
        self.classes[class as usize].mro.iter().map(|&base| self.classes[base as usize].scope).collect()
    }

    /// Why an attribute that is not found may be there after all.
    fn class_cause(&self, class: u32, name: &str) -> Option<Rc<str>> {
        let def = &self.classes[class as usize];
        if let Some(cause) = &def.opaque {
            return Some(cause.clone());
        }
        let foreign = def.external.iter().find(|e| {
            !matches!(
                e.rsplit('.').next().unwrap_or(e),
                "object" | "ABC" | "Exception" | "Protocol" | "Generic"
            ) && !lacks(e, name)
        });
        let known_in_part = || {
            // A table tells of a library's class only what decides who may do what.
            let mut bases = def.mro.iter().filter(|&&base| self.classes[base as usize].is_library);
            let base = bases.find(|&&base| !lacks(&self.class_path(base), name))?;
            Some(self.classes[*base as usize].name.clone())
        };
        let base = foreign.cloned().or_else(known_in_part)?;
        Some(format!("the base class {base} is not part of the project").into())
    }

    pub(super) fn class_attr(&mut self, class: u32, name: &str) -> R<Val> {
        match name {
            "__name__" | "__qualname__" => return Ok(Val::str(&self.classes[class as usize].name.clone())),
            "__module__" => {
                let module = self.classes[class as usize].module;
                return Ok(Val::str(&self.modules[module as usize].name.clone()));
            }
            "__dict__" => return Ok(Val::new(V::Namespace(self.classes[class as usize].scope))),
            "__mro__" => {
                let mro = self.classes[class as usize].mro.clone();
                let def = &self.classes[class as usize];
                let is_whole = def.opaque.is_none()
                    && !def.is_library
                    && def.external.iter().all(|base| &**base == "builtins.object");
                let object = Val::new(V::Ref("builtins.object".into()));
                let items = mro.into_iter().map(|c| Val::new(V::Class(c))).chain(is_whole.then_some(object));
                let rest = (!is_whole).then(|| "bases that are not part of the project".into());
                return Ok(Val::new(V::Tuple(Rc::new(super::Seq { items: items.collect(), rest }))));
            }
            "__bases__" if !self.classes[class as usize].is_library => {
                let mut bases = self.classes[class as usize].bases.clone();
                if bases.is_empty() {
                    bases.push(V::Ref("builtins.object".into()));
                }
                return Ok(Val::tuple(bases.into_iter().map(Val::new).collect()));
            }
            _ => {}
        }
        if let Some(val) = self.metaclass_attr(class, name, true)? {
            return Ok(val);
        }
        if let Some(val) = self.class_member(class, name) {
            if let Some(member) = self.enumerated(class, name, &val) {
                return Ok(member);
            }
            let owner = Val::new(V::Class(class));
            return self.bind_member(val, None, &owner, name);
        }
        if let Some(val) = self.metaclass_attr(class, name, false)? {
            return Ok(val);
        }
        match self.class_cause(class, name) {
            Some(cause) => {
                self.may_raise(&cause);
                Ok(Val::unknown(cause))
            }
            // `type` gives every class a good many.
            None if name == "mro" || name.starts_with("__") && name.ends_with("__") => {
                Ok(Val::unknown(format!("{name} of a class is not modelled")))
            }
            None => Err(Raise::new("AttributeError", format!("asks a class for {name}, which is not there"))),
        }
    }

    /// A member of an enumeration, which is an object of its class and no plain value.
    fn enumerated(&self, class: u32, name: &str, val: &Val) -> Option<Val> {
        let def = &self.classes[class as usize];
        let bases: Vec<&str> = def.external.iter().map(|e| e.rsplit('.').next().unwrap_or(e)).collect();
        let is_enumeration =
            |base: &&str| base.ends_with("Enum") || base.ends_with("Flag") || base.ends_with("Choices");
        let is_member = !name.starts_with('_') && !matches!(val.v, V::Func(_) | V::Class(_) | V::Lib(_));
        if !is_member || !bases.iter().any(is_enumeration) {
            return None;
        }
        let is_plain =
            matches!(val.v, V::Str(_) | V::Int(_)) && !bases.iter().any(|base| base.ends_with("Flag"));
        Some(if is_plain {
            Val::lib("enum-member", vec![val.clone(), Val::str(name)], Vec::new())
        } else {
            Val::unknown("a member of an enumeration")
        })
    }

    pub(super) fn instance_attr(&mut self, owner: &Val, name: &str) -> R<Val> {
        let (V::Instance(id), Some(class)) = (&owner.v, self.instance_class(owner)) else {
            return Ok(Val::unknown("an object that is gone"));
        };
        let id = *id;
        if name == "__class__" {
            return Ok(Val::new(V::Class(class)));
        }
        if name == "__module__" {
            return self.class_attr(class, name);
        }
        if name == "__dict__" {
            return Ok(self.own_entries(owner).unwrap_or_else(|| Val::new(V::Namespace(id))));
        }
        let member = self.class_member(class, name);
        let is_property = match &member {
            Some(Val { v: V::Lib(object), .. }) => object.class == "property",
            Some(val) => self.find_method(val, "__set__").is_some(),
            None => false,
        };
        if !is_property && let Some(binding) = self.scope(id).and_then(|s| s.vars.get(name)) {
            return Ok(binding.val.clone());
        }
        if !is_property && let Some(own) = self.own_entries(owner) {
            let key = Val::str(name);
            if self.contains(&own, &key)? != Some(false) {
                return self.get_item(&own, &key, None);
            }
        }
        if let Some(val) = member {
            let class_val = Val::new(V::Class(class));
            return self.bind_member(val, Some(owner), &class_val, name);
        }
        if let Some(method) = self.held_method(owner, name) {
            return Ok(method);
        }
        // What an operator asks for is looked up in the class alone.
        let is_special = name.starts_with("__") && name.ends_with("__");
        if !is_special && let Some(method) = self.class_member(class, "__getattr__") {
            if let V::Func(func) = method.v {
                let args = Args { pos: vec![Val::str(name)], ..Args::default() };
                return self.call_function(func, Some(owner.clone()), args);
            }
            if let Some(held) = self.held(owner).cloned() {
                if self.borrowed(class, "__getattr__", &["builtins.dict.get"]) {
                    return self.call_method(
                        &held,
                        "get",
                        Args { pos: vec![Val::str(name)], ..Args::default() },
                    );
                }
                if self.borrowed(class, "__getattr__", &["builtins.dict.__getitem__"]) {
                    return self.get_item(&held, &Val::str(name), None);
                }
            }
            return Ok(Val::unknown("an attribute that the class computes"));
        }
        if let Some(method) = self.app_config_method(id, class, name) {
            return Ok(method);
        }
        let open = self.scope(id).and_then(|s| s.open.clone());
        match open.or_else(|| self.class_cause(class, name)) {
            Some(cause) => {
                self.may_raise(&cause);
                Ok(Val::unknown(cause))
            }
            None => {
                Err(Raise::new("AttributeError", format!("asks an object for {name}, which is not there")))
            }
        }
    }

    /// The dict that an object is, where that holds its attributes, too: `self.__dict__ = self`.
    pub(super) fn own_entries(&self, owner: &Val) -> Option<Val> {
        let V::Instance(id) = owner.v else { return None };
        let place = &self.scope(id)?.vars.get("__dict__")?.val;
        matches!(place.v, V::Instance(own) if own == id).then(|| self.held(owner).cloned()).flatten()
    }

    /// A method, if the object's class has it.
    pub(super) fn find_method(&mut self, owner: &Val, name: &str) -> Option<Val> {
        let class = self.instance_class(owner)?;
        match self.class_member(class, name)?.v {
            V::Func(id) => Some(Val::new(V::Bound(Rc::new((owner.clone(), Callee::Func(id)))))),
            _ => None,
        }
    }

    /// A member as attribute access gives it: methods bound, properties evaluated.
    pub(super) fn bind_member(&mut self, val: Val, this: Option<&Val>, class: &Val, name: &str) -> R<Val> {
        let val = self.made(val)?;
        match (&val.v, this) {
            (V::Func(id), Some(this)) => Ok(Val::new(V::Bound(Rc::new((this.clone(), Callee::Func(*id)))))),
            (V::Lib(object), _) => match (object.class, object.args.first().map(|a| &a.v)) {
                ("property", Some(V::Func(id))) => match this {
                    Some(this) => self.call_function(*id, Some(this.clone()), Args::default()),
                    None => Ok(val.clone()),
                },
                ("cached_property", Some(V::Func(id))) => match this {
                    Some(this) => {
                        let made = self.call_function(*id, Some(this.clone()), Args::default())?;
                        if let V::Instance(object) = this.v {
                            self.bind_in(object, name, made.clone(), None, Vec::new());
                        }
                        Ok(made)
                    }
                    None => Ok(val.clone()),
                },
                ("classproperty", Some(V::Func(id))) => {
                    self.call_function(*id, Some(class.clone()), Args::default())
                }
                (super::contexts::MANAGER, Some(V::Func(id))) if this.is_some() => {
                    let this = this.cloned().unwrap_or_else(|| class.clone());
                    let bound = Val::new(V::Bound(Rc::new((this, Callee::Func(*id)))));
                    Ok(Val::lib(super::contexts::MANAGER, vec![bound], Vec::new()))
                }
                ("staticmethod", Some(_)) => Ok(object.args[0].clone()),
                ("classmethod", Some(V::Func(id))) => {
                    Ok(Val::new(V::Bound(Rc::new((class.clone(), Callee::Func(*id))))))
                }
                _ => Ok(val.clone()),
            },
            (V::Instance(_), _) => match self.find_method(&val, "__get__") {
                Some(method) => {
                    let of = this.cloned().unwrap_or_else(|| Val::new(V::None));
                    self.call(&method, Args { pos: vec![of, class.clone()], ..Args::default() })
                }
                None => Ok(val),
            },
            _ => Ok(val),
        }
    }

    /// `Class(…)`.
    pub(super) fn instantiate(&mut self, class: u32, args: Args) -> R<Val> {
        let at = args.at;
        if let Some(model) = self.instantiate_model(class, &args)? {
            return Ok(model);
        }
        let def = &self.classes[class as usize];
        let collection = self.collection_of(class).filter(|_| self.class_member(class, "__new__").is_none());
        let external = def.external.iter().find(|e| {
            let is_plain =
                matches!(e.rsplit('.').next().unwrap_or(e), "object" | "ABC" | "Protocol" | "Generic");
            let is_held = collection.is_some() && super::held::is_collection(e);
            !(is_plain || is_held || is_exception(e))
        });
        if let Some(cause) = def.opaque.clone() {
            return Ok(self.give_up(&args, cause));
        }
        if let (Some(external), false) = (external, self.is_routing()) {
            let cause =
                format!("makes an object of a class whose base {external} is not part of the project");
            return Ok(self.give_up(&args, cause));
        }
        if let Some(V::Func(new)) = self.class_member(class, "__new__").map(|member| member.v) {
            return self.instantiate_by(new, class, args);
        }
        let object = self.new_instance(class);
        let init = self.class_member(class, "__init__");
        if let Some(kind) = collection {
            // Without a constructor of its own, the class takes what the collection's takes.
            let filled = if init.is_some() { Args::default() } else { args.clone() };
            let collection = self.call_builtin(kind, filled)?;
            self.hold(&object, collection);
        }
        if let Some(V::Func(init)) = init.map(|v| v.v) {
            self.call_function(init, Some(object.clone()), args)?;
        } else if collection.is_none()
            && !(args.pos.is_empty() && args.kw.is_empty())
            && self.takes_nothing(class)
        {
            return Err(Raise::new(
                "TypeError",
                "makes an object with arguments that its class does not take",
            ));
        }
        Ok(object.at(at))
    }

    /// `Class(…)` of a class that makes its objects itself.
    fn instantiate_by(&mut self, new: u32, class: u32, args: Args) -> R<Val> {
        let at = args.at;
        let made = self.call_function(new, Some(Val::new(V::Class(class))), args.clone())?;
        if made.is_unknown() || self.is_instance_of(&made, class) != Some(true) {
            return Ok(made);
        }
        match self.class_member(class, "__init__").map(|init| init.v) {
            Some(V::Func(init)) => {
                self.call_function(init, Some(made.clone()), args)?;
            }
            _ => {
                if let Some(held) = self.held(&made).cloned() {
                    self.special_method(&held, "__init__", &args)?;
                }
            }
        }
        Ok(made.at(at))
    }

    /// `object.__new__(cls)`, `type.__new__(mcs, name, bases, namespace)`.
    pub(super) fn make_new(&mut self, mut args: Args) -> R<Val> {
        let Some(V::Class(class)) = args.pos.first().map(|val| &val.v) else {
            return Ok(self.give_up(&args, "an object of a class that cannot be told"));
        };
        let class = *class;
        if self.is_metaclass(class) {
            args.pos.remove(0);
            return self.make_declared(class, &args);
        }
        let object = self.new_instance(class);
        if let Some(kind) = self.collection_of(class) {
            let collection = self.call_builtin(kind, Args::default())?;
            self.hold(&object, collection);
        }
        Ok(object)
    }

    /// Whether an object's attribute is a property that nothing sets.
    pub(super) fn is_read_only(&self, owner: &Val, name: &str) -> bool {
        let member = self.instance_class(owner).and_then(|class| self.class_member(class, name));
        let has_none =
            |object: &super::val::LibObject| object.args.get(1).is_none_or(|set| matches!(set.v, V::None));
        matches!(member, Some(Val { v: V::Lib(o), .. }) if o.class == "property" && has_none(&o))
    }

    /// Sets an attribute by what the class has for it: the setter of a property, or a descriptor's `__set__`.
    pub(super) fn set_by_member(&mut self, owner: &Val, name: &str, val: &Val) -> R<bool> {
        let member = self.instance_class(owner).and_then(|class| self.class_member(class, name));
        match member {
            Some(Val { v: V::Lib(object), .. }) if object.class == "property" => {
                let Some(setter) = object.args.get(1) else { return Ok(false) };
                self.call(setter, Args { pos: vec![owner.clone(), val.clone()], ..Args::default() })?;
                Ok(true)
            }
            Some(member) => {
                let Some(method) = self.find_method(&member, "__set__") else { return Ok(false) };
                self.call(&method, Args { pos: vec![owner.clone(), val.clone()], ..Args::default() })?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Whether no base, not even one outside the project, could take arguments.
    fn takes_nothing(&self, class: u32) -> bool {
        let def = &self.classes[class as usize];
        // What a library's class takes, the table of its members does not say.
        if self.is_routing() && def.mro.iter().any(|&c| self.classes[c as usize].at.is_none()) {
            return false;
        }
        def.external.iter().all(|e| matches!(&**e, "builtins.object" | "object" | "abc.ABC"))
            && self.class_member(class, "__new__").is_none()
    }

    /// `super()` in a method.
    pub(super) fn call_super(&mut self, args: &Args) -> Val {
        let explicit = match args.pos.first().map(|v| &v.v) {
            Some(V::Class(class)) => Some(*class),
            _ => None,
        };
        let Some((class, this)) = self.frames.iter().rev().find_map(|f| f.class.clone()) else {
            return Val::unknown("super() outside of a method");
        };
        let this = args.pos.get(1).cloned().unwrap_or(this);
        Val::lib("super", vec![Val::new(V::Class(explicit.unwrap_or(class))), this], Vec::new())
    }

    /// `super().name`.
    pub(super) fn super_attr(&mut self, class: u32, this: &Val, name: &str) -> R<Val> {
        if let V::Class(id) = this.v
            && let Some(val) = self.metaclass_super(class, id, name)?
        {
            return Ok(val);
        }
        let own = match &this.v {
            V::Class(id) => *id,
            _ => self.instance_class(this).unwrap_or(class),
        };
        let mro = self.classes[own as usize].mro.clone();
        let after = mro.iter().position(|&c| c == class).map_or(0, |at| at + 1);
        for &base in &mro[after.min(mro.len())..] {
            let scope = self.classes[base as usize].scope;
            let Some(val) = self.scope(scope).and_then(|s| s.vars.get(name)).map(|b| b.val.clone()) else {
                continue;
            };
            let instance = (matches!(this.v, V::Instance(_)) || name == "__init_subclass__").then_some(this);
            let class_val = Val::new(V::Class(own));
            return self.bind_member(val, instance, &class_val, name);
        }
        if let Some(method) = self.held_method(this, name) {
            return Ok(method);
        }
        if name == "__new__" {
            return Ok(Val::lib("new", Vec::new(), Vec::new()));
        }
        // The library's own `__init__`, `setup` and the like do nothing that is seen here.
        if matches!(name, "__init__" | "setup" | "pre_setup" | "post_setup" | "__init_subclass__") {
            return Ok(Val::lib("noop", Vec::new(), Vec::new()));
        }
        if let Some(val) = self.routed_super(this, name) {
            return Ok(val);
        }
        Ok(Val::unknown("a method of a base class that is not part of the project"))
    }

    /// Whether an object is of a class of the project.
    pub(super) fn is_instance_of(&self, val: &Val, class: u32) -> Option<bool> {
        match self.heap.get(match val.v {
            V::Instance(id) => id,
            V::Unknown(_) => return None,
            _ => return Some(false),
        }) {
            Some(super::Obj { kind: Kind::Instance { class: own, .. }, .. }) => {
                Some(self.classes[*own as usize].mro.contains(&class))
            }
            _ => None,
        }
    }
}

pub(super) fn is_exception(name: &str) -> bool {
    let short = name.rsplit('.').next().unwrap_or(name);
    short.ends_with("Error") || short.ends_with("Exception") || short == "ImproperlyConfigured"
}
