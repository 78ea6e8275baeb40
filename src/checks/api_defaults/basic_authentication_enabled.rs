//! `DEFAULT_AUTHENTICATION_CLASSES` names HTTP Basic: a password travels with every request and can be guessed at
//! every view. When the key is absent, DRF's default includes it too; `default-authentication-implicit` says so.
//! <https://www.django-rest-framework.org/api-guide/authentication/#basicauthentication>

use crate::checks::support::fixes::{Operations, Remedy};
use crate::checks::support::lists::{name_of, remove, texts};
use crate::checks::support::rest::{self, Key};
use crate::checks::support::settings::element_place;
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Node, SettingsModel, Truth};

pub(crate) struct BasicAuthenticationEnabled;

const KEY: &str = "DEFAULT_AUTHENTICATION_CLASSES";
const BASIC: &str = "rest_framework.authentication.BasicAuthentication";

impl Check for BasicAuthenticationEnabled {
    fn id(&self) -> &'static str {
        "basic-authentication-enabled"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        let node = match rest::key(model, KEY) {
            Key::Unclear(cause) => return rest::unclear(cx, model, KEY, &cause),
            Key::Absent => {
                return Outcome::not_applicable(
                    "the classes are left to DRF, which `default-authentication-implicit` says",
                );
            }
            Key::Set(node) => node,
        };
        match node.contains_str(BASIC) {
            Truth::No => Outcome::pass(format!("`{KEY}` does not name `BasicAuthentication`."), seen),
            Truth::Maybe => Outcome::unknown(format!("{}.", rest::wording(model, KEY)), seen),
            Truth::Yes => {
                let message =
                    format!("`{KEY}` names `BasicAuthentication`, so a password travels with each request");
                let mut found = rest::finding(cx, model, self.id(), KEY, message.clone());
                let items = node.as_items().map_or(&[][..], |i| &i.items);
                let element = items.iter().find(|item| name_of(item) == Some(BASIC));
                if let Some(element) = element {
                    found.primary.span = element_place(cx, found.primary.span, element);
                }
                let operations = match element {
                    Some(_) if items.len() == 1 => {
                        Err("it is the only class, and another has to be chosen".to_owned())
                    }
                    Some(element) => without(cx, model, node, element),
                    None => Err("the list is put together in several places".to_owned()),
                };
                let found = Remedy {
                    title: "Drop HTTP Basic from the default authentication".to_owned(),
                    effect: Effect::Tightens,
                    note: "Callers that send a user name and password with HTTP Basic get 401 or 403."
                        .to_owned(),
                    by_hand: format!("Take `BasicAuthentication` out of `{KEY}`"),
                }
                .attach(found, operations);
                Outcome::fail(format!("{message}."), vec![found])
            }
        }
    }
}

/// Takes the element out of its display; where that is shared, sets the key to the other classes.
fn without(cx: &CheckContext<'_>, model: &SettingsModel, list: &Node, element: &Node) -> Operations {
    remove(cx, model, rest::NAME, list, element).or_else(|why| {
        let others = texts(list).ok_or(why)?;
        let others = others.into_iter().filter(|c| *c != Code::str(BASIC)).collect();
        rest::set_key(cx, model, KEY, Code::List(others))
    })
}
