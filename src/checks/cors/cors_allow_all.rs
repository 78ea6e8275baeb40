//! django-cors-headers lets every origin in: `CORS_ALLOW_ALL_ORIGINS` (or its old name), or a pattern that matches
//! everything. An API that is meant to be public is a case for a waiver.
//! <https://github.com/adamchainz/django-cors-headers#configuration>

use crate::checks::support::cors::{self, is_used, open_flag};
use crate::checks::support::fixes::{Remedy, set_truth};
use crate::checks::support::settings::{finding, label, no_settings, own, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Finding, Outcome};
use crate::settings::{Node, SettingsModel, Truth, Value};
use crate::source::clean;

pub(crate) struct CorsAllowAll;

/// Lists of origins or patterns, new names and old.
const LISTS: [&str; 4] = [
    "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES",
    "CORS_ORIGIN_REGEX_WHITELIST",
];

/// Patterns that match any origin.
const EVERYTHING: &[&str] = &[
    ".*",
    "^.*$",
    ".+",
    "^.+$",
    "^.*",
    ".*$",
    "*",
    r"^https?://.*$",
    r"^https?://.*",
    r"https?://.*",
    r"^https://.*$",
    r"^https://.*",
];

impl Check for CorsAllowAll {
    fn id(&self) -> &'static str {
        "cors-allow-all"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        if is_used(model) == Truth::No {
            return cors::not_used();
        }
        let (name, open) = open_flag(model);
        let seen = label(cx, model, name);
        let mut findings = Vec::new();
        if open == Truth::Yes {
            let message = format!("{}, so scripts of every site may call the API", wording(model, name));
            let found = finding(cx, model, self.id(), name, message);
            let found = Remedy {
                title: format!("Set `{name}` to `False` for production"),
                effect: Effect::Tightens,
                note: "Browsers refuse calls from other origins unless `CORS_ALLOWED_ORIGINS` names them."
                    .to_owned(),
                by_hand: format!("Set `{name} = False` and name the origins in `CORS_ALLOWED_ORIGINS`"),
            }
            .attach(found, set_truth(cx, model, name, false, Code::Bool(false)));
            findings.push(found);
        }
        for name in LISTS {
            findings.extend(self.patterns(cx, model, name));
        }
        if !findings.is_empty() {
            let reason = findings[0].message.clone();
            return Outcome::fail(format!("{reason}."), findings);
        }
        match open {
            Truth::Maybe => Outcome::unknown(format!("{}.", wording(model, name)), vec![seen]),
            Truth::Yes | Truth::No => Outcome::pass(format!("{}.", wording(model, name)), vec![seen]),
        }
    }
}

impl CorsAllowAll {
    fn patterns(&self, cx: &CheckContext<'_>, model: &SettingsModel, name: &'static str) -> Vec<Finding> {
        let items = own(model, name).and_then(|s| s.node.as_items()).map_or(&[][..], |i| &i.items);
        let open = items
            .iter()
            .filter_map(|item| pattern(item).filter(|p| EVERYTHING.contains(p)).map(|p| (item, p)));
        open.map(|(item, pattern)| {
            let message = format!("`{name}` holds `{}`, which matches every origin", clean(pattern));
            let mut found = finding(cx, model, self.id(), name, message);
            found.primary.span = item.at.unwrap_or(found.primary.span);
            found.instruction(
                "Name the origins in `CORS_ALLOWED_ORIGINS`, or write a pattern anchored at both ends.",
            )
        })
        .collect()
    }
}

fn pattern(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Str(text) | Value::Regex(text) => Some(text),
        _ => None,
    }
}
