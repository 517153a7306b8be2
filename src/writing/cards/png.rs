//! The cards inside a PNG, and the picture without them.

use std::io::Read as _;

use super::{Coded, Inside, MAX_JSON};
use crate::error::{Result, StudioError};
use crate::writing::untrusted::bad;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Chunks that are looked at; honest files have some hundreds at most.
const MAX_CHUNKS: usize = 100_000;
/// Cards of one kind that are tried, from the last on: programs append them when a card is saved again.
const TRIED: usize = 4;
/// The newer kind counts.
const KEYS: [&str; 2] = ["ccv3", "chara"];

/// The cards of a PNG; `None` where the bytes are no PNG.
///
/// Errors: a PNG that is cut short, or of too many chunks.
pub(super) fn cards(bytes: &[u8]) -> Result<Option<Inside>> {
    let Some(mut rest) = bytes.strip_prefix(SIGNATURE) else { return Ok(None) };
    let mut picture = SIGNATURE.to_vec();
    let mut found: [Vec<(&[u8], &[u8])>; 2] = Default::default();
    for _ in 0..MAX_CHUNKS {
        let Some((chunk, after)) = split(rest) else { return Err(cut()) };
        let (kind, body) = (&chunk[4..8], &chunk[8..chunk.len() - 4]);
        match kind {
            // What else they hold nobody may mean to pass on.
            b"tEXt" | b"iTXt" | b"zTXt" | b"eXIf" => {
                let key = body.split(|b| *b == 0).next().unwrap_or_default();
                if let Some(n) = KEYS.iter().position(|known| key.eq_ignore_ascii_case(known.as_bytes())) {
                    found[n].push((kind, &body[(key.len() + 1).min(body.len())..]));
                }
            }
            b"IEND" => {
                picture.extend_from_slice(chunk);
                let mut cards = Vec::new();
                for (key, found) in KEYS.into_iter().zip(&found) {
                    let last = found.iter().rev().take(TRIED);
                    cards.extend(last.map(|(kind, body)| Coded { key, text: text(kind, body) }));
                }
                return Ok(Some(Inside { cards, picture: Some(picture) }));
            }
            _ => picture.extend_from_slice(chunk),
        }
        rest = after;
    }
    Err(bad("the picture has too many parts", "图片的数据块过多"))
}

/// The text behind a chunk's keyword.
fn text(kind: &[u8], body: &[u8]) -> Vec<u8> {
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

/// A chunk (length, kind, body, checksum) and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = bytes.first_chunk::<4>().map(|b| u32::from_be_bytes(*b))?;
    let whole = usize::try_from(length).ok()?.checked_add(12)?;
    (bytes.len() >= whole).then(|| bytes.split_at(whole))
}

fn cut() -> StudioError {
    bad("the PNG is cut short", "PNG 文件不完整")
}
