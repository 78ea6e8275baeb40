//! What `load` refuses, each on the smallest catalogue that shows it.

use super::*;
use crate::checklist::Becomes;

const REFERENCES: &str = r#"page = { sheet = { title = "Sheet", url = "https://example.org/" } }"#;
const TOPICS: &str = r#"topic = [{ id = "score", title = "Score", blocks = [{ text = "Points." }] }]"#;
const SECTION: &str = r#"
standard = "sheet"
section = [{ id = "one", short = "1", title = "One", summary = "The first.", url = "https://example.org/1" }]
"#;

fn check(id: &str) -> String {
    format!(
        r#"
[[check]]
id = "{id}"
title = "Wrong"
severity = "high"
confidence = "high"
profile = "essential"
owasp = ["API8:2023"]
cwe = [16]
rationale = "Why."
remediation = "How."
decided = "So."
wrong_if = "Never."
example_bad = "x = 1"
example_good = "x = 2"
fix = "none"
references = ["sheet"]
"#
    )
}

fn practice(id: &str, section: &str, decision: &str) -> String {
    format!(
        r#"
[[practice]]
id = "{id}"
section = "{section}"
kind = "do"
severity = "high"
title = "Do it"
why = """
Wrapped
over lines.

A second paragraph."""
remedy = "How."
owasp = ["API8:2023"]
references = ["sheet"]
{decision}
"#
    )
}

const QUESTION: &str = r#"
[practice.question]
ask = "Is it?"
look_at = "There."
review_months = 6
choices = [{ becomes = "fail", label = "No", note = true }, { becomes = "n/a", label = "Nothing here" }]
"#;

fn read_all(practices: &str, checks: &str) -> Result<Catalog, CatalogError> {
    let standard = format!("{SECTION}{practices}");
    load(&Files {
        references: ("references.toml", REFERENCES),
        topics: ("topics.toml", TOPICS),
        standards: &[("standards/one.toml", &standard)],
        checks: &[("checks/family.toml", checks)],
    })
}

fn refusal(practices: &str, checks: &str) -> String {
    read_all(practices, checks).unwrap_err().to_string()
}

#[test]
fn a_practice_and_its_check_are_read() {
    let practices = practice("do-it", "one", r#"checks = ["it-wrong"]"#);
    let catalog = read_all(&practices, &check("it-wrong")).unwrap();
    let practice = catalog.practice("do-it").unwrap();
    assert_eq!(practice.standard, "sheet");
    assert_eq!(practice.why, "Wrapped over lines.\n\nA second paragraph.");
    assert_eq!(practice.references[0].url, "https://example.org/");
    assert_eq!(catalog.checks["it-wrong"].fix, None);
    assert_eq!(catalog.practices_of("it-wrong").map(|p| p.id.as_str()).collect::<Vec<_>>(), ["do-it"]);
}

#[test]
fn answers_get_their_letters_by_order() {
    let catalog = read_all(&practice("do-it", "one", QUESTION), &check("it-wrong")).unwrap();
    let question = catalog.practices[0].question.as_ref().unwrap();
    let seen: Vec<_> = question.choices.iter().map(|c| (c.key, c.becomes, c.note)).collect();
    assert_eq!(seen, [('a', Becomes::Fail, true), ('b', Becomes::NotApplicable, false)]);
}

#[test]
fn a_former_id_still_names_the_check() {
    let renamed = check("it-wrong").replace("title", "aliases = [\"older-name\"]\ntitle");
    let catalog = read_all("", &renamed).unwrap();
    assert_eq!(catalog.check("older-name").unwrap().id, "it-wrong");
}

#[test]
fn a_practice_without_check_or_question_is_refused() {
    let message = refusal(&practice("do-it", "one", ""), &check("it-wrong"));
    assert_eq!(message, "`do-it`: has neither checks nor a question");
}

#[test]
fn a_practice_may_ask_for_what_its_checks_cannot_see() {
    let both = practice("do-it", "one", &format!("checks = [\"it-wrong\"]\n{QUESTION}"));
    let catalog = read_all(&both, &check("it-wrong")).unwrap();
    let practice = catalog.practice("do-it").unwrap();
    assert!(practice.question.is_some() && practice.checks == ["it-wrong"]);
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    let unknown_check = practice("do-it", "one", r#"checks = ["no-such"]"#);
    let expected = "`do-it` names the check `no-such`, which does not exist";
    assert_eq!(refusal(&unknown_check, &check("it-wrong")), expected);
    let unknown_section = practice("do-it", "two", QUESTION);
    let expected = "`do-it` names the section `two`, which does not exist";
    assert_eq!(refusal(&unknown_section, &check("it-wrong")), expected);
    let unknown_page = check("it-wrong").replace(r#"["sheet"]"#, r#"["leaf"]"#);
    assert_eq!(refusal("", &unknown_page), "`it-wrong` names the reference `leaf`, which does not exist");
}

#[test]
fn an_id_belongs_to_one_entry() {
    let same = practice("it-wrong", "one", QUESTION);
    assert_eq!(refusal(&same, &check("it-wrong")), "`it-wrong` names two entries");
    assert_eq!(refusal(&practice("score", "one", QUESTION), &check("it-wrong")), "`score` names two entries");
}

#[test]
fn a_misspelled_key_is_refused_with_file_and_place() {
    let message = refusal("", &check("it-wrong").replace("wrong_if", "wrong_when"));
    assert!(message.starts_with("checks/family.toml: "), "{message}");
    assert!(message.contains("wrong_when"), "{message}");
}
