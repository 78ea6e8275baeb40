//! The parts that a settings file includes by django-split-settings.

use std::collections::BTreeSet;

use super::layout::{Layout, folder_of, join};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::visitor::{Visitor, walk_expr};
use crate::source::FileId;

/// The files that the module-level statements of a file name as parts: `include("a.py", optional("b/*.py"))`, or
/// a list of such texts that is given to `include`.
pub(super) fn parts(body: &[Stmt], layout: &Layout<'_>, path: &str) -> BTreeSet<FileId> {
    let mut texts = PathTexts { found: Vec::new() };
    for stmt in body {
        match stmt {
            Stmt::Expr(expr) => texts.visit_expr(&expr.value),
            Stmt::Assign(assign) => texts.visit_expr(&assign.value),
            _ => {}
        }
    }
    texts.found.iter().flat_map(|text| included_files(layout, path, text)).collect()
}

/// Texts that end in `.py`; an f-string's unknown parts are `*`.
struct PathTexts {
    found: Vec<String>,
}

impl<'a> Visitor<'a> for PathTexts {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let text = match expr {
            Expr::StringLiteral(text) => text.value.to_str().to_owned(),
            Expr::FString(text) => text
                .value
                .elements()
                .map(|element| match element {
                    ast::InterpolatedStringElement::Literal(part) => &*part.value,
                    ast::InterpolatedStringElement::Interpolation(_) => "*",
                })
                .collect(),
            _ => return walk_expr(self, expr),
        };
        if text.ends_with(".py") {
            self.found.push(text);
        }
    }
}

/// The files that `include` takes: a path beside the including file, perhaps with `*` in its last part.
fn included_files(layout: &Layout<'_>, path: &str, included: &str) -> Vec<FileId> {
    let full = join(folder_of(path), included.trim_start_matches("./"));
    let Some((head, tail)) = full.split_once('*') else {
        return layout.sources.find(&full).filter(|f| layout.sources.path(*f) != path).into_iter().collect();
    };
    layout
        .sources
        .iter()
        .filter(|(_, f)| {
            f.path.starts_with(head)
                && f.path.ends_with(tail)
                && folder_of(&f.path) == folder_of(head)
                && f.path != path
        })
        .map(|(id, _)| id)
        .collect()
}
