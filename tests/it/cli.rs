//! The program as a user meets it: arguments in; bytes, files and an exit code out.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::support::case::{Case, Ran};

#[test]
fn exit_codes() {
    for (fixture, args, code) in [
        ("single", &["check"][..], 1),
        ("single", &["check", "--fail-on", "never"], 0),
        ("single", &["check", "--exit-zero"], 0),
        ("single", &["check", "--fail-on", "never", "--min-score", "100"], 1),
        ("single", &["check", "--select", "debug-enabled", "--fail-on", "high"], 1),
        ("clean", &["check"], 0),
        ("clean", &["check", "--strict"], 1),
        ("split", &["check", "--settings", "config.settings.nowhere"], 2),
        ("split", &["check", "--project", "nowhere"], 2),
        ("single", &["check", "--select", "no-such-check"], 2),
        ("single", &["check", "--no-such-flag"], 2),
        ("single", &["check", "no/such/folder"], 2),
        ("single", &["check", "--config", "no-such-file.toml"], 2),
        ("single", &["explain", "no-such-thing"], 2),
        ("single", &["settings"], 0),
        ("single", &["report"], 0),
        ("single", &["rules"], 0),
        ("single", &["completions", "bash"], 0),
        ("single", &["apply", "--check", "--allow", "tightens,reshapes,choose"], 1),
        ("clean", &["apply", "--check"], 0),
        ("single", &["apply", "--dry-run"], 0),
        ("single", &["undo"], 4),
        ("single", &["undo", "--list"], 0),
        ("single", &[], 2),
        ("single", &["session"], 2),
        ("single", &["demo"], 2),
        ("single", &["--help"], 0),
        ("single", &["--version"], 0),
    ] {
        let ran = Case::new(fixture).run(args);
        assert_eq!(ran.code, code, "{fixture} {args:?}\n{}\n{}", ran.out, ran.err);
    }
}

#[test]
fn without_a_terminal_the_session_names_the_other_commands() {
    let ran = Case::new("single").run(&[]);
    assert!(ran.out.is_empty());
    for command in ["check", "report", "apply --dry-run", "settings", "explain"] {
        assert!(ran.err.contains(&format!("drf-harden {command}")), "{}", ran.err);
    }
}

