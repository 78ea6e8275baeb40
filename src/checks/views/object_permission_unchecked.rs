//! `get_object` of a DRF view that fetches by the caller's key and never asks the object permissions, which DRF does
//! only in its own `get_object`.
//!
//! Passed over: methods under a decorator that is not known to be harmless, Django's own class-based views, and
//! classes of which it cannot be told that they are DRF views.
//! <https://www.django-rest-framework.org/api-guide/permissions/#object-level-permissions>

use std::collections::BTreeMap;

use crate::checks::support::functions::{find, stands_alone, wrapped_by};
use crate::checks::support::narrowed;
use crate::checks::support::object_fetch::{Checked, Return, returns};
use crate::checks::support::permission_lists::MODULE;
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation, Place};
use crate::endpoints::policy::Detail;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Lookup, ProjectIndex};
use crate::python::ast::StmtFunctionDef;
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct ObjectPermissionUnchecked;

const ID: &str = "object-permission-unchecked";
impl Check for ObjectPermissionUnchecked {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let (mut findings, mut unclear, mut passed) = (Vec::new(), Vec::new(), Vec::new());
        for (class, users, method) in methods(cx) {
            match judge(cx, class, &users, method) {
                Judged::Fails(finding) => findings.push(*finding),
                Judged::Unclear(why) => unclear.push(Label::new(method.name_at, why)),
                Judged::Passes => passed
                    .push(Label::new(method.name_at, "every path is checked, delegated or the caller's own")),
            }
        }
        let count = (findings.len() + unclear.len() + passed.len()) as u32;
        let places = (passed.len() as u32, count);
        let outcome = if !findings.is_empty() {
            let many = findings.len();
            Outcome::fail(
                format!("{many} of {count} `get_object` methods skip the object permissions."),
                findings,
            )
        } else if !unclear.is_empty() {
            let many = unclear.len();
            Outcome::unknown(
                format!("What {many} of {count} `get_object` methods check cannot be told."),
                unclear,
            )
        } else if count == 0 {
            Outcome::pass("No DRF view replaces `get_object`, so DRF checks each object.", Vec::new())
        } else {
            Outcome::pass(format!("All {count} `get_object` methods check what they return."), passed)
        };
        outcome.with_places(places.0, places.1)
    }
}

/// The `get_object` methods that answer for a DRF view: the class, the views that use it, the method.
fn methods<'a>(cx: &CheckContext<'a>) -> Vec<(ClassId, Vec<ClassId>, &'a FunctionItem)> {
    let index = cx.index;
    let mut found: BTreeMap<ClassId, (Vec<ClassId>, &FunctionItem)> = BTreeMap::new();
    for (view, truth) in index.views() {
        if truth != Truth::Yes {
            continue;
        }
        if let Lookup::Method { class, method } = index.lookup(view, "get_object")
            && !views::is_beside(cx, index.class_file(class))
        {
            found.entry(class).or_insert_with(|| (Vec::new(), method)).0.push(view);
        }
    }
    let mut all: Vec<_> = found.into_iter().map(|(class, (views, method))| (class, views, method)).collect();
    for (class, users, _) in &mut all {
        // A base that names no rows is not served itself; the classes that name some answer for its method.
        if users.len() > 1 && !names_rows(index, *class) {
            users.retain(|u| u != class);
        }
    }
    all
}

/// Whether a project class says which rows a view serves.
fn names_rows(index: &ProjectIndex, view: ClassId) -> bool {
    ["queryset", "get_queryset"]
        .iter()
        .any(|name| matches!(index.lookup(view, name), Lookup::Value { .. } | Lookup::Method { .. }))
}

enum Judged {
    Passes,
    Fails(Box<Finding>),
    Unclear(String),
}

