//! Causal attention over a KV cache, on the CPU.
//!
//! Query heads that share a key head (grouped-query attention) read it together, eight rows at a time. Tokens are
//! processed in parts of [`PART`], each with its own largest score; what the parts give is put together in their order
//! ("online softmax", Milakov and Gimelshein 2018, arXiv 1805.02867), so that threads can share the attention of one
//! token over a long text. The order of every sum follows from positions alone: **a row is the same bits in any
//! company**.

mod lanes;
mod store;

use std::cell::RefCell;
use std::ops::Range;

use candle_core::Result;
use half::f16;

use super::cpu::{Shared, exp};
use super::pool;
use super::processor::Processor;
#[cfg(target_arch = "x86_64")]
use lanes::{Avx2, Avx512};
use lanes::{LANES, Lanes, Plain};
use store::{BLOCK, Numbers};
pub use store::{Kept, Store};

/// Tokens whose scores are held at once.
const PART: usize = 256;
/// Rows of queries that read a key together.
const ROWS: usize = 8;
/// Multiplications below which a second thread costs more than it brings.
const WORTH_THREADS: usize = 1 << 17;

/// The attention settings of a layer.
#[derive(Clone, Copy)]
pub struct Reach {
    /// The factor of the scores.
    pub scale: f32,
    /// Logit soft cap: `cap * tanh(score / cap)`.
    pub cap: Option<f32>,
    /// Sliding window in tokens, the query's own included.
    pub window: Option<usize>,
}

impl Reach {
    /// What the token at `position` sees.
    pub fn seen(&self, position: usize) -> Range<usize> {
        self.window.map_or(0, |window| (position + 1).saturating_sub(window))..position + 1
    }
}

/// What a row has seen so far: the largest score, the sum of all weights below it, and the weighted values.
#[derive(Clone)]
struct Seen {
    top: f32,
    sum: f32,
    out: Vec<f32>,
}

impl Seen {
    fn nothing(padded: usize) -> Self {
        Self { top: f32::NEG_INFINITY, sum: 0.0, out: vec![0.0; padded] }
    }

    /// With what a later part has seen.
    fn join(&mut self, later: &Self) {
        if later.sum == 0.0 {
            return;
        }
        if self.sum == 0.0 {
            self.clone_from(later);
            return;
        }
        let top = self.top.max(later.top);
        let (a, b) = (exp(self.top - top), exp(later.top - top));
        self.sum = self.sum * a + later.sum * b;
        self.out.iter_mut().zip(&later.out).for_each(|(out, x)| *out = *out * a + x * b);
        self.top = top;
    }
}

/// One question to the cache: rows of queries that share a key head, and the tokens to look at.
struct Question<'a> {
    store: &'a Store,
    reach: Reach,
    head: usize,
    /// `[rows, width]` one behind the other, from `stride` to `stride`.
    q: &'a [f32],
    /// The position of the row's token.
    positions: [usize; ROWS],
    starts: [usize; ROWS],
    rows: usize,
    part: usize,
}

thread_local! {
    static SCORES: RefCell<Vec<f32>> = RefCell::new(vec![0.0; ROWS * PART]);
}

