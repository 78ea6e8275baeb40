//! What a function's body says, without order: what local names are made from, and which names it uses.

use std::collections::BTreeMap;

use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{self, Visitor};

/// What a check made by hand looks like.
pub(crate) const BY_HAND: [&str; 6] = [
    "PermissionDenied",
    "permission_denied",
    "NotAuthenticated",
    "has_perm",
    "has_perms",
    "has_object_permission",
];

/// What a method's body says, without order.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    /// Everything that a local name is made from.
    pub(crate) values: BTreeMap<&'a str, Vec<&'a Expr>>,
    /// Names and attributes that are used.
    pub(crate) mentions: Vec<&'a str>,
    /// Whether `check_object_permissions` is called at all.
    pub(crate) checks: bool,
}

impl<'a> Visitor<'a> for Facts<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => return,
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.bind(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.bind(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => self.bind(&assign.target, &assign.value),
            Stmt::For(each) => self.bind(&each.target, &each.iter),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        self.bind(target, &item.context_expr);
                    }
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.mentions.push(name.id.as_str()),
            Expr::Attribute(attribute) => {
                self.mentions.push(attribute.attr.as_str());
                self.checks |= attribute.attr.as_str() == "check_object_permissions";
            }
            Expr::Named(named) => self.bind(&named.target, &named.value),
            Expr::Call(call) => {
                // `filters.update(...)`, `items.append(...)` add to a local name.
                if let Expr::Attribute(method) = &*call.func
                    && let Expr::Name(name) = &*method.value
                    && matches!(method.attr.as_str(), "update" | "append" | "add" | "setdefault")
                {
                    let values = self.values.entry(name.id.as_str()).or_default();
                    values.extend(
                        call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|k| &k.value)),
                    );
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

impl<'a> Facts<'a> {
    fn bind(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.values.entry(name.id.as_str()).or_default().push(value),
            Expr::Subscript(subscript) => self.bind(&subscript.value, value),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|t| self.bind(t, value)),
            Expr::List(list) => list.elts.iter().for_each(|t| self.bind(t, value)),
            _ => {}
        }
    }
}
