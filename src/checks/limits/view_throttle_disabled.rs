//! `throttle_classes` of a view that is empty, where the view would otherwise have a limit. A health check or a webhook
//! that checks a signature is told as a hint.

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{intent, throttles, views};
use crate::checks::{Check, CheckContext};
use crate::edit::Operation;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Policy, PolicySite};
use crate::settings::Truth;

pub(crate) struct ViewThrottleDisabled;

const ID: &str = "view-throttle-disabled";

impl Check for ViewThrottleDisabled {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in views::policy_sites(cx, Policy::Throttle) {
            match cx.index.is_empty_list(site.at(), site.class(), site.value) {
                Some(false) => tally.passed.push(Label::new(site.at(), "names throttles")),
                None => tally.unclear.push(Label::new(site.at(), "the list is computed")),
                Some(true) => match (
                    throttles::before(cx, &site),
                    views::decided_by_method(cx, &site, Policy::Throttle),
                ) {
                    (_, Some(why)) => tally.unclear.push(Label::new(site.at(), why)),
                    (Truth::Yes, None) => tally.findings.push(finding(cx, &site)),
                    (Truth::No, None) => {
                        tally.passed.push(Label::new(site.at(), "there is no limit to take off"));
                    }
                    (Truth::Maybe, None) => {
                        tally.unclear.push(Label::new(site.at(), "what is inherited cannot be told"));
                    }
                },
            }
        }
        for (class, method) in views::emptied_by_method(cx, Policy::Throttle) {
            // Without the method the attribute counts.
            match throttles::of_class(cx, class) {
                Truth::Yes => tally.findings.push(by_method(cx, class, method)),
                Truth::No => tally.passed.push(Label::new(method.name_at, "there is no limit to take off")),
                Truth::Maybe => {
                    tally.unclear.push(Label::new(method.name_at, "what is inherited cannot be told"));
                }
            }
        }
        tally.outcome(&Words {
            places: "places that set throttles on a view",
            wrong: "take the limit off",
            right: "keep a limit",
            none: "No view sets throttles by itself, so the default counts.",
        })
    }
}

/// A `get_throttles` that returns an empty list.
fn by_method(cx: &CheckContext<'_>, class: ClassId, method: &FunctionItem) -> Finding {
    let view = &cx.index.class(class).name;
    let message = format!(
        "`{}` of `{view}` returns an empty list, so the limit of all other views does not count.",
        method.name
    );
    let symbol = format!("{}.{}", cx.index.class_name(class), method.name);
    Finding::new(ID, symbol, Label::new(method.name_at, "takes the limit off"), message).fix(Fix {
        title: format!("Remove `{}`, so that what is inherited counts", method.name),
        effect: Effect::Tightens,
        effect_note: format!("Clients over the limit get 429 from `{view}` too."),
        operations: vec![Operation::RemoveStatement { at: method.at }],
    })
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Finding {
    let view = views::view_name(cx.index, site.owner);
    let symbol = views::symbol(cx.index, site, Policy::Throttle);
    let message =
        format!("{view} has an empty `throttle_classes`, so the limit of all other views does not count.");
    let mut finding = Finding::new(ID, symbol, Label::new(site.at(), "takes the limit off"), message);
    // A login is public too, and needs a limit more than others.
    let intent = intent::public(cx, site.owner)
        .filter(|why| ["health check", "webhook", "signature"].iter().any(|purpose| why.contains(purpose)));
    let keep = "Where many requests are to be expected, name a throttle with a high rate, or keep the empty list with a \
                comment `# drf-harden: ignore[view-throttle-disabled] reason`.";
    if let Some(why) = intent {
        finding.message.push_str(&format!(" It seems meant to be: {why}."));
        finding.severity = Some(Severity::Low);
        finding.confidence = Some(Confidence::Low);
        return finding.instruction(keep);
    }
    if views::has_comment(cx, site.at()) || site.view == Truth::Maybe {
        finding.confidence = Some(Confidence::Low);
    }
    match views::remove(site) {
        Some(removal) => finding.fix(Fix {
            title: "Remove `throttle_classes`, so that what is inherited counts".to_owned(),
            effect: Effect::Tightens,
            effect_note: format!("Clients over the limit get 429 from {view} too."),
            operations: vec![removal],
        }),
        None => finding.instruction(keep),
    }
}
