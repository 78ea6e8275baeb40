//! Where a value in a handler comes from: the caller's account, the URL, or what the caller sent.

use crate::python::ast::Expr;
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, dotted_name};
use crate::source::Span;

use super::Handler;

/// Where a value comes from.
#[expect(clippy::struct_excessive_bools, reason = "independent sources")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// From the account, or from something else that the request carries and the caller does not choose.
    pub(crate) caller: bool,
    /// From the URL.
    pub(crate) url: bool,
    /// From the query or the body.
    pub(crate) body: bool,
    /// From a form or serializer that checked what was sent.
    pub(crate) validated: bool,
}

impl Origin {
    pub(super) fn add(&mut self, other: Self) {
        self.caller |= other.caller;
        self.url |= other.url;
        self.body |= other.body;
        self.validated |= other.validated;
    }
}

/// Follows a value to where it comes from.
pub(super) struct Sources<'h, 'a> {
    pub(super) handler: &'h Handler<'a>,
    pub(super) origin: Origin,
    pub(super) seen: Vec<String>,
}

impl<'e> Visitor<'e> for Sources<'_, '_> {
    fn visit_expr(&mut self, expr: &'e Expr) {
        let Some(dotted) = dotted_name(expr) else {
            visitor::walk_expr(self, expr);
            return;
        };
        if let Some(part) = self.handler.request_part(&dotted) {
            match part.split('.').next().unwrap_or_default() {
                "data" | "query_params" | "GET" | "POST" | "FILES" | "body" => self.origin.body = true,
                "method" | "version" | "META" | "headers" | "path" | "COOKIES" | "content_type" => {}
                "parser_context" | "resolver_match" => self.origin.url = true,
                _ => self.origin.caller = true,
            }
            return;
        }
        let (first, rest) = dotted.split_once('.').unwrap_or((&dotted, ""));
        if self.handler.receiver == Some(first) {
            match rest.split('.').next().unwrap_or_default() {
                "kwargs" | "args" => self.origin.url = true,
                "" | "lookup_field" | "lookup_url_kwarg" | "action" | "model" | "queryset" => {}
                // Whatever else the view holds may have been worked out from the caller.
                _ => self.origin.caller = true,
            }
            return;
        }
        if self.handler.request == Some(first) {
            self.origin.caller = true;
            return;
        }
        if self.handler.keys.contains(&first) {
            // A part of a parameter: it is a row that something found before, not a text of the URL.
            let is_row = !rest.is_empty()
                && !matches!(expr, Expr::Name(_))
                && first != "kwargs"
                && !is_text_method(rest);
            self.origin.caller |= is_row;
            self.origin.url |= !is_row;
        }
        self.origin.validated |= dotted.contains("validated_data") || dotted.contains("cleaned_data");
        if !self.seen.iter().any(|s| s == first) {
            self.seen.push(first.to_owned());
            let values = self.handler.facts().values.get(first).cloned().unwrap_or_default();
            for value in values {
                // What a serializer was given is what was sent.
                let text = self.handler.cx.sources.slice(Span::new(self.handler.file, value.range()));
                if text.contains("erializer(") {
                    self.origin.body = true;
                    continue;
                }
                self.visit_expr(value);
            }
        }
    }
}

/// Whether a name is a method of texts, as in `slug.lower()`.
fn is_text_method(name: &str) -> bool {
    matches!(
        name,
        "lower" | "upper" | "strip" | "split" | "replace" | "get" | "encode" | "removeprefix" | "hex"
    )
}
