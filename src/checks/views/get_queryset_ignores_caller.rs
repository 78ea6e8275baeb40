//! A `get_queryset` that never looks at the caller, in a view for every account whose rows belong to accounts by their
//! model.
//!
//! What `filter_queryset`, filter backends, managers and `super()` may limit is left open; so are models that do not
//! surely belong to an account. Plain `queryset` attributes are another check's.
//! <https://www.django-rest-framework.org/api-guide/filtering/#filtering-against-the-current-user>

use std::collections::BTreeSet;

use crate::checks::support::functions::{find, wrapped_by};
use crate::checks::support::lookups::{Handler, Lookup as Query, Root};
use crate::checks::support::ownership;
use crate::checks::support::rows::{self, Limits};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Finding, Label, Outcome};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Lookup, ModelName};
use crate::python::ast::{Expr, Stmt};

pub(crate) struct GetQuerysetIgnoresCaller;

const ID: &str = "get-queryset-ignores-caller";

impl Check for GetQuerysetIgnoresCaller {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        let mut told = BTreeSet::new();
        for view in rows::generic_views(cx) {
            // One that several views inherit is judged for the first of them.
            if let Lookup::Method { class, method } = cx.index.lookup(view, "get_queryset")
                && told.insert(method.at)
            {
                judge(cx, view, class, method, &mut tally);
            }
        }
        tally.outcome(&Words {
            places: "`get_queryset` methods",
            wrong: "never look at the caller",
            right: "look at the caller, or give rows that belong to no account",
            none: "No view has a `get_queryset` of its own.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, view: ClassId, class: ClassId, method: &FunctionItem, tally: &mut Tally) {
    let at = method.name_at;
    let text = cx.sources.slice(method.at);
    let body = text.split_once(':').map_or("", |(_, body)| body);
    let tree = cx.index.tree(cx.sources, method.at.file);
    let Some(function) = find(&tree, method.at) else {
        return tally.unclear.push(Label::new(at, "the method could not be read"));
    };
    let handler = Handler::new(cx, method.at.file, Some(view), function);
    if handler.looks_at_caller() {
        return tally.passed.push(Label::new(at, "looks at the caller"));
    }
    if always_none(&function.body) {
        return tally.passed.push(Label::new(at, "gives no rows"));
    }
    if handler.lookups().iter().any(|lookup| names_an_owner(cx, lookup)) {
        return tally.unclear.push(Label::new(at, "the request names an owner, which another check tells"));
    }
    if let Some(name) = wrapped_by(method) {
        return tally.unclear.push(Label::new(at, format!("`{name}` wraps the method")));
    }
    let rows = match rows::limits(cx, view) {
        Limits::Fine(why) => return tally.passed.push(Label::new(at, why)),
        Limits::Unclear(why) => return tally.unclear.push(Label::new(at, why)),
        Limits::None(rows) => rows,
    };
    let inherited = cx.index.lookup_inherited(class, "get_queryset");
    if body.contains("super()") && matches!(inherited, Lookup::Method { .. } | Lookup::Unknown(_)) {
        return tally.unclear.push(Label::new(at, "what `super()` gives is limited elsewhere, or not"));
    }
    let name = &cx.index.class(view).name;
    let message = format!(
        "{} gets the rows of all accounts from `{name}`: its `get_queryset` never looks at the caller, though `{}` says \
         whose they are.",
        rows.who(),
        rows.owner
    );
    let symbol = format!("{}.get_queryset", cx.index.class_name(class));
    let mut finding = Finding::new(ID, symbol, Label::new(at, "the same rows for everybody"), message);
    finding.related.push(Label::new(
        cx.index.class(view).name_at,
        if rows.login { "asks for a login only" } else { "asks nothing of the caller" },
    ));
    // The request may name a parent that another check looks at.
    finding.confidence = (body.contains("kwargs") || body.contains("request")).then_some(Confidence::Low);
    tally.findings.push(finding.instruction(format!(
        "Limit the rows by `.filter({})`; where every account may see all of them, keep it with a \
         comment `# drf-harden: ignore[{ID}] reason`.",
        rows.condition(cx)
    )));
}

/// Whether a body does nothing but return `....none()`.
fn always_none(body: &[Stmt]) -> bool {
    body.iter().all(|stmt| match stmt {
        Stmt::Expr(text) => text.value.is_literal_expr(),
        Stmt::Return(given) => matches!(given.value.as_deref(), Some(Expr::Call(call))
            if matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "none")),
        _ => false,
    })
}

/// Whether a lookup has a condition on the field that says whose a row is.
fn names_an_owner(cx: &CheckContext<'_>, lookup: &Query<'_>) -> bool {
    let Root::Model(ModelName::Model(model)) = &lookup.root else { return false };
    lookup.conditions.iter().any(|(keyword, _)| ownership::path(cx, model, keyword).is_some())
}
