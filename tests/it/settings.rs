//! What the settings evaluator concludes, as literate cases in `tests/fixtures/settings/*.md`.
//!
//! A case is a section: `python <path>` and `text <path>` blocks are files, an `env` block is the environment, a
//! `settings` block says what must come out, one `NAME = state value` a line. `settings_differential` asks real
//! Python about the same cases. `BLESS=1` rewrites the `settings` blocks: read the diff, and let the differential
//! test confirm it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use drf_harden::output::settings_json;
use drf_harden::project::{Project, Role, SettingsCandidate, SettingsChoice};
use drf_harden::settings::{self, Environment, SettingsModel};
use drf_harden::source::{SourceFile, Sources};
use serde_json::{Map, Value};

/// One section of a fixture file.
pub(crate) struct Case {
    file: PathBuf,
    title: String,
    pub(crate) files: Vec<(String, String)>,
    pub(crate) env: BTreeMap<String, String>,
    expected: String,
    /// The module that is evaluated, where it is not the usual one.
    module: Option<&'static str>,
}

impl Case {
    /// A case without a fixture.
    pub(crate) fn of(
        files: Vec<(String, String)>,
        env: BTreeMap<String, String>,
        module: &'static str,
    ) -> Self {
        let (file, title, expected) = (PathBuf::from("inline"), "inline".into(), String::new());
        Self { file, title, files, env, expected, module: Some(module) }
    }

    pub(crate) fn name(&self) -> String {
        format!("{}: {}", self.file.file_name().unwrap().to_string_lossy(), self.title)
    }

    /// The module that is evaluated.
    pub(crate) fn module(&self) -> String {
        if let Some(module) = self.module {
            return module.to_owned();
        }
        let has = |path: &str| self.files.iter().any(|(p, _)| p == path);
        if has("settings/production.py") { "settings.production".into() } else { "settings".into() }
    }

    fn module_path(&self) -> String {
        let path = self.module().replace('.', "/");
        let package = format!("{path}/__init__.py");
        if self.files.iter().any(|(p, _)| *p == package) { package } else { format!("{path}.py") }
    }

    /// The tool's document for the module, as if the files stood below `root`.
    pub(crate) fn evaluate(&self, root: &Path) -> Map<String, Value> {
        let (sources, model) = self.model(root);
        document(&sources, &model)
    }

    /// The class that holds the settings, where they are one.
    pub(crate) fn class(&self, root: &Path) -> Option<String> {
        self.model(root).1.configuration
    }

    pub(crate) fn model(&self, root: &Path) -> (Sources, SettingsModel) {
        let files = self
            .files
            .iter()
            .map(|(path, text)| SourceFile::from_bytes(path.clone(), text.clone().into_bytes()).unwrap())
            .collect();
        let sources = Sources::new(root.to_path_buf(), files);
        let file = sources.find(&self.module_path()).expect("a case has a settings module");
        let project = Project {
            root: String::new(),
            name: "case".into(),
            import_roots: vec![String::new()],
            candidates: vec![SettingsCandidate {
                module: self.module(),
                file,
                role: Role::Production,
                named_by: Vec::new(),
            }],
            configuration: None,
            choice: SettingsChoice::None,
            django: None,
            drf: None,
            site_packages: None,
            dotenv: if sources.find(".env").is_some() { vec![".env".into()] } else { Vec::new() },
            deployment: Vec::new(),
        };
        let environment = Environment { vars: self.env.clone(), dotenv: true };
        let model = settings::evaluate(&sources, &project, &self.module(), &environment);
        (sources, model)
    }
}

/// The `settings` of the machine output.
pub(crate) fn document(sources: &Sources, model: &SettingsModel) -> Map<String, Value> {
    let mut out = Vec::new();
    settings_json::write(&mut out, sources, model, true).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    document["settings"].as_object().unwrap().clone()
}

/// A case of one file.
pub(crate) fn module(text: impl Into<String>) -> Case {
    Case::of(vec![("settings.py".into(), text.into())], BTreeMap::new(), "settings")
}

/// All cases, in order.
pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/settings");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().filter(|f| f.extension().is_some_and(|e| e == "md")).flat_map(|f| read_cases(f)).collect()
}

