//! The literate cases of `settings` under real CPython with the real libraries: no wrong value, ever.

use crate::settings::cases;
use crate::support::{oracle, venv};

/// What the fixtures import.
pub(crate) const PACKAGES: &[&str] = &[
    "Django==5.2.*",
    "djangorestframework==3.16.*",
    "django-environ==0.12.*",
    "python-decouple==3.8",
    "environs==14.*",
    "dj-database-url==2.*",
    "django-split-settings==1.3.*",
    "django-configurations==2.5.*",
    "pydantic-settings==2.*",
    "dynaconf==3.2.*",
];

#[test]
fn no_case_is_told_wrong() {
    let Some(python) = venv::python("settings", PACKAGES) else { return };
    let mut wrong = String::new();
    for case in cases() {
        // A module that never ends is no case for an import.
        if case.name().starts_with("hostile") {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (path, text) in &case.files {
            let file = root.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let environment: Vec<(&str, &str)> = case.env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let real = oracle::import(&python, &root, &case.module(), case.class(&root).as_deref(), &environment);
        let comparison = oracle::compare(&case.evaluate(&root), &real);
        for what in comparison.wrong.iter().chain(comparison.missing.iter()) {
            wrong.push_str(&format!("{}: {what}\n", case.name()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
