//! Every fix of a settings check in every style in which people put settings together: afterwards the tool and real
//! CPython give the promised value in production, and what a developer's machine gets is the same as before. Where no
//! place is safe there is an instruction and no change.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use drf_harden::checklist::Profile;
use drf_harden::edit::SourceChange;
use drf_harden::engine::{Engine, Options, ReportedFinding, Silent};
use rayon::prelude::*;
use serde_json::{Map, Value};
use time::macros::date;

use crate::support::literate::project;
use crate::support::oracle::{self, Imported};
use crate::support::styles::{Run, STYLES, Style};
use crate::support::venv;

/// The settings that are wrong, as Python; the API's and the middleware's are the same in every style.
const SEEDED: &[(&str, &str)] = &[
    ("ALLOWED_HOSTS", "[\"*\"]"),
    ("AUTH_PASSWORD_VALIDATORS", "[]"),
    ("CORS_ALLOW_ALL_ORIGINS", "True"),
    ("CSRF_COOKIE_SECURE", "False"),
    ("CSRF_TRUSTED_ORIGINS", "[\"http://shop.example\"]"),
    ("DEBUG_PROPAGATE_EXCEPTIONS", "True"),
    ("PASSWORD_HASHERS", "[\"django.contrib.auth.hashers.MD5PasswordHasher\"]"),
    (
        "REST_FRAMEWORK",
        "{\"DEFAULT_AUTHENTICATION_CLASSES\": [\"rest_framework.authentication.BasicAuthentication\", \
         \"rest_framework.authentication.SessionAuthentication\"], \
         \"DEFAULT_PERMISSION_CLASSES\": [\"rest_framework.permissions.AllowAny\"]}",
    ),
    ("SECRET_KEY", "\"django-insecure-written-in-the-settings-for-all-to-read\""),
    ("SECURE_CONTENT_TYPE_NOSNIFF", "False"),
    ("SECURE_HSTS_SECONDS", "0"),
    ("SECURE_SSL_REDIRECT", "False"),
    ("SESSION_COOKIE_SECURE", "False"),
    ("SILENCED_SYSTEM_CHECKS", "[\"security.W004\"]"),
    ("X_FRAME_OPTIONS", "\"SAMEORIGIN\""),
];

/// What is wrong beside that, or in another way.
const OTHERWISE: &[(&str, &str)] = &[
    ("CORS_ALLOW_ALL_ORIGINS", "True"),
    ("CORS_ALLOW_CREDENTIALS", "True"),
    ("EMAIL_HOST_PASSWORD", "\"correct-horse-battery-staple-93\""),
    (
        "REST_FRAMEWORK",
        "{\"DEFAULT_AUTHENTICATION_CLASSES\": [\"rest_framework.authentication.SessionAuthentication\"], \
         \"DEFAULT_PAGINATOR_CLASS\": \"rest_framework.pagination.PageNumberPagination\", \
         \"DEFAULT_PERMISSION_CLASSES\": [\"rest_framework.permissions.IsAuthenticatedOrReadOnly\"], \
         \"DEFAULT_THROTTLE_CLASSES\": [\"rest_framework.throttling.AnonRateThrottle\"], \
         \"DEFAULT_THROTTLE_RATES\": {\"anon\": \"10/min\"}}",
    ),
    ("SECRET_KEY", "\"django-insecure-written-in-the-settings-for-all-to-read\""),
    ("SECURE_PROXY_SSL_HEADER", "[\"HTTP_X_FORWARDED_PROTO\", \"https\"]"),
];

/// Nothing is set but what a project needs.
const BARE: &[(&str, &str)] =
    &[("SECRET_KEY", "\"django-insecure-written-in-the-settings-for-all-to-read\"")];

/// What every project of the test has.
const COMMON: &[(&str, &str)] = &[
    (
        "INSTALLED_APPS",
        "[\"django.contrib.auth\", \"django.contrib.contenttypes\", \"django.contrib.sessions\", \"corsheaders\", \
         \"rest_framework\"]",
    ),
    (
        "MIDDLEWARE",
        "[\"django.contrib.sessions.middleware.SessionMiddleware\", \
         \"django.middleware.common.CommonMiddleware\", \
         \"django.contrib.auth.middleware.AuthenticationMiddleware\"]",
    ),
];

/// What production's environment supplies once a fix asks for it.
const SUPPLIED: &[(&str, &str)] = &[
    ("ALLOWED_HOSTS", "shop.example"),
    ("DJANGO_ALLOWED_HOSTS", "shop.example"),
    ("DJANGO_EMAIL_HOST_PASSWORD", "supplied by the environment"),
    ("DJANGO_SECRET_KEY", "supplied by the environment"),
    ("EMAIL_HOST_PASSWORD", "supplied by the environment"),
    ("SECRET_KEY", "supplied by the environment"),
];

type Settings = Map<String, Value>;

