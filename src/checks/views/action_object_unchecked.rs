//! A detail action or handler of a generic view that fetches the view's own row by the key in the URL instead of
//! calling `self.get_object()`, and so skips the object permissions and the limits of `get_queryset`.
//!
//! Passed over: lookups of another model, lookups that the caller's account limits, and views for chosen callers only
//! that ask nothing of the object. `get_object` itself is another check's.
//! <https://www.django-rest-framework.org/api-guide/permissions/#object-level-permissions>

use crate::checks::support::functions::{stands_alone, wrapped_by};
use crate::checks::support::guards::Guard;
use crate::checks::support::handlers::{self, Served, Site};
use crate::checks::support::lookups::{Handler, Lookup, Root};
use crate::checks::support::ownership::{self, Ownership};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation, Place};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::{ClassId, Expression, FrameworkValue, Lookup as Found, ModelName};
use crate::source::Span;

pub(crate) struct ActionObjectUnchecked;

const ID: &str = "action-object-unchecked";

impl Check for ActionObjectUnchecked {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in handlers::sites(cx) {
            let Some(view) = site.view.filter(|_| site.is_generic(cx)) else { continue };
            let served = handlers::model_of(cx, view);
            site.read(cx, |handler| {
                for lookup in handler.lookups() {
                    judge(cx, &site, view, served.as_ref(), handler, &lookup, &mut tally);
                }
            });
        }
        tally.outcome(&Words {
            places: "lookups of a view's own row",
            wrong: "go past `get_object`",
            right: "are limited to the caller, or skip nothing",
            none: "No detail handler fetches its row by itself.",
        })
    }
}

fn judge(
    cx: &CheckContext<'_>,
    site: &Site<'_>,
    view: ClassId,
    served: Option<&Served<'_>>,
    handler: &Handler<'_>,
    lookup: &Lookup<'_>,
    tally: &mut Tally,
) {
    let written = lookup.writes_by_key(handler);
    if !lookup.origin.url || !(written || lookup.is_single()) {
        return;
    }
    let own_rows = matches!(lookup.root, Root::View);
    if !own_rows && !is_same(lookup, served) {
        return;
    }
    let row = handler.stored(lookup).map(|(_, name)| name);
    if lookup.limited && !own_rows {
        return tally.passed.push(Label::new(lookup.at, "limited to the caller"));
    }
    if let Some(name) = wrapped_by(site.item) {
        return tally.unclear.push(Label::new(lookup.at, format!("`{name}` wraps the method")));
    }
    if let Some(why) = handler.checks_by_hand(row) {
        return tally.unclear.push(Label::new(lookup.at, why));
    }
    if let Some(why) = own_rows.then(|| handler.queryset_is_set()).flatten() {
        return tally.unclear.push(Label::new(lookup.at, why));
    }
    let guard = site.guard(cx);
    let limited_rows = !own_rows && handler.view_is_limited();
    let skips = guard.object || limited_rows;
    if let (Some(why), false) = (&guard.unclear, skips) {
        return tally.unclear.push(Label::new(lookup.at, why.clone()));
    }
    let Some(doubt) = doubt(cx, &guard, skips, own_rows, lookup) else {
        return tally.passed.push(Label::new(lookup.at, "the view asks nothing of its objects"));
    };
    let name = site.words(cx);
    let what = match (guard.object, limited_rows) {
        (true, true) => "so neither the object permissions nor the limits of `get_queryset` count",
        (true, false) => "so no object permission is asked",
        (false, true) => "so the limits of `get_queryset` do not count",
        (false, false) => "so an object permission would not be asked",
    };
    let (does, label) =
        if written { ("changes or deletes", "past `get_object`") } else { ("fetches", "fetched by hand") };
    let message = format!("{name} {does} its row by the key in the URL and not by `get_object`, {what}.");
    let mut finding = Finding::new(ID, site.symbol(cx), Label::new(lookup.at, label), message);
    finding.related.push(Label::new(site.item.name_at, "answers for one object"));
    if doubt {
        finding.confidence = Some(Confidence::Low);
        finding.severity = Some(Severity::Low);
    }
    let by_hand =
        "Fetch the row by `self.get_object()`, or call `self.check_object_permissions(request, obj)` on it.";
    tally.findings.push(match fix(cx, view, handler, lookup, &guard) {
        Some(fix) => finding.fix(fix),
        None => finding.instruction(by_hand),
    });
}

