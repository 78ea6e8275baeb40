//! What every command shares: the global flags, standard output and error, and the wish to stop.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, anyhow, bail};

use super::args::GlobalArgs;
use super::terminal::{Output, ascii_needed, color_wanted, variable};
use super::{exit, progress};
use crate::engine::Report;
use crate::output::Style;
use crate::source::clean;

pub(super) struct Shell {
    pub(super) global: GlobalArgs,
    interrupted: Arc<AtomicBool>,
    watched: bool,
}

impl Shell {
    pub(super) fn new(global: GlobalArgs) -> Self {
        Self { global, interrupted: Arc::default(), watched: false }
    }

    /// From here on Ctrl-C asks the running scan to stop, and a write in progress is finished. Pressed twice, it
    /// ends the program at once.
    fn watch_interrupts(&mut self) {
        if std::mem::replace(&mut self.watched, true) {
            return;
        }
        let code = i32::from(exit::INTERRUPTED);
        // Without a handler the system's default is in force, which is to end: nothing is lost.
        let stop = signal_hook::consts::SIGINT;
        let _ = signal_hook::flag::register_conditional_shutdown(stop, code, Arc::clone(&self.interrupted));
        let _ = signal_hook::flag::register(stop, Arc::clone(&self.interrupted));
    }

    /// The progress of a scan that is about to start.
    pub(super) fn progress(&mut self) -> progress::Line {
        self.watch_interrupts();
        self.interrupted.store(false, Ordering::Relaxed);
        let wanted = !self.global.no_progress && self.global.quiet == 0;
        progress::Line::new(wanted, Arc::clone(&self.interrupted))
    }

    /// Colour and marks for standard output, or for a file.
    pub(super) fn style(&self, to_file: bool) -> Style {
        let terminal = !to_file && io::stdout().is_terminal();
        Style {
            color: color_wanted(self.global.color, terminal, &|name| variable(name).filter(|_| !to_file)),
            ascii: self.global.ascii || ascii_needed(&variable),
        }
    }

    /// Writes the result: to a file as a whole, or to standard output unless `-qq`.
    pub(super) fn deliver(&self, bytes: &[u8], file: Option<&Path>) -> anyhow::Result<()> {
        if let Some(path) = file {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                bail!("{} cannot be written: there is no folder {}", path.display(), folder.display());
            }
            return crate::edit::apply::write_atomic(path, bytes).map_err(|error| {
                let why = if error.kind() == io::ErrorKind::StorageFull {
                    "the disk is full".to_owned()
                } else {
                    error.to_string()
                };
                anyhow!("{} cannot be written: {why}", path.display())
            });
        }
        if self.global.quiet < 2 {
            let mut out = Output::new();
            let written = out.write_all(bytes).and_then(|()| out.flush());
            written.context("standard output cannot be written")?;
        }
        Ok(())
    }

    /// A remark on standard error.
    pub(super) fn note(&self, text: &str) {
        self.say("note", text);
    }

    /// A line of its kind on standard error, unless `-q`.
    pub(super) fn say(&self, kind: &str, text: &str) {
        if self.global.quiet == 0 {
            let _ = writeln!(io::stderr(), "{kind}: {}", clean(text));
        }
    }

    /// Something that was not done, on standard error; also with `-q`.
    pub(super) fn warn(&self, text: &str) {
        if self.global.quiet < 2 {
            let _ = writeln!(io::stderr(), "warning: {}", clean(text));
        }
    }

    /// What the report says about itself: several settings modules, findings outside the profile.
    pub(super) fn notices(&self, report: &Report) {
        for notice in &report.notices {
            self.note(notice);
        }
        let n = report.hidden_by_profile;
        if n > 0 {
            let (findings, them) = if n == 1 { ("finding is", "it") } else { ("findings are", "them") };
            let text = format!(
                "{n} {findings} outside this profile or selection; --profile everything shows {them}"
            );
            self.note(&text);
        }
    }
}
