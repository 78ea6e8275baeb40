//! Python virtual environments for the tests that ask real Django, made from PyPI when first needed and kept under
//! the target folder. Without Python or a network a test is skipped loudly; with `CI=true` it fails.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter of an environment that holds `packages` (pip's requirement syntax), or `None` after saying why.
pub(crate) fn python(name: &str, packages: &[&str]) -> Option<PathBuf> {
    match make(name, packages) {
        Ok(python) => Some(python),
        Err(reason) => {
            assert!(!is_ci(), "the Python environment {name} is needed in CI: {reason}");
            eprintln!("SKIPPED (no Python environment {name}): {reason}");
            None
        }
    }
}

/// Whether skipping is a failure.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|v| !v.is_empty() && v != "false" && v != "0")
}

fn make(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venvs");
    fs::create_dir_all(&base).map_err(|e| e.to_string())?;
    let hash = xxhash_rust::xxh3::xxh3_64(packages.join("\n").as_bytes());
    let folder = base.join(format!("{name}-{hash:016x}"));
    let python = folder.join("bin/python");
    // Tests run in threads and processes at once: one makes the environment, the others wait.
    let lock = File::create(base.join(format!("{name}.lock"))).map_err(|e| e.to_string())?;
    lock.lock().map_err(|e| e.to_string())?;
    let done = folder.join("complete");
    if done.is_file() && python.is_file() {
        return Ok(python);
    }
    let _ = fs::remove_dir_all(&folder);
    let system = ["python3.12", "python3.11", "python3.13", "python3"]
        .into_iter()
        .find(|p| {
            run(Command::new(p).args(["-c", "import ensurepip, sys; sys.exit(sys.version_info < (3, 10))"]))
                .is_ok()
        })
        .ok_or("no Python 3.10 or newer with the venv module")?;
    run(Command::new(system).args(["-m", "venv"]).arg(&folder))?;
    if !packages.is_empty() {
        run(Command::new(&python)
            .args(["-m", "pip", "install", "-q", "--disable-pip-version-check"])
            .args(packages))?;
    }
    fs::write(&done, packages.join("\n")).map_err(|e| e.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let tail: Vec<&str> = stderr.lines().rev().take(5).collect();
    Err(format!("{command:?}: {}", tail.into_iter().rev().collect::<Vec<_>>().join(" / ")))
}
