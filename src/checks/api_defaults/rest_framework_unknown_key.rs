//! `REST_FRAMEWORK` holds a key that DRF does not know but that looks like one it does: DRF ignores it without a
//! word. Keys that look like nothing are left alone, since libraries and projects keep their own there.
//! <https://www.django-rest-framework.org/api-guide/settings/>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::rest::{self, NAME};
use crate::checks::support::rest_keys::{meant, rename};
use crate::checks::support::settings::{first_line, own};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};
use crate::source::clean;

pub(crate) struct RestFrameworkUnknownKey;

impl Check for RestFrameworkUnknownKey {
    fn id(&self) -> &'static str {
        "rest-framework-unknown-key"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, "")];
        let Some(setting) = own(model, NAME) else {
            return Outcome::not_applicable("`REST_FRAMEWORK` is not set");
        };
        let Some(dict) = setting.node.as_dict() else {
            let cause = setting.node.cause().unwrap_or("it is not a dict");
            return Outcome::unknown(format!("`REST_FRAMEWORK` cannot be told: {cause}."), seen);
        };
        let mut findings = Vec::new();
        for entry in &dict.entries {
            let Some((key, meant)) = entry.key.as_str().and_then(|key| Some((key, meant(key)?))) else {
                continue;
            };
            let shown = clean(key);
            let message = format!("DRF does not know the key `{shown}` and ignores it; it knows `{meant}`");
            let mut found = rest::finding(cx, model, self.id(), key, message);
            if let Some(at) = entry.key.at.or(entry.value.at) {
                found.primary.span = first_line(cx, at);
            }
            let restricts =
                ["AUTHENTICATION", "PERMISSION", "THROTTLE"].iter().any(|word| meant.contains(word));
            let effect = if restricts { Effect::Tightens } else { Effect::Reshapes };
            let found = Remedy {
                title: format!("Rename `{shown}` to `{meant}`"),
                effect,
                note: format!("The value takes effect as `{meant}`."),
                by_hand: format!("Write `{meant}` instead of `{shown}`"),
            }
            .attach(found, rename(cx, model, entry, meant));
            findings.push(found);
        }
        if let Some(first) = findings.first() {
            return Outcome::fail(format!("{}.", first.message), findings);
        }
        Outcome::pass("every key of `REST_FRAMEWORK` is known, or is no misspelling of a known one.", seen)
    }
}
