//! The settings in JPEG and WebP, and in PNG's `eXIf`: A1111 keeps them in the EXIF field `UserComment`, others in
//! other fields of text.
//!
//! EXIF is a small TIFF file: a directory of fields, one of which leads to a second directory. Everything in it is an
//! offset, so reading checks each one.

/// Where the second directory is.
const EXIF_IFD: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;
/// Fields of text, the likeliest for settings first, by the names that EXIF gives them.
const TEXTS: [(u16, &str); 10] = [
    (USER_COMMENT, "UserComment"),
    (0x9c9c, "XPComment"),
    (0x010e, "ImageDescription"),
    (0x010f, "Make"),
    (0x0110, "Model"),
    (0x9c9b, "XPTitle"),
    (0x9c9e, "XPKeywords"),
    (0x9c9f, "XPSubject"),
    (0x927c, "MakerNote"),
    (0x0131, SOFTWARE),
];
/// The name of the field with the program.
pub const SOFTWARE: &str = "Software";
const BYTE: u16 = 1;
const TEXT: u16 = 2;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;
/// What a JPEG segment has room for: 65,535 bytes with its own length and `Exif\0\0`.
pub const JPEG_MOST: usize = 65_527;
const UNICODE: &[u8; 8] = b"UNICODE\0";
/// Bytes before the TIFF header at most: `Exif\0\0`, and what some programs write before it.
const MAX_PREFIX: usize = 32;

/// EXIF that holds `text` alone.
pub fn write(text: &str) -> Vec<u8> {
    let mut comment = UNICODE.to_vec();
    comment.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
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
    bytes
}

/// The texts in EXIF from anywhere, with the names of their fields: those of the second directory before those of the
/// first.
pub fn texts(exif: &[u8]) -> Vec<(&'static str, String)> {
    let header = |at: &usize| exif[*at..].starts_with(b"MM\0*") || exif[*at..].starts_with(b"II*\0");
    let Some(start) = (0..exif.len().min(MAX_PREFIX)).find(header) else { return Vec::new() };
    let tiff = Tiff { bytes: &exif[start..], big: exif[start] == b'M' };
    let Some(first) = tiff.long(4) else { return Vec::new() };
    let second = tiff.field(first, EXIF_IFD).and_then(|at| tiff.long(at + 8));
    let mut found = Vec::new();
    for (tag, name) in TEXTS {
        for directory in second.into_iter().chain([first]) {
            let text = tiff.field(directory, tag).and_then(|at| tiff.text(tag, at));
            found.extend(text.map(|text| (name, text)));
        }
    }
    found
}

/// Text without a word about its encoding: by its byte order mark, else UTF-16 where it has NUL bytes, else UTF-8.
fn decode(bytes: &[u8], big: bool) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest, true),
        [0xff, 0xfe, rest @ ..] => utf16(rest, false),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => {
            let end = bytes.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
            // The last letter's own NUL may be among those at the end.
            let whole = &bytes[..bytes.len().min(end.next_multiple_of(2))];
            match bytes[..end].contains(&0) {
                true => utf16(whole, by_counting(whole).unwrap_or(big)),
                false => String::from_utf8_lossy(&bytes[..end]).into_owned(),
            }
        }
    };
    text.trim_end_matches('\0').trim_start_matches('\u{feff}').to_owned()
}

/// The order that gives more plain letters: writers do not agree whether the file's order counts here.
fn by_counting(bytes: &[u8]) -> Option<bool> {
    let plain = |high: usize| bytes.chunks_exact(2).filter(|pair| pair[high] == 0 && pair[1 - high] != 0).count();
    match plain(0).cmp(&plain(1)) {
        std::cmp::Ordering::Greater => Some(true),
        std::cmp::Ordering::Less => Some(false),
        std::cmp::Ordering::Equal => None,
    }
}

fn utf16(bytes: &[u8], big: bool) -> String {
    let unit =
        |pair: &[u8]| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) };
    let units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
    String::from_utf16_lossy(&units)
}

