//! The key that the given environment supplies is easy to guess by Django's own rule, or a key of
//! `SECRET_KEY_FALLBACKS` is. A key written in the settings is a finding of `secret-key-literal` and not judged again.
//! <https://docs.djangoproject.com/en/stable/ref/checks/#security>

use crate::checks::support::secret::{self, NAME, Origin, is_weak};
use crate::checks::support::settings::{element_place, finding, no_settings, own};
use crate::checks::{Check, CheckContext};
use crate::finding::Outcome;

pub(crate) struct SecretKeyWeak;

const OLD_KEYS: &str = "SECRET_KEY_FALLBACKS";

impl Check for SecretKeyWeak {
    fn id(&self) -> &'static str {
        "secret-key-weak"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let mut findings = Vec::new();
        let origin = secret::origin(cx, model);
        if let Ok(Origin::Supplied(text)) = &origin
            && is_weak(text)
        {
            let message = "the `SECRET_KEY` of the given environment is short, has few different characters, or was \
                           made by `startproject`";
            findings.push(finding(cx, model, self.id(), NAME, message));
        }
        let old = own(model, OLD_KEYS).and_then(|s| s.node.as_items()).map_or(&[][..], |i| &i.items);
        for key in old.iter().filter(|k| k.as_str().is_some_and(is_weak)) {
            let message =
                format!("a key of `{OLD_KEYS}` is easy to guess, and what it signed is still accepted");
            let mut found = finding(cx, model, self.id(), OLD_KEYS, message);
            found.primary.span = element_place(cx, found.primary.span, key);
            found.django = Some(&["security.W025"]);
            findings.push(found);
        }
        if let Some(first) = findings.first() {
            let reason = format!("{}.", first.message);
            let by_hand =
                "Supply a key of 50 or more random characters, such as `get_random_secret_key()` makes.";
            return Outcome::fail(reason, findings.into_iter().map(|f| f.instruction(by_hand)).collect());
        }
        match origin {
            Ok(Origin::Supplied(_)) => Outcome::pass(
                "the key of the given environment is long and varied.",
                vec![secret::seen(cx, model)],
            ),
            Ok(Origin::Required) => Outcome::unknown(
                "`SECRET_KEY` comes from the environment; give it with `--env-file` to have it judged.",
                vec![secret::seen(cx, model)],
            ),
            Ok(other) => secret::fine(cx, model, &other),
            Err(outcome) => outcome,
        }
    }
}
