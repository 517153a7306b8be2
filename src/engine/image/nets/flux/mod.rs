//! FLUX.1 (Black Forest Labs 2024): diffusers' `FluxTransformer2DModel` and the tensor work of its pipeline.
//!
//! | | |
//! |---|---|
//! | latents | 16 channels, 1/8 of the picture's side; `scaling_factor` 0.3611, `shift_factor` 0.1159 |
//! | packing | [`pack`]: squares of 2 x 2 become tokens of 64 values; so a picture's sides are multiples of 16 |
//! | positions | rotary, by the coordinates (0, row, column) of a token ([`picture_ids`]); words are all at (0, 0, 0) |
//! | text | T5-v1.1-XXL, padded to 512 tokens (256 for schnell's training), nothing hidden |
//! | pooled | CLIP-L's state at the end of the text, 77 tokens, no projection |
//! | times | 0 to 1, the scheduler's over 1000; the network multiplies by 1000 itself; prediction: flow (velocity) |
//! | scheduler | flow-match Euler; schnell: `shift` 1.0, 1 to 4 steps; dev: shifted by the picture's size ([`shift`]) |
//! | guidance | dev: distilled, a scale (3.5) as an input of the network; schnell: none. Neither has a negative prompt |
//!
//! Weights are dense, or quantised from a GGUF file.

mod block;
mod config;

use candle_core::{DType, Device, Result, Tensor, bail};

pub use config::FluxConfig;

use self::block::{Double, Single};
use super::mmdit::{Condition, Last};
use super::patches::{patches, unpack as unpack_patches};
use super::weights::{Projection, Weights};
use crate::engine::kernels::{Pairs, Rope};
use crate::engine::{CancelToken, Stop};

/// Base of the rotary frequencies.
const THETA: f64 = 10_000.0;

/// The transformer with its weights.
pub struct Flux {
    config: FluxConfig,
    dtype: DType,
    device: Device,
    picture: Projection,
    text: Projection,
    condition: Condition,
    double: Vec<Double>,
    single: Vec<Single>,
    last: Last,
}

/// What the transformer takes for `B` pictures.
#[derive(Clone, Copy, Debug)]
pub struct FluxInput<'a> {
    /// `[B, N, in_channels]`, see [`pack`].
    pub tokens: &'a Tensor,
    /// `[N, 3]`, see [`picture_ids`].
    pub ids: &'a Tensor,
    /// `[B]` or `[1]`, 0 to 1.
    pub times: &'a Tensor,
    /// `[B, L, joint_attention_dim]`.
    pub text: &'a Tensor,
    /// `[B, pooled_projection_dim]`.
    pub pooled: &'a Tensor,
    /// `[B]` or `[1]`: the scale itself (3.5), where the network was distilled with it.
    pub guidance: Option<&'a Tensor>,
}

impl Flux {
    /// Weights by diffusers' names. Checks the cancel token before each block.
    pub fn load(config: FluxConfig, weights: &Weights, cancel: &CancelToken) -> std::result::Result<Self, Stop> {
        let dim = config.dim();
        let (mut double, mut single) = (Vec::new(), Vec::new());
        for i in 0..config.layers {
            cancel.check()?;
            double.push(Double::load(&config, &weights.pp("transformer_blocks").pp(i))?);
        }
        for i in 0..config.single_layers {
            cancel.check()?;
            single.push(Single::load(&config, &weights.pp("single_transformer_blocks").pp(i))?);
        }
        let (pooled, guidance) = (config.pooled_projection_dim, config.guidance_embeds);
        Ok(Self {
            dtype: weights.dtype(),
            device: weights.device().clone(),
            picture: weights.pp("x_embedder").linear(config.in_channels, dim)?,
            text: weights.pp("context_embedder").linear(config.joint_attention_dim, dim)?,
            condition: Condition::load(&weights.pp("time_text_embed"), pooled, dim, guidance)?,
            double,
            single,
            last: Last::load(weights, dim, config.patch_size * config.patch_size * config.out_channels)?,
            config,
        })
    }

