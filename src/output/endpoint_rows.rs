//! Endpoints as people see them: one row for each, the most open first, and what protects it as cells with origin
//! and place. The table, the other documents and the session show these.

use crate::endpoints::policy::Effective;
use crate::endpoints::{Endpoint, Exposure, Kind, PolicyValue, ViewTarget};
use crate::engine::EndpointReport;
use crate::source::{Span, clean};

/// One endpoint.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// The patterns, joined.
    pub path: String,
    /// HTTP methods; empty for a plain function, which takes any.
    pub methods: Vec<String>,
    /// Whom the weakest method lets in.
    pub exposure: Exposure,
    /// The view by dotted name, or why it is not known.
    pub view: String,
    /// Why the exposure is what it is.
    pub why: String,
    /// Whom each method lets in.
    pub by_method: Vec<(String, Exposure)>,
    /// Pattern, view and policies, each with its place.
    pub cells: Vec<Cell>,
}

/// One policy of an endpoint.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `permission`.
    pub name: &'static str,
    /// Class names without their modules; `none`; each case of a computed one.
    pub text: String,
    /// Who decided it: `class`, `settings`; empty for the pattern and the view.
    pub origin: &'static str,
    /// Where.
    pub at: Option<Span>,
}

/// The rows of a report: weakest protection first, DRF's views before others, then in the resolver's order.
pub fn rows(report: &EndpointReport) -> Vec<EndpointRow> {
    let mut endpoints: Vec<&Endpoint> = report.inventory.endpoints.iter().collect();
    endpoints.sort_by_key(|e| (e.policy.exposure, e.kind));
    endpoints.into_iter().map(|e| row(report, e)).collect()
}

fn row(report: &EndpointReport, endpoint: &Endpoint) -> EndpointRow {
    let route = &endpoint.route;
    let (view, at) = match &route.view.target {
        ViewTarget::Class(id) => (endpoint.view.clone(), Some(report.index.class(*id).name_at)),
        ViewTarget::Function(id) => {
            (report.index.function_name(*id), Some(report.index.function(*id).name_at))
        }
        ViewTarget::External(name) => (name.clone(), None),
        ViewTarget::Unknown(cause) => (format!("not known: {cause}"), None),
    };
    let policy = &endpoint.policy;
    let mut cells = vec![
        Cell { name: "pattern", text: clean(&route.path), origin: "", at: route.at },
        Cell { name: "view", text: clean(&view), origin: "", at },
    ];
    if endpoint.kind == Kind::Drf {
        for (name, found) in [
            ("authentication", &policy.authentication),
            ("permission", &policy.permission),
            ("throttle", &policy.throttle),
            ("pagination", &policy.pagination),
            ("serializer", &policy.serializer),
            ("renderer", &policy.renderer),
            ("parser", &policy.parser),
        ] {
            cells.push(cell(name, found));
        }
    } else if !route.view.wrappers.is_empty() {
        cells.push(Cell { name: "wrapped in", text: shorts(&route.view.wrappers), origin: "", at: route.at });
    }
    EndpointRow {
        path: clean(&route.path),
        methods: endpoint.methods.clone(),
        exposure: policy.exposure,
        view: clean(&view),
        why: clean(&policy.why),
        by_method: policy.by_method.iter().map(|(m, e)| (m.clone(), *e)).collect(),
        cells,
    }
}

fn cell(name: &'static str, found: &Effective) -> Cell {
    Cell { name, text: clean(&text(&found.value)), origin: found.origin.as_str(), at: found.at }
}

impl EndpointRow {
    /// The methods as one text.
    pub fn methods_text(&self) -> String {
        let shown = |method: &&String| !matches!(method.as_str(), "OPTIONS" | "HEAD");
        let names: Vec<&str> = self.methods.iter().filter(shown).map(String::as_str).collect();
        match (names.is_empty(), self.methods.is_empty()) {
            (_, true) => "any".to_owned(),
            (true, false) => self.methods.join(" "),
            (false, false) => names.join(" "),
        }
    }

    /// The path; that of the root has a name.
    pub fn path_text(&self) -> &str {
        if self.path.is_empty() { "(the root)" } else { &self.path }
    }

    /// The view's own name, without its module; `?` when it is not known.
    pub fn view_text(&self) -> &str {
        if self.view.starts_with("not known") { "?" } else { last(&self.view) }
    }

    /// The cell of this name.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.name == name)
    }
}

/// A value with class names without their modules.
fn text(value: &PolicyValue) -> String {
    match value {
        PolicyValue::Names(names) if names.is_empty() => "none".to_owned(),
        PolicyValue::Names(names) => shorts(names),
        PolicyValue::One(None) => "none".to_owned(),
        PolicyValue::One(Some(name)) => short(name),
        PolicyValue::Branches(branches) => {
            let each = branches.iter().map(|branch| format!("{}: {}", branch.when, text(&branch.value)));
            each.collect::<Vec<_>>().join("; ")
        }
        PolicyValue::Unknown(cause) => format!("cannot be told: {cause}"),
    }
}

fn shorts(names: &[String]) -> String {
    names.iter().map(|name| short(name)).collect::<Vec<_>>().join(", ")
}

/// `a.b.IsOwner` as `IsOwner`; in `(a.A & ~b.B)` each name by itself.
fn short(name: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let (mut out, mut word) = (String::new(), String::new());
    for c in name.chars() {
        if is_part(c) {
            word.push(c);
        } else {
            out.push_str(last(&word));
            word.clear();
            out.push(c);
        }
    }
    out + last(&word)
}

/// What is behind the last dot.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_without_their_modules() {
        assert_eq!(short("rest_framework.permissions.AllowAny"), "AllowAny");
        assert_eq!(short("(a.A & ~b.c.B)"), "(A & ~B)");
        let branch = |when: &str, name: &str| crate::endpoints::policy::Branch {
            when: when.into(),
            value: PolicyValue::Names(vec![name.into()]),
        };
        let value = PolicyValue::Branches(vec![branch("GET", "p.AllowAny"), branch("POST", "p.IsAdmin")]);
        assert_eq!(text(&value), "GET: AllowAny; POST: IsAdmin");
        assert_eq!(text(&PolicyValue::Names(vec![])), "none");
    }
}
