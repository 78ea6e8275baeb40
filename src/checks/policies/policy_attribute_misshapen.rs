//! `permission_classes`, `authentication_classes` or `throttle_classes` in a shape that DRF cannot use: a class without
//! a list around it (the missing comma), an instance or a text in the list. Such a view fails at every request.
//!
//! Left alone: calls of functions that may return a class, instances that can be called, and views whose own
//! `get_permissions` (and the like) makes something else of the value.

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{classes, syntax, views};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::{
    API_VIEW, Ancestor, ClassId, Entity, Framework, Lookup, Policy, PolicySite, Resolution, Written,
};
use crate::python::ast::Expr;
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct PolicyAttributeMisshapen;

const ID: &str = "policy-attribute-misshapen";

impl Check for PolicyAttributeMisshapen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for policy in [Policy::Permission, Policy::Authentication, Policy::Throttle] {
            for site in views::policy_sites(cx, policy) {
                let tree = cx.index.tree(cx.sources, site.at().file);
                let wrong = syntax::expression(&tree, site.value_at)
                    .map_or_else(Vec::new, |value| shape(&Names { cx, site: &site, policy }, value));
                if wrong.is_empty() {
                    tally.passed.push(Label::new(site.at(), "classes in a list"));
                } else if site.view == Truth::Yes && is_taken_as_it_is(cx, &site, policy) {
                    tally.findings.push(finding(cx, &site, policy, &wrong));
                } else {
                    tally.unclear.push(Label::new(site.at(), "a method may make something else of it"));
                }
            }
        }
        tally.outcome(&Words {
            places: "policies of views",
            wrong: "have a shape that DRF cannot use",
            right: "are lists of classes",
            none: "No view sets a policy by itself, so the defaults count.",
        })
    }
}

/// Whether DRF's own method reads the value in every view that has it.
fn is_taken_as_it_is(cx: &CheckContext<'_>, site: &PolicySite<'_>, policy: Policy) -> bool {
    let Some(class) = site.class() else { return true };
    let users = cx.index.views().filter(|(view, _)| {
        cx.index.mro(*view).order.iter().any(|a| matches!(a, Ancestor::Project(id) if *id == class))
    });
    users.into_iter().all(|(view, _)| {
        matches!(cx.index.lookup(view, policy.method()), Lookup::Framework { class: API_VIEW, .. })
    })
}

/// A part that does not fit.
struct Misfit {
    at: Span,
    /// What it is, as what follows "is".
    what: &'static str,
    /// What to write there, with the module and the name to import.
    with: Option<(Code, Option<(String, String)>)>,
}

struct Names<'a> {
    cx: &'a CheckContext<'a>,
    site: &'a PolicySite<'a>,
    policy: Policy,
}

impl Names<'_> {
    fn span(&self, expr: &Expr) -> Span {
        Span::new(self.site.at().file, expr.range())
    }

    /// Whether an expression names a class of the policy's kind.
    fn is_class(&self, expr: &Expr) -> bool {
        dotted_name(expr).is_some_and(|name| self.names_class(&name))
    }

    fn names_class(&self, name: &str) -> bool {
        let found = match self.site.class() {
            Some(class) => self.cx.index.resolve_in_class(class, name),
            None => self.cx.index.resolve_at(self.site.at(), name),
        };
        match found {
            Resolution::Resolved(Entity::Class(id)) => self.is_of_kind(id),
            Resolution::External(name) => is_library_class(&name, self.base()),
            _ => false,
        }
    }

    /// Whether a project class is of the policy's kind, and making an instance callable is not its trick.
    fn is_of_kind(&self, id: ClassId) -> bool {
        self.cx.index.is_subclass_of(id, self.base()) == Truth::Yes
            && matches!(self.cx.index.lookup(id, "__call__"), Lookup::Absent)
    }

    fn base(&self) -> &'static str {
        match self.policy {
            Policy::Permission => "rest_framework.permissions.BasePermission",
            Policy::Authentication => "rest_framework.authentication.BaseAuthentication",
            Policy::Throttle => "rest_framework.throttling.BaseThrottle",
        }
    }

    /// The class that a dotted text names, as code and import for this file.
    fn written_out(&self, text: &str) -> Option<(Code, Option<(String, String)>)> {
        let (module, name) = text.rsplit_once('.')?;
        let is_known = match classes::find(self.cx.index, text) {
            Some(id) => self.is_of_kind(id),
            None => is_library_class(text, self.base()),
        };
        if !is_known {
            return None;
        }
        let bound = !self.cx.index.file(self.site.at().file)?.bindings_of(name).is_empty();
        match bound {
            true if self.names_class(name) => Some((Code::Name(name.to_owned()), None)),
            true => None,
            false => Some((Code::Name(name.to_owned()), Some((module.to_owned(), name.to_owned())))),
        }
    }
}

