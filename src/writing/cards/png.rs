//! The cards inside a PNG, and the picture without them.

use std::io::{Cursor, Read as _};

use super::{Coded, Inside, MAX_JSON};
use crate::chunks::{Chunks, SIGNATURE};
use crate::error::{Result, StudioError};
use crate::writing::untrusted::bad;

/// Cards of one kind that are tried, from the last on: programs append them when a card is saved again.
const TRIED: usize = 4;
/// The newer kind counts.
const KEYS: [&str; 2] = ["ccv3", "chara"];

/// The cards of a PNG; `None` where the bytes are no PNG.
///
/// Errors: a PNG that is cut short, or of too many chunks.
pub(super) fn cards(bytes: &[u8]) -> Result<Option<Inside>> {
    let Some(mut chunks) = Chunks::new(Cursor::new(bytes)) else { return Ok(None) };
    let mut picture = SIGNATURE.to_vec();
    let mut found: [Vec<([u8; 4], &[u8])>; 2] = Default::default();
    for chunk in chunks.by_ref() {
        let (Some(whole), Some(body)) = (chunk.whole(bytes), chunk.body(bytes)) else { return Err(cut()) };
        match &chunk.kind {
            // What else they hold nobody may mean to pass on.
            b"tEXt" | b"iTXt" | b"zTXt" | b"eXIf" => {
                let key = body.split(|b| *b == 0).next().unwrap_or_default();
                if let Some(n) = KEYS.iter().position(|known| key.eq_ignore_ascii_case(known.as_bytes())) {
                    found[n].push((chunk.kind, &body[(key.len() + 1).min(body.len())..]));
                }
            }
            b"IEND" => {
                picture.extend_from_slice(whole);
                let mut cards = Vec::new();
                for (key, found) in KEYS.into_iter().zip(&found) {
                    let last = found.iter().rev().take(TRIED);
                    cards.extend(last.map(|(kind, body)| Coded { key, text: text(kind, body) }));
                }
                return Ok(Some(Inside { cards, picture: Some(picture) }));
            }
            _ => picture.extend_from_slice(whole),
        }
    }
    Err(if chunks.is_endless() { bad("the picture has too many parts", "图片的数据块过多") } else { cut() })
}

/// The text behind a chunk's keyword.
fn text(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    match kind {
        b"zTXt" => inflated(body.get(1..).unwrap_or_default()),
        b"iTXt" => {
            // Whether it is packed and how, then two texts that end with a NUL.
            let mut parts = body.get(2..).unwrap_or_default().splitn(3, |b| *b == 0);
            let text = parts.nth(2).unwrap_or_default();
            if body.first() == Some(&1) { inflated(text) } else { text.to_vec() }
        }
        _ => body.to_vec(),
    }
}

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let most = (MAX_JSON / 3 * 4) as u64;
    // A broken end costs only itself: what came before it may be whole.
    let _ = flate2::read::ZlibDecoder::new(packed).take(most).read_to_end(&mut text);
    text
}

fn cut() -> StudioError {
    bad("the PNG is cut short", "PNG 文件不完整")
}
