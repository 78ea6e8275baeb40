//! The classes that a list of permissions names, and what kind they are. Whom a view lets in is `endpoints::policy`'s
//! answer.

use crate::checks::CheckContext;
use crate::edit::{Operation, Position};
use crate::index::{
    ClassId, Element, Entity, Expression, Lookup, Operator, Policy, PolicySite, ProjectIndex, Resolution,
};
use crate::settings::Truth;
use crate::source::Span;

use super::views;

/// DRF's module of permissions.
pub(crate) const MODULE: &str = "rest_framework.permissions.";
/// Deeper expressions are not followed.
const MAX_DEPTH: usize = 12;

/// A class that a list of permissions names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// Of a library, by dotted name.
    Library(String),
    /// Of the project.
    Project(ClassId),
    /// It cannot be told.
    Unclear,
}

/// What a name in a list means.
fn named(index: &ProjectIndex, at: Span, class: Option<ClassId>, name: &str) -> Named {
    let found = match class {
        Some(class) => index.resolve_in_class(class, name),
        None => index.resolve_at(at, name),
    };
    match found {
        Resolution::External(full) => Named::Library(full),
        Resolution::Resolved(Entity::Class(id)) => Named::Project(id),
        _ => Named::Unclear,
    }
}

/// All classes that an element names, through `&`, `|` and `~`.
pub(crate) fn leaves(index: &ProjectIndex, element: &Element<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    collect(index, element, element.value, 0, &mut found);
    found
}

fn collect(
    index: &ProjectIndex,
    element: &Element<'_>,
    value: &Expression,
    depth: usize,
    found: &mut Vec<Named>,
) {
    match value {
        _ if depth > MAX_DEPTH => found.push(Named::Unclear),
        Expression::Name(name) => found.push(named(index, element.at, element.class, name)),
        Expression::Binary(parts) if parts.1 != Operator::Add => {
            collect(index, element, &parts.0, depth + 1, found);
            collect(index, element, &parts.2, depth + 1, found);
        }
        Expression::Invert(inner) => collect(index, element, inner, depth + 1, found),
        _ => found.push(Named::Unclear),
    }
}

/// Whether an element has a `~`.
pub(crate) fn negates(value: &Expression) -> bool {
    match value {
        Expression::Invert(_) => true,
        Expression::Binary(parts) if parts.1 != Operator::Add => negates(&parts.0) || negates(&parts.2),
        _ => false,
    }
}

/// The class in a view's list that looks at the URL when it is asked about the caller, and so may know the row already.
pub(crate) fn reads_url(cx: &CheckContext<'_>, view: ClassId) -> Option<String> {
    let index = cx.index;
    let Lookup::Value { class, value } = index.lookup(view, Policy::Permission.name()) else { return None };
    let elements = index.list_elements(value.at, Some(class), &value.value)?;
    elements.iter().flat_map(|element| leaves(index, element)).find_map(|named| {
        let Named::Project(id) = named else { return None };
        let Lookup::Method { method, .. } = index.lookup(id, "has_permission") else { return None };
        let body = cx.sources.slice(method.at).split_once('\n').map_or("", |(_, body)| body);
        let body = body.replace("has_permission(request, view)", "");
        let reads =
            ["view.kwargs", "parser_context", "resolver_match", "(view)", "(view,", ", view)", ", view,"];
        reads.iter().any(|r| body.contains(r)).then(|| index.class(id).name.to_string())
    })
}

fn by_library(name: &str) -> Truth {
    match name.strip_prefix(MODULE) {
        Some("AllowAny" | "BasePermission") => Truth::Yes,
        Some("IsAuthenticated" | "IsAdminUser" | "DjangoModelPermissions" | "DjangoObjectPermissions") => {
            Truth::No
        }
        _ => Truth::Maybe,
    }
}

fn by_class(index: &ProjectIndex, id: ClassId) -> Truth {
    match index.lookup(id, "has_permission") {
        Lookup::Framework { class, .. } => by_library(class),
        Lookup::Method { method, .. } if method.returns_true && method.decorators.is_empty() => Truth::Yes,
        _ => Truth::Maybe,
    }
}

/// Whether a class of the project decides about single objects and about nothing else.
pub(crate) fn is_object_only(index: &ProjectIndex, id: ClassId) -> bool {
    by_class(index, id) == Truth::Yes
        && matches!(index.lookup(id, "has_object_permission"), Lookup::Method { method, .. } if !method.returns_true)
}

/// Operations that put another of DRF's permissions in front of a list, so that it is asked first; `None` where the
/// list is not written out there or the name means something else in that file.
pub(crate) fn ask_first(index: &ProjectIndex, site: &PolicySite<'_>, name: &str) -> Option<Vec<Operation>> {
    site.value.elements()?;
    let (value, import) = views::permission_name(index, site.at().file, name)?;
    let value = crate::edit::Code::Name(value);
    let mut operations =
        vec![Operation::AddElement { list: site.value_at, value, position: Position::First }];
    operations.extend(import);
    Some(operations)
}
