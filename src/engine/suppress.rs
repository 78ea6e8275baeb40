//! Where an ignore comment counts for a finding: any line of its statement, the line above, and the head (from the
//! first decorator to the colon) of every class and function around it.

use std::collections::BTreeMap;

use crate::python::{Ranged as _, Suppression, ast, parse};
use crate::source::{FileId, Sources, Span};

/// The suppression comments of all files, with their lines (from 1).
pub(super) type Comments = BTreeMap<FileId, Vec<(usize, Suppression)>>;

/// The lines (from 1) on which a comment counts for `span`.
pub(super) fn lines_for(sources: &Sources, span: Span) -> Vec<usize> {
    let file = sources.file(span.file);
    let line_of = |offset: usize| file.lines().line_column(&file.text, offset).line;
    let mut lines = vec![line_of(span.start())];
    if std::path::Path::new(&file.path).extension().is_some_and(|e| e == "py") {
        let module = parse(&file.text);
        let mut body = module.body();
        while let Some(statement) = body.iter().find(|s| holds(s, span)) {
            let decorators = match statement {
                ast::Stmt::ClassDef(class) => &class.decorator_list[..],
                ast::Stmt::FunctionDef(function) => &function.decorator_list[..],
                _ => &[],
            };
            let start = decorators.first().map_or(statement.start(), |d| d.start().min(statement.start()));
            let inner = bodies(statement);
            let end = inner.first().and_then(|b| b.first()).map_or(statement.end(), ast::Stmt::start);
            let (first, last) = (line_of(start.to_usize()), line_of(end.to_usize()));
            let last = if inner.is_empty() { last } else { last.saturating_sub(1).max(first) };
            lines.extend(first.saturating_sub(1)..=last);
            let Some(next) = inner.into_iter().find(|b| b.iter().any(|s| holds(s, span))) else { break };
            body = next;
        }
    }
    lines.push(line_of(span.start()).saturating_sub(1));
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn holds(statement: &ast::Stmt, span: Span) -> bool {
    statement.start().to_usize() <= span.start() && span.start() < statement.end().to_usize()
}

/// The blocks of a compound statement.
fn bodies(statement: &ast::Stmt) -> Vec<&[ast::Stmt]> {
    match statement {
        ast::Stmt::ClassDef(s) => vec![&s.body],
        ast::Stmt::FunctionDef(s) => vec![&s.body],
        ast::Stmt::If(s) => {
            std::iter::once(&s.body[..]).chain(s.elif_else_clauses.iter().map(|c| &c.body[..])).collect()
        }
        ast::Stmt::For(s) => vec![&s.body, &s.orelse],
        ast::Stmt::While(s) => vec![&s.body, &s.orelse],
        ast::Stmt::With(s) => vec![&s.body],
        ast::Stmt::Try(s) => {
            let handlers = s.handlers.iter().map(|h| {
                let ast::ExceptHandler::ExceptHandler(h) = h;
                &h.body[..]
            });
            std::iter::once(&s.body[..]).chain(handlers).chain([&s.orelse[..], &s.finalbody[..]]).collect()
        }
        ast::Stmt::Match(s) => s.cases.iter().map(|c| &c.body[..]).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn statement_line_above_and_heads_count() {
        let text = "x = 0\n@a\nclass V(\n    B,\n):\n    y = 1\n\n    permission_classes = [\n        AllowAny,\n    ]\n";
        let file = SourceFile::from_bytes("a.py".into(), text.as_bytes()).unwrap();
        let sources = Sources::new("/".into(), vec![file]);
        let at = text.find("AllowAny").unwrap() as u32;
        let span = Span { file: sources.find("a.py").unwrap(), range: (at, at + 8) };
        // Line 1 is above the class, 2 to 5 its head, 7 above the statement, 8 to 10 the statement.
        assert_eq!(lines_for(&sources, span), [1, 2, 3, 4, 5, 7, 8, 9, 10]);
    }
}
