//! Z-Image (Z-Image Team 2025, arXiv 2511.22699): diffusers' `ZImageTransformer2DModel`, one stream of picture and text.
//!
//! | | |
//! |---|---|
//! | latents | 16 channels, 1/8 of the picture's side (FLUX's VAE: `scaling_factor` 0.3611, `shift_factor` 0.1159) |
//! | patches | 2 x 2, channels counting fastest; so a picture's sides are multiples of 16 |
//! | sequence | picture, then text; each filled up to a multiple of 32 with a learned token, which is seen like any other |
//! | positions | rotary: words at (1, 0, 0), (2, 0, 0)...; the picture behind them at (words + 1, row, column); what fills it up at (0, 0, 0) |
//! | text | Qwen3's state before its last layer ([`super::qwen3`]), at most 512 tokens, as many as the prompt has |
//! | times | (1000 - the scheduler's) / 1000: 0 is noise; the network multiplies by `t_scale` itself |
//! | prediction | flow, but the other way round: the scheduler takes **minus** the output |
//! | scheduler | flow-match Euler, `shift` 3.0, sigmas from 1 to 1/n before the shift |
//! | guidance | Turbo: none (0), 8 steps. Else `pos + scale (pos - neg)`, so 0 is off and one less than elsewhere's scale |

mod block;
mod config;

use candle_core::{DType, Device, Result, Tensor, bail};

pub use config::ZImageConfig;

use self::block::Block;
use self::config::PATCH;
use super::patches::{patches, unpatch};
use super::weights::{Projection, Weights};
use crate::engine::kernels::{Activation, LayerNorm, Pairs, RmsNorm, Rope, Sinusoids, sinusoids};
use crate::engine::{CancelToken, Stop};

/// Sequences are filled up to a multiple of this.
const MULTIPLE: usize = 32;

const TIME: Sinusoids = Sinusoids { dim: 256, flip_sin_to_cos: true, freq_shift: 0.0 };

/// Width between the two layers of the time's embedding.
const TIME_WIDE: usize = 1024;

/// The transformer with its weights.
pub struct ZImage {
    config: ZImageConfig,
    time: (Projection, Projection),
    picture: Projection,
    /// Fills up the picture, `[1, dim]`.
    picture_pad: Tensor,
    text_norm: RmsNorm,
    text: Projection,
    text_pad: Tensor,
    picture_refiner: Vec<Block>,
    text_refiner: Vec<Block>,
    blocks: Vec<Block>,
    last_scale: Projection,
    last: Projection,
}

impl ZImage {
    /// Weights by diffusers' names. Checks the cancel token before each block.
    pub fn load(config: ZImageConfig, weights: &Weights, cancel: &CancelToken) -> std::result::Result<Self, Stop> {
        let (dim, token) = (config.dim, PATCH * PATCH * config.in_channels);
        let stack = |name: &str, n: usize, modulated: bool| {
            let mut blocks = Vec::new();
            for i in 0..n {
                cancel.check()?;
                blocks.push(Block::load(&config, &weights.pp(name).pp(i), modulated)?);
            }
            Ok::<_, Stop>(blocks)
        };
        let kind = format!("{PATCH}-1");
        let (time, last) = (weights.pp("t_embedder.mlp"), weights.pp("all_final_layer").pp(&kind));
        Ok(Self {
            time: (time.pp(0).linear(TIME.dim, TIME_WIDE)?, time.pp(2).linear(TIME_WIDE, config.time_dim())?),
            picture: weights.pp("all_x_embedder").pp(&kind).linear(token, dim)?,
            picture_pad: weights.get((1, dim), "x_pad_token")?,
            text_norm: weights.pp("cap_embedder.0").rms_norm(config.cap_feat_dim, config.norm_eps)?,
            text: weights.pp("cap_embedder.1").linear(config.cap_feat_dim, dim)?,
            text_pad: weights.get((1, dim), "cap_pad_token")?,
            picture_refiner: stack("noise_refiner", config.refiner_layers, true)?,
            text_refiner: stack("context_refiner", config.refiner_layers, false)?,
            blocks: stack("layers", config.layers, true)?,
            last_scale: last.pp("adaLN_modulation.1").linear(config.time_dim(), dim)?,
            last: last.pp("linear").linear(dim, token)?,
            config,
        })
    }

    pub fn config(&self) -> &ZImageConfig {
        &self.config
    }

