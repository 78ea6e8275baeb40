//! A permission class of the project whose methods do not decide: every way out says yes, the method returns nothing, or
//! it has a name that DRF never calls.
//!
//! Left alone: a class that does nothing but `return True` under a name that says so, classes that others inherit from,
//! methods that decide by raising, and what helpers do.

use crate::checks::support::paths::{Exits, exits, truth};
use crate::checks::support::spelling::is_close;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, syntax, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Finding, Label, Outcome, Severity};
use crate::index::items::FunctionItem;
use crate::index::{Ancestor, ClassId, Lookup};
use crate::python::ast::{Expr, Stmt, StmtFunctionDef};
use crate::python::dotted_name;
use crate::settings::Truth;

pub(crate) struct PermissionClassIneffective;

const ID: &str = "permission-class-ineffective";
const BASE: &str = "rest_framework.permissions.BasePermission";
const METHODS: [&str; 2] = ["has_permission", "has_object_permission"];
/// Methods of Django's user that are true when nobody calls them.
const USER_METHODS: [&str; 4] = ["has_perm", "has_perms", "has_module_perms", "get_all_permissions"];

impl Check for PermissionClassIneffective {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (class, item) in cx.index.classes() {
            if cx.index.is_subclass_of(class, BASE) != Truth::Yes || views::is_beside(cx, item.at.file) {
                continue;
            }
            for method in &item.methods {
                judge(cx, class, method, &mut tally);
            }
        }
        tally.outcome(&Words {
            places: "methods of permission classes",
            wrong: "decide nothing",
            right: "decide",
            none: "The project has no permission class of its own.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, method: &FunctionItem, tally: &mut Tally) {
    let name = &*method.name;
    if let Some(meant) = misspelled(cx, class, name) {
        let message =
            format!("`{name}` of `{}` is never called: DRF calls `{meant}`.", cx.index.class(class).name);
        let advice = format!("Rename the method to `{meant}`.");
        return tally
            .findings
            .push(finding(cx, class, method, message, "DRF never calls it").instruction(advice));
    }
    if !METHODS.contains(&name) {
        return;
    }
    let tree = cx.index.tree(cx.sources, method.at.file);
    let decorated = !method.decorators.is_empty();
    let Some(function) = functions::find(&tree, method.at).filter(|_| !decorated) else {
        return tally.unclear.push(Label::new(method.name_at, "a decorator may change what it answers"));
    };
    match verdict(cx, class, function) {
        Verdict::Decides => tally.passed.push(Label::new(method.name_at, "decides")),
        Verdict::Unclear => tally.unclear.push(Label::new(method.name_at, "it may refuse by an exception")),
        Verdict::Wrong { what, label, severity } => {
            let view = &cx.index.class(class).name;
            let mut found = finding(cx, class, method, format!("`{name}` of `{view}` {what}."), label);
            found.severity = severity;
            if severity == Some(Severity::Low) {
                found.confidence = Some(Confidence::Low);
            }
            tally.findings.push(found.instruction(format!(
                "Let every way out of `{name}` return whether the caller may pass, or remove the class where it is to \
                 decide nothing."
            )));
        }
    }
}

fn finding(
    cx: &CheckContext<'_>,
    class: ClassId,
    method: &FunctionItem,
    message: String,
    label: &str,
) -> Finding {
    let symbol = format!("{}.{}", cx.index.class_name(class), method.name);
    Finding::new(ID, symbol, Label::new(method.name_at, label), message)
        .related([Label::new(cx.index.class(class).name_at, "the permission class")])
}

/// The method that DRF calls, for a name that is a slip away from it and that nobody else calls.
fn misspelled(cx: &CheckContext<'_>, class: ClassId, name: &str) -> Option<&'static str> {
    if METHODS.contains(&name) || name.starts_with('_') {
        return None;
    }
    let meant = METHODS.into_iter().find(|m| {
        is_close(name, m, 2) || *m == "has_object_permission" && is_close(name, "has_obj_permission", 1)
    })?;
    let defined = !matches!(cx.index.lookup(class, meant), Lookup::Framework { .. });
    let inherited = !matches!(cx.index.lookup_inherited(class, name), Lookup::Absent);
    (!defined && !inherited && !syntax::is_read(cx, name)).then_some(meant)
}

enum Verdict {
    Decides,
    Unclear,
    /// What it does, as what follows the name of the method and the class.
    Wrong {
        what: String,
        label: &'static str,
        severity: Option<Severity>,
    },
}

fn verdict(cx: &CheckContext<'_>, class: ClassId, function: &StmtFunctionDef) -> Verdict {
    let wrong = |what: &str, label| Verdict::Wrong { what: what.to_owned(), label, severity: None };
    if function.is_async {
        // `adrf` and the like await such methods.
        let awaited = cx.index.files().any(|f| f.imports.iter().any(|i| i.module.starts_with("adrf")));
        let what = "is a coroutine: DRF does not await it, and a coroutine counts as yes";
        return if awaited { Verdict::Unclear } else { wrong(what, "always true") };
    }
    let exits = exits(&function.body);
    let values: Vec<Truth> = exits
        .returns
        .iter()
        .map(|r| r.value.as_deref().map_or(Truth::No, |v| answer(cx, class, v)))
        .collect();
    if !values.is_empty() && !exits.falls_off && values.iter().all(|t| *t == Truth::Yes) {
        return always(cx, class, function, &exits);
    }
    if !exits.falls_off || exits.returns.iter().any(|r| r.value.is_some()) || is_stub(cx, class, function) {
        return Verdict::Decides;
    }
    let last = function.body.last();
    let lost = last.is_some_and(|s| matches!(s, Stmt::Expr(e) if is_answer(&e.value)));
    let what = if lost {
        "computes an answer and does not return it, so everybody is refused"
    } else if exits.raises || exits.calls {
        "returns nothing, so whoever causes no exception is refused too"
    } else {
        "returns nothing, so everybody is refused"
    };
    Verdict::Wrong { what: what.to_owned(), label: "no value is returned", severity: Some(Severity::Med) }
}

/// A method that only ever says yes.
fn always(cx: &CheckContext<'_>, class: ClassId, function: &StmtFunctionDef, exits: &Exits<'_>) -> Verdict {
    if exits.raises {
        return Verdict::Decides;
    }
    if exits.calls {
        return Verdict::Unclear;
    }
    let body = without_docstring(&function.body);
    let plain =
        matches!(body, [Stmt::Return(r)] if r.value.as_deref().is_some_and(Expr::is_boolean_literal_expr));
    if !plain {
        let what = "says yes on every way through it, so it refuses nobody";
        return Verdict::Wrong { what: what.to_owned(), label: "always true", severity: None };
    }
    // The other method may be the one that decides, and `return True` is what DRF's own base does.
    let other = METHODS.into_iter().find(|m| *m != function.name.as_str()).unwrap_or_default();
    let decides_there = match cx.index.lookup(class, other) {
        Lookup::Method { method, .. } => !method.returns_true,
        Lookup::Framework { class, .. } => class != BASE && class != "rest_framework.permissions.AllowAny",
        _ => true,
    };
    let replaces_a_check = matches!(cx.index.lookup_inherited(class, &function.name), Lookup::Method { .. });
    if decides_there || replaces_a_check || is_subclassed(cx, class) || says_open(&cx.index.class(class).name)
    {
        return Verdict::Decides;
    }
    Verdict::Wrong {
        what: "is just `return True`, and the class decides nothing else; its name promises more".to_owned(),
        label: "always true",
        severity: Some(Severity::Low),
    }
}

/// The truth of what a method returns, with methods that are named and not called.
fn answer(cx: &CheckContext<'_>, class: ClassId, value: &Expr) -> Truth {
    if let Expr::Attribute(attribute) = value {
        if USER_METHODS.contains(&attribute.attr.as_str()) {
            return Truth::Yes;
        }
        let name = dotted_name(value).unwrap_or_default();
        if let Some(own) = name.strip_prefix("self.")
            && let Lookup::Method { method, .. } = cx.index.lookup(class, own)
            && method.decorators.is_empty()
        {
            return Truth::Yes;
        }
    }
    truth(value)
}

/// Whether an expression in a statement of its own looks like the answer of the method.
fn is_answer(value: &Expr) -> bool {
    match value {
        Expr::Compare(_)
        | Expr::BoolOp(_)
        | Expr::UnaryOp(_)
        | Expr::BooleanLiteral(_)
        | Expr::Attribute(_) => true,
        Expr::Call(call) => {
            let name = dotted_name(&call.func).unwrap_or_default();
            let last = name.rsplit('.').next().unwrap_or_default();
            last == "bool" || last.starts_with("has_") || last.starts_with("is_") || last == "exists"
        }
        _ => false,
    }
}

/// Whether a method is there to be replaced: nothing but a docstring, `pass`, or `...` in a class that others inherit
/// from.
fn is_stub(cx: &CheckContext<'_>, class: ClassId, function: &StmtFunctionDef) -> bool {
    let empty = without_docstring(&function.body).iter().all(|s| match s {
        Stmt::Pass(_) => true,
        Stmt::Expr(e) => e.value.is_ellipsis_literal_expr(),
        _ => false,
    });
    empty && is_subclassed(cx, class)
}

fn is_subclassed(cx: &CheckContext<'_>, class: ClassId) -> bool {
    cx.index
        .classes()
        .any(|(other, _)| other != class && cx.index.mro(other).order.contains(&Ancestor::Project(class)))
}

/// Whether a class's name says that it lets everybody in.
fn says_open(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["allow", "any", "every", "open", "public", "noperm", "nopermission", "dummy", "unrestricted", "always"]
        .iter()
        .any(|word| lower.contains(word))
}

fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    let is_text = |s: &Stmt| matches!(s, Stmt::Expr(e) if e.value.is_string_literal_expr());
    if body.first().is_some_and(is_text) { &body[1..] } else { body }
}
