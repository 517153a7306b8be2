//! Three operations with gradients of our own, on the CPU. Of candle's parts each takes several passes with strides, and
//! together they would be most of a step; candle's fused ones have no gradients. The tests hold the gradients against finite
//! differences.

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Error, Layout, Result, Shape, Tensor};

/// LayerNorm's guard against a division by zero.
const EPSILON: f32 = 1e-5;

/// GELU in its tanh form, as GPT-2 has it.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Gelu)
}

/// Softmax of each row of scores `[N, len, len]` times `scale`, over the columns up to the row's own. Later ones get 0: a
/// letter does not see those that come after it.
pub fn causal_softmax(scores: &Tensor, scale: f32) -> Result<Tensor> {
    scores.contiguous()?.apply_op1(CausalSoftmax { scale })
}

/// Each row of `x` `[N, width]` with mean 0 and variance 1, times `scale` and plus `shift`, both `[width]`.
pub fn layer_norm(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op3(scale, shift, LayerNorm)
}

/// The values of a contiguous f32 tensor.
fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let (from, to) = layout.contiguous_offsets().ok_or_else(|| Error::msg("the tensor is not contiguous"))?;
    Ok(&storage.as_slice::<f32>()?[from..to])
}

fn copied(x: &Tensor) -> Result<Vec<f32>> {
    x.flatten_all()?.to_vec1()
}

fn last(shape: &Shape) -> usize {
    shape.dims().last().copied().unwrap_or(1).max(1)
}

fn like(values: Vec<f32>, x: &Tensor) -> Result<Tensor> {
    Tensor::from_vec(values, x.shape(), x.device())
}

struct Gelu;

/// `0.5 (1 + tanh(u))`, u = sqrt(2 / pi) (x + 0.044715 x^3): the sigmoid of 2 u.
fn gate(x: f32) -> f32 {
    const TWICE: f32 = 1.595_769;
    1.0 / (1.0 + (-TWICE * (x + 0.044715 * x * x * x)).exp())
}

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = values(storage, layout)?.iter().map(|x| x * gate(*x)).collect();
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        const TWICE: f32 = 1.595_769;
        let (mut out, x, y) = (copied(grad)?, copied(x)?, copied(y)?);
        for ((g, x), y) in out.iter_mut().zip(&x).zip(&y) {
            // y = x s(2u), so the gate is y / x, and y' = s + x s (1 - s) (2u)'.
            let s = if x.abs() > 1e-3 { y / x } else { gate(*x) };
            *g *= s + y * (1.0 - s) * TWICE * (1.0 + 3.0 * 0.044715 * x * x);
        }
        Ok(Some(like(out, grad)?))
    }
}

struct CausalSoftmax {
    scale: f32,
}

impl CustomOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        "causal-softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (scores, len) = (values(storage, layout)?, last(layout.shape()));
        let mut out = vec![0.0_f32; scores.len()];
        for (i, (row, to)) in scores.chunks_exact(len).zip(out.chunks_exact_mut(len)).enumerate() {
            let seen = i % len + 1;
            let most = row[..seen].iter().fold(f32::NEG_INFINITY, |most, x| most.max(*x));
            let mut sum = 0.0;
            for (x, to) in row[..seen].iter().zip(&mut to[..seen]) {
                *to = ((x - most) * self.scale).exp();
                sum += *to;
            }
            to[..seen].iter_mut().for_each(|to| *to /= sum);
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (mut out, y, len) = (copied(grad)?, copied(y)?, last(y.shape()));
        for (g, y) in out.chunks_exact_mut(len).zip(y.chunks_exact(len)) {
            let mean: f32 = g.iter().zip(y).map(|(g, y)| g * y).sum();
            g.iter_mut().zip(y).for_each(|(g, y)| *g = self.scale * y * (*g - mean));
        }
        Ok(Some(like(out, grad)?))
    }
}

struct LayerNorm;

/// Mean and one over the deviation.
fn moments(row: &[f32]) -> (f32, f32) {
    let count = row.len() as f32;
    let mean = row.iter().sum::<f32>() / count;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
    (mean, 1.0 / (variance + EPSILON).sqrt())
}

type Three = (Option<Tensor>, Option<Tensor>, Option<Tensor>);

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm-with-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        scale: &CpuStorage,
        of_scale: &Layout,
        shift: &CpuStorage,
        of_shift: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, scale, shift) = (values(x, layout)?, values(scale, of_scale)?, values(shift, of_shift)?);
        let mut out = Vec::with_capacity(x.len());
        for row in x.chunks_exact(last(layout.shape())) {
            let (mean, by) = moments(row);
            out.extend(row.iter().zip(scale).zip(shift).map(|((x, scale), shift)| (x - mean) * by * scale + shift));
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, scale: &Tensor, shift: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Three> {
        let (mut out, width) = (copied(grad)?, last(x.shape()));
        let (values, scales) = (copied(x)?, copied(scale)?);
        let (mut to_scale, mut to_shift, mut normed) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
        for (g, row) in out.chunks_exact_mut(width).zip(values.chunks_exact(width)) {
            let (mean, by) = moments(row);
            for (i, x) in row.iter().enumerate() {
                normed[i] = (x - mean) * by;
                to_scale[i] += g[i] * normed[i];
                to_shift[i] += g[i];
                g[i] *= scales[i];
            }
            let of_mean = g.iter().sum::<f32>() / width as f32;
            let of_deviation = g.iter().zip(&normed).map(|(g, n)| g * n).sum::<f32>() / width as f32;
            g.iter_mut().zip(&normed).for_each(|(g, n)| *g = by * (*g - of_mean - n * of_deviation));
        }
        Ok((Some(like(out, grad)?), Some(like(to_scale, scale)?), Some(like(to_shift, shift)?)))
    }
}