/// Attention of queries `[tokens, heads, width]` at `position..` over the cache, whose last tokens they are; the result
/// has the same layout.
///
/// # Errors
/// Once the job of this thread is cancelled.
///
/// # Panics
/// If the queries' shape does not fit the cache.
pub fn attend(store: &Store, heads: usize, q: &[f32], position: usize, reach: Reach) -> Result<Vec<f32>> {
    let (kv, width, padded) = (store.heads, store.width, store.padded());
    let group = heads / kv;
    let tokens = q.len() / (heads * width);
    assert!(heads == group * kv && q.len() == tokens * heads * width, "whole rows of queries");
    assert!(position + tokens <= store.room, "the tokens are in the cache");
    let rows = tokens * group;
    let tiles = rows.div_ceil(ROWS);
    // A single token's look is divided by parts, several tokens' looks by rows.
    let parts = if tokens == 1 { (position + 1).div_ceil(PART) } else { 1 };
    let ask = |head: usize, tile: usize| {
        let first = tile * ROWS;
        let rows = ROWS.min(rows - first);
        let mut question = Question { store, reach, head, q, positions: [0; ROWS], starts: [0; ROWS], rows, part: 0 };
        for r in 0..rows {
            let (token, g) = ((first + r) / group, (first + r) % group);
            question.positions[r] = position + token;
            question.starts[r] = (token * heads + head * group + g) * width;
        }
        question
    };
    let mut out = vec![0.0; q.len()];
    let places = Shared::new(&mut out);
    let write = |question: &Question<'_>, all: &[Seen]| {
        for (start, seen) in question.starts.iter().zip(all) {
            // SAFETY: each head of each token belongs to one unit.
            let out = unsafe { places.part(*start, width) };
            out.iter_mut().zip(&seen.out).for_each(|(out, x)| *out = x / seen.sum);
        }
    };
    let run = |units: usize, unit: &(dyn Fn(usize) + Sync)| {
        if tokens * (position + tokens) * heads * width < WORTH_THREADS {
            (0..units).for_each(unit);
            Ok(())
        } else {
            pool::run(units, unit)
        }
    };
    if parts == 1 {
        run(kv * tiles, &|n| {
            let mut question = ask(n / tiles, n % tiles);
            let mut all = vec![Seen::nothing(padded); question.rows];
            let from = (0..question.rows).map(|r| reach.seen(question.positions[r]).start).min().unwrap_or(0);
            let last = question.positions[question.rows - 1];
            for part in from / PART..=last / PART {
                question.part = part;
                all.iter_mut().zip(look(&question)).for_each(|(all, part)| all.join(&part));
            }
            write(&question, &all);
        })?;
        return Ok(out);
    }
    let mut found: Vec<Vec<Seen>> = vec![Vec::new(); kv * tiles * parts];
    let found_places = Shared::new(&mut found);
    run(kv * tiles * parts, &|n| {
        let mut question = ask(n / parts / tiles, n / parts % tiles);
        question.part = n % parts;
        // SAFETY: each unit has a place of its own.
        unsafe { found_places.part(n, 1)[0] = look(&question) };
    })?;
    for (n, parts) in found.chunks_mut(parts).enumerate() {
        let Some((first, rest)) = parts.split_first_mut() else { continue };
        for (r, seen) in first.iter_mut().enumerate() {
            rest.iter().for_each(|part| seen.join(&part[r]));
        }
        write(&ask(n / tiles, n % tiles), first);
    }
    Ok(out)
}

/// What each row sees in the question's part.
fn look(question: &Question<'_>) -> Vec<Seen> {
    SCORES.with_borrow_mut(|scores| look_by(Processor::best(), question, scores))
}

/// The loops for a processor; `scores` has room for [`ROWS`] times [`PART`]. No closure of the standard library's stands
/// between a function with the instructions and the loops: there nothing would be inlined, and each product be a call.
fn look_by(processor: Processor, question: &Question<'_>, scores: &mut [f32]) -> Vec<Seen> {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw")]
        unsafe fn wide(question: &Question<'_>, scores: &mut [f32]) -> Vec<Seen> {
            look_with::<Avx512>(question, scores)
        }
        #[target_feature(enable = "avx2,fma,f16c")]
        unsafe fn narrow(question: &Question<'_>, scores: &mut [f32]) -> Vec<Seen> {
            look_with::<Avx2>(question, scores)
        }
        match processor {
            // SAFETY: the instructions are there.
            Processor::Avx512 | Processor::Avx512Vnni => return unsafe { wide(question, scores) },
            // SAFETY: the same.
            Processor::Avx2 => return unsafe { narrow(question, scores) },
            _ => {}
        }
    }
    look_with::<Plain>(question, scores)
}

#[inline(always)]
fn look_with<L: Lanes>(question: &Question<'_>, scores: &mut [f32]) -> Vec<Seen> {
    let mut out = Vec::with_capacity(question.rows);
    let mut row = 0;
    while row < question.rows {
        row += match question.rows - row {
            8.. => rows::<L, 8>(question, row, scores, &mut out),
            4.. => rows::<L, 4>(question, row, scores, &mut out),
            3 => rows::<L, 3>(question, row, scores, &mut out),
            2 => rows::<L, 2>(question, row, scores, &mut out),
            _ => rows::<L, 1>(question, row, scores, &mut out),
        };
    }
    out
}

