//! A view that lists or creates is guarded by classes that only decide about single objects. DRF asks
//! `has_object_permission` when a view fetches an object; for a list or a new row nobody is asked anything.
//!
//! Left alone: lists that are limited to the caller, and classes beside one that asks for something in general.
//! <https://www.django-rest-framework.org/api-guide/permissions/#limitations-of-object-level-permissions>

use crate::checks::support::permission_lists::{Named, ask_first, is_object_only, leaves, lets_anonymous_in};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::{Ancestor, ClassId, Lookup, Owner, Policy, PolicySite};
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
            let all = elements.iter().fold(Truth::Yes, |all, e| all.and(lets_anonymous_in(cx, e)));
            let open = unguarded(cx, class, guard);
            match (all, views::decided_by_method(cx, &site, Policy::Permission)) {
                (Truth::No, _) => {
                    tally.passed.push(Label::new(site.at(), "another class asks for something"));
                }
                _ if open.is_empty() => {
                    tally.passed.push(Label::new(site.at(), "only single objects, or the caller's own"));
                }
                (Truth::Yes, None) if site.view == Truth::Yes => {
                    tally.findings.push(finding(cx, &site, class, guard, &open));
                }
                (Truth::Yes, _) => tally.unclear.push(Label::new(site.at(), "a method may add to it")),
                (Truth::Maybe, _) => {
                    tally.passed.push(Label::new(site.at(), "another class of the project is asked as well"));
                }
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

/// What a class, or a view that inherits its permissions, offers without an object: `list`, `create`.
fn unguarded(cx: &CheckContext<'_>, class: ClassId, guard: ClassId) -> Vec<&'static str> {
    let index = cx.index;
    let inherits = |view: ClassId| index.mro(view).order.contains(&Ancestor::Project(class));
    let same = |view: ClassId| matches!(index.lookup(view, "permission_classes"), Lookup::Value { class: of, .. } if of == class);
    let users: Vec<ClassId> =
        index.views().map(|(id, _)| id).filter(|&id| inherits(id) && same(id)).collect();
    let reads_are_free = cx.sources.slice(index.class(guard).at).contains("SAFE_METHODS");
    let mut open = Vec::new();
    for view in users {
        let offers =
            |name: &str| matches!(index.lookup(view, name), Lookup::Framework { .. } | Lookup::Method { .. });
        if offers("list")
            && !reads_are_free
            && !looks_at_caller(cx, view, &["get_queryset", "list", "filter_queryset"])
        {
            open.push("list");
        }
        if offers("create") && !looks_at_caller(cx, view, &["perform_create", "create", "get_queryset"]) {
            open.push("create");
        }
    }
    open.sort_unstable();
    open.dedup();
    open
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
