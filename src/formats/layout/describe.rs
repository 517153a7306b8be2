//! Words for what a file holds, for sentences to a person.

use super::{Part, parts};
use crate::formats::header::Header;
use crate::lang::{Both, Lang, both};

/// What a file is, in a few words for a sentence: "a VAE", "a LoRA".
pub fn describe(header: &Header) -> Both {
    let parts = parts(header);
    let names: Vec<Both> = parts.iter().map(|f| part_name(f.part)).collect();
    if !names.is_empty() {
        let of = |lang: Lang, between: &str| names.iter().map(|name| name.get(lang)).collect::<Vec<_>>().join(between);
        return Both::new(
            format!("a file with {}", of(Lang::En, " and ")),
            format!("含有{}的文件", of(Lang::Zh, "、")),
        );
    }
    match header.gguf.as_ref().and_then(|gguf| gguf.text("general.architecture")) {
        Some(architecture) => both!("a language model ({architecture})", "语言模型（{architecture}）"),
        None => Both::new("no picture model that is known", "不认识的图像模型"),
    }
}

/// A part as a sentence names it.
pub fn part_name(part: Part) -> Both {
    let (en, zh) = match part {
        Part::Unet => ("a UNet", "UNet"),
        Part::Sd3 => ("the transformer of Stable Diffusion 3", "Stable Diffusion 3 的 Transformer"),
        Part::Flux => ("the transformer of FLUX", "FLUX 的 Transformer"),
        Part::ZImage => ("the transformer of Z-Image", "Z-Image 的 Transformer"),
        Part::Vae => ("a VAE", "VAE"),
        Part::Clip => ("a CLIP text encoder", "CLIP 文本编码器"),
        Part::T5 => ("a T5 text encoder", "T5 文本编码器"),
        Part::Qwen3 => ("a Qwen3 text encoder", "Qwen3 文本编码器"),
        Part::Taesd => ("a TAESD preview decoder", "TAESD 预览解码器"),
        Part::Lora => ("a LoRA", "LoRA"),
        Part::ControlNet => ("a ControlNet", "ControlNet"),
        Part::Embedding => ("a textual inversion embedding", "文本反转嵌入"),
    };
    Both::new(en, zh)
}
