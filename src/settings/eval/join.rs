//! Joining what two branches leave behind: equal values stay known, others become unknown with candidates,
//! collections keep what both sides show.

use std::rc::Rc;

use super::ENVIRON;
use super::taint::taint;
use super::val::{Binding, DictObj, Heap, Kind, Name, Obj, Progress, Scope, Seq, Unk, V, Val};
use crate::settings::Step;

/// The most candidates that an unknown value keeps.
pub(super) const MAX_CANDIDATES: usize = 8;
const MAX_DEPTH: usize = 24;
/// The largest product of lengths for which common elements are looked for.
const MAX_ALIGN: usize = 250_000;

/// What was on one side only, or is one of too many: the joined state does not tell of it, so nothing may be known
/// of it either.
pub(super) type Lost = Vec<Val>;

/// The heap after either `a` or `b`, without knowing which.
pub(super) fn join_heaps(a: Heap, b: &Heap, cause: &Rc<str>) -> Heap {
    finish(a, b, cause, Vec::new())
}

/// A value and the heap after either `a` or `b`.
pub(super) fn join_states(a: (Heap, &Val), b: (&Heap, &Val), cause: &Rc<str>) -> (Heap, Val) {
    let mut lost = Vec::new();
    let val = join_values(a.1, &a.0, b.1, b.0, cause, &mut lost);
    (finish(a.0, b.0, cause, lost), val)
}

fn finish(mut a: Heap, b: &Heap, cause: &Rc<str>, mut lost: Lost) -> Heap {
    let left = a.clone();
    for id in left.differing(b) {
        match (left.shared(id), b.shared(id)) {
            (None, Some(obj)) => a.share(id, obj.clone()),
            (Some(x), Some(y)) if absorbs_object(x, &left, y, b, cause) => {}
            (Some(x), Some(y)) => {
                let mut joined = join_objects(x, &left, y, b, cause, &mut lost);
                if id == ENVIRON {
                    joined.kind = join_environments(x, y, joined.kind, cause);
                }
                a.put(id, joined);
            }
            _ => {}
        }
    }
    for val in lost {
        taint(&mut a, &val, cause, 0);
    }
    a
}

/// Whether a namespace already tells all that it may be on the other side: states that are joined again and again are
/// copied only while that changes something.
fn absorbs_object(x: &Obj, hx: &Heap, y: &Obj, hy: &Heap, cause: &Rc<str>) -> bool {
    let ((Kind::Scope(p), Kind::Scope(q))
    | (Kind::Instance { attrs: p, .. }, Kind::Instance { attrs: q, .. })) = (&x.kind, &y.kind)
    else {
        return false;
    };
    let may_miss = |binding: &Binding| binding.val.unk().is_some_and(|unk| unk.maybe_unset);
    let absorbs = |(name, binding): (&Name, &Binding)| match q.vars.get(name) {
        Some(other) => {
            binding.is(other)
                || has_steps(&binding.steps, &other.steps)
                    && absorbs_value(&binding.val, hx, &other.val, hy, cause)
        }
        None => may_miss(binding),
    };
    (x.tainted.is_some() || y.tainted.is_none())
        && (p.open.is_some() || q.open.is_none())
        && has_steps(&x.steps, &y.steps)
        && q.vars.keys().all(|name| p.vars.contains_key(name))
        && p.vars.iter().all(absorbs)
}

fn has_steps(all: &[(u32, Step)], some: &[(u32, Step)]) -> bool {
    std::ptr::eq(all, some) || some.iter().all(|step| all.iter().any(|s| s.0 == step.0))
}

