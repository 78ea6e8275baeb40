//! DRF's own login view for tokens sets an empty list of throttles, so the project's default never limits it. Read are
//! uses of `obtain_auth_token` and `ObtainAuthToken`, and subclasses that do not set throttles.
//!
//! A limit in front of Django is not seen. Where `django-axes` counts failed logins the check passes.

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{rest, throttles, views};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::items::FileItems;
use crate::index::{ClassId, FrameworkValue, Lookup};
use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct TokenLoginUnthrottled;

const ID: &str = "token-login-unthrottled";
const VIEW: &str = "rest_framework.authtoken.views.obtain_auth_token";
const CLASS: &str = "rest_framework.authtoken.views.ObtainAuthToken";

impl Check for TokenLoginUnthrottled {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if let Some(outcome) = rest::unused(cx) {
            return outcome;
        }
        let mut tally = Tally::default();
        let guard = guard(cx);
        for (class, item) in cx.index.classes() {
            if cx.index.is_subclass_of(class, CLASS) != Truth::Yes || views::is_beside(cx, item.at.file) {
                continue;
            }
            let own_method = matches!(cx.index.lookup(class, "get_throttles"), Lookup::Method { .. });
            match cx.index.lookup(class, "throttle_classes") {
                Lookup::Framework { value: Some(FrameworkValue::List(list)), .. }
                    if list.is_empty() && !own_method =>
                {
                    place(&mut tally, guard, item.name_at, || of_class(cx, class));
                }
                Lookup::Unknown(why) => tally.unclear.push(Label::new(item.name_at, why)),
                _ => tally.passed.push(Label::new(item.name_at, "sets throttles itself")),
            }
        }
        for file in cx.index.files() {
            let imported = file.imports.iter().any(|i| i.module.starts_with("rest_framework.authtoken"));
            if imported && !views::is_beside(cx, file.file) {
                for (at, is_class) in uses(cx, file) {
                    place(&mut tally, guard, at, || of_use(cx, file, at, is_class));
                }
            }
        }
        tally.outcome(&Words {
            places: "uses of DRF's login for tokens",
            wrong: "have no limit",
            right: "have a limit",
            none: "DRF's own login for tokens is not used.",
        })
    }
}

/// What counts failed logins besides DRF: surely, or perhaps.
fn guard(cx: &CheckContext<'_>) -> Option<(Truth, &'static str)> {
    let apps = &cx.model?.get("INSTALLED_APPS")?.node;
    let has = |app: &str| apps.any_item(&|node| node.is_str(app)) == Truth::Yes;
    [("axes", Truth::Yes), ("defender", Truth::Maybe), ("django_ratelimit", Truth::Maybe)]
        .into_iter()
        .find(|(app, _)| has(app) || *app == "axes" && has("axes.apps.AppConfig"))
        .map(|(app, truth)| (truth, app))
}

fn place(tally: &mut Tally, guard: Option<(Truth, &'static str)>, at: Span, found: impl FnOnce() -> Finding) {
    match guard {
        None | Some((Truth::No, _)) => tally.findings.push(found()),
        Some((Truth::Yes, app)) => tally.passed.push(Label::new(at, format!("`{app}` counts failed logins"))),
        Some((Truth::Maybe, app)) => {
            tally.unclear.push(Label::new(at, format!("`{app}` may count its failed logins")));
        }
    }
}

/// Where a file uses the view, or makes one from the class without throttles: the place, and whether it is the class.
fn uses(cx: &CheckContext<'_>, file: &FileItems) -> Vec<(Span, bool)> {
    struct Uses<'a, 'b> {
        cx: &'a CheckContext<'b>,
        file: &'a FileItems,
        found: Vec<(Span, bool)>,
    }
    impl Uses<'_, '_> {
        fn means(&self, expr: &Expr, wanted: &str) -> bool {
            let at = Span::new(self.file.file, expr.range());
            dotted_name(expr).is_some_and(|name| self.cx.index.is_external(at, &name, wanted))
        }
    }
    impl<'a> Visitor<'a> for Uses<'_, '_> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_)) {
                visitor::walk_stmt(self, stmt);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            let at = Span::new(self.file.file, expr.range());
            if matches!(expr, Expr::Name(_) | Expr::Attribute(_)) && self.means(expr, VIEW) {
                return self.found.push((at, false));
            }
            if let Expr::Call(call) = expr
                && let Expr::Attribute(function) = &*call.func
                && function.attr.as_str() == "as_view"
                && self.means(&function.value, CLASS)
                && call.arguments.find_keyword("throttle_classes").is_none()
            {
                self.found.push((at, true));
            }
            visitor::walk_expr(self, expr);
        }
    }
    let mut uses = Uses { cx, file, found: Vec::new() };
    uses.visit_body(cx.index.tree(cx.sources, file.file).body());
    uses.found
}

