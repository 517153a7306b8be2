//! One or several matmuls of the same activations, on all threads.

use std::cell::RefCell;
use std::sync::Arc;

use candle_core::quantized::GgmlDType;

use super::layout::GROUP;
use super::{Floats, Out, Packed, Rounded, Unpacked};
use crate::pool;

/// Multiplications that are worth a piece of work of their own.
const PIECE: usize = 1 << 17;

thread_local! {
    /// Memory that is used again for each group that is unpacked.
    static SCRATCH: RefCell<Unpacked> = RefCell::default();
}

/// A weight matrix `[rows, columns]` for the matmuls of this room.
#[derive(Clone)]
pub enum Matrix {
    Packed(Arc<Packed>),
    Floats(Arc<Floats>),
}

impl Matrix {
    /// Lays out a matrix as it is read: `read` fills whole rows with their bytes in a GGUF file, from the first on, in
    /// pieces of about `piece` bytes. `None` where the type is not computed here, or the processor has no instructions
    /// that we use (candle knows ARM's).
    pub fn read<E>(
        dtype: GgmlDType,
        [rows, columns]: [usize; 2],
        piece: usize,
        mut read: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Option<Self>, E> {
        let mut lay = |in_file: usize, lay: &mut dyn FnMut(usize, &[u8])| {
            let together = (piece / (GROUP * in_file)).max(1) * GROUP;
            let mut bytes = vec![0; together.min(rows) * in_file];
            for first in (0..rows).step_by(together) {
                let bytes = &mut bytes[..together.min(rows - first) * in_file];
                read(bytes)?;
                lay(first, bytes);
            }
            Ok(())
        };
        if !super::is_there() {
            return Ok(None);
        }
        if let Some(mut packed) = Packed::with_room(dtype, rows, columns) {
            lay(packed.row_in_file(), &mut |first, bytes| packed.lay(first, bytes))?;
            return Ok(Some(Self::Packed(Arc::new(packed))));
        }
        let Some(mut floats) = Floats::with_room(dtype, rows, columns) else { return Ok(None) };
        lay(floats.row_in_file(), &mut |first, bytes| floats.lay(first, bytes))?;
        Ok(Some(Self::Floats(Arc::new(floats))))
    }

    pub fn rows(&self) -> usize {
        match self {
            Self::Packed(m) => m.rows(),
            Self::Floats(m) => m.rows(),
        }
    }

    pub fn columns(&self) -> usize {
        match self {
            Self::Packed(m) => m.columns(),
            Self::Floats(m) => m.columns(),
        }
    }

    /// Row `at` in f32; `out` is as long as a row.
    pub fn row(&self, at: usize, out: &mut [f32]) {
        match self {
            Self::Packed(m) => m.row(at, out),
            Self::Floats(m) => m.row(at, out),
        }
    }

    fn groups(&self) -> usize {
        self.rows().div_ceil(GROUP)
    }
}

/// Matmuls of `x` `[tokens, columns]` with each of `matrices` -> `[tokens, rows]` each. All have the same number of
/// columns.
///
/// # Errors
/// Once the job of this thread is cancelled.
pub fn products(matrices: &[&Matrix], x: &[f32]) -> candle_core::Result<Vec<Vec<f32>>> {
    let columns = matrices.first().map_or(1, |m| m.columns());
    assert!(matrices.iter().all(|m| m.columns() == columns), "the matrices are as wide as each other");
    let tokens = x.len() / columns;
    let is_packed = |m: &&Matrix| matches!(m, Matrix::Packed(_));
    let rounded = matrices.iter().any(is_packed).then(|| Rounded::new(x, columns)).transpose()?;
    // Not filled with zeros first: that took a fourteenth of a prompt's time.
    let mut all: Vec<Vec<f32>> = matrices.iter().map(|m| Vec::with_capacity(tokens * m.rows())).collect();
    let outs: Vec<Out<'_>> = all.iter_mut().zip(matrices).map(|(out, m)| Out::room(out, m.rows())).collect();
    let each = PIECE.div_ceil(GROUP * columns * tokens.max(1));
    let pieces: Vec<(usize, usize)> = (matrices.iter().enumerate())
        .flat_map(|(n, m)| (0..m.groups()).step_by(each).map(move |start| (n, start)))
        .collect();
    pool::run(pieces.len(), |piece| {
        let (n, start) = pieces[piece];
        let groups = start..(start + each).min(matrices[n].groups());
        match (matrices[n], &rounded) {
            (Matrix::Packed(m), Some(x)) => {
                SCRATCH.with_borrow_mut(|scratch| m.multiply(groups, x, outs[n], scratch));
            }
            (Matrix::Packed(_), None) => unreachable!("it was rounded for this"),
            (Matrix::Floats(m), _) => m.multiply(groups, x, outs[n]),
        }
    })?;
    for (out, m) in all.iter_mut().zip(matrices) {
        // SAFETY: there is that much room, and the groups of a matrix are all its rows: all were computed.
        unsafe { out.set_len(tokens * m.rows()) };
    }
    Ok(all)
}
