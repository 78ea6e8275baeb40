//! What the terminal can show: colour, marks, and a standard output that may be closed early.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use super::args::ColorChoice;

/// Whether output is coloured. `env` gives variables; a variable set to nothing counts as not set.
pub(super) fn color_wanted(
    choice: ColorChoice,
    is_terminal: bool,
    env: &dyn Fn(&str) -> Option<String>,
) -> bool {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let on = |name: &str| set(name).is_some_and(|value| value != "0");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR").is_some() => false,
        ColorChoice::Auto if on("FORCE_COLOR") || on("CLICOLOR_FORCE") => true,
        ColorChoice::Auto => is_terminal && set("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Whether marks must be ASCII: the locale is not UTF-8, or the terminal has few glyphs.
pub(super) fn ascii_needed(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    if set("TERM").is_some_and(|term| term == "linux" || term == "dumb") {
        return true;
    }
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    cfg!(all(unix, not(target_os = "macos")))
        && !locale.is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            name.contains("utf-8") || name.contains("utf8")
        })
}

/// A variable of the process, when it is text.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether the session can have the terminal.
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Standard output that stays silent when its reader has gone: `drf-harden check | head` is no error.
pub(super) struct Output {
    inner: BufWriter<io::Stdout>,
    closed: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { inner: BufWriter::new(io::stdout()), closed: false }
    }

    fn tolerate<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(otherwise)
            }
            other => other,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        self.tolerate(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.tolerate(flushed, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_flag_then_variables_then_terminal() {
        use ColorChoice::{Always, Auto, Never};
        for (choice, terminal, variables, wanted) in [
            (Auto, true, &[][..], true),
            (Auto, false, &[], false),
            (Auto, true, &[("NO_COLOR", "1")], false),
            (Auto, true, &[("NO_COLOR", "")], true),
            (Auto, false, &[("FORCE_COLOR", "1")], true),
            (Auto, false, &[("FORCE_COLOR", "0")], false),
            (Auto, false, &[("CLICOLOR_FORCE", "1")], true),
            (Auto, false, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false),
            (Auto, true, &[("TERM", "dumb")], false),
            (Always, false, &[("NO_COLOR", "1")], true),
            (Never, true, &[("FORCE_COLOR", "1")], false),
        ] {
            let env = |name: &str| {
                variables
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, value): &(&str, &str)| (*value).to_owned())
            };
            assert_eq!(color_wanted(choice, terminal, &env), wanted, "{choice:?} {terminal} {variables:?}");
        }
    }

    #[test]
    fn marks_are_ascii_without_a_utf8_locale() {
        for (variables, ascii) in [
            (&[("LANG", "de_DE.UTF-8")][..], false),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")], true),
            (&[("LANG", "C.utf8"), ("TERM", "linux")], true),
        ] {
            let env = |name: &str| {
                variables
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, value): &(&str, &str)| (*value).to_owned())
            };
            assert_eq!(ascii_needed(&env), ascii, "{variables:?}");
        }
    }
}
