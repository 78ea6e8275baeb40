//! The Django secret key: where it comes from. Its text never leaves this module but as a length or a yes.

use crate::checks::CheckContext;
use crate::finding::{Label, Outcome};
use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::python::{Ranged as _, dotted_name, parse};
use crate::settings::placement::is_toml;
use crate::settings::{Setting, SettingsModel, Value};
use crate::source::Span;

use super::fixes::expression;
use super::settings::{hidden, label, own};

/// The setting's name.
pub(crate) const NAME: &str = "SECRET_KEY";

/// Where the key comes from.
pub(crate) enum Origin<'a> {
    /// Written in the project's files.
    Literal(&'a Setting),
    /// From the environment, with a default written in the project's files.
    Fallback(&'a Setting),
    /// Made anew at each start, when the environment gives none.
    Random(&'a Setting),
    /// From the environment that was given to this run.
    Supplied(&'a str),
    /// From the environment, which has to give one.
    Required,
    /// It cannot be told.
    Unclear(String),
}

/// Tells where the key comes from, or the outcome where there is nothing to tell.
pub(crate) fn origin<'a>(cx: &CheckContext<'_>, model: &'a SettingsModel) -> Result<Origin<'a>, Outcome> {
    if let Some(cause) = hidden(model, NAME) {
        return Ok(Origin::Unclear(cause.to_owned()));
    }
    let Some(setting) = own(model, NAME) else {
        let reason =
            "`SECRET_KEY` is not set in the files that were read; Django does not start without one.";
        return Err(Outcome::unknown(reason, vec![label(cx, model, NAME)]));
    };
    let reads = setting.node.env_reads();
    if setting.node.as_str().is_some_and(|text| text.contains("{{") && text.contains("}}")) {
        let cause = "it is a placeholder of a project template, filled in when a project is made";
        return Ok(Origin::Unclear(cause.to_owned()));
    }
    if is_random(cx, setting) {
        if is_kept(cx, setting) {
            return Ok(Origin::Unclear("it is made once and kept in a file".to_owned()));
        }
        return Ok(Origin::Random(setting));
    }
    // A read that only decided which branch ran gives no part of the text.
    let written = expression(cx, setting);
    let falls_back = reads.iter().any(|r| {
        r.default_at.is_some()
            || written.is_some_and(|at| at.contains(r.at))
            || is_assigned_from(cx, &r.name, r.at)
    });
    Ok(match &setting.node.value {
        Value::Str(text) if reads.iter().any(|r| r.supplied) => Origin::Supplied(text),
        Value::Str(text) if text.is_empty() => Origin::Required,
        Value::None if !reads.is_empty() => Origin::Required,
        Value::Str(_) | Value::Bytes(_) if !falls_back => Origin::Literal(setting),
        Value::Str(_) => Origin::Fallback(setting),
        Value::Unknown(unknown) if unknown.required => Origin::Required,
        Value::Unknown(unknown) => Origin::Unclear(unknown.cause.clone()),
        _ => Origin::Unclear("it is not a plain text".to_owned()),
    })
}

/// The outcome of a check for which this origin is in order.
pub(crate) fn fine(cx: &CheckContext<'_>, model: &SettingsModel, origin: &Origin<'_>) -> Outcome {
    let seen = vec![label(cx, model, NAME)];
    match origin {
        Origin::Required => Outcome::pass("`SECRET_KEY` comes from the environment, with no default.", seen),
        Origin::Supplied(_) => Outcome::pass("`SECRET_KEY` comes from the environment that was given.", seen),
        Origin::Literal(_) => Outcome::not_applicable("`SECRET_KEY` is written in the settings"),
        Origin::Fallback(_) => Outcome::not_applicable("`SECRET_KEY` has a written default"),
        Origin::Random(_) => Outcome::not_applicable("`SECRET_KEY` is made at random"),
        Origin::Unclear(cause) => Outcome::unknown(format!("`SECRET_KEY` cannot be told: {cause}."), seen),
    }
}

/// A label for the place, without the value.
pub(crate) fn seen(cx: &CheckContext<'_>, model: &SettingsModel) -> Label {
    label(cx, model, NAME)
}

/// Django's rule for a key that is too easy to guess (`security.W009`): short, few characters, or made by
/// `startproject`.
pub(crate) fn is_weak(text: &str) -> bool {
    let distinct: std::collections::BTreeSet<_> = text.chars().collect();
    text.chars().count() < 50 || distinct.len() < 5 || text.starts_with("django-insecure-")
}

/// Django's ids for a key that is written here and is weak besides.
pub(crate) fn reported_by_django(setting: &Setting) -> Option<&'static [&'static str]> {
    setting.node.as_str().is_some_and(is_weak).then_some(&["security.W009"])
}

/// Whether the key is assigned from this variable in another branch: `try: SECRET_KEY = os.environ["X"]`, with a
/// written key where that fails.
fn is_assigned_from(cx: &CheckContext<'_>, variable: &str, read: Span) -> bool {
    struct Assignments<'a> {
        text: &'a str,
        variable: &'a str,
        found: bool,
    }
    impl<'a> Visitor<'a> for Assignments<'_> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if let Stmt::Assign(assign) = statement
                && assign.targets.iter().any(|t| matches!(t, Expr::Name(n) if n.id.as_str() == NAME))
            {
                let value = &self.text[assign.value.range()];
                self.found |= [format!("\"{}\"", self.variable), format!("'{}'", self.variable)]
                    .iter()
                    .any(|quoted| value.contains(quoted));
            }
            walk_stmt(self, statement);
        }
    }
    let text = cx.sources.text(read.file);
    let mut assignments = Assignments { text, variable, found: false };
    assignments.visit_body(parse(text).body());
    assignments.found
}

