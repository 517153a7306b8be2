//! Rows of numbers in the type that a person chose for keys and values.

use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::domain::KvType;

/// Numbers that share a scale (ggml's Q8_0).
const BLOCK: usize = 32;

/// Rows of `width` numbers each.
pub struct Rows {
    width: usize,
    numbers: Numbers,
}

enum Numbers {
    F32(Vec<f32>),
    F16(Vec<f16>),
    /// Each row's numbers, and the scales of its blocks; the last block of a row may be shorter.
    Q8 {
        values: Vec<i8>,
        scales: Vec<f32>,
    },
}

impl Rows {
    pub fn new(rows: usize, width: usize, kv: KvType) -> Self {
        let numbers = match kv {
            KvType::F32 => Numbers::F32(vec![0.0; rows * width]),
            KvType::F16 => Numbers::F16(vec![f16::ZERO; rows * width]),
            KvType::Q8_0 => {
                Numbers::Q8 { values: vec![0; rows * width], scales: vec![0.0; rows * width.div_ceil(BLOCK)] }
            }
        };
        Self { width, numbers }
    }

    /// Puts `row` in the place `at`.
    pub fn write(&mut self, at: usize, row: &[f32]) {
        let span = at * self.width..(at + 1) * self.width;
        match &mut self.numbers {
            Numbers::F32(all) => all[span].copy_from_slice(row),
            Numbers::F16(all) => all[span].convert_from_f32_slice(row),
            Numbers::Q8 { values, scales } => {
                let blocks = self.width.div_ceil(BLOCK);
                let scales = &mut scales[at * blocks..(at + 1) * blocks];
                for ((block, values), scale) in row.chunks(BLOCK).zip(values[span].chunks_mut(BLOCK)).zip(scales) {
                    let top = block.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
                    // NaN and infinity must not pass for numbers.
                    *scale = if block.iter().all(|x| x.is_finite()) { top / 127.0 } else { f32::NAN };
                    let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
                    values.iter_mut().zip(block).for_each(|(value, x)| *value = (x * inverse).round() as i8);
                }
            }
        }
    }

    /// The row at `at`; `spare`, as long as a row, is where it is unpacked.
    pub fn read<'a>(&'a self, at: usize, spare: &'a mut [f32]) -> &'a [f32] {
        let span = at * self.width..(at + 1) * self.width;
        match &self.numbers {
            Numbers::F32(all) => return &all[span],
            Numbers::F16(all) => all[span].convert_to_f32_slice(spare),
            Numbers::Q8 { values, scales } => {
                let blocks = self.width.div_ceil(BLOCK);
                let scales = &scales[at * blocks..(at + 1) * blocks];
                for ((spare, values), &scale) in spare.chunks_mut(BLOCK).zip(values[span].chunks(BLOCK)).zip(scales) {
                    spare.iter_mut().zip(values).for_each(|(x, &value)| *x = scale * f32::from(value));
                }
            }
        }
        spare
    }
}
