//! The corpus: wheels of real projects, fetched by `scripts/corpus.sh` when first needed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use super::venv::is_ci;

static FETCH: Mutex<()> = Mutex::new(());

/// Where the projects lie that are fetched, or another folder of such that `CORPUS` names.
pub(crate) fn root() -> PathBuf {
    let fetched = || Path::new(env!("CARGO_MANIFEST_DIR")).join(".corpus");
    std::env::var_os("CORPUS").map_or_else(fetched, PathBuf::from)
}

/// The folder of a project of the corpus, or `None` after saying loudly why not (in CI: a failure).
pub(crate) fn project(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(".corpus").join(name);
    // One fetch at a time; whoever comes second finds it there.
    let _guard = FETCH.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !folder.is_dir() {
        let output = Command::new("bash").arg(root.join("scripts/corpus.sh")).arg(name).output();
        let fetched = output.as_ref().is_ok_and(|o| o.status.success());
        if !fetched {
            let reason =
                output.map_or_else(|e| e.to_string(), |o| String::from_utf8_lossy(&o.stderr).into_owned());
            assert!(!is_ci(), "{name} of the corpus is needed in CI: {reason}");
            eprintln!("SKIPPED ({name} of the corpus could not be fetched): {reason}");
            return None;
        }
    }
    Some(folder)
}

/// Copies a folder: files and folders, links as they are.
pub(crate) fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp starts");
    assert!(status.success(), "{} could not be copied", from.display());
}
