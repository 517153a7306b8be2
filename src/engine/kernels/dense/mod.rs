//! Matmuls of f32 rows with prepacked weights, for the picture networks: linear layers, and convolutions as sums of
//! matmuls over the kernel's taps, each reading the picture in place.
//!
//! Weights `[k, n]` are packed in **panels** of [`WIDE`] columns, row by row, so that a kernel reads memory once while
//! its sums stay in registers: eight rows by 48 columns with AVX-512, four by 24 with AVX2, eight by 12 with NEON.
//! The other factor is not repacked.
//!
//! Both factors are read in **words** of 32 bits. A word is one f32, or two bf16 that follow each other in a row:
//! processors with AVX-512 BF16 multiply and add both at once, into sums that stay f32. Such weights take half the
//! memory, and the matmuls half the time; only the factors are rounded to 8 bits of mantissa.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod plain;
#[cfg(test)]
mod tests;
mod words;

use rayon::prelude::*;

use super::cpu::Shared;
use super::processor::Processor;
use crate::job::Current;
pub use words::{WordKind, Words, fill_pairs, pair, pairs};

/// Words of a register of 64 bytes, and of a line of the cache.
pub const LANES: usize = 16;
/// Columns of a panel; the last one is as wide as it must be, in whole registers.
pub const WIDE: usize = 3 * LANES;
/// Most words of a row that are multiplied before the next tile comes: a panel's part stays in the cache.
const DEEP: usize = 512;
/// Rows of the result that a thread takes at a time.
const TALL: usize = 256;
/// Rows of a tile.
const ROWS: usize = 8;

/// A line of the cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Lane(pub [u32; LANES]);

/// Weights `[k, n]` in panels.
pub struct Panels {
    kind: WordKind,
    /// Words of a column.
    k: usize,
    n: usize,
    lanes: Vec<Lane>,
    processor: Processor,
}

/// A part of a product: rows `first..first + len` of the weights with as many words of each row of the other factor,
/// from `at` on.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub at: usize,
    pub first: usize,
    pub len: usize,
}

/// Where the rows of the other factor lie, in words: row `r` of line `l` of picture `p` begins at
/// `p * picture + l * line + r * row`. The result's rows follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub pictures: usize,
    pub lines: usize,
    pub across: usize,
    pub picture: usize,
    pub line: usize,
    pub row: usize,
}

impl Rows {
    /// `count` rows, `row` words from one to the next.
    pub fn plain(count: usize, row: usize) -> Self {
        Self { pictures: 1, lines: 1, across: count, picture: 0, line: 0, row }
    }

    pub fn count(&self) -> usize {
        self.pictures * self.lines * self.across
    }

    /// Where row `r` begins.
    fn start(&self, r: usize) -> usize {
        let (line, x) = (r / self.across, r % self.across);
        line / self.lines * self.picture + line % self.lines * self.line + x * self.row
    }

    /// Where the last row begins.
    fn last(&self) -> usize {
        (self.pictures - 1) * self.picture + (self.lines - 1) * self.line + (self.across - 1) * self.row
    }
}

/// What a kernel multiplies: rows of words `step` apart from `a` on, with `len` rows of a panel of `wide` columns from
/// `b` on; into rows `out_step` apart from `out` on, `columns` of each, added to what is there or over it.
#[derive(Clone, Copy)]
struct Tile {
    kind: WordKind,
    a: *const u32,
    step: usize,
    b: *const u32,
    wide: usize,
    len: usize,
    out: *mut f32,
    out_step: usize,
    columns: usize,
    add: bool,
}

impl Tile {
    /// Writes some columns of a row one by one.
    ///
    /// # Safety
    /// As many numbers from `out` on are the caller's.
    #[inline(always)]
    unsafe fn put(&self, out: *mut f32, sums: &[f32]) {
        for (c, sum) in sums.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { *out.add(c) = if self.add { *out.add(c) + sum } else { *sum } };
        }
    }
}

