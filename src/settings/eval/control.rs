//! Conditions and `try`. Both sides of an unknown condition run, each on its own copy of the heap.

use std::rc::Rc;

use super::havoc::Names;
use super::join::join_heaps;
use super::raise::{R, Raise, TryFrame};
use super::val::{Heap, Reads, V, Val};
use super::{Flow, Interp, cause_of};
use crate::python::ast::{ExceptHandler, Expr, Stmt, StmtIf, StmtTry};
use crate::python::visitor::Visitor as _;
use crate::source::Span;

impl<'a> Interp<'a> {
    pub(super) fn exec_if(&mut self, stmt: &'a StmtIf) -> R<Flow> {
        let mut tests: Vec<(&'a Expr, &'a [Stmt])> = vec![(&stmt.test, &stmt.body)];
        let mut otherwise: &'a [Stmt] = &[];
        for clause in &stmt.elif_else_clauses {
            match &clause.test {
                Some(test) => tests.push((test, &clause.body)),
                None => otherwise = &clause.body,
            }
        }
        self.exec_arms(&tests, otherwise)
    }

    fn exec_arms(&mut self, tests: &[(&'a Expr, &'a [Stmt])], otherwise: &'a [Stmt]) -> R<Flow> {
        let Some(((test, body), rest)) = tests.split_first() else { return self.exec_block(otherwise) };
        let cond = self.eval(test)?;
        match self.truth(&cond) {
            Some(taken) => {
                let env = self.deep_reads(&cond);
                if env.is_empty() {
                    return if taken { self.exec_block(body) } else { self.exec_arms(rest, otherwise) };
                }
                let mut arms: Vec<&'a [Stmt]> = rest.iter().map(|(_, body)| *body).collect();
                arms.extend([*body, otherwise]);
                self.note_condition(test, &arms, &env);
                let is_function = self.frame_ref().is_function;
                self.frame().control.push(env.clone());
                let before = self.heap.clone();
                let flow = if taken { self.exec_block(body) } else { self.exec_arms(rest, otherwise) };
                if !is_function {
                    self.frame().control.pop();
                }
                match flow {
                    Err(raise) if taken && !raise.stop && !self.catches(&raise) => {
                        // A guard: another environment is needed, and then the body does not run.
                        self.heap = before;
                        let at = self.span(*test);
                        self.require_names(test, at, &raise);
                        self.exec_arms(rest, otherwise)
                    }
                    flow => {
                        // The arms that did not run would have set these.
                        if taken {
                            for (_, skipped) in rest {
                                self.mark_guarded(skipped, &env);
                            }
                            self.mark_guarded(otherwise, &env);
                        } else {
                            self.mark_guarded(body, &env);
                        }
                        flow
                    }
                }
            }
            None => {
                let cause = self.condition_cause(&cond, self.span(*test));
                let reads = cond.env.clone();
                let mut goes_on = false;
                let flow = self.either(
                    &cause,
                    &reads,
                    &mut [
                        &mut |i: &mut Self| {
                            i.assume(test, true);
                            let flow = i.exec_block(body);
                            goes_on = matches!(flow, Ok(Flow::Next));
                            flow
                        },
                        &mut |i: &mut Self| {
                            i.assume(test, false);
                            i.exec_arms(rest, otherwise)
                        },
                    ],
                )?;
                if !goes_on && matches!(flow, Flow::Next) {
                    self.assume(test, false);
                }
                Ok(flow)
            }
        }
    }

    /// Why a value that such a condition decides cannot be told.
    pub(super) fn condition_cause(&self, cond: &Val, at: Option<Span>) -> Rc<str> {
        let cause = cause_of(cond);
        if cause.starts_with("decided by a condition") {
            return cause;
        }
        match at {
            Some(at) => {
                let place = self.shown_place(at);
                format!("decided by a condition that cannot be told ({place}: {cause})").into()
            }
            None => format!("decided by a condition that cannot be told ({cause})").into(),
        }
    }

