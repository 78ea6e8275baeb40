//! Pages of `explain` as plain text and as Markdown. What they say comes from the catalogue.

use std::io::{self, Write};

use super::Style;
use crate::checklist::{BodyKind, Page};

/// Lines of plain text are filled up to this width.
const WIDTH: usize = 88;

/// Writes a page for a terminal: headings, filled paragraphs, indented lists and code.
pub fn write_text(out: &mut dyn Write, page: &Page, style: Style) -> io::Result<()> {
    writeln!(out, "{}", style.heading(&page.title))?;
    for block in &page.blocks {
        writeln!(out)?;
        if let Some(heading) = &block.heading {
            writeln!(out, "{}", style.heading(heading))?;
        }
        match &block.body {
            BodyKind::Text(text) => {
                for (i, paragraph) in text.split('\n').filter(|p| !p.trim().is_empty()).enumerate() {
                    if i > 0 {
                        writeln!(out)?;
                    }
                    write_filled(out, paragraph, "  ", "  ")?;
                }
            }
            BodyKind::List(entries) => {
                for entry in entries {
                    write_filled(out, entry, "  - ", "    ")?;
                }
            }
            BodyKind::Code { text, .. } => {
                for line in text.lines() {
                    writeln!(out, "{}", format!("    {line}").trim_end())?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a page as Markdown.
pub fn write_markdown(out: &mut dyn Write, page: &Page) -> io::Result<()> {
    writeln!(out, "# {}", page.title)?;
    for block in &page.blocks {
        writeln!(out)?;
        if let Some(heading) = &block.heading {
            writeln!(out, "## {heading}\n")?;
        }
        match &block.body {
            BodyKind::Text(text) => writeln!(out, "{}", text.trim_end())?,
            BodyKind::List(entries) => entries.iter().try_for_each(|entry| writeln!(out, "- {entry}"))?,
            BodyKind::Code { lang, text } => {
                writeln!(out, "```{lang}")?;
                text.lines().try_for_each(|line| writeln!(out, "{line}"))?;
                writeln!(out, "```")?;
            }
        }
    }
    Ok(())
}

/// A paragraph broken at spaces; addresses and code stay in one piece.
fn write_filled(out: &mut dyn Write, text: &str, first: &str, rest: &str) -> io::Result<()> {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            rest.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::Block;

    fn page() -> Page {
        let block = |heading: &str, body| Block { heading: Some(heading.to_owned()), body };
        Page {
            title: "`x`: a check".to_owned(),
            blocks: vec![
                block("Why", BodyKind::Text(format!("One. {}\n\nTwo.", "word ".repeat(20)))),
                block("Read more", BodyKind::List(vec!["a".to_owned()])),
                block("Fails", BodyKind::Code { lang: "python", text: "if x:\n\n    y = 1\n".to_owned() }),
            ],
        }
    }

    #[test]
    fn as_text() {
        let mut out = Vec::new();
        write_text(&mut out, &page(), Style::default()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.starts_with("`x`: a check\n\nWhy\n  One. word"), "{text}");
        assert!(
            text.ends_with("\n\n  Two.\n\nRead more\n  - a\n\nFails\n    if x:\n\n        y = 1\n"),
            "{text}"
        );
    }

    #[test]
    fn as_markdown() {
        let mut out = Vec::new();
        write_markdown(&mut out, &page()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains(
                "\n\nTwo.\n\n## Read more\n\n- a\n\n## Fails\n\n```python\nif x:\n\n    y = 1\n```\n"
            ),
            "{text}"
        );
    }
}
