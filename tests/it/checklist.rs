//! The catalogue in `checklists/` says all that the cheat sheet says, and holds together. A failing test names the
//! entry; most are put right in the TOML file that holds it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use drf_harden::checklist::{Becomes, Catalog, Kind, Practice, Profile};
use drf_harden::finding::Severity;

/// What the cheat sheet asks for, counted from its text: section, kind of entry, how many.
const SHEET: &[(&str, &str, usize)] = &[
    ("introduction", "SETTING", 4),
    ("API1", "DO", 1),
    ("API1", "DO NOT", 1),
    ("API2", "DO", 2),
    ("API2", "DO NOT", 1),
    ("API3", "DO", 1),
    // "exclude" stands in a sentence of its own that begins with a condition.
    ("API3", "DO NOT", 2),
    ("API4", "DO", 1),
    ("API4", "DO NOT", 1),
    ("API4", "EXTRA", 1),
    ("API5", "DO", 2),
    ("API5", "DO NOT", 2),
    ("API6", "DO", 1),
    ("API6", "DO NOT", 2),
    ("API7", "DO", 5),
    ("API7", "DO NOT", 1),
    ("API8", "DO", 3),
    ("API8", "DO NOT", 4),
    ("API8", "TRY NOT TO", 1),
    ("API9", "DO", 2),
    ("API10", "DO", 7),
    ("API10", "DO NOT", 2),
    // Running text: threat model, design review, code review and pairing, tests, penetration test.
    ("business-logic", "TEXT", 5),
    // Nothing hardcoded; a secret manager.
    ("secrets", "TEXT", 2),
    // Audit, monthly, weekly, emergency, Django's disclosures, health of new dependencies.
    ("updating", "TEXT", 6),
    // Run the tools.
    ("sast", "TEXT", 1),
];

#[test]
fn every_entry_of_the_cheat_sheet_is_exactly_one_practice() {
    let expected: Vec<String> = SHEET
        .iter()
        .flat_map(|(section, kind, count)| (1..=*count).map(move |n| format!("{section} {kind} {n}")))
        .collect();
    let catalog = Catalog::builtin();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for key in catalog.practices.iter().filter_map(|p| p.sheet.as_deref()) {
        *found.entry(key).or_default() += 1;
    }
    for key in &expected {
        assert_eq!(found.remove(key.as_str()), Some(1), "practices with sheet = \"{key}\"");
    }
    assert!(found.is_empty(), "not in the cheat sheet: {found:?}");
}

#[test]
fn a_practice_stands_in_the_section_and_kind_that_its_key_says() {
    for practice in &Catalog::builtin().practices {
        let Some(key) = &practice.sheet else {
            assert_eq!(practice.kind, Kind::Extra, "{}: what goes beyond the sheet is extra", practice.id);
            continue;
        };
        let catalog = Catalog::builtin();
        let section = catalog.section(&practice.section).expect("a validated section");
        let (name, rest) = key.split_once(' ').expect("section, kind, number");
        assert!(section.id == name || section.short == name, "{}: {key}", practice.id);
        let kind = rest.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        let expected: &[Kind] = match kind {
            "DO" | "SETTING" => &[Kind::Do],
            "DO NOT" => &[Kind::DoNot],
            "TRY NOT TO" => &[Kind::TryNotTo],
            "EXTRA" => &[Kind::Extra],
            "TEXT" => &[Kind::Do, Kind::DoNot],
            other => panic!("{}: unknown kind {other}", practice.id),
        };
        assert!(expected.contains(&practice.kind), "{}: {key} is not {:?}", practice.id, practice.kind);
    }
}

#[test]
fn every_practice_is_decided_by_checks_or_by_a_question() {
    for practice in &Catalog::builtin().practices {
        assert!(!practice.checks.is_empty() || practice.question.is_some(), "{}", practice.id);
    }
}

