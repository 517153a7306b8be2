//! The parts of picture models in a checkpoint, recognised by the names and shapes of its tensors: each part's tensors
//! by the names that diffusers gives them, and the configuration that its shapes imply.
//!
//! The names of the authors' layouts, and what became of each in diffusers, are those of diffusers 0.42
//! (`loaders/single_file_utils.py`); the fixtures were put through its converters.

mod check;
mod clip;
mod describe;
mod flux;
mod names;
mod needs;
mod qwen3;
mod sd3;
mod t5;
mod unet;
mod vae;
mod zimage;

use serde_json::Value;

use super::file::bad;
use super::header::Header;
use crate::error::Result;
use crate::lang::Both;
pub use check::WEIGHTS;
pub use describe::{describe, part_name};
use names::Tensors;
pub use names::{Cut, Names, Place};

/// A part of a picture model, or something that goes with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Unet,
    /// The transformer of Stable Diffusion 3.
    Sd3,
    Flux,
    ZImage,
    Vae,
    Clip,
    T5,
    Qwen3,
    /// The tiny decoder for previews.
    Taesd,
    /// A LoRA or similar: changes of another model's weights.
    Lora,
    ControlNet,
    /// A textual inversion: embeddings for a word of a prompt.
    Embedding,
}

impl Part {
    /// The longest side, in latents, that a denoiser of this configuration has places for; `None`: any.
    pub fn longest_side(self, config: &Value) -> Option<usize> {
        let config = needs::Keys(config);
        match self {
            Self::Sd3 => sd3::longest_side(config),
            Self::ZImage => zimage::longest_side(config),
            Self::Unet
            | Self::Flux
            | Self::Vae
            | Self::Clip
            | Self::T5
            | Self::Qwen3
            | Self::Taesd
            | Self::Lora
            | Self::ControlNet
            | Self::Embedding => None,
        }
    }

    /// Whether it turns noise into latents.
    pub fn is_denoiser(self) -> bool {
        matches!(self, Self::Unet | Self::Sd3 | Self::Flux | Self::ZImage)
    }

    pub fn is_text_encoder(self) -> bool {
        matches!(self, Self::Clip | Self::T5 | Self::Qwen3)
    }
}

/// The naming scheme of the tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// diffusers' and transformers'.
    Diffusers,
    /// The model's authors' (LDM, OpenCLIP, BFL...).
    Authors,
    /// llama.cpp's, in GGUF files.
    Ggml,
}

/// A part that is in a file.
#[derive(Clone, Debug)]
pub struct Found {
    pub part: Part,
    /// What comes before the names of its tensors.
    pub prefix: String,
    layout: Layout,
}

