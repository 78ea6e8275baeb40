//! The pages of `explain NAME` and of the `i` key: a check, a practice, a section or a topic as titled blocks.
//!
//! How blocks look in a terminal or in Markdown is the front ends' work. Nothing of a scanned project is in them.

use super::{Becomes, Catalog, CheckMeta, Practice, Question, Reference, Section};
use crate::finding::Effect;

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// Its parts, in reading order.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands above it, if anything.
    pub heading: Option<String>,
    /// What it says.
    pub body: BodyKind,
}

/// The form of a block. Texts hold code in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// Paragraphs, one line each, with an empty line between them.
    Text(String),
    /// One line an entry.
    List(Vec<String>),
    /// To be shown as it is.
    Code {
        /// `python` or `text`.
        lang: &'static str,
        /// The lines, the last one ended too.
        text: String,
    },
}

/// How many names are offered for one that is unknown.
const OFFERED: usize = 5;

/// The page of a check (also by a former id), a practice, a section (`API5:2019`, `api5`) or a topic.
///
/// # Errors
/// The nearest names, best first, when nothing has this name.
pub fn explain(catalog: &Catalog, name: &str) -> Result<Page, Vec<String>> {
    let wanted = name.trim().to_lowercase();
    if let Some(check) = catalog.check(&wanted) {
        return Ok(check_page(catalog, check));
    }
    if let Some(practice) = catalog.practice(&wanted) {
        return Ok(practice_page(catalog, practice));
    }
    if let Some(section) = catalog.section(&wanted) {
        return Ok(section_page(catalog, section));
    }
    if let Some(topic) = catalog.topics.iter().find(|topic| topic.id == wanted) {
        return Ok(Page { title: topic.title.clone(), blocks: topic.blocks.clone() });
    }
    Err(nearest(catalog, &wanted))
}

/// Names that look like the wanted one, then names that hold it.
fn nearest(catalog: &Catalog, wanted: &str) -> Vec<String> {
    let checks = catalog.checks.keys();
    let practices = catalog.practices.iter().map(|practice| &practice.id);
    let topics = catalog.topics.iter().map(|topic| &topic.id);
    let mut names: Vec<String> = checks.chain(practices).chain(topics).cloned().collect();
    names.extend(catalog.sections.iter().map(|section| section.short.to_lowercase()));
    let candidates: Vec<&str> = names.iter().map(String::as_str).collect();
    let close = similar::get_close_matches(wanted, &candidates, OFFERED, 0.7);
    let holding = candidates.iter().copied().filter(|name| wanted.len() > 2 && name.contains(wanted));
    let mut found: Vec<String> = Vec::new();
    for name in close.into_iter().chain(holding) {
        if found.len() < OFFERED && !found.iter().any(|f| f == name) {
            found.push(name.to_owned());
        }
    }
    found
}