/// Judges a method for every view that uses it: what `get_queryset` gives may differ.
fn judge(cx: &CheckContext<'_>, class: ClassId, users: &[ClassId], method: &FunctionItem) -> Judged {
    if let Some(name) = wrapped_by(method) {
        return Judged::Unclear(format!("`{name}` wraps the method"));
    }
    let tree = cx.index.tree(cx.sources, method.at.file);
    let Some(function) = find(&tree, method.at) else {
        return Judged::Unclear("the method could not be read".to_owned());
    };
    let item = cx.index.class(class);
    let mut unclear = None;
    let mut failing = None;
    for &view in users {
        let returns = returns(cx, view, function);
        if returns.iter().any(|r| r.verdict == Checked::No) {
            failing = Some((view, returns));
            break;
        }
        for ret in returns {
            if let Checked::Unclear(why) = ret.verdict {
                unclear.get_or_insert(why);
            }
        }
    }
    let Some((view, returns)) = failing else {
        return unclear.map_or(Judged::Passes, Judged::Unclear);
    };
    let unchecked: Vec<&Return> = returns.iter().filter(|r| r.verdict == Checked::No).collect();
    let text_of = |m: &FunctionItem| cx.sources.slice(m.at);
    let elsewhere =
        item.methods.iter().any(|m| m.at != method.at && text_of(m).contains("check_object_permissions"));
    if elsewhere {
        return Judged::Unclear("another method of the class calls `check_object_permissions`".to_owned());
    }
    let generic = cx.index.is_subclass_of(view, "rest_framework.generics.GenericAPIView") == Truth::Yes;
    if !generic && let Some(why) = narrowed::by_callers(cx, view, "get_object") {
        return Judged::Unclear(why);
    }
    let name = &item.name;
    let message = format!(
        "`get_object` of `{name}` returns an object found by the caller's key without \
         `check_object_permissions`, so no object permission is asked."
    );
    let label = Label::new(method.name_at, "replaces the method that checks");
    let symbol = format!("{}.get_object", cx.index.class_name(class));
    let mut finding = Finding::new(ID, symbol, label, message);
    finding.related =
        unchecked.iter().map(|r| Label::new(Span::new(method.at.file, r.at), "returned unchecked")).collect();
    if !generic {
        finding.confidence = Some(Confidence::Med);
    }
    if users.iter().all(|view| asks_no_object(cx, *view)) {
        finding.message.push_str(" Its permissions ask for none today.");
        finding.severity = Some(Severity::Med);
    }
    let by_hand = "Call `self.check_object_permissions(self.request, obj)` before each `return`, or fetch through \
                   `super().get_object()`.";
    Judged::Fails(Box::new(match fix(cx, method.at, function, &unchecked) {
        Some(fix) => finding.fix(fix),
        None => finding.instruction(by_hand),
    }))
}

/// Whether a view's permissions are a plain list of DRF's own, none of which looks at objects.
fn asks_no_object(cx: &CheckContext<'_>, view: ClassId) -> bool {
    let access = cx.access.of_class(view, Detail::Objects);
    let mut asked = access.handlers.iter().map(|h| &h.asked).chain(&access.general).peekable();
    asked.peek().is_some()
        && asked.all(|asked| {
            asked.object == Some(false)
                && asked.classes.as_ref().is_some_and(|all| all.iter().all(|name| name.starts_with(MODULE)))
        })
}

/// Inserts the check before each unchecked return. `None` when a return does not stand on lines of its own.
fn fix(
    cx: &CheckContext<'_>,
    method: Span,
    function: &StmtFunctionDef,
    unchecked: &[&Return],
) -> Option<Fix> {
    let receiver = function.parameters.iter().next()?.name().as_str();
    if function.is_async || receiver == "cls" {
        return None;
    }
    let file = method.file;
    let whole = cx.sources.slice(method);
    let free = ["obj", "instance", "found"].into_iter().find(|n| !mentions(whole, n))?;
    let mut operations = Vec::new();
    for ret in unchecked {
        let at = Span::new(file, ret.at);
        if !stands_alone(cx.sources.text(file), at) {
            return None;
        }
        let name = ret.name.as_deref().unwrap_or(free);
        let mut lines = Vec::new();
        if ret.name.is_none() {
            let value = cx.sources.slice(Span::new(file, ret.value));
            let with = Code::Name(name.to_owned());
            lines.extend(bound(cx.sources.text(file), at, name, value)?);
            operations.push(Operation::ReplaceExpression { at: Span::new(file, ret.value), with });
        }
        lines.push(format!("{receiver}.check_object_permissions({receiver}.request, {name})"));
        operations.push(Operation::AddStatement { file, lines, place: Place::Before(at) });
    }
    Some(Fix {
        title: "Check the object permissions before the object is returned".to_owned(),
        effect: Effect::Tightens,
        effect_note:
            "Callers whom the view's permission classes refuse for this object get 403 or 404 instead of it."
                .to_owned(),
        operations,
    })
}

/// `name = value` as lines with the indentation of the statement at `at` taken off.
fn bound(text: &str, at: Span, name: &str, value: &str) -> Option<Vec<String>> {
    if value.contains("\"\"\"") || value.contains("'''") || value.contains("\\\n") {
        return None;
    }
    let start = text[..at.start()].rfind('\n').map_or(0, |n| n + 1);
    let indent = &text[start..at.start()];
    // What was in brackets of `return (...)` is no longer: several lines need brackets of their own.
    let multiline = value.contains('\n');
    if multiline && !value.ends_with([')', ']', '}']) {
        return None;
    }
    let mut lines = value.lines();
    let mut all = vec![format!("{name} = {}", lines.next()?)];
    for line in lines {
        all.push(line.strip_prefix(indent).unwrap_or(line.trim_start()).to_owned());
    }
    Some(all)
}

/// Whether a name occurs as a word.
fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}