/// A tensor's name that only this part has, in this layout.
type Signature = (Part, Layout, &'static str);

/// The more telling ones first: where a later one names the same place again, it does not count. The last ones are for
/// files without the first: of them it can still be said what is missing.
const SIGNATURES: [Signature; 36] = [
    (Part::ControlNet, Layout::Authors, "input_hint_block.0.weight"),
    (Part::ControlNet, Layout::Diffusers, "controlnet_cond_embedding.conv_in.weight"),
    (Part::Unet, Layout::Authors, "input_blocks.0.0.weight"),
    (Part::Unet, Layout::Diffusers, "down_blocks.0.resnets.0.time_emb_proj.weight"),
    (Part::Sd3, Layout::Authors, "joint_blocks.0.x_block.attn.qkv.weight"),
    (Part::Sd3, Layout::Diffusers, "pos_embed.proj.weight"),
    (Part::Flux, Layout::Authors, "double_blocks.0.img_attn.qkv.weight"),
    (Part::Flux, Layout::Diffusers, "single_transformer_blocks.0.proj_mlp.weight"),
    (Part::ZImage, Layout::Authors, "noise_refiner.0.attention.qkv.weight"),
    (Part::ZImage, Layout::Diffusers, "noise_refiner.0.attention.to_q.weight"),
    (Part::Vae, Layout::Authors, "decoder.up.0.block.0.conv1.weight"),
    (Part::Vae, Layout::Diffusers, "decoder.up_blocks.0.resnets.0.conv1.weight"),
    (Part::Clip, Layout::Authors, "transformer.resblocks.0.attn.in_proj_weight"),
    (Part::Clip, Layout::Diffusers, "embeddings.token_embedding.weight"),
    (Part::T5, Layout::Diffusers, "encoder.block.0.layer.0.SelfAttention.q.weight"),
    (Part::T5, Layout::Ggml, "enc.blk.0.attn_q.weight"),
    (Part::Qwen3, Layout::Diffusers, "layers.0.self_attn.q_norm.weight"),
    (Part::Qwen3, Layout::Ggml, "blk.0.attn_q_norm.weight"),
    (Part::Taesd, Layout::Diffusers, "decoder.layers.2.conv.0.weight"),
    (Part::Taesd, Layout::Authors, "3.conv.0.weight"),
    (Part::Unet, Layout::Authors, "input_blocks.1.0.in_layers.0.weight"),
    (Part::Unet, Layout::Diffusers, "down_blocks.0.resnets.0.time_emb_proj.bias"),
    (Part::Sd3, Layout::Authors, "joint_blocks.0.x_block.attn.qkv.bias"),
    (Part::Sd3, Layout::Diffusers, "pos_embed.proj.bias"),
    (Part::Flux, Layout::Authors, "double_blocks.0.img_attn.qkv.bias"),
    (Part::Flux, Layout::Diffusers, "single_transformer_blocks.0.proj_mlp.bias"),
    (Part::ZImage, Layout::Authors, "noise_refiner.0.attention.out.weight"),
    (Part::ZImage, Layout::Diffusers, "noise_refiner.0.attention.to_k.weight"),
    (Part::Vae, Layout::Authors, "decoder.up.0.block.0.conv1.bias"),
    (Part::Vae, Layout::Diffusers, "decoder.up_blocks.0.resnets.0.conv1.bias"),
    (Part::Clip, Layout::Authors, "transformer.resblocks.0.attn.in_proj_bias"),
    (Part::Clip, Layout::Diffusers, "encoder.layers.0.layer_norm1.weight"),
    (Part::T5, Layout::Diffusers, "encoder.block.0.layer.0.SelfAttention.k.weight"),
    (Part::T5, Layout::Ggml, "enc.blk.0.attn_k.weight"),
    (Part::Qwen3, Layout::Diffusers, "layers.0.self_attn.k_norm.weight"),
    (Part::Qwen3, Layout::Ggml, "blk.0.attn_k_norm.weight"),
];

/// All parts that the tensors of `header` make up, denoisers first.
pub fn parts(header: &Header) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    // Other language models have norms of the same names.
    let other = header.gguf.as_ref().and_then(|g| g.text("general.architecture")).is_some_and(|name| name != "qwen3");
    for (part, layout, signature) in SIGNATURES.into_iter().filter(|(part, ..)| !other || *part != Part::Qwen3) {
        for name in header.tensors.keys() {
            let Some(prefix) = name.strip_suffix(signature) else { continue };
            if !(prefix.is_empty() || prefix.ends_with('.')) {
                continue;
            }
            // CLIP's vision half and T5's decoder are no text encoders; a prefix that continues is a network inside one.
            let prefix = prefix.strip_suffix("text_model.").unwrap_or(prefix);
            let prefix = if part == Part::Qwen3 { prefix.strip_suffix("model.").unwrap_or(prefix) } else { prefix };
            let taken = found.iter().any(|f| f.prefix == prefix && (f.part == part || f.part == Part::ControlNet));
            if taken
                || prefix.ends_with("enc.")
                || prefix.ends_with("dec.")
                || prefix.ends_with("vision_model.")
                || header.has(&format!("{prefix}visual.proj"))
            {
                continue;
            }
            found.push(Found { part, prefix: prefix.to_owned(), layout });
        }
    }
    if found.is_empty() {
        found.extend(extra(header).map(|part| Found { part, prefix: String::new(), layout: Layout::Authors }));
    }
    found.sort_by_key(|f| f.part);
    found
}

/// The one part that a file of a diffusers folder holds.
///
/// # Errors
/// A file with something else.
pub fn part(header: &Header, part: Part) -> Result<Found> {
    parts(header).into_iter().find(|found| found.part == part).ok_or_else(|| {
        let (what, wanted) = (describe(header), part_name(part));
        bad(
            header.path(),
            Both::new(format!("it is {}, not {}", what.en, wanted.en), format!("它是{}，不是{}", what.zh, wanted.zh)),
        )
    })
}

