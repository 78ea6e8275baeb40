//! `SECRET_KEY` is written in the settings, so everybody who can read the repository can forge sessions and tokens.
//! A literal that is also weak is this finding and no second one.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#secret-key>

use crate::checks::support::environment::{self, Kind};
use crate::checks::support::fixes::Remedy;
use crate::checks::support::secret::{self, NAME, Origin, is_weak};
use crate::checks::support::settings::{finding, no_settings};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

pub(crate) struct SecretKeyLiteral;

impl Check for SecretKeyLiteral {
    fn id(&self) -> &'static str {
        "secret-key-literal"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let setting = match secret::origin(cx, model) {
            Ok(Origin::Literal(setting)) => setting,
            Ok(other) => return secret::fine(cx, model, &other),
            Err(outcome) => return outcome,
        };
        let weak = if setting.node.as_str().is_some_and(is_weak) { ", and it is a weak one" } else { "" };
        let message = format!(
            "`SECRET_KEY` is written in the settings{weak}: who reads the code can forge sessions and tokens"
        );
        let mut found = finding(cx, model, self.id(), NAME, message.clone());
        found.django = secret::reported_by_django(setting);
        let variable = environment::variable(model, NAME);
        let found = Remedy {
            title: "Read `SECRET_KEY` from the environment".to_owned(),
            effect: Effect::Choose,
            note: format!(
                "Set `{variable}` in production's environment before you deploy; a new key ends all sessions."
            ),
            by_hand: format!("Take `SECRET_KEY` out of the code and supply a new one as `{variable}`"),
        }
        .attach(found, environment::require(cx, model, NAME, Kind::Text));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
