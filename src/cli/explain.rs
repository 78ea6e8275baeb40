//! `explain`: the page of a check, a practice, a section or a topic.

use anyhow::bail;

use super::args::{ExplainArgs, PageFormat};
use super::exit;
use super::shell::Shell;
use crate::checklist::{Catalog, explain};
use crate::output::page;

pub(super) fn run(shell: &mut Shell, args: &ExplainArgs) -> anyhow::Result<u8> {
    let page = match explain(&Catalog::builtin(), &args.name) {
        Ok(page) => page,
        Err(near) if near.is_empty() => {
            bail!(
                "there is no check, practice, section or topic `{}`; `drf-harden rules` lists the checks",
                args.name
            )
        }
        Err(near) => {
            bail!(
                "there is no check, practice, section or topic `{}`; the nearest: {}",
                args.name,
                near.join(", ")
            )
        }
    };
    let mut bytes = Vec::new();
    match args.format {
        PageFormat::Text => page::write_text(&mut bytes, &page, shell.style(false))?,
        PageFormat::Md => page::write_markdown(&mut bytes, &page)?,
    }
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}
