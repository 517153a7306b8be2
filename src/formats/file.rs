//! Opening files that may be anything: a pipe, a folder, a loop of links, a page that was saved in a model's place.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::domain::text_of;
use crate::error::{Cause, Doing, Result, StudioError};

/// One of the files that a header was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    pub path: PathBuf,
    /// Its length when the header was read, in bytes.
    pub len: u64,
}

/// Opens a plain file for reading and says how long it is. A pipe is refused and not waited for.
pub fn open(path: &Path) -> Result<(File, u64)> {
    let failed = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
    // Asked before opening, for opening a pipe waits until someone writes to it; and after it, for the name may have
    // been given to something else in between.
    plain(path, &fs::metadata(path).map_err(failed)?)?;
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    plain(path, &about)?;
    Ok((file, about.len()))
}

fn plain(path: &Path, about: &fs::Metadata) -> Result<()> {
    if about.is_file() {
        return Ok(());
    }
    Err(bad(path, if about.is_dir() { "it is a folder" } else { "it is not a file" }))
}

/// The whole of a text file of at most `most` bytes, without its byte order mark.
pub fn read_text(path: &Path, most: u64) -> Result<String> {
    let (file, size) = open(path)?;
    if size > most {
        return Err(bad(path, format!("it has {size} bytes, more than the {most} that are read")));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(most).read_to_end(&mut bytes).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    text(bytes, path)
}

/// The text of a model's file, without its byte order mark.
pub fn text(bytes: Vec<u8>, path: &Path) -> Result<String> {
    text_of(bytes).map_err(|why| bad(path, why))
}

/// A JSON object of at most `most` bytes.
pub fn read_json(path: &Path, most: u64) -> Result<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_str(&read_text(path, most)?).map_err(|e| bad(path, format!("it is not a JSON object: {e}")))
}

/// `path` cannot be used as a model because of `reason`.
pub fn bad(path: &Path, reason: impl Into<String>) -> StudioError {
    Cause::BadModelFile { path: path.to_owned(), reason: reason.into() }.into()
}

/// What a file that is no model seems to be, by its first bytes; `None` where they say nothing.
pub fn looks_like(start: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 12] = [
        (b"version https://git-lfs", "it is a Git LFS pointer: the model itself was not fetched"),
        (b"<!DOCTYPE", "it is a web page that was saved in the model's place"),
        (b"<!doctype", "it is a web page that was saved in the model's place"),
        (b"<html", "it is a web page that was saved in the model's place"),
        (b"\x89PNG", "it is a PNG picture"),
        (b"\xff\xd8\xff", "it is a JPEG picture"),
        (b"RIFF", "it is a RIFF file (WebP, WAV or AVI)"),
        (b"\x7fELF", "it is a program"),
        (b"MZ", "it is a program"),
        (b"\x1f\x8b", "it is a gzip archive: unpack it first"),
        (b"7z\xbc\xaf", "it is a 7z archive: unpack it first"),
        (b"Rar!", "it is a RAR archive: unpack it first"),
    ];
    KNOWN.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what)
}
