//! AVX2: half a unit at a time, eight rows of four numbers. Two products of a stored number below 64 and an activation
//! fit 16 bits; whole bytes (Q8_0) take the activation's sign to their own side first.

use std::arch::x86_64::*;

use super::floats::{Columns, Kind};
use super::form::{BLOCK, Form, GROUP, SUPER};
use super::rounded::Row;
use super::{Group, Line, Source, Unpacked};

/// # Safety
/// The processor has the instructions; `source` has `blocks` blocks, and so has each row of `x`.
#[target_feature(enable = "avx2,fma,f16c")]
pub unsafe fn tile<const M: usize>(source: &Source<'_>, blocks: usize, x: [Row<'_>; M]) -> [[f32; GROUP]; M] {
    let (Source::Packed(_, form) | Source::Unpacked(_, form)) = source;
    // SAFETY: as promised.
    unsafe {
        match form {
            Form::Q8_0 => tile_of::<1, M>(source, blocks, x),
            Form::Q6K => tile_of::<2, M>(source, blocks, x),
            _ => tile_of::<4, M>(source, blocks, x),
        }
    }
}

/// `T` units' products of pairs fit 16 bits together: twice 127 times 31 four times, 63 twice, 128 once.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn tile_of<const T: usize, const M: usize>(
    source: &Source<'_>,
    blocks: usize,
    x: [Row<'_>; M],
) -> [[f32; GROUP]; M] {
    let mut out = [[0.0; GROUP]; M];
    // Four rows of activations with their sums are what the registers hold.
    for (x, out) in x.chunks(4).zip(out.chunks_mut(4)) {
        for half in 0..2 {
            // SAFETY: as promised.
            unsafe {
                match (x, &mut *out) {
                    (&[a, b, c, d], [p, q, r, s]) => run::<T, 4>(source, blocks, half, [a, b, c, d], [p, q, r, s]),
                    (&[a, b], [p, q]) => run::<T, 2>(source, blocks, half, [a, b], [p, q]),
                    _ => {
                        x.iter().zip(out.iter_mut()).for_each(|(x, out)| run::<T, 1>(source, blocks, half, [*x], [out]))
                    }
                }
            }
        }
    }
    out
}

#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn run<const T: usize, const M: usize>(
    source: &Source<'_>,
    blocks: usize,
    half: usize,
    x: [Row<'_>; M],
    out: [&mut [f32; GROUP]; M],
) {
    let mut sums = [_mm256_setzero_ps(); M];
    let (Source::Packed(_, form) | Source::Unpacked(_, form)) = source;
    let two = form.scales() == 2;
    for b in 0..blocks {
        let mut units = [_mm256_setzero_si256(); 8];
        let (scales, offsets) = match source {
            Source::Packed(group, _) => {
                cell(*group, *form, b, half, &mut units);
                scales(*group, *form, b, half)
            }
            Source::Unpacked(all, _) => {
                for (unit, line) in units.iter_mut().zip(&all.lines[b * 8..(b + 1) * 8]) {
                    *unit = load(line, half);
                }
                let at = |from: &[[f32; GROUP]], n: usize| {
                    let from = &from[b * form.scales() + n.min(form.scales() - 1)];
                    // SAFETY: eight of sixteen numbers, from the first or the ninth on.
                    unsafe { _mm256_loadu_ps(from.as_ptr().add(8 * half)) }
                };
                ([at(&all.scales, 0), at(&all.scales, 1)], [at(&all.offsets, 0), at(&all.offsets, 1)])
            }
        };
        if T == 1 {
            // The numbers as they are, and no offset.
            units.iter_mut().for_each(|unit| *unit = _mm256_xor_si256(*unit, _mm256_set1_epi8(-128)));
        }
        for (x, sum) in x.iter().zip(&mut sums) {
            let values = x.values[b * BLOCK..(b + 1) * BLOCK].as_chunks::<4>().0;
            let mut whole = [_mm256_setzero_si256(); 2];
            let pairs = |n: usize| {
                let value = _mm256_set1_epi32(i32::from_le_bytes(values[n].map(|v| v as u8)));
                if T == 1 {
                    _mm256_maddubs_epi16(_mm256_abs_epi8(units[n]), _mm256_sign_epi8(value, units[n]))
                } else {
                    _mm256_maddubs_epi16(units[n], value)
                }
            };
            for n in (0..8).step_by(T) {
                let sum = (n + 1..n + T).fold(pairs(n), |sum, n| _mm256_add_epi16(sum, pairs(n)));
                whole[n / 4] = _mm256_add_epi32(whole[n / 4], _mm256_madd_epi16(sum, _mm256_set1_epi16(1)));
            }
            let scale = _mm256_set1_ps(x.scales[b]);
            let [left, right] = x.sums[b];
            if two {
                for (n, rest) in [left, right].into_iter().enumerate() {
                    let factor = _mm256_mul_ps(scales[n], scale);
                    *sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole[n]), factor, *sum);
                    *sum = _mm256_fmadd_ps(offsets[n], _mm256_set1_ps(rest), *sum);
                }
            } else {
                let factor = _mm256_mul_ps(scales[0], scale);
                *sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_add_epi32(whole[0], whole[1])), factor, *sum);
                if T > 1 {
                    *sum = _mm256_fmadd_ps(offsets[0], _mm256_set1_ps(left + right), *sum);
                }
            }
        }
    }
    for (out, sum) in out.into_iter().zip(sums) {
        // SAFETY: eight of sixteen numbers, from the first or the ninth on.
        unsafe { _mm256_storeu_ps(out.as_mut_ptr().add(8 * half), sum) };
    }
}

