//! Checks that a handler makes by itself, as far as they can be guessed at: these leave a verdict open.

use crate::python::Ranged as _;
use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::source::Span;

use super::Handler;

/// What the names of checks hold.
const WORDS: [&str; 12] = [
    "check",
    "ensure",
    "verify",
    "require",
    "authori",
    "can_",
    "permission",
    "access",
    "allowed",
    "forbid",
    "validate_",
    "assert_",
];

/// Looks for tests of the caller, and calls that are given the row and the caller, or look like a check.
pub(super) struct ByHand<'h, 'a> {
    pub(super) handler: &'h Handler<'a>,
    pub(super) row: Option<&'h str>,
    pub(super) found: bool,
}

impl ByHand<'_, '_> {
    fn tests(&mut self, expr: &Expr) {
        self.found |= self.handler.origin(expr).caller;
    }
}

impl<'e> Visitor<'e> for ByHand<'_, '_> {
    fn visit_stmt(&mut self, stmt: &'e Stmt) {
        match stmt {
            Stmt::If(branch) => {
                self.tests(&branch.test);
                branch.elif_else_clauses.iter().filter_map(|c| c.test.as_ref()).for_each(|t| self.tests(t));
            }
            Stmt::Assert(assert) => self.tests(&assert.test),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'e Expr) {
        match expr {
            Expr::If(either) => self.tests(&either.test),
            Expr::Compare(_) => self.tests(expr),
            Expr::Call(call) => {
                let name = match &*call.func {
                    Expr::Attribute(a) => a.attr.as_str(),
                    Expr::Name(n) => n.id.as_str(),
                    _ => "",
                };
                let looks_like = WORDS.iter().any(|w| name.to_lowercase().contains(w));
                let text = self.handler.cx.sources.slice(Span::new(self.handler.file, call.range()));
                let words = |name: &str| {
                    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
                };
                let of_row = self.row.is_some_and(words);
                let of_caller = words("request") || words("user");
                let responds = name.ends_with("Response") || name.contains("erializer");
                self.found |= !responds && (looks_like && (of_row || of_caller) || of_row && words("user"));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
