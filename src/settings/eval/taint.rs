//! What becomes of objects that somebody may change unseen. One rule holds everywhere: an unknown value without
//! candidates, and the unknown rest of a collection, is never an object that is still taken for known. Whoever
//! makes a value unknown taints what it was.

use std::rc::Rc;

use super::Interp;
use super::functions::Args;
use super::val::{Callee, Heap, Id, Kind, Scope, V, Val};

/// How deep collections are followed.
const MAX_DEPTH: usize = 12;
/// How many elements of one collection are followed.
const MAX_ELEMENTS: usize = 10_000;

/// From here on nothing is known of these objects, nor of what they hold.
pub(super) fn taint(heap: &mut Heap, val: &Val, cause: &Rc<str>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let below = |heap: &mut Heap, vals: Vec<Val>| {
        for val in vals.iter().take(MAX_ELEMENTS) {
            taint(heap, val, cause, depth + 1);
        }
    };
    match &val.v {
        V::List(id) | V::Set(id) | V::Dict(id) | V::Iter(id) => {
            if heap.get(*id).is_none_or(|obj| obj.tainted.is_some() && !obj.shuffled) {
                return;
            }
            let Some(obj) = heap.get_mut(*id) else { return };
            obj.tainted = Some(cause.clone());
            let inner = match &obj.kind {
                Kind::List(seq) | Kind::Iter { seq, .. } => seq.items.clone(),
                Kind::Dict(dict) => dict.entries.values().map(|(_, v)| v.clone()).collect(),
                _ => Vec::new(),
            };
            below(heap, inner);
        }
        V::Tuple(seq) => below(heap, seq.items.clone()),
        V::Unknown(unk) => below(heap, unk.candidates.clone()),
        V::Namespace(id) | V::Instance(id) => {
            open(heap, *id, cause, depth);
            if let Some(Kind::Instance { held: Some(held), .. }) = heap.get(*id).map(|o| &o.kind) {
                below(heap, vec![held.clone()]);
            }
        }
        _ => {}
    }
}

/// Every name of a namespace may be bound to something else, and more names may be.
fn open(heap: &mut Heap, id: Id, cause: &Rc<str>, depth: usize) {
    let Some(scope) = scope_mut(heap, id) else { return };
    scope.open.get_or_insert_with(|| cause.clone());
    let mut old = Vec::new();
    for binding in scope.vars.values_mut() {
        let kept = matches!(
            binding.val.v,
            V::Func(_) | V::Class(_) | V::Module(_) | V::Ref(_) | V::Environ | V::Lib(_)
        );
        if !kept {
            let next = Val::unknown(cause.clone()).at(binding.val.at);
            old.push(std::mem::replace(&mut binding.val, next));
        }
    }
    for val in old {
        taint(heap, &val, cause, depth + 1);
    }
}

fn scope_mut(heap: &mut Heap, id: Id) -> Option<&mut Scope> {
    match &mut heap.get_mut(id)?.kind {
        Kind::Scope(scope) => Some(scope),
        Kind::Instance { attrs, .. } => Some(attrs),
        _ => None,
    }
}

