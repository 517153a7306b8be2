//! Latent diffusion (Rombach et al. 2022) and latent flows: Stable Diffusion 1.x, 2.x, XL and 3, FLUX.1, Z-Image, and what
//! was trained from them.
//!
//! ```text
//! prompt -> tokens -> text encoders (CLIP, T5, Qwen3) -> context (and pooled text)
//! noise -> sampling::Plan::run <-> Net(latents, time, context) with guidance -> latents -> Vae -> pixels
//! ```

mod checkpoint;
mod conditioning;
mod decode;
mod draw;
mod folder;
mod limits;
mod net;
mod pixels;
mod text;
mod trained;

use std::cell::OnceCell;
use std::sync::Arc;

use candle_core::{DType, Device};

use super::nets::clip::{Clip, ClipConfig};
use super::nets::options::Options;
use super::nets::preview::LatentKind;
use super::nets::qwen3::{Qwen3, Qwen3Config};
use super::nets::t5::{T5, T5Config};
use super::nets::taesd::{Taesd, TaesdConfig};
use super::nets::vae::{Vae, VaeConfig};
use super::prompt::{ClipTokens, PieceTokens};
use super::sampling::FlowStart;
use super::weights::{self, Watch, load_packed};
use crate::domain::{Checkpoint, Precision, Takes};
use crate::engine::kernels::multiplies_bf16;
use crate::engine::{CancelToken, MemoryBudget, Reservation, Stop};
use crate::error::{Cause, Result};
use crate::formats::layout::Part;
use crate::formats::memory::{Need, Widths};
use crate::formats::{Header, memory};
use crate::lang::Both;
use net::{Net, NetConfig};

pub use checkpoint::header_of;
pub use decode::{Decoder, VaeOnly, kept};
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

    /// Whether the pooled text of its `i`-th CLIP goes through a projection.
    fn projects(self, i: usize) -> bool {
        match self {
            Self::Sd3 => true,
            Self::Xl => i == 1,
            Self::Sd | Self::Flux | Self::ZImage => false,
        }
    }

    /// The spacing of a flow's sigmas; `None` for diffusion.
    fn flow(self) -> Option<FlowStart> {
        match self {
            Self::Sd | Self::Xl => None,
            Self::Sd3 => Some(FlowStart::Ends),
            Self::Flux | Self::ZImage => Some(FlowStart::Even),
        }
    }

    /// Whether states of a CLIP's layers condition the picture, rather than its summary alone.
    fn reads_layers(self) -> bool {
        matches!(self, Self::Sd | Self::Xl | Self::Sd3)
    }

    fn denoiser(self) -> Part {
        match self {
            Self::Sd | Self::Xl => Part::Unet,
            Self::Sd3 => Part::Sd3,
            Self::Flux => Part::Flux,
            Self::ZImage => Part::ZImage,
        }
    }

    /// Whether the predictions with and without the prompt can be one batch: Z-Image's two texts are of different
    /// lengths.
    fn batches(self) -> bool {
        self != Self::ZImage
    }

    /// Latents that a side must be a multiple of.
    fn multiple(self) -> usize {
        if self.flow().is_some() { 2 } else { 1 }
    }

    /// The settings that change its pictures, drawn by this denoiser.
    fn takes(self, net: &NetConfig) -> Takes {
        let takes = match self {
            Self::Sd | Self::Xl => Takes::DIFFUSION,
            Self::Sd3 => Takes::SD3,
            Self::Flux | Self::ZImage => Takes::FLOW,
        };
        // What was distilled with guidance predicts once a step: there is nothing to rescale.
        let one = net.takes_guidance();
        Takes { rescale: !one, negative: !one, guidance: net.is_guided(), ..takes }
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

/// What the network's output means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Predicts {
    AsConfigured,
    /// Noise or velocity: decided once the weights are loaded.
    Unknown,
}

/// A model's files, read as far as its headers and configurations.
pub struct Opened {
    family: Family,
    clips: Vec<(ClipConfig, Header, ClipTokens)>,
    t5: Option<(T5Config, Header, PieceTokens)>,
    qwen: Option<(Qwen3Config, Header, PieceTokens)>,
    net: (NetConfig, Header),
    vae: (VaeConfig, Header),
    /// The tiny decoder for previews.
    preview: Option<(TaesdConfig, Header)>,
    scheduler: Options,
    predicts: Predicts,
    /// An empty negative prompt is no prompt at all, rather than an empty one.
    empty_is_zero: bool,
}