/// Whether the one value is what both joined are.
fn absorbs_value(x: &Val, hx: &Heap, y: &Val, hy: &Heap, cause: &Rc<str>) -> bool {
    if !x.env.absorbs(&y.env) {
        return false;
    }
    if is_one(x, hx, y, hy) {
        return true;
    }
    let Some(unk) = x.unk() else { return false };
    let has = |val: &Val| match unk.candidates.as_slice() {
        // What is lost among anything is not to be known elsewhere either.
        [] => matches!(val.v, V::None | V::Bool(_) | V::Int(_) | V::Float(_) | V::Str(_) | V::Path(_)),
        candidates => candidates.iter().any(|c| is_one(c, hx, val, hy)),
    };
    match y.unk() {
        None => !unk.required && has(y),
        Some(other) => {
            (unk.cause == other.cause || unk.cause == *cause)
                && (other.within.is_none() || unk.within == other.within)
                && (other.required || !unk.required)
                && (unk.maybe_unset || !other.maybe_unset)
                && (unk.candidates.is_empty() || !other.candidates.is_empty())
                && other.candidates.iter().all(has)
        }
    }
}

/// A variable that one side alone has written or taken out tells nothing of the others.
fn join_environments(x: &Obj, y: &Obj, joined: Kind, cause: &Rc<str>) -> Kind {
    let (Kind::Dict(p), Kind::Dict(q), Kind::Dict(mut joined)) = (&x.kind, &y.kind, joined) else {
        return Kind::Dict(DictObj { rest: Some(cause.clone()), ..DictObj::default() });
    };
    for (key, (name, val)) in p.entries.iter().chain(&q.entries) {
        if !joined.entries.contains_key(key) {
            let perhaps = vec![val.clone(), super::environ::removed()];
            joined.entries.insert(key.clone(), (name.clone(), super::Interp::one_of(cause.clone(), perhaps)));
        }
    }
    joined.rest = p.rest.clone().or_else(|| q.rest.clone());
    joined.shuffled = false;
    Kind::Dict(joined)
}

fn join_objects(x: &Obj, hx: &Heap, y: &Obj, hy: &Heap, cause: &Rc<str>, lost: &mut Lost) -> Obj {
    let mut steps = x.steps.clone();
    for step in &y.steps {
        if !steps.iter().any(|s| s.0 == step.0) {
            steps.push(step.clone());
        }
    }
    steps.sort_by_key(|s| s.0);
    let tainted = x.tainted.clone().or_else(|| y.tainted.clone());
    let shuffled = x.shuffled && y.shuffled && same_elements(&x.kind, hx, &y.kind, hy);
    let kind = match (&x.kind, &y.kind) {
        (Kind::List(p), Kind::List(q)) => Kind::List(join_seqs(p, hx, q, hy, cause, lost)),
        (Kind::Set(p), Kind::Set(q)) => {
            let mut joined = p.clone();
            joined.items.retain(|key, _| q.items.contains_key(key));
            if joined.items.len() < p.items.len().max(q.items.len()) {
                joined.rest = Some(cause.clone());
            }
            joined.rest = joined.rest.or_else(|| q.rest.clone());
            Kind::Set(joined)
        }
        (Kind::Dict(p), Kind::Dict(q)) => {
            let mut joined = p.clone();
            joined.entries.clear();
            for (key, (k, v)) in &p.entries {
                match q.entries.get(key) {
                    Some((_, other)) => {
                        let val = join_values(v, hx, other, hy, cause, lost);
                        joined.entries.insert(key.clone(), (k.clone(), val));
                    }
                    None => lost.push(v.clone()),
                }
            }
            let only = q.entries.iter().filter(|(key, _)| !p.entries.contains_key(*key));
            lost.extend(only.map(|(_, (_, v))| v.clone()));
            if joined.entries.len() < p.entries.len().max(q.entries.len()) {
                joined.rest = Some(cause.clone());
            }
            joined.rest = joined.rest.or_else(|| q.rest.clone());
            let others = q.entries.keys().filter(|key| p.entries.contains_key(*key));
            joined.shuffled |= q.shuffled || !joined.entries.keys().eq(others);
            Kind::Dict(joined)
        }
        (Kind::Iter { seq: p, once, progress }, Kind::Iter { seq: q, progress: other, .. }) => {
            let mut seq = join_seqs(p, hx, q, hy, cause, lost);
            let is_same = progress.is(other);
            if !is_same {
                seq.rest.get_or_insert_with(|| cause.clone());
            }
            Kind::Iter { seq, once: *once, progress: if is_same { progress.clone() } else { Progress::Done } }
        }
        (Kind::Scope(p), Kind::Scope(q)) => Kind::Scope(join_scopes(p, hx, q, hy, cause, lost)),
        (Kind::Instance { class, attrs: p, held }, Kind::Instance { attrs: q, .. }) => {
            let attrs = join_scopes(p, hx, q, hy, cause, lost);
            Kind::Instance { class: *class, attrs, held: held.clone() }
        }
        _ => x.kind.clone(),
    };
    Obj { kind, steps, tainted, shuffled }
}

