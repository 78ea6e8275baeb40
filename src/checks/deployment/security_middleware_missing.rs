//! `SecurityMiddleware` is not in the stack, or a middleware that answers requests by itself stands before it: then
//! HSTS, the redirect and nosniff are lost on those answers. Third-party middleware before it is not judged.
//! <https://docs.djangoproject.com/en/stable/ref/middleware/#middleware-ordering>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{Among, last_part, name_of};
use crate::checks::support::lists::{insert, remove};
use crate::checks::support::middleware::{self, CORS, SECURITY, Stack, Wanted};
use crate::checks::support::settings::{element_place, finding, no_settings, own};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome, Severity, Verdict};
use crate::settings::{Node, SettingsModel};

pub(crate) struct SecurityMiddlewareMissing;

/// Middleware that may answer a request and so belongs behind it.
const BEHIND: &[&str] = &[
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
];

impl Check for SecurityMiddlewareMissing {
    fn id(&self) -> &'static str {
        "security-middleware-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let wanted = Wanted {
            check: self.id(),
            class: SECURITY,
            keyword: "security",
            consequence: "so HSTS, the HTTPS redirect and `nosniff` never reach an answer",
            effect: Effect::Safe,
            note: "Answers carry the security headers that the `SECURE_*` settings ask for.",
            severity: None,
            with: None,
        };
        let outcome = middleware::judge(cx, model, &wanted, top);
        match middleware::stack(model) {
            Ok(Some(stack)) if outcome.verdict == Verdict::Pass => {
                self.misplaced(cx, model, &stack).unwrap_or(outcome)
            }
            _ => outcome,
        }
    }
}

impl SecurityMiddlewareMissing {
    fn misplaced(&self, cx: &CheckContext<'_>, model: &SettingsModel, stack: &Stack<'_>) -> Option<Outcome> {
        let position = stack.position(SECURITY)?;
        let own_element = stack.element(SECURITY)?;
        let before = stack.items.items[..position]
            .iter()
            .find(|item| name_of(item).is_some_and(|name| BEHIND.contains(&name)))?;
        let name = last_part(name_of(before)?);
        let message = format!(
            "`SecurityMiddleware` stands behind `{name}` in `{}`, so answers that `{name}` gives by itself carry no \
             security headers",
            stack.setting
        );
        let mut found = finding(cx, model, self.id(), stack.setting, message.clone());
        found.primary.span = element_place(cx, found.primary.span, own_element);
        "`SecurityMiddleware` stands here".clone_into(&mut found.primary.message);
        found.severity = Some(Severity::Low);
        let list = &own(model, stack.setting)?.node;
        let operations = remove(cx, model, stack.setting, list, own_element).and_then(|mut operations| {
            operations.extend(insert(cx, model, stack.setting, SECURITY, Among::Before(before))?);
            Ok(operations)
        });
        let found = Remedy {
            title: format!("Move `SecurityMiddleware` before `{name}`"),
            effect: Effect::Safe,
            note: "The security headers reach every answer.".to_owned(),
            by_hand: format!("Move `SecurityMiddleware` in `{}` before `{name}`", stack.setting),
        }
        .attach(found, operations);
        Some(Outcome::fail(format!("{message}."), vec![found]))
    }
}

/// First, but behind the CORS middleware where that comes first.
fn top<'s>(stack: &Stack<'s>) -> Among<'s> {
    let first: Option<&'s Node> = stack.items.items.first();
    match first {
        Some(first) if name_of(first) == Some(CORS) => Among::After(first),
        Some(_) | None => Among::First,
    }
}
