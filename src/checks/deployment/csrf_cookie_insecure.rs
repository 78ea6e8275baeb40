//! `CSRF_COOKIE_SECURE` is off. Not judged where the token lives in the session (`CSRF_USE_SESSIONS`) or the CSRF
//! middleware is missing, which is a finding of its own.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#csrf-cookie-secure>

use crate::checks::support::fixes::{Operations, set_truth};
use crate::checks::support::flag::{self, Flag};
use crate::checks::support::middleware::{CSRF, stack};
use crate::checks::support::settings::{hidden, no_settings};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{SettingsModel, Truth};

pub(crate) struct CsrfCookieInsecure;

const NAME: &str = "CSRF_COOKIE_SECURE";

/// What turns the flag on, where it is off: with the middleware the cookie comes into being.
pub(super) fn secure(cx: &CheckContext<'_>, model: &SettingsModel) -> Operations {
    let off = model.get(NAME).is_none_or(|s| s.node.truthy() == Truth::No) && hidden(model, NAME).is_none();
    let in_session = model.get("CSRF_USE_SESSIONS").is_some_and(|s| s.node.truthy() != Truth::No);
    if off && !in_session { set_truth(cx, model, NAME, true, Code::Bool(true)) } else { Ok(Vec::new()) }
}

impl Check for CsrfCookieInsecure {
    fn id(&self) -> &'static str {
        "csrf-cookie-insecure"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        if model.get("CSRF_USE_SESSIONS").is_some_and(|s| s.node.truthy() == Truth::Yes) {
            return Outcome::not_applicable("the token is kept in the session (`CSRF_USE_SESSIONS`)");
        }
        let middleware = match stack(model) {
            Ok(Some(stack)) => stack.has(CSRF, "csrf"),
            Ok(None) | Err(_) => Truth::Maybe,
        };
        if middleware == Truth::No {
            return Outcome::not_applicable(
                "`MIDDLEWARE` lacks `CsrfViewMiddleware`, so no such cookie is sent",
            );
        }
        let flag = Flag {
            check: self.id(),
            name: NAME,
            wanted: true,
            default: false,
            consequence: "so browsers send the CSRF cookie over plain HTTP too",
            effect: Effect::Tightens,
            effect_note: "Browsers send the CSRF cookie over HTTPS only; forms over plain HTTP stop working.",
            severity: None,
        };
        flag::judge(cx, model, &flag)
    }
}
