//! `settings --explain NAME`: the whole story of one setting. Value and state, each link of the chain with its code,
//! the environment variables that take part, the framework's default by version, and a dict's keys with their
//! places. As text and as JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::python_text::{of_setting, shorten, text};
use super::redact::Secrets;
use super::settings_table::{heading, place};
use super::{Style, evidence, values};
use crate::project::EnvFact;
use crate::settings::{
    EnvRead, Node, Reader, Setting, SettingState, SettingsModel, Value, default_story, is_secret_name,
};
use crate::source::{Sources, Span, clean, display_text};

/// Longest line of code that is quoted.
const CODE_WIDTH: usize = 96;

/// What is explained: a setting, or a key below it.
pub struct Story<'a> {
    sources: &'a Sources,
    model: &'a SettingsModel,
    secrets: &'a Secrets,
    /// `["REST_FRAMEWORK", "PAGE_SIZE"]`.
    path: Vec<&'a str>,
    /// The setting as a whole.
    setting: &'a Setting,
    /// The part that is meant; `None` when the dict does not have the key.
    node: Option<&'a Node>,
}

impl<'a> Story<'a> {
    /// The story of `name` (`DEBUG`, `REST_FRAMEWORK.PAGE_SIZE`).
    ///
    /// # Errors
    /// The nearest names, when there is no such setting.
    pub fn new(
        sources: &'a Sources,
        model: &'a SettingsModel,
        secrets: &'a Secrets,
        name: &'a str,
    ) -> Result<Self, Vec<String>> {
        let path: Vec<&str> = name.split('.').collect();
        let setting = model.get(path[0]).ok_or_else(|| nearest(model, path[0]))?;
        Ok(Self { sources, model, secrets, setting, node: model.lookup(&path), path })
    }

    fn is_secret(&self) -> bool {
        self.path.iter().any(|name| is_secret_name(name))
    }

    /// The environment reads that take part, in order of place, each once.
    fn reads(&self) -> Vec<&'a EnvRead> {
        let mut reads = self.node.map(Node::env_reads).unwrap_or_default();
        reads.sort_by_key(|read| (read.at, read.name.clone()));
        reads.dedup_by_key(|read| (read.at, read.name.clone()));
        reads
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_text(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let name = clean(&self.path.join("."));
        let whole = self.path.len() == 1;
        let (state, value) = match (self.node, whole) {
            (_, true) => (self.setting.state().as_str(), of_setting(self.setting)),
            (Some(node), false) => (node.state().as_str(), text(node, self.is_secret())),
            (None, false) => ("not set", format!("{} has no such key", clean(self.path[0]))),
        };
        writeln!(out, "{}  {state}  {}", style.heading(&name), clean(&value))?;
        writeln!(out, "in {}", heading(self.model, style))?;
        self.write_chain(out, style)?;
        self.write_reads(out, style)?;
        self.write_deployment(out, style)?;
        self.write_default(out, style)?;
        self.write_keys(out, style)
    }

    fn write_chain(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        writeln!(out, "\n{}", style.heading("What made it, first to last"))?;
        if self.setting.steps.is_empty() {
            let module = clean(&self.model.module);
            return match (&self.model.open, self.setting.is_default) {
                (Some(open), _) => writeln!(out, "  {module} may set it: {}", clean(open)),
                (None, true) => {
                    writeln!(out, "  {module} does not set it, so the framework's default holds.")
                }
                (None, false) => writeln!(out, "  No statement sets it."),
            };
        }
        for step in &self.setting.steps {
            let note = if self.is_secret() { String::new() } else { clean(&step.note) };
            let line = format!("{}  {}  {note}", place(self.sources, step.at), step.how.as_str());
            writeln!(out, "  {}", line.trim_end())?;
            writeln!(out, "      {}", style.dim(format!("| {}", self.code(step.at))))?;
        }
        if let Some(at) = self.node.and_then(|node| node.at).filter(|_| self.path.len() > 1) {
            writeln!(out, "  {}  {} is decided here", place(self.sources, at), clean(&self.path.join(".")))?;
            writeln!(out, "      {}", style.dim(format!("| {}", self.code(at))))?;
        }
        Ok(())
    }

    /// The first line of the code at a place, without secrets and hidden characters.
    fn code(&self, at: Span) -> String {
        let file = self.sources.file(at.file);
        let range = file.lines().range_of(file.lines().line_of(at.start()), &file.text);
        let line = self.secrets.hide(file.text[range].trim());
        shorten(&display_text(&line).text, CODE_WIDTH)
    }

