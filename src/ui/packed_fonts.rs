//! The two large fonts, compressed in the program: it is 1.3 MB smaller. They are unpacked while the window opens.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

static CHINESE: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked(include_bytes!("../../assets/fonts/NotoSansSC-GB2312.ttf.gz")));
static EMOJI: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked(include_bytes!("../../assets/fonts/Twemoji-Colour.ttf.gz")));

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut font = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut font).expect("the font inside the program is whole");
    font
}

/// Unpacks both, where that is not done: some milliseconds.
pub fn unpack() {
    chinese();
    emoji();
}

pub(super) fn chinese() -> &'static [u8] {
    &CHINESE
}

pub(super) fn emoji() -> &'static [u8] {
    &EMOJI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_unpacked_whole() {
        unpack();
        // The first four bytes of a font of outlines.
        assert!(chinese().starts_with(&[0, 1, 0, 0]) && emoji().starts_with(&[0, 1, 0, 0]));
        assert_eq!((chinese().len(), emoji().len()), (2_220_396, 1_158_488));
    }
}
