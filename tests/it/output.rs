//! What the outputs make of a report, on one made by hand: every kind of finding and decision is in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use drf_harden::checklist::{Becomes, Catalog};
use drf_harden::decisions::{Answer, Waiver, WaiverScope};
use drf_harden::edit::{Code, Operation};
use drf_harden::engine::{
    CheckResult, DecisionNote, PracticeReport, ProjectReport, Report, ReportedFinding, Score, State,
};
use drf_harden::finding::{Confidence, Effect, Finding, Fix, Label, Outcome, Severity, Suppressed, Verdict};
use drf_harden::output::diff::FileChange;
use drf_harden::output::text::TextOptions;
use drf_harden::output::{self, Changes, Style};
use drf_harden::project::{FoundVersion, NotRead, Project, Role, SettingsChoice};
use drf_harden::settings::{Composition, How, Node, Setting, SettingsModel, Step, Value};
use drf_harden::source::{SourceFile, Sources, Span, TextRange, TextSize};
use time::macros::date;

const SETTINGS: &str = "\
DEBUG = True
SECRET_KEY = 'django-insecure-0123456789'
ALLOWED_HOSTS = ['*']  # \u{202e}bidi
REST_FRAMEWORK = {
    'PAGE_SIZE': 10,
}
";

fn span(sources: &Sources, needle: &str) -> Span {
    let file = sources.find("config/settings.py").unwrap();
    let start = sources.text(file).find(needle).unwrap() as u32;
    Span::new(file, TextRange::at(TextSize::from(start), TextSize::from(needle.len() as u32)))
}

fn setting(sources: &Sources, name: &str, code: &str, value: Value) -> (String, Setting) {
    let at = span(sources, code);
    let node = Node { value, at: Some(at), env: Vec::new() };
    let steps = vec![Step { at, how: How::Assigned, note: String::new() }];
    (name.to_owned(), Setting { name: name.to_owned(), node, steps, is_default: false })
}

fn finding(id: &str, found: Finding, severity: Severity, practice: usize) -> ReportedFinding {
    ReportedFinding {
        id: id.to_owned(),
        finding: found,
        severity,
        confidence: Confidence::High,
        verdict: Verdict::Fail,
        fingerprint: format!("00000000000000{id}"),
        suppressed: None,
        known: None,
        waived: None,
        practices: vec![practice],
    }
}

fn practice(catalog: &Catalog, id: &str, state: State, findings: Vec<usize>) -> PracticeReport {
    let practice =
        catalog.practices.iter().position(|p| p.id == id).unwrap_or_else(|| panic!("no practice {id}"));
    let points = catalog.practices[practice].severity.points();
    let earned = if matches!(state, State::Pass | State::Attested) { points * 100 } else { 0 };
    PracticeReport { practice, state, checks: Vec::new(), findings, decision: None, points, earned }
}

