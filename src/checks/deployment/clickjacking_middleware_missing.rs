//! `XFrameOptionsMiddleware` is not in the stack, so answers lack `X-Frame-Options`.
//! <https://docs.djangoproject.com/en/stable/ref/clickjacking/>

use crate::checks::support::lists::Among;
use crate::checks::support::middleware::{self, CLICKJACKING, Wanted};
use crate::checks::support::settings::no_settings;
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

use super::frame_options_weak;

pub(crate) struct ClickjackingMiddlewareMissing;

impl Check for ClickjackingMiddlewareMissing {
    fn id(&self) -> &'static str {
        "clickjacking-middleware-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let wanted = Wanted {
            check: self.id(),
            class: CLICKJACKING,
            keyword: "frame",
            consequence: "so answers carry no `X-Frame-Options`",
            effect: Effect::Tightens,
            note: "Browsers refuse to show the pages inside a frame of another site.",
            severity: None,
            with: Some(frame_options_weak::deny),
        };
        middleware::judge(cx, model, &wanted, |_| Among::Last)
    }
}
