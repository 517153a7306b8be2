//! What the CPU loops share: the values of a tensor as a slice, work split over threads, and scalar functions that
//! compilers can vectorise.

use std::marker::PhantomData;

use candle_core::{DType, Device, Layout, Result, Shape, Storage, Tensor, bail};
use rayon::prelude::*;

use super::pool;
use crate::job::{self, Current};

/// Below this many values, an element-wise loop runs on one thread.
const WORTH_SPLITTING: usize = 1 << 15;
/// Most numbers of a run of rows: so many are over within milliseconds, and then a cancel is seen.
const LONGEST_RUN: usize = 1 << 20;

/// Does this tensor take the loops of this room?
pub fn is_ours(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32
}

/// The values of a contiguous f32 tensor on the CPU; the storage is what `Tensor::storage_and_layout` gave.
pub fn numbers<'a>(storage: &'a Storage, layout: &Layout) -> Result<&'a [f32]> {
    let Storage::Cpu(storage) = storage else { bail!("this operator works on the CPU's tensors") };
    match layout.contiguous_offsets() {
        Some((from, to)) => Ok(&storage.as_slice::<f32>()?[from..to]),
        None => bail!("this operator needs contiguous tensors"),
    }
}

/// Rows of an f32 matrix `[rows, width]` on the CPU, each contiguous.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    all: &'a [f32],
    step: usize,
    width: usize,
}

impl<'a> Rows<'a> {
    /// As many as `shape`, rows and width, says; the storage is what `Tensor::storage_and_layout` gave.
    ///
    /// # Errors
    /// Where the tensor is another, or its columns are apart.
    pub fn of(storage: &'a Storage, layout: &Layout, shape: (usize, usize)) -> Result<Self> {
        let Storage::Cpu(storage) = storage else { bail!("this operator works on the CPU's tensors") };
        let (&[rows, width], &[step, 1]) = (layout.dims(), layout.stride()) else {
            bail!("this operator needs rows of numbers that lie side by side, not {:?}", layout.shape())
        };
        if (rows, width) != shape {
            bail!("{rows} rows of {width} numbers stand where {shape:?} belong")
        }
        Ok(Self { all: &storage.as_slice::<f32>()?[layout.start_offset()..], step, width })
    }

    pub fn row(&self, at: usize) -> &'a [f32] {
        &self.all[at * self.step..][..self.width]
    }
}

/// A contiguous view of `x`; copies only where it is not contiguous yet.
pub fn contiguous(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() { Ok(x.clone()) } else { x.contiguous() }
}

/// A contiguous tensor of f32; copies only what is not one.
pub fn as_f32(x: &Tensor) -> Result<Tensor> {
    x.to_dtype(DType::F32)?.contiguous()
}

/// A new tensor of these numbers, the result of an operator.
///
/// # Errors
/// Once the job of this thread is cancelled: some of the numbers may never have been computed.
pub fn tensor(numbers: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
    job::check()?;
    Tensor::from_vec(numbers, shape, &Device::Cpu)
}

/// A slice that several threads write, each its own places.
pub struct Shared<'a, T> {
    start: *mut T,
    len: usize,
    life: PhantomData<&'a mut [T]>,
}

// SAFETY: who writes which place is the promise of `part`'s callers.
unsafe impl<T: Send> Sync for Shared<'_, T> {}
// SAFETY: the same.
unsafe impl<T: Send> Send for Shared<'_, T> {}

impl<T> Clone for Shared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub fn new(all: &'a mut [T]) -> Self {
        Self { start: all.as_mut_ptr(), len: all.len(), life: PhantomData }
    }

    /// What a vector has room for, whose places are written through [`start`](Self::start).
    pub fn room(all: &'a mut Vec<T>) -> Self {
        let room = all.spare_capacity_mut();
        Self { start: room.as_mut_ptr().cast(), len: room.len(), life: PhantomData }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Of the first place, for who keeps the same promise as callers of [`part`](Self::part).
    pub fn start(&self) -> *mut T {
        self.start
    }

    /// `len` places from `at` on.
    ///
    /// # Safety
    /// Nobody else holds one of them meanwhile.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "the caller promises that nobody else holds these places")]
    pub unsafe fn part(&self, at: usize, len: usize) -> &mut [T] {
        assert!(at <= self.len && len <= self.len - at, "a part lies inside");
        // SAFETY: inside, and the caller's alone.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), len) }
    }
}

/// Threads that the loops of this room use.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// `work` with each number below `parts`, on all threads; no thread takes more than `most` of them at once.
///
/// # Errors
/// Once the job of this thread is cancelled; parts are left out then.
pub fn each(parts: usize, most: usize, work: impl Fn(usize) + Sync + Send) -> Result<()> {
    let job = Current::of_this_thread();
    (0..parts).into_par_iter().with_max_len(most).for_each(|part| {
        if !job.is_cancelled() {
            work(part);
        }
    });
    job.check()
}

/// Applies `f` to runs of whole rows of `out` (rows of `row` numbers) side by side: `f(first row, rows)`.
///
/// The loop is compiled for AVX2 too, which is taken where it is there; mark `f` `#[inline(always)]` for that.
///
/// # Errors
/// Once the job of this thread is cancelled; rows are left as they were then.
pub fn for_rows<T: Send>(out: &mut [T], row: usize, f: impl Fn(usize, &mut [T]) + Sync + Send) -> Result<()> {
    let job = Current::of_this_thread();
    if out.is_empty() || row == 0 {
        return job.check();
    }
    let arch = pulp::Arch::new();
    let f = |first: usize, run: &mut [T]| {
        arch.dispatch(
            #[inline(always)]
            || f(first, run),
        )
    };
    if out.len() < WORTH_SPLITTING {
        f(0, out);
        return job.check();
    }
    // A few runs for each thread, so that a late one does not hold up the rest.
    let rows = (out.len() / row).div_ceil(4 * threads()).min(LONGEST_RUN.div_ceil(row));
    let (len, each) = (out.len(), rows * row);
    let parts = Shared::new(out);
    let part = |i: usize| {
        // SAFETY: each has its own rows.
        f(i * rows, unsafe { parts.part(i * each, each.min(len - i * each)) });
    };
    // rayon's threads take ten times as long to wake; they serve where a text is being written beside a picture.
    if !pool::try_run(len.div_ceil(each), &job, &part) {
        return self::each(len.div_ceil(each), usize::MAX, part);
    }
    job.check()
}

/// `f` of each number, on all threads; mark it `#[inline(always)]`, as for [`for_rows`].
pub fn mapped(from: &[f32], f: impl Fn(f32) -> f32 + Sync + Send) -> Result<Vec<f32>> {
    let mut out = Vec::with_capacity(from.len());
    for_rows(
        &mut out.spare_capacity_mut()[..from.len()],
        1,
        #[inline(always)]
        |first, run| {
            for (out, x) in run.iter_mut().zip(&from[first..]) {
                out.write(f(*x));
            }
        },
    )?;
    // SAFETY: `for_rows` has given each place to one run, which has written it.
    unsafe { out.set_len(from.len()) };
    Ok(out)
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

/// `x * w + sum`, in one instruction where every processor of the kind has it; elsewhere that would be a call for each
/// number. It does not ask what the build is for: the numbers are the same in each.
#[inline(always)]
pub fn multiply_add(x: f32, w: f32, sum: f32) -> f32 {
    if cfg!(target_arch = "aarch64") { x.mul_add(w, sum) } else { x * w + sum }
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
}
