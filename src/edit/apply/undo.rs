//! Taking a write back byte for byte, and finishing one that a crash cut short.

use std::io;
use std::path::{Path, PathBuf};

use crate::source::read_file;

use super::journal::{Entry, Journal, JournalError, Listed, State, root_name};
use super::replace::{Staged, sync_folders};
use super::{RefusedReason, check_file};

/// A write that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// Its id.
    pub id: String,
    /// Which fixes.
    pub title: String,
    /// The files put back.
    pub restored: Vec<String>,
}

/// A file that stands in the way of an undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Path relative to the root.
    pub path: String,
    /// Why it is not put back.
    pub reason: RefusedReason,
    /// Where its original is kept.
    pub saved: PathBuf,
}

impl std::fmt::Display for ChangedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; the saved copy is {}", self.path, self.reason, self.saved.display())
    }
}

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// No write of this root is in the journal.
    #[error("there is nothing to undo in this project")]
    Nothing,
    /// No such id.
    #[error(
        "nothing was undone: no write here has the id {0}; `drf-harden undo --list` names those that are known"
    )]
    UnknownId(String),
    /// Taken back already.
    #[error("the write {0} was undone before")]
    AlreadyUndone(String),
    /// Files changed since; none was put back.
    #[error("nothing was undone: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Changed(Vec<ChangedFile>),
    /// The system refused in the middle; the next run goes on.
    #[error("{path} could not be put back: {source}; the saved copy is {}", saved.display())]
    Failed {
        /// The file.
        path: String,
        /// The system's reason.
        source: io::Error,
        /// Where its original is kept.
        saved: PathBuf,
    },
    /// The journal cannot be used.
    #[error("nothing was undone: {0}")]
    Journal(#[from] JournalError),
}

/// A write that was cut short and has been put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Its id.
    pub id: String,
    /// Its root.
    pub root: String,
    /// The files put back to what they were before it.
    pub restored: Vec<String>,
    /// Files that somebody changed meanwhile; they were left, and the entry is kept.
    pub left: Vec<ChangedFile>,
}

/// The writes in a journal, newest first. A journal that does not exist is empty.
///
/// # Errors
/// [`JournalError`] when it cannot be read or another run holds it.
pub fn list(journal: &Path) -> Result<Vec<Listed>, JournalError> {
    if !journal.exists() {
        return Ok(Vec::new());
    }
    let entries = Journal::open(journal)?.entries()?;
    let listed = |e: Entry| Listed {
        undone: e.state == State::Undone,
        files: e.files.into_iter().map(|f| f.path).collect(),
        id: e.id,
        root: e.root,
        title: e.title,
        time: e.time,
    };
    Ok(entries.into_iter().rev().map(listed).collect())
}

/// Takes a write back: the one with this id, or the last of this root that was not taken back.
///
/// # Errors
/// [`UndoError`]; only after [`UndoError::Failed`] some files may be back already.
pub fn undo(root: &Path, journal: &Path, id: Option<&str>) -> Result<Undone, UndoError> {
    if !journal.exists() {
        return Err(id.map_or(UndoError::Nothing, |id| UndoError::UnknownId(id.to_owned())));
    }
    let journal = Journal::open(journal)?;
    recover_locked(&journal)?;
    let mine = root_name(root);
    let mut entries = journal.entries()?.into_iter().rev().filter(|e| e.root == mine);
    let mut entry = match id {
        Some(id) => entries.find(|e| e.id == id).ok_or_else(|| UndoError::UnknownId(id.to_owned()))?,
        None => entries.find(|e| e.state == State::Done).ok_or(UndoError::Nothing)?,
    };
    if entry.state == State::Undone {
        return Err(UndoError::AlreadyUndone(entry.id));
    }
    let mut changed = Vec::new();
    for (i, file) in entry.files.iter().enumerate() {
        let reason = match check_file(root, &file.path) {
            Ok((_, bytes)) if file.is_after(&bytes) || file.is_before(&bytes) => continue,
            Ok(_) => RefusedReason::Changed,
            Err(RefusedReason::Gone) if file.is_new() => continue,
            Err(reason) => reason,
        };
        changed.push(ChangedFile { path: file.path.clone(), reason, saved: journal.saved(&entry.id, i) });
    }
    if !changed.is_empty() {
        return Err(UndoError::Changed(changed));
    }
    entry.state = State::Undoing;
    journal.save(&entry)?;
    let mut restored = Vec::new();
    for (i, file) in entry.files.iter().enumerate() {
        match restore(root, &journal, &entry, i) {
            Ok(true) => restored.push(file.path.clone()),
            Ok(false) => {}
            Err(source) => {
                let saved = journal.saved(&entry.id, i);
                return Err(UndoError::Failed { path: file.path.clone(), source, saved });
            }
        }
    }
    entry.state = State::Undone;
    journal.save(&entry)?;
    Ok(Undone { id: entry.id, title: entry.title, restored })
}

