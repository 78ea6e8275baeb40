//! The only writer: puts a change on disk as one transaction and can take it back, also from another run.
//!
//! Every target is checked before anything is written: inside the root, a plain writable file, still the bytes
//! that were analysed. New texts are staged beside their targets, the originals go into the journal, then the
//! files are renamed one by one. Renames are not one atomic act, so a crash between them leaves a journal entry
//! that [`recover`] finishes. Reads no clock: dates come from the caller.

mod journal;
mod replace;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod undo;

use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

use crate::python::parse;
use crate::source::{ReadError, read_file};

use super::SourceChange;
use journal::{Entry, Journal, SavedFile, State};
use replace::Staged;

pub use journal::{JournalError, Listed};
pub use replace::write_atomic;
pub use undo::{ChangedFile, Recovered, UndoError, Undone, list, recover, undo};

/// What the journal says about a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyMeta {
    /// One line for people: which fixes.
    pub title: String,
    /// The day as digits (`20261123`); the id of the write starts with it.
    pub date: String,
    /// When, as it shall be shown.
    pub time: String,
}

/// A write that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its id, for [`undo`].
    pub id: String,
    /// The files written, as in the change.
    pub written: Vec<String>,
}

/// A file that cannot be written, with the reason as a full clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFile {
    /// Path relative to the root.
    pub path: String,
    /// Why.
    pub reason: RefusedReason,
}

impl std::fmt::Display for RefusedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// Why a file is not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedReason {
    /// Other bytes than at the scan.
    #[error("it changed on disk since it was read")]
    Changed,
    /// Not there any more.
    #[error("it is gone")]
    Gone,
    /// No permission to write it.
    #[error("it is read-only")]
    ReadOnly,
    /// Something is where a new file should go.
    #[error("something is there already")]
    Exists,
    /// A link or `..` leads out of the root.
    #[error("it leads outside the project ({0})")]
    Outside(String),
    /// A folder, device or pipe.
    #[error("it is not a plain file")]
    NotAFile,
    /// Two paths of the change are one file.
    #[error("it is the same file as {0}")]
    Twice(String),
    /// The system refused.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Some files cannot be written; none was.
    #[error("nothing was written: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<RefusedFile>),
    /// Another run is writing.
    #[error("nothing was written: another run of drf-harden is writing right now")]
    Busy,
    /// The disk is full.
    #[error("nothing was written: the disk is full ({path})")]
    DiskFull {
        /// What was being written.
        path: String,
    },
    /// Something failed; every file is as it was.
    #[error("nothing was written: {path}: {source}")]
    Failed {
        /// What was being written.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A written file did not read back as proposed; every file is as it was.
    #[error("{path}: what was written does not read back as proposed; all files were put back")]
    BadResult {
        /// The file.
        path: String,
    },
    /// Something failed and putting the originals back failed too.
    #[error("{path} could not be put back: {source}; the saved copies are in {}", saved.display())]
    NotRestored {
        /// The file.
        path: String,
        /// The system's reason.
        source: io::Error,
        /// The folder of the saved copies.
        saved: PathBuf,
    },
    /// The journal cannot be used.
    #[error("nothing was written: {0}")]
    Journal(JournalError),
}

impl From<JournalError> for ApplyError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Busy => Self::Busy,
            other @ JournalError::Io { .. } => Self::Journal(other),
        }
    }
}

/// A file that passed the checks.
struct Target {
    path: String,
    real: PathBuf,
    /// `None` for a file that is not there yet.
    original: Option<Vec<u8>>,
    proposed: Vec<u8>,
}

impl Target {
    /// Puts bytes beside the place where they belong.
    fn stage(&self) -> io::Result<Staged> {
        match self.original {
            Some(_) => Staged::new(&self.real, &self.proposed),
            None => Staged::new_file(&self.real, &self.proposed),
        }
    }

    /// Whether the disk holds what was there before.
    fn is_untouched(&self) -> bool {
        match &self.original {
            Some(original) => read_file(&self.real).ok().as_ref() == Some(original),
            None => self.real.symlink_metadata().is_err(),
        }
    }

