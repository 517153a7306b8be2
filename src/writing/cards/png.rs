//! The card inside a PNG, and the picture without it.

use super::{Both, Cause, Result, StudioError, bad};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Chunks that are looked at; honest files have some hundreds at most.
const MAX_CHUNKS: usize = 100_000;

pub(super) struct Card {
    pub(super) base64: Vec<u8>,
    /// The PNG without its text chunks.
    pub(super) picture: Vec<u8>,
}

/// The card of a PNG; `None` where the bytes are no PNG. Of both kinds the newer (`ccv3`) counts, and of several of
/// one kind the last, as programs append it when a card is saved again.
pub(super) fn card(bytes: &[u8]) -> Result<Option<Card>> {
    let Some(mut rest) = bytes.strip_prefix(SIGNATURE) else { return Ok(None) };
    let mut picture = SIGNATURE.to_vec();
    let (mut old, mut new) = (None, None);
    for _ in 0..MAX_CHUNKS {
        let Some((chunk, after)) = split(rest) else { return Err(cut()) };
        let (kind, body) = (&chunk[4..8], &chunk[8..chunk.len() - 4]);
        match kind {
            b"tEXt" => {
                if let Some(text) = body.strip_prefix(b"ccv3\0") {
                    new = Some(text);
                } else if let Some(text) = body.strip_prefix(b"chara\0") {
                    old = Some(text);
                }
            }
            // Nothing here reads these, and they may hold what nobody means to pass on.
            b"iTXt" | b"zTXt" | b"eXIf" => {}
            b"IEND" => {
                picture.extend_from_slice(chunk);
                let found =
                    new.or(old).ok_or_else(|| bad("the picture has no character inside", "图片中没有角色卡"))?;
                return Ok(Some(Card { base64: found.to_vec(), picture }));
            }
            _ => picture.extend_from_slice(chunk),
        }
        rest = after;
    }
    Err(bad("the picture has too many parts", "图片的数据块过多"))
}

/// A chunk (length, kind, body, checksum) and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = bytes.first_chunk::<4>().map(|b| u32::from_be_bytes(*b))?;
    let whole = usize::try_from(length).ok()?.checked_add(12)?;
    (bytes.len() >= whole).then(|| bytes.split_at(whole))
}

fn cut() -> StudioError {
    Cause::BadImport { reason: Both::new("the PNG is cut short", "PNG 文件不完整") }.into()
}
