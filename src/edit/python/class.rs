//! Attributes in class bodies.

use crate::edit::Code;
use crate::edit::code::{self, Format};
use crate::edit::edits::{Edits, Fixes};
use crate::edit::plan::Refusal;
use crate::python::ast::{Expr, Stmt, StmtClassDef};
use crate::python::{Ranged as _, TokenKind};

use super::{ExprPlace, PyFile, expression, offsets};

/// A new attribute of a class.
pub(in crate::edit) struct Attribute<'a> {
    /// Its name.
    pub(in crate::edit) name: &'a str,
    /// Its value.
    pub(in crate::edit) value: &'a Code,
    /// Who asked.
    pub(in crate::edit) fixes: Fixes,
}

/// Replaces the value of an attribute; `false` when the body does not set it.
pub(in crate::edit) fn replace(
    file: &PyFile<'_>,
    class: &StmtClassDef,
    name: &str,
    value: &Code,
    fixes: &Fixes,
    edits: &mut Edits,
) -> Result<bool, Refusal> {
    let named = |e: &Expr| matches!(e, Expr::Name(n) if n.id.as_str() == name);
    for stmt in class.body.iter().rev() {
        match stmt {
            Stmt::Assign(assign) if assign.targets.iter().any(named) => {
                if assign.targets.len() > 1 {
                    let at = offsets(stmt.range()).start;
                    return Err(file.unsupported(at, format!("`{name}` is set together with other names")));
                }
                expression::replace(
                    file,
                    ExprPlace { expr: &assign.value, free: true },
                    value,
                    fixes,
                    edits,
                )?;
                return Ok(true);
            }
            Stmt::AnnAssign(assign) if named(&assign.target) => {
                if let Some(old) = &assign.value {
                    expression::replace(file, ExprPlace { expr: old, free: true }, value, fixes, edits)?;
                } else {
                    let at = offsets(assign.range()).end;
                    let format = expression::format_near(file, &offsets(assign.range()));
                    let text =
                        code::render(value, &format, file.text.indent(at), file.text.column(at) + 3, 0)?;
                    edits.insert(at, format!(" = {text}"), fixes);
                }
                return Ok(true);
            }
            Stmt::FunctionDef(function) if function.name.as_str() == name => {
                let at = offsets(stmt.range()).start;
                return Err(file.unsupported(at, format!("`{name}` is a method here")));
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Adds attributes at the top of a class body, behind its docstring.
pub(in crate::edit) fn add(
    file: &PyFile<'_>,
    class: &StmtClassDef,
    attributes: &[Attribute<'_>],
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let text = &file.text;
    let all: Fixes = attributes.iter().flat_map(|a| &a.fixes).copied().collect();
    let Some(first) = class.body.first() else { return Err(Refusal::Stale) };
    let first_range = offsets(first.range());
    let own_line = text.starts_line(first_range.start);
    let class_at = offsets(class.name.range()).start;
    let indent = if own_line {
        text.indent(first_range.start).to_owned()
    } else {
        format!("{}{}", text.indent(class_at), file.style.unit)
    };
    let body = offsets(class.range());
    let quote = file.style.quote_among(file, body);
    let format = Format { style: &file.style, quote, eol: file.eol(first_range.start.saturating_sub(1)) };
    let mut lines = Vec::new();
    for attribute in attributes {
        let head = format!("{} = ", code::identifier(attribute.name)?);
        let column = indent.chars().count() + head.chars().count();
        lines.push(format!("{head}{}", code::render(attribute.value, &format, &indent, column, 0)?));
    }
    let between = format!("{}{indent}", format.eol);
    let block = lines.join(&between);

    let only = class.body.len() == 1;
    let is_pass = matches!(first, Stmt::Pass(_))
        || matches!(first, Stmt::Expr(e) if matches!(*e.value, Expr::EllipsisLiteral(_)));
    if !own_line {
        // `class A: pass` gets a body of its own.
        let colon = file.tokens[..file.tokens.partition_point(|t| t.start < first_range.start)]
            .iter()
            .rev()
            .find(|t| t.kind == TokenKind::Colon)
            .map_or(first_range.start, |t| t.end);
        if only && is_pass {
            edits.replace(colon..first_range.end, format!("{between}{block}"), &all);
        } else {
            edits.replace(colon..first_range.start, format!("{between}{block}{between}"), &all);
        }
        return Ok(());
    }
    if only && is_pass {
        edits.replace(first_range, block, &all);
        return Ok(());
    }
    let docstring = matches!(first, Stmt::Expr(e) if e.value.is_string_literal_expr());
    if docstring && (only || !text.starts_line(offsets(class.body[1].range()).start)) {
        let (at, open_end) = file.after_logical_line(first_range.end);
        let lead = if open_end { format.eol } else { "" };
        let tail = if open_end { "" } else { format.eol };
        // PEP 257 leaves a blank line behind a class docstring.
        let blank = if only { format.eol } else { "" };
        edits.insert(at, format!("{lead}{blank}{indent}{block}{tail}"), &all);
        return Ok(());
    }
    let next = if docstring { &class.body[1] } else { first };
    let at = top_of(file, if docstring { first_range.end } else { colon_end(file, class) }, next);
    let separate = matches!(next, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
    let blank = if separate { format.eol } else { "" };
    edits.insert(at, format!("{indent}{block}{}{blank}", format.eol), &all);
    Ok(())
}

/// Behind the colon that opens the body.
fn colon_end(file: &PyFile<'_>, class: &StmtClassDef) -> usize {
    let first = class.body.first().map_or(0, |s| offsets(s.range()).start);
    file.tokens[..file.tokens.partition_point(|t| t.start < first)]
        .iter()
        .rev()
        .find(|t| t.kind == TokenKind::Colon)
        .map_or(first, |t| t.end)
}

/// The line start before `next` and the comments right above it, but behind the line of `floor`.
fn top_of(file: &PyFile<'_>, floor: usize, next: &Stmt) -> usize {
    let text = &file.text;
    let floor = text.next_line(floor);
    let mut at = text.line_start(offsets(next.range()).start);
    while at > floor {
        let above = text.line_start(at - 1);
        if above < floor || !text.text[above..at].trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    at
}
