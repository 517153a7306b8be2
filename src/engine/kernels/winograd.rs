//! 3x3 convolution by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2015, arXiv 1509.09308): four by four
//! pixels take 36 multiplications for each pair of channels instead of 144. The price is three transforms, small sums
//! over channels; the weights are transformed for each picture, since keeping the result would quadruple them.
//!
//! Tiles of four by four pixels go through in chunks: their six by six neighbourhoods are transformed, each of the 36
//! places is one matmul over all tiles of the chunk, and the results are transformed back and added to the output;
//! where the weights are large, for some outputs after the others. The rounding error is a few times that of the direct
//! sum, below 2e-5 of the largest value on random data (tests).

use candle_core::Result;
use rayon::prelude::*;

use super::cpu::{Shared, each};
use super::dense::{How, LANES, Lane as Line, Panels, Rows, Stretch, WIDE, WordKind, Words};
use crate::job::Current;

/// Pixels along a side of a tile, and of its neighbourhood.
const TILE: usize = 4;
const WINDOW: usize = TILE + 2;
/// Multiplications of a tile.
const PLACES: usize = WINDOW * WINDOW;
/// Pixels of a picture from which the transforms pay.
const WORTH_PIXELS: usize = 1024;
/// Values of a chunk's transformed tiles and results (16 MiB).
const CHUNK_NUMBERS: usize = 1 << 22;
/// Most numbers of transformed weights at a time (64 MiB); `formats::memory` reckons with both.
const WEIGHT_NUMBERS: usize = 1 << 24;

const SIXTH: f32 = 1.0 / 6.0;

/// Channels side by side. Each sum of two is a loop of its own, which compilers turn into one instruction.
#[derive(Clone, Copy)]
struct Lane([f32; LANES]);

impl Lane {
    const ZERO: Self = Self([0.0; LANES]);
}

impl std::ops::Add for Lane {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }
}

impl std::ops::Sub for Lane {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - other.0[i]))
    }
}

impl std::ops::Mul<f32> for Lane {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * factor))
    }
}

/// A batch of pictures `[pictures, h, w, from]` to `[pictures, h, w, out]`.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub pictures: usize,
    pub h: usize,
    pub w: usize,
    pub from: usize,
    pub out: usize,
}

impl Extent {
    /// Whether this way is there for these sizes, and quicker.
    pub fn pays(&self) -> bool {
        self.h * self.w >= WORTH_PIXELS && self.from.is_multiple_of(LANES) && self.out.is_multiple_of(LANES)
    }

    fn tiles_across(&self) -> usize {
        self.w.div_ceil(TILE)
    }

    fn tiles(&self) -> usize {
        self.pictures * self.h.div_ceil(TILE) * self.tiles_across()
    }

    /// Picture, row and column of a tile's first pixel.
    fn place(&self, tile: usize) -> (usize, usize, usize) {
        let (across, down) = (self.tiles_across(), self.h.div_ceil(TILE));
        (tile / (across * down), tile / across % down * TILE, tile % across * TILE)
    }
}

/// Adds the convolution of `x` with `weights` (f32, rows by taps; zeros around the pictures) to `y`.
///
/// # Errors
/// Once the job of this thread is cancelled.
pub fn add_convolution(extent: Extent, x: &[f32], weights: &Panels, y: &mut [f32]) -> Result<()> {
    let Extent { from, out, .. } = extent;
    let tiles = extent.tiles();
    let columns = (WEIGHT_NUMBERS / (PLACES * from) / WIDE).max(1) * WIDE;
    let chunk = (CHUNK_NUMBERS / (PLACES * (from + out.min(columns)))).clamp(1, tiles.max(1));
    let mut windows = vec![0.0; PLACES * chunk * from];
    let mut products = vec![0.0; PLACES * chunk * out.min(columns)];
    let y = Shared::new(y);
    let job = Current::of_this_thread();
    for column in (0..out).step_by(columns) {
        let columns = columns.min(out - column);
        let transformed = transformed_weights(weights, from, column, columns)?;
        for first in (0..tiles).step_by(chunk) {
            let count = chunk.min(tiles - first);
            let windows = &mut windows[..PLACES * count * from];
            // One chunk's windows serve all columns.
            if column == 0 || count < tiles {
                let to = Shared::new(windows);
                each(count, usize::MAX, |i| {
                    pulp::Arch::new().dispatch(
                        #[inline(always)]
                        || transform_window(extent, x, first + i, &to, i * from, count * from),
                    );
                })?;
            }
            let products = &mut products[..PLACES * count * columns];
            products.par_chunks_mut(count * columns).zip(windows.par_chunks(count * from)).enumerate().for_each(
                |(place, (products, windows))| {
                    let stretch = Stretch { at: 0, first: place * from, len: from };
                    let how = How { add: false, split: Some(&job) };
                    transformed.multiply(Words::F32(windows), Rows::plain(count, from), &[stretch], products, how);
                },
            );
            each(count, usize::MAX, |i| {
                let step = count * columns;
                pulp::Arch::new().dispatch(
                    #[inline(always)]
                    || transform_back(extent, &products[i * columns..], step, first + i, column..column + columns, &y),
                );
            })?;
        }
    }
    Ok(())
}

