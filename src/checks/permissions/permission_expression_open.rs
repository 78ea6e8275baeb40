//! A permission expression with `~` that lets anonymous callers in: `~IsAdminUser` is everybody but the staff, and nobody
//! is not staff either. Expressions that hold `AllowAny` or an open class are `view-permission-open`'s.
//!
//! What classes of the project ask in their own code is not followed; negated, they cannot be told.

use crate::checks::support::permission_lists::{ask_first, lets_anonymous_in};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::{Expression, Openness, Operator, Policy, PolicySite};
use crate::settings::Truth;
use crate::source::clean;

pub(crate) struct PermissionExpressionOpen;

const ID: &str = "permission-expression-open";

impl Check for PermissionExpressionOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in views::policy_sites(cx, Policy::Permission) {
            let Some(elements) = cx.index.list_elements(site.at(), site.class(), site.value) else {
                continue;
            };
            if !elements.iter().any(|e| negates(e.value)) {
                continue;
            }
            let at = site.value_at;
            if cx.index.openness(site.at(), site.class(), site.value) == Openness::Open {
                tally.passed.push(Label::new(at, "open for another reason"));
                continue;
            }
            let all = elements.iter().fold(Truth::Yes, |all, e| all.and(lets_anonymous_in(cx, e)));
            match (all, views::decided_by_method(cx, &site, Policy::Permission)) {
                (Truth::Yes, None) => tally.findings.push(finding(cx, &site)),
                (Truth::Yes, Some(why)) => tally.unclear.push(Label::new(at, why)),
                (Truth::No, _) => tally.passed.push(Label::new(at, "refuses anonymous callers")),
                (Truth::Maybe, _) => {
                    tally
                        .unclear
                        .push(Label::new(at, "whom a negated permission lets in depends on its class"));
                }
            }
        }
        tally.outcome(&Words {
            places: "negated permissions",
            wrong: "let anonymous callers in",
            right: "refuse anonymous callers",
            none: "No permission is negated.",
        })
    }
}

fn negates(value: &Expression) -> bool {
    match value {
        Expression::Invert(_) => true,
        Expression::Binary(parts) if parts.1 != Operator::Add => negates(&parts.0) || negates(&parts.2),
        _ => false,
    }
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Finding {
    let view = views::view_name(cx.index, site.owner);
    let text = clean(cx.sources.slice(site.value_at)).replace('`', "'");
    let shown: String = text.chars().take(60).collect();
    let message =
        format!("`{shown}` lets callers without a login use {view}: what it negates does not hold for them.");
    let symbol = views::symbol(cx.index, site, Policy::Permission);
    let mut found = Finding::new(ID, symbol, Label::new(site.value_at, "anonymous callers pass"), message);
    // `~IsAuthenticated` says "only without a login", which sign-ups do.
    let only_login = |e: &Expression| matches!(e, Expression::Invert(inner) if inner.name().is_some_and(|n| n.rsplit('.').next() == Some("IsAuthenticated")));
    if site.value.elements().is_some_and(|all| all.iter().any(only_login)) {
        found.severity = Some(Severity::Low);
        found.confidence = Some(Confidence::Low);
        return found
            .instruction("Keep it where only callers without a login are meant, such as for a sign-up.");
    }
    match ask_first(cx.index, site, "IsAuthenticated") {
        Some(operations) => found.fix(Fix {
            title: "Ask for a login first".to_owned(),
            effect: Effect::Tightens,
            effect_note: format!("Callers without a login are refused by {view}."),
            operations,
        }),
        None => found.instruction("Put `IsAuthenticated` beside it: `IsAuthenticated & ~...`."),
    }
}
