//! Statements that change a class behind its `class` statement, or a view while it is set up: `Orders.permission_classes
//! = []`, `setattr(view, …)`, `self.permission_classes = []`, `locals()["permission_classes"] = []` in a body; and those
//! that change a list in place. Only attributes that decide who gets in are noted, and those that are computed.

use crate::index::Expression;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Ranged as _, dotted_name};
use crate::source::{FileId, Span};

/// A statement that sets an attribute from outside of a class body.
#[derive(Debug)]
pub struct ChangeItem {
    /// What it changes.
    pub of: Changed,
    /// The attribute; `None` where it is computed.
    pub attribute: Option<Box<str>>,
    /// The statement.
    pub at: Span,
    /// The new value, where it is a plain assignment.
    pub value_at: Option<Span>,
    /// Whether it is sure to run when the module does.
    pub is_sure: bool,
    /// Whether it stands in a function.
    pub in_function: bool,
}

/// What a statement changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// What a dotted name means.
    Name(Box<str>),
    /// Each of what a loop runs over, as written.
    Each(Expression),
    /// An argument of a function that is called as a statement: the function, and the argument.
    Passed(Box<str>, Box<str>),
    /// The object whose method it stands in.
    Object,
    /// The class of that object.
    OwnClass,
    /// The class in whose body it stands.
    Body,
}

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Module,
    Class,
    Function,
}

/// What code around a statement says about it.
pub(super) struct Around<'c> {
    pub file: FileId,
    pub place: Where,
    pub conditional: bool,
    /// The loops around, innermost last: the name, and what it runs over.
    pub loops: &'c [(Box<str>, Expression)],
}

/// Methods that change a list, a dict or a set.
const MUTATING: [&str; 12] = [
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "update",
];

/// Names that decide who gets in, beside those that end in `_classes` or `_class`.
const NAMES: [&str; 31] = [
    "action",
    "action_map",
    "as_view",
    "authenticate",
    "check_object_permissions",
    "check_permissions",
    "delete",
    "dispatch",
    "get",
    "get_authenticators",
    "get_permissions",
    "get_serializer_class",
    "get_throttles",
    "handle_exception",
    "has_object_permission",
    "has_permission",
    "head",
    "http_method_names",
    "initial",
    "initialize_request",
    "options",
    "patch",
    "perform_authentication",
    "permission_denied",
    "permission_required",
    "post",
    "put",
    "raise_exception",
    "setup",
    "test_func",
    "throttle_scope",
];

fn decides(name: &str) -> bool {
    name.ends_with("_classes") || name.ends_with("_class") || NAMES.binary_search(&name).is_ok()
}

/// The changes that one statement makes by itself, without those in it; and the module-level names whose values it
/// changes in place.
pub(super) fn read(
    stmt: &Stmt,
    around: &Around<'_>,
    found: &mut Vec<ChangeItem>,
    mutated: &mut Vec<(Box<str>, Span)>,
) {
    let mut reader = Reader { around, at: Span::new(around.file, stmt.range()), found, mutated };
    match stmt {
        Stmt::Assign(assign) => {
            for target in &assign.targets {
                reader.target(target, Some(&assign.value));
            }
        }
        Stmt::AnnAssign(assign) if assign.value.is_some() => {
            reader.target(&assign.target, assign.value.as_deref());
        }
        Stmt::AugAssign(assign) => reader.target(&assign.target, None),
        Stmt::Delete(delete) => {
            for target in &delete.targets {
                reader.target(target, None);
            }
        }
        Stmt::Expr(expr) => {
            if let Expr::Call(call) = &*expr.value {
                reader.call(call);
            }
        }
        _ => {}
    }
}

struct Reader<'r, 'c> {
    around: &'r Around<'c>,
    at: Span,
    found: &'r mut Vec<ChangeItem>,
    mutated: &'r mut Vec<(Box<str>, Span)>,
}

