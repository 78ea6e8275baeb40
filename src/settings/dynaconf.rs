//! Dynaconf: TOML settings with environments, their merge marks, and the environment variables that may replace any
//! value. Other file formats of dynaconf (YAML, JSON, ini) are not read; `@jinja` and `@format` are not computed.

#![expect(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "positions in a list, clamped to it")]

use toml_edit::{Item, Table, Value as Toml};

use super::{
    Composition, Dict, Entry, EnvRead, Environment, How, Items, Node, Reader, Setting, SettingsModel, Step,
    Value,
};
use crate::project::{Project, Role, SettingsCandidate};
use crate::source::{FileId, Sources, Span};

/// The prefix of dynaconf's variables in a Django project.
pub(super) const PREFIX: &str = "DJANGO";

/// Evaluates settings that are TOML files alone.
pub(super) fn evaluate(
    sources: &Sources,
    project: &Project,
    candidate: &SettingsCandidate,
    environment: &Environment,
) -> SettingsModel {
    let mut model = SettingsModel::blank(project, &candidate.module, candidate.file, candidate.role);
    let table = read_files(&mut model, sources, candidate.file, environment);
    model.composition = Composition::Toml { file: candidate.file, table };
    mark_overridable(&mut model, PREFIX, environment);
    model
}

/// Lays a TOML file, and the `.secrets.toml` beside it, over the settings. The table that production reads.
pub(super) fn read_files(
    model: &mut SettingsModel,
    sources: &Sources,
    file: FileId,
    environment: &Environment,
) -> String {
    let path = sources.path(file);
    let folder = path.rsplit_once('/').map_or("", |p| p.0);
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let chosen =
        environment.vars.get("ENV_FOR_DYNACONF").or_else(|| environment.vars.get("DJANGO_ENV")).cloned();
    let wanted = chosen.unwrap_or_else(|| {
        match model.role {
            Role::Production | Role::Base => "production",
            Role::Development => "development",
            Role::Test => "testing",
        }
        .to_owned()
    });
    let mut table = String::new();
    for file in [Some(file), sources.find(&beside(".secrets.toml"))].into_iter().flatten() {
        model.files.push(file);
        let document: toml_edit::Document<&str> = match toml_edit::Document::parse(sources.text(file)) {
            Ok(document) => document,
            Err(error) => {
                let range = error.span().unwrap_or_default();
                let at = Span { file, range: (range.start as u32, range.end as u32) };
                model.open.get_or_insert_with(|| "a TOML file of the settings does not parse".to_owned());
                model.problems.push(super::Problem { at: Some(at), message: error.message().to_owned() });
                continue;
            }
        };
        let root = document.as_table();
        let sections: Vec<(&str, &Table)> =
            root.iter().filter_map(|(name, item)| Some((name, item.as_table()?))).collect();
        let layered = sections.iter().any(|(name, _)| {
            matches!(
                name.to_lowercase().as_str(),
                "default" | "production" | "development" | "global" | "testing"
            )
        });
        if !layered {
            apply(model, file, root);
            continue;
        }
        for layer in ["default", wanted.as_str(), "global"] {
            if let Some((name, found)) = sections.iter().find(|(name, _)| name.eq_ignore_ascii_case(layer)) {
                apply(model, file, found);
                if layer == wanted {
                    (*name).clone_into(&mut table);
                }
            }
        }
        if table.is_empty() {
            table.clone_from(&wanted);
        }
    }
    table
}

fn apply(model: &mut SettingsModel, file: FileId, table: &Table) {
    for (key, item) in table {
        let at = span(file, item.span().or_else(|| table.key(key).and_then(toml_edit::Key::span)));
        let key_at = span(file, table.key(key).and_then(toml_edit::Key::span)).or(at);
        let node = node(file, item);
        let mut parts = key.split("__");
        let name = parts.next().unwrap_or(key).to_uppercase();
        let path: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
        let old = model.settings.remove(&name);
        let mut steps = old.as_ref().map(|s| s.steps.clone()).unwrap_or_default();
        let how = if old.is_some() { How::Merged } else { How::Assigned };
        steps.extend(key_at.map(|at| Step { at, how, note: String::new() }));
        let node = place(old.map(|s| s.node), &path, node, 0);
        model.settings.insert(name.clone(), Setting { name, node, steps, is_default: false });
    }
}

