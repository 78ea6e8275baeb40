use super::*;
use crate::project::testing::sources;

fn versions(files: &[(&str, &str)]) -> (Option<FoundVersion>, Option<FoundVersion>) {
    find(&sources(files), "", &[""], None)
}

fn django(files: &[(&str, &str)]) -> Option<(String, bool, String)> {
    versions(files).0.map(|v| (v.version, v.exact, v.found_in))
}

#[test]
fn each_kind_of_file_states_its_version() {
    for (path, text, version, exact, at) in [
        ("requirements.txt", "# web\nDjango==5.2.1 --hash=sha256:ab\n", "5.2.1", true, "requirements.txt:2"),
        ("requirements.txt", "Django==5.2.1 \\\n    --hash=sha256:ab\n", "5.2.1", true, "requirements.txt:1"),
        (
            "requirements/base.in",
            "django[argon2]>=4.2,<5 ; python_version > '3.8'\n",
            "4.2",
            false,
            "requirements/base.in:1",
        ),
        ("requirements.txt", "Django~=5.1.2  # LTS soon\n", "5.1.2", false, "requirements.txt:1"),
        ("requirements.txt", "Django==5.2.*,>=5.2.17\n", "5.2.17", false, "requirements.txt:1"),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\n  \"Django>=5.2\",\n]\n",
            "5.2",
            false,
            "pyproject.toml:3",
        ),
        (
            "pyproject.toml",
            "[tool.poetry.dependencies]\nDjango = \"^4.2.3\"\n",
            "4.2.3",
            false,
            "pyproject.toml:2",
        ),
        (
            "pyproject.toml",
            "[tool.poetry.dependencies]\ndjango = {version = \"5.0.1\"}\n",
            "5.0.1",
            true,
            "pyproject.toml:2",
        ),
        ("pyproject.toml", "[dependency-groups]\nweb = [\"django==5.2\"]\n", "5.2", true, "pyproject.toml:2"),
        ("Pipfile", "[packages]\ndjango = \"==3.2.1\"\n", "3.2.1", true, "Pipfile:2"),
        ("setup.cfg", "[options]\ninstall_requires =\n    Django>=4.2\n", "4.2", false, "setup.cfg:3"),
        ("setup.py", "setup(install_requires=['six', 'Django>=3.2,<5'])\n", "3.2", false, "setup.py:1"),
        (
            "x-1.dist-info/METADATA",
            "Name: x\nRequires-Dist: django (==3.2.20)\n",
            "3.2.20",
            true,
            "x-1.dist-info/METADATA:2",
        ),
        ("uv.lock", "[[package]]\nname = \"django\"\nversion = \"5.2.4\"\n", "5.2.4", true, "uv.lock"),
        (
            "poetry.lock",
            "[[package]]\nname = \"Django\"\nversion = \"5.2.4\"\n",
            "5.2.4",
            true,
            "poetry.lock",
        ),
        (
            "Pipfile.lock",
            "{\"default\": {\"django\": {\"version\": \"==4.1\"}}}",
            "4.1",
            true,
            "Pipfile.lock",
        ),
    ] {
        assert_eq!(django(&[(path, text)]), Some((version.into(), exact, at.into())), "{path}: {text}");
    }
}

#[test]
fn what_states_no_version_gives_none() {
    for (path, text) in [
        ("requirements.txt", "Django\n"),
        ("requirements.txt", "Django<6\n"),
        ("requirements.txt", "# Django==5.2\n"),
        ("requirements.txt", "django-filter==24.1\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\ndjango = \"*\"\n"),
        ("notes.txt", "Django==5.2\n"),
        ("uv.lock", "[[package]]\nname = \"x\"\nversion = \"1\"\n[package.metadata]\nname = \"django\"\n"),
    ] {
        assert_eq!(django(&[(path, text)]), None, "{path}: {text}");
    }
}

#[test]
fn a_lock_wins_over_a_pin_and_a_pin_over_a_range() {
    let lock = ("uv.lock", "[[package]]\nname = \"django\"\nversion = \"5.2.4\"\n");
    let (pin, range) = (("requirements.txt", "Django==5.2.1\n"), ("setup.cfg", "Django>=4.2\n"));
    assert_eq!(django(&[lock, pin, range]).unwrap().0, "5.2.4");
    assert_eq!(django(&[pin, range]).unwrap().0, "5.2.1");
    assert_eq!(django(&[range]).unwrap().0, "4.2");
}

#[test]
fn production_requirements_win_over_those_for_development() {
    let files = [("requirements/dev.txt", "Django==5.1\n"), ("requirements/production.txt", "Django==5.2\n")];
    assert_eq!(django(&files).unwrap().2, "requirements/production.txt:1");
}

#[test]
fn each_project_has_its_own_versions() {
    let files = sources(&[("a/requirements.txt", "Django==4.2\n"), ("b/requirements.txt", "Django==5.2\n")]);
    let of = |home| find(&files, home, &["a", "b"], None).0.unwrap().version;
    assert_eq!((of("a"), of("b")), ("4.2".into(), "5.2".into()));
}

#[test]
fn a_wheels_metadata_speaks_for_the_folder_around_it() {
    let metadata = "Requires-Dist: Django>=4 ; extra == 'web'\nRequires-Dist: Django (<5.3.0,>=5.2.16)\n";
    let files = sources(&[("app/manage.py", ""), ("app-1.dist-info/METADATA", metadata)]);
    assert_eq!(find(&files, "app", &["app"], None).0.unwrap().version, "5.2.16");
    // What only an extra asks for counts when nothing else does.
    let files = sources(&[("app-1.dist-info/METADATA", "Requires-Dist: Django>=5.1 ; extra == 'web'\n")]);
    assert_eq!(find(&files, "app", &["app"], None).0.unwrap().version, "5.1");
}

#[test]
fn a_manifest_above_the_project_counts() {
    let files =
        sources(&[("backend/manage.py", ""), ("requirements/base.txt", "djangorestframework==3.16.0\n")]);
    assert_eq!(find(&files, "backend", &["backend"], None).1.unwrap().version, "3.16.0");
}

#[test]
fn an_installed_environment_tells_versions() {
    let root = tempfile::tempdir().unwrap();
    let venv = root.path().join(".venv");
    std::fs::create_dir_all(venv.join("lib/python3.12/site-packages/Django-5.2.3.dist-info")).unwrap();
    std::fs::write(venv.join("pyvenv.cfg"), "").unwrap();
    let files = Sources::new(root.path().to_owned(), Vec::new());
    let installed = Installed::find(&files, "", None).unwrap();
    let django = find(&files, "", &[""], Some(&installed)).0.unwrap();
    assert_eq!((django.version.as_str(), django.found_in.as_str()), ("5.2.3", ".venv"));
    let named = Installed::find(&files, "", Some(&venv.join("bin/python"))).unwrap();
    assert_eq!(named.site_packages, installed.site_packages);
}