/// Whether both hold the same elements in the same places.
fn same_elements(x: &Kind, hx: &Heap, y: &Kind, hy: &Heap) -> bool {
    match (x, y) {
        (Kind::List(p), Kind::List(q)) | (Kind::Iter { seq: p, .. }, Kind::Iter { seq: q, .. }) => {
            p.items.len() == q.items.len() && p.items.iter().zip(&q.items).all(|(x, y)| is_one(x, hx, y, hy))
        }
        _ => false,
    }
}

fn join_scopes(p: &Scope, hx: &Heap, q: &Scope, hy: &Heap, cause: &Rc<str>, lost: &mut Lost) -> Scope {
    let open = p.open.clone().or_else(|| q.open.clone());
    let mut joined = Scope { open, ..p.clone() };
    for (at, (name, binding)) in p.vars.iter().enumerate() {
        // Both sides bind mostly the same names in the same order, to the same values.
        let other = match q.vars.get_index(at) {
            Some((same, other)) if same == name => Some(other),
            _ => q.vars.get(name),
        };
        let next = match other {
            Some(other) if binding.is(other) => continue,
            Some(other) => {
                let val = join_values(&binding.val, hx, &other.val, hy, cause, lost);
                Binding { val, steps: join_steps(binding, other) }
            }
            None => maybe_bound(binding, cause),
        };
        joined.vars[at] = next;
    }
    for (name, binding) in &q.vars {
        if !p.vars.contains_key(name) {
            joined.vars.insert(name.clone(), maybe_bound(binding, cause));
        }
    }
    joined
}

fn join_steps(a: &Binding, b: &Binding) -> Rc<Vec<(u32, Step)>> {
    if Rc::ptr_eq(&a.steps, &b.steps) {
        return a.steps.clone();
    }
    let mut steps = (*a.steps).clone();
    for step in b.steps.iter() {
        if !steps.iter().any(|s| s.0 == step.0) {
            steps.push(step.clone());
        }
    }
    steps.sort_by_key(|s| s.0);
    Rc::new(steps)
}

/// A name that only one side binds.
fn maybe_bound(binding: &Binding, cause: &Rc<str>) -> Binding {
    let val = &binding.val;
    let unk = match val.unk() {
        Some(unk) => Unk { maybe_unset: true, required: false, ..(**unk).clone() },
        None => {
            let candidates = vec![val.clone()];
            Unk { candidates, maybe_unset: true, ..Unk::of(cause.clone()) }
        }
    };
    let val = Val { v: V::Unknown(Rc::new(unk)), at: val.at, env: val.env.clone() };
    Binding { val, steps: binding.steps.clone() }
}

