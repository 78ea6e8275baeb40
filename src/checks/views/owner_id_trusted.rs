//! A lookup by the owner's id that the caller sends: `Order.objects.filter(user_id=request.data["user_id"])`. Whoever
//! sends another id gets the rows of another account. Or a row that is stored with such an id: it is made in the name of
//! another account.
//!
//! Told is a condition on the relation that says whose a row is by its model, in handlers and in `get_queryset`, and a
//! value for it where a row is made. Views for chosen callers are passed over: staff act on others by design. So are
//! rows that tie accounts together, which are made for others: members, invitations, messages.
//! <https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/>

use crate::checks::support::callers;
use crate::checks::support::functions::wrapped_by;
use crate::checks::support::guards::{self, Handlers};
use crate::checks::support::handlers::{self, Site};
use crate::checks::support::intent;
use crate::checks::support::lookups::{Handler, Lookup, Root};
use crate::checks::support::ownership;
use crate::checks::support::rows::{self, Limits};
use crate::checks::support::stores::{self, Store};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::ModelName;
use crate::python::Ranged as _;
use crate::python::ast::Expr;
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct OwnerIdTrusted;

const ID: &str = "owner-id-trusted";

impl Check for OwnerIdTrusted {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in handlers::sites(cx).into_iter().chain(handlers::querysets(cx)) {
            site.read(cx, |handler| {
                for lookup in handler.lookups() {
                    for (keyword, value) in &lookup.conditions {
                        judge(cx, &site, handler, &lookup, (*keyword, *value), &mut tally);
                    }
                }
            });
        }
        for site in handlers::sites(cx).into_iter().chain(stores::hooks(cx)) {
            site.read(cx, |handler| {
                for store in stores::read(cx, &site, handler) {
                    judge_stored(cx, &site, handler, &store, &mut tally);
                }
            });
        }
        tally.outcome(&Words {
            places: "lookups and rows by an owner",
            wrong: "take the owner's id from the caller",
            right: "take the owner from the login",
            none: "No view takes an owner whose id the caller sends.",
        })
    }
}

fn judge(
    cx: &CheckContext<'_>,
    site: &Site<'_>,
    handler: &Handler<'_>,
    lookup: &Lookup<'_>,
    (keyword, value): (&str, &Expr),
    tally: &mut Tally,
) {
    let Root::Model(ModelName::Model(model)) = &lookup.root else {
        // Without the model a name says little; what it suggests is told as open.
        let suggests =
            matches!(&lookup.root, Root::Named) && matches!(keyword, "user_id" | "owner_id" | "account_id");
        let origin = handler.origin(value);
        if suggests && !origin.caller && (origin.url || origin.body) && !lookup.limited {
            tally.unclear.push(Label::new(
                lookup.at,
                "the model is not found, so it cannot be told whose rows these are",
            ));
        }
        return;
    };
    let Some((path, sure)) = ownership::path(cx, model, keyword) else { return };
    let at = Span::new(lookup.at.file, value.range());
    let origin = handler.origin(value);
    if origin.caller || lookup.limited {
        return tally.passed.push(Label::new(at, "the owner is the caller"));
    }
    if !origin.url && !origin.body {
        return;
    }
    let name = &cx.index.class(model.class).name;
    if name.ends_with("Profile") && reads(cx, site) {
        let why = "a profile may be there for other accounts to read";
        return tally.unclear.push(Label::new(at, why));
    }
    let guard = match site.view.filter(|_| gives_rows(site)) {
        // What stands behind `get_queryset` may limit its rows, or ask for each of them.
        Some(view) => match rows::limits(cx, view) {
            Limits::Fine(why) => return tally.passed.push(Label::new(at, why)),
            Limits::Unclear(why) => return tally.unclear.push(Label::new(at, why)),
            Limits::None(_) => guards::of(cx, site.owner, Handlers::OfRows),
        },
        None => site.guard(cx),
    };
    if guard.is_special() && !guard.object {
        return tally.passed.push(Label::new(at, "only chosen callers get in"));
    }
    let row = handler.stored(lookup).map(|(_, name)| name);
    let wrapped = wrapped_by(site.item).map(|name| format!("`{name}` wraps the function"));
    let unsure = (!sure).then(|| format!("whether `{keyword}` means an owner is not told by the model"));
    // A login looks up the account that the caller has just proven to be.
    let public = || (!guard.login).then(|| intent::public(cx, site.owner)).flatten();
    let by_hand = || handler.checks_by_hand(row);
    if let Some(why) = unsure.or(wrapped).or_else(by_hand).or_else(|| guard.unclear.clone()).or_else(public) {
        return tally.unclear.push(Label::new(at, why));
    }
    // What is added to a lookup is a lookup of its own, with the same condition.
    if tally.findings.iter().any(|told| told.primary.span == at) {
        return;
    }
    let source = if origin.body { "the request" } else { "the URL" };
    let message = format!(
        "{} looks up `{name}` by the `{keyword}` that {source} names, so any account's rows can be had.",
        site.words(cx)
    );
    let mut finding = Finding::new(ID, site.symbol(cx), Label::new(at, "chosen by the caller"), message);
    finding.related.push(Label::new(site.item.name_at, "answers with it"));
    finding.confidence = (!origin.body).then_some(Confidence::Low);
    let by_hand = format!("Look up by the caller: `{keyword}={}`.", caller("request", path));
    // An anonymous caller is no value for the relation, but has a key: none.
    let path = if !guard.login && path.is_empty() && !callers::are_none(cx) { "_id" } else { path };
    let keyless = !path.is_empty() && callers::are_none(cx) && !guard.login;
    let request = handler.request().filter(|_| !keyless && !path.contains("__"));
    tally.findings.push(match request {
        Some(request) => finding.fix(Fix {
            title: format!("Take `{keyword}` from the login"),
            effect: Effect::Tightens,
            effect_note:
                "What callers send for the owner is no longer looked at; they get their own rows only."
                    .to_owned(),
            operations: vec![Operation::ReplaceExpression { at, with: Code::Name(caller(&request, path)) }],
        }),
        None => finding.instruction(by_hand),
    });
}

