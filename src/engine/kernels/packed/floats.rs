//! Matrices of f32, f16 and bf16: sixteen rows are stored column by column, so that a register is a column of a group.

use candle_core::quantized::GgmlDType;
use rayon::prelude::*;

use super::columns::{Columns, FloatKind};
use super::layout::GROUP;
use super::{Line, Out, Processor};

/// A matrix `[rows, columns]`.
pub struct Floats {
    kind: FloatKind,
    rows: usize,
    columns: usize,
    lines: Vec<Line>,
    pub(super) processor: Processor,
}

impl Floats {
    /// A matrix of zeros, to be laid out; `None` where the type is another.
    pub fn with_room(dtype: GgmlDType, rows: usize, columns: usize) -> Option<Self> {
        let kind = match dtype {
            GgmlDType::F32 => FloatKind::F32,
            GgmlDType::F16 => FloatKind::F16,
            GgmlDType::BF16 => FloatKind::Bf16,
            _ => return None,
        };
        if rows == 0 || columns == 0 {
            return None;
        }
        let lines = vec![Line([0; 64]); rows.div_ceil(GROUP) * Self::in_group(kind, columns)];
        Some(Self { kind, rows, columns, lines, processor: Processor::best() })
    }

    /// Lines of a group.
    fn in_group(kind: FloatKind, columns: usize) -> usize {
        (columns * GROUP * kind.bytes()).div_ceil(64)
    }

    /// Bytes of a row in a GGUF file.
    pub fn row_in_file(&self) -> usize {
        self.columns * self.kind.bytes()
    }

    /// As [`Packed::lay`](super::Packed::lay).
    pub fn lay(&mut self, first: usize, bytes: &[u8]) {
        let (each, in_file) = (self.kind.bytes(), self.row_in_file());
        assert!(
            first.is_multiple_of(GROUP) && bytes.len().is_multiple_of(in_file),
            "whole rows from a group's first on"
        );
        assert!(first + bytes.len() / in_file <= self.rows, "no more rows than there are");
        let in_group = Self::in_group(self.kind, self.columns);
        let lines = self.lines[first / GROUP * in_group..].par_chunks_mut(in_group);
        lines.zip(bytes.par_chunks(GROUP * in_file)).for_each(|(lines, rows)| {
            // A column of the group is one line, or half of one.
            let columns = lines.iter_mut().flat_map(|line| line.0.chunks_exact_mut(GROUP * each));
            match self.kind {
                FloatKind::F32 => columns.enumerate().for_each(|(k, to)| column::<4>(to, rows, in_file, k)),
                FloatKind::F16 | FloatKind::Bf16 => {
                    columns.enumerate().for_each(|(k, to)| column::<2>(to, rows, in_file, k))
                }
            }
        });
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    pub fn groups(&self) -> usize {
        self.rows.div_ceil(GROUP)
    }

    /// Row `at` in f32.
    pub fn row(&self, at: usize, out: &mut [f32]) {
        let group = self.group(at / GROUP);
        out.iter_mut().enumerate().for_each(|(k, out)| *out = group.number(k, at % GROUP));
    }

    fn group(&self, at: usize) -> Columns<'_> {
        let lines = Self::in_group(self.kind, self.columns);
        Columns { kind: self.kind, lines: &self.lines[at * lines..(at + 1) * lines] }
    }

    /// Matmul of the rows of `x` (as long as this matrix has columns) with the rows of `groups`: as
    /// [`Packed::multiply`](super::Packed::multiply).
    pub fn multiply(&self, groups: std::ops::Range<usize>, x: &[f32], out: Out<'_>) {
        let tokens = x.len() / self.columns;
        assert!(x.len() == tokens * self.columns && out.holds(tokens, self.rows), "the sides of a product fit");
        for at in groups {
            let rows = GROUP.min(self.rows - at * GROUP);
            let group = self.group(at);
            let mut token = 0;
            // SAFETY: `holds` has seen that these places are there, and each is written by one caller.
            let put = |t: usize, values: &[f32; GROUP]| unsafe { out.put(t, at * GROUP, &values[..rows]) };
            while token < tokens {
                token += match tokens - token {
                    8.. => self.tile::<8>(group, x, token, put),
                    4.. => self.tile::<4>(group, x, token, put),
                    2.. => self.tile::<2>(group, x, token, put),
                    _ => self.tile::<1>(group, x, token, put),
                };
            }
        }
    }

    fn tile<const M: usize>(
        &self,
        group: Columns<'_>,
        x: &[f32],
        token: usize,
        put: impl Fn(usize, &[f32; GROUP]),
    ) -> usize {
        let rows: [&[f32]; M] = std::array::from_fn(|t| &x[(token + t) * self.columns..(token + t + 1) * self.columns]);
        let out = match self.processor {
            // SAFETY: `Processor::best` has seen that the instructions are there.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512Vnni => unsafe { super::avx512::floats(group, self.columns, rows) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 | Processor::Avx512 => unsafe { super::avx2::floats(group, self.columns, rows) },
            _ => plain(group, rows),
        };
        out.iter().enumerate().for_each(|(t, values)| put(token + t, values));
        M
    }
}

/// Number `k` of each row to `to`; nothing past the end of a row.
fn column<const EACH: usize>(to: &mut [u8], rows: &[u8], in_file: usize, k: usize) {
    let numbers = rows.chunks_exact(in_file).map(|row| row.as_chunks::<EACH>().0.get(k));
    for (to, number) in to.as_chunks_mut::<EACH>().0.iter_mut().zip(numbers) {
        *to = number.copied().unwrap_or([0; EACH]);
    }
}

fn plain<const M: usize>(group: Columns<'_>, x: [&[f32]; M]) -> [[f32; GROUP]; M] {
    let mut out = [[0.0; GROUP]; M];
    for (x, out) in x.iter().zip(&mut out) {
        for (k, x) in x.iter().enumerate() {
            out.iter_mut().enumerate().for_each(|(row, out)| *out += group.number(k, row) * x);
        }
    }
    out
}
