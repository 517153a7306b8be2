//! Group norm (Wu and He 2018), layer norm (Ba et al. 2016) and RMS norm (Zhang and Sennrich 2019).
//!
//! Sums run in f64 over partial sums of a few rows, after subtracting the channel's first value, so that a mean far
//! from 0 costs no precision.

use candle_core::{D, DType, Result, Tensor, bail};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::activation::silu;
use super::cpu::{as_f32, contiguous, for_rows, is_ours, numbers, tensor, threads};
use crate::job::Current;

/// Rows of a partial sum.
const PARTIAL: usize = 64;

/// Group norm over channels-last pictures, with its scale and shift.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    groups: usize,
    eps: f64,
    weight: Tensor,
    bias: Tensor,
}

impl GroupNorm {
    /// `weight` and `bias` `[channels]`, which `groups` must divide.
    pub fn new(groups: usize, eps: f64, weight: Tensor, bias: Tensor) -> Result<Self> {
        let channels = weight.dim(0)?;
        if groups == 0 || !channels.is_multiple_of(groups) || bias.dims() != weight.dims() {
            bail!("{channels} channels cannot be normalised in {groups} groups");
        }
        Ok(Self { groups, eps, weight: ready(&weight)?, bias: ready(&bias)? })
    }

    /// `weight` and `bias` `[channels]` below `vb`; `groups` must divide `channels`.
    pub fn load(vb: &VarBuilder, groups: usize, channels: usize, eps: f64) -> Result<Self> {
        Self::new(groups, eps, vb.get(channels, "weight")?, vb.get(channels, "bias")?)
    }

