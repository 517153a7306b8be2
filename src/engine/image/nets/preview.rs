//! A picture of each step without a network: latents to red, green and blue by one 4x3 (or 16x3) matrix.
//!
//! The factors are least-squares fits of decoded pictures to latents, by keturn ("Decoding latents to RGB
//! without upscaling", Hugging Face forum, 2022), and are widely used: these are the values of ComfyUI's
//! `comfy/latent_formats.py` (read in November 2026). The autoencoders' weights were not available to fit our own.

use candle_core::{DType, Result, Tensor, bail};

/// Whose latents they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatentKind {
    /// Stable Diffusion 1.x and 2.x.
    Sd1,
    Sdxl,
    Sd3,
    /// FLUX.1, and Z-Image, which took over its autoencoder.
    Flux,
}

type Rgb = [f32; 3];

const SD1: [Rgb; 4] =
    [[0.3512, 0.2297, 0.3227], [0.3250, 0.4974, 0.2350], [-0.2829, 0.1762, 0.2721], [-0.2120, -0.2616, -0.7177]];

const SDXL: [Rgb; 4] =
    [[0.3651, 0.4232, 0.4341], [-0.2533, -0.0042, 0.1068], [0.1076, 0.1111, -0.0362], [-0.3165, -0.2492, -0.2188]];

const SD3: [Rgb; 16] = [
    [-0.0922, -0.0175, 0.0749],
    [0.0311, 0.0633, 0.0954],
    [0.1994, 0.0927, 0.0458],
    [0.0856, 0.0339, 0.0902],
    [0.0587, 0.0272, -0.0496],
    [-0.0006, 0.1104, 0.0309],
    [0.0978, 0.0306, 0.0427],
    [-0.0042, 0.1038, 0.1358],
    [-0.0194, 0.0020, 0.0669],
    [-0.0488, 0.0130, -0.0268],
    [0.0922, 0.0988, 0.0951],
    [-0.0278, 0.0524, -0.0542],
    [0.0332, 0.0456, 0.0895],
    [-0.0069, -0.0030, -0.0810],
    [-0.0596, -0.0465, -0.0293],
    [-0.1448, -0.1463, -0.1189],
];

const FLUX: [Rgb; 16] = [
    [-0.0346, 0.0244, 0.0681],
    [0.0034, 0.0210, 0.0687],
    [0.0275, -0.0668, -0.0433],
    [-0.0174, 0.0160, 0.0617],
    [0.0859, 0.0721, 0.0329],
    [0.0004, 0.0383, 0.0115],
    [0.0405, 0.0861, 0.0915],
    [-0.0236, -0.0185, -0.0259],
    [-0.0245, 0.0250, 0.1180],
    [0.1008, 0.0755, -0.0421],
    [-0.0515, 0.0201, 0.0011],
    [0.0428, -0.0012, -0.0036],
    [0.0817, 0.0765, 0.0749],
    [-0.1264, -0.0522, -0.1103],
    [-0.0280, -0.0881, -0.0499],
    [-0.1262, -0.0982, -0.0778],
];

impl LatentKind {
    /// A row of red, green and blue for each channel, and what is added at the end.
    pub fn factors(self) -> (&'static [Rgb], Rgb) {
        match self {
            Self::Sd1 => (&SD1, [0.0; 3]),
            Self::Sdxl => (&SDXL, [0.1084, -0.0175, -0.0011]),
            Self::Sd3 => (&SD3, [0.2394, 0.2135, 0.1925]),
            Self::Flux => (&FLUX, [-0.0329, -0.0718, -0.0851]),
        }
    }
}

/// The denoiser's latents `[B, C, h, w]` -> `[B, 3, h, w]` in about -1..1, one pixel for each latent.
pub fn latents_to_rgb(latents: &Tensor, kind: LatentKind) -> Result<Tensor> {
    let (factors, bias) = kind.factors();
    let (b, c, h, w) = latents.dims4()?;
    if c != factors.len() {
        bail!("{kind:?} has {} latent channels, not {c}", factors.len());
    }
    let device = latents.device();
    let matrix = Tensor::from_vec(factors.concat(), (c, 3), device)?.t()?.contiguous()?;
    let bias = Tensor::new(&bias, device)?.reshape((1, 3, 1))?;
    let flat = latents.to_dtype(DType::F32)?.reshape((b, c, h * w))?.contiguous()?;
    matrix.broadcast_as((b, 3, c))?.contiguous()?.matmul(&flat)?.broadcast_add(&bias)?.reshape((b, 3, h, w))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn each_pixel_is_its_latents_sum() {
        for kind in [LatentKind::Sd1, LatentKind::Sdxl, LatentKind::Sd3, LatentKind::Flux] {
            let (factors, bias) = kind.factors();
            let c = factors.len();
            let x = Tensor::randn(0f32, 1.0, (2, c, 3, 5), &Device::Cpu).unwrap();
            let rgb = latents_to_rgb(&x, kind).unwrap();
            assert_eq!(rgb.dims(), [2, 3, 3, 5]);
            let at = |t: &Tensor, b: usize, c: usize| -> f32 {
                t.get(b).unwrap().get(c).unwrap().get(2).unwrap().get(4).unwrap().to_scalar().unwrap()
            };
            for (rgb_channel, bias) in bias.iter().enumerate() {
                let sum: f32 = (0..c).map(|i| at(&x, 1, i) * factors[i][rgb_channel]).sum();
                assert!((at(&rgb, 1, rgb_channel) - sum - bias).abs() < 1e-5);
            }
            latents_to_rgb(&x.narrow(1, 0, c - 1).unwrap(), kind).unwrap_err();
        }
    }
}
