//! A path that speaks of administration, export or debugging is open to everybody. The words of the path are weak
//! evidence, so all such endpoints are one low finding.
//!
//! Not covered: endpoints whose permissions are classes of the project.

use crate::checks::support::{endpoints, flip, intent};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::endpoints::Endpoint;
use crate::finding::{Finding, Outcome};

pub(crate) struct SensitiveRouteOpen;

const ID: &str = "sensitive-route-open";
const WORDS: [&str; 12] = [
    "admin",
    "administration",
    "backup",
    "backups",
    "console",
    "debug",
    "dump",
    "export",
    "exports",
    "internal",
    "private",
    "staff",
];

impl Check for SensitiveRouteOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, _: &CheckContext<'_>) -> EndpointUse {
        EndpointUse::Basis
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let drf = endpoints::of_drf(cx).map(|(_, all)| all).unwrap_or_default();
            let is_open = |e: &&Endpoint| {
                word(&e.route.path).is_some()
                    && !endpoints::methods(e, endpoints::is_open).is_empty()
                    && flip::kept(cx, &flip::view_of(cx, e)).is_none()
                    && endpoints::owner(e).is_none_or(|owner| intent::public(cx, owner).is_none())
            };
            let open: Vec<&Endpoint> = drf.into_iter().filter(is_open).collect();
            let labels = endpoints::labels(cx, &open, |e| {
                format!("speaks of `{}` and is open", word(&e.route.path).unwrap_or_default())
            });
            let Some(first) = labels.first().cloned() else {
                return endpoints::none(
                    inventory,
                    "No open path speaks of administration, export or debugging.",
                );
            };
            let count = endpoints::count(inventory, &open, endpoints::is_open);
            let message =
                format!("Paths that sound like the inside of the house are open to everybody: {count}.");
            let mut finding = Finding::new(ID, flip::view_of(cx, open[0]), first, message.clone());
            finding.related = labels[1..].to_vec();
            finding.open_views = flip::open_views(cx, &open);
            let finding =
                finding.instruction("Close them, or mark what is for everybody with `drf-harden public`.");
            Outcome::fail(message, vec![finding])
        })
    }
}

/// The sensitive word of a path: a whole part of it, or of a part with dashes.
fn word(path: &str) -> Option<&'static str> {
    let parts = path.split(|c: char| !c.is_alphanumeric());
    parts.into_iter().find_map(|part| WORDS.into_iter().find(|word| part.eq_ignore_ascii_case(word)))
}
