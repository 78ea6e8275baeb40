//! `with`: contexts of the project's own classes, generators of `contextmanager`, `suppress`, and the prefixes of
//! environs. The body of a `with` over a generator runs where that yields, so that what the generator catches, changes
//! and puts back is what Python does. Contexts outside the project are taken to do nothing.

use std::rc::Rc;

use super::functions::Args;
use super::later::Later;
use super::raise::{R, Raise, TryFrame};
use super::val::{LibObject, Reads, V, Val};
use super::{Flow, Interp, cause_of};
use crate::python::ast::{Expr, Stmt, StmtReturn, StmtWith, WithItem};
use crate::python::visitor::{self, Visitor};

/// What a function is that `contextmanager` was put on, and what a call of it gives.
pub(super) const MANAGER: &str = "contextmanager";
const CONTEXT: &str = "context";

/// A `with` whose generator runs.
pub(super) struct Context<'a> {
    stmt: &'a StmtWith,
    item: usize,
    /// How many frames there are without those of the generator.
    frames: usize,
    /// How the body ended, wherever the generator yielded.
    flows: Vec<Flow>,
}

impl<'a> Interp<'a> {
    pub(super) fn exec_with(&mut self, stmt: &'a StmtWith) -> R<Flow> {
        let flow = self.exec_with_from(stmt, 0);
        self.leave_env_prefix(stmt);
        flow
    }

    /// The items from one on, and the body.
    fn exec_with_from(&mut self, stmt: &'a StmtWith, at: usize) -> R<Flow> {
        let Some(item) = stmt.items.get(at) else { return self.exec_block(&stmt.body) };
        let context = self.eval(&item.context_expr)?;
        match &context.v {
            V::Lib(object) if object.class == "suppress" => {
                let caught = |val: &Val| match &val.v {
                    V::Ref(name) => name.rsplit('.').next().unwrap_or(name).to_owned(),
                    V::Class(id) => self.classes[*id as usize].name.to_string(),
                    _ => "Exception".to_owned(),
                };
                let own = object.args.iter().filter(|a| matches!(a.v, V::Class(_))).map(caught).collect();
                let names: Vec<String> = object.args.iter().map(caught).collect();
                self.enter(item, Val::new(V::None))?;
                self.exec_suppressed(stmt, at, names, own)
            }
            V::Lib(object) if object.class == CONTEXT => self.exec_generated(stmt, at, &object.clone()),
            V::Lib(object) if matches!(object.class, "file" | "env") => {
                self.enter(item, context.clone())?;
                self.exec_with_from(stmt, at + 1)
            }
            V::Instance(_) => self.exec_own(stmt, at, &context),
            V::None
            | V::Bool(_)
            | V::Int(_)
            | V::Float(_)
            | V::Str(_)
            | V::List(_)
            | V::Dict(_)
            | V::Iter(_)
            | V::Func(_) => {
                let raise = Raise::new("TypeError", "enters something that is no context");
                Err(raise.with_env(&context.env))
            }
            _ => {
                self.enter(item, Val::unknown(cause_of(&context)))?;
                self.exec_with_from(stmt, at + 1)
            }
        }
    }

    /// `as target`.
    fn enter(&mut self, item: &'a WithItem, val: Val) -> R<()> {
        let Some(target) = &item.optional_vars else { return Ok(()) };
        let at = self.span(&**target);
        self.assign(target, val, at, Vec::new())
    }

    /// The rest of a `with` whose exceptions of these classes end it.
    fn exec_suppressed(
        &mut self,
        stmt: &'a StmtWith,
        at: usize,
        names: Vec<String>,
        own: Vec<String>,
    ) -> R<Flow> {
        self.tries.push(TryFrame { handlers: vec![Some(names)], own, ..TryFrame::default() });
        let (depth, frames, facts) = (self.depth, self.frames.len(), self.facts.len());
        let flow = self.exec_with_from(stmt, at + 1);
        self.depth = depth;
        self.frames.truncate(frames);
        self.facts.truncate(facts);
        let frame = self.tries.pop().expect("internal error: tries out of step");
        let flow = match flow {
            Err(raise) if !raise.stop && frame.handler_of(&raise).is_some() => Ok(Flow::Next),
            flow => flow,
        };
        let mut suppressed = frame.pending.into_iter().map(|(heap, _)| heap);
        let Some(first) = suppressed.next() else { return flow };
        let cause: Rc<str> = "the code may raise, which cannot be told".into();
        let mut raised = suppressed.fold(first, |all, heap| self.joined(all, &heap, &cause));
        let mut flow = Some(flow);
        self.either(
            &cause,
            &Reads::default(),
            &mut [&mut |_: &mut Self| flow.take().unwrap_or(Ok(Flow::Next)), &mut |i: &mut Self| {
                i.heap = std::mem::take(&mut raised);
                Ok(Flow::Next)
            }],
        )
    }

