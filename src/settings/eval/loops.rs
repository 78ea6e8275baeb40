//! Loops. Rounds over what is known run one after the other. Where there may be any number of further rounds, one
//! round runs on what is unknown, again and again, until another would change nothing that is still known.

use std::rc::Rc;

use super::raise::{R, Raise};
use super::steady::{is_steady, widen};
use super::val::{Heap, Reads, Seq, V, Val};
use super::{Flow, Interp, Loop};
use crate::python::ast::{Stmt, StmtFor, StmtWhile};
use crate::python::visitor::{self, Visitor};

/// Rounds of one loop.
const MAX_ROUNDS: usize = 20_000;
/// Passes over the body of a loop of unknown length before what still changes is given up at once.
const MAX_PASSES: usize = 12;
/// Passes before what still changes becomes unknown.
const PATIENCE: usize = 2;
/// How deep loops of unknown length nest, also through calls, before what a body touches is given up unseen: each level
/// multiplies the passes.
const MAX_UNCLEAR: usize = 2;

impl<'a> Interp<'a> {
    pub(super) fn exec_for(&mut self, stmt: &'a StmtFor) -> R<Flow> {
        let iterable = self.eval(&stmt.iter)?;
        let iterable = self.iterable_of(iterable)?;
        if let Some((list, start)) = self.live_list(&iterable) {
            return self.exec_for_over(stmt, list, start);
        }
        let Some(begun) = self.run_for_loop(&iterable)? else {
            return self.exec_for_over(stmt, iterable, None);
        };
        match self.exec_for_over(stmt, iterable, None) {
            Err(raise) if !raise.stop => {
                self.end_loop(&begun, Flow::Next)?;
                Err(raise)
            }
            flow => self.end_loop(&begun, flow?),
        }
    }

    fn exec_for_over(&mut self, stmt: &'a StmtFor, iterable: Val, start: Option<i64>) -> R<Flow> {
        let takes_orders =
            |items: &Vec<Val>| !stmt.is_async && !self.is_routing() && self.takes_orders(items);
        let unordered = self.unordered(&iterable).filter(takes_orders);
        let seq = match unordered {
            Some(items) => {
                let reads = self.deep_reads(&iterable);
                self.used_up(&iterable);
                match self.exec_unordered(stmt, &items, &reads)? {
                    Some(flow) => return Ok(flow),
                    None => Seq { items: Vec::new(), rest: Some(super::unordered::cause()) },
                }
            }
            None => self.walk(&iterable),
        };
        if stmt.is_async || seq.items.len() > MAX_ROUNDS {
            let cause = seq.rest.unwrap_or_else(|| "the loop has too many rounds".into());
            self.taint_all(&seq.items, &cause);
            self.may_raise(&cause);
            self.havoc(&stmt.body, &cause);
            self.havoc_target(&stmt.target, &cause);
            return self.after_loop(true, &stmt.orelse, &cause);
        }
        let at = self.span(&*stmt.target);
        let (rest, reads) = (seq.rest, self.deep_reads(&iterable));
        let live = match iterable.v {
            V::List(id) if rest.is_none() && self.unordered(&iterable).is_none() => Some(id),
            _ => None,
        };
        let dict = match iterable.v {
            V::Dict(id) if rest.is_none() => self.dict_obj(id).ok().map(|dict| (id, dict.entries.len())),
            _ => None,
        };
        let mut at_round = 0;
        let mut rounds = seq.items.into_iter();
        self.run_loop(&stmt.body, &stmt.orelse, &mut |i: &mut Self| {
            if let Some(cause) = &rest
                && i.unclear_loops >= MAX_UNCLEAR
            {
                i.havoc_round(&stmt.body, cause);
                i.havoc_target(&stmt.target, cause);
            } else if let Some(cause) = &rest {
                // Elements that are not listed may stand anywhere among the others.
                i.any_rounds(cause, &reads, &mut |i: &mut Self| {
                    i.assign(&stmt.target, Val::unknown(cause.clone()).at(at), at, Vec::new())?;
                    i.exec_block(&stmt.body)
                })?;
            }
            let number = start.map(|start| match &rest {
                // With unknown elements between, no number is sure.
                Some(cause) => Val::unknown(cause.clone()),
                None => Val::new(V::Int(start + at_round as i64)),
            });
            if let Some((id, len)) = dict
                && i.dict_obj(id).is_ok_and(|dict| dict.rest.is_none() && dict.entries.len() != len)
            {
                return Err(Raise::new("RuntimeError", "changes the dict that it walks over"));
            }
            let next = match live.map(|id| i.seq(id)) {
                // The body may change the list that it walks over.
                Some(Ok(Seq { items, rest: None })) => items.get(at_round).cloned(),
                Some(Ok(Seq { rest: Some(cause), .. })) => {
                    let cause = cause.clone();
                    return i.rounds_of_changed(stmt, &cause, &reads);
                }
                Some(Err(cause)) => return i.rounds_of_changed(stmt, &cause, &reads),
                None => rounds.next(),
            };
            at_round += 1;
            let Some(item) = next else { return Ok(false) };
            if at_round > MAX_ROUNDS {
                return i.rounds_of_changed(stmt, &"the loop has too many rounds".into(), &reads);
            }
            let item = match number {
                Some(number) => Val::tuple(vec![number, item]),
                None => item,
            };
            i.assign(&stmt.target, item, at, Vec::new())?;
            Ok(true)
        })
    }

