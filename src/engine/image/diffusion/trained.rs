//! How a denoiser was trained, as far as its tensors show it, as settings of its scheduler.

use candle_core::{DType, Device, Tensor};

use super::conditioning::Conditioning;
use super::net::{Given, Net};
use crate::engine::image::nets::options::Options;
use crate::engine::{CancelToken, Stop};
use crate::formats::{Header, family};

/// The settings of a scheduler with what the checkpoint itself says of its training, which no folder knows better.
pub(super) fn marked(mut scheduler: Options, header: &Header) -> Options {
    if family::is_marked(header, "v_pred") {
        scheduler = with_velocity(scheduler);
    }
    if family::is_marked(header, "ztsnr") {
        scheduler = scheduler.set("rescale_betas_zero_snr", true.into());
    }
    scheduler
}

/// The settings of a scheduler for a network that predicts velocity.
pub(super) fn with_velocity(scheduler: Options) -> Options {
    scheduler.set("prediction_type", "v_prediction".into())
}

/// Stable Diffusion 2 predicts noise or velocity with the same shapes, and a checkpoint does not say which. A1111's
/// test: at the last time, for an even picture, a network that predicts velocity answers far below the picture.
pub(super) fn is_velocity(
    net: &Net,
    dtype: DType,
    device: &Device,
    token: &CancelToken,
) -> std::result::Result<bool, Stop> {
    const EVEN: f32 = 0.5;
    let Net::Unet(unet) = net else { return Ok(false) };
    let config = unet.config();
    let even = |shape: &[usize]| Tensor::full(EVEN, shape, device);
    let side = 1 << config.halvings();
    let latents = even(&[1, config.in_channels, 8 * side, 8 * side])?;
    let width = config.cross_attention_dim.first().copied().unwrap_or(1);
    let text = Conditioning { context: even(&[1, 2, width])?.to_dtype(dtype)?, pooled: None };
    let out = net.predict(&latents, 999.0, &text, &Given { sizes: None, guidance: 1.0 }, token)?;
    let mean = out.iter().map(|x| f64::from(x - EVEN)).sum::<f64>() / out.len().max(1) as f64;
    Ok(mean < -1.0)
}
