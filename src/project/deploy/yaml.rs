//! YAML of compose files, clusters, platforms and workflows: wherever a table of variables stands, by its key.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser};

use super::{Read, commands};

/// Stands for what a template computes.
pub(super) const COMPUTED: &str = "computed-by-a-template";

/// How deep documents may nest, and how many nodes are looked at: aliases may repeat them without end.
const MAX_DEPTH: usize = 64;
const MAX_VISITS: usize = 50_000;

/// A node and its line.
struct Node {
    line: usize,
    kind: Kind,
}

enum Kind {
    Text(String),
    List(Vec<Rc<Node>>),
    Table(Vec<(Rc<Node>, Rc<Node>)>),
}

impl Node {
    fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    fn get(&self, key: &str) -> Option<&Rc<Self>> {
        match &self.kind {
            Kind::Table(entries) => entries.iter().find(|(k, _)| k.text() == Some(key)).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// What a YAML file says; as far as an error, where there is one.
pub(super) fn read(text: &str) -> Read {
    let plain = if text.contains("{{") { without_templates(text) } else { text.to_owned() };
    let mut walk = Walk { read: Read::default(), left: MAX_VISITS };
    for document in documents(&plain) {
        if document.get("kind").and_then(|kind| kind.text()) == Some("ConfigMap")
            && let Some(data) = document.get("data")
        {
            walk.variables(data, "ConfigMap", 0);
        }
        walk.node(&document, 0);
    }
    walk.read
}

/// Lines of a template language are left out, and values that it gives are marked.
fn without_templates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim();
        if !(trimmed.starts_with("{{") && trimmed.ends_with("}}")) {
            let mut rest = line;
            while let Some((before, inner)) = rest.split_once("{{") {
                out.push_str(before.trim_end_matches('$'));
                out.push_str(COMPUTED);
                rest = inner.split_once("}}").map_or("", |(_, after)| after);
            }
            out.push_str(rest);
        }
        out.push('\n');
    }
    out
}

/// A table or list that is being read.
struct Open {
    line: usize,
    anchor: usize,
    is_table: bool,
    items: Vec<Rc<Node>>,
}

impl Open {
    fn close(self) -> (Rc<Node>, usize) {
        let mut items = self.items.into_iter();
        let kind = if self.is_table {
            let mut entries = Vec::new();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                entries.push((key, value));
            }
            Kind::Table(entries)
        } else {
            Kind::List(items.collect())
        };
        (Rc::new(Node { line: self.line, kind }), self.anchor)
    }
}

/// The documents of a stream; what stands after an error, or too deep, is left out.
fn documents(text: &str) -> Vec<Rc<Node>> {
    let mut anchors: FxHashMap<usize, Rc<Node>> = FxHashMap::default();
    let (mut open, mut done): (Vec<Open>, Vec<Rc<Node>>) = (Vec::new(), Vec::new());
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let line = span.start.line();
        let (node, anchor) = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= MAX_DEPTH => break,
            Event::SequenceStart(anchor, _) => {
                open.push(Open { line, anchor, is_table: false, items: Vec::new() });
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push(Open { line, anchor, is_table: true, items: Vec::new() });
                continue;
            }
            Event::Scalar(text, _, anchor, _) => {
                (Rc::new(Node { line, kind: Kind::Text(text.into_owned()) }), anchor)
            }
            Event::Alias(anchor) => {
                let missing = || Rc::new(Node { line, kind: Kind::Text(String::new()) });
                (anchors.get(&anchor).cloned().unwrap_or_else(missing), 0)
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(open) => open.close(),
                None => break,
            },
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, node.clone());
        }
        put(&mut open, &mut done, node);
    }
    while let Some(last) = open.pop() {
        let (node, _) = last.close();
        put(&mut open, &mut done, node);
    }
    done
}

fn put(open: &mut [Open], done: &mut Vec<Rc<Node>>, node: Rc<Node>) {
    match open.last_mut() {
        Some(parent) => parent.items.push(node),
        None => done.push(node),
    }
}

struct Walk {
    read: Read,
    left: usize,
}

impl Walk {
    fn node(&mut self, node: &Node, depth: usize) {
        if depth > MAX_DEPTH || self.left == 0 {
            return;
        }
        self.left -= 1;
        match &node.kind {
            Kind::Text(_) => {}
            Kind::List(items) => items.iter().for_each(|item| self.node(item, depth + 1)),
            Kind::Table(entries) => {
                for (key, value) in entries {
                    match key.text().unwrap_or_default() {
                        "environment" => self.variables(value, "environment", depth),
                        "env" | "extraEnv" => self.variables(value, "env", depth),
                        "envVars" | "extraEnvVars" => self.variables(value, "envVars", depth),
                        "env_variables" => self.variables(value, "env_variables", depth),
                        "variables" => self.variables(value, "variables", depth),
                        "env_file" => self.files(value),
                        "command" | "entrypoint" | "run" => self.command(value),
                        _ => {}
                    }
                    self.node(value, depth + 1);
                }
            }
        }
    }

    /// `{NAME: value}`, `[NAME=value, NAME]` or `[{name: NAME, value: …}]`.
    fn variables(&mut self, node: &Node, by: &'static str, depth: usize) {
        if depth > MAX_DEPTH || self.left == 0 {
            return;
        }
        self.left -= 1;
        match &node.kind {
            Kind::Text(_) => {}
            Kind::Table(entries) => {
                for (key, value) in entries {
                    match (key.text(), value.text()) {
                        (Some("<<"), _) => self.variables(value, by, depth + 1),
                        (Some(name), Some("")) => self.read.push(name, None, key.line, by),
                        (Some(name), Some(text)) => self.read.push(name, Some(text), key.line, by),
                        _ => {}
                    }
                }
            }
            Kind::List(items) => {
                for item in items {
                    self.left = self.left.saturating_sub(1);
                    match &item.kind {
                        Kind::Text(pair) => self.read.push_pair(pair, item.line, by),
                        Kind::Table(_) => {
                            let name = item.get("name").or_else(|| item.get("key"));
                            let value = item.get("value").and_then(|v| v.text());
                            if let Some(name) = name.and_then(|n| Some((n.text()?, n.line))) {
                                self.read.push(name.0, value, name.1, by);
                            }
                        }
                        Kind::List(_) => self.variables(item, by, depth + 1),
                    }
                }
            }
        }
    }

    fn files(&mut self, node: &Node) {
        match &node.kind {
            Kind::Text(path) => self.read.files.push(path.clone()),
            Kind::List(items) => {
                let paths = items.iter().filter_map(|i| i.text().or_else(|| i.get("path")?.text()));
                self.read.files.extend(paths.map(str::to_owned));
            }
            Kind::Table(_) => {}
        }
    }

    fn command(&mut self, node: &Node) {
        match &node.kind {
            Kind::Text(text) => commands::read(text, node.line, "command", &mut self.read),
            Kind::List(items) => {
                let words = items.iter().filter_map(|item| item.text());
                commands::assignments(words, node.line, "command", &mut self.read);
            }
            Kind::Table(_) => {}
        }
    }
}
