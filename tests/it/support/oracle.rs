//! Compares the tool's settings with what CPython makes of the same module. The rule: no wrong value, ever. What the
//! tool does not claim (unknown parts) is not compared; what it claims must be equal.

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

/// What CPython made of a module: every upper-case name, or the kind of exception that ended the import.
#[derive(Debug)]
pub(crate) enum Imported {
    Settings {
        settings: Map<String, Value>,
        /// Names that a library put there with Django's default.
        framework: Map<String, Value>,
    },
    Failed(String),
}

/// Imports `module` below `root` with `python` and only these environment variables; with a class, as
/// django-configurations does.
pub(crate) fn import(
    python: &Path,
    root: &Path,
    module: &str,
    class: Option<&str>,
    environment: &[(&str, &str)],
) -> Imported {
    import_with(python, root, module, class, environment)
}

/// Like [`import`], with something in the place of packages that are not installed.
pub(crate) fn import_stubbed(
    python: &Path,
    root: &Path,
    module: &str,
    class: Option<&str>,
    environment: &[(&str, &str)],
) -> Imported {
    import_with(python, root, module, class.into_iter().chain(["--stub"]), environment)
}

fn import_with<'a>(
    python: &Path,
    root: &Path,
    module: &str,
    more: impl IntoIterator<Item = &'a str>,
    environment: &[(&str, &str)],
) -> Imported {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/dump_settings.py");
    let output = Command::new(python)
        .env_clear()
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(environment.iter().copied())
        .arg(script)
        .arg(root)
        .arg(module)
        .args(more)
        .current_dir(root)
        .output()
        .expect("Python starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    let value: Value = serde_json::from_str(line)
        .unwrap_or_else(|e| panic!("{e}: {text}\n{}", String::from_utf8_lossy(&output.stderr)));
    imported(&value)
}

/// What one line of the dump says.
pub(crate) fn imported(value: &Value) -> Imported {
    match value.get("settings") {
        Some(Value::Object(settings)) => Imported::Settings {
            settings: settings.clone(),
            framework: value["framework"].as_object().cloned().unwrap_or_default(),
        },
        _ => Imported::Failed(format!(
            "{}: {}",
            value["type"].as_str().unwrap_or("?"),
            value["error"].as_str().unwrap_or("?")
        )),
    }
}

/// The tool's `settings --format json --all` of the same module.
pub(crate) fn evaluated(root: &Path, module: &str, environment: &[(&str, &str)]) -> Map<String, Value> {
    let mut command = assert_cmd::Command::cargo_bin("drf-harden").expect("the binary");
    command.env_clear().args(["settings", "--settings", module, "--format", "json", "--all", "--no-dotenv"]);
    for (name, value) in environment {
        command.arg("--env").arg(format!("{name}={value}"));
    }
    let output = command.arg(root).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    document["settings"].as_object().expect("settings").clone()
}

/// What the comparison of one module found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Names for which the tool claims something that CPython does not have.
    pub(crate) wrong: Vec<String>,
    /// Names that CPython has and the tool says nothing of.
    pub(crate) missing: Vec<String>,
    /// Names with a claimed and equal value.
    pub(crate) equal: usize,
    /// Names that the tool leaves open, wholly or in part, with the cause.
    pub(crate) open: Vec<String>,
}

/// Compares what the tool says of a module with the names that CPython has.
pub(crate) fn compare(tool: &Map<String, Value>, python: &Imported) -> Comparison {
    let mut result = Comparison::default();
    let (settings, framework) = match python {
        Imported::Settings { settings, framework } => (settings, framework),
        Imported::Failed(error) => {
            let open = |s: &Value| matches!(s["state"].as_str(), Some("required" | "unknown" | "partly"));
            if !tool.values().any(open) {
                result.wrong.push(format!("the import fails ({error}) and the tool knows every value"));
            }
            return result;
        }
    };
    for (name, real) in settings {
        let Some(said) = tool.get(name) else {
            result.missing.push(name.clone());
            continue;
        };
        match said["state"].as_str() {
            Some("unknown") => {
                result.open.push(format!("{name}: {}", said["cause"].as_str().unwrap_or("no cause")));
            }
            Some("required") => result.wrong.push(format!("{name} is required, yet the import gives {real}")),
            Some("default") => {
                result.wrong.push(format!("{name} is called a default, yet the module sets {real}"));
            }
            Some(state) => match differs(&said["value"], real) {
                Some(how) => result.wrong.push(format!("{name}: {how}")),
                None if state == "partly" => result.open.push(format!("{name}: partly")),
                None => result.equal += 1,
            },
            None => result.wrong.push(format!("{name} has no state")),
        }
    }
    for (name, said) in tool {
        let claims = !matches!(said["state"].as_str(), Some("default" | "unknown" | "required"));
        if claims && !settings.contains_key(name) && name.chars().any(char::is_uppercase) {
            match framework.get(name).map(|real| differs(&said["value"], real)) {
                Some(None) => result.equal += 1,
                Some(Some(how)) => result.wrong.push(format!("{name}: {how}")),
                None => result.wrong.push(format!("{name} is not set by the module")),
            }
        }
    }
    result
}

