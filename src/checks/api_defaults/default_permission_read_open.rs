//! Views that choose no permission let everybody read: every default class is one such as
//! `IsAuthenticatedOrReadOnly`. A public read-only API is a case for a waiver.
//! <https://www.django-rest-framework.org/api-guide/permissions/#isauthenticatedorreadonly>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{last_part, name_of};
use crate::checks::support::permissions::{KEY, Openness, elements, is_read_open, openness};
use crate::checks::support::rest;
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};

pub(crate) struct DefaultPermissionReadOpen;

impl Check for DefaultPermissionReadOpen {
    fn id(&self) -> &'static str {
        "default-permission-read-open"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        match openness(model) {
            Openness::Unclear(cause) => return rest::unclear(cx, model, KEY, &cause),
            Openness::Closed => return Outcome::pass(format!("{}.", rest::wording(model, KEY)), seen),
            Openness::Absent | Openness::Open => {
                return Outcome::not_applicable(
                    "the default lets everybody in, which `default-permission-open` says",
                );
            }
            Openness::ReadOpen => {}
        }
        let first = elements(model, is_read_open).into_iter().next();
        let class = first.and_then(name_of).map_or("the default", last_part);
        let message = format!("`{KEY}` is `{class}`, so views that choose no permission let everybody read");
        let found = rest::finding(cx, model, self.id(), KEY, message.clone());
        let replacement = match class {
            "DjangoModelPermissionsOrAnonReadOnly" => "rest_framework.permissions.DjangoModelPermissions",
            _ => "rest_framework.permissions.IsAuthenticated",
        };
        let found = Remedy {
            title: format!("Require `{}` by default", last_part(replacement)),
            effect: Effect::Tightens,
            note: "Anonymous reads of views that choose no permission of their own get 401 or 403."
                .to_owned(),
            by_hand: format!("Set `{KEY}` to `[\"{replacement}\"]` and open public views by name"),
        }
        .attach(found, rest::set_key(cx, model, KEY, Code::List(vec![Code::str(replacement)])));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
