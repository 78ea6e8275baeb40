//! Statements and expressions of a tree by their place.

use crate::python::ast::{self, AnyNodeRef, Expr, Stmt};
use crate::python::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_expr, walk_stmt};
use crate::python::{Ranged as _, TextRange};

/// The `def` statement at a place.
pub(super) fn function(body: &[Stmt], range: TextRange) -> Option<&ast::StmtFunctionDef> {
    match statement(body, range)? {
        Stmt::FunctionDef(function) => Some(function),
        _ => None,
    }
}

/// The `class` statement at a place.
pub(super) fn class(body: &[Stmt], range: TextRange) -> Option<&ast::StmtClassDef> {
    match statement(body, range)? {
        Stmt::ClassDef(class) => Some(class),
        _ => None,
    }
}

/// The statement at exactly this place.
fn statement(body: &[Stmt], range: TextRange) -> Option<&Stmt> {
    let mut search = Search { range, statement: None, expression: None };
    search.visit_body(body);
    search.statement
}

/// The expression at exactly this place.
pub(super) fn expression(body: &[Stmt], range: TextRange) -> Option<&Expr> {
    let mut search = Search { range, statement: None, expression: None };
    search.visit_body(body);
    search.expression
}

/// The functions around a place, outermost first.
pub(super) fn functions_around(body: &[Stmt], range: TextRange) -> Vec<&ast::StmtFunctionDef> {
    let mut search = Around { range, found: Vec::new() };
    search.visit_body(body);
    search.found
}

struct Search<'t> {
    range: TextRange,
    statement: Option<&'t Stmt>,
    expression: Option<&'t Expr>,
}

impl<'t> SourceOrderVisitor<'t> for Search<'t> {
    fn enter_node(&mut self, node: AnyNodeRef<'t>) -> TraversalSignal {
        let done = self.statement.is_some() && self.expression.is_some();
        if !done && node.range().contains_range(self.range) {
            TraversalSignal::Traverse
        } else {
            TraversalSignal::Skip
        }
    }

    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        if stmt.range() == self.range && self.statement.is_none() {
            self.statement = Some(stmt);
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'t Expr) {
        if expr.range() == self.range && self.expression.is_none() {
            self.expression = Some(expr);
        }
        walk_expr(self, expr);
    }
}

struct Around<'t> {
    range: TextRange,
    found: Vec<&'t ast::StmtFunctionDef>,
}

impl<'t> SourceOrderVisitor<'t> for Around<'t> {
    fn enter_node(&mut self, node: AnyNodeRef<'t>) -> TraversalSignal {
        if node.range().contains_range(self.range) {
            TraversalSignal::Traverse
        } else {
            TraversalSignal::Skip
        }
    }

    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        if let Stmt::FunctionDef(function) = stmt
            && stmt.range().contains_range(self.range)
            && stmt.range() != self.range
        {
            self.found.push(function);
        }
        walk_stmt(self, stmt);
    }
}
