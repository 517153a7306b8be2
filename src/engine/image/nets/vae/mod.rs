//! The autoencoder between pictures and latents: diffusers' `AutoencoderKL` (Kingma and Welling 2014; Rombach et al.
//! 2022), with 4 or 16 latent channels, whole or in tiles.
//!
//! Pictures are `[B, 3, H, W]` in -1..1, latents `[B, C, h, w]` as the autoencoder has them: [`Scaling`] turns them
//! into the denoiser's and back.

mod config;
mod halves;
mod tiles;

use candle_core::{DType, Tensor};
use candle_nn::VarBuilder;

use crate::engine::{CancelToken, Stoppable};
pub use config::{Scaling, VaeConfig};
use halves::{Decoder, Encoder};
pub use tiles::Tiling;
use tiles::{Canvas, spans};

/// How far a run is: parts done, parts in all.
pub type Progress<'a> = dyn FnMut(usize, usize) + 'a;

/// An autoencoder with its weights.
pub struct Vae {
    config: VaeConfig,
    encoder: Option<Encoder>,
    decoder: Decoder,
    dtype: DType,
}

/// The encoder's output: a normal distribution for each value of the latents.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// `[B, C, h, w]`; also the distribution's mode.
    pub mean: Tensor,
    /// Logarithm of the variance, -30..20.
    pub logvar: Tensor,
}

impl Posterior {
    fn new(moments: &Tensor) -> candle_core::Result<Self> {
        let halves = moments.chunk(2, 1)?;
        Ok(Self { mean: halves[0].contiguous()?, logvar: halves[1].clamp(-30f32, 20f32)? })
    }

    /// `mean + exp(logvar / 2) noise`; `noise` `[B, C, h, w]` from the standard normal distribution.
    pub fn sample(&self, noise: &Tensor) -> candle_core::Result<Tensor> {
        &self.mean + (noise.to_dtype(self.mean.dtype())? * (&self.logvar * 0.5)?.exp()?)?
    }
}

impl Vae {
    /// Weights by diffusers' names at the root of `vb`. Drawing from a prompt needs no encoder.
    pub fn load(config: VaeConfig, vb: &VarBuilder, with_encoder: bool) -> candle_core::Result<Self> {
        Ok(Self {
            encoder: with_encoder.then(|| Encoder::load(&config, vb)).transpose()?,
            decoder: Decoder::load(&config, vb)?,
            dtype: vb.dtype(),
            config,
        })
    }

    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// Latents (after [`Scaling::to_vae`]) to pictures, not clamped. With a tiling, tile by tile where the latents are
    /// larger than a tile: the same picture up to the tiles' own norms, in the memory of a tile. Checks the cancel
    /// token before each tile and each resnet.
    pub fn decode(
        &self,
        latents: &Tensor,
        tiling: Option<Tiling>,
        cancel: &CancelToken,
        progress: &mut Progress,
    ) -> Stoppable<Tensor> {
        let latents = latents.to_dtype(self.dtype)?;
        let (b, c, h, w) = latents.dims4()?;
        if c != self.config.latent_channels {
            let wanted = self.config.latent_channels;
            return Err(candle_core::Error::msg(format!("this VAE takes latents of {wanted} channels, not {c}")).into());
        }
        let f = self.config.factor();
        let part = |tile: &Tensor, check: &mut halves::Check| self.decoder.forward(tile, check);
        let cut = Cut { from: 1, to: f, out: (b, self.config.out_channels, f * h, f * w) };
        cut.run(&latents, (h, w), tiling, self.decoder.checks(), &part, cancel, progress)
    }

    /// Pictures to the distribution of their latents (before [`Scaling::to_denoiser`]). Sides that are no multiples of
    /// [`VaeConfig::factor`] lose their last pixels, and cannot be tiled.
    pub fn encode(
        &self,
        pictures: &Tensor,
        tiling: Option<Tiling>,
        cancel: &CancelToken,
        progress: &mut Progress,
    ) -> Stoppable<Posterior> {
        let Some(encoder) = &self.encoder else {
            return Err(candle_core::Error::msg("this VAE was loaded without its encoder").into());
        };
        let pictures = pictures.to_dtype(self.dtype)?;
        let (b, c, h, w) = pictures.dims4()?;
        let f = self.config.factor();
        if c != self.config.in_channels || h < f || w < f {
            let wanted = self.config.in_channels;
            let found = pictures.shape();
            let text = format!("this VAE takes pictures of {wanted} channels and at least {f} pixels, not {found:?}");
            return Err(candle_core::Error::msg(text).into());
        }
        let tiling = tiling.filter(|_| h.is_multiple_of(f) && w.is_multiple_of(f));
        let part = |tile: &Tensor, check: &mut halves::Check| encoder.forward(tile, check);
        let cut = Cut { from: f, to: 1, out: (b, 2 * self.config.latent_channels, h / f, w / f) };
        let moments = cut.run(&pictures, (h / f, w / f), tiling, encoder.checks(), &part, cancel, progress)?;
        Ok(Posterior::new(&moments)?)
    }
}

/// A run over a picture: values of the input and of the result per latent of a side, and the result's shape.
struct Cut {
    from: usize,
    to: usize,
    out: (usize, usize, usize, usize),
}

impl Cut {
    #[allow(clippy::too_many_arguments, reason = "one call each way; a struct for them would only rename them")]
    fn run(
        &self,
        x: &Tensor,
        (h, w): (usize, usize),
        tiling: Option<Tiling>,
        checks: usize,
        part: &dyn Fn(&Tensor, &mut halves::Check) -> Stoppable<Tensor>,
        cancel: &CancelToken,
        progress: &mut Progress,
    ) -> Stoppable<Tensor> {
        let whole = Tiling { tile: h.max(w).max(1), overlap: 0 };
        let tiling = tiling.unwrap_or(whole);
        let (rows, columns) = (spans(h, tiling, self.to), spans(w, tiling, self.to));
        let total = rows.len() * columns.len() * checks;
        let mut done = 0;
        let mut check = || {
            cancel.check()?;
            progress(done, total);
            done += 1;
            Ok(())
        };
        if rows.len() * columns.len() == 1 {
            let y = part(x, &mut check)?;
            progress(total, total);
            return Ok(y);
        }
        let mut canvas = Canvas::new(self.out);
        for row in &rows {
            let band = x.narrow(2, self.from * row.start, self.from * row.length)?;
            for column in &columns {
                let tile = band.narrow(3, self.from * column.start, self.from * column.length)?.contiguous()?;
                let y = part(&tile, &mut check)?;
                canvas.add(&y, (self.to * row.start, self.to * column.start), &row.weights, &column.weights)?;
            }
        }
        progress(total, total);
        Ok(canvas.finish(x)?)
    }
}