/// What is no model of its own.
fn extra(header: &Header) -> Option<Part> {
    let mut names = header.tensors.keys();
    if names
        .any(|n| n.ends_with(".lora_down.weight") || n.ends_with(".lora_A.weight") || n.ends_with("_lora.up.weight"))
    {
        return Some(Part::Lora);
    }
    let vectors = |name: &str| header.get(name).is_some_and(|e| e.shape.len() == 2);
    (header.tensors.len() <= 2 && ["emb_params", "clip_l", "clip_g", "*"].iter().any(|n| vectors(n)))
        .then_some(Part::Embedding)
}

impl Found {
    /// Whether the names are those of the model's authors, not diffusers'.
    pub fn is_authors(&self) -> bool {
        self.layout == Layout::Authors
    }

    /// For each of diffusers' tensor names, the place in `header`, in which the part was found.
    pub fn names(&self, header: &Header) -> Names {
        let tensors = header.below(&self.prefix).map(|(name, entry)| (name, entry.shape.as_slice()));
        let with_prefix = |place: Place| Place { name: format!("{}{}", self.prefix, place.name), ..place };
        self.names_of(&tensors.collect()).into_iter().map(|(name, place)| (name, with_prefix(place))).collect()
    }

    /// The same for tensors by their names behind the part's prefix.
    fn names_of(&self, tensors: &Tensors) -> Names {
        match (self.part, self.layout) {
            (Part::Unet, Layout::Authors) => unet::names(tensors),
            (Part::Vae, Layout::Authors) => vae::names(tensors),
            (Part::Clip, Layout::Authors) => clip::names(tensors),
            (Part::Sd3, Layout::Authors) => sd3::names(tensors),
            (Part::Flux, Layout::Authors) => flux::names(tensors),
            (Part::ZImage, Layout::Authors) => zimage::names(tensors),
            (Part::T5, Layout::Ggml) => t5::names(tensors),
            (Part::Qwen3, Layout::Ggml) => qwen3::names(tensors),
            _ => tensors.keys().map(|name| ((*name).to_owned(), Place::whole(*name))).collect(),
        }
    }

    /// The part's tensors by diffusers' names.
    ///
    /// # Errors
    /// Joined matrices whose rows cannot be told apart.
    pub fn tensors(&self, header: &Header) -> Result<Header> {
        header.renamed(&self.names(header))
    }

    /// What `config.json` would say of these tensors (which have diffusers' names), as far as shapes tell; `None` for
    /// parts that are no networks of their own, and where shapes are not what they should be.
    pub fn config(&self, tensors: &Header) -> Option<Value> {
        match self.part {
            Part::Unet => unet::config(tensors),
            Part::Vae => vae::config(tensors),
            Part::Clip => clip::config(tensors, self.layout == Layout::Authors),
            Part::Sd3 => sd3::config(tensors),
            Part::Flux => flux::config(tensors),
            Part::ZImage => zimage::config(tensors),
            Part::T5 => t5::config(tensors),
            Part::Qwen3 => qwen3::config(tensors),
            Part::Taesd | Part::Lora | Part::ControlNet | Part::Embedding => None,
        }
    }
}

impl Header {
    /// One dimension of a tensor's shape.
    fn side(&self, name: &str, i: usize) -> Option<usize> {
        self.get(name)?.shape.get(i).copied()
    }

    /// A size that several tensors tell below `at`: what most of them say, so that one that is missing or of another
    /// shape is found by the others. The first where they are even.
    fn agreed(&self, at: &str, witnesses: &[(&str, usize)]) -> Option<usize> {
        let said: Vec<usize> = witnesses.iter().filter_map(|(name, i)| self.side(&format!("{at}{name}"), *i)).collect();
        most_said(&said)
    }

    /// The channels of a level whose residual blocks are below `at`.
    fn channels(&self, at: &str) -> Option<usize> {
        let witnesses = [
            ("0.conv1.weight", 0),
            ("0.conv1.bias", 0),
            ("0.norm2.weight", 0),
            ("0.conv2.weight", 0),
            ("0.conv2.weight", 1),
            ("0.conv2.bias", 0),
        ];
        self.agreed(at, &witnesses)
    }
}

/// The value that is there most often; of even ones the first.
fn most_said(values: &[usize]) -> Option<usize> {
    let times = |value: &usize| values.iter().filter(|other| *other == value).count();
    values.iter().rev().max_by_key(|value| times(value)).copied()
}
