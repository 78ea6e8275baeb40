//! `search_fields` that reach a secret: whoever may search can ask for it letter by letter and see in the number of hits
//! whether the guess is right.
//!
//! Judged are names of columns and of paths to them. Views for chosen callers and views without a search filter are
//! passed over.
//! <https://www.django-rest-framework.org/api-guide/filtering/#searchfilter>

use crate::checks::support::columns::{self, Sensitivity};
use crate::checks::support::guards::{self, Handlers};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{filters, views};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression, Owner};
use crate::settings::Truth;

pub(crate) struct SearchFieldsSensitive;

const ID: &str = "search-fields-sensitive";

impl Check for SearchFieldsSensitive {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (class, value) in filters::attributes(cx, "search_fields") {
            judge(cx, class, value, &mut tally);
        }
        tally.outcome(&Words {
            places: "lists of columns to search",
            wrong: "reach a secret or personal column",
            right: "reach no secret",
            none: "No view offers a search.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem, tally: &mut Tally) {
    if filters::backend(cx, class, "SearchFilter") == Truth::No {
        return tally.passed.push(Label::new(value.at, "no search filter reads it"));
    }
    let Some(elements) = cx.index.list_elements(value.at, Some(class), &value.value) else {
        return tally.unclear.push(Label::new(value.at, "the list is computed"));
    };
    let names: Option<Vec<&str>> = elements
        .iter()
        .map(|e| if let Expression::Str(text) = e.value { Some(&**text) } else { None })
        .collect();
    let Some(names) = names else {
        return tally.unclear.push(Label::new(value.at, "not every column of the list can be told"));
    };
    let worst =
        names.iter().filter_map(|n| Some((columns::sensitivity(plain(n))?, *n))).max_by_key(|(s, _)| *s);
    let guard = guards::of(cx, Owner::Class(class), Handlers::OfLists);
    let Some((sensitivity, worst)) = worst.filter(|(s, _)| *s == Sensitivity::Secret || !guard.is_special())
    else {
        return tally.passed.push(Label::new(value.at, "reaches no secret"));
    };
    if let (Some(why), false) = (&guard.unclear, sensitivity == Sensitivity::Secret) {
        return tally.unclear.push(Label::new(value.at, why.clone()));
    }
    let name = &cx.index.class(class).name;
    let message = format!(
        "The search of `{name}` reaches `{}`: the number of hits tells whether a guess is right.",
        plain(worst)
    );
    let symbol = format!("{}.search_fields", cx.index.class_name(class));
    let mut finding =
        Finding::new(ID, symbol, Label::new(value.at, format!("holds `{}`", plain(worst))), message);
    finding.severity = (sensitivity == Sensitivity::Secret).then_some(Severity::High);
    let kept: Vec<_> =
        names.iter().filter(|n| columns::sensitivity(plain(n)).is_none()).map(|n| Code::str(*n)).collect();
    let in_place =
        matches!(&value.value, Expression::List(i) | Expression::Tuple(i) if i.len() == names.len());
    let by_hand = "Leave the column out of `search_fields`.";
    if kept.is_empty() || !in_place {
        return tally.findings.push(finding.instruction(by_hand));
    }
    let with = if matches!(value.value, Expression::Tuple(_)) { Code::Tuple(kept) } else { Code::List(kept) };
    tally.findings.push(finding.fix(Fix {
        title: format!("Leave `{}` out of the search", plain(worst)),
        effect: Effect::Reshapes,
        effect_note: "A search no longer finds rows by what is in that column.".to_owned(),
        operations: vec![Operation::ReplaceExpression { at: value.value_at, with }],
    }));
}

/// A column without the sign of how it is searched (`^name`, `=name`, `@name`, `$name`).
fn plain(name: &str) -> &str {
    name.trim_start_matches(['^', '=', '@', '$'])
}
