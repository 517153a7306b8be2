//! Latent diffusion (Rombach et al. 2022) and latent flows: Stable Diffusion 1.x, 2.x, XL and 3, FLUX.1, Z-Image, and what
//! was trained from them.
//!
//! ```text
//! prompt -> tokens -> text encoders (CLIP, T5, Qwen3) -> context (and pooled text)
//! noise -> sampling::Plan::run <-> Net(latents, time, context) with guidance -> latents -> Vae -> pixels
//! ```

mod draw;
mod folder;
mod net;
mod pixels;
mod text;

use std::path::Path;

use candle_core::{DType, Device};

use super::nets::clip::{Clip, ClipConfig};
use super::nets::options::Options;
use super::nets::preview::LatentKind;
use super::nets::qwen3::{Qwen3, Qwen3Config};
use super::nets::t5::{T5, T5Config};
use super::nets::vae::{Vae, VaeConfig};
use super::prompt::{ClipTokens, PieceTokens};
use super::sampling::FlowStart;
use super::weights::{self, Watch};
use crate::engine::Stop;
use crate::error::Result;
use crate::formats::{Entry, Header};
use net::{Net, NetConfig};

pub use draw::Drawing;
pub use folder::is_folder;

/// The kinds of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Stable Diffusion 1.x and 2.x: one CLIP.
    Sd,
    /// Two CLIPs, the sizes as a condition.
    Xl,
    /// Stable Diffusion 3 and 3.5: two CLIPs and T5, which may be left out.
    Sd3,
    /// CLIP for the pooled text, T5 for the words.
    Flux,
    /// Qwen3.
    ZImage,
}

impl Family {
    /// How many CLIPs it reads prompts with.
    fn clips(self) -> usize {
        match self {
            Self::Sd | Self::Flux => 1,
            Self::Xl | Self::Sd3 => 2,
            Self::ZImage => 0,
        }
    }

    /// Where a flow's levels lie; `None` for diffusion.
    fn flow(self) -> Option<FlowStart> {
        match self {
            Self::Sd | Self::Xl => None,
            Self::Sd3 => Some(FlowStart::Ends),
            Self::Flux | Self::ZImage => Some(FlowStart::Even),
        }
    }

    /// Latents that a side must be a multiple of.
    fn multiple(self) -> usize {
        if self.flow().is_some() { 2 } else { 1 }
    }

    fn latents(self) -> LatentKind {
        match self {
            Self::Sd => LatentKind::Sd1,
            Self::Xl => LatentKind::Sdxl,
            Self::Sd3 => LatentKind::Sd3,
            Self::Flux | Self::ZImage => LatentKind::Flux,
        }
    }
}

/// A model's folder, read as far as its headers and configurations.
pub struct Opened {
    family: Family,
    clips: Vec<(ClipConfig, Header, ClipTokens)>,
    t5: Option<(T5Config, Header, PieceTokens)>,
    qwen: Option<(Qwen3Config, Header, PieceTokens)>,
    net: (NetConfig, Header),
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
        let clips = self.clips.iter().map(|(_, header, _)| header);
        let more = self.t5.iter().map(|(_, header, _)| header).chain(self.qwen.iter().map(|(_, header, _)| header));
        let unused = |name: &str| {
            ["encoder.conv", "encoder.down", "encoder.mid", "quant_conv"].iter().any(|start| name.starts_with(start))
                || name.ends_with("position_ids")
        };
        let headers = clips.chain(more).chain([&self.net.1, &self.vae.1]);
        headers.flat_map(|header| &header.tensors).filter(move |(name, _)| !unused(name)).map(|(_, entry)| entry)
    }
}

/// A model in memory.
pub struct Diffusion {
    family: Family,
    clips: Vec<(Clip, ClipTokens)>,
    t5: Option<(T5, PieceTokens)>,
    qwen: Option<(Qwen3, PieceTokens)>,
    net: Net,
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
        let mut clips = Vec::new();
        for (config, header, tokens) in opened.clips {
            clips.push((weights::load(header, dtype, device, watch, |vb| Clip::load(config, vb))?, tokens));
        }
        let token = &watch.token;
        let t5 = match opened.t5 {
            Some((config, header, tokens)) => {
                let build = |vb: &candle_nn::VarBuilder<'static>| T5::load(config, &vb.clone().into(), token);
                Some((weights::load(header, dtype, device, watch, build)?, tokens))
            }
            None => None,
        };
        let qwen = match opened.qwen {
            Some((config, header, tokens)) => {
                let build = |vb: &candle_nn::VarBuilder<'static>| Qwen3::load(config, &vb.clone().into(), token);
                Some((weights::load(header, dtype, device, watch, build)?, tokens))
            }
            None => None,
        };
        let (config, header) = opened.net;
        let net = weights::load(header, dtype, device, watch, |vb| Net::load(config, vb, token))?;
        let (config, header) = opened.vae;
        let vae = weights::load(header, dtype, device, watch, |vb| Vae::load(config, vb, false))?;
        Ok(Self {
            family: opened.family,
            clips,
            t5,
            qwen,
            net,
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