#[test]
fn every_check_decides_some_practice() {
    let catalog = Catalog::builtin();
    for id in catalog.checks.keys() {
        assert!(catalog.practices_of(id).next().is_some(), "no practice names the check `{id}`");
    }
}

#[test]
fn a_practice_weighs_as_much_as_its_worst_check() {
    let catalog = Catalog::builtin();
    for practice in catalog.practices.iter().filter(|p| !p.checks.is_empty()) {
        let worst = practice.checks.iter().map(|id| catalog.checks[id].severity).max();
        // What a question asks beside the checks may weigh more.
        let fits = match practice.question {
            Some(_) => worst <= Some(practice.severity),
            None => worst == Some(practice.severity),
        };
        assert!(fits, "{}: severity against its checks", practice.id);
    }
}

#[test]
fn every_question_leaves_room_for_each_answer() {
    for practice in &Catalog::builtin().practices {
        let Some(question) = &practice.question else { continue };
        let id = &practice.id;
        assert!(question.ask.ends_with('?') && question.ask.matches('?').count() == 1, "{id}: one question");
        assert!(question.ask.len() <= 160, "{id}: the question is longer than two lines");
        assert!(question.look_at.len() >= 40, "{id}: says where to look");
        assert!((1..=24).contains(&question.review_months), "{id}: review_months");
        assert!((3..=5).contains(&question.choices.len()), "{id}: three to five choices");
        for becomes in [Becomes::Fail, Becomes::Attested, Becomes::Open] {
            assert!(
                question.choices.iter().any(|c| c.becomes == becomes),
                "{id}: no choice becomes {becomes:?}"
            );
        }
        for choice in &question.choices {
            assert!(choice.label.len() <= 62, "{id}: `{}` does not fit its line", choice.label);
        }
        let letters: String = question.choices.iter().map(|c| c.key).collect();
        assert!("abcde".starts_with(&letters), "{id}: {letters}");
    }
}

#[test]
fn ids_are_kebab_words() {
    let catalog = Catalog::builtin();
    let ids = catalog.practices.iter().map(|p| &p.id).chain(catalog.checks.keys());
    for id in ids {
        let kebab = id
            .split('-')
            .all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert!(kebab && id.contains('-'), "`{id}` is not a kebab id of several words");
    }
}

#[test]
fn titles_fit_a_line_and_practices_are_imperative() {
    let catalog = Catalog::builtin();
    for Practice { id, title, .. } in &catalog.practices {
        assert!(title.len() < 60, "{id}: {} characters", title.len());
        assert!(!title.ends_with('.') && title.starts_with(char::is_uppercase), "{id}: {title}");
        assert!(!title.to_lowercase().contains("should"), "{id}: imperative");
    }
    for check in catalog.checks.values() {
        assert!(check.title.len() < 60 && !check.title.ends_with('.'), "{}: {}", check.id, check.title);
    }
}

#[test]
fn prose_is_whole() {
    let catalog = Catalog::builtin();
    let practices = catalog.practices.iter().flat_map(|p| [(&p.id, &p.why), (&p.id, &p.remedy)]);
    let checks = catalog.checks.values();
    let checks = checks.flat_map(|c| {
        [(&c.id, &c.rationale), (&c.id, &c.remediation), (&c.id, &c.decided), (&c.id, &c.wrong_if)]
    });
    for (id, text) in practices.chain(checks) {
        assert!(text.len() >= 60 && text.ends_with('.'), "{id}: {text}");
        assert_eq!(text.matches('`').count() % 2, 0, "{id}: an open backtick in: {text}");
    }
}

