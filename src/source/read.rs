//! Bytes to text, as Python decodes its sources (PEP 263). Only one file at a time; walking is `project`'s.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::Encoding;

/// Larger files are listed as not read: no hand-written source comes near.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;

/// Why a file was not read. The text is a full clause for the list of files not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("it could not be opened: {0}")]
    Io(#[from] std::io::Error),
    /// Larger than [`MAX_FILE_BYTES`].
    #[error("it is larger than {} MB", MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not a plain file (a device, a pipe).
    #[error("it is not a plain file")]
    NotAFile,
    /// Holds NUL bytes.
    #[error("it is not text (it holds NUL bytes)")]
    Binary,
    /// Neither UTF-8 nor a declared encoding that can be read.
    #[error("it is not UTF-8 (line {line}) and declares no encoding that can be read")]
    NotUtf8 {
        /// The line (from 1) of the first bad byte.
        line: usize,
    },
}

/// Reads the bytes of a plain file of at most [`MAX_FILE_BYTES`].
///
/// # Errors
/// [`ReadError`] when the file is missing, not a plain file, too large, or not readable.
pub fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    read_file_into(path, &mut bytes)?;
    Ok(bytes)
}

/// Reads a file as text, as Python would decode its source.
///
/// # Errors
/// [`ReadError`] when it cannot be read or is no text.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    let bytes = read_file(path)?;
    Ok(decode(&bytes)?.0.into_owned())
}

/// Like [`read_file`], in place of what is in `bytes`: for many files, one after the other.
///
/// # Errors
/// As [`read_file`].
pub fn read_file_into(path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
    bytes.clear();
    let file = open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(ReadError::NotAFile);
    }
    if meta.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge);
    }
    bytes.reserve(meta.len() as usize + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge);
    }
    Ok(())
}

/// Opens a file, or a pipe without waiting for who writes to it: the kind is asked of what was opened, which spares
/// finding the path twice.
#[cfg(unix)]
fn open(path: &Path) -> Result<File, ReadError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path);
    opened.map_err(|error| match error.raw_os_error() {
        // A socket.
        Some(libc::ENXIO) => ReadError::NotAFile,
        _ => error.into(),
    })
}

#[cfg(not(unix))]
fn open(path: &Path) -> Result<File, ReadError> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    Ok(File::open(path)?)
}

/// Decodes the bytes of a source file; a byte-order mark is taken off.
///
/// # Errors
/// [`ReadError::Binary`] or [`ReadError::NotUtf8`].
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), ReadError> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    if memchr::memchr(0, bytes).is_some() {
        return Err(ReadError::Binary);
    }
    let (bytes, bom) = bytes.strip_prefix(BOM).map_or((bytes, false), |rest| (rest, true));
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), Encoding::Utf8 { bom })),
        Err(error) => {
            if !bom && declares_single_byte(bytes) {
                let text = bytes.iter().map(|&b| if b.is_ascii() { char::from(b) } else { '?' }).collect();
                return Ok((text, Encoding::SingleByte));
            }
            let line = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() + 1;
            Err(ReadError::NotUtf8 { line })
        }
    }
}

/// Whether one of the first two lines is a coding cookie for an ASCII-compatible single-byte encoding.
fn declares_single_byte(bytes: &[u8]) -> bool {
    bytes.split(|&b| b == b'\n').take(2).any(|line| {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let Some((_, rest)) = line.split_once("coding") else { return false };
        if !line.trim_start().starts_with('#') {
            return false;
        }
        let name: String = rest
            .trim_start_matches([':', '='])
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
            .map(|c| if c == '_' { '-' } else { c })
            .collect();
        matches!(name.as_str(), "latin-1" | "latin1" | "l1" | "cp1250" | "cp1251" | "cp1252" | "koi8-r")
            || name.starts_with("iso-8859")
            || name.starts_with("iso8859")
            || name.starts_with("windows-125")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_taken_off_and_remembered() {
        let (text, encoding) = decode(b"\xef\xbb\xbfA = 1\n").unwrap();
        assert_eq!((&*text, encoding), ("A = 1\n", Encoding::Utf8 { bom: true }));
    }

    #[test]
    fn a_cookie_lets_single_bytes_through_one_for_one() {
        let (text, encoding) = decode(b"# -*- coding: latin-1 -*-\nA = '\xe9'\n").unwrap();
        assert!(text.ends_with("A = '?'\n"));
        assert_eq!(encoding, Encoding::SingleByte);
    }

    #[test]
    fn what_python_refuses_is_refused_with_the_line() {
        assert!(matches!(decode(b"A = 1\nB = '\xe9'\n"), Err(ReadError::NotUtf8 { line: 2 })));
        assert!(matches!(decode(b"A\0"), Err(ReadError::Binary)));
    }
}