/// The numbers of eight rows of cell `b`.
#[target_feature(enable = "avx2")]
#[inline]
fn cell(group: Group<'_>, form: Form, b: usize, half: usize, units: &mut [__m256i; 8]) {
    let lines = &group.lines[b * form.lines()..(b + 1) * form.lines()];
    if form == Form::Q8_0 {
        units.iter_mut().zip(lines).for_each(|(unit, line)| *unit = load(line, half));
        return;
    }
    let low = _mm256_set1_epi8(15);
    for (n, line) in lines[..4].iter().enumerate() {
        let line = load(line, half);
        units[n] = _mm256_and_si256(line, low);
        units[n + 4] = _mm256_and_si256(_mm256_srli_epi16::<4>(line), low);
    }
    // Each byte of the bits to the eight numbers that it belongs to, then each bit to its own.
    let spread = _mm256_setr_epi8(
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
    );
    let each = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    for (plane, line) in lines[4..].iter().enumerate() {
        for (unit, bits) in units.iter_mut().zip(line.0.as_chunks::<8>().0) {
            let bits = &bits.as_chunks::<4>().0[half];
            let bits = _mm256_shuffle_epi8(_mm256_set1_epi32(i32::from_le_bytes(*bits)), spread);
            let set = _mm256_cmpeq_epi8(_mm256_and_si256(bits, each), each);
            *unit = _mm256_or_si256(*unit, _mm256_and_si256(set, _mm256_set1_epi8(16 << plane)));
        }
    }
}

/// Scales and offsets of eight rows of cell `b`; the second of each for types with two.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn scales(group: Group<'_>, form: Form, b: usize, half: usize) -> ([__m256; 2], [__m256; 2]) {
    let head = &group.heads[b * form.head() * GROUP..(b + 1) * form.head() * GROUP];
    let top = &group.tops[b / SUPER * form.top() * GROUP..];
    let halves = |from: &[u8], kind: usize| {
        let from = &from[2 * (kind * GROUP + 8 * half)..][..16];
        // SAFETY: sixteen bytes.
        _mm256_cvtph_ps(unsafe { _mm_loadu_si128(from.as_ptr().cast()) })
    };
    let eight = |kind: usize| {
        let from = &head[kind * GROUP + 8 * half..][..8];
        // SAFETY: eight bytes.
        unsafe { _mm_loadl_epi64(from.as_ptr().cast()) }
    };
    let less = |scale: __m256| _mm256_mul_ps(scale, _mm256_set1_ps(-form.zero()));
    match form {
        Form::Q4_0 | Form::Q5_0 | Form::Q8_0 => {
            let scale = halves(head, 0);
            ([scale; 2], [less(scale); 2])
        }
        Form::Q4_1 | Form::Q5_1 => ([halves(head, 0); 2], [halves(head, 1); 2]),
        Form::Q4K | Form::Q5K => {
            let six = |kind: usize| _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight(kind)));
            let offset = _mm256_mul_ps(halves(top, 1), six(1));
            ([_mm256_mul_ps(halves(top, 0), six(0)); 2], [_mm256_sub_ps(_mm256_setzero_ps(), offset); 2])
        }
        Form::Q6K => {
            let signed = |kind: usize| _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(eight(kind)));
            let scale = [0, 1].map(|kind| _mm256_mul_ps(halves(top, 0), signed(kind)));
            (scale, scale.map(less))
        }
    }
}

