//! The project's own configuration: `[tool.drf-harden]` in `pyproject.toml`, or `drf-harden.toml` beside it, which
//! wins. The nearest folder upwards that has one counts; the search stops at the root of the repository. Data only:
//! nothing in it names a program to run. Flags of the command line override it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike, Value};

use crate::checklist::Profile;
use crate::engine::PerFileIgnore;
use crate::finding::Severity;

/// What a configuration file says. Everything is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file, when there is one.
    pub file: Option<PathBuf>,
    /// Settings modules to judge, likeliest first.
    pub settings: Vec<String>,
    /// How much is reported.
    pub profile: Option<Profile>,
    /// The severity from which `check` fails; `Some(None)` for never.
    pub fail_on: Option<Option<Severity>>,
    /// The score under which `check` fails.
    pub min_score: Option<u32>,
    /// Glob patterns of paths to leave out.
    pub exclude: Vec<String>,
    /// Only these checks, practices or sections.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// The project's own severities, by check id.
    pub severities: BTreeMap<String, Severity>,
    /// Checks ignored below some paths.
    pub per_file: Vec<PerFileIgnore>,
}

/// What is wrong with a configuration file: one sentence with the place.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: the configuration cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: crate::source::ReadError,
    },
    /// It says something that cannot be meant.
    #[error("{}:{line}: {message}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// One clause.
        message: String,
    },
}

const KEYS: &[&str] =
    &["settings", "profile", "fail-on", "min-score", "exclude", "select", "ignore", "rules", "per-file"];

/// The configuration that holds for a folder.
///
/// # Errors
/// [`ConfigError`] when a configuration is there and cannot be used.
pub fn find(folder: &Path) -> Result<Config, ConfigError> {
    let start = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    for folder in start.ancestors() {
        for name in ["drf-harden.toml", "pyproject.toml"] {
            let path = folder.join(name);
            if path.is_file()
                && let Some(config) = read(&path)?
            {
                return Ok(config);
            }
        }
        if [".git", ".hg", ".jj"].iter().any(|mark| folder.join(mark).exists()) {
            break;
        }
    }
    Ok(Config::default())
}

/// The configuration in one file; `None` for a `pyproject.toml` without a `[tool.drf-harden]`.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read or says something that cannot be meant.
pub fn read(path: &Path) -> Result<Option<Config>, ConfigError> {
    let unreadable = |error| ConfigError::Read { path: path.to_owned(), error };
    let text = crate::source::read_text(path).map_err(unreadable)?;
    let reader = Reader { path, text: &text };
    let in_pyproject = path.file_name().is_some_and(|name| name == "pyproject.toml");
    let document = match Document::parse(text.as_str()) {
        Ok(document) => document,
        // Somebody else's file: only its own part is ours to complain about.
        Err(_) if in_pyproject && !text.contains("drf-harden") => return Ok(None),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            return Err(reader.wrong(at, error.message().lines().next().unwrap_or("it is not TOML")));
        }
    };
    let root = document.as_item();
    let item =
        if in_pyproject { root.get("tool").and_then(|tool| tool.get("drf-harden")) } else { Some(root) };
    let Some(item) = item else { return Ok(None) };
    let table = reader.table("tool.drf-harden", item)?;
    reader.config(table).map(Some)
}

