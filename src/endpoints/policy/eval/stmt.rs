//! Statements: every way through a body.

use std::rc::Rc;

use super::val::both;
use super::{
    Bound, ClassRef, Code, CodeKind, End, Ended, Evaluator, Frame, FrameKind, MAX_PATHS, Path, Raised, Val,
};
use crate::index::{Entity, Resolution};
use crate::python::Ranged as _;
use crate::python::ast::{self, ExceptHandler, Expr, Stmt};
use crate::settings::Truth;
use crate::source::Span;

/// Loops over more elements are not followed.
const MAX_TURNS: usize = 60;

impl Evaluator<'_> {
    /// All ways through the statements.
    pub(super) fn block(&self, frame: &Frame<'_>, body: &[Stmt], path: Path) -> Vec<Ended> {
        let mut live = vec![path];
        let mut done = Vec::new();
        for stmt in body {
            let mut next = Vec::new();
            for path in live {
                for ended in self.statement(frame, stmt, path) {
                    if ended.end == End::Fall { next.push(ended.path) } else { done.push(ended) }
                }
            }
            live = next;
            if live.is_empty() {
                break;
            }
            if live.len() + done.len() > MAX_PATHS {
                return vec![lost("there are too many ways through the code")];
            }
        }
        done.extend(live.into_iter().map(|path| Ended { path, end: End::Fall }));
        done
    }

    pub(super) fn statement(&self, frame: &Frame<'_>, stmt: &Stmt, mut path: Path) -> Vec<Ended> {
        if !self.step() {
            return vec![lost("it takes too long to follow")];
        }
        let at = Span::new(frame.file, stmt.range());
        let run = |path: Path, result: Result<End, Raised>| {
            let end = result.unwrap_or_else(|raised| End::Raise(raised.0));
            vec![Ended { path, end }]
        };
        match stmt {
            Stmt::Return(ret) => {
                let value = ret.value.as_deref().map_or(Ok(Val::None), |v| self.expr(frame, v, &mut path));
                run(path, value.map(End::Return))
            }
            Stmt::Raise(raise) => {
                let name = raise.exc.as_deref().and_then(|e| match e {
                    Expr::Call(call) => crate::python::dotted_name(&call.func),
                    other => crate::python::dotted_name(other),
                });
                let last = name.map(|n| n.rsplit('.').next().unwrap_or_default().into());
                run(path, Ok(End::Raise(last)))
            }
            Stmt::Expr(expr) => {
                let result = self.effect(frame, &expr.value, &mut path);
                run(path, result.map(|()| End::Fall))
            }
            Stmt::Assign(assign) => {
                let result = self.expr(frame, &assign.value, &mut path).map(|value| {
                    for target in &assign.targets {
                        self.assign(frame, target, value.clone(), at, &mut path);
                    }
                    End::Fall
                });
                run(path, result)
            }
            Stmt::AnnAssign(assign) => {
                let Some(value) = &assign.value else { return run(path, Ok(End::Fall)) };
                let result = self.expr(frame, value, &mut path).map(|value| {
                    self.assign(frame, &assign.target, value, at, &mut path);
                    End::Fall
                });
                run(path, result)
            }
            Stmt::AugAssign(assign) => {
                let result = self.augment(frame, assign, at, &mut path).map(|()| End::Fall);
                run(path, result)
            }
            Stmt::If(branch) => self.branch(frame, branch, path),
            Stmt::For(each) => self.for_loop(frame, each, path),
            Stmt::While(repeat) => {
                let mut ends = vec![Ended { path: path.clone(), end: End::Fall }];
                self.forget(&repeat.body, at, &mut path);
                ends.extend(self.block(frame, &repeat.body, path).into_iter().map(out_of_loop));
                ends
            }
            Stmt::Try(attempt) => self.attempt(frame, attempt, path),
            Stmt::With(with) => {
                for item in &with.items {
                    let value = self.expr(frame, &item.context_expr, &mut path);
                    if let Err(raised) = value {
                        return run(path, Err(raised));
                    }
                    if let Some(target) = &item.optional_vars {
                        let value = Val::unknown("it comes from a context manager");
                        self.assign(frame, target, value, at, &mut path);
                    }
                }
                self.block(frame, &with.body, path)
            }
            Stmt::Match(choice) => self.choice(frame, choice, path),
            Stmt::FunctionDef(function) => {
                let value = self.definition(frame, function);
                path.locals.insert(function.name.as_str().into(), Bound { value, at });
                run(path, Ok(End::Fall))
            }
            Stmt::ClassDef(class) => {
                let value = match self.index.class_at_place(at) {
                    Some(id) => Val::Class(ClassRef::Project(id)),
                    None => Val::unknown(format!("the class `{}` is nested too deep", class.name)),
                };
                path.locals.insert(class.name.as_str().into(), Bound { value, at });
                run(path, Ok(End::Fall))
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                self.import(stmt, at, &mut path);
                run(path, Ok(End::Fall))
            }
            Stmt::Assert(assert) => {
                let test = self.expr(frame, &assert.test, &mut path);
                let end = match test.as_ref().map(Val::truth) {
                    Ok(Truth::No) => End::Raise(Some("AssertionError".into())),
                    Ok(Truth::Maybe) => {
                        path.may_raise = true;
                        End::Fall
                    }
                    _ => End::Fall,
                };
                run(path, test.map(|_| end))
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        path.locals.remove(name.id.as_str());
                    }
                }
                run(path, Ok(End::Fall))
            }
            Stmt::Break(_) => run(path, Ok(End::Break)),
            Stmt::Continue(_) => run(path, Ok(End::Continue)),
            _ => run(path, Ok(End::Fall)),
        }
    }

    fn branch(&self, frame: &Frame<'_>, branch: &ast::StmtIf, path: Path) -> Vec<Ended> {
        let mut clauses: Vec<(Option<&Expr>, &[Stmt])> = vec![(Some(&branch.test), &branch.body)];
        clauses.extend(branch.elif_else_clauses.iter().map(|c| (c.test.as_ref(), &c.body[..])));
        let mut ends = Vec::new();
        let mut path = path;
        for (test, body) in clauses {
            let Some(test) = test else {
                ends.extend(self.block(frame, body, path));
                return ends;
            };
            match self.expr(frame, test, &mut path) {
                Err(raised) => {
                    ends.push(Ended { path, end: End::Raise(raised.0) });
                    return ends;
                }
                Ok(value) => match value.truth() {
                    Truth::Yes => {
                        ends.extend(self.block(frame, body, path));
                        return ends;
                    }
                    Truth::No => {}
                    Truth::Maybe => {
                        let condition = self.written(Span::new(frame.file, test.range()));
                        let mut inside = path.clone();
                        inside.when = both(&inside.when, &condition);
                        ends.extend(self.block(frame, body, inside));
                        path.when = both(&path.when, &negated(&condition));
                    }
                },
            }
        }
        ends.push(Ended { path, end: End::Fall });
        ends
    }

    fn for_loop(&self, frame: &Frame<'_>, each: &ast::StmtFor, mut path: Path) -> Vec<Ended> {
        let at = Span::new(frame.file, each.range());
        let over = match self.expr(frame, &each.iter, &mut path) {
            Ok(value) => value,
            Err(raised) => return vec![Ended { path, end: End::Raise(raised.0) }],
        };
        let Some(items) = over.exact_elements().filter(|items| items.len() <= MAX_TURNS) else {
            let mut ends = self.block(frame, &each.orelse, path.clone());
            self.forget(&each.body, at, &mut path);
            self.assign(frame, &each.target, Val::unknown("it comes from a loop"), at, &mut path);
            path.when = both(&path.when, &"in a loop".into());
            ends.extend(self.block(frame, &each.body, path).into_iter().map(out_of_loop));
            return ends;
        };
        let mut live = vec![path];
        let mut done = Vec::new();
        for item in items {
            let mut next = Vec::new();
            for mut path in live {
                self.assign(frame, &each.target, item.clone(), at, &mut path);
                for ended in self.block(frame, &each.body, path) {
                    match ended.end {
                        End::Fall | End::Continue => next.push(ended.path),
                        End::Break => done.push(Ended { end: End::Fall, ..ended }),
                        _ => done.push(ended),
                    }
                }
            }
            live = next;
            if live.len() + done.len() > MAX_PATHS {
                return vec![lost("there are too many ways through a loop")];
            }
        }
        for path in live {
            done.extend(self.block(frame, &each.orelse, path));
        }
        done
    }

    /// The body, and each handler wherever the body raises or may raise what it catches.
    fn attempt(&self, frame: &Frame<'_>, attempt: &ast::StmtTry, path: Path) -> Vec<Ended> {
        let at = Span::new(frame.file, attempt.range());
        let outer = path.may_raise;
        let mut inner = path.clone();
        inner.may_raise = false;
        let mut ends = Vec::new();
        let mut caught: Vec<(Path, Option<Rc<str>>)> = Vec::new();
        for mut ended in self.block(frame, &attempt.body, inner) {
            if ended.path.may_raise && !attempt.handlers.is_empty() {
                let mut before = path.clone();
                before.when = both(&ended.path.when, &"an exception is raised".into());
                self.forget(&attempt.body, at, &mut before);
                caught.push((before, None));
            }
            ended.path.may_raise |= outer;
            match ended.end {
                End::Raise(name) if !attempt.handlers.is_empty() => caught.push((ended.path, name)),
                End::Fall => ends.extend(self.block(frame, &attempt.orelse, ended.path)),
                _ => ends.push(ended),
            }
        }
        for (path, name) in caught {
            let mut left = true;
            for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                let catches = catches(handler.type_.as_deref(), name.as_deref());
                if catches == Truth::No {
                    continue;
                }
                let mut inside = path.clone();
                if let Some(bound) = &handler.name {
                    let value = Val::unknown("it is an exception");
                    inside.locals.insert(bound.as_str().into(), Bound { value, at });
                }
                ends.extend(self.block(frame, &handler.body, inside));
                if catches == Truth::Yes {
                    left = false;
                    break;
                }
            }
            if left {
                ends.push(Ended { path, end: End::Raise(name) });
            }
        }
        if attempt.finalbody.is_empty() {
            return ends;
        }
        let finish = |ended: Ended| {
            let after = self.block(frame, &attempt.finalbody, ended.path);
            let end = ended.end;
            after.into_iter().map(move |a| match a.end {
                End::Fall => Ended { path: a.path, end: end.clone() },
                _ => a,
            })
        };
        ends.into_iter().flat_map(finish).collect()
    }

    fn choice(&self, frame: &Frame<'_>, choice: &ast::StmtMatch, mut path: Path) -> Vec<Ended> {
        let at = Span::new(frame.file, choice.range());
        let subject = match self.expr(frame, &choice.subject, &mut path) {
            Ok(value) => value,
            Err(raised) => return vec![Ended { path, end: End::Raise(raised.0) }],
        };
        let mut ends = Vec::new();
        for case in &choice.cases {
            let mut inside = path.clone();
            let mut fits = self.fits(frame, &case.pattern, &subject, at, &mut inside);
            if let Some(guard) = &case.guard {
                let guard = self.expr(frame, guard, &mut inside);
                fits = fits.and(guard.map_or(Truth::Maybe, |v| v.truth()));
            }
            match fits {
                Truth::No => {}
                Truth::Yes => {
                    ends.extend(self.block(frame, &case.body, inside));
                    return ends;
                }
                Truth::Maybe => {
                    let condition = self.written(Span::new(frame.file, case.pattern.range()));
                    inside.when = both(&inside.when, &format!("case {condition}").into());
                    ends.extend(self.block(frame, &case.body, inside));
                }
            }
        }
        ends.push(Ended { path, end: End::Fall });
        ends
    }

    /// A `def` statement: a function of the module where it is one, else its code.
    fn definition(&self, frame: &Frame<'_>, function: &ast::StmtFunctionDef) -> Val {
        let at = Span::new(frame.file, function.range());
        if let Some(id) = self.index.function_at_place(at) {
            return Val::Function(id);
        }
        let class = match frame.kind {
            FrameKind::Class(id) => Some(id),
            _ => None,
        };
        let mut kind = if class.is_some() { CodeKind::Method } else { CodeKind::Static };
        let mut opaque = None;
        for decorator in &function.decorator_list {
            match self.decorator(frame.file, &decorator.expression) {
                super::code::Decoration::Kind(found) => kind = found,
                super::code::Decoration::Same => {}
                super::code::Decoration::Opaque(cause) => opaque = Some(cause),
            }
        }
        if function.is_async || class.is_none() && !function.decorator_list.is_empty() {
            opaque = Some(format!("`{}` is no plain function", function.name).into());
        }
        Val::Code(Rc::new(Code { at, class, kind, opaque, captured: Vec::new() }))
    }

    fn import(&self, stmt: &Stmt, at: Span, path: &mut Path) {
        let bind = |path: &mut Path, local: &str, found: Resolution<Entity>| {
            let value = self.entity(found);
            path.locals.insert(local.into(), Bound { value, at });
        };
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = alias.name.as_str();
                    let first = whole.split('.').next().unwrap_or_default();
                    let (local, module) =
                        alias.asname.as_ref().map_or((first, first), |n| (n.as_str(), whole));
                    bind(path, local, self.index.resolve_import(at, 0, module, None));
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(ast::Identifier::as_str).unwrap_or_default();
                for alias in import.names.iter().filter(|a| &a.name != "*") {
                    let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let found = self.index.resolve_import(at, import.level, module, Some(&alias.name));
                    bind(path, local, found);
                }
            }
            _ => {}
        }
    }
}