    /// Puts back what was there before.
    fn restore(&self) -> io::Result<()> {
        match &self.original {
            Some(original) => Staged::new(&self.real, original)?.commit(&self.real),
            None => std::fs::remove_file(&self.real),
        }
    }
}

/// The files of a change that could not be written now. Leave out the fixes that touch them, then apply the rest.
pub fn stale_files(root: &Path, change: &SourceChange) -> Vec<RefusedFile> {
    check(root, change).err().unwrap_or_default()
}

/// Writes a change: all of it, or nothing.
///
/// # Errors
/// [`ApplyError`]; in all cases but [`ApplyError::NotRestored`] every file is as it was.
pub fn apply(
    root: &Path,
    change: &SourceChange,
    journal: &Path,
    meta: &ApplyMeta,
) -> Result<Applied, ApplyError> {
    apply_watched(root, change, journal, meta, &mut |_| Ok(()))
}

/// A step that is about to be made; tests let it fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Stage(usize),
    Staged,
    Rename(usize),
    Restore(usize),
}

type Watch<'a> = dyn FnMut(Step) -> io::Result<()> + 'a;

fn apply_watched(
    root: &Path,
    change: &SourceChange,
    journal: &Path,
    meta: &ApplyMeta,
    watch: &mut Watch<'_>,
) -> Result<Applied, ApplyError> {
    let journal = Journal::open(journal)?;
    undo::recover_locked(&journal)?;
    let targets = check(root, change).map_err(ApplyError::Refused)?;

    let mut staged = Vec::with_capacity(targets.len());
    for (i, target) in targets.iter().enumerate() {
        let stage = watch(Step::Stage(i)).and_then(|()| target.stage());
        staged.push(stage.map_err(|source| failed(&target.path, source))?);
    }
    watch(Step::Staged).map_err(|source| failed(".", source))?;
    let changed: Vec<RefusedFile> = targets
        .iter()
        .filter(|t| !t.is_untouched())
        .map(|t| RefusedFile { path: t.path.clone(), reason: RefusedReason::Changed })
        .collect();
    if !changed.is_empty() {
        return Err(ApplyError::Refused(changed));
    }

    let files = targets.iter().map(|t| SavedFile::new(&t.path, t.original.as_deref(), &t.proposed)).collect();
    let originals: Vec<&[u8]> = targets.iter().map(|t| t.original.as_deref().unwrap_or_default()).collect();
    let mut entry = journal.create(root, meta, files, &originals).map_err(|error| match error {
        JournalError::Io { path, source } => failed(&path.display().to_string(), source),
        busy @ JournalError::Busy => busy.into(),
    })?;

    let mut result = Ok(());
    for (i, (stage, target)) in staged.into_iter().zip(&targets).enumerate() {
        let renamed = watch(Step::Rename(i)).and_then(|()| stage.commit(&target.real));
        if let Err(source) = renamed {
            result = Err(failed(&target.path, source));
            break;
        }
    }
    let result = result.and_then(|()| {
        replace::sync_folders(targets.iter().map(|t| t.real.as_path()));
        targets.iter().try_for_each(read_back)
    });
    if let Err(error) = result {
        put_back(&journal, &entry, &targets, watch)?;
        return Err(error);
    }
    entry.state = State::Done;
    if let Err(error) = journal.save(&entry) {
        put_back(&journal, &entry, &targets, watch)?;
        return Err(error.into());
    }
    Ok(Applied { id: entry.id, written: targets.into_iter().map(|t| t.path).collect() })
}

fn failed(path: &str, source: io::Error) -> ApplyError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ApplyError::DiskFull { path: path.to_owned() }
        }
        _ => ApplyError::Failed { path: path.to_owned(), source },
    }
}

