//! `DEFAULT_AUTHENTICATION_CLASSES` names HTTP Basic: a password travels with every request and can be guessed at
//! every view. When the key is absent, DRF's default includes it too; `default-authentication-implicit` says so. Views
//! that name it by themselves are told too; machines may be meant there, so that is a hint.
//! <https://www.django-rest-framework.org/api-guide/authentication/#basicauthentication>

use std::collections::BTreeMap;

use crate::checks::support::fixes::{Operations, Remedy};
use crate::checks::support::lists::{name_of, remove, texts};
use crate::checks::support::rest::{self, Key};
use crate::checks::support::settings::element_place;
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Confidence, Effect, Finding, Label, Outcome};
use crate::index::{Element, Entity, Lookup, Policy, PolicySite, Resolution};
use crate::settings::{Node, SettingsModel, Truth};
use crate::source::FileId;

pub(crate) struct BasicAuthenticationEnabled;

const ID: &str = "basic-authentication-enabled";
const KEY: &str = "DEFAULT_AUTHENTICATION_CLASSES";
const BASIC: &str = "rest_framework.authentication.BasicAuthentication";

impl Check for BasicAuthenticationEnabled {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let outcome = self.of_default(cx);
        let on_views = of_views(cx);
        if on_views.is_empty() {
            return outcome;
        }
        let count = on_views.len();
        let mut findings = outcome.findings;
        findings.extend(on_views);
        let message = format!("{count} views name `BasicAuthentication` by themselves.");
        Outcome::fail(if findings.len() > count { outcome.reason } else { message }, findings)
    }
}

/// Views that name HTTP Basic, or a class of the project that is made of it.
fn of_views(cx: &CheckContext<'_>) -> Vec<Finding> {
    let mut by_file: BTreeMap<FileId, Vec<PolicySite<'_>>> = BTreeMap::new();
    for site in views::policy_sites(cx, Policy::Authentication) {
        let Some(elements) = cx.index.list_elements(site.at(), site.class(), site.value) else { continue };
        let is_basic = |element: &Element<'_>| {
            let Some(name) = element.value.name() else { return false };
            let resolved = match element.class {
                Some(class) => cx.index.resolve_in_class(class, name),
                None => cx.index.resolve_at(element.at, name),
            };
            match resolved {
                Resolution::External(name) => name == BASIC,
                // One that reads the header in its own way may take keys and not passwords.
                Resolution::Resolved(Entity::Class(id)) => {
                    cx.index.is_subclass_of(id, BASIC) == Truth::Yes
                        && ["authenticate", "authenticate_credentials"]
                            .iter()
                            .all(|name| !matches!(cx.index.lookup(id, name), Lookup::Method { .. }))
                }
                Resolution::Resolved(_) | Resolution::Unresolved(_) => false,
            }
        };
        if site.view != Truth::Yes || !elements.iter().any(is_basic) {
            continue;
        }
        by_file.entry(site.at().file).or_default().push(site);
    }
    let mut found = Vec::new();
    for sites in by_file.into_values() {
        // Where a whole file does so, it is said once.
        if sites.len() > FEW {
            found.push(of_view(cx, &sites));
        } else {
            found.extend(sites.chunks(1).map(|one| of_view(cx, one)));
        }
    }
    found
}

/// So many views of one file are told one by one.
const FEW: usize = 3;

/// The finding at the first of some views.
fn of_view(cx: &CheckContext<'_>, sites: &[PolicySite<'_>]) -> Finding {
    const SAYS: &str = "names `BasicAuthentication`";
    let first = &sites[0];
    let view = views::view_name(cx.index, first.owner);
    let message = match sites.len() - 1 {
        0 => format!("{view} takes a password with each request by HTTP Basic."),
        more => format!("{view} and {more} more views take a password with each request by HTTP Basic."),
    };
    let symbol = views::symbol(cx.index, first, Policy::Authentication);
    let mut finding = Finding::new(ID, symbol, Label::new(first.at(), SAYS), message);
    finding.related.extend(sites[1..].iter().map(|site| Label::new(site.at(), SAYS)));
    finding.confidence = Some(Confidence::Low);
    finding.instruction(
        "Take `BasicAuthentication` out of the list, or keep it for machines behind TLS with a comment \
         `# drf-harden: ignore[basic-authentication-enabled] reason`.",
    )
}

impl BasicAuthenticationEnabled {
    fn of_default(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        let node = match rest::key(model, KEY) {
            Key::Unclear(cause) => return rest::unclear(cx, model, KEY, &cause),
            Key::Absent => {
                return Outcome::not_applicable(
                    "the classes are left to DRF, which `default-authentication-implicit` says",
                );
            }
            Key::Set(node) => node,
        };
        match node.contains_str(BASIC) {
            Truth::No => Outcome::pass(format!("`{KEY}` does not name `BasicAuthentication`."), seen),
            Truth::Maybe => Outcome::unknown(format!("{}.", rest::wording(model, KEY)), seen),
            Truth::Yes => {
                let message =
                    format!("`{KEY}` names `BasicAuthentication`, so a password travels with each request");
                let mut found = rest::finding(cx, model, self.id(), KEY, message.clone());
                let items = node.as_items().map_or(&[][..], |i| &i.items);
                let element = items.iter().find(|item| name_of(item) == Some(BASIC));
                if let Some(element) = element {
                    found.primary.span = element_place(cx, found.primary.span, element);
                }
                let operations = match element {
                    Some(_) if items.len() == 1 => {
                        Err("it is the only class, and another has to be chosen".to_owned())
                    }
                    Some(element) => without(cx, model, node, element),
                    None => Err("the list is put together in several places".to_owned()),
                };
                let found = Remedy {
                    title: "Drop HTTP Basic from the default authentication".to_owned(),
                    effect: Effect::Tightens,
                    note: "Callers that send a user name and password with HTTP Basic get 401 or 403."
                        .to_owned(),
                    by_hand: format!("Take `BasicAuthentication` out of `{KEY}`"),
                }
                .attach(found, operations);
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}

/// Takes the element out of its display; where that is shared, sets the key to the other classes.
fn without(cx: &CheckContext<'_>, model: &SettingsModel, list: &Node, element: &Node) -> Operations {
    remove(cx, model, rest::NAME, list, element).or_else(|why| {
        let others = texts(list).ok_or(why)?;
        let others = others.into_iter().filter(|c| *c != Code::str(BASIC)).collect();
        rest::set_key(cx, model, KEY, Code::List(others))
    })
}
