//! From an open default to a closed one: the views are listed, some are marked as public, one write keeps these open by
//! name, closes the default and adds tests. Real Django runs the project's own tests and the new ones.

use std::path::Path;
use std::process::Command;

use crate::support::case::Case;
use crate::support::{corpus, venv};

const PACKAGES: &[&str] = &["Django==5.2.*", "djangorestframework==3.16.*"];
const TESTS: &str = "test_anonymous_access.py";

/// Runs the project's tests; whether they pass, how many ran, and what was printed.
fn tests(python: &Path, root: &Path) -> (bool, usize, String) {
    let output = Command::new(python)
        .args(["-B", "manage.py", "test"])
        .current_dir(root)
        .env_clear()
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let ran = text.lines().find_map(|l| l.strip_prefix("Ran ")?.split(' ').next()?.parse().ok()).unwrap_or(0);
    (output.status.success(), ran, text)
}

fn flip(case: &Case) -> String {
    let ran = case.run(&["apply", "--select", "default-permission-open", "--allow", "tightens"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.out
}

/// Keeps open what seems meant for everybody, and one view by name.
fn mark(case: &Case) {
    let marked = case.run(&[
        "public",
        "--seeming",
        "--mark",
        "shop.views.CatalogueView=the shop window",
        "--by",
        "Dana",
    ]);
    assert_eq!(marked.code, 0, "{}", marked.err);
}

#[test]
fn the_open_views_are_listed_and_marked() {
    let case = Case::new("open");
    insta::assert_snapshot!(case.run(&["public"]).out);
    let wrong = case.run(&["public", "--mark", "shop.views.Nothing=why"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{}", wrong.err);
    assert!(wrong.err.contains("no view `shop.views.Nothing` is open here"), "{}", wrong.err);
    let mute = case.run(&["public", "--mark", "shop.views.ItemView"]);
    assert!(mute.err.contains("say why"), "{}", mute.err);
    mark(&case);
    let kept = case.read("drf-harden-decisions.toml");
    assert_eq!(kept.matches("[[public]]").count(), 3, "{kept}");
    assert!(
        kept.contains("view = \"shop.views.CatalogueView\"\nreason = \"the shop window\"\nby = \"Dana\""),
        "{kept}"
    );
    assert_eq!(case.run(&["public", "--unmark", "shop.views.CatalogueView"]).code, 0);
    assert!(!case.read("drf-harden-decisions.toml").contains("CatalogueView"));
}

#[test]
fn one_write_keeps_public_views_open_closes_the_rest_and_proves_both() {
    let case = Case::new("open");
    let before = case.files();
    mark(&case);
    flip(&case);
    insta::assert_snapshot!(case.read(TESTS));
    insta::assert_snapshot!("views", case.read("shop/views.py"));
    assert!(
        case.read("config/settings.py")
            .contains("\"DEFAULT_PERMISSION_CLASSES\": [\"rest_framework.permissions.IsAuthenticated\"]")
    );
    let again = case.run(&[
        "check",
        "--select",
        "default-permission-open,view-permission-open,public-view-unconfirmed",
    ]);
    assert_eq!(again.code, 0, "{}", again.out);

    if let Some(python) = venv::python("policy", PACKAGES) {
        let open = Case::new("open");
        let (own_pass, own, text) = tests(&python, &open.root());
        assert!(own_pass && own == 2, "{text}");
        let (pass, ran, text) = tests(&python, &case.root());
        assert!(pass && ran == own + 2, "{text}");
        // The new tests fail where the default is open, and where a public view is closed.
        open.write(TESTS, &case.read(TESTS));
        let (pass, _, text) = tests(&python, &open.root());
        assert!(!pass && text.contains("test_closed_endpoints_refuse_anonymous_callers"), "{text}");
        let views = case.read("shop/views.py");
        let shut: String = views.split_inclusive('\n').filter(|l| !l.contains("the shop window")).collect();
        case.write("shop/views.py", &shut);
        let (pass, _, text) = tests(&python, &case.root());
        assert!(!pass && text.contains("test_public_endpoints_let_anonymous_callers_in"), "{text}");
        case.write("shop/views.py", &views);
    }

    assert_eq!(case.run(&["undo"]).code, 0);
    let mut after = case.files();
    after.retain(|path, _| {
        !path.ends_with("drf-harden-decisions.toml") && !path.to_string_lossy().contains("__pycache__")
    });
    assert!(after == before, "undo leaves other files than before");
}

/// The project with a default that lets everybody read, and a login that says by itself that it is open.
fn read_open() -> Case {
    let case = Case::new("open");
    let settings = case.read("config/settings.py").replace(
        "REST_FRAMEWORK = {\n",
        "REST_FRAMEWORK = {\n    \"DEFAULT_PERMISSION_CLASSES\": [\n        \
         \"rest_framework.permissions.IsAuthenticatedOrReadOnly\",\n    ],\n",
    );
    case.write("config/settings.py", &settings);
    let login = "    \"\"\"Logs a person in.\"\"\"\n";
    let views = case.read("shop/views.py");
    case.write(
        "shop/views.py",
        &views.replace(login, &format!("{login}\n    permission_classes = [permissions.AllowAny]\n")),
    );
    case
}

#[test]
fn a_default_that_lets_everybody_read_is_closed_in_the_same_way() {
    let case = read_open();
    let before = case.files();
    let listed = case.run(&["public"]).out;
    assert!(listed.contains("Open to readers by the default"), "{listed}");
    assert!(listed.contains("GET v3/catalogue/") || listed.contains("catalogue/"), "{listed}");
    let marked = case.run(&[
        "public",
        "--mark",
        "shop.views.CatalogueView=the shop window",
        "--mark",
        "shop.views.health=monitoring",
        "--mark",
        "shop.views.LoginView=the door",
    ]);
    assert_eq!(marked.code, 0, "{}", marked.err);
    let ran = case.run(&["apply", "--select", "default-permission-read-open", "--allow", "tightens"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let views = case.read("shop/views.py");
    // What a view had by the default it keeps by name: reads alone.
    assert!(
        views.contains(
            "permission_classes = [permissions.IsAuthenticatedOrReadOnly]  # public: the shop window"
        ),
        "{views}"
    );
    assert!(
        views.contains("@permission_classes([permissions.IsAuthenticatedOrReadOnly])  # public: monitoring"),
        "{views}"
    );
    let settings = case.read("config/settings.py");
    assert!(
        // The list keeps its lines.
        settings.contains(
            "\"DEFAULT_PERMISSION_CLASSES\": [\n        \"rest_framework.permissions.IsAuthenticated\",\n    ],"
        ),
        "{settings}"
    );
    insta::assert_snapshot!("tests_of_a_read_open_default", case.read(TESTS));
    let again = case.run(&["check", "--select", "default-permission-read-open"]);
    assert_eq!(again.code, 0, "{}", again.out);

    if let Some(python) = venv::python("policy", PACKAGES) {
        let open = read_open();
        let (own_pass, own, text) = tests(&python, &open.root());
        assert!(own_pass && own == 2, "{text}");
        let (pass, ran, text) = tests(&python, &case.root());
        assert!(pass && ran == own + 2, "{text}");
        open.write(TESTS, &case.read(TESTS));
        let (pass, _, text) = tests(&python, &open.root());
        assert!(!pass && text.contains("test_closed_endpoints_refuse_anonymous_callers"), "{text}");
    }

    assert_eq!(case.run(&["undo"]).code, 0);
    let mut after = case.files();
    after.retain(|path, _| {
        !path.ends_with("drf-harden-decisions.toml") && !path.to_string_lossy().contains("__pycache__")
    });
    assert!(after == before, "undo leaves other files than before");
}

/// The package `squad` as it is installed, without what fetches scripts and styles when it starts.
fn squad(python: &Path) -> Case {
    let output = Command::new(python)
        .args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
        .output()
        .unwrap();
    let packages = String::from_utf8(output.stdout).unwrap();
    let case = Case::empty();
    corpus::copy(&Path::new(packages.trim()).join("squad"), &case.root().join("squad"));
    case.write("squad/frontend/static/download", "#!/bin/sh\n");
    let download = case.root().join("squad/frontend/static/download");
    std::fs::set_permissions(download, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    case
}

/// Runs the new tests of `squad` on a database of their own; whether they pass, and what was printed.
fn access_tests(python: &Path, case: &Case) -> (bool, String) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(python)
        .args(["-B", "-W", "ignore", "-m", "django", "test", "squad.test_anonymous_access"])
        .current_dir(case.root())
        .env_clear()
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("DJANGO_SETTINGS_MODULE", "squad.settings")
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// squad lets everybody read by default; its view sets have some fifty endpoints, extra actions and nested routes.
#[test]
fn the_default_of_a_real_project_is_closed_and_proven() {
    let Some(python) = venv::python("squad", &["squad==1.98", "Django==4.2.*", "setuptools<81"]) else {
        return;
    };
    let case = squad(&python);
    let marked = case.run(&[
        "public",
        "--mark",
        "squad.api.rest.BuildViewSet=build results are for everybody",
        "--mark",
        "squad.api.rest.ProjectViewSet=so is the list of projects",
    ]);
    assert_eq!(marked.code, 0, "{}", marked.err);
    let ran = case.run(&["apply", "--select", "default-permission-read-open", "--allow", "tightens"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let written = case.read("squad/test_anonymous_access.py");
    let (closed, public) = written.split_once("PUBLIC = [").unwrap();
    let requests = |part: &str| part.lines().filter(|l| l.starts_with("    (\"")).count();
    assert!(requests(closed) > 100 && requests(public) > 15, "{written}");
    let (pass, text) = access_tests(&python, &case);
    assert!(pass && text.contains("Ran 2 tests"), "{text}");

    // Where the default is as it was, the same tests find every closed endpoint open.
    let open = squad(&python);
    open.write("squad/test_anonymous_access.py", &written);
    let (pass, text) = access_tests(&python, &open);
    assert!(!pass && text.contains("test_closed_endpoints_refuse_anonymous_callers"), "{text}");
}
