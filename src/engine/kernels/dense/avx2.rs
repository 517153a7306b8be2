//! AVX2: four rows by three registers of eight, or by two where a panel is narrow.

use std::arch::x86_64::*;

use super::{LANES, Tile};

const HALF: usize = LANES / 2;

/// # Safety
/// The processor has the instructions, and the tile's places are there and the caller's.
pub unsafe fn tile(tile: Tile, together: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        match together {
            4.. => rows::<4>(tile),
            2.. => rows::<2>(tile),
            _ => rows::<1>(tile),
        }
    }
}

unsafe fn rows<const M: usize>(tile: Tile) -> usize {
    // A panel of 48 columns is two of 24, one of 32 two of 16.
    let part = if tile.wide == 3 * LANES { 3 } else { 2 };
    for first in (0..tile.columns).step_by(part * HALF) {
        // SAFETY: the caller's promise.
        unsafe { if part == 3 { run::<M, 3>(tile, first) } else { run::<M, 2>(tile, first) } }
    }
    M
}

#[target_feature(enable = "avx2,fma")]
unsafe fn run<const M: usize, const V: usize>(tile: Tile, first: usize) {
    let mut sums = [[_mm256_setzero_ps(); V]; M];
    let mut b = tile.b.wrapping_add(first);
    for k in 0..tile.len {
        let mut weights = [_mm256_setzero_ps(); V];
        for (v, weights) in weights.iter_mut().enumerate() {
            // SAFETY: `len` rows of the panel are there.
            *weights = unsafe { _mm256_loadu_ps(b.add(v * HALF).cast()) };
        }
        for (m, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `len` numbers of each row are there.
            let x = _mm256_set1_ps(unsafe { *tile.a.add(m * tile.step + k).cast::<f32>() });
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum = _mm256_fmadd_ps(x, weights, *sum);
            }
        }
        b = b.wrapping_add(tile.wide);
    }
    for (m, sums) in sums.iter().enumerate() {
        for (v, sum) in sums.iter().enumerate() {
            let column = first + v * HALF;
            let columns = tile.columns.saturating_sub(column).min(HALF);
            // SAFETY: `columns` numbers of each row are the caller's.
            unsafe {
                let out = tile.out.add(m * tile.out_step).wrapping_add(column);
                if columns == HALF {
                    let there = if tile.add { _mm256_loadu_ps(out) } else { _mm256_setzero_ps() };
                    _mm256_storeu_ps(out, _mm256_add_ps(there, *sum));
                } else {
                    let mut numbers = [0.0; HALF];
                    _mm256_storeu_ps(numbers.as_mut_ptr(), *sum);
                    tile.put(out, &numbers[..columns]);
                }
            }
        }
    }
}
