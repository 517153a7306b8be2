//! NEON, which every 64-bit ARM has: eight rows by three registers of four, or by two where a panel is narrow.

use std::arch::aarch64::*;

use super::{LANES, Tile};

const QUARTER: usize = LANES / 4;

/// # Safety
/// The tile's places are there and the caller's.
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
    // A panel of 48 columns is four of 12, one of 32 four of 8.
    let part = if tile.wide == 3 * LANES { 3 } else { 2 };
    for first in (0..tile.columns).step_by(part * QUARTER) {
        // SAFETY: the caller's promise.
        unsafe { if part == 3 { run::<M, 3>(tile, first) } else { run::<M, 2>(tile, first) } }
    }
    M
}

unsafe fn run<const M: usize, const V: usize>(tile: Tile, first: usize) {
    // SAFETY (all below): `len` rows of the panel, and numbers of each row, are there.
    let mut sums = [[unsafe { vdupq_n_f32(0.0) }; V]; M];
    let mut b = tile.b.wrapping_add(first).cast::<f32>();
    for k in 0..tile.len {
        let weights: [float32x4_t; V] = std::array::from_fn(|v| unsafe { vld1q_f32(b.add(v * QUARTER)) });
        for (m, sums) in sums.iter_mut().enumerate() {
            let x = unsafe { vld1q_dup_f32(tile.a.add(m * tile.step + k).cast()) };
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum = unsafe { vfmaq_f32(*sum, x, weights) };
            }
        }
        b = b.wrapping_add(tile.wide);
    }
    for (m, sums) in sums.iter().enumerate() {
        for (v, sum) in sums.iter().enumerate() {
            let column = first + v * QUARTER;
            let columns = tile.columns.saturating_sub(column).min(QUARTER);
            // SAFETY: `columns` numbers of each row are the caller's.
            unsafe {
                let out = tile.out.add(m * tile.out_step).wrapping_add(column);
                if columns == QUARTER {
                    let there = if tile.add { vld1q_f32(out) } else { vdupq_n_f32(0.0) };
                    vst1q_f32(out, vaddq_f32(there, *sum));
                } else {
                    let mut numbers = [0.0; QUARTER];
                    vst1q_f32(numbers.as_mut_ptr(), *sum);
                    tile.put(out, &numbers[..columns]);
                }
            }
        }
    }
}
