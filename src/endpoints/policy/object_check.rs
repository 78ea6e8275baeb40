//! Whether a request comes to `check_object_permissions`: DRF asks it only where the handler fetches its object
//! through `get_object`.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::eval::{ClassRef, End, Evaluator, Owner, Val};
use super::shape::Shape;
use crate::index::Ancestor;
use crate::settings::Truth;

const CHECK: &str = "check_object_permissions";
/// DRF's own methods that fetch the object.
const FETCHING: [&str; 4] = ["retrieve", "update", "partial_update", "destroy"];

/// Whether the object may be checked before the handler on every way: a method of the view's classes names the check, and
/// none of its ways surely goes around it.
pub(super) fn may_come_before(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> bool {
    let Some(class) = &shape.class else { return false };
    let order = evaluator.mro(class);
    let of_project = order.order.iter().filter_map(|ancestor| match ancestor {
        Ancestor::Project(id) => Some(evaluator.index.class(*id)),
        _ => None,
    });
    let methods = of_project.flat_map(|class| class.methods.iter());
    let naming = methods.filter(|m| evaluator.sources.slice(m.at).contains(CHECK));
    let names: BTreeSet<&str> = naming.map(|m| &*m.name).collect();
    let situation = shape.request(verb);
    names.into_iter().any(|name| {
        let at = evaluator.class_attribute(class, name, None).at;
        if at.is_some_and(|at| evaluator.calls_itself_first(at, CHECK)) {
            return true;
        }
        let Some((ways, _)) = evaluator.run_view_method(&situation, name) else { return true };
        let mut back = ways.iter().filter(|w| !matches!(w.end, End::Raise(_)));
        back.all(|way| way.path.called.contains(CHECK) || matches!(way.end, End::Return(Val::Unknown(_))))
    })
}

/// Whether the handler of a method surely checks the object.
pub(super) fn runs(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> Truth {
    let Some(class) = &shape.class else { return Truth::No };
    let lower = verb.to_lowercase();
    let handler = match &shape.actions {
        Some(actions) => match actions.get(&lower) {
            Some(action) => action.clone(),
            None => return Truth::No,
        },
        None => lower,
    };
    let found = evaluator.class_attribute(class, &handler, None);
    match &found.owner {
        Owner::Class(ClassRef::Library(name)) if name.starts_with("rest_framework.") => {
            let fetches = FETCHING.contains(&&*handler)
                || matches!(&*handler, "put" | "patch" | "delete")
                || handler == "get" && name.contains(".Retrieve");
            if fetches { fetch_checks(evaluator, shape, verb) } else { Truth::No }
        }
        Owner::Class(ClassRef::Project(_)) => {
            let situation = shape.request(verb);
            let Some((ways, _)) = evaluator.run_view_method(&situation, &handler) else {
                return Truth::Maybe;
            };
            let back = ways.iter().filter(|w| !matches!(w.end, End::Raise(_)));
            let surest = back
                .map(|way| checks(evaluator, shape, verb, &way.path.called))
                .reduce(Truth::and)
                .unwrap_or(Truth::Maybe);
            let text = found.at.map_or("", |at| evaluator.sources.slice(at));
            match surest {
                Truth::No if text.contains(".get_object(") || text.contains(CHECK) => Truth::Maybe,
                Truth::No if text.contains("super()") => Truth::Maybe,
                other => other,
            }
        }
        Owner::Absent => Truth::No,
        _ => Truth::Maybe,
    }
}

fn checks(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str, called: &BTreeSet<Rc<str>>) -> Truth {
    if called.contains(CHECK) {
        return Truth::Yes;
    }
    if called.contains("get_object") || FETCHING.iter().any(|m| called.contains(*m)) {
        return fetch_checks(evaluator, shape, verb);
    }
    Truth::No
}

/// Whether `get_object` of the view checks what it fetches.
fn fetch_checks(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> Truth {
    let Some(class) = &shape.class else { return Truth::No };
    let found = evaluator.class_attribute(class, "get_object", None);
    match &found.owner {
        Owner::Class(ClassRef::Library(name)) if name.starts_with("rest_framework.") => Truth::Yes,
        Owner::Class(ClassRef::Project(_)) => {
            let Some((ways, _)) = evaluator.run_view_method(&shape.request(verb), "get_object") else {
                return Truth::Maybe;
            };
            let mut back = ways.iter().filter(|w| !matches!(w.end, End::Raise(_))).peekable();
            if back.peek().is_none() {
                return Truth::Maybe;
            }
            let checked = back.all(|w| w.path.called.contains("get_object") || w.path.called.contains(CHECK));
            let text = found.at.map_or("", |at| evaluator.sources.slice(at));
            if checked {
                Truth::Yes
            } else if text.contains(CHECK) || text.contains(".get_object(") {
                Truth::Maybe
            } else {
                Truth::No
            }
        }
        _ => Truth::Maybe,
    }
}
