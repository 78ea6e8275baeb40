//! The endpoints as checks speak of them: which a default decides, how they are counted and named, which class or
//! function of the project serves them. Patterns that only add a format suffix to another one are left out.

use std::collections::BTreeMap;

use crate::checks::CheckContext;
use crate::endpoints::policy::Effective;
use crate::endpoints::{Endpoint, Exposure, Inventory, Kind, Origin, ViewPolicy, ViewTarget};
use crate::finding::{Label, Outcome};
use crate::index::Owner;
use crate::source::{Span, clean};

use super::views;

/// So many endpoints are named one by one.
pub(crate) const SHOWN: usize = 12;

/// Hands the endpoints to `judge`, where there are any to judge.
pub(crate) fn judge<'a>(cx: &CheckContext<'a>, judge: impl FnOnce(&'a Inventory) -> Outcome) -> Outcome {
    if !views::has_views(cx) {
        return Outcome::not_applicable("there is no DRF view here");
    }
    match cx.endpoints.get() {
        Some(inventory) => judge(inventory),
        None => Outcome::unknown("The endpoints could not be listed.", Vec::new()),
    }
}

/// The project's class or function that serves an endpoint.
pub(crate) fn owner(endpoint: &Endpoint) -> Option<Owner> {
    match endpoint.route.view.target {
        ViewTarget::Class(id) => Some(Owner::Class(id)),
        ViewTarget::Function(id) => Some(Owner::Function(id)),
        ViewTarget::External(_) | ViewTarget::Unknown(_) => None,
    }
}

/// The outcome where nothing was found: a pass only where every pattern is listed.
pub(crate) fn none(inventory: &Inventory, sentence: &str) -> Outcome {
    if inventory.complete {
        return Outcome::pass(sentence, Vec::new());
    }
    let seen = inventory.problems.iter().filter_map(|p| Some(Label::new(p.at?, p.message.clone())));
    Outcome::unknown("Not every URL pattern can be followed.", seen.take(SHOWN).collect())
}

/// The endpoints of DRF views; `None` where they are not known.
pub(crate) fn of_drf<'a>(cx: &CheckContext<'a>) -> Option<(&'a Inventory, Vec<&'a Endpoint>)> {
    let inventory = cx.endpoints.get()?;
    let drf = inventory.endpoints.iter().filter(|e| e.kind == Kind::Drf && !has_format_suffix(e));
    Some((inventory, drf.collect()))
}

/// Whether the pattern repeats another one with `.json` and the like behind it.
pub(crate) fn has_format_suffix(endpoint: &Endpoint) -> bool {
    let path = &endpoint.route.path;
    path.contains("(?P<format>") || path.contains("<drf_format_suffix")
}

/// The endpoints that get a policy from `REST_FRAMEWORK` or from DRF.
pub(crate) fn by_default<'a>(
    cx: &CheckContext<'a>,
    policy: fn(&ViewPolicy) -> &Effective,
) -> Option<(&'a Inventory, Vec<&'a Endpoint>)> {
    let (inventory, mut endpoints) = of_drf(cx)?;
    endpoints.retain(|e| matches!(policy(&e.policy).origin, Origin::Settings | Origin::Framework));
    Some((inventory, endpoints))
}

/// Whether a method lets anybody in.
pub(crate) fn is_open(exposure: Exposure) -> bool {
    matches!(exposure, Exposure::Open | Exposure::ReadOpen)
}

/// The methods of an endpoint for which `test` holds, without those that tell nothing.
pub(crate) fn methods(endpoint: &Endpoint, test: impl Fn(Exposure) -> bool) -> Vec<&str> {
    let told = endpoint.policy.by_method.iter().filter(|(method, exposure)| {
        !matches!(method.as_str(), "OPTIONS" | "HEAD" | "TRACE") && test(**exposure)
    });
    told.map(|(method, _)| method.as_str()).collect()
}

/// `12 endpoints (GET 12, POST 5)`, `at least` where the list may lack some.
pub(crate) fn count(
    inventory: &Inventory,
    endpoints: &[&Endpoint],
    test: impl Fn(Exposure) -> bool + Copy,
) -> String {
    let mut by_method: BTreeMap<&str, usize> = BTreeMap::new();
    for method in endpoints.iter().flat_map(|e| methods(e, test)) {
        *by_method.entry(method).or_default() += 1;
    }
    let each: Vec<String> = by_method.iter().map(|(method, n)| format!("{method} {n}")).collect();
    let at_least = if inventory.complete { "" } else { "at least " };
    let (n, word) = (endpoints.len(), if endpoints.len() == 1 { "endpoint" } else { "endpoints" });
    let each = if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) };
    format!("{at_least}{n} {word}{each}")
}

/// One remark for each endpoint, at its pattern or its view; behind the last one how many more there are.
pub(crate) fn labels(
    cx: &CheckContext<'_>,
    endpoints: &[&Endpoint],
    remark: impl Fn(&Endpoint) -> String,
) -> Vec<Label> {
    let mut labels: Vec<Label> = endpoints
        .iter()
        .filter_map(|e| Some(Label::new(place(cx, e)?, format!("{}: {}", path(e), remark(e)))))
        .take(SHOWN)
        .collect();
    let more = endpoints.len().saturating_sub(labels.len());
    if let Some(last) = labels.last_mut().filter(|_| more > 0) {
        last.message = format!("{}; and {more} more", last.message);
    }
    labels
}

/// The path of an endpoint in backticks.
pub(crate) fn path(endpoint: &Endpoint) -> String {
    if endpoint.route.path.is_empty() {
        "the root".to_owned()
    } else {
        format!("`{}`", clean(&endpoint.route.path))
    }
}

/// Where an endpoint is written: its pattern, else its view.
pub(crate) fn place(cx: &CheckContext<'_>, endpoint: &Endpoint) -> Option<Span> {
    endpoint.route.at.or_else(|| view_place(cx, endpoint))
}

/// The name of the view's class or function, where it is the project's.
pub(crate) fn view_place(cx: &CheckContext<'_>, endpoint: &Endpoint) -> Option<Span> {
    match &endpoint.route.view.target {
        ViewTarget::Class(id) => Some(cx.index.class(*id).name_at),
        ViewTarget::Function(id) => Some(cx.index.function(*id).name_at),
        ViewTarget::External(_) | ViewTarget::Unknown(_) => None,
    }
}
