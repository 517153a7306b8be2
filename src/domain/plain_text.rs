//! Text files as other programs save them: with a byte order mark or without, in UTF-16 where the mark says so.

use crate::lang::Both;

/// The text of a file's bytes, without its byte order mark; `Err` says why they are no text, as the end of a sentence.
pub fn text_of(mut bytes: Vec<u8>) -> Result<String, Both> {
    let wide = |read: fn([u8; 2]) -> u16| match bytes[2..].as_chunks() {
        (units, []) => String::from_utf16(&units.iter().map(|unit| read(*unit)).collect::<Vec<_>>()).ok(),
        _ => None,
    };
    match &bytes[..] {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes)
            .ok_or_else(|| Both::new("it is not UTF-16, as its mark says", "开头的标记是 UTF-16，内容却不是")),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes)
            .ok_or_else(|| Both::new("it is not UTF-16, as its mark says", "开头的标记是 UTF-16，内容却不是")),
        _ => {
            if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
                bytes.drain(..3);
            }
            String::from_utf8(bytes)
                .map_err(|error| Both::new(format!("it is not UTF-8: {error}"), "它不是 UTF-8 文本"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let text = |bytes: &[u8]| text_of(bytes.to_vec());
        assert_eq!(text("{\"a\":\"é\u{feff}\"}".as_bytes()).unwrap(), "{\"a\":\"é\u{feff}\"}");
        assert_eq!(text(b"\xEF\xBB\xBFroot").unwrap(), "root");
        assert_eq!(text(b"\xFF\xFEa\0\x60\x4F").unwrap(), "a你");
        assert_eq!(text(b"\xFE\xFF\0a\x4F\x60").unwrap(), "a你");
        assert_eq!((text(b"").unwrap(), text(b"\xEF\xBB\xBF").unwrap()), (String::new(), String::new()));
        assert!(text(b"a\xFF").unwrap_err().en.contains("UTF-8"));
        assert!(text(b"\xFF\xFEa").unwrap_err().en.contains("UTF-16"));
        assert!(text(b"\xFF\xFE\x00\xD8").unwrap_err().en.contains("UTF-16"));
    }
}
