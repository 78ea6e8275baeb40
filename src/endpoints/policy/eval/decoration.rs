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
    "rest_framework.decorators.detail_route",
    "rest_framework.decorators.list_route",
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
        match self.library_decorator(Span::new(file, decorator.range()), &name).as_deref() {
            Some("django.utils.functional.cached_property" | "functools.cached_property") => {
                Decoration::Kind(CodeKind::Property)
            }
            Some(full) if is_harmless(full) => Decoration::Same,
            _ => opaque(),
        }
    }

    /// The dotted name of a decorator of a library, whether its source is there to be read or not.
    pub(super) fn library_decorator(&self, at: Span, name: &str) -> Option<String> {
        match self.index.resolve_at(at, name) {
            Resolution::External(full) => Some(full),
            Resolution::Resolved(Entity::Function(id)) if self.index.is_library(id.file) => {
                Some(self.index.function_name(id))
            }
            Resolution::Resolved(Entity::Class(id)) if self.index.is_library(self.index.class_file(id)) => {
                Some(self.index.class_name(id))
            }
            _ => None,
        }
    }
}

/// Whether a library's decorator leaves what it decorates as it is.
pub(super) fn is_harmless(full: &str) -> bool {
    HARMLESS.contains(&full) || full.starts_with("django.views.decorators.")
}