    /// The rounds that are left of a loop whose list is not known any more.
    fn rounds_of_changed(&mut self, stmt: &'a StmtFor, cause: &Rc<str>, reads: &Reads) -> R<bool> {
        let at = self.span(&*stmt.target);
        if self.unclear_loops >= MAX_UNCLEAR {
            self.havoc_round(&stmt.body, cause);
            self.havoc_target(&stmt.target, cause);
            return Ok(false);
        }
        self.any_rounds(cause, reads, &mut |i: &mut Self| {
            i.assign(&stmt.target, Val::unknown(cause.clone()).at(at), at, Vec::new())?;
            i.exec_block(&stmt.body)
        })?;
        Ok(false)
    }

    pub(super) fn exec_while(&mut self, stmt: &'a StmtWhile) -> R<Flow> {
        self.run_loop(&stmt.body, &stmt.orelse, &mut |i: &mut Self| {
            let cond = i.eval(&stmt.test)?;
            if let Some(truth) = i.truth(&cond) {
                return Ok(truth);
            }
            let cause = i.condition_cause(&cond, None);
            if i.unclear_loops >= MAX_UNCLEAR {
                i.havoc_round(&stmt.body, &cause);
                return Ok(false);
            }
            i.any_rounds(&cause, &cond.env, &mut |i: &mut Self| {
                let cond = i.eval(&stmt.test)?;
                if i.truth(&cond) == Some(false) { Ok(Flow::Next) } else { i.exec_block(&stmt.body) }
            })?;
            i.eval(&stmt.test)?;
            Ok(false)
        })
    }

    /// Any number of rounds that are not followed; a `break` may be among what ended them.
    fn havoc_round(&mut self, body: &'a [Stmt], cause: &Rc<str>) {
        self.may_raise(cause);
        self.havoc(body, cause);
        let heap = self.heap.clone();
        self.loop_mut().breaks.push(heap);
    }

    /// The `else` of a loop: it runs unless a `break` was met, which may be unclear.
    fn after_loop(&mut self, breaks: bool, orelse: &'a [Stmt], cause: &Rc<str>) -> R<Flow> {
        if orelse.is_empty() || !breaks {
            return self.exec_block(orelse);
        }
        self.either(
            cause,
            &Reads::default(),
            &mut [&mut |_: &mut Self| Ok(Flow::Next), &mut |i: &mut Self| i.exec_block(orelse)],
        )
    }

    /// Runs the rounds of a loop and its `else`.
    pub(super) fn run_loop(
        &mut self,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
        next: &mut dyn FnMut(&mut Self) -> R<bool>,
    ) -> R<Flow> {
        self.frame().loops.push(Loop::default());
        let cause: Rc<str> = "a loop is left on a condition that cannot be told".into();
        let facts = self.facts.len();
        let result = self.rounds(body, next, &cause);
        self.facts.truncate(facts);
        let Some(mut done) = self.frame().loops.pop() else { return result };
        let left = result?;
        let breaks = !done.breaks.is_empty();
        match left {
            // It ran out: states of a `break` do not see the `else`.
            Flow::Next => {
                let flow = if orelse.is_empty() {
                    Flow::Next
                } else if done.breaks.is_empty() {
                    return self.exec_block(orelse);
                } else {
                    self.after_loop(breaks, orelse, &cause)?
                };
                if !matches!(flow, Flow::Next) {
                    return Ok(flow);
                }
            }
            Flow::Return(val) if done.breaks.is_empty() => return Ok(Flow::Return(val)),
            Flow::Return(val) => {
                let heap = self.heap.clone();
                self.frame().returns.push((heap, val));
                let Some(heap) = done.breaks.pop() else { return Ok(Flow::Dead) };
                self.heap = heap;
            }
            // The state that is left is no state: those of a `break` go on.
            _ => {
                let Some(heap) = done.breaks.pop() else { return Ok(Flow::Dead) };
                self.heap = heap;
            }
        }
        for heap in done.breaks {
            let own = std::mem::take(&mut self.heap);
            self.heap = self.joined(own, &heap, &cause);
        }
        Ok(Flow::Next)
    }

