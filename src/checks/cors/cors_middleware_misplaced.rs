//! `CorsMiddleware` is missing although the app is installed, or stands behind a middleware that answers by itself:
//! those answers then carry no CORS headers.
//! <https://github.com/adamchainz/django-cors-headers#setup>

use crate::checks::support::cors::{self, is_used};
use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{Among, insert, last_part, name_of, remove};
use crate::checks::support::middleware::{CORS, stack};
use crate::checks::support::settings::{finding, label, no_settings, own};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};
use crate::settings::Truth;

pub(crate) struct CorsMiddlewareMisplaced;

/// Middleware that may answer a request by itself.
const BEHIND: &[&str] = &[
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
];

impl Check for CorsMiddlewareMisplaced {
    fn id(&self) -> &'static str {
        "cors-middleware-misplaced"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        if is_used(model) == Truth::No {
            return cors::not_used();
        }
        let seen = label(cx, model, "MIDDLEWARE");
        let stack = match stack(model) {
            Ok(Some(stack)) => stack,
            Ok(None) => return Outcome::unknown("`MIDDLEWARE` is not set.", vec![seen]),
            Err(cause) => {
                return Outcome::unknown(format!("`MIDDLEWARE` cannot be told: {cause}."), vec![seen]);
            }
        };
        let first = stack.items.items.iter().enumerate();
        let mut first = first.filter(|(_, item)| name_of(item).is_some_and(|name| BEHIND.contains(&name)));
        let first = first.next();
        let (message, own_element) = match (stack.position(CORS), stack.has(CORS, "cors")) {
            (Some(position), _) => match first {
                Some((before, other)) if before < position => {
                    let other = last_part(name_of(other).unwrap_or_default());
                    let message = format!(
                        "`CorsMiddleware` stands behind `{other}` in `{}`, so answers that `{other}` gives by itself \
                         carry no CORS headers",
                        stack.setting
                    );
                    (message, stack.element(CORS))
                }
                _ => {
                    return Outcome::pass(
                        "`CorsMiddleware` stands before every middleware that answers by itself.",
                        vec![seen],
                    );
                }
            },
            (None, Truth::Yes | Truth::Maybe) => {
                return Outcome::unknown(
                    "whether `MIDDLEWARE` holds `CorsMiddleware` cannot be told.",
                    vec![seen],
                );
            }
            (None, Truth::No) => {
                let message = format!(
                    "`corsheaders` is installed but `{}` lacks `CorsMiddleware`, so the `CORS_*` settings have no \
                     effect",
                    stack.setting
                );
                (message, None)
            }
        };
        let among = first.map_or(Among::First, |(_, other)| Among::Before(other));
        let inserted = insert(cx, model, stack.setting, CORS, among);
        let mut found = finding(cx, model, self.id(), stack.setting, message.clone());
        let operations = match (own_element, own(model, stack.setting)) {
            (Some(element), Some(setting)) => {
                found.primary.span = element.at.unwrap_or(found.primary.span);
                remove(cx, model, stack.setting, &setting.node, element).and_then(|mut operations| {
                    operations.extend(inserted?);
                    Ok(operations)
                })
            }
            _ => inserted,
        };
        let found = Remedy {
            title: "Put `CorsMiddleware` before the middleware that answers by itself".to_owned(),
            effect: Effect::Reshapes,
            note: "Redirects and errors given by middleware carry CORS headers too.".to_owned(),
            by_hand: format!("Put `\"{CORS}\"` near the top of `{}`", stack.setting),
        }
        .attach(found, operations);
        Outcome::fail(format!("{message}."), vec![found])
    }
}
