//! The session cookie may travel over plain HTTP (`SESSION_COOKIE_SECURE`) or be read by scripts
//! (`SESSION_COOKIE_HTTPONLY`). Not judged where no session middleware sends such a cookie.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#session-cookie-secure>

use crate::checks::support::flag::{self, Flag};
use crate::checks::support::middleware::{SESSION, stack};
use crate::checks::support::settings::{combine, no_settings};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};
use crate::settings::Truth;

pub(crate) struct SessionCookieInsecure;

impl Check for SessionCookieInsecure {
    fn id(&self) -> &'static str {
        "session-cookie-insecure"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let apps = model.get("INSTALLED_APPS").map_or(Truth::Maybe, |s| {
            if s.is_default { Truth::Maybe } else { s.node.contains_str("django.contrib.sessions") }
        });
        let middleware = match stack(model) {
            Ok(Some(stack)) => stack.has(SESSION, "session"),
            Ok(None) | Err(_) => Truth::Maybe,
        };
        if apps.or(middleware) == Truth::No {
            return Outcome::not_applicable("neither the sessions app nor its middleware is installed");
        }
        let secure = Flag {
            check: self.id(),
            name: "SESSION_COOKIE_SECURE",
            wanted: true,
            default: false,
            consequence: "so browsers send the session cookie over plain HTTP too",
            effect: Effect::Tightens,
            effect_note: "Browsers send the session cookie over HTTPS only; logging in over plain HTTP stops working.",
            severity: None,
        };
        let http_only = Flag {
            check: self.id(),
            name: "SESSION_COOKIE_HTTPONLY",
            wanted: true,
            default: true,
            consequence: "so scripts in the page can read the session cookie",
            effect: Effect::Tightens,
            effect_note: "Scripts in the page no longer see the session cookie.",
            severity: None,
        };
        combine(vec![flag::judge(cx, model, &secure), flag::judge(cx, model, &http_only)])
    }
}
