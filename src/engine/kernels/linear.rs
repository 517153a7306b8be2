//! Linear layers: matmul, bias and an optional residual in one pass.

use std::sync::Arc;

use candle_core::{D, DType, Result, Tensor, bail};
use candle_nn::VarBuilder;

use super::cpu::{as_f32, for_rows, numbers, tensor};
use super::dense::{How, Panels, Rows, Stretch, WordKind, Words, pairs};
use crate::job::{self, Current};

/// `x W^T + b`.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Weight,
    bias: Option<Tensor>,
}

#[derive(Clone, Debug)]
enum Weight {
    Panels(Arc<Panels>),
    /// `[in, out]`, for candle's matmul.
    Turned(Tensor),
}

impl Linear {
    /// `weight` `[out, in]` as PyTorch stores it, `bias` `[out]`. Weights of bf16 on the CPU stay so where the processor
    /// multiplies them ([`WordKind::Bf16`]); inputs and results are f32 there.
    pub fn new(weight: &Tensor, bias: Option<Tensor>) -> Result<Self> {
        let (out, from) = weight.dims2()?;
        if let Some(bias) = &bias
            && bias.dims() != [out]
        {
            bail!("a linear layer of {out} outputs has a bias of {:?}", bias.shape());
        }
        let (weight, bias) = match panels(weight, [out, from, 1])? {
            Some(panels) => (Weight::Panels(Arc::new(panels)), bias.map(|b| as_f32(&b)).transpose()?),
            None => (Weight::Turned(weight.t()?.contiguous()?), bias),
        };
        Ok(Self { weight, bias })
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

    /// Whether matmuls run in bf16 on the CPU.
    pub fn is_half(&self) -> bool {
        matches!(&self.weight, Weight::Panels(panels) if panels.kind() == WordKind::Bf16)
    }

    fn sides(&self) -> Result<(usize, usize)> {
        match &self.weight {
            Weight::Panels(panels) => Ok((panels.k() * panels.kind().numbers(), panels.n())),
            Weight::Turned(weight) => weight.dims2(),
        }
    }

    fn run(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let (from, out) = self.sides()?;
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
        let panels = match &self.weight {
            Weight::Panels(panels) => panels,
            Weight::Turned(weight) => {
                let flat = matmul(&x.reshape(((), from))?, weight)?.reshape(shape)?;
                let flat = if let Some(bias) = &self.bias { flat.broadcast_add(bias)? } else { flat };
                return if let Some(residual) = residual { residual.reshape(flat.shape())? + flat } else { Ok(flat) };
            }
        };
        let dtype = x.dtype();
        let x = as_f32(x)?;
        let residual = residual.map(as_f32).transpose()?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let bias = self.bias.as_ref().map(Tensor::storage_and_layout);
        let bias = bias.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let residual = residual.as_ref().map(Tensor::storage_and_layout);
        let residual = residual.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
        let x = numbers(&x_storage, x_layout)?;

        let rows = x.len() / from.max(1);
        let mut y = vec![0.0; rows * out];
        let add = bias.is_some() || residual.is_some();
        lay_ground(&mut y, out, residual, bias, None)?;
        let pairs = (panels.kind() == WordKind::Bf16).then(|| pairs(x)).transpose()?;
        let words = pairs.as_ref().map_or(Words::F32(x), |pairs| Words::Bf16(pairs));
        let k = panels.k();
        let stretch = Stretch { at: 0, first: 0, len: k };
        let how = How { add, split: Some(&Current::of_this_thread()) };
        panels.multiply(words, Rows::plain(rows, k), &[stretch], &mut y, how);
        tensor(y, shape)?.to_dtype(dtype)
    }
}

/// Fills `y`, rows of `width` zeros, with what a matmul is added to: the residual, plus the bias in each row, plus a shift.
/// A row of `shift` is for as many rows of `y` as it says.
pub(super) fn lay_ground(
    y: &mut [f32],
    width: usize,
    residual: Option<&[f32]>,
    bias: Option<&[f32]>,
    shift: Option<(&[f32], usize)>,
) -> Result<()> {
    for_rows(
        y,
        width,
        #[inline(always)]
        |first, rows| {
            if let Some(residual) = residual {
                rows.copy_from_slice(&residual[first * width..][..rows.len()]);
            }
            for (row, y) in (first..).zip(rows.chunks_exact_mut(width)) {
                if let Some(bias) = bias {
                    y.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
                }
                if let Some((shift, rows)) = shift {
                    let shift = &shift[row / rows * width..][..width];
                    y.iter_mut().zip(shift).for_each(|(y, s)| *y += s);
                }
            }
        },
    )
}

/// Multiplications per part of candle's matmuls on the CPU: a part takes a fraction of a second.
pub(super) const PART: usize = 1 << 32;

/// candle's matmul of `x` `[rows, from]` and `weight` `[from, out]`; on the CPU in parts, with a cancel check between
/// them.
pub fn matmul(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    matmul_in_parts(x, weight, PART)
}

pub(super) fn matmul_in_parts(x: &Tensor, weight: &Tensor, part: usize) -> Result<Tensor> {
    let ((rows, from), out) = (x.dims2()?, weight.dim(1)?);
    let together = (part / (from * out).max(1)).max(1);
    if !x.device().is_cpu() || rows <= together {
        return x.matmul(weight);
    }
    let part = |first: usize| {
        job::check()?;
        x.narrow(0, first, together.min(rows - first))?.matmul(weight)
    };
    Tensor::cat(&(0..rows).step_by(together).map(part).collect::<Result<Vec<_>>>()?, 0)
}

/// Weights `[out, from, taps]` on the CPU, packed for our matmuls; `None` for those that candle runs.
pub(super) fn panels(weight: &Tensor, sides: [usize; 3]) -> Result<Option<Panels>> {
    let half = weight.dtype() == DType::BF16;
    if !weight.device().is_cpu() || !(half || weight.dtype() == DType::F32) {
        return Ok(None);
    }
    let weight = as_f32(weight)?;
    let (storage, layout) = weight.storage_and_layout();
    let kind = if half { WordKind::Bf16 } else { WordKind::F32 };
    let panels = Panels::new(numbers(&storage, layout)?, sides, kind);
    job::check()?;
    Ok(Some(panels))
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