/// A way of which nothing is known.
fn lost(cause: &str) -> Ended {
    Ended { path: Path { may_raise: true, ..Path::default() }, end: End::Return(Val::unknown(cause)) }
}

fn out_of_loop(ended: Ended) -> Ended {
    match ended.end {
        End::Break | End::Continue => Ended { end: End::Fall, ..ended },
        _ => ended,
    }
}

fn negated(condition: &str) -> Rc<str> {
    match condition.strip_prefix("not ") {
        Some(inner) if !inner.contains(" and ") && !inner.contains(" or ") => inner.into(),
        _ if condition.contains(" and ") || condition.contains(" or ") => format!("not ({condition})").into(),
        _ => format!("not {condition}").into(),
    }
}

/// Whether a handler catches an exception, by the last name of its class.
fn catches(handler: Option<&Expr>, raised: Option<&str>) -> Truth {
    const LOOKUP: [&str; 2] = ["KeyError", "IndexError"];
    let Some(handler) = handler else { return Truth::Yes };
    if let Expr::Tuple(tuple) = handler {
        return tuple.elts.iter().fold(Truth::No, |t, e| t.or(catches(Some(e), raised)));
    }
    let name = crate::python::dotted_name(handler);
    let Some(name) = name.as_deref().and_then(|n| n.rsplit('.').next()) else { return Truth::Maybe };
    match raised {
        _ if name == "Exception" || name == "BaseException" => {
            if raised.is_some() {
                Truth::Yes
            } else {
                Truth::Maybe
            }
        }
        None => Truth::Maybe,
        Some(raised) if raised == name => Truth::Yes,
        Some(raised) if name == "LookupError" && LOOKUP.contains(&raised) => Truth::Yes,
        Some(raised) if LOOKUP.contains(&raised) || raised == "AttributeError" => {
            // Python's own: their bases are known.
            Truth::No
        }
        Some(_) => Truth::Maybe,
    }
}
