//! Variables of the environment that decide which file of the settings runs: a path with a variable's text in it, or
//! a condition before an import.

use super::Interp;
use super::val::{Reads, Val};
use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::settings::Switch;

/// The most values of one switch.
const MAX_VALUES: usize = 24;

impl<'a> Interp<'a> {
    /// A file was chosen by a path below the scanned root that was computed from `path`.
    pub(super) fn note_chosen_file(&mut self, path: &Val, relative: &str) {
        if path.env.is_empty() {
            return;
        }
        // Files beside the chosen one, each by the part of its path in which it differs.
        let own: Vec<&str> = relative.split('/').collect();
        let mut values: Vec<String> = Vec::new();
        for (_, file) in self.sources.iter() {
            let other: Vec<&str> = file.path.split('/').collect();
            if other.len() != own.len() || !file.path.ends_with(".py") {
                continue;
            }
            let mut differing = own.iter().zip(&other).filter(|(a, b)| a != b);
            if let (Some((mine, theirs)), None) = (differing.next(), differing.next()) {
                push_values(stem(mine), stem(theirs), &mut values);
            }
        }
        self.note_switch(&path.env.clone(), values);
    }

    /// A condition decides whether one of these blocks imports more settings.
    pub(super) fn note_condition(&mut self, test: &'a Expr, arms: &[&'a [Stmt]], env: &Reads) {
        let mut imports = Imports(false);
        for arm in arms {
            imports.visit_body(arm);
        }
        if !imports.0 {
            return;
        }
        let mut texts = Texts(Vec::new());
        texts.visit_expr(test);
        self.note_switch(env, texts.0);
    }

    /// A variable chooses which tables of settings files are read.
    pub(super) fn note_environments(&mut self, variable: &str, names: &[String]) {
        let mut values: Vec<String> =
            names.iter().filter(|name| crate::project::is_called_production(name)).cloned().collect();
        if values.is_empty() {
            values.push("production".to_owned());
        }
        if !self.supplied.contains_key(variable) && !self.switches.iter().any(|s| s.variable == variable) {
            self.switches.push(Switch { variable: variable.to_owned(), values });
        }
    }

    /// An attribute is read of a class that a variable chose.
    pub(super) fn note_class_choice(&mut self, env: &Reads) {
        if let Some(read) = env.as_slice().first()
            && self.class_choice.is_none()
        {
            self.class_choice = Some(read.name.clone());
        }
    }

    fn note_switch(&mut self, env: &Reads, mut values: Vec<String>) {
        // Names of production come first, development is none that production would set.
        values.retain(|v| crate::project::is_called_production(v));
        values.sort_by_key(|v| (v != "production", v.len()));
        values.truncate(MAX_VALUES);
        for read in env.as_slice().iter().filter(|r| !r.supplied) {
            match self.switches.iter_mut().find(|s| s.variable == read.name) {
                Some(known) => {
                    let new: Vec<_> = values.iter().filter(|v| !known.values.contains(v)).cloned().collect();
                    known.values.extend(new);
                }
                None => self.switches.push(Switch { variable: read.name.clone(), values: values.clone() }),
            }
        }
    }
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".py").unwrap_or(name)
}

/// The text that stands for `theirs` where another stands for `mine`: the whole, or what is left without the words
/// that both share (`settings_dev`, `settings_prod`).
fn push_values(mine: &str, theirs: &str, out: &mut Vec<String>) {
    let mut push = |text: &str| {
        if !text.is_empty() && !out.iter().any(|o| o == text) {
            out.push(text.to_owned());
        }
    };
    push(theirs);
    for separator in ['_', '-', '.'] {
        let (a, b): (Vec<&str>, Vec<&str>) =
            (mine.split(separator).collect(), theirs.split(separator).collect());
        let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
        let back = a[front..].iter().rev().zip(b[front..].iter().rev()).take_while(|(x, y)| x == y).count();
        if front + back > 0 && front + back < b.len() {
            push(&b[front..b.len() - back].join(&separator.to_string()));
        }
    }
}

/// Whether statements take in other files.
struct Imports(bool);

impl<'a> Visitor<'a> for Imports {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ImportFrom(import) => self.0 |= import.names.iter().any(|a| a.name.as_str() == "*"),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let Expr::Name(name) = &*call.func
        {
            self.0 |= matches!(name.id.as_str(), "include" | "import_module" | "exec" | "__import__");
        }
        visitor::walk_expr(self, expr);
    }
}

/// The texts in an expression.
struct Texts(Vec<String>);

impl<'a> Visitor<'a> for Texts {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::StringLiteral(text) = expr {
            self.0.push(text.value.to_str().to_owned());
        }
        visitor::walk_expr(self, expr);
    }
}
