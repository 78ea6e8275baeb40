//! Builtin functions that look at objects, classes and namespaces, or change them by name.

use std::ops::ControlFlow::{Break, Continue};

use super::super::functions::Args;
use super::super::val::{V, Val};
use super::super::{Interp, cause_of};
use super::{Called, too_few};

impl Interp<'_> {
    /// Calls one of them.
    pub(super) fn call_on_object(&mut self, name: &str, args: Args) -> Called {
        let first = args.pos.first().cloned();
        let missing = || too_few(name);
        let val = match name {
            "isinstance" => {
                let (Some(val), Some(class)) = (&first, args.pos.get(1)) else { return Err(missing()) };
                let class = &self.classes_to_match(val, class)?;
                match self.is_instance(val, class) {
                    Some(answer) => Val::bool(answer),
                    None => Self::one_of(cause_of(val), vec![Val::bool(true), Val::bool(false)]),
                }
            }
            "issubclass" if let Some(known) = self.routed_issubclass(&args)? => Val::bool(known),
            "issubclass" => {
                let (Some(class), Some(base)) = (&first, args.pos.get(1)) else { return Err(missing()) };
                match self.is_subclass(class, base) {
                    Some(answer) => Val::bool(answer),
                    None => {
                        Self::one_of("a class that cannot be told", vec![Val::bool(true), Val::bool(false)])
                    }
                }
            }
            "callable" => match first.filter(|val| !val.is_attribute()).map(|v| v.v) {
                Some(V::Func(_) | V::Class(_) | V::Bound(_)) => Val::bool(true),
                Some(
                    V::None | V::Bool(_) | V::Int(_) | V::Str(_) | V::List(_) | V::Dict(_) | V::Tuple(_),
                ) => Val::bool(false),
                _ => Self::one_of("a value that cannot be told", vec![Val::bool(true), Val::bool(false)]),
            },
            "hasattr" | "getattr" => {
                let (Some(owner), Some(attr)) = (&first, args.pos.get(1)) else { return Err(missing()) };
                return self.get_attr_by_name(owner, attr, name, args.pos.get(2)).map(Break);
            }
            "setattr" => {
                let [owner, attr, val] = args.pos.as_slice() else { return Err(missing()) };
                match attr.as_str() {
                    Some(name) => self.set_attr(owner, &name.clone(), val.clone(), args.at)?,
                    None => {
                        let cause = self.naming_cause(attr, args.at);
                        self.taint(val, &cause);
                        self.set_unclear_attr(&owner.clone(), &attr.clone(), &cause);
                    }
                }
                Val::new(V::None)
            }
            "delattr" => {
                let (Some(owner), Some(attr)) = (&first, args.pos.get(1).and_then(Val::as_str)) else {
                    return Err(missing());
                };
                let scope = match &owner.v {
                    V::Module(id) => Some(self.modules[*id as usize].scope),
                    V::Class(id) => Some(self.classes[*id as usize].scope),
                    V::Instance(id) => Some(*id),
                    _ => None,
                };
                let attr = attr.clone();
                if let Some(scope) = scope.and_then(|id| self.scope_mut(id)) {
                    scope.vars.shift_remove(&attr);
                }
                Val::new(V::None)
            }
            "globals" => {
                let id = *self.frame_ref().chain.last().expect("internal error: no module scope");
                Val::new(V::Namespace(id))
            }
            "locals" => Val::new(V::Namespace(self.frame_ref().scope)),
            "dir" => self.dir(first.as_ref()),
            "vars" => match first.map(|v| v.v) {
                None => Val::new(V::Namespace(self.frame_ref().scope)),
                Some(V::Module(id)) => Val::new(V::Namespace(self.modules[id as usize].scope)),
                Some(V::Class(id)) => Val::new(V::Namespace(self.classes[id as usize].scope)),
                Some(V::Instance(id)) => Val::new(V::Namespace(id)),
                Some(other) => Val::unknown(cause_of(&Val::new(other))),
            },
            "super" => self.call_super(&args),
            _ => self.give_up(&args, format!("{name}() is not modelled")),
        };
        Ok(Continue(val))
    }
}
