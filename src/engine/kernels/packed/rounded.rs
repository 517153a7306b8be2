//! Activations, quantised to 8 bits.

use candle_core::Result;

use super::layout::BLOCK;
use crate::cpu::Shared;
use crate::pool;

/// Blocks that a thread rounds at a time: one row of a small model is one piece.
const PIECE: usize = 256;

/// Rows of activations in blocks of 32, each block with a scale of its own.
pub struct Rounded {
    rows: usize,
    blocks: usize,
    values: Vec<i8>,
    scales: Vec<f32>,
    /// For each half of a block: the sum of its values times the scale.
    sums: Vec<[f32; 2]>,
    /// What is to be added to a block's products for each 1 that stored numbers are too large: minus the sums of the
    /// values of its halves, and of all.
    minus: Vec<[i32; 3]>,
}

/// One row of [`Rounded`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub values: &'a [i8],
    pub scales: &'a [f32],
    pub sums: &'a [[f32; 2]],
    pub minus: &'a [[i32; 3]],
}

impl Rounded {
    /// Rounds rows of `columns` values, a multiple of 32.
    pub fn new(x: &[f32], columns: usize) -> Result<Self> {
        let count = x.len() / BLOCK;
        let blocks = columns / BLOCK;
        let mut all = Self {
            rows: count / blocks.max(1),
            blocks,
            values: vec![0; count * BLOCK],
            scales: vec![0.0; count],
            sums: vec![[0.0; 2]; count],
            minus: vec![[0; 3]; count],
        };
        let pieces = (Shared::new(&mut all.values), Shared::new(&mut all.scales));
        let beside = (Shared::new(&mut all.sums), Shared::new(&mut all.minus));
        pool::run(count.div_ceil(PIECE), |piece| {
            let (first, len) = (piece * PIECE, PIECE.min(count - piece * PIECE));
            // SAFETY: each piece has its own blocks.
            let (values, scales, sums, minus) = unsafe {
                (
                    pieces.0.part(first * BLOCK, len * BLOCK),
                    pieces.1.part(first, len),
                    beside.0.part(first, len),
                    beside.1.part(first, len),
                )
            };
            let x = &x[first * BLOCK..][..len * BLOCK];
            pulp::Arch::new().dispatch(
                #[inline(always)]
                || {
                    let blocks = x.as_chunks::<BLOCK>().0.iter().zip(values.as_chunks_mut::<BLOCK>().0);
                    for ((x, values), (scale, (sums, minus))) in
                        blocks.zip(scales.iter_mut().zip(sums.iter_mut().zip(minus.iter_mut())))
                    {
                        let whole;
                        (*scale, whole) = round(x, values);
                        *sums = whole.map(|sum| sum as f32 * *scale);
                        *minus = [-whole[0], -whole[1], -whole[0] - whole[1]];
                    }
                },
            );
        })?;
        Ok(all)
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn blocks(&self) -> usize {
        self.blocks
    }

    pub fn row(&self, i: usize) -> Row<'_> {
        let span = i * self.blocks..(i + 1) * self.blocks;
        Row {
            values: &self.values[span.start * BLOCK..span.end * BLOCK],
            scales: &self.scales[span.clone()],
            sums: &self.sums[span.clone()],
            minus: &self.minus[span],
        }
    }
}

/// The scale, and the sums of the values of both halves.
#[inline(always)]
fn round(x: &[f32; BLOCK], values: &mut [i8; BLOCK]) -> (f32, [i32; 2]) {
    let mut tops = [0.0_f32; 8];
    for x in x.as_chunks::<8>().0 {
        tops.iter_mut().zip(x).for_each(|(top, v)| *top = top.max(v.abs()));
    }
    let top = tops.into_iter().fold(0.0, f32::max);
    // NaN and infinity must not pass for numbers: the largest of all is blind to NaN, a sum is not.
    let sum: f32 = x.iter().map(|v| v * 0.0).sum();
    let scale = top / 127.0 + sum;
    let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
    for (value, v) in values.iter_mut().zip(x) {
        // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
        let whole = (v * inverse + 12_582_912.0).to_bits();
        *value = whole as i8;
    }
    let (left, right) = values.split_at(BLOCK / 2);
    let sum = |half: &[i8]| half.iter().map(|&v| i32::from(v)).sum();
    (scale, [sum(left), sum(right)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_is_kept_and_so_is_what_is_no_number() {
        let mut x = vec![0.0; 96];
        (x[3], x[5], x[40], x[70]) = (-4.0, 2.0, f32::NAN, f32::INFINITY);
        let all = Rounded::new(&x, 96).unwrap();
        let row = all.row(0);
        assert_eq!((row.values[3], row.values[5]), (-127, 64));
        assert!((row.scales[0] - 4.0 / 127.0).abs() < 1e-9 && row.scales[1].is_nan() && row.scales[2].is_nan());
        assert!((row.sums[0][0] - -63.0 * 4.0 / 127.0).abs() < 1e-6 && row.sums[0][1] == 0.0);
        assert_eq!(row.minus[0], [63, 0, 63]);
        assert_eq!((all.rows(), all.blocks()), (1, 3));
    }
}
