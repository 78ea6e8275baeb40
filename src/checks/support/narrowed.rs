//! Whether the methods of a plain view that call its own `get_object` limit what it finds: by what they hand to it, or
//! by looking at the caller themselves. DRF calls it in generic views only, and without arguments.
//!
//! This is no proof that every path is limited: it makes an answer unclear, never right.

use crate::checks::CheckContext;
use crate::index::items::FunctionItem;
use crate::index::{Ancestor, ClassId};
use crate::python::ast::{Expr, ExprCall};
use crate::python::dotted_name;
use crate::python::visitor::{self, Visitor};

use super::facts::Facts;
use super::functions::find;

/// Parts of a request that the caller writes, or that say nothing about them.
const PLAIN: [&str; 9] =
    ["data", "query_params", "GET", "POST", "FILES", "method", "version", "META", "parser_context"];

/// Why a method of `class` may be limited by the methods that call it; `None` where they only pass a key on, or none
/// is found.
pub(crate) fn by_callers(cx: &CheckContext<'_>, class: ClassId, name: &str) -> Option<String> {
    let called = format!(".{name}(");
    let mut calling = 0;
    let mut looking = 0;
    for method in methods(cx, class).filter(|m| &*m.name != name) {
        if !cx.sources.slice(method.at).contains(&called) {
            continue;
        }
        let tree = cx.index.tree(cx.sources, method.at.file);
        let Some(function) = find(&tree, method.at) else { continue };
        let mut facts = Facts::default();
        facts.visit_body(&function.body);
        let mut calls = Calls { name, found: Vec::new() };
        calls.visit_body(&function.body);
        if calls.found.is_empty() {
            continue;
        }
        let mut arguments = calls.found.iter().flat_map(|call| call.arguments.iter_source_order());
        if arguments.any(|argument| is_of_caller(argument.value(), &facts)) {
            return Some(format!("`{}` hands it what belongs to the request", method.name));
        }
        calling += 1;
        looking += usize::from(facts.mentions.contains(&"user"));
    }
    (calling > 0 && calling == looking)
        .then(|| "each method that calls it looks at the caller by itself".to_owned())
}

fn methods<'a>(cx: &CheckContext<'a>, class: ClassId) -> impl Iterator<Item = &'a FunctionItem> {
    let index = cx.index;
    let classes = index.mro(class).order.clone().into_iter();
    classes
        .filter_map(|ancestor| if let Ancestor::Project(id) = ancestor { Some(id) } else { None })
        .flat_map(move |id| index.class(id).methods.iter())
}

/// Whether a value, or what a local name holds, comes from what was found out about the caller.
fn is_of_caller(value: &Expr, facts: &Facts<'_>) -> bool {
    let values = match value {
        Expr::Name(name) => facts.values.get(name.id.as_str()).cloned().unwrap_or_default(),
        other => vec![other],
    };
    let mut finder = OfCaller(false);
    for value in values {
        finder.visit_expr(value);
    }
    finder.0
}

struct OfCaller(bool);

impl<'a> Visitor<'a> for OfCaller {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(_) = expr
            && let Some(name) = dotted_name(expr)
        {
            let mut parts = name.split('.').skip_while(|part| *part != "request").skip(1);
            self.0 |= parts.next().is_some_and(|part| !PLAIN.contains(&part));
            return;
        }
        visitor::walk_expr(self, expr);
    }
}

struct Calls<'a, 'n> {
    name: &'n str,
    found: Vec<&'a ExprCall>,
}

impl<'a> Visitor<'a> for Calls<'a, '_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let Expr::Attribute(callee) = &*call.func
            && callee.attr.as_str() == self.name
            && callee.value.is_name_expr()
        {
            self.found.push(call);
        }
        visitor::walk_expr(self, expr);
    }
}
