//! The branch of `if DEBUG: … else: …` that is production's: values in it may be changed where they stand, and new
//! settings join those that are there. Any other condition is left to people, for nobody can tell whom it serves.

use crate::python::ast::{Expr, Stmt, StmtIf, UnaryOp};
use crate::python::visitor::{Visitor, walk_stmt};
use crate::python::{ParsedModule, Ranged as _, TextRange, tree};
use crate::settings::{Setting, SettingsModel, Truth};
use crate::source::{FileId, Sources, Span};

/// A setting that is assigned only in a branch that did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditional {
    /// The whole `if` statement, at module level.
    pub statement: Span,
    /// The assignment.
    pub assignment: Span,
    /// Whether it runs once `DEBUG` is off.
    pub without_debug: bool,
}

/// Whether a place is inside a function.
pub fn in_function(sources: &Sources, at: Span) -> bool {
    struct Functions {
        at: TextRange,
        found: bool,
    }
    impl<'a> Visitor<'a> for Functions {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if statement.range().contains_range(self.at) {
                self.found |= matches!(statement, Stmt::FunctionDef(_));
                walk_stmt(self, statement);
            }
        }
    }
    let mut functions = Functions { at: at.text_range(), found: false };
    functions.visit_body(tree(sources, at.file).body());
    functions.found
}

/// Where a setting that nobody else sets is assigned under a condition.
pub fn conditional(sources: &Sources, model: &SettingsModel, name: &str) -> Option<Conditional> {
    let python = |file: &&FileId| {
        let text = sources.text(**file);
        sources.path(**file).ends_with(".py")
            && memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some()
    };
    let mut files = model.files.iter().rev().filter(python);
    files.find_map(|&file| in_branch(file, &tree(sources, file), name))
}

fn in_branch(file: FileId, module: &ParsedModule, name: &str) -> Option<Conditional> {
    module.body().iter().rev().find_map(|statement| {
        let Stmt::If(stmt) = statement else { return None };
        let branches = std::iter::once(&stmt.body).chain(stmt.elif_else_clauses.iter().map(|c| &c.body));
        let assigned = branches.flatten().find(|s| assigns(s, name))?;
        Some(Conditional {
            statement: Span::new(file, stmt.range()),
            assignment: Span::new(file, assigned.range()),
            without_debug: for_production(stmt, assigned.range()).is_some(),
        })
    })
}

fn assigns(statement: &Stmt, name: &str) -> bool {
    let named = |target: &Expr| matches!(target, Expr::Name(n) if n.id.as_str() == name);
    match statement {
        Stmt::Assign(assign) => assign.targets.iter().any(named),
        Stmt::AnnAssign(assign) => named(&assign.target),
        _ => false,
    }
}

/// The statement before the `if` that assigns a name under a condition, so that the condition keeps the last word.
pub(super) fn before_condition(file: FileId, module: &ParsedModule, name: &str) -> Option<Span> {
    let found = in_branch(file, module, name)?;
    let before = module.body().iter().take_while(|s| s.range().end() <= found.statement.text_range().start());
    before.last().map(|s| Span::new(file, s.range()))
}

/// The body that runs when `DEBUG` is off.
fn production(stmt: &StmtIf) -> Option<&[Stmt]> {
    if is_debug(&stmt.test) {
        return match stmt.elif_else_clauses.as_slice() {
            [only] if only.test.is_none() => Some(&only.body),
            _ => None,
        };
    }
    is_negated_debug(&stmt.test).then_some(&stmt.body)
}

/// Whether the condition is `DEBUG` or `not DEBUG`.
pub(super) fn depends_on_debug(stmt: &StmtIf) -> bool {
    is_debug(&stmt.test) || is_negated_debug(&stmt.test)
}

fn is_negated_debug(test: &Expr) -> bool {
    matches!(test, Expr::UnaryOp(not) if not.op == UnaryOp::Not && is_debug(&not.operand))
}

fn is_debug(test: &Expr) -> bool {
    matches!(test, Expr::Name(name) if name.id.as_str() == "DEBUG")
}

/// The body around `range`, when that is production's branch.
pub(super) fn for_production(stmt: &StmtIf, range: TextRange) -> Option<&[Stmt]> {
    production(stmt).filter(|body| body.iter().any(|s| s.range().contains_range(range)))
}

/// The last statement of the branch where production's own settings are gathered; `None` where there is no such
/// branch, where it did not run, or where `setting` is still changed behind it.
pub(super) fn production_end(
    model: &SettingsModel,
    file: FileId,
    module: &ParsedModule,
    setting: Option<&Setting>,
) -> Option<Span> {
    let debug = model.get("DEBUG")?;
    // Where nothing can turn it on, there is only one kind of run.
    let varies = !debug.node.env_reads().is_empty();
    if !varies || debug.node.truthy() != Truth::No {
        return None;
    }
    let mut branches = module.body().iter().rev().filter_map(|statement| match statement {
        Stmt::If(stmt) => Some((stmt, production(stmt)?)),
        _ => None,
    });
    let (stmt, body) = branches.find(|(_, body)| body.iter().any(sets_something))?;
    let later = setting.is_some_and(|setting| {
        setting
            .steps
            .iter()
            .any(|step| step.at.file == file && step.at.text_range().start() >= stmt.range().end())
    });
    let last = body.last().filter(|last| !super::has_last_word(last) && !later)?;
    Some(Span::new(file, last.range()))
}

fn sets_something(statement: &Stmt) -> bool {
    let Stmt::Assign(assign) = statement else { return false };
    assign.targets.iter().any(|target| match target {
        Expr::Name(name) => name.id.as_str().chars().all(|c| c.is_ascii_uppercase() || c == '_'),
        _ => false,
    })
}
