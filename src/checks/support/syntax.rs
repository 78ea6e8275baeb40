//! Finding the nodes of a tree that the index names by their places, and whether the project reads a name at all.

use memchr::memmem;

use crate::checks::CheckContext;
use crate::python::ast::{Expr, Stmt, StmtFunctionDef};
use crate::python::visitor::{self, Visitor};
use crate::python::{ParsedModule, Ranged as _};
use crate::source::Span;

/// The function statement at a place.
pub(crate) fn function(tree: &ParsedModule, at: Span) -> Option<&StmtFunctionDef> {
    let mut finder = Finder { at, function: None, expression: None, expressions: false };
    finder.visit_body(tree.body());
    finder.function
}

/// The expression at a place.
pub(crate) fn expression(tree: &ParsedModule, at: Span) -> Option<&Expr> {
    let mut finder = Finder { at, function: None, expression: None, expressions: true };
    finder.visit_body(tree.body());
    finder.expression
}

struct Finder<'a> {
    at: Span,
    function: Option<&'a StmtFunctionDef>,
    expression: Option<&'a Expr>,
    expressions: bool,
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let (range, within) = (stmt.range(), self.at.text_range());
        if self.function.is_some() || self.expression.is_some() || !range.contains_range(within) {
            return;
        }
        match stmt {
            Stmt::FunctionDef(function) if range == within => self.function = Some(function),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if !self.expressions || self.expression.is_some() || !expr.range().contains_range(self.at.text_range())
        {
            return;
        }
        if expr.range() == self.at.text_range() {
            self.expression = Some(expr);
        } else {
            visitor::walk_expr(self, expr);
        }
    }
}

/// Whether some Python file of the project reads an attribute of this name, by a dot or by its name as a text.
pub(crate) fn is_read(cx: &CheckContext<'_>, name: &str) -> bool {
    let finder = memmem::Finder::new(name);
    cx.index.files().any(|file| {
        let text = cx.sources.text(file.file).as_bytes();
        finder.find_iter(text).any(|at| {
            let ends = !text.get(at + name.len()).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_');
            ends && at > 0 && matches!(text[at - 1], b'.' | b'"' | b'\'')
        })
    })
}
