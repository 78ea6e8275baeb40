//! How long the evaluation of a settings module takes, beside its import by CPython.
//!
//!     cargo bench --bench evaluate -- FOLDER [PYTHON]
//!
//! `FOLDER` holds a project, `PYTHON` is an interpreter that can import its settings. Prints the first evaluation (files
//! are parsed for it), the best of the later ones (they are parsed), and the best import of several processes, without
//! the start of the interpreter.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use drf_harden::project::{DiscoverOptions, LoadOptions, Loaded, Project, discover, load};
use drf_harden::settings::{Environment, evaluate};

const RUNS: usize = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let Some(folder) = arguments.first() else {
        print("usage: cargo bench --bench evaluate -- FOLDER [PYTHON]");
        return ExitCode::from(2);
    };
    let loaded = match load(Path::new(folder), &LoadOptions::default(), &|_| true) {
        Ok(loaded) => loaded,
        Err(error) => {
            print(&error.to_string());
            return ExitCode::from(2);
        }
    };
    for project in discover(&loaded.sources, &DiscoverOptions::default()) {
        if let Some(module) = project.choice.module() {
            measure(&loaded, &project, module, arguments.get(1).map(String::as_str));
        }
    }
    ExitCode::SUCCESS
}

fn measure(loaded: &Loaded, project: &Project, module: &str, python: Option<&str>) {
    let evaluation = || {
        let start = Instant::now();
        let model = evaluate(&loaded.sources, project, module, &Environment::default());
        (start.elapsed(), model)
    };
    let (first, model) = evaluation();
    let later = (0..RUNS).map(|_| evaluation().0).min().unwrap_or(first);
    print(&format!(
        "{module}: {} settings from {} files, first {first:.1?}, then {later:.1?}",
        model.settings.len(),
        model.files.len()
    ));
    let Some(python) = python else { return };
    let root = project.import_roots.first().map_or("", String::as_str);
    let folder = loaded.sources.root().join(root);
    match (0..RUNS).map(|_| import(python, &folder, module)).collect::<Result<Vec<_>, _>>() {
        Ok(times) => print(&format!(
            "{module}: imported by CPython in {:.1?}",
            times.into_iter().min().unwrap_or_default()
        )),
        Err(why) => print(&format!("{module}: CPython does not import it: {why}")),
    }
}

/// The seconds that CPython needs for the import, by its own clock.
fn import(python: &str, folder: &Path, module: &str) -> Result<Duration, String> {
    let script = "import importlib, sys, time\nstart = time.perf_counter()\nimportlib.import_module(sys.argv[1])\n\
                  print(time.perf_counter() - start)";
    let mut command = Command::new(python);
    command.args(["-c", script, module]).current_dir(folder).env("PYTHONPATH", folder);
    let output = command.output().map_err(|e| e.to_string())?;
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let seconds = text.lines().last().and_then(|line| line.parse().ok());
    let reason = || errors.lines().last().unwrap_or("it printed nothing").to_owned();
    seconds.map(Duration::from_secs_f64).ok_or_else(reason)
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn print(line: &str) {
    println!("{line}");
}
