//! What a run judges and lists: `--settings` for several modules; `--baseline` and `--only-new`, by which what an earlier
//! report lists is known, and only what is new makes a run fail.

use serde_json::Value;

use crate::support::case::{Case, Ran};

fn findings(ran: &Ran) -> Vec<Value> {
    let report: Value = serde_json::from_str(&ran.out).expect("no JSON");
    report["findings"].as_array().expect("no findings").clone()
}

fn with_baseline() -> Case {
    let case = Case::new("single");
    let ran =
        case.run(&["check", "--profile", "standard", "--format", "json", "--exit-zero", "-o", "known.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    case
}

#[test]
fn what_is_known_does_not_fail() {
    let case = with_baseline();
    assert_eq!(case.run(&["check"]).code, 1);
    let ran = case.run(&["check", "--baseline", "known.json"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out.contains("it is in the baseline") && ran.out.contains(" in the baseline,"),
        "{}",
        ran.out
    );
    let ran = case.run(&["check", "--baseline", "known.json", "--only-new", "--format", "json"]);
    assert_eq!((ran.code, findings(&ran).len()), (0, 0), "{}", ran.out);
    // Neither the score nor the states are any better for it.
    let score = |args: &[&str]| {
        let report: Value = serde_json::from_str(&case.run(args).out).expect("no JSON");
        (report["projects"][0]["score"].clone(), report["practices"][0]["state"].clone())
    };
    let plain = score(&["check", "--format", "json"]);
    assert_eq!(score(&["check", "--format", "json", "--baseline", "known.json"]), plain);
}

#[test]
fn what_is_new_fails_wherever_the_lines_have_moved() {
    let case = with_baseline();
    let settings = case.read("shop/settings.py");
    case.write(
        "shop/settings.py",
        &format!("# One more line.\n{settings}\nDEBUG_PROPAGATE_EXCEPTIONS = True\n"),
    );
    let ran = case.run(&["check", "--profile", "standard", "--baseline", "known.json", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let all = findings(&ran);
    let new: Vec<&Value> = all.iter().filter(|f| f["known"] == false).collect();
    assert!(!new.is_empty() && new.len() < all.len(), "{}", ran.out);
    assert!(
        new.iter().all(|f| f["symbol"].as_str().is_some_and(|s| s == "DEBUG_PROPAGATE_EXCEPTIONS")),
        "{new:?}"
    );
    let only = findings(&case.run(&[
        "check",
        "--profile",
        "standard",
        "--baseline",
        "known.json",
        "--only-new",
        "--format",
        "json",
    ]));
    assert_eq!(only.len(), new.len());
    let sarif =
        case.run(&["check", "--profile", "standard", "--baseline", "known.json", "--format", "sarif"]).out;
    assert!(sarif.contains("\"unchanged\"") && sarif.contains("\"new\""), "{sarif}");
}

#[test]
fn what_is_gone_is_said() {
    let case = with_baseline();
    let settings = case.read("shop/settings.py");
    case.write("shop/settings.py", &settings.replace("DEBUG = True", "DEBUG = False"));
    let ran = case.run(&["check", "--baseline", "known.json"]);
    assert!(ran.err.contains("of the baseline") && ran.err.contains("gone"), "{}", ran.err);
    // A narrower run does not look for the rest.
    let ran = case.run(&["check", "--baseline", "known.json", "--select", "default-permission-open"]);
    assert!(!ran.err.contains("gone"), "{}", ran.err);
}

#[test]
fn a_baseline_that_cannot_be_used_is_one_sentence() {
    let case = Case::new("single");
    case.write("known.json", "{\"findings\": 3}");
    case.write("later.json", "{\"schema_version\": 2, \"findings\": []}");
    for (file, says) in
        [("known.json", "is no report"), ("later.json", "version 2"), ("nowhere.json", "nowhere.json")]
    {
        let ran = case.run(&["check", "--baseline", file]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.trim().lines().count()), (2, "", 1), "{}", ran.err);
        assert!(ran.err.contains(says) && ran.err.contains("--format json"), "{}", ran.err);
    }
    assert_eq!(case.run(&["check", "--only-new"]).code, 2);
}

const BOTH: [&str; 4] =
    ["--settings", "config.settings.production", "--settings", "config/settings/development.py"];

#[test]
fn several_settings_modules_are_judged_each() {
    let case = Case::new("split");
    let json =
        [&["check", "--format", "json", "--select", "debug-enabled,allowed-hosts-wildcard"][..], &BOTH]
            .concat();
    let report = case.run(&json).json();
    let modules: Vec<&Value> =
        report["projects"].as_array().unwrap().iter().map(|project| &project["settings"]).collect();
    assert_eq!(modules, ["config.settings.production", "config.settings.development"]);
    let found = |check: &str| -> Vec<&Value> {
        let findings = report["findings"].as_array().unwrap().iter();
        findings.filter(|f| f["check"] == check).map(|f| &f["settings"]).collect()
    };
    assert_eq!(found("debug-enabled"), ["config.settings.production", "config.settings.development"]);
    assert_eq!(found("allowed-hosts-wildcard"), ["config.settings.development"]);
    let text = case.run(&[&["check"][..], &BOTH].concat()).out;
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("Project ")).collect();
    assert_eq!(
        headings,
        ["Project . (config.settings.production)", "Project . (config.settings.development)"]
    );
    let one = case.run(&["check", "--format", "json", "--settings", "config.settings.production"]).json();
    assert_eq!(one["findings"][0].get("settings"), None);
}

#[test]
fn each_module_that_is_named_must_be_there() {
    let case = Case::new("split");
    let ran = case.run(&[&["check"][..], &BOTH, &["--settings", "config.settings.nowhere"]].concat());
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("config.settings.nowhere") && ran.err.contains("config.settings.production"),
        "{}",
        ran.err
    );
}

#[test]
fn a_configuration_names_the_module_of_each_project() {
    let case = Case::empty();
    for project in ["shop", "depot"] {
        let settings = "ROOT_URLCONF = 'site.urls'\nINSTALLED_APPS = ['rest_framework']\nDEBUG = False\n";
        case.write(
            &format!("services/{project}/manage.py"),
            "import os\nfrom django.core import management\n",
        );
        case.write(&format!("services/{project}/{project}_site/__init__.py"), "");
        case.write(&format!("services/{project}/{project}_site/settings.py"), settings);
        case.write(&format!("services/{project}/{project}_site/live.py"), &settings.replace("False", "True"));
    }
    case.write("drf-harden.toml", "settings = [\"shop_site.live\", \"depot_site.settings\"]\n");
    let modules = |args: &[&str]| -> Vec<Value> {
        let report = case.run(&[&["check", "--format", "json"][..], args].concat()).json();
        report["projects"].as_array().unwrap().iter().map(|project| project["settings"].clone()).collect()
    };
    assert_eq!(modules(&[]), ["depot_site.settings", "shop_site.live"]);
    assert_eq!(modules(&["--project", "services/shop"]), ["shop_site.live"]);
    let settings = case.run(&["settings", "--project", "services/shop"]);
    assert!(settings.out.contains("shop_site.live"), "{}{}", settings.out, settings.err);
}
