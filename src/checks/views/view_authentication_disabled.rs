//! `authentication_classes` of a view that is empty, so that every caller is anonymous. Read are class attributes,
//! `@authentication_classes` and the keyword of `@action`.
//!
//! Not covered: keywords of `as_view()` (`route-policy-emptied`). A view that is public by intent (a login, a webhook
//! that checks a signature) is told as a hint. A view that empties its permissions beside it is one finding, of
//! `view-permission-open`.
//! <https://www.django-rest-framework.org/api-guide/authentication/>

use crate::checks::support::{guards, intent, views};
use crate::checks::{Check, CheckContext};
use crate::edit::Operation;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Lookup, Openness, Owner, Policy, PolicySite, Resolution};
use crate::settings::Truth;

pub(crate) struct ViewAuthenticationDisabled;

const ID: &str = "view-authentication-disabled";

impl Check for ViewAuthenticationDisabled {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let sites = views::policy_sites(cx, Policy::Authentication);
        let permissions = views::policy_sites(cx, Policy::Permission);
        let mut findings = Vec::new();
        let mut unclear = Vec::new();
        // One cause is one finding.
        let mut told = 0;
        for site in &sites {
            match cx.index.is_empty_list(site.at(), site.class(), site.value) {
                Some(true) if is_told_with_permission(cx, site, &permissions) => {
                    told += 1;
                    unclear.push(Label::new(
                        site.at(),
                        "emptied with the permissions; `view-permission-open` tells it",
                    ));
                }
                Some(true) => match views::decided_by_method(cx, site, Policy::Authentication) {
                    Some(why) => unclear.push(Label::new(site.at(), why)),
                    None => findings.push(finding(cx, site, &permissions)),
                },
                Some(false) => {}
                None => unclear.push(Label::new(site.at(), "the list is computed")),
            }
        }
        let by_method = views::emptied_by_method(cx, Policy::Authentication);
        findings.extend(by_method.iter().map(|(class, method)| of_method(cx, *class, method)));
        let count = (sites.len() + by_method.len()) as u32;
        let passed = count - findings.len() as u32 - unclear.len() as u32;
        let outcome = if !findings.is_empty() {
            let many = findings.len();
            Outcome::fail(
                format!("{many} of {count} places that set authentication on a view switch it off."),
                findings,
            )
        } else if !unclear.is_empty() {
            let many = unclear.len();
            let message = if many == told {
                format!(
                    "{many} of {count} places that set authentication empty it; the finding on their permissions says so."
                )
            } else {
                format!("{many} of {count} places that set authentication cannot be told.")
            };
            Outcome::unknown(message, unclear)
        } else if count == 0 {
            Outcome::pass("No view sets authentication by itself, so the default counts.", Vec::new())
        } else {
            let evidence =
                sites.iter().take(20).map(|s| Label::new(s.at(), "names authenticators")).collect();
            Outcome::pass(
                format!("None of the {count} places that set authentication switches it off."),
                evidence,
            )
        };
        outcome.with_places(passed, count)
    }
}

