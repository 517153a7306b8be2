//! How each quantisation is laid out here, and the conversion from a GGUF file's bytes.
//!
//! Sixteen rows are a group, thirty-two columns a block; a cell is their intersection. A cell's values are stored in
//! units of four columns: 64 bytes, four of the first row, four of the second, and so on. One instruction then
//! multiplies a unit
//! with four activations for sixteen rows at once, and the sums stay separate by row.
//!
//! | type | units | beside them, for each of the 16 rows |
//! |---|---|---|
//! | Q4_0, Q4_1, Q4_K | four lines of two half bytes: unit `n` low, unit `n + 4` high | scale; offset (Q4_1, Q4_K) |
//! | Q5_0, Q5_1, Q5_K | the same, and a line with the fifth bit of each number | as those of four bits |
//! | Q6_K | the same, and two lines | two scales, of 16 columns each |
//! | Q8_0 | eight lines of whole bytes, 128 more than the number | scale |
//!
//! Scales stay as exact and as small as in the file: f16, or for the K types 6 or 8 bits below an f16 for eight cells.

use candle_core::quantized::GgmlDType;

/// Rows of a group.
pub const GROUP: usize = 16;
/// Columns of a block.
pub const BLOCK: usize = 32;
/// Blocks of a K type's super block.
pub const SUPER: usize = 8;

/// A quantisation whose matmuls run here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4K,
    Q5K,
    Q6K,
}

impl Form {
    /// By their numbers.
    pub const ALL: [Self; 8] =
        [Self::Q4_0, Self::Q4_1, Self::Q5_0, Self::Q5_1, Self::Q8_0, Self::Q4K, Self::Q5K, Self::Q6K];

    /// The form of a GGUF type; `None` for types that are not supported here.
    pub fn of(dtype: GgmlDType) -> Option<Self> {
        Some(match dtype {
            GgmlDType::Q4_0 => Self::Q4_0,
            GgmlDType::Q4_1 => Self::Q4_1,
            GgmlDType::Q5_0 => Self::Q5_0,
            GgmlDType::Q5_1 => Self::Q5_1,
            GgmlDType::Q8_0 => Self::Q8_0,
            GgmlDType::Q4K => Self::Q4K,
            GgmlDType::Q5K => Self::Q5K,
            GgmlDType::Q6K => Self::Q6K,
            _ => return None,
        })
    }

    /// Bits above the half bytes, each in a line of its own.
    pub const fn planes(self) -> usize {
        match self {
            Self::Q5_0 | Self::Q5_1 | Self::Q5K => 1,
            Self::Q6K => 2,
            _ => 0,
        }
    }

    /// Lines of 64 bytes in a cell.
    pub const fn lines(self) -> usize {
        match self {
            Self::Q8_0 => 8,
            _ => 4 + self.planes(),
        }
    }

    /// Bytes of scales for one row of a cell.
    pub const fn head(self) -> usize {
        match self {
            Self::Q4_0 | Self::Q5_0 | Self::Q8_0 | Self::Q4K | Self::Q5K | Self::Q6K => 2,
            Self::Q4_1 | Self::Q5_1 => 4,
        }
    }

    /// Bytes of scales for one row of [`SUPER`] cells.
    pub const fn top(self) -> usize {
        match self {
            Self::Q4K | Self::Q5K => 4,
            Self::Q6K => 2,
            _ => 0,
        }
    }

    /// The zero point: subtracted from each stored value.
    pub const fn zero(self) -> f32 {
        match self {
            Self::Q4_0 => 8.0,
            Self::Q5_0 => 16.0,
            Self::Q6K => 32.0,
            Self::Q8_0 => 128.0,
            Self::Q4_1 | Self::Q5_1 | Self::Q4K | Self::Q5K => 0.0,
        }
    }

    /// Scales that a row of a cell has.
    pub const fn scales(self) -> usize {
        match self {
            Self::Q6K => 2,
            _ => 1,
        }
    }

    /// Columns that are stored together in the file.
    pub const fn columns_in_file(self) -> usize {
        match self {
            Self::Q4K | Self::Q5K | Self::Q6K => BLOCK * SUPER,
            _ => BLOCK,
        }
    }

    /// Bytes that they take there.
    pub const fn bytes_in_file(self) -> usize {
        match self {
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q4K => 144,
            Self::Q5K => 176,
            Self::Q6K => 210,
        }
    }
}