fn read_cases(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some((info, body)) = &mut block {
            if line == "```" {
                let (info, body) = (std::mem::take(info), std::mem::take(body));
                block = None;
                let case = cases.last_mut().expect("a block stands under a heading");
                match info.split_once(' ') {
                    Some((_, path)) => case.files.push((path.to_owned(), body)),
                    None if info == "env" => case.env = settings::parse_env_file(&body),
                    None => case.expected = body,
                }
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case {
                file: file.to_path_buf(),
                title: title.to_owned(),
                files: Vec::new(),
                env: BTreeMap::new(),
                expected: String::new(),
                module: None,
            });
        } else if let Some(info) = line.strip_prefix("```") {
            block = Some((info.to_owned(), String::new()));
        }
    }
    cases
}

/// The `settings` block that a document amounts to.
fn render(settings: &Map<String, Value>) -> String {
    let mut out = String::new();
    for (name, row) in settings {
        let state = row["state"].as_str().unwrap();
        let open_default = row["where"].as_array().is_none_or(Vec::is_empty) && state == "unknown";
        if state == "default" || open_default {
            continue;
        }
        match row.get("value") {
            Some(value) => writeln!(out, "{name} = {state} {value}").unwrap(),
            None => writeln!(out, "{name} = {state}").unwrap(),
        }
    }
    out
}

#[test]
fn every_case_comes_out_as_it_says() {
    let bless = std::env::var_os("BLESS").is_some();
    let root = Path::new("/srv/project");
    let mut wrong = String::new();
    let cases = cases();
    for case in &cases {
        let got = render(&case.evaluate(root));
        if got == case.expected {
            continue;
        }
        if bless {
            let text = std::fs::read_to_string(&case.file).unwrap();
            let at = text.find(&format!("## {}\n", case.title)).unwrap();
            let (head, tail) = text.split_at(at);
            let start = tail.find("```settings\n").expect("a settings block") + "```settings\n".len();
            let end = start + tail[start..].find("```").unwrap();
            std::fs::write(&case.file, format!("{head}{}{got}{}", &tail[..start], &tail[end..])).unwrap();
        } else {
            let diff = similar::TextDiff::from_lines(case.expected.as_str(), got.as_str());
            writeln!(wrong, "{}\n{}", case.name(), diff.unified_diff().header("expected", "got")).unwrap();
        }
    }
    assert!(cases.len() >= 110, "only {} cases were found", cases.len());
    assert!(wrong.is_empty(), "{wrong}");
}

/// What fixes edit: the text of each value's place.
#[test]
fn values_stand_where_they_were_written() {
    let text = "import os\n\
        DEBUG = os.environ.get('DEBUG', 'True') == 'True'\n\
        MODE = os.environ.get('MODE', 'x')\n\
        REST_FRAMEWORK = {'PAGE_SIZE': 10, 'LIST': ['a', 'b']}\n\
        REST_FRAMEWORK['PAGE_SIZE'] = 20\n\
        REST_FRAMEWORK.update({'NEW': 1 + 1})\n\
        MIDDLEWARE = ['m1'] + ['m2']\n\
        APPS = [\n    'one',\n]\n\
        APPS += ['two']\n\
        if os.environ.get('SWITCH'):\n    HOSTS = ['*']\nelse:\n    HOSTS = ['h']\n";
    let (sources, model) = module(text).model(Path::new("/srv/project"));
    let place = |path: &[&str]| sources.slice(model.lookup(path).unwrap().at.unwrap());
    assert_eq!(place(&["DEBUG"]), "os.environ.get('DEBUG', 'True') == 'True'");
    assert_eq!(place(&["MODE"]), "os.environ.get('MODE', 'x')");
    assert_eq!(place(&["REST_FRAMEWORK"]), "{'PAGE_SIZE': 10, 'LIST': ['a', 'b']}");
    assert_eq!(place(&["REST_FRAMEWORK", "PAGE_SIZE"]), "20");
    assert_eq!(place(&["REST_FRAMEWORK", "LIST"]), "['a', 'b']");
    assert_eq!(place(&["REST_FRAMEWORK", "NEW"]), "1 + 1");
    assert_eq!(place(&["MIDDLEWARE"]), "['m1'] + ['m2']");
    assert_eq!(place(&["APPS"]), "[\n    'one',\n]");
    let apps = model.lookup(&["APPS"]).unwrap().as_items().unwrap();
    assert_eq!(sources.slice(apps.items[1].at.unwrap()), "'two'");
    let read = &model.lookup(&["DEBUG"]).unwrap().env[0];
    assert_eq!(sources.slice(read.at), "os.environ.get('DEBUG', 'True')");
    assert_eq!(sources.slice(read.default_at.unwrap()), "'True'");
    // A read that only decides that the statement runs has no default that could be changed.
    let guard = &model.lookup(&["HOSTS"]).unwrap().env[0];
    assert_eq!((guard.name.as_str(), guard.default_at), ("SWITCH", None));
    let steps = &model.get("APPS").unwrap().steps;
    let chain: Vec<_> = steps.iter().map(|s| (sources.line(s.at), s.how.as_str())).collect();
    assert_eq!(chain, [(8, "assigned"), (11, "extended")]);
    let entry = model.get("REST_FRAMEWORK").unwrap().node.as_dict().unwrap().entry("PAGE_SIZE").unwrap();
    assert_eq!(sources.slice(entry.key.at.unwrap()), "'PAGE_SIZE'");
}

