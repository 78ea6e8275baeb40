//! What a view lets callers filter, search and order by: the attributes, and whether a backend reads them.

use crate::checks::CheckContext;
use crate::index::items::ValueItem;
use crate::index::{ClassId, Entity, FrameworkValue, Lookup, Resolution};
use crate::settings::Truth;

use super::lists::name_of;
use super::rest::{self, Key};
use super::views;

/// The places where project classes that surely are views, or are mixed into some, set an attribute.
pub(crate) fn attributes<'a>(cx: &CheckContext<'a>, name: &str) -> Vec<(ClassId, &'a ValueItem)> {
    let index = cx.index;
    let mixed_in = index.mixed_into_views();
    let mut found = Vec::new();
    for (id, class) in index.classes() {
        if mixed_in.contains(&id) && !views::is_beside(cx, class.at.file) {
            found.extend(class.attribute(name).map(|value| (id, value)));
        }
    }
    found
}

/// Whether a backend whose name ends in `wanted` filters the rows of a view.
pub(crate) fn backend(cx: &CheckContext<'_>, view: ClassId, wanted: &str) -> Truth {
    let by_name = |name: &str| -> Truth {
        let last = name.rsplit('.').next().unwrap_or(name);
        if last.ends_with(wanted) { Truth::Yes } else { Truth::No }
    };
    match cx.index.lookup(view, "filter_backends") {
        Lookup::Value { class, value } => {
            let Some(elements) = cx.index.list_elements(value.at, Some(class), &value.value) else {
                return Truth::Maybe;
            };
            let mut answer = Truth::No;
            for element in elements {
                let Some(name) = element.value.name() else {
                    answer = answer.or(Truth::Maybe);
                    continue;
                };
                answer = answer.or(match cx.index.resolve_in_class(class, name) {
                    Resolution::External(full) => by_name(&full),
                    Resolution::Resolved(Entity::Class(id)) => {
                        let bases = cx.index.library_bases(id);
                        bases.iter().map(|b| by_name(b)).fold(by_name(name), Truth::or)
                    }
                    _ => Truth::Maybe,
                });
            }
            answer
        }
        Lookup::Settings { .. } => default_backend(cx, &by_name),
        Lookup::Framework { value: Some(FrameworkValue::List(names)), .. } => {
            names.iter().map(|n| by_name(n)).fold(Truth::No, Truth::or)
        }
        _ => Truth::Maybe,
    }
}

fn default_backend(cx: &CheckContext<'_>, by_name: &dyn Fn(&str) -> Truth) -> Truth {
    let Some(model) = cx.model else { return Truth::Maybe };
    match rest::key(model, "DEFAULT_FILTER_BACKENDS") {
        Key::Absent => Truth::No,
        Key::Unclear(_) => Truth::Maybe,
        Key::Set(node) => {
            let Some(items) = node.as_items() else { return Truth::Maybe };
            items.items.iter().map(|i| name_of(i).map_or(Truth::Maybe, by_name)).fold(Truth::No, Truth::or)
        }
    }
}