/// Row `place * from + c`: G g Gᵀ for each pair of channels, of `columns` outputs from `column` on.
fn transformed_weights(weights: &Panels, from: usize, column: usize, columns: usize) -> Result<Panels> {
    let mut all = Panels::with_room(WordKind::F32, PLACES * from, columns);
    let places: Vec<usize> = (0..columns).step_by(LANES).map(|o| all.place(0, o)).collect();
    let steps: Vec<usize> =
        (0..columns).step_by(LANES).zip(&places).map(|(o, place)| all.place(1, o) - place).collect();
    let to = Shared::new(all.lanes_mut());
    each(from, usize::MAX, |c| {
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                for (n, o) in (0..columns).step_by(LANES).enumerate() {
                    let number = |row: usize, across: usize| {
                        let place = weights.place((row * 3 + across) * from + c, column + o);
                        Lane(weights.lane(place).0.map(f32::from_bits))
                    };
                    let half: [_; 3] =
                        std::array::from_fn(|column| spread(std::array::from_fn(|row| number(row, column))));
                    for row in 0..WINDOW {
                        let all = spread(half.map(|column| column[row]));
                        for (column, lane) in all.into_iter().enumerate() {
                            let k = (row * WINDOW + column) * from + c;
                            // SAFETY: each pair of channels is written once.
                            unsafe { to.part(places[n] + k * steps[n], 1)[0] = Line(lane.0.map(f32::to_bits)) };
                        }
                    }
                }
            },
        );
    })?;
    Ok(all)
}

/// G times a column of three.
#[inline(always)]
fn spread([a, b, c]: [Lane; 3]) -> [Lane; WINDOW] {
    let (even, odd) = ((a + c) * -SIXTH, b * -SIXTH);
    let (even2, odd2) = ((a * 0.25 + c) * SIXTH, b * (0.5 * SIXTH));
    [a * 0.25, even + odd, even - odd, even2 + odd2, even2 - odd2, c]
}

/// Bᵀ d B of one tile; place `p` goes to `at + p * step`.
#[inline(always)]
fn transform_window(extent: Extent, x: &[f32], tile: usize, to: &Shared<f32>, at: usize, step: usize) {
    let Extent { h, w, from, .. } = extent;
    let (picture, top, left) = extent.place(tile);
    // The neighbourhood begins one pixel before the tile.
    let starts: [[Option<usize>; WINDOW]; WINDOW] = std::array::from_fn(|row| {
        let line = (top + row).checked_sub(1).filter(|line| *line < h);
        std::array::from_fn(|column| {
            let pixel = (left + column).checked_sub(1).filter(|pixel| *pixel < w);
            Some(((picture * h + line?) * w + pixel?) * from)
        })
    });
    for c in (0..from).step_by(LANES) {
        let half: [_; WINDOW] = std::array::from_fn(|column| {
            let number = |row: usize| starts[row][column].map_or(Lane::ZERO, |at| lane(&x[at + c..]));
            window_column(std::array::from_fn(number))
        });
        for row in 0..WINDOW {
            for (column, lane) in window_column(half.map(|column| column[row])).into_iter().enumerate() {
                // SAFETY: each tile has its own places.
                unsafe { to.part(at + (row * WINDOW + column) * step + c, LANES) }.copy_from_slice(&lane.0);
            }
        }
    }
}

/// Bᵀ times a column of six.
#[inline(always)]
fn window_column([a, b, c, d, e, f]: [Lane; WINDOW]) -> [Lane; WINDOW] {
    let (s, t) = (e - c * 4.0, d - b * 4.0);
    let (u, v) = (e - c, (d - b) * 2.0);
    [a * 4.0 - c * 5.0 + e, s + t, s - t, u + v, u - v, b * 4.0 - d * 5.0 + f]
}

/// Adds Aᵀ m A of one tile to `columns` of its pixels; the result of place `p` is at `p * step`.
#[inline(always)]
fn transform_back(
    extent: Extent,
    products: &[f32],
    step: usize,
    tile: usize,
    columns: std::ops::Range<usize>,
    y: &Shared<f32>,
) {
    let Extent { h, w, out, .. } = extent;
    let (picture, top, left) = extent.place(tile);
    for o in (0..columns.len()).step_by(LANES) {
        let half: [_; WINDOW] = std::array::from_fn(|column| {
            pixel_column(std::array::from_fn(|row| lane(&products[(row * WINDOW + column) * step + o..])))
        });
        for row in 0..TILE.min(h - top) {
            let all = pixel_column(half.map(|column| column[row]));
            for (column, lane) in all.into_iter().enumerate().take(w - left) {
                let at = ((picture * h + top + row) * w + left + column) * out + columns.start + o;
                // SAFETY: tiles do not overlap, and each is one caller's.
                let pixel = unsafe { y.part(at, LANES) };
                let sum = self::lane(pixel) + lane;
                pixel.copy_from_slice(&sum.0);
            }
        }
    }
}

/// Aᵀ times a column of six.
#[inline(always)]
fn pixel_column([a, b, c, d, e, f]: [Lane; WINDOW]) -> [Lane; TILE] {
    let (s, t, u, v) = (b + c, b - c, d + e, d - e);
    [a + s + u, t + v * 2.0, s + u * 4.0, t + v * 8.0 + f]
}

#[inline(always)]
fn lane(from: &[f32]) -> Lane {
    Lane(*from.first_chunk().expect("channels come by whole lanes"))
}
