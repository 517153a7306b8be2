//! AVX-512: eight rows by three registers, and the same with pairs of bf16.

use std::arch::x86_64::*;
use std::mem::transmute;

use super::{LANES, Tile, WordKind};

/// # Safety
/// The processor has the instructions, and the tile's places are there and the caller's.
pub unsafe fn tile(tile: Tile, together: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        match together {
            8.. => rows::<8>(tile),
            4.. => rows::<4>(tile),
            2.. => rows::<2>(tile),
            _ => rows::<1>(tile),
        }
    }
}

unsafe fn rows<const M: usize>(tile: Tile) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        match (tile.kind, tile.wide / LANES) {
            (WordKind::F32, 3) => run::<M, 3>(tile),
            (WordKind::F32, 2) => run::<M, 2>(tile),
            (WordKind::F32, _) => run::<M, 1>(tile),
            (WordKind::Bf16, 3) => run_bf16::<M, 3>(tile),
            (WordKind::Bf16, 2) => run_bf16::<M, 2>(tile),
            (WordKind::Bf16, _) => run_bf16::<M, 1>(tile),
        }
    }
    M
}

#[target_feature(enable = "avx512f")]
unsafe fn run<const M: usize, const V: usize>(tile: Tile) {
    let mut sums = [[_mm512_setzero_ps(); V]; M];
    let mut b = tile.b;
    for k in 0..tile.len {
        let mut weights = [_mm512_setzero_ps(); V];
        for (v, weights) in weights.iter_mut().enumerate() {
            // SAFETY: `len` rows of the panel are there.
            *weights = unsafe { _mm512_load_ps(b.add(v * LANES).cast()) };
        }
        for (m, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `len` numbers of each row are there.
            let x = _mm512_set1_ps(unsafe { *tile.a.add(m * tile.step + k).cast::<f32>() });
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum = _mm512_fmadd_ps(x, weights, *sum);
            }
        }
        b = b.wrapping_add(V * LANES);
    }
    // SAFETY: the caller's promise.
    unsafe { put(tile, &sums) };
}

#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn run_bf16<const M: usize, const V: usize>(tile: Tile) {
    let mut sums = [[_mm512_setzero_ps(); V]; M];
    let mut b = tile.b;
    for k in 0..tile.len {
        let mut weights = [_mm512_setzero_si512(); V];
        for (v, weights) in weights.iter_mut().enumerate() {
            // SAFETY: `len` rows of the panel are there.
            *weights = unsafe { _mm512_load_si512(b.add(v * LANES).cast()) };
        }
        for (m, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `len` numbers of each row are there.
            let x = _mm512_set1_epi32(unsafe { *tile.a.add(m * tile.step + k).cast::<i32>() });
            for (sum, weights) in sums.iter_mut().zip(weights) {
                // SAFETY: 512 bits whatever they are called.
                let (x, weights) =
                    unsafe { (transmute::<__m512i, __m512bh>(x), transmute::<__m512i, __m512bh>(weights)) };
                *sum = _mm512_dpbf16_ps(*sum, x, weights);
            }
        }
        b = b.wrapping_add(V * LANES);
    }
    // SAFETY: the caller's promise.
    unsafe { put(tile, &sums) };
}

/// Writes a tile's sums.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn put<const M: usize, const V: usize>(tile: Tile, sums: &[[__m512; V]; M]) {
    for (m, sums) in sums.iter().enumerate() {
        for (v, sum) in sums.iter().enumerate() {
            let columns = (tile.columns - v * LANES).min(LANES);
            // SAFETY: `columns` numbers of each row are the caller's.
            unsafe {
                let out = tile.out.add(m * tile.out_step + v * LANES);
                let mask = if columns == LANES { u16::MAX } else { (1 << columns) - 1 };
                let there = if tile.add { _mm512_maskz_loadu_ps(mask, out) } else { _mm512_setzero_ps() };
                _mm512_mask_storeu_ps(out, mask, _mm512_add_ps(there, *sum));
            }
        }
    }
}
