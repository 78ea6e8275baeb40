//! Statements in order.

use super::super::{Frame, Val};
use super::state::{Exit, Raising, State, Tag, Way, merged, note};
use super::{Gate, asks};
use crate::python::Ranged as _;
use crate::python::ast::{self, Expr, Stmt};
use crate::settings::Truth;
use crate::source::Span;

/// Loops over more elements are walked as if nothing were known of them.
const MAX_TURNS: usize = 8;

impl Gate<'_, '_> {
    /// All ways through the statements.
    pub(super) fn block(&self, frame: &Frame<'_>, body: &[Stmt], state: State) -> Vec<Way> {
        let mut live = vec![state];
        let mut done = Vec::new();
        for stmt in body {
            let mut ways = Vec::new();
            for state in live {
                if self.is_behind(&state) {
                    done.push((state, Exit::Fall));
                    continue;
                }
                if let Some(states) = self.seen.borrow_mut().last_mut() {
                    note(states, &state);
                }
                ways.extend(self.statement(frame, stmt, state));
            }
            let mut next = Vec::new();
            for (state, exit) in merged(ways) {
                if exit == Exit::Fall { next.push(state) } else { done.push((state, exit)) }
            }
            live = next;
            if live.is_empty() || self.is_settled() {
                break;
            }
            if live.len() + done.len() > self.most_ways() {
                self.give_up("there are too many ways through the code", frame, stmt);
                return Vec::new();
            }
        }
        done.extend(live.into_iter().map(|state| (state, Exit::Fall)));
        merged(done)
    }

    /// Nothing is known any more.
    pub(super) fn give_up(&self, why: &str, frame: &Frame<'_>, stmt: &Stmt) {
        self.may_reach(why, Some(Span::new(frame.file, stmt.range())), &State::default());
    }

