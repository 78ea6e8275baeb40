//! `DEBUG` is the text of an environment variable, and every text but the empty one is true: `DEBUG=False` turns it
//! on. Decided by evaluating the settings once more with the variable set to "False".
//! <https://docs.djangoproject.com/en/stable/ref/settings/#debug>

use crate::checks::support::debug;
use crate::checks::support::fixes::Remedy;
use crate::checks::support::settings::{finding, label, no_settings, own};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};
use crate::source::clean;

pub(crate) struct DebugFromString;

impl Check for DebugFromString {
    fn id(&self) -> &'static str {
        "debug-from-string"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let seen = label(cx, model, "DEBUG");
        let Some(setting) = own(model, "DEBUG") else {
            return Outcome::not_applicable("the project does not set `DEBUG`");
        };
        if setting.node.env.is_empty() {
            return match setting.node.cause() {
                Some(cause) => Outcome::unknown(format!("`DEBUG` cannot be told: {cause}."), vec![seen]),
                None => Outcome::not_applicable("`DEBUG` is not read from the environment"),
            };
        }
        let Some(read) = debug::misread(cx, model) else {
            return Outcome::pass("`DEBUG` is off when its variable says `False`.", vec![seen]);
        };
        let message = format!(
            "`DEBUG` is the text of `{}`, and any text but the empty one is true: setting it to `False` turns \
             `DEBUG` on",
            clean(&read.name)
        );
        let found = finding(cx, model, self.id(), "DEBUG", message.clone());
        let found = Remedy {
            title: format!("Read `{}` as a boolean", clean(&read.name)),
            effect: Effect::Reshapes,
            note: "`False`, `0` and `no` turn `DEBUG` off, `True`, `1` and `yes` turn it on.".to_owned(),
            by_hand: format!(
                "Turn the text of `{}` into a boolean before it becomes `DEBUG`",
                clean(&read.name)
            ),
        }
        .attach(found, debug::parse_as_boolean(cx, model, setting));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
