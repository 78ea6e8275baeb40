//! `DEFAULT_AUTHENTICATION_CLASSES` is left to DRF, whose default takes session cookies and HTTP Basic passwords.
//! <https://www.django-rest-framework.org/api-guide/authentication/#setting-the-authentication-scheme>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::rest::{self, Key};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};

pub(crate) struct DefaultAuthenticationImplicit;

const KEY: &str = "DEFAULT_AUTHENTICATION_CLASSES";

impl Check for DefaultAuthenticationImplicit {
    fn id(&self) -> &'static str {
        "default-authentication-implicit"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        match rest::key(model, KEY) {
            Key::Unclear(cause) => rest::unclear(cx, model, KEY, &cause),
            Key::Set(_) => Outcome::pass(format!("{}.", rest::wording(model, KEY)), seen),
            Key::Absent => {
                let message = format!(
                    "{}, so DRF takes session cookies and HTTP Basic passwords",
                    rest::wording(model, KEY)
                );
                let found = rest::finding(cx, model, self.id(), KEY, message.clone());
                let session =
                    Code::List(vec![Code::str("rest_framework.authentication.SessionAuthentication")]);
                let found = Remedy {
                    title: "Name the authentication classes".to_owned(),
                    effect: Effect::Tightens,
                    note: "Callers that send a user name and password with HTTP Basic get 401 or 403."
                        .to_owned(),
                    by_hand: format!("Name in `{KEY}` the classes that the API is meant to accept"),
                }
                .attach(found, rest::set_key(cx, model, KEY, session));
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}
