//! A committed inventory and what changed since: a new endpoint that is not known to be closed, or one that lets
//! more in than before, is for a person to look at, and fails `endpoints --compare`.
//!
//! The file has no lines and no places, so that it changes when the API does, and a review shows how.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::Style;
use super::count;
use super::endpoint_rows::{EndpointRow, rows};
use crate::endpoints::Exposure;
use crate::engine::EndpointReport;
use crate::source::clean;

/// The committed inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    schema_version: u32,
    /// Whether every pattern could be followed.
    complete: bool,
    endpoints: Vec<Known>,
}

/// An endpoint as it was committed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    path: String,
    view: String,
    exposure: String,
    /// Whom each method lets in; empty for a plain function.
    methods: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    policies: BTreeMap<String, String>,
}

/// Policies that are compared; the others change answers, not who gets them.
const POLICIES: [&str; 3] = ["authentication", "permission", "throttle"];

impl Snapshot {
    /// The present inventory.
    pub fn of(report: &EndpointReport) -> Self {
        let known = |row: EndpointRow| {
            let policy = |name: &&str| Some(((*name).to_owned(), row.cell(name)?.text.clone()));
            Known {
                policies: POLICIES.iter().filter_map(policy).collect(),
                exposure: row.exposure.as_str().to_owned(),
                methods: row.by_method.into_iter().map(|(m, e)| (m, e.as_str().to_owned())).collect(),
                path: row.path,
                view: row.view,
            }
        };
        let mut endpoints: Vec<Known> = rows(report).into_iter().map(known).collect();
        endpoints.sort();
        Self { schema_version: 1, complete: report.inventory.complete, endpoints }
    }

    /// Reads a committed one.
    ///
    /// # Errors
    /// One clause: it is not such a file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let snapshot: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if snapshot.schema_version == 1 {
            Ok(snapshot)
        } else {
            Err(format!("it has schema version {}; this program knows 1", snapshot.schema_version))
        }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What is different in `now`.
    pub fn compare(&self, now: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut gone: Vec<&Known> = self.endpoints.iter().collect();
        let mut fresh: Vec<&Known> = Vec::new();
        for endpoint in &now.endpoints {
            let same = |k: &&Known| k.path == endpoint.path && k.view == endpoint.view;
            match gone.iter().position(same) {
                Some(at) => found.extend(changed(gone.remove(at), endpoint)),
                None => fresh.push(endpoint),
            }
        }
        for endpoint in fresh {
            // A view that took another's place at a path is compared with it.
            match gone.iter().position(|k| k.path == endpoint.path) {
                Some(at) => found.extend(changed(gone.remove(at), endpoint)),
                None => found.push(Difference {
                    path: endpoint.path.clone(),
                    view: endpoint.view.clone(),
                    change: if is_closed(&endpoint.exposure) { Change::New } else { Change::NewOpen },
                    what: vec![format!("{} ({})", endpoint.exposure, methods(endpoint))],
                }),
            }
        }
        found.extend(gone.into_iter().map(|k| Difference {
            path: k.path.clone(),
            view: k.view.clone(),
            change: Change::Gone,
            what: vec![format!("was {}", k.exposure)],
        }));
        found.sort_by_key(|d| (d.change, d.path.clone(), d.view.clone()));
        found
    }
}

/// What became of an endpoint. The first two are for a person to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// New, and open, or nobody can tell.
    NewOpen,
    /// It lets more in than before, or limits less.
    Weaker,
    /// New, and closed.
    New,
    /// It lets fewer in.
    Stronger,
    /// Something else is different.
    Other,
    /// It is gone.
    Gone,
}

impl Change {
    /// Whether a comparison with it fails.
    pub fn fails(self) -> bool {
        matches!(self, Self::NewOpen | Self::Weaker)
    }

    fn title(self) -> &'static str {
        match self {
            Self::NewOpen => "New, and open or not known to be closed",
            Self::Weaker => "Weaker than before",
            Self::New => "New",
            Self::Stronger => "Stronger than before",
            Self::Other => "Different",
            Self::Gone => "Gone",
        }
    }
}

/// One endpoint that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The patterns, joined.
    pub path: String,
    /// The view.
    pub view: String,
    /// Of which kind.
    pub change: Change,
    /// What is different, a clause each.
    pub what: Vec<String>,
}

fn is_closed(exposure: &str) -> bool {
    rank(exposure) > rank(Exposure::Unknown.as_str())
}

/// Weakest first, as [`Exposure`] orders them; a word that is not known counts as unknown.
fn rank(exposure: &str) -> usize {
    let order = [
        Exposure::Open,
        Exposure::ReadOpen,
        Exposure::Unknown,
        Exposure::Authenticated,
        Exposure::Restricted,
    ];
    order.iter().position(|e| e.as_str() == exposure).unwrap_or(2)
}

