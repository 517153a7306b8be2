//! 3x3 convolution by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2015, arXiv 1509.09308): four by four
//! pixels take 36 products for each pair of channels instead of 144. The price is three transforms, small sums over
//! channels side by side; the weights' is done anew for each picture, since keeping it would quadruple them.
//!
//! Tiles of four by four pixels go through in chunks: their six by six neighbourhoods are transformed, each of the 36
//! places is one matrix product over all tiles of the chunk, and the products are transformed back onto what lies under
//! the result. Rounding is some times that of the direct sum, below 2e-5 of the largest value on random data (tests).

use rayon::prelude::*;

use super::cpu::{Place, Sizes, View, product};

/// Channels that are transformed side by side.
const LANES: usize = 16;
/// Pixels along a side of a tile, and of its neighbourhood.
const TILE: usize = 4;
const WINDOW: usize = TILE + 2;
/// Products of a tile.
const PLACES: usize = WINDOW * WINDOW;
/// Pixels of a picture from which the transforms pay.
const WORTH_PIXELS: usize = 1024;
/// Numbers of a chunk's transformed tiles and products (16 MiB).
const CHUNK_NUMBERS: usize = 1 << 22;
/// Most numbers of transformed weights (64 MiB); `formats::memory` reckons with both.
const WEIGHT_NUMBERS: usize = 1 << 24;

const SIXTH: f32 = 1.0 / 6.0;

type Lane = [f32; LANES];

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
        self.h * self.w >= WORTH_PIXELS
            && self.from.is_multiple_of(LANES)
            && self.out.is_multiple_of(LANES)
            && PLACES * self.from * self.out <= WEIGHT_NUMBERS
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

/// Adds the convolution of `x` with `weight` `[3 * 3 * from, out]` (zeros around the pictures) to `y`.
pub fn add_convolution(extent: Extent, x: &[f32], weight: &[f32], y: &mut [f32]) {
    let Extent { from, out, .. } = extent;
    let weights = transformed_weights(weight, from, out);
    let tiles = extent.tiles();
    let chunk = (CHUNK_NUMBERS / (PLACES * (from + out))).clamp(1, tiles.max(1));
    let mut windows = vec![0.0; chunk * PLACES * from];
    let mut products = vec![0.0; PLACES * chunk * out];
    let y = Pixels { start: y.as_mut_ptr(), len: y.len() };
    for first in (0..tiles).step_by(chunk) {
        let count = chunk.min(tiles - first);
        let windows = &mut windows[..count * PLACES * from];
        windows.par_chunks_mut(PLACES * from).enumerate().for_each(|(i, window)| {
            transform_window(extent, x, first + i, window);
        });
        let products = &mut products[..PLACES * count * out];
        products.par_chunks_mut(count * out).enumerate().for_each(|(place, products)| {
            let left = View { data: &windows[place * from..], rows: PLACES * from, columns: 1 };
            let right = View { data: &weights[place * from * out..], rows: out, columns: 1 };
            let to = Place { out: products, stride: out, add: false };
            product(Sizes { m: count, n: out, k: from }, to, left, right, 1.0, false);
        });
        (0..count).into_par_iter().for_each(|i| {
            transform_back(extent, &products[i * out..], count * out, first + i, &y);
        });
    }
}

/// `[place, from, out]`: G g Gᵀ for each pair of channels.
fn transformed_weights(weight: &[f32], from: usize, out: usize) -> Vec<f32> {
    let mut all = vec![0.0; PLACES * from * out];
    let to = Pixels { start: all.as_mut_ptr(), len: all.len() };
    (0..from).into_par_iter().for_each(|c| {
        for o in (0..out).step_by(LANES) {
            let number = |row: usize, column: usize| lane(&weight[((row * 3 + column) * from + c) * out + o..]);
            let mut half = [[[0.0; LANES]; 3]; WINDOW];
            for column in 0..3 {
                let all = spread(number(0, column), number(1, column), number(2, column));
                all.into_iter().zip(&mut half).for_each(|(lane, half)| half[column] = lane);
            }
            for (row, [a, b, c_]) in half.into_iter().enumerate() {
                for (column, lane) in spread(a, b, c_).into_iter().enumerate() {
                    // SAFETY: each pair of channels is written once.
                    unsafe { to.put((row * WINDOW + column) * from * out + c * out + o, &lane) };
                }
            }
        }
    });
    all
}

/// G times a column of three.
#[inline(always)]
fn spread(a: Lane, b: Lane, c: Lane) -> [Lane; WINDOW] {
    let mut all = [[0.0; LANES]; WINDOW];
    for i in 0..LANES {
        let (a, b, c) = (a[i], b[i], c[i]);
        let (even, odd) = ((a + c) * -SIXTH, b * -SIXTH);
        let (even2, odd2) = ((a * 0.25 + c) * SIXTH, b * (0.5 * SIXTH));
        let column = [a * 0.25, even + odd, even - odd, even2 + odd2, even2 - odd2, c];
        all.iter_mut().zip(column).for_each(|(lane, x)| lane[i] = x);
    }
    all
}

