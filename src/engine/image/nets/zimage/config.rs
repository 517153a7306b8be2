//! `transformer/config.json` of Z-Image, with the reference's defaults (diffusers 0.42.1).

use std::path::Path;

use crate::engine::image::nets::options::Options;
use crate::error::Result;
use crate::lang::Both;

/// Side of a patch; the pipeline never takes another.
pub(super) const PATCH: usize = 2;

/// Sizes of a `ZImageTransformer2DModel`.
///
/// Two keys are not here because text-to-image reads neither: `n_kv_heads` (the reference gives keys and values as many
/// heads as queries whatever it says) and `siglip_feat_dim` (further parts, for pictures as input).
#[derive(Clone, Debug, PartialEq)]
pub struct ZImageConfig {
    pub in_channels: usize,
    pub dim: usize,
    pub layers: usize,
    /// Blocks that the picture, and as many that the text goes through alone at first.
    pub refiner_layers: usize,
    pub heads: usize,
    pub norm_eps: f64,
    /// Are queries and keys normalised?
    pub qk_norm: bool,
    /// Width of the text encoder's states.
    pub cap_feat_dim: usize,
    pub rope_theta: f64,
    /// What times of 0 to 1 are multiplied by.
    pub t_scale: f64,
    /// RoPE dimensions per axis (text or frame, row, column).
    pub axes_dims: Vec<usize>,
    /// One more than the largest coordinate there is an angle for.
    pub axes_lens: Vec<usize>,
}

impl ZImageConfig {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// Rows and columns of latents that there are angles for.
    pub fn longest_side(&self) -> usize {
        self.axes_lens.iter().skip(1).min().map_or(0, |places| places * PATCH)
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// Values out of bounds or not supported.
    pub fn read(o: &Options) -> Result<Self> {
        let sizes = o.usizes("all_patch_size", &[2])?;
        let frames = o.counted("all_f_patch_size", o.usizes("all_f_patch_size", &[1])?, sizes.len())?;
        if !sizes.iter().zip(&frames).any(|(side, frame)| (*side, *frame) == (PATCH, 1)) {
            return Err(o.unsupported_but(
                "all_patch_size",
                Both::new("2 with an all_f_patch_size of 1", "2，且 all_f_patch_size 为 1"),
            ));
        }
        let (dim, heads) = (o.usize("dim", 3840)?, o.usize("n_heads", 30)?);
        if heads == 0 || dim == 0 || !dim.is_multiple_of(heads) {
            return Err(o.bad("n_heads", &format!("which does not divide the {dim} of dim")));
        }
        let axes = o.usizes("axes_dims", &[32, 48, 48])?;
        if axes.len() != 3 || axes.iter().any(|axis| axis % 2 != 0) || axes.iter().sum::<usize>() != dim / heads {
            let why = format!("and three even numbers that add up to the {} of a head are needed", dim / heads);
            return Err(o.bad("axes_dims", &why));
        }
        let rope_theta = o.f64("rope_theta", 256.0)?;
        if rope_theta <= 0.0 {
            return Err(o.bad("rope_theta", "and the base of the frequencies is above 0"));
        }
        Ok(Self {
            in_channels: o.usize("in_channels", 16)?,
            dim,
            layers: o.usize("n_layers", 30)?,
            refiner_layers: o.usize("n_refiner_layers", 2)?,
            heads,
            norm_eps: o.f64("norm_eps", 1e-5)?,
            qk_norm: o.bool("qk_norm", true)?,
            cap_feat_dim: o.usize("cap_feat_dim", 2560)?,
            rope_theta,
            t_scale: o.f64("t_scale", 1000.0)?,
            axes_dims: axes,
            axes_lens: o.counted("axes_lens", o.usizes("axes_lens", &[1024, 512, 512])?, 3)?,
        })
    }

    /// Width of the time's embedding.
    pub(super) fn time_dim(&self) -> usize {
        self.dim.min(256)
    }
}
