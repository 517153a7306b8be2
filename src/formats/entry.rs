//! One tensor of a file: its type and shape, where its bytes are, and the scale that its values are multiplied by.

use super::dtype::Dtype;

/// Side of the usual blocks. They need not divide a matrix evenly.
const BLOCK: usize = 128;

/// One tensor: its type, shape and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub dtype: Dtype,
    /// Slowest dimension first.
    pub shape: Vec<usize>,
    /// Which of [`Header::files`](super::Header::files) holds it.
    pub file: usize,
    /// Where its bytes begin, from the start of that file.
    pub offset: u64,
    /// On disk; 0 for GGUF types that candle cannot run.
    pub bytes: u64,
    /// How the stored values become a tensor of `shape`.
    pub arranged: Arranged,
    /// Strides in values, one for each dimension; empty for contiguous tensors.
    pub strides: Vec<u64>,
    /// The deflated bytes; `offset` counts in them once inflated. `None` where the tensor is stored uncompressed.
    pub deflated: Option<Deflated>,
    /// What its values are multiplied by.
    pub scale: Option<Box<Scale>>,
}

/// A deflated member of a zip: where its bytes are in the file, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflated {
    pub offset: u64,
    pub bytes: u64,
}

/// How a tensor's values are stored in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arranged {
    #[default]
    AsShaped,
    /// A transposed matrix: in the file its shape is reversed.
    Transposed,
    /// The second half of the rows comes first.
    HalvesSwapped,
}

impl Entry {
    /// `bytes` bytes from `offset` of the first file, as they are.
    pub(super) fn plain(dtype: Dtype, shape: Vec<usize>, offset: u64, bytes: u64) -> Self {
        Self {
            dtype,
            shape,
            file: 0,
            offset,
            bytes,
            arranged: Arranged::AsShaped,
            strides: Vec::new(),
            deflated: None,
            scale: None,
        }
    }

    /// The number of values.
    pub fn elements(&self) -> u64 {
        self.shape.iter().map(|&n| n as u64).product()
    }
}

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
    /// Reads `entry` as the scale of a tensor of `shape`; `None` where its shape does not fit.
    pub(super) fn of(name: &str, entry: &Entry, shape: &[usize]) -> Option<Self> {
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

#[cfg(test)]
mod tests {
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