/// What both lists show, in order; open when either shows more.
fn join_seqs(p: &Seq, hx: &Heap, q: &Seq, hy: &Heap, cause: &Rc<str>, lost: &mut Lost) -> Seq {
    let (n, m) = (p.items.len(), q.items.len());
    let rest = p.rest.clone().or_else(|| q.rest.clone());
    if n == m && p.items.iter().zip(&q.items).all(|(x, y)| is_one(x, hx, y, hy)) {
        let items = p.items.iter().zip(&q.items).map(|(x, y)| either_read(x, y)).collect();
        return Seq { items, rest };
    }
    if n.saturating_mul(m) > MAX_ALIGN {
        lost.extend(p.items.iter().chain(&q.items).cloned());
        return Seq { items: Vec::new(), rest: Some(rest.unwrap_or_else(|| cause.clone())) };
    }
    // Longest common subsequence.
    let equal: Vec<Vec<bool>> =
        p.items.iter().map(|x| q.items.iter().map(|y| is_one(x, hx, y, hy)).collect()).collect();
    let mut best = vec![vec![0_u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            best[i][j] =
                if equal[i][j] { best[i + 1][j + 1] + 1 } else { best[i + 1][j].max(best[i][j + 1]) };
        }
    }
    // Patterns that both sides may have: one more from the same place is another round of a loop, which has no end.
    let rounds: Vec<_> = p.items.iter().filter_map(super::routing::place_of_maybe).collect();
    let is_round = |val: &Val| val.at.is_some_and(|at| rounds.contains(&at));
    let (mut i, mut j, mut items, mut is_cut) = (0, 0, Vec::new(), false);
    while i < n || j < m {
        let only = if i < n && j < m && equal[i][j] {
            items.push(either_read(&p.items[i], &q.items[j]));
            i += 1;
            j += 1;
            continue;
        } else if j == m || (i < n && best[i + 1][j] >= best[i][j + 1]) {
            i += 1;
            &p.items[i - 1]
        } else {
            j += 1;
            &q.items[j - 1]
        };
        match super::routing::maybe(only, cause).filter(|_| !is_round(only)) {
            Some(maybe) => items.push(maybe),
            None => {
                lost.push(only.clone());
                is_cut = true;
            }
        }
    }
    Seq { items, rest: rest.or_else(|| is_cut.then(|| cause.clone())) }
}

/// Whether two values are the same, and no other name of the one that is dropped can show the difference.
fn is_one(x: &Val, hx: &Heap, y: &Val, hy: &Heap) -> bool {
    let twins = x.heap_id().zip(y.heap_id()).is_some_and(|(a, b)| are_twins(a, hx, b, hy));
    !twins && same(x, hx, y, hy, 0)
}

/// Whether two objects of two heaps are not one, and one of them is in both: another name may show it.
fn are_twins(a: u32, hx: &Heap, b: u32, hy: &Heap) -> bool {
    a != b && (hy.get(a).is_some() || hx.get(b).is_some())
}

/// Either `x` or `y`.
fn join_values(x: &Val, hx: &Heap, y: &Val, hy: &Heap, cause: &Rc<str>, lost: &mut Lost) -> Val {
    if is_one(x, hx, y, hy) {
        return either_read(x, y);
    }
    let parts = |v: &Val| match v.unk() {
        Some(unk) => unk.candidates.clone(),
        None => vec![v.clone()],
    };
    let (left, right) = (parts(x), parts(y));
    // Nothing is known of one side: no candidate list would be complete.
    let open = left.is_empty() || right.is_empty();
    let mut candidates = Vec::new();
    if open {
        lost.extend(left);
        lost.extend(right);
    } else {
        candidates = left;
        for val in right {
            if !candidates.iter().any(|c| is_one(c, hx, &val, hy)) {
                candidates.push(val);
            }
        }
        if candidates.len() > MAX_CANDIDATES {
            lost.append(&mut candidates);
        }
    }
    let (ux, uy) = (x.unk(), y.unk());
    let cause = match (ux, uy) {
        (Some(u), None) | (None, Some(u)) if u.candidates.is_empty() => u.cause.clone(),
        _ => cause.clone(),
    };
    let unk = Unk {
        cause,
        required: ux.is_some_and(|u| u.required) && uy.is_some_and(|u| u.required),
        candidates,
        maybe_unset: ux.is_some_and(|u| u.maybe_unset) || uy.is_some_and(|u| u.maybe_unset),
        within: ux.and_then(|u| u.within).or_else(|| uy.and_then(|u| u.within)),
    };
    Val { v: V::Unknown(Rc::new(unk)), at: y.at.or(x.at), env: x.env.either(&y.env) }
}

