//! 2-D convolution of channels-last pictures.
//!
//! A 1x1 convolution is a linear layer. Any other is unfolded strip by strip: each strip's pixels lay out their
//! neighbourhoods (`kernel^2 * channels` numbers, whole runs copied at once) in a buffer that stays in the cache, and
//! one matrix product with the weights `[kernel^2 * channels, out]` writes the strip's place in the result, on top of
//! the bias, the time's shift and the residual. Strips go to the threads as they come.

use candle_core::{Result, Tensor, bail};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::cpu::{Place, Sizes, View, contiguous, is_ours, numbers, product, tensor, threads};
use super::linear::outputs_last;
use super::winograd::{self, Extent};

/// Numbers of a strip's buffer (4 MiB): several times the weights' packing is worth, still in the shared cache.
const STRIP_NUMBERS: usize = 1 << 20;
/// Fewest pixels of a strip.
const STRIP_PIXELS: usize = 64;

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
    /// For our loop `[kernel^2 * from, out]`, for candle's `[out, from, kernel, kernel]`.
    weight: Tensor,
    bias: Option<Tensor>,
}

/// What lies under the product: `residual` `[B, H, W, out]`, `shift` `[B, out]` for each picture.
#[derive(Clone, Copy, Default)]
struct Ground<'a> {
    shift: Option<&'a Tensor>,
    residual: Option<&'a Tensor>,
}

impl Conv2d {
    /// `weight` `[out, from, kernel, kernel]` as PyTorch stores it, `bias` `[out]`.
    pub fn new(shape: ConvShape, weight: &Tensor, bias: Option<Tensor>) -> Result<Self> {
        let ConvShape { from, out, kernel, .. } = shape;
        if weight.dims() != [out, from, kernel, kernel] || shape.stride == 0 {
            bail!("a convolution {shape:?} has weights of {:?}", weight.shape());
        }
        let weight = if is_ours(weight) {
            outputs_last(&weight.reshape((out, from, kernel * kernel))?)?.reshape((kernel * kernel * from, out))?
        } else {
            weight.clone()
        };
        Ok(Self { shape, weight, bias: bias.map(|b| contiguous(&b)).transpose()? })
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
        if is_ours(x) && self.weight.rank() == 2 { self.ours(x, ground, oh, ow) } else { self.by_candle(x, ground) }
    }

    fn ours(&self, x: &Tensor, ground: Ground, oh: usize, ow: usize) -> Result<Tensor> {
        let (b, h, w, c) = x.dims4()?;
        let ConvShape { out, kernel, stride, padding, .. } = self.shape;
        let x = contiguous(x)?;
        let shift = ground.shift.map(contiguous).transpose()?;
        let residual = ground.residual.map(contiguous).transpose()?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let (w_storage, w_layout) = self.weight.storage_and_layout();
        let bias = self.bias.as_ref().map(Tensor::storage_and_layout);
        let bias = bias.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let shift = shift.as_ref().map(Tensor::storage_and_layout);
        let shift = shift.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let residual = residual.as_ref().map(Tensor::storage_and_layout);
        let residual = residual.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let (x, weight) = (numbers(&x_storage, x_layout)?, numbers(&w_storage, w_layout)?);

        let pixels = b * oh * ow;
        let mut y = vec![0.0; pixels * out];
        if y.is_empty() {
            return tensor(y, (b, oh, ow, out));
        }
        let ground = |first: usize, y: &mut [f32]| {
            if let Some(residual) = residual {
                y.copy_from_slice(&residual[first * out..][..y.len()]);
            }
            for (pixel, y) in (first..).zip(y.chunks_exact_mut(out)) {
                if let Some(bias) = bias {
                    y.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
                }
                if let Some(shift) = shift {
                    let shift = &shift[pixel / (oh * ow) * out..][..out];
                    y.iter_mut().zip(shift).for_each(|(y, s)| *y += s);
                }
            }
        };
        let extent = Extent { pictures: b, h, w, from: c, out };
        if (kernel, stride, padding) == (3, 1, (1, 1)) && extent.pays() {
            y.par_chunks_mut(STRIP_PIXELS * out).enumerate().for_each(|(i, y)| ground(i * STRIP_PIXELS, y));
            winograd::add_convolution(extent, x, weight, &mut y);
            return tensor(y, (b, oh, ow, out));
        }
        let depth = kernel * kernel * c;
        let as_is = kernel == 1 && stride == 1 && padding == (0, 0);
        let strip = if as_is { usize::MAX } else { (STRIP_NUMBERS / depth).max(STRIP_PIXELS) };
        let strip = strip.min(pixels.div_ceil(threads()).max(STRIP_PIXELS));
        let split = pixels <= strip && threads() > 1;
        let unfold = Unfold { h, w, c, oh, ow, kernel, stride, before: padding.0 };
        y.par_chunks_mut(strip * out).enumerate().for_each_init(Vec::new, |buffer, (i, y)| {
            let first = i * strip;
            let count = y.len() / out;
            ground(first, y);
            let add = bias.is_some() || shift.is_some() || residual.is_some();
            let left = if as_is {
                &x[first * c..]
            } else {
                unfold.fill(x, first, count, buffer);
                buffer
            };
            let left = View { data: left, rows: depth, columns: 1 };
            let right = View { data: weight, rows: out, columns: 1 };
            let place = Place { out: y, stride: out, add };
            product(Sizes { m: count, n: out, k: depth }, place, left, right, 1.0, split);
        });
        tensor(y, (b, oh, ow, out))
    }

