//! The settings in JPEG and WebP: A1111 keeps them in the EXIF field `UserComment`.
//!
//! EXIF is a small TIFF file: a directory of fields, one of which leads to a second directory, which holds the
//! comment. Everything in it is an offset, so reading checks each one.

/// Where the second directory is.
const EXIF_IFD: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;
/// A JPEG segment has 16 bits for its length.
const MAX_BYTES: usize = 65_000;
const UNICODE: &[u8; 8] = b"UNICODE\0";
const ASCII: &[u8; 8] = b"ASCII\0\0\0";

/// EXIF that holds `text` alone; `None` where it is too long for a JPEG.
pub fn write(text: &str) -> Option<Vec<u8>> {
    let mut comment = UNICODE.to_vec();
    comment.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    if comment.len() > MAX_BYTES {
        return None;
    }
    // Header (8), then a directory of one field (2 + 12 + 4), then another, then the comment.
    let (second, data) = (8 + 18, 8 + 18 + 18);
    let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
    for (tag, kind, count, value) in
        [(EXIF_IFD, LONG, 1, second), (USER_COMMENT, UNDEFINED, comment.len() as u32, data)]
    {
        bytes.extend(1u16.to_be_bytes());
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(u32::to_be_bytes(value));
        bytes.extend([0; 4]); // no directory follows
    }
    bytes.extend(comment);
    Some(bytes)
}

/// The comment in EXIF from anywhere.
pub fn read(exif: &[u8]) -> Option<String> {
    let big = match exif.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let tiff = Tiff { bytes: exif, big };
    let first = tiff.long(4)?;
    let (_, _, second) = tiff.field(first, EXIF_IFD)?;
    let (at, count, value) = tiff.field(second, USER_COMMENT)?;
    // Up to four bytes stand in the field itself.
    let start = if count <= 4 { at + 8 } else { value as usize };
    let comment = exif.get(start..start.checked_add(count as usize)?)?;
    let (code, text) = comment.split_at_checked(8)?;
    let text = if code == UNICODE {
        utf16(text, big)
    } else if code == ASCII || code == [0; 8] {
        String::from_utf8_lossy(text).into_owned()
    } else {
        String::from_utf8_lossy(comment).into_owned()
    };
    Some(text.trim_end_matches('\0').to_owned())
}

/// UTF-16 in whichever order gives more plain letters: writers do not agree whether the file's order counts here.
fn utf16(bytes: &[u8], big: bool) -> String {
    let plain = |high: usize| bytes.chunks_exact(2).filter(|pair| pair[high] == 0).count();
    let big = match plain(0).cmp(&plain(1)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => big,
    };
    let unit =
        |pair: &[u8]| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) };
    let units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
    String::from_utf16_lossy(&units)
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Where the field `tag` of the directory at `directory` stands, its count and its value.
    fn field(&self, directory: u32, tag: u16) -> Option<(usize, u32, u32)> {
        let start = directory as usize;
        let fields = (0..usize::from(self.short(start)?)).map(|n| start + 2 + 12 * n);
        let at = fields.take_while(|at| at + 12 <= self.bytes.len()).find(|&at| self.short(at) == Some(tag))?;
        Some((at, self.long(at + 4)?, self.long(at + 8)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in ["a cat\nSteps: 20, Sampler: Euler", "猫 🍎 \u{e9}", "", "x"] {
            assert_eq!(read(&write(text).unwrap()).as_deref(), Some(text));
        }
        assert_eq!(write(&"x".repeat(40_000)), None, "too long for a JPEG");
    }

    #[test]
    fn other_orders_and_codes_are_read() {
        let mut little = b"II*\0\x08\0\0\0".to_vec();
        for (tag, kind, count, value) in [(EXIF_IFD, LONG, 1u32, 26u32), (USER_COMMENT, UNDEFINED, 12, 44)] {
            little.extend(1u16.to_le_bytes());
            little.extend(tag.to_le_bytes());
            little.extend(kind.to_le_bytes());
            little.extend(count.to_le_bytes());
            little.extend(value.to_le_bytes());
            little.extend([0; 4]);
        }
        let with = |comment: &[u8]| [&little[..], comment].concat();
        assert_eq!(read(&with(b"UNICODE\0c\0a\0")).as_deref(), Some("ca"));
        assert_eq!(read(&with(b"UNICODE\0\0c\0a")).as_deref(), Some("ca"), "the other order");
        assert_eq!(read(&with(b"ASCII\0\0\0cat\0")).as_deref(), Some("cat"));
        assert_eq!(read(&with(b"bare comment")).as_deref(), Some("bare comment"));
    }

    #[test]
    fn every_cut_and_flip_is_survived() {
        let good = write("a cat\nSteps: 20").unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0xff;
            let _ = read(&bad);
            let _ = read(&good[..at]);
        }
        assert_eq!(read(b""), None);
        assert_eq!(read(&[0xff; 100]), None);
    }
}
