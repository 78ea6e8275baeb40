//! Plain data of the model as values of the interpreter, and Django's own defaults.

use std::rc::Rc;

use super::Interp;
use super::val::{Binding, DictObj, Name, Reads, Seq, Unk, V, Val};
use crate::settings::{Items, Node, Value, defaults};

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

    /// A value of the model as the interpreter has it. Places are left behind: they are the settings' own.
    pub(super) fn val_of(&mut self, node: &Node) -> Val {
        self.val_from(node, false)
    }

    /// The same, with the places of its parts and the reads behind them.
    pub(super) fn placed_val(&mut self, node: &Node) -> Val {
        self.val_from(node, true)
    }

    fn val_from(&mut self, node: &Node, placed: bool) -> Val {
        let val = self.bare_val(node, placed);
        if !placed {
            return val;
        }
        let reads = node.env.iter().fold(Reads::default(), |all, read| all.union(&Reads::one(read.clone())));
        val.at(node.at).with_env(&reads)
    }

    fn bare_val(&mut self, node: &Node, placed: bool) -> Val {
        let seq = |this: &mut Self, items: &Items| Seq {
            items: items.items.iter().map(|n| this.val_from(n, placed)).collect(),
            rest: items.rest.as_deref().map(Rc::from),
        };
        Val::new(match &node.value {
            Value::None => V::None,
            Value::Bool(b) => V::Bool(*b),
            Value::Int(n) => V::Int(*n),
            Value::BigInt(text) => V::BigInt(text.as_str().into()),
            Value::Float(f) => V::Float(*f),
            Value::Str(text) => V::Str(text.as_str().into()),
            Value::PartlyStr(parts) => {
                V::Parts(Rc::new(parts.iter().map(|p| p.as_deref().map(Rc::from)).collect()))
            }
            Value::Bytes(_) => return Val::unknown("bytes of the settings"),
            Value::List(items) => {
                let seq = seq(self, items);
                return self.list_of(seq);
            }
            Value::Tuple(items) => V::Tuple(Rc::new(seq(self, items))),
            Value::Set(items) => {
                let seq = seq(self, items);
                return self.set_of(seq);
            }
            Value::Dict(dict) => {
                let mut made = DictObj { rest: dict.rest.as_deref().map(Rc::from), ..DictObj::default() };
                for entry in &dict.entries {
                    let (key, value) =
                        (self.val_from(&entry.key, placed), self.val_from(&entry.value, placed));
                    made.insert(key, value);
                }
                return self.dict_of(made);
            }
            Value::Ref(name) => V::Ref(name.as_str().into()),
            Value::Timedelta(seconds) => V::Timedelta(*seconds),
            Value::Regex(pattern) => V::Regex(pattern.as_str().into()),
            Value::Path(path) => {
                let root = self.sources.root().to_string_lossy();
                V::Path(path.replacen("<root>", root.trim_end_matches('/'), 1).into())
            }
            Value::Lazy(text) => V::Lazy(text.as_str().into()),
            Value::Unknown(unknown) => V::Unknown(Rc::new(Unk {
                required: placed && unknown.required,
                candidates: unknown.candidates.iter().map(|n| self.val_from(n, placed)).collect(),
                ..Unk::of(unknown.cause.as_str().into())
            })),
        })
    }
}
