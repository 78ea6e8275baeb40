//! Whether a view answers with nothing that it has to keep: links to other views, a redirect, or an error. An answer
//! of fixed text alone says nothing about what the view will become.
//!
//! Read are the handlers of the project's own classes, or the function. One expression that is not understood is
//! enough for a no.

use crate::checks::CheckContext;
use crate::index::items::FunctionItem;
use crate::index::{Ancestor, Lookup, Owner};
use crate::python::ast::{Expr, Stmt};
use crate::python::dotted_name;
use crate::settings::Truth;

use super::functions::find;
use super::lookups::HANDLERS;

/// Calls that make a link to a view, by their last name.
const LINKS: [&str; 3] = ["reverse", "reverse_lazy", "build_absolute_uri"];
/// Calls whose answer holds no data.
const BARE: [&str; 8] = [
    "redirect",
    "HttpResponseRedirect",
    "HttpResponsePermanentRedirect",
    "HttpResponseNotFound",
    "HttpResponseGone",
    "NotFound",
    "Http404",
    "MethodNotAllowed",
];
/// Calls that answer with what they are given.
const ANSWERS: [&str; 2] = ["Response", "JsonResponse"];

/// Whether every handler of a view answers with nothing of its own.
pub(crate) fn nothing(cx: &CheckContext<'_>, owner: Owner) -> bool {
    let handlers: Vec<&FunctionItem> = match owner {
        Owner::Class(class) => {
            // What a library answers is not looked at.
            if cx.index.is_subclass_of(class, "rest_framework.generics.GenericAPIView") != Truth::No {
                return false;
            }
            let classes = cx.index.mro(class).order.iter();
            let own = classes.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
            if own.clone().flat_map(|id| &cx.index.class(id).methods).any(|m| &*m.name == "dispatch") {
                return false;
            }
            let found = HANDLERS.iter().map(|name| match cx.index.lookup(class, name) {
                Lookup::Method { method, .. } => Some(Some(method)),
                Lookup::Absent => Some(None),
                _ => None,
            });
            match found.collect::<Option<Vec<_>>>() {
                Some(all) => all.into_iter().flatten().collect(),
                None => return false,
            }
        }
        Owner::Action(class, position) => vec![&cx.index.class(class).methods[position]],
        Owner::Function(function) => vec![cx.index.function(function)],
    };
    !handlers.is_empty()
        && handlers.into_iter().all(|handler| {
            let tree = cx.index.tree(cx.sources, handler.at.file);
            find(&tree, handler.at).is_some_and(|function| answers(&function.body) == Some(true))
        })
}

/// Whether a block ends in an answer without data; `None` where a statement is not understood.
fn answers(body: &[Stmt]) -> Option<bool> {
    let mut ended = false;
    for statement in body {
        match statement {
            Stmt::Return(answer) => {
                ended |= is_bare(answer.value.as_deref()?);
                if !ended {
                    return None;
                }
            }
            Stmt::Raise(error) => {
                ended |= is_bare(error.exc.as_deref()?);
                if !ended {
                    return None;
                }
            }
            // A docstring.
            Stmt::Expr(text) if text.value.is_string_literal_expr() => {}
            Stmt::Pass(_) => {}
            _ => return None,
        }
    }
    Some(ended)
}

fn is_bare(answer: &Expr) -> bool {
    let Expr::Call(call) = answer else {
        return last(answer).is_some_and(|name| BARE.contains(&&*name));
    };
    let Some(name) = last(&call.func) else { return false };
    let mut values = call.arguments.args.iter();
    if BARE.contains(&&*name) {
        return values.all(is_harmless) && call.arguments.keywords.iter().all(|k| is_harmless(&k.value));
    }
    ANSWERS.contains(&&*name)
        && call.arguments.keywords.iter().all(|k| is_harmless(&k.value))
        && values.clone().all(is_harmless)
        && values.any(holds_link)
}

/// A call that makes a link to a view.
fn is_link(value: &Expr) -> bool {
    let Expr::Call(call) = value else { return false };
    last(&call.func).is_some_and(|name| LINKS.contains(&&*name))
        && call.arguments.args.iter().all(|a| is_harmless(a) || is_request(a))
}

fn holds_link(value: &Expr) -> bool {
    match value {
        Expr::Dict(dict) => dict.items.iter().any(|item| holds_link(&item.value)),
        Expr::List(list) => list.elts.iter().any(holds_link),
        Expr::BinOp(sum) => holds_link(&sum.left) || holds_link(&sum.right),
        _ => is_link(value),
    }
}

/// Fixed text, a version, a link, or a collection of such.
fn is_harmless(value: &Expr) -> bool {
    match value {
        Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => {
            true
        }
        Expr::Dict(dict) => {
            dict.items.iter().all(|i| i.key.as_ref().is_some_and(is_harmless) && is_harmless(&i.value))
        }
        Expr::List(list) => list.elts.iter().all(is_harmless),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_harmless),
        Expr::BinOp(sum) => is_harmless(&sum.left) && is_harmless(&sum.right),
        // `status.HTTP_404_NOT_FOUND`, `settings.SITE_URL`
        Expr::Name(_) | Expr::Attribute(_) => last(value).is_some_and(|name| {
            name.starts_with("HTTP_")
                || name.contains("VERSION")
                || name.ends_with("_URL")
                || name == "__version__"
        }),
        _ => is_link(value),
    }
}

fn is_request(value: &Expr) -> bool {
    dotted_name(value).is_some_and(|name| matches!(&*name, "request" | "self.request"))
}

/// The last part of a dotted name.
fn last(expr: &Expr) -> Option<String> {
    dotted_name(expr).map(|name| name.rsplit('.').next().unwrap_or(&name).to_owned())
}
