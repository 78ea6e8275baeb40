//! `permission_classes` of a view that lets everybody in: an empty list or tuple, `AllowAny`, or an expression that
//! comes to the same by what its classes ask. Read are class attributes, `@permission_classes` and the keyword of
//! `@action`; where a method asks for something all the same, nothing is told.
//!
//! Not covered: `get_permissions` (`permission-branch-open`), keywords of `as_view()` (`route-policy-emptied`), and views
//! that set nothing (the default's own check).
//! A view that is public by intent is the business of `public-view-unconfirmed`.
//! <https://www.django-rest-framework.org/api-guide/permissions/>

use crate::checks::support::{flip, guards, intent, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::{Entity, Expression, Openness, Owner, Policy, PolicySite, Resolution};
use crate::settings::Truth;

pub(crate) struct ViewPermissionOpen;

const ID: &str = "view-permission-open";
const KEEP: &str = "Where everybody is meant to get in, keep it with a comment `# drf-harden: ignore[view-permission-open] \
                    reason`; otherwise name the permission that callers need.";

impl Check for ViewPermissionOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let sites = views::policy_sites(cx, Policy::Permission);
        let authentication = views::policy_sites(cx, Policy::Authentication);
        let openness: Vec<Openness> = sites.iter().map(|site| guards::openness(cx, site)).collect();
        let mut findings = Vec::new();
        let mut unclear = Vec::new();
        let mut asked = 0;
        for (site, openness) in sites.iter().zip(&openness) {
            match openness {
                Openness::Open if counts_nowhere(cx, site) => {}
                Openness::Open if is_asked(cx, site) => asked += 1,
                Openness::Open => findings.push(finding(cx, site, &authentication)),
                Openness::Closed => {}
                Openness::Unclear(why) => unclear.push(Label::new(site.at(), why.clone())),
            }
        }
        let branches = views::open_branches(cx);
        let count = (sites.len() + branches.len()) as u32 - asked;
        unclear.extend(branches);
        let passed = count - findings.len() as u32 - unclear.len() as u32;
        let outcome = if !findings.is_empty() {
            let many = findings.len();
            Outcome::fail(
                format!("{many} of {count} places that set permissions on a view let everybody in."),
                findings,
            )
        } else if !unclear.is_empty() {
            let many = unclear.len();
            Outcome::unknown(
                format!("{many} of {count} places that set permissions on a view cannot be told."),
                unclear,
            )
        } else if count == 0 && asked > 0 {
            Outcome::pass(
                "Every open view seems to be public, or is said to be; `public-view-unconfirmed` asks about them.",
                Vec::new(),
            )
        } else if count == 0 {
            Outcome::pass("No view sets permissions by itself, so the default counts.", Vec::new())
        } else {
            let evidence = sites
                .iter()
                .zip(&openness)
                .filter(|(_, openness)| !matches!(openness, Openness::Open))
                .take(20)
                .map(|(s, _)| Label::new(s.at(), "asks something of the caller"))
                .collect();
            Outcome::pass(
                format!("None of the {count} places that set permissions lets everybody in."),
                evidence,
            )
        };
        outcome.with_places(passed, count)
    }
}

/// Whether a base that answers nothing by itself sets a policy that each view made of it replaces.
fn counts_nowhere(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let Owner::Class(class) = site.owner else { return false };
    let is_base = cx.index.views().any(|(view, _)| view != class && guards::inherits(cx, view, class));
    is_base
        && guards::counted(cx, site)
            .iter()
            .all(|counted| counted.view == Some(class) && counted.handlers().next().is_none())
}

