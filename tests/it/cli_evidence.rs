//! What stands around the settings: deployment files, installed packages, repositories without settings.

use crate::support::case::{Case, Ran};

const COMPOSE: &str = "services:\n  web:\n    environment:\n      DJANGO_DEBUG: \"False\"\n      \
                       SECRET_KEY: deployed-by-compose\n";

/// The `split` project reads both; what production is deployed with is shown and is no value.
fn deployed() -> Case {
    let case = Case::new("split");
    case.write("compose.prod.yml", COMPOSE);
    case.write("Dockerfile", "FROM python:3.12\nENV DJANGO_DEBUG=0\n");
    case
}

#[test]
fn a_setting_shows_what_deployment_files_give_its_variable() {
    let case = deployed();
    let json = case.run(&["settings", "--format", "json"]).json();
    let debug = &json["settings"]["DEBUG"];
    assert_eq!((&debug["state"], &debug["value"]), (&"env".into(), &true.into()), "a fact is no value");
    let facts: Vec<_> = debug["deployed"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        facts,
        [
            r#"{"variable":"DJANGO_DEBUG","value":"0","by":"ENV","for":"production","path":"Dockerfile","line":2}"#,
            r#"{"variable":"DJANGO_DEBUG","value":"False","by":"environment","for":"production","path":"compose.prod.yml","line":4}"#,
        ]
    );
    let story = case.run(&["settings", "--explain", "DEBUG"]).out;
    let part = "What deployment files say\n  DJANGO_DEBUG = 0 in Dockerfile:2 (ENV, for production)\n  \
                DJANGO_DEBUG = False in compose.prod.yml:4 (environment, for production)\n";
    assert!(story.contains(part), "{story}");
    let chain = case.run(&["settings", "-v"]).out;
    assert!(chain.contains("DJANGO_DEBUG = 0 in Dockerfile:2"), "{chain}");
}

#[test]
fn a_finding_points_at_what_production_is_deployed_with() {
    let json = deployed().run(&["check", "--format", "json", "--select", "debug-enabled"]).json();
    let related = json["findings"][0]["related"].as_array().unwrap();
    let places: Vec<_> = related.iter().map(|r| r["path"].as_str().unwrap()).collect();
    assert!(places.ends_with(&["Dockerfile", "compose.prod.yml"]), "{places:?}");
}

#[test]
fn a_secret_in_a_deployment_file_is_not_shown() {
    let case = deployed();
    for arguments in [
        &["settings", "--format", "json"][..],
        &["settings", "--explain", "SECRET_KEY"],
        &["settings", "-v"],
        &["check", "--profile", "everything"],
        &["check", "--format", "json"],
    ] {
        let ran = case.run(arguments);
        assert!(!ran.out.contains("deployed-by-compose"), "{arguments:?}: {}", ran.out);
    }
    let json = case.run(&["settings", "--format", "json"]).json();
    assert_eq!(json["settings"]["SECRET_KEY"]["deployed"][0]["value"]["secret"]["length"], 19);
}

