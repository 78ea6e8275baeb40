//! The tables of defaults are what the script reads from the real packages.
//!
//! Every version is read as it is published, also those that need a newer Python than the machine's: their defaults
//! are one module, which is read by itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::venv;

const DJANGO: &[&str] = &["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"];
const DRF: &[&str] = &["3.14", "3.15", "3.16", "3.17", "3.18"];

#[test]
fn the_tables_are_those_of_the_packages() {
    let Some(python) = venv::python("settings", crate::settings_differential::PACKAGES) else { return };
    for (kind, package, versions) in [("django", "Django", DJANGO), ("drf", "djangorestframework", DRF)] {
        for version in versions {
            let requirement = format!("{package}=={version}.*");
            let Some(folder) = venv::packages(&format!("{kind}-{version}"), &[&requirement], false) else {
                return;
            };
            check(&python, &folder, kind, version);
        }
    }
}

/// Each table is compared: one for a version that is not read above would never be.
#[test]
fn no_table_goes_unread() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/defaults");
    let mut tables: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "libraries.toml")
        .collect();
    tables.sort();
    let of = |kind: &'static str, versions: &'static [&str]| {
        versions.iter().map(move |v| format!("{kind}-{v}.toml"))
    };
    assert_eq!(tables, of("django", DJANGO).chain(of("drf", DRF)).collect::<Vec<_>>());
}

/// Compares the committed table with what a folder of packages holds.
fn check(python: &Path, packages: &Path, kind: &str, version: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python)
        .arg(root.join("scripts/dump_defaults.py"))
        .arg("--with")
        .arg(python)
        .arg(packages)
        .arg(kind)
        .output()
        .expect("Python starts");
    assert!(output.status.success(), "{kind} {version}: {}", String::from_utf8_lossy(&output.stderr));
    let made = String::from_utf8_lossy(&output.stdout).into_owned();
    let kept = std::fs::read_to_string(root.join(format!("assets/defaults/{kind}-{version}.toml"))).unwrap();
    // A newer patch release may have come out since.
    let body = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with("version = ")).map(str::to_owned).collect()
    };
    assert!(made.lines().any(|line| line.starts_with(&format!("version = \"{version}"))), "{made}");
    assert_eq!(body(&made), body(&kept), "{kind} {version}: run scripts/dump_defaults.py");
}
