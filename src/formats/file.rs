//! Opening untrusted paths: a pipe, a folder, a loop of links, a web page saved as a model.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::domain::text_of;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, both};

/// One of the files that a header was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    pub path: PathBuf,
    /// Its length when the header was read, in bytes.
    pub len: u64,
}

/// Opens a regular file for reading; returns it with its length in bytes. A pipe is refused, never waited for.
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
    Err(bad(
        path,
        if about.is_dir() {
            Both::new("it is a folder", "它是文件夹")
        } else {
            Both::new("it is not a file", "它不是文件")
        },
    ))
}

/// The whole of a text file of at most `most` bytes, without its byte order mark.
///
/// # Errors
/// A file that cannot be read, is longer, or is not text.
pub fn read_text(path: &Path, most: u64) -> Result<String> {
    let (file, size) = open(path)?;
    if size > most {
        return Err(bad(
            path,
            both!(
                "it has {size} bytes, more than the {most} that are read",
                "它有 {size} 字节，超过可读取的 {most} 字节"
            ),
        ));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(most).read_to_end(&mut bytes).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    text(bytes, path)
}

/// The text of a model's file, without its byte order mark.
///
/// # Errors
/// Bytes that are not text.
pub fn text(bytes: Vec<u8>, path: &Path) -> Result<String> {
    text_of(bytes).map_err(|why| bad(path, why))
}

/// A JSON object of at most `most` bytes.
///
/// # Errors
/// A file that cannot be read, is longer, or is not a JSON object.
pub fn read_json(path: &Path, most: u64) -> Result<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_str(&read_text(path, most)?)
        .map_err(|e| damaged(path, format!("it is not a JSON object: {e}"), "它不是 JSON 对象"))
}

/// The error that `path` cannot be used as a model because of `reason`.
pub fn bad(path: &Path, reason: Both) -> StudioError {
    Cause::BadModelFile { path: path.to_owned(), reason }.into()
}

/// As [`bad`], for what only an expert can read: English has it whole, Chinese names the `kind` of fault, and what its
/// reader saw is in the details. Names from the file may be of any length: what is said of them is not.
pub fn damaged(path: &Path, seen: impl Display, kind: &str) -> StudioError {
    const LETTERS: usize = 1000;
    let seen: String = seen.to_string().chars().take(LETTERS).collect();
    bad(path, Both::new(seen.as_str(), kind)).with_details(seen)
}

/// What a file that is no model seems to be, by its first bytes; `None` where they say nothing.
pub fn looks_like(start: &[u8]) -> Option<Both> {
    const PAGE: &str = "它是保存下来的网页，不是模型";
    const KNOWN: [(&[u8], &str, &str); 12] = [
        (
            b"version https://git-lfs",
            "it is a Git LFS pointer: the model itself was not fetched",
            "它是 Git LFS 指针：模型本身没有下载",
        ),
        (b"<!DOCTYPE", "it is a web page that was saved in the model's place", PAGE),
        (b"<!doctype", "it is a web page that was saved in the model's place", PAGE),
        (b"<html", "it is a web page that was saved in the model's place", PAGE),
        (b"\x89PNG", "it is a PNG picture", "它是 PNG 图片"),
        (b"\xff\xd8\xff", "it is a JPEG picture", "它是 JPEG 图片"),
        (b"RIFF", "it is a RIFF file (WebP, WAV or AVI)", "它是 RIFF 文件（WebP、WAV 或 AVI）"),
        (b"\x7fELF", "it is a program", "它是程序"),
        (b"MZ", "it is a program", "它是程序"),
        (b"\x1f\x8b", "it is a gzip archive: unpack it first", "它是 gzip 压缩包：请先解压"),
        (b"7z\xbc\xaf", "it is a 7z archive: unpack it first", "它是 7z 压缩包：请先解压"),
        (b"Rar!", "it is a RAR archive: unpack it first", "它是 RAR 压缩包：请先解压"),
    ];
    KNOWN.iter().find(|(magic, ..)| start.starts_with(magic)).map(|(_, en, zh)| Both::new(*en, *zh))
}