    fn write_reads(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let reads = self.reads();
        if reads.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.heading("Environment"))?;
        for read in reads {
            let by = reader(read.reader);
            let cast = read.cast.as_ref().map(|cast| format!(", as {}", clean(cast))).unwrap_or_default();
            let default = match (read.supplied, read.default_at) {
                (true, _) => "; given by --env, --env-file or .env".to_owned(),
                (false, Some(at)) => {
                    format!("; not given, so the default at {} holds", place(self.sources, at))
                }
                (false, None) if self.setting.state() == SettingState::Required => {
                    "; not given, and there is no default: the import fails without it".to_owned()
                }
                (false, None) => "; not given".to_owned(),
            };
            let name = clean(&read.name);
            writeln!(out, "  {name}  read by {by} at {}{cast}{default}", place(self.sources, read.at))?;
        }
        let hint = "  --env NAME=VALUE shows what another environment gives.";
        writeln!(out, "{}", style.dim(hint))
    }

    fn write_deployment(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let mut facts = self.deployed().peekable();
        if facts.peek().is_none() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.heading("What deployment files say"))?;
        facts.try_for_each(|fact| writeln!(out, "  {}", evidence::line(self.sources, fact)))
    }

    fn deployed(&self) -> impl Iterator<Item = &'a EnvFact> {
        self.node.into_iter().flat_map(|node| self.model.deployed(node))
    }

    fn write_default(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let Some((framework, versions)) = default_story(&self.path) else { return Ok(()) };
        writeln!(out, "\n{}", style.heading(format!("Default of {framework}")))?;
        let mut rest = versions.as_slice();
        while let Some((first, node)) = rest.first() {
            let same = rest.iter().take_while(|(_, other)| other.value == node.value).count();
            let last = rest[same - 1].0;
            let range = match (*first, last) {
                ("", _) => String::new(),
                (first, last) if first == last => format!("{first}  "),
                (first, last) => format!("{first} to {last}  "),
            };
            writeln!(out, "  {range}{}", shorten(&clean(&text(node, false)), CODE_WIDTH))?;
            rest = &rest[same..];
        }
        Ok(())
    }

    /// The keys of a dict with the places that decide them.
    fn write_keys(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let Some(dict) = self.node.and_then(Node::as_dict).filter(|dict| !dict.entries.is_empty()) else {
            return Ok(());
        };
        writeln!(out, "\n{}", style.heading("Keys"))?;
        for entry in &dict.entries {
            let key = text(&entry.key, false);
            let secret = self.is_secret() || entry.key.as_str().is_some_and(is_secret_name);
            let value = shorten(&clean(&text(&entry.value, secret)), CODE_WIDTH);
            let at = entry.value.at.map(|at| style.dim(place(self.sources, at))).unwrap_or_default();
            writeln!(out, "{}", format!("  {}  {value}  {at}", clean(&key)).trim_end())?;
        }
        match &dict.rest {
            Some(cause) => writeln!(out, "  there may be more: {}", clean(cause)),
            None => Ok(()),
        }
    }

    /// Writes it for programs.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let at =
            |span: Span| json!({ "path": self.sources.path(span.file), "line": self.sources.line(span) });
        let reads = self.reads().into_iter().map(|read| {
            json!({
                "name": read.name, "reader": reader(read.reader), "where": at(read.at), "cast": read.cast,
                "default_where": read.default_at.map(at), "supplied": read.supplied,
            })
        });
        let chain = self.setting.steps.iter().map(|step| Link {
            path: self.sources.path(step.at.file),
            line: self.sources.line(step.at),
            how: step.how.as_str(),
            note: if self.is_secret() { "" } else { &step.note },
        });
        let default = default_story(&self.path).map(|(framework, versions)| {
            let versions = versions
                .into_iter()
                .map(|(version, node)| json!({ "version": version, "value": values::value(node, false) }));
            json!({ "of": framework, "versions": versions.collect::<Vec<_>>() })
        });
        let whole = self.path.len() == 1;
        let document = Document {
            schema_version: 1,
            module: &self.model.module,
            name: self.path.join("."),
            state: match (whole, self.node) {
                (true, _) => self.setting.state().as_str(),
                (false, Some(node)) => node.state().as_str(),
                (false, None) => "not set",
            },
            value: self
                .node
                .filter(|node| !matches!(node.value, Value::Unknown(_)))
                .map(|node| values::value(node, self.is_secret())),
            cause: self.node.and_then(Node::cause),
            chain: chain.collect(),
            environment: reads.collect(),
            deployed: self.deployed().map(|fact| evidence::row(self.sources, fact)).collect(),
            default,
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    module: &'a str,
    name: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    chain: Vec<Link<'a>>,
    environment: Vec<Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deployed: Vec<Json>,
    default: Option<Json>,
}

#[derive(Serialize)]
struct Link<'a> {
    path: &'a str,
    line: usize,
    how: &'static str,
    note: &'a str,
}

fn reader(reader: Reader) -> &'static str {
    match reader {
        Reader::Os => "os.environ",
        Reader::DjangoEnviron => "django-environ",
        Reader::Environs => "environs",
        Reader::Decouple => "python-decouple",
        Reader::DjDatabaseUrl => "dj-database-url",
        Reader::Configurations => "django-configurations",
        Reader::Dynaconf => "dynaconf",
        Reader::Pydantic => "pydantic-settings",
    }
}

/// Names that hold the asked one, or that it holds; at most five.
fn nearest(model: &SettingsModel, asked: &str) -> Vec<String> {
    let asked = asked.to_ascii_uppercase();
    let near = |name: &&String| name.contains(&asked) || asked.contains(name.as_str());
    model.settings.keys().filter(near).take(5).cloned().collect()
}
