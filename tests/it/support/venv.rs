//! Python virtual environments for the tests that ask real Django, made from PyPI when first needed and kept under
//! the target folder. Without Python or a network a test is skipped loudly; with `CI=true` it fails.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter of an environment that holds `packages` (pip's requirement syntax), or `None` after saying why.
pub(crate) fn python(name: &str, packages: &[&str]) -> Option<PathBuf> {
    python_without(name, packages, &[])
}

/// The same, where some requirements of the first package stay out: they must be compiled against libraries that few
/// machines have.
pub(crate) fn python_without(name: &str, packages: &[&str], without: &[&str]) -> Option<PathBuf> {
    match make(name, packages, without) {
        Ok(python) => Some(python),
        Err(reason) => {
            assert!(!is_ci(), "the Python environment {name} is needed in CI: {reason}");
            eprintln!("SKIPPED (no Python environment {name}): {reason}");
            None
        }
    }
}

/// A folder with `packages` (for `PYTHONPATH`), whatever Python they ask for, or `None` after saying why. Their own
/// dependencies come along only `whole`.
pub(crate) fn packages(name: &str, packages: &[&str], whole: bool) -> Option<PathBuf> {
    let made = kept(name, packages, |folder| {
        let system = interpreter((3, 10)).ok_or("no Python 3.10 or newer with the venv module")?;
        let mut pip = Command::new(system);
        pip.args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "--root-user-action=ignore"]);
        pip.args(["--ignore-requires-python", "--target"]).arg(folder).args(packages);
        run(if whole { &mut pip } else { pip.arg("--no-deps") }).map(drop)
    });
    match made {
        Ok(folder) => Some(folder),
        Err(reason) => {
            assert!(!is_ci(), "the packages {name} are needed in CI: {reason}");
            eprintln!("SKIPPED (no packages {name}): {reason}");
            None
        }
    }
}

/// A Python of at least this version on the machine: on the path, or one that pyenv keeps.
pub(crate) fn interpreter(least: (u32, u32)) -> Option<PathBuf> {
    let on_path = ["python3.12", "python3.11", "python3.13", "python3.14", "python3"].map(PathBuf::from);
    let kept = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
    let kept = kept.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut kept: Vec<PathBuf> = kept.map(|entry| entry.path().join("bin/python")).collect();
    kept.sort();
    let fits = format!("import ensurepip, sys; sys.exit(sys.version_info < ({}, {}))", least.0, least.1);
    let fits = |python: &PathBuf| run(Command::new(python).args(["-c", &fits])).is_ok();
    on_path.into_iter().chain(kept).find(fits)
}

/// Whether skipping is a failure.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|v| !v.is_empty() && v != "false" && v != "0")
}

/// Prints the requirements of an installed package but for the named ones.
const REQUIREMENTS: &str = r#"
import importlib.metadata, sys
from pip._vendor.packaging.requirements import Requirement
package, without = sys.argv[1], set(sys.argv[2:])
wanted = [Requirement(line) for line in importlib.metadata.requires(package)]
wanted = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
missing = without - {one.name for one in wanted}
if missing:
    sys.exit(f"{package} does not require {missing}")
print(*(one for one in wanted if one.name not in without), sep="\n")
"#;

fn make(name: &str, packages: &[&str], without: &[&str]) -> Result<PathBuf, String> {
    let content: Vec<String> =
        packages.iter().map(|p| (*p).to_owned()).chain(without.iter().map(|w| format!("-{w}"))).collect();
    let content: Vec<&str> = content.iter().map(String::as_str).collect();
    let folder = kept(name, &content, |folder| {
        let system = interpreter((3, 10)).ok_or("no Python 3.10 or newer with the venv module")?;
        run(Command::new(system).args(["-m", "venv"]).arg(folder))?;
        let python = folder.join("bin/python");
        let pip = || {
            let mut pip = Command::new(&python);
            pip.args(["-m", "pip", "install", "-q", "--disable-pip-version-check"]);
            pip
        };
        match packages {
            [] => Ok(()),
            [first, others @ ..] if !without.is_empty() => {
                run(pip().args(["--no-deps", first]))?;
                let package = first.split('=').next().unwrap_or(first);
                let mut list = Command::new(&python);
                let listed = run(list.args(["-c", REQUIREMENTS, package]).args(without))?;
                run(pip().args(others).args(listed.lines())).map(drop)
            }
            all => run(pip().args(all)).map(drop),
        }
    })?;
    Ok(folder.join("bin/python"))
}

/// The folder of this name and content, made when it is first asked for.
fn kept(
    name: &str,
    packages: &[&str],
    make: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venvs");
    fs::create_dir_all(&base).map_err(|e| e.to_string())?;
    let hash = xxhash_rust::xxh3::xxh3_64(packages.join("\n").as_bytes());
    let folder = base.join(format!("{name}-{hash:016x}"));
    // Tests run in threads and processes at once: one makes the environment, the others wait.
    let lock = File::create(base.join(format!("{name}.lock"))).map_err(|e| e.to_string())?;
    lock.lock().map_err(|e| e.to_string())?;
    let done = folder.join("complete");
    if done.is_file() {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    make(&folder)?;
    fs::write(&done, packages.join("\n")).map_err(|e| e.to_string())?;
    Ok(folder)
}

/// Runs a program to its end and gives what it printed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let tail: Vec<&str> = stderr.lines().rev().take(5).collect();
    Err(format!("{command:?}: {}", tail.into_iter().rev().collect::<Vec<_>>().join(" / ")))
}
