//! `endpoints --format json`, schema version 1: one row for each URL pattern and view.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::endpoints::policy;
use crate::endpoints::{Endpoint, Kind, PolicyValue, ViewPolicy, ViewTarget};
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
    /// What protects a DRF view; other views have no such attributes.
    #[serde(flatten)]
    policy: Option<Policy<'a>>,
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
    authentication: Effective<'a>,
    permission: Effective<'a>,
    throttle: Effective<'a>,
    pagination: Effective<'a>,
    serializer: Effective<'a>,
    renderer: Effective<'a>,
    parser: Effective<'a>,
}

#[derive(Serialize)]
struct Effective<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    from: &'static str,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<Place<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Names(&'a [String]),
    One(Option<&'a str>),
    Branches(Vec<Branch<'a>>),
    Unknown { unknown: &'a str },
}

#[derive(Serialize)]
struct Branch<'a> {
    when: &'a str,
    value: Value<'a>,
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
        policy: (endpoint.kind == Kind::Drf).then(|| protection(&report.sources, &endpoint.policy)),
        exposure: endpoint.policy.exposure.as_str(),
        why: &endpoint.policy.why,
        by_method: endpoint.policy.by_method.iter().map(|(m, e)| (m.as_str(), e.as_str())).collect(),
        wrappers: &route.view.wrappers,
        place: written.map(|at| place(&report.sources, at)),
        route: route.at.map(|at| place(&report.sources, at)),
    }
}

fn protection<'a>(sources: &'a Sources, policy: &'a ViewPolicy) -> Policy<'a> {
    let effective = |found: &'a policy::Effective| {
        let (value, cause) = match &found.value {
            PolicyValue::Unknown(cause) => (None, Some(cause.as_str())),
            known => (Some(value(known)), None),
        };
        let place = found.at.map(|at| place(sources, at));
        Effective { value, cause, from: found.origin.as_str(), place }
    };
    Policy {
        authentication: effective(&policy.authentication),
        permission: effective(&policy.permission),
        throttle: effective(&policy.throttle),
        pagination: effective(&policy.pagination),
        serializer: effective(&policy.serializer),
        renderer: effective(&policy.renderer),
        parser: effective(&policy.parser),
    }
}

fn value(found: &PolicyValue) -> Value<'_> {
    match found {
        PolicyValue::Names(names) => Value::Names(names),
        PolicyValue::One(name) => Value::One(name.as_deref()),
        PolicyValue::Branches(branches) => Value::Branches(
            branches.iter().map(|b| Branch { when: &b.when, value: value(&b.value) }).collect(),
        ),
        PolicyValue::Unknown(cause) => Value::Unknown { unknown: cause },
    }
}

fn place(sources: &Sources, at: Span) -> Place<'_> {
    Place { path: sources.path(at.file), line: sources.line(at) }
}
