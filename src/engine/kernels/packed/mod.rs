//! Matmuls with quantised weights, by the processor's 8-bit dot products.
//!
//! A matrix is repacked once, when it is loaded ([`form`] says how): it keeps its size (K types with scales of 6 bits
//! take 2 % more), in the order in which the kernels read it. Activations are quantised to 8 bits in blocks of 32
//! ([`Rounded`]), so that the dot product of a block is an exact sum of integers; scaling and adding up is done in f32,
//! in the same order whatever the number of rows is: **a row's result has the same bits whatever rows are computed with
//! it**.
//!
//! | file | what is in it |
//! |---|---|
//! | `layout` | the types and how each is laid out |
//! | `rounded` | activations |
//! | `floats` | matrices of f32, f16, bf16 |
//! | `columns` | a group of these |
//! | `plain` | the layout in words; what other processors run |
//! | `product` | several matmuls of the same activations, on all threads |
//! | `avx2`, `avx512` | x86; the second asks for VNNI |

mod columns;
mod floats;
mod layout;
mod plain;
mod product;
mod rounded;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use candle_core::quantized::GgmlDType;
use rayon::prelude::*;

use super::cpu::Shared;
use super::processor::Processor;

pub use floats::Floats;
pub use layout::GROUP;
use layout::{BLOCK, Form, SUPER};
pub use product::{Matrix, products};
pub use rounded::Rounded;
use rounded::Row;

/// 64 bytes, as one register and one line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A matrix `[rows, columns]`.
pub struct Packed {
    form: Form,
    rows: usize,
    /// Blocks of a row.
    blocks: usize,
    lines: Vec<Line>,
    /// Scales of cells, then of super blocks: see [`Form::head`] and [`Form::top`]. By row inside a cell: all first
    /// parts of two bytes (of one in K types), then all second ones.
    heads: Vec<u8>,
    tops: Vec<u8>,
    processor: Processor,
}

/// Whether the processor has instructions that the kernels use.
fn is_there() -> bool {
    matches!(Processor::best(), Processor::Avx2 | Processor::Avx512 | Processor::Avx512Vnni)
}

/// A group of a matrix, as a kernel reads it.
#[derive(Clone, Copy)]
struct Group<'a> {
    lines: &'a [Line],
    heads: &'a [u8],
    tops: &'a [u8],
}

/// From this many rows of activations on, a group is dequantised once for all of them.
const MANY: usize = 9;

/// A group with whole bytes and f32 scales.
#[derive(Default)]
pub struct Unpacked {
    /// Eight lines a block.
    lines: Vec<Line>,
    /// For each block, and each half where scales are two: [`GROUP`] scales, and as many offsets.
    scales: Vec<[f32; GROUP]>,
    offsets: Vec<[f32; GROUP]>,
}

impl Packed {
    /// A matrix of zeros, to be laid out; `None` where the type is not computed here, or no row can be so long.
    pub fn with_room(dtype: GgmlDType, rows: usize, columns: usize) -> Option<Self> {
        let form = Form::of(dtype)?;
        if columns == 0 || rows == 0 || !columns.is_multiple_of(form.columns_in_file()) {
            return None;
        }
        let blocks = columns / BLOCK;
        let sizes = Sizes::of(form, blocks);
        let groups = rows.div_ceil(GROUP);
        Some(Self {
            form,
            rows,
            blocks,
            lines: vec![Line([0; 64]); groups * sizes.lines],
            heads: vec![0; groups * sizes.heads],
            tops: vec![0; groups * sizes.tops],
            processor: Processor::best(),
        })
    }

    /// Bytes of a row in a GGUF file.
    pub fn row_in_file(&self) -> usize {
        self.columns() / self.form.columns_in_file() * self.form.bytes_in_file()
    }

