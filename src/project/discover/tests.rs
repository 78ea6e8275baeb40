use super::*;
use crate::project::testing::sources;
use crate::project::{Role, SettingsChoice};

const SETTINGS: &str = "SECRET_KEY = 'x'\nINSTALLED_APPS = []\nROOT_URLCONF = 'site.urls'\nDATABASES = {}\n";
const ON_BASE: &str = "from .base import *\nDEBUG = False\n";

fn manage(module: &str) -> String {
    format!(
        "import os\nfrom django.core.management import execute_from_command_line\n\
         os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{module}')\nexecute_from_command_line()\n"
    )
}

fn wsgi(module: &str) -> String {
    format!("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', '{module}')\n")
}

fn found(files: &[(&str, &str)]) -> Vec<Project> {
    discover(&sources(files), &DiscoverOptions::default())
}

fn only(files: &[(&str, &str)]) -> Project {
    let mut projects = found(files);
    assert_eq!(projects.len(), 1, "{projects:#?}");
    projects.remove(0)
}

/// The chosen module, or `a | b` for a question.
fn choice(project: &Project) -> String {
    match &project.choice {
        SettingsChoice::Module { module, .. } => module.clone(),
        SettingsChoice::Ambiguous { modules, .. } => modules.join(" | "),
        SettingsChoice::None => "none".to_owned(),
    }
}

fn why(project: &Project) -> &str {
    match &project.choice {
        SettingsChoice::Module { why, .. } | SettingsChoice::Ambiguous { why, .. } => why,
        SettingsChoice::None => "",
    }
}

#[test]
fn a_fresh_project_is_found() {
    let (manage, wsgi) = (manage("site.settings"), wsgi("site.settings"));
    let project = only(&[
        ("manage.py", &manage),
        ("site/__init__.py", ""),
        ("site/settings.py", SETTINGS),
        ("site/wsgi.py", &wsgi),
    ]);
    assert_eq!((project.root.as_str(), choice(&project).as_str()), ("", "site.settings"));
    assert_eq!(why(&project), "named in site/wsgi.py:2");
    assert_eq!(project.candidates[0].named_by, ["site/wsgi.py:2", "manage.py:3"]);
}

#[test]
fn each_module_of_a_settings_package_has_its_role() {
    let manage = manage("config.settings.local");
    let project = only(&[
        ("manage.py", &manage),
        ("config/__init__.py", ""),
        ("config/settings/__init__.py", ""),
        ("config/settings/base.py", SETTINGS),
        ("config/settings/local.py", ON_BASE),
        ("config/settings/production.py", ON_BASE),
        ("config/settings/test.py", ON_BASE),
    ]);
    let roles: Vec<(&str, &str)> =
        project.candidates.iter().map(|c| (c.module.as_str(), c.role.as_str())).collect();
    assert_eq!(
        roles,
        [
            ("config.settings.production", "production"),
            ("config.settings.base", "base"),
            ("config.settings.local", "development"),
            ("config.settings.test", "test"),
        ]
    );
    assert_eq!(why(&project), "its name says so");
}

#[test]
fn an_empty_package_only_holds_its_modules() {
    let manage = manage("web.settings");
    let files = [
        ("manage.py", manage.as_str()),
        ("web/__init__.py", ""),
        ("web/settings/base.py", SETTINGS),
        ("web/settings/dev.py", ON_BASE),
    ];
    let with = |text: &'static str| [&files[..], &[("web/settings/__init__.py", text)]].concat();
    assert_eq!(choice(&only(&with("# Copyright\n"))), "web.settings.base");
    let helpers = "from os import environ\nHERE = 1\n\ndef flag(name):\n    return environ.get(name)\n";
    assert_eq!(choice(&only(&with(helpers))), "web.settings.base");
    assert_eq!(choice(&only(&with("from shared.settings import *\n"))), "web.settings");
    assert_eq!(choice(&only(&with("from .base import *\n"))), "web.settings");
}

