//! The endpoints of real projects, each installed with its own requirements, against Django's resolver and DRF: every
//! pattern is in the inventory or in a stated problem, nothing is told wrong, and at least 97 % of the endpoints of
//! DRF are found with their policies. Prints a table.
//!
//! `SUBJECTS=file.json cargo test --test it real_endpoints` examines others: a list of objects with the names, types
//! and meaning of the fields of `Subject`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use drf_harden::endpoints::policy::{Branch, Effective, Origin, PolicyValue};
use drf_harden::endpoints::{Endpoint, Inventory, Kind};
use drf_harden::engine::{Engine, Options, Silent};
use serde_json::{Value, json};
use time::macros::date;

use crate::support::resolver::{Protection, Row, dump};
use crate::support::{corpus, venv};

/// A real project.
#[derive(Clone, Copy)]
struct Subject {
    name: &'static str,
    packages: &'static [&'static str],
    /// Requirements that would have to be compiled against libraries of the system, and that no URL needs.
    without: &'static [&'static str],
    /// What is the project's own, copied out of the environment.
    own: &'static [&'static str],
    settings: &'static str,
    /// How many of a hundred endpoints of DRF are right at least.
    share: usize,
    /// Files that the package leaves to whoever installs it.
    files: &'static [(&'static str, &'static str)],
}

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "misago",
        packages: &["misago==0.39.6"],
        without: &[],
        own: &["devproject", "misago"],
        settings: "devproject.settings",
        share: 97,
        files: &[],
    },
    Subject {
        name: "pretix",
        packages: &["pretix==2026.8.0"],
        without: &[],
        own: &["pretix"],
        settings: "pretix.settings",
        share: 97,
        files: &[],
    },
    Subject {
        name: "mayan-edms",
        packages: &["mayan-edms==4.12.2"],
        without: &["django-auth-ldap"],
        own: &["mayan"],
        settings: "mayan.settings.production",
        share: 97,
        files: &[],
    },
    Subject {
        name: "weblate",
        packages: &["weblate==5.14.3", "psycopg[binary]==3.3.9"],
        without: &["PyGObject", "borgbackup", "pycairo", "tesserocr"],
        own: &["weblate"],
        settings: "weblate.settings_example",
        share: 97,
        files: &[("before.py", WEBLATE)],
    },
    Subject {
        name: "wger",
        packages: &["wger==2.1", "setuptools<81"],
        without: &[],
        own: &["wger"],
        settings: "settings",
        share: 97,
        files: &[("manage.py", MANAGE), ("settings.py", WGER)],
    },
    Subject {
        name: "evennia",
        packages: &["evennia==5.0.1"],
        without: &[],
        own: &[],
        settings: "server.conf.settings",
        share: 97,
        files: &[
            (
                "manage.py",
                "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'server.conf.settings')\n",
            ),
            ("before.py", "import evennia\n"),
            ("server/__init__.py", ""),
            ("server/conf/__init__.py", ""),
            ("server/conf/settings.py", EVENNIA),
            ("web/__init__.py", ""),
            ("web/urls.py", EVENNIA_URLS),
        ],
    },
    Subject {
        name: "kolibri",
        packages: &["kolibri==0.19.5", "setuptools<81"],
        without: &[],
        own: &["kolibri"],
        settings: "kolibri.deployment.default.settings.base",
        share: 97,
        // Its requirements are bundled in it, and found when it is imported.
        files: &[("before.py", "import kolibri\n")],
    },
    Subject {
        name: "openwisp-controller",
        packages: &["openwisp-controller==1.3.2", "pyogrio==0.13.0", "shapely==2.2.0"],
        without: &[],
        own: &["openwisp_controller"],
        settings: "settings",
        share: 97,
        files: &[("manage.py", MANAGE), ("settings.py", OPENWISP), ("urls.py", OPENWISP_URLS)],
    },
    Subject {
        name: "ara",
        packages: &["ara[server]==1.8.0"],
        without: &[],
        own: &["ara"],
        settings: "ara.server.settings",
        share: 97,
        files: &[],
    },
    Subject {
        name: "argus",
        packages: &["argus-server==2.10.2"],
        without: &[],
        own: &["argus"],
        settings: "settings",
        share: 97,
        files: &[("manage.py", MANAGE), ("settings.py", ARGUS)],
    },
    Subject {
        name: "bugsink",
        packages: &["bugsink==2.6.2"],
        without: &[],
        own: &[
            "alerts",
            "api",
            "bsmain",
            "bugsink",
            "compat",
            "ee",
            "events",
            "files",
            "ingest",
            "issues",
            "performance",
            "phonehome",
            "projects",
            "releases",
            "snappea",
            "symbolic",
            "tags",
            "teams",
            "theme",
        ],
        settings: "bugsink.settings.development",
        share: 97,
        files: &[],
    },
];

