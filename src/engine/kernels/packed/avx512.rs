//! AVX-512 with VNNI: a register is a unit, `vpdpbusd` adds four products to each of sixteen rows.

use std::arch::x86_64::*;

use super::columns::{Columns, FloatKind};
use super::layout::{BLOCK, Form, GROUP, SUPER};
use super::rounded::Row;
use super::{Group, GroupSource, Unpacked};

/// A cell in registers: numbers by units, scales and offsets by rows; the second of each for types with two.
struct Cell {
    units: [__m512i; 8],
    scales: [__m512; 2],
    offsets: [__m512; 2],
}

// The types as numbers, so that each has a loop of its own.
const Q4_0: u8 = Form::Q4_0 as u8;
const Q4_1: u8 = Form::Q4_1 as u8;
const Q5_0: u8 = Form::Q5_0 as u8;
const Q5_1: u8 = Form::Q5_1 as u8;
const Q8_0: u8 = Form::Q8_0 as u8;
const Q4K: u8 = Form::Q4K as u8;
const Q5K: u8 = Form::Q5K as u8;
const Q6K: u8 = Form::Q6K as u8;
/// Unpacked: scale and offset; a scale where stored numbers are too large by a power of two; two scales and the same.
const ONE: u8 = 100;
const ZERO: u8 = 101;
const TWO: u8 = 102;

/// What a loop reads: pointers to the first cell of a group.
#[derive(Clone, Copy)]
struct Start {
    lines: *const __m512i,
    heads: *const u8,
    tops: *const u8,
}

impl Start {
    fn packed(group: Group<'_>) -> Self {
        Self { lines: group.lines.as_ptr().cast(), heads: group.heads.as_ptr(), tops: group.tops.as_ptr() }
    }

    /// Scales stand in for heads, offsets for tops.
    fn unpacked(all: &Unpacked) -> Self {
        let (heads, tops) = (all.scales.as_ptr().cast(), all.offsets.as_ptr().cast());
        Self { lines: all.lines.as_ptr().cast(), heads, tops }
    }
}

/// # Safety
/// The processor has the instructions; `source` has `blocks` blocks, and so has each row of `x`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub unsafe fn tile<const M: usize>(source: &GroupSource<'_>, blocks: usize, x: [Row<'_>; M]) -> [[f32; GROUP]; M] {
    // SAFETY: as promised.
    unsafe {
        match source {
            GroupSource::Packed(group, form) => {
                let start = Start::packed(*group);
                match form {
                    Form::Q4_0 => run::<Q4_0, M>(start, blocks, 3, x),
                    Form::Q4_1 => run::<Q4_1, M>(start, blocks, 0, x),
                    Form::Q5_0 => run::<Q5_0, M>(start, blocks, 4, x),
                    Form::Q5_1 => run::<Q5_1, M>(start, blocks, 0, x),
                    Form::Q8_0 => run::<Q8_0, M>(start, blocks, 7, x),
                    Form::Q4K => run::<Q4K, M>(start, blocks, 0, x),
                    Form::Q5K => run::<Q5K, M>(start, blocks, 0, x),
                    Form::Q6K => run::<Q6K, M>(start, blocks, 5, x),
                }
            }
            GroupSource::Unpacked(all, form) => {
                let start = Start::unpacked(all);
                match form {
                    Form::Q4_0 => run::<ZERO, M>(start, blocks, 3, x),
                    Form::Q5_0 => run::<ZERO, M>(start, blocks, 4, x),
                    Form::Q8_0 => run::<ZERO, M>(start, blocks, 7, x),
                    Form::Q6K => run::<TWO, M>(start, blocks, 5, x),
                    _ => run::<ONE, M>(start, blocks, 0, x),
                }
            }
        }
    }
}