    /// `[B, .., C]` -> the same shape.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, false)
    }

    /// `silu(forward(x))` in one pass.
    pub fn forward_silu(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, true)
    }

    fn run(&self, x: &Tensor, then_silu: bool) -> Result<Tensor> {
        let (b, c) = (x.dim(0)?, x.dim(D::Minus1)?);
        if x.rank() < 2 || c != self.weight.dim(0)? {
            bail!("a group norm of {} channels was given {:?}", self.weight.dim(0)?, x.shape());
        }
        if !is_ours(x) || self.weight.dtype() != DType::F32 {
            return self.by_candle(x, b, c, then_silu);
        }
        let x = contiguous(x)?;
        let (storage, layout) = x.storage_and_layout();
        let from = numbers(&storage, layout)?;
        let (w_storage, w_layout) = self.weight.storage_and_layout();
        let (b_storage, b_layout) = self.bias.storage_and_layout();
        let (weight, bias) = (numbers(&w_storage, w_layout)?, numbers(&b_storage, b_layout)?);
        let mut out = vec![0.0; from.len()];
        let each = from.len() / b.max(1);
        if each == 0 {
            return tensor(out, x.shape());
        }
        for (from, out) in from.chunks_exact(each).zip(out.chunks_exact_mut(each)) {
            let lines = self.lines(from, weight, bias);
            for_rows(
                out,
                c,
                #[inline(always)]
                |first, rows| {
                    for (out, from) in rows.chunks_exact_mut(c).zip(from[first * c..].chunks_exact(c)) {
                        for ((out, x), (scale, shift)) in out.iter_mut().zip(from).zip(&lines) {
                            let y = x * scale + shift;
                            *out = if then_silu { silu(y) } else { y };
                        }
                    }
                },
            )?;
        }
        tensor(out, x.shape())
    }

    /// For each channel of one picture, the line `y = scale x + shift` that normalises it.
    fn lines(&self, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<(f32, f32)> {
        let c = weight.len();
        let base = &x[..c];
        let job = Current::of_this_thread();
        // For each channel the sum and the sum of squares of x - base.
        let run = |rows: &[f32]| {
            let (mut sums, mut squares) = (vec![0f64; c], vec![0f64; c]);
            let (mut sum, mut square) = (vec![0f32; c], vec![0f32; c]);
            for part in rows.chunks(PARTIAL * c).take_while(|_| !job.is_cancelled()) {
                sum.fill(0.0);
                square.fill(0.0);
                pulp::Arch::new().dispatch(
                    #[inline(always)]
                    || {
                        for row in part.chunks_exact(c) {
                            for (((x, base), sum), square) in row.iter().zip(base).zip(&mut sum).zip(&mut square) {
                                let d = x - base;
                                *sum += d;
                                *square += d * d;
                            }
                        }
                    },
                );
                sums.iter_mut().zip(&sum).for_each(|(a, b)| *a += f64::from(*b));
                squares.iter_mut().zip(&square).for_each(|(a, b)| *a += f64::from(*b));
            }
            (sums, squares)
        };
        let rows = x.len() / c;
        let share = rows.div_ceil(threads()).max(4 * PARTIAL);
        let parts: Vec<_> = if share >= rows { vec![run(x)] } else { x.par_chunks(share * c).map(run).collect() };

        let per_group = c / self.groups;
        let n = rows as f64;
        let mut lines = Vec::with_capacity(c);
        for group in 0..self.groups {
            let channels = group * per_group..(group + 1) * per_group;
            // Each channel's own mean and spread first, then the group's from those (Chan et al. 1979).
            let moments: Vec<(f64, f64)> = channels
                .clone()
                .map(|i| {
                    let sum: f64 = parts.iter().map(|part| part.0[i]).sum();
                    let square: f64 = parts.iter().map(|part| part.1[i]).sum();
                    (f64::from(base[i]) + sum / n, square / n - (sum / n) * (sum / n))
                })
                .collect();
            let mean = moments.iter().map(|m| m.0).sum::<f64>() / per_group as f64;
            let spread = |m: &(f64, f64)| m.1 + (m.0 - mean) * (m.0 - mean);
            let variance = moments.iter().map(spread).sum::<f64>() / per_group as f64;
            let inverse = 1.0 / (variance.max(0.0) + self.eps).sqrt();
            // `max` would hide a NaN.
            let inverse = if variance.is_nan() { f64::NAN } else { inverse };
            lines.extend(channels.map(|i| {
                let scale = inverse * f64::from(weight[i]);
                (scale as f32, (f64::from(bias[i]) - mean * scale) as f32)
            }));
        }
        lines
    }

    fn by_candle(&self, x: &Tensor, b: usize, c: usize, then_silu: bool) -> Result<Tensor> {
        let wide = wide(x.dtype());
        let grouped = x.to_dtype(wide)?.reshape((b, (), self.groups, c / self.groups))?;
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim((1, 3))?)?;
        let variance = centred.sqr()?.mean_keepdim((1, 3))?;
        let y = centred.broadcast_div(&(variance + self.eps)?.sqrt()?)?.reshape(x.shape())?;
        let y = y.broadcast_mul(&self.weight.to_dtype(wide)?)?.broadcast_add(&self.bias.to_dtype(wide)?)?;
        let y = if then_silu { y.silu()? } else { y };
        y.to_dtype(x.dtype())
    }
}

/// Layer norm over the last dimension; without scale and shift where a network has none.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    eps: f64,
    size: usize,
    affine: Option<(Tensor, Tensor)>,
}

impl LayerNorm {
    /// `weight` and `bias` `[size]`.
    pub fn new(weight: &Tensor, bias: &Tensor, eps: f64) -> Result<Self> {
        let size = weight.dims1()?;
        if bias.dims() != [size] {
            bail!("a layer norm of {size} numbers has a bias of {:?}", bias.shape());
        }
        Ok(Self { eps, size, affine: Some((ready(weight)?, ready(bias)?)) })
    }

    /// `weight` and `bias` `[size]` below `vb`.
    pub fn load(vb: &VarBuilder, size: usize, eps: f64) -> Result<Self> {
        Self::new(&vb.get(size, "weight")?, &vb.get(size, "bias")?, eps)
    }

    /// Without scale and shift.
    pub fn plain(size: usize, eps: f64) -> Self {
        Self { eps, size, affine: None }
    }

