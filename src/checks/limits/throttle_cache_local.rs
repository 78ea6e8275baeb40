//! Throttles count in Django's default cache. In a cache that each process keeps for itself every worker counts from
//! zero, and in the dummy cache nothing is counted.
//!
//! Left alone: projects whose throttles name a cache of their own.

use crate::checks::support::rest;
use crate::checks::support::settings::{finding, hidden, label, show};
use crate::checks::support::throttles;
use crate::checks::{Check, CheckContext};
use crate::finding::{Outcome, Severity};
use crate::settings::Truth;

pub(crate) struct ThrottleCacheLocal;

const SETTING: &str = "CACHES";
const LOCAL: &str = "django.core.cache.backends.locmem.LocMemCache";
const DUMMY: &str = "django.core.cache.backends.dummy.DummyCache";

impl Check for ThrottleCacheLocal {
    fn id(&self) -> &'static str {
        "throttle-cache-local"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![label(cx, model, SETTING)];
        match throttles::in_use(cx) {
            Truth::No => return Outcome::not_applicable("no throttle is used"),
            Truth::Maybe => return Outcome::unknown("Whether throttles are used cannot be told.", seen),
            Truth::Yes => {}
        }
        if let Some(cause) = hidden(model, SETTING) {
            return Outcome::unknown(format!("`{SETTING}` cannot be told: {cause}."), seen);
        }
        let Some(node) = model.lookup(&[SETTING, "default", "BACKEND"]) else {
            return Outcome::unknown(format!("`{SETTING}` names no backend for `default`."), seen);
        };
        let Some(backend) = node.as_str() else {
            let cause = node.cause().unwrap_or("it is computed");
            return Outcome::unknown(format!("the default cache cannot be told: {cause}."), seen);
        };
        let (what, severity) = match backend {
            LOCAL => ("each process keeps for itself, so every worker counts from zero", None),
            DUMMY => ("keeps nothing, so no request is ever counted", Some(Severity::Med)),
            _ => {
                return Outcome::pass(
                    format!("Throttles count in `{}`, which processes share.", show(node)),
                    seen,
                );
            }
        };
        if throttles::counts_elsewhere(cx) {
            return Outcome::unknown("A throttle of the project names a cache of its own.", seen);
        }
        let name = backend.rsplit('.').next().unwrap_or(backend);
        let message = format!("Throttles count in `{name}`, which {what}");
        let mut found = finding(cx, model, self.id(), SETTING, message.clone());
        found.severity = severity;
        let found = found.instruction(
            "Name a cache that all workers share as `CACHES[\"default\"]`, such as Django's `RedisCache`, or give the \
             throttle classes such a cache in their attribute `cache`.",
        );
        Outcome::fail(format!("{message}."), vec![found])
    }
}
