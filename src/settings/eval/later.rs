//! Generators and other iterators that run when somebody walks over them, not where they are made. They run as a whole
//! at the first touch. Where that is not what Python does, because whoever walks over them changes in between what they
//! go by, or takes only some of what they give, nothing is known of what was changed.

use std::rc::Rc;

use super::functions::Args;
use super::join::same;
use super::raise::R;
use super::steady::widen;
use super::val::{Heap, Id, Kind, Progress, Seq, V, Val};
use super::{Flow, Frame, Interp};
use crate::python::ast::{Comprehension, Expr};
use crate::source::{FileId, Span};

/// Builtins whose calls give an iterator that asks what it was given when it is asked itself.
const POSTPONED: &[&str] = &[
    "builtins.enumerate",
    "builtins.filter",
    "builtins.iter",
    "builtins.map",
    "builtins.zip",
    "itertools.chain",
];

/// Why nothing is known where a generator and whoever walks over it work hand in hand.
const HAND_IN_HAND: &str = "a generator and the code that walks over it change what the other one goes by";

/// What is yet to run.
pub(super) enum Later<'a> {
    /// The body of a function.
    Body { func: u32, scope: Id, this: Option<Val>, at: Option<Span> },
    /// A generator expression, with what it walks over first.
    Expression { generators: &'a [Comprehension], element: &'a Expr, given: Val, place: Place },
    /// A call of a function that gives an iterator.
    Call { name: Rc<str>, args: Args },
}

/// Where a generator expression stands.
pub(super) struct Place {
    chain: Vec<Id>,
    scope: Id,
    outer: Option<Id>,
    module: u32,
    file: Option<FileId>,
    is_function: bool,
    class: Option<(u32, Val)>,
    function: Option<u32>,
}

impl<'a> Interp<'a> {
    fn postpone(&mut self, later: Later<'a>) -> Val {
        let val = self.iter_of(Seq::default(), true);
        if let V::Iter(id) = val.v {
            if let Some(Kind::Iter { progress, .. }) = self.heap.get_mut(id).map(|o| &mut o.kind) {
                *progress = Progress::Waits;
            }
            self.later.insert(id, Rc::new(later));
        }
        val
    }

    /// The generator that a call of a function gives.
    pub(super) fn postpone_body(&mut self, func: u32, scope: Id, this: Option<Val>, at: Option<Span>) -> Val {
        self.postpone(Later::Body { func, scope, this, at })
    }

    pub(super) fn postpone_expression(
        &mut self,
        generators: &'a [Comprehension],
        element: &'a Expr,
    ) -> R<Val> {
        let given = match generators.first() {
            Some(first) => self.eval(&first.iter)?,
            None => Val::tuple(Vec::new()),
        };
        let frame = self.frame_ref();
        let place = Place {
            chain: frame.chain.clone(),
            scope: frame.scope,
            outer: frame.outer,
            module: frame.module,
            file: frame.file,
            is_function: frame.is_function,
            class: frame.class.clone(),
            function: frame.function,
        };
        Ok(self.postpone(Later::Expression { generators, element, given, place }))
    }

    /// What the call of such a builtin gives, where it is not the same at any time.
    pub(super) fn postpone_call(&mut self, callee: &Val, args: &Args) -> Option<Val> {
        let V::Ref(name) = &callee.v else { return None };
        let changes = |val: &Val| matches!(val.v, V::List(_) | V::Iter(_) | V::Instance(_) | V::Func(_));
        let is_itself =
            &**name == "builtins.iter" && (args.pos.len() != 1 || !matches!(args.pos[0].v, V::List(_)));
        let is_later = POSTPONED.contains(&&**name) && args.open.is_none() && args.all().any(changes);
        (is_later && !is_itself)
            .then(|| self.postpone(Later::Call { name: name.clone(), args: args.clone() }).at(args.at))
    }

    /// Whether arguments of such a call run where it is made.
    pub(super) fn runs_arguments(callee: &Val) -> bool {
        match &callee.v {
            V::Ref(name) => !POSTPONED.contains(&&**name),
            V::Bound(bound) => matches!(bound.1, super::val::Callee::Method(_)),
            V::Func(_) | V::Class(_) | V::Instance(_) => false,
            V::Lib(object) => object.class != "partial",
            _ => true,
        }
    }

