//! Q4_1 and Q8_0 matrices in a layout for our own kernel, which uses AVX2 and FMA where the processor has them.
//!
//! Both types pack rows in blocks of 32 values with one scale (Q4_1: and one offset) each. Activations are rounded to
//! 8 bits by blocks too, so a block's product is a sum of small whole numbers, which is exact; only scaling and adding
//! up the blocks is done in f32, always in the same order.

use candle_core::Result;
use candle_core::quantized::{GgmlDType, QTensor};

/// Values in a block.
const BLOCK: usize = 32;

/// Rounded activations: rows of blocks.
pub struct Activations {
    /// Blocks in a row.
    blocks: usize,
    values: Vec<[i8; BLOCK]>,
    scales: Vec<f32>,
    /// The sum of each block's values, as rounded.
    sums: Vec<f32>,
}

/// One row of [`Activations`].
#[derive(Clone, Copy)]
struct Row<'a> {
    values: &'a [[i8; BLOCK]],
    scales: &'a [f32],
    sums: &'a [f32],
}

impl Activations {
    /// Rounds rows of `columns` values; `columns` is a multiple of 32.
    pub fn new(x: &[f32], columns: usize) -> Self {
        let count = x.len() / BLOCK;
        let mut all = Self {
            blocks: columns / BLOCK,
            values: Vec::with_capacity(count),
            scales: Vec::with_capacity(count),
            sums: Vec::with_capacity(count),
        };
        for block in x.as_chunks::<BLOCK>().0 {
            let top = block.iter().fold(0.0_f32, |top, v| top.max(v.abs()));
            let scale = top / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            // NaN and infinity must not pass for numbers: NaN makes the scale 0, so it is put in there.
            let bad = block.iter().any(|v| !v.is_finite());
            let values = block.map(|v| (v * inverse).round() as i8);
            let sum: i32 = values.iter().map(|&v| i32::from(v)).sum();
            all.values.push(values);
            all.scales.push(if bad { f32::NAN } else { scale });
            all.sums.push(sum as f32 * scale);
        }
        all
    }

    fn rows(&self) -> usize {
        self.values.len() / self.blocks
    }

    fn row(&self, i: usize) -> Row<'_> {
        let span = i * self.blocks..(i + 1) * self.blocks;
        Row { values: &self.values[span.clone()], scales: &self.scales[span.clone()], sums: &self.sums[span] }
    }
}

/// A matrix of a type that the kernel knows.
pub struct Matrix {
    rows: usize,
    /// Blocks in a row.
    blocks: usize,
    scales: Vec<f32>,
    packed: Packed,
}

enum Packed {
    /// Low halves are values 0 to 15 of a block, high halves 16 to 31; a value is `half * scale + offset`.
    Q4_1 {
        halves: Vec<[u8; BLOCK / 2]>,
        offsets: Vec<f32>,
    },
    Q8_0 {
        values: Vec<[i8; BLOCK]>,
    },
}

impl Matrix {
    /// The same matrix for our kernel; `None` where candle's is to be used.
    pub fn new(packed: &QTensor) -> Result<Option<Self>> {
        if !packed.device().is_cpu() || !kernel::is_there() {
            return Ok(None);
        }
        let &[rows, columns] = packed.shape().dims() else { return Ok(None) };
        let count = rows * columns / BLOCK;
        let mut scales = Vec::with_capacity(count);
        let packed = match packed.dtype() {
            GgmlDType::Q4_1 => {
                let (mut halves, mut offsets) = (Vec::with_capacity(count), Vec::with_capacity(count));
                for block in packed.data()?.as_chunks::<{ 4 + BLOCK / 2 }>().0 {
                    let [d0, d1, m0, m1, values @ ..] = *block;
                    scales.push(half(u16::from_le_bytes([d0, d1])));
                    offsets.push(half(u16::from_le_bytes([m0, m1])));
                    halves.push(values);
                }
                Packed::Q4_1 { halves, offsets }
            }
            GgmlDType::Q8_0 => {
                let mut values = Vec::with_capacity(count);
                for block in packed.data()?.as_chunks::<{ 2 + BLOCK }>().0 {
                    let [d0, d1, bytes @ ..] = *block;
                    scales.push(half(u16::from_le_bytes([d0, d1])));
                    values.push(bytes.map(|b| b as i8));
                }
                Packed::Q8_0 { values }
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { rows, blocks: columns / BLOCK, scales, packed }))
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> usize {
        self.blocks * BLOCK
    }

    /// Fills `out` `[matrix rows from start on, rows of x]` with products.
    pub fn multiply(&self, start: usize, x: &Activations, out: &mut [f32]) {
        let tokens = x.rows();
        for (i, out) in out.chunks_exact_mut(tokens).enumerate() {
            let span = (start + i) * self.blocks..(start + i + 1) * self.blocks;
            let scales = &self.scales[span.clone()];
            // Four rows of activations share the work of unpacking.
            let (fours, rest) = out.as_chunks_mut::<4>();
            for (j, four) in fours.iter_mut().enumerate() {
                let rows = [0, 1, 2, 3].map(|r| x.row(4 * j + r));
                *four = self.dot(span.clone(), scales, rows);
            }
            let done = tokens - rest.len();
            for (j, one) in rest.iter_mut().enumerate() {
                [*one] = self.dot(span.clone(), scales, [x.row(done + j)]);
            }
        }
    }

    fn dot<const R: usize>(&self, span: std::ops::Range<usize>, scales: &[f32], x: [Row; R]) -> [f32; R] {
        match &self.packed {
            Packed::Q4_1 { halves, offsets } => kernel::q4_1(&halves[span.clone()], scales, &offsets[span], x),
            Packed::Q8_0 { values } => kernel::q8_0(&values[span], scales, x),
        }
    }
}

/// IEEE 754 binary16 to f32.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1F), u32::from(bits & 0x3FF));
    match exponent {
        // Subnormal: a multiple of 2^-24.
        0 => f32::from_bits((fraction as f32 / 16_777_216.0).to_bits() | sign),
        0x1F => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(target_arch = "x86_64")]
mod kernel {
    use std::arch::x86_64::*;

