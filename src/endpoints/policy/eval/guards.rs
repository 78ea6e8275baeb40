//! Decorators of classes that come between a request and `dispatch`. One that can only call the `dispatch` it was given,
//! or answer itself without asking who calls, changes nothing about who comes to the code behind it.

use std::collections::BTreeSet;

use super::{Evaluator, find};
use crate::index::Resolution;
use crate::python::ast::{Expr, ExprCall, Stmt};
use crate::python::dotted_name;
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::settings::routes::HTTP_METHODS;
use crate::source::Span;

/// Ways to the code behind the permissions other than `dispatch`, and names for what cannot be followed.
const WAYS: &[&str] = &[
    "__dict__",
    "__getattribute__",
    "as_view",
    "attrgetter",
    "check_permissions",
    "finalize_response",
    "handle_exception",
    "http_method_not_allowed",
    "initial",
    "initialize_request",
    "methodcaller",
    "perform_authentication",
    "setup",
];
/// What may be asked of what the decorator was given.
const HARMLESS: &[&str] =
    &["__doc__", "__module__", "__name__", "__qualname__", "dispatch", "method", "path"];
/// Functions that reach anything by its name.
const REACHING: &[&str] = &["eval", "exec", "getattr", "globals", "locals", "setattr", "vars", "__import__"];
/// Words of code that asks who calls.
const CALLER: &[&str] =
    &["auth", "cookie", "header", "login", "meta", "remote_addr", "session", "token", "user"];

impl Evaluator<'_> {
    /// Whether the classes and functions at these places are such a decorator.
    pub(super) fn only_forwards(&self, places: &[Span]) -> bool {
        places.iter().all(|at| {
            let text = self.sources.slice(*at).to_lowercase();
            !CALLER.iter().any(|word| text.contains(word)) && self.is_plain_code(*at)
        })
    }

    fn is_plain_code(&self, at: Span) -> bool {
        let tree = self.index.tree(self.sources, at.file);
        let mut code = Code::default();
        if let Some(class) = find::class(tree.body(), at.text_range()) {
            let methods = class.body.iter().filter_map(|s| s.as_function_def_stmt());
            let first = methods.filter_map(|m| Some(m.parameters.iter().next()?.name().to_string()));
            code.own = first.collect();
            code.visit_body(&class.body);
        } else if let Some(function) = find::function(tree.body(), at.text_range()) {
            code.parameters_of(&function.parameters);
            code.visit_body(&function.body);
        } else {
            return false;
        }
        // What it was given goes to nothing but itself and libraries.
        let gives_away = |(callee, names): &(String, BTreeSet<String>)| {
            let root = callee.split('.').next().unwrap_or(callee);
            let is_method_of_local = callee.contains('.')
                && !code.own.contains(root)
                && matches!(self.index.resolve(at.file, root), Resolution::Unresolved(_));
            let is_outside = matches!(self.index.resolve(at.file, callee), Resolution::Resolved(_));
            (is_outside || is_method_of_local) && names.iter().any(|name| code.parameters.contains(name))
        };
        !code.reaches && !code.calls.iter().any(gives_away)
    }
}

/// What the code of a decorator does.
#[derive(Default)]
struct Code {
    /// Whether it names another way to the code behind the permissions.
    reaches: bool,
    /// How methods of the decorator's class call their own object.
    own: BTreeSet<String>,
    /// Whatever else its functions are given.
    parameters: BTreeSet<String>,
    /// How deep functions nest around the code.
    depth: usize,
    /// The calls by dotted name, with the names in their arguments.
    calls: Vec<(String, BTreeSet<String>)>,
}

impl Code {
    fn parameters_of(&mut self, parameters: &crate::python::ast::Parameters) {
        let is_method = self.depth == 0 && !self.own.is_empty();
        let given = parameters.iter().skip(usize::from(is_method)).map(|p| p.name().to_string());
        for name in given {
            // A view under the name of the decorator's object cannot be told from it.
            self.reaches |= self.own.contains(&name);
            self.parameters.insert(name);
        }
    }

    fn note_call(&mut self, call: &ExprCall) {
        let Some(callee) = dotted_name(&call.func) else { return };
        self.reaches |= REACHING.contains(&&*callee);
        let mut names = Names::default();
        for argument in &call.arguments.args {
            names.visit_expr(argument);
        }
        for keyword in &call.arguments.keywords {
            names.visit_expr(&keyword.value);
        }
        self.calls.push((callee, names.0));
    }
}

fn is_way(name: &str) -> bool {
    WAYS.contains(&name) || HTTP_METHODS.contains(&name)
}

impl<'a> Visitor<'a> for Code {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::FunctionDef(function) = stmt {
            self.reaches |= is_way(&function.name);
            self.parameters_of(&function.parameters);
            self.depth += 1;
            walk_stmt(self, stmt);
            self.depth -= 1;
            return;
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute) => {
                let of_given =
                    matches!(&*attribute.value, Expr::Name(n) if self.parameters.contains(n.id.as_str()));
                self.reaches |=
                    is_way(&attribute.attr) || (of_given && !HARMLESS.contains(&&*attribute.attr));
            }
            Expr::StringLiteral(text) => self.reaches |= is_way(text.value.to_str()),
            Expr::Call(call) => self.note_call(call),
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// The names that an expression reads.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'a> Visitor<'a> for Names {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr {
            self.0.insert(name.id.to_string());
        }
        walk_expr(self, expr);
    }
}
