//! Large pictures in overlapping tiles: each tile through the network by itself, the overlaps blended.
//!
//! Each tile is weighted by a ramp over its overlaps, and the weights of all tiles add up to 1 at every pixel, so that
//! where tiles agree nothing is changed. The last tile of a row is moved back to end with the picture, so that all are
//! of one size and none is a sliver whose norms would see too little.

use candle_core::{DType, Result, Tensor};

/// How to cut, in latents (a latent is `VaeConfig::factor` pixels wide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// Side of a tile.
    pub tile: usize,
    /// Latents that neighbours share, less than `tile`.
    pub overlap: usize,
}

impl Tiling {
    /// Makes it one that can be cut: at least one latent, less overlap than tile.
    fn sane(self) -> Self {
        let tile = self.tile.max(1);
        Self { tile, overlap: self.overlap.min(tile - 1) }
    }
}

/// One tile of a side: where it starts, and the weight of each of its pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// In latents.
    pub start: usize,
    /// In latents.
    pub length: usize,
    /// One for each pixel of the result (`length * scale`).
    pub weights: Vec<f32>,
}

/// The tiles of a side of `length` latents, with `scale` values of the result for each latent.
pub fn spans(length: usize, tiling: Tiling, scale: usize) -> Vec<Span> {
    let Tiling { tile, overlap } = tiling.sane();
    if length <= tile {
        return vec![Span { start: 0, length, weights: vec![1.0; length * scale] }];
    }
    let count = (length - overlap).div_ceil(tile - overlap);
    let starts: Vec<usize> = (0..count).map(|i| (i * (tile - overlap)).min(length - tile)).collect();
    let mut sum = vec![0f32; length * scale];
    let mut all: Vec<Span> = Vec::with_capacity(count);
    for (i, start) in starts.iter().enumerate() {
        // The overlap with the neighbours, in values of the result.
        let left = i.checked_sub(1).map_or(0, |i| starts[i] + tile - start) * scale;
        let right = starts.get(i + 1).map_or(0, |next| start + tile - next) * scale;
        let n = tile * scale;
        let ramp = |place: usize, over: usize| if place < over { (place as f32 + 0.5) / over as f32 } else { 1.0 };
        let weights: Vec<f32> = (0..n).map(|j| ramp(j, left).min(ramp(n - 1 - j, right))).collect();
        sum[start * scale..][..n].iter_mut().zip(&weights).for_each(|(sum, w)| *sum += w);
        all.push(Span { start: *start, length: tile, weights });
    }
    for span in &mut all {
        span.weights.iter_mut().zip(&sum[span.start * scale..]).for_each(|(w, sum)| *w /= sum);
    }
    all
}

/// The result as it is put together from tiles, on the CPU: `[B, C, H, W]`.
pub struct Canvas {
    shape: (usize, usize, usize, usize),
    sum: Vec<f32>,
}

impl Canvas {
    /// An empty result of shape `(B, C, H, W)`.
    pub fn new(shape: (usize, usize, usize, usize)) -> Self {
        Self { sum: vec![0.0; shape.0 * shape.1 * shape.2 * shape.3], shape }
    }

    /// Adds `tile` `[B, C, h, w]` with its corner at `(top, left)`; the weights are `h` and `w` long.
    pub fn add(&mut self, tile: &Tensor, (top, left): (usize, usize), rows: &[f32], columns: &[f32]) -> Result<()> {
        let (b, c, height, width) = self.shape;
        let (tb, tc, h, w) = tile.dims4()?;
        if tb != b || tc != c || top + h > height || left + w > width || h != rows.len() || w != columns.len() {
            candle_core::bail!("a tile of {:?} at {top}, {left} does not fit {:?}", tile.shape(), self.shape);
        }
        if w == 0 {
            return Ok(());
        }
        let numbers = tile.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
        for (i, line) in numbers.chunks_exact(w).enumerate() {
            let (plane, row) = (i / h, i % h);
            let at = (plane * height + top + row) * width + left;
            for ((sum, x), weight) in self.sum[at..at + w].iter_mut().zip(line).zip(columns) {
                *sum += x * (rows[row] * weight);
            }
        }
        Ok(())
    }

    /// The blended result `[B, C, H, W]`, on the device and in the type of `like`.
    pub fn finish(self, like: &Tensor) -> Result<Tensor> {
        Tensor::from_vec(self.sum, self.shape, like.device())?.to_dtype(like.dtype())
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn weights_add_up_to_one_everywhere() {
        for (length, tile, overlap, scale) in [
            (100, 64, 16, 8),
            (65, 64, 16, 2),
            (64, 64, 63, 1),
            (9, 4, 3, 8),
            (13, 5, 0, 3),
            (7, 0, 9, 2),
            (200, 32, 31, 1),
        ] {
            let all = spans(length, Tiling { tile, overlap }, scale);
            let mut sum = vec![0f32; length * scale];
            for span in &all {
                assert!(span.start + span.length <= length && span.weights.len() == span.length * scale);
                assert!(span.weights.iter().all(|w| *w > 0.0));
                sum[span.start * scale..].iter_mut().zip(&span.weights).for_each(|(s, w)| *s += w);
            }
            assert!(sum.iter().all(|s| (s - 1.0).abs() < 1e-5), "{length} {tile} {overlap}");
        }
        // A quarter shared.
        let usual = Tiling { tile: 64, overlap: 16 };
        assert_eq!(spans(100, usual, 1).iter().map(|s| s.start).collect::<Vec<_>>(), [0, 36]);
        assert_eq!(spans(64, usual, 8).len(), 1);
    }

    #[test]
    fn tiles_of_one_picture_give_it_back() {
        let whole = Tensor::randn(0f32, 1.0, (2, 3, 14, 22), &Device::Cpu).unwrap();
        let tiling = Tiling { tile: 5, overlap: 2 };
        let mut canvas = Canvas::new((2, 3, 14, 22));
        for row in spans(7, tiling, 2) {
            for column in spans(11, tiling, 2) {
                let (top, left) = (2 * row.start, 2 * column.start);
                let tile = whole.narrow(2, top, 10).unwrap().narrow(3, left, 10).unwrap();
                canvas.add(&tile, (top, left), &row.weights, &column.weights).unwrap();
            }
        }
        canvas.add(&whole, (1, 0), &[1.0; 14], &[1.0; 22]).unwrap_err();
        let off = (canvas.finish(&whole).unwrap() - &whole).unwrap().abs().unwrap().max_all().unwrap();
        assert!(off.to_scalar::<f32>().unwrap() < 1e-5);
    }
}