    fn by_candle(&self, x: &Tensor, ground: Ground) -> Result<Tensor> {
        let ConvShape { kernel, stride, padding: (before, after), .. } = self.shape;
        let x = x.permute((0, 3, 1, 2))?.contiguous()?;
        let (x, padding) = if before == after {
            (x, before)
        } else {
            (x.pad_with_zeros(2, before, after)?.pad_with_zeros(3, before, after)?, 0)
        };
        let weight = match self.weight.rank() {
            4 => self.weight.clone(),
            // Weights that were turned for our loop, under a picture of another type.
            _ => self.weight.reshape((kernel, kernel, (), self.shape.out))?.permute((3, 2, 0, 1))?.contiguous()?,
        };
        let mut y = x.conv2d(&weight, padding, stride, 1, 1)?.permute((0, 2, 3, 1))?;
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

/// Lays neighbourhoods out, row, column, channel; 0 outside the picture.
struct Unfold {
    h: usize,
    w: usize,
    c: usize,
    oh: usize,
    ow: usize,
    kernel: usize,
    stride: usize,
    before: usize,
}

impl Unfold {
    /// Pixels `first..first + count` of the result, counted over the whole batch.
    fn fill(&self, x: &[f32], first: usize, count: usize, out: &mut Vec<f32>) {
        let &Self { h, w, c, oh, ow, kernel, stride, before } = self;
        out.clear();
        out.reserve(count * kernel * kernel * c);
        for pixel in first..first + count {
            let (picture, y, x_at) = (pixel / (oh * ow), pixel / ow % oh, pixel % ow);
            // Columns `left..right` of the kernel lie inside; `start` is the picture's column under `left`.
            let corner = x_at * stride;
            let left = before.saturating_sub(corner).min(kernel);
            let right = (w + before).saturating_sub(corner).min(kernel).max(left);
            let start = corner + left - before.min(corner + left);
            for row in 0..kernel {
                let begin = out.len();
                let line = (y * stride + row).checked_sub(before).filter(|line| *line < h);
                if let Some(line) = line.filter(|_| left < right) {
                    out.resize(begin + left * c, 0.0);
                    let from = ((picture * h + line) * w + start) * c;
                    out.extend_from_slice(&x[from..from + (right - left) * c]);
                }
                out.resize(begin + kernel * c, 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    /// Shapes with each kind of edge: kernels as large as the picture, odd sides, stride 2 with either padding.
    #[test]
    fn it_agrees_with_candle() {
        let dev = Device::Cpu;
        let kinds = [(1, 1, (0, 0)), (3, 1, (1, 1)), (3, 2, (1, 1)), (3, 2, (0, 1)), (5, 1, (2, 2)), (3, 1, (0, 0))];
        for (b, h, w, from, out) in [(1, 8, 8, 16, 4), (2, 5, 3, 2, 16), (1, 3, 3, 3, 2), (3, 9, 13, 40, 24)] {
            for (kernel, stride, padding) in kinds {
                let shape = ConvShape { from, out, kernel, stride, padding };
                let weight = Tensor::randn(0f32, 1.0, (out, from, kernel, kernel), &dev).unwrap();
                let bias = Tensor::randn(0f32, 1.0, out, &dev).unwrap();
                let x = Tensor::randn(0f32, 1.0, (b, h, w, from), &dev).unwrap();
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
                let shift = Tensor::randn(0f32, 1.0, (b, out), &dev).unwrap();
                let residual = Tensor::randn(0f32, 1.0, theirs.shape(), &dev).unwrap();
                let with = theirs.broadcast_add(&bias).unwrap();
                let shifted = with.broadcast_add(&shift.reshape((b, 1, 1, out)).unwrap()).unwrap();
                let pairs = [
                    (ours, &theirs),
                    (conv.forward(&x).unwrap(), &with),
                    (conv.forward_shifted(&x, &shift).unwrap(), &shifted),
                    (conv.forward_add(&x, &residual).unwrap(), &(&with + &residual).unwrap()),
                    (conv.by_candle(&x, Ground { shift: Some(&shift), residual: None }).unwrap(), &shifted),
                ];
                for (ours, theirs) in pairs {
                    let off = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                    assert!(off < 1e-4, "{h}x{w} {shape:?}: {off}");
                }
            }
        }
    }

    /// Large pictures of whole lanes go Winograd's way, also where tiles reach over the edge.
    #[test]
    fn fewer_products_give_what_all_give() {
        let dev = Device::Cpu;
        for (b, h, w, from, out) in
            [(1, 32, 32, 16, 16), (2, 33, 35, 32, 48), (1, 31, 70, 320, 32), (3, 64, 48, 16, 64)]
        {
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
                let theirs = conv.by_candle(&x, ground).unwrap();
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
        let (ours, theirs) = (conv.forward(&x).unwrap(), conv.by_candle(&x, Ground::default()).unwrap());
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
