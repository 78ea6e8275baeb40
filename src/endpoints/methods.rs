//! The HTTP methods that a view answers: those of `http_method_names` for which it has a handler.

use super::{ViewCall, ViewTarget};
use crate::index::{ClassId, Expression, Lookup, ProjectIndex, REDIRECT_VIEW};
use crate::settings::routes::HTTP_METHODS;
use crate::settings::{Node, Truth};

/// The methods in upper case, sorted, and why there may be others. `evaluated` are those that the interpreter found
/// on a class that only it has seen.
pub(super) fn of(
    index: &ProjectIndex,
    call: &ViewCall,
    evaluated: Option<&[String]>,
) -> (Vec<String>, Option<String>) {
    if let Some(actions) = &call.actions {
        return (upper(actions.keys().map(String::as_str)), None);
    }
    let allowed =
        call.initkwargs.iter().find(|(name, _)| name == "http_method_names").and_then(|(_, node)| {
            let items = node.as_items()?;
            Some(items.items.iter().filter_map(Node::as_str).map(str::to_lowercase).collect::<Vec<_>>())
        });
    match &call.target {
        ViewTarget::Class(id) => of_class(index, *id, allowed),
        ViewTarget::Function(id) => match index.api_view(*id) {
            Some(methods) => {
                let mut methods: Vec<&str> = methods.iter().map(String::as_str).collect();
                if !methods.contains(&"options") {
                    methods.push("options");
                }
                (upper(methods), None)
            }
            None => (Vec::new(), None),
        },
        ViewTarget::External(name) => {
            let found = match evaluated {
                Some(methods) => methods.to_vec(),
                None => ProjectIndex::library_handlers(name, &HTTP_METHODS).unwrap_or_default(),
            };
            (upper(found.iter().map(String::as_str).filter(|m| is_allowed(allowed.as_deref(), m))), None)
        }
        ViewTarget::Unknown(_) => (Vec::new(), None),
    }
}

fn is_allowed(allowed: Option<&[String]>, method: &str) -> bool {
    allowed.is_none_or(|allowed| allowed.iter().any(|a| a == method))
}

fn of_class(
    index: &ProjectIndex,
    id: ClassId,
    allowed: Option<Vec<String>>,
) -> (Vec<String>, Option<String>) {
    let mut unsure = None;
    let allowed = allowed.or_else(|| {
        let Lookup::Value { value, .. } = index.lookup(id, "http_method_names") else { return None };
        let text = |e: &Expression| match e {
            Expression::Str(text) => Some(text.to_lowercase()),
            _ => None,
        };
        let names = value.value.elements().and_then(|e| e.iter().map(text).collect::<Option<Vec<_>>>());
        if names.is_none() {
            unsure = Some("`http_method_names` is computed".to_owned());
        }
        names
    });
    let is_redirect = index.is_subclass_of(id, REDIRECT_VIEW) == Truth::Yes;
    let mut found = Vec::new();
    for method in HTTP_METHODS.into_iter().filter(|m| is_allowed(allowed.as_deref(), m)) {
        match index.lookup(id, method) {
            // Django's view answers OPTIONS; the tables name no handler for it.
            Lookup::Absent | Lookup::Unknown(_) if method == "options" => found.push(method),
            Lookup::Absent if method == "head" && is_redirect => found.push(method),
            Lookup::Absent => {}
            Lookup::Unknown(_) if matches!(method, "head" | "trace") => {}
            Lookup::Unknown(cause) => unsure = Some(cause),
            _ => found.push(method),
        }
    }
    (upper(found), unsure)
}

pub(super) fn upper<'m>(methods: impl IntoIterator<Item = &'m str>) -> Vec<String> {
    let mut methods: Vec<String> = methods.into_iter().map(str::to_uppercase).collect();
    methods.sort();
    methods.dedup();
    methods
}
