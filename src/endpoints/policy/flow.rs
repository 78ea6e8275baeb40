//! Whether the permissions of a DRF view are asked at all: `dispatch` calls `initial`, which calls
//! `check_permissions`. Where a class overrides one of them, the way from the request to the handler is walked.

use super::eval::{ClassRef, End, Evaluator, Owner, Persona, Situation, Val, Visit};
use super::shape::Shape;
use super::value::Exposure;
use crate::index::{Ancestor, Framework};

/// On the way from a request to the permissions.
const STEPS: [&str; 3] = ["dispatch", "initial", "check_permissions"];

/// What DRF's `dispatch` calls beside them.
const BESIDE: [&str; 3] = ["initialize_request", "handle_exception", "finalize_response"];

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
    let owns = |steps: &[&str]| steps.iter().any(|step| evaluator.project_method(class, step).is_some());
    // No sane `finalize_response` calls the handler: short walks look only at what asks.
    if owns(&STEPS) || evaluator.walks_far && owns(&BESIDE) {
        if let Some(reach) = evaluator.before_permissions(&situation, class) {
            return Some(evaluator.told(&reach));
        }
    } else {
        for step in STEPS {
            let found = evaluator.class_attribute(class, step, None);
            match (&found.owner, &found.value) {
                (Owner::Class(ClassRef::Library(name)), _) => {
                    if !chains(name, step) {
                        return Some(format!("`{name}.{step}` may leave the permissions out"));
                    }
                }
                (Owner::Unknown, Val::Unknown(cause)) => return Some(cause.to_string()),
                _ => return Some(format!("`{step}` is not known")),
            }
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

/// Whom the view's own code on the way to its handler lets in, beside what its permission classes say; `None` where no
/// such code stands there.
pub(super) fn own_checks(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> Option<(Exposure, String)> {
    let class = shape.class.as_ref()?;
    let first = STEPS.iter().find(|step| evaluator.project_method(class, step).is_some())?;
    Some(visited(evaluator, &shape.request(verb), class, first))
}

/// Whom the code between a request and the handler lets in, by sending callers along it.
pub(super) fn visited(
    evaluator: &Evaluator<'_>,
    situation: &Situation,
    class: &ClassRef,
    step: &str,
) -> (Exposure, String) {
    match evaluator.visit(situation, class, Persona::Anonymous) {
        Visit::Through(_) => (Exposure::Open, "nothing asks who calls".into()),
        Visit::Unclear(reach) => (Exposure::Unknown, evaluator.told(&reach)),
        Visit::Stopped => match evaluator.visit(situation, class, Persona::User) {
            Visit::Stopped => (Exposure::Restricted, format!("`{step}` asks for more than a login")),
            Visit::Through(_) | Visit::Unclear(_) => {
                (Exposure::Authenticated, format!("`{step}` asks for a login"))
            }
        },
    }
}

/// Whether a library's method ends in DRF's own.
fn chains(class: &str, method: &str) -> bool {
    let table = Framework::builtin();
    class.starts_with("rest_framework.")
        || table.find(class).is_some_and(|id| table.class(id).chains.iter().any(|m| m == method))
}