const MANAGE: &str = "import os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\n";

/// What draws texts and reads pictures.
const WEBLATE: &str = "import sys
from unittest.mock import MagicMock

for name in ('cairo', 'gi', 'gi.repository', 'tesserocr'):
    sys.modules[name] = MagicMock()
";

const WGER: &str = "from wger.settings_global import *

DEBUG = False
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'database.sqlite'}}
SECRET_KEY = 'a key for the tests alone'
SITE_URL = 'http://localhost:8000'
RECAPTCHA_PUBLIC_KEY = ''
RECAPTCHA_PRIVATE_KEY = ''
";

const EVENNIA: &str = "from evennia.settings_default import *

SERVERNAME = 'mygame'
SECRET_KEY = 'a key for the tests alone'
REST_API_ENABLED = True
ROOT_URLCONF = 'web.urls'
";

const EVENNIA_URLS: &str = "from django.urls import include, path

urlpatterns = [path('', include('evennia.web.urls'))]
";

const OPENWISP: &str = r#"import glob
import os

import pyogrio
import shapely

SECRET_KEY = "a key for the tests alone"
DEBUG = False
ALLOWED_HOSTS = ["openwisp.example.com"]
# The libraries that wheels bring along, so that none need be installed.
BESIDE = os.path.dirname(os.path.dirname(pyogrio.__file__))
GDAL_LIBRARY_PATH = glob.glob(os.path.join(BESIDE, "pyogrio.libs", "libgdal*"))[0]
GEOS_LIBRARY_PATH = glob.glob(os.path.join(BESIDE, "shapely.libs", "libgeos_c*"))[0]
DATABASES = {"default": {"ENGINE": "openwisp_utils.db.backends.spatialite", "NAME": "openwisp.db"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.sites",
    "openwisp_users.accounts",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django_extensions",
    "openwisp_users",
    "openwisp_controller.pki",
    "openwisp_controller.config",
    "openwisp_controller.geo",
    "openwisp_controller.connection",
    "openwisp_controller.subnet_division",
    "openwisp_notifications",
    "flat_json_widget",
    "openwisp_ipam",
    "openwisp_utils.admin_theme",
    "admin_auto_filters",
    "django.contrib.admin",
    "django.forms",
    "sortedm2m",
    "reversion",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
    "rest_framework.authtoken",
    "django_filters",
    "drf_yasg",
    "taggit",
    "channels",
    "import_export",
]
EXTENDED_APPS = ("django_x509", "django_loci")
AUTH_USER_MODEL = "openwisp_users.User"
SITE_ID = 1
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "urls"
STATIC_URL = "/static/"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
"#;

const OPENWISP_URLS: &str = "from django.urls import include, path

urlpatterns = [path('', include('openwisp_controller.urls'))]
";

const ARGUS: &str = "from argus.site.settings.backend import *

SECRET_KEY = 'a key for the tests alone'
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'database.sqlite'}}
MEDIA_PLUGINS = ['argus.notificationprofile.media.email.EmailNotification']
";

/// What a project came to.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) patterns: usize,
    pub(crate) drf: usize,
    pub(crate) found: usize,
    /// Found under a path of which a part is told as unknown.
    pub(crate) partly: usize,
    pub(crate) right: usize,
    pub(crate) wrong: Vec<String>,
    pub(crate) untold: Vec<String>,
    /// Why a policy was left open, and how often.
    pub(crate) open: BTreeMap<String, usize>,
}

