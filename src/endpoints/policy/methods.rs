//! The HTTP methods of a class view: of a view set those that are mapped, else every name of
//! `http_method_names` that the class has.

use super::eval::{Evaluator, Owner};
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
    let names = evaluator.view_attribute(&shape.situation(), "http_method_names");
    let allowed: Vec<String> = match (names.value.exact_elements(), &names.owner) {
        (Some(names), _) => {
            let known: Option<Vec<String>> = names.iter().map(|n| n.as_str().map(str::to_owned)).collect();
            known.unwrap_or_default()
        }
        (None, Owner::Absent) => ALL.map(str::to_owned).to_vec(),
        (None, _) => {
            let cause = names.value.cause().unwrap_or_else(|| "`http_method_names` is computed".into());
            shape.problem = Some(cause.to_string());
            ALL.map(str::to_owned).to_vec()
        }
    };
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
