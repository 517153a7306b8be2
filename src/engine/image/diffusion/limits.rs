//! The limits of a model, from headers and configurations: jobs beyond them are refused before any weight is read.

use super::net::NetConfig;
use super::{Diffusion, Family, Opened};
use crate::domain::{CLIP_SKIP, FreeSize, ImageParams};
use crate::engine::image::nets::clip::{ClipConfig, TextState};
use crate::engine::image::nets::vae::VaeConfig;
use crate::engine::kernels::Activation;
use crate::error::{Cause, Result, StudioError};
use crate::formats::Header;
use crate::formats::memory::Need;

/// The inputs of the limits.
pub struct Limits<'a> {
    family: Family,
    clips: Vec<&'a ClipConfig>,
    vae: &'a VaeConfig,
    net: &'a NetConfig,
    /// The denoiser's.
    header: &'a Header,
}

impl Opened {
    pub fn limits(&self) -> Limits<'_> {
        let clips = self.clips.iter().map(|(config, ..)| config).collect();
        Limits { family: self.family, clips, vae: &self.vae.0, net: &self.net.0, header: &self.net.1 }
    }
}

impl Diffusion {
    pub fn limits(&self) -> Limits<'_> {
        let clips = self.clips.iter().map(|(clip, _)| clip.config()).collect();
        Limits { family: self.family, clips, vae: self.vae.config(), net: &self.source.0, header: &self.source.1 }
    }
}

impl Limits<'_> {
    /// Pixels that a side must be a multiple of.
    fn step(&self) -> usize {
        self.vae.factor() * self.family.multiple()
    }

    /// The sizes that it draws.
    fn sizes(&self) -> FreeSize {
        let longest = self.net.longest_side().map_or(u32::MAX, |side| (side * self.vae.factor()) as u32);
        FreeSize { multiple: self.step() as u32, side: FreeSize::UNKNOWN.side, longest }
    }

    /// Refuses sizes of no whole latents, sides that the denoiser has no places for, and a layer that the text encoders
    /// do not have.
    pub fn check(&self, params: &ImageParams) -> Result<()> {
        self.sizes().check(params.width, params.height)?;
        let layers = self.clips.iter().map(|clip| layers(self.family, clip)).min();
        match layers.filter(|_| self.family.reads_layers()) {
            Some(max) if params.clip_skip as usize > max => {
                let (value, min, max) = (params.clip_skip.into(), CLIP_SKIP.min, CLIP_SKIP.max.min(max as f64));
                Err(Cause::OutOfRange { name: CLIP_SKIP.name, value, min, max }.into())
            }
            _ => Ok(()),
        }
    }

    /// What a picture of this size in pixels takes, with what is known of the weights.
    pub fn need(&self, weights: Need, (width, height): (u32, u32)) -> Need {
        let latents = (self.vae.factor(), &self.vae.block_out_channels[..]);
        weights.drawing(Some((self.family.denoiser(), self.header)), latents, (width, height))
    }

    /// Refuses a picture that does not fit into `free` bytes together with its model's `weights`.
    pub fn fit(&self, params: &ImageParams, weights: Need, free: u64) -> Result<()> {
        let size = (params.width, params.height);
        if self.need(weights, size).total() <= free { Ok(()) } else { Err(self.too_large(size, weights, free)) }
    }

    /// The refusal, with the largest size of the same proportions that fits.
    pub fn too_large(&self, (width, height): (u32, u32), weights: Need, free: u64) -> StudioError {
        let needed = self.need(weights, (width, height)).total();
        let fits = |size: (u32, u32)| self.need(weights, size).total() <= free;
        match largest((width, height), self.step() as u32, fits) {
            Some(largest) => Cause::TooLarge { width, height, needed, free, largest }.into(),
            // Not even the smallest: the model itself is too large.
            None => Cause::NotEnoughMemory { needed, free }.into(),
        }
    }
}

