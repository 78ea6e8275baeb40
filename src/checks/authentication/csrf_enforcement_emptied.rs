//! A subclass of `SessionAuthentication` whose `enforce_csrf` does nothing: any website can then send requests in the
//! name of a visitor who is logged in.
//! <https://www.django-rest-framework.org/topics/ajax-csrf-cors/>

use std::collections::BTreeSet;

use crate::checks::support::paths::exits;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, rest, views};
use crate::checks::{Check, CheckContext};
use crate::edit::Operation;
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Lookup};
use crate::python::ast::{Expr, Stmt};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct CsrfEnforcementEmptied;

const ID: &str = "csrf-enforcement-emptied";
const METHOD: &str = "enforce_csrf";

impl Check for CsrfEnforcementEmptied {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if let Some(outcome) = rest::unused(cx) {
            return outcome;
        }
        let mut tally = Tally::default();
        let mut seen = BTreeSet::new();
        for (class, item) in cx.index.classes() {
            let session =
                cx.index.is_subclass_of(class, "rest_framework.authentication.SessionAuthentication");
            if session == Truth::No || views::is_beside(cx, item.at.file) {
                continue;
            }
            // Its own, or that of a mixin.
            match cx.index.lookup(class, METHOD) {
                Lookup::Method { class: owner, method } if seen.insert(method.at) => {
                    let at = method.name_at;
                    match does_nothing(cx, method) {
                        Truth::Yes if session == Truth::Yes => {
                            tally.findings.push(finding(cx, (class, owner), at, method.at));
                        }
                        Truth::No => tally.passed.push(Label::new(at, "refuses a request on some way")),
                        _ => tally.unclear.push(Label::new(at, "what it does is not followed")),
                    }
                }
                Lookup::Value { class: owner, value } if seen.insert(value.at) => {
                    let text = cx.sources.slice(value.value_at);
                    let constant = text
                        .strip_prefix("lambda")
                        .and_then(|rest| rest.split_once(':'))
                        .is_some_and(|(_, body)| matches!(body.trim(), "None" | "True" | "False" | "..."));
                    if constant && session == Truth::Yes {
                        tally.findings.push(finding(cx, (class, owner), value.at, value.at));
                    } else {
                        tally.unclear.push(Label::new(value.at, "what it does is not followed"));
                    }
                }
                _ => {}
            }
        }
        tally.outcome(&Words {
            places: "own `enforce_csrf` methods",
            wrong: "do nothing",
            right: "refuse a request on some way",
            none: "No session authentication of the project replaces `enforce_csrf`.",
        })
    }
}

/// Whether a method comes to its end without doing anything.
fn does_nothing(cx: &CheckContext<'_>, method: &FunctionItem) -> Truth {
    let tree = cx.index.tree(cx.sources, method.at.file);
    let Some(function) = functions::find(&tree, method.at) else { return Truth::Maybe };
    let exits = exits(&function.body);
    let text = cx.sources.slice(method.at);
    let idle = function.body.iter().all(|s| match s {
        Stmt::Pass(_) => true,
        Stmt::Return(given) => given.value.as_deref().is_none_or(Expr::is_literal_expr),
        Stmt::Expr(e) => e.value.is_literal_expr(),
        _ => false,
    });
    match (idle && !exits.calls, exits.raises || text.contains("super()") || text.contains(".enforce_csrf("))
    {
        (true, _) => Truth::Yes,
        (false, true) => Truth::No,
        (false, false) => Truth::Maybe,
    }
}

/// `statement` is what empties the check, in the class or a mixin of it.
fn finding(cx: &CheckContext<'_>, (class, owner): (ClassId, ClassId), at: Span, statement: Span) -> Finding {
    let name = &cx.index.class(class).name;
    let message = format!(
        "`{METHOD}` of `{name}` does nothing, so a session cookie alone is enough for a write: any website can send one \
         in a visitor's name."
    );
    let symbol = format!("{}.{METHOD}", cx.index.class_name(owner));
    Finding::new(ID, symbol, Label::new(at, "the check is emptied"), message)
        .related([Label::new(cx.index.class(class).name_at, "reads the session cookie")])
        .fix(Fix {
            title: format!("Remove `{METHOD}`, so that DRF's own check counts"),
            effect: Effect::Tightens,
            effect_note: "Requests with a session cookie that change something need the CSRF token."
                .to_owned(),
            operations: vec![Operation::RemoveStatement { at: statement }],
        })
}
