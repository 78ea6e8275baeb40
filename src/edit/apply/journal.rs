//! The journal of writes: one folder for each, with the originals and a description. It lies outside the project
//! and is readable by its owner only, because settings hold secrets.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::ApplyMeta;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refused.
    #[error("the undo journal cannot be used ({}): {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another run holds it.
    #[error("another run of drf-harden is writing right now")]
    Busy,
}

/// How far a write got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Originals saved; some files may be written.
    Prepared,
    /// Written.
    Done,
    /// Some files may be back.
    Undoing,
    /// All files are back.
    Undone,
}

/// One write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) root: String,
    pub(super) title: String,
    pub(super) time: String,
    pub(super) state: State,
    pub(super) files: Vec<SavedFile>,
}

/// One file of a write. Hashes are xxh3-128 in hex.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SavedFile {
    pub(super) path: String,
    /// Empty for a file that was not there.
    before: String,
    after: String,
}

impl SavedFile {
    pub(super) fn new(path: &str, before: Option<&[u8]>, after: &[u8]) -> Self {
        Self { path: path.to_owned(), before: before.map(hash).unwrap_or_default(), after: hash(after) }
    }

    /// Whether the write made the file.
    pub(super) fn is_new(&self) -> bool {
        self.before.is_empty()
    }

    pub(super) fn is_before(&self, bytes: &[u8]) -> bool {
        hash(bytes) == self.before
    }

    pub(super) fn is_after(&self, bytes: &[u8]) -> bool {
        hash(bytes) == self.after
    }
}

fn hash(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

/// A write as [`super::list`] shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The root it was made in.
    pub root: String,
    /// Which fixes.
    pub title: String,
    /// When.
    pub time: String,
    /// The files, relative to the root.
    pub files: Vec<String>,
    /// Whether it was taken back.
    pub undone: bool,
}

/// The locked journal.
pub(super) struct Journal {
    folder: PathBuf,
    _lock: File,
}

const DESCRIPTION: &str = "entry.json";

impl Journal {
    /// Makes the folder when needed and locks it until dropped.
    pub(super) fn open(folder: &Path) -> Result<Self, JournalError> {
        let io = |source| JournalError::Io { path: folder.to_owned(), source };
        make_private(folder, true).map_err(io)?;
        let path = folder.join("lock");
        let mut options = private_file();
        let lock = options.create(true).truncate(false).open(&path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(JournalError::Busy),
            Err(fs::TryLockError::Error(source)) => Err(io(source)),
        }
    }

    pub(super) fn folder(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// The saved copy of the file at a position of an entry.
    pub(super) fn saved(&self, id: &str, index: usize) -> PathBuf {
        self.folder(id).join(format!("{index}.orig"))
    }

    /// Saves the originals, then the description, flushed.
    pub(super) fn create(
        &self,
        root: &Path,
        meta: &ApplyMeta,
        files: Vec<SavedFile>,
        originals: &[&[u8]],
    ) -> Result<Entry, JournalError> {
        let id = self.reserve(&meta.date)?;
        let entry = Entry {
            id: id.clone(),
            root: root_name(root),
            title: meta.title.clone(),
            time: meta.time.clone(),
            state: State::Prepared,
            files,
        };
        let written = originals
            .iter()
            .enumerate()
            .try_for_each(|(i, bytes)| {
                let path = self.saved(&id, i);
                write_private(&path, bytes).map_err(|source| JournalError::Io { path, source })
            })
            .and_then(|()| self.save(&entry));
        if written.is_err() {
            self.remove(&id);
        }
        written.map(|()| entry)
    }

    /// Makes the folder of the next id of a day.
    fn reserve(&self, date: &str) -> Result<String, JournalError> {
        let of_day = |id: &str| id.strip_prefix(date)?.strip_prefix('-')?.parse::<u32>().ok();
        let last = self.ids()?.iter().filter_map(|id| of_day(id)).max().unwrap_or(0);
        let id = format!("{date}-{}", last + 1);
        let path = self.folder(&id);
        make_private(&path, false).map_err(|source| JournalError::Io { path, source })?;
        Ok(id)
    }

    /// Writes the description of an entry whole or not at all.
    pub(super) fn save(&self, entry: &Entry) -> Result<(), JournalError> {
        let folder = self.folder(&entry.id);
        let (path, new) = (folder.join(DESCRIPTION), folder.join("entry.new"));
        let text = serde_json::to_vec_pretty(entry).expect("internal error: an entry is plain data");
        let write = || -> io::Result<()> {
            write_private(&new, &text)?;
            fs::rename(&new, &path)?;
            super::replace::sync_folders([path.as_path(), folder.as_path()].into_iter());
            Ok(())
        };
        write().map_err(|source| JournalError::Io { path: path.clone(), source })
    }

    /// Drops an entry. What cannot be removed has no description any more, so it is nobody's.
    pub(super) fn remove(&self, id: &str) {
        let folder = self.folder(id);
        let _ = fs::remove_file(folder.join(DESCRIPTION));
        let _ = fs::remove_dir_all(folder);
    }

    /// All entries that can be read, oldest first.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, JournalError> {
        let ids = self.ids()?;
        Ok(ids.iter().filter_map(|id| self.read(id)).collect())
    }

    fn read(&self, id: &str) -> Option<Entry> {
        let text = fs::read(self.folder(id).join(DESCRIPTION)).ok()?;
        serde_json::from_slice(&text).ok().filter(|e: &Entry| e.id == id)
    }

    fn ids(&self) -> Result<Vec<String>, JournalError> {
        let io = |source| JournalError::Io { path: self.folder.clone(), source };
        let mut ids = Vec::new();
        for item in fs::read_dir(&self.folder).map_err(io)? {
            let item = item.map_err(io)?;
            if item.path().is_dir() {
                ids.extend(item.file_name().into_string());
            }
        }
        ids.sort_by_key(|id| {
            let (date, number) = id.split_once('-').unwrap_or((id, ""));
            (date.to_owned(), number.parse::<u32>().unwrap_or(0))
        });
        Ok(ids)
    }
}

/// The spelling of a root in the journal.
pub(super) fn root_name(root: &Path) -> String {
    root.canonicalize().unwrap_or_else(|_| root.to_owned()).to_string_lossy().into_owned()
}

fn make_private(folder: &Path, with_parents: bool) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(with_parents);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private_file().create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
