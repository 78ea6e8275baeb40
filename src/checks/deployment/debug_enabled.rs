//! `DEBUG` is on for production: error pages show settings, source and local variables. Guards such as `if DEBUG:`
//! are followed by the evaluator, so a development module or branch is not judged.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#debug>

use crate::checks::support::debug;
use crate::checks::support::fixes::{Remedy, set_truth};
use crate::checks::support::settings::{finding, hidden, label, no_settings, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Confidence, Effect, Outcome};
use crate::settings::{SettingState, Truth};

pub(crate) struct DebugEnabled;

impl Check for DebugEnabled {
    fn id(&self) -> &'static str {
        "debug-enabled"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let seen = label(cx, model, "DEBUG");
        if let Some(cause) = hidden(model, "DEBUG") {
            return Outcome::unknown(format!("`DEBUG` cannot be told: {cause}."), vec![seen]);
        }
        let Some(setting) = model.get("DEBUG") else {
            return Outcome::pass("`DEBUG` is not set, and the default is `False`.", vec![seen]);
        };
        match setting.node.truthy() {
            Truth::No => Outcome::pass(format!("{}.", wording(model, "DEBUG")), vec![seen]),
            Truth::Maybe => Outcome::unknown(format!("{}.", wording(model, "DEBUG")), vec![seen]),
            Truth::Yes => {
                let message = format!(
                    "{}, so error pages show settings, source and variables",
                    wording(model, "DEBUG")
                );
                let mut found = finding(cx, model, self.id(), "DEBUG", message.clone());
                if setting.state() == SettingState::Env {
                    found.confidence = Some(Confidence::Med);
                }
                let operations = match debug::misread(cx, model) {
                    Some(_) => debug::parse_as_boolean(cx, model, setting),
                    None => set_truth(cx, model, "DEBUG", false, Code::Bool(false)),
                };
                let found = Remedy {
                    title: "Turn `DEBUG` off for production".to_owned(),
                    effect: Effect::Reshapes,
                    note:
                        "Errors give plain 404 and 500 answers, `ALLOWED_HOSTS` counts, and Django no longer \
                           serves static files by itself."
                            .to_owned(),
                    by_hand: "Make `DEBUG` false unless a developer's environment asks for it".to_owned(),
                }
                .attach(found, operations);
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}
