//! Weights that are kept smaller than they are: values of 8 bits beside the scales that they are multiplied by.
//!
//! | who | the scale of `x.weight` |
//! |---|---|
//! | ComfyUI, with a marker `scaled_fp8` | `x.scale_weight`, one value |
//! | ComfyUI's newer files, compressed-tensors, fbgemm | `x.weight_scale`, one value or one for each row |
//! | DeepSeek's and Qwen's own files | `x.weight_scale_inv`, one value for each block (multiplied too, whatever its name) |
//!
//! Beside them may be scales of the layer's input (`scale_input`, `input_scale`): they are for products in 8 bits, and
//! none are computed here.

use super::file::bad;
use super::header::{Entry, Header};
use crate::error::Result;

/// Side of the usual blocks. They need not divide a matrix evenly.
const BLOCK: usize = 128;

/// What a tensor's values are multiplied by. The tensor is seen as a matrix, its rows the first dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Its name in the file.
    pub name: String,
    /// Where its values are.
    pub entry: Entry,
    /// Rows and columns of the tensor that share one value.
    block: (usize, usize),
    /// Values for each row of blocks.
    across: usize,
    /// Which row of the tensor is the first one that is taken.
    first: usize,
}

impl Scale {
    /// Reads the shape of `entry` as the scale of a tensor of `shape`; `None` where it is the scale of none such.
    fn of(name: &str, entry: &Entry, shape: &[usize]) -> Option<Self> {
        let rows = shape.first().copied().unwrap_or(1).max(1);
        let columns = shape.iter().skip(1).product::<usize>().max(1);
        let scale = |block, across| Some(Self { name: name.to_owned(), entry: entry.clone(), block, across, first: 0 });
        // What follows the second dimension must be ones, as in [rows, 1, 1, 1] of a convolution.
        let (down, across) = match entry.shape.as_slice() {
            [] => (1, 1),
            // In a row they are one for each row, never blocks.
            [n] if *n == 1 || *n == rows => (*n, 1),
            [n, m, rest @ ..] if rest.iter().all(|n| *n == 1) => (*n, *m),
            _ => return None,
        };
        let side = |n: usize, parts: usize| match parts {
            0 => None,
            1 => Some(n),
            _ if n.div_ceil(BLOCK) == parts => Some(BLOCK),
            _ => n.is_multiple_of(parts).then_some(n / parts),
        };
        scale((side(rows, down)?, side(columns, across)?), across)
    }

    /// The same for rows of the tensor from `first` on.
    pub(super) fn from_row(mut self: Box<Self>, first: usize) -> Box<Self> {
        self.first += first;
        self
    }

    /// Multiplies `values`, rows of `columns` each of which is row `row(i)` of those taken. `scales` are the values of
    /// [`Self::entry`].
    pub fn apply(&self, values: &mut [f32], columns: usize, scales: &[f32], row: impl Fn(usize) -> usize) {
        for (i, line) in values.chunks_mut(columns.max(1)).enumerate() {
            let at = (self.first + row(i)) / self.block.0 * self.across;
            for (part, scale) in line.chunks_mut(self.block.1).zip(scales.get(at..).unwrap_or_default()) {
                part.iter_mut().for_each(|value| *value *= scale);
            }
        }
    }
}

/// Names that the scale of a tensor may have.
fn names(tensor: &str) -> [Option<String>; 3] {
    let before = tensor.strip_suffix("weight").map(|stem| format!("{stem}scale_weight"));
    [before, Some(format!("{tensor}_scale")), Some(format!("{tensor}_scale_inv"))]
}

/// Gives each tensor the scale that is beside it. The scales are no tensors of their own from then on.
///
/// # Errors
/// A scale of a shape that says nothing about its tensor.
pub(super) fn pair(header: &mut Header) -> Result<()> {
    let scale_of = |name: &str| names(name).into_iter().flatten().find(|scale| header.has(scale));
    let weights = header.tensors.iter().filter(|(_, entry)| entry.dtype.runs(true));
    let pairs: Vec<_> = weights.filter_map(|(name, _)| Some((name.clone(), scale_of(name)?))).collect();
    for (name, scale_name) in pairs {
        let Some(entry) = header.tensors.remove(&scale_name) else { continue };
        let Some(tensor) = header.tensors.get_mut(&name) else { continue };
        let Some(scale) = Scale::of(&scale_name, &entry, &tensor.shape).filter(|_| entry.dtype.is_float()) else {
            let (found, shape) = (&entry.shape, tensor.shape.clone());
            let kind = entry.dtype.name();
            let reason = format!("{scale_name} is {found:?} in {kind}, which is no scale of {name} ({shape:?})");
            return Err(bad(header.path(), reason));
        };
        tensor.scale = Some(Box::new(scale));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::header::Dtype;
    use super::*;

    /// The scale of a tensor of ones with `shape`, from scales 1, 2, 3...
    fn scaled(scale: &[usize], shape: &[usize]) -> Option<Vec<f32>> {
        let n: usize = scale.iter().product();
        let entry = Entry::plain(Dtype::F32, scale.to_vec(), 0, 4 * n as u64);
        let scale = Scale::of("x.weight_scale", &entry, shape)?;
        let mut values = vec![1.0; shape.iter().product()];
        let scales: Vec<f32> = (1..=n).map(|i| i as f32).collect();
        let columns = shape[1..].iter().product();
        scale.apply(&mut values, columns, &scales, |i| i);
        Some(values)
    }

    #[test]
    fn one_value_one_for_each_row_and_one_for_each_block() {
        for one in [&[][..], &[1], &[1, 1]] {
            assert_eq!(scaled(one, &[2, 2]), Some(vec![1.0; 4]), "{one:?}");
        }
        for rows in [&[2][..], &[2, 1], &[2, 1, 1, 1]] {
            assert_eq!(scaled(rows, &[2, 3]), Some(vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0]), "{rows:?}");
        }
        assert_eq!(scaled(&[1, 3], &[2, 3]), Some(vec![1.0, 2.0, 3.0, 1.0, 2.0, 3.0]));
        assert_eq!(scaled(&[2, 2], &[2, 4]), Some(vec![1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]));
        // Blocks of 128 of which the last one is cut.
        let cut = scaled(&[2, 1], &[130, 1]).unwrap();
        assert_eq!((cut[126], cut[127], cut[128], cut[129]), (1.0, 1.0, 2.0, 2.0));
        for none in [&[3][..], &[2], &[0], &[4, 1, 3], &[3, 3]] {
            assert_eq!(scaled(none, &[4, 2]), None, "{none:?}");
        }
    }
}
