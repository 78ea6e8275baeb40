//! Views that choose no permission let everybody in: `DEFAULT_PERMISSION_CLASSES` is absent, empty, or `AllowAny`
//! alone, or a class of the project that asks nothing. One finding, which names the endpoints that the default opens.
//! <https://www.django-rest-framework.org/api-guide/permissions/#setting-the-permission-policy>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::flip;
use crate::checks::support::permissions::{self, KEY, Openness, judged};
use crate::checks::support::rest;
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};

pub(crate) struct DefaultPermissionOpen;

impl Check for DefaultPermissionOpen {
    fn id(&self) -> &'static str {
        "default-permission-open"
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        permissions::detail_where_open(cx)
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        let state = rest::wording(model, KEY);
        let message = match judged(cx, model) {
            Openness::Unclear(cause) => return rest::unclear(cx, model, KEY, &cause),
            Openness::ReadOpen | Openness::Closed => return Outcome::pass(format!("{state}."), seen),
            Openness::Absent => format!("{state}, and DRF's default lets everybody in"),
            Openness::Open => format!("{state}, so views that choose no permission let everybody in"),
        };
        if let Some(outcome) = rest::unserved(cx, model) {
            return outcome;
        }
        let closed = Code::List(vec![Code::str("rest_framework.permissions.IsAuthenticated")]);
        let opened = flip::opened(cx);
        let message = format!("{message}{}", opened.count);
        let mut found = rest::finding(cx, model, self.id(), KEY, message.clone()).related(opened.labels);
        found.open_views = flip::open_views(cx, &opened.endpoints);
        if !permissions::default_is_open(cx) {
            // What the class says of objects would be lost with it.
            let by_hand = format!(
                "Let the class in `{KEY}` ask for a login, or put `rest_framework.permissions.IsAuthenticated` before it."
            );
            return Outcome::fail(format!("{message}."), vec![found.instruction(by_hand)]);
        }
        let flipped = flip::close(cx, model, closed, "AllowAny", &opened.endpoints);
        let found = Remedy {
            title: "Require a logged-in user by default".to_owned(),
            effect: Effect::Tightens,
            note: "Anonymous requests to views that choose no permission of their own get 401 or 403; give public \
                   views `AllowAny` by name."
                .to_owned(),
            by_hand: format!("Set `{KEY}` to `[\"rest_framework.permissions.IsAuthenticated\"]`"),
        }
        .attach(found, flipped);
        Outcome::fail(format!("{message}."), vec![found])
    }
}
