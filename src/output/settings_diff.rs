//! `settings --diff A B`: where two settings modules differ, what security rests on first, each side with state,
//! value and place. Dicts are compared key by key, lists by their elements. What cannot be told on one side is
//! named as such, never as a difference. As text and as JSON.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::python_text::{shorten, text};
use super::settings_json::matters;
use super::settings_table::{heading, place};
use super::{Style, count, values};
use crate::settings::{Node, Setting, SettingState, SettingsModel, Value, is_secret_name};
use crate::source::{Sources, Span, clean};

/// Values longer than this are cut in the text.
const VALUE_WIDTH: usize = 70;

/// One difference: a setting or a key below it.
#[derive(Clone, Debug)]
struct Difference<'a> {
    /// `REST_FRAMEWORK.PAGE_SIZE`.
    name: String,
    security: bool,
    kind: Kind,
    sides: [Side<'a>; 2],
}

/// What is to be said of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Their values differ.
    Value,
    /// The values are the same, but one is fixed and the other comes from the environment.
    Source,
    /// A side cannot be told, so nobody can say.
    Open,
}

#[derive(Clone, Debug)]
struct Side<'a> {
    state: &'static str,
    node: Option<&'a Node>,
    at: Option<Span>,
    secret: bool,
}

/// Two settings modules of one project side by side.
pub struct Comparison<'a> {
    sources: &'a Sources,
    models: [&'a SettingsModel; 2],
    differences: Vec<Difference<'a>>,
}

impl<'a> Comparison<'a> {
    /// Compares every setting that one of them sets or that security rests on.
    pub fn new(sources: &'a Sources, models: [&'a SettingsModel; 2]) -> Self {
        let names: BTreeSet<&String> = models.iter().flat_map(|m| m.settings.keys()).collect();
        let mut differences = Vec::new();
        for name in names {
            let sides = models.map(|model| model.get(name));
            if sides.iter().flatten().all(|setting| setting.is_default) && !matters(name) {
                continue;
            }
            compare_settings(name, sides, &mut differences);
        }
        differences.sort_by_key(|d: &Difference<'_>| (d.kind, !d.security, d.name.clone()));
        Self { sources, models, differences }
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_text(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        for model in self.models {
            writeln!(out, "{}", heading(model, style))?;
        }
        let groups = [
            ("Security rests on these", Kind::Value, true),
            ("Others", Kind::Value, false),
            ("Same value, but only one side reads it from the environment", Kind::Source, true),
            ("The same, of others", Kind::Source, false),
        ];
        for (title, kind, security) in groups {
            let mut group = self.of(kind).filter(|d| d.security == security).peekable();
            if group.peek().is_some() {
                writeln!(out, "\n{}", style.heading(title))?;
            }
            for difference in group {
                self.write_difference(out, difference, style)?;
            }
        }
        if self.of(Kind::Open).next().is_some() {
            writeln!(out, "\n{}", style.heading("Cannot be compared"))?;
        }
        for difference in self.of(Kind::Open) {
            let cause = difference.sides.iter().find_map(|side| Some((side.node?.cause()?, side.at)));
            let (cause, at) = cause.unwrap_or(("a part of it cannot be told", None));
            let at = at.map(|at| style.dim(place(self.sources, at))).unwrap_or_default();
            writeln!(out, "{}", format!("  {}  {}  {at}", clean(&difference.name), clean(cause)).trim_end())?;
        }
        let values = self.of(Kind::Value).count();
        let security = self.of(Kind::Value).filter(|d| d.security).count();
        let mut line = match values {
            0 => "No value differs".to_owned(),
            n => format!("{}, security rests on {security} of them", count(n, "difference", "differences")),
        };
        for (kind, words) in
            [(Kind::Source, "with the same value from elsewhere"), (Kind::Open, "cannot be compared")]
        {
            let n = self.of(kind).count();
            if n > 0 {
                line += &format!("; {n} {words}");
            }
        }
        writeln!(out, "\n{line}.")
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Difference<'a>> {
        self.differences.iter().filter(move |d| d.kind == kind)
    }

    fn write_difference(&self, out: &mut dyn Write, found: &Difference<'_>, style: Style) -> io::Result<()> {
        writeln!(out, "  {}", style.heading(clean(&found.name)))?;
        let width = self.models.map(|m| m.module.chars().count()).into_iter().max().unwrap_or(0);
        let only = found.elements();
        for (i, (model, side)) in self.models.iter().zip(&found.sides).enumerate() {
            let module = clean(&model.module);
            let value = match &only {
                Some(only) if only[i].is_empty() => "adds nothing".to_owned(),
                Some(only) => format!("alone has {}", only[i].join(", ")),
                None if found.is_reordered() => "the same elements in another order".to_owned(),
                None if side.state == "required" => "has to come from the environment".to_owned(),
                None => side.text(),
            };
            let value = shorten(&clean(&value), VALUE_WIDTH);
            let at = side.at.map(|at| style.dim(place(self.sources, at))).unwrap_or_default();
            let line = format!("    {module:width$}  {:<8}  {value}  {at}", side.state);
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Writes it for programs.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let side = |side: &Side<'_>| {
            json!({
                "state": side.state,
                "value": side.node.map(|node| values::value(node, side.secret)),
                "where": side.at.map(|at| {
                    json!({ "path": self.sources.path(at.file), "line": self.sources.line(at) })
                }),
            })
        };
        let differences = self.differences.iter().map(|d| Row {
            name: &d.name,
            security: d.security,
            comparable: d.kind != Kind::Open,
            same_value: d.kind == Kind::Source,
            left: side(&d.sides[0]),
            right: side(&d.sides[1]),
        });
        let document = Document {
            schema_version: 1,
            left: &self.models[0].module,
            right: &self.models[1].module,
            differences: differences.collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    left: &'a str,
    right: &'a str,
    differences: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    security: bool,
    comparable: bool,
    same_value: bool,
    left: Json,
    right: Json,
}

impl Side<'_> {
    fn text(&self) -> String {
        self.node.map(|node| text(node, self.secret)).unwrap_or_default()
    }
}

impl Difference<'_> {
    /// For lists: the elements that only one side has. `None` when that does not tell them apart.
    fn elements(&self) -> Option<[Vec<String>; 2]> {
        let lists = [self.sides[0].node?.as_items()?, self.sides[1].node?.as_items()?];
        let missing = |from: usize, to: usize| -> Vec<String> {
            let missing =
                lists[from].items.iter().filter(|item| !lists[to].items.iter().any(|o| same(o, item)));
            missing.map(|item| text(item, self.sides[from].secret)).collect()
        };
        let only = [missing(0, 1), missing(1, 0)];
        only.iter().any(|side| !side.is_empty()).then_some(only)
    }

    fn is_reordered(&self) -> bool {
        let both_lists = self.sides.iter().all(|side| side.node.and_then(Node::as_items).is_some());
        self.kind == Kind::Value && both_lists && self.elements().is_none()
    }
}

fn compare_settings<'a>(name: &str, sides: [Option<&'a Setting>; 2], found: &mut Vec<Difference<'a>>) {
    let secret = is_secret_name(name);
    let side = |setting: Option<&'a Setting>| match setting {
        None => Side { state: "absent", node: None, at: None, secret },
        Some(s) => {
            let node = Some(&s.node).filter(|_| s.state() != SettingState::Required);
            Side { state: s.state().as_str(), node, at: s.decided_at(), secret }
        }
    };
    let sides = sides.map(side);
    compare(name, matters(name) || secret, sides, found);
}