/// What is the same on both sides.
fn either_read(x: &Val, y: &Val) -> Val {
    Val { env: x.env.either(&y.env), ..x.clone() }
}

/// Whether two values (each in its heap) are surely the same.
pub(super) fn same(x: &Val, hx: &Heap, y: &Val, hy: &Heap, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    if let (Some(a), Some(b)) = (x.heap_id(), y.heap_id()) {
        if a == b {
            return true;
        }
        if depth > 0 && are_twins(a, hx, b, hy) {
            return false;
        }
        let (Some(a), Some(b)) = (hx.get(a), hy.get(b)) else { return false };
        if a.tainted.is_some() || b.tainted.is_some() {
            return false;
        }
        return match (&a.kind, &b.kind) {
            (Kind::List(p), Kind::List(q)) => same_seqs(p, hx, q, hy, depth),
            (Kind::Set(p), Kind::Set(q)) => {
                p.rest.is_none()
                    && q.rest.is_none()
                    && p.frozen == q.frozen
                    && p.items.len() == q.items.len()
                    && p.items.keys().all(|k| q.items.contains_key(k))
            }
            (Kind::Dict(p), Kind::Dict(q)) => {
                p.rest.is_none()
                    && q.rest.is_none()
                    && p.shuffled == q.shuffled
                    && p.entries.len() == q.entries.len()
                    && p.entries
                        .iter()
                        .zip(&q.entries)
                        .all(|((k, (_, v)), (l, (_, w)))| k == l && same(v, hx, w, hy, depth + 1))
            }
            _ => false,
        };
    }
    match (&x.v, &y.v) {
        (V::None, V::None) | (V::Ellipsis, V::Ellipsis) | (V::Environ, V::Environ) => true,
        (V::Bool(a), V::Bool(b)) => a == b,
        (V::Int(a), V::Int(b)) => a == b,
        (V::BigInt(a), V::BigInt(b))
        | (V::Str(a), V::Str(b))
        | (V::Ref(a), V::Ref(b))
        | (V::Regex(a), V::Regex(b))
        | (V::Path(a), V::Path(b))
        | (V::Lazy(a), V::Lazy(b)) => Rc::ptr_eq(a, b) || a == b,
        (V::Float(a), V::Float(b)) | (V::Timedelta(a), V::Timedelta(b)) => a.to_bits() == b.to_bits(),
        (V::Bytes(a), V::Bytes(b)) => a == b,
        (V::Tuple(a), V::Tuple(b)) => Rc::ptr_eq(a, b) || same_seqs(a, hx, b, hy, depth),
        (V::Namespace(a), V::Namespace(b)) => a == b,
        (V::Module(a), V::Module(b)) | (V::Func(a), V::Func(b)) | (V::Class(a), V::Class(b)) => a == b,
        (V::Lib(a), V::Lib(b)) => {
            Rc::ptr_eq(a, b)
                || super::home::below(x).is_some() && super::home::below(x) == super::home::below(y)
        }
        (V::Unknown(a), V::Unknown(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

fn same_seqs(p: &Seq, hx: &Heap, q: &Seq, hy: &Heap, depth: usize) -> bool {
    p.rest.is_none()
        && q.rest.is_none()
        && p.items.len() == q.items.len()
        && p.items.iter().zip(&q.items).all(|(x, y)| same(x, hx, y, hy, depth + 1))
}
