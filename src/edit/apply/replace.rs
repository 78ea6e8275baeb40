//! Replacing one file: a temporary file beside it, flushed, with its mode and owner, then renamed over it. A file
//! with several hard links is written in place, because a rename would cut it off from them.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Hidden and of no known kind, so that no walk over the project takes it for a source.
const PREFIX: &str = ".drf-harden-";

/// New bytes of one file, ready on disk.
pub(super) enum Staged {
    /// To be renamed.
    Beside(NamedTempFile),
    /// To be renamed to a name that nothing has yet.
    New(NamedTempFile),
    /// To be written in place; the staged file only proves that there is room.
    InPlace(NamedTempFile, Vec<u8>),
}

impl Staged {
    /// Writes `bytes` beside `target` (no link), with its mode and, where allowed, owner.
    pub(super) fn new(target: &Path, bytes: &[u8]) -> io::Result<Self> {
        let meta = target.metadata()?;
        let temporary = stage(target, bytes, meta.permissions())?;
        if links(&meta) > 1 {
            return Ok(Self::InPlace(temporary, bytes.to_vec()));
        }
        copy_owner(&meta, temporary.path());
        Ok(Self::Beside(temporary))
    }

    /// Writes `bytes` beside `target`, where nothing is yet.
    pub(super) fn new_file(target: &Path, bytes: &[u8]) -> io::Result<Self> {
        let folder = target.parent().unwrap_or(Path::new("."));
        let mut temporary = new_temporary(folder)?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        Ok(Self::New(temporary))
    }

    /// Puts the bytes in their place.
    pub(super) fn commit(self, target: &Path) -> io::Result<()> {
        match self {
            Self::Beside(temporary) => temporary.persist(target).map(|_| ()).map_err(|e| e.error),
            Self::New(temporary) => temporary.persist_noclobber(target).map(|_| ()).map_err(|e| e.error),
            Self::InPlace(temporary, bytes) => {
                drop(temporary);
                let mut file = OpenOptions::new().write(true).open(target)?;
                file.write_all(&bytes)?;
                file.set_len(bytes.len() as u64)?;
                file.sync_all()
            }
        }
    }
}

fn stage(target: &Path, bytes: &[u8], permissions: Permissions) -> io::Result<NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(PREFIX).suffix(".tmp").tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

#[cfg(unix)]
fn links(meta: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(meta)
}

#[cfg(not(unix))]
fn links(_: &std::fs::Metadata) -> u64 {
    1
}

/// Gives a file the owner of another; only the administrator can, and nobody is told when it fails.
#[cfg(unix)]
fn copy_owner(meta: &std::fs::Metadata, path: &Path) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let same = path.metadata().is_ok_and(|m| (m.uid(), m.gid()) == (meta.uid(), meta.gid()));
    if !same && chown(path, Some(meta.uid()), Some(meta.gid())).is_ok() {
        // A change of owner may clear mode bits.
        let _ = std::fs::set_permissions(path, meta.permissions());
    }
}

#[cfg(not(unix))]
fn copy_owner(_: &std::fs::Metadata, _: &Path) {}

/// Flushes the folders of some files, so that the renames last. Systems without it are let be.
pub(super) fn sync_folders<'a>(files: impl Iterator<Item = &'a Path>) {
    let folders: BTreeSet<&Path> = files.filter_map(Path::parent).collect();
    for folder in folders {
        let _ = File::open(folder).and_then(|f| f.sync_all());
    }
}

/// A temporary file that is to become a new file, with the mode that the system gives to such.
fn new_temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes a file of our own (decisions, session state, a report) whole or not at all. A link is followed, the
/// mode of a file that is there is kept, and the folder has to exist. What is there and is no file, such as
/// `/dev/stdout` or a pipe, is written to and not replaced.
///
/// # Errors
/// The system's error; the file is then as it was.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let mut device = File::options().write(true).open(path)?;
        device.write_all(bytes)?;
        return device.flush();
    }
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let mut temporary = new_temporary(folder)?;
            temporary.write_all(bytes)?;
            temporary.as_file().sync_all()?;
            temporary.persist(path).map_err(|e| e.error)?;
            sync_folders(std::iter::once(path));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    Staged::new(&real, bytes)?.commit(&real)?;
    sync_folders(std::iter::once(real.as_path()));
    Ok(())
}
