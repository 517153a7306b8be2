//! The KV cache, in the type that the person chose.
//!
//! Keys are stored in tiles of sixteen tokens, column by column: a register holds one column of sixteen tokens, so that
//! scores need no gather. Values are stored token by token, rows padded to whole registers.

use candle_core::Result;
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::lanes::LANES;
use crate::cpu::Shared;
use crate::pool;

/// Numbers that share a scale (ggml's Q8_0).
pub const BLOCK: usize = 32;

/// Keys and values of one layer.
pub struct Store {
    pub heads: usize,
    /// Capacity in tokens.
    pub room: usize,
    /// Head dimension.
    pub width: usize,
    pub keys: Numbers,
    pub values: Numbers,
}

/// What keys and values are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    F32,
    F16,
    /// 8 bits, a scale for [`BLOCK`] numbers.
    Q8,
}

pub enum Numbers {
    F32(Vec<f32>),
    F16(Vec<f16>),
    Q8 { numbers: Vec<i8>, scales: Vec<f32> },
}

impl Numbers {
    fn new(count: usize, scales: usize, kv: Kept) -> Self {
        // The system hands out the memory as it is first written.
        match kv {
            Kept::F32 => Self::F32(vec![0.0; count]),
            Kept::F16 => Self::F16(vec![f16::ZERO; count]),
            Kept::Q8 => Self::Q8 { numbers: vec![0; count], scales: vec![0.0; scales] },
        }
    }

    fn shared(&mut self) -> Places<'_> {
        match self {
            Self::F32(all) => Places::F32(Shared::new(all)),
            Self::F16(all) => Places::F16(Shared::new(all)),
            Self::Q8 { numbers, scales } => Places::Q8 { numbers: Shared::new(numbers), scales: Shared::new(scales) },
        }
    }
}

/// Numbers of which several threads write each its own.
enum Places<'a> {
    F32(Shared<'a, f32>),
    F16(Shared<'a, f16>),
    Q8 { numbers: Shared<'a, i8>, scales: Shared<'a, f32> },
}

impl Places<'_> {
    /// Puts `row` at `start`, each number `step` behind the one before; scales likewise.
    ///
    /// # Safety
    /// Nobody else writes or reads there meanwhile.
    unsafe fn write(&self, row: &[f32], (start, step): (usize, usize), (first_scale, scale_step): (usize, usize)) {
        let place = |n: usize| start + n * step;
        // SAFETY (all of them): the caller's.
        let put = |all: &Shared<'_, f32>, at: usize, x: f32| unsafe { all.part(at, 1)[0] = x };
        match self {
            Self::F32(all) => row.iter().enumerate().for_each(|(i, x)| put(all, place(i), *x)),
            Self::F16(all) => {
                let mut halves = [f16::ZERO; BLOCK];
                for (b, block) in row.chunks(BLOCK).enumerate() {
                    let halves = &mut halves[..block.len()];
                    halves.convert_from_f32_slice(block);
                    for (i, half) in halves.iter().enumerate() {
                        // SAFETY: the caller's.
                        unsafe { all.part(place(b * BLOCK + i), 1)[0] = *half };
                    }
                }
            }
            Self::Q8 { numbers, scales } => {
                for (b, block) in row.chunks(BLOCK).enumerate() {
                    let top = block.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
                    // NaN and infinity must not pass for numbers.
                    let bad = block.iter().any(|x| !x.is_finite());
                    put(scales, first_scale + b * scale_step, if bad { f32::NAN } else { top / 127.0 });
                    let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
                    for (i, x) in block.iter().enumerate() {
                        // SAFETY: the caller's.
                        unsafe { numbers.part(place(b * BLOCK + i), 1)[0] = (x * inverse).round() as i8 };
                    }
                }
            }
        }
    }
}

impl Store {
    /// An empty cache for `room` tokens of `heads` key heads of `width` values.
    pub fn new(heads: usize, room: usize, width: usize, kv: Kept) -> Self {
        let blocks = width.div_ceil(BLOCK);
        let tokens = heads * room.next_multiple_of(LANES);
        let padded = width.next_multiple_of(LANES);
        Self {
            heads,
            room,
            width,
            keys: Numbers::new(tokens * width, tokens * blocks, kv),
            values: Numbers::new(heads * room * padded, heads * room * blocks, kv),
        }
    }

    /// Numbers of a row of values.
    pub fn padded(&self) -> usize {
        self.width.next_multiple_of(LANES)
    }

    pub fn blocks(&self) -> usize {
        self.width.div_ceil(BLOCK)
    }

    /// Tiles of a head.
    pub fn tiles(&self) -> usize {
        self.room.div_ceil(LANES)
    }

    /// Puts `tokens` keys and values `[heads * width]` in their places from `position` on. `keys` writes token `i`'s
    /// keys, `values` gives its values; both are asked on several threads.
    ///
    /// # Errors
    /// Once the job of this thread is cancelled; some of the tokens are not written then.
    ///
    /// # Panics
    /// Where there is no room.
    pub fn write<'a>(
        &mut self,
        (position, tokens): (usize, usize),
        keys: impl Fn(usize, &mut [f32]) + Sync,
        values: impl Fn(usize) -> &'a [f32] + Sync,
    ) -> Result<()> {
        assert!(position + tokens <= self.room, "there is room");
        let Self { heads, room, width, .. } = *self;
        let (padded, blocks, tiles) = (self.padded(), self.blocks(), self.tiles());
        let places = (self.keys.shared(), self.values.shared());
        let token = |i: usize, key: &mut [f32]| {
            keys(i, key);
            let at = position + i;
            for (head, (key, value)) in key.chunks_exact(width).zip(values(i).chunks_exact(width)).enumerate() {
                let (tile, lane, row) = (head * tiles + at / LANES, at % LANES, head * room + at);
                let scales = (tile * blocks * LANES + lane, LANES);
                // SAFETY: a token's places are its own.
                unsafe {
                    places.0.write(key, (tile * width * LANES + lane, LANES), scales);
                    places.1.write(value, (row * padded, 1), (row * blocks, 1));
                }
            }
        };
        // Whole tiles, so that no two threads write one line of the cache.
        let ends = position / LANES..(position + tokens).div_ceil(LANES);
        pool::run(ends.len(), |part| {
            let tile = ends.start + part;
            let span = (tile * LANES).max(position)..((tile + 1) * LANES).min(position + tokens);
            let mut key = vec![0.0; heads * width];
            span.for_each(|at| token(at - position, &mut key));
        })
    }
}