    /// Runs each arm on its own copy of the heap and joins what they leave.
    pub(super) fn either(
        &mut self,
        cause: &Rc<str>,
        reads: &Reads,
        arms: &mut [&mut dyn FnMut(&mut Self) -> R<Flow>],
    ) -> R<Flow> {
        let base = self.heap.clone();
        let mut normal: Option<Heap> = None;
        let mut left = false;
        let mut last = None;
        let facts = self.facts.len();
        for arm in arms {
            self.heap = base.clone();
            self.frame().uncertain += 1;
            self.frame().control.push(reads.clone());
            let depth = self.depth;
            let flow = arm(self);
            self.depth = depth;
            self.facts.truncate(facts);
            self.frame().control.pop();
            self.frame().uncertain -= 1;
            let heap = std::mem::take(&mut self.heap);
            match flow {
                Ok(Flow::Next) => {
                    normal = Some(match normal {
                        None => heap,
                        Some(other) => self.joined(other, &heap, cause),
                    });
                }
                Ok(Flow::Return(val)) => {
                    self.frame().returns.push((heap, val));
                    left = true;
                }
                Ok(Flow::Break) => {
                    if let Some(l) = self.frame().loops.last_mut() {
                        l.breaks.push(heap);
                    }
                    left = true;
                }
                Ok(Flow::Continue) => {
                    if let Some(l) = self.frame().loops.last_mut() {
                        l.continues.push(heap);
                    }
                    left = true;
                }
                Ok(Flow::Dead) => left = true,
                Err(raise) if raise.stop => {
                    self.heap = base;
                    return Err(raise);
                }
                Err(raise) => {
                    // A guard, unless somebody catches it: that branch is not production.
                    self.pend(heap, (*raise).clone());
                    last = Some(raise);
                }
            }
        }
        match normal {
            Some(heap) => {
                self.heap = heap;
                Ok(Flow::Next)
            }
            None => {
                self.heap = base;
                match last {
                    Some(raise) if !left => Err(raise),
                    _ => Ok(Flow::Dead),
                }
            }
        }
    }

    /// A module that is missing here, and without which the program ends, is one that production has: then the body
    /// runs again, with all that such a module could do.
    pub(super) fn exec_try(&mut self, stmt: &'a StmtTry) -> R<Flow> {
        loop {
            let before = self.heap.clone();
            let known = self.indispensable.len();
            let result = if stmt.finalbody.is_empty() {
                self.run_try(stmt)
            } else {
                self.finally(&mut |i| i.run_try(stmt), &mut |i| i.exec_block(&stmt.finalbody))
            };
            if self.indispensable.len() == known {
                return result;
            }
            self.heap = before;
        }
    }

