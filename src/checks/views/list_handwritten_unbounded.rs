//! A list that a view writes by hand and that holds every row: `OrderSerializer(Order.objects.all(), many=True)` in an
//! `APIView`, a function, or a `list` of its own, or one built row by row (`[o.pk for o in Order.objects.all()]`,
//! `list(Order.objects.values())`) in an answer. Pagination of generic views does not reach it.
//!
//! Slices, paginators, and lookups with any condition are passed over.
//! <https://www.django-rest-framework.org/api-guide/pagination/>

use crate::checks::support::handlers::{self, Site};
use crate::checks::support::lookups::{Handler, Lookup, Root};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::Lookup as Found;
use crate::python::ast::Expr;
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::source::Span;

pub(crate) struct ListHandwrittenUnbounded;

const ID: &str = "list-handwritten-unbounded";

impl Check for ListHandwrittenUnbounded {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in handlers::sites(cx) {
            site.read(cx, |handler| {
                for (list, rows) in lists(handler) {
                    judge(cx, &site, handler, list, rows, &mut tally);
                }
            });
        }
        tally.outcome(&Words {
            places: "lists written by hand",
            wrong: "hold every row",
            right: "are cut into pages or limited",
            none: "No view writes a list by hand.",
        })
    }
}

fn judge<'a>(
    cx: &CheckContext<'_>,
    site: &Site<'_>,
    handler: &Handler<'a>,
    list: &'a Expr,
    rows: &'a Expr,
    tally: &mut Tally,
) {
    let at = Span::new(site.item.at.file, list.range());
    // Of what is built row by row only rows of models count.
    let is_built = !matches!(list, Expr::Call(call) if call.arguments.find_keyword("many").is_some());
    if is_built && !handler.lookup_of(rows).is_some_and(|l| matches!(l.root, Root::Model(_)) && takes_all(&l))
    {
        return;
    }
    if let Some(word) = handler.mentions(|word| word.to_lowercase().contains("paginat") || word == "islice") {
        return tally.passed.push(Label::new(at, format!("cut by `{word}`")));
    }
    let Some(lookup) = handler.lookup_of(rows) else {
        return tally.unclear.push(Label::new(at, "what the list holds is worked out elsewhere"));
    };
    let own_rows = match &lookup.root {
        Root::View => true,
        Root::Caller => return tally.passed.push(Label::new(at, "rows of the caller only")),
        Root::Model(_) | Root::Named => false,
    };
    if !takes_all(&lookup) || lookup.limited {
        return tally.passed.push(Label::new(at, "limited by a condition"));
    }
    if own_rows && cx.sources.slice(site.item.at).contains(".queryset = ") {
        return tally.unclear.push(Label::new(at, "the handler sets `queryset` by itself"));
    }
    if own_rows && let Some(why) = view_narrows(cx, site) {
        return tally.unclear.push(Label::new(at, why));
    }
    let name = lookup.model_name.split(".objects").next().unwrap_or_default();
    let what = if own_rows {
        "its queryset".to_owned()
    } else {
        format!("`{}`", name.rsplit('.').next().unwrap_or(name))
    };
    let message = format!("{} answers with every row of {what} at once.", site.words(cx));
    let label = Label::new(at, "no page, no slice");
    let by_hand = if site.is_generic(cx) {
        "Cut the rows by `self.paginate_queryset(...)` and answer by `self.get_paginated_response(...)`, or leave the \
         list to `ListModelMixin`."
    } else {
        "Cut the rows by a paginator of DRF (`paginator.paginate_queryset(rows, request)`), or make it a \
         `ListAPIView`, which does so."
    };
    let finding = Finding::new(ID, site.symbol(cx), label, message)
        .related([Label::new(site.item.name_at, "answers with it")])
        .instruction(by_hand);
    tally.findings.push(finding);
}

/// Whether nothing of a chain leaves rows out.
fn takes_all(lookup: &Lookup<'_>) -> bool {
    const NEUTRAL: [&str; 15] = [
        "all",
        "order_by",
        "select_related",
        "prefetch_related",
        "annotate",
        "only",
        "defer",
        "distinct",
        "using",
        "reverse",
        "get_queryset",
        "filter_queryset",
        "alias",
        "values",
        "values_list",
    ];
    lookup.steps.iter().all(|step| NEUTRAL.contains(step)) && lookup.conditions.is_empty()
}

/// Why the view's own rows may be few.
fn view_narrows(cx: &CheckContext<'_>, site: &Site<'_>) -> Option<String> {
    match cx.index.lookup(site.view?, "get_queryset") {
        Found::Method { method, .. } => {
            let text = cx.sources.slice(method.at);
            let narrows =
                ["filter(", "exclude(", "request", "super()", "["].iter().any(|sign| text.contains(sign));
            narrows.then(|| "`get_queryset` may leave rows out".to_owned())
        }
        Found::Unknown(why) => Some(why),
        _ => None,
    }
}

/// Calls with `many=True` whose first argument is rows, and what is built of rows in an answer.
fn lists<'a>(handler: &Handler<'a>) -> Vec<(&'a Expr, &'a Expr)> {
    struct Finder<'a>(Vec<(&'a Expr, &'a Expr)>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Some(built) = answered(expr)
                && let Some(rows) = built_of(built)
            {
                self.0.push((built, rows));
            }
            if let Expr::Call(call) = expr
                && let Some(many) = call.arguments.find_keyword("many")
                && matches!(&many.value, Expr::BooleanLiteral(b) if b.value)
                && call.arguments.find_keyword("data").is_none()
            {
                let named = || call.arguments.find_keyword("instance").map(|k| &k.value);
                self.0.extend(call.arguments.args.first().or_else(named).map(|rows| (expr, rows)));
            }
            visitor::walk_expr(self, expr);
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_body(&handler.function().body);
    finder.0
}

/// What a call such as `Response(...)` answers with.
fn answered(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else { return None };
    let name = dotted_name(&call.func)?;
    let is_answer = matches!(name.rsplit('.').next(), Some("Response" | "JsonResponse"));
    call.arguments.args.first().filter(|_| is_answer)
}

/// The rows of which a list is made: `list(rows)` or `[row.pk for row in rows]`; rows themselves, too.
fn built_of(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::ListComp(made) => match &made.generators[..] {
            [each] if each.ifs.is_empty() => Some(&each.iter),
            _ => None,
        },
        Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "list") => {
            call.arguments.args.first()
        }
        _ => None,
    }
}