    /// `[.., size]` -> the same shape.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        rows(
            x,
            self.size,
            |x| self.by_candle(x),
            self.affine.as_ref().map(|(w, b)| (w, Some(b))),
            #[inline(always)]
            |row| {
                let n = row.len() as f64;
                let mean = sum(row, |x| x) / n;
                let centre = mean as f32;
                // Two passes over a row in the cache: exact where the mean is far from 0.
                let variance = sum(row, |x| (x - centre) * (x - centre)) / n - (mean - f64::from(centre)).powi(2);
                (mean, 1.0 / (variance + self.eps).sqrt())
            },
        )
    }

    fn by_candle(&self, x: &Tensor) -> Result<Tensor> {
        let wide = wide(x.dtype());
        let y = x.to_dtype(wide)?;
        if let (DType::F32, Some((w, b))) = (wide, &self.affine) {
            let (y, w, b) = (y.contiguous()?, w.to_dtype(wide)?, b.to_dtype(wide)?);
            return candle_nn::ops::layer_norm(&y, &w, &b, self.eps as f32)?.to_dtype(x.dtype());
        }
        let y = y.broadcast_sub(&y.mean_keepdim(D::Minus1)?)?;
        let y = y.broadcast_div(&(y.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?)?;
        let y = match &self.affine {
            Some((w, b)) => y.broadcast_mul(&w.to_dtype(wide)?)?.broadcast_add(&b.to_dtype(wide)?)?,
            None => y,
        };
        y.to_dtype(x.dtype())
    }
}

/// Root-mean-square norm over the last dimension.
#[derive(Clone, Debug)]
pub struct RmsNorm {
    eps: f64,
    weight: Tensor,
}

impl RmsNorm {
    /// `weight` `[size]`.
    pub fn new(weight: &Tensor, eps: f64) -> Result<Self> {
        Ok(Self { eps, weight: ready(weight)? })
    }

    /// `weight` `[size]` below `vb`.
    pub fn load(vb: &VarBuilder, size: usize, eps: f64) -> Result<Self> {
        Self::new(&vb.get(size, "weight")?, eps)
    }

    /// `[.., size]` -> the same shape.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        rows(
            x,
            self.weight.dim(0)?,
            |x| self.by_candle(x),
            Some((&self.weight, None)),
            #[inline(always)]
            |row| {
                let squares = sum(row, |x| x * x);
                (0.0, 1.0 / (squares / row.len() as f64 + self.eps).sqrt())
            },
        )
    }

    fn by_candle(&self, x: &Tensor) -> Result<Tensor> {
        let wide = wide(x.dtype());
        let y = x.to_dtype(wide)?;
        if wide == DType::F32 {
            let (y, weight) = (y.contiguous()?, self.weight.to_dtype(wide)?);
            return candle_nn::ops::rms_norm(&y, &weight, self.eps as f32)?.to_dtype(x.dtype());
        }
        let y = y.broadcast_div(&(y.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?)?;
        y.broadcast_mul(&self.weight.to_dtype(wide)?)?.to_dtype(x.dtype())
    }
}

/// A scale or a shift: on the CPU half precision becomes f32, which the rest is computed in there.
fn ready(x: &Tensor) -> Result<Tensor> {
    let half = matches!(x.dtype(), DType::BF16 | DType::F16);
    if x.device().is_cpu() && half { as_f32(x) } else { contiguous(x) }
}

fn wide(dtype: DType) -> DType {
    if dtype == DType::F64 { dtype } else { DType::F32 }
}

/// Sum of `f` over a row: f32 in eight lanes, f64 over the lanes' partial sums.
#[inline(always)]
fn sum(row: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    let mut total = 0f64;
    for part in row.chunks(512) {
        let mut lanes = [0f32; 8];
        let eights = part.chunks_exact(8);
        let rest: f32 = eights.remainder().iter().map(|x| f(*x)).sum();
        for eight in eights {
            lanes.iter_mut().zip(eight).for_each(|(lane, x)| *lane += f(*x));
        }
        total += lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>() + f64::from(rest);
    }
    total
}

