//! A subclass of `SessionAuthentication` whose `enforce_csrf` does nothing: any website can then send requests in the
//! name of a visitor who is logged in.
//! <https://www.django-rest-framework.org/topics/ajax-csrf-cors/>

use crate::checks::support::paths::exits;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, rest, views};
use crate::checks::{Check, CheckContext};
use crate::edit::Operation;
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::ClassId;
use crate::index::items::FunctionItem;
use crate::python::ast::Stmt;
use crate::settings::Truth;

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
        for (class, item) in cx.index.classes() {
            let session =
                cx.index.is_subclass_of(class, "rest_framework.authentication.SessionAuthentication");
            let beside = views::is_beside(cx, item.at.file);
            let Some(method) = item.method(METHOD).filter(|_| session != Truth::No && !beside) else {
                continue;
            };
            match does_nothing(cx, method) {
                Truth::Yes if session == Truth::Yes => tally.findings.push(finding(cx, class, method)),
                Truth::No => tally.passed.push(Label::new(method.name_at, "refuses a request on some way")),
                _ => tally.unclear.push(Label::new(method.name_at, "what it does is not followed")),
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
        Stmt::Pass(_) | Stmt::Return(_) => true,
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

fn finding(cx: &CheckContext<'_>, class: ClassId, method: &FunctionItem) -> Finding {
    let name = &cx.index.class(class).name;
    let message = format!(
        "`{METHOD}` of `{name}` does nothing, so a session cookie alone is enough for a write: any website can send one \
         in a visitor's name."
    );
    let symbol = format!("{}.{METHOD}", cx.index.class_name(class));
    Finding::new(ID, symbol, Label::new(method.name_at, "the check is emptied"), message)
        .related([Label::new(cx.index.class(class).name_at, "reads the session cookie")])
        .fix(Fix {
            title: format!("Remove `{METHOD}`, so that DRF's own check counts"),
            effect: Effect::Tightens,
            effect_note: "Requests with a session cookie that change something need the CSRF token."
                .to_owned(),
            operations: vec![Operation::RemoveStatement { at: method.at }],
        })
}
