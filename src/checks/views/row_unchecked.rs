//! An `APIView` or `@api_view` function that reads a row by an id from the URL, the query or the body and never asks
//! whether the row is the caller's: such views have no `get_object` that would.
//!
//! Told are rows that belong to an account by their model, and object permissions that are listed but never asked.
//! Generic views are another check's, but for passwords that they set; an owner's id that the caller sends is a third's.
//! <https://www.django-rest-framework.org/api-guide/permissions/#object-level-permissions>

use crate::checks::support::callers;
use crate::checks::support::functions::{stands_alone, wrapped_by};
use crate::checks::support::guards::Guard;
use crate::checks::support::handlers::{self, Site};
use crate::checks::support::intent;
use crate::checks::support::lookups::{Handler, Lookup, Root};
use crate::checks::support::ownership::{self, Ownership};
use crate::checks::support::permission_lists;
use crate::checks::support::takeover;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation, Place};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::ModelName;
use crate::source::Span;

pub(crate) struct RowUnchecked;

const ID: &str = "row-unchecked";

impl Check for RowUnchecked {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in handlers::sites(cx) {
            // A generic view that serves no model has nothing that `get_object` would do for it.
            let serves = |view| handlers::model_of(cx, view).is_some();
            if site.is_generic(cx) && site.view.is_some_and(serves) {
                let found = site.read(cx, |handler| takeover::by_get_object(cx, ID, &site, handler));
                tally.findings.extend(found.flatten());
                continue;
            }
            site.read(cx, |handler| {
                for lookup in handler.lookups() {
                    judge(cx, &site, handler, &lookup, &mut tally);
                }
            });
        }
        tally.outcome(&Words {
            places: "rows read by an id from the caller",
            wrong: "are handed out without asking whose they are",
            right: "are limited to the caller, or belong to nobody",
            none: "No plain view or function reads a row by an id from the caller.",
        })
    }
}

