//! `SECURE_CONTENT_TYPE_NOSNIFF` is off: browsers may guess another type than the one that was sent.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#secure-content-type-nosniff>

use crate::checks::support::flag::{self, Flag};
use crate::checks::support::settings::no_settings;
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

pub(crate) struct ContentTypeSniffingAllowed;

impl Check for ContentTypeSniffingAllowed {
    fn id(&self) -> &'static str {
        "content-type-sniffing-allowed"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let flag = Flag {
            check: self.id(),
            name: "SECURE_CONTENT_TYPE_NOSNIFF",
            wanted: true,
            default: true,
            consequence: "so browsers may guess the type of an answer",
            effect: Effect::Safe,
            effect_note: "Answers carry `X-Content-Type-Options: nosniff`.",
            severity: None,
        };
        flag::judge(cx, model, &flag)
    }
}