fn compare<'a>(name: &str, security: bool, sides: [Side<'a>; 2], found: &mut Vec<Difference<'a>>) {
    let nodes = [sides[0].node, sides[1].node];
    let unknown = |node: Option<&Node>| node.is_some_and(|n| matches!(n.value, Value::Unknown(_)));
    if let [Some(left), Some(right)] = nodes
        && let (Value::Dict(a), Value::Dict(b)) = (&left.value, &right.value)
        && !(a.entries.is_empty() || b.entries.is_empty())
    {
        let mut keys: Vec<&str> = Vec::new();
        for entry in a.entries.iter().chain(&b.entries) {
            let Some(key) = entry.key.as_str() else { continue };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        for key in keys {
            let side = |i: usize, dict: &'a crate::settings::Dict| Side {
                state: dict.get(key).map_or("absent", |node| node.state().as_str()),
                node: dict.get(key),
                at: dict.get(key).and_then(|n| n.at).or(sides[i].at),
                secret: sides[i].secret || is_secret_name(key),
            };
            let below = [side(0, a), side(1, b)];
            // A key that an open dict does not show may be there all the same.
            let hidden = (below[0].node.is_none() && a.rest.is_some())
                || (below[1].node.is_none() && b.rest.is_some());
            let name = format!("{name}.{key}");
            if hidden {
                found.push(Difference { name, security, kind: Kind::Open, sides: below });
            } else {
                compare(&name, security, below, found);
            }
        }
        return;
    }
    let equal = match nodes {
        [Some(left), Some(right)] => same(left, right),
        [None, None] => true,
        _ => false,
    };
    let open =
        unknown(nodes[0]) || unknown(nodes[1]) || (!equal && nodes.iter().flatten().any(|n| n.has_unknown()));
    let read = |side: &Side<'_>| matches!(side.state, "env" | "required");
    let kind = match (equal, open) {
        (_, true) => Kind::Open,
        (false, false) => Kind::Value,
        (true, false) if read(&sides[0]) != read(&sides[1]) => Kind::Source,
        (true, false) => return,
    };
    found.push(Difference { name: name.to_owned(), security, kind, sides });
}

/// Whether two values are surely the same, wherever they were written.
fn same(left: &Node, right: &Node) -> bool {
    if left.has_unknown() || right.has_unknown() {
        return false;
    }
    match (&left.value, &right.value) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| same(a, b))
        }
        (Value::Set(a), Value::Set(b)) => {
            let all = |a: &[Node], b: &[Node]| a.iter().all(|x| b.iter().any(|y| same(x, y)));
            all(&a.items, &b.items) && all(&b.items, &a.items)
        }
        (Value::Dict(a), Value::Dict(b)) => {
            a.entries.len() == b.entries.len()
                && a.entries
                    .iter()
                    .all(|x| b.entries.iter().any(|y| same(&x.key, &y.key) && same(&x.value, &y.value)))
        }
        (a, b) => a == b,
    }
}
