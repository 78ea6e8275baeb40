//! Settings modules named in Python: assigned to the environment, given as its default, or passed on.

use rustc_hash::FxHashMap;

use super::{CLASS_VARIABLE, Kind, Mention, VARIABLE, in_test_folder, is_module_pattern};
use crate::python::visitor::{Visitor, walk_expr, walk_stmt};
use crate::python::{ParsedModule, Ranged as _, ast, with_tree};
use crate::source::{FileId, SourceFile};
use ast::{Expr, Stmt};

/// Names are followed through so many assignments.
const MAX_DEPTH: usize = 8;
/// So many expressions are looked at for one file: names that refer to themselves would multiply without end.
const MAX_STEPS: usize = 10_000;

/// The settings modules that a Python file names.
pub(super) fn mentions(file: FileId, source: &SourceFile) -> Vec<Mention> {
    with_tree(source, |module| mentions_in(file, source, module))
}

fn mentions_in(file: FileId, source: &SourceFile, module: &ParsedModule) -> Vec<Mention> {
    let mut assigned = Assigned::default();
    assigned.visit_body(module.body());
    let mut finder =
        Finder { found: Vec::new(), class: None, steps: std::cell::Cell::new(0), assigned: &assigned.values };
    finder.visit_body(module.body());
    let class = finder.class;
    let kind = kind_of(&source.path);
    let mut mentions: Vec<Mention> = finder
        .found
        .into_iter()
        .map(|found| Mention {
            file,
            line: source.lines().line_column(&source.text, found.at).line,
            modules: found.modules,
            kind,
            firm: found.firm,
            class: class.clone(),
        })
        .collect();
    mentions.dedup();
    mentions
}

/// What a Python file is run for, by its name and place.
fn kind_of(path: &str) -> Kind {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let stem = name.strip_suffix(".py").unwrap_or(&name);
    if stem == "conftest"
        || stem == "noxfile"
        || stem == "runtests"
        || stem.starts_with("test")
        || stem.ends_with("_test")
        || in_test_folder(path)
        || path.split('/').any(|part| part == "pytest")
    {
        Kind::Test
    } else if stem.contains("wsgi") || stem.contains("asgi") {
        Kind::Server
    } else if stem.contains("celery") || stem.contains("worker") {
        Kind::Worker
    } else if path.split('/').any(|part| part == "docs" || part == "doc")
        || stem == "fabfile"
        || stem == "tasks"
    {
        Kind::Tool
    } else {
        Kind::Command
    }
}

/// Every value assigned to a plain name anywhere in the file.
#[derive(Default)]
struct Assigned<'a> {
    values: FxHashMap<&'a str, Vec<&'a Expr>>,
}

impl<'a> Visitor<'a> for Assigned<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        self.values.entry(name.id.as_str()).or_default().push(&assign.value);
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                    self.values.entry(name.id.as_str()).or_default().push(value);
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    // Names are only bound by statements here.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

struct Found {
    at: usize,
    modules: Vec<String>,
    firm: bool,
}

struct Finder<'a> {
    found: Vec<Found>,
    class: Option<String>,
    steps: std::cell::Cell<usize>,
    assigned: &'a FxHashMap<&'a str, Vec<&'a Expr>>,
}

