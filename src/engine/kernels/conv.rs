//! 2-D convolution of channels-last pictures.
//!
//! A 1x1 convolution is a linear layer. Any other is a sum of matmuls over the kernel's taps, each with the shifted
//! picture: it is copied once with its zeros around it, in strips of lines where it is large, and read in place, onto
//! the bias, the time's shift and the residual. 3x3 convolutions of larger pictures in f32 use Winograd's algorithm
//! ([`winograd`]), with a quarter of the multiplications; bf16 is as fast without it, and more exact.

use std::sync::Arc;

use candle_core::{Result, Tensor, bail};
use candle_nn::VarBuilder;

use super::cpu::{as_f32, for_rows, numbers, tensor};
use super::dense::{How, Panels, Rows, Stretch, WordKind, Words, fill_pairs};
use super::linear::{PART, lay_ground, panels};
use super::winograd::{self, Extent};
use crate::job::{self, Current};

/// Words of a copied strip (32 MiB).
const STRIP_WORDS: usize = 1 << 23;

/// Channels, kernel (square), stride and padding of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    pub from: usize,
    pub out: usize,
    pub kernel: usize,
    pub stride: usize,
    /// Zeros before the first row and column, and after the last.
    pub padding: (usize, usize),
}

impl ConvShape {
    /// Stride 1, and a result as large as the picture where the kernel is odd.
    pub fn same(from: usize, out: usize, kernel: usize) -> Self {
        let side = kernel.saturating_sub(1) / 2;
        Self { from, out, kernel, stride: 1, padding: (side, side) }
    }

    /// A 3x3 kernel of stride 2. `padding` 0 is diffusers' asymmetric one: a row and a column of zeros at the end.
    pub fn down(channels: usize, padding: usize) -> Self {
        let padding = if padding == 0 { (0, 1) } else { (padding, padding) };
        Self { from: channels, out: channels, kernel: 3, stride: 2, padding }
    }

    fn side(&self, side: usize) -> Option<usize> {
        let padded = side + self.padding.0 + self.padding.1;
        Some(padded.checked_sub(self.kernel)? / self.stride.max(1) + 1)
    }
}

/// A convolution with its weights.
#[derive(Clone, Debug)]
pub struct Conv2d {
    shape: ConvShape,
    weight: Weight,
    bias: Option<Tensor>,
}

#[derive(Clone, Debug)]
enum Weight {
    Panels(Arc<Panels>),
    /// `[out, from, kernel, kernel]`, for candle's convolution.
    Plain(Tensor),
}

/// What the result is added to: `residual` `[B, H, W, out]`, `shift` `[B, out]` for each picture.
#[derive(Clone, Copy, Default)]
struct Ground<'a> {
    shift: Option<&'a Tensor>,
    residual: Option<&'a Tensor>,
}

impl Conv2d {
    /// `weight` `[out, from, kernel, kernel]` as PyTorch stores it, `bias` `[out]`; types as in
    /// [`Linear::new`](super::Linear::new).
    pub fn new(shape: ConvShape, weight: &Tensor, bias: Option<Tensor>) -> Result<Self> {
        let ConvShape { from, out, kernel, .. } = shape;
        if weight.dims() != [out, from, kernel, kernel] || shape.stride == 0 {
            bail!("a convolution {shape:?} has weights of {:?}", weight.shape());
        }
        let (weight, bias) = match panels(weight, [out, from, kernel * kernel])? {
            Some(panels) => (Weight::Panels(Arc::new(panels)), bias.map(|b| as_f32(&b)).transpose()?),
            None => (Weight::Plain(weight.clone()), bias),
        };
        Ok(Self { shape, weight, bias })
    }

    /// `weight` and `bias` below `vb`.
    pub fn load(vb: &VarBuilder, shape: ConvShape) -> Result<Self> {
        Self::new(shape, &Self::weight(vb, shape)?, Some(vb.get(shape.out, "bias")?))
    }

