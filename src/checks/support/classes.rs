//! Classes that settings name by a dotted text: which project class it is, and what its attributes say.

use crate::checks::CheckContext;
use crate::index::{Ancestor, ClassId, Entity, ProjectIndex, Resolution};
use crate::python::parse;
use crate::settings::Truth;

/// The project class with this dotted name.
pub(crate) fn find(index: &ProjectIndex, name: &str) -> Option<ClassId> {
    let (module, last) = name.rsplit_once('.')?;
    let mut named = index.classes().filter(|(_, class)| &*class.name == last);
    named.find(|(id, _)| index.class_name(*id) == name).map(|(id, _)| id).or_else(|| {
        // The package's `__init__` may offer a class of one of its modules.
        let file = index.files().find(|f| index.module_name(f.file) == Some(module))?.file;
        match index.resolve(file, last) {
            Resolution::Resolved(Entity::Class(id)) => Some(id),
            _ => None,
        }
    })
}

/// Whether the class named by a setting inherits from a library class; `Maybe` when it cannot be found.
pub(crate) fn inherits(cx: &CheckContext<'_>, name: &str, library_class: &str) -> Truth {
    match find(cx.index, name) {
        Some(class) if cx.index.inherits_library(class, |l| l == library_class) => Truth::Yes,
        Some(_) | None => Truth::Maybe,
    }
}

/// Whether a dotted name in the project means a library class for which `test` holds, or a class made of one: also by
/// a module that only imports it.
pub(crate) fn comes_from(index: &ProjectIndex, name: &str, test: impl Fn(&str) -> bool) -> bool {
    if let Some(class) = find(index, name) {
        return index.inherits_library(class, test);
    }
    let Some((module, last)) = name.rsplit_once('.') else { return false };
    let file = index.files().find(|f| index.module_name(f.file) == Some(module));
    file.is_some_and(|f| matches!(index.resolve(f.file, last), Resolution::External(full) if test(&full)))
}

/// The project's classes in the order in which attributes are looked up.
fn project_classes(index: &ProjectIndex, class: ClassId) -> Vec<ClassId> {
    let order = index.mro(class).order.iter();
    order.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None }).collect()
}

/// The source of the assignment that gives an attribute, as far as the project's classes go.
pub(crate) fn attribute<'a>(cx: &'a CheckContext<'_>, class: ClassId, name: &str) -> Option<&'a str> {
    project_classes(cx.index, class).into_iter().find_map(|id| {
        let attributes = &cx.index.class(id).attributes;
        attributes.iter().rev().find(|a| &*a.name == name).map(|a| cx.sources.slice(a.value_at))
    })
}

/// Whether the class or one of its project bases defines a method.
pub(crate) fn defines(cx: &CheckContext<'_>, class: ClassId, method: &str) -> bool {
    let mut classes = project_classes(cx.index, class).into_iter();
    classes.any(|id| cx.index.class(id).methods.iter().any(|m| &*m.name == method))
}

/// Whether the source of a value is `None`.
pub(crate) fn is_none(source: &str) -> bool {
    matches!(
        parse(source).body(),
        [crate::python::ast::Stmt::Expr(e)] if matches!(&*e.value, crate::python::ast::Expr::NoneLiteral(_))
    )
}
