//! Function views: DRF's `@api_view` with the decorators below it, or plain functions of Django.
//!
//! `api_view` copies the policy from the function when it wraps it, so a policy decorator counts only below it.
//! Above it, it has no effect, and newer DRF refuses it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::eval::{ClassRef, Evaluator, Found, Owner, Val};
use super::mixins::is_empty;
use super::shape::Shape;
use super::value::Kind;
use crate::index::items::DecoratorItem;
use crate::index::{API_VIEW, API_VIEW_DECORATOR, Entity, FunctionId, Resolution};

const PERMISSION_REQUIRED: &str = "django.contrib.auth.decorators.permission_required";
/// The decorators that set an attribute of the same name.
const POLICY: [&str; 7] = [
    "authentication_classes",
    "permission_classes",
    "throttle_classes",
    "renderer_classes",
    "parser_classes",
    "throttle_scope",
    "schema",
];

pub(super) fn fill(evaluator: &Evaluator<'_>, id: FunctionId, shape: &mut Shape) {
    let index = evaluator.index;
    let function = index.function(id);
    let full = |d: &DecoratorItem| match index.resolve_at(d.at, d.name.as_deref()?) {
        Resolution::External(name) => Some(name),
        _ => None,
    };
    let names: Vec<Option<String>> = function.decorators.iter().map(full).collect();
    let wrapping = names.iter().position(|n| n.as_deref() == Some(API_VIEW_DECORATOR));
    let Some(wrapping) = wrapping else {
        shape.name = index.function_name(id);
        let asks_nothing = |(d, name): &(&DecoratorItem, &Option<String>)| {
            let asked = d.arguments.as_deref().and_then(<[_]>::first);
            name.as_deref() == Some(PERMISSION_REQUIRED) && is_empty(asked.map(|a| &a.value))
        };
        let own = function.decorators.iter().zip(&names).filter(|d| !asks_nothing(d));
        shape.wrappers.extend(own.map(|(d, name)| match (name, &d.name) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) => match index.resolve_at(d.at, name) {
                Resolution::Resolved(Entity::Function(id)) => index.function_name(id),
                _ => format!("?{name}"),
            },
            (None, None) => "?".to_owned(),
        }));
        return;
    };
    shape.kind = Kind::Drf;
    shape.name = format!("{}.WrappedAPIView", index.module_name(id.file).unwrap_or_default());
    shape.class = Some(ClassRef::Library(API_VIEW.into()));
    shape.wrappers.extend(names[..wrapping].iter().flatten().cloned());

    let mut overrides: BTreeMap<String, Found> = BTreeMap::new();
    // Innermost first; what stands between the function and the wrapping may keep the attribute or not.
    let mut lost = false;
    for (decorator, name) in function.decorators[wrapping + 1..].iter().zip(&names[wrapping + 1..]).rev() {
        let attribute = name.as_deref().and_then(|n| n.strip_prefix("rest_framework.decorators."));
        if let Some(attribute) = attribute.filter(|a| POLICY.contains(a)) {
            let argument = decorator.arguments.as_deref().and_then(<[_]>::first);
            let value = argument.map_or_else(
                || Val::unknown("the decorator has no argument"),
                |a| evaluator.at_place(a.value_at, None),
            );
            let found = Found { value, owner: Owner::Decorator, at: Some(decorator.at) };
            overrides.insert(attribute.to_owned(), found);
        } else if !keeps_attributes(evaluator, decorator) {
            lost = true;
            for found in overrides.values_mut() {
                *found = Found::unknown("a decorator above it may drop it");
            }
        }
    }
    if lost {
        shape.problem = Some("a decorator under `@api_view` may replace the function".into());
    }
    if let Some(above) = names[..wrapping]
        .iter()
        .flatten()
        .find(|n| n.strip_prefix("rest_framework.decorators.").is_some_and(|a| POLICY.contains(&a)))
    {
        let short = above.rsplit('.').next().unwrap_or_default();
        shape.problem = Some(format!("`@{short}` above `@api_view` has no effect"));
    }
    let call = function.decorators[wrapping].arguments.as_deref().unwrap_or_default();
    let argument =
        call.iter().find(|a| a.keyword.is_none() || a.keyword.as_deref() == Some("http_method_names"));
    let methods = match argument {
        None => Val::list(vec![Val::str("GET")]),
        Some(argument) => evaluator.at_place(argument.value_at, None),
    };
    let names: Option<Vec<&str>> = methods.exact_elements().and_then(|m| m.iter().map(Val::as_str).collect());
    let mut methods: Vec<String> = vec!["OPTIONS".to_owned()];
    match names {
        Some(names) => methods.extend(names.iter().map(|m| m.to_uppercase())),
        None if methods.is_empty() => {}
        None => shape.problem = Some("which methods `@api_view` names cannot be told".into()),
    }
    methods.sort();
    methods.dedup();
    shape.methods = methods;
    for (attribute, cause) in evaluator.changed_function(id) {
        overrides.insert(attribute, Found::unknown(cause));
    }
    shape.overrides = Rc::new(overrides);
}

/// Whether a decorator between the function and `@api_view` keeps the function's attributes: one of a library
/// does (they use `wraps`), one of the project when it says `wraps`, or gives the function back.
fn keeps_attributes(evaluator: &Evaluator<'_>, decorator: &DecoratorItem) -> bool {
    let Some(name) = decorator.name.as_deref() else { return false };
    match evaluator.index.resolve_at(decorator.at, name) {
        Resolution::External(_) => true,
        Resolution::Resolved(entity) => {
            evaluator.place_of(entity).is_some_and(|at| evaluator.sources.slice(at).contains("wraps("))
        }
        Resolution::Unresolved(_) => false,
    }
}
