//! `get_permissions` of a view with a branch that lets everybody in: `return []`, `return [AllowAny()]`, or the list that
//! it goes through afterwards. That is how a sign-up is opened in a view set of accounts, so this is a hint.
//!
//! Read is what stands in the method itself; lists and classes that code computes are passed over.

use crate::checks::support::permission_lists::MODULE;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Finding, Label, Outcome};
use crate::index::items::FunctionItem;
use crate::index::{ClassId, Policy, Resolution};
use crate::python::ast::{ExceptHandler, Expr, ExprDict, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::{Span, clean};

pub(crate) struct PermissionBranchOpen;

const ID: &str = "permission-branch-open";
/// How much of a test is shown.
const LONGEST: usize = 70;

impl Check for PermissionBranchOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (class, view) in views::classes(cx) {
            let Some(method) = cx.index.class(class).method(Policy::Permission.method()) else { continue };
            let tree = cx.index.tree(cx.sources, method.at.file);
            let Some(function) = functions::find(&tree, method.at).filter(|_| view == Truth::Yes) else {
                tally.unclear.push(Label::new(method.name_at, "a base that is not known may be no view"));
                continue;
            };
            let returned = returned(&function.body);
            let mut branches = Branches { cx, method, returned, open: Vec::new(), tests: Vec::new() };
            branches.block(&function.body);
            let places: Vec<_> = branches.open;
            if places.is_empty() {
                tally.passed.push(Label::new(method.name_at, "no branch is open by what it says"));
            }
            tally.findings.extend(places.into_iter().map(|place| finding(cx, class, place)));
        }
        tally.outcome(&Words {
            places: "branches of `get_permissions`",
            wrong: "let everybody in",
            right: "ask something of the caller",
            none: "No view makes its permissions in a method.",
        })
    }
}

/// Whether a test holds only for a caller who was told by credentials: `self.request.user.is_staff`,
/// `request.auth == "kiosk"`.
fn tells_caller(test: &str) -> bool {
    let turned = ["not ", "!=", " is None", "nonymous"];
    let tells = |part: &str| {
        ["request.user", "request.auth"].iter().any(|who| part.contains(who))
            && !turned.iter().any(|word| part.contains(word))
    };
    !test.contains(" or ") && test.split(" and ").any(tells)
}

/// The local names of which the answers of a method are made.
fn returned(body: &[Stmt]) -> Vec<&str> {
    struct Finder<'a>(Vec<&'a str>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if let Stmt::Return(given) = stmt
                && let Some(value) = given.value.as_deref()
            {
                match value {
                    Expr::Name(name) => self.0.push(name.id.as_str()),
                    Expr::ListComp(made) => {
                        let names = made.generators.iter().filter_map(|g| g.iter.as_name_expr());
                        self.0.extend(names.map(|name| name.id.as_str()));
                    }
                    _ => {}
                }
            }
            visitor::walk_stmt(self, stmt);
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_body(body);
    finder.0
}

/// An open branch: where it says so, and under which test, if any.
struct Open {
    at: Span,
    test: Option<String>,
}

struct Branches<'a> {
    cx: &'a CheckContext<'a>,
    method: &'a FunctionItem,
    /// Local names that the answer is made of.
    returned: Vec<&'a str>,
    open: Vec<Open>,
    tests: Vec<String>,
}

