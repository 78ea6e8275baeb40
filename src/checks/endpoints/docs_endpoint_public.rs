//! The schema or the documentation of the API is open to everybody. drf-spectacular and DRF's own schema view are so
//! by themselves, drf-yasg's where the default is or its maker says so; `SPECTACULAR_SETTINGS["SERVE_PERMISSIONS"]`,
//! keywords of `as_view()` and of `get_schema_view()` close them.

use crate::checks::support::fixes::{self, Remedy};
use crate::checks::support::lists::name_of;
use crate::checks::support::{endpoints, flip, settings};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::edit::Code;
use crate::endpoints::{Endpoint, Origin, ViewTarget};
use crate::finding::{Effect, Finding, Outcome};
use crate::index::{Ancestor, Framework};
use crate::settings::Truth;

pub(crate) struct DocsEndpointPublic;

const ID: &str = "docs-endpoint-public";
const SETTING: &str = "SPECTACULAR_SETTINGS";
const KEY: &str = "SERVE_PERMISSIONS";

impl Check for DocsEndpointPublic {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        // Without such an import there is nothing to look for.
        let imports = cx.index.files().flat_map(|f| f.imports.iter().chain(&f.stars));
        let is_docs = imports
            .into_iter()
            .any(|i| LIBRARIES.iter().any(|l| i.module.starts_with(l.trim_end_matches('.'))));
        if is_docs {
            EndpointUse::Basis
        } else {
            EndpointUse::Idle("no view of a schema or of documentation is imported")
        }
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let all: Vec<&Endpoint> = inventory.endpoints.iter().filter(|e| is_docs(cx, e)).collect();
            let closed_by_setting = served_to_some(cx);
            let is_open = |e: &&Endpoint| {
                !endpoints::methods(e, endpoints::is_open).is_empty()
                    && flip::kept(cx, &flip::view_of(cx, e)).is_none()
                    && !(is_by_setting(e) && closed_by_setting == Truth::Yes)
            };
            let open: Vec<&Endpoint> = all.iter().copied().filter(is_open).collect();
            if open.is_empty() {
                return endpoints::none(inventory, "No documentation of the API is open to everybody.");
            }
            if closed_by_setting == Truth::Maybe && open.iter().all(|e| is_by_setting(e)) {
                let seen = endpoints::labels(cx, &open, |_| "documentation".to_owned());
                return Outcome::unknown(format!("`{SETTING}[\"{KEY}\"]` cannot be told."), seen);
            }
            let count = endpoints::count(inventory, &open, endpoints::is_open);
            let message = format!("The documentation of the API is open to everybody: {count}");
            let labels = endpoints::labels(cx, &open, |_| "open to everybody".to_owned());
            let Some(first) = labels.first().cloned() else {
                return Outcome::unknown(format!("{message}, and its place is not known."), Vec::new());
            };
            let mut finding = Finding::new(ID, flip::view_of(cx, open[0]), first, message.clone());
            finding.related = labels[1..].to_vec();
            finding.open_views = flip::open_views(cx, &open);
            Outcome::fail(format!("{message}."), vec![fix(cx, finding, &open)])
        })
    }
}

const LIBRARIES: [&str; 3] = ["drf_spectacular.views.", "drf_yasg.views.", "rest_framework.schemas."];

fn is_docs(cx: &CheckContext<'_>, endpoint: &Endpoint) -> bool {
    let known = |name: &str| LIBRARIES.iter().any(|library| name.starts_with(library));
    match &endpoint.route.view.target {
        ViewTarget::External(name) => known(name),
        ViewTarget::Class(id) => cx.index.mro(*id).order.iter().any(|ancestor| match ancestor {
            Ancestor::Framework(id) => known(&Framework::builtin().class(*id).name),
            _ => false,
        }),
        ViewTarget::Function(_) | ViewTarget::Unknown(_) => false,
    }
}

/// Whether drf-spectacular's setting decides: nothing in the project sets the permissions of the view.
fn is_by_setting(endpoint: &Endpoint) -> bool {
    let origin = endpoint.policy.permission.origin;
    match &endpoint.route.view.target {
        ViewTarget::External(name) => name.starts_with(LIBRARIES[0]) && origin != Origin::Action,
        ViewTarget::Class(_) => origin == Origin::Base,
        ViewTarget::Function(_) | ViewTarget::Unknown(_) => false,
    }
}

/// Whether the setting closes drf-spectacular's views.
fn served_to_some(cx: &CheckContext<'_>) -> Truth {
    let Some(setting) = cx.model.and_then(|model| settings::own(model, SETTING)) else { return Truth::No };
    let Some(dict) = setting.node.as_dict() else { return Truth::Maybe };
    match (dict.get(KEY), &dict.rest) {
        (None, None) => Truth::No,
        (None, Some(_)) => Truth::Maybe,
        (Some(node), _) => match node.as_items() {
            Some(list) if list.rest.is_none() => {
                let names: Option<Vec<&str>> = list.items.iter().map(name_of).collect();
                names.map_or(Truth::Maybe, |names| names.iter().any(|n| !n.ends_with(".AllowAny")).into())
            }
            _ => Truth::Maybe,
        },
    }
}

/// One key closes drf-spectacular's views; others are closed where they are routed.
fn fix(cx: &CheckContext<'_>, finding: Finding, open: &[&Endpoint]) -> Finding {
    let is_made = |e: &&Endpoint| matches!(&e.route.view.target, ViewTarget::External(name) if name.starts_with("drf_yasg."));
    let by_hand = if open.iter().all(is_made) {
        "Give `get_schema_view()` `permission_classes` that ask for who builds on the API, or mark the view with \
         `drf-harden public`"
    } else {
        "Give the view `permission_classes` where it is routed, or mark it with `drf-harden public`"
    };
    let Some(model) = cx.model.filter(|_| open.iter().all(|e| is_by_setting(e))) else {
        return finding.instruction(format!("{by_hand}."));
    };
    let value = Code::List(vec![Code::str("rest_framework.permissions.IsAdminUser")]);
    Remedy {
        title: "Serve the documentation to the staff only".to_owned(),
        effect: Effect::Tightens,
        note: "Readers of the schema and of its pages have to log in as staff.".to_owned(),
        by_hand: by_hand.to_owned(),
    }
    .attach(finding, fixes::set_key(cx, model, SETTING, KEY, value))
}
