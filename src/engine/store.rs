//! What outlives a run: the decisions file in the project; session state and undo journals in the user's own
//! state folder, one subfolder for each scanned root.

use std::path::{Path, PathBuf};

use super::{Engine, EngineError};
use crate::decisions::{DecisionsFile, FILE_NAME};
use crate::edit::apply::write_atomic;

const SESSION: &str = "session.json";

impl Engine {
    /// The team's decisions, read anew; empty when there is no file.
    ///
    /// # Errors
    /// [`EngineError::Decisions`] when the file is there and cannot be used.
    pub fn decisions(&self) -> Result<DecisionsFile, EngineError> {
        match read_text(&self.home().join(FILE_NAME))? {
            Some(text) => Ok(DecisionsFile::parse(&text)?),
            None => Ok(DecisionsFile::default()),
        }
    }

    /// Reads the decisions, lets `change` change them, and writes them when their text differs.
    ///
    /// # Errors
    /// [`EngineError::Decisions`] when the file cannot be used, [`EngineError::Store`] when it cannot be written.
    pub fn decide(&self, change: impl FnOnce(&mut DecisionsFile)) -> Result<(), EngineError> {
        let path = self.home().join(FILE_NAME);
        let mut file = self.decisions()?;
        let before = file.text();
        change(&mut file);
        let after = file.text();
        if before == after {
            return Ok(());
        }
        write(&path, after.as_bytes())
    }

    /// The session state kept for this root, if any.
    ///
    /// # Errors
    /// [`EngineError::Store`] when it is there and cannot be read.
    pub fn session_state(&self) -> Result<Option<String>, EngineError> {
        read_text(&self.state_dir_of(&self.root).join(SESSION))
    }

    /// Keeps the session state of this root.
    ///
    /// # Errors
    /// [`EngineError::Store`] when it cannot be written.
    pub fn save_session_state(&self, text: &str) -> Result<(), EngineError> {
        let dir = self.state_dir_of(&self.root);
        make_private(&dir)?;
        write(&dir.join(SESSION), text.as_bytes())
    }

    /// Where session state and journal of one folder are kept. Outside the project: originals hold secrets.
    pub(super) fn state_dir_of(&self, folder: &Path) -> PathBuf {
        let base = self.options.state_dir.clone().unwrap_or_else(user_state_dir);
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let safe: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
        let hash = xxhash_rust::xxh3::xxh3_64(folder.to_string_lossy().as_bytes());
        base.join(format!("{safe}-{hash:016x}"))
    }
}

/// XDG's state folder when the variable is set (on every system), else where the system keeps such things.
fn user_state_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("XDG_STATE_HOME").filter(|d| Path::new(d).is_absolute()) {
        return PathBuf::from(dir).join("drf-harden");
    }
    let dirs = directories::ProjectDirs::from("", "", "drf-harden");
    dirs.map_or_else(
        || std::env::temp_dir().join("drf-harden"),
        |d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_path_buf(),
    )
}

fn read_text(path: &Path) -> Result<Option<String>, EngineError> {
    let store = |source: std::io::Error| EngineError::Store { path: path.to_path_buf(), source };
    match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(store(e)),
        Ok(_) => {}
    }
    crate::source::read_text(path).map(Some).map_err(|e| store(std::io::Error::other(e.to_string())))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    write_atomic(path, bytes).map_err(|source| EngineError::Store { path: path.to_path_buf(), source })
}

/// Makes a folder that only its owner may read.
pub(super) fn make_private(dir: &Path) -> Result<(), EngineError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| EngineError::Store { path: dir.to_path_buf(), source })
}