/// Types without offsets store numbers that are too large by two to the power of `zero`, which is taken off in whole
/// numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn run<const F: u8, const M: usize>(
    start: Start,
    blocks: usize,
    zero: u32,
    x: [Row<'_>; M],
) -> [[f32; GROUP]; M] {
    let two = const { matches!(F, Q6K | TWO) };
    let offsets = const { matches!(F, Q4_1 | Q5_1 | Q4K | Q5K | ONE) };
    let zero = _mm512_set1_epi32(zero as i32);
    let mut sums = [_mm512_setzero_ps(); M];
    for b in 0..blocks {
        // SAFETY: there are `blocks` of them.
        let cell = unsafe { cell::<F>(start, b) };
        for (x, sum) in x.iter().zip(&mut sums) {
            // SAFETY: a row has `blocks` blocks.
            let (values, scale, rest, minus) = unsafe {
                (
                    x.values.as_ptr().add(b * BLOCK).cast::<i32>(),
                    *x.scales.get_unchecked(b),
                    x.sums.get_unchecked(b),
                    x.minus.get_unchecked(b),
                )
            };
            let less = |n: usize| _mm512_sllv_epi32(_mm512_set1_epi32(minus[n]), zero);
            let nothing = _mm512_setzero_si512();
            let (mut left, mut right) = match (two, offsets) {
                (true, _) => (less(0), less(1)),
                (false, true) => (nothing, nothing),
                (false, false) => (less(2), nothing),
            };
            for n in 0..4 {
                // SAFETY: a block's 32 values are eight times four.
                let (a, c) = unsafe { (values.add(n).read_unaligned(), values.add(n + 4).read_unaligned()) };
                left = _mm512_dpbusd_epi32(left, cell.units[n], _mm512_set1_epi32(a));
                if two || M < 4 {
                    right = _mm512_dpbusd_epi32(right, cell.units[n + 4], _mm512_set1_epi32(c));
                } else {
                    left = _mm512_dpbusd_epi32(left, cell.units[n + 4], _mm512_set1_epi32(c));
                }
            }
            let scale = _mm512_set1_ps(scale);
            let mut add = |whole: __m512i, n: usize| {
                let factor = _mm512_mul_ps(cell.scales[n], scale);
                *sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(whole), factor, *sum);
            };
            if two {
                add(left, 0);
                add(right, 1);
            } else {
                add(_mm512_add_epi32(left, right), 0);
            }
            if offsets {
                *sum = _mm512_fmadd_ps(cell.offsets[0], _mm512_set1_ps(rest[0] + rest[1]), *sum);
            }
        }
    }
    let mut out = [[0.0; GROUP]; M];
    for (out, sum) in out.iter_mut().zip(sums) {
        // SAFETY: sixteen numbers have room there.
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), sum) };
    }
    out
}

/// # Safety
/// Cell `b` is there.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
unsafe fn cell<const F: u8>(start: Start, b: usize) -> Cell {
    let mut units = [_mm512_setzero_si512(); 8];
    let count = const {
        match F {
            Q8_0 | ONE | ZERO | TWO => 8,
            Q5_0 | Q5_1 | Q5K => 5,
            Q6K => 6,
            _ => 4,
        }
    };
    // SAFETY: as promised, for this function.
    let lines = unsafe { start.lines.add(b * count) };
    if count == 8 {
        for (n, unit) in units.iter_mut().enumerate() {
            // SAFETY: a cell has that many lines.
            *unit = unsafe { _mm512_load_si512(lines.add(n)) };
        }
    } else {
        let low = _mm512_set1_epi8(15);
        for n in 0..4 {
            // SAFETY: a cell has that many lines.
            let line = unsafe { _mm512_load_si512(lines.add(n)) };
            units[n] = _mm512_and_si512(line, low);
            units[n + 4] = _mm512_and_si512(_mm512_srli_epi16::<4>(line), low);
        }
        for plane in 0..count - 4 {
            // SAFETY: the line is eight times 64 bits.
            let bits = unsafe { *lines.add(4 + plane).cast::<[u64; 8]>() };
            let bit = _mm512_set1_epi8(16 << plane);
            for (unit, bits) in units.iter_mut().zip(bits) {
                *unit = _mm512_mask_add_epi8(*unit, bits, *unit, bit);
            }
        }
    }
    // SAFETY: a cell's scales lie there.
    let (scales, offsets) = unsafe { scales::<F>(start, b) };
    Cell { units, scales, offsets }
}

/// # Safety
/// Cell `b` is there.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
unsafe fn scales<const F: u8>(start: Start, b: usize) -> ([__m512; 2], [__m512; 2]) {
    // SAFETY (all below): the places are those that `form` tells.
    let halves = |at: *const u8| unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(at.cast())) };
    let bytes = |at: *const u8| unsafe { _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(at.cast()))) };
    let signed = |at: *const u8| unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(at.cast()))) };
    let minus = |x: __m512| _mm512_sub_ps(_mm512_setzero_ps(), x);
    unsafe {
        match F {
            ONE | ZERO => {
                let (scale, offset) =
                    (start.heads.cast::<f32>().add(b * GROUP), start.tops.cast::<f32>().add(b * GROUP));
                ([_mm512_loadu_ps(scale); 2], [_mm512_loadu_ps(offset); 2])
            }
            TWO => {
                let at = 2 * b * GROUP;
                let (scale, offset) = (start.heads.cast::<f32>().add(at), start.tops.cast::<f32>().add(at));
                let both = |at: *const f32| [_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(GROUP))];
                (both(scale), both(offset))
            }
            Q4_0 | Q5_0 | Q8_0 => {
                let zero = const {
                    match F {
                        Q4_0 => Form::Q4_0.zero(),
                        Q5_0 => Form::Q5_0.zero(),
                        _ => Form::Q8_0.zero(),
                    }
                };
                let scale = halves(start.heads.add(b * 2 * GROUP));
                ([scale; 2], [_mm512_mul_ps(scale, _mm512_set1_ps(-zero)); 2])
            }
            Q4_1 | Q5_1 => {
                let head = start.heads.add(b * 4 * GROUP);
                ([halves(head); 2], [halves(head.add(2 * GROUP)); 2])
            }
            Q4K | Q5K => {
                let (head, top) = (start.heads.add(b * 2 * GROUP), start.tops.add(b / SUPER * 4 * GROUP));
                let scale = _mm512_mul_ps(halves(top), bytes(head));
                let offset = minus(_mm512_mul_ps(halves(top.add(2 * GROUP)), bytes(head.add(GROUP))));
                ([scale; 2], [offset; 2])
            }
            _ => {
                let (head, top) = (start.heads.add(b * 2 * GROUP), start.tops.add(b / SUPER * 2 * GROUP));
                let scale = [0, GROUP].map(|at| _mm512_mul_ps(halves(top), signed(head.add(at))));
                (scale, scale.map(|scale| _mm512_mul_ps(scale, _mm512_set1_ps(-Form::Q6K.zero()))))
            }
        }
    }
}