/// Checks every file of a change; all refusals together.
fn check(root: &Path, change: &SourceChange) -> Result<Vec<Target>, Vec<RefusedFile>> {
    let mut targets: Vec<Target> = Vec::new();
    let mut refused = Vec::new();
    for edit in &change.files {
        let there = if edit.is_new {
            new_place(root, &edit.path).map(|real| (real, None))
        } else {
            check_file(root, &edit.path).map(|(real, original)| (real, Some(original)))
        };
        let checked = there.and_then(|(real, original)| {
            if original.as_ref().is_some_and(|original| xxh3_128(original) != edit.before_hash) {
                return Err(RefusedReason::Changed);
            }
            if let Some(other) = targets.iter().find(|t| t.real == real) {
                return Err(RefusedReason::Twice(other.path.clone()));
            }
            Ok((real, original))
        });
        match checked {
            Ok((real, original)) => {
                let mark: &[u8] = if edit.has_bom() { "\u{feff}".as_bytes() } else { b"" };
                let proposed = [mark, edit.after.as_bytes()].concat();
                targets.push(Target { path: edit.path.clone(), real, original, proposed });
            }
            Err(reason) => refused.push(RefusedFile { path: edit.path.clone(), reason }),
        }
    }
    if refused.is_empty() { Ok(targets) } else { Err(refused) }
}

/// Where a new file goes: a folder below the root, and nothing of this name in it.
fn new_place(root: &Path, path: &str) -> Result<PathBuf, RefusedReason> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => RefusedReason::Gone,
        _ => RefusedReason::Unreadable(error.to_string()),
    };
    let real_root = root.canonicalize().map_err(unreadable)?;
    let wanted = real_root.join(path);
    let (Some(folder), Some(name)) = (wanted.parent(), wanted.file_name()) else {
        return Err(RefusedReason::NotAFile);
    };
    let folder = folder.canonicalize().map_err(unreadable)?;
    if !folder.starts_with(&real_root) {
        return Err(RefusedReason::Outside(crate::source::clean(&folder.display().to_string())));
    }
    let real = folder.join(name);
    if real.symlink_metadata().is_ok() { Err(RefusedReason::Exists) } else { Ok(real) }
}

/// The real place of a file below the root, and its bytes.
fn check_file(root: &Path, path: &str) -> Result<(PathBuf, Vec<u8>), RefusedReason> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => RefusedReason::Gone,
        _ => RefusedReason::Unreadable(error.to_string()),
    };
    let real_root = root.canonicalize().map_err(unreadable)?;
    let real = real_root.join(path).canonicalize().map_err(unreadable)?;
    if !real.starts_with(&real_root) {
        return Err(RefusedReason::Outside(crate::source::clean(&real.display().to_string())));
    }
    let meta = real.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(RefusedReason::NotAFile);
    }
    // The administrator's writes pass any mode, so the bits are asked, not the system alone.
    if meta.permissions().readonly() || std::fs::OpenOptions::new().append(true).open(&real).is_err() {
        return Err(RefusedReason::ReadOnly);
    }
    let bytes = read_file(&real).map_err(|error| match error {
        ReadError::Io(error) => unreadable(error),
        other => RefusedReason::Unreadable(other.to_string()),
    })?;
    Ok((real, bytes))
}

/// Checks that a file on disk is what was proposed, and parses if it did before.
fn read_back(target: &Target) -> Result<(), ApplyError> {
    let bad = || ApplyError::BadResult { path: target.path.clone() };
    let bytes = read_file(&target.real).map_err(|_| bad())?;
    if bytes != target.proposed {
        return Err(bad());
    }
    let valid = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{feff}');
        if target.path.to_ascii_lowercase().ends_with(".toml") {
            toml_edit::Document::parse(text).is_ok()
        } else {
            parse(text).is_valid()
        }
    };
    if valid(&bytes) || target.original.as_ref().is_some_and(|original| !valid(original)) {
        Ok(())
    } else {
        Err(bad())
    }
}

/// Puts the originals back and drops the journal entry.
fn put_back(
    journal: &Journal,
    entry: &Entry,
    targets: &[Target],
    watch: &mut Watch<'_>,
) -> Result<(), ApplyError> {
    for (i, target) in targets.iter().enumerate() {
        if target.is_untouched() {
            continue;
        }
        let restored = watch(Step::Restore(i)).and_then(|()| target.restore());
        if let Err(source) = restored {
            let saved = journal.folder(&entry.id);
            return Err(ApplyError::NotRestored { path: target.path.clone(), source, saved });
        }
    }
    replace::sync_folders(targets.iter().map(|t| t.real.as_path()));
    journal.remove(&entry.id);
    Ok(())
}