#[inline(always)]
fn rows<L: Lanes, const M: usize>(
    question: &Question<'_>,
    first: usize,
    scores: &mut [f32],
    out: &mut Vec<Seen>,
) -> usize {
    let &Question { store, reach, head, part, .. } = question;
    let width = store.width;
    let start = part * PART;
    // What of this part each row sees, counted from the part's start.
    let spans: [Range<usize>; M] = std::array::from_fn(|m| {
        let seen = reach.seen(question.positions[first + m]);
        let (from, to) = (seen.start.max(start), seen.end.min(start + PART));
        if from < to { from - start..to - start } else { 0..0 }
    });
    let from = spans.iter().filter(|s| !s.is_empty()).map(|s| s.start).min().unwrap_or(0);
    let to = spans.iter().map(|s| s.end).max().unwrap_or(0);
    if from == to {
        out.extend((0..M).map(|_| Seen::nothing(store.padded())));
        return M;
    }
    let q: [&[f32]; M] = std::array::from_fn(|m| &question.q[question.starts[first + m]..][..width]);
    for tile in from / LANES..to.div_ceil(LANES) {
        let at = head * store.tiles() + start / LANES + tile;
        // SAFETY: the tile is in the store, whose shape `attend` has seen, and a part has room for its scores.
        unsafe { tile_scores::<L, M>(store, at, q, &mut scores[tile * LANES..]) };
    }
    let mut seen: [Seen; M] = std::array::from_fn(|_| Seen::nothing(store.padded()));
    for (m, (span, seen)) in spans.iter().zip(&mut seen).enumerate() {
        let row = &mut scores[m * PART..(m + 1) * PART];
        weights(row, from..to, span.clone(), reach, seen);
    }
    // SAFETY: rows of values up to `to` are in the store.
    unsafe { weigh::<L, M>(store, head * store.room + start, from..to, scores, &mut seen) };
    out.extend(seen);
    M
}

/// Scores to weights below the row's own largest; what the row does not see weighs nothing.
#[inline(always)]
fn weights(row: &mut [f32], all: Range<usize>, span: Range<usize>, reach: Reach, seen: &mut Seen) {
    for score in &mut row[span.clone()] {
        *score *= reach.scale;
        if let Some(cap) = reach.cap {
            *score = cap * (*score / cap).tanh();
        }
    }
    // NaN is no largest: it is seen by the sum.
    seen.top = row[span.clone()].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row[all.start..span.start.max(all.start)].fill(0.0);
    row[span.end..all.end.max(span.end)].fill(0.0);
    for score in &mut row[span.clone()] {
        *score = exp(*score - seen.top);
    }
    // By places in the part, so that the order does not depend on where the row begins.
    let mut sums = [0.0; LANES];
    for tile in all.start / LANES..all.end.div_ceil(LANES) {
        let (first, last) = ((tile * LANES).max(span.start), ((tile + 1) * LANES).min(span.end));
        for i in first..last {
            sums[i % LANES] += row[i];
        }
    }
    seen.sum = sums.iter().sum();
}

/// Scores of sixteen tokens, those of row `m` at `m * PART`.
///
/// # Safety
/// Tile `at` is in the store, and `L`'s instructions are there.
#[inline(always)]
unsafe fn tile_scores<L: Lanes, const M: usize>(store: &Store, at: usize, q: [&[f32]; M], out: &mut [f32]) {
    let width = store.width;
    // SAFETY (here and below): a tile has `width` columns of sixteen.
    let sums: [L; M] = unsafe {
        match &store.keys {
            Numbers::F32(all) => {
                let start = all[at * width * LANES..].as_ptr();
                columns::<L, M>(
                    0..width,
                    q,
                    #[inline(always)]
                    |d| L::load(start.add(d * LANES)),
                )
            }
            Numbers::F16(all) => {
                let start: *const f16 = all[at * width * LANES..].as_ptr();
                columns::<L, M>(
                    0..width,
                    q,
                    #[inline(always)]
                    |d| L::halves(start.add(d * LANES)),
                )
            }
            Numbers::Q8 { numbers, scales } => {
                let start = numbers[at * width * LANES..].as_ptr();
                let mut sums = [L::splat(0.0); M];
                for b in 0..store.blocks() {
                    let span = b * BLOCK..((b + 1) * BLOCK).min(width);
                    let part = columns::<L, M>(
                        span,
                        q,
                        #[inline(always)]
                        |d| L::bytes(start.add(d * LANES)),
                    );
                    let scale = L::load(scales[(at * store.blocks() + b) * LANES..].as_ptr());
                    for (sum, part) in sums.iter_mut().zip(part) {
                        *sum = sum.plus(part, scale);
                    }
                }
                sums
            }
        }
    };
    for (m, sum) in sums.into_iter().enumerate() {
        let out = &mut out[m * PART..m * PART + LANES];
        // SAFETY: sixteen numbers have room there.
        unsafe { sum.store(out.as_mut_ptr()) };
    }
}