    /// The body and its handlers.
    fn run_try(&mut self, stmt: &'a StmtTry) -> R<Flow> {
        let handlers = stmt
            .handlers
            .iter()
            .map(|h| {
                let ExceptHandler::ExceptHandler(h) = h;
                h.type_.as_deref().map(caught_names)
            })
            .collect();
        let own = self.own_exceptions(stmt);
        self.tries.push(TryFrame { handlers, own, ..TryFrame::default() });
        let (depth, frames, facts) = (self.depth, self.frames.len(), self.facts.len());
        let flow = self.exec_block(&stmt.body);
        self.depth = depth;
        self.frames.truncate(frames);
        self.facts.truncate(facts);
        let frame = self.tries.pop().expect("internal error: tries out of step");
        let mut entries: Vec<Option<(Heap, Raise)>> = vec![None; stmt.handlers.len()];
        let cause: Rc<str> = "the code before may raise, which cannot be told".into();
        let mut enter = |handler: usize, heap: Heap, raise: &Raise| {
            entries[handler] = Some(match entries[handler].take() {
                None => (heap, raise.clone()),
                Some((other, mut first)) => {
                    first.env = first.env.union(&raise.env);
                    first.value = Val::unknown("an exception object");
                    (join_heaps(other, &heap, &cause), first)
                }
            });
        };
        for (heap, raise) in &frame.pending {
            for handler in frame.handlers_of(raise) {
                enter(handler, heap.clone(), raise);
            }
        }
        let mut escaped = None;
        let mut missing = None;
        let flow = match flow {
            Ok(flow) => Some(flow),
            Err(raise) if raise.stop => return Err(raise),
            Err(raise) => {
                missing.clone_from(&raise.missing);
                let handlers = frame.handlers_of(&raise);
                for handler in &handlers {
                    enter(*handler, self.heap.clone(), &raise);
                }
                if handlers.is_empty() {
                    escaped = Some(raise);
                } else if raise.any && !frame.catches_all() {
                    // Something else may have been raised, which goes on outwards.
                    self.pend(self.heap.clone(), *raise);
                }
                None
            }
        };
        if let Some(raise) = escaped {
            // What the code itself raises before that, though not always, is caught, and the program goes on.
            let is_caught = |raise: &Raise| !raise.any && !frame.handlers_of(raise).is_empty();
            if !frame.pending.iter().any(|(_, raise)| is_caught(raise)) {
                return Err(raise);
            }
            self.pend(self.heap.clone(), *raise);
        }
        let body_heap = self.heap.clone();
        let certain = flow.is_none() && entries.iter().flatten().count() == 1;
        let mut flow = flow;
        let mut arms: Vec<Box<dyn FnMut(&mut Self) -> R<Flow> + '_>> = Vec::new();
        if flow.is_some() {
            let body_heap = body_heap.clone();
            arms.push(Box::new(move |i: &mut Self| {
                i.heap = body_heap.clone();
                match flow.take().unwrap_or(Flow::Next) {
                    Flow::Next => i.exec_block(&stmt.orelse),
                    flow => Ok(flow),
                }
            }));
        }
        for (entry, handler) in entries.into_iter().zip(&stmt.handlers) {
            let Some((heap, raise)) = entry else { continue };
            let env = raise.env.clone();
            let ExceptHandler::ExceptHandler(handler) = handler;
            arms.push(Box::new(move |i: &mut Self| {
                i.heap = heap.clone();
                if let Some(name) = &handler.name {
                    i.bind(name, raise.value.clone(), None, Vec::new());
                }
                // What the handler does, and gives back, depends on what raised; in a function, so does what follows.
                let controls = i.frame_ref().control.len();
                i.frame().control.push(env.clone());
                i.handling.push(env.clone());
                i.handled.push(raise.clone());
                let flow = i.exec_block(&handler.body);
                if let Some(name) = &handler.name {
                    i.unbind(name);
                }
                i.handling.pop();
                i.handled.pop();
                if !i.frame_ref().is_function {
                    i.frame().control.truncate(controls);
                }
                flow
            }));
        }
        let result = if arms.len() == 1 || certain {
            arms[0](self)
        } else {
            let mut arms: Vec<&mut dyn FnMut(&mut Self) -> R<Flow>> =
                arms.iter_mut().map(|a| &mut **a as &mut dyn FnMut(&mut Self) -> R<Flow>).collect();
            let cause: Rc<str> = match frame.pending.first() {
                Some((_, first)) if first.cause.starts_with("decided by whether the code raises") => {
                    first.cause.clone()
                }
                first => {
                    let why = first.map(|(_, raise)| format!(" ({})", raise.cause)).unwrap_or_default();
                    format!("decided by whether the code raises, which cannot be told{why}").into()
                }
            };
            self.either(&cause, &Reads::default(), &mut arms)
        };
        if let (Err(end), Some(name)) = (&result, missing)
            && !end.stop
            && !self.catches(end)
        {
            self.indispensable.push(name);
        }
        result
    }

    /// Which of the names that the handlers catch are classes of the project.
    fn own_exceptions(&self, stmt: &'a StmtTry) -> Vec<String> {
        let mut names = Names::default();
        for handler in &stmt.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            handler.type_.iter().for_each(|class| names.visit_expr(class));
        }
        let is_own = |name: &&str| matches!(self.lookup(name).map(|b| &b.val.v), Some(V::Class(_)));
        names.0.into_iter().filter(is_own).map(str::to_owned).collect()
    }
}

/// The class names in `except A`, `except (A, m.B)`.
fn caught_names(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(caught_names).collect(),
        Expr::Name(name) => aliases(name.id.as_str()),
        Expr::Attribute(attribute) => aliases(attribute.attr.as_str()),
        _ => vec!["Exception".to_owned()],
    }
}

fn aliases(name: &str) -> Vec<String> {
    match name {
        "IOError" | "EnvironmentError" | "OSError" => vec!["OSError".into(), "IOError".into()],
        name => vec![name.to_owned()],
    }
}
