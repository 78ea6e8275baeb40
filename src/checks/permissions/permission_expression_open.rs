//! A permission expression with `~` that lets anonymous callers in: `~IsAdminUser` is everybody but the staff, and nobody
//! is not staff either. Expressions that hold `AllowAny` or an open class are `view-permission-open`'s.
//!
//! Whom it lets in is told by the policy of the views for which it counts, with what their methods decide.

use crate::checks::support::guards::{self, Counted};
use crate::checks::support::permission_lists::{ask_first, negates};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::endpoints::Exposure;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::{Expression, Openness, Policy, PolicySite};
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
            match weakest(&guards::counted(cx, &site)) {
                None => tally.passed.push(Label::new(at, "no view answers requests with it")),
                Some((Exposure::Open | Exposure::ReadOpen, _)) => tally.findings.push(finding(cx, &site)),
                Some((Exposure::Unknown, why)) => tally.unclear.push(Label::new(at, why)),
                Some((Exposure::Authenticated | Exposure::Restricted, _)) => {
                    tally.passed.push(Label::new(at, "refuses anonymous callers"));
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

/// Whom the weakest of the views lets in for which a list counts, and why.
fn weakest(views: &[Counted]) -> Option<(Exposure, String)> {
    let asked = views.iter().flat_map(Counted::asked).map(|a| (a.exposure, a.why.clone()));
    asked.min_by_key(|(exposure, _)| *exposure)
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
