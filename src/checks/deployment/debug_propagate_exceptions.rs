//! `DEBUG_PROPAGATE_EXCEPTIONS` is on: exceptions pass by Django's own handling and reach the server, whose error
//! page may show them. <https://docs.djangoproject.com/en/stable/ref/settings/#debug-propagate-exceptions>

use crate::checks::support::flag::{self, Flag};
use crate::checks::support::settings::no_settings;
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

pub(crate) struct DebugPropagateExceptions;

impl Check for DebugPropagateExceptions {
    fn id(&self) -> &'static str {
        "debug-propagate-exceptions"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let flag = Flag {
            check: self.id(),
            name: "DEBUG_PROPAGATE_EXCEPTIONS",
            wanted: false,
            default: false,
            consequence: "so exceptions pass by Django's error handling and reach the server",
            effect: Effect::Safe,
            effect_note: "Unhandled exceptions become a plain 500 answer from Django and are logged.",
            severity: None,
        };
        flag::judge(cx, model, &flag)
    }
}
