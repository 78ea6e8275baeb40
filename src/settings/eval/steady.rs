//! When a state joined with what one more round of a loop leaves has come to rest, and how it is brought to rest.

use std::rc::Rc;

use super::join::{Lost, same};
use super::taint::taint;
use super::val::{Heap, Kind, Obj, Unk, V, Val};

/// Whether a state that was joined with another tells nothing less than before.
pub(super) fn is_steady(before: &Heap, joined: &Heap) -> bool {
    unsteady(before, joined).is_empty()
}

/// Gives up what a join has changed, so that the next join cannot change it again.
pub(super) fn widen(before: &Heap, joined: &mut Heap, cause: &Rc<str>) {
    for id in unsteady(before, joined) {
        let (Some(old), Some(new)) = (before.get(id), joined.get(id)) else { continue };
        let mut lost = Lost::new();
        let ((Kind::Scope(p), Kind::Scope(q))
        | (Kind::Instance { attrs: p, .. }, Kind::Instance { attrs: q, .. })) = (&old.kind, &new.kind)
        else {
            let val = match new.kind {
                Kind::List(_) => V::List(id),
                Kind::Set(_) => V::Set(id),
                Kind::Dict(_) => V::Dict(id),
                _ => V::Iter(id),
            };
            taint(joined, &Val::new(val), cause, 0);
            continue;
        };
        let mut attrs = q.clone();
        for (name, binding) in &mut attrs.vars {
            let was = p.vars.get(name).map(|b| &b.val);
            if was.is_some_and(|was| is_still(was, before, &binding.val, joined)) {
                continue;
            }
            let unk = Unk {
                maybe_unset: was.is_none() || binding.val.unk().is_some_and(|u| u.maybe_unset),
                ..Unk::of(cause.clone())
            };
            let next = Val { v: V::Unknown(Rc::new(unk)), at: binding.val.at, env: binding.val.env.clone() };
            lost.extend(was.cloned());
            lost.push(std::mem::replace(&mut binding.val, next));
        }
        if let Some(Kind::Scope(scope) | Kind::Instance { attrs: scope, .. }) =
            joined.get_mut(id).map(|o| &mut o.kind)
        {
            *scope = attrs;
        }
        for val in lost {
            taint(joined, &val, cause, 0);
        }
    }
}

/// The objects of the first heap that are less known in the second.
fn unsteady(before: &Heap, joined: &Heap) -> Vec<u32> {
    let mut ids = before.differing(joined);
    ids.retain(|&id| match (before.get(id), joined.get(id)) {
        (Some(x), Some(y)) => !is_still_object(x, before, y, joined),
        _ => false,
    });
    ids
}

fn is_still_object(x: &Obj, hx: &Heap, y: &Obj, hy: &Heap) -> bool {
    if x.tainted.is_some() || y.tainted.is_some() {
        return x.tainted.is_some();
    }
    let items =
        |p: &[Val], q: &[Val]| p.len() == q.len() && p.iter().zip(q).all(|(x, y)| is_still(x, hx, y, hy));
    match (&x.kind, &y.kind) {
        (Kind::Iter { progress: a, .. }, Kind::Iter { progress: b, .. }) if !a.is(b) => false,
        (Kind::List(p), Kind::List(q)) | (Kind::Iter { seq: p, .. }, Kind::Iter { seq: q, .. }) => {
            p.rest.is_some() == q.rest.is_some() && items(&p.items, &q.items)
        }
        (Kind::Set(p), Kind::Set(q)) => {
            p.rest.is_some() == q.rest.is_some() && p.items.len() == q.items.len()
        }
        (Kind::Dict(p), Kind::Dict(q)) => {
            let value = |(key, (_, v)): (&super::val::Key, &(Val, Val))| {
                q.entries.get(key).is_some_and(|(_, w)| is_still(v, hx, w, hy))
            };
            p.rest.is_some() == q.rest.is_some()
                && p.entries.len() == q.entries.len()
                && p.entries.iter().all(value)
        }
        (Kind::Scope(p), Kind::Scope(q))
        | (Kind::Instance { attrs: p, .. }, Kind::Instance { attrs: q, .. }) => {
            p.open.is_some() == q.open.is_some()
                && p.vars.len() == q.vars.len()
                && p.vars.iter().all(|(name, b)| {
                    q.vars.get(name).is_some_and(|other| is_still(&b.val, hx, &other.val, hy))
                })
        }
        _ => false,
    }
}

fn is_still(x: &Val, hx: &Heap, y: &Val, hy: &Heap) -> bool {
    match (x.unk(), y.unk()) {
        (Some(a), Some(b)) => {
            a.required == b.required
                && a.maybe_unset == b.maybe_unset
                && a.candidates.len() == b.candidates.len()
                && a.candidates.iter().zip(&b.candidates).all(|(x, y)| is_still(x, hx, y, hy))
        }
        (None, None) => match (x.heap_id(), y.heap_id()) {
            (Some(a), Some(b)) => a == b,
            _ => same(x, hx, y, hy, 0),
        },
        _ => false,
    }
}