    /// An object of a class of the project.
    fn exec_own(&mut self, stmt: &'a StmtWith, at: usize, context: &Val) -> R<Flow> {
        let val = self.call_method(context, "__enter__", Args::default())?;
        self.enter(&stmt.items[at], val)?;
        let Some(exit) = self.find_method(context, "__exit__") else {
            return self.exec_with_from(stmt, at + 1);
        };
        let none = || Val::new(V::None);
        let swallows = match &exit.v {
            V::Bound(bound) => match bound.1 {
                super::val::Callee::Func(id) => self.may_give_more_than_none(id),
                super::val::Callee::Method(_) => true,
            },
            _ => true,
        };
        // Whatever the body raises goes to the object first; it goes on from there, unless that may swallow it.
        let handlers = if swallows { vec![None] } else { Vec::new() };
        self.tries.push(TryFrame { handlers, is_final: !swallows, ..TryFrame::default() });
        let ways_out = self.ways_out();
        let (depth, frames, facts) = (self.depth, self.frames.len(), self.facts.len());
        let flow = self.exec_with_from(stmt, at + 1);
        self.depth = depth;
        self.frames.truncate(frames);
        self.facts.truncate(facts);
        let frame = self.tries.pop().expect("internal error: tries out of step");
        let pending = frame.pending;
        self.leave_through(&ways_out, frame.passing, &mut |i, raise| {
            match raise {
                Some(raise) => i.exit_with(&exit, raise)?,
                None => i.call(&exit, Args { pos: vec![none(), none(), none()], ..Args::default() })?,
            };
            Ok(Flow::Next)
        })?;
        let flow = match flow {
            Err(raise) if raise.stop => return Err(raise),
            Err(raise) => {
                let answer = self.exit_with(&exit, &raise)?;
                match self.truth(&answer) {
                    Some(true) => Flow::Next,
                    Some(false) => return Err(raise),
                    None => {
                        // It is swallowed, or it goes on.
                        self.pend(self.heap.clone(), *raise);
                        Flow::Next
                    }
                }
            }
            Ok(flow) => {
                let args = Args { pos: vec![none(), none(), none()], ..Args::default() };
                self.call(&exit, args)?;
                flow
            }
        };
        let cause: Rc<str> = "the code may raise, which cannot be told".into();
        for (heap, raise) in pending {
            let body = std::mem::replace(&mut self.heap, heap);
            let answer = self.exit_with(&exit, &raise)?;
            if self.truth(&answer) != Some(true) {
                self.pend(self.heap.clone(), raise);
            }
            if self.truth(&answer) == Some(false) {
                self.heap = body;
            } else {
                let own = std::mem::take(&mut self.heap);
                self.heap = self.joined(body, &own, &cause);
            }
        }
        Ok(flow)
    }

    /// `__exit__(type, value, traceback)`.
    fn exit_with(&mut self, exit: &Val, raise: &Raise) -> R<Val> {
        let class = match &raise.value.v {
            V::Instance(_) => self.instance_class(&raise.value).map(|class| Val::new(V::Class(class))),
            V::Lib(object) if object.class == "exception" && !raise.any => {
                let name = object.args.first().and_then(Val::as_str);
                name.map(|name| Val::new(V::Ref(format!("builtins.{name}").into())))
            }
            _ => None,
        };
        let class = class.unwrap_or_else(|| Val::unknown(raise.cause.clone()));
        let trace = Val::lib("object", Vec::new(), Vec::new());
        self.call(exit, Args { pos: vec![class, raise.value.clone(), trace], ..Args::default() })
    }