/// `new` under the keys of `path` in `old`.
fn place(old: Option<Node>, path: &[&str], new: Node, depth: usize) -> Node {
    let Some((first, rest)) = path.split_first() else { return merged(old, new) };
    if depth > 16 {
        return Node::unknown("keys that nest too deeply", new.at);
    }
    let mut base = match old {
        Some(Node { value: Value::Dict(dict), at, env }) => (dict, at, env),
        _ => (Dict::default(), new.at, Vec::new()),
    };
    let at =
        base.0.entries.iter().position(|e| e.key.as_str().is_some_and(|k| k.eq_ignore_ascii_case(first)));
    if let Some(at) = at {
        let inner = base.0.entries[at].value.clone();
        base.0.entries[at].value = place(Some(inner), rest, new, depth + 1);
    } else {
        let key = Node { value: Value::Str((*first).to_owned()), at: new.at, env: Vec::new() };
        base.0.entries.push(Entry { key, value: place(None, rest, new, depth + 1) });
    }
    Node { value: Value::Dict(base.0), at: base.1, env: base.2 }
}

/// A value over another one: replaced, unless it carries a merge mark.
fn merged(old: Option<Node>, mut new: Node) -> Node {
    match &mut new.value {
        Value::Dict(dict) => {
            let mark = dict.entries.iter().position(|e| e.key.as_str() == Some("dynaconf_merge"));
            let Some(mark) = mark else { return new };
            let wants = dict.entries.remove(mark).value.value != Value::Bool(false);
            if let (true, Some(Node { value: Value::Dict(mut base), at, env })) = (wants, old) {
                for entry in std::mem::take(&mut dict.entries) {
                    match base.entries.iter_mut().find(|e| e.key.value == entry.key.value) {
                        Some(slot) => slot.value = merged(Some(slot.value.clone()), entry.value),
                        None => base.entries.push(entry),
                    }
                }
                return Node { value: Value::Dict(base), at, env };
            }
            new
        }
        Value::List(items) => {
            let mark = |n: &Node| matches!(n.as_str(), Some("dynaconf_merge" | "dynaconf_merge_unique"));
            if !items.items.iter().any(mark) {
                return new;
            }
            items.items.retain(|n| !mark(n));
            if let Some(Node { value: Value::List(mut base), at, env }) = old {
                base.items.append(&mut items.items);
                return Node { value: Value::List(base), at, env };
            }
            new
        }
        Value::Str(text) => match text.split_once(' ') {
            Some(("@insert", rest)) => {
                let (index, item) = match rest.split_once(' ') {
                    Some((n, item)) if n.parse::<i64>().is_ok() => (n.parse::<i64>().unwrap_or(0), item),
                    _ => (0, rest),
                };
                let item = Node { value: Value::Str(item.to_owned()), at: new.at, env: Vec::new() };
                match old {
                    Some(Node { value: Value::List(mut base), at, env }) => {
                        let len = base.items.len() as i64;
                        let index = if index < 0 { index + len } else { index }.clamp(0, len) as usize;
                        base.items.insert(index, item);
                        Node { value: Value::List(base), at, env }
                    }
                    _ => Node {
                        value: Value::List(Items { items: vec![item], rest: None }),
                        at: new.at,
                        env: Vec::new(),
                    },
                }
            }
            Some(("@merge" | "@merge_unique", rest)) => match old {
                Some(Node { value: Value::List(mut base), at, env }) => {
                    base.items.extend(rest.split(',').map(|part| Node {
                        value: Value::Str(part.trim().to_owned()),
                        at: new.at,
                        env: Vec::new(),
                    }));
                    Node { value: Value::List(base), at, env }
                }
                _ => Node::unknown("a merge mark that is not modelled", new.at),
            },
            _ => new,
        },
        _ => new,
    }
}

fn span(file: FileId, range: Option<std::ops::Range<usize>>) -> Option<Span> {
    range.map(|r| Span { file, range: (r.start as u32, r.end as u32) })
}

fn node(file: FileId, item: &Item) -> Node {
    match item {
        Item::Value(value) => value_node(file, value),
        Item::Table(table) => {
            let at = span(file, table.span());
            let entries = table
                .iter()
                .map(|(k, v)| {
                    let key_at = span(file, table.key(k).and_then(toml_edit::Key::span));
                    let key = Node { value: Value::Str(k.to_owned()), at: key_at, env: Vec::new() };
                    Entry { key, value: node(file, v) }
                })
                .collect();
            Node { value: Value::Dict(Dict { entries, rest: None }), at, env: Vec::new() }
        }
        Item::ArrayOfTables(tables) => {
            let at = span(file, tables.span());
            let items = tables.iter().map(|t| node(file, &Item::Table(t.clone()))).collect();
            Node { value: Value::List(Items { items, rest: None }), at, env: Vec::new() }
        }
        Item::None => Node::plain(Value::None),
    }
}

