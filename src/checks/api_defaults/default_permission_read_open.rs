//! Views that choose no permission let everybody read: every default class is one such as
//! `IsAuthenticatedOrReadOnly`. One finding, which names the endpoints that the default opens; views that the team has
//! marked as public keep what they have by name. A public read-only API is a case for a waiver.
//! <https://www.django-rest-framework.org/api-guide/permissions/#isauthenticatedorreadonly>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{last_part, name_of};
use crate::checks::support::permission_lists::MODULE;
use crate::checks::support::permissions::{self, KEY, Openness, elements, is_read_open, judged};
use crate::checks::support::{flip, rest};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};

pub(crate) struct DefaultPermissionReadOpen;

impl Check for DefaultPermissionReadOpen {
    fn id(&self) -> &'static str {
        "default-permission-read-open"
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        permissions::detail_where_read_open(cx)
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let seen = vec![rest::label_of(cx, model, KEY)];
        match judged(cx, model) {
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
        // Classes of the project are named by what they come to.
        let first =
            first.or_else(|| elements(model, |class| !class.ends_with(".AllowAny")).into_iter().next());
        let class = first.and_then(name_of).map_or("the default", last_part);
        // Views that stay public get a class of DRF's.
        let kept =
            if is_read_open(&format!("{MODULE}{class}")) { class } else { "IsAuthenticatedOrReadOnly" };
        let opened = flip::opened(cx);
        let message = format!(
            "`{KEY}` is `{class}`, so views that choose no permission let everybody read{}",
            opened.count
        );
        let mut found = rest::finding(cx, model, self.id(), KEY, message.clone()).related(opened.labels);
        found.open_views = flip::open_views(cx, &opened.endpoints);
        let replacement = match class {
            "DjangoModelPermissionsOrAnonReadOnly" => "rest_framework.permissions.DjangoModelPermissions",
            _ => "rest_framework.permissions.IsAuthenticated",
        };
        let closed = Code::List(vec![Code::str(replacement)]);
        let found = Remedy {
            title: format!("Require `{}` by default", last_part(replacement)),
            effect: Effect::Tightens,
            note: "Anonymous reads of views that choose no permission of their own get 401 or 403."
                .to_owned(),
            by_hand: format!("Set `{KEY}` to `[\"{replacement}\"]` and open public views by name"),
        }
        .attach(found, flip::close(cx, model, closed, kept, &opened.endpoints));
        Outcome::fail(format!("{message}."), vec![found])
    }
}
