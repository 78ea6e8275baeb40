//! A small catalogue with prose of its own, so that screens in tests do not change with every word of the real one.

use std::collections::BTreeMap;
use std::sync::Arc;

use drf_harden::checklist::{
    Becomes, Catalog, CheckMeta, Choice, Kind, Practice, Profile, Question, Reference, Section,
};
use drf_harden::finding::{Confidence, Effect, Severity};

use Severity::{High, Low, Med};

const SECTIONS: &[(&str, &str, &str, &str)] = &[
    (
        "introduction",
        "Intro",
        "Defaults of the API",
        "Four settings decide what a view does that says nothing itself.",
    ),
    (
        "API1:2019",
        "API1",
        "Broken object level authorization",
        "A caller who may use an endpoint gets at objects of others by changing an id.",
    ),
    (
        "API2:2019",
        "API2",
        "Broken user authentication",
        "The API takes a caller for somebody else, or does not ask who is calling.",
    ),
    (
        "API4:2019",
        "API4",
        "Lack of resources and rate limiting",
        "One caller can use up what all callers need.",
    ),
    (
        "API5:2019",
        "API5",
        "Broken function level authorization",
        "A caller reaches a function that is meant for others.",
    ),
    ("API7:2019", "API7", "Security misconfiguration", "Settings of a developer's machine reach production."),
    (
        "secrets",
        "Secrets",
        "Secret management",
        "Whoever reads the code must not be able to act as the server.",
    ),
];

/// Section, id, severity, title, checks, and whether a person is asked.
type Row = (&'static str, &'static str, Severity, &'static str, &'static [&'static str], bool);

const PRACTICES: &[Row] = &[
    (
        "introduction",
        "choose-default-permissions",
        High,
        "Choose the default permission classes",
        &["default-permission-open"],
        false,
    ),
    (
        "introduction",
        "choose-default-authentication",
        Med,
        "Choose the default authentication",
        &["default-authentication-implicit"],
        false,
    ),
    (
        "API1:2019",
        "check-every-fetched-object",
        High,
        "Check the caller's right to each object fetched",
        &[],
        true,
    ),
    (
        "API1:2019",
        "keep-check-in-get-object",
        High,
        "Keep the object check when overriding get_object",
        &["object-permission-unchecked"],
        false,
    ),
    (
        "API2:2019",
        "require-login-unless-public",
        High,
        "Require a login wherever data is not public",
        &["default-permission-open", "view-permission-open"],
        false,
    ),
    (
        "API4:2019",
        "limit-request-rates",
        Med,
        "Limit how often a caller may ask",
        &["throttle-missing"],
        false,
    ),
    ("API4:2019", "limit-rates-in-front", Low, "Limit rates in front of Django as well", &[], true),
    (
        "API5:2019",
        "reserve-allow-any",
        High,
        "Reserve AllowAny for public endpoints",
        &["view-permission-open"],
        false,
    ),
    ("API7:2019", "turn-debugging-off", High, "Turn DEBUG off in production", &["debug-enabled"], false),
    (
        "API7:2019",
        "keep-secret-key-secret",
        High,
        "Keep SECRET_KEY out of the repository",
        &["secret-key-literal"],
        false,
    ),
    (
        "API7:2019",
        "validate-host-header",
        Med,
        "Accept only your own host names",
        &["allowed-hosts-wildcard"],
        false,
    ),
    (
        "API7:2019",
        "secure-cookies",
        Med,
        "Send session and CSRF cookies over https only",
        &["csrf-cookie-insecure", "session-cookie-insecure"],
        false,
    ),
    ("API7:2019", "serve-https-only", Med, "Tell browsers to stay on https", &["hsts-missing"], false),
    (
        "API7:2019",
        "close-cross-origin-access",
        High,
        "Let only your own sites in",
        &["cors-allow-all"],
        false,
    ),
    ("secrets", "use-secret-manager", Low, "Fetch secrets from a secret manager", &[], true),
];

/// The catalogue.
pub(crate) fn small() -> Arc<Catalog> {
    let sections = SECTIONS
        .iter()
        .map(|(id, short, title, summary)| Section {
            id: (*id).to_owned(),
            short: (*short).to_owned(),
            title: (*title).to_owned(),
            standard: "owasp-drf-cheat-sheet".to_owned(),
            summary: (*summary).to_owned(),
            url: "https://example.org/sheet".to_owned(),
        })
        .collect();
    let practices: Vec<Practice> = PRACTICES.iter().map(practice).collect();
    let checks: BTreeMap<String, CheckMeta> =
        practices.iter().flat_map(|p| &p.checks).map(|id| (id.clone(), check(id))).collect();
    Arc::new(Catalog { sections, practices, checks, topics: Vec::new() })
}

fn practice((section, id, severity, title, checks, asks): &Row) -> Practice {
    let choice = |key, label: &str, becomes, note| Choice { key, label: label.to_owned(), becomes, note };
    let question = Question {
        ask: "Does every view that loads a row by an id from the request make sure that the row is the caller's to see?"
            .to_owned(),
        look_at: "Views that call `.get(...)` or `get_object_or_404` with a value from the URL. Try one with two accounts."
            .to_owned(),
        choices: vec![
            choice('a', "No, at least one gives away rows of others", Becomes::Fail, true),
            choice('b', "Yes, by object permissions or limited querysets", Becomes::Attested, true),
            choice('c', "No object belongs to anyone", Becomes::NotApplicable, true),
            choice('d', "I do not know yet", Becomes::Open, false),
        ],
        review_months: 12,
    };
    Practice {
        id: (*id).to_owned(),
        section: (*section).to_owned(),
        standard: "owasp-drf-cheat-sheet".to_owned(),
        sheet: None,
        kind: Kind::Do,
        severity: *severity,
        title: (*title).to_owned(),
        why: "A view without a declaration of its own takes the default, and the default lets everybody in. Whoever \
              finds the address can use it."
            .to_owned(),
        remedy: "Set it for production, then run the tests: every endpoint that was open by accident answers 401."
            .to_owned(),
        owasp: vec![(*section).to_owned()],
        references: vec![Reference {
            title: "Deployment checklist".to_owned(),
            url: "https://example.org/deployment".to_owned(),
        }],
        checks: checks.iter().map(|c| (*c).to_owned()).collect(),
        question: asks.then_some(question),
    }
}

fn check(id: &str) -> CheckMeta {
    CheckMeta {
        id: id.to_owned(),
        aliases: Vec::new(),
        title: "Production gets a value for development".to_owned(),
        severity: High,
        confidence: Confidence::High,
        profile: Profile::Essential,
        owasp: vec!["API7:2019".to_owned()],
        cwe: vec![489],
        django: vec!["security.W018".to_owned()],
        rationale: "The value shows callers what is meant for developers.".to_owned(),
        remediation: "Set it to `False` where production's value is decided.".to_owned(),
        decided: "The value that production gets is followed through imports and branches; nothing is run."
            .to_owned(),
        wrong_if: "A module that is loaded after the settings sets it again.".to_owned(),
        example: ("DEBUG = True\n".to_owned(), "DEBUG = False\n".to_owned()),
        fix: Some(Effect::Safe),
        references: Vec::new(),
    }
}
