//! From the files in `checklists/` to checked types.
//!
//! Every cross reference is resolved here, so that a [`Catalog`] that exists holds together: sections, checks and
//! links that are named exist, ids are unique, each practice has checks or a question. What only concerns the
//! prose (lengths, order, the cheat sheet being complete) is left to `tests/it/checklist.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::explain::{Block, BodyKind};
use super::schema::{
    ChecksFile, RawBlock, RawCheck, RawChoice, RawPractice, RawReference, RawSection, RawTopic,
    ReferencesFile, StandardFile, TopicsFile,
};
use super::{Catalog, CheckMeta, Choice, Practice, Question, Reference, Section, Topic};
use crate::tables::table;

/// What is wrong with the catalogue's files.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A file is not TOML of the expected shape.
    #[error("{file}: {message}")]
    Shape {
        /// Its name below `checklists/`.
        file: String,
        /// What the reader says, with the place.
        message: String,
    },
    /// Two entries share an id.
    #[error("`{id}` names two entries")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// An entry names something that is not there.
    #[error("`{entry}` names the {what} `{name}`, which does not exist")]
    Missing {
        /// The entry's id.
        entry: String,
        /// `section`, `check` or `reference`.
        what: &'static str,
        /// The name that leads nowhere.
        name: String,
    },
    /// An entry contradicts itself.
    #[error("`{entry}`: {message}")]
    Entry {
        /// The entry's id.
        entry: String,
        /// What is wrong.
        message: &'static str,
    },
}

/// The files of one catalogue: names for messages, and texts.
pub(super) struct Files<'a> {
    pub(super) references: (&'a str, &'a str),
    pub(super) topics: (&'a str, &'a str),
    pub(super) standards: &'a [(&'a str, &'a str)],
    pub(super) checks: &'a [(&'a str, &'a str)],
}

macro_rules! file {
    ($path:literal) => {
        (concat!($path, ".json"), table!(concat!("checklists/", $path)))
    };
}

const BUILTIN: Files<'static> = Files {
    references: file!("references.toml"),
    topics: file!("topics.toml"),
    standards: &[
        file!("standards/introduction.toml"),
        file!("standards/api1.toml"),
        file!("standards/api2.toml"),
        file!("standards/api3.toml"),
        file!("standards/api4.toml"),
        file!("standards/api5.toml"),
        file!("standards/api6.toml"),
        file!("standards/api7.toml"),
        file!("standards/api8.toml"),
        file!("standards/api9.toml"),
        file!("standards/api10.toml"),
        file!("standards/other.toml"),
        file!("standards/django-deployment.toml"),
        file!("standards/drf-deployment.toml"),
        file!("standards/drf-views.toml"),
    ],
    checks: &[
        file!("checks/api_defaults.toml"),
        file!("checks/authentication.toml"),
        file!("checks/cors.toml"),
        file!("checks/deployment.toml"),
        file!("checks/endpoints.toml"),
        file!("checks/limits.toml"),
        file!("checks/logging.toml"),
        file!("checks/permissions.toml"),
        file!("checks/policies.toml"),
        file!("checks/secrets.toml"),
        file!("checks/serializers.toml"),
        file!("checks/views.toml"),
    ],
};

/// The catalogue of this build.
pub(super) fn builtin() -> Result<Catalog, CatalogError> {
    load(&BUILTIN)
}

/// Reads and validates all files.
pub(super) fn load(files: &Files<'_>) -> Result<Catalog, CatalogError> {
    let pages = read::<ReferencesFile>(files.references)?.page;
    let mut ids = BTreeSet::new();

    let mut checks = BTreeMap::new();
    for &file in files.checks {
        for raw in read::<ChecksFile>(file)?.check {
            for id in raw.aliases.iter().chain([&raw.id]) {
                claim(&mut ids, id)?;
            }
            let check = check(raw, &pages)?;
            checks.insert(check.id.clone(), check);
        }
    }

    let mut sections: Vec<Section> = Vec::new();
    let mut practices = Vec::new();
    for &file in files.standards {
        let StandardFile { standard, section, practice: raw_practices } = read(file)?;
        for raw in section {
            claim(&mut ids, &raw.id)?;
            let RawSection { id, short, title, summary, url } = raw;
            sections.push(Section {
                id,
                short,
                title,
                standard: standard.clone(),
                summary: prose(&summary),
                url,
            });
        }
        for raw in raw_practices {
            claim(&mut ids, &raw.id)?;
            let Some(place) = sections.iter().position(|s| s.id == raw.section) else {
                return Err(missing(&raw.id, "section", &raw.section));
            };
            if let Some(name) = raw.checks.iter().find(|name| !checks.contains_key(*name)) {
                return Err(missing(&raw.id, "check", name));
            }
            practices.push((place, practice(raw, &standard, &pages)?));
        }
    }
    // Stable: what goes beyond the sheet comes after the sheet's own practices of the section.
    practices.sort_by_key(|(place, _)| *place);
    let practices = practices.into_iter().map(|(_, practice)| practice).collect();
    let mut topics = Vec::new();
    for raw in read::<TopicsFile>(files.topics)?.topic {
        claim(&mut ids, &raw.id)?;
        topics.push(topic(raw)?);
    }
    Ok(Catalog { sections, practices, checks, topics })
}