/// Whether the file that makes the key writes it to a file, from where later starts may read it.
fn is_kept(cx: &CheckContext<'_>, setting: &Setting) -> bool {
    struct Writes(bool);
    impl Visitor<'_> for Writes {
        fn visit_expr(&mut self, expr: &Expr) {
            if let Expr::Call(call) = expr
                && let Expr::Attribute(method) = &*call.func
                && matches!(method.attr.as_str(), "write" | "write_text" | "write_bytes")
                && let Some(written) = call.arguments.args.first().and_then(dotted_name)
            {
                let written = written.to_ascii_lowercase();
                self.0 |= written.contains("secret") || written.contains("key");
            }
            walk_expr(self, expr);
        }
    }
    let Some(at) = expression(cx, setting).filter(|at| !is_toml(cx.sources, at.file)) else { return false };
    let mut writes = Writes(false);
    writes.visit_body(cx.index.tree(cx.sources, at.file).body());
    writes.0
}

/// Whether the expression behind the key calls something that makes random text.
fn is_random(cx: &CheckContext<'_>, setting: &Setting) -> bool {
    struct Calls(bool);
    impl Visitor<'_> for Calls {
        fn visit_expr(&mut self, expr: &Expr) {
            if let Expr::Call(call) = expr
                && let Some(name) = dotted_name(&call.func)
            {
                let last = name.rsplit('.').next().unwrap_or_default();
                self.0 |= matches!(last, "get_random_secret_key" | "get_random_string" | "urandom" | "uuid4")
                    || last.starts_with("token_")
                    || name.starts_with("random.")
                    || name.starts_with("secrets.");
            }
            walk_expr(self, expr);
        }
    }
    let places = [expression(cx, setting), setting.node.env.first().and_then(|r| r.default_at)];
    places.into_iter().flatten().filter(|at| !is_toml(cx.sources, at.file)).any(|at| {
        let text = format!("({})", cx.sources.slice(at));
        let module = parse(&text);
        let mut calls = Calls(false);
        if let [Stmt::Expr(statement)] = module.body() {
            calls.visit_expr(&statement.value);
        }
        calls.0
    })
}
