//! A journal's file, opened to be read or to be written at its end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::atomic;
use crate::disk;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

/// Largest file that is opened as a conversation.
pub const MAX_FILE: u64 = 1 << 30;

/// Opens a journal to read it.
///
/// # Errors
/// The file cannot be opened, or is larger than [`MAX_FILE`].
pub fn open_bounded(path: &Path) -> Result<(File, fs::Metadata)> {
    let fail = |e: &io::Error| StudioError::io(Doing::Reading, path, e);
    let file = File::open(path).map_err(|e| fail(&e))?;
    let about = file.metadata().map_err(|e| fail(&e))?;
    if about.len() > MAX_FILE {
        let reason = Both::new("the file is too large for a conversation", "文件过大，不像是对话");
        return Err(Cause::Io { doing: Doing::Reading, path: path.to_owned(), reason }.into());
    }
    Ok((file, about))
}

/// Opens a journal to write at its end, on a fresh line even where the last one was torn.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn open_for_append(path: &Path) -> Result<File> {
    let fail = |e: io::Error| disk::write_error(path, 0, &e);
    let folder = path.parent().unwrap_or(Path::new("."));
    let is_new = !path.exists();
    if is_new {
        atomic::create_folder(folder)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(fail)?;
    if is_new {
        disk::sync_folder(folder);
        return Ok(file);
    }
    if file.seek(SeekFrom::End(0)).map_err(fail)? > 0 {
        file.seek(SeekFrom::End(-1)).map_err(fail)?;
        let mut last = [0];
        file.read_exact(&mut last).map_err(fail)?;
        if last != *b"\n" {
            file.write_all(b"\n").map_err(fail)?;
        }
    }
    Ok(file)
}
