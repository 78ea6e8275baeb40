//! A view that lists or creates is guarded by classes that only decide about single objects. DRF asks
//! `has_object_permission` when a view fetches an object; for a list or a new row nobody is asked anything.
//!
//! Left alone: lists that are limited to the caller, and views that ask for something in general all the same, by another
//! class or by a method.
//! <https://www.django-rest-framework.org/api-guide/permissions/#limitations-of-object-level-permissions>

use crate::checks::support::classes::find;
use crate::checks::support::guards::{self, Counted};
use crate::checks::support::permission_lists::{Named, ask_first, is_object_only, leaves};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::endpoints::Exposure;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Lookup, Owner, Policy, PolicySite};
use crate::settings::Truth;

pub(crate) struct ObjectPermissionOnCollection;

const ID: &str = "object-permission-on-collection";

impl Check for ObjectPermissionOnCollection {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in views::policy_sites(cx, Policy::Permission) {
            let Owner::Class(class) = site.owner else { continue };
            let Some(elements) = cx.index.list_elements(site.at(), Some(class), site.value) else { continue };
            let guards: Vec<ClassId> = elements
                .iter()
                .flat_map(|e| leaves(cx.index, e))
                .filter_map(|n| if let Named::Project(id) = n { Some(id) } else { None })
                .filter(|&id| is_object_only(cx.index, id))
                .collect();
            let Some(&guard) = guards.first() else { continue };
            let (open, unclear) = unguarded(cx, &guards::counted(cx, &site), guard);
            let at = site.at();
            match unclear {
                _ if !open.is_empty() && site.view == Truth::Yes => {
                    tally.findings.push(finding(cx, &site, class, guard, &open));
                }
                _ if !open.is_empty() => tally.unclear.push(Label::new(at, "it may be no view")),
                Some(why) => tally.unclear.push(Label::new(at, why)),
                None => tally.passed.push(Label::new(
                    at,
                    "only single objects, the caller's own, or something is asked before",
                )),
            }
        }
        for (class, view) in views::classes(cx) {
            let Some(method) = cx.index.class(class).method(Policy::Permission.method()) else { continue };
            if view == Truth::Yes {
                by_method(cx, class, method, &mut tally);
            }
        }
        tally.outcome(&Words {
            places: "views guarded by object permissions",
            wrong: "let everybody list or create",
            right: "ask something before a list or a new row",
            none: "No view is guarded by a permission that only decides about objects.",
        })
    }
}

/// A view whose `get_permissions` gives such classes alone for a list or a new row.
fn by_method(cx: &CheckContext<'_>, class: ClassId, method: &FunctionItem, tally: &mut Tally) {
    let counted = guards::counted_view(cx, class);
    let only_objects = |names: &Vec<String>| {
        let mut each =
            names.iter().map(|name| find(cx.index, name).filter(|id| is_object_only(cx.index, *id)));
        each.next().flatten().filter(|_| each.all(|id| id.is_some()))
    };
    let guard = counted
        .handlers()
        .filter(|h| matches!(&*h.name, "list" | "create" | "get" | "post"))
        .find_map(|h| h.asked.classes.as_ref().and_then(only_objects));
    let Some(guard) = guard else { return };
    let (open, _) = unguarded(cx, &[counted], guard);
    if open.is_empty() {
        return;
    }
    let (view, name) = (&cx.index.class(class).name, &cx.index.class(guard).name);
    let what = open.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(" and ");
    let message = format!(
        "`{name}` decides about single objects only, and `get_permissions` of `{view}` gives nothing else for {what}: \
         there DRF asks nobody anything, so everybody gets in."
    );
    let symbol = format!("{}.get_permissions", cx.index.class_name(class));
    let mut found = Finding::new(
        ID,
        symbol,
        Label::new(method.name_at, "asks nothing before an object is fetched"),
        message,
    )
    .related([Label::new(cx.index.class(guard).name_at, "has no `has_permission` that asks")]);
    if views::has_comment(cx, method.name_at) || views::looks_at_caller(cx, Owner::Class(class)) {
        found.confidence = Some(Confidence::Low);
    }
    tally.findings.push(found.instruction(format!(
        "Give `{name}` a `has_permission` that asks for what {what} needs, or return `IsAuthenticated()` beside it."
    )));
}