    pub fn config(&self) -> &FluxConfig {
        &self.config
    }

    /// The velocity, `[B, N, patch_size^2 out_channels]`, see [`unpack`]. Checks the cancel token before each block.
    pub fn forward(&self, input: &FluxInput, cancel: &CancelToken) -> std::result::Result<Tensor, Stop> {
        let (b, tokens, _) = input.tokens.dims3()?;
        let words = input.text.dim(1)?;
        let rope = self.rope(words, input.ids)?;
        // In the type that it computes in, as the reference rounds it.
        let thousands =
            |values: &Tensor| (values.broadcast_as(b)?.to_dtype(self.dtype)? * 1000.0)?.to_dtype(DType::F32);
        let guidance = input.guidance.map(thousands).transpose()?;
        let pooled = input.pooled.to_dtype(self.dtype)?;
        let condition = self.condition.forward(&thousands(input.times)?, guidance.as_ref(), &pooled)?;
        let mut x = self.picture.forward(&input.tokens.to_dtype(self.dtype)?)?;
        let mut text = self.text.forward(&input.text.to_dtype(self.dtype)?)?;
        for block in &self.double {
            cancel.check()?;
            (x, text) = block.forward(&x, &text, &condition, &rope)?;
        }
        let mut both = Tensor::cat(&[&text, &x], 1)?;
        for block in &self.single {
            cancel.check()?;
            both = block.forward(&both, &condition, &rope)?;
        }
        cancel.check()?;
        let x = both.narrow(1, words, tokens)?.contiguous()?;
        Ok(self.last.forward(&x, &condition)?)
    }

    /// Angles of the words' places, which are all 0, then of the picture's.
    fn rope(&self, words: usize, ids: &Tensor) -> Result<Rope> {
        let ids = ids.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.to_vec2::<f32>()?;
        let half = self.config.head_dim / 2;
        let mut angles = vec![0.0; words * half];
        for place in &ids {
            if place.len() != self.config.axes_dims_rope.len() {
                bail!("a token's place has {} coordinates, not {}", self.config.axes_dims_rope.len(), place.len());
            }
            for (at, axis) in place.iter().zip(&self.config.axes_dims_rope) {
                let frequency = |i: usize| 1.0 / THETA.powf((2 * i) as f64 / *axis as f64);
                angles.extend((0..axis / 2).map(|i| f64::from(*at) * frequency(i)));
            }
        }
        Rope::new(&angles, half, Pairs::Neighbours, &self.device)
    }
}

/// Latents `[B, C, H, W]`, H and W even, as tokens `[B, H / 2 * W / 2, 4 C]`.
pub fn pack(latents: &Tensor) -> Result<Tensor> {
    patches(latents, 2, false)
}

/// Tokens back as latents `[B, C, height, width]`.
pub fn unpack(tokens: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    unpack_patches(tokens, 2, height / 2, width / 2)
}

/// Position ids of the tokens of latents `height` x `width`: `[H / 2 * W / 2, 3]` of (0, row, column), f32.
pub fn picture_ids(height: usize, width: usize, device: &Device) -> Result<Tensor> {
    let (rows, columns) = (height / 2, width / 2);
    let all = (0..rows).flat_map(|row| (0..columns).flat_map(move |column| [0.0, row as f32, column as f32])).collect();
    Tensor::from_vec(all, (rows * columns, 3), device)
}

/// How far dev shifts its schedule for a picture of `tokens`: the `mu` of a flow-match scheduler that shifts by the
/// picture's size. A line through (`base_len`, `base`) and (`max_len`, `max`); the published scheduler has 256, 4096,
/// 0.5 and 1.15.
pub fn shift(tokens: usize, base_len: f64, max_len: f64, base: f64, max: f64) -> f64 {
    let slope = (max - base) / (max_len - base_len);
    tokens as f64 * slope + (base - slope * base_len)
}
