//! Settings that an environment variable switches between files: which value production would give it.
//!
//! `include(f"environments/{ENV}.py")` with `development` as the default gives development's settings when the
//! environment is empty. What is judged is production, so the variable is set as a deployment file sets it, or to
//! the value that picks the file called after production. The rest of the environment stays as it is given.

use super::{Environment, SettingsModel, Switch, evaluate};
use crate::project::{Project, Role, Stage, role_of_file};
use crate::source::{FileId, Sources};

/// A variable that is supposed to be set in production, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Why, for people: `Dockerfile:4 sets it`, `config/environments/production.py is there`.
    pub why: String,
}

/// How many switches are set one after the other, and how many values of deployment files are tried for one.
const MOST_SWITCHES: usize = 3;
const MOST_VALUES: usize = 4;

/// What production would set, and the settings that it then gets. Without such a variable, nothing is assumed and
/// the settings are those of the environment that is given.
pub fn evaluate_production(
    sources: &Sources,
    project: &Project,
    module: &str,
    environment: &Environment,
) -> (SettingsModel, Vec<Assumed>) {
    let mut model = evaluate(sources, project, module, environment);
    let mut environment = environment.clone();
    let mut assumed: Vec<Assumed> = Vec::new();
    while assumed.len() < MOST_SWITCHES {
        let Some((next, found)) = switched(sources, project, &model, &environment) else { break };
        environment.vars.insert(found.name.clone(), found.value.clone());
        assumed.push(found);
        model = next;
    }
    (model, assumed)
}

/// The settings with the first switch set to production, when that changes which files take part.
fn switched(
    sources: &Sources,
    project: &Project,
    model: &SettingsModel,
    environment: &Environment,
) -> Option<(SettingsModel, Assumed)> {
    for switch in &model.switches {
        let Switch { variable, values } = switch;
        if environment.vars.contains_key(variable) {
            continue;
        }
        let deployed = project.deployment.iter().filter(|fact| {
            fact.variable == *variable && matches!(fact.stage, Stage::Production | Stage::Unclear)
        });
        let tries = deployed
            .filter_map(|fact| Some((fact.value.as_deref()?, Some(fact.at))))
            .take(MOST_VALUES)
            .chain(values.iter().map(|v| (v.as_str(), None)));
        for (value, place) in tries {
            let mut next = environment.clone();
            next.vars.insert(variable.clone(), value.to_owned());
            let next = evaluate(sources, project, &model.module, &next);
            let table = turns_to_environment(model, &next);
            let Some(file) = table.or_else(|| turns_to_production(sources, model, &next)) else { continue };
            let why = match place {
                Some(at) => format!("{}:{} sets it", sources.path(at.file), sources.line(at)),
                None if table.is_some() => format!("{} has environments", sources.path(file)),
                None => format!("{} is there", sources.path(file)),
            };
            return Some((next, Assumed { name: variable.clone(), value: value.to_owned(), why }));
        }
    }
    None
}

/// The file of which only the second one reads production's table.
fn turns_to_environment(before: &SettingsModel, after: &SettingsModel) -> Option<FileId> {
    let (_, was) = before.environment.as_ref()?;
    let (file, is) = after.environment.as_ref()?;
    let called = crate::project::is_called_production;
    (was != is && !called(was) && called(is)).then_some(*file)
}

/// A file called after production that only the second one reads, or else the first file that it no longer shares
/// with development.
fn turns_to_production(sources: &Sources, before: &SettingsModel, after: &SettingsModel) -> Option<FileId> {
    let role = |file: &FileId| role_of_file(sources.path(*file));
    let gained = || after.files.iter().filter(|f| !before.files.contains(f));
    let lost = before.files.iter().any(|f| !after.files.contains(f) && role(f) == Role::Development);
    let to_development = gained().any(|f| matches!(role(f), Role::Development | Role::Test));
    if to_development {
        return None;
    }
    let named = gained().find(|f| crate::project::is_called_production(sources.path(**f)));
    named
        .or_else(|| if lost { gained().next() } else { None })
        .copied()
        .or_else(|| lost.then_some(after.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{DiscoverOptions, discover};
    use crate::settings::Value;
    use crate::source::SourceFile;

    fn judged(files: &[(&str, &str)]) -> (SettingsModel, Vec<Assumed>) {
        let files = files
            .iter()
            .map(|(path, text)| SourceFile::from_bytes((*path).to_owned(), text.as_bytes()).unwrap())
            .collect();
        let sources = Sources::new("/srv/project".into(), files);
        let project = discover(&sources, &DiscoverOptions::default()).remove(0);
        let module = project.choice.module().unwrap().to_owned();
        evaluate_production(&sources, &project, &module, &Environment::default())
    }

    const MANAGE: (&str, &str) =
        ("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'server.settings')\n");
    const BASE: (&str, &str) =
        ("server/settings/components/common.py", "INSTALLED_APPS = ['app']\nROOT_URLCONF = 'server.urls'\n");
    const DEVELOPMENT: (&str, &str) = ("server/settings/environments/development.py", "DEBUG = True\n");
    const PRODUCTION: (&str, &str) = ("server/settings/environments/production.py", "DEBUG = False\n");

    #[test]
    fn an_included_file_is_chosen_as_production_would() {
        let switch = "from os import environ\nfrom split_settings.tools import include\n\
                      environ.setdefault('DJANGO_ENV', 'development')\n_ENV = environ['DJANGO_ENV']\n\
                      include('components/common.py', f'environments/{_ENV}.py')\n";
        let files = [MANAGE, ("server/settings/__init__.py", switch), BASE, DEVELOPMENT, PRODUCTION];
        let (model, assumed) = judged(&files);
        assert_eq!(model.get("DEBUG").unwrap().node.value, Value::Bool(false));
        assert_eq!(assumed[0].name, "DJANGO_ENV");
        assert_eq!(assumed[0].value, "production");
        assert_eq!(assumed[0].why, "server/settings/environments/production.py is there");
    }

    #[test]
    fn a_deployment_file_outweighs_names() {
        let switch = "import os\nfrom .components.common import *\nENV = os.environ.get('APP_ENV', 'development')\n\
                      if ENV == 'development':\n    from .environments.development import *\n\
                      elif ENV == 'live':\n    from .environments.production import *\n";
        let files = [
            MANAGE,
            ("server/settings/__init__.py", switch),
            ("server/settings/components/__init__.py", ""),
            BASE,
            DEVELOPMENT,
            PRODUCTION,
            ("Dockerfile", "FROM python\nENV APP_ENV=live\n"),
        ];
        let (model, assumed) = judged(&files);
        assert_eq!(model.get("DEBUG").unwrap().node.value, Value::Bool(false));
        assert_eq!(assumed[0].why, "Dockerfile:2 sets it");
    }

    #[test]
    fn without_a_file_for_production_nothing_is_assumed() {
        let switch = "import os\nfrom .components.common import *\nENV = os.environ.get('APP_ENV', 'local')\n\
                      DEBUG = ENV == 'local'\n";
        let files = [
            MANAGE,
            ("server/settings/__init__.py", switch),
            ("server/settings/components/__init__.py", ""),
            BASE,
        ];
        let (model, assumed) = judged(&files);
        assert_eq!(model.get("DEBUG").unwrap().node.value, Value::Bool(true));
        assert!(assumed.is_empty());
    }
}