fn report() -> Report {
    let file = |path: &str, text: &str| SourceFile::from_bytes(path.to_owned(), text.as_bytes()).unwrap();
    let sources = Sources::new(PathBuf::from("/project"), vec![file("config/settings.py", SETTINGS)]);
    let catalog = Catalog::builtin();
    let settings = BTreeMap::from([
        setting(&sources, "DEBUG", "True", Value::Bool(true)),
        setting(
            &sources,
            "SECRET_KEY",
            "'django-insecure-0123456789'",
            Value::Str("django-insecure-0123456789".to_owned()),
        ),
    ]);
    let file = sources.find("config/settings.py").unwrap();
    let model = SettingsModel {
        module: "config.settings".to_owned(),
        file,
        role: Role::Production,
        configuration: None,
        django_version: Some("5.2.1".to_owned()),
        drf_version: None,
        settings,
        files: vec![file],
        open: None,
        composition: Composition::Module,
        problems: Vec::new(),
        switches: Vec::new(),
        class_choice: None,
        environment: None,
        included: Vec::new(),
        deployment: Vec::new(),
        environ: Vec::new(),
        made: Vec::new(),
    };
    let debug = Finding::new(
        "debug-enabled",
        "DEBUG",
        Label::new(span(&sources, "DEBUG = True"), "production gets `True`"),
        "`DEBUG` is `True` in production",
    )
    .related([Label::new(span(&sources, "ALLOWED_HOSTS = ['*']  # \u{202e}bidi"), "any host")])
    .fix(Fix {
        title: "Set `DEBUG` to `False`".to_owned(),
        effect: Effect::Safe,
        effect_note: "Error pages stop showing code".to_owned(),
        operations: vec![Operation::ReplaceExpression {
            at: span(&sources, "True"),
            with: Code::Bool(false),
        }],
    });
    let key = Finding::new(
        "secret-key-literal",
        "SECRET_KEY",
        Label::new(span(&sources, "SECRET_KEY = 'django-insecure-0123456789'"), "written in the file"),
        "`SECRET_KEY` is the literal 'django-insecure-0123456789'",
    )
    .instruction("Make a new key and read it from the environment");
    let page = Finding::new(
        "pagination-unbounded",
        "REST_FRAMEWORK",
        Label::new(span(&sources, "REST_FRAMEWORK = {\n    'PAGE_SIZE': 10,\n}"), "no pagination class"),
        "`DEFAULT_PAGINATION_CLASS` is not set",
    );
    let mut waived = finding("f4", page.clone(), Severity::Med, 1);
    waived.waived = Some(Waiver {
        project: String::new(),
        check: "pagination-unbounded".to_owned(),
        scope: WaiverScope::Everywhere,
        reason: "small tables | only".to_owned(),
        owner: "Ada".to_owned(),
        expires: date!(2027 - 02 - 20),
        ticket: "API-7".to_owned(),
        on: date!(2026 - 11 - 12),
    });
    let mut hidden = finding("f3", page, Severity::Low, 1);
    hidden.suppressed = Some(Suppressed { by: "comment", reason: "see ADR-9".to_owned(), line: 4 });
    let mut practices = vec![
        practice(&catalog, "choose-default-authentication", State::Pass, vec![]),
        practice(&catalog, "choose-default-pagination", State::Waived, vec![2, 3]),
        practice(&catalog, "limit-rates-in-front", State::Attested, vec![]),
        practice(&catalog, "turn-debugging-off", State::Fail, vec![0]),
        practice(&catalog, "keep-secret-key-secret", State::Fail, vec![1]),
        practice(&catalog, "limit-http-verbs", State::Unknown, vec![]),
        practice(&catalog, "avoid-default-passwords", State::Ask, vec![]),
    ];
    let evidence = vec![Label::new(span(&sources, "REST_FRAMEWORK"), "")];
    let result = |check: &str, outcome| CheckResult { check: check.to_owned(), outcome };
    practices[0].checks =
        vec![result("default-authentication-implicit", Outcome::pass("sessions and tokens", evidence))];
    practices[5].checks =
        vec![result("debug-enabled", Outcome::unknown("`computed()` decides it at run time", vec![]))];
    practices[2].decision = Some(DecisionNote::Answer(Answer {
        project: String::new(),
        practice: "limit-rates-in-front".to_owned(),
        becomes: Becomes::Attested,
        choice: Some('b'),
        note: "nginx limits to 20 a second".to_owned(),
        by: "Ada".to_owned(),
        on: date!(2026 - 11 - 12),
        review: Some(date!(2027 - 05 - 12)),
    }));
    let findings =
        vec![finding("f1", debug, Severity::High, 3), finding("f2", key, Severity::High, 4), hidden, waived];
    let project = Project {
        root: String::new(),
        name: "shop".to_owned(),
        import_roots: vec![String::new()],
        candidates: Vec::new(),
        configuration: None,
        choice: SettingsChoice::Module {
            module: "config.settings".to_owned(),
            why: "named in wsgi.py:4".to_owned(),
        },
        django: Some(FoundVersion {
            version: "5.2.1".to_owned(),
            exact: true,
            found_in: "uv.lock".to_owned(),
        }),
        drf: None,
        site_packages: None,
        dotenv: Vec::new(),
        deployment: Vec::new(),
    };
    Report {
        root: PathBuf::from("/project"),
        sources: Arc::new(sources),
        catalog,
        projects: vec![ProjectReport {
            project: Some(project),
            root: String::new(),
            name: "shop".to_owned(),
            model: Some(Arc::new(model)),
            practices,
            findings,
            score: Score { total: 52, verified: 45, decided: 5, of: 7, high_open: true },
        }],
        not_read: vec![NotRead {
            path: "old/views.py".to_owned(),
            reason: "line 3: it is not valid Python".to_owned(),
        }],
        files_read: 1,
        notices: Vec::new(),
        hidden_by_profile: 0,
    }
}