    /// `weight` alone.
    pub fn load_without_bias(vb: &VarBuilder, shape: ConvShape) -> Result<Self> {
        Self::new(shape, &Self::weight(vb, shape)?, None)
    }

    fn weight(vb: &VarBuilder, shape: ConvShape) -> Result<Tensor> {
        vb.get((shape.out, shape.from, shape.kernel, shape.kernel), "weight")
    }

    /// `[B, H, W, from]` -> `[B, H', W', out]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, Ground::default())
    }

    /// `forward(x)` plus `shift` `[B, out]` at every pixel of a picture.
    pub fn forward_shifted(&self, x: &Tensor, shift: &Tensor) -> Result<Tensor> {
        self.run(x, Ground { shift: Some(shift), residual: None })
    }

    /// `residual + forward(x)`; `residual` `[B, H', W', out]`.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, Ground { shift: None, residual: Some(residual) })
    }

    fn run(&self, x: &Tensor, ground: Ground) -> Result<Tensor> {
        let (b, h, w, c) = x.dims4()?;
        let ConvShape { from, out, .. } = self.shape;
        let (Some(oh), Some(ow)) = (self.shape.side(h), self.shape.side(w)) else {
            bail!("a picture of {w} x {h} is smaller than the kernel of {:?}", self.shape)
        };
        if c != from {
            bail!("a convolution of {from} channels was given {c}");
        }
        if let Some(residual) = ground.residual
            && residual.dims() != [b, oh, ow, out]
        {
            bail!("a residual of {:?} does not fit an output of {:?}", residual.shape(), [b, oh, ow, out]);
        }
        if let Some(shift) = ground.shift
            && shift.dims() != [b, out]
        {
            bail!("a shift of {:?} does not fit {b} pictures of {out} channels", shift.shape());
        }
        match &self.weight {
            Weight::Panels(panels) => self.ours(panels, x, ground, oh, ow)?.to_dtype(x.dtype()),
            Weight::Plain(weight) => self.by_candle(weight, x, ground),
        }
    }

    fn ours(&self, panels: &Panels, x: &Tensor, ground: Ground, oh: usize, ow: usize) -> Result<Tensor> {
        let (b, h, w, c) = x.dims4()?;
        let ConvShape { out, kernel, stride, padding, .. } = self.shape;
        let x = as_f32(x)?;
        let shift = ground.shift.map(as_f32).transpose()?;
        let residual = ground.residual.map(as_f32).transpose()?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let bias = self.bias.as_ref().map(Tensor::storage_and_layout);
        let bias = bias.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let shift = shift.as_ref().map(Tensor::storage_and_layout);
        let shift = shift.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let residual = residual.as_ref().map(Tensor::storage_and_layout);
        let residual = residual.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let x = numbers(&x_storage, x_layout)?;

        let mut y = vec![0.0; b * oh * ow * out];
        lay_ground(&mut y, out, residual, bias, shift.map(|shift| (shift, oh * ow)))?;
        let add = bias.is_some() || shift.is_some() || residual.is_some();
        if y.is_empty() {
            return tensor(y, (b, oh, ow, out));
        }
        let extent = Extent { pictures: b, h, w, from: c, out };
        if (kernel, stride, padding) == (3, 1, (1, 1)) && panels.kind() == WordKind::F32 && extent.pays() {
            winograd::add_convolution(extent, x, panels, &mut y)?;
        } else {
            let direct = Direct { b, h, w, c, oh, ow, shape: self.shape, panels };
            direct.multiply(x, &mut y, add)?;
        }
        tensor(y, (b, oh, ow, out))
    }

    fn by_candle(&self, weight: &Tensor, x: &Tensor, ground: Ground) -> Result<Tensor> {
        let mut y =
            self.candles_product(weight, &x.permute((0, 3, 1, 2))?.contiguous()?, PART)?.permute((0, 2, 3, 1))?;
        if let Some(bias) = &self.bias {
            y = y.broadcast_add(bias)?;
        }
        if let Some(shift) = ground.shift {
            y = y.broadcast_add(&shift.unsqueeze(1)?.unsqueeze(1)?)?;
        }
        if let Some(residual) = ground.residual {
            y = (residual + y)?;
        }
        y.contiguous()
    }
}

