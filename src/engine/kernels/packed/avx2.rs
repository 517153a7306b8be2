//! AVX2: half a unit at a time, eight rows of four values. Two products of a stored value below 64 and an activation
//! fit 16 bits; whole bytes (Q8_0) take the activation's sign to their own side first.

use std::arch::x86_64::*;

use super::columns::{Columns, FloatKind};
use super::layout::{BLOCK, Form, GROUP, SUPER};
use super::rounded::Row;
use super::{Group, GroupSource, Line, Unpacked};

/// # Safety
/// The processor has the instructions; `source` has `blocks` blocks, and so has each row of `x`.
#[target_feature(enable = "avx2,fma,f16c")]
pub unsafe fn tile<const M: usize>(source: &GroupSource<'_>, blocks: usize, x: [Row<'_>; M]) -> [[f32; GROUP]; M] {
    let (GroupSource::Packed(_, form) | GroupSource::Unpacked(_, form)) = source;
    // SAFETY: as promised.
    unsafe {
        match form {
            Form::Q4_0 => tile_of::<{ Form::Q4_0 as u8 }, 8, M>(source, blocks, x),
            Form::Q4_1 => tile_of::<{ Form::Q4_1 as u8 }, 8, M>(source, blocks, x),
            Form::Q5_0 => tile_of::<{ Form::Q5_0 as u8 }, 4, M>(source, blocks, x),
            Form::Q5_1 => tile_of::<{ Form::Q5_1 as u8 }, 4, M>(source, blocks, x),
            Form::Q8_0 => tile_of::<{ Form::Q8_0 as u8 }, 1, M>(source, blocks, x),
            Form::Q4K => tile_of::<{ Form::Q4K as u8 }, 8, M>(source, blocks, x),
            Form::Q5K => tile_of::<{ Form::Q5K as u8 }, 4, M>(source, blocks, x),
            Form::Q6K => tile_of::<{ Form::Q6K as u8 }, 2, M>(source, blocks, x),
        }
    }
}

/// `F` is the form, so that each has a loop of its own. `T` units' products of pairs fit 16 bits together: twice 127
/// times 15 eight times, 31 four times, 63 twice, 128 once.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn tile_of<const F: u8, const T: usize, const M: usize>(
    source: &GroupSource<'_>,
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
                    (&[a, b, c, d], [p, q, r, s]) => run::<F, T, 4>(source, blocks, half, [a, b, c, d], [p, q, r, s]),
                    (&[a, b], [p, q]) => run::<F, T, 2>(source, blocks, half, [a, b], [p, q]),
                    _ => x
                        .iter()
                        .zip(out.iter_mut())
                        .for_each(|(x, out)| run::<F, T, 1>(source, blocks, half, [*x], [out])),
                }
            }
        }
    }
    out
}