    /// Whether a function has a `return` with something that may be true.
    fn may_give_more_than_none(&self, id: u32) -> bool {
        struct Returns(bool);
        impl<'v> Visitor<'v> for Returns {
            fn visit_stmt(&mut self, stmt: &'v Stmt) {
                match stmt {
                    Stmt::Return(StmtReturn { value: Some(value), .. }) => {
                        let is_false = match &**value {
                            Expr::NoneLiteral(_) => true,
                            Expr::BooleanLiteral(literal) => !literal.value,
                            _ => false,
                        };
                        self.0 |= !is_false;
                    }
                    Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                    _ => visitor::walk_stmt(self, stmt),
                }
            }
        }
        let super::functions::Body::Block(body) = self.funcs[id as usize].body else { return true };
        let mut returns = Returns(false);
        returns.visit_body(body);
        returns.0
    }

    /// The call of a function that `contextmanager` was put on.
    pub(super) fn call_manager(&mut self, object: &LibObject, args: Args) -> R<Val> {
        let Some(function) = object.args.first().cloned() else {
            return Ok(self.give_up(&args, "a context that cannot be told"));
        };
        let generator = self.call(&function, args)?;
        Ok(if self.waits(&generator) {
            Val::lib(CONTEXT, vec![generator], Vec::new())
        } else {
            Val::unknown(cause_of(&generator))
        })
    }

    /// The body runs where the generator yields.
    fn exec_generated(&mut self, stmt: &'a StmtWith, item: usize, object: &LibObject) -> R<Flow> {
        let generator = object.args.first().cloned().unwrap_or_else(|| Val::new(V::None));
        let later = self.later_of(&generator);
        let Some(Later::Body { func, scope, this, at }) = later.as_deref() else {
            self.enter(&stmt.items[item], Val::unknown("a context that cannot be told"))?;
            return self.exec_with_from(stmt, item + 1);
        };
        let (func, scope, this, at) = (*func, *scope, this.clone(), *at);
        self.run_once(&generator);
        let context = Context { stmt, item, frames: self.frames.len(), flows: Vec::new() };
        self.contexts.push(context);
        let place = self.contexts.len() - 1;
        let ways_out = self.ways_out();
        let result = self.run_context(func, scope, this, at, place);
        // What the body has left early comes back through the rest of the generator.
        let cause: Rc<str> = "the rest of a context's generator runs on a way that cannot be told".into();
        self.leave_through(&ways_out, Vec::new(), &mut |i, _| {
            i.havoc_function(func as usize, &cause);
            Ok(Flow::Next)
        })?;
        let context = self.contexts.pop().expect("internal error: contexts out of step");
        result?;
        let mut flows = context.flows.into_iter();
        match (flows.next(), flows.next()) {
            (None, _) => Err(Raise::new("RuntimeError", "enters a context that does not yield")),
            (Some(flow), None) => Ok(flow),
            (Some(_), Some(_)) => {
                // It yields in one of several places, which cannot be told.
                self.havoc(&stmt.body, &"the body of a context runs in a way that cannot be told".into());
                Ok(Flow::Next)
            }
        }
    }

    /// A generator of a context yields: the body runs.
    pub(super) fn yield_to_body(&mut self, place: usize, val: Val) -> R<Val> {
        let (stmt, item, frames) = {
            let context = &self.contexts[place];
            (context.stmt, context.item, context.frames)
        };
        let own = self.frames.split_off(frames);
        let (depth, facts) = (self.depth, self.facts.len());
        let entered = self.enter(&stmt.items[item], val);
        let result = entered.and_then(|()| self.exec_with_from(stmt, item + 1));
        self.depth = depth;
        self.facts.truncate(facts);
        self.frames.truncate(frames);
        self.frames.extend(own);
        match result {
            Ok(flow) => {
                self.contexts[place].flows.push(flow);
                Ok(Val::new(V::None))
            }
            Err(raise) => {
                // If the generator catches it, the `with` is over.
                self.contexts[place].flows.push(Flow::Next);
                Err(raise)
            }
        }
    }
}