impl Conv2d {
    /// Channels first; on the CPU in strips of lines, between which a cancel is seen.
    fn candles_product(&self, weight: &Tensor, x: &Tensor, part: usize) -> Result<Tensor> {
        let ConvShape { from, out, kernel, stride, padding: (before, after) } = self.shape;
        let (b, _, h, w) = x.dims4()?;
        let (Some(oh), Some(ow)) = (self.shape.side(h), self.shape.side(w)) else {
            bail!("a picture of {w} x {h} is smaller than the kernel")
        };
        let lines = (part / (b * ow * from * out * kernel * kernel).max(1)).max(1);
        let in_strips = x.device().is_cpu() && lines < oh;
        if before == after && !in_strips {
            return x.conv2d(weight, before, stride, 1, 1);
        }
        let x = x.pad_with_zeros(2, before, after)?.pad_with_zeros(3, before, after)?;
        if !in_strips {
            return x.conv2d(weight, 0, stride, 1, 1);
        }
        let strip = |first: usize| {
            job::check()?;
            let tall = (lines.min(oh - first) - 1) * stride + kernel;
            x.narrow(2, first * stride, tall)?.contiguous()?.conv2d(weight, 0, stride, 1, 1)
        };
        Tensor::cat(&(0..oh).step_by(lines).map(strip).collect::<Result<Vec<_>>>()?, 2)
    }

    /// candle's way in parts of about so many multiplications.
    #[cfg(test)]
    pub(super) fn in_parts(&self, x: &Tensor, part: usize) -> Result<Tensor> {
        let Weight::Plain(weight) = &self.weight else { bail!("this one is ours") };
        self.candles_product(weight, &x.permute((0, 3, 1, 2))?.contiguous()?, part)?.permute((0, 2, 3, 1))
    }
}

/// A sum over taps.
struct Direct<'a> {
    b: usize,
    h: usize,
    w: usize,
    c: usize,
    oh: usize,
    ow: usize,
    shape: ConvShape,
    panels: &'a Panels,
}

