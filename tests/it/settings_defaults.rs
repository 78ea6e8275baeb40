//! The tables of defaults are what the script reads from the real packages.
//!
//! Those of the versions that the other tests install are made again each time; `DEFAULTS=all` makes an environment
//! for every version that the machine's Pythons allow.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::venv;

const PAIRS: &[(&str, &str, &[&str])] = &[
    ("4.2", "3.15", &["Django==4.2.*", "djangorestframework==3.15.*", "pytz"]),
    ("5.0", "3.15", &["Django==5.0.*", "djangorestframework==3.15.*"]),
    ("5.1", "3.16", &["Django==5.1.*", "djangorestframework==3.16.*"]),
    ("5.2", "3.17", &["Django==5.2.*", "djangorestframework==3.17.*"]),
    ("5.2", "3.18", &["Django==5.2.*", "djangorestframework==3.18.*"]),
];

#[test]
fn the_tables_are_those_of_the_packages() {
    let Some(python) = venv::python("settings", crate::settings_differential::PACKAGES) else { return };
    check(&python, "django", "5.2");
    check(&python, "drf", "3.16");
    if std::env::var("DEFAULTS").is_ok_and(|v| v == "all") {
        for (django, drf, packages) in PAIRS {
            let Some(python) = venv::python(&format!("defaults-{django}-{drf}"), packages) else { continue };
            check(&python, "django", django);
            check(&python, "drf", drf);
        }
    }
}

/// Compares the committed table with what the interpreter has installed.
fn check(python: &Path, kind: &str, version: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python)
        .arg(root.join("scripts/dump_defaults.py"))
        .arg("--with")
        .arg(python)
        .arg(kind)
        .output()
        .expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = String::from_utf8_lossy(&output.stdout).into_owned();
    let kept = std::fs::read_to_string(root.join(format!("assets/defaults/{kind}-{version}.toml"))).unwrap();
    // A newer patch release may have come out since.
    let body = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with("version = ")).map(str::to_owned).collect()
    };
    assert!(made.lines().any(|line| line.starts_with(&format!("version = \"{version}"))), "{made}");
    assert_eq!(body(&made), body(&kept), "{kind} {version}: run scripts/dump_defaults.py");
}