#[test]
fn a_default_does_not_outweigh_the_module_called_production_on_top_of_it() {
    let wsgi = wsgi("site.settings");
    let production = "from site.settings import *\nDEBUG = False\n";
    let files = [
        ("manage.py", wsgi.as_str()),
        ("site/__init__.py", ""),
        ("site/settings.py", SETTINGS),
        ("site/settings_production.py", production),
        ("site/wsgi.py", &wsgi),
    ];
    assert_eq!(choice(&only(&files)), "site.settings_production");
}

#[test]
fn what_is_deployed_decides() {
    for (path, text) in [
        ("Dockerfile", "FROM python\nENV DJANGO_SETTINGS_MODULE=config.settings.cloud\n"),
        ("Procfile", "web: DJANGO_SETTINGS_MODULE=config.settings.cloud gunicorn config.wsgi\n"),
        ("deploy/web.service", "[Service]\nEnvironment=\"DJANGO_SETTINGS_MODULE=config.settings.cloud\"\n"),
        ("k8s/web.yaml", "env:\n- name: DJANGO_SETTINGS_MODULE\n  value: config.settings.cloud\n"),
        ("docker-compose.prod.yml", "environment:\n  DJANGO_SETTINGS_MODULE: 'config.settings.cloud'\n"),
    ] {
        let manage = manage("config.settings.main");
        let project = only(&[
            ("manage.py", &manage),
            ("config/__init__.py", ""),
            ("config/settings/__init__.py", ""),
            ("config/settings/main.py", SETTINGS),
            ("config/settings/cloud.py", SETTINGS),
            (path, text),
        ]);
        assert_eq!(choice(&project), "config.settings.cloud", "{path}");
        assert!(why(&project).contains(path), "{}", why(&project));
    }
}

#[test]
fn equal_candidates_are_a_question() {
    let files = [
        ("manage.py", "import django\n"),
        ("site/__init__.py", ""),
        ("site/base.py", SETTINGS),
        ("site/settings_heroku.py", "from .base import *\nDEBUG = False\n"),
        ("site/settings_aws.py", "from .base import *\nDEBUG = False\n"),
    ];
    let project = only(&files);
    assert_eq!(choice(&project), "site.settings_aws | site.settings_heroku");
    let chosen = DiscoverOptions { settings: Some("site/settings_heroku.py".into()), ..Default::default() };
    assert_eq!(choice(&discover(&sources(&files), &chosen)[0]), "site.settings_heroku");
    let shell =
        DiscoverOptions { environment_settings: Some("site.settings_aws".into()), ..Default::default() };
    assert_eq!(choice(&discover(&sources(&files), &shell)[0]), "site.settings_aws");
}

#[test]
fn the_environment_names_no_development_settings() {
    let files = [
        ("manage.py", "import django\n"),
        ("site/__init__.py", ""),
        ("site/dev.py", SETTINGS),
        ("site/prod.py", SETTINGS),
    ];
    let shell = DiscoverOptions { environment_settings: Some("site.dev".into()), ..Default::default() };
    assert_eq!(choice(&discover(&sources(&files), &shell)[0]), "site.prod");
}

#[test]
fn variables_and_branches_in_manage_py_are_followed() {
    for (code, expected) in [
        ("name = 'site.prod'\nos.environ['DJANGO_SETTINGS_MODULE'] = name\n", "site.prod"),
        (
            "m = os.environ.get('M', 'site.prod')\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', m)\n",
            "site.prod",
        ),
        ("os.environ.update({'DJANGO_SETTINGS_MODULE': 'site.prod'})\n", "site.prod"),
        ("e = 'prod'\nos.environ['DJANGO_SETTINGS_MODULE'] = f'site.{e}'\n", "site.prod"),
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'site.' + 'prod'\n", "site.prod"),
    ] {
        let text = format!("import os, django\n{code}");
        let project = only(&[("manage.py", &text), ("site/__init__.py", ""), ("site/prod.py", SETTINGS)]);
        assert_eq!(choice(&project), expected);
        assert!(project.candidates[0].named_by[0].starts_with("manage.py:"), "{code}");
    }
}

