//! Variables that a command line sets for the program that it starts: `DEBUG=0 gunicorn …`, `env A=1 python …`.

use super::Read;

/// Notes the assignments before each program of a command line.
pub(super) fn read(text: &str, line: usize, by: &'static str, read: &mut Read) {
    for (at, text) in text.lines().enumerate() {
        for command in text.split(['&', ';', '|']) {
            let Some(words) = shlex::split(command.trim()) else { continue };
            assignments(words.iter().map(String::as_str), line + at, by, read);
        }
    }
}

/// The same, for words that are split already.
pub(super) fn assignments<'a>(
    words: impl Iterator<Item = &'a str>,
    line: usize,
    by: &'static str,
    read: &mut Read,
) {
    for word in words.skip_while(|word| is_starter(word)) {
        if !word.contains('=') || word.starts_with('-') {
            return;
        }
        read.push_pair(word, line, by);
    }
}

/// What may stand before the assignments.
fn is_starter(word: &str) -> bool {
    matches!(word, "env" | "/usr/bin/env" | "exec" | "export" | "set" | "-a" | "sudo" | "-E")
}