/// What views offer to everybody without an object, `list` or `create`, and why some of that cannot be told.
fn unguarded(
    cx: &CheckContext<'_>,
    views: &[Counted],
    guard: ClassId,
) -> (Vec<&'static str>, Option<String>) {
    let reads_are_free = cx.sources.slice(cx.index.class(guard).at).contains("SAFE_METHODS");
    let mut open = Vec::new();
    let mut unclear = None;
    for (view, handler) in views.iter().flat_map(|v| v.handlers().map(|h| (v.view, h))) {
        let Some(view) = view else { continue };
        let (name, asks): (_, &[&str]) = match &*handler.name {
            "list" | "get" if !reads_are_free => ("list", &["get_queryset", "list", "filter_queryset"]),
            "create" | "post" => ("create", &["perform_create", "create", "get_queryset"]),
            _ => continue,
        };
        if !comes_to(cx, view, &handler.name, name) || looks_at_caller(cx, view, asks) {
            continue;
        }
        match handler.asked.exposure {
            Exposure::Open | Exposure::ReadOpen => open.push(name),
            Exposure::Unknown => unclear = Some(handler.asked.why.clone()),
            Exposure::Authenticated | Exposure::Restricted => {}
        }
    }
    open.sort_unstable();
    open.dedup();
    (open, unclear)
}

/// Whether a handler of a view comes to DRF's `list` or `create`: it is that action, or calls it as generic views do.
fn comes_to(cx: &CheckContext<'_>, view: ClassId, handler: &str, action: &str) -> bool {
    let offers = !matches!(cx.index.lookup(view, action), Lookup::Absent | Lookup::Unknown(_));
    let calls = match cx.index.lookup(view, handler) {
        Lookup::Method { method, .. } => cx.sources.slice(method.at).contains(&format!(".{action}(")),
        _ => true,
    };
    offers && (handler == action || calls)
}

/// Whether one of these methods of the project asks who calls.
fn looks_at_caller(cx: &CheckContext<'_>, view: ClassId, methods: &[&str]) -> bool {
    methods.iter().any(|name| match cx.index.lookup(view, name) {
        Lookup::Method { method, .. } => {
            let text = cx.sources.slice(method.at);
            ["request.user", "request.auth", "permission", "current_user", ".user"]
                .iter()
                .any(|w| text.contains(w))
        }
        Lookup::Unknown(_) => true,
        _ => false,
    })
}

fn finding(
    cx: &CheckContext<'_>,
    site: &PolicySite<'_>,
    class: ClassId,
    guard: ClassId,
    open: &[&str],
) -> Finding {
    let (view, name) = (&cx.index.class(class).name, &cx.index.class(guard).name);
    let what = open.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(" and ");
    let message = format!(
        "`{name}` decides about single objects only, and `{view}` offers {what}: there DRF asks nobody anything, so \
         everybody gets in."
    );
    let symbol = views::symbol(cx.index, site, Policy::Permission);
    let label = Label::new(site.at(), "asks nothing before an object is fetched");
    let mut found = Finding::new(ID, symbol, label, message)
        .related([Label::new(cx.index.class(guard).name_at, "has no `has_permission` that asks")]);
    if views::has_comment(cx, site.at()) || views::looks_at_caller(cx, site.owner) {
        found.confidence = Some(Confidence::Low);
    }
    let reads_are_free = cx.sources.slice(cx.index.class(guard).at).contains("SAFE_METHODS");
    let first = if reads_are_free { "IsAuthenticatedOrReadOnly" } else { "IsAuthenticated" };
    match ask_first(cx.index, site, first) {
        Some(operations) => found.fix(Fix {
            title: format!("Ask for `{first}` first"),
            effect: Effect::Tightens,
            effect_note: format!("Callers without a login are refused by `{view}`."),
            operations,
        }),
        None => found.instruction(format!(
            "Give `{name}` a `has_permission` that asks for what {what} needs, or name `{first}` beside it."
        )),
    }
}