#[test]
fn a_name_that_only_a_run_tells_fits_several() {
    let text = "import os, django\nos.environ['DJANGO_SETTINGS_MODULE'] = f\"site.{os.environ['E']}\"\n";
    let project = only(&[
        ("manage.py", text),
        ("site/__init__.py", ""),
        ("site/one.py", SETTINGS),
        ("site/two.py", SETTINGS),
        ("site/urls.py", ""),
    ]);
    assert_eq!(choice(&project), "site.one | site.two");
}

#[test]
fn names_that_refer_to_themselves_end() {
    let many = vec!["a"; 200].join(" or ");
    let text =
        format!("import os, django\na = {many}\na = 'site.prod'\nos.environ['DJANGO_SETTINGS_MODULE'] = a\n");
    let project = only(&[("manage.py", &text), ("site/__init__.py", ""), ("site/prod.py", SETTINGS)]);
    assert_eq!(choice(&project), "site.prod");
}

#[test]
fn several_projects_are_rows_and_keep_to_their_own_evidence() {
    let (manage, wsgi) = (manage("config.settings"), wsgi("config.settings"));
    let files = [
        ("services/a/manage.py", manage.as_str()),
        ("services/a/config/__init__.py", ""),
        ("services/a/config/settings.py", SETTINGS),
        ("services/b/manage.py", &manage),
        ("services/b/config/__init__.py", ""),
        ("services/b/config/settings.py", SETTINGS),
        ("services/b/config/wsgi.py", &wsgi),
    ];
    let projects = found(&files);
    let rows: Vec<(&str, String, usize)> =
        projects.iter().map(|p| (p.root.as_str(), choice(p), p.candidates[0].named_by.len())).collect();
    assert_eq!(
        rows,
        [("services/a", "config.settings".to_owned(), 1), ("services/b", "config.settings".to_owned(), 2)]
    );
    let one = DiscoverOptions { project: Some("./services/b/".into()), ..Default::default() };
    assert_eq!(discover(&sources(&files), &one).len(), 1);
}

#[test]
fn an_example_comes_after_the_product_and_test_projects_are_left_out() {
    let manage = manage("site.settings");
    let roots: Vec<String> = found(&[
        ("example/manage.py", &manage),
        ("example/site/__init__.py", ""),
        ("example/site/settings.py", SETTINGS),
        ("web/manage.py", &manage),
        ("web/site/__init__.py", ""),
        ("web/site/settings.py", SETTINGS),
        ("tests/project/manage.py", &manage),
        ("tests/project/site/__init__.py", ""),
        ("tests/project/site/settings.py", SETTINGS),
    ])
    .into_iter()
    .map(|p| p.root)
    .collect();
    assert_eq!(roots, ["web", "example"]);
}

#[test]
fn reusable_apps_are_a_project_without_settings() {
    let project = only(&[
        ("pyproject.toml", "[project]\nname = 'drf-thing'\ndependencies = ['Django>=4.2']\n"),
        ("thing/views.py", "from rest_framework.views import APIView\n"),
        ("tests/settings.py", SETTINGS),
        ("pytest.ini", "[pytest]\nDJANGO_SETTINGS_MODULE = tests.settings\n"),
    ]);
    assert_eq!((project.name.as_str(), choice(&project).as_str()), ("drf-thing", "none"));
    assert_eq!(project.candidates[0].role, Role::Test);
    assert_eq!(project.django.unwrap().version, "4.2");
}