impl Reader<'_, '_> {
    fn target(&mut self, target: &Expr, value: Option<&Expr>) {
        match target {
            Expr::Attribute(attribute) => {
                self.attribute(&attribute.value, Some(attribute.attr.as_str()), value);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for part in elts {
                    self.target(part, None);
                }
            }
            Expr::Subscript(subscript) => self.contents(&subscript.value),
            _ => {}
        }
    }

    fn call(&mut self, call: &ast::ExprCall) {
        let arguments = &call.arguments.args;
        match &*call.func {
            Expr::Name(name) if matches!(name.id.as_str(), "setattr" | "delattr") => {
                let [of, attribute, rest @ ..] = &arguments[..] else { return };
                let attribute = attribute.as_string_literal_expr().map(|text| text.value.to_str());
                self.attribute(of, attribute, rest.first());
            }
            Expr::Name(name) if name.id == "exec" && self.around.place == Where::Class => {
                self.change(Changed::Body, None, None);
            }
            Expr::Attribute(method) if MUTATING.contains(&method.attr.as_str()) => {
                self.contents(&method.value);
            }
            Expr::Attribute(method) if method.attr.as_str() == "__setattr__" => {
                if let Some(of) = arguments.first().filter(|a| a.is_name_expr()) {
                    self.attribute(of, None, None);
                }
            }
            callee if self.around.place == Where::Module => self.passed(callee, arguments),
            _ => {}
        }
    }

    /// What a function of the project is given, which may change it.
    fn passed(&mut self, callee: &Expr, arguments: &[Expr]) {
        let Some(callee) = dotted_name(callee) else { return };
        for argument in arguments.iter().filter_map(dotted_name) {
            self.change(Changed::Passed(callee.clone().into(), argument.into()), None, None);
        }
    }

    /// `of.attribute = value`; without a name the attribute is computed.
    fn attribute(&mut self, of: &Expr, attribute: Option<&str>, value: Option<&Expr>) {
        if attribute.is_some_and(|name| !decides(name)) {
            return;
        }
        let of = match of {
            Expr::Call(call) if dotted_name(&call.func).as_deref() == Some("type") => Changed::OwnClass,
            of => match dotted_name(of) {
                Some(name) => self.named(&name),
                None => return,
            },
        };
        self.change(of, attribute, value);
    }

    fn named(&self, name: &str) -> Changed {
        if let Some((_, over)) = self.around.loops.iter().rev().find(|(each, _)| **each == *name) {
            return Changed::Each(over.clone());
        }
        match name {
            "self" if self.around.place == Where::Function => Changed::Object,
            "cls" | "self.__class__" if self.around.place == Where::Function => Changed::OwnClass,
            name => Changed::Name(name.into()),
        }
    }

    /// What holds other values is changed in place.
    fn contents(&mut self, holder: &Expr) {
        match holder {
            Expr::Call(call) => {
                let argument = &call.arguments.args[..];
                match (dotted_name(&call.func).as_deref(), argument) {
                    (Some("locals" | "vars"), []) if self.around.place == Where::Class => {
                        self.change(Changed::Body, None, None);
                    }
                    (Some("vars"), [of]) => self.attribute(of, None, None),
                    _ => {}
                }
            }
            Expr::Attribute(inner) if inner.attr.as_str() == "__dict__" => {
                self.attribute(&inner.value, None, None);
            }
            Expr::Attribute(inner) => self.attribute(&inner.value, Some(inner.attr.as_str()), None),
            Expr::Name(name) if self.around.place == Where::Module => {
                self.mutated.push((name.id.as_str().into(), self.at));
            }
            Expr::Subscript(subscript) => self.contents(&subscript.value),
            _ => {}
        }
    }

    fn change(&mut self, of: Changed, attribute: Option<&str>, value: Option<&Expr>) {
        let Around { file, place, conditional, .. } = *self.around;
        self.found.push(ChangeItem {
            of,
            attribute: attribute.map(Into::into),
            at: self.at,
            value_at: value.map(|v| Span::new(file, v.range())),
            is_sure: !conditional && place == Where::Module,
            in_function: place == Where::Function,
        });
    }
}
