//! Where a setting is changed or written, so that production gets the new value and nobody else does.
//!
//! A value is edited where it is decided, unless a development or test module takes it from the same place: then
//! the production module gets an override. Nothing is written into a development or test module, inside a
//! condition, or inside a function. What is written there is `checks`' and `edit`'s business.

mod branch;

pub use branch::{Conditional, conditional, in_function};

use super::{Composition, How, Node, Setting, SettingsModel};
use crate::project::{Role, named_role};
use crate::python::ast::{Expr, Stmt};
use crate::python::{ParsedModule, Ranged as _, tree};
use crate::source::{Encoding, FileId, Sources, Span};

/// Where a value may be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// Right where it stands.
    InPlace,
    /// By a new statement or attribute that wins over it in production.
    Override(Target),
    /// Nowhere that is surely right; the clause says why.
    Nowhere(String),
}

/// Where a new setting is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A module-level statement.
    Module {
        /// The module's file.
        file: FileId,
        /// The statement it follows; the end of the module when `None`.
        after: Option<Span>,
    },
    /// An attribute of a settings class.
    Class(Span),
    /// A key of a TOML table.
    Toml {
        /// The file.
        file: FileId,
        /// The table's path.
        table: Vec<String>,
    },
}

/// Answers for one judged module.
#[derive(Clone, Copy)]
pub struct Placement<'a> {
    sources: &'a Sources,
    model: &'a SettingsModel,
    others: &'a [SettingsModel],
}

impl<'a> Placement<'a> {
    /// For `model`, in a project whose other settings modules are `others`.
    pub fn new(sources: &'a Sources, model: &'a SettingsModel, others: &'a [SettingsModel]) -> Self {
        Self { sources, model, others }
    }

    /// Where the expression at `at`, which is the value of `setting` or a part of it, may be changed.
    pub fn of_value(&self, setting: &Setting, at: Span) -> Site {
        if let Some(why) = self.closed(at.file) {
            return Site::Nowhere(why);
        }
        if is_toml(self.sources, at.file) {
            let table = match &self.model.composition {
                Composition::Toml { table, .. } if !table.is_empty() => vec![table.clone()],
                _ => toml_table(self.sources.text(at.file), at.start()).into_iter().take(1).collect(),
            };
            let table = table.into_iter().filter(|t| *t != setting.name).collect();
            return Site::Override(Target::Toml { file: at.file, table });
        }
        match &self.model.composition {
            // Both environments import the module: production's table outweighs it.
            Composition::Toml { file, table }
                if !table.is_empty() && !is_toml(self.sources, self.model.file) =>
            {
                Site::Override(Target::Toml { file: *file, table: vec![table.clone()] })
            }
            Composition::Class(class) if class.contains(at) => match self.nesting(at, Some(*class)) {
                Some(why) => Site::Nowhere(why),
                None => Site::InPlace,
            },
            Composition::Class(class) => Site::Override(Target::Class(*class)),
            Composition::Module | Composition::Toml { .. } => match self.nesting(at, None) {
                Some(why) => Site::Nowhere(why),
                None if at.file == self.model.file && !self.serves_development() => Site::InPlace,
                None if !self.is_shared(&setting.name, at) => Site::InPlace,
                None => match self.of_override(setting) {
                    Ok(target) => Site::Override(target),
                    Err(why) => Site::Nowhere(why),
                },
            },
        }
    }

    /// Where a setting is written that the project does not set yet.
    ///
    /// # Errors
    /// The clause says why there is no such place.
    pub fn of_new(&self, name: &str) -> Result<Target, String> {
        self.target(name, None)
    }

    /// Where a setting is written anew, or changed by a statement, because its own place is not production's alone.
    ///
    /// # Errors
    /// The clause says why there is no such place.
    pub fn of_override(&self, setting: &Setting) -> Result<Target, String> {
        self.target(&setting.name, Some(setting))
    }

