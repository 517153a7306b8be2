//! What the CPU loops share: numbers of a tensor as a slice, a checked matrix product, work split over the threads,
//! and functions of one number that compilers can turn into vector instructions.

use candle_core::{DType, Device, Layout, Result, Shape, Storage, Tensor, bail};
use rayon::prelude::*;

/// Below this many numbers an element-wise loop is not worth waking another thread for.
const WORTH_SPLITTING: usize = 1 << 15;

/// Does this tensor take the loops of this room?
pub fn is_ours(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32
}

/// The numbers of a contiguous f32 tensor on the CPU; the storage is what `Tensor::storage_and_layout` gave.
pub fn numbers<'a>(storage: &'a Storage, layout: &Layout) -> Result<&'a [f32]> {
    let Storage::Cpu(storage) = storage else { bail!("this operator works on the CPU's tensors") };
    match layout.contiguous_offsets() {
        Some((from, to)) => Ok(&storage.as_slice::<f32>()?[from..to]),
        None => bail!("this operator needs contiguous tensors"),
    }
}

/// A contiguous view of `x`; copies only where it is not contiguous yet.
pub fn contiguous(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() { Ok(x.clone()) } else { x.contiguous() }
}

/// A new tensor of these numbers.
pub fn tensor(numbers: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(numbers, shape, &Device::Cpu)
}

pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// Applies `f` to runs of whole rows of `out` (rows of `row` numbers) side by side: `f(first row, rows)`.
pub fn for_rows(out: &mut [f32], row: usize, f: impl Fn(usize, &mut [f32]) + Sync + Send) {
    if out.is_empty() || row == 0 {
        return;
    }
    if out.len() < WORTH_SPLITTING || threads() == 1 {
        return f(0, out);
    }
    // A few runs for each thread, so that a late one does not hold up the rest.
    let rows = (out.len() / row).div_ceil(4 * threads());
    out.par_chunks_mut(rows * row).enumerate().for_each(|(i, run)| f(i * rows, run));
}

/// A matrix inside a slice: element (r, c) is `data[r * rows + c * columns]`.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub columns: usize,
}

/// Sizes of a product `[m, k] x [k, n]`.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub m: usize,
    pub n: usize,
    pub k: usize,
}

/// Where a product goes.
pub struct Place<'a> {
    pub out: &'a mut [f32],
    /// Row `r` starts at `r * stride`.
    pub stride: usize,
    /// Added to what is there, else written over it.
    pub add: bool,
}

/// `scale * left x right` into `place`. With `split` the product itself runs on all threads. Panics where a view is too
/// short for the sizes (a bug in this room).
pub fn product(sizes: Sizes, place: Place, left: View, right: View, scale: f32, split: bool) {
    let Sizes { m, n, k } = sizes;
    let Place { out, stride, add } = place;
    if m == 0 || n == 0 {
        return;
    }
    assert!(n <= stride && (m - 1) * stride + n <= out.len(), "the product is larger than its place");
    if k == 0 {
        if !add {
            out.chunks_mut(stride).take(m).for_each(|row| row[..n].fill(0.0));
        }
        return;
    }
    let fits = |view: View, r: usize, c: usize| (r - 1) * view.rows + (c - 1) * view.columns < view.data.len();
    assert!(fits(left, m, k) && fits(right, k, n), "a factor is shorter than its sizes");
    let parallelism = if split { gemm::Parallelism::Rayon(0) } else { gemm::Parallelism::None };
    // SAFETY: the asserts above keep each element that the strides and sizes reach inside its slice; `out` is ours
    // alone and its rows do not overlap (n <= stride).
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            stride as isize,
            add,
            left.data.as_ptr(),
            left.columns as isize,
            left.rows as isize,
            right.data.as_ptr(),
            right.columns as isize,
            right.rows as isize,
            1.0,
            scale,
            false,
            false,
            false,
            parallelism,
        );
    }
}

/// e^x to 2 units in the last place, for x in -87..88 (clamped). `f32::exp` is a call for each number; this is
/// straight arithmetic. Cephes' way: x = n ln 2 + r, a polynomial for e^r, n into the exponent's bits.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 leaves the nearest whole number in the lowest bits; 127 more is the exponent's offset.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + (ROUND + 127.0);
    let n = shifted - (ROUND + 127.0);
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    (p * r * r + r + 1.0) * f32::from_bits(shifted.to_bits() << 23)
}

/// The error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26).
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let a = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * a);
    let p = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_72) * t + 0.254_829_6) * t;
    (1.0 - p * exp(-a * a)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_one_number_are_close() {
        for i in -8800..8800 {
            let x = i as f32 / 101.3;
            let theirs = f64::from(x).exp();
            assert!((f64::from(exp(x)) / theirs - 1.0).abs() < 3e-7, "exp {x}");
        }
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
        // erf(0.5), erf(1), erf(2) from tables.
        for (x, y) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (9.0, 1.0)] {
            assert!((erf(x) - y).abs() < 3e-7, "erf {x}");
            assert!((erf(-x) + y).abs() < 3e-7, "erf -{x}");
        }
    }

    #[test]
    fn a_product_on_strides_is_the_sum() {
        let left: Vec<f32> = (0..24).map(|i| i as f32).collect();
        let right: Vec<f32> = (0..12).map(|i| (i * i) as f32 - 20.0).collect();
        let (sizes, mut out) = (Sizes { m: 3, n: 2, k: 4 }, vec![1.0; 9]);
        // left: rows 8 apart; right transposed: [n, k] in memory.
        let (l, r) = (View { data: &left, rows: 8, columns: 1 }, View { data: &right, rows: 1, columns: 4 });
        product(sizes, Place { out: &mut out, stride: 3, add: true }, l, r, 0.5, false);
        for m in 0..3 {
            for n in 0..2 {
                let sum: f32 = (0..4).map(|k| left[m * 8 + k] * right[n * 4 + k]).sum();
                assert_eq!(out[m * 3 + n], 1.0 + 0.5 * sum);
            }
            assert_eq!(out[m * 3 + 2], 1.0);
        }
    }
}