/// Normalises each row by the mean and the inverse spread that `moments` finds, then scales and shifts; mark `moments`
/// `#[inline(always)]`, as for [`for_rows`].
fn rows(
    x: &Tensor,
    size: usize,
    by_candle: impl Fn(&Tensor) -> Result<Tensor>,
    affine: Option<(&Tensor, Option<&Tensor>)>,
    moments: impl Fn(&[f32]) -> (f64, f64) + Sync + Send,
) -> Result<Tensor> {
    if size == 0 || x.dim(D::Minus1)? != size {
        bail!("a norm of {size} numbers was given {:?}", x.shape());
    }
    if !is_ours(x) || affine.is_some_and(|(w, _)| w.dtype() != DType::F32) {
        return by_candle(x);
    }
    let x = contiguous(x)?;
    let (storage, layout) = x.storage_and_layout();
    let from = numbers(&storage, layout)?;
    let weight = affine.map(|(w, _)| w.storage_and_layout());
    let weight = weight.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
    let bias = affine.and_then(|(_, b)| b).map(Tensor::storage_and_layout);
    let bias = bias.as_ref().map(|(s, l)| numbers(s, l)).transpose()?;
    let mut out = vec![0.0; from.len()];
    for_rows(
        &mut out,
        size,
        #[inline(always)]
        |first, run| {
            for (out, row) in run.chunks_exact_mut(size).zip(from[first * size..].chunks_exact(size)) {
                let (mean, inverse) = moments(row);
                let (scale, shift) = (inverse as f32, (-mean * inverse) as f32);
                out.iter_mut().zip(row).for_each(|(y, x)| *y = x * scale + shift);
                if let Some(weight) = weight {
                    out.iter_mut().zip(weight).for_each(|(y, w)| *y *= w);
                }
                if let Some(bias) = bias {
                    out.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
                }
            }
        },
    )?;
    tensor(out, x.shape())
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn off(ours: &Tensor, theirs: &Tensor) -> f32 {
        let theirs = theirs.to_dtype(DType::F32).unwrap();
        (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn group_norm_agrees_with_its_definition_far_from_zero_too() {
        let dev = Device::Cpu;
        for (shape, groups, mean) in
            [([2, 3, 5, 8], 4, 0f32), ([1, 40, 40, 32], 32, 100.0), ([3, 1, 1, 6], 1, -7.0), ([1, 70, 9, 12], 3, 0.5)]
        {
            let c = shape[3];
            let x = Tensor::randn(mean, 2.0, &shape, &dev).unwrap();
            let (w, b) = (Tensor::randn(1f32, 0.5, c, &dev).unwrap(), Tensor::randn(0f32, 0.5, c, &dev).unwrap());
            let norm = GroupNorm::new(groups, 1e-5, w, b).unwrap();
            let exact = |silu| norm.by_candle(&x.to_dtype(DType::F64).unwrap(), shape[0], c, silu).unwrap();
            let allowed = 1e-5 + 1e-6 * mean.abs();
            assert!(off(&norm.forward(&x).unwrap(), &exact(false)) < allowed);
            assert!(off(&norm.forward_silu(&x).unwrap(), &exact(true)) < allowed);
        }
        let ones = Tensor::ones(6, DType::F32, &dev).unwrap();
        GroupNorm::new(4, 1e-5, ones.clone(), ones.clone()).unwrap_err();
        let norm = GroupNorm::new(2, 1e-5, ones.clone(), ones).unwrap();
        norm.forward(&Tensor::ones((1, 2, 5), DType::F32, &dev).unwrap()).unwrap_err();
        let nan = (Tensor::ones((1, 2, 6), DType::F32, &dev).unwrap() * f64::NAN).unwrap();
        assert!(norm.forward(&nan).unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().is_nan());
    }

    #[test]
    fn layer_and_rms_norm_agree_with_their_definitions() {
        let dev = Device::Cpu;
        for (size, mean) in [(7, 0f32), (768, 50.0), (1280, -3.0)] {
            let x = Tensor::randn(mean, 1.0, (2, 9, size), &dev).unwrap();
            let (w, b) = (Tensor::randn(1f32, 0.5, size, &dev).unwrap(), Tensor::randn(0f32, 1.0, size, &dev).unwrap());
            let x64 = x.to_dtype(DType::F64).unwrap();
            let layer = LayerNorm { eps: 1e-5, size, affine: Some((w.clone(), b)) };
            assert!(off(&layer.forward(&x).unwrap(), &layer.by_candle(&x64).unwrap()) < 3e-5);
            let plain = LayerNorm::plain(size, 1e-6);
            assert!(off(&plain.forward(&x).unwrap(), &plain.by_candle(&x64).unwrap()) < 3e-5);
            let rms = RmsNorm::new(&w, 1e-6).unwrap();
            assert!(off(&rms.forward(&x).unwrap(), &rms.by_candle(&x64).unwrap()) < 3e-5);
            rms.forward(&x.narrow(2, 0, size - 1).unwrap()).unwrap_err();
        }
    }
}
