//! The parts of a diffusers folder: each a folder of its own with weights and a configuration.

use std::path::{Path, PathBuf};

use super::{Header, file};
use crate::error::Result;
use crate::lang::both;

/// Names of a part's weights, best first.
const NAMES: [&str; 8] = [
    "diffusion_pytorch_model.safetensors",
    "model.safetensors",
    "diffusion_pytorch_model.safetensors.index.json",
    "model.safetensors.index.json",
    "diffusion_pytorch_model.fp16.safetensors",
    "model.fp16.safetensors",
    "diffusion_pytorch_model.bin",
    "pytorch_model.bin",
];

/// The file with a part's weights.
pub fn weights_of(folder: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists())
}

/// The header of a part's weights, whatever file they are in.
///
/// # Errors
/// No weights in the folder, or a damaged file.
pub fn component(folder: &Path) -> Result<Header> {
    match weights_of(folder) {
        Some(path) => Header::read(&path),
        None => Err(file::bad(
            folder,
            both!("no weights are in it (looked for {})", "其中没有权重（查找过 {}）", NAMES.join(", ")),
        )),
    }
}
