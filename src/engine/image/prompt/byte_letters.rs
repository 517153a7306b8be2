//! The alphabet of byte-level pairs: CLIP's vocabulary and Qwen's begin with it.

/// The letters that stand for the 256 bytes, in the vocabulary's order: printable ones are themselves, and first.
pub(super) fn byte_letters() -> Vec<char> {
    let printable = (b'!'..=b'~').chain(0xa1..=0xac).chain(0xae..=0xff).map(char::from);
    printable.chain((0x100..0x144).filter_map(char::from_u32)).collect()
}
