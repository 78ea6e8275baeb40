//! A settings module of any text: discovered, evaluated and written down.

#![no_main]

use std::path::PathBuf;

use drf_harden::output::settings_json;
use drf_harden::project::{DiscoverOptions, discover};
use drf_harden::settings::{Environment, evaluate};
use drf_harden::source::{SourceFile, Sources};
use libfuzzer_sys::fuzz_target;

const MANAGE: &str = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";

fuzz_target!(|data: &[u8]| {
    let Ok(settings) = SourceFile::from_bytes("settings.py".to_owned(), data) else { return };
    let Ok(manage) = SourceFile::from_bytes("manage.py".to_owned(), MANAGE.as_bytes()) else { return };
    let sources = Sources::new(PathBuf::from("/srv/project"), vec![settings, manage]);
    for project in discover(&sources, &DiscoverOptions::default()) {
        let Some(module) = project.choice.module() else { continue };
        let model = evaluate(&sources, &project, module, &Environment::default());
        // The evaluator catches its panics, and then knows nothing.
        assert!(!model.open.as_ref().is_some_and(|text| text.ends_with("could not be evaluated")));
        settings_json::write(&mut std::io::sink(), &sources, &model, true).expect("a sink takes all");
    }
});
