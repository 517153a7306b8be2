//! What other processors run: arrays that compilers turn into their vectors.

use super::{LANES, Tile, WordKind};
use crate::cpu::multiply_add;

/// # Safety
/// The tile's places are there and the caller's.
pub unsafe fn tile(tile: Tile, together: usize) -> usize {
    debug_assert_eq!(tile.kind, WordKind::F32, "pairs are for processors that multiply them");
    // SAFETY: the caller's promise.
    unsafe { if together >= 4 { rows::<4>(tile) } else { rows::<1>(tile) } }
}

unsafe fn rows<const M: usize>(tile: Tile) -> usize {
    for first in (0..tile.columns).step_by(LANES) {
        let mut sums = [[0.0; LANES]; M];
        for k in 0..tile.len {
            // SAFETY: `len` rows of the panel, and numbers of each row, are there.
            let weights = unsafe { tile.b.add(k * tile.wide + first).cast::<[f32; LANES]>().read() };
            for (m, sums) in sums.iter_mut().enumerate() {
                // SAFETY: the same.
                let x = unsafe { *tile.a.add(m * tile.step + k).cast::<f32>() };
                sums.iter_mut().zip(weights).for_each(|(sum, w)| *sum = multiply_add(x, w, *sum));
            }
        }
        for (m, sums) in sums.iter().enumerate() {
            let columns = LANES.min(tile.columns - first);
            // SAFETY: `columns` numbers of each row are the caller's.
            unsafe { tile.put(tile.out.add(m * tile.out_step + first), &sums[..columns]) };
        }
    }
    M
}
