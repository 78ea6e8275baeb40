//! The expression at a place, and whether the project reads a name at all.

use memchr::memmem;

use crate::checks::CheckContext;
use crate::python::ast::{Expr, Stmt, StmtClassDef};
use crate::python::visitor::{self, Visitor};
use crate::python::{ParsedModule, Ranged as _};
use crate::source::Span;

/// The expression at a place.
pub(crate) fn expression(tree: &ParsedModule, at: Span) -> Option<&Expr> {
    struct Finder<'a>(Span, Option<&'a Expr>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if self.1.is_none() && stmt.range().contains_range(self.0.text_range()) {
                visitor::walk_stmt(self, stmt);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            let (range, within) = (expr.range(), self.0.text_range());
            if self.1.is_some() || !range.contains_range(within) {
                return;
            }
            if range == within {
                self.1 = Some(expr);
            } else {
                visitor::walk_expr(self, expr);
            }
        }
    }
    let mut finder = Finder(at, None);
    finder.visit_body(tree.body());
    finder.1
}

/// The class statement at a place.
pub(crate) fn class_at(tree: &ParsedModule, at: Span) -> Option<&StmtClassDef> {
    struct Finder<'a>(Span, Option<&'a StmtClassDef>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            let (range, within) = (stmt.range(), self.0.text_range());
            if self.1.is_some() || !range.contains_range(within) {
                return;
            }
            match stmt {
                Stmt::ClassDef(class) if range == within => self.1 = Some(class),
                _ => visitor::walk_stmt(self, stmt),
            }
        }
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut finder = Finder(at, None);
    finder.visit_body(tree.body());
    finder.1
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
