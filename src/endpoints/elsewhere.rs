//! Code outside the URLconf that takes its `urlpatterns`, and so may add to them when the project starts.

use super::names::IndexNames;
use crate::python::ast::{Stmt, StmtImportFrom};
use crate::python::visitor::{self, Visitor};
use crate::python::{ModulePath, Ranged as _, parse};
use crate::settings::Problem;
use crate::settings::routes::Names as _;
use crate::source::{FileId, Sources, Span};

/// A problem for each such place. `urlconfs` are the files whose patterns were read, `taken` the imports that ran.
pub(super) fn find(
    names: &IndexNames<'_>,
    sources: &Sources,
    urlconfs: &[FileId],
    taken: &[Span],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for items in names.index.files() {
        let text = sources.text(items.file);
        if memchr::memmem::find(text.as_bytes(), b"import urlpatterns").is_none() {
            continue;
        }
        let Some(module) = names.index.module_name(items.file) else { continue };
        let own = ModulePath { name: module.to_owned(), is_package: names.index.is_package(items.file) };
        let tree = parse(text);
        let mut finder = Finder { found: Vec::new() };
        finder.visit_body(tree.body());
        for import in finder.found {
            let from = own.resolve_relative(import.level, import.module.as_deref());
            let at = Span::new(items.file, import.range());
            let file = from.as_deref().and_then(|name| names.module(name)).map(|(file, _)| file);
            if let (Some(from), Some(_)) = (from, file.filter(|f| urlconfs.contains(f)))
                && !taken.contains(&at)
            {
                problems.push(Problem {
                    at: Some(at),
                    message: format!("this may add patterns to those of {from}"),
                });
            }
        }
    }
    problems
}

/// Imports of the name `urlpatterns`, also inside functions.
struct Finder<'a> {
    found: Vec<&'a StmtImportFrom>,
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::ImportFrom(import) = stmt
            && import.names.iter().any(|a| &a.name == "urlpatterns")
        {
            self.found.push(import);
        }
        visitor::walk_stmt(self, stmt);
    }
}
