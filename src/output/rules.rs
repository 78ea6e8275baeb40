//! The table of checks, from the catalogue.

use std::io::{self, Write};

use super::Style;
use crate::checklist::Catalog;

/// Writes one line for each check, by id.
pub fn write(out: &mut dyn Write, catalog: &Catalog, style: Style) -> io::Result<()> {
    let width = catalog.checks.keys().map(String::len).max().unwrap_or(0);
    for (id, check) in &catalog.checks {
        writeln!(
            out,
            "{}  {}{}  {:<10}  {:<8}  {}",
            style.heading(format_args!("{id:width$}")),
            style.severity(check.severity),
            " ".repeat(4 - check.severity.as_str().len()),
            check.profile.as_str(),
            check.fix.map_or("-", crate::finding::Effect::as_str),
            check.title
        )?;
    }
    Ok(())
}
