//! New statements: assignments and statements written out. Those of one place are inserted together.

use crate::edit::code::{self, Format};
use crate::edit::plan::Refusal;
use crate::edit::{Code, insert::Slot};
use crate::python::parse;
use std::fmt::Write as _;

use super::PyFile;

/// `name = value` with its comment, as lines for a slot.
pub(in crate::edit) fn assignment(
    file: &PyFile<'_>,
    slot: &Slot,
    name: &str,
    value: &Code,
    comment: &str,
) -> Result<String, Refusal> {
    let format = format_at(file, slot);
    let head = format!("{} = ", code::target(name, format.quote)?);
    let column = slot.indent.chars().count() + head.chars().count();
    let mut text = String::new();
    for line in comment.lines().filter(|l| !l.trim().is_empty()) {
        let _ = write!(text, "{}# {}{}", slot.indent, line.trim(), format.eol);
    }
    let value = code::render(value, &format, &slot.indent, column, 0)?;
    let _ = write!(text, "{}{head}{value}", slot.indent);
    Ok(text)
}

/// Statements written out, as lines for a slot.
pub(in crate::edit) fn statement(
    file: &PyFile<'_>,
    slot: &Slot,
    lines: &[String],
) -> Result<String, Refusal> {
    let text = lines.join("\n");
    let module = parse(&text);
    if text.trim().is_empty() || !module.is_valid() {
        return Err(Refusal::BadCode(text));
    }
    let format = format_at(file, slot);
    // Blank lines at the head set the statement apart; they get no indentation.
    let blank = lines.iter().take_while(|l| l.trim().is_empty()).count();
    let text = lines[blank..].join("\n");
    let body = code::relayout(&code::requote(&text, format.quote), &slot.indent, &format);
    Ok(format!("{}{}{body}", format.eol.repeat(blank), slot.indent))
}

fn format_at<'a>(file: &'a PyFile<'_>, slot: &Slot) -> Format<'a> {
    Format { style: &file.style, quote: file.style.quote, eol: file.eol(slot.at.saturating_sub(1)) }
}