/// Whether to tell, and with doubt; `None` when nothing is skipped that matters.
fn doubt(
    cx: &CheckContext<'_>,
    guard: &Guard,
    skips: bool,
    own_rows: bool,
    lookup: &Lookup<'_>,
) -> Option<bool> {
    if skips {
        return Some(false);
    }
    if own_rows || guard.is_special() || !guard.login {
        return None;
    }
    match &lookup.root {
        Root::Model(ModelName::Model(model)) => match ownership::of(cx, model) {
            Ownership::Owner(_) => Some(true),
            Ownership::Perhaps(_) | Ownership::Nobody => None,
        },
        Root::Named => Some(true),
        _ => None,
    }
}

/// Whether a lookup is of the model that the view serves.
fn is_same(lookup: &Lookup<'_>, served: Option<&Served<'_>>) -> bool {
    let Some(served) = served else { return false };
    match &lookup.root {
        Root::Model(ModelName::Model(model)) => served.model.is_some_and(|m| m.class == model.class),
        Root::Model(ModelName::User) => {
            served.model.is_some_and(|m| m.is_user) || served.name == lookup_name(lookup)
        }
        Root::Named => served.model.is_none() && served.name == lookup_name(lookup),
        _ => false,
    }
}

/// `Order` of `models.Order.objects`.
fn lookup_name<'l>(lookup: &'l Lookup<'_>) -> &'l str {
    let name = lookup.model_name.split(".objects").next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or(name)
}

fn fix(
    cx: &CheckContext<'_>,
    view: ClassId,
    handler: &Handler<'_>,
    lookup: &Lookup<'_>,
    guard: &Guard,
) -> Option<Fix> {
    let receiver = handler.receiver()?;
    if handler.function().is_async || !lookup.is_certain() {
        return None;
    }
    let effect_note =
        "Callers to whom the view does not show this object, or whom its permission classes refuse, get \
                       404 or 403 instead of it."
            .to_owned();
    let guarded = handler.is_guarded(lookup.at.text_range());
    if lookup.steps.len() == 1 && !guarded && is_by_lookup_field(cx, view, handler, lookup) {
        let call = Code::Call(format!("{receiver}.get_object"), Vec::new(), Vec::new());
        return Some(Fix {
            title: "Fetch the row by `get_object`".to_owned(),
            effect: Effect::Tightens,
            effect_note,
            operations: vec![Operation::ReplaceExpression { at: lookup.at, with: call }],
        });
    }
    // The check alone puts right only what object permissions decide.
    if !guard.object || matches!(lookup.root, Root::Model(_)) && handler.view_is_limited() {
        return None;
    }
    let (statement, name) = handler.stored(lookup)?;
    let at = Span::new(lookup.at.file, statement);
    if !stands_alone(cx.sources.text(at.file), at) {
        return None;
    }
    let request = handler.request()?;
    let lines = vec![format!("{receiver}.check_object_permissions({request}, {name})")];
    Some(Fix {
        title: "Check the object permissions of the row".to_owned(),
        effect: Effect::Tightens,
        effect_note,
        operations: vec![Operation::AddStatement { file: at.file, lines, place: Place::After(at) }],
    })
}

/// Whether the one condition is what `get_object` would look up by itself.
fn is_by_lookup_field(
    cx: &CheckContext<'_>,
    view: ClassId,
    handler: &Handler<'_>,
    lookup: &Lookup<'_>,
) -> bool {
    let attribute = |name: &str| match cx.index.lookup(view, name) {
        Found::Value { value, .. } => match &value.value {
            Expression::Str(text) => Some(text.to_string()),
            _ => None,
        },
        Found::Framework { value: Some(FrameworkValue::One(text)), .. } => Some(text.clone()),
        _ => None,
    };
    let names_rows = ["queryset", "get_queryset"]
        .iter()
        .any(|name| matches!(cx.index.lookup(view, name), Found::Value { .. } | Found::Method { .. }));
    let ([(keyword, value)], Some(field), true) =
        (&lookup.conditions[..], attribute("lookup_field"), names_rows)
    else {
        return false;
    };
    let argument = attribute("lookup_url_kwarg").filter(|a| a != "None").unwrap_or_else(|| field.clone());
    let same_field = *keyword == field || field == "pk" && *keyword == "id";
    let text = cx.sources.slice(Span::new(lookup.at.file, crate::python::Ranged::range(*value)));
    let quoted = |q: char| format!("kwargs[{q}{argument}{q}]");
    let bare = text.strip_prefix("self.").unwrap_or(text);
    let same_key = text == argument && handler.keys().contains(&&*argument)
        || bare == quoted('"')
        || bare == quoted('\'');
    same_field && same_key
}