    /// `latents` `[B, in_channels, H, W]`, H and W even; `times` `[B]` or `[1]`, 0 (noise) to 1; one text
    /// `[L, cap_feat_dim]` for each picture, of any length -> minus the velocity, like `latents`. Checks the cancel
    /// token before each block.
    pub fn forward(
        &self,
        latents: &Tensor,
        times: &Tensor,
        texts: &[Tensor],
        cancel: &CancelToken,
    ) -> std::result::Result<Tensor, Stop> {
        let (b, _, height, width) = latents.dims4()?;
        if texts.len() != b || texts.is_empty() {
            return Err(candle_core::Error::Msg(format!("{b} pictures cannot take {} texts", texts.len())).into());
        }
        let latents = latents.to_dtype(self.picture_pad.dtype())?;
        let tokens = patches(&latents, PATCH, true)?;
        let times = times.broadcast_as(b)?;
        let mut lengths = Vec::with_capacity(b);
        for text in texts {
            lengths.push(text.dims2()?.0.next_multiple_of(MULTIPLE));
        }
        let (rows, columns) = (height / PATCH, width / PATCH);
        let out = if lengths.iter().all(|length| *length == lengths[0]) {
            self.run(&tokens, &times, texts, (rows, columns), cancel)?
        } else {
            // The reference fills up the shorter one and hides that: the same numbers, for more work.
            let mut each = Vec::with_capacity(b);
            for (i, text) in texts.iter().enumerate() {
                let (tokens, time) = (tokens.narrow(0, i, 1)?, times.narrow(0, i, 1)?);
                each.push(self.run(&tokens, &time, std::slice::from_ref(text), (rows, columns), cancel)?);
            }
            Tensor::cat(&each, 0)?
        };
        Ok(unpatch(&out, PATCH, rows, columns)?)
    }

    /// Texts whose lengths fill up to the same.
    fn run(
        &self,
        tokens: &Tensor,
        times: &Tensor,
        texts: &[Tensor],
        (rows, columns): (usize, usize),
        cancel: &CancelToken,
    ) -> std::result::Result<Tensor, Stop> {
        let time = self.time(times)?;
        let mut x = filled(&self.picture.forward(tokens)?, &self.picture_pad)?;
        let mut each = Vec::with_capacity(texts.len());
        for text in texts {
            let text = text.to_dtype(x.dtype())?.to_device(x.device())?.unsqueeze(0)?;
            each.push(filled(&self.text.forward(&self.text_norm.forward(&text)?)?, &self.text_pad)?);
        }
        let mut text = Tensor::cat(&each, 0)?;
        let (picture_places, text_places) = self.ropes(x.dim(1)?, text.dim(1)?, rows, columns)?;

        for block in &self.picture_refiner {
            cancel.check()?;
            x = block.forward(&x, &time, &picture_places)?;
        }
        for block in &self.text_refiner {
            cancel.check()?;
            text = block.forward(&text, &time, &text_places)?;
        }
        let mut both = Tensor::cat(&[&x, &text], 1)?;
        let places = picture_places.join(&text_places)?;
        for block in &self.blocks {
            cancel.check()?;
            both = block.forward(&both, &time, &places)?;
        }
        cancel.check()?;
        let x = both.narrow(1, 0, rows * columns)?.contiguous()?;
        let scale = (self.last_scale.forward(&Activation::Silu.forward(&time)?)? + 1.0)?.unsqueeze(1)?;
        Ok(self.last.forward(&LayerNorm::plain(self.config.dim, 1e-6).forward(&x)?.broadcast_mul(&scale)?)?)
    }

    /// `[B, time_dim]`.
    fn time(&self, times: &Tensor) -> Result<Tensor> {
        let waves = sinusoids(&(times.to_dtype(DType::F32)? * self.config.t_scale)?, TIME)?;
        let waves = waves.to_dtype(self.picture_pad.dtype())?.to_device(self.picture_pad.device())?;
        self.time.1.forward(&Activation::Silu.forward(&self.time.0.forward(&waves)?)?)
    }

    /// Angles of the picture's places, then of the text's, for sequences of these lengths.
    fn ropes(&self, tokens: usize, words: usize, rows: usize, columns: usize) -> Result<(Rope, Rope)> {
        let lens = &self.config.axes_lens;
        if words + 1 >= lens[0] || rows > lens[1] || columns > lens[2] {
            bail!("{words} words and {rows} x {columns} patches are more than the {lens:?} places of this transformer");
        }
        let squares = (0..rows).flat_map(|row| (0..columns).map(move |column| [words + 1, row, column]));
        let filling = std::iter::repeat_n([0; 3], tokens - rows * columns);
        let picture = self.rope(squares.chain(filling))?;
        Ok((picture, self.rope((1..=words).map(|place| [place, 0, 0]))?))
    }

    fn rope(&self, places: impl Iterator<Item = [usize; 3]>) -> Result<Rope> {
        let frequency = |axis: usize, i: usize| 1.0 / self.config.rope_theta.powf((2 * i) as f64 / axis as f64);
        let mut angles = Vec::new();
        for place in places {
            for (at, axis) in place.iter().zip(&self.config.axes_dims) {
                // Rounded to f32 before its cosine is taken, as the reference has it.
                angles.extend((0..axis / 2).map(|i| f64::from((*at as f64 * frequency(*axis, i)) as f32)));
            }
        }
        let device: &Device = self.picture_pad.device();
        Rope::new(&angles, self.config.dim / self.config.heads / 2, Pairs::Neighbours, device)
    }
}

/// `x` `[B, L, dim]` with as many of `pad` `[1, dim]` behind it as make L a multiple of 32.
fn filled(x: &Tensor, pad: &Tensor) -> Result<Tensor> {
    let (b, l, dim) = x.dims3()?;
    if l == 0 {
        bail!("a text needs at least one token");
    }
    let missing = l.next_multiple_of(MULTIPLE) - l;
    if missing == 0 {
        return Ok(x.clone());
    }
    Tensor::cat(&[x, &pad.unsqueeze(0)?.broadcast_as((b, missing, dim))?.contiguous()?], 1)
}