    /// `Next` when the loop ran out, `Dead` when every way out is among the breaks and returns.
    fn rounds(
        &mut self,
        body: &'a [Stmt],
        next: &mut dyn FnMut(&mut Self) -> R<bool>,
        cause: &Rc<str>,
    ) -> R<Flow> {
        // What one round met decides nothing about the next, unless it may end the loop.
        let apart = !may_leave(body);
        let controls = self.frame_ref().control.len();
        let mut met = Reads::default();
        for _ in 0..MAX_ROUNDS {
            if !next(self)? {
                if !met.is_empty() {
                    self.frame().control.push(met);
                }
                return Ok(Flow::Next);
            }
            let facts = self.facts.len();
            let flow = self.exec_block(body)?;
            self.facts.truncate(facts);
            if apart {
                met = met.union(&self.frame().control.take_from(controls));
            }
            if matches!(flow, Flow::Break) {
                let heap = self.heap.clone();
                self.loop_mut().breaks.push(heap);
            }
            let alive = matches!(flow, Flow::Next | Flow::Continue);
            let going_on = self.take_continues(alive, cause);
            match flow {
                Flow::Return(val) if !going_on => return Ok(Flow::Return(val)),
                Flow::Break | Flow::Dead if !going_on => return Ok(Flow::Dead),
                _ => {}
            }
        }
        self.havoc(body, &"the loop has too many rounds".into());
        Ok(Flow::Next)
    }

    /// Goes on with the states of each `continue`, joined with the one at hand when that is alive.
    fn take_continues(&mut self, mut alive: bool, cause: &Rc<str>) -> bool {
        for heap in std::mem::take(&mut self.loop_mut().continues) {
            if alive {
                let own = std::mem::take(&mut self.heap);
                self.heap = self.joined(own, &heap, cause);
            } else {
                self.heap = heap;
                alive = true;
            }
        }
        alive
    }

    fn loop_mut(&mut self) -> &mut Loop {
        self.frame().loops.last_mut().expect("internal error: no loop")
    }

    /// Any number of rounds of which nothing is known beforehand, none among them. What a round may change is
    /// afterwards known only as far as it is the same whether it ran or not.
    pub(super) fn any_rounds(
        &mut self,
        cause: &Rc<str>,
        reads: &Reads,
        round: &mut dyn FnMut(&mut Self) -> R<Flow>,
    ) -> R<()> {
        let (returns, breaks) = (self.frame().returns.len(), self.loop_mut().breaks.len());
        for pass in 0..MAX_PASSES {
            let before = self.heap.clone();
            // An earlier pass started from less: what left the loop then leaves it again.
            self.frame().returns.truncate(returns);
            self.loop_mut().breaks.truncate(breaks);
            let after = self.uncertain_round(reads, cause, round)?;
            let joined = match after {
                Some(heap) => self.joined(before.clone(), &heap, cause),
                None => before.clone(),
            };
            self.heap = joined;
            if is_steady(&before, &self.heap) {
                return Ok(());
            }
            if pass >= PATIENCE {
                widen(&before, &mut self.heap, cause);
            }
        }
        // It grows in a way that has no end: nothing is known of all that could be reached.
        let all: Vec<_> = self.frame_ref().chain.clone();
        for scope in all {
            self.open_scope(scope, cause, true);
        }
        Ok(())
    }

    /// The state after one round that may run, if any way leads to a next one.
    fn uncertain_round(
        &mut self,
        reads: &Reads,
        cause: &Rc<str>,
        round: &mut dyn FnMut(&mut Self) -> R<Flow>,
    ) -> R<Option<Heap>> {
        self.frame().uncertain += 1;
        self.unclear_loops += 1;
        self.frame().control.push(reads.clone());
        let controls = self.frame_ref().control.len();
        let (depth, facts) = (self.depth, self.facts.len());
        let result = round(self);
        self.depth = depth;
        self.facts.truncate(facts);
        self.frame().control.truncate(controls - 1);
        self.frame().uncertain -= 1;
        self.unclear_loops -= 1;
        let flow = match result {
            Err(raise) if raise.stop => return Err(raise),
            // A guard, unless somebody catches it: a round that ends so is not production.
            Err(raise) => {
                self.pend(self.heap.clone(), Raise::clone(&raise));
                Flow::Dead
            }
            Ok(flow) => flow,
        };
        let heap = self.heap.clone();
        let alive = matches!(flow, Flow::Next | Flow::Continue);
        match flow {
            Flow::Break => self.loop_mut().breaks.push(heap),
            Flow::Return(val) => self.frame().returns.push((heap, val)),
            _ => {}
        }
        let going_on = self.take_continues(alive, cause);
        Ok(going_on.then(|| std::mem::take(&mut self.heap)))
    }
}

/// Whether a loop's body has a statement that ends the loop.
fn may_leave(body: &[Stmt]) -> bool {
    struct Leaves(bool);
    impl<'a> Visitor<'a> for Leaves {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::Return(_) | Stmt::Break(_) => self.0 = true,
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ if self.0 => {}
                _ => visitor::walk_stmt(self, stmt),
            }
        }
    }
    let mut leaves = Leaves(false);
    leaves.visit_body(body);
    leaves.0
}
