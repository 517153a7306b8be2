//! How much memory a model takes, from its headers alone: its weights, and what a run holds beside them. The doctor's
//! figures and what the engine reserves both come from here. Quantised matrices of transformers stay as they are in the
//! file.

use super::gguf::{Gguf, types};
use super::layout::Part;
use super::{Container, Header};

/// Bytes of a value in full precision.
pub const F32: u64 = 4;

/// Tensors that text-to-image does not read: the VAE's encoder, and what only counts positions.
pub fn is_unused(part: Part, name: &str) -> bool {
    let encoder = ["encoder.conv", "encoder.down", "encoder.mid", "quant_conv"];
    name.ends_with("position_ids") || (part == Part::Vae && encoder.iter().any(|start| name.starts_with(start)))
}

/// Bytes per weight of a picture model in memory, by the device's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Widths {
    pub clip: u64,
    /// Of all other parts but the VAE, which is computed in full precision everywhere.
    pub rest: u64,
}

impl Widths {
    /// Full precision throughout: the most that any device takes.
    pub const FULL: Self = Self { clip: F32, rest: F32 };
}

/// Bytes of a part's weights in memory. `tensors` have diffusers' names.
pub fn weights(part: Part, tensors: &Header, widths: Widths) -> u64 {
    let size = match part {
        Part::Vae => F32,
        Part::Clip => widths.clip,
        _ => widths.rest,
    };
    let packed = tensors.container == Container::Gguf && !matches!(part, Part::Unet | Part::Vae | Part::Clip);
    let used = tensors.tensors.iter().filter(|(name, _)| !is_unused(part, name));
    used.map(|(_, entry)| if packed && entry.shape.len() > 1 { entry.bytes } else { entry.elements() * size }).sum()
}

/// Bytes of a language model's weights in memory: matrices that are not quantised are upcast to f32, beside some
/// quantised ones candle keeps a second copy in the order its kernels like, and our own kernel keeps the scales of Q4_1
/// in f32.
pub fn language(gguf: &Gguf) -> u64 {
    gguf.tensors()
        .map(|(_, tensor)| match types::name(tensor.kind).as_str() {
            "F32" | "F16" | "BF16" => tensor.elements() * F32,
            "Q4_K" | "Q6_K" | "Q8_0" => tensor.bytes * 2,
            "Q4_1" => tensor.bytes / 20 * 24,
            _ => tensor.bytes,
        })
        .sum()
}

/// Bytes of memory at each stage of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Weights of all text encoders, of the denoiser, of the VAE.
    pub text: u64,
    pub denoiser: u64,
    pub vae: u64,
    /// What a step and a decode of the whole picture hold besides.
    pub step: u64,
    pub decode: u64,
    /// The least of that: a decode that does not fit is done in tiles.
    pub drawing: u64,
}

impl Need {
    /// That of the weights alone, by their parts.
    pub fn of(parts: impl IntoIterator<Item = (Part, u64)>) -> Self {
        let mut need = Self::default();
        for (part, bytes) in parts {
            let stage = match part {
                Part::Vae => &mut need.vae,
                part if part.is_denoiser() => &mut need.denoiser,
                part if part.is_text_encoder() => &mut need.text,
                _ => continue,
            };
            *stage = stage.saturating_add(bytes);
        }
        need
    }

    /// With what a picture of `width` x `height` pixels takes besides. Latents are `factor` pixels wide; `channels` are
    /// those of the VAE's levels, as for [`decode`].
    pub fn drawing(
        self,
        denoiser: Option<(Part, &Header)>,
        (factor, channels): (usize, &[usize]),
        (width, height): (u32, u32),
    ) -> Self {
        let (w, h) = (width as usize / factor, height as usize / factor);
        let of = |bytes: &dyn Fn(Part, &Header) -> u64| denoiser.map_or(0, |(part, tensors)| bytes(part, tensors));
        Self {
            step: of(&|part, tensors| step(part, tensors, h, w)),
            decode: decode(channels, h, w),
            drawing: of(&|part, tensors| drawing(part, tensors, factor, h, w)),
            ..self
        }
    }

    /// All weights are in memory together; of the stages, the largest counts.
    pub fn total(&self) -> u64 {
        self.weights().saturating_add(self.drawing)
    }

    /// Bytes of all weights.
    pub fn weights(&self) -> u64 {
        self.text.saturating_add(self.denoiser).saturating_add(self.vae)
    }
}