    fn target(&self, name: &str, setting: Option<&Setting>) -> Result<Target, String> {
        if let Some(why) = self.closed(self.model.file) {
            return Err(why);
        }
        match &self.model.composition {
            Composition::Class(class) => Ok(Target::Class(*class)),
            Composition::Toml { file, table } => {
                let table = if table.is_empty() { Vec::new() } else { vec![table.clone()] };
                Ok(Target::Toml { file: *file, table })
            }
            Composition::Module => {
                let shared = self.serves_development() || self.switches();
                let file = if shared { self.own_part(setting)? } else { self.model.file };
                let module = tree(self.sources, file);
                if !module.is_valid() {
                    return Err(format!("`{}` has a syntax error", self.sources.path(file)));
                }
                let after = branch::production_end(self.model, file, &module, setting)
                    .or_else(|| branch::before_condition(file, &module, name).filter(|_| setting.is_none()))
                    .or_else(|| end_of(file, &module, setting));
                Ok(Target::Module { file, after })
            }
        }
    }

    /// Whether development imports the very module that production does, and a variable tells them apart.
    fn serves_development(&self) -> bool {
        self.for_development().any(|other| other.file == self.model.file)
    }

    /// Whether the module only chooses between modules of stages: `if STAGE == "live": from .live import *`, `else:
    /// from .dev import *`.
    fn switches(&self) -> bool {
        let module = tree(self.sources, self.model.file);
        module.body().iter().any(|statement| match statement {
            Stmt::If(stmt) => {
                let others = stmt.elif_else_clauses.iter().map(|clause| &clause.body);
                let bodies = std::iter::once(&stmt.body).chain(others);
                bodies.filter(|body| body.iter().any(is_star_import)).count() > 1
            }
            _ => false,
        })
    }

    fn for_development(&self) -> impl Iterator<Item = &'a SettingsModel> {
        self.others.iter().filter(|m| matches!(m.role, Role::Development | Role::Test))
    }

    /// The last file that production takes and development does not, where its names become settings. A statement
    /// about `setting` needs its name there.
    fn own_part(&self, setting: Option<&Setting>) -> Result<FileId, String> {
        let chooses = self.switches();
        let own = |file: &FileId| {
            let shared = self.for_development().any(|other| other.files.contains(file));
            !shared && (!chooses || *file != self.model.file)
        };
        let gives = |file: &FileId| {
            let steps = self.model.settings.values().flat_map(|s| &s.steps);
            steps.filter(|step| step.how != How::Imported).any(|step| step.at.file == *file)
        };
        let has_name = |file: &FileId| {
            setting.is_none()
                || self.model.included.contains(file)
                || tree(self.sources, *file).body().iter().any(is_star_import)
        };
        let mut parts = self.model.files.iter().rev().copied();
        let part = parts.find(|file| own(file) && gives(file) && has_name(file));
        part.ok_or_else(|| {
            format!("`{}` serves development too, and no part of it is production's alone", self.model.module)
        })
    }

    /// Why nothing may be written to a file.
    fn closed(&self, file: FileId) -> Option<String> {
        let path = self.sources.path(file);
        if matches!(self.model.role, Role::Development | Role::Test) {
            return Some(format!("`{}` is for {}", self.model.module, self.model.role.as_str()));
        }
        if let (Some(variable), Composition::Module) = (&self.model.class_choice, &self.model.composition) {
            return Some(format!(
                "`{variable}` chooses the class that gives the settings; write it into the class that production uses"
            ));
        }
        let is_data = [".yaml", ".yml", ".json", ".tml"].iter().any(|extension| path.ends_with(extension));
        if is_data {
            return Some(format!("`{path}` is a file that is not edited; set it there"));
        }
        (self.sources.file(file).encoding == Encoding::SingleByte).then(|| format!("`{path}` is not UTF-8"))
    }

    /// Why a value cannot be changed where it stands: it belongs to a condition, a function, a loop.
    fn nesting(&self, at: Span, class: Option<Span>) -> Option<String> {
        let module = tree(self.sources, at.file);
        let mut body = module.body();
        let range = at.text_range();
        loop {
            let statement = body.iter().find(|s| s.range().contains_range(range))?;
            let line = self.sources.line(Span::new(at.file, statement.range()));
            body = match statement {
                Stmt::If(stmt) => match branch::for_production(stmt, range) {
                    Some(body) => body,
                    None if branch::depends_on_debug(stmt) => {
                        return Some(format!("line {line} chooses the value by `DEBUG`, which comes first"));
                    }
                    None => return Some(format!("the value depends on the condition on line {line}")),
                },
                Stmt::For(_) | Stmt::While(_) => {
                    return Some(format!("the loop on line {line} makes the value"));
                }
                Stmt::FunctionDef(f) => return Some(format!("the function `{}` makes the value", f.name)),
                Stmt::ClassDef(c) if class.is_some() => &c.body,
                Stmt::ClassDef(c) => return Some(format!("the class `{}` makes the value", c.name)),
                Stmt::Try(t) if t.body.iter().any(|s| s.range().contains_range(range)) => &t.body,
                Stmt::Try(_) => return Some(format!("the `try` on line {line} decides the value")),
                Stmt::With(w) => &w.body,
                _ => return None,
            };
        }
    }

    /// Whether a development or test module takes this very value from the same place, or is that place.
    fn is_shared(&self, name: &str, at: Span) -> bool {
        let path = self.sources.path(at.file);
        let module = path.rsplit_once('/').map_or(path, |(_, file)| file).trim_end_matches(".py");
        if matches!(named_role(module), Some(Role::Development | Role::Test)) {
            return true;
        }
        self.for_development().any(|other| {
            other.file == at.file
                || other.files.contains(&at.file)
                    && other.get(name).is_some_and(|s| {
                        touches(&s.node, at) || s.steps.iter().any(|step| overlaps(step.at, at))
                    })
        })
    }
}

