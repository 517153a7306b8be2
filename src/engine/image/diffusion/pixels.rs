//! Latents to pixels: quick previews, and the picture itself.

use candle_core::{Device, Result, Tensor};

use crate::domain::Picture;
use crate::engine::image::nets::preview::{LatentKind, latents_to_rgb};
use crate::engine::image::nets::taesd::Taesd;
use crate::engine::kernels::cpu::for_rows;

/// `[1, 3, H, W]` in -1..1 to an opaque picture; values beyond are clamped.
pub fn to_picture(x: &Tensor) -> Result<Picture> {
    let (_, _, height, width) = x.dims4()?;
    let planes = x.to_dtype(candle_core::DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    let n = height * width;
    let byte = |v: f32| ((v / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0).round_ties_even() as u8;
    let mut rgba = vec![255; 4 * n];
    for_rows(
        &mut rgba,
        4,
        #[inline(always)]
        |first, pixels| {
            for (i, pixel) in (first..).zip(pixels.chunks_exact_mut(4)) {
                (0..3).for_each(|c| pixel[c] = byte(planes[c * n + i]));
            }
        },
    )?;
    Ok(Picture { width: width as u32, height: height as u32, rgba })
}

/// A pixel for each latent, `None` where the latents are of no known kind.
pub fn preview(latents: &[f32], channels: usize, (height, width): (usize, usize), kind: LatentKind) -> Option<Picture> {
    if kind.factors().0.len() != channels {
        return None;
    }
    let x = Tensor::from_slice(latents, (1, channels, height, width), &Device::Cpu).ok()?;
    to_picture(&latents_to_rgb(&x, kind).ok()?).ok()
}

/// The picture as a tiny decoder sees it; `None` where it fails: a preview ends no job.
pub fn decoded(
    latents: &[f32],
    channels: usize,
    (height, width): (usize, usize),
    tiny: &Taesd,
    device: &Device,
) -> Option<Picture> {
    let x = Tensor::from_slice(latents, (1, channels, height, width), &Device::Cpu).ok()?;
    to_picture(&tiny.decode(&x.to_device(device).ok()?).ok()?).ok()
}
