//! Random projects ([`crate::support::views_generator`]) under real Django and DRF: every pattern, its methods and
//! actions, and each policy are the tool's. `ENDPOINTS_SEED=7 cargo test endpoints_generated` runs one of them.

use std::fmt::Write as _;
use std::fs;

use drf_harden::engine::{Engine, Options, Silent};
use time::macros::date;

use crate::real_endpoints::compare;
use crate::support::resolver::dump;
use crate::support::{venv, views_generator};

const PACKAGES: &[&str] = &["Django==5.2.*", "djangorestframework==3.16.*"];
/// Each project has some forty endpoints.
const PROJECTS: u64 = 24;

#[test]
fn no_generated_endpoint_is_told_wrong() {
    let Some(python) = venv::python("policy", PACKAGES) else { return };
    let one = std::env::var("ENDPOINTS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<u64> = one.map_or_else(|| (1..=PROJECTS).collect(), |seed| vec![seed]);
    let folder = tempfile::tempdir().unwrap();
    let mut folders = Vec::new();
    for seed in &seeds {
        let root = folder.path().join(seed.to_string());
        for (path, text) in views_generator::project(*seed) {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folders.push(root);
    }
    let real = dump(&python, "settings", &folders, &[]);
    let (mut failures, mut drf, mut right) = (String::new(), 0, 0);
    for ((seed, root), rows) in seeds.iter().zip(&folders).zip(&real) {
        let options =
            Options { settings: vec!["settings".to_owned()], ..Options::new(date!(2026 - 01 - 01)) };
        let told = Engine::open(root, options).unwrap().endpoints(&Silent).unwrap().inventory;
        let outcome = compare(rows, &told);
        drf += outcome.drf;
        right += outcome.right;
        let problems = told.problems.iter().map(|p| format!("problem: {}", p.message));
        let open = outcome.open.iter().map(|(cause, times)| format!("open {times}: {cause}"));
        let all: Vec<String> =
            outcome.wrong.into_iter().chain(outcome.untold).chain(problems).chain(open).collect();
        if !all.is_empty() {
            writeln!(failures, "## seed {seed}\n{}", all.join("\n")).unwrap();
        }
    }
    eprintln!("{right} of {drf} generated endpoints are as real DRF has them");
    assert!(failures.is_empty(), "{failures}");
    assert!(one.is_some() || drf >= 700, "only {drf} endpoints");
}
