//! Stable Diffusion 3 and 3.5 (Esser et al. 2024, arXiv 2403.03206): diffusers' `SD3Transformer2DModel` and the tensor
//! work of its pipeline.
//!
//! | | |
//! |---|---|
//! | latents | 16 channels, 1/8 of the picture's side; `scaling_factor` 1.5305, `shift_factor` 0.0609 |
//! | patches | 2 x 2 by a strided convolution; so a picture's sides are multiples of 16 |
//! | positions | a table of `pos_embed_max_size` squared (192 for medium, 384 for 3.5 medium), its middle cut out |
//! | text | CLIP-L and CLIP-G, the state before the last layer, 77 tokens; T5-v1.1-XXL, 256 tokens (up to 512) |
//! | pooled | CLIP-L's and CLIP-G's projections, 768 + 1280 |
//! | joining | [`join_text`]: CLIP side by side, filled with zeros to T5's width, T5 behind; without T5, zeros |
//! | times | the scheduler's, 0 to 1000; prediction: flow (velocity) |
//! | scheduler | flow-match Euler, `shift` 3.0 |
//! | guidance | classifier-free, 7.0 (medium), 4.5 (3.5 medium), 3.5 (3.5 large), none for the turbo models |
//!
//! Variants: 3 medium has no `qk_norm`; 3.5 large has `rms_norm`; 3.5 medium also `dual_attention_layers`.

mod block;
mod config;
mod positions;

use candle_core::{Result, Tensor, bail};

pub use config::Sd3Config;

use self::block::Block;
use self::positions::Positions;
use super::mmdit::{Condition, Last};
use super::patches::{patches, unpatch};
use super::weights::{Projection, Weights};
use crate::engine::kernels::Linear;
use crate::engine::{CancelToken, Stop};

/// The transformer with its weights.
pub struct Sd3 {
    config: Sd3Config,
    patch: Linear,
    /// The patches' weights, for their type and device.
    like: Tensor,
    positions: Positions,
    condition: Condition,
    text: Projection,
    blocks: Vec<Block>,
    last: Last,
}

/// What the transformer takes for `B` pictures.
#[derive(Clone, Copy, Debug)]
pub struct Sd3Input<'a> {
    /// `[B, in_channels, H, W]`; H and W are multiples of the patch.
    pub latents: &'a Tensor,
    /// `[B]` or `[1]`, 0 to 1000.
    pub times: &'a Tensor,
    /// `[B, L, joint_attention_dim]`, see [`join_text`].
    pub text: &'a Tensor,
    /// `[B, pooled_projection_dim]`: CLIP-L's projected text, then CLIP-G's.
    pub pooled: &'a Tensor,
}

impl Sd3 {
    /// Weights by diffusers' names. Checks the cancel token before each block.
    pub fn load(config: Sd3Config, weights: &Weights, cancel: &CancelToken) -> std::result::Result<Self, Stop> {
        let (dim, p) = (config.dim(), config.patch_size);
        let embed = weights.pp("pos_embed");
        let kernel = embed.get((dim, config.in_channels, p, p), "proj.weight")?;
        let kernel = kernel.reshape((dim, config.in_channels * p * p))?;
        let mut blocks = Vec::new();
        for i in 0..config.layers {
            cancel.check()?;
            blocks.push(Block::load(&config, i, &weights.pp("transformer_blocks").pp(i))?);
        }
        let condition = &weights.pp("time_text_embed");
        Ok(Self {
            patch: Linear::new(&kernel, Some(embed.get(dim, "proj.bias")?))?,
            like: kernel.narrow(0, 0, 1)?,
            positions: Positions::load(&config, &embed)?,
            condition: Condition::load(condition, config.pooled_projection_dim, dim, false)?,
            text: weights.pp("context_embedder").linear(config.joint_attention_dim, dim)?,
            blocks,
            last: Last::load(weights, dim, p * p * config.out_channels)?,
            config,
        })
    }

    pub fn config(&self) -> &Sd3Config {
        &self.config
    }

    /// The velocity, `[B, out_channels, H, W]`. Checks the cancel token before each block.
    pub fn forward(&self, input: &Sd3Input, cancel: &CancelToken) -> std::result::Result<Tensor, Stop> {
        let dtype = self.like.dtype();
        let (b, _, height, width) = input.latents.dims4()?;
        let p = self.config.patch_size;
        let x = self.patch.forward(&patches(&input.latents.to_dtype(dtype)?, p, false)?)?;
        let mut x = x.broadcast_add(&self.positions.get(height / p, width / p, &self.like)?)?;
        let condition = self.condition.forward(&input.times.broadcast_as(b)?, None, &input.pooled.to_dtype(dtype)?)?;
        let mut text = self.text.forward(&input.text.to_dtype(dtype)?)?;
        for block in &self.blocks {
            cancel.check()?;
            (x, text) = block.forward(&x, &text, &condition)?;
        }
        cancel.check()?;
        let x = self.last.forward(&x, &condition)?;
        Ok(unpatch(&x, p, height / p, width / p)?)
    }
}

/// The three text encoders' states as one: CLIP-L's `[B, L, l]` and CLIP-G's `[B, L, g]` side by side, zeros to T5's
/// width behind them, then T5's `[B, M, width]` tokens.
///
/// `t5` is `None` where that encoder is left out: diffusers then puts `t5_tokens` (256) rows of zeros in its place, of
/// the transformer's `joint_attention_dim`, which is `width` here.
pub fn join_text(
    clip_l: &Tensor,
    clip_g: &Tensor,
    t5: Option<&Tensor>,
    width: usize,
    t5_tokens: usize,
) -> Result<Tensor> {
    let clip = Tensor::cat(&[clip_l, clip_g], 2)?;
    let (b, _, both) = clip.dims3()?;
    if both > width {
        bail!("CLIP's {both} numbers of a token do not fit the {width} that the transformer takes");
    }
    let clip = clip.pad_with_zeros(2, 0, width - both)?;
    let t5 = match t5 {
        Some(t5) if t5.dim(2)? == width => t5.to_dtype(clip.dtype())?,
        Some(t5) => bail!("T5's {} numbers of a token are not the {width} that the transformer takes", t5.dim(2)?),
        None => Tensor::zeros((b, t5_tokens, width), clip.dtype(), clip.device())?,
    };
    Tensor::cat(&[&clip, &t5], 1)
}