    /// Lays out rows from `first` on, the first of a group, out of their `bytes` in a GGUF file. Rows are laid out once.
    ///
    /// # Panics
    /// Where there are not as many whole rows.
    pub fn lay(&mut self, first: usize, bytes: &[u8]) {
        let (form, in_file) = (self.form, self.row_in_file());
        let sizes = Sizes::of(form, self.blocks);
        assert!(
            first.is_multiple_of(GROUP) && bytes.len().is_multiple_of(in_file),
            "whole rows from a group's first on"
        );
        assert!(first + bytes.len() / in_file <= self.rows, "no more rows than there are");
        let group = first / GROUP;
        let lines = self.lines[group * sizes.lines..].par_chunks_mut(sizes.lines);
        let heads = self.heads[group * sizes.heads..].par_chunks_mut(sizes.heads);
        let tops = self.tops[group * sizes.tops..].par_chunks_mut(sizes.tops);
        let rows = bytes.par_chunks(GROUP * in_file);
        lines.zip(heads.zip(tops)).zip(rows).for_each(|((lines, (heads, tops)), rows)| {
            pulp::Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (row, bytes) in rows.chunks_exact(in_file).enumerate() {
                        pack_row(form, bytes, row, lines, heads, tops);
                    }
                },
            );
        });
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> usize {
        self.blocks * BLOCK
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.lines.len() * 64 + self.heads.len() + self.tops.len()
    }

    /// Groups of rows: the parts into which a matmul can be divided.
    pub fn groups(&self) -> usize {
        self.rows.div_ceil(GROUP)
    }

    /// Row `at` in f32.
    pub fn row(&self, at: usize, out: &mut [f32]) {
        let group = self.group(at / GROUP);
        for (b, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            plain::block(self.form, group, b, at % GROUP, out);
        }
    }

    fn group(&self, at: usize) -> Group<'_> {
        let sizes = Sizes::of(self.form, self.blocks);
        Group {
            lines: &self.lines[at * sizes.lines..(at + 1) * sizes.lines],
            heads: &self.heads[at * sizes.heads..(at + 1) * sizes.heads],
            tops: &self.tops[at * sizes.tops..(at + 1) * sizes.tops],
        }
    }

    /// Matmul of `x` with the rows of `groups`: the dot product of row `r` of the matrix and row `t` of `x` goes to
    /// `out[t * stride + r]`; nothing else is written.
    pub fn multiply(&self, groups: std::ops::Range<usize>, x: &Rounded, out: Out<'_>, scratch: &mut Unpacked) {
        assert!(x.blocks() == self.blocks && out.holds(x.rows(), self.rows), "the sides of a product fit");
        for at in groups {
            let rows = GROUP.min(self.rows - at * GROUP);
            let group = self.group(at);
            let many = x.rows() >= MANY;
            if many {
                self.unpack(group, scratch);
            }
            let source =
                if many { GroupSource::Unpacked(scratch, self.form) } else { GroupSource::Packed(group, self.form) };
            let mut token = 0;
            while token < x.rows() {
                // SAFETY: `holds` has seen that these places are there, and each is written by one caller.
                let put = |t: usize, values: &[f32; GROUP]| unsafe { out.put(token + t, at * GROUP, &values[..rows]) };
                token += self.tile(&source, x, token, put);
            }
        }
    }

    /// The next rows of `x` from `token` on; returns how many.
    fn tile(&self, source: &GroupSource<'_>, x: &Rounded, token: usize, put: impl Fn(usize, &[f32; GROUP])) -> usize {
        match x.rows() - token {
            8.. => self.tile_of::<8>(source, x, token, put),
            4.. => self.tile_of::<4>(source, x, token, put),
            2.. => self.tile_of::<2>(source, x, token, put),
            _ => self.tile_of::<1>(source, x, token, put),
        }
    }

    fn tile_of<const M: usize>(
        &self,
        source: &GroupSource<'_>,
        x: &Rounded,
        token: usize,
        put: impl Fn(usize, &[f32; GROUP]),
    ) -> usize {
        let rows: [Row<'_>; M] = std::array::from_fn(|t| x.row(token + t));
        let out = match self.processor {
            // SAFETY: `Processor::best` has seen that the instructions are there.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512Vnni => unsafe { avx512::tile(source, self.blocks, rows) },
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 | Processor::Avx512 => unsafe { avx2::tile(source, self.blocks, rows) },
            _ => plain::tile(source, self.blocks, rows),
        };
        out.iter().enumerate().for_each(|(t, values)| put(t, values));
        M
    }

    fn unpack(&self, group: Group<'_>, out: &mut Unpacked) {
        let scales = self.blocks * self.form.scales();
        out.lines.resize(self.blocks * 8, Line([0; 64]));
        out.scales.resize(scales, [0.0; GROUP]);
        out.offsets.resize(scales, [0.0; GROUP]);
        match self.processor {
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512Vnni => unsafe { avx512::unpack(self.form, group, self.blocks, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Processor::Avx2 | Processor::Avx512 => unsafe { avx2::unpack(self.form, group, self.blocks, out) },
            _ => plain::unpack(self.form, group, self.blocks, out),
        }
    }
}

/// Where a kernel reads a group from.
enum GroupSource<'a> {
    Packed(Group<'a>, Form),
    /// The form that was unpacked tells how many scales there are.
    Unpacked(&'a Unpacked, Form),
}

/// What each part of a group takes.
#[derive(Clone, Copy)]
struct Sizes {
    lines: usize,
    heads: usize,
    tops: usize,
}

impl Sizes {
    fn of(form: Form, blocks: usize) -> Self {
        Self {
            lines: blocks * form.lines(),
            heads: blocks * form.head() * GROUP,
            tops: (blocks / SUPER * form.top() * GROUP).max(1),
        }
    }
}

/// Puts one row of a group in its place; a loop of its own for each type.
#[inline(always)]
fn pack_row(form: Form, bytes: &[u8], row: usize, lines: &mut [Line], heads: &mut [u8], tops: &mut [u8]) {
    match form {
        Form::Q4_0 => pack_row_of(Form::Q4_0, bytes, row, lines, heads, tops),
        Form::Q4_1 => pack_row_of(Form::Q4_1, bytes, row, lines, heads, tops),
        Form::Q5_0 => pack_row_of(Form::Q5_0, bytes, row, lines, heads, tops),
        Form::Q5_1 => pack_row_of(Form::Q5_1, bytes, row, lines, heads, tops),
        Form::Q8_0 => pack_row_of(Form::Q8_0, bytes, row, lines, heads, tops),
        Form::Q4K => pack_row_of(Form::Q4K, bytes, row, lines, heads, tops),
        Form::Q5K => pack_row_of(Form::Q5K, bytes, row, lines, heads, tops),
        Form::Q6K => pack_row_of(Form::Q6K, bytes, row, lines, heads, tops),
    }
}

#[inline(always)]
fn pack_row_of(form: Form, bytes: &[u8], row: usize, lines: &mut [Line], heads: &mut [u8], tops: &mut [u8]) {
    let together = form.columns_in_file() / BLOCK;
    // Scales of one kind lie together: bytes in K types, pairs of bytes elsewhere.
    let each = if form.top() > 0 { 1 } else { 2 };
    let spread = |to: &mut [u8], from: &[u8], each: usize| {
        for (kind, part) in from.chunks_exact(each).enumerate() {
            to[kind * each * GROUP + row * each..][..each].copy_from_slice(part);
        }
    };
    for (s, bytes) in bytes.chunks_exact(form.bytes_in_file()).enumerate() {
        for at in 0..together {
            let b = s * together + at;
            let (block, top) = layout::read(form, bytes, at);
            spread(&mut heads[b * form.head() * GROUP..], &block.head[..form.head()], each);
            if at == 0 && form.top() > 0 {
                spread(&mut tops[s * form.top() * GROUP..], &top[..form.top()], 2);
            }
            let cell = &mut lines[b * form.lines()..(b + 1) * form.lines()];
            let units = if form == Form::Q8_0 { 8 } else { 4 };
            for (line, four) in cell[..units].iter_mut().zip(block.bytes.as_chunks::<4>().0) {
                line.0[row * 4..row * 4 + 4].copy_from_slice(four);
            }
            // A row's four bits of a unit are half a byte.
            for (line, bits) in cell[units..].iter_mut().zip(block.planes) {
                for unit in 0..8 {
                    line.0[unit * 8 + row / 2] |= ((bits >> (4 * unit) & 15) as u8) << (4 * (row % 2));
                }
            }
        }
    }
}

/// The output of a matmul: rows of `stride` values. Several threads may hold a copy to write different places.
#[derive(Clone, Copy)]
pub struct Out<'a> {
    places: Shared<'a, f32>,
    stride: usize,
}

impl<'a> Out<'a> {
    pub fn new(all: &'a mut [f32], stride: usize) -> Self {
        Self { places: Shared::new(all), stride }
    }

    /// Into what a vector has room for.
    pub fn room(all: &'a mut Vec<f32>, stride: usize) -> Self {
        Self { places: Shared::room(all), stride }
    }

    fn holds(&self, rows: usize, columns: usize) -> bool {
        columns <= self.stride && rows.checked_mul(self.stride).is_some_and(|len| len <= self.places.len())
    }

    /// # Safety
    /// Row and columns are below those that [`holds`](Self::holds) was asked for, and no other thread writes there.
    unsafe fn put(&self, row: usize, column: usize, values: &[f32]) {
        // SAFETY: as promised.
        let to = unsafe { self.places.start().add(row * self.stride + column) };
        // SAFETY: the same.
        unsafe { to.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
    }
}

#[cfg(test)]
mod tests;