#[test]
fn a_folder_without_django_is_nothing_to_check_and_says_what_was_looked_for() {
    let case = Case::empty();
    case.write("tool.py", "print('hello')\n");
    let ran = case.run(&["check"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("manage.py") && ran.err.contains("--settings"), "{}", ran.err);
    assert_eq!(case.run(&["check", "--allow-empty"]).code, 0);
    assert_eq!(case.run(&["settings"]).code, 3);
}

#[test]
fn findings_go_to_stdout_and_remarks_to_stderr() {
    let ran = Case::new("single").run(&["check", "--profile", "essential"]);
    assert!(ran.out.contains("debug-enabled") && ran.out.contains("Score"), "{}", ran.out);
    assert!(!ran.out.contains("note:"), "{}", ran.out);
    assert!(ran.err.contains("--profile everything"), "{}", ran.err);
    let quiet = Case::new("single").run(&["check", "-q"]);
    assert_eq!(quiet.err, "");
    let silent = Case::new("single").run(&["check", "-qq"]);
    assert_eq!((silent.code, silent.out.as_str(), silent.err.as_str()), (1, "", ""));
}

#[test]
fn two_runs_give_the_same_bytes() {
    let case = Case::new("single");
    for format in ["text", "concise", "json", "markdown"] {
        let args = ["check", "--profile", "everything", "--format", format];
        let ran = case.run(&args);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        assert_eq!(ran.out, case.run(&args).out, "{format}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let case = Case::new("single");
    let colored = |args: &[&str], variables: &[(&str, &str)]| {
        let output = case.command(args).envs(variables.iter().copied()).output().unwrap();
        Ran::from(output).out.contains('\u{1b}')
    };
    assert!(!colored(&["check"], &[]));
    assert!(colored(&["check"], &[("FORCE_COLOR", "1")]));
    assert!(colored(&["check"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["check"], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(colored(&["check", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!colored(&["check", "--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(&["check", "--format", "json"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let case = Case::new("single");
    let mut child = case.command(&["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1);
    assert!(!ran.err.contains("panicked") && !ran.err.contains("error"), "{}", ran.err);
}

#[test]
fn a_wrong_configuration_is_one_sentence_with_its_place() {
    let case = Case::new("single");
    case.write("pyproject.toml", "[project]\nname = \"shop\"\n\n[tool.drf-harden]\nfail_on = \"high\"\n");
    let ran = case.run(&["check"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("pyproject.toml:5: there is no key `fail_on` here"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert_eq!(case.run(&["check", "--isolated"]).code, 1);
}

#[test]
fn the_configuration_holds_and_a_flag_wins() {
    let case = Case::new("single");
    case.write("drf-harden.toml", "fail-on = \"never\"\nselect = [\"debug-enabled\"]\n");
    let ran = case.run(&["check", "--format", "json"]);
    assert_eq!(ran.code, 0);
    let checks: Vec<_> =
        ran.json()["findings"].as_array().unwrap().iter().map(|f| f["check"].clone()).collect();
    assert_eq!(checks, ["debug-enabled"]);
    assert_eq!(case.run(&["check", "--fail-on", "high"]).code, 1);
}

#[test]
fn a_configuration_can_change_severities_and_ignore_paths_with_a_reason() {
    let case = Case::new("single");
    case.write(
        "drf-harden.toml",
        "select = [\"debug-enabled\", \"view-permission-open\"]\nprofile = \"everything\"\n\
         [rules.debug-enabled]\nseverity = \"low\"\n\
         [[per-file]]\npath = \"orders/**\"\nignore = [\"view-permission-open\"]\nreason = \"a public shop\"\n",
    );
    let json = case.run(&["check", "--format", "json"]).json();
    let find = |check: &str| {
        json["findings"].as_array().unwrap().iter().find(|f| f["check"] == check).unwrap().clone()
    };
    assert_eq!(find("debug-enabled")["severity"], "low");
    assert_eq!(find("view-permission-open")["suppressed"]["reason"], "a public shop");
}

#[test]
fn json_has_the_promised_shape() {
    let ran = Case::new("single").run(&["check", "--profile", "everything", "--format", "json"]);
    let json = ran.json();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["tool"]["name"], "drf-harden");
    assert_eq!(json["projects"][0]["settings"], "shop.settings");
    assert_eq!(json["projects"][0]["django"], "5.2.1");
    let debug =
        json["findings"].as_array().unwrap().iter().find(|f| f["check"] == "debug-enabled").unwrap().clone();
    assert_eq!((&debug["path"], &debug["line"]), (&"shop/settings.py".into(), &9.into()));
    assert_eq!(debug["django"], serde_json::json!(["security.W018"]));
    let hunk = &debug["fix"]["hunks"][0];
    assert_eq!((&hunk["path"], &hunk["before"]), (&"shop/settings.py".into(), &"DEBUG = True\n".into()));
    let fails = json["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "fail").count();
    assert_eq!(json["summary"]["fail"], fails);
    assert!(!ran.out.contains("v3ry-pr1vate") && !ran.out.contains("fixture-password"));
}

#[test]
fn settings_say_what_production_gets() {
    let case = Case::new("split");
    let json = case.run(&["settings", "--settings", "config.settings.production", "--format", "json"]).json();
    assert_eq!(
        (&json["module"], &json["role"]),
        (&"config.settings.production".into(), &"production".into())
    );
    let settings = &json["settings"];
    assert_eq!(settings["DEBUG"]["state"], "env");
    assert_eq!(settings["DEBUG"]["value"], true);
    assert_eq!(settings["DEBUG"]["env"], serde_json::json!(["DJANGO_DEBUG"]));
    assert_eq!(settings["SECRET_KEY"]["state"], "required");
    assert_eq!(settings["SECRET_KEY"].get("value"), None);
    assert_eq!(settings["REST_FRAMEWORK"]["value"]["PAGE_SIZE"], 50);
    let supplied =
        case.run(&["settings", "--format", "json", "--env", "DJANGO_DEBUG=off", "--env", "SECRET_KEY=abc"]);
    let settings = &supplied.json()["settings"];
    assert_eq!(settings["DEBUG"]["value"], false);
    let secret = serde_json::json!({"secret": {"length": 3, "literal": false, "insecure_prefix": false}});
    assert_eq!(settings["SECRET_KEY"]["value"], secret);
}

#[test]
fn a_file_gets_the_output_as_a_whole() {
    let case = Case::new("single");
    let ran = case.run(&["check", "--format", "json", "--output", "found.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let written = fs::read_to_string(case.root().join("found.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap()["schema_version"], 1);
    let ran = case.run(&["check", "--output", "no/such/folder/found.txt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("found.txt"), "{}", ran.err);
}

#[test]
fn a_dry_run_and_a_check_write_nothing() {
    let case = Case::new("single");
    let before = case.files();
    for args in [
        &["apply", "--dry-run", "--allow", "tightens,reshapes,choose"][..],
        &["apply", "--check", "--allow", "tightens,reshapes,choose"],
        &["check", "--diff"],
    ] {
        let ran = case.run(args);
        assert!(case.files() == before, "{args:?}");
        assert!(
            ran.code < 2 && ran.out.contains("-DEBUG = True") != args.contains(&"--check"),
            "{args:?} {}",
            ran.err
        );
        assert!(!ran.out.contains("v3ry-pr1vate"), "{args:?} {}", ran.out);
    }
}

#[test]
fn what_apply_writes_is_what_the_patch_says_and_undo_takes_it_back() {
    let case = Case::new("single");
    let before = case.files();
    let allow = ["--allow", "tightens,reshapes,choose"];
    let ran = case.run(&[&["apply", "--patch", "fixes.patch"][..], &allow].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let patch = fs::read_to_string(case.root().join("fixes.patch")).unwrap();
    fs::remove_file(case.root().join("fixes.patch")).unwrap();
    assert!(case.files() == before);
    assert!(patch.contains("-DEBUG = True"), "{patch}");

    let ran = case.run(&[&["apply"][..], &allow].concat());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("written  shop/settings.py") && ran.out.contains("undo"), "{}", ran.out);
    let after = case.files();
    for (path, bytes) in &after {
        let name = path.strip_prefix(case.root()).unwrap().to_str().unwrap();
        assert_eq!(before.get(path) != Some(bytes), patch.contains(&format!("+++ b/{name}")), "{name}");
    }
    assert!(!case.run(&["undo", "--list"]).out.is_empty());

    let ran = case.run(&["undo"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(case.files() == before);
}

#[test]
fn apply_takes_safe_fixes_only_and_says_what_is_held_back() {
    let ran = Case::new("single").run(&["apply", "--dry-run"]);
    assert!(ran.err.contains("held back") && ran.err.contains("--allow tightens"), "{}", ran.err);
    for line in ran.err.lines().filter(|line| line.starts_with("fix:")) {
        assert!(line.contains("(safe: "), "{line}");
    }
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let case = Case::new("single");
    case.write("orders/views.py", "x = '\u{1b}[2J'\nclass \u{202e}A:\n");
    let settings = fs::read_to_string(case.root().join("shop/settings.py")).unwrap();
    let hostile = settings.replace("DEBUG = True", "DEBUG = True  # \u{1b}]0;owned\u{7} \u{202e}");
    case.write("shop/settings.py", &hostile);
    for args in [&["check", "--diff", "-vv"][..], &["report"], &["settings", "-v"], &["apply", "--dry-run"]] {
        let ran = case.run(args);
        assert!(ran.code < 2, "{args:?}: {}", ran.err);
        for text in [&ran.out, &ran.err] {
            let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(bad, None, "{args:?}: {text}");
        }
    }
}

/// A few checks, so that a new one does not change these pages.
const CHECKS: &str =
    "--select=debug-enabled,secret-key-literal,default-permission-open,cors-allow-all,hsts-missing";

/// Text without its last lines, which count everything in the catalogue.
fn without_summary(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.contains(" findings"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A settings table without the frameworks' defaults.
fn without_defaults(text: &str) -> String {
    text.lines().filter(|line| !line.contains("  default ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_pages_people_see() {
    for fixture in ["single", "split", "clean"] {
        let case = Case::new(fixture);
        let text = case.run(&["check", "--profile", "standard", "--ascii", "--diff", CHECKS]).out;
        insta::assert_snapshot!(format!("{fixture}_text"), without_summary(&text));
        insta::assert_snapshot!(
            format!("{fixture}_settings"),
            without_defaults(&case.run(&["settings", "-v"]).out)
        );
        let json = case.run(&["check", "--profile", "standard", "--format", "json", CHECKS]).json();
        let findings = serde_json::to_string_pretty(&json["findings"]).unwrap();
        insta::assert_snapshot!(format!("{fixture}_json"), findings);
    }
}

#[test]
fn the_report_shows_every_section_and_every_practice() {
    let case = Case::new("single");
    let report = case.run(&["report", "--profile", "everything"]).out;
    let catalog = drf_harden::checklist::Catalog::builtin();
    for section in &catalog.sections {
        assert!(report.contains(&format!("{}\n", section.title)), "{}", section.id);
    }
    for practice in &catalog.practices {
        assert!(report.contains(&format!("(`{}`)", practice.id)), "{}", practice.id);
    }
    assert!(report.contains("    -DEBUG = True\n    +DEBUG = False\n"), "{report}");
}

#[test]
fn a_supplied_environment_is_judged() {
    let case = Case::new("split");
    let args = ["check", "--fail-on", "low", "--select", "debug-enabled"];
    assert_eq!(case.run(&args).code, 1);
    assert_eq!(case.run(&[&args[..], &["--env", "DJANGO_DEBUG=off"]].concat()).code, 0);
    case.write("production.env", "DJANGO_DEBUG=off\n");
    assert_eq!(case.run(&[&args[..], &["--env-file", "production.env"]].concat()).code, 0);
}

#[test]
fn explain_knows_checks_practices_sections_and_topics() {
    let case = Case::empty();
    for name in ["debug-enabled", "turn-debugging-off", "API4", "score", "states", "exit-codes"] {
        let ran = case.run(&["explain", name]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        assert!(ran.out.lines().count() > 5, "{name}: {}", ran.out);
        assert!(case.run(&["explain", name, "--format", "md"]).out.starts_with("# "), "{name}");
    }
    assert!(case.run(&["explain", "debug-enable"]).err.contains("debug-enabled"));
}

#[test]
fn the_format_never_changes_the_exit_code() {
    for format in ["text", "concise", "json", "json-lines", "sarif", "github", "markdown"] {
        for (fixture, code) in [("single", 1), ("clean", 0)] {
            let ran = Case::new(fixture).run(&["check", "--format", format]);
            assert_eq!(ran.code, code, "{format} {fixture}: {}", ran.err);
        }
    }
    assert_eq!(Case::new("single").run(&["check", "--statistics"]).code, 1);
}

#[test]
fn the_rules_as_json_name_their_practices() {
    let json = Case::empty().run(&["rules", "--format", "json"]).json();
    let checks = json["checks"].as_array().unwrap();
    assert!(checks.len() > 30);
    let debug = checks.iter().find(|check| check["id"] == "debug-enabled").unwrap();
    assert!(debug["practices"].as_array().unwrap().contains(&"turn-debugging-off".into()), "{debug}");
}
