//! `A | B` on DRF before 3.14, where one class decides about requests and the other about objects: those versions ask only
//! `has_object_permission` of both for an object, the first class has none of its own and says yes to everybody.
//! <https://www.django-rest-framework.org/community/3.14-announcement/>

use crate::checks::support::permission_lists::{Named, leaves};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::versions::drf_is_at_least;
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::{Element, Entity, Expression, Lookup, Operator, Policy, PolicySite, Resolution};
use crate::settings::Truth;

pub(crate) struct PermissionCompositionUnsafe;

const ID: &str = "permission-composition-unsafe";

impl Check for PermissionCompositionUnsafe {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        let fixed = drf_is_at_least(cx, [3, 14, 0]);
        for site in views::policy_sites(cx, Policy::Permission) {
            let elements = cx.index.list_elements(site.at(), site.class(), site.value).unwrap_or_default();
            if !elements.iter().any(|e| mixes(cx, e, e.value)) {
                continue;
            }
            match fixed {
                Truth::Yes => tally.passed.push(Label::new(site.at(), "this DRF asks both classes in full")),
                Truth::Maybe => tally.unclear.push(Label::new(site.at(), "it depends on the version of DRF")),
                Truth::No => tally.findings.push(finding(cx, &site)),
            }
        }
        tally.outcome(&Words {
            places: "permissions of the form `A | B`",
            wrong: "let the wrong half decide about objects",
            right: "ask both sides in full",
            none: "No `|` mixes a permission for requests with one for objects.",
        })
    }
}

/// Whether `|` stands between a class that decides about objects and one that does not.
fn mixes(cx: &CheckContext<'_>, element: &Element<'_>, value: &Expression) -> bool {
    if let Expression::Name(name) = value {
        let found = cx.index.resolve_at(element.at, name);
        let Resolution::Resolved(Entity::Value(file, position)) = found else { return false };
        let Some(item) = cx.index.value(file, position).filter(|v| !v.augmented) else { return false };
        // A name for a name is not followed further.
        return item.value.name().is_none()
            && mixes(cx, &Element { value: &item.value, at: item.at, class: None }, &item.value);
    }
    let Expression::Binary(parts) = value else {
        return matches!(value, Expression::Invert(inner) if mixes(cx, element, inner));
    };
    let side = |value| {
        let all = leaves(cx.index, &Element { value, ..*element });
        let objects = all.iter().any(|n| asks_of_objects(cx, n));
        let known = !all.contains(&Named::Unclear);
        (objects, known)
    };
    if parts.1 == Operator::Or {
        let (left, right) = (side(&parts.0), side(&parts.2));
        if left.1 && right.1 && left.0 != right.0 {
            return true;
        }
    }
    mixes(cx, element, &parts.0) || mixes(cx, element, &parts.2)
}

fn asks_of_objects(cx: &CheckContext<'_>, named: &Named) -> bool {
    match named {
        Named::Library(name) => name.ends_with("DjangoObjectPermissions"),
        Named::Project(id) => match cx.index.lookup(*id, "has_object_permission") {
            Lookup::Method { method, .. } => !method.returns_true,
            Lookup::Framework { class, .. } => class.ends_with("DjangoObjectPermissions"),
            _ => false,
        },
        Named::Unclear => false,
    }
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Finding {
    let view = views::view_name(cx.index, site.owner);
    let version = cx.project.and_then(|p| p.drf.as_ref()).map_or("this version", |v| &v.version);
    let message = format!(
        "On DRF {version} `|` in the permissions of {view} lets callers at every object: the half that asks about the \
         request has no say about objects and answers yes."
    );
    let symbol = views::symbol(cx.index, site, Policy::Permission);
    let label = Label::new(site.value_at, "only `has_object_permission` of both is asked for an object");
    let advice = "Raise DRF to 3.14 or newer. Until then repeat the check of the request in `has_object_permission` of \
                  that class.";
    Finding::new(ID, symbol, label, message).instruction(advice)
}
