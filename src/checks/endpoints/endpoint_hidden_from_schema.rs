//! A view is left out of the API's schema: `schema = None`, `@schema(None)`, `exclude=True` of drf-spectacular,
//! `auto_schema=None` of drf-yasg. What is not in the schema is in no review, no client's tests, no scanner's list.
//!
//! Left alone: views whose purpose is told by what they are (a login, a health check, a webhook, the documentation
//! itself), and projects that serve no schema. Whether the others are internal is for the team to say.

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{intent, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::items::{ArgumentItem, DecoratorItem};
use crate::index::{Call, Expression, Owner, ProjectIndex, Resolution};
use crate::settings::Truth;
use crate::source::Span;

pub(crate) struct EndpointHiddenFromSchema;

const ID: &str = "endpoint-hidden-from-schema";
/// Packages that make a schema.
const MAKERS: [&str; 3] = ["drf_spectacular", "drf_yasg", "rest_framework.schemas"];

impl Check for EndpointHiddenFromSchema {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let imports = || cx.index.files().flat_map(|f| f.imports.iter().chain(&f.stars));
        if !imports().any(|i| MAKERS.iter().any(|maker| i.module.starts_with(maker))) {
            return Outcome::not_applicable("the project makes no schema");
        }
        let mut tally = Tally::default();
        for (owner, at, truth) in hidden(cx) {
            if truth != Truth::Yes {
                tally.unclear.push(Label::new(at, "a base that is not known may be no view"));
                continue;
            }
            let view = views::view_name(cx.index, owner);
            if let Some(why) = intent::public(cx, owner) {
                tally.passed.push(Label::new(at, why));
                continue;
            }
            let message = format!("{view} is not in the API's schema.");
            let symbol = format!("{}.schema", views::owner_name(cx.index, owner));
            let finding = Finding::new(ID, symbol, Label::new(at, "left out of the schema"), message);
            tally.findings.push(finding.instruction(
                "Put it into the schema, or keep it out with a comment \
                 `# drf-harden: ignore[endpoint-hidden-from-schema] reason` that says who calls it.",
            ));
        }
        tally.outcome(&Words {
            places: "views left out of the schema",
            wrong: "may be unknown to those who look after the API",
            right: "are doors whose purpose is plain",
            none: "No view is left out of the schema.",
        })
    }
}

/// What is left out, each with the place that says so, and whether it is a view at all.
fn hidden(cx: &CheckContext<'_>) -> Vec<(Owner, Span, Truth)> {
    let index = cx.index;
    let mut found = Vec::new();
    for (id, truth) in views::classes(cx) {
        let class = index.class(id);
        let attributes = class
            .attributes
            .iter()
            .filter(|a| matches!(&*a.name, "schema" | "swagger_schema") && a.value == Expression::None);
        found.extend(attributes.map(|a| (Owner::Class(id), a.at, truth)));
        found.extend(
            class.decorators.iter().filter(|d| hides(index, d)).map(|d| (Owner::Class(id), d.at, truth)),
        );
        for (position, method) in class.methods.iter().enumerate() {
            let own = method.decorators.iter().filter(|d| hides(index, d));
            found.extend(own.map(|d| (Owner::Action(id, position), d.at, truth)));
        }
    }
    for (id, function) in index.api_views() {
        if !views::is_beside(cx, function.at.file) {
            let own = function.decorators.iter().filter(|d| hides(index, d));
            found.extend(own.map(|d| (Owner::Function(id), d.at, Truth::Yes)));
        }
    }
    found
}

/// Whether a decorator leaves something out of the schema: a view, or, by `extend_schema_view`, a handler of one.
fn hides(index: &ProjectIndex, decorator: &DecoratorItem) -> bool {
    let Some(Resolution::External(name)) =
        decorator.name.as_deref().map(|n| index.resolve_at(decorator.at, n))
    else {
        return false;
    };
    let arguments = decorator.arguments.as_deref().unwrap_or_default();
    let keyword = |wanted: &str, value: &Expression| {
        arguments.iter().any(|a| a.keyword.as_deref() == Some(wanted) && a.value == *value)
    };
    match name.as_str() {
        "rest_framework.decorators.schema" => {
            matches!(arguments, [ArgumentItem { keyword: None, value: Expression::None, .. }, ..])
        }
        "drf_spectacular.utils.extend_schema" => keyword("exclude", &Expression::Bool(true)),
        "drf_spectacular.utils.extend_schema_view" => {
            arguments.iter().any(|a| matches!(&a.value, Expression::Call(call) if excludes(call)))
        }
        "rest_framework.decorators.action" => keyword("schema", &Expression::None),
        "drf_yasg.utils.swagger_auto_schema" => keyword("auto_schema", &Expression::None),
        _ => false,
    }
}

/// `extend_schema(exclude=True)`.
fn excludes(call: &Call) -> bool {
    call.callee.ends_with("extend_schema")
        && call.keywords.iter().any(|(name, value)| &**name == "exclude" && *value == Expression::Bool(true))
}
