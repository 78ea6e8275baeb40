//! `session` and `demo`: the guided session needs a terminal; anywhere else the other commands are named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::args::SessionArgs;
use super::shell::Shell;
use super::{select, terminal};
use crate::checklist::Profile;
use crate::engine::{Engine, Options, demo};
use crate::tui::{self, Backend, EngineBackend, TuiOptions};

const NOT_A_TERMINAL: &str = "the session needs a terminal for input and output. Without one there are: \
    `drf-harden check` (print findings, set the exit code), `drf-harden report` (the checklist as a document), \
    `drf-harden apply --dry-run` (show the safe fixes), `drf-harden settings` (what production gets), \
    `drf-harden explain NAME`";

pub(super) fn run(shell: &mut Shell, args: &SessionArgs) -> anyhow::Result<u8> {
    if !terminal::is_interactive() {
        bail!(NOT_A_TERMINAL);
    }
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let config = select::configuration(&shell.global, &path)?;
    let options = select::options(&shell.global, &args.select, &config, &path, Profile::Standard);
    open(shell, &path, options)
}

fn open(shell: &Shell, path: &Path, options: Options) -> anyhow::Result<u8> {
    let backend: Arc<dyn Backend> = Arc::new(EngineBackend::new(Engine::open(path, options)?));
    let style = shell.style(false);
    let exit = tui::run(&backend, TuiOptions { ascii: style.ascii, color: style.color })?;
    if exit.staged > 0 {
        let fixes = if exit.staged == 1 { "fix is" } else { "fixes are" };
        shell.note(&format!("{} accepted {fixes} not written yet; the session keeps them", exit.staged));
    }
    Ok(exit.code)
}

pub(super) fn demo(shell: &mut Shell) -> anyhow::Result<u8> {
    if !terminal::is_interactive() {
        bail!(NOT_A_TERMINAL);
    }
    let folder = tempfile::Builder::new().prefix("drf-harden-demo-").tempdir();
    // Kept, so that what the session wrote can be looked at and taken back afterwards.
    let folder = folder.context("no temporary folder could be made")?.keep();
    demo::lay_out(&folder)
        .with_context(|| format!("the demo could not be laid out in {}", folder.display()))?;
    let options = Options::new(time::OffsetDateTime::now_utc().date());
    let code = open(shell, &folder, options)?;
    shell.note(&format!("the demo project is in {}", folder.display()));
    Ok(code)
}
