//! Words for what a file holds, for sentences to a person.

use super::{Part, parts};
use crate::formats::header::Header;

/// What a file is, in a few words for a sentence: "a VAE", "a LoRA".
pub fn describe(header: &Header) -> String {
    let parts = parts(header);
    let names: Vec<&str> = parts.iter().map(|f| part_name(f.part)).collect();
    if !names.is_empty() {
        return format!("a file with {}", names.join(" and "));
    }
    match header.gguf.as_ref().and_then(|gguf| gguf.text("general.architecture")) {
        Some(architecture) => format!("a language model ({architecture})"),
        None => "no picture model that is known".to_owned(),
    }
}

/// A part as a sentence names it.
pub fn part_name(part: Part) -> &'static str {
    match part {
        Part::Unet => "a UNet",
        Part::Sd3 => "the transformer of Stable Diffusion 3",
        Part::Flux => "the transformer of FLUX",
        Part::ZImage => "the transformer of Z-Image",
        Part::Vae => "a VAE",
        Part::Clip => "a CLIP text encoder",
        Part::T5 => "a T5 text encoder",
        Part::Qwen3 => "a Qwen3 text encoder",
        Part::Taesd => "a TAESD preview decoder",
        Part::Lora => "a LoRA",
        Part::ControlNet => "a ControlNet",
        Part::Embedding => "a textual inversion embedding",
    }
}
