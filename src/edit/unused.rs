//! Imports that a change has left without a use: where the changed file used a name and no longer does, its import
//! goes too. A second change on the first one's result, with a proof of its own.
//!
//! Kept is whatever somebody may want by another way: imports of a package's `__init__`, beside `__all__`, with a comment
//! or under a condition, names that stand in a text or comment or that another file takes from here, and modules of the
//! project, which may do something when they are imported.

use std::collections::{BTreeMap, BTreeSet};

use crate::python::ast::{Alias, Expr, ExprContext, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::python::{ParsedModule, Ranged as _, TokenKind};
use crate::source::Sources;

use super::edits::{Edits, Fixes, apply_edits};
use super::python::collection::{Batch, Collection};
use super::python::{PyFile, StmtPlace, offsets, statement};
use super::verify;

/// The text of a changed file without the imports that lost their last use; `path` is the file's, `old` and `new` are the
/// trees of its text before and after.
pub(super) fn drop(
    sources: &Sources,
    path: &str,
    old: &ParsedModule,
    new: &ParsedModule,
    after: String,
) -> String {
    if path.ends_with("__init__.py") || path.ends_with(".pyi") {
        return after;
    }
    let lost: BTreeSet<&str> = used(old).difference(&used(new)).copied().collect();
    if lost.is_empty() || has_exports(new) {
        return after;
    }
    let file = PyFile::new(&after, new);
    let mut edits = Edits::default();
    let body = new.body();
    for (index, stmt) in body.iter().enumerate() {
        let aliases: &[Alias] = match stmt {
            Stmt::ImportFrom(import) if !is_own(sources, import.level, import.module.as_deref()) => {
                &import.names
            }
            Stmt::Import(import) if !is_own(sources, 0, import.names.first().map(|a| a.name.as_str())) => {
                &import.names
            }
            _ => continue,
        };
        let range = offsets(stmt.range());
        let line_end = file.after_logical_line(range.end).0;
        if file.comments_in(range.start..line_end).next().is_some() {
            continue;
        }
        let goes = |alias: &Alias| {
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            lost.contains(name) && !is_mentioned(&file, name) && !is_taken(sources, path, name)
        };
        let gone: Vec<usize> = (0..aliases.len()).filter(|i| goes(&aliases[*i])).collect();
        if gone.len() == aliases.len() {
            // Where it cannot be taken out, it stays.
            let _ = statement::remove(&file, StmtPlace { stmt, body, index }, 1, &Fixes::new(), &mut edits);
        } else if !gone.is_empty() {
            take_out(&file, stmt, aliases, &gone, &mut edits);
        }
    }
    let Ok(edits) = edits.finish() else { return after };
    let without = apply_edits(&after, &edits);
    if verify::python(&after, new, &without, &edits).is_ok() { without } else { after }
}

/// Takes some of the names out of an import statement.
fn take_out(file: &PyFile<'_>, stmt: &Stmt, aliases: &[Alias], gone: &[usize], edits: &mut Edits) {
    let range = offsets(stmt.range());
    let ranges: Vec<_> = aliases.iter().map(|a| offsets(a.range())).collect();
    let first = ranges.first().map_or(range.end, |r| r.start);
    let open = file.tokens_in(range.start..first).iter().find(|t| t.kind == TokenKind::Lpar);
    let inside = open.map_or(first..range.end, |open| open.end..range.end - 1);
    let items = Collection::read(file, inside, &ranges, open.is_some(), false);
    let removals: BTreeMap<usize, Fixes> = gone.iter().map(|i| (*i, Fixes::new())).collect();
    let _ = items.change(file, &Batch { removals, ..Batch::default() }, edits);
}

/// The names that code reads.
fn used(module: &ParsedModule) -> BTreeSet<&str> {
    struct Names<'a>(BTreeSet<&'a str>);
    impl<'a> Visitor<'a> for Names<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Name(name) = expr
                && name.ctx == ExprContext::Load
            {
                self.0.insert(name.id.as_str());
            }
            visitor::walk_expr(self, expr);
        }
    }
    let mut names = Names(BTreeSet::new());
    names.visit_body(module.body());
    names.0
}

/// Whether a module says which names it hands on.
fn has_exports(module: &ParsedModule) -> bool {
    let is_all = |target: &Expr| matches!(target, Expr::Name(name) if name.id.as_str() == "__all__");
    module.body().iter().any(|stmt| match stmt {
        Stmt::Assign(assign) => assign.targets.iter().any(is_all),
        Stmt::AnnAssign(assign) => is_all(&assign.target),
        Stmt::AugAssign(assign) => is_all(&assign.target),
        _ => false,
    })
}

/// Whether an import is of the project's own code.
fn is_own(sources: &Sources, level: u32, module: Option<&str>) -> bool {
    let Some(root) = module.map(|m| m.split('.').next().unwrap_or(m)) else { return true };
    let (file, folder) = (format!("{root}.py"), format!("{root}/"));
    level > 0
        || sources.iter().any(|(_, source)| {
            let path = &source.path;
            path.ends_with(&file) && is_start(path, path.len() - file.len())
                || path.match_indices(&folder).any(|(at, _)| is_start(path, at))
        })
}

/// Whether a part of a path begins at an offset.
fn is_start(path: &str, at: usize) -> bool {
    at == 0 || path.as_bytes()[at - 1] == b'/'
}

/// Whether a name stands anywhere but in imports: as a word in a text, a comment, a type in quotes, or bound again.
fn is_mentioned(file: &PyFile<'_>, name: &str) -> bool {
    let text = file.text.text;
    let body = file.module.body();
    let in_import = |at: usize| {
        body.iter()
            .any(|s| (s.is_import_stmt() || s.is_import_from_stmt()) && offsets(s.range()).contains(&at))
    };
    words(text, name).any(|at| !in_import(at))
}

/// Whether another file takes a name from this one: `from .views import AllowAny`, `views.AllowAny`.
fn is_taken(sources: &Sources, path: &str, name: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let module = file.strip_suffix(".py").unwrap_or(file);
    let attribute = format!("{module}.{name}");
    sources.iter().filter(|(_, source)| source.path != path && source.path.ends_with(".py")).any(
        |(_, source)| {
            let text = &*source.text;
            words(text, &attribute).next().is_some()
                || words(text, module).any(|at| {
                    let behind = text[at + module.len()..].trim_start();
                    let Some(names) = behind.strip_prefix("import") else { return false };
                    // The names end with the bracket or the line.
                    let names = names.trim_start();
                    let end = if names.starts_with('(') { names.find(')') } else { names.find('\n') };
                    let names = &names[..end.unwrap_or(names.len())];
                    names.starts_with('*') || words(names, name).next().is_some()
                })
        },
    )
}

/// Where a word stands in a text.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    memchr::memmem::find_iter(text.as_bytes(), word)
        .filter(move |at| !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}
