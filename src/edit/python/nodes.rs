//! Finds the nodes that operations name by span. Only nodes around those spans are visited.

use rustc_hash::FxHashMap;

use crate::python::ast::{Arguments, Expr, Stmt};
use crate::python::visitor::{Visitor, walk_arguments, walk_expr, walk_stmt};
use crate::python::{Ranged as _, TextRange};

use super::super::plan::Refusal;
use super::{PyFile, offsets};

/// An expression where it stands.
#[derive(Clone, Copy)]
pub(in crate::edit) struct ExprPlace<'a> {
    /// The expression.
    pub(in crate::edit) expr: &'a Expr,
    /// Whether an operator of any strength may be written here without parentheses around it.
    pub(in crate::edit) free: bool,
}

/// A statement where it stands.
#[derive(Clone, Copy)]
pub(in crate::edit) struct StmtPlace<'a> {
    /// The statement.
    pub(in crate::edit) stmt: &'a Stmt,
    /// The block that holds it.
    pub(in crate::edit) body: &'a [Stmt],
    /// Its position there.
    pub(in crate::edit) index: usize,
}

/// The nodes around a set of spans.
pub(in crate::edit) struct Nodes<'a> {
    exprs: FxHashMap<(usize, usize), ExprPlace<'a>>,
    stmts: FxHashMap<(usize, usize), StmtPlace<'a>>,
    interpolated: Vec<TextRange>,
    targets: Vec<(usize, usize)>,
    free: bool,
}

impl<'a> Nodes<'a> {
    /// Visits what lies around `targets` (start and end in bytes).
    pub(in crate::edit) fn find(file: &PyFile<'a>, targets: Vec<(usize, usize)>) -> Self {
        let mut nodes = Nodes {
            exprs: FxHashMap::default(),
            stmts: FxHashMap::default(),
            interpolated: Vec::new(),
            targets,
            free: true,
        };
        nodes.visit_body(file.module.body());
        nodes
    }

    /// The expression with exactly this range.
    pub(in crate::edit) fn expr(
        &self,
        file: &PyFile<'_>,
        at: (usize, usize),
    ) -> Result<ExprPlace<'a>, Refusal> {
        self.exprs.get(&at).copied().ok_or_else(|| self.missing(file, at))
    }

    /// The statement with exactly this range.
    pub(in crate::edit) fn stmt(
        &self,
        file: &PyFile<'_>,
        at: (usize, usize),
    ) -> Result<StmtPlace<'a>, Refusal> {
        self.stmts.get(&at).copied().ok_or_else(|| self.missing(file, at))
    }

    fn missing(&self, file: &PyFile<'_>, (start, end): (usize, usize)) -> Refusal {
        let inside = |r: &TextRange| r.start().to_usize() <= start && end <= r.end().to_usize();
        if self.interpolated.iter().any(inside) {
            Refusal::InsideFString { line: file.text.line(start) }
        } else {
            Refusal::Stale
        }
    }

    fn wanted(&self, range: TextRange) -> bool {
        let range = offsets(range);
        self.targets.iter().any(|&(start, end)| start <= range.end && range.start <= end)
    }
}

impl<'a> Visitor<'a> for Nodes<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        for (index, stmt) in body.iter().enumerate() {
            if !self.wanted(stmt.range()) {
                continue;
            }
            let range = offsets(stmt.range());
            self.stmts.entry((range.start, range.end)).or_insert(StmtPlace { stmt, body, index });
            self.free = true;
            walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if !self.wanted(expr.range()) {
            return;
        }
        let range = offsets(expr.range());
        let free = self.free;
        self.exprs.entry((range.start, range.end)).or_insert(ExprPlace { expr, free });
        match expr {
            Expr::FString(_) | Expr::TString(_) => {
                self.interpolated.push(expr.range());
                return;
            }
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) | Expr::Dict(_) => self.free = true,
            _ => self.free = false,
        }
        walk_expr(self, expr);
        self.free = free;
    }

    fn visit_arguments(&mut self, arguments: &'a Arguments) {
        let free = std::mem::replace(&mut self.free, true);
        walk_arguments(self, arguments);
        self.free = free;
    }
}
