//! The byte-level alphabet of GPT-2: each of the 256 bytes has a printable character, so that vocabularies are text.
//!
//! Printable Latin-1 stands for itself; the other 68 bytes take the characters from U+0100 on, in order (Radford et
//! al., "Language Models are Unsupervised Multitask Learners", 2019).

/// Whether `byte` is its own character.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

/// The character of each byte.
pub fn alphabet() -> [char; 256] {
    let mut table = ['\0'; 256];
    let mut next = 0x100_u32;
    for byte in 0..=255_u8 {
        table[usize::from(byte)] = if is_plain(byte) {
            char::from(byte)
        } else {
            next += 1;
            char::from_u32(next - 1).expect("U+0100 to U+0143 are characters")
        };
    }
    table
}

/// The byte that `c` stands for; `None` outside the alphabet.
pub fn byte_of(c: char) -> Option<u8> {
    let code = u32::from(c);
    match u8::try_from(code) {
        Ok(byte) => is_plain(byte).then_some(byte),
        Err(_) if code < 0x100 + 68 => {
            // The inverse of `alphabet`: the code's place among the bytes that are not plain.
            (0..=255_u8).filter(|&b| !is_plain(b)).nth((code - 0x100) as usize)
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_character_and_comes_back() {
        let table = alphabet();
        for byte in 0..=255_u8 {
            assert_eq!(byte_of(table[usize::from(byte)]), Some(byte));
        }
        assert_eq!(table[usize::from(b' ')], 'Ġ');
        assert_eq!(table[usize::from(b'\n')], 'Ċ');
        assert_eq!(byte_of('中'), None);
        assert_eq!(byte_of('\u{144}'), None);
    }
}
