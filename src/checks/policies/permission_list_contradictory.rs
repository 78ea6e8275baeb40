//! A view says two things about who may call it: `AllowAny` beside a class that asks for something, a list that
//! `get_permissions` never looks at, or so many classes joined by `|` that nobody can say who gets in.
//!
//! Nobody gets in by this who should not; whoever reads the view believes the wrong half.

use crate::checks::support::permission_lists::{MODULE, Named, leaves};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::Operation;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::{Element, Expression, Lookup, Operator, Owner, Policy, PolicySite};
use crate::python::ast::Expr;
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, TextRange};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct PermissionListContradictory;

const ID: &str = "permission-list-contradictory";
/// So many doors into one view can be kept in mind.
const DOORS: usize = 4;

impl Check for PermissionListContradictory {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in views::policy_sites(cx, Policy::Permission) {
            let Some(elements) = cx.index.list_elements(site.at(), site.class(), site.value) else {
                tally.unclear.push(Label::new(site.at(), "the list is computed"));
                continue;
            };
            if let Some(found) = judge(cx, &site, &elements) {
                tally.findings.push(found);
            } else {
                tally.passed.push(Label::new(site.at(), "says one thing"));
            }
        }
        tally.outcome(&Words {
            places: "lists of permissions",
            wrong: "say two things",
            right: "say one thing",
            none: "No view sets permissions by itself.",
        })
    }
}

fn judge(cx: &CheckContext<'_>, site: &PolicySite<'_>, elements: &[Element<'_>]) -> Option<Finding> {
    let view = views::view_name(cx.index, site.owner);
    let symbol = views::symbol(cx.index, site, Policy::Permission);
    let finding = |label: &str, message: String| {
        Finding::new(ID, symbol.clone(), Label::new(site.at(), label), message)
    };
    let is_open = |element: &Element<'_>| {
        let named = leaves(cx.index, element);
        matches!(&named[..], [Named::Library(name)] if name.strip_prefix(MODULE) == Some("AllowAny"))
            && matches!(element.value, Expression::Name(_))
    };
    if elements.len() > 1 && elements.iter().any(is_open) && !elements.iter().all(is_open) {
        let message = format!(
            "`AllowAny` in the permissions of {view} changes nothing: every class of a list must agree."
        );
        let found = finding("`AllowAny` beside a class that asks", message);
        let at = element_at(cx, site, elements.iter().position(is_open)?);
        return Some(match at {
            Some(element) => found.fix(Fix {
                title: "Remove `AllowAny` from the list".to_owned(),
                effect: Effect::Safe,
                effect_note: "Nobody sees a difference: the other classes decide, before and after."
                    .to_owned(),
                operations: vec![Operation::RemoveElement { list: site.value_at, element }],
            }),
            None => found.instruction("Remove `AllowAny`, or the classes beside it."),
        });
    }
    if let Some(method) = ignored_by(cx, site) {
        let message =
            format!("`permission_classes` of {view} is never looked at: `get_permissions` decides.");
        let label = Label::new(method, "decides without it");
        return Some(
            finding("not looked at", message)
                .related([label])
                .instruction("Remove the list, or let the method fall back to `super().get_permissions()`."),
        );
    }
    let doors = elements.iter().map(|e| doors(e.value)).max().unwrap_or_default();
    (doors > DOORS).then(|| {
        let message = format!("{doors} classes joined by `|` open {view}: who gets in is hard to say.");
        let mut found = finding("many doors", message);
        found.confidence = Some(Confidence::Low);
        found.instruction("Put what they have in common into one class with a name that says who gets in.")
    })
}

/// How many classes are joined by `|`.
fn doors(value: &Expression) -> usize {
    match value {
        Expression::Binary(parts) if parts.1 == Operator::Or => doors(&parts.0) + doors(&parts.2),
        _ => 1,
    }
}

/// The `get_permissions` of the same class that never comes to the attribute.
fn ignored_by(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Option<Span> {
    let Owner::Class(class) = site.owner else { return None };
    if site.view != Truth::Yes {
        return None;
    }
    let method = cx.index.class(class).method(Policy::Permission.method())?;
    let found = cx.index.lookup(class, Policy::Permission.method());
    let is_own = matches!(found, Lookup::Method { class: of, .. } if of == class);
    let text = cx.sources.slice(method.at);
    // Anything else that the method calls on itself may look at the list.
    let looks = ["permission_classes", "super(", "self.get_", "getattr("]
        .iter()
        .any(|w| text.split_once(':').is_some_and(|(_, body)| body.contains(w)));
    let read_elsewhere = cx.sources.slice(cx.index.class(class).at).contains("self.permission_classes");
    (is_own && !looks && !read_elsewhere).then_some(method.name_at)
}

/// The place of an element in a display.
fn element_at(cx: &CheckContext<'_>, site: &PolicySite<'_>, position: usize) -> Option<Span> {
    struct Finder(TextRange, usize, Option<TextRange>);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if expr.range() == self.0 {
                let elements = match expr {
                    Expr::List(list) => &list.elts[..],
                    Expr::Tuple(tuple) => &tuple.elts[..],
                    _ => &[],
                };
                self.2 = elements.get(self.1).map(Expr::range);
            } else {
                visitor::walk_expr(self, expr);
            }
        }
    }
    let written = site.value.elements()?;
    if written.iter().any(|e| matches!(e, Expression::Starred(_))) {
        return None;
    }
    let file = site.value_at.file;
    let tree = cx.index.tree(cx.sources, file);
    let mut finder = Finder(site.value_at.text_range(), position, None);
    finder.visit_body(tree.body());
    finder.2.map(|range| Span::new(file, range))
}