fn value_node(file: FileId, value: &Toml) -> Node {
    let at = span(file, value.span());
    let value = match value {
        Toml::String(text) => return Node { at, ..text_node(text.value()) },
        Toml::Integer(n) => Value::Int(*n.value()),
        Toml::Float(f) => Value::Float(*f.value()),
        Toml::Boolean(b) => Value::Bool(*b.value()),
        Toml::Datetime(_) => return Node::unknown("a date", at),
        Toml::Array(array) => {
            Value::List(Items { items: array.iter().map(|v| value_node(file, v)).collect(), rest: None })
        }
        Toml::InlineTable(table) => Value::Dict(Dict {
            entries: table
                .iter()
                .map(|(k, v)| {
                    let key_at = span(file, table.key(k).and_then(toml_edit::Key::span));
                    let key = Node { value: Value::Str(k.to_owned()), at: key_at, env: Vec::new() };
                    Entry { key, value: value_node(file, v) }
                })
                .collect(),
            rest: None,
        }),
    };
    Node { value, at, env: Vec::new() }
}

/// A text, or what its mark (`@int 5`, `@bool off`, `@format …`) makes of it.
fn text_node(text: &str) -> Node {
    let (mark, rest) = text.split_once(' ').unwrap_or((text, ""));
    let unknown = |what: &str| Node::unknown(format!("computed by dynaconf ({what})"), None);
    Node::plain(match mark {
        "@none" => Value::None,
        "@int" => match rest.trim().parse() {
            Ok(n) => Value::Int(n),
            Err(_) => return unknown(mark),
        },
        "@float" => match rest.trim().parse() {
            Ok(f) => Value::Float(f),
            Err(_) => return unknown(mark),
        },
        "@bool" => match rest.trim().to_lowercase().as_str() {
            "t" | "true" | "enabled" | "1" | "on" | "yes" => Value::Bool(true),
            _ => Value::Bool(false),
        },
        "@str" => Value::Str(rest.to_owned()),
        "@insert" | "@merge" | "@merge_unique" => Value::Str(text.to_owned()),
        _ if mark.starts_with('@')
            && mark.len() > 1
            && mark[1..].chars().all(|c| c.is_ascii_lowercase() || c == '_') =>
        {
            return unknown(mark);
        }
        _ => Value::Str(text.to_owned()),
    })
}

/// Every value may be replaced by a variable: `DJANGO_DEBUG` for `DEBUG`. Those that are given replace it here.
pub(super) fn mark_overridable(model: &mut SettingsModel, prefix: &str, environment: &Environment) {
    let prefix = format!("{prefix}_");
    for (variable, text) in &environment.vars {
        let Some(key) = variable.strip_prefix(&prefix) else { continue };
        let mut parts = key.split("__");
        let name = parts.next().unwrap_or(key).to_uppercase();
        let path: Vec<&str> = parts.collect();
        // As dynaconf does: TOML has `true` and `false` only in lower case.
        let parsed: Result<Toml, _> = match text.trim() {
            "True" => "true".parse(),
            "False" => "false".parse(),
            _ => text.parse(),
        };
        let new = match parsed {
            Ok(value) => Node { at: None, ..value_node(model.file, &value) },
            Err(_) => text_node(text),
        };
        let old = model.settings.remove(&name);
        let steps = old.as_ref().map(|s| s.steps.clone()).unwrap_or_default();
        let at = old.as_ref().and_then(Setting::decided_at);
        let mut node = place(old.map(|s| s.node), &path, new, 0);
        node.at = node.at.or(at);
        model.settings.insert(name.clone(), Setting { name, node, steps, is_default: false });
    }
    for setting in model.settings.values_mut().filter(|s| !s.is_default) {
        let Some(at) = setting.decided_at() else { continue };
        let name = format!("{prefix}{}", setting.name);
        let supplied = environment.vars.contains_key(&name);
        let default_at = Some(at);
        setting.node.env.push(EnvRead {
            name,
            at,
            default_at,
            reader: Reader::Dynaconf,
            cast: None,
            supplied,
            needed: false,
        });
    }
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
