//! What decorators make of functions and methods.

use std::rc::Rc;

use super::{CodeKind, Evaluator};
use crate::index::{Entity, Resolution};
use crate::python::ast::Expr;
use crate::python::{Ranged as _, dotted_name};
use crate::source::{FileId, Span};

/// What a decorator makes of a function.
pub(super) enum Decoration {
    /// It is reached otherwise.
    Kind(CodeKind),
    /// It does and returns the same, as far as policy goes.
    Same,
    /// It may be replaced.
    Opaque(Rc<str>),
}

/// Decorators that leave what a method does and returns as it is.
const HARMLESS: &[&str] = &[
    "abc.abstractmethod",
    "django.db.transaction.atomic",
    "django.utils.decorators.method_decorator",
    "drf_spectacular.utils.extend_schema",
    "drf_spectacular.utils.extend_schema_view",
    "drf_yasg.utils.swagger_auto_schema",
    "functools.cache",
    "functools.lru_cache",
    "rest_framework.decorators.action",
    "typing.final",
    "typing.override",
    "typing_extensions.override",
];

impl Evaluator<'_> {
    /// What a decorator makes of a method.
    pub(super) fn decorator(&self, file: FileId, decorator: &Expr) -> Decoration {
        let callee = match decorator {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        let opaque = || Decoration::Opaque("a decorator may replace it".into());
        let Some(name) = dotted_name(callee) else { return opaque() };
        match &*name {
            "staticmethod" => return Decoration::Kind(CodeKind::Static),
            "classmethod" => return Decoration::Kind(CodeKind::ClassMethod),
            "property" => return Decoration::Kind(CodeKind::Property),
            _ if name.contains(".mapping.") => return Decoration::Same,
            _ => {}
        }
        let resolution = self.index.resolve_at(Span::new(file, decorator.range()), &name);
        match self.full_name(&resolution).as_deref() {
            Some("django.utils.functional.cached_property" | "functools.cached_property") => {
                Decoration::Kind(CodeKind::Property)
            }
            Some(full) if HARMLESS.contains(&full) || full.starts_with("django.views.decorators.") => {
                Decoration::Same
            }
            _ => opaque(),
        }
    }

    /// The dotted name of what a name resolves to, where that is a library's or a function or class that was read.
    fn full_name(&self, resolution: &Resolution<Entity>) -> Option<String> {
        match resolution {
            Resolution::External(name) => Some(name.clone()),
            Resolution::Resolved(Entity::Function(id)) => Some(self.index.function_name(*id)),
            Resolution::Resolved(Entity::Class(id)) => Some(self.index.class_name(*id)),
            _ => None,
        }
    }

    /// Whether a decorator of a library is known to leave a class as it is, as far as policy goes.
    pub(super) fn is_harmless(&self, resolution: &Resolution<Entity>) -> bool {
        self.full_name(resolution).is_some_and(|name| HARMLESS.contains(&&*name))
    }
}
