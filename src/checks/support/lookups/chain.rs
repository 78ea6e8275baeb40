//! Chains of calls on managers and querysets, as syntax.

use crate::python::ast::{self, Expr};

use super::Root;

/// Methods that give one row.
pub(super) const SINGLE: [&str; 15] = [
    "get",
    "aget",
    "first",
    "afirst",
    "last",
    "alast",
    "latest",
    "alatest",
    "earliest",
    "aearliest",
    "get_or_none",
    "get_or_create",
    "aget_or_create",
    "update_or_create",
    "aupdate_or_create",
];
/// Those of them that make the row where there is none; what it is made with beside the conditions limits nothing.
pub(super) const MAKERS: [&str; 4] =
    ["get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"];
/// Functions that give one row.
pub(super) const GETTERS: [&str; 2] = ["get_object_or_404", "aget_object_or_404"];
/// Methods whose keywords are conditions.
pub(super) const FILTERS: [&str; 10] = [
    "get",
    "aget",
    "filter",
    "get_or_none",
    "get_object_or_404",
    "aget_object_or_404",
    "get_or_create",
    "aget_or_create",
    "update_or_create",
    "aupdate_or_create",
];

/// What is met on the way down a chain.
#[derive(Default)]
pub(super) struct Chain<'a> {
    pub(super) steps: Vec<&'a str>,
    pub(super) conditions: Vec<(&'a str, &'a Expr)>,
    /// Positional arguments: `Q(...)`, `**filters`.
    pub(super) others: Vec<&'a Expr>,
    pub(super) root: Option<(Root<'a>, String)>,
    pub(super) limited: bool,
    pub(super) seen: Vec<String>,
}

impl<'a> Chain<'a> {
    pub(super) fn step(&mut self, name: &'a str, call: &'a ast::ExprCall) {
        self.steps.push(name);
        let getter = GETTERS.contains(&name);
        self.others.extend(call.arguments.args.iter().skip(usize::from(getter)));
        // A method of a manager that is none of Django's may limit by what it is given.
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(arg)
                    if MAKERS.contains(&name) && matches!(arg.as_str(), "defaults" | "create_defaults") => {}
                Some(arg) if FILTERS.contains(&name) => self.conditions.push((arg.as_str(), &keyword.value)),
                _ => self.others.push(&keyword.value),
            }
        }
    }
}

/// Whether an expression is a call that Django's querysets or managers answer.
pub(super) fn is_query(expr: &Expr) -> bool {
    const OTHERS: [&str; 20] = [
        "all",
        "exclude",
        "order_by",
        "select_related",
        "prefetch_related",
        "annotate",
        "only",
        "defer",
        "distinct",
        "values",
        "values_list",
        "count",
        "exists",
        "delete",
        "update",
        "aggregate",
        "iterator",
        "using",
        "in_bulk",
        "get_queryset",
    ];
    let Expr::Call(call) = expr else { return false };
    match &*call.func {
        Expr::Attribute(method) => {
            let name = method.attr.as_str();
            SINGLE.contains(&name) || FILTERS.contains(&name) || OTHERS.contains(&name)
        }
        Expr::Name(name) => GETTERS.contains(&name.id.as_str()),
        _ => false,
    }
}

/// The arguments of all calls along a chain, and the innermost call on the way that gives a row already.
pub(super) fn chain_parts(expr: &Expr) -> (Vec<&Expr>, Option<&Expr>) {
    let mut all = Vec::new();
    let mut row = None;
    let mut at = Some(expr);
    while let Some(inner) = at {
        at = match inner {
            Expr::Call(call) => {
                let getter = call.func.is_name_expr();
                let single = match &*call.func {
                    Expr::Attribute(method) => SINGLE.contains(&method.attr.as_str()),
                    _ => getter,
                };
                if single && !std::ptr::eq(inner, expr) {
                    row = Some(inner);
                }
                all.extend(call.arguments.args.iter().skip(usize::from(getter)));
                all.extend(call.arguments.keywords.iter().map(|k| &k.value));
                if getter { call.arguments.args.first() } else { Some(&*call.func) }
            }
            Expr::Attribute(attribute) => Some(&attribute.value),
            Expr::Subscript(part) => Some(&part.value),
            Expr::Await(waited) => Some(&waited.value),
            _ => None,
        };
    }
    (all, row)
}
