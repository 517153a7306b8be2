//! `transformer/config.json` of Stable Diffusion 3, with the reference's defaults (diffusers 0.42.1).

use std::path::Path;

use crate::engine::image::nets::mmdit::HeadNorm;
use crate::engine::image::nets::options::Options;
use crate::error::Result;

/// Sizes and kinds of an `SD3Transformer2DModel`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sd3Config {
    /// Side of the latents that the model was trained on: only the table of positions depends on it.
    pub sample_size: usize,
    pub patch_size: usize,
    pub in_channels: usize,
    pub out_channels: usize,
    pub layers: usize,
    pub heads: usize,
    pub head_dim: usize,
    /// Width of the joined text embeddings.
    pub joint_attention_dim: usize,
    /// Width of the joined pooled embeddings.
    pub pooled_projection_dim: usize,
    /// Side of the table of positions, in patches; `None`: positions are made for each size.
    pub pos_embed_max_size: Option<usize>,
    /// Blocks whose picture stream also attends to itself alone (3.5 medium).
    pub dual: Vec<bool>,
    /// Norm of queries and keys (3.5).
    pub qk_norm: Option<HeadNorm>,
}

impl Sd3Config {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// Values out of bounds or not supported.
    pub fn read(o: &Options) -> Result<Self> {
        let (heads, head_dim) = (o.usize("num_attention_heads", 18)?, o.usize("attention_head_dim", 64)?);
        let dim = heads * head_dim;
        // A quarter each for the sines and cosines of rows and columns.
        if dim == 0 || !dim.is_multiple_of(4) {
            return Err(o.bad("num_attention_heads", "and heads times attention_head_dim is no multiple of 4"));
        }
        if o.usize("caption_projection_dim", 1152)? != dim {
            return Err(o.bad("caption_projection_dim", &format!("but the heads make {dim}, which the text must have")));
        }
        let patch_size = o.usize("patch_size", 2)?;
        let sample_size = o.usize("sample_size", 128)?;
        if patch_size == 0 || sample_size < patch_size {
            return Err(o.bad("patch_size", "which is not between 1 and sample_size"));
        }
        let layers = o.usize("num_layers", 18)?;
        let mut dual = vec![false; layers];
        for i in o.usizes("dual_attention_layers", &[])? {
            // The reference looks each layer up in the list: others in it mean nothing.
            if let Some(dual) = dual.get_mut(i) {
                *dual = true;
            }
        }
        let qk_norm = match o.text("qk_norm", "")? {
            "" => None,
            "rms_norm" => Some(HeadNorm::Rms),
            "layer_norm" => Some(HeadNorm::Layer),
            "fp32_layer_norm" => Some(HeadNorm::LayerPlain),
            _ => return Err(o.unsupported("qk_norm", "null, rms_norm, layer_norm, fp32_layer_norm")),
        };
        let in_channels = o.usize("in_channels", 16)?;
        // Here a missing key and `null` differ.
        let out_channels = if o.is_null("out_channels") { in_channels } else { o.usize("out_channels", 16)? };
        let max = if o.is_null("pos_embed_max_size") { 0 } else { o.usize("pos_embed_max_size", 96)? };
        Ok(Self {
            sample_size,
            patch_size,
            in_channels,
            out_channels,
            layers,
            heads,
            head_dim,
            joint_attention_dim: o.usize("joint_attention_dim", 4096)?,
            pooled_projection_dim: o.usize("pooled_projection_dim", 2048)?,
            pos_embed_max_size: (max > 0).then_some(max),
            dual,
            qk_norm,
        })
    }

    /// Width of the streams.
    pub fn dim(&self) -> usize {
        self.heads * self.head_dim
    }
}
