//! Random settings packages, evaluated by the tool and by CPython: no wrong value, ever.
//!
//! `GENERATED=100000 cargo test --test it settings_generated` runs that many; `GENERATED_FROM=7` starts at another
//! number. A package that is told wrong is made as small as it stays wrong, and printed.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::json;

use crate::settings::{Case, document};
use crate::support::generator::{Package, package};
use crate::support::{oracle, venv};

/// Where the packages pretend to be.
const ROOT: &str = "/srv/project";
/// How many are run when nobody asks for more.
const DEFAULT: u64 = 2000;
/// How many smaller packages are tried at once.
const CHUNK: usize = 12;
/// How many wrong packages are made smaller and printed.
const SHOWN: usize = 8;
/// How long one wrong package is made smaller.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn no_generated_package_is_told_wrong() {
    let Some(python) = venv::python("plain", &[]) else { return };
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (from, count) = (number("GENERATED_FROM", 1), number("GENERATED", DEFAULT));
    let mut told = String::new();
    let (mut equal, mut open, mut failed, mut wrong) = (0, 0, 0, 0);
    for start in (from..from + count).step_by(2000) {
        let seeds: Vec<u64> = (start..(start + 2000).min(from + count)).collect();
        let packages: Vec<Package> = seeds.iter().map(|&seed| package(seed)).collect();
        let judged = judge(&python, &packages);
        for ((seed, package), (comparison, failure)) in seeds.iter().zip(&packages).zip(judged) {
            equal += comparison.equal;
            open += comparison.open.len();
            failed += usize::from(failure.is_some());
            if is_right(&comparison) {
                continue;
            }
            wrong += 1;
            if wrong <= SHOWN {
                told +=
                    &format!("seed {seed}: {:?} {:?}; made smaller:\n", comparison.wrong, comparison.missing);
                let small = shrink(&python, package.clone());
                let comparison = judge(&python, std::slice::from_ref(&small)).remove(0).0;
                told += &format!("env {:?}: {:?} {:?}\n", small.env, comparison.wrong, comparison.missing);
                for (path, text) in small.files().iter().filter(|(_, text)| !text.is_empty()) {
                    told += &format!("--- {path}\n{text}");
                }
            }
        }
    }
    eprintln!(
        "{count} packages, {failed} of them fail to import; {equal} values equal, {open} left open, {wrong} wrong"
    );
    assert!(told.is_empty(), "{wrong} packages are told wrong\n{told}");
    // The test is worth little when little is claimed, or little imports.
    assert!(2 * equal > 3 * open, "{equal} values are claimed, {open} left open");
    assert!(failed * 3 < count as usize, "{failed} of {count} fail to import");
}

fn is_right(comparison: &oracle::Comparison) -> bool {
    comparison.wrong.is_empty() && comparison.missing.is_empty()
}

/// What the tool and CPython make of each package, and the exception that ended the import.
fn judge(python: &Path, packages: &[Package]) -> Vec<(oracle::Comparison, Option<String>)> {
    let real = run(python, packages);
    packages
        .par_iter()
        .zip(real)
        .map(|(package, real)| {
            let case = Case::of(package.files(), package.env.clone(), Package::MODULE);
            let failure = match &real {
                oracle::Imported::Settings { .. } => None,
                oracle::Imported::Failed(error) => {
                    Some(error.split(':').next().unwrap_or_default().to_owned())
                }
            };
            let (sources, model) = case.model(Path::new(ROOT));
            let mut comparison = oracle::compare(&document(&sources, &model), &real);
            // What is missing ends the import in each run, unless the tool says what does. Wrong values do so, too, where
            // they are not hidden behind something that cannot be told.
            let is_missing = failure.as_deref() == Some("KeyError");
            if failure.is_some() && (!is_missing || package.is_random() || !model.problems.is_empty()) {
                comparison.wrong.clear();
            }
            if model.open.is_some() {
                // Names that are not listed may be set, and the tool says so.
                comparison.missing.clear();
            }
            (comparison, failure)
        })
        .collect()
}

/// Imports all packages in one Python.
fn run(python: &Path, packages: &[Package]) -> Vec<oracle::Imported> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/run_modules.py");
    let mut child = Command::new(python)
        .env("PYTHONHASHSEED", "0")
        .arg(script)
        .arg(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Python starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut input = String::new();
    for package in packages {
        let files: serde_json::Map<_, _> =
            package.files().into_iter().map(|(path, text)| (path, json!(text))).collect();
        input +=
            &json!({"files": files, "module": Package::MODULE, "env": package.env, "seed": package.seed})
                .to_string();
        input.push('\n');
    }
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().unwrap().expect("Python reads all cases");
    let text = String::from_utf8_lossy(&output.stdout);
    let results: Vec<_> =
        text.lines().map(|line| oracle::imported(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(results.len(), packages.len(), "Python gave up on a case");
    results
}

/// The smallest package that is still told wrong, by leaving out statement after statement.
fn shrink(python: &Path, mut package: Package) -> Package {
    let failure = judge(python, std::slice::from_ref(&package)).remove(0).1;
    let (mut at, mut changed, until) = (0, true, Instant::now() + PATIENCE);
    while changed {
        changed = false;
        while at < package.smaller().len() && Instant::now() < until {
            let candidates: Vec<Package> = package.smaller().into_iter().skip(at).take(CHUNK).collect();
            let judged = judge(python, &candidates);
            let found = judged.iter().position(|(c, other)| *other == failure && !is_right(c));
            match found {
                Some(index) => {
                    package = candidates[index].clone();
                    at += index;
                    changed = true;
                }
                None => at += CHUNK,
            }
        }
        at = 0;
    }
    package
}