/// Whether CPython's settings hold what the fix of a check promised.
fn kept(check: &str, symbol: &str, settings: &Settings) -> bool {
    let get = |name: &str| settings.get(name).unwrap_or(&Value::Null);
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(|v| v.as_str()).map(str::to_owned).collect()
    };
    let list = |name: &str| texts(get(name));
    let key = |name: &str| {
        let pairs = get("REST_FRAMEWORK")["dict"].as_array().cloned().unwrap_or_default();
        pairs.iter().find(|p| p[0] == name).map_or(Value::Null, |p| p[1].clone())
    };
    let stack = list("MIDDLEWARE");
    let place = |part: &str| stack.iter().position(|m| m.ends_with(part));
    match check {
        "allowed-hosts-wildcard" => list("ALLOWED_HOSTS") == ["shop.example"],
        "basic-authentication-enabled" | "default-authentication-implicit" => {
            let classes = texts(&key("DEFAULT_AUTHENTICATION_CLASSES"));
            classes == ["rest_framework.authentication.SessionAuthentication"]
        }
        "browsable-api-enabled" => {
            texts(&key("DEFAULT_RENDERER_CLASSES")) == ["rest_framework.renderers.JSONRenderer"]
        }
        "clickjacking-middleware-missing" => place("XFrameOptionsMiddleware").is_some(),
        "cors-allow-all" => get("CORS_ALLOW_ALL_ORIGINS") == false,
        "cors-allow-all-with-credentials" => get("CORS_ALLOW_CREDENTIALS") == false,
        "cors-middleware-misplaced" => place("CorsMiddleware") < place("CommonMiddleware"),
        "csrf-middleware-missing" => {
            place("CsrfViewMiddleware").is_some_and(|at| Some(at) < place("AuthenticationMiddleware"))
        }
        "csrf-trusted-origins-insecure" => list("CSRF_TRUSTED_ORIGINS") == ["https://shop.example"],
        "default-permission-open" | "default-permission-read-open" => {
            texts(&key("DEFAULT_PERMISSION_CLASSES")) == ["rest_framework.permissions.IsAuthenticated"]
        }
        "frame-options-weak" => get("X_FRAME_OPTIONS") == "DENY",
        "hsts-missing" if symbol == "SECURE_HSTS_SECONDS" => get(symbol) == 31_536_000,
        "logging-missing" => get("LOGGING")["dict"].as_array().is_some_and(|d| !d.is_empty()),
        "num-proxies-unset" => key("NUM_PROXIES") == 1,
        "pagination-unbounded" => key("PAGE_SIZE") == 50,
        "password-hasher-weak" => list("PASSWORD_HASHERS")[0].ends_with(".PBKDF2PasswordHasher"),
        "password-validators-missing" => {
            get("AUTH_PASSWORD_VALIDATORS").as_array().is_some_and(|l| l.len() == 4)
        }
        "rest-framework-unknown-key" => {
            key("DEFAULT_PAGINATION_CLASS") == "rest_framework.pagination.PageNumberPagination"
        }
        "secret-key-fallback" | "secret-key-literal" | "secret-key-random" | "settings-secret-literal" => {
            get(symbol) == "supplied by the environment"
        }
        "security-checks-silenced" => list("SILENCED_SYSTEM_CHECKS").is_empty(),
        "security-middleware-missing" => place("SecurityMiddleware").is_some_and(|at| at <= 1),
        "throttle-missing" => !texts(&key("DEFAULT_THROTTLE_CLASSES")).is_empty(),
        "debug-enabled" | "debug-from-string" | "debug-propagate-exceptions" => get(symbol) == false,
        "content-type-sniffing-allowed"
        | "csrf-cookie-insecure"
        | "hsts-missing"
        | "session-cookie-insecure"
        | "ssl-redirect-missing" => get(symbol) == true,
        other => panic!("say what a fix of {other} promises"),
    }
}

fn write(root: &Path, change: &SourceChange) {
    for file in &change.files {
        std::fs::write(root.join(&file.path), &file.after).unwrap();
    }
}

fn engine(root: &Path) -> Engine {
    let mut options = Options::new(date!(2026 - 01 - 01));
    options.profile = Profile::Everything;
    options.state_dir = Some(root.join(".state"));
    Engine::open(root, options).unwrap()
}

/// What CPython makes of one kind of run.
fn import(python: &Path, root: &Path, run: &Run, more: &[(&str, &str)]) -> Result<Settings, String> {
    let environment: Vec<_> = run.env.iter().chain(more).copied().collect();
    match oracle::import(python, root, run.module, run.class, &environment) {
        Imported::Settings { mut settings, framework } => {
            settings.extend(framework);
            Ok(settings)
        }
        Imported::Failed(error) => Err(error),
    }
}