    pub(super) fn waits(&self, val: &Val) -> bool {
        let V::Iter(id) = val.v else { return false };
        self.object(id).is_ok_and(|o| matches!(o.kind, Kind::Iter { progress: Progress::Waits, .. }))
    }

    /// Runs a generator that waits.
    pub(super) fn run_later(&mut self, val: &Val) -> R<()> {
        let V::Iter(id) = val.v else { return Ok(()) };
        if self.waits(val) {
            self.keep_progress(id, Progress::Done, Seq::default());
            if let Some(later) = self.later.get(&id).cloned() {
                self.run_as(id, &later)?;
            }
        } else if let Ok(Kind::Iter { progress: Progress::Partly(begun, taken), .. }) =
            self.object(id).map(|o| &o.kind)
        {
            let (begun, taken) = (begun.clone(), *taken);
            self.go_on(id, &begun, taken)?;
        }
        Ok(())
    }

    /// The code of a generator that waits.
    pub(super) fn later_of(&self, val: &Val) -> Option<Rc<Later<'a>>> {
        let V::Iter(id) = val.v else { return None };
        self.later.get(&id).filter(|_| self.waits(val)).cloned()
    }

    /// Somebody else runs it.
    pub(super) fn run_once(&mut self, val: &Val) {
        if let V::Iter(id) = val.v {
            self.keep_progress(id, Progress::Done, Seq::default());
        }
    }

    fn keep_progress(&mut self, id: Id, now: Progress, items: Seq) {
        if let Some(Kind::Iter { seq, progress, .. }) = self.heap.get_mut(id).map(|o| &mut o.kind) {
            *progress = now;
            *seq = items;
        }
    }

    fn run_as(&mut self, id: Id, later: &Later<'a>) -> R<()> {
        let made = self.made_now(later)?;
        if let V::Iter(made) = made.v
            && let Some(object) = self.heap.shared(made).cloned()
        {
            if let Some(view) = self.views.get(&made).copied() {
                self.views.insert(id, view);
            }
            self.heap.share(id, object);
        } else {
            let seq = self.walk_unordered(&made);
            self.keep_progress(id, Progress::Done, seq);
        }
        Ok(())
    }

    fn made_now(&mut self, later: &Later<'a>) -> R<Val> {
        match later {
            Later::Body { func, scope, this, at } => {
                let own = self.scope_like(*scope);
                self.run_generator(*func, own, this.clone(), *at)
            }
            Later::Expression { generators, element, given, place } => {
                let frame = Frame {
                    scope: place.scope,
                    outer: place.outer,
                    is_function: place.is_function,
                    function: place.function,
                    uncertain: self.frame_ref().uncertain,
                    unclear_loops: self.unclear_loops,
                    ..Frame::of_body(place.chain.clone(), place.module, place.file, place.class.clone())
                };
                self.frames.push(frame);
                let made = self.comprehend_given(generators, given.clone(), element);
                self.frames.pop();
                made
            }
            Later::Call { name, args } => {
                for val in args.all() {
                    self.run_later(val)?;
                }
                self.call_outside(name, args.clone())
            }
        }
    }

    /// Another namespace with the same names: a generator starts from its arguments, however often.
    fn scope_like(&mut self, scope: Id) -> Id {
        let start = self.heap.get(scope).map(|object| object.kind.clone());
        let own = self.new_scope();
        if let (Some(kind), Some(object)) = (start, self.heap.get_mut(own)) {
            object.kind = kind;
        }
        own
    }

    /// `next` has taken some of it: what is left is known where it would be the same if it ran now.
    fn go_on(&mut self, id: Id, begun: &Heap, taken: usize) -> R<()> {
        let Ok(Kind::Iter { seq, .. }) = self.object(id).map(|o| &o.kind) else { return Ok(()) };
        let left = seq.clone();
        let again = self.again(id, begun)?;
        let is_same = again.is_some_and(|(now, heap)| {
            now.rest.is_none()
                && left.rest.is_none()
                && now.items.len() == left.items.len() + taken
                && now.items[taken..].iter().zip(&left.items).all(|(x, y)| same(x, &heap, y, &self.heap, 0))
        });
        let left = if is_same {
            left
        } else {
            let cause: Rc<str> = HAND_IN_HAND.into();
            self.taint_all(&left.items, &cause);
            Seq { items: Vec::new(), rest: Some(cause) }
        };
        self.keep_progress(id, Progress::Done, left);
        Ok(())
    }

    /// What it would give if it ran now from its start, and the state after that. Nothing is changed.
    fn again(&mut self, id: Id, begun: &Heap) -> R<Option<(Seq, Heap)>> {
        let Some(later) = self.later.get(&id).cloned() else { return Ok(None) };
        let now = self.heap.clone();
        for id in self.nested(&later) {
            if let Some(object) = begun.shared(id) {
                self.heap.share(id, object.clone());
            }
        }
        let pending: Vec<usize> = self.tries.iter().map(|frame| frame.pending.len()).collect();
        let result = self.made_now(&later).map(|made| self.walk_unordered(&made));
        for (frame, pending) in self.tries.iter_mut().zip(pending) {
            frame.pending.truncate(pending);
        }
        let heap = std::mem::replace(&mut self.heap, now);
        match result {
            Ok(seq) => Ok(Some((seq, heap))),
            Err(raise) if raise.stop => Err(raise),
            Err(_) => Ok(None),
        }
    }

    /// The iterators that it walks over itself.
    fn nested(&self, later: &Later<'a>) -> Vec<Id> {
        let mut all: Vec<Val> = match later {
            Later::Body { scope, .. } => {
                self.scope(*scope).into_iter().flat_map(|s| s.vars.values().map(|b| b.val.clone())).collect()
            }
            Later::Expression { given, .. } => vec![given.clone()],
            Later::Call { args, .. } => args.all().cloned().collect(),
        };
        let mut ids = Vec::new();
        while let Some(val) = all.pop() {
            match &val.v {
                V::Iter(id) if !ids.contains(id) && ids.len() < 16 => {
                    ids.push(*id);
                    if let Some(later) = self.later.get(id).cloned() {
                        ids.extend(self.nested_in(&later, 0));
                    }
                }
                V::Tuple(seq) => all.extend(seq.items.iter().take(16).cloned()),
                _ => {}
            }
        }
        ids
    }

    fn nested_in(&self, later: &Later<'a>, depth: usize) -> Vec<Id> {
        let args: Vec<&Val> = match later {
            Later::Call { args, .. } => args.all().collect(),
            Later::Expression { given, .. } => vec![given],
            Later::Body { .. } => Vec::new(),
        };
        let mut ids = Vec::new();
        for val in args {
            if let V::Iter(id) = val.v {
                ids.push(id);
                if let Some(later) = self.later.get(&id).filter(|_| depth < 8) {
                    ids.extend(self.nested_in(later, depth + 1));
                }
            }
        }
        ids
    }

    /// `next` takes one element: what running to the end has changed, Python has not changed yet.
    pub(super) fn run_for_one(&mut self, val: &Val) -> R<()> {
        let V::Iter(id) = val.v else { return Ok(()) };
        if !self.waits(val) {
            let progress = self.heap.get(id).and_then(|object| match &object.kind {
                Kind::Iter { progress, .. } => Some(progress.clone()),
                _ => None,
            });
            self.run_later(val)?;
            if let (Some(again @ Progress::Partly(..)), Some(Kind::Iter { progress, .. })) =
                (progress, self.heap.get_mut(id).map(|o| &mut o.kind))
            {
                *progress = again;
            }
            return Ok(());
        }
        let (before, first_new) = (self.heap.clone(), self.next_id);
        let begun = Rc::new(before.clone());
        self.run_later(val)?;
        if !self.changed_only(&before, first_new, id) {
            let mut changed = std::mem::take(&mut self.heap);
            widen(&before, &mut changed, &HAND_IN_HAND.into());
            self.heap = changed;
        }
        if let Some(Kind::Iter { progress, once: true, .. }) = self.heap.get_mut(id).map(|o| &mut o.kind) {
            *progress = Progress::Partly(begun, 0);
        }
        Ok(())
    }

    /// One more was taken.
    pub(super) fn note_taken(&mut self, id: Id) {
        if let Some(Kind::Iter { progress: Progress::Partly(_, taken), .. }) =
            self.heap.get_mut(id).map(|o| &mut o.kind)
        {
            *taken += 1;
        }
    }

    /// Whether nothing was changed since but iterators that were used up.
    fn changed_only(&self, before: &Heap, first_new: Id, own: Id) -> bool {
        before.differing(&self.heap).into_iter().all(|id| {
            id >= first_new
                || id == own
                || before.get(id).is_none_or(|object| matches!(object.kind, Kind::Iter { .. }))
        })
    }

    /// The list behind `iter(list)` or `enumerate(list)` that nobody has walked over yet, and where the numbers start:
    /// a loop sees what becomes of the list meanwhile.
    pub(super) fn live_list(&mut self, val: &Val) -> Option<(Val, Option<i64>)> {
        let later = self.later_of(val)?;
        let Later::Call { name, args } = &*later else { return None };
        let list = args.pos.first().filter(|list| matches!(list.v, V::List(_)))?;
        if self.unordered(list).is_some() {
            return None;
        }
        let start = match (&**name, args.pos.len() + args.kw.len()) {
            ("builtins.iter", 1) => None,
            ("builtins.enumerate", 1) => Some(0),
            ("builtins.enumerate", 2) => Some(args.get(1, "start")?.as_int()?),
            _ => return None,
        };
        self.run_once(val);
        Some((list.clone(), start))
    }

    /// Runs what a loop walks over. `None` when it did not wait, else what is needed to see whether the loop and it
    /// work hand in hand.
    pub(super) fn run_for_loop(&mut self, val: &Val) -> R<Option<Begun>> {
        let V::Iter(id) = val.v else { return Ok(None) };
        if !self.waits(val) {
            self.run_later(val)?;
            return Ok(None);
        }
        let (before, first_new) = (self.heap.clone(), self.next_id);
        self.run_later(val)?;
        let is_pure = self.changed_only(&before, first_new, id);
        let items = match self.unordered(val) {
            Some(items) => Seq { items, rest: None },
            None => self.iterate(val),
        };
        Ok(Some(Begun { id, before, after: self.heap.clone(), is_pure, items }))
    }

    /// The loop is over: gives up what both have changed if they worked hand in hand.
    pub(super) fn end_loop(&mut self, begun: &Begun, flow: Flow) -> R<Flow> {
        if begun.is_pure {
            let untouched = |i: &Self, id: Id| match (begun.before.shared(id), i.heap.shared(id)) {
                (Some(a), Some(b)) => Rc::ptr_eq(a, b),
                _ => false,
            };
            let is_apart = match self.later.get(&begun.id).map(|later| &**later) {
                Some(Later::Call { args, name })
                    if &**name != "builtins.map" && &**name != "builtins.filter" =>
                {
                    args.all().all(|val| match val.v {
                        V::List(id) => untouched(self, id),
                        V::Iter(_) | V::Instance(_) => false,
                        _ => true,
                    })
                }
                _ => begun.after.is(&self.heap),
            };
            if is_apart {
                return Ok(flow);
            }
            let again = self.again(begun.id, &begun.before)?;
            let is_same = again.is_some_and(|(now, heap)| {
                now.items.len() == begun.items.items.len()
                    && now.rest.is_some() == begun.items.rest.is_some()
                    && now.items.iter().zip(&begun.items.items).all(|(x, y)| {
                        x.heap_id().is_some() && x.heap_id() == y.heap_id()
                            || same(x, &heap, y, &begun.after, 0)
                            || x.is(y)
                    })
            });
            if is_same {
                return Ok(flow);
            }
        }
        let cause: Rc<str> = HAND_IN_HAND.into();
        let mut changed = std::mem::take(&mut self.heap);
        widen(&begun.before, &mut changed, &cause);
        self.heap = changed;
        Ok(match flow {
            Flow::Return(val) => {
                self.taint(&val, &cause);
                Flow::Return(Val::unknown(cause))
            }
            flow => flow,
        })
    }
}

/// A loop over something that waited.
pub(super) struct Begun {
    id: Id,
    before: Heap,
    after: Heap,
    is_pure: bool,
    items: Seq,
}