#[test]
fn items_of_both_editions_are_real() {
    let catalog = Catalog::builtin();
    let known: BTreeSet<String> =
        (1..=10).flat_map(|n| ["2019", "2023"].map(|edition| format!("API{n}:{edition}"))).collect();
    let practices = catalog.practices.iter().map(|p| (&p.id, &p.owasp));
    for (id, owasp) in practices.chain(catalog.checks.values().map(|c| (&c.id, &c.owasp))) {
        assert!(owasp.iter().all(|item| known.contains(item)), "{id}: {owasp:?}");
        assert!(owasp.iter().any(|item| item.ends_with("2023")), "{id}: an item of 2023");
        assert_eq!(owasp.iter().collect::<BTreeSet<_>>().len(), owasp.len(), "{id}: an item twice");
    }
    for check in catalog.checks.values() {
        assert!(check.owasp.iter().any(|item| item.ends_with("2019")), "{}: an item of 2019", check.id);
        assert!(!check.cwe.is_empty(), "{}: a CWE number", check.id);
    }
}

#[test]
fn references_are_https_and_the_sheet_is_named() {
    let catalog = Catalog::builtin();
    let practices = catalog.practices.iter().map(|p| (&p.id, &p.references));
    for (id, references) in practices.chain(catalog.checks.values().map(|c| (&c.id, &c.references))) {
        assert!(!references.is_empty(), "{id}: no reference");
        for reference in references {
            assert!(reference.url.starts_with("https://"), "{id}: {}", reference.url);
        }
    }
    for section in &catalog.sections {
        assert!(section.url.starts_with("https://"), "{}: {}", section.id, section.url);
    }
    for practice in catalog.practices.iter().filter(|p| p.sheet.is_some()) {
        assert!(
            practice.references.iter().any(|r| r.url.contains("Django_REST_Framework_Cheat_Sheet")),
            "{}",
            practice.id
        );
        assert!(practice.references.len() >= 2, "{}: a page that says more", practice.id);
    }
}

#[test]
fn every_reference_page_is_used() {
    let text = std::fs::read_to_string(folder().join("references.toml")).unwrap();
    let pages: toml_edit::DocumentMut = text.parse().unwrap();
    let used: String = files("standards").into_iter().chain(files("checks")).map(|(_, text)| text).collect();
    for (name, _) in pages["page"].as_table_like().unwrap().iter() {
        assert!(used.contains(&format!("\"{name}\"")), "references.toml: nothing points to `{name}`");
    }
}

#[test]
fn the_essential_profile_is_what_nobody_should_ship() {
    for check in Catalog::builtin().checks.values() {
        if check.profile == Profile::Essential {
            assert_eq!(check.severity, Severity::High, "{}: essential", check.id);
        }
        if check.severity == Severity::High {
            assert_eq!(check.profile, Profile::Essential, "{}: high", check.id);
        }
    }
}

#[test]
fn examples_are_python_that_parses() {
    use drf_harden::python::parse;
    for check in Catalog::builtin().checks.values() {
        for example in [&check.example.0, &check.example.1] {
            assert!(!example.trim().is_empty(), "{}: an example", check.id);
            assert!(parse(example).errors.is_empty(), "{}: {example}", check.id);
        }
        assert_ne!(check.example.0, check.example.1, "{}", check.id);
    }
}

#[test]
fn check_entries_are_sorted_by_id() {
    for (file, text) in files("checks") {
        let document: toml_edit::DocumentMut = text.parse().unwrap();
        let entries = document["check"].as_array_of_tables().unwrap();
        let ids: Vec<&str> = entries.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
        assert!(ids.is_sorted(), "{file}: {ids:?}");
    }
}

#[test]
fn every_file_is_read_and_none_has_open_work() {
    let list =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checklist/load/mod.rs"))
            .unwrap();
    for folder in ["standards", "checks"] {
        for (file, text) in files(folder) {
            assert!(list.contains(&format!("\"{folder}/{file}\"")), "{folder}/{file} is not compiled in");
            assert!(!text.contains("TODO") && !text.contains("FIXME"), "{folder}/{file}");
        }
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("checklists")
}

/// Names and texts of the TOML files of one folder of `checklists/`.
fn files(name: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder().join(name)).expect("a folder of checklists/");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a readable file"))
    };
    files.into_iter().map(read).collect()
}
