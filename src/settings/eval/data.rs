//! Plain data of the model as values of the interpreter, and Django's own defaults.

use super::Interp;
use super::val::{Binding, Name, V, Val};
use crate::settings::{Node, Value, defaults};

impl Interp<'_> {
    /// A default of Django's, as a value.
    pub(super) fn django_default(&mut self, name: &str) -> Option<Val> {
        let version = self.project.django.as_ref().map(|v| v.version.clone());
        let node = defaults::django(version.as_deref()).get(name)?.clone();
        Some(self.val_of(&node))
    }

    /// All defaults of Django's, as a module or class would bind them.
    pub(super) fn django_bindings(&mut self) -> Vec<(Name, Binding)> {
        let version = self.project.django.as_ref().map(|v| v.version.clone());
        let table = defaults::django(version.as_deref());
        table.iter().map(|(name, node)| (name.as_str().into(), Binding::plain(self.val_of(node)))).collect()
    }

    /// `from django.conf.global_settings import *`.
    pub(super) fn bind_django_defaults(&mut self) {
        let scope = self.frame_ref().scope;
        for (name, binding) in self.django_bindings() {
            self.bind_in(scope, &name, binding.val, None, Vec::new());
        }
    }

    /// Data as a value.
    pub(super) fn val_of(&mut self, node: &Node) -> Val {
        match &node.value {
            Value::None => Val::new(V::None),
            Value::Bool(b) => Val::bool(*b),
            Value::Int(n) => Val::new(V::Int(*n)),
            Value::Float(f) => Val::new(V::Float(*f)),
            Value::Str(text) => Val::str(text),
            Value::List(items) => {
                let items = items.items.iter().map(|n| self.val_of(n)).collect();
                self.list(items)
            }
            Value::Tuple(items) => {
                let items = items.items.iter().map(|n| self.val_of(n)).collect();
                Val::tuple(items)
            }
            Value::Dict(dict) => {
                let entries =
                    dict.entries.iter().map(|e| (self.val_of(&e.key), self.val_of(&e.value))).collect();
                self.dict(entries)
            }
            Value::Lazy(text) => Val::new(V::Lazy(text.as_str().into())),
            Value::Ref(name) => Val::new(V::Ref(name.as_str().into())),
            Value::Unknown(unknown) => Val::unknown(unknown.cause.as_str()),
            _ => Val::unknown("a default that is not modelled"),
        }
    }
}
