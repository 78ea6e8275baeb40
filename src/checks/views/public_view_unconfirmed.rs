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
        for Candidate { owner, at, view, open, seems } in candidates(cx) {
            match (seems, open) {
                (Seems::Said(reason), _) => kept.push(Label::new(at, format!("kept open: {reason}"))),
                (Seems::Meant(why), true) => asked.push((owner, at, view, why)),
                (Seems::Meant(why), false) => unclear.push(Label::new(at, why)),
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

/// A view that seems to be for everybody.
struct Candidate {
    owner: Owner,
    /// What says that it is open.
    at: Span,
    /// Its dotted name.
    view: String,
    /// Whether it is open; no where it cannot be told.
    open: bool,
    seems: Seems,
}

/// Why a view seems to be for everybody.
enum Seems {
    /// The team has said so, for this reason.
    Said(String),
    /// What it is and does says so.
    Meant(String),
}

/// Views that are, or may be, open by what they say or inherit, and seem to be for everybody.
fn candidates(cx: &CheckContext<'_>) -> Vec<Candidate> {
    let candidate = |owner: Owner, at: Span, open: bool| {
        let view = views::owner_name(cx.index, owner);
        let said = flip::kept(cx, &view).map(|reason| Seems::Said(reason.to_owned()));
        let seems = said.or_else(|| intent::public(cx, owner).map(Seems::Meant))?;
        Some(Candidate { owner, at, view, open, seems })
    };
    let sites = views::policy_sites(cx, Policy::Permission);
    let by_site = sites.iter().filter_map(|site| match guards::openness(cx, site) {
        Openness::Open => candidate(site.owner, site.at(), true),
        Openness::Unclear(_) => candidate(site.owner, site.at(), false),
        Openness::Closed => None,
    });
    let mut found: Vec<Candidate> = by_site.collect();
    for (class, truth) in views::classes(cx) {
        let inherits = truth == Truth::Yes && cx.index.open_by_library(class).is_some();
        let by_library =
            || matches!(cx.index.lookup(class, Policy::Permission.name()), Lookup::Framework { .. });
        let by_method = || matches!(cx.index.lookup(class, "get_permissions"), Lookup::Method { .. });
        if inherits && by_library() && !by_method() {
            let at = cx.index.class(class).name_at;
            found.extend(candidate(Owner::Class(class), at, true));
        }
    }
    found.sort_by_key(|candidate| candidate.at);
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
