//! Matrices in bytes: number k of row r is (byte - 128) times the scale of row r. They halve a model's file, whose largest
//! part is the word table: a vector for each token. `train/pack.py` writes them.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Tensor};

/// The word table's tensor, `[vocab, W]`.
pub const TABLE: &str = "table";
/// The byte that stands for zero.
const ZERO: f64 = 128.0;

/// The tensor with the scales `[rows]` of a matrix in bytes.
pub fn scale_of(name: &str) -> String {
    format!("{name}.scale")
}

/// The numbers, in f32, of a matrix (or of a kernel, whose rows are its first axis) in bytes.
pub fn numbers(bytes: &Tensor, scale: &Tensor) -> Result<Tensor> {
    let mut column = vec![1; bytes.rank()];
    column[0] = scale.elem_count();
    let scale = scale.to_dtype(DType::F32)?.reshape(column)?;
    (bytes.to_dtype(DType::F32)? - ZERO)?.broadcast_mul(&scale)
}

/// A word table as it is stored, on the CPU.
pub struct WordTable {
    rows: Tensor,
    scale: Option<Tensor>,
}

impl WordTable {
    /// Takes the table out of a model's tensors, whose shapes are already checked.
    pub fn of(tensors: &mut HashMap<String, Tensor>) -> Result<Self> {
        let rows = tensors.remove(TABLE).map_or_else(|| Tensor::zeros((0, 0), DType::F32, &Device::Cpu), Ok)?;
        Ok(Self { rows, scale: tensors.remove(&scale_of(TABLE)) })
    }

    /// The vectors `[L, W]` of `ids` in f32, on the CPU.
    pub fn vectors(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::from_slice(ids, ids.len(), &Device::Cpu)?;
        let rows = self.rows.index_select(&ids, 0)?;
        match &self.scale {
            Some(scale) => numbers(&rows, &scale.index_select(&ids, 0)?),
            None => rows.to_dtype(DType::F32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_numbers_around_128_times_the_scale_of_their_row() {
        let rows = Tensor::new(&[[128_u8, 129, 1], [255, 0, 128]], &Device::Cpu).unwrap();
        let scale = Tensor::new(&[0.5_f32, 2.0], &Device::Cpu).unwrap();
        let (first, second) = (vec![0.0, 0.5, -63.5], vec![254.0, -256.0, 0.0]);
        let all = numbers(&rows, &scale).unwrap();
        assert_eq!(all.to_vec2::<f32>().unwrap(), [first.clone(), second.clone()]);
        let kernel = numbers(&rows.reshape((2, 1, 3)).unwrap(), &scale).unwrap();
        assert_eq!(kernel.flatten_all().unwrap().to_vec1::<f32>().unwrap(), [first.clone(), second.clone()].concat());

        let mut tensors = HashMap::from([(TABLE.to_owned(), rows), (scale_of(TABLE), scale)]);
        let vectors = WordTable::of(&mut tensors).unwrap().vectors(&[1, 0, 1]).unwrap();
        assert_eq!(vectors.to_vec2::<f32>().unwrap(), [second.clone(), first, second]);
    }
}