#[test]
fn an_example_in_a_library_is_not_what_production_runs() {
    let manage = manage("site.settings");
    let library = [
        ("pyproject.toml", "[build-system]\nrequires = ['hatchling']\n[project]\nname = 'drf-thing'\n"),
        ("thing/views.py", "from rest_framework.views import APIView\n"),
        ("example/manage.py", &manage),
        ("example/site/__init__.py", ""),
        ("example/site/settings.py", SETTINGS),
    ];
    let project = only(&library);
    assert_eq!((project.root.as_str(), choice(&project).as_str()), ("", "none"));
    // Asked for, it is judged.
    let asked = DiscoverOptions { settings: Some("example/site/settings.py".into()), ..Default::default() };
    let found = discover(&sources(&library), &asked);
    assert_ne!(found[0].choice.module(), None);
    // Without code of its own the distribution is the example.
    assert_ne!(choice(&only(&library[2..])), "none");
    let bare: Vec<_> = [&library[..1], &library[2..]].concat();
    assert_ne!(choice(&only(&bare)), "none");
}

#[test]
fn what_a_plugin_hands_to_the_settings_of_another_project_is_no_settings_module() {
    let plugin = format!("{SETTINGS}def plugin_settings(settings):\n    settings.RATE = 3\n");
    let project = only(&[
        (
            "plugin/apps.py",
            "from django.apps import AppConfig\n\nclass Plugin(AppConfig):\n    name = 'plugin'\n",
        ),
        ("plugin/models.py", "from django.db import models\n"),
        ("plugin/settings/__init__.py", ""),
        ("plugin/settings/common.py", &plugin),
        (
            "plugin/settings/production.py",
            "from .common import *\n\ndef plugin_settings(settings):\n    pass\n",
        ),
    ]);
    assert_eq!(choice(&project), "none");
}

#[test]
fn without_django_there_is_nothing() {
    assert!(found(&[("app.py", "import flask\n"), ("settings.py", "DEBUG = True\n")]).is_empty());
}

#[test]
fn settings_in_src_are_imported_from_there() {
    let wsgi = wsgi("shop.settings");
    let project = only(&[
        ("pyproject.toml", "[project]\nname = 'shop'\n"),
        ("src/shop/__init__.py", ""),
        ("src/shop/settings.py", SETTINGS),
        ("src/shop/wsgi.py", &wsgi),
    ]);
    assert_eq!((project.root.as_str(), project.import_roots[0].as_str()), ("", "src"));
    assert_eq!(choice(&project), "shop.settings");
}

#[test]
fn paths_that_manage_py_adds_are_import_roots() {
    let text = "import os, sys, django\nsys.path.append(os.path.join(BASE, 'apps'))\n";
    let project = only(&[("manage.py", text), ("settings.py", SETTINGS), ("apps/shop/__init__.py", "")]);
    assert_eq!(project.import_roots, ["", "apps"]);
    assert_eq!(choice(&project), "settings");
}

#[test]
fn an_entry_point_that_names_nothing_here_is_said() {
    let wsgi = wsgi("shop.settings");
    let project = only(&[
        ("shop/__init__.py", ""),
        ("shop/settings_docker.py", SETTINGS),
        ("shop/settings_example.py", SETTINGS),
        ("shop/wsgi.py", &wsgi),
    ]);
    assert!(
        why(&project).ends_with("shop/wsgi.py:2 names shop.settings, which is not here"),
        "{}",
        why(&project)
    );
}

#[test]
fn a_settings_class_is_told() {
    let text = "import os, django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n\
                os.environ.setdefault('DJANGO_CONFIGURATION', 'Production')\n";
    let class = "class Production(Configuration):\n    INSTALLED_APPS = []\n    DATABASES = {}\n";
    let project = only(&[("manage.py", text), ("site/__init__.py", ""), ("site/settings.py", class)]);
    assert_eq!(project.configuration.as_deref(), Some("Production"));
}

#[test]
fn split_settings_include_their_parts() {
    let text =
        "from split_settings.tools import include, optional\ninclude('parts/*.py', optional('local.py'))\n";
    let project = only(&[
        ("manage.py", "import django\n"),
        ("site/__init__.py", ""),
        ("site/settings/__init__.py", text),
        ("site/settings/parts/common.py", SETTINGS),
    ]);
    assert_eq!(choice(&project), "site.settings");
    assert_eq!(project.candidates[1].role, Role::Base);
}

