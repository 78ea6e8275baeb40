//! The literate cases of `policy` under real Django and DRF: the class-level values and methods are equal wherever
//! the tool claims them, and nobody passes a view that the tool calls protected.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use drf_harden::endpoints::policy::{Effective, Exposure, Kind, Origin, PolicyValue, ViewPolicy};
use serde_json::{Value, json};

use crate::policy::{Case, View, cases};
use crate::support::venv;

pub(crate) const PACKAGES: &[&str] = &["Django==5.2.*", "djangorestframework==3.16.*"];

/// What a project needs beyond the settings of a case.
const HARNESS: &str = "from settings import *
SECRET_KEY = 'x'
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'rest_framework', 'rest_framework.authtoken']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates'}]
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'harness'
urlpatterns = []
API_KEY = 'secret'
LOGIN_URL = '/login'
";

#[test]
fn no_policy_is_told_wrong() {
    let Some(python) = venv::python("policy", PACKAGES) else { return };
    let mut wrong = String::new();
    let (mut views, mut verdicts) = (0, 0);
    for case in cases().into_iter().filter(|c| c.is_real) {
        let answers = ask(&python, &case);
        for ((view, policy), real) in case.views.iter().zip(case.judge()).zip(&answers) {
            views += 1;
            for what in compare(view, &policy, real, &mut verdicts) {
                wrong.push_str(&format!("{}\n  {}: {what}\n", case.name, view.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    eprintln!("{views} views and {verdicts} verdicts on methods are as real DRF has them");
    assert!(views >= 80 && verdicts >= 120, "{views} views, {verdicts} verdicts");
}

/// What real DRF says of the views of a case.
pub(crate) fn ask(python: &Path, case: &Case) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &case.files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    std::fs::write(folder.path().join("harness.py"), HARNESS).unwrap();
    let row = |v: &View| json!({"target": v.target, "keywords": v.keywords, "actions": v.actions});
    let question = Value::Array(case.views.iter().map(row).collect());
    let mut child = Command::new(python)
        .env_clear()
        .env("DJANGO_SETTINGS_MODULE", "harness")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/ask_policy.py"))
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{}: {e}: {}", case.name, String::from_utf8_lossy(&output.stderr)))
}

/// What the tool says otherwise than real DRF.
fn compare(view: &View, policy: &ViewPolicy, real: &Value, verdicts: &mut usize) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(error) = real.get("error") {
        return vec![format!("real DRF: {error}")];
    }
    let mut check = |what: &str, tool: Value, real: &Value| {
        if tool != *real {
            wrong.push(format!("{what} is {tool}, real {real}"));
        }
    };
    check("view", json!(policy.view), &real["view"]);
    if real.get("methods").is_some() && policy.problem.is_none() {
        check("kind", json!(policy.kind.as_str()), &real["kind"]);
        check("methods", json!(policy.methods), &real["methods"]);
    }
    if policy.kind == Kind::Drf {
        for (name, effective) in [
            ("authentication", &policy.authentication),
            ("permission", &policy.permission),
            ("throttle", &policy.throttle),
            ("pagination", &policy.pagination),
            ("serializer", &policy.serializer),
            ("renderer", &policy.renderer),
            ("parser", &policy.parser),
        ] {
            if let Some(value) = claimed(effective) {
                check(name, value, &real[name]);
            }
        }
    }
    let mut by_method = policy.by_method.clone();
    if by_method.is_empty() {
        by_method.insert("GET".into(), policy.exposure);
    }
    for (method, exposure) in by_method {
        let passes = &real["passes"][&method];
        let nobody = (passes["nobody"][0] == true, passes["nobody"][1] == true);
        let user = passes["user"][0] == true;
        let right = match exposure {
            Exposure::Open | Exposure::ReadOpen => nobody.0,
            // Refused before the handler, or when the object is checked.
            Exposure::Authenticated => !nobody.0 && (user || view.line.contains("Nobody")),
            Exposure::Restricted => !nobody.0 || !nobody.1,
            Exposure::Unknown => continue,
        };
        *verdicts += 1;
        if !right {
            wrong.push(format!("{method} is {}, real {passes} ({})", exposure.as_str(), policy.why));
        }
    }
    wrong
}

/// A value that the tool claims for the class; what a method computes is judged by calling it.
fn claimed(effective: &Effective) -> Option<Value> {
    if matches!(effective.origin, Origin::Computed | Origin::Unknown) {
        return None;
    }
    match &effective.value {
        PolicyValue::Names(names) => Some(json!(names)),
        PolicyValue::One(name) => Some(json!(name)),
        PolicyValue::Branches(_) | PolicyValue::Unknown(_) => None,
    }
}
