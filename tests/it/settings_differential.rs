//! The literate cases of `settings` under real CPython with the real libraries: no wrong value, ever.

use std::path::{Path, PathBuf};
use std::process::Command;

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
    "django-csp==4.*",
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

/// What `django-admin startproject` writes, by version, with the least Python that the version runs on.
const STARTED: &[(&str, (u32, u32))] = &[("4.2", (3, 10)), ("5.2", (3, 10)), ("6.1", (3, 12))];

/// A new project is read to the last name: nothing wrong, nothing missing, nothing left open.
#[test]
fn a_started_project_is_known_whole() {
    for (version, least) in STARTED {
        let requirement = format!("Django=={version}.*");
        let name = format!("django-{version}-whole");
        let Some(packages) = venv::packages(&name, &[&requirement], true) else { return };
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let Some(python) = start_project(&packages, *least, &root) else { return };
        let environment = [("PYTHONPATH", packages.to_str().unwrap())];
        let real = oracle::import(&python, &root, "shop.settings", None, &environment);
        let comparison = oracle::compare(&oracle::evaluated(&root, "shop.settings", &[]), &real);
        let oracle::Imported::Settings { settings, .. } = real else { panic!("{version}: {real:?}") };
        assert_eq!(comparison.wrong, Vec::<String>::new(), "Django {version}");
        assert_eq!(comparison.missing, Vec::<String>::new(), "Django {version}");
        assert_eq!(comparison.open, Vec::<String>::new(), "Django {version}");
        assert_eq!(comparison.equal, settings.len(), "Django {version}");
        assert!(settings.len() >= 15, "Django {version} has only {} names", settings.len());
    }
}

/// Lays out a project called `shop`. Where no Python runs this Django, an older one renders its templates.
fn start_project(packages: &Path, least: (u32, u32), root: &Path) -> Option<PathBuf> {
    let (python, packages, template) = if let Some(python) = venv::interpreter(least) {
        (python, packages.to_owned(), None)
    } else {
        let older = venv::packages("django-5.2-whole", &["Django==5.2.*"], true)?;
        (venv::interpreter((3, 10))?, older, Some(packages.join("django/conf/project_template")))
    };
    let mut command = Command::new(&python);
    command.args(["-m", "django", "startproject", "shop", "."]).current_dir(root);
    if let Some(template) = template {
        command.arg("--template").arg(template);
    }
    let output = command.env("PYTHONPATH", packages).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(python)
}