/// How a product is written and computed.
#[derive(Clone, Copy, Debug, Default)]
pub struct How<'a> {
    /// Onto what is there.
    pub add: bool,
    /// On all threads, until this job is cancelled; else on this one.
    pub split: Option<&'a Current>,
}

impl Panels {
    /// Weights `[n, from, taps]`, as PyTorch stores them; row `tap * from + c` of the panels is channel `c` of a tap.
    /// bf16 where it is asked for, the processor has it and `from` is even.
    pub fn new(weights: &[f32], [n, from, taps]: [usize; 3], kind: WordKind) -> Self {
        assert_eq!(weights.len(), n * from * taps, "weights are as many as their sides say");
        let kind = if kind.is_there() && from.is_multiple_of(kind.numbers()) { kind } else { WordKind::F32 };
        let number = |n: usize, c: usize, tap: usize| weights[(n * from + c) * taps + tap];
        match kind {
            WordKind::F32 => Self::build(kind, [n, from, taps], |n, c, tap| number(n, c, tap).to_bits()),
            WordKind::Bf16 => Self::build(kind, [n, from / 2, taps], |n, c, tap| {
                words::pair(number(n, 2 * c, tap), number(n, 2 * c + 1, tap))
            }),
        }
    }

    /// `word(column, c, tap)` is what stands in row `tap * from + c`; `from` in words. Zeros where the job is cancelled
    /// meanwhile.
    pub fn build(
        kind: WordKind,
        [n, from, taps]: [usize; 3],
        word: impl Fn(usize, usize, usize) -> u32 + Sync,
    ) -> Self {
        let mut panels = Self::with_room(kind, from * taps, n);
        let job = Current::of_this_thread();
        panels.lanes.par_chunks_mut((WIDE / LANES * from * taps).max(1)).enumerate().for_each(|(panel, lanes)| {
            if job.is_cancelled() {
                return;
            }
            let wide = lanes.len() / (from * taps).max(1);
            // The order in which weights lie in their file.
            for c in 0..from {
                for tap in 0..taps {
                    let lanes = &mut lanes[(tap * from + c) * wide..][..wide];
                    let words = lanes.iter_mut().flat_map(|lane| &mut lane.0);
                    words.zip(panel * WIDE..n).for_each(|(to, column)| *to = word(column, c, tap));
                }
            }
        });
        panels
    }

    /// Zeros; `k` in words.
    pub fn with_room(kind: WordKind, k: usize, n: usize) -> Self {
        let lanes = vec![Lane([0; LANES]); k * n.div_ceil(LANES)];
        Self { kind, k, n, lanes, processor: Processor::best() }
    }

    pub fn kind(&self) -> WordKind {
        self.kind
    }

    /// Words of a column.
    pub fn k(&self) -> usize {
        self.k
    }

    pub fn n(&self) -> usize {
        self.n
    }

    /// By panels, rows, registers.
    pub fn lanes_mut(&mut self) -> &mut [Lane] {
        &mut self.lanes
    }

    /// Where the lane of column `column`, a multiple of [`LANES`], stands in row `k`.
    #[inline]
    pub fn place(&self, k: usize, column: usize) -> usize {
        let panel = column / WIDE;
        let wide = (self.n - panel * WIDE).min(WIDE).div_ceil(LANES);
        panel * (WIDE / LANES) * self.k + k * wide + column % WIDE / LANES
    }

    #[inline]
    pub fn lane(&self, place: usize) -> &Lane {
        &self.lanes[place]
    }

