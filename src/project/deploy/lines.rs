//! Formats of lines: dotenv files, process files, units and configuration of process managers, shell scripts.

use super::{Read, commands};

/// Lines that hold a statement, with their numbers from 1.
fn statements(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', ';']))
}

/// `NAME=value`, perhaps after `export`.
pub(super) fn dotenv(text: &str) -> Read {
    let mut read = Read::default();
    for (at, line) in statements(text) {
        if let Some((name, value)) = line.split_once('=') {
            read.push(name.trim_start_matches("export "), Some(without_comment(value)), at, "env_file");
        }
    }
    read
}

/// `web: DEBUG=0 gunicorn …`.
pub(super) fn procfile(text: &str) -> Read {
    let mut read = Read::default();
    for (at, line) in statements(text) {
        if let Some((_, command)) = line.split_once(':') {
            commands::read(command, at, "Procfile", &mut read);
        }
    }
    read
}

/// systemd's `Environment=` and `EnvironmentFile=`, supervisor's `environment=`, uwsgi's `env = …`.
pub(super) fn unit(text: &str) -> Read {
    let mut read = Read::default();
    for (at, line) in statements(text) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        match key.trim() {
            "Environment" => {
                for pair in shlex::split(value).unwrap_or_default() {
                    read.push_pair(&pair, at, "Environment");
                }
            }
            "EnvironmentFile" => read.files.push(value.trim_start_matches('-').to_owned()),
            "environment" => {
                for pair in value.split(',') {
                    read.push_pair(pair, at, "environment");
                }
            }
            "env" => read.push_pair(value, at, "env"),
            "ExecStart" | "command" => commands::read(value, at, "command", &mut read),
            _ => {}
        }
    }
    read
}

/// `export NAME=value`, and `: "${NAME:=value}"`.
pub(super) fn script(text: &str) -> Read {
    let mut read = Read::default();
    for (at, line) in statements(text) {
        if let Some(rest) = line.strip_prefix("export ") {
            for pair in shlex::split(rest).unwrap_or_default() {
                if pair.contains('=') {
                    read.push_pair(&pair, at, "export");
                }
            }
        } else if let Some(rest) = line.strip_prefix(": ") {
            let inner = rest.trim_matches('"').strip_prefix("${").and_then(|r| r.strip_suffix('}'));
            if let Some((name, value)) = inner.and_then(|i| i.split_once(":=").or_else(|| i.split_once('=')))
            {
                read.push(name, Some(value), at, "default");
            }
        }
    }
    read
}

/// A value up to a comment; a `#` in quotes belongs to it.
fn without_comment(value: &str) -> &str {
    let value = value.trim();
    if value.starts_with(['"', '\'']) {
        let quote = &value[..1];
        return value[1..].find(quote).map_or(value, |end| &value[..end + 2]);
    }
    value.split_once(" #").map_or(value, |(value, _)| value)
}
