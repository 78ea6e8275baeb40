//! Throttles are in use and `NUM_PROXIES` is not set: DRF then takes the whole `X-Forwarded-For` header for the client's
//! name, so whoever sends another header with each request is never limited.
//! <https://www.django-rest-framework.org/api-guide/throttling/#how-clients-are-identified>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::rest::{self, Key};
use crate::checks::support::throttles;
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Truth, Value};

pub(crate) struct NumProxiesUnset;

const KEY: &str = "NUM_PROXIES";

impl Check for NumProxiesUnset {
    fn id(&self) -> &'static str {
        "num-proxies-unset"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        match rest::key(model, KEY) {
            Key::Unclear(cause) => return rest::unclear(cx, model, KEY, &cause),
            Key::Set(node) if !matches!(node.value, Value::None) => {
                return Outcome::pass(format!("{}.", rest::wording(model, KEY)), seen);
            }
            Key::Set(_) | Key::Absent => {}
        }
        match throttles::in_use(cx) {
            Truth::No => return Outcome::not_applicable("no throttle is used"),
            Truth::Maybe => return Outcome::unknown("Whether throttles are used cannot be told.", seen),
            Truth::Yes => {}
        }
        if throttles::names_clients_itself(cx) {
            return Outcome::unknown("A class of the project has a `get_ident` of its own.", seen);
        }
        let message = format!(
            "{}, so a client that sends another `X-Forwarded-For` with each request is a new one each time",
            rest::wording(model, KEY)
        );
        let found = rest::finding(cx, model, self.id(), KEY, message.clone());
        let remedy = Remedy {
            title: "Set the number of proxies in front of Django".to_owned(),
            effect: Effect::Choose,
            note: "Anonymous clients are told apart by the address that the last proxy saw; with 0 proxies `0` is right."
                .to_owned(),
            by_hand: format!("Set `{KEY}` to the number of proxies in front of Django, 0 for none"),
        };
        let found = remedy.attach(found, rest::set_key(cx, model, KEY, Code::Int(1)));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
