//! The list of endpoints: against the rows of literate cases, and against real Django on the same cases. Whole real
//! projects are `real_endpoints`' work.

use std::fs;
use std::path::Path;

use drf_harden::endpoints::policy::{Exposure, PolicyValue};
use drf_harden::endpoints::{Endpoint, Inventory};
use drf_harden::engine::{Engine, Options, Silent};
use time::macros::date;

use crate::support::literate::{self, Case};
use crate::support::resolver::{Row, dump};
use crate::support::venv;

/// What the fixtures import.
const PACKAGES: &[&str] = &[
    "Django==5.2.*",
    "djangorestframework==3.16.*",
    "drf-nested-routers==0.95.*",
    "drf-extensions==0.8.*",
    "wagtail==7.0.*",
];

/// The cases of the fixtures, each with the common files.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/endpoints");
    let mut cases = literate::read(&fs::read_to_string(folder.join("urls.md")).unwrap());
    let common = cases.remove(0);
    for case in &mut cases {
        for (path, text) in &common.files {
            if case.file(path).is_none() {
                case.files.push((path.clone(), text.clone()));
            }
        }
        case.files.push(("shop/__init__.py".to_owned(), String::new()));
        let manage = "import os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\n";
        case.files.push(("manage.py".to_owned(), manage.to_owned()));
    }
    cases
}

fn write(case: &Case, root: &Path) {
    for (path, text) in case.files.iter().filter(|(path, _)| !matches!(path.as_str(), "rows" | "problems")) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn inventory(root: &Path, settings: &str) -> Inventory {
    let options = Options { settings: vec![settings.to_owned()], ..Options::new(date!(2026 - 01 - 01)) };
    Engine::open(root, options).unwrap().endpoints(&Silent).unwrap().inventory
}

/// A row as the fixtures write it: path, name, view, kind, methods, actions.
fn row(endpoint: &Endpoint) -> String {
    let actions = endpoint.route.view.actions.iter().flatten();
    let actions: Vec<String> = actions.map(|(method, action)| format!("{method}: {action}")).collect();
    let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let parts = [
        endpoint.route.path.clone(),
        or_dash(endpoint.route.name.clone().unwrap_or_default()),
        or_dash(endpoint.view.clone()),
        endpoint.kind.as_str().to_owned(),
        or_dash(endpoint.methods.join(" ")),
        or_dash(actions.join(", ")),
    ];
    parts.join(" | ")
}

/// The lines of one list that the other lacks, counted as often as they stand there.
fn lacking<'a>(list: &'a [String], other: &[String]) -> Vec<&'a str> {
    let mut left: Vec<&str> = other.iter().map(String::as_str).collect();
    let mut lacking = Vec::new();
    for line in list {
        match left.iter().position(|l| l == line) {
            Some(at) => drop(left.swap_remove(at)),
            None => lacking.push(line.as_str()),
        }
    }
    lacking
}

