//! The denoisers of the families behind one call.

use candle_core::{DType, Device, Tensor};

use super::conditioning::Conditioning;
use crate::engine::image::nets::flux::{self, Flux, FluxConfig, FluxInput};
use crate::engine::image::nets::sd3::{Sd3, Sd3Config, Sd3Input};
use crate::engine::image::nets::unet::{Unet, UnetConfig, UnetInput, guidance_embedding};
use crate::engine::image::nets::zimage::{ZImage, ZImageConfig};
use crate::engine::image::weights::{self, Watch};
use crate::engine::{CancelToken, Stoppable};
use crate::formats::Header;

#[derive(Clone)]
pub enum NetConfig {
    Unet(Box<UnetConfig>),
    Sd3(Sd3Config),
    Flux(FluxConfig),
    ZImage(ZImageConfig),
}

impl NetConfig {
    /// Channels of the latents that it takes.
    pub fn channels(&self) -> usize {
        match self {
            Self::Unet(config) => config.in_channels,
            Self::Sd3(config) => config.in_channels,
            // It takes them packed, four in one.
            Self::Flux(config) => config.in_channels / 4,
            Self::ZImage(config) => config.in_channels,
        }
    }

    /// The longest side that it has places for, in latents; `None`: any.
    pub fn longest_side(&self) -> Option<usize> {
        match self {
            Self::Unet(_) | Self::Flux(_) => None,
            Self::Sd3(config) => config.pos_embed_max_size.map(|side| side * config.patch_size),
            Self::ZImage(config) => Some(config.longest_side()),
        }
    }

    /// Whether the guidance scale is an input of the network, instead of a second prediction.
    pub fn takes_guidance(&self) -> bool {
        match self {
            Self::Unet(config) => config.time.cond_proj_dim.is_some(),
            // Neither of FLUX.1's models knows a negative prompt.
            Self::Flux(_) => true,
            Self::Sd3(_) | Self::ZImage(_) => false,
        }
    }

    /// Whether guidance changes what it draws: FLUX schnell has none.
    pub fn is_guided(&self) -> bool {
        !matches!(self, Self::Flux(config) if !config.guidance_embeds)
    }
}

pub enum Net {
    Unet(Box<Unet>),
    Sd3(Box<Sd3>),
    Flux(Box<Flux>),
    ZImage(Box<ZImage>),
}

/// What a prediction depends on beside the latents, the time and the text.
pub struct Given {
    /// XL: original and target height and width, without a crop, `[1, 6]`.
    pub sizes: Option<Tensor>,
    /// The guidance, for networks that were distilled with it.
    pub guidance: f32,
}

impl Net {
    /// Reads the weights of `header`: a UNet's are dequantised, a transformer's may stay quantised.
    pub fn load(config: NetConfig, header: Header, dtype: DType, device: &Device, watch: &Watch) -> Stoppable<Self> {
        let token = &watch.token;
        if let NetConfig::Unet(config) = config {
            let unet = weights::load(header, dtype, device, watch, |vb| Unet::load(*config, vb))?;
            return Ok(Self::Unet(Box::new(unet)));
        }
        weights::load_packed(header, dtype, device, watch, |w| -> Stoppable<Self> {
            Ok(match config {
                NetConfig::Sd3(config) => Self::Sd3(Box::new(Sd3::load(config, w, token)?)),
                NetConfig::Flux(config) => Self::Flux(Box::new(Flux::load(config, w, token)?)),
                NetConfig::ZImage(config) => Self::ZImage(Box::new(ZImage::load(config, w, token)?)),
                NetConfig::Unet(_) => return Err(candle_core::Error::msg("a UNet is no transformer").into()),
            })
        })
    }

    /// Channels of the latents.
    pub fn channels(&self) -> usize {
        match self {
            Self::Unet(net) => net.config().out_channels,
            Self::Sd3(net) => net.config().in_channels,
            Self::Flux(net) => net.config().in_channels / 4,
            Self::ZImage(net) => net.config().in_channels,
        }
    }

    /// The prediction for latents `[B, C, h, w]` (Z-Image: B = 1) at a training time (0 to 1000), in the same order, f32. It is made in
    /// the type of the text.
    pub fn predict(
        &self,
        latents: &Tensor,
        time: f64,
        text: &Conditioning,
        given: &Given,
        token: &CancelToken,
    ) -> Stoppable<Vec<f32>> {
        let (device, dtype) = (latents.device(), text.context.dtype());
        let latents = &latents.to_dtype(dtype)?;
        let batch = latents.dim(0)?;
        let at = |time: f64| Tensor::full(time as f32, batch, device);
        let guidance = Tensor::full(given.guidance, batch, device)?;
        let pooled = || text.pooled.as_ref().ok_or_else(|| candle_core::Error::msg("the pooled text is missing"));
        let out = match self {
            Self::Unet(net) => {
                let dim = net.config().time.cond_proj_dim;
                let embedding = dim.map(|dim| guidance_embedding(&guidance, dim)).transpose()?;
                let input = UnetInput {
                    latents,
                    times: &at(time)?,
                    context: &text.context,
                    added: text.pooled.as_ref().zip(given.sizes.as_ref()),
                    guidance: embedding.as_ref(),
                };
                net.forward(&input, token)?
            }
            Self::Sd3(net) => {
                let input = Sd3Input { latents, times: &at(time)?, text: &text.context, pooled: pooled()? };
                net.forward(&input, token)?
            }
            Self::Flux(net) => {
                let (_, _, h, w) = latents.dims4()?;
                let input = FluxInput {
                    tokens: &flux::pack(latents)?,
                    ids: &flux::picture_ids(h, w, device)?,
                    times: &at(time / 1000.0)?,
                    text: &text.context,
                    pooled: pooled()?,
                    guidance: net.config().guidance_embeds.then_some(&guidance),
                };
                flux::unpack(&net.forward(&input, token)?, h, w)?
            }
            Self::ZImage(net) => {
                let times = at((1000.0 - time) / 1000.0)?;
                // It predicts the other way round.
                net.forward(latents, &times, std::slice::from_ref(&text.context), token)?.neg()?
            }
        };
        Ok(out.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
    }
}