/// Reads typed values and words what is wrong with them.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn config(&self, table: &dyn TableLike) -> Result<Config, ConfigError> {
        let mut config = Config { file: Some(self.path.to_owned()), ..Config::default() };
        for (key, item) in table.iter() {
            match key {
                "settings" => config.settings = self.texts(key, item)?,
                "exclude" => config.exclude = self.texts(key, item)?,
                "select" => config.select = self.texts(key, item)?,
                "ignore" => config.ignore = self.texts(key, item)?,
                "profile" => {
                    let profiles = [
                        ("essential", Profile::Essential),
                        ("standard", Profile::Standard),
                        ("everything", Profile::Everything),
                    ];
                    config.profile = Some(self.word(key, item, &profiles)?);
                }
                "fail-on" => {
                    let levels = [
                        ("high", Some(Severity::High)),
                        ("med", Some(Severity::Med)),
                        ("low", Some(Severity::Low)),
                        ("never", None),
                    ];
                    config.fail_on = Some(self.word(key, item, &levels)?);
                }
                "min-score" => {
                    let score = item.as_integer().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 100);
                    let wrong = || self.wrong_type(key, item, "a whole number from 0 to 100");
                    config.min_score = Some(score.ok_or_else(wrong)?);
                }
                "rules" => config.severities = self.rules(self.table(key, item)?)?,
                "per-file" => config.per_file = self.per_file(key, item)?,
                other => return Err(self.unknown(table, other, KEYS)),
            }
        }
        Ok(config)
    }

    fn rules(&self, rules: &dyn TableLike) -> Result<BTreeMap<String, Severity>, ConfigError> {
        let levels = [("high", Severity::High), ("med", Severity::Med), ("low", Severity::Low)];
        let mut severities = BTreeMap::new();
        for (rule, item) in rules.iter() {
            let table = self.table(&format!("rules.{rule}"), item)?;
            for (key, item) in table.iter() {
                if key != "severity" {
                    return Err(self.unknown(table, key, &["severity"]));
                }
                severities.insert(rule.to_owned(), self.word(key, item, &levels)?);
            }
        }
        Ok(severities)
    }

    fn per_file(&self, key: &str, item: &Item) -> Result<Vec<PerFileIgnore>, ConfigError> {
        let Some(entries) = item.as_array_of_tables() else {
            return Err(self.wrong_type(key, item, "a list of tables, each written as [[per-file]]"));
        };
        let mut ignores = Vec::new();
        for entry in entries {
            let at = entry.span().map_or(0, |span| span.start);
            let mut ignore = PerFileIgnore {
                path: String::new(),
                ignore: Vec::new(),
                reason: String::new(),
                line: self.line(at),
            };
            for (key, item) in entry {
                match key {
                    "path" => ignore.path = self.text(key, item)?,
                    "ignore" => ignore.ignore = self.texts(key, item)?,
                    "reason" => ignore.reason = self.text(key, item)?,
                    other => return Err(self.unknown(entry, other, &["path", "ignore", "reason"])),
                }
            }
            let missing = [
                ("path", ignore.path.is_empty()),
                ("ignore", ignore.ignore.is_empty()),
                ("reason", ignore.reason.trim().is_empty()),
            ];
            if let Some((name, _)) = missing.iter().find(|(_, missing)| *missing) {
                return Err(self.wrong(at, &format!("this `per-file` entry needs a `{name}`")));
            }
            ignores.push(ignore);
        }
        Ok(ignores)
    }

    fn table<'t>(&self, key: &str, item: &'t Item) -> Result<&'t dyn TableLike, ConfigError> {
        item.as_table_like().ok_or_else(|| self.wrong_type(key, item, "a table"))
    }

    fn text(&self, key: &str, item: &Item) -> Result<String, ConfigError> {
        item.as_str().map(str::to_owned).ok_or_else(|| self.wrong_type(key, item, "a text"))
    }

    /// A list of texts; a single text is taken as a list of one.
    fn texts(&self, key: &str, item: &Item) -> Result<Vec<String>, ConfigError> {
        if let Some(text) = item.as_str() {
            return Ok(vec![text.to_owned()]);
        }
        let texts =
            item.as_array().map(|array| array.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        texts.flatten().ok_or_else(|| self.wrong_type(key, item, "a list of texts"))
    }

    fn word<T: Copy>(&self, key: &str, item: &Item, words: &[(&str, T)]) -> Result<T, ConfigError> {
        let found = item.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.wrong_type(key, item, &format!("one of {}", names.join(", ")))
        })
    }

    fn unknown(&self, table: &dyn TableLike, key: &str, known: &[&str]) -> ConfigError {
        let at = table.key(key).and_then(toml_edit::Key::span).map_or(0, |span| span.start);
        self.wrong(at, &format!("there is no key `{key}` here; known are {}", known.join(", ")))
    }

    fn wrong_type(&self, key: &str, item: &Item, wanted: &str) -> ConfigError {
        let at = item.span().or_else(|| item.as_value().and_then(Value::span)).map_or(0, |span| span.start);
        self.wrong(at, &format!("`{key}` must be {wanted}"))
    }

    fn wrong(&self, at: usize, message: &str) -> ConfigError {
        ConfigError::Wrong { path: self.path.to_owned(), line: self.line(at), message: message.to_owned() }
    }

    fn line(&self, at: usize) -> usize {
        memchr::memchr_iter(b'\n', &self.text.as_bytes()[..at.min(self.text.len())]).count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(name: &str, text: &str) -> Result<Option<Config>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|e| e.to_string().replace(&format!("{}/", folder.path().display()), ""))
    }

    #[test]
    fn every_key_is_read() {
        let config = read_text(
            "pyproject.toml",
            r#"
[tool.drf-harden]
settings = ["config.settings.production"]
profile = "standard"
fail-on = "never"
min-score = 70
exclude = ["legacy/**"]
ignore = "renderer-browsable"
[tool.drf-harden.rules.page-size-unbounded]
severity = "low"
[[tool.drf-harden.per-file]]
path = "internal/**"
ignore = ["throttle-missing"]
reason = "not reachable from outside"
"#,
        )
        .unwrap()
        .unwrap();
        assert_eq!(config.settings, ["config.settings.production"]);
        assert_eq!(config.profile, Some(Profile::Standard));
        assert_eq!(config.fail_on, Some(None));
        assert_eq!(config.min_score, Some(70));
        assert_eq!(config.exclude, ["legacy/**"]);
        assert_eq!(config.ignore, ["renderer-browsable"]);
        assert_eq!(config.severities["page-size-unbounded"], Severity::Low);
        assert_eq!(config.per_file[0].reason, "not reachable from outside");
        assert_eq!(config.per_file[0].line, 11);
    }

    #[test]
    fn what_is_wrong_is_said_with_the_place() {
        for (text, sentence) in [
            (
                "profil = 1\n",
                "drf-harden.toml:1: there is no key `profil` here; known are settings, profile, fail-on, min-score, exclude, select, ignore, rules, per-file",
            ),
            (
                "\nprofile = \"all\"\n",
                "drf-harden.toml:2: `profile` must be one of \"essential\", \"standard\", \"everything\"",
            ),
            ("min-score = 101\n", "drf-harden.toml:1: `min-score` must be a whole number from 0 to 100"),
            ("select = [1]\n", "drf-harden.toml:1: `select` must be a list of texts"),
            ("[rules.x]\nlevel = 1\n", "drf-harden.toml:2: there is no key `level` here; known are severity"),
            (
                "\n[[per-file]]\npath = \"a\"\nignore = [\"b\"]\n",
                "drf-harden.toml:2: this `per-file` entry needs a `reason`",
            ),
        ] {
            assert_eq!(read_text("drf-harden.toml", text).unwrap_err(), sentence);
        }
        assert!(read_text("drf-harden.toml", "a = \n").unwrap_err().starts_with("drf-harden.toml:1: "));
    }

    #[test]
    fn a_broken_pyproject_without_a_word_about_us_is_somebody_elses() {
        assert_eq!(read_text("pyproject.toml", "[tool.x\n"), Ok(None));
        assert_eq!(read_text("pyproject.toml", "[tool.ruff]\n"), Ok(None));
    }

    #[test]
    fn the_nearest_file_counts_and_the_search_ends_at_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("repo/.git")).unwrap();
        std::fs::create_dir_all(root.join("repo/app/deep")).unwrap();
        std::fs::write(root.join("drf-harden.toml"), "min-score = 1\n").unwrap();
        assert_eq!(find(&root.join("repo/app/deep")).unwrap().min_score, None);
        std::fs::write(root.join("repo/pyproject.toml"), "[tool.drf-harden]\nmin-score = 2\n").unwrap();
        assert_eq!(find(&root.join("repo/app/deep")).unwrap().min_score, Some(2));
        std::fs::write(root.join("repo/drf-harden.toml"), "min-score = 3\n").unwrap();
        assert_eq!(find(&root.join("repo/app/deep")).unwrap().min_score, Some(3));
        std::fs::write(root.join("repo/app/pyproject.toml"), "[project]\nname = \"x\"\n").unwrap();
        assert_eq!(find(&root.join("repo/app")).unwrap().min_score, Some(3));
    }
}