#[test]
fn the_endpoints_of_real_projects_are_as_their_resolvers_have_them() {
    let subjects = std::env::var("SUBJECTS").map_or_else(|_| SUBJECTS.to_vec(), |path| others(&path));
    let outcomes: Vec<(&Subject, Option<Outcome>)> = std::thread::scope(|scope| {
        let run = |subject| scope.spawn(move || (subject, examine(subject)));
        let threads: Vec<_> = subjects.iter().map(run).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let head = "| project | patterns | of DRF | found | with an unknown part | right | wrong | untold |\n";
    let mut table = String::from(head);
    let mut failures = String::new();
    for (subject, outcome) in outcomes {
        let Some(outcome) = outcome else { continue };
        let Outcome { patterns, drf, found, partly, right, wrong, untold, open } = outcome;
        if right * 100 < drf * subject.share {
            writeln!(failures, "## {}: only {right} of {drf} endpoints of DRF are right", subject.name)
                .unwrap();
        }
        writeln!(
            table,
            "| {} | {patterns} | {drf} | {found} | {partly} | {right} | {} | {} |",
            subject.name,
            wrong.len(),
            untold.len()
        )
        .unwrap();
        for (cause, times) in open {
            writeln!(table, "    {times}: {cause}").unwrap();
        }
        let lines: Vec<String> = wrong.iter().chain(&untold).take(20).cloned().collect();
        if !lines.is_empty() {
            writeln!(failures, "## {}\n{}", subject.name, lines.join("\n")).unwrap();
        }
    }
    eprintln!("{table}");
    assert!(failures.is_empty(), "{failures}");
}

/// The subjects that a file lists. They stay for the rest of the run.
fn others(path: &str) -> Vec<Subject> {
    let listed: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let word = |value: &Value| -> &'static str { value.as_str().unwrap().to_owned().leak() };
    let words = |value: &Value| -> &'static [&'static str] {
        value.as_array().into_iter().flatten().map(word).collect::<Vec<_>>().leak()
    };
    let subject = |one: Value| Subject {
        name: word(&one["name"]),
        packages: words(&one["packages"]),
        without: words(&one["without"]),
        own: words(&one["own"]),
        settings: word(&one["settings"]),
        share: one["share"].as_u64().map_or(97, |share| share as usize),
        files: one["files"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|file| (word(&file[0]), word(&file[1])))
            .collect::<Vec<_>>()
            .leak(),
    };
    listed.into_iter().map(subject).collect()
}

fn examine(subject: &Subject) -> Option<Outcome> {
    let python = venv::python_without(subject.name, subject.packages, subject.without)?;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let site = Command::new(&python)
        .args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
        .output()
        .unwrap();
    let site = String::from_utf8(site.stdout).unwrap();
    for part in subject.own {
        corpus::copy(&Path::new(site.trim()).join(part), &root);
    }
    for (path, text) in subject.files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    // The environment is read, too, as it is where one lies beside a project.
    let environment = python.parent().and_then(Path::parent).unwrap();
    std::os::unix::fs::symlink(environment, root.join(".venv")).unwrap();
    let home = root.to_string_lossy().into_owned();
    let real = dump(&python, subject.settings, std::slice::from_ref(&root), &[("HOME", &home)]).remove(0);
    let options =
        Options { settings: vec![subject.settings.to_owned()], ..Options::new(date!(2026 - 01 - 01)) };
    let told = Engine::open(&root, options).unwrap().endpoints(&Silent).unwrap().inventory;
    Some(compare(&real, &told))
}

pub(crate) fn compare(real: &[Row], told: &Inventory) -> Outcome {
    let mut outcome = Outcome { patterns: real.len(), ..Outcome::default() };
    let mut left: Vec<&Endpoint> = told.endpoints.iter().collect();
    for row in real {
        let is_drf = row.kind == "drf";
        outcome.drf += usize::from(is_drf);
        let same = |e: &&Endpoint| e.route.path == row.path && e.view == row.view;
        let named = |e: &&Endpoint| e.route.name == row.name;
        let partly = |e: &&Endpoint| fits(&e.route.path, &row.path) && e.view == row.view && named(e);
        let position = left.iter().position(|e| same(e) && named(e));
        let position = position.or_else(|| left.iter().position(same));
        let Some(position) = position.or_else(|| left.iter().position(partly)) else {
            if !is_stated(told, row) {
                outcome.untold.push(format!("untold: {}", row.text()));
            }
            continue;
        };
        let endpoint = left.remove(position);
        let before = outcome.wrong.len();
        differences(row, endpoint, told, &mut outcome.wrong);
        if !is_drf {
            continue;
        }
        outcome.found += 1;
        outcome.partly += usize::from(endpoint.route.path != row.path);
        let mut is_right = outcome.wrong.len() == before;
        for (name, protection) in row.policies.iter().flatten() {
            match agrees(protection, policy(endpoint, name)) {
                Ok(()) => {}
                Err(Some(what)) => {
                    is_right = false;
                    outcome.wrong.push(format!("{} {}: {name} {what}", row.path, row.view));
                }
                Err(None) => {
                    is_right = false;
                    let cause = format!("{name}: {:?}", policy(endpoint, name).value);
                    *outcome.open.entry(cause).or_default() += 1;
                }
            }
        }
        outcome.right += usize::from(is_right);
    }
    let invented = left.iter().filter(|e| !e.view.is_empty() && !is_doubtful(told, &e.route.path));
    outcome.wrong.extend(invented.map(|e| format!("no such pattern: {} {}", e.route.path, e.view)));
    outcome
}

/// Whether a path with an unknown part may be this one: `…` is any text.
fn fits(told: &str, real: &str) -> bool {
    let Some((first, rest)) = told.split_once('…') else { return told == real };
    let Some(mut left) = real.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('…').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

fn differences(row: &Row, endpoint: &Endpoint, told: &Inventory, wrong: &mut Vec<String>) {
    let mut check = |what: &str, tool: Value, real: Value| {
        if tool != real {
            wrong.push(format!("{} {}: {what} is {tool}, really {real}", row.path, row.view));
        }
    };
    check("name", json!(endpoint.route.name), json!(row.name));
    check("kind", json!(endpoint.kind.as_str()), json!(row.kind));
    check("actions", json!(endpoint.route.view.actions), json!(row.actions));
    let path = format!("the methods of `{}` cannot all be told", row.path);
    if !told.problems.iter().any(|p| p.message.starts_with(&path)) {
        check("methods", json!(endpoint.methods), json!(row.methods));
    }
}

fn policy<'e>(endpoint: &'e Endpoint, name: &str) -> &'e Effective {
    let policy = &endpoint.policy;
    match name {
        "authentication" => &policy.authentication,
        "permission" => &policy.permission,
        "throttle" => &policy.throttle,
        "pagination" => &policy.pagination,
        other => panic!("no policy is called {other}"),
    }
}