/// The sum over `span` of `column(d) * q[m][d]`, for each `m`.
///
/// # Safety
/// `L`'s instructions are there, and each of `q` is as long as `span` says.
#[inline(always)]
unsafe fn columns<L: Lanes, const M: usize>(span: Range<usize>, q: [&[f32]; M], column: impl Fn(usize) -> L) -> [L; M] {
    // SAFETY: the caller's.
    unsafe {
        // Two sums each, so that one addition need not wait for the one before.
        let mut sums = [[L::splat(0.0); 2]; M];
        let mut d = span.start;
        while d + 1 < span.end {
            let (even, odd) = (column(d), column(d + 1));
            for (q, sum) in q.iter().zip(&mut sums) {
                sum[0] = sum[0].plus(even, L::splat(*q.get_unchecked(d)));
                sum[1] = sum[1].plus(odd, L::splat(*q.get_unchecked(d + 1)));
            }
            d += 2;
        }
        if d < span.end {
            let last = column(d);
            for (q, sum) in q.iter().zip(&mut sums) {
                sum[0] = sum[0].plus(last, L::splat(*q.get_unchecked(d)));
            }
        }
        let mut joined = [L::splat(0.0); M];
        for (joined, [a, b]) in joined.iter_mut().zip(sums) {
            *joined = a.plus(b, L::splat(1.0));
        }
        joined
    }
}

/// Adds up values by weights.
///
/// # Safety
/// The rows of values `first + span` are in the store, and `L`'s instructions are there.
#[inline(always)]
unsafe fn weigh<L: Lanes, const M: usize>(
    store: &Store,
    first: usize,
    span: Range<usize>,
    weights: &[f32],
    seen: &mut [Seen; M],
) {
    let padded = store.padded();
    // SAFETY (here and below): rows have `padded` numbers, and there is a weight for each.
    let number = |m: usize, j: usize| unsafe { *weights.get_unchecked(m * PART + j) };
    unsafe {
        match &store.values {
            Numbers::F32(all) => {
                let start = all[first * padded..].as_ptr();
                sums(
                    padded,
                    span,
                    seen,
                    #[inline(always)]
                    |j, c| L::load(start.add(j * padded + c * LANES)),
                    #[inline(always)]
                    |m, j, _| L::splat(number(m, j)),
                );
            }
            Numbers::F16(all) => {
                let start: *const f16 = all[first * padded..].as_ptr();
                sums(
                    padded,
                    span,
                    seen,
                    #[inline(always)]
                    |j, c| L::halves(start.add(j * padded + c * LANES)),
                    #[inline(always)]
                    |m, j, _| L::splat(number(m, j)),
                );
            }
            Numbers::Q8 { numbers, scales } => {
                let blocks = store.blocks();
                let start = numbers[first * padded..].as_ptr();
                let scales = &scales[first * blocks..];
                sums(
                    padded,
                    span,
                    seen,
                    #[inline(always)]
                    |j, c| L::bytes(start.add(j * padded + c * LANES)),
                    #[inline(always)]
                    |m, j, c| L::splat(number(m, j) * *scales.get_unchecked(j * blocks + c * LANES / BLOCK)),
                );
            }
        }
    }
}

/// `seen[m].out[c]` = the sum over `span` of `value(j, c) * weight(m, j, c)`, sixteen numbers at a time.
///
/// # Safety
/// `L`'s instructions are there.
#[inline(always)]
unsafe fn sums<L: Lanes, const M: usize>(
    padded: usize,
    span: Range<usize>,
    seen: &mut [Seen; M],
    value: impl Fn(usize, usize) -> L,
    weight: impl Fn(usize, usize, usize) -> L,
) {
    // Two columns of registers at a time: the additions of one need not wait for those of the other.
    for c in (0..padded / LANES).step_by(2) {
        let two = c + 1 < padded / LANES;
        // SAFETY: the caller's; a row's numbers have room in `out`.
        unsafe {
            let mut left = [L::splat(0.0); M];
            let mut right = [L::splat(0.0); M];
            if two {
                for j in span.clone() {
                    let (a, b) = (value(j, c), value(j, c + 1));
                    for m in 0..M {
                        left[m] = left[m].plus(a, weight(m, j, c));
                        right[m] = right[m].plus(b, weight(m, j, c + 1));
                    }
                }
            } else {
                for j in span.clone() {
                    let a = value(j, c);
                    for (m, left) in left.iter_mut().enumerate() {
                        *left = left.plus(a, weight(m, j, c));
                    }
                }
            }
            for (m, seen) in seen.iter_mut().enumerate() {
                left[m].store(seen.out[c * LANES..(c + 1) * LANES].as_mut_ptr());
                if two {
                    right[m].store(seen.out[(c + 1) * LANES..(c + 2) * LANES].as_mut_ptr());
                }
            }
        }
    }
}
