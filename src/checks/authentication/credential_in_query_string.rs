//! An authentication or permission class of the project takes a token, key or password from the query string, or a view a
//! password. Addresses end up in logs, histories and `Referer` headers, and the credential with them.
//!
//! Left alone: signatures, which stand for one address and run out, and views that redeem a link from a mail.

use crate::checks::support::handlers::{self, Site};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, rest, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Finding, Label, Outcome};
use crate::index::ClassId;
use crate::index::items::FunctionItem;
use crate::python::ast::Expr;
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::settings::Truth;
use crate::source::{Span, clean};

pub(crate) struct CredentialInQueryString;

const ID: &str = "credential-in-query-string";
const AUTHENTICATION: &str = "rest_framework.authentication.BaseAuthentication";
const PERMISSION: &str = "rest_framework.permissions.BasePermission";

impl Check for CredentialInQueryString {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if let Some(outcome) = rest::unused(cx) {
            return outcome;
        }
        let mut tally = Tally::default();
        for (class, item) in cx.index.classes() {
            let kind = [AUTHENTICATION, PERMISSION].map(|base| cx.index.is_subclass_of(class, base));
            if !kind.contains(&Truth::Yes) || views::is_beside(cx, item.at.file) {
                continue;
            }
            let authenticates = kind[0] == Truth::Yes;
            for method in &item.methods {
                judge(cx, class, method, authenticates, &mut tally);
            }
        }
        for site in handlers::sites(cx) {
            of_view(cx, &site, &mut tally);
        }
        tally.outcome(&Words {
            places: "reads of the query string by authentication and permission classes",
            wrong: "take a credential from it",
            right: "take no credential from it",
            none: "No authentication or permission class of the project reads the query string.",
        })
    }
}

fn judge(
    cx: &CheckContext<'_>,
    class: ClassId,
    method: &FunctionItem,
    authenticates: bool,
    tally: &mut Tally,
) {
    let tree = cx.index.tree(cx.sources, method.at.file);
    let Some(function) = functions::find(&tree, method.at) else { return };
    let mut reads = Reads(Vec::new());
    reads.visit_body(&function.body);
    let signed = ["sign", "hmac", "compare_digest"].iter().any(|s| cx.sources.slice(method.at).contains(s));
    for (read, key) in reads.0 {
        let at = Span::new(method.at.file, read.range());
        let Some(Expr::StringLiteral(key)) = key else {
            if authenticates {
                tally.unclear.push(Label::new(at, "which parameter is read is computed"));
            }
            continue;
        };
        let key = key.value.to_str();
        if !is_credential(key) || signed {
            tally.passed.push(Label::new(at, "no credential that stays valid"));
            continue;
        }
        let (name, key) = (&cx.index.class(class).name, clean(key));
        let message = format!(
            "`{name}` takes the credential `{key}` from the query string, so it is written to logs, browser histories \
             and `Referer` headers."
        );
        let symbol = format!("{}.{}.{key}", cx.index.class_name(class), method.name);
        let mut found = Finding::new(ID, symbol, Label::new(at, "read from the address"), message);
        if !authenticates {
            found.confidence = Some(Confidence::Med);
        }
        tally.findings.push(found.instruction(
            "Read the credential from the `Authorization` header. For links and browsers that cannot send one, issue a \
             signed address that runs out after minutes.",
        ));
    }
}

/// Of what a view reads, only passwords and keys are told: a token may well be one that a link in a mail redeems.
fn of_view(cx: &CheckContext<'_>, site: &Site<'_>, tally: &mut Tally) {
    const SURE: [&str; 6] = ["password", "passwd", "api_key", "apikey", "secret_key", "client_secret"];
    let text = cx.sources.slice(site.item.at);
    if !["GET", "query_params"].iter().any(|word| text.contains(word)) {
        return;
    }
    let tree = cx.index.tree(cx.sources, site.item.at.file);
    let Some(function) = functions::find(&tree, site.item.at) else { return };
    let mut reads = Reads(Vec::new());
    reads.visit_body(&function.body);
    for (read, key) in reads.0 {
        let Some(Expr::StringLiteral(key)) = key else { continue };
        let key = key.value.to_str();
        if !SURE.contains(&key.to_ascii_lowercase().as_str()) {
            continue;
        }
        let at = Span::new(site.item.at.file, read.range());
        let (name, key) = (site.words(cx), clean(key));
        let message = format!(
            "{name} takes `{key}` from the query string, so it is written to logs, browser histories and `Referer` headers."
        );
        let symbol = format!("{}.{key}", site.symbol(cx));
        let mut found = Finding::new(ID, symbol, Label::new(at, "read from the address"), message);
        found.confidence = Some(Confidence::Med);
        tally.findings.push(
            found.instruction("Take it from the body of a `POST`, or from the `Authorization` header."),
        );
    }
}

/// Whether a parameter of this name holds something that lets its bearer in.
fn is_credential(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['_', '-', '.']).collect();
    let any = |list: &[&str]| words.iter().any(|w| list.contains(w));
    any(&["token", "apikey", "jwt", "password", "passwd", "secret", "authorization", "bearer", "credential"])
        || matches!(lower.as_str(), "key" | "auth" | "accesstoken" | "authtoken" | "sessionid")
        || any(&["key"]) && any(&["api", "access", "auth", "private", "app"])
}

/// Reads of the query string: the expression and what names the parameter.
struct Reads<'a>(Vec<(&'a Expr, Option<&'a Expr>)>);

impl<'a> Visitor<'a> for Reads<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                if let Expr::Attribute(function) = &*call.func
                    && matches!(function.attr.as_str(), "get" | "pop" | "getlist")
                    && is_query(&function.value)
                {
                    self.0.push((expr, call.arguments.args.first()));
                }
            }
            Expr::Subscript(subscript) if is_query(&subscript.value) => {
                self.0.push((expr, Some(&subscript.slice)));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// `request.GET`, `request.query_params`, also of `self.request` and `request._request`.
fn is_query(expr: &Expr) -> bool {
    dotted_name(expr).is_some_and(|name| {
        let (of, last) = name.rsplit_once('.').unwrap_or(("", &name));
        matches!(last, "GET" | "query_params" | "QUERY_PARAMS") && of.contains("request")
    })
}
