//! Tokenizer files of a model's folder. Bounded: they are from outside.

use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::error::{Cause, Doing, Result, StudioError};
use crate::formats::file;
use crate::lang::{Both, both};

/// Largest tokenizer file that is read. Qwen's has 11 MB.
const MAX_FILE: u64 = 64 << 20;

/// A tokenizer's file that its reader refused, in the reader's own words.
pub fn unread(path: &Path, seen: impl Display) -> StudioError {
    file::damaged(path, seen, "分词器文件已损坏或无法识别")
}

/// The bytes of a tokenizer file.
///
/// # Errors
/// A missing file, one that is not a file, or one larger than 64 MiB.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let about = path.metadata().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Cause::FileMissing { path: path.to_owned() }.into(),
        _ => StudioError::io(Doing::Reading, path, &e),
    })?;
    if !about.is_file() {
        return Err(file::bad(path, Both::new("it is not a file", "它不是文件")));
    }
    if about.len() > MAX_FILE {
        let bytes = about.len();
        let reason = both!("it has {bytes} bytes, the most is {MAX_FILE}", "它有 {bytes} 字节，最多 {MAX_FILE}");
        return Err(file::bad(path, reason));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    read.map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    Ok(bytes)
}

pub fn read_text(path: &Path) -> Result<String> {
    file::text(read_bytes(path)?, path)
}

/// A special token as `tokenizer_config.json` or `special_tokens_map.json` names it; both may say it as a text or as
/// an object with `content`. `otherwise` where neither does.
pub fn special(folder: &Path, key: &str, otherwise: &str) -> Result<String> {
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let config: Value = serde_json::from_str(&read_text(&path)?).map_err(|e| unread(&path, e))?;
        let token = config.get(key).and_then(|v| v.get("content").unwrap_or(v).as_str());
        if let Some(token) = token {
            return Ok(token.to_owned());
        }
    }
    Ok(otherwise.to_owned())
}
