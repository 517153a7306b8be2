//! Files that are not of this family: what they are, so that the error can say it. Nothing but a header is read, and
//! pickles are never opened.

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::path::Path;

use serde::de::IgnoredAny;

use super::weights::{self, CONFIG, VOCAB, WEIGHTS};
use crate::domain::STICKER_ID;
use crate::error::{Cause, Result, StudioError};

/// What can be drawn with, as an error names it.
pub const FAMILY: &str = "sticker (such as sticker-64, which is built in)";

/// Whether `path` is a weights file of ours with its two companions.
pub fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == WEIGHTS)
        && path.with_file_name(CONFIG).is_file()
        && path.with_file_name(VOCAB).is_file()
}

/// Refuses a folder in the layout of another family by its name.
pub fn check_folder(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Err(Cause::FileMissing { path: folder.to_owned() }.into());
    }
    if !folder.join(WEIGHTS).exists() && folder.join("model_index.json").is_file() {
        return Err(unsupported("diffusers"));
    }
    Ok(())
}

fn unsupported(found: &str) -> StudioError {
    Cause::UnsupportedArchitecture { found: found.to_owned(), supported: FAMILY.to_owned() }.into()
}

/// Why this single file cannot be drawn with.
pub fn explain(path: &Path) -> StudioError {
    found(path).map_or_else(|error| error, |found| unsupported(&found))
}

fn found(path: &Path) -> Result<String> {
    let (mut file, size) = weights::open(path)?;
    let mut magic = Vec::new();
    let start = file.by_ref().take(4).read_to_end(&mut magic).and_then(|_| file.rewind());
    start.map_err(|e| StudioError::io(crate::error::Doing::Reading, path, &e))?;
    match magic.as_slice() {
        b"GGUF" => return Ok("GGUF".to_owned()),
        // A zip, as PyTorch writes it, or a bare pickle of protocol 2 to 5.
        b"PK\x03\x04" | [0x80, 2..=5, ..] => {
            let reason =
                "it is a pickled checkpoint, which could run code and is never opened; a .safetensors of it is safe";
            return Err(Cause::BadModelFile { path: path.to_owned(), reason: reason.to_owned() }.into());
        }
        _ => {}
    }
    let (header, _) = weights::read_header(&mut file, size, path)?;
    let names: HashMap<String, IgnoredAny> = serde_json::from_str(&header).map_err(|_| Cause::BadModelFile {
        path: path.to_owned(),
        reason: format!("it is neither safetensors nor anything else that {STICKER_ID} knows"),
    })?;
    let family = |mark: &str| names.keys().any(|name| name.starts_with(mark));
    Ok(if family("table") && family("blocks.0.qkv") {
        // Our tensors without their companions: say what is missing.
        let missing = if path.with_file_name(CONFIG).is_file() { VOCAB } else { CONFIG };
        return Err(Cause::FileMissing { path: path.with_file_name(missing) }.into());
    } else if family("conditioner.embedders.1.") {
        "Stable Diffusion XL".to_owned()
    } else if family("model.diffusion_model.joint_blocks.") {
        "Stable Diffusion 3".to_owned()
    } else if family("double_blocks.") || family("model.diffusion_model.double_blocks.") {
        "FLUX".to_owned()
    } else if family("cond_stage_model.") || family("model.diffusion_model.") {
        "Stable Diffusion".to_owned()
    } else {
        "safetensors of another family".to_owned()
    })
}
