//! The settings inside a picture file, in the dialect of each program that writes some. All are brought to A1111's
//! field names first, so that they are understood, and told about, in one place. Ours are written as A1111
//! writes its own.
//!
//! ```text
//! a1111 (a text: ours too) --+
//! json  (a JSON object)   ---+-> written (fields by A1111's names) -> PictureRecord
//! comfy (a graph of nodes) --+
//! ```

pub mod a1111;
mod comfy;
pub mod json;
mod program;
mod scalar;
mod written;

pub use program::Program;

use crate::domain::PictureRecord;

/// Longer texts are not read: no real prompt has a million letters.
pub const MAX_TEXT: usize = 1 << 20;

/// The settings in a picture and the program that wrote them, or the program alone where its settings cannot be read.
pub enum Foreign {
    Record(Box<PictureRecord>, Program),
    /// A program's own file, without what would make a picture again.
    Known(Program),
}
