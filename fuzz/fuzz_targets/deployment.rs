//! Files around the settings: the first line is the file's name, the rest its text.

#![no_main]

use std::path::PathBuf;

use drf_harden::project::{DiscoverOptions, discover};
use drf_harden::source::{SourceFile, Sources};
use libfuzzer_sys::fuzz_target;

const MANAGE: &str = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";

fuzz_target!(|text: &str| {
    let (path, text) = text.split_once('\n').unwrap_or(("Dockerfile", text));
    if path.is_empty() || path.starts_with('/') || path.contains("..") || matches!(path, "manage.py" | "settings.py") {
        return;
    }
    let files = [("manage.py", MANAGE), ("settings.py", "INSTALLED_APPS = []\nROOT_URLCONF = 'a'\n"), (path, text)];
    let files = files.into_iter().filter_map(|(path, text)| SourceFile::from_bytes(path.to_owned(), text).ok());
    let sources = Sources::new(PathBuf::from("/srv/project"), files.collect());
    discover(&sources, &DiscoverOptions::default());
});
