//! Two versions of the API are routed side by side (`api/v1/` and `api/v2/`): the older one is served, and attacked, as
//! long as it is there. A question, because a planned end is fine.
//! <https://www.django-rest-framework.org/api-guide/versioning/>

use std::collections::BTreeMap;

use crate::checks::support::endpoints;
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::endpoints::{Endpoint, Kind};
use crate::finding::{Finding, Outcome};

pub(crate) struct OldVersionRouted;

const ID: &str = "old-version-routed";

impl Check for OldVersionRouted {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, _: &CheckContext<'_>) -> EndpointUse {
        EndpointUse::Basis
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let mut versions: BTreeMap<String, BTreeMap<Version, Vec<&Endpoint>>> = BTreeMap::new();
            for endpoint in inventory.endpoints.iter().filter(|e| e.kind == Kind::Drf) {
                if let Some((before, version)) = version(&endpoint.route.path) {
                    versions.entry(before).or_default().entry(version).or_default().push(endpoint);
                }
            }
            let mut findings = Vec::new();
            for (before, mut all) in versions.into_iter().filter(|(_, all)| all.len() > 1) {
                let Some((newest, _)) = all.pop_last() else { continue };
                let old: Vec<&Endpoint> = all.values().flatten().copied().collect();
                let names: Vec<String> = all.keys().map(shown).collect();
                let count = endpoints::count(inventory, &old, |_| true);
                let names = names.join(", ");
                let who = if before.is_empty() { "The project".to_owned() } else { format!("`{before}`") };
                let message = format!("{who} serves {names} beside {}: {count}.", shown(&newest));
                let labels = endpoints::labels(cx, &old, |_| "of an older version".to_owned());
                let Some(first) = labels.first().cloned() else { continue };
                let finding = Finding::new(ID, format!("{before}{names}"), first, message);
                findings.push(finding.instruction(
                    "Say when the old version ends, tell its callers, and take its routes out on that day.",
                ));
            }
            if findings.is_empty() {
                return endpoints::none(inventory, "No two versions of the API are routed side by side.");
            }
            Outcome::fail(
                format!("{} places serve an older version beside a newer one.", findings.len()),
                findings,
            )
        })
    }
}

/// The numbers of a version, and what comes after them: nothing but for a preview such as `v2beta`, which comes before `v2`.
type Version = (u32, u32, bool);

fn shown(&(major, minor, is_final): &Version) -> String {
    let minor = if minor == 0 { String::new() } else { format!(".{minor}") };
    format!("v{major}{minor}{}", if is_final { "" } else { " (a preview)" })
}

/// A part of a path that is a version: `v2`, `v1.1`, `1.0`, `v2beta1`.
fn number(part: &str) -> Option<Version> {
    let marked = part.strip_prefix(['v', 'V']);
    let text = marked.unwrap_or(part);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let mut each = numbers.split('.').map(str::parse);
    let major = each.next()?.ok()?;
    let minor = match each.next() {
        Some(minor) => Some(minor.ok()?),
        None => None,
    };
    // A number alone may be anything.
    let is_version = marked.is_some() || minor.is_some() && rest.is_empty();
    let is_final = rest.is_empty();
    (is_version
        && (is_final || rest.starts_with("alpha") || rest.starts_with("beta"))
        && each.next().is_none())
    .then_some((major, minor.unwrap_or(0), is_final))
}

/// The path before its version, and the version: `api/v2/orders/` is `api/` and 2.
fn version(path: &str) -> Option<(String, Version)> {
    let mut before = String::new();
    for part in path.split('/') {
        let part = part.trim_start_matches('^');
        if let Some(number) = number(&part.replace("\\.", ".")) {
            return Some((before, number));
        }
        before.push_str(part);
        before.push('/');
    }
    None
}