/// A `get_authenticators` that returns an empty list.
fn of_method(cx: &CheckContext<'_>, class: ClassId, method: &FunctionItem) -> Finding {
    let view = &cx.index.class(class).name;
    let message = format!(
        "`{}` of `{view}` returns an empty list, so no credentials are looked at and every caller is anonymous.",
        method.name
    );
    let symbol = format!("{}.{}", cx.index.class_name(class), method.name);
    let mut finding =
        Finding::new(ID, symbol, Label::new(method.name_at, "no authenticator is left"), message);
    if intent::public(cx, Owner::Class(class)).is_some() {
        finding.severity = Some(Severity::Low);
        finding.confidence = Some(Confidence::Low);
        return finding.instruction("Where credentials are to be read, delete the method.");
    }
    finding.fix(Fix {
        title: format!("Remove `{}`, so that what is inherited counts", method.name),
        effect: Effect::Tightens,
        effect_note: format!("`{view}` reads credentials again: a wrong or expired token is refused."),
        operations: vec![Operation::RemoveStatement { at: method.at }],
    })
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>, permissions: &[PolicySite<'_>]) -> Finding {
    let view = views::view_name(cx.index, site.owner);
    let symbol = views::symbol(cx.index, site, Policy::Authentication);
    let permission = permission(cx, site, permissions);
    let intent = intent::public(cx, site.owner);
    let meant = intent.is_some() && permission != Some(Openness::Closed);
    let by_other_means = permission == Some(Openness::Closed) && asks_no_account(cx, site, permissions);
    let message = match (&intent, &permission) {
        (Some(why), _) if meant => {
            format!("{view} looks at no credentials, and seems meant to: {why}.")
        }
        (_, Some(Openness::Closed)) if by_other_means => format!(
            "{view} looks at no credentials, so every caller is anonymous; its permissions decide by something else \
             than an account, such as a key."
        ),
        (_, Some(Openness::Closed)) => format!(
            "{view} looks at no credentials, so every caller is anonymous, while its permissions ask something of the \
             caller: whoever needs an account to pass is always refused."
        ),
        (_, Some(Openness::Open)) => {
            format!("{view} looks at no credentials and lets everybody in.")
        }
        _ => format!("{view} looks at no credentials, so every caller is anonymous."),
    };
    let label = Label::new(site.at(), "no authenticator is left");
    let mut finding = Finding::new(ID, symbol, label, message);
    if let Owner::Class(class) | Owner::Action(class, _) = site.owner {
        finding.related.push(Label::new(cx.index.class(class).name_at, "the view"));
    }
    let keep = "Where no credentials are to be looked at, keep it with a comment \
                `# drf-harden: ignore[view-authentication-disabled] reason`; otherwise delete it, so that the default \
                counts.";
    if meant {
        finding.severity = Some(Severity::Low);
        finding.confidence = Some(Confidence::Low);
        return finding.instruction(keep);
    }
    if by_other_means || views::has_comment(cx, site.at()) || site.view == Truth::Maybe {
        finding.confidence = Some(Confidence::Low);
    }
    match views::remove(site).filter(|_| inherits_authentication(cx, site)) {
        Some(removal) => finding.fix(Fix {
            title: "Remove `authentication_classes`, so that what is inherited counts".to_owned(),
            effect: Effect::Tightens,
            effect_note: format!(
                "{view} reads credentials again: a wrong or expired token is refused, and session logins need a CSRF token."
            ),
            operations: vec![removal],
        }),
        None => finding.instruction(keep),
    }
}

/// Whether the same view lets everybody in by permissions of its own: one cause, one finding.
fn is_told_with_permission(
    cx: &CheckContext<'_>,
    site: &PolicySite<'_>,
    permissions: &[PolicySite<'_>],
) -> bool {
    permissions.iter().any(|own| own.owner == site.owner && guards::openness(cx, own) == Openness::Open)
}

/// Whom the view's permissions let in; `None` when that cannot be told.
fn permission(
    cx: &CheckContext<'_>,
    site: &PolicySite<'_>,
    permissions: &[PolicySite<'_>],
) -> Option<Openness> {
    let judge = |site: &PolicySite<'_>| cx.index.openness(site.at(), site.class(), site.value);
    if let Some(own) = permissions.iter().find(|p| p.owner == site.owner) {
        return Some(judge(own)).filter(|o| !matches!(o, Openness::Unclear(_)));
    }
    let class = site.class()?;
    match cx.index.lookup(class, Policy::Permission.name()) {
        Lookup::Value { class, value } => Some(cx.index.openness(value.at, Some(class), &value.value)),
        Lookup::Settings { .. } if views::default_is_closed(cx) => Some(Openness::Closed),
        _ => None,
    }
    .filter(|o| !matches!(o, Openness::Unclear(_)))
}

/// Whether the view's own permissions are classes of the project or of a library, not DRF's: those can decide by a
/// key or an address.
fn asks_no_account(cx: &CheckContext<'_>, site: &PolicySite<'_>, permissions: &[PolicySite<'_>]) -> bool {
    let own = permissions.iter().find(|p| p.owner == site.owner).or_else(|| {
        let class = site.class()?;
        let Lookup::Value { class, .. } = cx.index.lookup(class, Policy::Permission.name()) else {
            return None;
        };
        permissions.iter().find(|p| p.owner == Owner::Class(class))
    });
    let Some(own) = own else { return false };
    let elements = cx.index.list_elements(own.at(), own.class(), own.value).unwrap_or_default();
    elements.iter().all(|e| {
        e.value.name().is_none_or(|name| {
            let full = match e.class {
                Some(class) => cx.index.resolve_in_class(class, name),
                None => cx.index.resolve_at(e.at, name),
            };
            !matches!(full, Resolution::External(n) if n.starts_with("rest_framework.permissions."))
        })
    })
}

/// Whether authenticators are left once the place is gone.
fn inherits_authentication(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let Some(class) = site.class() else { return false };
    let name = Policy::Authentication.name();
    let found = match site.owner {
        Owner::Class(_) => cx.index.lookup_inherited(class, name),
        _ => cx.index.lookup(class, name),
    };
    match found {
        Lookup::Settings { .. } => true,
        Lookup::Value { class, value } => {
            cx.index.is_empty_list(value.at, Some(class), &value.value) == Some(false)
        }
        _ => false,
    }
}
