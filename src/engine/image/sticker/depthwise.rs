//! A depthwise convolution on channels-last memory.
//!
//! candle takes a grouped convolution apart into one convolution a channel: 128 small operators here, ten to twenty
//! times this kernel's time on the CPU. On `[B, H, W, C]` the innermost loop runs over the channels, side by side in
//! memory, and the compiler makes vectors of it.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

use super::fused::slice;

/// `same`-padded depthwise convolution, stride 1.
pub struct Depthwise {
    kernel: usize,
    /// `[kernel * kernel, C]`: the weights of one tap side by side.
    taps: Tensor,
    /// `[C]`
    bias: Tensor,
}

impl Depthwise {
    /// `weight` as PyTorch stores it, `[C, 1, kernel, kernel]` with an odd kernel; `bias` `[C]`.
    pub fn new(weight: &Tensor, bias: &Tensor) -> Result<Self> {
        let (channels, _, kernel, _) = weight.dims4()?;
        let taps = weight.reshape((channels, kernel * kernel))?.t()?.contiguous()?;
        Ok(Self { kernel, taps, bias: bias.clone() })
    }

    /// `[B, H, W, C]` to the same shape.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if x.device().is_cpu() {
            x.contiguous()?.apply_op3_no_bwd(&self.taps, &self.bias, &Kernel { size: self.kernel })
        } else {
            self.shift_and_add(x)
        }
    }

    /// The same out of plain operators, for devices that the kernel does not know: the padded picture is shifted to
    /// each tap, scaled by channel and added up.
    fn shift_and_add(&self, x: &Tensor) -> Result<Tensor> {
        let (_, h, w, _) = x.dims4()?;
        let pad = self.kernel / 2;
        let padded = x.pad_with_zeros(1, pad, pad)?.pad_with_zeros(2, pad, pad)?;
        let mut sum = self.bias.broadcast_as(x.shape())?;
        for tap in 0..self.kernel * self.kernel {
            let shifted = padded.narrow(1, tap / self.kernel, h)?.narrow(2, tap % self.kernel, w)?;
            sum = (sum + shifted.broadcast_mul(&self.taps.narrow(0, tap, 1)?.squeeze(0)?)?)?;
        }
        Ok(sum)
    }
}

struct Kernel {
    size: usize,
}

impl CustomOp3 for Kernel {
    fn name(&self) -> &'static str {
        "depthwise"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        taps: &CpuStorage,
        taps_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, taps, bias) = (slice(x, x_layout)?, slice(taps, taps_layout)?, slice(bias, bias_layout)?);
        let (b, h, w, c) = x_layout.shape().dims4()?;
        let (size, pad) = (self.size, self.size / 2);
        let mut out = Vec::with_capacity(x.len());
        for batch in x.chunks_exact(h * w * c) {
            for row in 0..h {
                // Taps that fall inside the picture: rows `row + dy - pad` of 0..h, columns likewise.
                let (top, bottom) = (pad.saturating_sub(row), size.min(h + pad - row));
                for column in 0..w {
                    let (left, right) = (pad.saturating_sub(column), size.min(w + pad - column));
                    let start = out.len();
                    out.extend_from_slice(bias);
                    let sum = &mut out[start..];
                    for dy in top..bottom {
                        for dx in left..right {
                            let at = ((row + dy - pad) * w + column + dx - pad) * c;
                            let tap = (dy * size + dx) * c;
                            add_product(sum, &batch[at..at + c], &taps[tap..tap + c]);
                        }
                    }
                }
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((b, h, w, c))))
    }
}

/// `sum += a * b`, element by element.
#[inline]
fn add_product(sum: &mut [f32], a: &[f32], b: &[f32]) {
    for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
        *sum += a * b;
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::engine::image::noise;

    fn random(seed: u64, shape: &[usize]) -> Tensor {
        let values = noise::gaussian(seed, shape.iter().product());
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    #[test]
    fn the_kernel_agrees_with_candle() {
        for (size, h, w, c) in [(5, 16, 16, 24), (3, 5, 7, 3), (5, 2, 3, 4), (1, 4, 4, 2)] {
            let (weight, bias) = (random(1, &[c, 1, size, size]), random(2, &[c]));
            let x = random(3, &[2, h, w, c]);
            let ours = Depthwise::new(&weight, &bias).unwrap();
            let theirs = x
                .permute((0, 3, 1, 2))
                .and_then(|x| x.contiguous()?.conv2d(&weight, size / 2, 1, 1, c))
                .and_then(|y| y.permute((0, 2, 3, 1))?.broadcast_add(&bias))
                .unwrap();
            for y in [ours.forward(&x).unwrap(), ours.shift_and_add(&x).unwrap()] {
                let off = (y - &theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(off < 1e-5, "kernel {size} on {h}x{w}x{c}: {off}");
            }
        }
    }
}
