//! `CsrfViewMiddleware` is not in the stack, so Django views that change data accept forged requests. DRF's session
//! authentication checks the token by itself; the admin and other Django views do not.
//! <https://docs.djangoproject.com/en/stable/ref/csrf/>

use crate::checks::support::lists::Among;
use crate::checks::support::middleware::{self, AUTHENTICATION, COMMON, CSRF, SESSION, Wanted};
use crate::checks::support::settings::no_settings;
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome, Severity};
use crate::settings::{SettingsModel, Truth};

use super::csrf_cookie_insecure;

pub(crate) struct CsrfMiddlewareMissing;

impl Check for CsrfMiddlewareMissing {
    fn id(&self) -> &'static str {
        "csrf-middleware-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let wanted = Wanted {
            check: self.id(),
            class: CSRF,
            keyword: "csrf",
            consequence: "so Django views accept forged requests that carry a cookie",
            effect: Effect::Tightens,
            note: "Unsafe requests to Django views with a cookie but without a CSRF token get 403; DRF views keep \
                   their own rule. The token's cookie is sent over HTTPS only.",
            severity: without_sessions(model).then_some(Severity::Low),
            with: Some(csrf_cookie_insecure::secure),
        };
        middleware::judge(cx, model, &wanted, |stack| {
            // After sessions and common, before the user is known.
            if let Some(user) = stack.element(AUTHENTICATION) {
                Among::Before(user)
            } else if let Some(common) = stack.element(COMMON).or_else(|| stack.element(SESSION)) {
                Among::After(common)
            } else {
                Among::Last
            }
        })
    }
}

/// Whether no cookie tells who the caller is, as far as the middleware says.
fn without_sessions(model: &SettingsModel) -> bool {
    model
        .get("MIDDLEWARE")
        .is_some_and(|stack| stack.node.any_item(&|class| class.is_str(SESSION)) == Truth::No)
}