/// `[place, from]` of one tile: Bᵀ d B.
fn transform_window(extent: Extent, x: &[f32], tile: usize, to: &mut [f32]) {
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
        let mut half = [[[0.0; LANES]; WINDOW]; WINDOW];
        for column in 0..WINDOW {
            let numbers = std::array::from_fn(|row| starts[row][column].map_or([0.0; LANES], |at| lane(&x[at + c..])));
            window_column(numbers).into_iter().zip(&mut half).for_each(|(lane, half)| half[column] = lane);
        }
        for (row, numbers) in half.into_iter().enumerate() {
            for (column, lane) in window_column(numbers).into_iter().enumerate() {
                let at = (row * WINDOW + column) * from + c;
                to[at..at + LANES].copy_from_slice(&lane);
            }
        }
    }
}

/// Bᵀ times a column of six.
#[inline(always)]
fn window_column(d: [Lane; WINDOW]) -> [Lane; WINDOW] {
    let mut all = [[0.0; LANES]; WINDOW];
    for i in 0..LANES {
        let [a, b, c, d, e, f] = d.map(|lane| lane[i]);
        let (s, t) = (e - 4.0 * c, d - 4.0 * b);
        let (u, v) = (e - c, 2.0 * (d - b));
        let column = [4.0 * a - 5.0 * c + e, s + t, s - t, u + v, u - v, 4.0 * b - 5.0 * d + f];
        all.iter_mut().zip(column).for_each(|(lane, x)| lane[i] = x);
    }
    all
}

/// Adds Aᵀ m A of one tile to its pixels; the product of place `p` stands at `p * step`.
fn transform_back(extent: Extent, products: &[f32], step: usize, tile: usize, y: &Pixels) {
    let Extent { h, w, out, .. } = extent;
    let (picture, top, left) = extent.place(tile);
    for o in (0..out).step_by(LANES) {
        let mut half = [[[0.0; LANES]; WINDOW]; TILE];
        for column in 0..WINDOW {
            let numbers = std::array::from_fn(|row| lane(&products[(row * WINDOW + column) * step + o..]));
            pixel_column(numbers).into_iter().zip(&mut half).for_each(|(lane, half)| half[column] = lane);
        }
        for (row, numbers) in half.into_iter().enumerate().take(h - top) {
            for (column, lane) in pixel_column(numbers).into_iter().enumerate().take(w - left) {
                let at = ((picture * h + top + row) * w + left + column) * out + o;
                // SAFETY: tiles do not overlap, and each is one caller's.
                unsafe { y.add(at, &lane) };
            }
        }
    }
}

/// Aᵀ times a column of six.
#[inline(always)]
fn pixel_column(m: [Lane; WINDOW]) -> [Lane; TILE] {
    let mut all = [[0.0; LANES]; TILE];
    for i in 0..LANES {
        let [a, b, c, d, e, f] = m.map(|lane| lane[i]);
        let (s, t, u, v) = (b + c, b - c, d + e, d - e);
        let column = [a + s + u, t + 2.0 * v, s + 4.0 * u, t + 8.0 * v + f];
        all.iter_mut().zip(column).for_each(|(lane, x)| lane[i] = x);
    }
    all
}

#[inline(always)]
fn lane(from: &[f32]) -> Lane {
    *from.first_chunk().expect("channels come by whole lanes")
}

/// Numbers that several threads write, each its own.
struct Pixels {
    start: *mut f32,
    len: usize,
}

// SAFETY: who writes which number is the callers' promise.
unsafe impl Sync for Pixels {}

impl Pixels {
    /// # Safety
    /// No other thread touches these numbers meanwhile.
    unsafe fn put(&self, at: usize, lane: &Lane) {
        assert!(at + LANES <= self.len, "a lane lies inside");
        // SAFETY: seen above, and the caller's.
        unsafe { self.start.add(at).cast::<Lane>().write_unaligned(*lane) };
    }

    /// # Safety
    /// No other thread touches these numbers meanwhile.
    unsafe fn add(&self, at: usize, lane: &Lane) {
        assert!(at + LANES <= self.len, "a lane lies inside");
        // SAFETY: seen above, and the caller's.
        let there = unsafe { self.start.add(at).cast::<Lane>() };
        // SAFETY: the same.
        unsafe {
            let mut sum = there.read_unaligned();
            sum.iter_mut().zip(lane).for_each(|(sum, x)| *sum += x);
            there.write_unaligned(sum);
        }
    }
}