/// Each value names the variables that decide it, not those of its neighbours.
#[test]
fn a_round_of_a_loop_names_its_own_variables() {
    let text = "import os\n\
        def read(name):\n    try:\n        return os.environ['SHOP_' + name]\n    except KeyError:\n        return name\n\
        def collect(names):\n    found = {}\n    for name in names:\n        try:\n            found[name] = read(name)\n\
        \x20       except LookupError:\n            pass\n    return found\n\
        globals().update(collect(['HOST', 'MODE']))\n";
    let (_, model) = module(text).model(Path::new("/srv/project"));
    let reads = |name: &str| -> Vec<String> {
        model.lookup(&[name]).unwrap().env.iter().map(|read| read.name.clone()).collect()
    };
    assert_eq!(reads("HOST"), ["SHOP_HOST"]);
    assert_eq!(reads("MODE"), ["SHOP_MODE"]);
}

/// Where a helper sets a name, the module's own call is the last link, and the helper's line the one before.
#[test]
fn a_call_that_sets_names_decides() {
    let helper = "def configure(module, debug):\n    apply(module, 'DEBUG', debug)\n\n\n\
        def apply(module, name, value):\n    setattr(module, name, value)\n";
    let text = "import sys\nfrom helper import configure\n\n\
        def own(name, value):\n    globals()[name] = value\n\n\
        configure(sys.modules[__name__], True)\nown('PORT', 1)\nPORT = 2\nown('HOST', 'a')\n";
    let files = vec![("settings.py".into(), text.into()), ("helper.py".into(), helper.into())];
    let (sources, model) = Case::of(files, BTreeMap::new(), "settings").model(Path::new("/srv/project"));
    let chain = |name: &str| -> Vec<String> {
        let steps = model.get(name).unwrap().steps.iter();
        steps.map(|s| format!("{}:{} {}", sources.path(s.at.file), sources.line(s.at), s.note)).collect()
    };
    assert_eq!(chain("DEBUG"), ["helper.py:6 ", "settings.py:7 set by configure()"]);
    assert_eq!(chain("PORT"), ["settings.py:5 ", "settings.py:8 set by own()", "settings.py:9 "]);
    assert_eq!(chain("HOST"), ["settings.py:5 ", "settings.py:10 set by own()"]);
}

/// Large, deep and exploding input ends soon, without a panic.
#[test]
fn hostile_input_is_given_up_in_time() {
    let many = format!("A = [{}]\nB = 1\n", "1, ".repeat(1_000_000));
    let deep = format!("A = {}1{}\nB = 1\n", "[".repeat(20_000), "]".repeat(20_000));
    let sum = format!("A = {}'x'\nB = 1\n", "'x' + ".repeat(20_000));
    let calls = "def f(n):\n    return f(n + 1) + f(n + 2)\nA = f(0)\nB = 1\n".to_owned();
    let branches: String =
        "import random\nB = 1\n".to_owned() + &"if random.random() > 0.5:\n    A = [1]\n".repeat(2_000);
    let nested = "A = []\nfor i in range(10000):\n    A = [A, A]\nB = 1\n".to_owned();
    for text in [many, deep, sum, calls, branches, nested] {
        let start = std::time::Instant::now();
        let (_, model) = module(text.clone()).model(Path::new("/srv/project"));
        let known = model.get("B").is_some_and(|s| s.node.as_int() == Some(1));
        assert!(known || model.open.is_some(), "{}", &text[text.len() - 40..]);
        // Far more than it takes on a busy machine in a debug build: this is about ending at all.
        assert!(start.elapsed().as_secs() < 120, "{:?}: {}", start.elapsed(), &text[text.len() - 40..]);
    }
}
