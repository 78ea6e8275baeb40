//! A view refuses callers by an `if` on `is_staff` or `is_superuser` in its body. What a permission class asks, every
//! handler gets; what a body asks, the next handler is written without.
//!
//! Left alone: tests that look at anything besides the caller's rank, such as the row or what was sent, and views whose
//! permissions ask for as much already.

use crate::checks::support::handlers::{self, Site};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::python::ast::{BoolOp, Expr, Stmt, UnaryOp};
use crate::python::{Ranged as _, TextRange, dotted_name};
use crate::source::Span;

pub(crate) struct StaffCheckInBody;

const ID: &str = "staff-check-in-body";

impl Check for StaffCheckInBody {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for site in handlers::sites(cx) {
            let found = site.read(cx, |handler| {
                let file = site.item.at.file;
                let refusal = handler.function().body.iter().find_map(|stmt| refusal(cx, file, stmt))?;
                Some(Span::new(file, refusal))
            });
            let Some(at) = found.flatten() else { continue };
            let guard = site.guard(cx);
            match &guard.unclear {
                _ if guard.is_special() => {
                    tally.passed.push(Label::new(at, "the permissions ask for as much"));
                }
                Some(why) => tally.unclear.push(Label::new(at, why.clone())),
                None => tally.findings.push(finding(cx, &site, at)),
            }
        }
        tally.outcome(&Words {
            places: "handlers that refuse by rank",
            wrong: "ask in their body and not by a permission",
            right: "are guarded by a permission as well",
            none: "No handler asks for the rank of its caller in its body.",
        })
    }
}

/// The test of an `if` that refuses by the caller's rank alone.
fn refusal(cx: &CheckContext<'_>, file: crate::source::FileId, stmt: &Stmt) -> Option<TextRange> {
    let Stmt::If(branch) = stmt else { return None };
    let refuses = |body: &[Stmt]| body.last().is_some_and(|last| is_refusal(cx, file, last));
    let lacks =
        |test: &Expr| matches!(test, Expr::UnaryOp(not) if not.op == UnaryOp::Not && is_rank(&not.operand));
    let otherwise = branch.elif_else_clauses.iter().find(|clause| clause.test.is_none());
    let refused = lacks_all(&branch.test, &lacks) && refuses(&branch.body)
        || is_rank(&branch.test) && otherwise.is_some_and(|clause| refuses(&clause.body));
    refused.then(|| branch.test.range())
}

/// `not a`, or `not a and not b`.
fn lacks_all(test: &Expr, lacks: &dyn Fn(&Expr) -> bool) -> bool {
    match test {
        Expr::BoolOp(both) => both.op == BoolOp::And && both.values.iter().all(lacks),
        one => lacks(one),
    }
}

/// Whether a test asks for the caller's rank and for nothing else.
fn is_rank(test: &Expr) -> bool {
    match test {
        Expr::BoolOp(parts) => parts.values.iter().all(is_rank),
        Expr::Attribute(_) => dotted_name(test).is_some_and(|name| {
            let name = name.strip_prefix("self.").unwrap_or(&name);
            matches!(name, "request.user.is_staff" | "request.user.is_superuser")
        }),
        _ => false,
    }
}

/// `raise PermissionDenied(...)`, `return Response(..., status=403)`, `self.permission_denied(request)`.
fn is_refusal(cx: &CheckContext<'_>, file: crate::source::FileId, stmt: &Stmt) -> bool {
    const WORDS: [&str; 6] =
        ["PermissionDenied", "permission_denied", "NotAuthenticated", "Http404", "403", "401"];
    let text = cx.sources.slice(Span::new(file, stmt.range()));
    let ends = matches!(stmt, Stmt::Raise(_) | Stmt::Return(_)) || text.contains("permission_denied(");
    ends && (WORDS.iter().any(|word| text.contains(word)) || text.contains("Forbidden"))
}

fn finding(cx: &CheckContext<'_>, site: &Site<'_>, at: Span) -> Finding {
    let message = format!(
        "{} refuses by the rank of its caller in its body; its permissions ask for less.",
        site.words(cx)
    );
    let mut finding = Finding::new(ID, site.symbol(cx), Label::new(at, "asked here only"), message);
    finding.related.push(Label::new(site.item.name_at, "the handler"));
    let staff = cx.sources.slice(at).contains("is_staff");
    let class = if staff { "`IsAdminUser`" } else { "a permission class that asks for `is_superuser`" };
    finding.instruction(match site.view {
        Some(_) => {
            format!("Ask by {class}: on the view, on the action, or in `get_permissions` for this method.")
        }
        None => format!("Ask by {class} in `@permission_classes`."),
    })
}
