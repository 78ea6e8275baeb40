//! What the body of a function sets and edits that is not its own, as it is written: names of other scopes, attributes of
//! its object, whatever it calls an editing method of. What the functions do that it calls, others find out.

use super::edits::is_edit;
use super::havoc::root_name;
use super::val::Name;
use crate::python::ast::{Expr, ExprAttribute, ExprCall, ExprSubscript, Identifier, Parameters, Stmt};
use crate::python::visitor::{self, Visitor};

/// What a body sets and edits that is not its own.
#[derive(Default)]
pub(super) struct Effects<'a> {
    /// Names of `global` and `nonlocal`.
    pub declared: Vec<&'a str>,
    pub edited: Vec<&'a str>,
    pub calls: Vec<&'a ExprCall>,
    /// Targets and owners of edits.
    targets: Vec<&'a Expr>,
    /// Names may be bound that are not written here.
    pub reflects: bool,
}

impl Effects<'_> {
    /// Adds the attributes of one object that are set or edited; whether any may be.
    pub(super) fn of(&self, object: &str, names: &mut Vec<Name>) -> bool {
        let mut all = false;
        for target in &self.targets {
            match attribute_of(target, object) {
                Some("") => all = true,
                Some(name) if !names.iter().any(|known| &**known == name) => names.push(name.into()),
                _ => {}
            }
        }
        all
    }
}

/// The attribute of an object that an expression begins with; an empty text for the object as a whole.
fn attribute_of<'e>(mut expr: &'e Expr, object: &str) -> Option<&'e str> {
    let mut attribute = "";
    loop {
        expr = match expr {
            Expr::Name(name) => return (name.id == object).then_some(attribute),
            Expr::Attribute(inner) => {
                attribute = if inner.attr.as_str() == "__dict__" { "" } else { &inner.attr };
                &inner.value
            }
            Expr::Subscript(inner) => &inner.value,
            _ => return None,
        };
    }
}

/// The name of a method's own object.
pub(super) fn first_name(parameters: &Parameters) -> Option<&str> {
    parameters.iter_non_variadic_params().next().map(|first| first.name().as_str())
}

impl<'a> Visitor<'a> for Effects<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Global(stmt) => self.declared.extend(stmt.names.iter().map(Identifier::as_str)),
            Stmt::Nonlocal(stmt) => self.declared.extend(stmt.names.iter().map(Identifier::as_str)),
            // Whoever calls it gets that.
            Stmt::Return(stmt) => self.edited.extend(stmt.value.as_deref().and_then(root_name)),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(ExprAttribute { ctx, .. }) | Expr::Subscript(ExprSubscript { ctx, .. })
                if !ctx.is_load() =>
            {
                self.edited.extend(root_name(expr));
                self.targets.push(expr);
            }
            Expr::Call(call) => {
                self.calls.push(call);
                match &*call.func {
                    Expr::Attribute(attribute) if is_edit(&attribute.attr) => {
                        self.edited.extend(root_name(&attribute.value));
                        self.targets.push(&attribute.value);
                    }
                    Expr::Name(name) => match (name.id.as_str(), call.arguments.args.first()) {
                        ("globals" | "exec" | "include", _) | ("vars" | "locals", None) => {
                            self.reflects = true;
                        }
                        ("setattr" | "delattr" | "vars", Some(owner)) => {
                            self.edited.extend(root_name(owner));
                            if &*name.id != "vars" {
                                self.targets.push(owner);
                            }
                        }
                        _ => {}
                    },
                    _ => {}
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
