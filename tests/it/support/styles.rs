//! The styles in which Django projects put their settings together, each as a project that can be written out with
//! any settings in the part that production and development share.

use std::path::Path;

/// One kind of import.
pub(crate) struct Run {
    pub(crate) module: &'static str,
    /// The class of django-configurations.
    pub(crate) class: Option<&'static str>,
    pub(crate) env: &'static [(&'static str, &'static str)],
}

/// One style.
pub(crate) struct Style {
    pub(crate) name: &'static str,
    pub(crate) production: Run,
    /// What a developer runs; `None` where it is the same as production.
    pub(crate) development: Option<Run>,
    /// So many fixes there have to be, so that none is silently turned into an instruction.
    pub(crate) least: usize,
    /// Whether there is no safe place for any of the fixes: all are instructions, and no change is proposed.
    pub(crate) instructs: bool,
    /// Path and text of each file but `manage.py` and `wsgi.py`.
    files: Files,
}

/// The files of a project with these settings: path and text.
type Files = fn(&[(&str, &str)]) -> Vec<(&'static str, String)>;

impl Style {
    /// Writes the project.
    pub(crate) fn lay_out(&self, root: &Path, seeds: &[(&str, &str)]) {
        let entry = |run: &Run| {
            let class = run.class.map_or_else(String::new, |class| {
                format!("os.environ.setdefault(\"DJANGO_CONFIGURATION\", \"{class}\")\n")
            });
            let module = run.module;
            format!("import os\n\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"{module}\")\n{class}")
        };
        write(root, "wsgi.py", &entry(&self.production));
        write(root, "manage.py", &entry(self.development.as_ref().unwrap_or(&self.production)));
        for (path, text) in (self.files)(seeds) {
            write(root, path, &text);
        }
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// `NAME = value` on a line each, every line behind `indent`.
fn lines(seeds: &[(&str, &str)], indent: &str) -> String {
    seeds.iter().flat_map(|(name, value)| [indent, name, " = ", value, "\n"]).collect()
}

/// The same, flags read by `flag(name, default)`.
fn read(seeds: &[(&str, &str)], flag: fn(&str, &str) -> String) -> String {
    let value = |name: &str, value: &str| match value {
        "True" | "False" => flag(name, value),
        other => other.to_owned(),
    };
    seeds
        .iter()
        .flat_map(|(name, text)| [(*name).to_owned(), " = ".into(), value(name, text), "\n".into()])
        .collect()
}

const fn run(module: &'static str) -> Run {
    Run { module, class: None, env: &[] }
}

pub(crate) const STYLES: &[Style] = &[
    Style {
        name: "one module",
        production: run("settings"),
        development: None,
        least: 18,
        instructs: false,
        files: |seeds| vec![("settings.py", format!("DEBUG = True\n{}", lines(seeds, "")))],
    },
    Style {
        name: "a package with star imports",
        production: run("config.settings.production"),
        development: Some(run("config.settings.development")),
        least: 18,
        instructs: false,
        files: |seeds| {
            vec![
                ("config/__init__.py", String::new()),
                ("config/settings/__init__.py", String::new()),
                ("config/settings/base.py", format!("DEBUG = True\n{}", lines(seeds, ""))),
                (
                    "config/settings/development.py",
                    "from .base import *\n\nINTERNAL_IPS = [\"127.0.0.1\"]\n".into(),
                ),
                ("config/settings/production.py", "from .base import *\n\nADMINS = []\n".into()),
            ]
        },
    },
    Style {
        name: "django-environ",
        production: run("config.settings.production"),
        development: Some(run("config.settings.local")),
        least: 18,
        instructs: false,
        files: |seeds| {
            let flags =
                read(seeds, |name, default| format!("env.bool(\"DJANGO_{name}\", default={default})"));
            let head =
                "import environ\n\nenv = environ.Env()\nDEBUG = env.bool(\"DJANGO_DEBUG\", default=True)\n";
            let stage = "from .base import *\nfrom .base import env\n\n";
            vec![
                ("config/__init__.py", String::new()),
                ("config/settings/__init__.py", String::new()),
                ("config/settings/base.py", format!("{head}{flags}")),
                ("config/settings/local.py", format!("{stage}TIME_ZONE = env(\"TZ\", default=\"UTC\")\n")),
                (
                    "config/settings/production.py",
                    format!("{stage}TIME_ZONE = env(\"TZ\", default=\"UTC\")\n"),
                ),
            ]
        },
    },
    Style {
        name: "django-environ in one module",
        production: run("settings"),
        development: None,
        least: 18,
        instructs: false,
        files: |seeds| {
            let flags = read(seeds, |name, default| format!("env.bool(\"{name}\", default={default})"));
            let head = "import environ\n\nenv = environ.Env(DEBUG=(bool, True))\nDEBUG = env(\"DEBUG\")\n";
            vec![("settings.py", format!("{head}{flags}"))]
        },
    },
    Style {
        name: "texts of the environment",
        production: run("settings"),
        development: None,
        least: 14,
        instructs: false,
        files: |seeds| {
            let own: Vec<_> = seeds.iter().filter(|(name, _)| *name != "SECRET_KEY").copied().collect();
            let head = "import os\n\nfrom django.core.management.utils import get_random_secret_key\n\n\
                        DEBUG = os.environ.get(\"DEBUG\", \"False\")\nSECRET_KEY = get_random_secret_key()\n";
            vec![("settings.py", format!("{head}{}", lines(&own, "")))]
        },
    },
    Style {
        name: "environs",
        production: run("config.settings.production"),
        development: Some(run("config.settings.local")),
        least: 18,
        instructs: false,
        files: |seeds| {
            let flags = read(seeds, |name, default| format!("env.bool(\"{name}\", {default})"));
            let head = "from environs import Env\n\nenv = Env()\nDEBUG = env.bool(\"DEBUG\", True)\n";
            vec![
                ("config/__init__.py", String::new()),
                ("config/settings/__init__.py", String::new()),
                ("config/settings/base.py", format!("{head}{flags}")),
                ("config/settings/local.py", "from .base import *\n\nINTERNAL_IPS = []\n".into()),
                ("config/settings/production.py", "from .base import *\n\nADMINS = []\n".into()),
            ]
        },
    },
    Style {
        name: "pydantic-settings",
        production: run("settings"),
        development: None,
        least: 14,
        instructs: false,
        files: |seeds| {
            let flag = |(name, value): &(&str, &str)| match *value {
                "True" | "False" => ["    ", &name.to_lowercase(), ": bool = ", value, "\n"].concat(),
                _ => String::new(),
            };
            let fields: String = seeds.iter().map(flag).collect();
            let flags = read(seeds, |name, _| format!("given.{}", name.to_lowercase()));
            let head = "from pydantic_settings import BaseSettings\n\n\nclass Given(BaseSettings):\n    \
                        debug: bool = True\n";
            let text = format!("{head}{fields}\n\ngiven = Given()\nDEBUG = given.debug\n{flags}");
            vec![("settings.py", text)]
        },
    },
    Style {
        name: "python-decouple",
        production: run("settings"),
        development: None,
        least: 18,
        instructs: false,
        files: |seeds| {
            let flags =
                read(seeds, |name, default| format!("config(\"{name}\", default={default}, cast=bool)"));
            let head = "from decouple import config\n\nDEBUG = config(\"DEBUG\", default=True, cast=bool)\n";
            vec![("settings.py", format!("{head}{flags}"))]
        },
    },
    Style {
        name: "django-configurations",
        production: Run { module: "config.settings", class: Some("Production"), env: &[] },
        development: Some(Run { module: "config.settings", class: Some("Development"), env: &[] }),
        least: 14,
        instructs: false,
        files: |seeds| {
            let text = format!(
                "from configurations import Configuration, values\n\n\nclass Common(Configuration):\n    \
                 DEBUG = values.BooleanValue(True)\n{}\n\nclass Development(Common):\n    \
                 INTERNAL_IPS = [\"127.0.0.1\"]\n\n\nclass Production(Common):\n    ADMINS = []\n",
                lines(seeds, "    ")
            );
            vec![("config/__init__.py", String::new()), ("config/settings.py", text)]
        },
    },
    Style {
        name: "split_settings",
        production: Run { module: "server.settings", class: None, env: &[("DJANGO_ENV", "production")] },
        development: Some(run("server.settings")),
        least: 18,
        instructs: false,
        files: |seeds| {
            let root = "from os import environ\n\nfrom split_settings.tools import include, optional\n\n\
                        environ.setdefault(\"DJANGO_ENV\", \"development\")\nENV = environ[\"DJANGO_ENV\"]\n\n\
                        include(\n    \"components/common.py\",\n    f\"environments/{ENV}.py\",\n    \
                        optional(\"environments/local.py\"),\n)\n";
            vec![
                ("server/__init__.py", String::new()),
                ("server/settings/__init__.py", root.to_owned()),
                ("server/settings/components/common.py", format!("DEBUG = True\n{}", lines(seeds, ""))),
                ("server/settings/environments/development.py", "INTERNAL_IPS = [\"127.0.0.1\"]\n".into()),
                ("server/settings/environments/production.py", "ADMINS = []\n".into()),
            ]
        },
    },
    Style {
        name: "a package that chooses the stage",
        production: Run { module: "config.settings", class: None, env: &[("STAGE", "production")] },
        development: Some(run("config.settings")),
        least: 18,
        instructs: false,
        files: |seeds| {
            let root = "import os\n\nif os.environ.get(\"STAGE\") == \"production\":\n    \
                        from .production import *\nelse:\n    from .development import *\n";
            vec![
                ("config/__init__.py", String::new()),
                ("config/settings/__init__.py", root.to_owned()),
                ("config/settings/base.py", format!("DEBUG = True\n{}", lines(seeds, ""))),
                (
                    "config/settings/development.py",
                    "from .base import *\n\nINTERNAL_IPS = [\"127.0.0.1\"]\n".into(),
                ),
                ("config/settings/production.py", "from .base import *\n\nADMINS = []\n".into()),
            ]
        },
    },
    Style {
        name: "split_settings by a module of the project",
        production: Run { module: "server.settings", class: None, env: &[("STAGE", "production")] },
        development: Some(run("server.settings")),
        least: 18,
        instructs: false,
        files: |seeds| {
            let root = "import os\n\nfrom server.compose import layers\n\nlayers(\n    \"base.py\",\n    \
                        f\"stages/{os.environ.get('STAGE', 'development')}.py\",\n)\n";
            vec![
                ("server/__init__.py", String::new()),
                ("server/compose.py", "from split_settings.tools import include as layers\n".into()),
                ("server/settings/__init__.py", root.to_owned()),
                ("server/settings/base.py", format!("DEBUG = True\n{}", lines(seeds, ""))),
                ("server/settings/stages/development.py", "INTERNAL_IPS = [\"127.0.0.1\"]\n".into()),
                ("server/settings/stages/production.py", "ADMINS = []\n".into()),
            ]
        },
    },
    Style {
        name: "classes of the project's own",
        production: run("settings"),
        development: Some(Run { module: "settings", class: None, env: &[("STAGE", "development")] }),
        least: 0,
        instructs: true,
        files: |seeds| {
            let text = format!(
                "import os\n\n\nclass Base:\n    DEBUG = False\n{}\n\nclass Development(Base):\n    DEBUG = True\n\n\n\
                 class Production(Base):\n    ADMINS = []\n\n\n\
                 chosen = Development if os.environ.get(\"STAGE\") == \"development\" else Production\n\
                 globals().update({{name: getattr(chosen, name) for name in dir(chosen) if name.isupper()}})\n",
                lines(seeds, "    ")
            );
            vec![("settings.py", text)]
        },
    },
    Style {
        name: "a branch for each stage",
        production: run("settings"),
        development: None,
        least: 18,
        instructs: false,
        files: |seeds| {
            let text = format!(
                "import os\n\nDEBUG = os.environ.get(\"DEBUG\") == \"1\"\n{}\nif DEBUG:\n    \
                 INTERNAL_IPS = [\"127.0.0.1\"]\nelse:\n    ADMINS = []\n",
                lines(seeds, "")
            );
            vec![("settings.py", text)]
        },
    },
    Style {
        name: "dynaconf's TOML",
        production: Run {
            module: "shop.settings",
            class: None,
            env: &[("DJANGO_ENV", "production"), ("DJANGO_SETTINGS_MODULE", "shop.settings")],
        },
        development: Some(Run {
            module: "shop.settings",
            class: None,
            env: &[("DJANGO_ENV", "development"), ("DJANGO_SETTINGS_MODULE", "shop.settings")],
        }),
        least: 14,
        instructs: false,
        files: |seeds| {
            let hook = "import dynaconf\n\nROOT_URLCONF = \"shop.urls\"\n\nsettings = dynaconf.DjangoDynaconf(__name__, ENVVAR_PREFIX_FOR_DYNACONF=\"SHOP\")\n";
            let toml = format!(
                "[default]\nDEBUG = true\n{}\n[development]\nINTERNAL_IPS = [\"127.0.0.1\"]\n\n[production]\nADMINS = []\n",
                lines(seeds, "").replace("\": ", "\" = ").replace("True", "true").replace("False", "false")
            );
            vec![
                ("shop/__init__.py", String::new()),
                ("shop/settings.py", hook.to_owned()),
                ("settings.toml", toml),
            ]
        },
    },
];
