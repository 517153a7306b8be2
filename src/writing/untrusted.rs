//! Bytes of files of other programs as text and JSON, and what is said of those that are refused: what the readers of
//! characters and of chats share.
//!
//! Files come from strangers: sizes and counts are bounded, and nothing in a file is run.

use serde_json::Value;

use crate::error::{Cause, Result, StudioError};
use crate::lang::Both;

/// Largest file in bytes.
pub const MAX_FILE: usize = 64 << 20;
/// Values of one JSON: a hundred times what the longest chats have.
const MAX_VALUES: usize = 2_000_000;

pub(super) fn bad(en: impl Into<String>, zh: impl Into<String>) -> StudioError {
    Cause::BadImport { reason: Both::new(en, zh) }.into()
}

pub(super) fn too_large(bytes: usize) -> StudioError {
    let mb = bytes >> 20;
    bad(format!("it is too large ({mb} MB)"), format!("文件过大（{mb} MB）"))
}

pub(super) fn wrong_type(field: &str) -> StudioError {
    bad(format!("its field \u{201c}{field}\u{201d} is of a wrong type"), format!("字段“{field}”的类型不对"))
}

/// The bytes as text, without a byte order mark. What is known by its first bytes is named.
pub(super) fn as_text(bytes: &[u8]) -> Result<&str> {
    let kinds: [(&[u8], &str, &str); 5] = [
        (b"PK\x03\x04", "a ZIP archive: unpack it and open the JSON inside", "ZIP 压缩包：请解压后打开其中的 JSON"),
        (b"\xff\xd8\xff", "a JPEG picture: cards are PNG, WebP or JSON", "JPEG 图片：角色卡应为 PNG、WebP 或 JSON"),
        (b"%PDF", "a PDF", "PDF"),
        (b"\xff\xfe", "text in UTF-16, not in UTF-8: save it as UTF-8", "UTF-16 文本，不是 UTF-8：请另存为 UTF-8"),
        (b"\xfe\xff", "text in UTF-16, not in UTF-8: save it as UTF-8", "UTF-16 文本，不是 UTF-8：请另存为 UTF-8"),
    ];
    if let Some((_, en, zh)) = kinds.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return Err(bad(format!("it is {en}"), format!("它是 {zh}")));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|e| bad("it is not text in UTF-8", "它不是 UTF-8 文本").with_details(e))?;
    Ok(text.trim_start_matches('\u{feff}').trim())
}

/// One JSON value. serde_json refuses NaN and stops at 128 levels by itself.
pub(super) fn json(text: &str) -> Result<Value> {
    values(text)?;
    serde_json::from_str(text).map_err(|e| bad(format!("it is not JSON ({e})"), format!("它不是 JSON（{e}）")))
}

/// Refuses JSON of so many values that they would take far more memory than their letters. Looks at the first value
/// only: further lines are read one by one.
pub(super) fn values(text: &str) -> Result<()> {
    let (mut n, mut depth, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => (n, depth) = (n + 1, depth + 1),
            b',' => n += 1,
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    if n <= MAX_VALUES {
        return Ok(());
    }
    Err(bad(
        format!("it has {n} values (at most {MAX_VALUES} are read)"),
        format!("它有 {n} 个值（最多读取 {MAX_VALUES} 个）"),
    ))
}