/// Words of models whose rows one account makes for another.
const BETWEEN_ACCOUNTS: [&str; 22] = [
    "member",
    "invit",
    "assign",
    "notif",
    "follow",
    "friend",
    "share",
    "grant",
    "role",
    "permission",
    "message",
    "participant",
    "attend",
    "contact",
    "connection",
    "relation",
    "request",
    "block",
    "report",
    "review",
    "staff",
    "access",
];

fn judge_stored(
    cx: &CheckContext<'_>,
    site: &Site<'_>,
    handler: &Handler<'_>,
    store: &Store<'_, '_>,
    tally: &mut Tally,
) {
    let Some((path, sure)) = ownership::path(cx, store.model, store.field) else { return };
    let at = stores::place(site, store);
    let origin = handler.origin(store.value);
    if origin.caller {
        return tally.passed.push(Label::new(at, "the owner is the caller"));
    }
    // What a serializer has checked may be refused there.
    if !(origin.url || origin.body) || origin.validated {
        return;
    }
    let guard = site.guard(cx);
    if guard.is_special() {
        return tally.passed.push(Label::new(at, "only chosen callers get in"));
    }
    let name = &cx.index.class(store.model.class).name;
    let between = BETWEEN_ACCOUNTS.iter().any(|word| name.to_lowercase().contains(word));
    let several = store.model.user_fields().nth(1).is_some();
    let meant = (between || several).then(|| format!("`{name}` may be made by one account for another"));
    let unsure =
        (!sure).then(|| format!("whether `{}` means an owner is not told by the model", store.field));
    let wrapped = wrapped_by(site.item).map(|name| format!("`{name}` wraps the function"));
    let stranger = || (!guard.login).then(|| "callers need no account".to_owned());
    let by_hand = || handler.checks_by_hand(None);
    if let Some(why) =
        unsure.or(meant).or(wrapped).or_else(by_hand).or_else(|| guard.unclear.clone()).or_else(stranger)
    {
        return tally.unclear.push(Label::new(at, why));
    }
    let source = if origin.body { "the request" } else { "the URL" };
    let message = format!(
        "{} stores `{name}` with the `{}` that {source} names, so a caller acts in the name of any account.",
        site.words(cx),
        store.field
    );
    let mut finding = Finding::new(ID, site.symbol(cx), Label::new(at, "chosen by the caller"), message);
    finding.related.push(Label::new(site.item.name_at, "stores it"));
    finding.confidence = Some(Confidence::Low);
    let by_hand = format!("Store it for the caller: `{}={}`.", store.field, caller("request", path));
    tally.findings.push(match handler.request().filter(|_| !path.contains("__")) {
        Some(request) => finding.fix(Fix {
            title: format!("Take `{}` from the login", store.field),
            effect: Effect::Tightens,
            effect_note:
                "What callers send for the owner is no longer looked at; rows are stored as their own."
                    .to_owned(),
            operations: vec![Operation::ReplaceExpression { at, with: Code::Name(caller(&request, path)) }],
        }),
        None => finding.instruction(by_hand),
    });
}

/// Whether a site gives the rows that handlers of the view serve.
fn gives_rows(site: &Site<'_>) -> bool {
    &*site.item.name == "get_queryset"
}

/// Whether a site only answers reads.
fn reads(cx: &CheckContext<'_>, site: &Site<'_>) -> bool {
    match site.view.filter(|_| gives_rows(site)) {
        Some(view) => ["UpdateModelMixin", "DestroyModelMixin"].iter().all(|mixin| {
            let mixin = format!("rest_framework.mixins.{mixin}");
            cx.index.is_subclass_of(view, &mixin) == Truth::No
        }),
        None => matches!(&*site.item.name, "get" | "list" | "retrieve"),
    }
}

/// How the caller's own value is written for such a condition.
fn caller(request: &str, path: &str) -> String {
    match path {
        "" => format!("{request}.user"),
        "_id" | "_pk" => format!("{request}.user.pk"),
        other => format!("{request}.user.{}", other.trim_start_matches('_')),
    }
}