#[test]
fn parts_of_split_settings_are_not_production_by_their_name() {
    let text = "from split_settings.tools import include, optional\n\
                parts = ('components/common.py', f'environments/{ENV}.py', optional('environments/local.py'))\n\
                include(*parts)\n";
    let manage = manage("server.settings");
    let project = only(&[
        ("manage.py", &manage),
        ("server/__init__.py", ""),
        ("server/settings/__init__.py", text),
        ("server/settings/components/__init__.py", ""),
        ("server/settings/components/common.py", SETTINGS),
        ("server/settings/environments/__init__.py", ""),
        ("server/settings/environments/production.py", SETTINGS),
    ]);
    assert_eq!(choice(&project), "server.settings");
}

#[test]
fn settings_that_take_production_over_are_what_runs() {
    for (text, expected) in [
        ("from .production import *\n", "config.settings"),
        (
            "if os.environ['E'] == 'p':\n    from .production import *\nelse:\n    from .dev import *\n",
            "config.settings.production | config.settings",
        ),
    ] {
        let manage = manage("config.settings");
        let project = only(&[
            ("manage.py", &manage),
            ("config/__init__.py", ""),
            ("config/settings/__init__.py", text),
            ("config/settings/base.py", SETTINGS),
            ("config/settings/dev.py", ON_BASE),
            ("config/settings/production.py", ON_BASE),
        ]);
        assert_eq!(choice(&project), expected);
    }
}

#[test]
fn a_served_module_and_another_called_production_are_a_question() {
    let wsgi = wsgi("config.settings.cloud_a");
    let project = only(&[
        ("manage.py", "import django\n"),
        ("config/__init__.py", ""),
        ("config/settings/__init__.py", ""),
        ("config/settings/cloud_a.py", SETTINGS),
        ("config/settings/production.py", SETTINGS),
        ("config/wsgi.py", &wsgi),
    ]);
    assert_eq!(choice(&project), "config.settings.cloud_a | config.settings.production");
    assert_eq!(why(&project), "config/wsgi.py:2 names one, and another is called production");
}

#[test]
fn a_module_has_the_name_by_which_entry_points_import_it() {
    let (manage, wsgi) = (manage("core.settings.main"), wsgi("core.settings.main"));
    let project = only(&[
        ("pyproject.toml", "[project]\nname = 'studio'\n"),
        ("studio/__init__.py", ""),
        ("studio/manage.py", &manage),
        ("studio/core/__init__.py", ""),
        ("studio/core/wsgi.py", &wsgi),
        ("studio/core/settings/__init__.py", ""),
        ("studio/core/settings/base.py", SETTINGS),
        ("studio/core/settings/main.py", ON_BASE),
    ]);
    let modules: Vec<&str> = project.candidates.iter().map(|c| c.module.as_str()).collect();
    assert_eq!(modules, ["core.settings.main", "core.settings.base"]);
    assert_eq!(project.root, "studio");
}

#[test]
fn a_server_that_only_knows_development_settings_runs_those() {
    let wsgi = wsgi("config.settings.local");
    let project = only(&[
        ("manage.py", &wsgi),
        ("config/__init__.py", ""),
        ("config/settings/__init__.py", ""),
        ("config/settings/local.py", SETTINGS),
        ("config/wsgi.py", &wsgi),
    ]);
    assert_eq!(
        (choice(&project).as_str(), why(&project)),
        ("config.settings.local", "named in config/wsgi.py:2")
    );
}

#[test]
fn a_variant_of_production_is_not_production() {
    let manage = manage("config.settings.local");
    let mut files = vec![
        ("manage.py", manage.as_str()),
        ("config/__init__.py", ""),
        ("config/settings/__init__.py", ""),
        ("config/settings/base.py", SETTINGS),
        ("config/settings/local.py", ON_BASE),
        ("config/settings/production.py", ON_BASE),
        ("config/settings/production_eu.py", "from .production import *\n"),
    ];
    assert_eq!(choice(&only(&files)), "config.settings.production");
    files.push(("config/settings/staging.py", ON_BASE));
    files.push((
        "compose.production.yml",
        "environment:\n  - DJANGO_SETTINGS_MODULE=config.settings.production_eu\n",
    ));
    assert_eq!(choice(&only(&files)), "config.settings.production_eu");
}

