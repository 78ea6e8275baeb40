//! The HTTP methods of a class view: of a view set those that are mapped, else every name of
//! `http_method_names` that the class has. A view set answers its own handlers beside the mapped ones, and
//! refuses what is mapped but not allowed.

use super::eval::{ClassRef, Evaluator, Owner};
use super::shape::Shape;

/// What Django allows unless the class says otherwise.
const ALL: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

pub(super) fn fill(evaluator: &Evaluator<'_>, shape: &mut Shape) {
    let Some(class) = shape.class.clone() else { return };
    if let Some(actions) = &shape.actions {
        let mut methods: Vec<String> = actions.keys().map(|m| m.to_uppercase()).collect();
        methods.sort();
        shape.methods = methods;
        return;
    }
    let allowed = allowed(evaluator, shape).unwrap_or_else(|cause| {
        shape.problem = Some(cause);
        ALL.map(str::to_owned).to_vec()
    });
    let mut methods = Vec::new();
    for name in allowed {
        let handler = evaluator.class_attribute(&class, &name, None);
        match handler.owner {
            Owner::Absent => {}
            Owner::Unknown => {
                let cause = handler.value.cause().unwrap_or_else(|| "its bases are not known".into());
                shape.problem.get_or_insert_with(|| cause.to_string());
            }
            _ => methods.push(name.to_uppercase()),
        }
    }
    methods.sort();
    methods.dedup();
    shape.methods = methods;
}

/// The methods that a request may use: those of the view, without what a view set maps in vain, with the handlers
/// that it has beside the mapped ones.
pub(super) fn answered(evaluator: &Evaluator<'_>, shape: &Shape) -> Vec<String> {
    let (Some(class), Some(actions)) = (&shape.class, &shape.actions) else { return shape.methods.clone() };
    let Ok(allowed) = allowed(evaluator, shape) else { return shape.methods.clone() };
    let is_own = |name: &str| {
        let found = evaluator.class_attribute(class, name, None).owner;
        matches!(found, Owner::Class(ClassRef::Project(_) | ClassRef::Library(_)))
    };
    let beside = |name: &str| !matches!(name, "head" | "options" | "trace") && is_own(name);
    let mut methods: Vec<String> = allowed
        .iter()
        .filter(|name| actions.contains_key(*name) || beside(name))
        .map(|name| name.to_uppercase())
        .collect();
    methods.sort();
    methods.dedup();
    // A view set that answers nothing is not what its author meant: then every mapped method is told.
    if methods.is_empty() { shape.methods.clone() } else { methods }
}

/// `http_method_names`, or why they are not known.
fn allowed(evaluator: &Evaluator<'_>, shape: &Shape) -> Result<Vec<String>, String> {
    let names = evaluator.view_attribute(&shape.situation(), "http_method_names");
    match (names.value.exact_elements(), &names.owner) {
        (Some(names), _) => {
            let known: Option<Vec<String>> = names.iter().map(|n| n.as_str().map(str::to_owned)).collect();
            Ok(known.unwrap_or_default())
        }
        (None, Owner::Absent) => Ok(ALL.map(str::to_owned).to_vec()),
        (None, _) => {
            let cause = names.value.cause().unwrap_or_else(|| "`http_method_names` is computed".into());
            Err(cause.to_string())
        }
    }
}
