//! `SECURE_HSTS_SECONDS` is 0 or absent: browsers never learn to refuse plain HTTP. A value below 30 days is a first
//! step and counts as half. Subdomains and preload are decisions of their own, told from the start. The header may be
//! set at the edge; a waiver is the place to say so.
//! <https://docs.djangoproject.com/en/stable/ref/middleware/#http-strict-transport-security>

use crate::checks::support::fixes::{Remedy, set_number};
use crate::checks::support::flag::{self, Flag};
use crate::checks::support::settings::{combine, finding, hidden, label, no_settings, wording};
use crate::checks::{Check, CheckContext};
use crate::finding::{Confidence, Effect, Outcome, Severity, Verdict};
use crate::settings::{SettingState, SettingsModel, Truth, Value};

pub(crate) struct HstsMissing;

const NAME: &str = "SECURE_HSTS_SECONDS";
const ENOUGH: i64 = 30 * 24 * 60 * 60;
const YEAR: i64 = 365 * 24 * 60 * 60;

impl Check for HstsMissing {
    fn id(&self) -> &'static str {
        "hsts-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let Some(model) = cx.model else { return no_settings() };
        let seconds = self.seconds(cx, model);
        if !matches!(seconds.verdict, Verdict::Pass | Verdict::Fail) {
            return seconds;
        }
        let first_step = seconds.places.0;
        let sent = seconds.verdict == Verdict::Pass || first_step > 0;
        let part = |name, consequence, effect_note, id: &'static [&'static str]| {
            let flag = Flag {
                check: self.id(),
                name,
                wanted: true,
                default: false,
                consequence,
                effect: Effect::Choose,
                effect_note,
                severity: Some(Severity::Low),
            };
            let mut outcome = flag::judge(cx, model, &flag);
            // Django speaks of these only where the header is sent.
            outcome.findings.iter_mut().for_each(|f| f.django = Some(if sent { id } else { &[] }));
            outcome
        };
        let subdomains = part(
            "SECURE_HSTS_INCLUDE_SUBDOMAINS",
            "so the header leaves out subdomains",
            "Browsers refuse plain HTTP for every subdomain too.",
            &["security.W005"],
        );
        let preload = part(
            "SECURE_HSTS_PRELOAD",
            "so browsers may not take the site into their built-in list",
            "The site may be taken into the browsers' list of HTTPS-only sites, which is slow to undo.",
            &["security.W021"],
        );
        let outcome = combine(vec![seconds, subdomains, preload]);
        let (passed, of) = outcome.places;
        outcome.with_places(passed + first_step, of + first_step)
    }
}

impl HstsMissing {
    fn seconds(&self, cx: &CheckContext<'_>, model: &SettingsModel) -> Outcome {
        let seen = label(cx, model, NAME);
        if let Some(cause) = hidden(model, NAME) {
            return Outcome::unknown(format!("`{NAME}` cannot be told: {cause}."), vec![seen]);
        }
        let setting = model.get(NAME);
        let state = wording(model, NAME);
        let (message, small) = match setting.map(|s| &s.node) {
            None => (format!("`{NAME}` is not set, so answers carry no HSTS header"), false),
            Some(node) => match (&node.value, node.truthy()) {
                (Value::Int(n), _) if *n >= ENOUGH => return Outcome::pass(format!("{state}."), vec![seen]),
                (Value::Int(n), _) if *n > 0 => {
                    (format!("{state}, which browsers forget within 30 days"), true)
                }
                (_, Truth::No) | (Value::Int(_), _) => {
                    (format!("{state}, so answers carry no HSTS header"), false)
                }
                (_, Truth::Yes | Truth::Maybe) => return Outcome::unknown(format!("{state}."), vec![seen]),
            },
        };
        let mut found = finding(cx, model, self.id(), NAME, message.clone());
        found.django = Some(if small { &[] } else { &["security.W004"] });
        if small {
            found.severity = Some(Severity::Low);
        }
        if setting.is_some_and(|s| s.state() == SettingState::Env) {
            found.confidence = Some(Confidence::Med);
        }
        let found = Remedy {
            title: format!("Set `{NAME}` to a year"),
            effect: Effect::Choose,
            note:
                "Browsers that saw the header refuse plain HTTP for that long, and it cannot be called back: \
                   start with a day if not every page works over HTTPS yet."
                    .to_owned(),
            by_hand: format!("Set `{NAME}` to at least {ENOUGH} once every page works over HTTPS"),
        }
        .attach(found, set_number(cx, model, NAME, YEAR));
        let outcome = Outcome::fail(format!("{message}."), vec![found]);
        if small { outcome.with_places(1, 2) } else { outcome }
    }
}
