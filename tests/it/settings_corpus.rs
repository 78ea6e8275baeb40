//! The settings of real projects (`.corpus`, fetched by the project's script): evaluated without a panic, quickly,
//! and mostly known. `cargo test --test it settings_corpus -- --nocapture` prints what is left open, and why;
//! `CORPUS=folder` does so for the projects in another folder.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use drf_harden::output::settings_json;
use drf_harden::project::{self, DiscoverOptions, LoadOptions};
use drf_harden::settings::{self, Environment, How, Setting, SettingState, SettingsModel};
use drf_harden::source::Sources;

use crate::settings::document;
use crate::support::{oracle, venv};

/// What the projects' settings modules import most; other packages are stood in for.
const PACKAGES: &[&str] = &[
    "Django==5.2.*",
    "djangorestframework==3.16.*",
    "django-environ==0.12.*",
    "django-cors-headers==4.*",
    "dj-database-url==2.*",
    "celery==5.*",
    "kombu==5.*",
    "packaging",
    "PyYAML",
    "requests",
    "setuptools<81",
];

/// The settings modules of real projects under CPython: no wrong value. What the tool leaves open is printed, each
/// with its cause, and so is the share of the settings that security rests on which it knows.
#[test]
fn no_real_setting_is_told_wrong() {
    let Some(python) = venv::python("corpus", PACKAGES) else { return };
    let corpus = crate::support::corpus::root();
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        eprintln!("SKIPPED: there is no .corpus folder");
        return;
    };
    let mut folders: Vec<_> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    let home = tempfile::tempdir().unwrap();
    let (mut wrong, mut unjustified) = (String::new(), String::new());
    let (mut told, mut asked) = (0, 0);
    for folder in folders {
        let root = folder.canonicalize().unwrap();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let options = LoadOptions { exclude: Vec::new(), python: None };
        let loaded = project::load(&root, &options, &|_| true).unwrap();
        for mut found in project::discover(&loaded.sources, &DiscoverOptions::default()) {
            let Some(module) = found.choice.module().map(str::to_owned) else { continue };
            // The wheel states a range; what is imported is this one.
            if let Some(django) = &mut found.django {
                "5.2".clone_into(&mut django.version);
            }
            let model = settings::evaluate(&loaded.sources, &found, &module, &Environment::default());
            let environment = [("HOME", home.path().to_str().unwrap()), ("PATH", "/usr/bin:/bin")];
            let class = model.configuration.as_deref();
            let real = oracle::import_stubbed(&python, &root, &module, class, &environment);
            let comparison = oracle::compare(&document(&loaded.sources, &model), &real);
            let relevant = |s: &&settings::Setting| {
                settings_json::listed(&settings::Setting { is_default: true, ..(**s).clone() })
            };
            let open = |s: &&settings::Setting| s.state() == SettingState::Unknown;
            let relevant: Vec<_> = model.settings.values().filter(relevant).collect();
            let unknown: Vec<_> = relevant.iter().copied().filter(open).collect();
            told += relevant.len() - unknown.len();
            asked += relevant.len();
            let share = 100 * (relevant.len() - unknown.len()) / relevant.len().max(1);
            let outcome = match &real {
                oracle::Imported::Settings { settings, .. } => {
                    format!("{} of {} names equal", comparison.equal, settings.len())
                }
                oracle::Imported::Failed(error) => format!("not imported ({error})"),
            };
            eprintln!("{name} {module}: {share} % of {} settings are told; {outcome}", relevant.len());
            for setting in unknown {
                let reason = justification(&loaded.sources, &model, setting);
                eprintln!("    {}: {reason}", setting.name);
                let vague =
                    reason.contains("in a way that is not modelled") || reason.starts_with("an object\n");
                if vague || !reason.contains(':') {
                    unjustified += &format!("{name} {module} {}: {reason}\n", setting.name);
                }
            }
            if matches!(real, oracle::Imported::Settings { .. }) {
                for what in &comparison.wrong {
                    wrong += &format!("{name} {module}: {what}\n");
                }
                if model.open.is_none() {
                    for what in &comparison.missing {
                        wrong += &format!("{name} {module}: {what} is set, and the tool does not list it\n");
                    }
                }
            }
        }
    }
    eprintln!("{told} of {asked} settings are told");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        unjustified.is_empty(),
        "unknown without a reason that names the construct and its place:\n{unjustified}"
    );
}

/// Why a setting cannot be told, as the tool says it: the cause, and the code that it is about.
fn justification(sources: &Sources, model: &SettingsModel, setting: &Setting) -> String {
    let cause = setting.node.cause().unwrap_or("in a part");
    let mut links = setting.steps.iter().filter(|step| step.how != How::Imported).map(|step| step.at);
    match setting.node.at.or_else(|| links.next_back()) {
        Some(at) => {
            let code = sources.slice(at).lines().next().unwrap_or_default();
            format!("{cause}\n        {}:{}: {code}", sources.path(at.file), sources.line(at))
        }
        None => format!("{cause}\n        nothing in {} sets it, but this may", model.module),
    }
}

#[test]
fn real_settings_are_evaluated_quickly() {
    let corpus = crate::support::corpus::root();
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        eprintln!("SKIPPED: there is no .corpus folder");
        return;
    };
    let mut folders: Vec<_> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    let mut report = String::new();
    for folder in folders {
        let root = folder.canonicalize().unwrap();
        let options = LoadOptions { exclude: Vec::new(), python: None };
        let loaded = project::load(&root, &options, &|_| true).unwrap();
        let options = DiscoverOptions::default();
        for found in project::discover(&loaded.sources, &options) {
            let Some(module) = found.choice.module() else { continue };
            let started = Instant::now();
            let model = settings::evaluate(&loaded.sources, &found, module, &Environment::default());
            let took = started.elapsed();
            let set: Vec<_> = model.settings.values().filter(|s| settings_json::listed(s)).collect();
            let open: Vec<_> = set
                .iter()
                .filter(|s| {
                    matches!(s.state(), SettingState::Unknown | SettingState::Partly | SettingState::Required)
                })
                .collect();
            writeln!(
                report,
                "{} {module}: {} settings, {} open, {} files, {took:?}, open: {:?}",
                folder.file_name().unwrap().to_string_lossy(),
                set.len(),
                open.len(),
                model.files.len(),
                model.open,
            )
            .unwrap();
            for setting in open {
                let cause = setting.node.cause().unwrap_or("in a part");
                writeln!(report, "    {} {}: {cause}", setting.name, setting.state().as_str()).unwrap();
            }
            for problem in &model.problems {
                let at = problem
                    .at
                    .map(|at| format!("{}:{}", loaded.sources.path(at.file), loaded.sources.line(at)));
                writeln!(report, "    problem {}: {}", at.unwrap_or_default(), problem.message).unwrap();
            }
            // A development build on a busy machine; milliseconds when optimised.
            assert!(took < Duration::from_secs(10), "{module} took {took:?}");
            assert!(set.len() > 20, "{module} gives only {} settings", set.len());
        }
    }
    eprintln!("{report}");
}
