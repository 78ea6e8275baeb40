//! The throttles of a view with scope and rate, as DRF's `SimpleRateThrottle` finds them.

use super::eval::{ClassRef, Evaluator, Owner, Val};
use super::shape::Shape;
use super::value::{Kind, Throttle};

pub(super) fn details(evaluator: &Evaluator<'_>, shape: &Shape) -> Vec<Throttle> {
    if shape.kind == Kind::Django {
        return Vec::new();
    }
    let classes = evaluator.view_attribute(&shape.situation(), "throttle_classes").value;
    let throttle = |class: &Val| {
        let Val::Class(reference) = class else { return None };
        let name = evaluator.class_text(class).ok()?;
        Some(one(evaluator, shape, reference, name))
    };
    classes.elements().unwrap_or_default().iter().filter_map(throttle).collect()
}

fn one(evaluator: &Evaluator<'_>, shape: &Shape, class: &ClassRef, name: String) -> Throttle {
    let own = |attribute: &str| evaluator.class_attribute(class, attribute, None);
    let text = |value: &Val| value.as_str().map(str::to_owned);
    // `ScopedRateThrottle` takes the view's scope.
    let scope =
        match super::shape::inherits(evaluator, class, &["rest_framework.throttling.ScopedRateThrottle"]) {
            crate::settings::Truth::No => text(&own("scope").value),
            _ => text(&evaluator.view_attribute(&shape.situation(), "throttle_scope").value),
        };
    let rate = match own("rate") {
        found if matches!(found.owner, Owner::Class(_)) && found.value != Val::None => {
            text(&found.value).map(Some)
        }
        found if found.owner == Owner::Unknown => None,
        _ if evaluator.project_method(class, "get_rate").is_some() => None,
        _ => rate_of_scope(evaluator, class, scope.as_deref()),
    };
    Throttle { class: name, scope, rate }
}

/// The rate of a scope, from the class's `THROTTLE_RATES` or the settings.
fn rate_of_scope(evaluator: &Evaluator<'_>, class: &ClassRef, scope: Option<&str>) -> Option<Option<String>> {
    let scope = scope?;
    let own = evaluator.class_attribute(class, "THROTTLE_RATES", None);
    let rates = match own.owner {
        Owner::Class(ClassRef::Project(_)) => own.value,
        _ => evaluator.api_setting("DEFAULT_THROTTLE_RATES").value,
    };
    let Val::Dict(entries) = rates else { return None };
    match entries.iter().find(|(k, _)| k.as_str() == Some(scope)) {
        None | Some((_, Val::None)) => Some(None),
        Some((_, Val::Str(rate))) => Some(Some(rate.to_string())),
        Some(_) => None,
    }
}
