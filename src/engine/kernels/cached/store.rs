//! Keys and values of the tokens that were read, in the type that a person chose.
//!
//! Keys lie in tiles of sixteen tokens, column by column: a register holds one column of sixteen tokens, so that scores
//! stand side by side without being gathered. Values lie token by token, rows filled up to whole registers.

use half::f16;

use super::lanes::LANES;
use crate::domain::KvType;

/// Numbers that share a scale (ggml's Q8_0).
pub const BLOCK: usize = 32;

/// Keys and values of one layer.
pub struct Store {
    pub heads: usize,
    /// Tokens that have room.
    pub room: usize,
    /// Numbers of a head.
    pub width: usize,
    pub keys: Numbers,
    pub values: Numbers,
}

pub enum Numbers {
    F32(Vec<f32>),
    F16(Vec<f16>),
    Q8 { numbers: Vec<i8>, scales: Vec<f32> },
}

impl Numbers {
    fn new(count: usize, scales: usize, kv: KvType) -> Self {
        // The system hands out the memory as it is first written.
        match kv {
            KvType::F32 => Self::F32(vec![0.0; count]),
            KvType::F16 => Self::F16(vec![f16::ZERO; count]),
            KvType::Q8_0 => Self::Q8 { numbers: vec![0; count], scales: vec![0.0; scales] },
        }
    }

    /// Puts `row` at `start`, each number `step` behind the one before; scales likewise.
    fn write(&mut self, row: &[f32], (start, step): (usize, usize), (first_scale, scale_step): (usize, usize)) {
        match self {
            Self::F32(all) => row.iter().enumerate().for_each(|(i, x)| all[start + i * step] = *x),
            Self::F16(all) => row.iter().enumerate().for_each(|(i, x)| all[start + i * step] = f16::from_f32(*x)),
            Self::Q8 { numbers, scales } => {
                for (b, block) in row.chunks(BLOCK).enumerate() {
                    let top = block.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
                    // NaN and infinity must not pass for numbers.
                    let bad = block.iter().any(|x| !x.is_finite());
                    scales[first_scale + b * scale_step] = if bad { f32::NAN } else { top / 127.0 };
                    let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
                    for (i, x) in block.iter().enumerate() {
                        numbers[start + (b * BLOCK + i) * step] = (x * inverse).round() as i8;
                    }
                }
            }
        }
    }
}

impl Store {
    pub fn new(heads: usize, room: usize, width: usize, kv: KvType) -> Self {
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

    /// Puts a head's key and value of the token at `at` in their places.
    pub fn write(&mut self, head: usize, at: usize, key: &[f32], value: &[f32]) {
        let (tile, lane) = (head * self.tiles() + at / LANES, at % LANES);
        let (width, blocks) = (self.width, self.blocks());
        self.keys.write(key, (tile * width * LANES + lane, LANES), (tile * blocks * LANES + lane, LANES));
        let row = head * self.room + at;
        self.values.write(value, (row * self.padded(), 1), (row * blocks, 1));
    }
}