    fn statement(&self, frame: &Frame<'_>, stmt: &Stmt, mut state: State) -> Vec<Way> {
        if !self.step() {
            self.give_up("it takes too long to follow", frame, stmt);
            return Vec::new();
        }
        let at = Span::new(frame.file, stmt.range());
        match stmt {
            Stmt::Return(ret) => {
                let tag = match ret.value.as_deref() {
                    None | Some(Expr::NoneLiteral(_)) => Ok(Tag::Harmless),
                    Some(value) => self.value(frame, value, &mut state).map(|(tag, _)| tag),
                };
                one(state, tag.map(Exit::Return))
            }
            Stmt::Raise(raise) => {
                for part in raise.exc.iter().chain(&raise.cause) {
                    if let Err(raising) = self.scan(frame, part, &mut state) {
                        return vec![(state, Exit::Raise(raising.0))];
                    }
                }
                let name = raise.exc.as_deref().and_then(|e| match e {
                    Expr::Call(call) => crate::python::dotted_name(&call.func),
                    other => crate::python::dotted_name(other),
                });
                let last = name.map(|n| n.rsplit('.').next().unwrap_or_default().into());
                vec![(state, Exit::Raise(last))]
            }
            Stmt::Expr(expr) => {
                let scanned = self.scan(frame, &expr.value, &mut state).map(|_| ());
                let result = scanned.and_then(|()| {
                    if self.question == super::Question::Proof || self.is_behind(&state) {
                        // What it does to a value is not worked out, so the value is not known.
                        super::super::targets::forget(std::slice::from_ref(stmt), at, &mut state.path);
                        return Ok(());
                    }
                    let run = || self.evaluator.effect(frame, &expr.value, &mut state.path);
                    self.evaluator.fresh(run).map_err(|raised| Raising(raised.0))
                });
                one(state, result.map(|()| Exit::Fall))
            }
            Stmt::Assign(assign) => {
                let result = self.value(frame, &assign.value, &mut state).map(|(tag, value)| {
                    for target in &assign.targets {
                        self.bind(frame, target, &tag, &mut state);
                        self.evaluator.assign(frame, target, value.clone(), at, &mut state.path);
                    }
                    Exit::Fall
                });
                one(state, result)
            }
            Stmt::AnnAssign(assign) => {
                let Some(value) = &assign.value else { return vec![(state, Exit::Fall)] };
                let result = self.value(frame, value, &mut state).map(|(tag, value)| {
                    self.bind(frame, &assign.target, &tag, &mut state);
                    self.evaluator.assign(frame, &assign.target, value, at, &mut state.path);
                    Exit::Fall
                });
                one(state, result)
            }
            Stmt::AugAssign(assign) => {
                let scanned = self.scan(frame, &assign.value, &mut state);
                let result = scanned.and_then(|tag| {
                    if tag.reaches() {
                        self.bind(frame, &assign.target, &Tag::Handler, &mut state);
                    }
                    let augmented = self.evaluator.augment(frame, assign, at, &mut state.path);
                    augmented.map(|()| Exit::Fall).map_err(|raised| Raising(raised.0))
                });
                one(state, result)
            }
            Stmt::If(branch) => self.branch(frame, branch, state),
            Stmt::For(each) => self.for_loop(frame, each, state),
            Stmt::While(repeat) => {
                if let Err(raising) = self.scan(frame, &repeat.test, &mut state) {
                    return vec![(state, Exit::Raise(raising.0))];
                }
                self.turns(frame, &repeat.body, &repeat.orelse, at, state, |_| {})
            }
            Stmt::Try(attempt) => self.attempt(frame, attempt, state),
            Stmt::With(with) => self.with(frame, with, state),
            Stmt::Match(choice) => self.choice(frame, choice, state),
            Stmt::FunctionDef(function) => {
                self.define(frame, function, &mut state);
                vec![(state, Exit::Fall)]
            }
            Stmt::ClassDef(class) => {
                let tag = if self.mentions(frame, stmt, &state) { Tag::Handler } else { Tag::Nothing };
                state.set(class.name.as_str(), tag);
                let ways = self.evaluator.statement(frame, stmt, state.path.clone());
                if let Some(way) = ways.into_iter().next() {
                    state.path = way.path;
                }
                vec![(state, Exit::Fall)]
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                let ways = self.evaluator.statement(frame, stmt, state.path.clone());
                if let Some(way) = ways.into_iter().next() {
                    state.path = way.path;
                }
                vec![(state, Exit::Fall)]
            }
            Stmt::Assert(assert) => {
                let result = self.value(frame, &assert.test, &mut state);
                one(
                    state,
                    result.map(|(_, value)| match value.truth() {
                        Truth::No => Exit::Raise(Some("AssertionError".into())),
                        // An assertion is no guard: `python -O` leaves it out.
                        _ => Exit::Fall,
                    }),
                )
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        state.path.locals.remove(name.id.as_str());
                        state.tags.remove(name.id.as_str());
                    }
                }
                vec![(state, Exit::Fall)]
            }
            Stmt::Break(_) => vec![(state, Exit::Break)],
            Stmt::Continue(_) => vec![(state, Exit::Continue)],
            Stmt::Pass(_) => vec![(state, Exit::Fall)],
            _ => {
                self.may_reach("a statement is not followed", Some(at), &state);
                vec![(state, Exit::Fall)]
            }
        }
    }

    fn branch(&self, frame: &Frame<'_>, branch: &ast::StmtIf, mut state: State) -> Vec<Way> {
        let first = (Some(&*branch.test), &branch.body[..]);
        let rest = branch.elif_else_clauses.iter().map(|c| (c.test.as_ref(), &c.body[..]));
        let mut ways = Vec::new();
        for (test, body) in std::iter::once(first).chain(rest) {
            let Some(test) = test else {
                ways.extend(self.block(frame, body, state));
                return ways;
            };
            match self.value(frame, test, &mut state) {
                Err(raising) => {
                    ways.push((state, Exit::Raise(raising.0)));
                    return ways;
                }
                Ok((_, value)) => match value.truth() {
                    Truth::Yes => {
                        ways.extend(self.block(frame, body, state));
                        return ways;
                    }
                    Truth::No => {}
                    Truth::Maybe => ways.extend(self.block(frame, body, state.clone())),
                },
            }
        }
        ways.push((state, Exit::Fall));
        ways
    }

    fn for_loop(&self, frame: &Frame<'_>, each: &ast::StmtFor, mut state: State) -> Vec<Way> {
        let at = Span::new(frame.file, each.range());
        if asks::asks_permissions(self, frame, each, &state) {
            // The loop of DRF's own `check_permissions`: it ends only where each permission lets the caller in.
            if let Err(raising) = self.scan(frame, &each.iter, &mut state) {
                return vec![(state, Exit::Raise(raising.0))];
            }
            state.passed = true;
            return vec![(state, Exit::Fall)];
        }
        let (tag, over) = match self.value(frame, &each.iter, &mut state) {
            Ok(found) => found,
            Err(raising) => return vec![(state, Exit::Raise(raising.0))],
        };
        let tag = if tag.reaches() { Tag::Handler } else { Tag::Nothing };
        let bind = |state: &mut State, value| {
            self.bind(frame, &each.target, &tag, state);
            self.evaluator.assign(frame, &each.target, value, at, &mut state.path);
        };
        let any = |state: State| {
            self.turns(frame, &each.body, &each.orelse, at, state, |state| {
                bind(state, Val::unknown("it comes from a loop"));
            })
        };
        let Some(items) = over.elements().filter(|items| items.len() <= MAX_TURNS) else { return any(state) };
        let is_rest = |item: &&Val| matches!(item, Val::Rest(_));
        let is_exact = !items.iter().any(|item| is_rest(&item));
        let mut live = vec![state];
        let mut done = Vec::new();
        for item in items.iter().take_while(|item| !is_rest(item)) {
            let mut ways = Vec::new();
            for mut state in live {
                bind(&mut state, item.clone());
                ways.extend(self.block(frame, &each.body, state));
            }
            live = Vec::new();
            for (state, exit) in merged(ways) {
                match exit {
                    Exit::Fall | Exit::Continue => note(&mut live, &state),
                    Exit::Break => done.push((state, Exit::Fall)),
                    _ => done.push((state, exit)),
                }
            }
        }
        for state in live {
            done.extend(if is_exact { self.block(frame, &each.orelse, state) } else { any(state) });
        }
        merged(done)
    }

    /// A loop of which is not known how often it runs: once with what is there before it, then with what a turn leaves.
    fn turns(
        &self,
        frame: &Frame<'_>,
        body: &[Stmt],
        orelse: &[Stmt],
        at: Span,
        mut state: State,
        start: impl Fn(&mut State),
    ) -> Vec<Way> {
        const ROUNDS: usize = 4;
        let mut done = self.block(frame, orelse, state.clone());
        super::super::targets::forget(body, at, &mut state.path);
        let mut heads = vec![state];
        let mut known: Vec<State> = Vec::new();
        for round in 0..=ROUNDS {
            let mut next = Vec::new();
            for head in heads {
                let mut head = head;
                start(&mut head);
                for (mut state, exit) in self.block(frame, body, head) {
                    match exit {
                        Exit::Fall | Exit::Continue => {
                            done.extend(self.block(frame, orelse, state.clone()));
                            super::super::targets::forget(body, at, &mut state.path);
                            next.push(state);
                        }
                        Exit::Break => done.push((state, Exit::Fall)),
                        _ => done.push((state, exit)),
                    }
                }
            }
            heads = Vec::new();
            for state in next {
                let before = known.len();
                note(&mut known, &state);
                if known.len() > before {
                    heads.push(state);
                }
            }
            if heads.is_empty() {
                break;
            }
            if round == ROUNDS {
                self.may_reach("a loop is not followed to its end", Some(at), &heads[0]);
            }
        }
        merged(done)
    }

    fn choice(&self, frame: &Frame<'_>, choice: &ast::StmtMatch, mut state: State) -> Vec<Way> {
        let at = Span::new(frame.file, choice.range());
        let (tag, subject) = match self.value(frame, &choice.subject, &mut state) {
            Ok(found) => found,
            Err(raising) => return vec![(state, Exit::Raise(raising.0))],
        };
        if tag.reaches() {
            self.may_reach("what a pattern takes apart is not followed", Some(at), &state);
        }
        let mut ways = Vec::new();
        for case in &choice.cases {
            let mut inside = state.clone();
            let mut fits = self.evaluator.fits(frame, &case.pattern, &subject, at, &mut inside.path);
            if let Some(guard) = &case.guard {
                match self.value(frame, guard, &mut inside) {
                    Ok((_, value)) => fits = fits.and(value.truth()),
                    Err(_) => fits = Truth::Maybe,
                }
            }
            match fits {
                Truth::No => {}
                Truth::Yes => {
                    ways.extend(self.block(frame, &case.body, inside));
                    return ways;
                }
                Truth::Maybe => ways.extend(self.block(frame, &case.body, inside)),
            }
        }
        ways.push((state, Exit::Fall));
        ways
    }
}

fn one(state: State, result: Result<Exit, Raising>) -> Vec<Way> {
    vec![(state, result.unwrap_or_else(|raising| Exit::Raise(raising.0)))]
}
