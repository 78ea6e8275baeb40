//! `ALLOWED_HOSTS` accepts every host, or is empty so that every request is refused. A list from the environment
//! counts as named there. Wide suffixes (`.com`) are not judged.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts>

use crate::checks::support::environment::{self, Kind};
use crate::checks::support::fixes::{Remedy, reads_in};
use crate::checks::support::settings::{finding, hidden, is_required, label, no_settings, own, wording};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Outcome, Severity};
use crate::settings::{SettingsModel, Truth, Value};

pub(crate) struct AllowedHostsWildcard;

const NAME: &str = "ALLOWED_HOSTS";

impl Check for AllowedHostsWildcard {
    fn id(&self) -> &'static str {
        "allowed-hosts-wildcard"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let seen = label(cx, model, NAME);
        if let Some(cause) = hidden(model, NAME) {
            return Outcome::unknown(format!("`{NAME}` cannot be told: {cause}."), vec![seen]);
        }
        let state = wording(model, NAME);
        let Some(setting) = own(model, NAME) else { return self.empty(cx, model) };
        let from_environment = setting.node.env_reads().iter().any(|r| !r.supplied);
        let any = match &setting.node.value {
            // Every character of a text is an entry, and `*` is one of them.
            Value::Str(text) => text.contains('*').into(),
            _ => setting.node.contains_str("*"),
        };
        match (any, setting.node.truthy()) {
            (Truth::Yes, _) => self.open(cx, model),
            (Truth::Maybe, _) if is_required(setting) => Outcome::pass(format!("{state}."), vec![seen]),
            (Truth::No, Truth::No | Truth::Maybe) if from_environment => {
                Outcome::pass(format!("{state}; without that every request is refused."), vec![seen])
            }
            (Truth::No, Truth::Yes) => Outcome::pass(format!("{state}."), vec![seen]),
            (Truth::No, Truth::No) => self.empty(cx, model),
            (Truth::Maybe, _) | (Truth::No, Truth::Maybe) => {
                Outcome::unknown(format!("{state}."), vec![seen])
            }
        }
    }
}

impl AllowedHostsWildcard {
    fn open(&self, cx: &CheckContext<'_>, model: &SettingsModel) -> Outcome {
        let setting = own(model, NAME).expect("internal error: an open list is set");
        let message = format!("{}, so requests for any host are answered", wording(model, NAME));
        let mut found = finding(cx, model, self.id(), NAME, message.clone());
        let from_environment = !reads_in(cx, &setting.node).is_empty();
        if from_environment {
            found.confidence = Some(Confidence::Med);
        }
        let found = if from_environment {
            Remedy {
                title: format!("Take the `\"*\"` out of the default of `{NAME}`"),
                effect: Effect::Tightens,
                note: "Without the variable every request is refused with 400; with it nothing changes."
                    .to_owned(),
                by_hand: "Take the `\"*\"` out of the default, and name the hosts in the environment"
                    .to_owned(),
            }
            .attach(found, environment::default_without(cx, model, setting, "*"))
        } else {
            let variable = environment::variable(model, NAME);
            Remedy {
                title: format!("Read `{NAME}` from the environment"),
                effect: Effect::Choose,
                note: format!(
                    "Set `{variable}` to the host names, separated by commas, before you deploy; other \
                               hosts get 400."
                ),
                by_hand: format!("Name the hosts of production in `{NAME}`"),
            }
            .attach(found, environment::require(cx, model, NAME, Kind::List))
        };
        Outcome::fail(format!("{message}."), vec![found])
    }

    fn empty(&self, cx: &CheckContext<'_>, model: &SettingsModel) -> Outcome {
        let message =
            format!("{}, so Django refuses every request unless `DEBUG` is on", wording(model, NAME));
        let mut found = finding(cx, model, self.id(), NAME, message.clone());
        found.severity = Some(Severity::Low);
        let variable = environment::variable(model, NAME);
        let found = Remedy {
            title: format!("Read `{NAME}` from the environment"),
            effect: Effect::Choose,
            note: format!("Set `{variable}` to the host names, separated by commas, before you deploy."),
            by_hand: format!("Name the hosts of production in `{NAME}`"),
        }
        .attach(found, environment::require(cx, model, NAME, Kind::List));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
