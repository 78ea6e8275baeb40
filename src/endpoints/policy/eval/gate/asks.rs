//! Code that is not walked but looked at: whether it names the view, and whether a loop is the one of DRF's own
//! `check_permissions`.

use super::super::Frame;
use super::Gate;
use super::state::{State, Tag};
use crate::python::ast::{self, Expr, Stmt, UnaryOp};
use crate::python::visitor::{Visitor, walk_expr};

impl Gate<'_, '_> {
    /// Whether code names something with which it can reach the handler.
    pub(super) fn mentions(&self, frame: &Frame<'_>, stmt: &Stmt, state: &State) -> bool {
        let mut search = Mentions { gate: self, frame, state, found: false };
        search.visit_stmt(stmt);
        search.found
    }

    pub(super) fn mentions_in(&self, frame: &Frame<'_>, expr: &Expr, state: &State) -> bool {
        let mut search = Mentions { gate: self, frame, state, found: false };
        search.visit_expr(expr);
        search.found
    }
}

struct Mentions<'g, 'e, 'a, 'f, 's> {
    gate: &'g Gate<'e, 'a>,
    frame: &'f Frame<'s>,
    state: &'f State,
    found: bool,
}

impl<'t> Visitor<'t> for Mentions<'_, '_, '_, '_, '_> {
    fn visit_expr(&mut self, expr: &'t Expr) {
        if let Expr::Name(name) = expr {
            let name = name.id.as_str();
            self.found |= name == "super"
                || self.gate.name(self.frame, name, self.state).is_ok_and(|tag| tag.reaches());
        }
        walk_expr(self, expr);
    }
}

/// Whether a loop is that of DRF's own `check_permissions`: each permission of the view is asked, and one that refuses
/// ends in `permission_denied` or an exception.
pub(super) fn asks_permissions(
    gate: &Gate<'_, '_>,
    frame: &Frame<'_>,
    each: &ast::StmtFor,
    state: &State,
) -> bool {
    let is_me = |expr: &Expr| match expr {
        Expr::Name(name) => gate.name(frame, name.id.as_str(), state).is_ok_and(|tag| tag == Tag::Me),
        _ => false,
    };
    let method = |expr: &Expr, wanted: &str| match expr {
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute) => attribute.attr.as_str() == wanted && is_me(&attribute.value),
            _ => false,
        },
        _ => false,
    };
    let (Expr::Name(each_name), [Stmt::If(test)]) = (&*each.target, &each.body[..]) else { return false };
    let Expr::UnaryOp(negation) = &*test.test else { return false };
    let Expr::Call(asked) = &*negation.operand else { return false };
    let Expr::Attribute(asked_of) = &*asked.func else { return false };
    let is_each = matches!(&*asked_of.value, Expr::Name(name) if name.id == each_name.id);
    let refuses = match test.body.first() {
        Some(Stmt::Raise(_)) => true,
        Some(Stmt::Expr(expr)) => method(&expr.value, "permission_denied"),
        _ => false,
    };
    let asks = is_each && asked_of.attr.as_str() == "has_permission" && negation.op == UnaryOp::Not;
    let gives_view = matches!(&*asked.arguments.args, [_, view] if is_me(view));
    !each.is_async
        && each.orelse.is_empty()
        && test.elif_else_clauses.is_empty()
        && method(&each.iter, "get_permissions")
        && asks
        && gives_view
        && refuses
}
