//! `endpoints` for people: a table grouped by exposure, the same as Markdown, and CSV for a spreadsheet.

use std::io::{self, Write};

use super::endpoint_rows::{EndpointRow, rows};
use super::{Style, count};
use crate::endpoints::Exposure;
use crate::engine::EndpointReport;
use crate::source::{Span, clean};

const EXPOSURES: [Exposure; 5] =
    [Exposure::Open, Exposure::ReadOpen, Exposure::Unknown, Exposure::Authenticated, Exposure::Restricted];

/// What an exposure means, in a few words.
pub fn meaning(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Open => "anybody may call it",
        Exposure::ReadOpen => "anybody may read, not write",
        Exposure::Unknown => "it cannot be told who may",
        Exposure::Authenticated => "whoever has logged in",
        Exposure::Restricted => "some of those who have logged in",
    }
}

fn place(report: &EndpointReport, at: Span) -> String {
    format!("{}:{}", clean(report.sources.path(at.file)), report.sources.line(at))
}

/// Writes the table. With `verbose` each endpoint has all its policies under it.
pub fn write(out: &mut dyn Write, report: &EndpointReport, verbose: bool, style: Style) -> io::Result<()> {
    let rows = rows(report);
    let widest = |text: &dyn Fn(&EndpointRow) -> usize, most: usize| {
        rows.iter().map(text).max().unwrap_or(0).min(most)
    };
    let methods = widest(&|row| row.methods_text().chars().count(), 28);
    let path = widest(&|row| row.path_text().chars().count(), 44);
    let view = widest(&|row| row.view_text().chars().count(), 28);
    writeln!(out, "{}", style.heading(format!("Endpoints under {}", clean(&report.model.module))))?;
    for exposure in EXPOSURES {
        let mut group = rows.iter().filter(|row| row.exposure == exposure).peekable();
        if group.peek().is_none() {
            continue;
        }
        let n = rows.iter().filter(|row| row.exposure == exposure).count();
        let title = format!("{} ({n}): {}", exposure.as_str(), meaning(exposure));
        writeln!(out, "\n{}", style.heading(title))?;
        for row in group {
            let line = format!(
                "  {:methods$}  {:path$}  {:view$}  {}",
                row.methods_text(),
                row.path_text(),
                row.view_text(),
                protection(report, row, style)
            );
            writeln!(out, "{}", line.trim_end())?;
            if verbose {
                details(out, report, row, style)?;
            }
        }
    }
    problems(out, report, style)?;
    writeln!(out, "\n{}", summary(report, &rows))
}

/// Permission, its origin and place; for others than DRF's views why they are as open as they are.
fn protection(report: &EndpointReport, row: &EndpointRow, style: Style) -> String {
    let Some(cell) = row.cell("permission") else { return style.dim(&row.why) };
    let at = cell.at.map(|at| format!(" {}", place(report, at))).unwrap_or_default();
    format!("{}  {}", cell.text, style.dim(format!("{}{at}", cell.origin)))
}

fn details(out: &mut dyn Write, report: &EndpointReport, row: &EndpointRow, style: Style) -> io::Result<()> {
    for cell in &row.cells {
        let at = cell.at.map(|at| place(report, at)).unwrap_or_default();
        let line = format!("      {:<15} {}  {}  {at}", cell.name, cell.text, cell.origin);
        writeln!(out, "{}", style.dim(line.trim_end()))?;
    }
    if row.why.is_empty() { Ok(()) } else { writeln!(out, "      {}", style.dim(&row.why)) }
}

fn problems(out: &mut dyn Write, report: &EndpointReport, style: Style) -> io::Result<()> {
    if report.inventory.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.heading("Could not be followed, so there may be more"))?;
    for problem in &report.inventory.problems {
        let at = problem.at.map(|at| format!("{}: ", place(report, at))).unwrap_or_default();
        writeln!(out, "  {at}{}", clean(&problem.message))?;
    }
    Ok(())
}

fn summary(report: &EndpointReport, rows: &[EndpointRow]) -> String {
    let mut line = count(rows.len(), "endpoint", "endpoints");
    let counts = EXPOSURES.iter().filter_map(|e| {
        let n = rows.iter().filter(|row| row.exposure == *e).count();
        (n > 0).then(|| format!("{n} {}", e.as_str()))
    });
    let counts: Vec<String> = counts.collect();
    if !counts.is_empty() {
        line += &format!(": {}", counts.join(", "));
    }
    let open = report.inventory.problems.len();
    if open > 0 {
        line += &format!("; {} could not be followed", count(open, "place", "places"));
    }
    line + "."
}

/// Writes the table as Markdown.
pub fn write_markdown(out: &mut dyn Write, report: &EndpointReport) -> io::Result<()> {
    let rows = rows(report);
    let code = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!("`{}`", text.replace('|', "\\|").replace('`', "'"))
        }
    };
    writeln!(out, "# Endpoints under `{}`\n", clean(&report.model.module))?;
    writeln!(out, "| Exposure | Methods | Path | View | Permission | Throttle | Decided |")?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for row in &rows {
        let text = |name: &str| row.cell(name).map(|cell| code(&cell.text)).unwrap_or_default();
        let decided = row.cell("permission").or_else(|| row.cell("view"));
        let decided = decided.map(|cell| {
            let at = cell.at.map(|at| place(report, at)).unwrap_or_default();
            format!("{} {}", cell.origin, code(&at)).trim().to_owned()
        });
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            row.exposure.as_str(),
            row.methods_text(),
            code(&row.path),
            code(&row.view),
            text("permission"),
            text("throttle"),
            decided.unwrap_or_default()
        )?;
    }
    if !report.inventory.problems.is_empty() {
        writeln!(out, "\nCould not be followed, so there may be more:\n")?;
    }
    for problem in &report.inventory.problems {
        let at = problem.at.map(|at| format!("{}: ", code(&place(report, at)))).unwrap_or_default();
        writeln!(out, "- {at}{}", clean(&problem.message))?;
    }
    writeln!(out, "\n{}", summary(report, &rows))
}

/// Writes one line for each endpoint, fields in quotes where they need them.
pub fn write_csv(out: &mut dyn Write, report: &EndpointReport) -> io::Result<()> {
    let policies = ["authentication", "permission", "throttle", "pagination", "serializer"];
    let mut head = vec!["exposure", "methods", "path", "view", "where"];
    head.extend(policies);
    head.extend(["permission_from", "permission_where"]);
    writeln!(out, "{}", head.join(","))?;
    for row in &rows(report) {
        let at = |name: &str| {
            row.cell(name).and_then(|cell| cell.at).map(|at| place(report, at)).unwrap_or_default()
        };
        let text = |name: &str| row.cell(name).map(|cell| cell.text.clone()).unwrap_or_default();
        let mut fields = vec![
            row.exposure.as_str().to_owned(),
            row.methods_text(),
            row.path.clone(),
            row.view.clone(),
            at("view"),
        ];
        fields.extend(policies.map(text));
        fields.push(row.cell("permission").map_or("", |cell| cell.origin).to_owned());
        fields.push(at("permission"));
        writeln!(out, "{}", fields.iter().map(|f| field(f)).collect::<Vec<_>>().join(","))?;
    }
    Ok(())
}

/// A field of CSV. A text of the project must not become a formula of the spreadsheet that opens it.
fn field(text: &str) -> String {
    let guarded =
        if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", guarded.replace('"', "\"\""));
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_are_no_formulas() {
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(field("api/^x/$"), "api/^x/$");
    }
}
