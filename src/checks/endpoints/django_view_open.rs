//! Views of plain Django under the prefix of the API: DRF's permissions do not reach them, and nothing of their own asks
//! who calls. The prefix is one below which most endpoints are DRF's.
//!
//! Not covered: views whose code speaks of users or permissions; what they ask is not told here.

use std::collections::BTreeMap;

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{endpoints, flip, intent};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::endpoints::{Endpoint, Exposure, Kind};
use crate::finding::{Finding, Label, Outcome};

pub(crate) struct DjangoViewOpen;

const ID: &str = "django-view-open";
/// So many endpoints of DRF make a prefix that of an API.
const FEWEST: usize = 2;

impl Check for DjangoViewOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, _: &CheckContext<'_>) -> EndpointUse {
        EndpointUse::Basis
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
            for endpoint in &inventory.endpoints {
                let (drf, other) = kinds.entry(prefix(endpoint)).or_default();
                *(if endpoint.kind == Kind::Drf { drf } else { other }) += 1;
            }
            let is_api = |e: &Endpoint| {
                let (drf, other) = kinds.get(prefix(e)).copied().unwrap_or_default();
                !prefix(e).is_empty() && drf >= FEWEST && drf > other
            };
            let mut tally = Tally::default();
            let mut seen = Vec::new();
            for endpoint in inventory.endpoints.iter().filter(|e| e.kind == Kind::Django && is_api(e)) {
                let (Some(owner), Some(at)) =
                    (endpoints::owner(endpoint), endpoints::view_place(cx, endpoint))
                else {
                    continue;
                };
                if seen.contains(&owner) {
                    continue;
                }
                seen.push(owner);
                let view = flip::view_of(cx, endpoint);
                let path = endpoints::path(endpoint);
                let (exposure, why) = cx.access.of_django_view(&endpoint.route.view);
                match exposure {
                    Exposure::Open | Exposure::ReadOpen
                        if flip::kept(cx, &view).is_none() && intent::public(cx, owner).is_none() =>
                    {
                        let short = view.rsplit('.').next().unwrap_or(&view);
                        let message = format!(
                            "`{short}` answers under {path} beside the API, is no DRF view, and asks nobody who they are."
                        );
                        let mut finding =
                            Finding::new(ID, view.clone(), Label::new(at, "asks nobody"), message);
                        finding.open_views = vec![flip::open_view(view, None)];
                        tally.findings.push(finding.instruction(
                        "Make it a DRF view, or put `login_required` around it; where everybody is meant, mark it with `drf-harden public`.",
                    ));
                    }
                    Exposure::Unknown => tally.unclear.push(Label::new(at, why)),
                    _ => tally.passed.push(Label::new(at, "asks who calls, or is meant for everybody")),
                }
            }
            if !inventory.complete && tally.findings.is_empty() && tally.unclear.is_empty() {
                return endpoints::none(inventory, "");
            }
            tally.outcome(&Words {
                places: "views of plain Django under the prefix of the API",
                wrong: "ask nobody who they are",
                right: "ask who calls, or are meant for everybody",
                none: "No view of plain Django stands under the prefix of the API.",
            })
        })
    }
}

/// The first part of the path.
fn prefix(endpoint: &Endpoint) -> &str {
    let path = endpoint.route.path.trim_start_matches('^');
    path.split_once('/').map_or("", |(first, _)| first)
}
