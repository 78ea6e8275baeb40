//! Dynaconf: files with environments, their merge marks, and the variables that may replace any value, read in the
//! order of the real library. What a Jinja template or a hook computes is not known.

mod data;
mod load;
mod marks;
mod merge;
mod options;
mod read;
mod store;
mod yaml;

use std::collections::BTreeMap;

pub(super) use load::{Loaded, load};
pub(super) use options::Options;

use super::{Composition, EnvRead, Environment, Items, Node, Reader, Setting, SettingsModel, Value};
use crate::project::{Project, Role, SettingsCandidate};
use crate::source::{Sources, Span};

/// Evaluates settings that are TOML files alone.
pub(super) fn evaluate(
    sources: &Sources,
    project: &Project,
    candidate: &SettingsCandidate,
    environment: &Environment,
) -> SettingsModel {
    let mut model = SettingsModel::blank(project, &candidate.module, candidate.file, candidate.role);
    let path = sources.path(candidate.file);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut options = Options::new(true, folder, None);
    let names = [name, ".secrets.toml"].map(|name| Node::plain(Value::Str(name.to_owned())));
    options.give("settings_files", Node::plain(Value::List(Items { items: names.to_vec(), rest: None })));
    let layered = has_environments(sources.text(candidate.file));
    options.give("environments", Node::plain(Value::Bool(layered)));
    if !environment.vars.contains_key("ENV_FOR_DYNACONF") {
        // Which environment is asked for stands in a Python file that is not there.
        let wanted = match model.role {
            Role::Production | Role::Base => "production",
            Role::Development => "development",
            Role::Test => "testing",
        };
        options.give("env", Node::plain(Value::Str(wanted.to_owned())));
    }
    let loaded = load(sources, &options, &environment.vars);
    model.open = loaded.open;
    model.problems = loaded.problems;
    model.files = loaded.files;
    let (file, table) = loaded.table.unwrap_or((candidate.file, String::new()));
    model.composition = Composition::Toml { file, table };
    for (name, mut node, steps) in loaded.settings {
        if let (Some(prefix), Some(at)) = (&loaded.prefix, load::decided(&node, &steps)) {
            node.env.push(replacing(prefix, &name, at, &environment.vars));
        }
        model.settings.insert(name.clone(), Setting { name, node, steps, is_default: false });
    }
    model
}

/// Whether a TOML file has tables that are called as environments usually are.
fn has_environments(text: &str) -> bool {
    const USUAL: [&str; 5] = ["default", "production", "development", "global", "testing"];
    toml_edit::Document::parse(text).is_ok_and(|document: toml_edit::Document<&str>| {
        document.iter().any(|(name, item)| item.is_table() && USUAL.contains(&name.to_lowercase().as_str()))
    })
}

/// The variable that may replace a setting: `DJANGO_DEBUG` for `DEBUG`.
pub(super) fn replacing(
    prefix: &str,
    setting: &str,
    at: Span,
    variables: &BTreeMap<String, String>,
) -> EnvRead {
    let name = format!("{prefix}_{setting}");
    let supplied = variables.contains_key(&name);
    EnvRead { name, at, default_at: Some(at), reader: Reader::Dynaconf, cast: None, supplied, needed: false }
}

/// What `settings.get(name, default, "@bool")` makes of a value.
pub(super) fn cast(mark: &str, value: &Node) -> Node {
    let text = match &value.value {
        Value::Str(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Value::None => "None".to_owned(),
        _ => return Node::unknown(format!("computed by dynaconf ({mark})"), value.at),
    };
    let made = marks::cast(mark, &text, value.at).into_node();
    Node { env: value.env.clone(), ..made }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::SettingsChoice;
    use crate::source::SourceFile;

    fn model(files: &[(&str, &str)], vars: &[(&str, &str)]) -> (Sources, SettingsModel) {
        let files = files
            .iter()
            .map(|(path, text)| SourceFile::from_bytes((*path).to_owned(), text.as_bytes()).unwrap())
            .collect();
        let sources = Sources::new("/srv/project".into(), files);
        let file = sources.find("settings.toml").unwrap();
        let candidate = SettingsCandidate {
            module: "settings".into(),
            file,
            role: Role::Production,
            named_by: Vec::new(),
        };
        let project = Project {
            root: String::new(),
            name: "x".into(),
            import_roots: vec![String::new()],
            candidates: vec![candidate],
            configuration: None,
            choice: SettingsChoice::None,
            django: None,
            drf: None,
            site_packages: None,
            dotenv: Vec::new(),
            deployment: Vec::new(),
        };
        let vars = vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let environment = Environment { vars, dotenv: false };
        let model = crate::settings::evaluate(&sources, &project, "settings", &environment);
        (sources, model)
    }

    const LAYERS: &str = "[default]\nDEBUG = true\nHOSTS = [\"a\"]\nREST = { PAGE = 1, KEEP = 2 }\nMIDDLEWARE = [\"x\"]\n\
                          [production]\nDEBUG = false\nHOSTS = [\"b\", \"dynaconf_merge\"]\nREST__PAGE = 5\n\
                          MIDDLEWARE = \"@insert 0 first\"\nPORT = \"@int 8000\"\nURL = \"@format {this.X}\"\n";

    #[test]
    fn production_lies_over_default() {
        let (sources, model) = model(&[("settings.toml", LAYERS)], &[]);
        let value = |name: &str| &model.get(name).unwrap().node.value;
        assert_eq!(*value("DEBUG"), Value::Bool(false));
        assert_eq!(sources.slice(model.get("DEBUG").unwrap().node.at.unwrap()), "false");
        assert_eq!(model.lookup(&["REST", "PAGE"]).unwrap().as_int(), Some(5));
        assert_eq!(model.lookup(&["REST", "KEEP"]).unwrap().as_int(), Some(2));
        let texts = |name: &str| -> Vec<String> {
            let items = model.get(name).unwrap().node.as_items().unwrap();
            items.items.iter().map(|n| n.as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(texts("HOSTS"), ["a", "b"]);
        assert_eq!(texts("MIDDLEWARE"), ["first", "x"]);
        assert_eq!(*value("PORT"), Value::Int(8000));
        assert!(model.get("URL").unwrap().node.has_unknown());
        assert_eq!(model.composition, Composition::Toml { file: model.file, table: "production".into() });
    }

    #[test]
    fn secrets_and_variables_come_last() {
        let files = [("settings.toml", LAYERS), (".secrets.toml", "[production]\nSECRET_KEY = \"s\"\n")];
        let (_, model) = model(&files, &[("DJANGO_DEBUG", "true"), ("DJANGO_REST__PAGE", "9")]);
        assert_eq!(model.get("SECRET_KEY").unwrap().node.as_str(), Some("s"));
        let debug = model.get("DEBUG").unwrap();
        assert_eq!(debug.node.value, Value::Bool(true));
        assert!(debug.node.env[0].supplied);
        assert_eq!(model.lookup(&["REST", "PAGE"]).unwrap().as_int(), Some(9));
    }
}
