//! Small snapshots with models made by hand: what counts is where a value stands and who else takes it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::python::parse;
use crate::settings::{How, Step, Value};
use crate::source::SourceFile;

const BASE: &str = "config/base.py";
const PRODUCTION: &str = "config/production.py";

fn sources(files: &[(&str, &str)]) -> Sources {
    let files =
        files.iter().map(|(path, text)| SourceFile::from_bytes((*path).to_owned(), text.as_bytes()).unwrap());
    Sources::new(PathBuf::from("/x"), files.collect())
}

/// The place of `part` in the file at `path`.
fn at(sources: &Sources, path: &str, part: &str) -> Span {
    let file = sources.find(path).unwrap();
    let start = sources.text(file).find(part).unwrap() as u32;
    Span { file, range: (start, start + part.len() as u32) }
}

/// A module of this role in `path` that takes `DEBUG` from `value`.
fn model(sources: &Sources, path: &str, role: Role, value: Span) -> SettingsModel {
    let file = sources.find(path).unwrap();
    let node = Node { value: Value::Bool(true), at: Some(value), env: Vec::new() };
    let steps = vec![Step { at: value, how: How::Assigned, note: String::new() }];
    let setting = Setting { name: "DEBUG".to_owned(), node, steps, is_default: false };
    SettingsModel {
        module: path.trim_end_matches(".py").replace('/', "."),
        file,
        role,
        configuration: None,
        django_version: None,
        drf_version: None,
        settings: BTreeMap::from([("DEBUG".to_owned(), setting)]),
        files: vec![value.file, file],
        open: None,
        composition: Composition::Module,
        problems: Vec::new(),
        switches: Vec::new(),
        class_choice: None,
        environment: None,
        included: Vec::new(),
        deployment: Vec::new(),
        environ: Vec::new(),
        made: Vec::new(),
    }
}

fn site(sources: &Sources, model: &SettingsModel, others: &[SettingsModel], value: Span) -> Site {
    Placement::new(sources, model, others).of_value(&model.settings["DEBUG"], value)
}

fn end_of_module(sources: &Sources, path: &str) -> Target {
    Target::Module { file: sources.find(path).unwrap(), after: None }
}

#[test]
fn the_only_module_is_edited_in_place() {
    let sources = sources(&[(BASE, "DEBUG = True\n")]);
    let value = at(&sources, BASE, "True");
    let model = model(&sources, BASE, Role::Production, value);
    assert_eq!(site(&sources, &model, &[], value), Site::InPlace);
}

#[test]
fn what_development_takes_too_is_overridden_in_production() {
    let star = "from .base import *\n";
    let sources = sources(&[(BASE, "DEBUG = True\n"), ("config/dev.py", star), (PRODUCTION, star)]);
    let value = at(&sources, BASE, "True");
    let judged = model(&sources, PRODUCTION, Role::Production, value);
    let development = model(&sources, "config/dev.py", Role::Development, value);
    let expected = Site::Override(end_of_module(&sources, PRODUCTION));
    assert_eq!(site(&sources, &judged, &[development], value), expected);
}

#[test]
fn what_development_sets_for_itself_does_not_count_as_shared() {
    let star = "from .base import *\n";
    let own = "from .base import *\nDEBUG = 1 == 1\n";
    let sources = sources(&[(BASE, "DEBUG = True\n"), ("config/dev.py", own), (PRODUCTION, star)]);
    let value = at(&sources, BASE, "True");
    let judged = model(&sources, PRODUCTION, Role::Production, value);
    let mut development =
        model(&sources, "config/dev.py", Role::Development, at(&sources, "config/dev.py", "1 == 1"));
    development.files.push(value.file);
    assert_eq!(site(&sources, &judged, &[development], value), Site::InPlace);
}

#[test]
fn a_value_inside_the_development_module_is_overridden() {
    let sources = sources(&[("config/dev.py", "DEBUG = True\n"), (PRODUCTION, "from .dev import *\n")]);
    let value = at(&sources, "config/dev.py", "True");
    let judged = model(&sources, PRODUCTION, Role::Production, value);
    let development = model(&sources, "config/dev.py", Role::Development, value);
    let expected = Site::Override(end_of_module(&sources, PRODUCTION));
    assert_eq!(site(&sources, &judged, &[development], value), expected);
}