/// # Safety
/// The processor has the instructions; `group` has `blocks` blocks, and `out` has room for them.
#[target_feature(enable = "avx2,fma,f16c")]
pub unsafe fn unpack(form: Form, group: Group<'_>, blocks: usize, out: &mut Unpacked) {
    let count = form.scales();
    for b in 0..blocks {
        for half in 0..2 {
            let mut units = [_mm256_setzero_si256(); 8];
            cell(group, form, b, half, &mut units);
            for (line, unit) in out.lines[b * 8..(b + 1) * 8].iter_mut().zip(units) {
                // SAFETY: half a line is as long and as aligned as a register.
                unsafe { _mm256_store_si256(line.0.as_mut_ptr().add(32 * half).cast(), unit) };
            }
            let (scales, offsets) = scales(group, form, b, half);
            for n in 0..count {
                let at = b * count + n;
                // SAFETY: eight of sixteen numbers have room in each.
                unsafe {
                    _mm256_storeu_ps(out.scales[at].as_mut_ptr().add(8 * half), scales[n]);
                    _mm256_storeu_ps(out.offsets[at].as_mut_ptr().add(8 * half), offsets[n]);
                }
            }
        }
    }
}

/// Half a line.
#[target_feature(enable = "avx2")]
#[inline]
fn load(line: &Line, half: usize) -> __m256i {
    // SAFETY: 32 of 64 bytes.
    unsafe { _mm256_load_si256(line.0.as_ptr().add(32 * half).cast()) }
}

/// # Safety
/// The processor has the instructions; `group` has `columns` columns, and each row of `x` as many numbers.
#[target_feature(enable = "avx2,fma,f16c")]
pub unsafe fn floats<const M: usize>(group: Columns<'_>, columns: usize, x: [&[f32]; M]) -> [[f32; GROUP]; M] {
    let mut out = [[0.0; GROUP]; M];
    let start: *const u8 = group.lines.as_ptr().cast();
    for half in 0..2 {
        let column = |k: usize| {
            let at = k * GROUP + 8 * half;
            // SAFETY: eight numbers of column `k` are there.
            unsafe {
                match group.kind {
                    Kind::F32 => _mm256_loadu_ps(start.cast::<f32>().add(at)),
                    Kind::F16 => _mm256_cvtph_ps(_mm_loadu_si128(start.add(2 * at).cast())),
                    Kind::Bf16 => {
                        let words = _mm256_cvtepu16_epi32(_mm_loadu_si128(start.add(2 * at).cast()));
                        _mm256_castsi256_ps(_mm256_slli_epi32::<16>(words))
                    }
                }
            }
        };
        let mut sums = [_mm256_setzero_ps(); M];
        for k in 0..columns {
            let column = column(k);
            for (x, sum) in x.iter().zip(&mut sums) {
                // SAFETY: a row has `columns` numbers.
                *sum = _mm256_fmadd_ps(column, _mm256_set1_ps(unsafe { *x.get_unchecked(k) }), *sum);
            }
        }
        for (out, sum) in out.iter_mut().zip(sums) {
            // SAFETY: eight of sixteen numbers, from the first or the ninth on.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr().add(8 * half), sum) };
        }
    }
    out
}
