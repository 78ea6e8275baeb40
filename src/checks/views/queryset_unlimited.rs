//! A view for every account (it asks for a login and no more) whose rows belong to accounts by their model, and whose
//! queryset is all of them: each caller reads, and perhaps changes, the rows of the others.
//!
//! Read is the `queryset` attribute where no `get_queryset` of the project stands in its place. A manager or a filter
//! backend that may limit rows, and models that do not surely belong to an account, leave it open.
//! <https://www.django-rest-framework.org/api-guide/filtering/#filtering-against-the-current-user>

use crate::checks::support::rows::{self, Limits};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Operation, Place};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Lookup};

pub(crate) struct QuerysetUnlimited;

const ID: &str = "queryset-unlimited";

impl Check for QuerysetUnlimited {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for view in rows::generic_views(cx) {
            if matches!(cx.index.lookup(view, "get_queryset"), Lookup::Method { .. } | Lookup::Unknown(_)) {
                continue;
            }
            let Lookup::Value { class, value } = cx.index.lookup(view, "queryset") else { continue };
            judge(cx, view, class, value, &mut tally);
        }
        tally.outcome(&Words {
            places: "querysets of views",
            wrong: "hold the rows of all accounts",
            right: "hold rows that belong to no account, or ask more than a login",
            none: "No view names its rows by `queryset` alone.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, view: ClassId, class: ClassId, value: &ValueItem, tally: &mut Tally) {
    let at = value.at;
    let rows = match rows::limits(cx, view) {
        Limits::Fine(why) => return tally.passed.push(Label::new(at, why)),
        Limits::Unclear(why) => return tally.unclear.push(Label::new(at, why)),
        Limits::None(rows) => rows,
    };
    let name = &cx.index.class(view).name;
    let message = format!(
        "{} gets the rows of all accounts from `{name}`: its queryset is not limited by `{}`.",
        rows.who(),
        rows.owner
    );
    let symbol = format!("{}.queryset", cx.index.class_name(view));
    let asks = if rows.login { "asks for a login only" } else { "asks nothing of the caller" };
    let mut finding = Finding::new(ID, symbol, Label::new(at, "all rows"), message)
        .related([Label::new(cx.index.class(view).name_at, asks)]);
    // What is open may be meant to be.
    finding.confidence = (!rows.login).then_some(Confidence::Low);
    let condition = rows.condition(cx);
    let by_hand = format!(
        "Add a `get_queryset` that returns `super().get_queryset().filter({condition})`; where every \
         account may see all rows, keep it with a comment `# drf-harden: ignore[{ID}] reason`."
    );
    if view != class || value.conditional || !value.alone {
        return tally.findings.push(finding.instruction(by_hand));
    }
    let body = cx.index.class(class);
    // Behind the attributes at the top, where the first method would stand.
    let first_method = body.methods.iter().map(|m| m.at.range.0).min().unwrap_or(u32::MAX);
    let last = body
        .attributes
        .iter()
        .filter(|a| a.at.range.0 < first_method && !a.conditional)
        .max_by_key(|a| a.at.range.1);
    let after = last.map_or(at, |a| a.at);
    let lines = vec![
        String::new(),
        "def get_queryset(self):".to_owned(),
        format!("    return super().get_queryset().filter({condition})"),
    ];
    tally.findings.push(finding.fix(Fix {
        title: format!("Limit the rows to the caller's by `{}`", rows.owner),
        effect: Effect::Tightens,
        effect_note: "Callers, staff included, get only their own rows; ids of others answer 404.".to_owned(),
        operations: vec![Operation::AddStatement { file: at.file, lines, place: Place::After(after) }],
    }));
}