impl Interp<'_> {
    /// From here on nothing is known of a value that somebody else may change.
    pub(super) fn taint(&mut self, val: &Val, cause: &Rc<str>) {
        match &val.v {
            V::Module(module) => {
                let id = self.modules[*module as usize].scope;
                self.open_scope(id, cause, true);
            }
            V::Func(func) => self.loosen_function(*func),
            V::Bound(bound) => {
                if let Callee::Func(func) = bound.1 {
                    self.loosen_function(func);
                }
                self.taint(&bound.0.clone(), cause);
            }
            V::Lib(object) if object.class == "partial" => {
                let object = object.clone();
                self.taint_all(object.args.iter().chain(object.kwargs.iter().map(|(_, val)| val)), cause);
            }
            V::Unknown(unk) => {
                let unk = unk.clone();
                self.taint_all(&unk.candidates, cause);
                if let Some(scope) = unk.within {
                    self.taint_collections(scope, cause);
                }
            }
            _ => {
                for func in self.functions_in(val) {
                    self.loosen_function(func);
                }
                taint(&mut self.heap, val, cause, 0);
            }
        }
    }

    /// The functions of the project that a collection holds: `{"handler": record}`.
    fn functions_in(&self, val: &Val) -> Vec<u32> {
        if self.is_routing() || !matches!(val.v, V::List(_) | V::Dict(_) | V::Tuple(_) | V::Set(_)) {
            return Vec::new();
        }
        let (mut left, mut found) = (vec![val.clone()], Vec::new());
        let mut seen = 0;
        while let Some(val) = left.pop() {
            seen += 1;
            match &val.v {
                V::Func(func) => found.push(*func),
                V::Unknown(unk) => left.extend(unk.candidates.iter().cloned()),
                V::Bound(bound) => {
                    if let Callee::Func(func) = bound.1 {
                        found.push(func);
                    }
                }
                V::Dict(_) if seen < MAX_ELEMENTS => {
                    left.extend(self.entries_of(&val).0.into_iter().map(|(_, value)| value));
                }
                V::List(_) | V::Tuple(_) | V::Set(_) if seen < MAX_ELEMENTS => {
                    left.extend(self.elements(&val).items.iter().take(MAX_ELEMENTS).cloned());
                }
                _ => {}
            }
        }
        found
    }

    /// Like [`Self::taint`], for a value whose attributes are set or edited: a class's are its own and its bases'.
    pub(super) fn taint_owner(&mut self, val: &Val, cause: &Rc<str>) {
        let class = match &val.v {
            V::Class(class) => Some(*class),
            V::Instance(_) => self.instance_class(val),
            _ => None,
        };
        self.taint(val, cause);
        let Some(class) = class else { return };
        for scope in self.class_scopes(class) {
            self.open_scope(scope, cause, true);
        }
    }

    /// Values that go into a collection of which nothing is known: whoever finds them there may edit them.
    pub(super) fn given_away<'v>(&mut self, id: Id, vals: impl IntoIterator<Item = &'v Val>) {
        if let Some(cause) = self.heap.get(id).and_then(|obj| obj.tainted.clone()) {
            self.taint_all(vals, &cause);
        }
    }

    /// The same for the arguments of a method of such a collection: two methods keep the elements alone.
    pub(super) fn given_to(&mut self, method: &str, args: &Args, cause: &Rc<str>) {
        if !matches!(method, "extend" | "update") {
            return self.taint_all(args.all(), cause);
        }
        for val in &args.pos {
            self.taint_elements(val, cause);
        }
        self.taint_all(args.kw.iter().map(|(_, val)| val), cause);
    }

    /// What a collection holds may change; the collection is as it was.
    pub(super) fn taint_elements(&mut self, val: &Val, cause: &Rc<str>) {
        let elements = match &val.v {
            V::Dict(_) => self.entries_of(val).0.into_iter().map(|(_, value)| value).collect(),
            V::Unknown(_) => vec![val.clone()],
            _ => self.iterate(val).items,
        };
        self.taint_all(&elements, cause);
    }

    /// Somebody has got one of the collections that an object or class holds under its names. Those of a module are
    /// read that way by code that copies settings: they may change when what was got does.
    pub(super) fn taint_members(&mut self, owner: &Val, cause: &Rc<str>) {
        let scopes = match &owner.v {
            V::Class(class) => self.class_scopes(*class),
            V::Instance(id) => {
                let classes = self.instance_class(owner).map(|class| self.class_scopes(class));
                std::iter::once(*id).chain(classes.into_iter().flatten()).collect()
            }
            _ => return,
        };
        for scope in scopes {
            self.taint_collections(scope, cause);
        }
    }

    fn taint_collections(&mut self, scope: Id, cause: &Rc<str>) {
        let Some(scope) = self.scope(scope) else { return };
        let is_collection = |val: &Val| matches!(val.v, V::List(_) | V::Dict(_) | V::Set(_));
        let held: Vec<Val> =
            scope.vars.values().map(|b| &b.val).filter(|val| is_collection(val)).cloned().collect();
        self.taint_all(&held, cause);
    }

    pub(super) fn taint_all<'v>(&mut self, vals: impl IntoIterator<Item = &'v Val>, cause: &Rc<str>) {
        for val in vals {
            self.taint(val, cause);
        }
    }

    /// Names may be bound here that nobody saw; with `all`, those that are bound may have changed, too.
    pub(super) fn open_scope(&mut self, id: Id, cause: &Rc<str>, all: bool) {
        if all {
            open(&mut self.heap, id, cause, 0);
        } else if let Some(scope) = self.scope_mut(id) {
            scope.open.get_or_insert_with(|| cause.clone());
        }
    }

    /// One of these results. What they are is kept only while every one is known.
    pub(super) fn choice(&mut self, cause: &Rc<str>, results: Vec<Val>) -> Val {
        let mut candidates: Vec<Val> = Vec::new();
        for result in &results {
            match result.unk() {
                Some(unk) if unk.candidates.is_empty() => {
                    self.taint_all(&results, cause);
                    return Val::unknown(cause.clone());
                }
                Some(unk) => candidates.extend(unk.candidates.iter().cloned()),
                None => candidates.push(result.clone()),
            }
        }
        let Some(first) = candidates.first().cloned() else { return Val::unknown(cause.clone()) };
        let alike = |this: &Self, val: &Val| {
            val.heap_id() == first.heap_id() && super::join::same(val, &this.heap, &first, &this.heap, 0)
        };
        if candidates.iter().all(|val| alike(self, val)) {
            return first;
        }
        if candidates.len() > super::join::MAX_CANDIDATES {
            self.taint_all(&candidates, cause);
            candidates.clear();
        }
        Self::one_of(cause.clone(), candidates)
    }
}
