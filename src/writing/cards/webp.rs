//! The card inside a WebP: text in its EXIF, which is a small TIFF file in which everything is an offset.

use super::{Coded, Inside};
use crate::error::Result;
use crate::writing::untrusted::bad;

/// Where the second directory of EXIF is.
const EXIF_IFD: u16 = 0x8769;
/// Fields of a directory that are looked at.
const MAX_FIELDS: usize = 256;

/// The cards of a WebP; `None` where the bytes are no WebP.
///
/// Errors: a WebP without a card, since nothing else of it is read here.
pub(super) fn cards(bytes: &[u8]) -> Result<Option<Inside>> {
    if !(bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")) {
        return Ok(None);
    }
    let mut texts = Vec::new();
    let mut rest = &bytes[12..];
    while let Some((head, body)) = rest.split_at_checked(8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let chunk = &body[..length.min(body.len())];
        if head.starts_with(b"EXIF") {
            texts = exif(chunk.strip_prefix(b"Exif\0\0").unwrap_or(chunk));
        }
        // Chunks begin at even places.
        rest = body.get(length.saturating_add(length & 1)..).unwrap_or_default();
    }
    if texts.is_empty() {
        return Err(bad("the WebP picture has no character inside", "WebP 图片中没有角色卡"));
    }
    let cards = texts.into_iter().map(|text| Coded { key: "EXIF", text }).collect();
    Ok(Some(Inside { cards, picture: None }))
}

/// Texts of EXIF that are cards.
fn exif(bytes: &[u8]) -> Vec<Vec<u8>> {
    let tiff = Tiff { bytes, big: bytes.starts_with(b"MM") };
    let Some(first) = tiff.long(4) else { return Vec::new() };
    let mut fields = tiff.fields(first);
    let second = fields.iter().find(|field| field.tag == EXIF_IFD).and_then(|field| tiff.long(field.at));
    fields.extend(second.map(|at| tiff.fields(at)).unwrap_or_default());
    // Bytes, letters, and what is of no type.
    let texts = fields.iter().filter(|field| matches!(field.kind, 1 | 2 | 7));
    texts
        .filter_map(|field| card(bytes.get(field.at..field.at.checked_add(field.length)?)?, tiff.big))
        .take(4)
        .collect()
}

/// A field's value as a card's text: behind a word for its letters, as JSON, base64 or its bytes as numbers.
fn card(value: &[u8], big: bool) -> Option<Vec<u8>> {
    let text = match value.strip_prefix(b"UNICODE\0") {
        Some(wide) => {
            let units = wide.as_chunks().0.iter();
            let units: Vec<u16> =
                units.map(|two| if big { u16::from_be_bytes(*two) } else { u16::from_le_bytes(*two) }).collect();
            String::from_utf16_lossy(&units).into_bytes()
        }
        None => [b"ASCII\0\0\0", &[0; 8]].iter().find_map(|word| value.strip_prefix(*word)).unwrap_or(value).to_vec(),
    };
    let text = text.trim_ascii_end().strip_suffix(b"\0").unwrap_or(&text).trim_ascii();
    if text.starts_with(b"{") {
        return Some(text.to_vec());
    }
    if text.first().is_some_and(|b| b.is_ascii_digit() || *b == b'[') {
        let numbers = std::str::from_utf8(text).ok()?.trim_matches(['[', ']']).split(',');
        let bytes: Vec<u8> = numbers.map(|n| n.trim().parse().ok()).collect::<Option<_>>()?;
        return bytes.trim_ascii_start().starts_with(b"{").then_some(bytes);
    }
    // `{"` in base64.
    (text.starts_with(b"ey") || text.starts_with(b"ew")).then(|| text.to_vec())
}

struct Field {
    tag: u16,
    kind: u16,
    /// Where its value is, and its bytes.
    at: usize,
    length: usize,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        usize::try_from(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }).ok()
    }

    /// The fields of the directory at `at`.
    fn fields(&self, at: usize) -> Vec<Field> {
        let count = self.short(at).map_or(0, usize::from).min(MAX_FIELDS);
        let field = |n: usize| {
            let at = at.checked_add(2 + 12 * n)?;
            let (tag, kind, length) = (self.short(at)?, self.short(at + 2)?, self.long(at + 4)?);
            // Up to four bytes stand in the field itself, as an offset to the second directory does.
            let here = length <= 4 || tag == EXIF_IFD;
            Some(Field { tag, kind, at: if here { at + 8 } else { self.long(at + 8)? }, length })
        };
        (0..count).filter_map(field).collect()
    }
}
