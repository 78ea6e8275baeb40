//! `@action(permission_classes=...)` that asks for less than its view: the keyword replaces the view's list and adds
//! nothing to it. Compared is whom the action lets in with the keyword and without, and where that does not tell, the lists.
//!
//! Left alone: actions that are open to everybody, which `view-permission-open` tells.

use crate::checks::support::guards::{self, Counted};
use crate::checks::support::permission_lists::MODULE;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::endpoints::Exposure;
use crate::endpoints::policy::Asked;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::{ClassId, Lookup, Openness, Owner, Policy, PolicySite};

pub(crate) struct ActionPermissionWeaker;

const ID: &str = "action-permission-weaker";

impl Check for ActionPermissionWeaker {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in views::policy_sites(cx, Policy::Permission) {
            let Owner::Action(class, _) = site.owner else { continue };
            if cx.index.openness(site.at(), Some(class), site.value) == Openness::Open {
                tally.passed.push(Label::new(site.at(), "open, which another check tells"));
                continue;
            }
            match weaker(&guards::counted(cx, &site)) {
                Weaker::Yes { is_plain } => {
                    let mut found = finding(cx, &site, class);
                    if !is_plain {
                        found.confidence = Some(Confidence::Low);
                    }
                    tally.findings.push(found);
                }
                Weaker::No(why) => tally.passed.push(Label::new(site.at(), why)),
                Weaker::Unclear(why) => tally.unclear.push(Label::new(site.at(), why)),
            }
        }
        tally.outcome(&Words {
            places: "actions with permissions of their own",
            wrong: "ask for less than their view",
            right: "ask for what their view asks, or more",
            none: "No action sets permissions by itself, so those of its view count.",
        })
    }
}

/// Whether an action asks for less than its view.
enum Weaker {
    /// Yes; and whether that is plain by the lists, or only by what classes of the project ask.
    Yes {
        is_plain: bool,
    },
    No(&'static str),
    Unclear(String),
}

/// Judges each method of the action.
fn weaker(actions: &[Counted]) -> Weaker {
    let mut weakest = Weaker::No("no request comes to it");
    for handler in actions.iter().flat_map(Counted::handlers) {
        let Some(view) = &handler.of_view else { continue };
        match compare(&handler.asked, view) {
            yes @ Weaker::Yes { .. } => return yes,
            Weaker::No(why) if !matches!(weakest, Weaker::Unclear(_)) => weakest = Weaker::No(why),
            Weaker::No(_) => {}
            unclear => weakest = unclear,
        }
    }
    weakest
}

fn compare(own: &Asked, view: &Asked) -> Weaker {
    const AS_MUCH: &str = "asks for what the view asks, or more";
    if let (Some(own), Some(view)) = (&own.classes, &view.classes)
        && view.iter().all(|name| own.contains(name))
    {
        return Weaker::No(AS_MUCH);
    }
    match (own.exposure, view.exposure) {
        (Exposure::Unknown, _) | (_, Exposure::Unknown) => {}
        (a, b) if a < b => return Weaker::Yes { is_plain: is_of_drf(own) && is_of_drf(view) },
        (Exposure::Restricted, Exposure::Restricted) => {}
        _ => return Weaker::No(AS_MUCH),
    }
    match (&own.classes, &view.classes) {
        // All that it asks the view asks too, and more.
        (Some(own), Some(view)) if own.iter().all(|name| view.contains(name)) => {
            Weaker::Yes { is_plain: true }
        }
        _ => Weaker::Unclear("cannot be compared with the view's".to_owned()),
    }
}

/// Whether a list holds nothing but permissions of DRF.
fn is_of_drf(asked: &Asked) -> bool {
    asked.classes.as_ref().is_some_and(|all| all.iter().all(|name| name.starts_with(MODULE)))
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>, class: ClassId) -> Finding {
    let action = views::view_name(cx.index, site.owner);
    let message = format!(
        "The permissions of {action} ask for less than those of the view, which they replace and do not add to."
    );
    let symbol = views::symbol(cx.index, site, Policy::Permission);
    let view = match cx.index.lookup(class, Policy::Permission.name()) {
        Lookup::Value { value, .. } => Label::new(value.at, "what the view asks for"),
        _ => Label::new(cx.index.class(class).name_at, "asks for what the default asks for"),
    };
    let mut found = Finding::new(ID, symbol, Label::new(site.at(), "asks for less"), message).related([view]);
    if views::has_comment(cx, site.at()) {
        found.confidence = Some(Confidence::Low);
    }
    if views::refuses_by_itself(cx, site.owner) {
        // What it asks in its body may be what the view asks, or more.
        found.message.push_str(" Its code turns callers away by itself.");
        found.confidence = Some(Confidence::Low);
        found.severity = Some(Severity::Low);
        return found.instruction("Ask for the same by a permission class of the action, where it is seen.");
    }
    match views::remove(site) {
        Some(removal) => found.fix(Fix {
            title: "Remove the keyword, so that the view's permissions count".to_owned(),
            effect: Effect::Tightens,
            effect_note: format!("Callers whom the view refuses are refused by {action} too."),
            operations: vec![removal],
        }),
        None => found.instruction("Repeat what the view asks for in the list of the action."),
    }
}
