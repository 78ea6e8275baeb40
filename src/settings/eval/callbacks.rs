//! Functions that builtins and library code get to call: `map(add, names)`, `sorted(key=…)`, `re.sub(…)`. Where a
//! result cannot be told in full, neither can the calls that made it, and what they may change is unknown for good.
//! Calls that are followed are not of this file's business.

use std::rc::Rc;

use super::functions::Args;
use super::raise::R;
use super::val::{Callee, V, Val};
use super::{Interp, cause_of};

/// Builtins that call none of their arguments.
const NO_CALLERS: &[&str] = &[
    "builtins.callable",
    "builtins.delattr",
    "builtins.dir",
    "builtins.getattr",
    "builtins.hasattr",
    "builtins.hash",
    "builtins.id",
    "builtins.isinstance",
    "builtins.issubclass",
    "builtins.setattr",
    "builtins.super",
    "builtins.vars",
];

/// Those that call what they get to learn an order.
const KEYED: &[&str] = &["builtins.max", "builtins.min", "builtins.sorted", "sort"];

/// The arguments that whoever gets them may call.
pub(super) fn callbacks(args: &Args) -> Vec<Val> {
    let may_be_called = |val: &&Val| match &val.v {
        V::Func(_) | V::Class(_) => true,
        V::Bound(bound) => match &bound.1 {
            Callee::Func(_) => true,
            Callee::Method(name) => super::edits::is_edit(name),
        },
        V::Lib(object) => object.class == "partial",
        V::Instance(_) => true,
        V::Unknown(unk) => !unk.candidates.is_empty(),
        _ => false,
    };
    args.all().filter(may_be_called).cloned().collect()
}

impl Interp<'_> {
    /// Calls what is no function of the project.
    pub(super) fn call_outside(&mut self, name: &str, args: Args) -> R<Val> {
        let callbacks = callbacks(&args);
        let made = self.call_ref(name, args)?;
        self.called_back(name, &callbacks, &made);
        Ok(made)
    }

    /// A library function was called with these, and gave this.
    pub(super) fn called_back(&mut self, name: &str, callbacks: &[Val], made: &Val) {
        if callbacks.is_empty() || NO_CALLERS.contains(&name) {
            return;
        }
        let Some(cause) = self.why_not_whole(made) else { return };
        for callback in callbacks {
            match callback.v {
                // What a key gives is compared and thrown away.
                V::Func(func) if KEYED.contains(&name) && self.asks_only(func) => {}
                V::Instance(_) => {
                    if let Some(method) = self.find_method(callback, "__call__") {
                        self.taint(&method, &cause);
                    }
                }
                V::Class(class) => {
                    for method in ["__new__", "__init__", "__post_init__"] {
                        if let Some(V::Func(func)) = self.class_member(class, method).map(|val| val.v) {
                            self.loosen_function(func);
                            self.taint_members(callback, &cause);
                        }
                    }
                }
                _ => self.taint(callback, &cause),
            }
        }
    }

    /// A function was called for elements of which not all, or not the order, can be told.
    pub(super) fn asked_unseen(&mut self, args: &Args, cause: &Rc<str>) {
        let made = Val::unknown(cause.clone());
        self.called_back("sort", &callbacks(args), &made);
    }

    /// Why a value, or the number of its elements, cannot be told.
    fn why_not_whole(&self, val: &Val) -> Option<Rc<str>> {
        match &val.v {
            V::Unknown(_) | V::Parts(_) => Some(cause_of(val)),
            V::List(_) | V::Tuple(_) | V::Set(_) | V::Dict(_) | V::Iter(_) => self.elements(val).rest.clone(),
            _ => None,
        }
    }
}
