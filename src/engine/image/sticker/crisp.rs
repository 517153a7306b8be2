//! crisp-8x: a sticker becomes a drawing eight times as wide, with clean edges. A small convolutional network that works
//! at the small side and shuffles channels into pixels (Shi et al. 2016, arXiv 1609.05158); its result is added to the
//! picture enlarged bilinearly. `models/crisp-8x/` says how it was made, and its `train/crisp.py` is the reference.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::pixel_shuffle;

use crate::engine::kernels::{Conv2d, ConvShape};

/// Pixels of the drawing for each of the sticker's, along a side.
pub const TIMES: usize = 8;

static WEIGHTS: &[u8] = include_bytes!("../../../../models/crisp-8x/weights.safetensors");

const WIDTH: usize = 48;
const PAIRS: usize = 6;
/// Channels at four times the side, and the two enlargements.
const FINE: usize = 16;
const FIRST: usize = 4;
const SECOND: usize = 2;

/// `max(x, 0) + a min(x, 0)`, with an `a` for each channel.
struct Prelu(Tensor);

impl Prelu {
    fn load(vb: VarBuilder, channels: usize) -> Result<Self> {
        Ok(Self(vb.get(channels, "weight")?))
    }

    /// Channels last.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.relu()? - x.neg()?.relu()?.broadcast_mul(&self.0)?
    }
}

/// `x + conv(prelu(conv(x)))`
struct Pair {
    a: Conv2d,
    act: Prelu,
    b: Conv2d,
}

/// The network in memory.
pub struct Crisp {
    head: Conv2d,
    body: Vec<Pair>,
    up: Conv2d,
    up_act: Prelu,
    fine: Conv2d,
    fine_act: Prelu,
    last: Conv2d,
}

impl Crisp {
    /// The weights inside this program.
    pub fn load(device: &Device) -> Result<Self> {
        let vb = VarBuilder::from_slice_safetensors(WEIGHTS, DType::F32, device)?;
        let conv = |name: &str, from, out| Conv2d::load(&vb.pp(name), ConvShape::same(from, out, 3));
        let act = |name: &str, channels| Prelu::load(vb.pp(name), channels);
        let pair = |i: usize| {
            let part = |name: &str| format!("body.{i}.{name}");
            let (a, b) = (conv(&part("a"), WIDTH, WIDTH)?, conv(&part("b"), WIDTH, WIDTH)?);
            Ok(Pair { a, act: act(&part("act"), WIDTH)?, b })
        };
        Ok(Self {
            head: conv("head", 4, WIDTH)?,
            body: (0..PAIRS).map(pair).collect::<Result<_>>()?,
            up: conv("up", WIDTH, FINE * FIRST * FIRST)?,
            up_act: act("up_act", FINE)?,
            fine: conv("fine", FINE, FINE)?,
            fine_act: act("fine_act", FINE)?,
            last: conv("last", FINE, 4 * SECOND * SECOND)?,
        })
    }

    /// RGBA with premultiplied alpha in [0, 1], `[1, H, W, 4]` -> `[1, 8 H, 8 W, 4]`, a little out of that range.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, h, w, _) = x.dims4()?;
        let mut y = self.head.forward(x)?;
        for pair in &self.body {
            y = pair.b.forward_add(&pair.act.forward(&pair.a.forward(&y)?)?, &y)?;
        }
        let y = self.up_act.forward(&shuffled(&self.up.forward(&y)?, FIRST)?)?;
        let y = self.last.forward(&self.fine_act.forward(&self.fine.forward(&y)?)?)?;
        let planes = x.permute((0, 3, 1, 2))?.contiguous()?;
        let smooth = planes.upsample_bilinear2d(TIMES * h, TIMES * w, false)?.permute((0, 2, 3, 1))?;
        shuffled(&y, SECOND)? + smooth
    }

    /// What the sticker model drew (`side * side * 4` values in [-1, 1], order row, column, channel) as the numbers of a
    /// drawing, in the same form.
    pub fn enlarge(&self, x: &[f32], side: usize, device: &Device) -> Result<Vec<f32>> {
        let unit: Vec<f32> = x.chunks_exact(4).flat_map(bounded).collect();
        let big = self.forward(&Tensor::from_vec(unit, (1, side, side, 4), device)?)?;
        Ok(big.flatten_all()?.to_vec1::<f32>()?.iter().map(|v| v * 2.0 - 1.0).collect())
    }
}

/// A pixel from [-1, 1] into [0, 1], colour within alpha, as the network learned them.
pub fn bounded(p: &[f32]) -> [f32; 4] {
    let unit = |v: f32| ((v + 1.0) / 2.0).clamp(0.0, 1.0);
    let alpha = unit(p[3]);
    [unit(p[0]).min(alpha), unit(p[1]).min(alpha), unit(p[2]).min(alpha), alpha]
}

/// Pixel shuffle, channels last.
fn shuffled(x: &Tensor, times: usize) -> Result<Tensor> {
    pixel_shuffle(&x.permute((0, 3, 1, 2))?.contiguous()?, times)?.permute((0, 2, 3, 1))?.contiguous()
}
