//! The HTTP methods that functions and library views answer. Those of the project's classes are `policy`'s work.

use super::{ViewCall, ViewTarget};
use crate::index::ProjectIndex;
use crate::settings::Node;
use crate::settings::routes::HTTP_METHODS;

/// The methods in upper case, sorted. `evaluated` are those that the interpreter found on a class that only it has
/// seen.
pub(super) fn of(index: &ProjectIndex, call: &ViewCall, evaluated: Option<&[String]>) -> Vec<String> {
    if let Some(actions) = &call.actions {
        return upper(actions.keys().map(String::as_str));
    }
    let allowed =
        call.initkwargs.iter().find(|(name, _)| name == "http_method_names").and_then(|(_, node)| {
            let items = node.as_items()?;
            Some(items.items.iter().filter_map(Node::as_str).map(str::to_lowercase).collect::<Vec<_>>())
        });
    match &call.target {
        ViewTarget::Function(id) => match index.api_view(*id) {
            Some(methods) => {
                let mut methods: Vec<&str> = methods.iter().map(String::as_str).collect();
                if !methods.contains(&"options") {
                    methods.push("options");
                }
                upper(methods)
            }
            None => Vec::new(),
        },
        ViewTarget::External(name) => {
            let found = match evaluated {
                Some(methods) => methods.to_vec(),
                None => ProjectIndex::library_handlers(name, &HTTP_METHODS).unwrap_or_default(),
            };
            upper(found.iter().map(String::as_str).filter(|m| is_allowed(allowed.as_deref(), m)))
        }
        // A class of the project is asked for its handlers by `policy`.
        ViewTarget::Class(_) | ViewTarget::Unknown(_) => Vec::new(),
    }
}

fn is_allowed(allowed: Option<&[String]>, method: &str) -> bool {
    allowed.is_none_or(|allowed| allowed.iter().any(|a| a == method))
}

pub(super) fn upper<'m>(methods: impl IntoIterator<Item = &'m str>) -> Vec<String> {
    let mut methods: Vec<String> = methods.into_iter().map(str::to_uppercase).collect();
    methods.sort();
    methods.dedup();
    methods
}
