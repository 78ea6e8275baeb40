//! `try` and `with`: an exception may come from any statement, so what follows it starts from each point that the
//! body passes.

use std::rc::Rc;

use super::super::Frame;
use super::super::control::{catches, is_plain_dispatch};
use super::super::{Bound, Val};
use super::state::{Exit, State, Tag, Way, merged, note};
use super::{Gate, Question};
use crate::python::Ranged as _;
use crate::python::ast::{self, ExceptHandler, Expr, Stmt};
use crate::settings::Truth;
use crate::source::Span;

/// Context managers that let every exception go on.
const PLAIN_MANAGERS: [&str; 6] = [
    "contextlib.closing",
    "contextlib.nullcontext",
    "django.db.transaction.atomic",
    "django.utils.timezone.override",
    "django.utils.translation.override",
    "open",
];

/// An exception in a body.
enum Thrown {
    /// One that is raised there; its class's last name where it is known.
    Surely(Option<Rc<str>>),
    /// One that some statement may raise.
    Perhaps,
}

impl Gate<'_, '_> {
    /// The ways through statements, and the points at which one of them may raise an exception.
    fn watched(&self, frame: &Frame<'_>, body: &[Stmt], state: State) -> (Vec<Way>, Vec<State>) {
        self.seen.borrow_mut().push(Vec::new());
        let ways = self.block(frame, body, state);
        let seen = self.seen.borrow_mut().pop().unwrap_or_default();
        if let Some(outer) = self.seen.borrow_mut().last_mut() {
            for state in &seen {
                note(outer, state);
            }
        }
        (ways, seen)
    }

    /// The body, and each handler wherever the body raises or may raise what it catches.
    pub(super) fn attempt(&self, frame: &Frame<'_>, attempt: &ast::StmtTry, state: State) -> Vec<Way> {
        let at = Span::new(frame.file, attempt.range());
        let (ways, seen) = self.watched(frame, &attempt.body, state);
        let mut ends = Vec::new();
        let mut caught: Vec<(State, Thrown)> = Vec::new();
        // What DRF refuses comes back from its `dispatch` as a response: an exception is one of the code behind it.
        let behind = matches!(&attempt.body[..], [only] if is_plain_dispatch(only))
            && self.question == Question::Proof
            && self.refusals_are_responses();
        caught.extend(seen.into_iter().map(|mut state| {
            state.passed |= behind;
            state.thrown = true;
            (state, Thrown::Perhaps)
        }));
        for (state, exit) in ways {
            match exit {
                Exit::Raise(name) if !attempt.handlers.is_empty() => {
                    caught.push((state, Thrown::Surely(name)));
                }
                Exit::Fall => ends.extend(self.block(frame, &attempt.orelse, state)),
                _ => ends.push((state, exit)),
            }
        }
        // The body may raise before any handler is looked for.
        let escaping: Vec<State> = if attempt.finalbody.is_empty() {
            Vec::new()
        } else {
            caught.iter().map(|(state, _)| state.clone()).collect()
        };
        if !attempt.handlers.is_empty() {
            for (state, thrown) in caught {
                ends.extend(self.handled(frame, &attempt.handlers, at, &state, thrown));
                if self.is_settled() {
                    break;
                }
            }
        }
        let mut ends = merged(ends);
        if attempt.finalbody.is_empty() {
            return ends;
        }
        // Behind `finally` an exception goes on, unless it leaves otherwise.
        let mut after = Vec::new();
        for state in escaping {
            let left = self.block(frame, &attempt.finalbody, state);
            after.extend(left.into_iter().filter(|(_, exit)| *exit != Exit::Fall));
        }
        for (state, exit) in ends.drain(..) {
            for (state, last) in self.block(frame, &attempt.finalbody, state) {
                let exit = if last == Exit::Fall { exit.clone() } else { last };
                after.push((state, exit));
            }
        }
        merged(after)
    }

    fn handled(
        &self,
        frame: &Frame<'_>,
        handlers: &[ExceptHandler],
        at: Span,
        state: &State,
        thrown: Thrown,
    ) -> Vec<Way> {
        let name = match &thrown {
            Thrown::Surely(name) => name.as_deref(),
            Thrown::Perhaps => None,
        };
        let mut ends = Vec::new();
        for ExceptHandler::ExceptHandler(handler) in handlers {
            let catches = catches(handler.type_.as_deref(), name);
            if catches == Truth::No {
                continue;
            }
            let mut inside = state.clone();
            if let Some(bound) = &handler.name {
                inside.set(bound.as_str(), Tag::Nothing);
                let value = Val::unknown("it is an exception");
                inside.path.locals.insert(bound.as_str().into(), Bound { value, at });
            }
            ends.extend(self.block(frame, &handler.body, inside));
            if catches == Truth::Yes {
                return ends;
            }
        }
        if let Thrown::Surely(name) = thrown {
            ends.push((state.clone(), Exit::Raise(name)));
        }
        ends
    }

    pub(super) fn with(&self, frame: &Frame<'_>, with: &ast::StmtWith, mut state: State) -> Vec<Way> {
        let at = Span::new(frame.file, with.range());
        if with.is_async {
            self.may_reach("it is a coroutine", Some(at), &state);
        }
        let mut swallows = false;
        for item in &with.items {
            let tag = match self.value(frame, &item.context_expr, &mut state) {
                Ok((tag, _)) => tag,
                Err(raising) => return vec![(state, Exit::Raise(raising.0))],
            };
            swallows |= !self.lets_exceptions_go(frame, &item.context_expr, &mut state);
            if let Some(target) = &item.optional_vars {
                let tag = if tag.reaches() { Tag::Handler } else { Tag::Nothing };
                self.bind(frame, target, &tag, &mut state);
                let value = Val::unknown("it comes from a context manager");
                self.evaluator.assign(frame, target, value, at, &mut state.path);
            }
        }
        if !swallows {
            return self.block(frame, &with.body, state);
        }
        let (mut ways, seen) = self.watched(frame, &with.body, state);
        let raised: Vec<Way> = ways
            .iter()
            .filter(|(_, exit)| matches!(exit, Exit::Raise(_)))
            .map(|(state, _)| (state.clone(), Exit::Fall))
            .collect();
        ways.extend(raised);
        ways.extend(seen.into_iter().map(|state| (State { thrown: true, ..state }, Exit::Fall)));
        merged(ways)
    }

    fn lets_exceptions_go(&self, frame: &Frame<'_>, manager: &Expr, state: &mut State) -> bool {
        let callee = match manager {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        self.library_name(frame, callee, state).is_some_and(|name| PLAIN_MANAGERS.contains(&&*name))
    }

    /// Whether what the permissions refuse becomes a response within DRF's own `dispatch`.
    fn refusals_are_responses(&self) -> bool {
        use super::super::{ClassRef, Owner};
        ["handle_exception", "raise_uncaught_exception"].iter().all(|name| {
            match self.look(name).owner {
                // The table leaves out what no policy needs.
                Owner::Absent => true,
                Owner::Class(ClassRef::Library(by)) => by.starts_with("rest_framework."),
                _ => false,
            }
        })
    }
}
