//! What decorators make of functions and methods.

use std::rc::Rc;

use super::{CodeKind, Evaluator};
use crate::index::Resolution;
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
        match self.index.resolve_at(Span::new(file, decorator.range()), &name) {
            Resolution::External(full) => match &*full {
                "django.utils.functional.cached_property" | "functools.cached_property" => {
                    Decoration::Kind(CodeKind::Property)
                }
                full if HARMLESS.contains(&full) || full.starts_with("django.views.decorators.") => {
                    Decoration::Same
                }
                _ => opaque(),
            },
            _ => opaque(),
        }
    }
}