fn methods(known: &Known) -> String {
    if known.methods.is_empty() {
        return "any method".to_owned();
    }
    known.methods.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn changed(before: &Known, now: &Known) -> Option<Difference> {
    let (mut weaker, mut stronger, mut what) = (false, false, Vec::new());
    let mut compare = |name: &str, was: &str, is: &str| {
        if was != is {
            what.push(format!("{name} {was} -> {is}"));
            weaker |= rank(is) < rank(was);
            stronger |= rank(is) > rank(was);
        }
    };
    compare("exposure", &before.exposure, &now.exposure);
    for (method, is) in &now.methods {
        match before.methods.get(method) {
            Some(was) => compare(method, was, is),
            // A method that nobody had: as if it had been closed to all.
            None if !before.methods.is_empty() && !is_closed(is) => {
                compare(method, Exposure::Restricted.as_str(), is);
            }
            None => {}
        }
    }
    for (method, was) in &before.methods {
        if !now.methods.contains_key(method) {
            what.push(format!("{method} {was} -> gone"));
        }
    }
    if before.view != now.view {
        what.push(format!("view {} -> {}", before.view, now.view));
    }
    for name in POLICIES {
        let text = |known: &Known| known.policies.get(name).cloned().unwrap_or_else(|| "none".to_owned());
        let (was, is) = (text(before), text(now));
        if was != is {
            // Without a throttle, callers may try as often as they like.
            weaker |= name == "throttle" && is == "none";
            what.push(format!("{name} {was} -> {is}"));
        }
    }
    if what.is_empty() {
        return None;
    }
    let change = match (weaker, stronger) {
        (true, _) => Change::Weaker,
        (false, true) => Change::Stronger,
        (false, false) => Change::Other,
    };
    Some(Difference { path: now.path.clone(), view: now.view.clone(), change, what })
}

/// Writes the differences for people.
pub fn write(out: &mut dyn Write, found: &[Difference], complete: bool, style: Style) -> io::Result<()> {
    let mut last = None;
    for difference in found {
        if last != Some(difference.change) {
            let line = if last.is_some() { "\n" } else { "" };
            writeln!(out, "{line}{}", style.heading(difference.change.title()))?;
            last = Some(difference.change);
        }
        writeln!(out, "  {}  {}", clean(&difference.path), style.dim(clean(&difference.view)))?;
        for what in &difference.what {
            writeln!(out, "      {}", clean(what))?;
        }
    }
    let failing = found.iter().filter(|d| d.change.fails()).count();
    let gap = if found.is_empty() { "" } else { "\n" };
    let line = match (found.len(), failing) {
        (0, _) => "The endpoints are as committed.".to_owned(),
        (n, 0) => format!("{}, none of them open or weaker.", count(n, "difference", "differences")),
        (n, failing) => format!("{}, {failing} to look at.", count(n, "difference", "differences")),
    };
    writeln!(out, "{gap}{line}")?;
    if !complete {
        writeln!(
            out,
            "Not every pattern could be followed, so there may be endpoints that nobody compared."
        )?;
    }
    Ok(())
}

/// Writes the differences for programs.
pub fn write_json(out: &mut dyn Write, found: &[Difference], complete: bool) -> io::Result<()> {
    let fails = found.iter().any(|d| d.change.fails());
    let document = serde_json::json!({
        "schema_version": 1, "complete": complete, "fails": fails, "differences": found,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, exposure: &str, methods: &[(&str, &str)], throttle: &str) -> Known {
        Known {
            path: path.into(),
            view: "v.View".into(),
            exposure: exposure.into(),
            methods: methods.iter().map(|(m, e)| ((*m).to_owned(), (*e).to_owned())).collect(),
            policies: BTreeMap::from([("throttle".to_owned(), throttle.to_owned())]),
        }
    }

    fn compare(before: Vec<Known>, now: Vec<Known>) -> Vec<(Change, String)> {
        let snapshot = |endpoints| Snapshot { schema_version: 1, complete: true, endpoints };
        let found = snapshot(before).compare(&snapshot(now));
        found.into_iter().map(|d| (d.change, d.what.join("; "))).collect()
    }

    #[test]
    fn each_kind_of_change_is_told_apart() {
        let get = |exposure| known("a/", exposure, &[("GET", exposure)], "T");
        for (before, now, change) in [
            (vec![], vec![get("open")], Some(Change::NewOpen)),
            (vec![], vec![get("unknown")], Some(Change::NewOpen)),
            (vec![], vec![get("authenticated")], Some(Change::New)),
            (vec![get("authenticated")], vec![get("open")], Some(Change::Weaker)),
            (vec![get("restricted")], vec![get("unknown")], Some(Change::Weaker)),
            (vec![get("open")], vec![get("restricted")], Some(Change::Stronger)),
            (vec![get("open")], vec![], Some(Change::Gone)),
            (vec![get("open")], vec![get("open")], None),
            (
                vec![get("restricted")],
                vec![known("a/", "restricted", &[("GET", "restricted")], "none")],
                Some(Change::Weaker),
            ),
        ] {
            let found = compare(before.clone(), now.clone());
            assert_eq!(found.first().map(|(c, _)| *c), change, "{before:?} {now:?}");
        }
    }

    #[test]
    fn one_weaker_method_is_enough() {
        let before = known("a/", "open", &[("GET", "open"), ("POST", "authenticated")], "T");
        let now = known("a/", "open", &[("GET", "open"), ("POST", "open")], "T");
        assert_eq!(
            compare(vec![before.clone()], vec![now]),
            [(Change::Weaker, "POST authenticated -> open".into())]
        );
        let more =
            known("a/", "open", &[("DELETE", "open"), ("GET", "open"), ("POST", "authenticated")], "T");
        assert_eq!(compare(vec![before], vec![more])[0].0, Change::Weaker);
    }

    #[test]
    fn a_snapshot_is_read_back() {
        let snapshot =
            Snapshot { schema_version: 1, complete: true, endpoints: vec![known("a/", "open", &[], "none")] };
        assert_eq!(Snapshot::parse(&snapshot.text()).unwrap(), snapshot);
        assert!(Snapshot::parse("{}").is_err());
        assert!(
            Snapshot::parse(&snapshot.text().replace("\"schema_version\": 1", "\"schema_version\": 2"))
                .is_err()
        );
    }
}