/// A comment behind the eight bytes that name its code, where they do; some programs write UTF-8 under `UNICODE`, or
/// the name in other letters.
fn comment(bytes: &[u8], big: bool) -> String {
    let Some((code, text)) = bytes.split_at_checked(8) else { return decode(bytes, big) };
    let is = |name: &[u8]| {
        let (own, rest) = code.split_at(name.len());
        own.eq_ignore_ascii_case(name) && rest.iter().all(|b| matches!(b, 0 | b' '))
    };
    match is(b"UNICODE") || is(b"ASCII") || is(b"JIS") || code == [0; 8] {
        true => decode(text, big),
        false => decode(bytes, big),
    }
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

    /// Where the field `tag` of the directory at `directory` is.
    fn field(&self, directory: u32, tag: u16) -> Option<usize> {
        let start = directory as usize;
        let fields = (0..usize::from(self.short(start)?)).map(|n| start + 2 + 12 * n);
        fields.take_while(|at| at + 12 <= self.bytes.len()).find(|&at| self.short(at) == Some(tag))
    }

    /// The text of the field at `at`.
    fn text(&self, tag: u16, at: usize) -> Option<String> {
        if !matches!(self.short(at + 2)?, BYTE | TEXT | UNDEFINED) {
            return None;
        }
        let count = self.long(at + 4)? as usize;
        // Up to four bytes are in the field itself.
        let start = if count <= 4 { at + 8 } else { self.long(at + 8)? as usize };
        let bytes = self.bytes.get(start..start.checked_add(count)?)?;
        Some(match tag {
            USER_COMMENT => comment(bytes, self.big),
            // Windows' own fields have Windows' order.
            0x9c9b..=0x9c9f => decode(bytes, false),
            _ => decode(bytes, self.big),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(exif: &[u8]) -> Option<String> {
        texts(exif).into_iter().next().map(|(_, text)| text)
    }

    #[test]
    fn texts_come_back() {
        for text in ["a cat\nSteps: 20, Sampler: Euler", "猫 🍎 \u{e9}", "", "x"] {
            assert_eq!(read(&write(text)).as_deref(), Some(text));
        }
        assert!(write(&"x".repeat(40_000)).len() > JPEG_MOST, "too long for a JPEG");
    }

    /// Little-endian, with the fields in the first directory, and in a second where they are `deep`.
    fn little(fields: &[(u16, u16, &[u8])], deep: bool) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        let entry = |bytes: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        };
        if deep {
            bytes.extend(1u16.to_le_bytes());
            entry(&mut bytes, EXIF_IFD, LONG, 1, 26);
            bytes.extend([0; 4]);
        }
        let mut data = bytes.len() + 2 + 12 * fields.len() + 4;
        bytes.extend((fields.len() as u16).to_le_bytes());
        for (tag, kind, value) in fields {
            entry(&mut bytes, *tag, *kind, value.len() as u32, data as u32);
            data += value.len();
        }
        bytes.extend([0; 4]);
        fields.iter().for_each(|(.., value)| bytes.extend(*value));
        bytes
    }

    #[test]
    fn other_orders_and_codes_are_read() {
        let utf8 = "UNICODE\0猫猫 x".as_bytes();
        let mark = "UNICODE\0\u{feff}猫 x".as_bytes();
        let cases: [(&[u8], &str); 14] = [
            (b"UNICODE\0c\0a\0", "ca"),
            (b"UNICODE\0\0c\0a", "ca"),
            (b"UNICODE\0\xfe\xff\0c\0a", "ca"),
            (b"UNICODE\0\xff\xfec\0a\0", "ca"),
            (b"Unicode\0c\0a\0", "ca"),
            (b"unicode c\0a\0", "ca"),
            (b"UNICODE\0cat", "cat"),
            (b"UNICODE\0cats\0\0", "cats"),
            (utf8, "猫猫 x"),
            (mark, "猫 x"),
            (b"ASCII\0\0\0cat\0", "cat"),
            (b"ascii\0\0\0caf\xc3\xa9", "caf\u{e9}"),
            (b"bare comment", "bare comment"),
            (b"\0\0\0\0\0\0\0\0cats", "cats"),
        ];
        for (bytes, text) in cases {
            for deep in [false, true] {
                let exif = little(&[(USER_COMMENT, UNDEFINED, bytes)], deep);
                assert_eq!(read(&exif).as_deref(), Some(text), "{bytes:?}");
                let prefixed = [b"Exif\0\0", &exif[..]].concat();
                assert_eq!(read(&prefixed).as_deref(), Some(text), "{bytes:?} with a prefix");
            }
        }
    }

    #[test]
    fn texts_in_other_fields_are_read_with_their_names() {
        let exif = little(
            &[
                (0x010e, TEXT, b"a description\0"),
                (0x0131, TEXT, b"Fooocus v2.5.5\0"),
                (USER_COMMENT, TEXT, b"plain words\0\0"),
                (0x9c9c, BYTE, b"c\0a\0t\0\0\0"),
                (0x0112, 3, b"12345"),
            ],
            false,
        );
        let all = texts(&exif);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, text)| (*name, text.as_str())).collect();
        assert_eq!(
            all,
            [
                ("UserComment", "plain words"),
                ("XPComment", "cat"),
                ("ImageDescription", "a description"),
                ("Software", "Fooocus v2.5.5")
            ]
        );
    }

    #[test]
    fn every_cut_and_flip_is_survived() {
        let good = write("a cat\nSteps: 20");
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0xff;
            let _ = texts(&bad);
            let _ = texts(&good[..at]);
        }
        assert_eq!(read(b""), None);
        assert_eq!(read(&[0xff; 100]), None);
    }
}
