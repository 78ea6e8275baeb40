//! Reading and binding names: local, enclosing, module, builtin.

use std::rc::Rc;

use super::raise::{R, Raise};
use super::val::{Binding, Unk, V, Val};
use super::{Interp, cause_of};
use crate::settings::{How, Step};
use crate::source::Span;

/// The most links that a chain keeps.
const MAX_CHAIN: usize = 24;

impl Interp<'_> {
    /// The binding that a name means here.
    pub(super) fn lookup(&self, name: &str) -> Option<&Binding> {
        let frame = self.frame_ref();
        let skip_locals = frame.globals.iter().any(|g| &**g == name);
        let chain = if skip_locals { &frame.chain[frame.chain.len() - 1..] } else { &frame.chain[..] };
        for &id in chain {
            let Some(scope) = self.scope(id) else { continue };
            if let Some(binding) = scope.vars.get(name) {
                return Some(binding);
            }
            if self.is_local(id, name) {
                return None;
            }
        }
        None
    }

    /// Whether a call's namespace is the one that the name belongs to, bound or not.
    fn is_local(&self, scope: super::val::Id, name: &str) -> bool {
        self.scope(scope).is_some_and(|s| {
            !s.locals.is_empty() && s.locals.binary_search_by(|local| (**local).cmp(name)).is_ok()
        })
    }

    /// Why a name that is not bound may be bound after all.
    pub(super) fn open_cause(&self) -> Option<Rc<str>> {
        self.frame_ref().chain.iter().find_map(|&id| self.scope(id)?.open.clone())
    }

    /// The value of a name.
    pub(super) fn load_name(&mut self, name: &str) -> R<Val> {
        if let Some(binding) = self.lookup(name) {
            let val = binding.val.clone();
            if val.unk().is_some_and(|u| u.maybe_unset) {
                let cause = cause_of(&val);
                let mut unk: Unk = (**val.unk().expect("internal error: just seen")).clone();
                unk.maybe_unset = false;
                let raise = *Raise::new("NameError", cause);
                self.pend(self.heap.clone(), raise);
                // Code that runs on found it bound.
                if let [only] = unk.candidates.as_slice() {
                    return Ok(only.clone());
                }
                return Ok(Val { v: V::Unknown(Rc::new(unk)), ..val });
            }
            return self.made(val);
        }
        let frame = self.frame_ref();
        if !frame.globals.iter().any(|g| &**g == name)
            && let Some(&id) = frame.chain.iter().find(|&&id| self.is_local(id, name))
        {
            return match self.scope(id).and_then(|s| s.open.clone()) {
                Some(cause) => Ok(Val::unknown(cause)),
                None => Err(Raise::new("UnboundLocalError", format!("reads {name} before it is set"))),
            };
        }
        let open = self.open_cause();
        if let Some(val) = Self::builtin(name) {
            return Ok(val);
        }
        if let Some(cause) = open {
            self.may_raise(&cause);
            return Ok(Val::unknown(cause));
        }
        Err(Raise::new("NameError", format!("the name {name} is not defined")))
    }

    /// Binds a name where the running code would.
    pub(super) fn bind(&mut self, name: &str, val: Val, step: Option<(u32, Step)>, chain: Vec<(u32, Step)>) {
        let frame = self.frame_ref();
        let scope = if frame.globals.iter().any(|g| &**g == name) {
            *frame.chain.last().expect("internal error: no module scope")
        } else if frame.nonlocals.iter().any(|g| &**g == name) {
            let own = frame.scope;
            frame
                .chain
                .iter()
                .copied()
                .filter(|&id| id != own)
                .find(|&id| self.scope(id).is_some_and(|s| s.vars.contains_key(name)))
                .unwrap_or(own)
        } else {
            frame.scope
        };
        self.bind_in(scope, name, val, step, chain);
    }

    /// Binds a name in a namespace; earlier links of its chain stay.
    pub(super) fn bind_in(
        &mut self,
        scope: super::val::Id,
        name: &str,
        val: Val,
        step: Option<(u32, Step)>,
        chain: Vec<(u32, Step)>,
    ) {
        let val = self.unless_loose(scope, name, val);
        let Some(scope) = self.scope_mut(scope) else { return };
        let add = |steps: &mut Vec<(u32, Step)>| {
            for link in chain.into_iter().chain(step) {
                if !steps.iter().any(|s| s.1.at == link.1.at && s.1.how == link.1.how) {
                    steps.push(link);
                }
            }
            if steps.len() > MAX_CHAIN {
                steps.drain(..steps.len() - MAX_CHAIN);
            }
        };
        if let Some(binding) = scope.vars.get_mut(name) {
            binding.val = val;
            add(Rc::make_mut(&mut binding.steps));
        } else {
            let mut steps = Vec::new();
            add(&mut steps);
            scope.vars.insert(name.into(), Binding { val, steps: Rc::new(steps) });
        }
    }

    /// Binds a name in a namespace that need not be the running code's. Where a function does it for a module, the
    /// module's own statement that led there comes last in the chain: it decides.
    pub(super) fn bind_from_afar(&mut self, scope: super::val::Id, name: &str, val: Val, at: Option<Span>) {
        let step = self.assigned(at, &val);
        let body = self.frames.iter().position(|frame| frame.scope == scope && !frame.is_function);
        let call = body.and_then(|body| self.frames.get(body + 1)).and_then(|frame| frame.called.clone());
        let Some((at, function)) = call else {
            self.bind_in(scope, name, val, step, Vec::new());
            return;
        };
        let call = self.step(Some(at), How::Called, format!("set by {function}()"));
        self.bind_in(scope, name, val, call, step.into_iter().collect());
    }

    /// Unbinds a name; `false` when it was not bound.
    pub(super) fn unbind(&mut self, name: &str) -> bool {
        let frame = self.frame_ref();
        let id = if frame.globals.iter().any(|g| &**g == name) {
            *frame.chain.last().expect("internal error: no module scope")
        } else {
            frame.scope
        };
        self.scope_mut(id).is_some_and(|s| s.vars.shift_remove(name).is_some())
    }

    /// A few words for people about a value that was just bound.
    pub(super) fn note_for(val: &Val) -> String {
        let Some(read) = val.env.as_slice().first() else { return String::new() };
        let mut note = format!("read {}", read.name);
        if read.supplied {
            note.push_str(", supplied");
        } else if let Some(text) = short_repr(val) {
            note.push_str(", default ");
            note.push_str(&text);
        }
        note
    }

    /// A step for a statement that binds `val`.
    pub(super) fn assigned(&mut self, at: Option<Span>, val: &Val) -> Option<(u32, Step)> {
        self.step(at, How::Assigned, Self::note_for(val))
    }
}

fn short_repr(val: &Val) -> Option<String> {
    Some(match &val.v {
        V::None => "None".into(),
        V::Bool(true) => "True".into(),
        V::Bool(false) => "False".into(),
        V::Int(n) => n.to_string(),
        _ => return None,
    })
}