fn check_page(catalog: &Catalog, check: &CheckMeta) -> Page {
    let CheckMeta {
        id,
        aliases,
        title,
        severity,
        confidence,
        profile,
        owasp,
        cwe,
        django,
        rationale,
        remediation,
        decided,
        wrong_if,
        example: (bad, good),
        fix,
        references,
    } = check;
    let mut facts = vec![
        format!(
            "Severity {}, confidence {}, profile {}",
            severity.as_str(),
            confidence.as_str(),
            profile.as_str()
        ),
        format!("OWASP {}", owasp.join(", ")),
        format!("CWE {}", cwe.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
    ];
    if !django.is_empty() {
        facts.push(format!("Django {}", django.join(", ")));
    }
    if !aliases.is_empty() {
        facts.push(format!("Formerly {}", aliases.join(", ")));
    }
    let practice = |practice: &Practice| format!("`{}`: {}", practice.id, practice.title);
    let mut blocks = vec![
        list(None, facts),
        text("Why it matters", rationale),
        text("How to put it right", remediation),
        text("Automatic fix", &fix_sentence(*fix)),
        text("How it is decided", decided),
        text("It would be wrong if", wrong_if),
        code("Fails", "python", bad),
        code("Passes", "python", good),
        list(Some("Practices it decides"), catalog.practices_of(id).map(practice).collect()),
        code(
            "To accept one place for good",
            "python",
            &format!("# drf-harden: ignore[{id}] the reason, which is required\n"),
        ),
    ];
    blocks.extend(reading(references));
    Page { title: format!("{id}: {title}"), blocks }
}

fn fix_sentence(fix: Option<Effect>) -> String {
    let Some(effect) = fix else {
        return "None: what is right here depends on things outside the code.".to_owned();
    };
    let who = match effect {
        Effect::Safe => "no legitimate caller sees a difference",
        Effect::Tightens => "some requests that work today are refused",
        Effect::Reshapes => "answers or stored data change",
        Effect::Choose => "the proposal needs a value from you",
    };
    format!("Usually `{}`: {who}.", effect.as_str())
}

fn practice_page(catalog: &Catalog, practice: &Practice) -> Page {
    let Practice {
        id,
        section,
        standard: _,
        sheet: _,
        kind,
        severity,
        title,
        why,
        remedy,
        owasp,
        references,
        checks,
        question,
    } = practice;
    let group = catalog.section(section).map_or(section.clone(), |s| format!("{}, {}", s.id, s.title));
    let facts = vec![
        format!("Section {group}"),
        format!("Kind {}, severity {}, worth {} points", kind.as_str(), severity.as_str(), severity.points()),
        format!("OWASP {}", owasp.join(", ")),
    ];
    let mut blocks =
        vec![list(None, facts), text("Why it matters", why), text("How to put it right", remedy)];
    if !checks.is_empty() {
        let line = |id: &String| catalog.check(id).map(|check| format!("`{id}`: {}", check.title));
        blocks.push(list(Some("Decided by the checks"), checks.iter().filter_map(line).collect()));
    }
    if let Some(question) = question {
        blocks.extend(question_blocks(question));
    }
    blocks.extend(reading(references));
    Page { title: format!("{id}: {title}"), blocks }
}

fn question_blocks(question: &Question) -> [Block; 3] {
    let Question { ask, look_at, choices, review_months } = question;
    let answers = choices.iter().map(|choice| {
        let becomes = match choice.becomes {
            Becomes::Fail => "FAIL",
            Becomes::Attested => "attested",
            Becomes::NotApplicable => "n/a",
            Becomes::Open => "stays open",
        };
        let note = if choice.note { ", with a note" } else { "" };
        format!("{}  {} -> {becomes}{note}", choice.key, choice.label)
    });
    let months = if *review_months == 1 { "month" } else { "months" };
    let ask = format!("{ask}\n\nAsked again after {review_months} {months}.");
    [
        text("The question", &ask),
        text("What to look at first", look_at),
        list(Some("Answers"), answers.collect()),
    ]
}

fn section_page(catalog: &Catalog, section: &Section) -> Page {
    let Section { id, short: _, title, standard: _, summary, url } = section;
    let line = |practice: &Practice| {
        format!(
            "`{}` ({}, {}): {}",
            practice.id,
            practice.kind.as_str(),
            practice.severity.as_str(),
            practice.title
        )
    };
    let practices: Vec<String> = catalog.practices_in(id).map(line).collect();
    let blocks = vec![
        Block { heading: None, body: BodyKind::Text(summary.clone()) },
        list(Some("Practices"), practices),
        list(Some("Read more"), vec![url.clone()]),
    ];
    Page { title: format!("{id}: {title}"), blocks }
}

fn reading(references: &[Reference]) -> Option<Block> {
    let line = |Reference { title, url }: &Reference| format!("{title}: {url}");
    (!references.is_empty()).then(|| list(Some("Read more"), references.iter().map(line).collect()))
}

fn text(heading: &str, text: &str) -> Block {
    Block { heading: Some(heading.to_owned()), body: BodyKind::Text(text.to_owned()) }
}

fn list(heading: Option<&str>, entries: Vec<String>) -> Block {
    Block { heading: heading.map(str::to_owned), body: BodyKind::List(entries) }
}

fn code(heading: &str, lang: &'static str, text: &str) -> Block {
    Block { heading: Some(heading.to_owned()), body: BodyKind::Code { lang, text: text.to_owned() } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> Page {
        explain(&Catalog::builtin(), name).unwrap()
    }

    fn headings(page: &Page) -> Vec<&str> {
        page.blocks.iter().filter_map(|block| block.heading.as_deref()).collect()
    }

    #[test]
    fn a_check_says_what_why_how_decided_and_shows_both_sides() {
        let page = page("debug-enabled");
        assert_eq!(page.title, "debug-enabled: DEBUG is on in production");
        let expected = [
            "Why it matters",
            "How to put it right",
            "Automatic fix",
            "How it is decided",
            "It would be wrong if",
            "Fails",
            "Passes",
            "Practices it decides",
            "To accept one place for good",
            "Read more",
        ];
        assert_eq!(headings(&page), expected);
        let BodyKind::List(facts) = &page.blocks[0].body else { panic!("facts first") };
        assert_eq!(facts[1..], ["OWASP API7:2019, API8:2023", "CWE 489, 215", "Django security.W018"]);
    }

    #[test]
    fn a_practice_that_a_person_decides_shows_its_question() {
        let page = page("limit-rates-in-front");
        let answers = page.blocks.iter().find(|block| block.heading.as_deref() == Some("Answers")).unwrap();
        let BodyKind::List(answers) = &answers.body else { panic!("a list") };
        assert_eq!(answers[0], "a  No, DRF is the only limit -> FAIL");
        assert_eq!(answers[1], "b  Yes, by a WAF or a CDN -> attested, with a note");
        assert!(!headings(&page).contains(&"Decided by the checks"));
    }

    #[test]
    fn a_practice_that_checks_decide_names_them() {
        let page = page("turn-debugging-off");
        assert!(headings(&page).contains(&"Decided by the checks"));
        assert!(!headings(&page).contains(&"The question"));
    }

    #[test]
    fn a_section_answers_to_its_id_and_short_form_in_any_case() {
        for name in ["API5:2019", "api5", "API5", " Api5 "] {
            assert_eq!(page(name).title, "API5:2019: Broken function level authorization");
        }
        assert_eq!(page("secrets").title, "secrets: Secret management");
    }

    #[test]
    fn the_topics_are_there() {
        for name in ["score", "states", "exit-codes", "effects"] {
            assert!(!page(name).blocks.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_misspelled_name_gives_the_nearest() {
        let catalog = Catalog::builtin();
        assert_eq!(explain(&catalog, "debug-enable").unwrap_err()[0], "debug-enabled");
        assert_eq!(explain(&catalog, "throtle-missing").unwrap_err()[0], "throttle-missing");
        assert_eq!(explain(&catalog, "scores").unwrap_err()[0], "score");
    }

    #[test]
    fn a_part_of_a_name_gives_the_names_that_hold_it() {
        let found = explain(&Catalog::builtin(), "hsts").unwrap_err();
        assert!(found.contains(&"hsts-missing".to_owned()), "{found:?}");
        assert!(found.len() <= OFFERED);
    }

    #[test]
    fn a_name_like_nothing_gives_nothing() {
        assert_eq!(explain(&Catalog::builtin(), "qqqqqqqqqq"), Err(Vec::new()));
        assert_eq!(explain(&Catalog::builtin(), ""), Err(Vec::new()));
    }
}