#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn run<const F: u8, const T: usize, const M: usize>(
    source: &GroupSource<'_>,
    blocks: usize,
    half: usize,
    x: [Row<'_>; M],
    out: [&mut [f32; GROUP]; M],
) {
    let form = const { Form::ALL[F as usize] };
    let two = const { Form::ALL[F as usize].scales() == 2 };
    let mut sums = [_mm256_setzero_ps(); M];
    for b in 0..blocks {
        let mut units = [_mm256_setzero_si256(); 8];
        let (scales, offsets) = match source {
            GroupSource::Packed(group, _) => {
                // SAFETY: there are `blocks` blocks.
                unsafe { cell(*group, form, b, half, &mut units) };
                // SAFETY: the same.
                unsafe { scales(*group, form, b, half) }
            }
            GroupSource::Unpacked(all, _) => {
                // SAFETY: there are `blocks` blocks, of eight lines each; eight of sixteen numbers, from the first or
                // the ninth on.
                unsafe {
                    let lines = all.lines.as_ptr().add(b * 8);
                    for (n, unit) in units.iter_mut().enumerate() {
                        *unit = load(lines.add(n), half);
                    }
                    let at = |from: &[[f32; GROUP]], n: usize| {
                        let row = b * form.scales() + n.min(form.scales() - 1);
                        _mm256_loadu_ps(from.as_ptr().add(row).cast::<f32>().add(8 * half))
                    };
                    ([at(&all.scales, 0), at(&all.scales, 1)], [at(&all.offsets, 0), at(&all.offsets, 1)])
                }
            }
        };
        if T == 1 {
            // The numbers as they are, and no offset.
            units.iter_mut().for_each(|unit| *unit = _mm256_xor_si256(*unit, _mm256_set1_epi8(-128)));
        }
        for (x, sum) in x.iter().zip(&mut sums) {
            // SAFETY: a row has `blocks` blocks.
            let (values, scale, rest) = unsafe {
                let values = x.values.as_ptr().add(b * BLOCK).cast::<i32>();
                (values, *x.scales.get_unchecked(b), *x.sums.get_unchecked(b))
            };
            let mut whole = [_mm256_setzero_si256(); 2];
            let pairs = |n: usize| {
                // SAFETY: a block's 32 values are eight times four.
                let value = _mm256_set1_epi32(unsafe { values.add(n).read_unaligned() });
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
            let scale = _mm256_set1_ps(scale);
            if two {
                for n in 0..2 {
                    let factor = _mm256_mul_ps(scales[n], scale);
                    *sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole[n]), factor, *sum);
                    *sum = _mm256_fmadd_ps(offsets[n], _mm256_set1_ps(rest[n]), *sum);
                }
            } else {
                let factor = _mm256_mul_ps(scales[0], scale);
                *sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_add_epi32(whole[0], whole[1])), factor, *sum);
                if T > 1 {
                    *sum = _mm256_fmadd_ps(offsets[0], _mm256_set1_ps(rest[0] + rest[1]), *sum);
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
///
/// # Safety
/// Cell `b` is there.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn cell(group: Group<'_>, form: Form, b: usize, half: usize, units: &mut [__m256i; 8]) {
    // SAFETY (all below): a cell has that many lines.
    let lines = unsafe { group.lines.as_ptr().add(b * form.lines()) };
    let line = |n: usize| unsafe { load(lines.add(n), half) };
    if form == Form::Q8_0 {
        units.iter_mut().enumerate().for_each(|(n, unit)| *unit = line(n));
        return;
    }
    let low = _mm256_set1_epi8(15);
    for n in 0..4 {
        let line = line(n);
        units[n] = _mm256_and_si256(line, low);
        units[n + 4] = _mm256_and_si256(_mm256_srli_epi16::<4>(line), low);
    }
    // Each byte of the bits to the eight numbers that it belongs to, then each bit to its own.
    let spread = _mm256_setr_epi8(
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
    );
    let each = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    for plane in 0..form.planes() {
        let bits = unsafe { lines.add(4 + plane).cast::<i32>() };
        for (n, unit) in units.iter_mut().enumerate() {
            let bits = _mm256_set1_epi32(unsafe { *bits.add(2 * n + half) });
            let set = _mm256_and_si256(_mm256_shuffle_epi8(bits, spread), each);
            let set = _mm256_cmpeq_epi8(set, each);
            *unit = _mm256_or_si256(*unit, _mm256_and_si256(set, _mm256_set1_epi8(16 << plane)));
        }
    }
}

/// Scales and offsets of eight rows of cell `b`; the second of each for types with two.
///
/// # Safety
/// Cell `b` is there.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
unsafe fn scales(group: Group<'_>, form: Form, b: usize, half: usize) -> ([__m256; 2], [__m256; 2]) {
    // SAFETY (all below): the places are those that `form` tells.
    let (head, top) = unsafe {
        (group.heads.as_ptr().add(b * form.head() * GROUP), group.tops.as_ptr().add(b / SUPER * form.top() * GROUP))
    };
    let halves = |from: *const u8, kind: usize| unsafe {
        _mm256_cvtph_ps(_mm_loadu_si128(from.add(2 * (kind * GROUP + 8 * half)).cast()))
    };
    let eight = |kind: usize| unsafe { _mm_loadl_epi64(head.add(kind * GROUP + 8 * half).cast()) };
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
            // SAFETY: there are `blocks` blocks.
            unsafe { cell(group, form, b, half, &mut units) };
            for (line, unit) in out.lines[b * 8..(b + 1) * 8].iter_mut().zip(units) {
                // SAFETY: half a line is as long and as aligned as a register.
                unsafe { _mm256_store_si256(line.0.as_mut_ptr().add(32 * half).cast(), unit) };
            }
            // SAFETY: the same.
            let (scales, offsets) = unsafe { scales(group, form, b, half) };
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
///
/// # Safety
/// The line is there.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn load(line: *const Line, half: usize) -> __m256i {
    // SAFETY: 32 of 64 bytes, as aligned as a register.
    unsafe { _mm256_load_si256(line.cast::<__m256i>().add(half)) }
}

/// # Safety
/// The processor has the instructions; `group` has `columns` columns, and each row of `x` as many numbers.
#[target_feature(enable = "avx2,fma,f16c")]
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
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn floats_of<const F: u8, const M: usize>(
    group: Columns<'_>,
    columns: usize,
    x: [&[f32]; M],
) -> [[f32; GROUP]; M] {
    let mut out = [[0.0; GROUP]; M];
    // Three rows of sixteen sums, each in two, are what the registers hold.
    for (x, out) in x.chunks(3).zip(out.chunks_mut(3)) {
        // SAFETY: as promised.
        unsafe {
            match (x, out) {
                (&[a, b, c], [p, q, r]) => float_rows::<F, 3>(group, columns, [a, b, c], [p, q, r]),
                (&[a, b], [p, q]) => float_rows::<F, 2>(group, columns, [a, b], [p, q]),
                (x, out) => x.iter().zip(out).for_each(|(x, out)| float_rows::<F, 1>(group, columns, [*x], [out])),
            }
        }
    }
    out
}

#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn float_rows<const F: u8, const M: usize>(
    group: Columns<'_>,
    columns: usize,
    x: [&[f32]; M],
    out: [&mut [f32; GROUP]; M],
) {
    let start: *const u8 = group.lines.as_ptr().cast();
    let column = |k: usize, h: usize| {
        let at = k * GROUP + 8 * h;
        // SAFETY: eight numbers of column `k` are there.
        unsafe {
            match F {
                4 => _mm256_loadu_ps(start.cast::<f32>().add(at)),
                2 => _mm256_cvtph_ps(_mm_loadu_si128(start.add(2 * at).cast())),
                _ => {
                    let words = _mm256_cvtepu16_epi32(_mm_loadu_si128(start.add(2 * at).cast()));
                    _mm256_castsi256_ps(_mm256_slli_epi32::<16>(words))
                }
            }
        }
    };
    // Two sums each, so that one addition need not wait for the one before.
    let mut sums = [[[_mm256_setzero_ps(); 2]; 2]; M];
    let add = |sums: &mut [[[__m256; 2]; 2]; M], k: usize, n: usize| {
        let column = [column(k, 0), column(k, 1)];
        for (x, sums) in x.iter().zip(sums) {
            // SAFETY: a row has `columns` numbers.
            let x = _mm256_set1_ps(unsafe { *x.get_unchecked(k) });
            for (sum, column) in sums.iter_mut().zip(column) {
                sum[n] = _mm256_fmadd_ps(column, x, sum[n]);
            }
        }
    };
    for k in 0..columns / 2 {
        add(&mut sums, 2 * k, 0);
        add(&mut sums, 2 * k + 1, 1);
    }
    if columns % 2 == 1 {
        add(&mut sums, columns - 1, 0);
    }
    for (out, sums) in out.into_iter().zip(sums) {
        for (h, [a, b]) in sums.into_iter().enumerate() {
            // SAFETY: eight of sixteen numbers, from the first or the ninth on.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr().add(8 * h), _mm256_add_ps(a, b)) };
        }
    }
}