impl Opened {
    /// What the weights take in memory, in the type of [`Self::dtype`].
    pub fn memory(&self, dtype: DType, device: &Device) -> Need {
        let bytes = |dtype: DType| dtype.size_in_bytes() as u64;
        let widths = Widths { clip: bytes(weights::computed_in(dtype, device)), rest: bytes(dtype) };
        Need::of(self.parts().map(|(part, header)| (part, memory::weights(part, header, widths))))
    }

    /// The type of the text encoders' and the denoiser's weights. Processors with bf16 matmuls need half the time and
    /// memory for it, others gain nothing. On a GPU, FLUX and similar transformers overflow F16, which the UNets were
    /// published in.
    pub fn dtype(&self, chosen: Precision, device: &Device) -> Result<DType> {
        Ok(match chosen {
            Precision::F32 => DType::F32,
            Precision::F16 => DType::F16,
            Precision::BF16 if device.is_cpu() && !multiplies_bf16() => {
                let (value, choices) =
                    (Both::new("bf16 on this processor", "bf16（此处理器）"), Both::same("f32, f16"));
                return Err(Cause::BadChoice { name: "precision", value, choices }.into());
            }
            Precision::BF16 => DType::BF16,
            Precision::Auto if device.is_cpu() && !multiplies_bf16() => DType::F32,
            Precision::Auto if device.is_cpu() => DType::BF16,
            Precision::Auto if self.family.denoiser() == Part::Unet => DType::F16,
            Precision::Auto => DType::BF16,
        })
    }

    /// The settings that change its pictures.
    pub fn takes(&self) -> Takes {
        self.family.takes(&self.net.0)
    }

    /// Bytes that loading reads.
    pub fn bytes(&self) -> u64 {
        let used = |(part, header): (Part, &Header)| -> u64 {
            header.tensors.iter().filter(|(name, _)| !memory::is_unused(part, name)).map(|(_, e)| e.bytes).sum()
        };
        self.parts().map(used).sum()
    }

    fn parts(&self) -> impl Iterator<Item = (Part, &Header)> {
        let clips = self.clips.iter().map(|(_, header, _)| (Part::Clip, header));
        let t5 = self.t5.iter().map(|(_, header, _)| (Part::T5, header));
        let qwen = self.qwen.iter().map(|(_, header, _)| (Part::Qwen3, header));
        let net = (self.family.denoiser(), &self.net.1);
        clips.chain(t5).chain(qwen).chain([net, (Part::Vae, &self.vae.1)])
    }
}

/// A model in memory.
pub struct Diffusion {
    family: Family,
    clips: Vec<(Clip, ClipTokens)>,
    t5: Option<(T5, PieceTokens)>,
    qwen: Option<(Qwen3, PieceTokens)>,
    net: Net,
    /// Where the denoiser came from: to tell what a step takes, and to read it again in full precision.
    source: (NetConfig, Header),
    dtype: DType,
    /// The denoiser in full precision, loaded when half precision overflowed.
    exact: OnceCell<(Net, Reservation)>,
    budget: Arc<MemoryBudget>,
    memory: Need,
    vae: Vae,
    preview: Option<Taesd>,
    scheduler: Options,
    empty_is_zero: bool,
    sha256: String,
    device: Device,
}

