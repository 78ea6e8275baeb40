//! `SimpleLazyObject(function)`: the function is called when the object is first used, and only then. An object that is
//! imported, bound to another name or asked for its module is still not used. Whether it is true or equal to something is
//! left open.

use std::rc::Rc;

use super::Interp;
use super::functions::Args;
use super::raise::R;
use super::val::{Kind, LibObject, Seq, V, Val};

/// The modelled object.
const CLASS: &str = "lazy-object";

impl Interp<'_> {
    /// An object that is made later.
    pub(super) fn lazy_object(&mut self, function: &Val) -> Val {
        let made = self.list(Vec::new());
        Val::lib(CLASS, vec![made, function.clone()], Vec::new())
    }

    /// What an object that is used stands for: itself, unless it is made now or was before.
    pub(super) fn used(&mut self, val: &Val) -> R<Option<Val>> {
        match &val.v {
            V::Lib(object) if object.class == CLASS => self.unwrapped(&object.clone()).map(Some),
            _ => Ok(None),
        }
    }

    fn unwrapped(&mut self, object: &LibObject) -> R<Val> {
        let [Val { v: V::List(made), .. }, function] = object.args.as_slice() else {
            return Ok(Val::unknown("an object that is made later"));
        };
        let (made, function) = (*made, function.clone());
        if let Ok(Some(val)) = self.seq(made).map(|seq| seq.items.first().cloned()) {
            return Ok(val);
        }
        self.keep_made(made, vec![Val::unknown("it is made from itself")]);
        let outer = self.is_before_settings();
        self.set_before_settings(outer || self.was_made_before(object));
        let result = self.call(&function, Args::default());
        self.set_before_settings(outer);
        self.keep_made(made, result.as_ref().ok().cloned().into_iter().collect());
        result
    }

    /// The objects that were made so far, by the names of modules under which they are kept.
    pub(super) fn made_objects(&self) -> Vec<String> {
        let is_made = |val: &Val| match &val.v {
            V::Lib(object) if object.class == CLASS => match object.args.first().map(|made| &made.v) {
                Some(V::List(made)) => self.seq(*made).is_ok_and(|made| !made.items.is_empty()),
                _ => false,
            },
            _ => false,
        };
        self.names_of_lazy(is_made)
    }

    /// Whether an object is one that the settings used.
    fn was_made_before(&self, object: &LibObject) -> bool {
        let Some(before) = self.made_by_settings() else { return false };
        let is_it = |val: &Val| matches!(&val.v, V::Lib(other) if std::ptr::eq(Rc::as_ptr(other), object));
        !before.is_empty() && self.names_of_lazy(is_it).iter().any(|name| before.contains(name))
    }

    fn names_of_lazy(&self, is_it: impl Fn(&Val) -> bool) -> Vec<String> {
        let mut names = Vec::new();
        for module in &self.modules {
            let vars = self.scope(module.scope).into_iter().flat_map(|scope| &scope.vars);
            let found = vars.filter(|(_, binding)| is_it(&binding.val));
            names.extend(found.map(|(name, _)| format!("{}.{name}", module.name)));
        }
        names
    }

    fn keep_made(&mut self, id: u32, items: Vec<Val>) {
        if let Some(object) = self.heap.get_mut(id) {
            object.kind = Kind::List(Seq { items, rest: None });
        }
    }
}