/// Whether the tool's value is DRF's; `Err(None)` where it claims none.
fn agrees(real: &Protection, told: &Effective) -> Result<(), Option<String>> {
    let values = match (&told.value, told.origin) {
        (_, Origin::Unknown) | (PolicyValue::Unknown(_), _) => return Err(None),
        (PolicyValue::Branches(branches), _) => branches.iter().map(|b: &Branch| plain(&b.value)).collect(),
        (value, _) => vec![plain(value)],
    };
    let is_open = values.contains(&None);
    let answers: Vec<&Value> = match &real.by_method {
        Some(answers) => answers.values().filter(|v| !v.is_null()).collect(),
        None => vec![&real.value],
    };
    match answers.into_iter().find(|a| !values.contains(&Some((*a).clone()))) {
        _ if is_open => Err(None),
        Some(answer) => Err(Some(format!("is {values:?}, really {answer}"))),
        None => Ok(()),
    }
}

fn plain(value: &PolicyValue) -> Option<Value> {
    match value {
        PolicyValue::Names(names) => Some(json!(names)),
        PolicyValue::One(name) => Some(json!(name)),
        PolicyValue::Branches(_) | PolicyValue::Unknown(_) => None,
    }
}

/// Whether a problem says that patterns like this one are not listed.
fn is_stated(told: &Inventory, row: &Row) -> bool {
    told.problems.iter().any(|problem| {
        let message = problem.message.as_str();
        let is_admin = row.view.starts_with("django.contrib.admin.")
            || row.view == "django.views.generic.base.RedirectView"
            || row.path.contains("admin");
        (is_admin && message.starts_with("the admin's pages"))
            || message.starts_with("INSTALLED_APPS may hold more")
            || names_prefix(message, &row.path)
    })
}

/// Whether a problem says that this pattern may be another, or not be served.
fn is_doubtful(told: &Inventory, path: &str) -> bool {
    let may_be_other = |message: &str| message.starts_with("one of several lists");
    // Which patterns get another callback cannot be told.
    let is_replaced = |message: &str| message.starts_with("the callback of patterns is replaced");
    path.contains('…')
        || told
            .problems
            .iter()
            .any(|p| may_be_other(&p.message) && names_prefix(&p.message, path) || is_replaced(&p.message))
}

/// Whether a text names the path in backquotes, or what it begins with.
fn names_prefix(message: &str, path: &str) -> bool {
    message
        .split('`')
        .skip(1)
        .step_by(2)
        .any(|named| path.starts_with(named) || named.contains('…') && fits(&format!("{named}…"), path))
}

#[test]
fn a_wrong_value_and_a_silent_gap_are_found() {
    let row: Row = serde_json::from_value(json!({
        "path": "a/", "name": null, "view": "a.View", "kind": "drf", "methods": ["GET"], "actions": null,
        "policies": {"permission": {"value": ["a.P"]}},
    }))
    .unwrap();
    let outcome = compare(&[row], &Inventory::default());
    assert_eq!((outcome.drf, outcome.found, outcome.untold.len()), (1, 0, 1));
    let real = Protection { value: json!(["a.P"]), by_method: None };
    let told = |names: &[&str]| Effective {
        value: PolicyValue::Names(names.iter().map(|n| (*n).to_owned()).collect()),
        origin: Origin::Class,
        at: None,
    };
    assert!(matches!(agrees(&real, &told(&["a.Q"])), Err(Some(_))));
    assert!(agrees(&real, &told(&["a.P"])).is_ok());
    assert_eq!(Kind::Drf.as_str(), "drf");
}