impl Branches<'_> {
    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            match stmt {
                Stmt::Return(ret) => {
                    if let Some(value) = ret.value.as_deref() {
                        self.value(value, stmt);
                    }
                }
                Stmt::Assign(assign) => {
                    let is_list = assign.targets.iter().any(|t| {
                        dotted_name(t).is_some_and(|n| {
                            n.trim_start_matches("self.").contains("permission")
                                || self.returned.contains(&&*n)
                        })
                    });
                    if is_list {
                        self.value(&assign.value, stmt);
                    }
                }
                Stmt::If(branch) => {
                    let test = self.text(branch.test.range());
                    self.under(test.clone(), &branch.body);
                    for clause in &branch.elif_else_clauses {
                        let test = match &clause.test {
                            Some(test) => self.text(test.range()),
                            None => format!("not {test}"),
                        };
                        self.under(test, &clause.body);
                    }
                }
                Stmt::Match(choice) => {
                    let subject = self.text(choice.subject.range());
                    for case in &choice.cases {
                        let pattern = self.text(case.pattern.range());
                        self.under(format!("{subject} matches {pattern}"), &case.body);
                    }
                }
                Stmt::With(with) => self.block(&with.body),
                Stmt::Try(attempt) => {
                    self.block(&attempt.body);
                    for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                        self.under("an exception is caught".to_owned(), &handler.body);
                    }
                    self.block(&attempt.orelse);
                }
                _ => {}
            }
        }
    }

    fn under(&mut self, test: String, body: &[Stmt]) {
        self.tests.push(test);
        self.block(body);
        self.tests.pop();
    }

    fn text(&self, range: crate::python::TextRange) -> String {
        let text = clean(self.cx.sources.slice(Span::new(self.method.at.file, range))).replace('`', "'");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > LONGEST {
            return text.chars().take(LONGEST).chain(['…']).collect();
        }
        text
    }

    /// A list; one of several by a condition or out of a dict by its key; or the instances of its classes.
    fn value(&mut self, value: &Expr, stmt: &Stmt) {
        match value {
            Expr::If(either) => {
                let test = self.text(either.test.range());
                let not = format!("not {test}");
                return self.values([(test, &*either.body), (not, &*either.orelse)], stmt);
            }
            Expr::ListComp(made) => {
                if let [generator] = &made.generators[..] {
                    self.value(&generator.iter, stmt);
                }
                return;
            }
            Expr::Subscript(part) => {
                if let Expr::Dict(dict) = &*part.value {
                    self.entries(dict, &part.slice, stmt);
                }
                return;
            }
            Expr::Call(call) => {
                if let Expr::Attribute(method) = &*call.func
                    && let Expr::Dict(dict) = &*method.value
                    && let [key, default @ ..] = &call.arguments.args[..]
                    && method.attr.as_str() == "get"
                {
                    self.entries(dict, key, stmt);
                    let test = format!("{} is no key", self.text(key.range()));
                    return self.values(default.iter().map(|value| (test.clone(), value)), stmt);
                }
                return;
            }
            _ => {}
        }
        let elements = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return,
        };
        // A list that is filled further down begins empty.
        if elements.is_empty() && stmt.is_assign_stmt() {
            return;
        }
        let told = self.tests.last().is_some_and(|test| tells_caller(test));
        if elements.iter().all(|e| self.is_allow_any(e)) && !told {
            let at = Span::new(self.method.at.file, stmt.range());
            self.open.push(Open { at, test: self.tests.last().cloned() });
        }
    }

    fn entries(&mut self, dict: &ExprDict, key: &Expr, stmt: &Stmt) {
        let key = self.text(key.range());
        let named = dict.items.iter().filter_map(|item| {
            let name = self.text(item.key.as_ref()?.range());
            Some((format!("{key} == {name}"), &item.value))
        });
        let named: Vec<_> = named.collect();
        self.values(named, stmt);
    }

    fn values<'e>(&mut self, values: impl IntoIterator<Item = (String, &'e Expr)>, stmt: &Stmt) {
        for (test, value) in values {
            self.tests.push(test);
            self.value(value, stmt);
            self.tests.pop();
        }
    }

    fn is_allow_any(&self, element: &Expr) -> bool {
        let callee = match element {
            Expr::Call(call) => &call.func,
            other => other,
        };
        dotted_name(callee).is_some_and(|name| {
            let found = self.cx.index.resolve(self.method.at.file, &name);
            matches!(found, Resolution::External(full) if full.strip_prefix(MODULE) == Some("AllowAny"))
        })
    }
}

fn finding(cx: &CheckContext<'_>, class: ClassId, open: Open) -> Finding {
    let item = cx.index.class(class);
    let message = match &open.test {
        Some(test) => format!("`{}` lets everybody in where `{test}`.", item.name),
        None => format!("`get_permissions` of `{}` lets everybody in.", item.name),
    };
    let symbol = format!("{}.get_permissions.{}", cx.index.class_name(class), open.test.unwrap_or_default());
    let at = crate::checks::support::settings::first_line(cx, open.at);
    let mut found = Finding::new(ID, symbol, Label::new(at, "asks nothing"), message)
        .related([Label::new(item.name_at, "the view")]);
    if views::has_comment(cx, at) {
        found.confidence = Some(Confidence::Low);
    }
    found.instruction(
        "Where callers without a login are meant, keep the branch with a comment \
         `# drf-harden: ignore[permission-branch-open] reason`; otherwise return what these actions need.",
    )
}
