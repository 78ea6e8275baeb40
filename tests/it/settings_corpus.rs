//! The settings of real projects (`.corpus`, fetched by the project's script): evaluated without a panic, quickly,
//! and mostly known. `cargo test --test it settings_corpus -- --nocapture` prints what is left open, and why.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use drf_harden::output::settings_json;
use drf_harden::project::{self, DiscoverOptions, LoadOptions};
use drf_harden::settings::{self, Environment, SettingState};

#[test]
fn real_settings_are_evaluated_quickly() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join(".corpus");
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
