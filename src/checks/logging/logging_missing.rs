//! `LOGGING` is empty: Django's own set-up prints nothing below errors once `DEBUG` is off, so refused logins and
//! denied requests leave no trace. Logging that is set up elsewhere (`LOGGING_CONFIG = None`) is a matter to attest.
//! <https://docs.djangoproject.com/en/stable/topics/logging/>

use crate::checks::support::fixes::{Remedy, set};
use crate::checks::support::settings::{finding, hidden, label, no_settings, own, wording};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Truth, Value};

pub(crate) struct LoggingMissing;

const NAME: &str = "LOGGING";

impl Check for LoggingMissing {
    fn id(&self) -> &'static str {
        "logging-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let seen = label(cx, model, NAME);
        if let Some(cause) = hidden(model, NAME) {
            return Outcome::unknown(format!("`{NAME}` cannot be told: {cause}."), vec![seen]);
        }
        if let Some(config) = own(model, "LOGGING_CONFIG")
            && matches!(config.node.value, Value::None)
        {
            let seen = label(cx, model, "LOGGING_CONFIG");
            return Outcome::unknown(
                "`LOGGING_CONFIG` is `None`: logging is set up by the project's own code.",
                vec![seen],
            );
        }
        let state = wording(model, NAME);
        match own(model, NAME).map_or(Truth::No, |s| s.node.truthy()) {
            Truth::Yes => Outcome::pass(format!("{state}."), vec![seen]),
            Truth::Maybe => Outcome::unknown(format!("{state}."), vec![seen]),
            Truth::No => {
                let message = format!("{state}, so production logs errors only and keeps none of them");
                let found = finding(cx, model, self.id(), NAME, message.clone());
                let found = Remedy {
                    title: "Log to the standard error stream".to_owned(),
                    effect: Effect::Safe,
                    note: "The process writes its log, from `INFO` up, to standard error; requests are not affected."
                        .to_owned(),
                    by_hand: format!("Set up `{NAME}` with a handler that production keeps"),
                }
                .attach(found, set(cx, model, NAME, console()));
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}

/// A configuration with one handler and everything from `INFO` up.
fn console() -> Code {
    let dict = |entries: Vec<(&str, Code)>| {
        Code::Dict(entries.into_iter().map(|(k, v)| (Code::str(k), v)).collect())
    };
    let format = "{asctime} {levelname} {name} {message}";
    dict(vec![
        ("version", Code::Int(1)),
        ("disable_existing_loggers", Code::Bool(false)),
        (
            "formatters",
            dict(vec![("line", dict(vec![("format", Code::str(format)), ("style", Code::str("{"))]))]),
        ),
        (
            "handlers",
            dict(vec![(
                "console",
                dict(vec![("class", Code::str("logging.StreamHandler")), ("formatter", Code::str("line"))]),
            )]),
        ),
        (
            "root",
            dict(vec![("handlers", Code::List(vec![Code::str("console")])), ("level", Code::str("INFO"))]),
        ),
    ])
}