fn topic(raw: RawTopic) -> Result<Topic, CatalogError> {
    let RawTopic { id, title, blocks } = raw;
    let block = |RawBlock { heading, text, list, code }| match (text, list, code) {
        (Some(text), None, None) => Ok(Block { heading, body: BodyKind::Text(prose(&text)) }),
        (None, Some(list), None) => Ok(Block { heading, body: BodyKind::List(list) }),
        (None, None, Some(text)) => Ok(Block { heading, body: BodyKind::Code { lang: "text", text } }),
        _ => {
            let message = "a block is one of text, list and code";
            Err(CatalogError::Entry { entry: id.clone(), message })
        }
    };
    let blocks = blocks.into_iter().map(block).collect::<Result<_, _>>()?;
    Ok(Topic { id, title, blocks })
}

fn read<T: for<'de> Deserialize<'de>>((file, text): (&str, &str)) -> Result<T, CatalogError> {
    let shape = |message| CatalogError::Shape { file: file.to_owned(), message };
    if file.ends_with(".json") {
        return serde_json::from_str(text).map_err(|error| shape(error.to_string()));
    }
    toml_edit::de::from_str(text).map_err(|error| shape(error.to_string()))
}

fn claim(ids: &mut BTreeSet<String>, id: &str) -> Result<(), CatalogError> {
    if ids.insert(id.to_owned()) { Ok(()) } else { Err(CatalogError::Duplicate { id: id.to_owned() }) }
}

fn missing(entry: &str, what: &'static str, name: &str) -> CatalogError {
    CatalogError::Missing { entry: entry.to_owned(), what, name: name.to_owned() }
}

fn check(raw: RawCheck, pages: &BTreeMap<String, RawReference>) -> Result<CheckMeta, CatalogError> {
    let references = references(&raw.id, &raw.references, pages)?;
    Ok(CheckMeta {
        id: raw.id,
        aliases: raw.aliases,
        title: raw.title,
        severity: raw.severity,
        confidence: raw.confidence,
        profile: raw.profile,
        owasp: raw.owasp,
        cwe: raw.cwe,
        django: raw.django,
        rationale: prose(&raw.rationale),
        remediation: prose(&raw.remediation),
        decided: prose(&raw.decided),
        wrong_if: prose(&raw.wrong_if),
        example: (raw.example_bad, raw.example_good),
        fix: raw.fix.effect(),
        references,
    })
}

fn practice(
    raw: RawPractice,
    standard: &str,
    pages: &BTreeMap<String, RawReference>,
) -> Result<Practice, CatalogError> {
    let entry = |message| CatalogError::Entry { entry: raw.id.clone(), message };
    // With both, the checks can only fail the practice: what they do not find, people have to say.
    if raw.checks.is_empty() && raw.question.is_none() {
        return Err(entry("has neither checks nor a question"));
    }
    let references = references(&raw.id, &raw.references, pages)?;
    let question = raw.question.map(|raw| Question {
        ask: prose(&raw.ask),
        look_at: prose(&raw.look_at),
        choices: ('a'..='z').zip(raw.choices).map(|(key, raw)| choice(key, raw)).collect(),
        review_months: raw.review_months,
    });
    Ok(Practice {
        id: raw.id,
        section: raw.section,
        standard: standard.to_owned(),
        sheet: raw.sheet,
        kind: raw.kind,
        severity: raw.severity,
        title: raw.title,
        why: prose(&raw.why),
        remedy: prose(&raw.remedy),
        owasp: raw.owasp,
        references,
        checks: raw.checks,
        question,
    })
}

fn choice(key: char, raw: RawChoice) -> Choice {
    let RawChoice { becomes, label, note } = raw;
    Choice { key, label, becomes, note }
}

fn references(
    entry: &str,
    names: &[String],
    pages: &BTreeMap<String, RawReference>,
) -> Result<Vec<Reference>, CatalogError> {
    let page = |name: &String| {
        let RawReference { title, url } = pages.get(name).ok_or_else(|| missing(entry, "reference", name))?;
        Ok(Reference { title: title.clone(), url: url.clone() })
    };
    names.iter().map(page).collect()
}

/// Prose wraps freely in the files; here it is one line a paragraph.
fn prose(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests;