    use super::{BLOCK, Row};

    pub fn is_there() -> bool {
        std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
    }

    pub fn q4_1<const R: usize>(halves: &[[u8; BLOCK / 2]], scales: &[f32], offsets: &[f32], x: [Row; R]) -> [f32; R] {
        // SAFETY: a `Matrix` is only made where `is_there`.
        unsafe { q4_1_avx2(halves, scales, offsets, x) }
    }

    pub fn q8_0<const R: usize>(values: &[[i8; BLOCK]], scales: &[f32], x: [Row; R]) -> [f32; R] {
        // SAFETY: a `Matrix` is only made where `is_there`.
        unsafe { q8_0_avx2(values, scales, x) }
    }

    #[target_feature(enable = "avx2,fma")]
    fn q4_1_avx2<const R: usize>(halves: &[[u8; BLOCK / 2]], scales: &[f32], offsets: &[f32], x: [Row; R]) -> [f32; R] {
        let low = _mm256_set1_epi8(15);
        let mut sums = [_mm256_setzero_ps(); R];
        let mut rest = [0.0; R];
        for (b, ((halves, &scale), &offset)) in halves.iter().zip(scales).zip(offsets).enumerate() {
            // SAFETY: 16 bytes lie there.
            let packed = unsafe { _mm_loadu_si128(halves.as_ptr().cast()) };
            let values = _mm256_and_si256(_mm256_set_m128i(_mm_srli_epi16::<4>(packed), packed), low);
            for r in 0..R {
                let whole = sum_of_products(values, load(&x[r].values[b]));
                let factor = _mm256_set1_ps(scale * x[r].scales[b]);
                sums[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole), factor, sums[r]);
                rest[r] += offset * x[r].sums[b];
            }
        }
        let mut out = sums.map(|s| add_up(s));
        out.iter_mut().zip(rest).for_each(|(out, rest)| *out += rest);
        out
    }

    #[target_feature(enable = "avx2,fma")]
    fn q8_0_avx2<const R: usize>(values: &[[i8; BLOCK]], scales: &[f32], x: [Row; R]) -> [f32; R] {
        let mut sums = [_mm256_setzero_ps(); R];
        for (b, (values, &scale)) in values.iter().zip(scales).enumerate() {
            let values = load(values);
            let sizes = _mm256_abs_epi8(values);
            for r in 0..R {
                // The processor multiplies unsigned by signed: the sign goes to the other side.
                let signed = _mm256_sign_epi8(load(&x[r].values[b]), values);
                let factor = _mm256_set1_ps(scale * x[r].scales[b]);
                sums[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum_of_products(sizes, signed)), factor, sums[r]);
            }
        }
        sums.map(|s| add_up(s))
    }

    #[target_feature(enable = "avx2")]
    fn load(values: &[i8; BLOCK]) -> __m256i {
        // SAFETY: 32 bytes lie there.
        unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
    }

    /// Eight sums of four products each. `a` is unsigned and at most 128, `b` is signed: two products fit 16 bits.
    #[target_feature(enable = "avx2")]
    fn sum_of_products(a: __m256i, b: __m256i) -> __m256i {
        _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1))
    }

    #[target_feature(enable = "avx2")]
    fn add_up(sums: __m256) -> f32 {
        let mut lanes = [0.0_f32; 8];
        // SAFETY: 8 numbers have room there.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), sums) };
        lanes.iter().sum()
    }
}

/// Elsewhere candle's own kernels are used (on ARM they know these types).
#[cfg(not(target_arch = "x86_64"))]
mod kernel {
    use super::{BLOCK, Row};

    pub fn is_there() -> bool {
        false
    }

    pub fn q4_1<const R: usize>(_: &[[u8; BLOCK / 2]], _: &[f32], _: &[f32], _: [Row; R]) -> [f32; R] {
        unreachable!("no matrix is made here")
    }

    pub fn q8_0<const R: usize>(_: &[[i8; BLOCK]], _: &[f32], _: [Row; R]) -> [f32; R] {
        unreachable!("no matrix is made here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_exactly() {
        for (bits, value) in [(0x0000, 0.0), (0x3C00, 1.0), (0xC000, -2.0), (0x7BFF, 65_504.0), (0x3555, 0.333_251_95)]
        {
            assert_eq!(half(bits), value);
        }
        assert_eq!(half(0x0001), 2_f32.powi(-24));
        assert_eq!(half(0x83FF), -1023.0 * 2_f32.powi(-24));
        assert_eq!(half(0x8000).to_bits(), (-0.0_f32).to_bits());
        assert_eq!(half(0xFC00), f32::NEG_INFINITY);
        assert!(half(0x7E00).is_nan());
    }

    #[test]
    fn activations_keep_their_largest_value_and_what_is_no_number() {
        let mut x = vec![0.0; 64];
        (x[3], x[5], x[40]) = (-4.0, 2.0, f32::NAN);
        let all = Activations::new(&x, 64);
        assert_eq!((all.values[0][3], all.values[0][5]), (-127, 64));
        assert!((all.scales[0] - 4.0 / 127.0).abs() < 1e-9 && all.scales[1].is_nan());
        assert_eq!(all.rows(), 1);
    }
}