/// Whether the view is public on the team's word, or seems to be and is asked about by `public-view-unconfirmed`, once
/// for all such views.
fn is_asked(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let view = views::owner_name(cx.index, site.owner);
    flip::kept(cx, &view).is_some() || intent::public(cx, site.owner).is_some()
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>, authentication: &[PolicySite<'_>]) -> Finding {
    let view = views::view_name(cx.index, site.owner);
    let empty = site.value.elements().is_some_and(<[Expression]>::is_empty);
    let how =
        if empty { "an empty list asks nothing of the caller" } else { "its permissions let everybody in" };
    let label = if empty { "the empty list replaces the default" } else { "everybody passes" };
    let symbol = views::symbol(cx.index, site, Policy::Permission);
    let blind = authentication_off(cx, site, authentication)
        .filter(|off| cx.index.is_empty_list(off.at(), off.class(), off.value) == Some(true));
    let and = if blind.is_some() { " and looks at no credentials" } else { "" };
    let message = format!("{view} is open to everybody{and}: {how}.");
    let mut finding = Finding::new(ID, symbol, Label::new(site.at(), label), message);
    finding.open_views = vec![flip::open_view(views::owner_name(cx.index, site.owner), None)];
    finding.related.extend(blind.map(|off| Label::new(off.at(), "no authenticator is left")));
    if let Owner::Class(class) | Owner::Action(class, _) = site.owner {
        finding.related.push(Label::new(cx.index.class(class).name_at, "the view"));
    }
    if cx.index.openness(site.at(), site.class(), site.value) != Openness::Open {
        finding.message.push_str(" What its classes ask does not tell who calls.");
        finding.severity = Some(Severity::Med);
        finding.confidence = Some(Confidence::Low);
        return finding.instruction(KEEP);
    }
    if guards::only_reads(cx, site) {
        finding.message.push_str(" It only answers reads.");
        finding.severity = Some(Severity::Med);
    }
    if views::looks_at_caller(cx, site.owner) {
        finding.message.push_str(" Its code seems to ask about the caller by itself.");
        finding.confidence = Some(Confidence::Low);
        if views::refuses_by_itself(cx, site.owner) {
            finding.severity = Some(Severity::Med);
        }
        return finding.instruction(KEEP);
    }
    if views::has_comment(cx, site.at()) {
        finding.confidence = Some(Confidence::Low);
    } else if site.view == Truth::Maybe {
        finding.confidence = Some(Confidence::Med);
    }
    if let Some(name) = own_class(cx, site) {
        // Taking it away would make little of what was meant.
        return finding.instruction(format!(
            "`{name}` refuses nobody: mend it, or name the permission that callers need."
        ));
    }
    match fix(cx, site, authentication) {
        Some(fix) => finding.fix(fix),
        None => finding.instruction(KEEP),
    }
}

/// The first permission class of the project in a list.
fn own_class<'a>(cx: &CheckContext<'_>, site: &PolicySite<'a>) -> Option<&'a str> {
    let elements: &'a [Expression] = site.value.elements()?;
    elements
        .iter()
        .filter_map(Expression::name)
        .find(|name| matches!(cx.index.resolve_at(site.at(), name), Resolution::Resolved(Entity::Class(_))))
}

/// The place where the same view may switch authentication off.
fn authentication_off<'s, 'a>(
    cx: &CheckContext<'_>,
    site: &PolicySite<'_>,
    authentication: &'s [PolicySite<'a>],
) -> Option<&'s PolicySite<'a>> {
    authentication
        .iter()
        .find(|a| a.owner == site.owner && cx.index.is_empty_list(a.at(), a.class(), a.value) != Some(false))
}

/// Takes the override away where what is inherited asks for something, else asks for a login. A view that switches
/// authentication off too gets it back in the same fix: nobody could log in otherwise.
fn fix(cx: &CheckContext<'_>, site: &PolicySite<'_>, authentication: &[PolicySite<'_>]) -> Option<Fix> {
    let name = Policy::Permission.name();
    let switched_off = authentication_off(cx, site, authentication);
    let (title, mut operations) = match views::remove(site) {
        Some(removal) if switched_off.is_none() && views::inherited_is_closed(cx, site) == Some(true) => {
            (format!("Remove `{name}`, so that what is inherited counts"), vec![removal])
        }
        _ => (format!("Set `{name}` to `IsAuthenticated`"), views::require_login(cx.index, site)?),
    };
    if let Some(off) = switched_off {
        operations.push(views::remove(off)?);
    }
    let view = views::view_name(cx.index, site.owner);
    Some(Fix {
        title,
        effect: Effect::Tightens,
        effect_note: format!("Callers without an account, or without the permission, are refused by {view}."),
        operations,
    })
}