#[test]
fn every_case_lists_its_rows() {
    let mut wrong = String::new();
    let cases = cases();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        write(case, folder.path());
        let found = inventory(folder.path(), "settings");
        let rows: Vec<String> = found.endpoints.iter().map(row).collect();
        let expected: Vec<String> =
            case.file("rows").unwrap_or_default().lines().map(str::to_owned).collect();
        let problems: Vec<&str> = found.problems.iter().map(|p| p.message.as_str()).collect();
        let stated: Vec<&str> = case.file("problems").unwrap_or_default().lines().collect();
        if rows != expected || problems != stated {
            wrong.push_str(&format!("## {}\n", case.title));
            for line in lacking(&expected, &rows) {
                wrong.push_str(&format!("  missing {line}\n"));
            }
            for line in lacking(&rows, &expected) {
                wrong.push_str(&format!("  wrong   {line}\n"));
            }
            for problem in problems {
                wrong.push_str(&format!("  problem {problem}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_rows_of_every_case_are_those_of_real_django() {
    let Some(python) = venv::python("urls", PACKAGES) else { return };
    let folder = tempfile::tempdir().unwrap();
    // Where something cannot be told, it is the machine's.
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.file("problems").is_none()).collect();
    let mut folders = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let root = folder.path().join(number.to_string());
        write(case, &root);
        folders.push(root);
    }
    let mut wrong = String::new();
    for (case, real) in cases.iter().zip(dump(&python, "settings", &folders, &[])) {
        let real: Vec<String> = real.iter().map(Row::text).collect();
        let expected = case.file("rows").unwrap_or_default();
        if expected.lines().ne(real.iter().map(String::as_str)) {
            wrong.push_str(&format!("## {}\n{}\n", case.title, real.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "real Django lists otherwise:\n{wrong}");
}

#[test]
fn a_urlconf_that_takes_too_many_steps_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("settings.py", "SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = ['rest_framework']\n"),
        ("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"),
        (
            "urls.py",
            "from django.urls import include, path\nfrom views import Api\nurlpatterns = [\n    path('a/', Api.as_view()),\n    \
             path('b/', include('endless')),\n    path('c/', Api.as_view()),\n]\n",
        ),
        (
            "views.py",
            "from rest_framework.views import APIView\n\n\nclass Api(APIView):\n    def get(self, request):\n        pass\n",
        ),
        (
            "endless.py",
            "from django.urls import path\nfrom views import Api\nurlpatterns = [path('first/', Api.as_view())]\nn = 0\n\
             for a in range(10000):\n    for b in range(10000):\n        n += 1\nurlpatterns += [path('last/', Api.as_view())]\n",
        ),
    ];
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    let inventory = inventory(folder.path(), "settings");
    let paths: Vec<&str> = inventory.endpoints.iter().map(|e| e.route.path.as_str()).collect();
    assert_eq!(paths, ["a/", "b/first/", "c/"]);
    let stated: Vec<&str> = inventory.problems.iter().map(|p| p.message.as_str()).collect();
    assert!(stated.iter().any(|p| p.starts_with("endless was not evaluated to the end")), "{stated:?}");
}

#[test]
fn a_class_inside_a_class_keeps_its_whole_name() {
    let cases = cases();
    let case = cases.iter().find(|c| c.title.starts_with("A class inside a class as a permission")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(case, folder.path());
    let inventory = inventory(folder.path(), "settings");
    let endpoint = &inventory.endpoints[0];
    let permission = &endpoint.policy.permission.value;
    assert_eq!(*permission, PolicyValue::Names(vec!["shop.views.Orders.Pay".to_owned()]));
    assert_eq!(endpoint.policy.exposure, Exposure::Authenticated);
}

/// A project in which the configuration of an app changes `REST_FRAMEWORK` in this method.
fn changed_at_start(method: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut case = cases().remove(0);
    case.files.retain(|(path, _)| !matches!(path.as_str(), "settings.py" | "urls.py"));
    let apps = format!(
        "from django.apps import AppConfig
from django.conf import settings


class ShopConfig(AppConfig):
    name = 'shop'
    classes = ['rest_framework.permissions.IsAdminUser']

    def {method}
        current = getattr(settings, 'REST_FRAMEWORK', {{}})
        for key, value in {{'DEFAULT_PERMISSION_CLASSES': self.classes}}.items():
            current.setdefault(key, value)
        setattr(settings, 'REST_FRAMEWORK', current)
"
    );
    let settings = "SECRET_KEY = 'x'
ROOT_URLCONF = 'urls'
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'rest_framework', 'shop.apps.ShopConfig']
";
    let urls = "from django.urls import path
from shop import views
urlpatterns = [path('api/', views.Api.as_view())]
";
    for (path, text) in [("shop/apps.py", apps.as_str()), ("settings.py", settings), ("urls.py", urls)] {
        case.files.push((path.to_owned(), text.to_owned()));
    }
    write(&case, folder.path());
    folder
}

#[test]
fn settings_that_an_app_changes_before_drf_reads_them_decide() {
    let folder = changed_at_start("__init__(self, name, module):\n        super().__init__(name, module)");
    let found = inventory(folder.path(), "settings");
    let value = &found.endpoints[0].policy.permission.value;
    let admin = "rest_framework.permissions.IsAdminUser".to_owned();
    assert!(matches!(value, PolicyValue::Names(names) if *names == [admin.clone()]), "{value:?}");
    if let Some(python) = venv::python("urls", PACKAGES) {
        let rows = dump(&python, "settings", &[folder.path().to_owned()], &[]).remove(0);
        assert_eq!(rows[0].policies.as_ref().unwrap()["permission"].value, serde_json::json!([admin]));
    }
    // By the time of `ready` the views may have their defaults.
    let folder = changed_at_start("ready(self):");
    let found = inventory(folder.path(), "settings");
    let value = &found.endpoints[0].policy.permission.value;
    assert!(matches!(value, PolicyValue::Unknown(_)), "{value:?}");
}

#[test]
fn packages_bundled_with_django_go_before_an_environment_beside_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let files = [
        ("manage.py", "import os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\n"),
        ("settings.py", "SECRET_KEY = \"x\"\nROOT_URLCONF = \"urls\"\nINSTALLED_APPS = [\"shop\"]\n"),
        (
            "urls.py",
            "from django.urls import include, path\nurlpatterns = [path(\"parts/\", include(\"parts.urls\"))]\n",
        ),
        ("shop/__init__.py", ""),
        ("shop/dist/Django-5.2.dist-info/METADATA", "Name: Django\n"),
        ("shop/dist/django/__init__.py", ""),
        ("shop/dist/parts/__init__.py", ""),
        (
            "shop/dist/parts/urls.py",
            "from django.urls import path\nfrom django.views.generic import RedirectView\n\
             urlpatterns = [path(\"all/\", RedirectView.as_view(url=\"/\"))]\n",
        ),
        (".venv/pyvenv.cfg", ""),
        (".venv/lib/python3.12/site-packages/six.py", ""),
    ];
    for (path, text) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let told = inventory(&root, "settings");
    let paths: Vec<&str> = told.endpoints.iter().map(|e| e.route.path.as_str()).collect();
    assert_eq!(paths, ["parts/all/"], "{:?}", told.problems);
}