#[test]
fn a_developers_containers_do_not_make_development_settings_production() {
    let manage = manage("config.settings.local");
    let project = only(&[
        ("manage.py", &manage),
        ("docker-compose.yml", "environment:\n  DJANGO_SETTINGS_MODULE: config.settings.local\n"),
        ("config/__init__.py", ""),
        ("config/settings/__init__.py", ""),
        ("config/settings/base.py", SETTINGS),
        ("config/settings/local.py", ON_BASE),
    ]);
    assert_eq!(choice(&project), "config.settings.base");
    assert_eq!(why(&project), "the others build on it, and none is for production");
}

#[test]
fn the_tests_of_a_library_are_no_project() {
    let manage = manage("site.settings");
    let files = [
        ("tests/manage.py", manage.as_str()),
        ("tests/site/__init__.py", ""),
        ("tests/site/settings.py", SETTINGS),
        ("thing/views.py", "from rest_framework.views import APIView\n"),
    ];
    let alone = only(&files);
    assert_eq!((alone.root.as_str(), choice(&alone).as_str()), ("tests", "site.settings"));
    let packaged: Vec<(&str, &str)> = files.into_iter().chain([("setup.py", "")]).collect();
    let library = only(&packaged);
    assert_eq!((library.root.as_str(), choice(&library).as_str()), ("", "none"));
    assert_eq!(library.candidates[0].module, "site.settings");
}

#[test]
fn toml_settings_stand_in_where_no_python_does() {
    let toml = "[default]\nINSTALLED_APPS = []\nROOT_URLCONF = 'site.urls'\n[production]\nDEBUG = false\n";
    let project = only(&[("manage.py", "import django\n"), ("settings.toml", toml)]);
    assert_eq!(choice(&project), "settings");
}

#[test]
fn a_file_that_cannot_be_imported_counts_where_there_is_no_other() {
    let project = only(&[("manage.py", "import django\n"), ("site/settings.dist.py", SETTINGS)]);
    assert_eq!(choice(&project), "site.settings.dist");
}

#[test]
fn a_module_that_is_no_candidate_may_be_asked_for() {
    let files = sources(&[
        ("manage.py", "import django\n"),
        ("site/__init__.py", ""),
        ("site/settings.py", SETTINGS),
        ("site/other.py", "DEBUG = True\n"),
    ]);
    let projects = discover(&files, &DiscoverOptions::default());
    assert_eq!(settings_named(&files, &projects[0], "site.other").unwrap().module, "site.other");
    assert_eq!(settings_named(&files, &projects[0], "site/settings.py").unwrap().module, "site.settings");
    assert!(settings_named(&files, &projects[0], "site.absent").is_none());
}

#[test]
fn dotenv_files_are_told() {
    let manage = manage("site.settings");
    let project = only(&[
        (".env", "A=1\n"),
        ("web/.env", "A=1\n"),
        ("web/manage.py", &manage),
        ("web/site/__init__.py", ""),
        ("web/site/settings.py", SETTINGS),
    ]);
    assert_eq!(project.dotenv, ["web/.env", ".env"]);
}