/// # Safety
/// The processor has the instructions; `group` has `blocks` blocks, and `out` has room for them.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub unsafe fn unpack(form: Form, group: Group<'_>, blocks: usize, out: &mut Unpacked) {
    let start = Start::packed(group);
    // SAFETY: as promised.
    unsafe {
        match form {
            Form::Q4_0 => unpack_of::<Q4_0>(start, blocks, out),
            Form::Q4_1 => unpack_of::<Q4_1>(start, blocks, out),
            Form::Q5_0 => unpack_of::<Q5_0>(start, blocks, out),
            Form::Q5_1 => unpack_of::<Q5_1>(start, blocks, out),
            Form::Q8_0 => unpack_of::<Q8_0>(start, blocks, out),
            Form::Q4K => unpack_of::<Q4K>(start, blocks, out),
            Form::Q5K => unpack_of::<Q5K>(start, blocks, out),
            Form::Q6K => unpack_of::<Q6K>(start, blocks, out),
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn unpack_of<const F: u8>(start: Start, blocks: usize, out: &mut Unpacked) {
    let count = if F == Q6K { 2 } else { 1 };
    for b in 0..blocks {
        // SAFETY: there are `blocks` of them.
        let cell = unsafe { cell::<F>(start, b) };
        for (line, unit) in out.lines[b * 8..(b + 1) * 8].iter_mut().zip(cell.units) {
            // SAFETY: a line is as long and as aligned as a register.
            unsafe { _mm512_store_si512(std::ptr::from_mut(line).cast(), unit) };
        }
        for n in 0..count {
            // SAFETY: sixteen numbers have room in each.
            unsafe {
                _mm512_storeu_ps(out.scales[b * count + n].as_mut_ptr(), cell.scales[n]);
                _mm512_storeu_ps(out.offsets[b * count + n].as_mut_ptr(), cell.offsets[n]);
            }
        }
    }
}

/// # Safety
/// The processor has the instructions; `group` has `columns` columns, and each row of `x` as many numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub unsafe fn floats<const M: usize>(group: Columns<'_>, columns: usize, x: [&[f32]; M]) -> [[f32; GROUP]; M] {
    // SAFETY: as promised.
    unsafe {
        match group.kind {
            FloatKind::F32 => floats_of::<4, M>(group, columns, x),
            FloatKind::F16 => floats_of::<2, M>(group, columns, x),
            FloatKind::Bf16 => floats_of::<3, M>(group, columns, x),
        }
    }
}

/// `F`: 4 is f32, 2 f16, 3 bf16.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn floats_of<const F: u8, const M: usize>(
    group: Columns<'_>,
    columns: usize,
    x: [&[f32]; M],
) -> [[f32; GROUP]; M] {
    let start: *const u8 = group.lines.as_ptr().cast();
    let column = |k: usize| {
        // SAFETY: column `k` of sixteen numbers is there.
        unsafe {
            match F {
                4 => _mm512_loadu_ps(start.cast::<f32>().add(k * GROUP)),
                2 => _mm512_cvtph_ps(_mm256_loadu_si256(start.add(k * 2 * GROUP).cast())),
                _ => {
                    let words = _mm512_cvtepu16_epi32(_mm256_loadu_si256(start.add(k * 2 * GROUP).cast()));
                    _mm512_castsi512_ps(_mm512_slli_epi32::<16>(words))
                }
            }
        }
    };
    // Two sums each, so that one addition need not wait for the one before.
    let mut sums = [[_mm512_setzero_ps(); 2]; M];
    let add = |sums: &mut [[__m512; 2]; M], k: usize, n: usize| {
        let column = column(k);
        for (x, sum) in x.iter().zip(sums) {
            // SAFETY: a row has `columns` numbers.
            sum[n] = _mm512_fmadd_ps(column, _mm512_set1_ps(unsafe { *x.get_unchecked(k) }), sum[n]);
        }
    };
    for k in 0..columns / 2 {
        add(&mut sums, 2 * k, 0);
        add(&mut sums, 2 * k + 1, 1);
    }
    if columns % 2 == 1 {
        add(&mut sums, columns - 1, 0);
    }
    sums.map(|[a, b]| {
        let mut out = [0.0; GROUP];
        // SAFETY: sixteen numbers have room there.
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), _mm512_add_ps(a, b)) };
        out
    })
}
