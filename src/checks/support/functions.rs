//! Functions and methods as syntax: the statement at a place, decorators that change nothing, and what a fix must
//! know of a statement.

use crate::index::items::FunctionItem;
use crate::python::ast::{Expr, Stmt, StmtFunctionDef};
use crate::python::visitor::{self, Visitor};
use crate::python::{ParsedModule, Ranged as _};
use crate::source::Span;

/// Decorators that leave what a function does as it is.
const HARMLESS: [&str; 16] = [
    "extend_schema",
    "swagger_auto_schema",
    "atomic",
    "override",
    "lru_cache",
    "cache",
    "no_type_check",
    "action",
    "api_view",
    "permission_classes",
    "authentication_classes",
    "throttle_classes",
    "renderer_classes",
    "parser_classes",
    "csrf_exempt",
    "never_cache",
];

/// The first decorator of which it is not known that it leaves a function as it is.
pub(crate) fn wrapped_by(function: &FunctionItem) -> Option<&str> {
    let harmless = |name: &str| HARMLESS.contains(&name.rsplit('.').next().unwrap_or(name));
    let unknown = function.decorators.iter().find(|d| !d.name.as_deref().is_some_and(harmless));
    unknown.map(|d| d.name.as_deref().unwrap_or("a decorator"))
}

/// Whether a method does nothing but return an empty list.
pub(crate) fn returns_empty_list(tree: &ParsedModule, at: Span) -> bool {
    let Some(function) = find(tree, at) else { return false };
    let [texts @ .., Stmt::Return(given)] = &function.body[..] else { return false };
    let is_empty = match given.value.as_deref() {
        Some(Expr::List(list)) => list.elts.is_empty(),
        Some(Expr::Tuple(tuple)) => tuple.elts.is_empty(),
        _ => false,
    };
    is_empty && texts.iter().all(|s| matches!(s, Stmt::Expr(text) if text.value.is_literal_expr()))
}

/// The function statement at a place.
pub(crate) fn find(tree: &ParsedModule, at: Span) -> Option<&StmtFunctionDef> {
    struct Finder<'a>(Span, Option<&'a StmtFunctionDef>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            let range = stmt.range();
            let within = self.0.text_range();
            if self.1.is_some() || !range.contains_range(within) {
                return;
            }
            match stmt {
                Stmt::FunctionDef(function) if range == within => self.1 = Some(function),
                _ => visitor::walk_stmt(self, stmt),
            }
        }
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut finder = Finder(at, None);
    finder.visit_body(tree.body());
    finder.1
}

/// Whether nothing else stands on the first and last line of a statement but a comment.
pub(crate) fn stands_alone(text: &str, at: Span) -> bool {
    let before = text[..at.start()].rsplit('\n').next().unwrap_or_default();
    let after = text[at.end()..].lines().next().unwrap_or_default().trim();
    before.trim().is_empty() && (after.is_empty() || after.starts_with('#'))
}