fn message(what: &str) -> String {
    format!(
        "{what} has an empty `throttle_classes` from DRF, so the project's default does not count and passwords can be \
         tried without a limit."
    )
}

const BY_HAND: &str = "Subclass `ObtainAuthToken` with `throttle_classes = [AnonRateThrottle]`, or a scoped throttle, \
                       set its rate, and route the subclass.";

fn of_class(cx: &CheckContext<'_>, class: ClassId) -> Finding {
    let item = cx.index.class(class);
    let label = Label::new(item.name_at, "inherits an empty `throttle_classes`");
    let found = Finding::new(ID, cx.index.class_name(class), label, message(&format!("`{}`", item.name)));
    let Some((throttle, import)) = throttles::anonymous(cx, item.at.file) else {
        return found.instruction(BY_HAND);
    };
    let name = "throttle_classes".to_owned();
    let value = Code::List(vec![Code::Name(throttle)]);
    let mut operations = vec![Operation::SetClassAttribute { class: item.at, name, value }];
    operations.extend(import);
    found.fix(limited(operations))
}

fn of_use(cx: &CheckContext<'_>, file: &FileItems, at: Span, is_class: bool) -> Finding {
    let label = Label::new(at, "used without a limit");
    let module = cx.index.module_name(file.file).unwrap_or_default();
    let found = Finding::new(ID, format!("{module}.obtain_auth_token"), label, message("`ObtainAuthToken`"));
    let Some((throttle, import)) = throttles::anonymous(cx, file.file) else {
        return found.instruction(BY_HAND);
    };
    let (name, value) = ("throttle_classes".to_owned(), Code::List(vec![Code::Name(throttle)]));
    let mut operations = Vec::new();
    if is_class {
        operations.push(Operation::SetKeyword { call: at, name, value });
    } else {
        let text = cx.sources.slice(at);
        let (prefix, import) = if let Some((module, _)) = text.rsplit_once('.') {
            (format!("{module}."), None)
        } else {
            let taken = file.bindings_of("ObtainAuthToken");
            if !taken.is_empty() {
                return found.instruction(BY_HAND);
            }
            let (module, name) = ("rest_framework.authtoken.views".to_owned(), "ObtainAuthToken".to_owned());
            (String::new(), Some(Operation::AddImport { file: file.file, module, name }))
        };
        let call = Code::Call(format!("{prefix}ObtainAuthToken.as_view"), Vec::new(), vec![(name, value)]);
        operations.push(Operation::ReplaceExpression { at, with: call });
        operations.extend(import);
    }
    operations.extend(import);
    found.fix(limited(operations))
}

fn limited(operations: Vec<Operation>) -> Fix {
    Fix {
        title: "Limit the login by the rate of anonymous callers".to_owned(),
        effect: Effect::Tightens,
        effect_note: "Clients that try to log in more often than the rate `anon` allows get 429.".to_owned(),
        operations,
    }
}
