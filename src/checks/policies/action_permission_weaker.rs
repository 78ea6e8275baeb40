//! `@action(permission_classes=...)` that asks for less than its view: the keyword replaces the view's list and adds
//! nothing to it. Compared are lists of plain classes; what a class of the project asks is not followed.
//!
//! Left alone: actions that are open to everybody, which `view-permission-open` tells.

use crate::checks::support::lists::name_of;
use crate::checks::support::permission_lists::{MODULE, Named, leaves};
use crate::checks::support::permissions::KEY;
use crate::checks::support::rest::{self, Key};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{classes, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::{ClassId, Element, Expression, Lookup, Openness, Owner, Policy, PolicySite};
use crate::settings::Truth;

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
            if let Some(why) = views::decided_by_method(cx, &site, Policy::Permission) {
                tally.unclear.push(Label::new(site.at(), why));
                continue;
            }
            let own = cx.index.list_elements(site.at(), Some(class), site.value).and_then(|e| plain(cx, &e));
            let weaker = match (own, of_view(cx, class)) {
                (Some(own), Some(view)) => is_weaker(&own, &view),
                _ => Truth::Maybe,
            };
            match weaker {
                Truth::Yes => tally.findings.push(finding(cx, &site, class)),
                Truth::No => tally.passed.push(Label::new(site.at(), "asks for what the view asks, or more")),
                Truth::Maybe => {
                    tally.unclear.push(Label::new(site.at(), "cannot be compared with the view's"));
                }
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

/// The classes of a list without `&`, `|` and `~`; `None` where it has any, or a name that cannot be told.
fn plain(cx: &CheckContext<'_>, elements: &[Element<'_>]) -> Option<Vec<Named>> {
    let names = elements.iter().map(|element| match element.value {
        Expression::Name(_) => leaves(cx.index, element).into_iter().next().filter(|n| *n != Named::Unclear),
        _ => None,
    });
    names.collect()
}

/// The classes that count for the view itself.
fn of_view(cx: &CheckContext<'_>, class: ClassId) -> Option<Vec<Named>> {
    match cx.index.lookup(class, Policy::Permission.name()) {
        Lookup::Value { class, value } => {
            plain(cx, &cx.index.list_elements(value.at, Some(class), &value.value)?)
        }
        Lookup::Settings { .. } => match rest::key(cx.model?, KEY) {
            Key::Absent => Some(Vec::new()),
            Key::Unclear(_) => None,
            Key::Set(node) => {
                let items = node.as_items().filter(|i| i.rest.is_none())?;
                let named = items.items.iter().map(|item| {
                    let name = name_of(item)?;
                    let own = classes::find(cx.index, name).map(Named::Project);
                    Some(own.unwrap_or_else(|| Named::Library(name.to_owned())))
                });
                named.collect()
            }
        },
        _ => None,
    }
}

/// Whether one list asks for less than another.
fn is_weaker(own: &[Named], view: &[Named]) -> Truth {
    let missing: Vec<&Named> = view.iter().filter(|n| !own.contains(n) && rank(n) != Some(0)).collect();
    if missing.is_empty() {
        return Truth::No;
    }
    let most = |all: &[Named]| all.iter().map(rank).collect::<Option<Vec<_>>>().map(|r| r.into_iter().max());
    match (most(own), most(view)) {
        (Some(own), Some(view)) => (own < view).into(),
        // All that it asks the view asks too, and more.
        _ if own.iter().all(|n| view.contains(n)) => Truth::Yes,
        _ => Truth::Maybe,
    }
}

/// How much one of DRF's own classes asks, among those that can be put in a row.
fn rank(named: &Named) -> Option<u8> {
    let Named::Library(name) = named else { return None };
    match name.strip_prefix(MODULE)? {
        "AllowAny" => Some(0),
        "IsAuthenticatedOrReadOnly" => Some(1),
        "IsAuthenticated" => Some(2),
        "IsAdminUser" => Some(3),
        _ => None,
    }
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
