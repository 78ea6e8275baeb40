//! `SECRET_KEY` is made at random when the process starts: each worker has its own, and each restart ends all
//! sessions, reset links and signed data.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#secret-key>

use crate::checks::support::environment::{self, Kind};
use crate::checks::support::fixes::Remedy;
use crate::checks::support::secret::{self, NAME, Origin};
use crate::checks::support::settings::{environment as unless, finding, no_settings};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};

pub(crate) struct SecretKeyRandom;

impl Check for SecretKeyRandom {
    fn id(&self) -> &'static str {
        "secret-key-random"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let setting = match secret::origin(cx, model) {
            Ok(Origin::Random(setting)) => setting,
            Ok(other) => return secret::fine(cx, model, &other),
            Err(outcome) => return outcome,
        };
        let message = format!(
            "`SECRET_KEY` is made at random at each start{}, so workers disagree and a restart ends all sessions",
            unless(&setting.node)
        );
        let found = finding(cx, model, self.id(), NAME, message.clone());
        let operations = if setting.node.env.is_empty() {
            environment::require(cx, model, NAME, Kind::Text)
        } else {
            environment::drop_default(cx, model, setting)
        };
        let found = Remedy {
            title: "Read `SECRET_KEY` from the environment".to_owned(),
            effect: Effect::Choose,
            note: "Production does not start without the variable; set it before you deploy.".to_owned(),
            by_hand: "Supply one `SECRET_KEY` for all workers from the environment".to_owned(),
        }
        .attach(found, operations);
        Outcome::fail(format!("{message}."), vec![found])
    }
}
