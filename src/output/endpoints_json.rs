//! `endpoints --format json`, schema version 1: one row for each URL pattern and view.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::endpoints::policy::{Branch, Effective, PolicyValue};
use crate::endpoints::{Endpoint, ViewTarget};
use crate::engine::EndpointReport;
use crate::source::{Sources, Span};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    complete: bool,
    problems: Vec<Problem<'a>>,
    endpoints: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    path: Option<&'a str>,
    line: Option<usize>,
    message: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    name: Option<&'a str>,
    view: &'a str,
    /// The function behind a view that `@api_view` made.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    kind: &'static str,
    methods: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<&'a BTreeMap<String, String>>,
    authentication: Policy<'a>,
    permission: Policy<'a>,
    throttle: Policy<'a>,
    pagination: Policy<'a>,
    serializer: Policy<'a>,
    renderer: Policy<'a>,
    parser: Policy<'a>,
    exposure: &'static str,
    /// Why the exposure is what it is.
    why: &'a str,
    /// Whom each method lets in.
    by_method: BTreeMap<&'a str, &'static str>,
    /// Decorators around the view in the URLconf, outermost first.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    wrappers: &'a [String],
    /// The class or function; the pattern itself where the view is not the project's.
    #[serde(rename = "where")]
    place: Option<Place<'a>>,
    /// The pattern.
    route: Option<Place<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    /// Why the value cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    from: &'static str,
    #[serde(rename = "where")]
    place: Option<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
}

/// Writes the document.
pub fn write(out: &mut dyn Write, report: &EndpointReport) -> io::Result<()> {
    let inventory = &report.inventory;
    let document = Document {
        schema_version: 1,
        complete: inventory.complete,
        problems: inventory
            .problems
            .iter()
            .map(|problem| Problem {
                path: problem.at.map(|at| report.sources.path(at.file)),
                line: problem.at.map(|at| report.sources.line(at)),
                message: &problem.message,
            })
            .collect(),
        endpoints: inventory.endpoints.iter().map(|endpoint| row(report, endpoint)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn row<'a>(report: &'a EndpointReport, endpoint: &'a Endpoint) -> Row<'a> {
    let route = &endpoint.route;
    let (function, written) = match &route.view.target {
        ViewTarget::Class(id) => (None, Some(report.index.class(*id).name_at)),
        ViewTarget::Function(id) => {
            let name = report.index.function_name(*id);
            ((name != endpoint.view).then_some(name), Some(report.index.function(*id).name_at))
        }
        ViewTarget::External(_) | ViewTarget::Unknown(_) => (None, route.at),
    };
    Row {
        path: &route.path,
        name: route.name.as_deref(),
        view: &endpoint.view,
        function,
        kind: endpoint.kind.as_str(),
        methods: &endpoint.methods,
        actions: route.view.actions.as_ref(),
        authentication: policy(report, &endpoint.policy.authentication),
        permission: policy(report, &endpoint.policy.permission),
        throttle: policy(report, &endpoint.policy.throttle),
        pagination: policy(report, &endpoint.policy.pagination),
        serializer: policy(report, &endpoint.policy.serializer),
        renderer: policy(report, &endpoint.policy.renderer),
        parser: policy(report, &endpoint.policy.parser),
        exposure: endpoint.policy.exposure.as_str(),
        why: &endpoint.policy.why,
        by_method: endpoint.policy.by_method.iter().map(|(m, e)| (m.as_str(), e.as_str())).collect(),
        wrappers: &route.view.wrappers,
        place: written.map(|at| place(&report.sources, at)),
        route: route.at.map(|at| place(&report.sources, at)),
    }
}

fn policy<'a>(report: &'a EndpointReport, effective: &'a Effective) -> Policy<'a> {
    let cause = match &effective.value {
        PolicyValue::Unknown(cause) => Some(cause.as_str()),
        _ => None,
    };
    Policy {
        value: value(&effective.value),
        cause,
        from: effective.origin.as_str(),
        place: effective.at.map(|at| place(&report.sources, at)),
    }
}

/// Names as a list, one as a text, cases with their conditions; nothing where it cannot be told.
fn value(value: &PolicyValue) -> Option<Json> {
    match value {
        PolicyValue::Names(names) => Some(Json::from(names.clone())),
        PolicyValue::One(name) => Some(Json::from(name.clone())),
        PolicyValue::Branches(branches) => {
            let case = |b: &Branch| match &b.value {
                PolicyValue::Unknown(cause) => json!({"when": b.when, "cause": cause}),
                inner => json!({"when": b.when, "value": self::value(inner)}),
            };
            Some(branches.iter().map(case).collect())
        }
        PolicyValue::Unknown(_) => None,
    }
}

fn place(sources: &Sources, at: Span) -> Place<'_> {
    Place { path: sources.path(at.file), line: sources.line(at) }
}
