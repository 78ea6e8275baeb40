//! Whether the permissions of a DRF view are asked at all: `dispatch` calls `initial`, which calls
//! `check_permissions`. A class that overrides one of them must come back to the library's on every way.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::eval::{ClassRef, DISPATCH_RAISED, End, Evaluator, Owner, Val};
use super::shape::Shape;
use crate::index::{Ancestor, Framework};

/// On the way from a request to the permissions.
const STEPS: [&str; 3] = ["dispatch", "initial", "check_permissions"];

/// Why it cannot be told that the permissions are asked.
pub(super) fn problem(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> Option<String> {
    let class = shape.class.as_ref()?;
    let situation = shape.request(verb);
    let guarded = evaluator.mro(class).order.iter().find_map(|ancestor| match ancestor {
        Ancestor::Project(id) => evaluator.namespace(*id).guarded.clone(),
        _ => None,
    });
    if let Some(cause) = guarded {
        return Some(cause.to_string());
    }
    for step in STEPS {
        let found = evaluator.class_attribute(class, step, None);
        match (&found.owner, &found.value) {
            (Owner::Class(ClassRef::Library(name)), _) => {
                if !chains(name, step) {
                    return Some(format!("`{name}.{step}` may leave the permissions out"));
                }
            }
            (Owner::Class(ClassRef::Project(_)), _) => {
                let Some((ways, _)) = evaluator.run_view_method(&situation, step) else {
                    return Some(format!("`{step}` of the project is not followed"));
                };
                let mut back = ways.iter().filter(|w| !matches!(w.end, End::Raise(_))).peekable();
                let catches = || refuses_by_response(evaluator, class);
                let asks = |called: &BTreeSet<Rc<str>>| {
                    called.contains(step)
                        || (step == "dispatch" && called.contains(DISPATCH_RAISED) && catches())
                };
                // Where no way comes back, something was misunderstood.
                if back.peek().is_none() || back.any(|w| !asks(&w.path.called)) {
                    return Some(format!("`{step}` of the project may leave the permissions out"));
                }
            }
            (Owner::Unknown, Val::Unknown(cause)) => return Some(cause.to_string()),
            _ => return Some(format!("`{step}` is not known")),
        }
    }
    let denied = evaluator.class_attribute(class, "permission_denied", None);
    if matches!(denied.owner, Owner::Class(ClassRef::Project(_))) {
        let (ways, _) = evaluator.run_view_method(&situation, "permission_denied")?;
        let goes_on = ways
            .iter()
            .any(|w| !matches!(w.end, End::Raise(_)) && !w.path.called.contains("permission_denied"));
        if goes_on {
            return Some("`permission_denied` of the project may let the request go on".into());
        }
    }
    None
}

/// Whether what the permissions refuse becomes a response within DRF's own `dispatch`.
fn refuses_by_response(evaluator: &Evaluator<'_>, class: &ClassRef) -> bool {
    ["handle_exception", "raise_uncaught_exception"].iter().all(|name| {
        match evaluator.class_attribute(class, name, None).owner {
            // The table leaves out what no policy needs.
            Owner::Absent => true,
            Owner::Class(ClassRef::Library(by)) => by.starts_with("rest_framework."),
            _ => false,
        }
    })
}

/// Whether a library's method ends in DRF's own.
fn chains(class: &str, method: &str) -> bool {
    let table = Framework::builtin();
    class.starts_with("rest_framework.")
        || table.find(class).is_some_and(|id| table.class(id).chains.iter().any(|m| m == method))
}
