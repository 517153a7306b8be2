//! `transformer/config.json` of FLUX.1, with the reference's defaults (diffusers 0.42.1).

use std::path::Path;

use crate::engine::image::nets::options::Options;
use crate::error::Result;

/// Sizes of a `FluxTransformer2DModel`.
#[derive(Clone, Debug, PartialEq)]
pub struct FluxConfig {
    /// 1: the pipeline cuts the patches ([`super::pack`]). The last layer makes `patch_size` squared times as much.
    pub patch_size: usize,
    /// Width of a packed token: 4 times the latents' channels.
    pub in_channels: usize,
    pub out_channels: usize,
    /// Blocks with two streams.
    pub layers: usize,
    /// Blocks with one.
    pub single_layers: usize,
    pub heads: usize,
    pub head_dim: usize,
    /// Width of T5's embeddings.
    pub joint_attention_dim: usize,
    /// Width of CLIP's pooled embedding.
    pub pooled_projection_dim: usize,
    /// Distilled with guidance (dev), or without (schnell).
    pub guidance_embeds: bool,
    /// RoPE dimensions per axis; their sum is `head_dim`.
    pub axes_dims_rope: Vec<usize>,
}

impl FluxConfig {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// Values out of bounds or not supported.
    pub fn read(o: &Options) -> Result<Self> {
        let (heads, head_dim) = (o.usize("num_attention_heads", 24)?, o.usize("attention_head_dim", 128)?);
        if heads == 0 || head_dim == 0 {
            return Err(o.bad("num_attention_heads", "and attention needs at least one head of one number"));
        }
        let axes = o.usizes("axes_dims_rope", &[16, 56, 56])?;
        if axes.len() != 3 || axes.iter().any(|axis| axis % 2 != 0) || axes.iter().sum::<usize>() != head_dim {
            let why = format!("and three even numbers that add up to the {head_dim} of attention_head_dim are needed");
            return Err(o.bad("axes_dims_rope", &why));
        }
        let in_channels = o.usize("in_channels", 64)?;
        let patch_size = o.usize("patch_size", 1)?;
        if in_channels == 0 || patch_size == 0 {
            return Err(o.bad("in_channels", "and neither it nor patch_size can be 0"));
        }
        Ok(Self {
            patch_size,
            in_channels,
            // The reference takes 0 for "not given" here.
            out_channels: match o.usize("out_channels", in_channels)? {
                0 => in_channels,
                some => some,
            },
            layers: o.usize("num_layers", 19)?,
            single_layers: o.usize("num_single_layers", 38)?,
            heads,
            head_dim,
            joint_attention_dim: o.usize("joint_attention_dim", 4096)?,
            pooled_projection_dim: o.usize("pooled_projection_dim", 768)?,
            guidance_embeds: o.bool("guidance_embeds", false)?,
            axes_dims_rope: axes,
        })
    }

    /// Width of the streams.
    pub fn dim(&self) -> usize {
        self.heads * self.head_dim
    }
}
