//! What deployment files say of the environment: containers, compose files, process files, units, manifests of
//! clusters and platforms, workflows. Each statement is *evidence* with its place. None becomes a setting's value;
//! it picks among settings files (`settings::production`) and is shown beside what reads the variable.
//!
//! Left out: what a shell script computes, and templates as far as they do.

mod commands;
mod dockerfile;
mod lines;
mod manifest;
mod yaml;

use super::entry_points::{Kind, kind_of_text};
use super::layout::{folder_of, is_below, join, name_of, normal};
use crate::source::{FileId, SourceFile, Sources, Span};

/// So many statements are kept for one file.
const MAX_FACTS: usize = 500;

/// One statement about a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFact {
    /// The variable.
    pub variable: String,
    /// Its value; `None` where the file only passes it on (a secret's reference, another variable).
    pub value: Option<String>,
    /// The line that says so.
    pub at: Span,
    /// The file's word for it: `ENV`, `environment`, `env_file`.
    pub by: &'static str,
    /// What runs with it.
    pub stage: Stage,
}

/// What runs with a deployment file's environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The public's server.
    Production,
    /// It does not say.
    Unclear,
    /// A developer's machine.
    Development,
    /// Test runs.
    Test,
}

impl Stage {
    /// The word for people and the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Unclear => "unclear",
            Self::Development => "development",
            Self::Test => "test",
        }
    }
}

/// A statement before it is known what the file is for.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    variable: String,
    value: Option<String>,
    /// From 1.
    line: usize,
    by: &'static str,
}

/// What one file says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    said: Vec<Said>,
    /// Paths of environment files that it takes in, relative to its folder.
    files: Vec<String>,
}

impl Read {
    fn push(&mut self, variable: &str, value: Option<&str>, line: usize, by: &'static str) {
        let variable = variable.trim();
        if self.said.len() < MAX_FACTS && is_variable(variable) {
            let (variable, value) = (variable.to_owned(), value.and_then(plain));
            self.said.push(Said { variable, value, line, by });
        }
    }

    /// `NAME=value`, or a bare `NAME` that is passed on.
    fn push_pair(&mut self, pair: &str, line: usize, by: &'static str) {
        match pair.split_once('=') {
            Some((name, value)) => self.push(name, Some(value), line, by),
            None => self.push(pair, None, line, by),
        }
    }
}

/// All statements of the files that concern the project in `home`, those about production first, then by place.
pub(super) fn find(sources: &Sources, home: &str, homes: &[&str]) -> Vec<EnvFact> {
    let mut facts = Vec::new();
    for (file, source) in sources.iter().filter(|(_, f)| concerns(&f.path, home, homes)) {
        let Some(read) = read(source) else { continue };
        let stage = stage_of(&source.path);
        facts.extend(read.said.into_iter().map(|said| fact(source, file, said, stage)));
        for path in read.files {
            let path = normal(&join(folder_of(&source.path), &path));
            let Some(inner) = sources.find(&path) else { continue };
            let text = sources.file(inner);
            // `.envs/.production/.django` speaks for itself; `.env` is for whom it is taken in by.
            let own = if name_of(&path) == ".env" { Stage::Unclear } else { stage_of(&path) };
            let stage = if own == Stage::Unclear { stage } else { own };
            let said = lines::dotenv(&text.text).said;
            facts.extend(said.into_iter().map(|said| fact(text, inner, said, stage)));
        }
    }
    facts.sort_by(|a, b| (a.stage, a.at, &a.variable).cmp(&(b.stage, b.at, &b.variable)));
    facts.dedup();
    facts
}

fn fact(source: &SourceFile, file: FileId, said: Said, stage: Stage) -> EnvFact {
    let line = said.line.clamp(1, source.lines().line_count().max(1));
    let range = source.lines().range_of(line - 1, &source.text);
    let Said { variable, value, by, .. } = said;
    EnvFact { variable, value, at: Span { file, range: (range.start as u32, range.end as u32) }, by, stage }
}

/// Whether a file lies in the project, or above it and in no other.
fn concerns(path: &str, home: &str, homes: &[&str]) -> bool {
    let nearest = homes.iter().filter(|h| is_below(path, h)).max_by_key(|h| h.len());
    nearest.is_none_or(|h| *h == home || is_below(home, h))
}

fn read(source: &SourceFile) -> Option<Read> {
    let name = name_of(&source.path).to_ascii_lowercase();
    let text = &source.text;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "py" | "lock" | "in" | "txt" => None,
        "yml" | "yaml" => Some(yaml::read(text)),
        "service" | "conf" | "ini" => Some(lines::unit(text)),
        "sh" | "bash" => Some(lines::script(text)),
        "toml" if name == "fly.toml" => Some(manifest::fly(text)),
        "json" if name == "app.json" => Some(manifest::app_json(text)),
        _ if name.contains("dockerfile") || name.contains("containerfile") => Some(dockerfile::read(text)),
        _ if name == "procfile" => Some(lines::procfile(text)),
        _ => None,
    }
}

fn stage_of(path: &str) -> Stage {
    match kind_of_text(path) {
        (Kind::Test, _) => Stage::Test,
        (Kind::Tool, _) => Stage::Development,
        (_, true) => Stage::Production,
        (_, false) => Stage::Unclear,
    }
}

fn is_variable(name: &str) -> bool {
    name.len() < 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The text that is meant by a value: without its quotes, the default of `${X:-text}`; `None` where another
/// variable or a template decides.
fn plain(value: &str) -> Option<String> {
    let value = value.trim();
    let quoted = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
    let value = quoted.unwrap_or(value);
    if let Some(inner) = value.strip_prefix("${").and_then(|v| v.strip_suffix('}')) {
        let default = inner.split_once(":-").or_else(|| inner.split_once('-'))?.1;
        return plain(default);
    }
    let computed = value.contains("${") || value.contains("$(") || value.starts_with('$');
    (!computed && !value.contains(yaml::COMPUTED)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests;
