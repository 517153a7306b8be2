//! A group of a matrix of f32, f16 or bf16, as a kernel reads it: the numbers of sixteen rows, column by column.

use super::Line;
use super::layout::GROUP;

/// How the numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatKind {
    F32,
    F16,
    Bf16,
}

impl FloatKind {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }
}

/// A group: the numbers of sixteen rows, column by column.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub kind: FloatKind,
    pub lines: &'a [Line],
}

impl Columns<'_> {
    /// Number of row `row` in column `k`.
    pub fn number(self, k: usize, row: usize) -> f32 {
        let each = self.kind.bytes();
        let at = (k * GROUP + row) * each;
        let bytes = &self.lines[at / 64].0[at % 64..at % 64 + each];
        match (self.kind, bytes) {
            (FloatKind::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (FloatKind::F16, &[a, b]) => half::f16::from_le_bytes([a, b]).to_f32(),
            (FloatKind::Bf16, &[a, b]) => half::bf16::from_le_bytes([a, b]).to_f32(),
            _ => unreachable!("a number is as long as its kind"),
        }
    }
}