/// A block of one row as it is read from the file.
#[derive(Default)]
pub struct Block {
    /// The low half bytes: column `i` low, column `i + 16` high. Whole bytes for Q8_0: 128 more than the number.
    pub bytes: [u8; BLOCK],
    /// Bits above the half bytes, column `i` in bit `i`.
    pub planes: [u32; 2],
    /// What is beside them, [`Form::head`] bytes.
    pub head: [u8; 4],
}

/// Reads block `at` (below [`SUPER`]; 0 for types without super blocks) of what lies together in the file, and what
/// is beside all of it ([`Form::top`] bytes).
#[inline(always)]
pub fn read(form: Form, file: &[u8], at: usize) -> (Block, [u8; 4]) {
    let mut block = Block::default();
    let mut top = [0; 4];
    // Half bytes of 32 columns to those of two times 16.
    let join = |block: &mut Block, from: &[u8], high: bool| {
        let (left, right) = from[..BLOCK].split_at(BLOCK / 2);
        let pairs = block.bytes.iter_mut().zip(left.iter().zip(right));
        // Two loops: vectors shift by what is known beforehand.
        if high {
            pairs.for_each(|(byte, (a, b))| *byte = a >> 4 | b & 0xf0);
        } else {
            pairs.for_each(|(byte, (a, b))| *byte = a & 15 | b << 4);
        }
    };
    // Eight bytes' bits at once: the product moves that of byte `i` to place 56 + i.
    let bits = |from: &[u8], shift: usize| {
        let eights = from[..BLOCK].as_chunks::<8>().0.iter();
        let bits = eights.map(|eight| {
            let lowest = u64::from_le_bytes(*eight) >> shift & 0x0101_0101_0101_0101;
            (lowest.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
        });
        bits.zip(0..).fold(0, |all, (bits, i)| all | bits << (8 * i))
    };
    match form {
        Form::Q4_0 | Form::Q4_1 | Form::Q5_0 | Form::Q5_1 => {
            let (scales, rest) = file.split_at(form.head());
            block.head[..scales.len()].copy_from_slice(scales);
            let (bits, halves) = rest.split_at(4 * form.planes());
            block.bytes[..BLOCK / 2].copy_from_slice(halves);
            if let &[a, b, c, d] = bits {
                block.planes[0] = u32::from_le_bytes([a, b, c, d]);
            }
        }
        Form::Q8_0 => {
            block.head[..2].copy_from_slice(&file[..2]);
            block.bytes.iter_mut().zip(&file[2..]).for_each(|(to, &byte)| *to = byte ^ 128);
        }
        Form::Q4K | Form::Q5K => {
            top.copy_from_slice(&file[..4]);
            block.head[..2].copy_from_slice(&six_bits(&file[4..16], at));
            // Two blocks share 32 bytes, the first in their low halves.
            join(&mut block, &file[file.len() - 128 + at / 2 * BLOCK..], at % 2 == 1);
            if form == Form::Q5K {
                block.planes[0] = bits(&file[16..], at);
            }
        }
        Form::Q6K => {
            let (low, rest) = file.split_at(128);
            let (high, rest) = rest.split_at(64);
            block.head[..2].copy_from_slice(&rest[2 * at..2 * at + 2]);
            top[..2].copy_from_slice(&rest[16..18]);
            // 128 numbers take 64 bytes of low halves and 32 of pairs of high bits.
            let (part, quarter) = (at / 4, at % 4);
            join(&mut block, &low[64 * part + 32 * (quarter % 2)..], quarter >= 2);
            block.planes = [0, 1].map(|plane| bits(&high[32 * part..], 2 * quarter + plane));
        }
    }
    (block, top)
}

/// Scale and offset of block `at`, 6 bits each, as Q4_K and Q5_K pack eight of both in 12 bytes.
fn six_bits(packed: &[u8], at: usize) -> [u8; 2] {
    if at < 4 {
        [packed[at] & 63, packed[at + 4] & 63]
    } else {
        [packed[at + 4] & 15 | (packed[at - 4] >> 6) << 4, packed[at + 4] >> 4 | (packed[at] >> 6) << 4]
    }
}

/// IEEE 754 binary16 to f32.
pub fn half(bytes: [u8; 2]) -> f32 {
    half::f16::from_le_bytes(bytes).to_f32()
}
