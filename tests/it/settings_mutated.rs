//! Real and fixture settings changed at random: evaluated, judged and edited without a panic, in time; what parsed
//! before an edit parses after it.
//!
//! `MUTATED=100000 cargo test --test it settings_mutated` runs that many; `MUTATED_FROM=7` starts at another number.

use std::path::Path;
use std::time::{Duration, Instant};

use drf_harden::checklist::Profile;
use drf_harden::engine::{Engine, Options, Silent};
use drf_harden::python::parse;
use rayon::prelude::*;
use time::macros::date;

use crate::settings::{Case, cases, module};
use crate::support::literate::{self, project};
use crate::support::mutate::{Dice, mutate};

/// A development build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The numbers to run: those asked for, else the first few.
fn seeds(otherwise: u64) -> Vec<u64> {
    let from = number("MUTATED_FROM", 1);
    (from..from + number("MUTATED", otherwise)).collect()
}

/// Settings of the literate cases and, where it was fetched, of the corpus.
fn material() -> Vec<Vec<(String, String)>> {
    let mut all: Vec<Vec<(String, String)>> = cases().into_iter().map(|case| case.files).collect();
    let corpus = crate::support::corpus::root();
    let mut folders: Vec<_> =
        std::fs::read_dir(corpus).into_iter().flatten().flatten().map(|e| e.path()).collect();
    folders.sort();
    for folder in folders {
        for path in [
            "mayan/settings/base.py",
            "pretix/settings.py",
            "weblate/settings_example.py",
            "misago/conf/defaults.py",
            "geonode/settings.py",
            "kolibri/deployment/default/settings/base.py",
            "arches/settings.py",
            "sentry/conf/server.py",
        ] {
            if let Ok(text) = std::fs::read_to_string(folder.join(path)) {
                all.push(vec![("settings.py".to_owned(), text)]);
            }
        }
    }
    // Every case is one module of the usual names.
    let usual = ["settings.py", "settings/__init__.py", "settings/production.py"];
    all.retain(|files| files.iter().any(|(path, _)| usual.contains(&path.as_str())));
    all
}

/// One file of some settings, changed.
fn changed(material: &[Vec<(String, String)>], seed: u64) -> Vec<(String, String)> {
    let mut dice = Dice::new(seed);
    let mut files = material[dice.below(material.len())].clone();
    let other = &material[dice.below(material.len())];
    let at = dice.below(files.len());
    files[at].1 = mutate(&files[at].1, &other[dice.below(other.len())].1, &mut dice);
    files
}

#[test]
fn changed_settings_are_evaluated() {
    let material = material();
    seeds(600).into_par_iter().for_each(|seed| {
        let files = changed(&material, seed);
        // Such a file is refused as binary when it is read.
        if files.iter().any(|(_, text)| text.contains('\0')) {
            return;
        }
        let name = if files.iter().any(|(path, _)| path == "settings/production.py") {
            "settings.production"
        } else {
            "settings"
        };
        let started = Instant::now();
        let (sources, model) =
            Case::of(files, std::collections::BTreeMap::new(), name).model(Path::new("/srv/project"));
        let panicked = model.open.as_ref().is_some_and(|text| text.ends_with("could not be evaluated"));
        assert!(!panicked, "seed {seed}: the evaluator panics");
        crate::settings::document(&sources, &model);
        assert!(started.elapsed() < PATIENCE, "seed {seed}: {:?}", started.elapsed());
    });
}

/// The projects of the checks' fixtures.
fn projects() -> Vec<literate::Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/checks");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|f| std::fs::read_to_string(f).unwrap());
    texts.flat_map(|text| literate::read(&text)).filter(|case| !case.files.is_empty()).collect()
}

#[test]
fn changed_projects_are_judged_and_edited() {
    let projects = projects();
    seeds(60).into_par_iter().for_each(|seed| {
        let mut dice = Dice::new(seed);
        let mut case = projects[dice.below(projects.len())].clone();
        let other = &projects[dice.below(projects.len())].files;
        let at = dice.below(case.files.len());
        case.files[at].1 = mutate(&case.files[at].1, &other[dice.below(other.len())].1, &mut dice);
        let started = Instant::now();
        judge_and_edit(&case).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        assert!(started.elapsed() < 2 * PATIENCE, "seed {seed}: {:?}", started.elapsed());
    });
}

fn judge_and_edit(case: &literate::Case) -> Result<(), String> {
    let folder = case.lay_out();
    let mut options = Options::new(date!(2026 - 01 - 01));
    options.profile = Profile::Everything;
    options.state_dir = Some(folder.path().join(".state"));
    let engine = Engine::open(folder.path(), options).map_err(|e| e.to_string())?;
    let report = engine.scan(&Silent).map_err(|e| e.to_string())?;
    if let Some(failed) = report.notices.iter().find(|notice| notice.contains("failed on this project")) {
        return Err(failed.clone());
    }
    if report.projects.is_empty() {
        return Ok(());
    }
    let found = &project(&report).findings;
    for fix in found.iter().filter(|f| f.finding.fix.is_some()) {
        // Where the text cannot be changed, the plan says so and nothing is written.
        let Ok(plan) = engine.plan(&report, &[fix.fingerprint.as_str()]) else { continue };
        for file in plan.files.iter().filter(|f| f.path.ends_with(".py")) {
            let before = report.sources.find(&file.path).map(|id| parse(report.sources.text(id)).is_valid());
            if before == Some(true) && !parse(&file.after).is_valid() {
                return Err(format!("{} breaks {}:\n{}", fix.finding.check, file.path, file.after));
            }
        }
    }
    Ok(())
}

/// Cases that were once found to fail.
#[test]
fn what_once_failed_does_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fuzz");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files {
        let Ok(text) = std::fs::read(&file) else { continue };
        let Ok((text, _)) = drf_harden::source::decode(&text) else { continue };
        let started = Instant::now();
        let (sources, model) = module(text.into_owned()).model(Path::new("/srv/project"));
        let panicked = model.open.as_ref().is_some_and(|text| text.ends_with("could not be evaluated"));
        assert!(!panicked, "{}", file.display());
        crate::settings::document(&sources, &model);
        assert!(started.elapsed() < PATIENCE, "{}: {:?}", file.display(), started.elapsed());
    }
}