fn changes() -> Changes {
    let after = SETTINGS.replace("DEBUG = True", "DEBUG = False");
    let change = FileChange { path: "config/settings.py".to_owned(), before: SETTINGS.into(), after };
    Changes::from([("00000000000000f1".to_owned(), Ok(vec![change]))])
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

const PLAIN: Style = Style { color: false, ascii: true };

fn text(options: TextOptions) -> String {
    written(|out| output::text::write(out, &report(), &changes(), options))
}

#[test]
fn full_text() {
    insta::assert_snapshot!(text(TextOptions { style: PLAIN, ..TextOptions::default() }));
}

#[test]
fn full_text_with_every_practice_and_the_changes() {
    insta::assert_snapshot!(text(TextOptions { style: PLAIN, verbose: 2, diff: true, quiet: false }));
}

#[test]
fn concise_text() {
    insta::assert_snapshot!(written(|out| output::concise::write(out, &report(), PLAIN)));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(written(|out| output::markdown::write(out, &report(), &changes())));
}

#[test]
fn json() {
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let json = written(|out| output::json::write(out, &report(), &changes()));
    insta::assert_snapshot!(json.replace(&version, "\"version\": \"[version]\""));
}

#[test]
fn sarif() {
    let mut log: serde_json::Value =
        serde_json::from_str(&written(|out| output::sarif::write(out, &report()))).unwrap();
    let run = &mut log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), report().catalog.checks.len(), "every check is a rule");
    let rules: Vec<String> = rules.iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
    for result in run["results"].as_array_mut().unwrap() {
        let index = result.as_object_mut().unwrap().remove("ruleIndex").unwrap().as_u64().unwrap();
        assert_eq!(rules[index as usize], result["ruleId"]);
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&run["results"]).unwrap());
}

#[test]
fn github() {
    insta::assert_snapshot!(written(|out| output::github::write(out, &report())));
}

#[test]
fn statistics() {
    insta::assert_snapshot!(written(|out| output::statistics::write(out, &report(), PLAIN)));
}

#[test]
fn json_lines() {
    let lines = written(|out| output::json::write_lines(out, &report(), &changes()));
    let whole: serde_json::Value =
        serde_json::from_str(&written(|out| output::json::write(out, &report(), &changes()))).unwrap();
    let each: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&each, whole["findings"].as_array().unwrap());
}

#[test]
fn settings_as_json() {
    let report = report();
    let model = report.projects[0].model.clone().unwrap();
    insta::assert_snapshot!(written(|out| output::settings_json::write(out, &report.sources, &model, false)));
}

#[test]
fn settings_as_table() {
    let report = report();
    let model = report.projects[0].model.clone().unwrap();
    insta::assert_snapshot!(written(|out| output::settings_table::write(
        out,
        &report.sources,
        &model,
        false,
        true,
        PLAIN
    )));
}

/// Every output of one report.
fn all_outputs() -> Vec<(&'static str, String)> {
    let report = report();
    let model = report.projects[0].model.clone().unwrap();
    let style = Style { color: true, ascii: false };
    vec![
        ("text", text(TextOptions { style, verbose: 2, diff: true, quiet: false })),
        ("concise", written(|out| output::concise::write(out, &report, style))),
        ("markdown", written(|out| output::markdown::write(out, &report, &changes()))),
        ("json", written(|out| output::json::write(out, &report, &changes()))),
        ("json lines", written(|out| output::json::write_lines(out, &report, &changes()))),
        ("sarif", written(|out| output::sarif::write(out, &report))),
        ("github", written(|out| output::github::write(out, &report))),
        ("statistics", written(|out| output::statistics::write(out, &report, style))),
        ("settings json", written(|out| output::settings_json::write(out, &report.sources, &model, true))),
        (
            "settings table",
            written(|out| output::settings_table::write(out, &report.sources, &model, true, true, style)),
        ),
    ]
}

#[test]
fn no_output_prints_a_secret() {
    for (name, text) in all_outputs() {
        assert!(!text.contains("0123456789"), "{name}: {text}");
    }
}

#[test]
fn no_output_for_a_terminal_holds_a_hidden_character() {
    for (name, text) in all_outputs() {
        assert!(!text.contains('\u{202e}'), "{name}: {text}");
    }
}
