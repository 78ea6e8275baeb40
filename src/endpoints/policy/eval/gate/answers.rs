//! Answers that tell nothing: refusals, redirects, constant texts.

use super::super::{Evaluator, Frame, Val};
use super::Gate;
use super::state::{State, Tag};
use crate::index::FunctionId;
use crate::python::Ranged as _;
use crate::python::ast::{self, Expr};
use crate::source::Span;

/// Answers that refuse or send elsewhere, whatever they are given.
const REFUSALS: [&str; 14] = [
    "HttpResponseBadRequest",
    "HttpResponseForbidden",
    "HttpResponseGone",
    "HttpResponseNotAllowed",
    "HttpResponseNotFound",
    "HttpResponseNotModified",
    "HttpResponsePermanentRedirect",
    "HttpResponseRedirect",
    "HttpResponseServerError",
    "bad_request",
    "page_not_found",
    "permission_denied",
    "redirect",
    "redirect_to_login",
];
/// Answers that tell what they are given.
const ANSWERS: [&str; 6] =
    ["HttpResponse", "JsonResponse", "Response", "TemplateResponse", "render", "render_to_response"];

/// What a call of a library's function or class answers; `None` where it is no answer.
pub(super) fn of_library(
    gate: &Gate<'_, '_>,
    frame: &Frame<'_>,
    name: &str,
    call: &ast::ExprCall,
    state: &State,
) -> Option<Tag> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let is_framework = name.starts_with("django.") || name.starts_with("rest_framework.");
    if is_framework && REFUSALS.contains(&short) {
        return Some(Tag::Harmless);
    }
    if !is_framework || !ANSWERS.contains(&short) {
        // A library that is not read may redirect under a name of its own.
        return (!is_framework && short.starts_with("redirect_to_")).then_some(Tag::Harmless);
    }
    let arguments = &call.arguments;
    let status = arguments.find_keyword("status").map(|keyword| &keyword.value);
    let refuses = status.is_some_and(|status| refuses(gate, frame, status, state));
    let is_constant = arguments.args.iter().chain(arguments.keywords.iter().map(|k| &k.value)).all(constant);
    let at = Span::new(frame.file, call.range());
    Some(if refuses || (is_constant && !short.starts_with("render") && short != "TemplateResponse") {
        Tag::Harmless
    } else {
        Tag::Unclear(Some(at))
    })
}

/// A status that is no success.
fn refuses(gate: &Gate<'_, '_>, frame: &Frame<'_>, status: &Expr, state: &State) -> bool {
    match gate.evaluator.expr(frame, status, &mut state.path.clone()) {
        Ok(Val::Int(status)) => status >= 300,
        Ok(Val::Library(name)) => {
            let short = name.rsplit('.').next().unwrap_or_default();
            let is_status = name.starts_with("rest_framework.status.");
            is_status && ["HTTP_3", "HTTP_4", "HTTP_5"].iter().any(|class| short.starts_with(class))
        }
        _ => false,
    }
}

/// Whether an expression is made of literals alone.
fn constant(expr: &Expr) -> bool {
    match expr {
        Expr::Dict(dict) => {
            dict.items.iter().all(|item| item.key.as_ref().is_some_and(constant) && constant(&item.value))
        }
        Expr::List(list) => list.elts.iter().all(constant),
        Expr::Tuple(tuple) => tuple.elts.iter().all(constant),
        other => other.is_literal_expr(),
    }
}

/// Middleware of Django whose answers refuse.
pub(super) fn is_refuser(name: &str) -> bool {
    name == "django.middleware.csrf.CsrfViewMiddleware"
}

/// Whether a function of the project looks as if it made an answer.
pub(super) fn may_answer(evaluator: &Evaluator<'_>, id: FunctionId) -> bool {
    const LONG: usize = 2_000;
    let text = evaluator.sources.slice(evaluator.index.function(id).at);
    text.len() <= LONG && ["Response", "redirect"].iter().any(|word| text.contains(word))
}