/// Bytes that a step of a denoiser holds beside its weights, for latents of `height` x `width`.
///
/// An estimate, of what is there at the widest place: for a UNet the results kept for the way up and the first level's
/// feed-forward part; for a transformer the sequence with its projections.
pub fn step(part: Part, tensors: &Header, height: usize, width: usize) -> u64 {
    let side = |name: &str, i: usize| tensors.get(name).and_then(|e| e.shape.get(i)).map_or(0, |&n| n as u128);
    let pixels = pixels(height, width);
    match part {
        Part::Unet => {
            let levels = tensors.count("down_blocks.");
            let kept: u128 = (0..levels)
                .map(|i| {
                    let channels = side(&format!("down_blocks.{i}.resnets.0.conv1.weight"), 0);
                    let layers = tensors.count(&format!("down_blocks.{i}.resnets.")) as u128 + 1;
                    layers * channels * (pixels >> (2 * i.min(16)))
                })
                .sum();
            let products = if pixels >= WINOGRAD_PIXELS { WINOGRAD } else { 0 };
            bytes((kept + 20 * side("conv_in.weight", 0) * pixels) * u128::from(F32) + products)
        }
        Part::Sd3 => sequence(pixels / 4, side("pos_embed.proj.weight", 0)),
        Part::Flux => sequence(pixels / 4, side("x_embedder.weight", 0)),
        Part::ZImage => sequence(pixels / 4, side("all_x_embedder.2-1.weight", 0)),
        _ => 0,
    }
}

/// Bytes that Winograd convolutions hold (`engine::kernels::winograd`), and the number of pixels from which they are
/// used.
const WINOGRAD: u128 = 80 << 20;
const WINOGRAD_PIXELS: u128 = 1024;

/// Words beside a picture's tokens, and numbers held for each token of a transformer, in widths of its stream.
const WORDS: u128 = 512;
const WIDTHS: u128 = 18;

fn sequence(tokens: u128, dim: u128) -> u64 {
    bytes((tokens + WORDS) * dim * WIDTHS * u128::from(F32))
}

/// Sides that people type may be as large as their type: nothing here overflows.
fn pixels(height: usize, width: usize) -> u128 {
    height as u128 * width as u128
}

fn bytes(n: u128) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Bytes of each pixel of a finished picture: three values in f32, twice while they are looked through, and its colours.
const PICTURE: u128 = 2 * 3 * 4 + 4;

/// Bytes of a finished picture of this size in pixels, while it is made.
pub fn picture(height: usize, width: usize) -> u64 {
    bytes(pixels(height, width).saturating_mul(PICTURE))
}

/// The least bytes that it takes, beside all weights, to draw a picture from latents of `height` x `width`, which are
/// `factor` pixels wide: those of a [`step`], or of the [`picture`]. What its decode needs is small in small tiles.
fn drawing(part: Part, tensors: &Header, factor: usize, height: usize, width: usize) -> u64 {
    let picture = picture(height.saturating_mul(factor), width.saturating_mul(factor));
    step(part, tensors, height, width).max(picture)
}

/// Bytes that a VAE's decode of latents of this size holds at its peak beside its weights: the pictures of channels
/// that are there together in the widest resnet, and a tenth more for the matmuls. `channels` are those of
/// the VAE's levels, the picture's own first.
pub fn decode(channels: &[usize], height: usize, width: usize) -> u64 {
    let n = channels.len();
    let level = |i: usize| {
        // A level takes over the channels of the one below it, enlarged.
        let from = channels[(i + 1).min(n - 1)];
        let pixels = pixels(height, width).saturating_mul(4u128.saturating_pow((n - 1 - i) as u32));
        // Input, its normed copy, the first convolution's result; then input, normed copy, shortcut and result.
        pixels.saturating_mul((2 * from + channels[i]).max(from + 3 * channels[i]) as u128 * u128::from(F32))
    };
    bytes((0..n).map(level).max().unwrap_or(0) / 10).saturating_mul(11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_overflows() {
        let most = u32::MAX as usize;
        assert_eq!(decode(&[128, 256, 512, 512], most / 8, most / 8), u64::MAX);
        assert_eq!(sequence(pixels(most, most), 3072), u64::MAX);
        assert_eq!(picture(1000, 1000), 28_000_000);
        assert_eq!(picture(usize::MAX, usize::MAX), u64::MAX);
    }
}