impl Finder<'_> {
    /// Notes that `key` is given `value`.
    fn note(&mut self, key: &Expr, value: &Expr, firm: bool) {
        match literal(key) {
            Some(VARIABLE) => self.note_module(key.start().to_usize(), value, firm),
            Some(CLASS_VARIABLE) if self.class.is_none() => {
                self.class =
                    self.values(value, 0).into_iter().find(|v| is_module_pattern(v) && !v.contains('*'));
            }
            _ => {}
        }
    }

    fn note_module(&mut self, at: usize, value: &Expr, firm: bool) {
        let mut modules: Vec<String> = Vec::new();
        for module in self.values(value, 0) {
            if is_module_pattern(&module) && !modules.contains(&module) {
                modules.push(module);
            }
        }
        if !modules.is_empty() {
            self.found.push(Found { at, modules, firm });
        }
    }

    /// The texts that an expression may give; `*` for a part that cannot be told.
    fn values(&self, expr: &Expr, depth: usize) -> Vec<String> {
        self.steps.set(self.steps.get() + 1);
        if depth > MAX_DEPTH || self.steps.get() > MAX_STEPS {
            return Vec::new();
        }
        let next = depth + 1;
        match expr {
            Expr::StringLiteral(text) => vec![text.value.to_str().to_owned()],
            Expr::Name(name) => self
                .assigned
                .get(name.id.as_str())
                .map_or_else(Vec::new, |values| values.iter().flat_map(|v| self.values(v, next)).collect()),
            Expr::If(choice) => {
                let mut all = self.values(&choice.body, next);
                all.extend(self.values(&choice.orelse, next));
                all
            }
            Expr::BoolOp(operation) => operation.values.iter().flat_map(|v| self.values(v, next)).collect(),
            Expr::Named(named) => self.values(&named.value, next),
            Expr::BinOp(sum) if sum.op == ast::Operator::Add => {
                let (left, right) = (self.part(&sum.left, next), self.part(&sum.right, next));
                vec![format!("{left}{right}")]
            }
            Expr::BinOp(format) if format.op == ast::Operator::Mod => {
                literal(&format.left).map(|text| text.replace("%s", "*")).into_iter().collect()
            }
            Expr::FString(text) => {
                let mut whole = String::new();
                for element in text.value.elements() {
                    match element {
                        ast::InterpolatedStringElement::Literal(part) => whole.push_str(&part.value),
                        ast::InterpolatedStringElement::Interpolation(part) => {
                            whole.push_str(&self.part(&part.expression, next));
                        }
                    }
                }
                vec![whole]
            }
            Expr::Call(call) => self.call_values(call, next),
            _ => Vec::new(),
        }
    }

    /// One text for a part of a longer one.
    fn part(&self, expr: &Expr, depth: usize) -> String {
        match self.values(expr, depth).as_slice() {
            // A default of the environment may be replaced, so it does not settle the whole.
            [one] if matches!(expr, Expr::StringLiteral(_) | Expr::Name(_)) && !self.is_read(expr) => {
                one.clone()
            }
            _ => "*".to_owned(),
        }
    }

    /// Whether a name stands for something read at run time.
    fn is_read(&self, expr: &Expr) -> bool {
        let Expr::Name(name) = expr else { return false };
        self.assigned
            .get(name.id.as_str())
            .is_some_and(|values| values.iter().any(|v| !matches!(v, Expr::StringLiteral(_))))
    }

    fn call_values(&self, call: &ast::ExprCall, depth: usize) -> Vec<String> {
        if let Expr::Attribute(method) = &*call.func
            && method.attr.as_str() == "format"
            && let Some(text) = literal(&method.value)
        {
            return vec![braces_to_stars(text)];
        }
        // `get(name, default)`, `getenv`, `setdefault`, `config(name, default=…)`, `env.str(name, "…")`.
        let named = call.arguments.keywords.iter().find(|k| k.arg.as_ref().is_some_and(|a| a == "default"));
        let default = named.map(|k| &k.value).or_else(|| call.arguments.args.get(1));
        default.map_or_else(Vec::new, |d| self.values(d, depth))
    }
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assign(assign) = stmt {
            for target in &assign.targets {
                if let Expr::Subscript(subscript) = target {
                    self.note(&subscript.slice, &assign.value, true);
                }
            }
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                let firm = match &*call.func {
                    Expr::Attribute(method) => matches!(method.attr.as_str(), "putenv" | "setenv"),
                    _ => false,
                };
                if let [key, value, ..] = &*call.arguments.args {
                    self.note(key, value, firm);
                }
                for keyword in &call.arguments.keywords {
                    if keyword.arg.as_ref().is_some_and(|a| a == VARIABLE) {
                        self.note_module(keyword.start().to_usize(), &keyword.value, true);
                    }
                }
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = &item.key {
                        self.note(key, &item.value, true);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(text) => Some(text.value.to_str()),
        _ => None,
    }
}

/// `config.{}.x` as `config.*.x`.
fn braces_to_stars(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}
