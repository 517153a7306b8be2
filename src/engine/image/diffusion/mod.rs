//! Latent diffusion (Rombach et al. 2022): Stable Diffusion 1.x, 2.x, XL and what was trained from them.
//!
//! ```text
//! prompt -> prompt::chunks -> Clip (one, or two for XL) -> context (and pooled text)
//! noise -> sampling::Plan::run <-> Unet(latents, time, context) with guidance -> latents -> Vae -> pixels
//! ```

mod draw;
mod folder;
mod pixels;
mod text;

use std::path::Path;

use candle_core::{DType, Device};

use super::nets::clip::{Clip, ClipConfig};
use super::nets::options::Options;
use super::nets::unet::{Unet, UnetConfig};
use super::nets::vae::{Vae, VaeConfig};
use super::prompt::ClipTokens;
use super::weights::{self, Watch};
use crate::engine::Stop;
use crate::error::Result;
use crate::formats::{Entry, Header};

pub use draw::Drawing;
pub use folder::is_folder;

/// A model's folder, read as far as its headers and configurations.
pub struct Opened {
    /// Stable Diffusion XL: two encoders, and the sizes as a condition.
    xl: bool,
    encoders: Vec<(ClipConfig, Header, ClipTokens)>,
    unet: (UnetConfig, Header),
    vae: (VaeConfig, Header),
    scheduler: Options,
    /// An empty negative prompt is no prompt at all, rather than an empty one.
    empty_is_zero: bool,
}

impl Opened {
    /// Bytes that the weights take in memory, in `dtype`.
    pub fn memory(&self, dtype: DType) -> u64 {
        self.used().map(Entry::elements).sum::<u64>() * dtype.size_in_bytes() as u64
    }

    /// Bytes that loading reads.
    pub fn bytes(&self) -> u64 {
        self.used().map(|entry| entry.bytes).sum()
    }

    /// What drawing from a prompt reads: all but the VAE's encoder, and what only counts positions.
    fn used(&self) -> impl Iterator<Item = &Entry> {
        let headers = self.encoders.iter().map(|(_, header, _)| header).chain([&self.unet.1, &self.vae.1]);
        let unused = |name: &str| {
            name.starts_with("encoder.conv")
                || name.starts_with("encoder.down")
                || name.starts_with("encoder.mid")
                || name.starts_with("quant_conv")
                || name.ends_with("position_ids")
        };
        headers.flat_map(|header| &header.tensors).filter(move |(name, _)| !unused(name)).map(|(_, entry)| entry)
    }
}

/// A model in memory.
pub struct Diffusion {
    xl: bool,
    encoders: Vec<(Clip, ClipTokens)>,
    unet: Unet,
    vae: Vae,
    scheduler: Options,
    empty_is_zero: bool,
    sha256: String,
    device: Device,
}

impl Diffusion {
    /// Finds and checks what is in a diffusers folder; nothing large is in memory yet.
    pub fn open(path: &Path) -> Result<Opened> {
        folder::open(path)
    }

    /// Reads the weights. On the CPU all is f32: half precision has no arithmetic there.
    pub fn load(opened: Opened, device: &Device, watch: &Watch) -> std::result::Result<Self, Stop> {
        let dtype = DType::F32;
        let mut encoders = Vec::new();
        for (config, header, tokens) in opened.encoders {
            encoders.push((weights::load(header, dtype, device, watch, |vb| Clip::load(config, vb))?, tokens));
        }
        let (config, header) = opened.unet;
        let unet = weights::load(header, dtype, device, watch, |vb| Unet::load(config, vb))?;
        let (config, header) = opened.vae;
        let vae = weights::load(header, dtype, device, watch, |vb| Vae::load(config, vb, false))?;
        Ok(Self {
            xl: opened.xl,
            encoders,
            unet,
            vae,
            scheduler: opened.scheduler,
            empty_is_zero: opened.empty_is_zero,
            sha256: watch.sha256(),
            device: device.clone(),
        })
    }

    /// Of the weights, lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Pixels of a side for each latent.
    pub fn factor(&self) -> usize {
        self.vae.config().factor()
    }
}