/// Whether some part of the value was written at `at`, or `at` inside it.
fn touches(node: &Node, at: Span) -> bool {
    node.at.is_some_and(|own| overlaps(own, at))
        || node
            .env
            .iter()
            .any(|read| overlaps(read.at, at) || read.default_at.is_some_and(|d| overlaps(d, at)))
        || node.children().into_iter().any(|child| touches(child, at))
}

fn overlaps(a: Span, b: Span) -> bool {
    a.contains(b) || b.contains(a)
}

/// The path of the table whose header stands last before `offset`; empty at the top of the file.
pub fn toml_table(text: &str, offset: usize) -> Vec<String> {
    let before = text.get(..offset).unwrap_or_default();
    let header = before.lines().rev().find_map(|line| {
        let line = line.trim();
        let inner = line.strip_prefix('[')?;
        let (inner, rest) = inner.split_once(']')?;
        (rest.trim().is_empty() || rest.trim_start().starts_with('#')).then_some(inner)
    });
    let parts = header.map(|h| h.split('.').map(|p| p.trim().trim_matches(['"', '\'']).to_owned()).collect());
    parts.unwrap_or_default()
}

/// Whether a file is TOML by its name.
pub fn is_toml(sources: &Sources, file: FileId) -> bool {
    std::path::Path::new(sources.path(file)).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"))
}

/// The statement that a new one follows (`None` for the end of the module): the end, but before trailing statements that are meant to have the last word: optional local
/// overrides, and calls that get the whole namespace (`django_heroku.settings(locals())`). A change of a setting
/// comes after the import that brings it all the same.
fn end_of(file: FileId, module: &ParsedModule, setting: Option<&Setting>) -> Option<Span> {
    let body = module.body();
    let brings = |statement: &Stmt| {
        let place = Span::new(file, statement.range());
        setting.is_some_and(|s| s.steps.iter().any(|step| place.contains(step.at)))
    };
    let last = body.iter().rev().take_while(|s| has_last_word(s) && !brings(s)).count();
    let kept = body.len() - last;
    match kept.checked_sub(1).and_then(|last| body.get(last)) {
        Some(last) if kept < body.len() => Some(Span::new(file, last.range())),
        _ => None,
    }
}

fn has_last_word(statement: &Stmt) -> bool {
    match statement {
        Stmt::Try(t) => t.body.iter().any(is_star_import),
        Stmt::If(i) => i.body.iter().any(is_star_import),
        Stmt::Expr(e) => match &*e.value {
            Expr::Call(call) => call.arguments.args.iter().any(is_namespace),
            _ => false,
        },
        Stmt::Delete(_) => true,
        _ => false,
    }
}

fn is_star_import(statement: &Stmt) -> bool {
    match statement {
        Stmt::ImportFrom(import) => import.names.iter().any(|n| &*n.name == "*"),
        _ => false,
    }
}

/// `locals()`, `globals()`, `vars()`, `__name__`.
fn is_namespace(argument: &Expr) -> bool {
    match argument {
        Expr::Call(call) => {
            matches!(&*call.func, Expr::Name(n) if matches!(n.id.as_str(), "locals" | "globals" | "vars"))
        }
        Expr::Name(name) => name.id.as_str() == "__name__",
        _ => false,
    }
}

#[cfg(test)]
mod tests;
