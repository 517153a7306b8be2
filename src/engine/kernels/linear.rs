//! Linear layers: one matrix product with its bias, and a residual where there is one, in the same pass.

use candle_core::{D, DType, Result, Tensor, bail};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::cpu::{Place, Sizes, View, contiguous, is_ours, numbers, product, tensor, threads};

/// Fewest rows of a strip: the weights are packed anew for each strip, which this many rows pay for.
const STRIP: usize = 128;

/// `x W^T + b`.
#[derive(Clone, Debug)]
pub struct Linear {
    /// `[in, out]`: the way round that the product reads without packing.
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// `weight` `[out, in]` as PyTorch stores it, `bias` `[out]`.
    pub fn new(weight: &Tensor, bias: Option<Tensor>) -> Result<Self> {
        let (out, from) = weight.dims2()?;
        if let Some(bias) = &bias
            && bias.dims() != [out]
        {
            bail!("a linear layer of {out} outputs has a bias of {:?}", bias.shape());
        }
        let weight = outputs_last(&weight.reshape((out, from, 1))?)?.reshape((from, out))?;
        Ok(Self { weight, bias: bias.map(|b| contiguous(&b)).transpose()? })
    }

    /// `weight` and `bias` below `vb`.
    pub fn load(vb: &VarBuilder, from: usize, out: usize) -> Result<Self> {
        Self::new(&vb.get((out, from), "weight")?, Some(vb.get(out, "bias")?))
    }

    /// `weight` alone.
    pub fn load_without_bias(vb: &VarBuilder, from: usize, out: usize) -> Result<Self> {
        Self::new(&vb.get((out, from), "weight")?, None)
    }

    /// `[.., in]` -> `[.., out]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, None)
    }

    /// `residual + forward(x)`; `residual` `[.., out]`.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, Some(residual))
    }

    fn run(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let (from, out) = self.weight.dims2()?;
        if x.dim(D::Minus1)? != from {
            bail!("a linear layer of {from} inputs was given {:?}", x.shape());
        }
        let mut shape = x.dims().to_vec();
        *shape.last_mut().expect("`dim` found a last dimension") = out;
        if let Some(residual) = residual
            && residual.elem_count() != x.elem_count() / from * out
        {
            bail!("a residual of {:?} does not fit an output of {shape:?}", residual.shape());
        }
        if !is_ours(x) || self.weight.dtype() != DType::F32 {
            let flat = x.reshape(((), from))?.matmul(&self.weight)?.reshape(shape)?;
            let flat = if let Some(bias) = &self.bias { flat.broadcast_add(bias)? } else { flat };
            return if let Some(residual) = residual { residual.reshape(flat.shape())? + flat } else { Ok(flat) };
        }
        let x = contiguous(x)?;
        let residual = residual.map(contiguous).transpose()?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let (w_storage, w_layout) = self.weight.storage_and_layout();
        let bias = self.bias.as_ref().map(Tensor::storage_and_layout);
        let bias = bias.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let residual = residual.as_ref().map(Tensor::storage_and_layout);
        let residual = residual.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let (x, weight) = (numbers(&x_storage, x_layout)?, numbers(&w_storage, w_layout)?);
        let y = rows_times(x, weight, from, out, bias, residual);
        tensor(y, shape)
    }
}

/// `x` `[m, from]` times `weight` `[from, out]`, onto the bias and the residual.
pub(super) fn rows_times(
    x: &[f32],
    weight: &[f32],
    from: usize,
    out: usize,
    bias: Option<&[f32]>,
    residual: Option<&[f32]>,
) -> Vec<f32> {
    let m = x.len() / from.max(1);
    let mut y = vec![0.0; m * out];
    if y.is_empty() {
        return y;
    }
    let strip = m.div_ceil(threads()).max(STRIP);
    let split = m <= strip && threads() > 1;
    y.par_chunks_mut(strip * out).enumerate().for_each(|(i, y)| {
        let first = i * strip;
        if let Some(residual) = residual {
            y.copy_from_slice(&residual[first * out..][..y.len()]);
        }
        if let Some(bias) = bias {
            for row in y.chunks_exact_mut(out) {
                row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
            }
        }
        let sizes = Sizes { m: y.len() / out, n: out, k: from };
        let left = View { data: &x[first * from..], rows: from, columns: 1 };
        let right = View { data: weight, rows: out, columns: 1 };
        let place = Place { out: y, stride: out, add: bias.is_some() || residual.is_some() };
        product(sizes, place, left, right, 1.0, split);
    });
    y
}

