//! What assignments, calls that change a list, and patterns do to the names on a way.

use std::rc::Rc;

use super::{Bound, Evaluator, Frame, Path, Raised, Val, compare};
use crate::python::ast::{self, Expr, Pattern, Stmt};
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::settings::Truth;
use crate::source::Span;

impl Evaluator<'_> {
    pub(super) fn assign(&self, frame: &Frame<'_>, target: &Expr, value: Val, at: Span, path: &mut Path) {
        match target {
            Expr::Name(name) => {
                path.locals.insert(name.id.as_str().into(), Bound { value, at });
            }
            Expr::Attribute(attribute) => {
                let is_view = self.expr(frame, &attribute.value, path).is_ok_and(|v| v == Val::View);
                if is_view {
                    path.state.insert(attribute.attr.as_str().into(), value);
                }
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let parts = value.exact_elements().filter(|p| p.len() == elts.len()).map(<[Val]>::to_vec);
                for (position, target) in elts.iter().enumerate() {
                    let part = match &parts {
                        Some(parts) => parts[position].clone(),
                        None => Val::unknown("it is unpacked from a computed value"),
                    };
                    self.assign(frame, target, part, at, path);
                }
            }
            Expr::Starred(starred) => {
                self.assign(frame, &starred.value, Val::unknown("it is unpacked"), at, path);
            }
            Expr::Subscript(subscript) => {
                if let Some(name) = root(&subscript.value) {
                    lose(name, at, path);
                }
            }
            _ => {}
        }
    }

    pub(super) fn augment(
        &self,
        frame: &Frame<'_>,
        assign: &ast::StmtAugAssign,
        at: Span,
        path: &mut Path,
    ) -> Result<(), Raised> {
        let before = self.expr(frame, &assign.target, path)?;
        let value = self.expr(frame, &assign.value, path)?;
        let value = compare::operate(assign.op, &before, &value);
        self.assign(frame, &assign.target, value, at, path);
        Ok(())
    }

    /// An expression as a statement: `names.append(x)` changes the list, any other call may have effects.
    pub(super) fn effect(&self, frame: &Frame<'_>, expr: &Expr, path: &mut Path) -> Result<(), Raised> {
        let at = Span::new(frame.file, crate::python::Ranged::range(expr));
        if let Expr::Call(call) = expr
            && let Expr::Attribute(method) = &*call.func
            && matches!(
                method.attr.as_str(),
                "append" | "extend" | "insert" | "remove" | "pop" | "clear" | "update"
            )
        {
            let before = self.expr(frame, &method.value, path)?;
            let mut arguments = Vec::new();
            for argument in &call.arguments.args {
                arguments.push(self.expr(frame, argument, path)?);
            }
            if before.elements().is_some() || matches!(before, Val::Dict(_) | Val::Either(_)) {
                let after = changed(&before, &method.attr, &arguments);
                self.assign(frame, &method.value, after, at, path);
                return Ok(());
            }
        }
        self.expr(frame, expr, path).map(|_| ())
    }

    /// Whether a pattern fits a value; captures are bound.
    pub(super) fn fits(
        &self,
        frame: &Frame<'_>,
        pattern: &Pattern,
        value: &Val,
        at: Span,
        path: &mut Path,
    ) -> Truth {
        match pattern {
            Pattern::MatchValue(wanted) => {
                let wanted = self.expr(frame, &wanted.value, path);
                wanted.map_or(Truth::Maybe, |wanted| compare::equal(value, &wanted))
            }
            Pattern::MatchSingleton(wanted) => {
                let wanted = match wanted.value {
                    ast::Singleton::None => Val::None,
                    ast::Singleton::True => Val::Bool(true),
                    ast::Singleton::False => Val::Bool(false),
                };
                compare::equal(value, &wanted)
            }
            Pattern::MatchOr(or) => {
                or.patterns.iter().fold(Truth::No, |t, p| t.or(self.fits(frame, p, value, at, path)))
            }
            Pattern::MatchAs(capture) => {
                let fits = match &capture.pattern {
                    Some(inner) => self.fits(frame, inner, value, at, path),
                    None => Truth::Yes,
                };
                if let Some(name) = &capture.name {
                    path.locals.insert(name.as_str().into(), Bound { value: value.clone(), at });
                }
                fits
            }
            _ => Truth::Maybe,
        }
    }
}

/// Makes every name that the statements bind unknown.
pub(super) fn forget(body: &[Stmt], at: Span, path: &mut Path) {
    let mut stores = Stores::default();
    for stmt in body {
        stores.visit_stmt(stmt);
        for name in super::names::bound_by(stmt) {
            lose(&name, at, path);
        }
    }
    for name in stores.names {
        lose(&name, at, path);
    }
    for attribute in stores.attributes {
        path.state.insert(attribute.into(), Val::unknown("it is set in a loop or beside an exception"));
    }
}

fn lose(name: &str, at: Span, path: &mut Path) {
    let value = Val::unknown(format!("`{name}` is changed in a way that is not followed"));
    path.locals.insert(name.into(), Bound { value, at });
}

/// A list after a call that changes it.
fn changed(before: &Val, method: &str, arguments: &[Val]) -> Val {
    before.map(|before| {
        let Some(items) = before.exact_elements() else {
            return Val::unknown("a computed list is changed");
        };
        let mut items = items.to_vec();
        match (method, arguments) {
            ("append", [one]) => items.push(one.clone()),
            ("insert", [Val::Int(at), one]) if *at >= 0 => {
                let at = usize::try_from(*at).unwrap_or(usize::MAX);
                items.insert(at.min(items.len()), one.clone());
            }
            ("extend", [more]) => match more.elements() {
                Some(more) => items.extend(more.to_vec()),
                None => items.push(Val::Rest("the list is extended by a computed value".into())),
            },
            ("clear", []) => items.clear(),
            ("remove", [one]) => match items.iter().position(|i| compare::equal(i, one) == Truth::Yes) {
                Some(position) if items[..position].iter().all(|i| compare::equal(i, one) == Truth::No) => {
                    items.remove(position);
                }
                _ => return Val::unknown("an element is removed from the list"),
            },
            ("pop", []) if !items.is_empty() => {
                items.pop();
            }
            _ => return Val::unknown("the list is changed"),
        }
        Val::List(Rc::new(items))
    })
}

/// The first name of `a.b[c]`.
fn root(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Subscript(subscript) => root(&subscript.value),
        _ => None,
    }
}

/// The attributes that code assigns, and the names whose values it changes.
#[derive(Default)]
struct Stores {
    names: Vec<String>,
    attributes: Vec<String>,
}

impl<'t> Visitor<'t> for Stores {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'t Expr) {
        match expr {
            Expr::Attribute(attribute) if attribute.ctx.is_store() => {
                self.attributes.push(attribute.attr.to_string());
            }
            Expr::Subscript(subscript) if subscript.ctx.is_store() => {
                self.names.extend(root(&subscript.value).map(str::to_owned));
            }
            Expr::Call(call) => {
                if let Expr::Attribute(method) = &*call.func
                    && let Expr::Name(name) = &*method.value
                {
                    self.names.push(name.id.to_string());
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