    /// Into `y` `[rows.count(), n]` the sum of the products of `stretches`; parts of it are left out once the job is
    /// cancelled.
    pub fn multiply(&self, a: Words<'_>, rows: Rows, stretches: &[Stretch], y: &mut [f32], how: How<'_>) {
        let count = rows.count();
        if count == 0 || self.n == 0 {
            return;
        }
        assert_eq!(y.len(), count * self.n, "a result of as many rows as the factor, and of as many columns");
        assert_eq!(a.kind(), self.kind, "words of one kind");
        for stretch in stretches {
            assert!(stretch.first + stretch.len <= self.k, "a stretch lies inside the weights");
            assert!(
                stretch.len == 0 || rows.last() + stretch.at + stretch.len <= a.len(),
                "a stretch lies inside the other factor"
            );
        }
        let out = Shared::new(y);
        let tall = TALL.min(count.div_ceil(ROWS) * ROWS);
        let pieces = self.n.div_ceil(WIDE) * count.div_ceil(tall);
        let piece = |i: usize| {
            // Neighbours in time take the same panel.
            let (panel, first) = (i / count.div_ceil(tall), i % count.div_ceil(tall) * tall);
            // SAFETY: the asserts above; each piece has its own rows and columns.
            unsafe { self.piece(panel, first..(first + tall).min(count), a, rows, stretches, &out, how.add) };
        };
        match how.split {
            Some(job) if pieces > 1 => {
                (0..pieces).into_par_iter().with_max_len(1).for_each(|i| {
                    if !job.is_cancelled() {
                        piece(i);
                    }
                });
            }
            _ => (0..pieces).for_each(piece),
        }
    }

    /// # Safety
    /// Rows and stretches lie inside `a` and the weights, and no other thread writes these rows and columns.
    #[expect(clippy::too_many_arguments, reason = "what `multiply` was given, and which part of it")]
    unsafe fn piece(
        &self,
        panel: usize,
        range: std::ops::Range<usize>,
        a: Words<'_>,
        rows: Rows,
        stretches: &[Stretch],
        out: &Shared<f32>,
        mut add: bool,
    ) {
        let first_column = panel * WIDE;
        let columns = WIDE.min(self.n - first_column);
        let wide = columns.div_ceil(LANES);
        let weights = &self.lanes[first_column / LANES * self.k..][..wide * self.k];
        for stretch in stretches {
            let mut done = 0;
            while done < stretch.len {
                // Nearly equal parts.
                let parts = (stretch.len - done).div_ceil(DEEP);
                let len = (stretch.len - done).div_ceil(parts);
                let b = weights[(stretch.first + done) * wide..].as_ptr().cast();
                let mut row = range.start;
                while row < range.end {
                    // Rows of one line are a fixed step apart.
                    let together = (rows.across - row % rows.across).min(range.end - row);
                    // SAFETY: inside, as promised.
                    let (a, out) = unsafe {
                        (
                            a.start().add(rows.start(row) + stretch.at + done),
                            out.start().add(row * self.n + first_column),
                        )
                    };
                    let (step, out_step, wide) = (rows.row, self.n, wide * LANES);
                    let tile = Tile { kind: self.kind, a, step, b, wide, len, out, out_step, columns, add };
                    // SAFETY: the same; `Processor::best` has seen that the instructions are there.
                    row += unsafe { self.tile(tile, together) };
                }
                add = true;
                done += len;
            }
        }
    }

    /// As many rows of at most `together` as a kernel takes at once.
    unsafe fn tile(&self, tile: Tile, together: usize) -> usize {
        // SAFETY: the caller's promise.
        unsafe {
            match self.processor {
                #[cfg(target_arch = "x86_64")]
                Processor::Avx512 | Processor::Avx512Vnni => avx512::tile(tile, together),
                #[cfg(target_arch = "x86_64")]
                Processor::Avx2 => avx2::tile(tile, together),
                #[cfg(target_arch = "aarch64")]
                Processor::Neon => neon::tile(tile, together),
                _ => plain::tile(tile, together),
            }
        }
    }
}

impl std::fmt::Debug for Panels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Panels[{:?}, {}, {}]", self.kind, self.k, self.n)
    }
}
