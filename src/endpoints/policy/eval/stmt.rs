//! Statements: every way through a body.

use std::rc::Rc;

use super::{
    Bound, ClassRef, Code, CodeKind, End, Ended, Evaluator, Frame, FrameKind, MAX_PATHS, Path, Raised, Val,
};
use crate::index::{Entity, Resolution};
use crate::python::Ranged as _;
use crate::python::ast::{self, Expr, Stmt};
use crate::settings::Truth;
use crate::source::Span;

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
                super::targets::forget(&repeat.body, at, &mut path);
                ends.extend(
                    self.block(frame, &repeat.body, path).into_iter().map(super::control::out_of_loop),
                );
                ends
            }
            Stmt::Try(attempt) => self.attempt(frame, attempt, &path),
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
                super::decoration::Decoration::Kind(found) => kind = found,
                super::decoration::Decoration::Same => {}
                super::decoration::Decoration::Opaque(cause) => opaque = Some(cause),
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
pub(super) fn lost(cause: &str) -> Ended {
    Ended { path: Path { may_raise: true, ..Path::default() }, end: End::Return(Val::unknown(cause)) }
}