/// How a claimed value differs from the real one.
fn differs(said: &Value, real: &Value) -> Option<String> {
    let no = || Some(format!("the tool says {said}, CPython has {real}"));
    match (said, real) {
        (Value::Object(s), _) if s.contains_key("unknown") => None,
        (_, Value::Object(r)) if r.get("object").is_some_and(|o| o == "deep") => None,
        // Something of a package that is not installed: nothing can be said of it.
        (_, Value::Object(r)) if r.contains_key("stub") => None,
        (Value::Object(s), _) if s.contains_key("secret") => {
            let length = s["secret"]["length"].as_u64();
            let real = real.as_str().map(|t| t.chars().count() as u64);
            if real.is_some() && length != real { no() } else { None }
        }
        (Value::Array(s), Value::String(r)) => text_parts(s, r).and_then(|()| no()),
        (Value::Array(s), Value::Array(r)) => sequence(s, r).and_then(|()| no()),
        (Value::Array(s), Value::Object(r)) if r.contains_key("set") => {
            let r = r["set"].as_array().expect("a set is an array");
            let same = s.len() == r.len() && s.iter().all(|x| r.iter().any(|y| differs(x, y).is_none()));
            if same || has_rest(s) { None } else { no() }
        }
        (Value::Object(s), Value::Object(r)) if r.contains_key("dict") => {
            let pairs = r["dict"].as_array().expect("a dict is a list of pairs");
            let open = s.contains_key("rest");
            for (key, value) in s.iter().filter(|(k, _)| *k != "rest") {
                let pair = pairs.iter().find(|p| key_text(&p[0]) == *key);
                match pair {
                    Some(pair) => {
                        if let Some(how) = differs(value, &pair[1]) {
                            return Some(format!("[{key}] {how}"));
                        }
                    }
                    None if open => {}
                    None => return Some(format!("[{key}] is not in CPython's dict")),
                }
            }
            if !open && pairs.len() != s.len() { no() } else { None }
        }
        (Value::Number(s), Value::Number(r)) => (s.as_f64() != r.as_f64()).then(no).flatten(),
        // An object of a class: nothing to compare but that the tool did not call it plain data.
        (Value::Object(_), Value::Object(r)) if r.contains_key("object") => None,
        (s, r) => (s != r).then(no).flatten(),
    }
}

/// Equal element by element; with a `rest`, the known elements stand in order somewhere in the real ones.
fn sequence(said: &[Value], real: &[Value]) -> Option<()> {
    if !has_rest(said) {
        let same = said.len() == real.len() && said.iter().zip(real).all(|(s, r)| differs(s, r).is_none());
        return if same { None } else { Some(()) };
    }
    let mut real = real.iter();
    let found =
        said.iter().filter(|s| s.get("rest").is_none()).all(|s| real.any(|r| differs(s, r).is_none()));
    if found { None } else { Some(()) }
}

/// The known parts of a text stand in order in the real one, from its start and to its end.
fn text_parts(said: &[Value], real: &str) -> Option<()> {
    let mut rest = real;
    let mut anchored = true;
    for (at, part) in said.iter().enumerate() {
        let Some(part) = part.as_str() else {
            anchored = false;
            continue;
        };
        let last = at + 1 == said.len();
        let found = match (anchored, last) {
            (true, false) => rest.starts_with(part).then_some(0),
            (true, true) => (rest == part).then_some(0),
            (false, true) => rest.ends_with(part).then(|| rest.len() - part.len()),
            (false, false) => rest.find(part),
        };
        let Some(at) = found else { return Some(()) };
        rest = &rest[at + part.len()..];
        anchored = true;
    }
    None
}

fn has_rest(said: &[Value]) -> bool {
    said.iter().any(|s| s.as_object().is_some_and(|o| o.contains_key("rest")))
}

fn key_text(key: &Value) -> String {
    match key {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        _ => key.as_str().map_or_else(|| key.to_string(), str::to_owned),
    }
}
