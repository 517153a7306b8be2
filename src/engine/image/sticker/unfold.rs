//! A 3x3 convolution on channels-last memory, as one matmul.
//!
//! candle's own unfolds channels-first pictures value by value, which for the refinement took a quarter of the whole
//! step. In `[B, H, W, C]` three neighbours of a row are contiguous, so that unfolding is a few copies of whole runs,
//! and the matmul with `[9 C, out]` gives channels last again: a third of the time.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::fused::{bias_silu, slice};

/// Pixels of the kernel's side.
const SIDE: usize = 3;

/// `same`-padded 3x3 convolution, stride 1.
pub struct Conv3x3 {
    /// `[9 C, out]`: row, column, channel.
    unfolded: Tensor,
    /// As PyTorch stores it, `[out, C, 3, 3]`.
    weight: Tensor,
    bias: Tensor,
}

impl Conv3x3 {
    /// `weight` `[out, C, 3, 3]`, `bias` `[out]`.
    pub fn new(weight: &Tensor, bias: &Tensor) -> Result<Self> {
        let (out, channels, _, _) = weight.dims4()?;
        let unfolded = weight.permute((2, 3, 1, 0))?.reshape((SIDE * SIDE * channels, out))?;
        Ok(Self { unfolded, weight: weight.clone(), bias: bias.clone() })
    }

    /// `[B, H, W, C]` -> `[B, H, W, out]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.product(x)?.broadcast_add(&self.bias)
    }

    /// The same, then silu.
    pub fn forward_silu(&self, x: &Tensor) -> Result<Tensor> {
        bias_silu(&self.product(x)?, &self.bias)
    }

    fn product(&self, x: &Tensor) -> Result<Tensor> {
        let (b, h, w, _) = x.dims4()?;
        if x.device().is_cpu() {
            x.contiguous()?.apply_op1_no_bwd(&Unfold)?.matmul(&self.unfolded)?.reshape((b, h, w, ()))
        } else {
            x.permute((0, 3, 1, 2))?.contiguous()?.conv2d(&self.weight, SIDE / 2, 1, 1, 1)?.permute((0, 2, 3, 1))
        }
    }
}

/// `[B, H, W, C]` -> `[B H W, 9 C]`: each pixel's neighbourhood, 0 outside the picture.
struct Unfold;

impl CustomOp1 for Unfold {
    fn name(&self) -> &'static str {
        "unfold 3x3"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = slice(storage, layout)?;
        let (b, h, w, c) = layout.shape().dims4()?;
        let row_len = w * c;
        let mut out = Vec::with_capacity(SIDE * SIDE * x.len());
        for picture in x.chunks_exact(h * row_len) {
            for row in 0..h {
                // The rows above, at and below; `None` outside.
                let near = [row.checked_sub(1), Some(row), (row + 1 < h).then_some(row + 1)];
                let near = near.map(|r| r.map(|r| &picture[r * row_len..(r + 1) * row_len]));
                for column in 0..w {
                    // Columns `left..right` of the three are inside.
                    let (left, right) = (usize::from(column == 0), SIDE - usize::from(column + 1 == w));
                    for line in near {
                        let start = out.len();
                        out.resize(start + left * c, 0.0);
                        match line {
                            Some(line) => {
                                out.extend_from_slice(&line[(column + left - 1) * c..(column + right - 1) * c])
                            }
                            None => out.resize(start + right * c, 0.0),
                        }
                        out.resize(start + SIDE * c, 0.0);
                    }
                }
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((b * h * w, SIDE * SIDE * c))))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::engine::image::noise;

    #[test]
    fn it_agrees_with_candle() {
        let random = |seed, shape: &[usize]| {
            Tensor::from_vec(noise::gaussian(seed, shape.iter().product()), shape, &Device::Cpu).unwrap()
        };
        for (h, w, c, out) in [(8, 8, 16, 4), (5, 3, 2, 16), (1, 1, 3, 2), (2, 1, 1, 1)] {
            let (weight, bias, x) = (random(1, &[out, c, 3, 3]), random(2, &[out]), random(3, &[2, h, w, c]));
            let ours = Conv3x3::new(&weight, &bias).and_then(|conv| conv.forward(&x)).unwrap();
            let theirs = x
                .permute((0, 3, 1, 2))
                .and_then(|x| x.contiguous()?.conv2d(&weight, 1, 1, 1, 1)?.permute((0, 2, 3, 1)))
                .and_then(|y| y.broadcast_add(&bias))
                .unwrap();
            let off = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(off < 1e-5, "{h}x{w}x{c}: {off}");
        }
    }
}
