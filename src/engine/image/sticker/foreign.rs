//! Files that nothing here draws with: what they are, so that the error can say it. Nothing but a header is read, and
//! pickles are never executed.

use std::path::Path;

use super::bytes::TABLE;
use super::weights::{CONFIG, VOCAB, WEIGHTS};
use crate::error::{Cause, Result, StudioError};
use crate::formats::{Header, layout};
use crate::lang::Both;

/// What can be drawn with, as an error names it.
pub const FAMILY: &str = "sticker (such as sticker-64, which is built in)";
const DRAWN: &str = "Stable Diffusion 1.x, 2.x, XL, 3, FLUX.1, Z-Image, sticker-64";

/// Whether `path` is a weights file of ours with its two companions.
pub fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == WEIGHTS)
        && path.with_file_name(CONFIG).is_file()
        && path.with_file_name(VOCAB).is_file()
}

/// Refuses what is no folder.
pub fn check_folder(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Err(Cause::FileMissing { path: folder.to_owned() }.into());
    }
    Ok(())
}

fn unsupported(found: Both) -> StudioError {
    Cause::UnsupportedArchitecture { found, supported: DRAWN.to_owned() }.into()
}

/// Why this single file cannot be drawn with.
pub fn explain(path: &Path) -> StudioError {
    let header = match Header::read(path) {
        Ok(header) => header,
        Err(error) => return error,
    };
    if header.has(TABLE) && header.any_below("blocks.0.qkv") {
        // Our tensors without their companions: say what is missing.
        let missing = if path.with_file_name(CONFIG).is_file() { VOCAB } else { CONFIG };
        return Cause::FileMissing { path: path.with_file_name(missing) }.into();
    }
    unsupported(layout::describe(&header))
}