fn judge(
    cx: &CheckContext<'_>,
    site: &Site<'_>,
    handler: &Handler<'_>,
    lookup: &Lookup<'_>,
    tally: &mut Tally,
) {
    let written = !lookup.is_single() && lookup.writes_by_key(handler);
    let read =
        lookup.is_single() && (lookup.origin.url || lookup.origin.body) || lookup.reads_by_keys(handler);
    // What makes a row by anything but its key is meant to make one.
    if lookup.makes() && !lookup.is_by_key(handler) {
        return;
    }
    if !(read || written) || matches!(lookup.root, Root::View) {
        return;
    }
    if takes_owner(cx, lookup) {
        return;
    }
    if lookup.limited {
        return tally.passed.push(Label::new(lookup.at, "limited to the caller"));
    }
    if lookup.is_certain() && handler.is_dropped(lookup) {
        return tally.passed.push(Label::new(lookup.at, "only asks whether there is such a row"));
    }
    let mut unclear = |why: &str| tally.unclear.push(Label::new(lookup.at, why));
    let guard = site.guard(cx);
    if guard.is_special() && !guard.object {
        return tally.passed.push(Label::new(lookup.at, "only chosen callers get in"));
    }
    let owner = match &lookup.root {
        Root::Model(ModelName::Model(model)) => match ownership::of(cx, model) {
            Ownership::Owner(field) => Some(&*field.name),
            Ownership::Perhaps(field) if !guard.object => {
                return unclear(&format!("whether `{}` means an owner is not told by the model", field.name));
            }
            Ownership::Nobody if !guard.object => {
                return tally.passed.push(Label::new(lookup.at, "the rows belong to no account"));
            }
            _ => None,
        },
        _ if guard.object => None,
        Root::Model(ModelName::Library(_)) => return,
        Root::Model(ModelName::User) => {
            let row = handler.stored(lookup).map(|(_, name)| name);
            if let Some(row) =
                row.filter(|row| guard.login && takeover::sets_password(cx, site, handler, row))
            {
                return tally.findings.push(takeover::finding(cx, ID, site, lookup.at, row));
            }
            return unclear("which accounts a caller may look at is not written down");
        }
        _ => return unclear("the model is not found, so it cannot be told whose the row is"),
    };
    if let Some(name) = wrapped_by(site.item) {
        return unclear(&format!("`{name}` wraps the function"));
    }
    let row = handler.stored(lookup).map(|(_, name)| name);
    if let Some(why) = handler.checks_by_hand(row) {
        return unclear(&why);
    }
    if let Some(why) = &guard.unclear {
        return unclear(why);
    }
    let by_url = || site.view.and_then(|view| permission_lists::reads_url(cx, view));
    if let Some(name) = (guard.object && lookup.origin.url).then(by_url).flatten() {
        return unclear(&format!("`{name}` looks at the URL before the row is read"));
    }
    if let Some(why) = (!guard.login).then(|| intent::public(cx, site.owner)).flatten() {
        return unclear(&why);
    }
    let whose = match owner {
        _ if guard.object => {
            "although its permission classes have a say about objects: nothing asks them here".to_owned()
        }
        Some(owner) => format!("whoever `{owner}` says that it belongs to"),
        None => return,
    };
    let does = if written { "changes or deletes" } else { "hands out" };
    let message = format!("{} {does} a row by the id that the caller sends, {whose}.", site.words(cx));
    let mut finding = Finding::new(ID, site.symbol(cx), Label::new(lookup.at, "any id is taken"), message);
    finding.related.push(Label::new(site.item.name_at, if written { "does it" } else { "answers with it" }));
    finding.confidence = (!guard.object).then_some(Confidence::Med);
    let by_hand = match (owner, site.view) {
        (Some(owner), _) => format!("Look the row up among the caller's own, such as by `{owner}=request.user`."),
        (None, Some(_)) if written => {
            "Fetch the row, and call `self.check_object_permissions(request, obj)` before it is changed.".to_owned()
        }
        (None, Some(_)) => "Call `self.check_object_permissions(request, obj)` right after the lookup.".to_owned(),
        (None, None) => {
            "A function view has no object check: limit the lookup to the caller's own rows, or make it a class."
                .to_owned()
        }
    };
    tally.findings.push(match fix(cx, handler, lookup, &guard, owner) {
        Some(fix) => finding.fix(fix),
        None => finding.instruction(by_hand),
    });
}

fn fix(
    cx: &CheckContext<'_>,
    handler: &Handler<'_>,
    lookup: &Lookup<'_>,
    guard: &Guard,
    owner: Option<&str>,
) -> Option<Fix> {
    if !lookup.is_certain() || handler.function().is_async {
        return None;
    }
    let request = handler.request()?;
    if guard.object {
        let receiver = handler.receiver()?;
        let (statement, name) = handler.stored(lookup)?;
        let at = Span::new(lookup.at.file, statement);
        let lines = vec![format!("{receiver}.check_object_permissions({request}, {name})")];
        return stands_alone(cx.sources.text(at.file), at).then(|| Fix {
            title: "Check the object permissions of the row".to_owned(),
            effect: Effect::Tightens,
            effect_note:
                "Callers whom the view's permission classes refuse for this object get 403 instead of it."
                    .to_owned(),
            operations: vec![Operation::AddStatement { file: at.file, lines, place: Place::After(at) }],
        });
    }
    let owner = owner?;
    let (keyword, value) = callers::condition(cx, owner, &request, guard.login);
    Some(Fix {
        title: format!("Look the row up by `{owner}` too"),
        effect: Effect::Tightens,
        effect_note: "Callers get 404 for rows of other accounts; so do staff.".to_owned(),
        operations: vec![Operation::SetKeyword { call: lookup.at, name: keyword, value: Code::Name(value) }],
    })
}

/// Whether a condition is on the owner already; whose it takes is another check's.
fn takes_owner(cx: &CheckContext<'_>, lookup: &Lookup<'_>) -> bool {
    let Root::Model(ModelName::Model(model)) = &lookup.root else { return false };
    let Ownership::Owner(field) = ownership::of(cx, model) else { return false };
    lookup.conditions.iter().any(|(keyword, _)| {
        keyword.strip_prefix(&*field.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    }) && !lookup.limited
}