impl Diffusion {
    /// Finds and checks what is in the files; nothing large is in memory yet. `read` is the header of the main file, where
    /// it was read already.
    pub fn open(files: &Checkpoint, read: Option<Header>) -> Result<Opened> {
        let mut opened = if is_folder(&files.main) && folder::is_whole(&files.main)? {
            let config = checkpoint::Chosen::new(files.config.as_deref())?;
            let mut opened = folder::open(&files.main)?;
            if let Some(path) = &files.vae {
                opened.vae = checkpoint::other_vae(path, opened.family, &config)?;
                folder::check_vae(path, &opened.net.0, &opened.vae.0)?;
            }
            config.check_used(|| Both {
                en: "the model is a diffusers folder and has configurations of its own".to_owned(),
                zh: "模型是 diffusers 文件夹，自带配置".to_owned(),
            })?;
            if let Some(path) = files.parts.first() {
                let reason = Both {
                    en: "the model is a diffusers folder and has all its parts; --vae alone replaces one".to_owned(),
                    zh: "模型是 diffusers 文件夹，自带全部部件；只能用 --vae 替换其中一个".to_owned(),
                };
                return Err(Cause::NotUsed { path: path.clone(), reason }.into());
            }
            opened
        } else if is_folder(&files.main) {
            checkpoint::open_folder(files)?
        } else {
            checkpoint::open(files, read)?
        };
        if let Some(path) = &files.preview {
            opened.preview = Some(checkpoint::preview(path, opened.vae.0.latent_channels)?);
        }
        Ok(opened)
    }

    /// Reads the weights. `budget` is asked where more of them are needed later.
    pub fn load(
        opened: Opened,
        dtype: DType,
        device: &Device,
        watch: &Watch,
        budget: Arc<MemoryBudget>,
    ) -> std::result::Result<Self, Stop> {
        let memory = opened.memory(dtype, device);
        let mut clips = Vec::new();
        for (i, (config, header, tokens)) in opened.clips.into_iter().enumerate() {
            let watch = watch.within(&format!("clip {i}"));
            // Small, and what everything after it follows.
            let dtype = weights::computed_in(dtype, device);
            clips.push((weights::load(header, dtype, device, &watch, |vb| Clip::load(config, vb))?, tokens));
        }
        let token = &watch.token;
        let t5 = match opened.t5 {
            Some((config, header, tokens)) => {
                let watch = watch.within("t5");
                Some((load_packed(header, dtype, device, &watch, |w| T5::load(config, w, token))?, tokens))
            }
            None => None,
        };
        let qwen = match opened.qwen {
            Some((config, header, tokens)) => {
                let watch = watch.within("qwen3");
                Some((load_packed(header, dtype, device, &watch, |w| Qwen3::load(config, w, token))?, tokens))
            }
            None => None,
        };
        let (config, header) = opened.net;
        let source = (config.clone(), header.clone());
        let net = Net::load(config, header, dtype, device, &watch.within("net"))?;
        let (config, header) = opened.vae;
        let vae = weights::load(header, DType::F32, device, &watch.within("vae"), |vb| Vae::load(config, vb, false))?;
        let preview = match opened.preview {
            Some((config, header)) => {
                let watch = watch.within("taesd");
                Some(weights::load(header, DType::F32, device, &watch, |vb| Taesd::load(config, vb))?)
            }
            None => None,
        };
        let scheduler = match opened.predicts {
            Predicts::Unknown if trained::is_velocity(&net, weights::computed_in(dtype, device), device, token)? => {
                trained::with_velocity(opened.scheduler)
            }
            _ => opened.scheduler,
        };
        Ok(Self {
            family: opened.family,
            clips,
            t5,
            qwen,
            net,
            source,
            dtype,
            exact: OnceCell::new(),
            budget,
            memory,
            vae,
            preview,
            scheduler,
            empty_is_zero: opened.empty_is_zero,
            sha256: watch.sha256()?,
            device: device.clone(),
        })
    }

    /// What its weights take.
    pub fn memory(&self) -> Need {
        self.memory
    }

    /// The denoiser in full precision, read now if it was not yet; `None` where it is so already.
    fn exact(&self, token: &CancelToken) -> std::result::Result<Option<&Net>, Stop> {
        if self.dtype == DType::F32 {
            return Ok(None);
        }
        if self.exact.get().is_none() {
            let needed = memory::weights(self.family.denoiser(), &self.source.1, Widths::FULL);
            let share = self.budget.reserve_free(needed);
            let share = share.ok_or_else(|| Cause::NotEnoughMemory { needed, free: self.budget.free() })?;
            let watch = Watch::new(token.clone(), Arc::new(|_| {}));
            let (config, header) = self.source.clone();
            let net = Net::load(config, header, DType::F32, &self.device, &watch)?;
            let _ = self.exact.set((net, share));
        }
        Ok(self.exact.get().map(|(net, _)| net))
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The settings that change its pictures.
    pub fn takes(&self) -> Takes {
        self.family.takes(&self.source.0)
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