/// Puts one file back when it holds what the write put there; `false` when it is the original already.
fn restore(root: &Path, journal: &Journal, entry: &Entry, index: usize) -> io::Result<bool> {
    let file = &entry.files[index];
    let (real, bytes) = match check_file(root, &file.path) {
        Err(RefusedReason::Gone) if file.is_new() => return Ok(false),
        found => found.map_err(io::Error::other)?,
    };
    if file.is_new() {
        if !file.is_after(&bytes) {
            return Err(io::Error::other(RefusedReason::Changed));
        }
        std::fs::remove_file(&real)?;
        sync_folders(std::iter::once(real.as_path()));
        return Ok(true);
    }
    if file.is_before(&bytes) {
        return Ok(false);
    }
    let original = read_file(&journal.saved(&entry.id, index)).map_err(io::Error::other)?;
    if !file.is_after(&bytes) || !file.is_before(&original) {
        return Err(io::Error::other(RefusedReason::Changed));
    }
    Staged::new(&real, &original)?.commit(&real)?;
    sync_folders(std::iter::once(real.as_path()));
    Ok(true)
}

/// Puts writes in order that a crash cut short: a half-made write is taken back, a half-made undo is finished.
/// Call it when a run starts; [`super::apply`] and [`undo`] do it by themselves.
///
/// # Errors
/// [`JournalError`] when the journal cannot be used or another run holds it.
pub fn recover(journal: &Path) -> Result<Vec<Recovered>, JournalError> {
    if !journal.exists() {
        return Ok(Vec::new());
    }
    recover_locked(&Journal::open(journal)?)
}

pub(super) fn recover_locked(journal: &Journal) -> Result<Vec<Recovered>, JournalError> {
    let mut all = Vec::new();
    for mut entry in journal.entries()? {
        if !matches!(entry.state, State::Prepared | State::Undoing) {
            continue;
        }
        let root = PathBuf::from(&entry.root);
        let (mut restored, mut left) = (Vec::new(), Vec::new());
        for (i, file) in entry.files.iter().enumerate() {
            match restore(&root, journal, &entry, i) {
                Ok(true) => restored.push(file.path.clone()),
                Ok(false) => {}
                Err(error) => {
                    let reason = error
                        .get_ref()
                        .and_then(|e| e.downcast_ref::<RefusedReason>())
                        .cloned()
                        .unwrap_or_else(|| RefusedReason::Unreadable(error.to_string()));
                    left.push(ChangedFile {
                        path: file.path.clone(),
                        reason,
                        saved: journal.saved(&entry.id, i),
                    });
                }
            }
        }
        if entry.state == State::Undoing || !left.is_empty() {
            // Kept for its saved copies; what could be put back is back.
            entry.state = State::Undone;
            journal.save(&entry)?;
        } else {
            journal.remove(&entry.id);
        }
        all.push(Recovered { id: entry.id, root: entry.root, restored, left });
    }
    Ok(all)
}