/// Real projects, where they were fetched (`scripts/corpus.sh`): each names the module that its makers run, or
/// asks.
#[test]
fn real_projects_name_their_settings() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".corpus");
    for (name, expected) in [
        ("arches", "arches.settings"),
        ("geonode", "geonode.settings"),
        ("kolibri", "kolibri.deployment.default.settings.base"),
        ("mayan-edms", "mayan.settings.production"),
        ("misago", "devproject.settings"),
        ("openwisp-controller", "none"),
        ("pretix", "pretix.settings"),
        ("sentry", "sentry.conf.server"),
        ("weblate", "weblate.settings_docker | weblate.settings_example"),
    ] {
        let root = corpus.join(name);
        if !root.is_dir() {
            continue;
        }
        let loaded = crate::project::load(&root, &crate::project::LoadOptions::default(), &|_| true).unwrap();
        let projects = discover(&loaded.sources, &DiscoverOptions::default());
        let first = projects.first().expect("a project");
        assert_eq!((projects.len(), choice(first).as_str()), (1, expected), "{name}");
    }
}

#[test]
fn a_package_in_a_namespace_has_its_whole_name() {
    let project = only(&[
        ("site-1.0.dist-info/METADATA", "Name: site\n"),
        ("site/web/config.py", ""),
        ("site/web/settings/__init__.py", ""),
        ("site/web/settings/common.py", SETTINGS),
        (
            "site/web/settings/production.py",
            "from site.web.config import X\nfrom .common import *\nDEBUG = X\n",
        ),
    ]);
    assert_eq!(choice(&project), "site.web.settings.production");
    assert_eq!(project.import_roots[0], "");
    // Without a word of it, the folder is where modules are imported from.
    let project = only(&[("site/config/__init__.py", ""), ("site/config/settings.py", SETTINGS)]);
    assert_eq!(choice(&project), "config.settings");
}

#[test]
fn an_empty_package_that_is_named_stands_for_its_modules() {
    let manage = manage("site.settings");
    let project = only(&[
        ("manage.py", &manage),
        ("site/__init__.py", ""),
        ("site/settings/__init__.py", "# pick one\n"),
        ("site/settings/base.py", SETTINGS),
        ("site/settings/hosted.py", "from .base import *\nDEBUG = False\n"),
        ("site/settings/own_server.py", "from .base import *\nDEBUG = False\n"),
    ]);
    assert_eq!(choice(&project), "site.settings.hosted | site.settings.own_server");
    assert!(
        why(&project).ends_with("manage.py:3 names site.settings, which sets nothing"),
        "{}",
        why(&project)
    );
}

#[test]
fn a_package_that_reads_settings_is_not_taken_for_the_module_that_an_option_names() {
    let reads = "from django.conf import settings\nDEFAULTS = getattr(settings, 'KIT', {})\n";
    let project = only(&[
        ("tox.ini", "[testenv]\ncommands = django-admin test --settings=settings\n"),
        ("kit/__init__.py", ""),
        ("kit/settings.py", reads),
        ("tests_app/settings.py", SETTINGS),
    ]);
    let modules: Vec<_> = project.candidates.iter().map(|c| (c.module.as_str(), c.role)).collect();
    assert_eq!((project.root.as_str(), &modules[..]), ("tests_app", &[("settings", Role::Test)][..]));
    assert_eq!(choice(&project), "none");
}

#[test]
fn a_manage_py_within_a_package_imports_by_the_package_that_it_names() {
    let manage = manage("shop.server.settings");
    let project = only(&[
        ("shop/__init__.py", ""),
        ("shop/server/__init__.py", ""),
        ("shop/server/manage.py", &manage),
        ("shop/server/base_settings.py", SETTINGS),
        ("shop/server/doc_settings.py", "from shop.server.base_settings import *\nDEBUG = True\n"),
    ]);
    assert_eq!(choice(&project), "shop.server.base_settings");
    assert_eq!(project.import_roots, [""]);
}

#[test]
fn a_manage_py_within_a_package_imports_what_is_beside_it_where_it_says_so() {
    let manage = manage("core.settings");
    let project = only(&[
        ("shop/__init__.py", ""),
        ("shop/manage.py", &manage),
        ("shop/core/__init__.py", ""),
        ("shop/core/settings.py", SETTINGS),
        (
            "shop/wsgi.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.core.settings')\n",
        ),
    ]);
    assert_eq!(project.import_roots, ["shop", ""]);
}