/// One style with these settings: what is wrong, and how many fixes of each check were proven.
fn prove(
    python: &Path,
    style: &Style,
    seeds: &[(&str, &str)],
    proven: &mut BTreeMap<&'static str, usize>,
) -> Result<(), String> {
    let seeds: Vec<_> = seeds.iter().chain(COMMON).copied().collect();
    let lay_out = || {
        let folder = tempfile::tempdir().unwrap();
        style.lay_out(folder.path(), &seeds);
        folder
    };
    let untouched = lay_out();
    let root = untouched.path().canonicalize().unwrap();
    let developed = style.development.as_ref().map(|run| import(python, &root, run, &[])).transpose()?;
    let engine = engine(&root);
    let scanned = engine.scan(&Silent).map_err(|e| e.to_string())?;
    let fixable: Vec<&ReportedFinding> =
        project(&scanned).findings.iter().filter(|f| f.finding.fix.is_some()).collect();
    for found in project(&scanned).findings.iter().filter(|f| f.finding.fix.is_none()) {
        if found.finding.instruction.is_none() {
            return Err(format!("{} has neither fix nor instruction", found.finding.check));
        }
    }
    let instructed = project(&scanned).findings.len() - fixable.len();
    if style.instructs && (instructed < 8 || !fixable.is_empty()) {
        return Err(format!("{instructed} findings are instructions and {} are fixes", fixable.len()));
    }
    // Each fix by itself, and all together.
    let mut choices: Vec<Vec<&ReportedFinding>> = fixable.iter().map(|f| vec![*f]).collect();
    choices.push(fixable.clone());
    let reports: Vec<String> = choices
        .par_iter()
        .map(|chosen| {
            let mut wrong = String::new();
            let prints: Vec<_> = chosen.iter().map(|f| f.fingerprint.as_str()).collect();
            let preview = match engine.preview(&scanned, &prints) {
                Ok(preview) => preview,
                Err(error) => return format!("{}: {error}\n", chosen[0].finding.check),
            };
            let folder = lay_out();
            let root = folder.path().canonicalize().unwrap();
            write(&root, &preview.change);
            let real = import(python, &root, &style.production, SUPPLIED);
            for f in chosen {
                let (check, symbol) = (f.finding.check, &f.finding.symbol);
                let same =
                    |left: &&ReportedFinding| left.finding.check == check && left.finding.symbol == *symbol;
                if let Some(left) = project(&preview.after).findings.iter().find(same) {
                    writeln!(wrong, "{check}: the tool still says: {}", left.finding.message).unwrap();
                }
                match &real {
                    Ok(settings) if kept(check, symbol, settings) => {}
                    Ok(_) => writeln!(wrong, "{check} ({symbol}): CPython has another value").unwrap(),
                    Err(error) => writeln!(wrong, "{check}: the import fails: {error}").unwrap(),
                }
            }
            // What stands in production's own file is not imported by anybody else.
            let shared = preview.change.files.iter().any(|f| !f.path.ends_with("/production.py"));
            if let (true, Some(run), Some(before)) = (shared, &style.development, &developed) {
                match import(python, &root, run, &[]) {
                    Ok(after) => {
                        for (name, value) in before {
                            if after.get(name) != Some(value) {
                                writeln!(wrong, "{name} changes for developers").unwrap();
                            }
                        }
                        for name in after.keys().filter(|name| !before.contains_key(*name)) {
                            writeln!(wrong, "{name} is new for developers").unwrap();
                        }
                    }
                    Err(error) => writeln!(wrong, "development's import fails: {error}").unwrap(),
                }
            }
            if !wrong.is_empty() {
                let checks: Vec<_> = chosen.iter().map(|f| f.finding.check).collect();
                let diff = drf_harden::edit::diff::unified(&preview.change);
                wrong = format!("{}:\n{wrong}{diff}\n", checks.join(", "));
            }
            wrong
        })
        .collect();
    for found in &fixable {
        *proven.entry(found.finding.check).or_default() += 1;
    }
    let report = reports.concat();
    if report.is_empty() { Ok(()) } else { Err(report) }
}

#[test]
fn every_fix_holds_in_every_style() {
    let packages = crate::settings_differential::PACKAGES;
    let Some(python) = venv::python("settings", packages) else { return };
    let only = std::env::var("STYLE").ok();
    let mut report = String::new();
    let mut proven = BTreeMap::new();
    for style in STYLES.iter().filter(|s| only.as_deref().is_none_or(|o| o == s.name)) {
        for (what, seeds) in [("wrong", SEEDED), ("otherwise wrong", OTHERWISE), ("bare", BARE)] {
            let before: usize = proven.values().sum();
            if let Err(wrong) = prove(&python, style, seeds, &mut proven) {
                writeln!(report, "== {}, {what}\n{wrong}", style.name).unwrap();
            }
            let count = proven.values().sum::<usize>() - before;
            if count < style.least {
                writeln!(report, "== {}, {what}: only {count} fixes", style.name).unwrap();
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(only.is_some() || proven.len() >= 31, "these checks were proven: {proven:?}");
}
