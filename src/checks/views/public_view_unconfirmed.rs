//! Views that let everybody in and seem meant to: logins, tokens, sign-ups, health checks, documentation, webhooks that
//! check a signature, subclasses of library views that are open by themselves. One finding asks about all of them once;
//! what the team says is kept in the decisions file, and such views are not asked about again.
//!
//! Not covered: library views that are routed as they are, and views that are open by the default.

use crate::checks::support::{flip, guards, intent, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::{Lookup, Openness, Owner, Policy};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct PublicViewUnconfirmed;

const ID: &str = "public-view-unconfirmed";

impl Check for PublicViewUnconfirmed {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let (mut asked, mut kept, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
        for (owner, at, open) in candidates(cx) {
            let view = views::owner_name(cx.index, owner);
            let reason = flip::kept(cx, &view);
            match (reason, open, intent::public(cx, owner)) {
                (Some(reason), _, _) => kept.push(Label::new(at, format!("kept open: {reason}"))),
                (None, true, Some(why)) => asked.push((owner, at, view, why)),
                (None, false, Some(why)) => unclear.push(Label::new(at, why)),
                (None, _, None) => {}
            }
        }
        let (passed, of) = (kept.len() as u32, (kept.len() + asked.len() + unclear.len()) as u32);
        let outcome = if !asked.is_empty() {
            let finding = finding(cx, &asked);
            Outcome::fail(finding.message.clone(), vec![finding])
        } else if !unclear.is_empty() {
            let many = unclear.len();
            Outcome::unknown(
                format!("{many} views seem meant for everybody, and whether they are open cannot be told."),
                unclear,
            )
        } else if kept.is_empty() {
            Outcome::pass("No view is open and seems meant to be.", Vec::new())
        } else {
            Outcome::pass(format!("The team has said of {passed} open views that they are public."), kept)
        };
        outcome.with_places(passed, of)
    }
}

/// Views that are open by what they say or inherit, with the place that says so; no where it cannot be told.
fn candidates(cx: &CheckContext<'_>) -> Vec<(Owner, Span, bool)> {
    let sites = views::policy_sites(cx, Policy::Permission);
    let mut found: Vec<(Owner, Span, bool)> = sites
        .iter()
        .filter_map(|site| match guards::openness(cx, site) {
            Openness::Open => Some((site.owner, site.at(), true)),
            Openness::Unclear(_) => Some((site.owner, site.at(), false)),
            Openness::Closed => None,
        })
        .collect();
    for (class, truth) in views::classes(cx) {
        let inherits = truth == Truth::Yes && cx.index.open_by_library(class).is_some();
        let by_library =
            || matches!(cx.index.lookup(class, Policy::Permission.name()), Lookup::Framework { .. });
        let by_method = || matches!(cx.index.lookup(class, "get_permissions"), Lookup::Method { .. });
        if inherits && by_library() && !by_method() {
            found.push((Owner::Class(class), cx.index.class(class).name_at, true));
        }
    }
    found.sort_by_key(|(_, at, _)| *at);
    found
}

fn finding(cx: &CheckContext<'_>, asked: &[(Owner, Span, String, String)]) -> Finding {
    let (owner, at, symbol, why) = &asked[0];
    let first = views::view_name(cx.index, *owner);
    let message = match asked.len() - 1 {
        0 => format!("{first} is open to everybody and seems meant to be: {why}."),
        1 => format!("{first} and one more view are open to everybody and seem meant to be."),
        more => format!("{first} and {more} more views are open to everybody and seem meant to be."),
    };
    let related = asked[1..].iter().take(SHOWN).map(|(_, at, _, why)| Label::new(*at, why.clone()));
    let mut finding = Finding::new(ID, symbol, Label::new(*at, why.clone()), message).related(related);
    finding.open_views =
        asked.iter().map(|(_, _, view, why)| flip::open_view(view.clone(), Some(why.clone()))).collect();
    finding.instruction(
        "Say once which of them are for everybody: `drf-harden public` lists them and keeps the answer. Close the others.",
    )
}

/// Places beyond this number say nothing more.
const SHOWN: usize = 12;
