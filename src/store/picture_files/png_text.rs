//! The texts in the chunks of a PNG: `tEXt`, `zTXt` and `iTXt`.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::store::dialects::MAX_TEXT;

/// The keyword of the text chunk that A1111 and similar programs use.
pub const KEYWORD: &str = "parameters";
/// What our own settings hold, however they are encoded.
const OURS: &str = "Version: AIGC Studio";

/// Whether a text is to be written as `tEXt`, which is Latin-1 by its definition; anything else goes into `iTXt`, which
/// is UTF-8.
pub fn is_latin1(text: &str) -> bool {
    let ours = text.is_ascii() || text.contains(OURS);
    ours && text.chars().all(|c| u32::from(c) < 256)
}

/// A text chunk's keyword and content; `None` where it is empty, broken, or unpacks to more than [`MAX_TEXT`].
pub fn read(kind: &[u8], data: &[u8]) -> Option<(String, String)> {
    let (keyword, data) = data.split_at(data.iter().position(|&b| b == 0)?);
    let data = &data[1..];
    let text = match (kind, data) {
        (b"tEXt", _) => latin1(data),
        (b"zTXt", [_method, packed @ ..]) => latin1(&unpack(packed)?),
        (b"iTXt", [flag, _method, rest @ ..]) => {
            // language\0, translated keyword\0, UTF-8 text
            let text = rest.splitn(3, |&b| b == 0).nth(2)?;
            let text = if *flag == 0 { text } else { &unpack(text)? };
            String::from_utf8_lossy(text).into_owned()
        }
        _ => return None,
    };
    Some((latin1(keyword), text))
}

/// Latin-1 by definition, but many programs write UTF-8 into it. Ours never does: what is Latin-1 and also happens to
/// be valid UTF-8 beyond ASCII is theirs, unless the writer was us.
fn latin1(data: &[u8]) -> String {
    let latin1: String = data.iter().map(|&b| char::from(b)).collect();
    match std::str::from_utf8(data) {
        Ok(utf8) if !latin1.contains(OURS) => utf8.to_owned(),
        _ => latin1,
    }
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    ZlibDecoder::new(packed).take(MAX_TEXT as u64 + 1).read_to_end(&mut text).ok()?;
    (text.len() <= MAX_TEXT).then_some(text)
}
