//! Decorators of methods on the way to the handler: those of libraries that change nothing or ask for a login, and those
//! of the project, whose wrapper is walked.

use std::rc::Rc;

use super::super::decoration::Decoration;
use super::super::{Code, Persona, Val, find};
use super::state::{Closure, Handed, Raising, State, Tag};
use super::{Gate, Question};
use crate::index::{Entity, Resolution};
use crate::python::ast::{Expr, Stmt, StmtFunctionDef};
use crate::python::{Ranged as _, dotted_name};
use crate::source::Span;

const METHOD_DECORATOR: &str = "django.utils.decorators.method_decorator";

/// What a decorator does before the function below it runs.
enum Before {
    /// Nothing that matters.
    Nothing,
    /// It turns away whoever has not logged in.
    Login,
    /// It turns away whoever has no more than an account.
    Rights,
    /// It cannot be told.
    Unclear,
}

impl Gate<'_, '_> {
    /// A method from one of its decorators on.
    pub(super) fn decorated(
        &self,
        code: &Code,
        from: usize,
        given: &Handed,
        state: &mut State,
    ) -> Result<Tag, Raising> {
        let evaluator = self.evaluator;
        let tree = evaluator.index.tree(evaluator.sources, code.at.file);
        let Some(function) = find::function(tree.body(), code.at.text_range()) else {
            self.may_reach("a function is not found again", Some(code.at), state);
            return Ok(Tag::Nothing);
        };
        for (position, decorator) in function.decorator_list.iter().enumerate().skip(from) {
            let decorator = &decorator.expression;
            let at = Span::new(code.at.file, decorator.range());
            match self.before(at, decorator) {
                Before::Nothing => {}
                Before::Login | Before::Rights if self.question == Question::Proof => {}
                Before::Login if matches!(self.situation.persona, Some(Persona::User | Persona::Session)) => {
                }
                Before::Login | Before::Rights => return Ok(Tag::Harmless),
                Before::Unclear => {
                    let rest = Tag::Below(Rc::new((code.clone(), position + 1)));
                    return self.through(at, decorator, rest, given, state);
                }
            }
        }
        self.body(code, given, state)
    }

    fn before(&self, at: Span, decorator: &Expr) -> Before {
        let (callee, arguments) = match decorator {
            Expr::Call(call) => (&*call.func, Some(&call.arguments)),
            other => (other, None),
        };
        let name = dotted_name(callee);
        let full = name.and_then(|name| self.evaluator.library_decorator(at, &name));
        if full.as_deref() == Some(METHOD_DECORATOR) {
            let inner = arguments.and_then(|a| a.args.first());
            return match inner {
                Some(Expr::List(list)) => strongest(list.elts.iter().map(|inner| self.asks(at, inner))),
                Some(Expr::Tuple(tuple)) => strongest(tuple.elts.iter().map(|inner| self.asks(at, inner))),
                Some(inner) => self.asks(at, inner),
                None => Before::Unclear,
            };
        }
        match self.evaluator.decorator(at.file, decorator) {
            Decoration::Same | Decoration::Kind(_) => Before::Nothing,
            Decoration::Opaque(_) => Before::Unclear,
        }
    }

    /// What a decorator of functions does before the view.
    fn asks(&self, at: Span, decorator: &Expr) -> Before {
        let callee = match decorator {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        let full = dotted_name(callee).and_then(|name| self.evaluator.library_decorator(at, &name));
        match full.as_deref() {
            Some("django.contrib.auth.decorators.login_required") => Before::Login,
            Some(
                "django.contrib.auth.decorators.permission_required"
                | "django.contrib.admin.views.decorators.staff_member_required",
            ) => Before::Rights,
            Some("django.contrib.auth.decorators.login_not_required") => Before::Nothing,
            Some(full) if super::super::decoration::is_harmless(full) => Before::Nothing,
            _ => Before::Unclear,
        }
    }

    /// Through the wrapper that a decorator of the project puts around the rest.
    fn through(
        &self,
        at: Span,
        decorator: &Expr,
        rest: Tag,
        given: &Handed,
        state: &mut State,
    ) -> Result<Tag, Raising> {
        let evaluator = self.evaluator;
        let unclear = |state: &State| {
            let written = evaluator.written(at);
            self.may_reach(format!("the decorator `{written}` is not followed"), Some(at), state);
            Ok(Tag::Unclear(Some(at)))
        };
        let (callee, called) = match decorator {
            Expr::Call(call) => (&*call.func, Some(call)),
            other => (other, None),
        };
        let Some(name) = dotted_name(callee) else { return unclear(state) };
        let Resolution::Resolved(Entity::Function(id)) = evaluator.index.resolve_at(at, &name) else {
            return unclear(state);
        };
        let place = evaluator.index.function(id).at;
        let tree = evaluator.index.tree(evaluator.sources, place.file);
        let Some(mut maker) = find::function(tree.body(), place.text_range()) else { return unclear(state) };
        if !maker.decorator_list.is_empty() {
            return unclear(state);
        }
        let mut values = Vec::new();
        if called.is_some() {
            // `@decorator(…)`: the outer function makes the decorator.
            for parameter in &maker.parameters {
                values.push((parameter.name().as_str().into(), Val::unknown("an argument of a decorator")));
            }
            let Some(inner) = returned(maker) else { return unclear(state) };
            maker = inner;
        }
        let (Some(parameter), Some(wrapper)) = (maker.parameters.args.first(), returned(maker)) else {
            return unclear(state);
        };
        let is_wraps = |d: &crate::python::ast::Decorator| match &d.expression {
            Expr::Call(call) => dotted_name(&call.func).is_some_and(|name| {
                evaluator.index.is_external(Span::new(place.file, d.range()), &name, "functools.wraps")
            }),
            _ => false,
        };
        if maker.parameters.iter().count() != 1 || !wrapper.decorator_list.iter().all(is_wraps) {
            return unclear(state);
        }
        let tags = [(parameter.parameter.name.as_str().into(), rest)].into();
        let closure = Closure { at: Span::new(place.file, wrapper.range()), class: None, tags, values };
        let mut given = given.clone();
        given.positional.insert(0, (Tag::Me, Val::View));
        self.closure(&closure, &given, state)
    }
}

/// The function that a function makes and gives back, doing nothing else.
fn returned(maker: &StmtFunctionDef) -> Option<&StmtFunctionDef> {
    let is_text = |stmt: &&Stmt| matches!(stmt, Stmt::Expr(e) if e.value.is_string_literal_expr());
    let mut body = maker.body.iter().filter(|stmt| !is_text(stmt));
    let (Some(Stmt::FunctionDef(inner)), Some(Stmt::Return(ret)), None) =
        (body.next(), body.next(), body.next())
    else {
        return None;
    };
    matches!(ret.value.as_deref(), Some(Expr::Name(name)) if name.id == inner.name.id).then_some(inner)
}

fn strongest(all: impl Iterator<Item = Before>) -> Before {
    all.fold(Before::Nothing, |strongest, one| match (strongest, one) {
        (Before::Unclear, _) | (_, Before::Unclear) => Before::Unclear,
        (Before::Rights, _) | (_, Before::Rights) => Before::Rights,
        (Before::Login, _) | (_, Before::Login) => Before::Login,
        _ => Before::Nothing,
    })
}