#[test]
fn a_package_that_chooses_the_stage_is_left_alone() {
    let package = "config/settings/__init__.py";
    let choice = "if LIVE:\n    from .live import *\nelse:\n    from .dev import *\n";
    let live = "config/settings/live.py";
    let star = "from .base import *\n";
    let own = format!("{star}ADMINS = []\nDEBUG = False\n");
    let files = [
        (package, choice),
        ("config/settings/base.py", "DEBUG = True\n"),
        ("config/settings/dev.py", star),
        (live, own.as_str()),
    ];
    let sources = sources(&files);
    let value = at(&sources, live, "False");
    let mut judged = model(&sources, package, Role::Production, value);
    judged.files.push(sources.find(package).unwrap());
    let target = Placement::new(&sources, &judged, &[]).of_new("X_FRAME_OPTIONS");
    assert_eq!(target, Ok(end_of_module(&sources, live)));
}

#[test]
fn conditions_loops_and_functions_keep_their_values() {
    for text in [
        "if LIVE:\n    DEBUG = True\n",
        "for x in y:\n    DEBUG = True\n",
        "def f():\n    return True\nDEBUG = f()\n",
        "try:\n    import x\nexcept ImportError:\n    DEBUG = True\n",
    ] {
        let sources = sources(&[(BASE, text)]);
        let value = at(&sources, BASE, "True");
        let model = model(&sources, BASE, Role::Production, value);
        assert!(matches!(site(&sources, &model, &[], value), Site::Nowhere(_)), "{text}");
    }
}

#[test]
fn nothing_is_written_for_a_development_or_test_module() {
    for role in [Role::Development, Role::Test] {
        let sources = sources(&[(BASE, "DEBUG = True\n")]);
        let value = at(&sources, BASE, "True");
        let model = model(&sources, BASE, role, value);
        assert!(matches!(site(&sources, &model, &[], value), Site::Nowhere(_)));
        assert!(Placement::new(&sources, &model, &[]).of_new("DEBUG").is_err());
    }
}

#[test]
fn a_class_is_edited_itself_and_overrides_what_it_inherits() {
    let text = "class Common:\n    DEBUG = True\n\n\nclass Live(Common):\n    DEBUG = not False\n";
    let sources = sources(&[(BASE, text)]);
    let class = at(&sources, BASE, "class Live(Common):\n    DEBUG = not False");
    let (inherited, own) = (at(&sources, BASE, "True"), at(&sources, BASE, "not False"));
    let mut model = model(&sources, BASE, Role::Production, own);
    model.composition = Composition::Class(class);
    assert_eq!(site(&sources, &model, &[], own), Site::InPlace);
    assert_eq!(site(&sources, &model, &[], inherited), Site::Override(Target::Class(class)));
}

#[test]
fn toml_is_written_into_the_table_that_production_reads() {
    let path = "settings.toml";
    let sources = sources(&[(path, "[default]\nDEBUG = true\n\n[production]\n")]);
    let value = at(&sources, path, "true");
    let mut model = model(&sources, path, Role::Production, value);
    model.composition = Composition::Toml { file: value.file, table: "production".to_owned() };
    let table = Target::Toml { file: value.file, table: vec!["production".to_owned()] };
    assert_eq!(site(&sources, &model, &[], value), Site::Override(table));
}

fn follows(text: &str) -> Option<String> {
    let sources = sources(&[(BASE, text)]);
    let file = sources.find(BASE).unwrap();
    end_of(file, &parse(text), None).map(|at| sources.slice(at).to_owned())
}

#[test]
fn a_new_setting_goes_to_the_end() {
    for text in ["A = 1\nB = 2\n", "from .base import *\n", ""] {
        assert_eq!(follows(text), None, "{text}");
    }
}

#[test]
fn local_overrides_keep_the_last_word() {
    let text = "A = 1\nB = 2\ntry:\n    from .local import *\nexcept ImportError:\n    pass\n";
    assert_eq!(follows(text).as_deref(), Some("B = 2"));
    assert_eq!(follows("A = 1\ndjango_heroku.settings(locals())\n").as_deref(), Some("A = 1"));
}

#[test]
fn the_table_above_a_place() {
    let text = "a = 1\n[default]\nb = 2\n[production.REST_FRAMEWORK] # note\nc = [\n  1,\n]\n";
    let table = |needle: &str| toml_table(text, text.find(needle).unwrap()).join(".");
    assert_eq!(table("a ="), "");
    assert_eq!(table("b ="), "default");
    assert_eq!(table("c ="), "production.REST_FRAMEWORK");
}