/// A base in an installed package is read from the environment that is named, found or active.
#[test]
fn settings_of_an_installed_package_are_read() {
    let case = Case::empty();
    case.write("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n");
    let settings = "from company.defaults import *\nINSTALLED_APPS = []\nROOT_URLCONF = 'urls'\n\
                    MIDDLEWARE += ['own.Middleware']\n";
    case.write("settings.py", settings);
    let told = |arguments: &[&str]| {
        let ran = case.run(&[&["settings", "--format", "json"], arguments].concat());
        let json = ran.json();
        let state = |name: &str| json["settings"][name]["state"].as_str().unwrap_or("absent").to_owned();
        (state("DEBUG"), json["settings"]["MIDDLEWARE"]["value"].to_string(), state("SECURE_SSL_REDIRECT"))
    };
    // Without it, nothing is called absent or a default.
    let open = told(&[]);
    assert_eq!((open.0.as_str(), open.2.as_str()), ("unknown", "unknown"));

    let known =
        ("known".to_owned(), r#"["company.Middleware","own.Middleware"]"#.to_owned(), "default".to_owned());
    let elsewhere = tempfile::tempdir().unwrap();
    let package = |environment: &std::path::Path| {
        let folder = environment.join("lib/python3.12/site-packages/company");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(folder.join("../django-5.2.dist-info")).unwrap();
        std::fs::write(environment.join("pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        std::fs::write(folder.join("__init__.py"), "raise RuntimeError('nothing is run')\n").unwrap();
        std::fs::write(folder.join("defaults.py"), "from .base import *\nDEBUG = False\n").unwrap();
        std::fs::write(folder.join("base.py"), "MIDDLEWARE = ['company.Middleware']\n").unwrap();
    };
    package(elsewhere.path());
    let named = elsewhere.path().to_str().unwrap();
    assert_eq!(told(&["--python", named]), known);
    assert_eq!(told(&["--python", &format!("{named}/bin/python")]), known);
    let mut active = case.command(&["settings", "--explain", "DEBUG"]);
    let ran = Ran::from(active.env("VIRTUAL_ENV", named).output().unwrap());
    assert!(ran.out.starts_with("DEBUG  known  False\n"), "{}{}", ran.out, ran.err);
    package(&case.root().join(".venv"));
    assert_eq!(told(&[]), known);

    let wrong = case.run(&["settings", "--python", "/nowhere"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("no installed packages in /nowhere"), "{}", wrong.err);
}

/// What installed packages offer is read from their metadata; of several packages the order is not known.
#[test]
fn entry_points_are_those_of_the_environment() {
    let case = Case::empty();
    case.write("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n");
    case.write(
        "settings.py",
        "from importlib.metadata import entry_points\n\nSECRET_KEY = 'k'\nINSTALLED_APPS = ['shop']\n\
         for point in entry_points(group='shop.plugin'):\n    INSTALLED_APPS += [point.load()]\n\
         NAMES = [point.name for point in entry_points(group='shop.plugin')]\n\
         OTHERS = sorted(point.module for point in entry_points(group='shop.other'))\n\
         ORDER = [point.name for point in entry_points(group='shop.other')]\n",
    );
    let told = || {
        let ran = case.run(&["settings", "--all", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let value = |name: &str| json["settings"][name]["value"].to_string();
        ["INSTALLED_APPS", "NAMES", "OTHERS", "ORDER"].map(value)
    };
    assert!(told()[1].contains("rest") || told()[1] == "null", "{:?}", told());
    let site = ".venv/lib/python3.12/site-packages";
    case.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    case.write(&format!("{site}/django-5.2.dist-info/METADATA"), "Name: Django\nVersion: 5.2\n");
    case.write(&format!("{site}/mail/__init__.py"), "app = 'mail.apps.Mail'\n");
    case.write(&format!("{site}/sms.py"), "class config:\n    path = 'sms'\n");
    let points = "[console_scripts]\nx = y:z\n[shop.plugin]\nmail = mail:app\nsms = sms:config.path\n";
    case.write(
        &format!("{site}/mail-1.0.dist-info/entry_points.txt"),
        &format!("{points}[shop.other]\nb = two\n"),
    );
    case.write(&format!("{site}/sms-1.0.dist-info/entry_points.txt"), "[shop.other]\na = one:more [x]\n");
    let [apps, names, others, order] = told();
    assert_eq!(apps, r#"["shop","mail.apps.Mail","sms"]"#);
    assert_eq!(names, r#"["mail","sms"]"#);
    assert_eq!(others, r#"["one","two"]"#);
    assert!(order.contains("rest") || order == "null", "{order}");
}

/// Reusable apps are judged for what needs no settings, and each command says why it has nothing to say.
#[test]
fn apps_without_settings_are_said_to_have_none() {
    let case = Case::empty();
    case.write("setup.py", "from setuptools import setup\nsetup(name='apps', install_requires=['django'])\n");
    case.write("shop/__init__.py", "");
    let view = "from rest_framework.views import APIView\nfrom rest_framework.permissions import AllowAny\n\n\n\
                class Orders(APIView):\n    permission_classes = [AllowAny]\n\n    \
                def get(self, request):\n        pass\n";
    case.write("shop/views.py", view);
    let checked = case.run(&["check"]);
    assert_eq!(checked.code, 1, "{}{}", checked.out, checked.err);
    assert!(checked.err.contains("no settings module, so only what needs no settings was judged"));
    for command in ["endpoints", "settings"] {
        let ran = case.run(&[command]);
        assert_eq!(ran.code, 3, "{command}: {}", ran.err);
        assert!(ran.err.contains("no settings module") && ran.err.contains("--settings"), "{}", ran.err);
    }
}
