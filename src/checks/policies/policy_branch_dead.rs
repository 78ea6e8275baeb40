//! `get_permissions`, `get_authenticators` or `get_throttles` of a view with a branch that does not do what it says: the
//! action is compared with a list by `==` (never true) or looked for in a text (a missing comma), or some way through the
//! method returns nothing, which DRF cannot go through.

use crate::checks::support::paths::exits;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, views};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Effect, Finding, Fix, Label, Outcome, Severity};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Policy};
use crate::python::ast::{CmpOp, Expr, ExprCompare, StmtFunctionDef};
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::{Span, clean};

pub(crate) struct PolicyBranchDead;

const ID: &str = "policy-branch-dead";
const POLICIES: [Policy; 3] = [Policy::Permission, Policy::Authentication, Policy::Throttle];

impl Check for PolicyBranchDead {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (class, view) in views::classes(cx) {
            for method in POLICIES.iter().filter_map(|p| cx.index.class(class).method(p.method())) {
                let tree = cx.index.tree(cx.sources, method.at.file);
                let function = functions::find(&tree, method.at).filter(|_| view == Truth::Yes);
                let Some(function) = function.filter(|_| method.decorators.is_empty()) else {
                    tally.unclear.push(Label::new(method.name_at, "what the method becomes cannot be told"));
                    continue;
                };
                let before = tally.findings.len();
                judge(cx, class, method, function, &mut tally);
                if tally.findings.len() == before {
                    tally.passed.push(Label::new(method.name_at, "every branch can be taken"));
                }
            }
        }
        tally.outcome(&Words {
            places: "methods that make a view's policy",
            wrong: "have a branch that does not do what it says",
            right: "give a list on every way",
            none: "No view makes its policy in a method.",
        })
    }
}

fn judge(
    cx: &CheckContext<'_>,
    class: ClassId,
    method: &FunctionItem,
    function: &StmtFunctionDef,
    tally: &mut Tally,
) {
    let (view, name) = (&cx.index.class(class).name, &method.name);
    let symbol = format!("{}.{name}", cx.index.class_name(class));
    let mut comparisons = Comparisons(Vec::new());
    comparisons.visit_body(&function.body);
    for compare in comparisons.0 {
        let at = Span::new(method.at.file, compare.range());
        let Some((what, with)) = wrong(cx, method, compare) else { continue };
        let text = clean(cx.sources.slice(at)).replace('`', "'");
        let message = format!("`{text}` in `{name}` of `{view}` {what}.");
        let found = Finding::new(ID, format!("{symbol}.{text}"), Label::new(at, "not what it says"), message)
            .related([Label::new(cx.index.class(class).name_at, "the view")]);
        tally.findings.push(
            found.fix(Fix {
                title: format!("Compare by `{}`", with.1),
                effect: Effect::Reshapes,
                effect_note:
                    "The branch is taken for each of the actions named, and its policy counts for them."
                        .to_owned(),
                operations: vec![Operation::ReplaceExpression { at, with: Code::Raw(with.0) }],
            }),
        );
    }
    let exits = exits(&function.body);
    let nothing = exits.returns.iter().find(|r| r.value.as_ref().is_none_or(|v| v.is_none_literal_expr()));
    let at = match nothing {
        Some(ret) => Span::new(method.at.file, ret.range()),
        None if exits.falls_off => method.name_at,
        None => return,
    };
    let message = format!(
        "Some way through `{name}` of `{view}` returns nothing; DRF cannot go through that, and the request ends in an \
         error 500."
    );
    let mut found = Finding::new(ID, symbol, Label::new(at, "returns nothing on some way"), message);
    found.severity = Some(Severity::Low);
    let advice = format!(
        "End the method with `return super().{name}()`, so that what is inherited counts for the rest."
    );
    tally.findings.push(found.instruction(advice));
}

/// What is wrong with a comparison, as what follows its text, and what to write instead, with the operator.
fn wrong(
    cx: &CheckContext<'_>,
    method: &FunctionItem,
    compare: &ExprCompare,
) -> Option<(&'static str, (String, &'static str))> {
    let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
    let left = dotted_name(&compare.left)?;
    if !matches!(left.strip_prefix("self.")?, "action" | "request.method") {
        return None;
    }
    let is_display = matches!(right, Expr::List(_) | Expr::Tuple(_) | Expr::Set(_));
    let source = |expr: &Expr| cx.sources.slice(Span::new(method.at.file, expr.range()));
    let (what, operator) = match operator {
        CmpOp::Eq | CmpOp::Is if is_display => ("is never true: a name is no list", "in"),
        CmpOp::NotEq | CmpOp::IsNot if is_display => ("is always true: a name is no list", "not in"),
        CmpOp::In if right.is_string_literal_expr() => {
            ("looks for the action in a text, letter by letter, and fails without one", "in")
        }
        _ => return None,
    };
    let right = match right {
        Expr::StringLiteral(_) => format!("[{}]", source(right)),
        // In parentheses of its own already, as far as the place goes.
        other => source(other).to_owned(),
    };
    Some((what, (format!("{left} {operator} {right}"), operator)))
}

struct Comparisons<'a>(Vec<&'a ExprCompare>);

impl<'a> Visitor<'a> for Comparisons<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Compare(compare) = expr {
            self.0.push(compare);
        }
        visitor::walk_expr(self, expr);
    }
}