/// Whether a library class is this base or inherits from it.
fn is_library_class(name: &str, base: &str) -> bool {
    let table = Framework::builtin();
    let Some(id) = table.find(name) else { return false };
    let class = table.class(id);
    class.name == base || class.bases.iter().any(|b| is_library_class(b, base))
}

/// The parts of a value that do not fit.
fn shape(names: &Names<'_>, value: &Expr) -> Vec<Misfit> {
    let at = names.span(value);
    let listed = |expr: &Expr| {
        let text = names.cx.sources.slice(names.span(expr)).to_owned();
        let whole = names.cx.sources.text(at.file);
        let before = whole[..at.start()].trim_end().ends_with('(');
        let after = whole[at.end()..].trim_start().starts_with(')');
        // In parentheses of its own the comma is all that is missing.
        let is_attribute = matches!(names.site.written, Written::Attribute(_));
        if is_attribute && before && after && !text.contains('\n') {
            Code::Raw(format!("{text},"))
        } else {
            Code::List(vec![Code::Raw(text)])
        }
    };
    match value {
        Expr::List(list) => list.elts.iter().filter_map(|e| element(names, e)).collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().filter_map(|e| element(names, e)).collect(),
        Expr::Name(_) | Expr::Attribute(_) if names.is_class(value) => {
            vec![Misfit { at, what: "a class and no list of classes", with: Some((listed(value), None)) }]
        }
        Expr::BinOp(_) | Expr::UnaryOp(_) if is_composed(names, value, 0) => {
            let what = "a composed permission and no list";
            vec![Misfit { at, what, with: Some((listed(value), None)) }]
        }
        Expr::StringLiteral(_) => vec![Misfit { at, what: "a text and no list of classes", with: None }],
        _ => Vec::new(),
    }
}

/// Whether an expression composes permission classes.
fn is_composed(names: &Names<'_>, value: &Expr, depth: usize) -> bool {
    match value {
        _ if depth > 12 || names.policy != Policy::Permission => false,
        Expr::BinOp(binary) => {
            is_composed(names, &binary.left, depth + 1) && is_composed(names, &binary.right, depth + 1)
        }
        Expr::UnaryOp(unary) => is_composed(names, &unary.operand, depth + 1),
        other => names.is_class(other),
    }
}

/// What is wrong with an element of the list.
fn element(names: &Names<'_>, value: &Expr) -> Option<Misfit> {
    let at = names.span(value);
    match value {
        Expr::StringLiteral(text) => {
            Some(Misfit { at, what: "a text", with: names.written_out(text.value.to_str()) })
        }
        Expr::Call(call) if names.is_class(&call.func) => {
            let bare = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
            let class = || (Code::Raw(names.cx.sources.slice(names.span(&call.func)).to_owned()), None);
            Some(Misfit { at, what: "an instance", with: bare.then(class) })
        }
        Expr::List(_) | Expr::Tuple(_) => Some(Misfit { at, what: "a list in the list", with: None }),
        _ => None,
    }
}

fn finding(cx: &CheckContext<'_>, site: &PolicySite<'_>, policy: Policy, wrong: &[Misfit]) -> Finding {
    let (view, name) = (views::view_name(cx.index, site.owner), policy.name());
    let first = &wrong[0];
    let text = crate::source::clean(cx.sources.slice(first.at)).replace('`', "'");
    let shown: String = text.chars().take(40).collect();
    let message = format!(
        "`{name}` of {view} cannot be used: `{shown}` is {}, and DRF calls each element of a list to make an instance. \
         Every request fails with an error 500.",
        first.what
    );
    let label = Label::new(first.at, first.what);
    let mut finding = Finding::new(ID, views::symbol(cx.index, site, policy), label, message);
    finding.related = wrong[1..].iter().map(|m| Label::new(m.at, m.what)).collect();
    let file = site.at().file;
    let mut operations = Vec::new();
    for misfit in wrong {
        let Some((with, import)) = &misfit.with else {
            let advice = format!("Write `{name}` as a list of classes, without calling them.");
            return finding.instruction(advice);
        };
        operations.push(Operation::ReplaceExpression { at: misfit.at, with: with.clone() });
        if let Some((module, name)) = import {
            operations.push(Operation::AddImport { file, module: module.clone(), name: name.clone() });
        }
    }
    finding.fix(Fix {
        title: format!("Write `{name}` as a list of classes"),
        effect: Effect::Reshapes,
        effect_note: format!("{view} answers again, to those whom the classes let in."),
        operations,
    })
}