/// The largest size below `wanted`, of its proportions and in multiples of `step`, that `fits`.
fn largest(wanted: (u32, u32), step: u32, fits: impl Fn((u32, u32)) -> bool) -> Option<(u32, u32)> {
    let (long, short) = (wanted.0.max(wanted.1) / step, wanted.0.min(wanted.1) / step);
    let size = |n: u32| {
        let other = (u64::from(n) * u64::from(short) / u64::from(long.max(1))).max(1) as u32;
        if wanted.0 >= wanted.1 { (n * step, other * step) } else { (other * step, n * step) }
    };
    // Sizes below `low` fit, those from `high` on do not.
    let (mut low, mut high) = (1, long.max(1));
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(size(middle)) { low = middle + 1 } else { high = middle }
    }
    (low > 1).then(|| size(low - 1))
}

/// Layers that can be chosen, counted from the last of the whole encoder.
fn layers(family: Family, clip: &ClipConfig) -> usize {
    clip.layers + usize::from(is_cut(family, clip))
}

/// Stable Diffusion 2 reads the last layer but one of OpenCLIP, and its files leave out the last.
fn is_cut(family: Family, clip: &ClipConfig) -> bool {
    family == Family::Sd && clip.activation != Activation::QuickGelu
}

/// The state that conditions the picture. `clip_skip` counts from the encoder's last layer (1), as in A1111 and ComfyUI.
///
/// Stable Diffusion 1.x takes the last by itself. 2.x, XL and 3 take the last but one, so that 1 and 2 are the same
/// picture there: A1111 leaves its slider without effect on 2.x and XL; Forge, ComfyUI (`stop_at_clip_layer` -3) and
/// diffusers (`clip_skip` 1) have the layer before that as 3 here. XL and 3 leave the final norm away.
pub(super) fn text_state(family: Family, clip: &ClipConfig, clip_skip: u32) -> TextState {
    let from_last = (clip_skip as usize).max(1) - 1;
    match family {
        Family::Sd if is_cut(family, clip) => TextState::Normed { skip: from_last.saturating_sub(1) },
        Family::Sd => TextState::Normed { skip: from_last },
        _ => TextState::Raw { skip: from_last.max(1) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(layers: usize, activation: Activation) -> ClipConfig {
        ClipConfig {
            vocab_size: 9,
            hidden_size: 8,
            intermediate_size: 8,
            projection_dim: 8,
            layers,
            heads: 1,
            positions: 77,
            activation,
            layer_norm_eps: 1e-5,
            eos_token_id: 2,
        }
    }

    #[test]
    fn clip_skip_counts_from_the_whole_encoders_last_layer() {
        let (l, h) = (clip(12, Activation::QuickGelu), clip(23, Activation::Gelu));
        let sd1: Vec<_> = (1..=3).map(|n| text_state(Family::Sd, &l, n)).collect();
        assert_eq!(sd1, [0, 1, 2].map(|skip| TextState::Normed { skip }));
        // The file's last layer is the encoder's last but one.
        let sd2: Vec<_> = (1..=3).map(|n| text_state(Family::Sd, &h, n)).collect();
        assert_eq!(sd2, [0, 0, 1].map(|skip| TextState::Normed { skip }));
        let xl: Vec<_> = (1..=3).map(|n| text_state(Family::Xl, &l, n)).collect();
        assert_eq!(xl, [1, 1, 2].map(|skip| TextState::Raw { skip }));
        assert_eq!((layers(Family::Sd, &l), layers(Family::Sd, &h), layers(Family::Xl, &l)), (12, 24, 12));
    }

    #[test]
    fn the_largest_size_keeps_the_proportions() {
        let within = |most: u64| move |(w, h): (u32, u32)| u64::from(w) * u64::from(h) <= most;
        assert_eq!(largest((2048, 1024), 8, within(512 * 256)), Some((512, 256)));
        assert_eq!(largest((1024, 2048), 8, within(512 * 256)), Some((256, 512)));
        assert_eq!(largest((20_000, 20_000), 8, within(1000 * 1000)), Some((1000, 1000)));
        assert_eq!(largest((64, 64), 8, |_| false), None);
        assert_eq!(largest((u32::MAX - 7, 8), 8, within(80_000)), Some((10_000, 8)));
    }
}
