//! The throttles of a view with scope and rate, as DRF's `SimpleRateThrottle` finds them.

use super::eval::{ClassRef, Evaluator, Owner, Val};
use super::shape::Shape;
use super::value::{Kind, Rate, Throttle};

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
            text(&found.value).map_or(Rate::Unknown, Rate::Limited)
        }
        found if found.owner == Owner::Unknown => Rate::Unknown,
        _ if evaluator.project_method(class, "get_rate").is_some() => Rate::Unknown,
        _ => rate_of_scope(evaluator, class, scope.as_deref()),
    };
    Throttle { class: name, scope, rate }
}

/// The rate of a scope, from the class's `THROTTLE_RATES` or the settings.
fn rate_of_scope(evaluator: &Evaluator<'_>, class: &ClassRef, scope: Option<&str>) -> Rate {
    let Some(scope) = scope else { return Rate::Unknown };
    let own = evaluator.class_attribute(class, "THROTTLE_RATES", None);
    let rates = match own.owner {
        Owner::Class(ClassRef::Project(_)) => own.value,
        _ => evaluator.api_setting("DEFAULT_THROTTLE_RATES").value,
    };
    let Val::Dict(entries) = rates else { return Rate::Unknown };
    match entries.iter().find(|(k, _)| k.as_str() == Some(scope)) {
        None | Some((_, Val::None)) => Rate::Unlimited,
        Some((_, Val::Str(rate))) => Rate::Limited(rate.to_string()),
        Some(_) => Rate::Unknown,
    }
}
