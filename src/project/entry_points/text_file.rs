//! Settings modules named outside Python: containers, process files, units, test configuration, shell.

use super::{CLASS_VARIABLE, Kind, Mention, VARIABLE, in_test_folder, is_module_pattern, words};
use crate::source::{FileId, SourceFile};

/// The settings modules that a text file names, line by line.
pub(super) fn mentions(file: FileId, source: &SourceFile) -> Vec<Mention> {
    let lines: Vec<&str> = source.text.lines().collect();
    let class = lines.iter().enumerate().find_map(|(at, line)| {
        (!is_comment(line)).then(|| after_variable(line, CLASS_VARIABLE, lines.get(at + 1)))?
    });
    let mut section = "";
    let mut mentions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if is_comment(line) {
            continue;
        }
        let trimmed = line.trim();
        if trimmed.starts_with('[') && trimmed.ends_with(']') {
            section = trimmed;
        }
        let module = after_variable(line, VARIABLE, lines.get(at + 1))
            .or_else(|| after_variable(line, "django_settings_module", None))
            .or_else(|| after_option(line));
        let Some(module) = module else { continue };
        let (kind, firm) = kind_of(&source.path, section, line);
        mentions.push(Mention {
            file,
            line: at + 1,
            modules: vec![module],
            kind,
            firm,
            class: class.clone(),
        });
    }
    mentions
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with(';') || line.starts_with("//")
}

/// The module given to `variable` on a line, in any of `X=a.b`, `X: a.b`, `X = "a.b"`, `ENV X a.b`,
/// `${X:-a.b}`; or on the next line, as Kubernetes has it (`name: X`, `value: a.b`).
fn after_variable(line: &str, variable: &str, next: Option<&&str>) -> Option<String> {
    let (before, rest) = line.split_once(variable)?;
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let rest = rest.trim_start_matches(['"', '\'', ']']);
    if rest.trim().is_empty() {
        let value = next?.trim().strip_prefix("value:")?;
        return module_at(value);
    }
    let value = if let Some(default) = rest.strip_prefix(":-").or_else(|| rest.strip_prefix(":=")) {
        default
    } else {
        let separated = rest.trim_start_matches([' ', '\t']);
        separated.strip_prefix(['=', ':']).or_else(|| (separated.len() < rest.len()).then_some(separated))?
    };
    module_at(value)
}

/// The module of `--settings=a.b` or `--settings a.b`.
fn after_option(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("--settings")?;
    module_at(
        rest.strip_prefix('=').or_else(|| rest.strip_prefix(' ')).or_else(|| rest.strip_prefix("\", \""))?,
    )
}

/// A dotted name at the start of `text`, perhaps quoted or as the default of another variable.
fn module_at(text: &str) -> Option<String> {
    let mut text = text.trim_start().trim_start_matches(['"', '\'']);
    if let Some(inner) = text.strip_prefix("${") {
        text = inner.split_once(":-").or_else(|| inner.split_once('-'))?.1;
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    let module = text[..end].trim_end_matches('.');
    let follows = text[end..].chars().next();
    // `config/settings.py` and `$NAME` are no modules; nor is the text of a sentence.
    (is_module_pattern(module) && !matches!(follows, Some('/' | '$' | '(' | '{'))).then(|| module.to_owned())
}

/// What runs with the settings that a text file names, and whether the file decides.
pub(super) fn kind_of(path: &str, section: &str, line: &str) -> (Kind, bool) {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let has = |set: &[&str]| words(&lower).any(|w| set.contains(&w));
    let test = has(&["test", "tests", "testing", "ci", "e2e", "pytest", "tox"]) || in_test_folder(path);
    let developer = has(&[
        "dev",
        "devel",
        "development",
        "local",
        "override",
        "debug",
        "devcontainer",
        "sample",
        "example",
    ]);
    let production =
        has(&["prod", "production", "live", "prd", "deploy", "deployment", "k8s", "kubernetes", "helm"]);
    match name {
        "pyproject.toml" | "setup.cfg" if !section.contains("pytest") => return (Kind::Tool, true),
        "pytest.ini" | "tox.ini" | "pyproject.toml" | "setup.cfg" | ".pytest.ini" | "pytest.toml" => {
            return (Kind::Test, true);
        }
        "makefile" | "justfile" | "mypy.ini" | ".pylintrc" | "pylintrc" => return (Kind::Tool, false),
        _ => {}
    }
    if test || lower.starts_with(".github/") || lower.contains("/.github/") || lower.contains("gitlab-ci") {
        return (Kind::Test, true);
    }
    // A command of the image's build sees other settings than the server.
    let build_step =
        ["collectstatic", "compilemessages", "makemessages", "compress"].iter().any(|c| line.contains(c));
    if developer || build_step {
        return (Kind::Tool, false);
    }
    let deployed = production
        || name.contains("dockerfile")
        || name.contains("containerfile")
        || name == "procfile"
        || [".service", ".conf"].iter().any(|end| name.ends_with(end))
        || ["app.json", "app.yaml", "app.yml", "render.yaml", "fly.toml", "serverless.yml", "heroku.yml"]
            .contains(&name);
    if deployed {
        return (Kind::Deployment, true);
    }
    if name.starts_with(".env") || name.ends_with(".env") {
        return (Kind::Tool, false);
    }
    // Compose files, scripts and the rest serve production as often as not.
    (Kind::Deployment, false)
}
