//! What a model's file says about itself, without reading its weights.

use std::path::Path;

use super::{models, tokenizer};
use crate::error::Result;
use crate::formats::gguf::{Gguf, PartName};
use crate::formats::memory;

/// A language model as its header describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct TextModelInfo {
    /// `general.name`, or the file's name.
    pub name: String,
    pub architecture: String,
    /// As model pages write it: `Q4_K_M`.
    pub quantization: String,
    /// Tokens of context it was trained for.
    pub context_length: usize,
    pub parameters: u64,
    /// Tokens of its vocabulary.
    pub vocabulary: usize,
    pub layers: usize,
    /// Size of its files.
    pub bytes: u64,
    /// Memory that its weights take when loaded, in bytes; the context's comes on top.
    pub weight_memory: u64,
    /// Whether it brings a chat template.
    pub has_template: bool,
}

/// Reads the header of the GGUF file at `path` and checks all that can be checked without its weights: an `Ok` model
/// can be run here.
pub fn inspect(path: &Path) -> Result<TextModelInfo> {
    describe(&Gguf::open(path)?)
}

/// As [`inspect`], for a header that was read.
pub fn describe(gguf: &Gguf) -> Result<TextModelInfo> {
    let architecture = gguf.architecture()?.to_owned();
    models::check_architecture(&architecture)?;
    gguf.check_types()?;
    tokenizer::check(gguf)?;
    let dimensions = models::dimensions(gguf)?;
    let file_name = || match PartName::of(&gguf.path) {
        Some(part) => part.name,
        None => gguf.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    Ok(TextModelInfo {
        name: gguf.text("general.name").map_or_else(file_name, str::to_owned),
        quantization: gguf.quantization(),
        context_length: dimensions.context_length,
        parameters: gguf.tensors().map(|(_, t)| t.elements()).sum(),
        vocabulary: dimensions.vocabulary,
        layers: dimensions.layers,
        bytes: gguf.len(),
        weight_memory: memory::language(gguf),
        has_template: gguf.text("tokenizer.chat_template").is_some(),
        architecture,
    })
}