/// `[out, in, taps]` -> `[taps, in, out]`, contiguous. In squares that stay in the cache: candle's own permutation
/// visits one far place of memory for each number, which took seconds for a large network.
pub(super) fn outputs_last(weight: &Tensor) -> Result<Tensor> {
    const SIDE: usize = 32;
    let (out, from, taps) = weight.dims3()?;
    if !is_ours(weight) {
        return weight.permute((2, 1, 0))?.contiguous();
    }
    let weight = contiguous(weight)?;
    let (storage, layout) = weight.storage_and_layout();
    let w = numbers(&storage, layout)?;
    let mut turned = vec![0.0; w.len()];
    if w.is_empty() {
        return tensor(turned, (taps, from, out));
    }
    // SIDE inputs at a time, of every tap's plane: a run of the weights is read once.
    let mut blocks: Vec<Vec<&mut [f32]>> = (0..from.div_ceil(SIDE)).map(|_| Vec::with_capacity(taps)).collect();
    for plane in turned.chunks_mut(from * out) {
        plane.chunks_mut(SIDE * out).zip(&mut blocks).for_each(|(part, block)| block.push(part));
    }
    blocks.into_par_iter().enumerate().for_each(|(i, mut block)| {
        let inputs = SIDE.min(from - i * SIDE);
        for first in (0..out).step_by(SIDE) {
            let last = (first + SIDE).min(out);
            for (tap, part) in block.iter_mut().enumerate() {
                for c in 0..inputs {
                    let column = (i * SIDE + c) * taps + tap;
                    for (o, y) in (first..last).zip(&mut part[c * out + first..c * out + last]) {
                        *y = w[o * from * taps + column];
                    }
                }
            }
        }
    });
    tensor(turned, (taps, from, out))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn it_agrees_with_candle_in_each_form() {
        let dev = Device::Cpu;
        for (m, from, out) in [(1, 3, 5), (7, 64, 33), (300, 20, 48), (513, 9, 2)] {
            let weight = Tensor::randn(0f32, 1.0, (out, from), &dev).unwrap();
            let bias = Tensor::randn(0f32, 1.0, out, &dev).unwrap();
            let x = Tensor::randn(0f32, 1.0, (2, m, from), &dev).unwrap();
            let residual = Tensor::randn(0f32, 1.0, (2, m, out), &dev).unwrap();
            let bare = x.broadcast_matmul(&weight.t().unwrap()).unwrap();
            let with = bare.broadcast_add(&bias).unwrap();
            let all = (&with + &residual).unwrap();
            let layer = Linear::new(&weight, Some(bias.clone())).unwrap();
            let plain = Linear::new(&weight, None).unwrap();
            let wide = Linear::new(&weight.to_dtype(DType::F64).unwrap(), Some(bias.to_dtype(DType::F64).unwrap()));
            let (x64, r64) = (x.to_dtype(DType::F64).unwrap(), residual.to_dtype(DType::F64).unwrap());
            let fallback = wide.unwrap().forward_add(&x64, &r64).unwrap().to_dtype(DType::F32).unwrap();
            for (ours, theirs) in [
                (plain.forward(&x).unwrap(), &bare),
                (layer.forward(&x).unwrap(), &with),
                (layer.forward_add(&x, &residual).unwrap(), &all),
                (fallback, &all),
            ] {
                let off = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(off < 3e-5, "{m} {from} {out}: {off}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let x = Tensor::zeros((2, 3), DType::F32, &Device::Cpu).unwrap();
        let layer = Linear::new(&x, None).unwrap();
        layer.forward(&x.t().unwrap()).unwrap_err();
        layer.forward_add(&x, &x).unwrap_err();
        assert_eq!(layer.forward(&x).unwrap().dims(), [2, 2]);
        Linear::new(&x, Some(x.clone())).unwrap_err();
    }
}
