//! Pictures as files: writing them with the settings inside, and the bounded reading of pictures from anywhere.

mod exif;
mod head;
mod open;
mod png_text;
mod write;

pub use head::{Head, read_head_of, read_record};
pub use open::{open, small, thumbnail};
pub use write::{check_ending, encode_as, encode_png, encode_with, too_long, too_long_text};

/// Largest file that is read as a picture, in bytes.
const MAX_FILE: u64 = 512 << 20;

#[cfg(test)]
mod tests;