impl Direct<'_> {
    fn multiply(&self, x: &[f32], y: &mut [f32], add: bool) -> Result<()> {
        let &Self { b, h, w, c, oh, ow, shape, panels } = self;
        let ConvShape { out, kernel, stride, padding: (before, after), .. } = shape;
        let each = panels.kind().numbers();
        // Words of a pixel, and of a line with its zeros.
        let pixel = c / each;
        let line = (w + before + after) * pixel;
        let taps = (0..kernel * kernel).map(|tap| Stretch {
            at: tap / kernel * line + tap % kernel * pixel,
            first: tap * pixel,
            len: pixel,
        });
        let taps: Vec<Stretch> = taps.collect();
        let job = Current::of_this_thread();
        let how = How { add, split: Some(&job) };
        let as_is = kernel == 1 && stride == 1 && (before, after) == (0, 0) && panels.kind() == WordKind::F32;
        if as_is {
            panels.multiply(Words::F32(x), Rows::plain(b * h * w, c), &taps, y, how);
            return job.check();
        }
        // All pictures at once where they are small, else strips of one picture's lines.
        let whole = b * (h + before + after) * line <= STRIP_WORDS;
        let lines = if whole { oh } else { (STRIP_WORDS / (line * stride)).clamp(1, oh) };
        let pictures = if whole { b } else { 1 };
        let mut copy = vec![0; pictures * ((lines - 1) * stride + kernel) * line];
        for first_picture in (0..b).step_by(pictures) {
            for first in (0..oh).step_by(lines) {
                let lines = lines.min(oh - first);
                let tall = (lines - 1) * stride + kernel;
                let copy = &mut copy[..pictures * tall * line];
                for_rows(
                    copy,
                    line,
                    #[inline(always)]
                    |at, rows| {
                        for (at, row) in (at..).zip(rows.chunks_exact_mut(line)) {
                            let picture = first_picture + at / tall;
                            let source = (first * stride + at % tall).checked_sub(before).filter(|y| *y < h);
                            let Some(source) = source else {
                                row.fill(0);
                                continue;
                            };
                            let from = &x[(picture * h + source) * w * c..][..w * c];
                            let (left, rest) = row.split_at_mut(before * pixel);
                            let (inner, right) = rest.split_at_mut(w * pixel);
                            left.fill(0);
                            right.fill(0);
                            match panels.kind() {
                                WordKind::F32 => inner.iter_mut().zip(from).for_each(|(word, x)| *word = x.to_bits()),
                                WordKind::Bf16 => fill_pairs(from, inner),
                            }
                        }
                    },
                )?;
                let (picture, line, row) = (tall * line, line * stride, pixel * stride);
                let rows = Rows { pictures, lines, across: ow, picture, line, row };
                let y = &mut y[(first_picture * oh + first) * ow * out..][..rows.count() * out];
                let words = match panels.kind() {
                    WordKind::F32 => Words::Bits(copy),
                    WordKind::Bf16 => Words::Bf16(copy),
                };
                panels.multiply(words, rows, &taps, y, how);
                job.check()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    /// Shapes with each kind of edge: kernels as large as the picture, odd sides, stride 2 with either padding.
    #[test]
    fn it_agrees_with_candle() {
        let mut random = ChaCha8Rng::seed_from_u64(321);
        let mut normal = |dims: &[usize]| {
            let values: Vec<f32> = StandardNormal.sample_iter(&mut random).take(dims.iter().product()).collect();
            Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
        };
        let kinds = [(1, 1, (0, 0)), (3, 1, (1, 1)), (3, 2, (1, 1)), (3, 2, (0, 1)), (5, 1, (2, 2)), (3, 1, (0, 0))];
        for (b, h, w, from, out) in [(1, 8, 8, 16, 4), (2, 5, 3, 2, 16), (1, 3, 3, 3, 2), (3, 9, 13, 40, 24)] {
            for (kernel, stride, padding) in kinds {
                let shape = ConvShape { from, out, kernel, stride, padding };
                let weight = normal(&[out, from, kernel, kernel]);
                let bias = normal(&[out]);
                let x = normal(&[b, h, w, from]);
                let conv = Conv2d::new(shape, &weight, Some(bias.clone())).unwrap();
                let bare = Conv2d::new(shape, &weight, None).unwrap();
                let Ok(ours) = bare.forward(&x) else {
                    assert!(kernel > h.min(w) + padding.0 + padding.1);
                    continue;
                };
                let padded = x.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
                let padded = padded.pad_with_zeros(2, padding.0, padding.1).unwrap();
                let padded = padded.pad_with_zeros(3, padding.0, padding.1).unwrap();
                let theirs = padded.conv2d(&weight, 0, stride, 1, 1).unwrap().permute((0, 2, 3, 1)).unwrap();
                let shift = normal(&[b, out]);
                let residual = normal(theirs.dims());
                let with = theirs.broadcast_add(&bias).unwrap();
                let shifted = with.broadcast_add(&shift.reshape((b, 1, 1, out)).unwrap()).unwrap();
                let pairs = [
                    (ours, &theirs),
                    (conv.forward(&x).unwrap(), &with),
                    (conv.forward_shifted(&x, &shift).unwrap(), &shifted),
                    (conv.forward_add(&x, &residual).unwrap(), &(&with + &residual).unwrap()),
                    (conv.by_candle(&weight, &x, Ground { shift: Some(&shift), residual: None }).unwrap(), &shifted),
                ];
                for (ours, theirs) in pairs {
                    let most = |x: Tensor| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                    let (off, largest) = (most((ours - theirs).unwrap()), most(theirs.clone()));
                    // Sums of a thousand products: each processor adds them up in an order of its own.
                    assert!(off < 1e-4_f32.max(2e-6 * largest), "{h}x{w} {shape:?}: {off} of {largest}");
                }
            }
        }
    }

    /// Large pictures of whole lanes go Winograd's way, also where tiles reach over the edge, and weights that are
    /// transformed in two parts.
    #[test]
    fn fewer_products_give_what_all_give() {
        let dev = Device::Cpu;
        for (b, h, w, from, out) in [
            (1, 32, 32, 16, 16),
            (2, 33, 35, 32, 48),
            (1, 31, 70, 320, 32),
            (3, 64, 48, 16, 64),
            (1, 32, 32, 1280, 352),
        ] {
            assert!(Extent { pictures: b, h, w, from, out }.pays());
            let weight = Tensor::randn(0f32, 0.1, (out, from, 3, 3), &dev).unwrap();
            let bias = Tensor::randn(0f32, 1.0, out, &dev).unwrap();
            let conv = Conv2d::new(ConvShape::same(from, out, 3), &weight, Some(bias)).unwrap();
            let x = Tensor::randn(0f32, 1.0, (b, h, w, from), &dev).unwrap();
            let shift = Tensor::randn(0f32, 1.0, (b, out), &dev).unwrap();
            let residual = Tensor::randn(0f32, 1.0, (b, h, w, out), &dev).unwrap();
            let ways = [
                (conv.forward(&x), Ground::default()),
                (conv.forward_shifted(&x, &shift), Ground { shift: Some(&shift), residual: None }),
                (conv.forward_add(&x, &residual), Ground { shift: None, residual: Some(&residual) }),
            ];
            for (ours, ground) in ways {
                let theirs = conv.by_candle(&weight, &x, ground).unwrap();
                let most = |x: Tensor| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                let (off, largest) = (most((ours.unwrap() - &theirs).unwrap()), most(theirs));
                assert!(off < 2e-5 * largest, "{h}x{w}, {from} to {out}: {off} of {largest}");
            }
        }
    }

    #[test]
    fn many_strips_give_what_one_gives() {
        // 100 x 100 x 40 channels unfold to more than one strip.
        let dev = Device::Cpu;
        let weight = Tensor::randn(0f32, 0.1, (8, 40, 3, 3), &dev).unwrap();
        let conv = Conv2d::new(ConvShape::same(40, 8, 3), &weight, None).unwrap();
        let x = Tensor::randn(0f32, 1.0, (1, 100, 100, 40), &dev).unwrap();
        let (ours, theirs) = (conv.forward(&x).unwrap(), conv.by_candle(&weight, &x, Ground::default()).unwrap());
        let off = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(off < 1e-4, "{off}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let zeros = |dims: &[usize]| Tensor::zeros(dims, DType::F32, &Device::Cpu).unwrap();
        let conv = Conv2d::new(ConvShape::same(2, 3, 3), &zeros(&[3, 2, 3, 3]), None).unwrap();
        conv.forward(&zeros(&[1, 4, 4, 3])).unwrap_err();
        conv.forward_shifted(&zeros(&[1, 4, 4, 2]), &zeros(&[2, 3])).unwrap_err();
        conv.forward_add(&zeros(&[1, 4, 4, 2]), &zeros(&[1, 4, 5, 3])).unwrap_err();
        Conv2d::new(ConvShape::same(2, 3, 1), &zeros(&[3, 2, 3, 3]), None).unwrap_err();
        let down = Conv2d::new(ConvShape { padding: (0, 0), ..ConvShape::down(2, 1) }, &zeros(&[2, 2, 3, 3]), None);
        down.unwrap().forward(&zeros(&[1, 2, 2, 2])).unwrap_err();
    }
}
