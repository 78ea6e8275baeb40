//! `SECRET_KEY` is read from the environment but has a written default: a deployment that forgets the variable runs
//! with a key that everybody can read. A default behind `if DEBUG:` is not production's value and not judged.
//! <https://docs.djangoproject.com/en/stable/howto/deployment/checklist/#secret-key>

use crate::checks::support::environment;
use crate::checks::support::fixes::Remedy;
use crate::checks::support::secret::{self, NAME, Origin};
use crate::checks::support::settings::{finding, no_settings};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};
use crate::source::clean;

pub(crate) struct SecretKeyFallback;

impl Check for SecretKeyFallback {
    fn id(&self) -> &'static str {
        "secret-key-fallback"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let setting = match secret::origin(cx, model) {
            Ok(Origin::Fallback(setting)) => setting,
            Ok(other) => return secret::fine(cx, model, &other),
            Err(outcome) => return outcome,
        };
        let names: Vec<_> = setting.node.env_names().map(|n| format!("`{}`", clean(n))).collect();
        let names = names.join(" or ");
        let message = format!(
            "`SECRET_KEY` falls back to a key written in the settings when the environment does not set {names}"
        );
        let mut found = finding(cx, model, self.id(), NAME, message.clone());
        found.django = secret::reported_by_django(setting);
        let found = Remedy {
            title: "Drop the written default of `SECRET_KEY`".to_owned(),
            effect: Effect::Choose,
            note: format!("Production does not start without {names}; set it before you deploy."),
            by_hand: format!("Let production fail when {names} is not set"),
        }
        .attach(found, environment::drop_default(cx, model, setting));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
