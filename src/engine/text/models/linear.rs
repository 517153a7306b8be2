//! Products of activations with packed matrices.
//!
//! candle runs every type, but on x86 takes Q4_1 (the default model's) row by row without vectors, and its threads
//! wait for each other by spinning, which starves them when pictures are made at the same time. So Q4_1 and Q8_0 have
//! a kernel of our own there (`blocks`), on threads that sleep; all else stays with candle.
//!
//! A product of one row is the same bits whatever other rows are computed with it.

use std::sync::Arc;

use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{Device, Module, Result, Tensor};
use rayon::prelude::*;

use super::blocks::{Activations, Matrix};

/// Multiplications that are worth a piece of work of their own.
const PIECE: usize = 1 << 17;

/// A matrix `[rows, columns]` to multiply with; `forward` gives `x` · matrixᵀ.
pub enum Linear {
    Blocks(Matrix),
    Candle(QMatMul),
}

impl Linear {
    pub fn new(packed: Arc<QTensor>) -> Result<Self> {
        match Matrix::new(&packed)? {
            Some(matrix) => Ok(Self::Blocks(matrix)),
            None => Ok(Self::Candle(QMatMul::from_arc(packed)?)),
        }
    }

    /// `x` is `[tokens, columns]`, the result `[tokens, rows]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [out] = project([self], x)?;
        Ok(out)
    }
}

/// Products of several matrices with the same `x`, in one go.
pub fn project<const N: usize>(matrices: [&Linear; N], x: &Tensor) -> Result<[Tensor; N]> {
    let mut ours = Vec::with_capacity(N);
    for linear in matrices {
        if let Linear::Blocks(matrix) = linear {
            ours.push(matrix);
        }
    }
    let out = if ours.len() == N {
        let (tokens, columns) = x.dims2()?;
        blocks(&ours, &x.flatten_all()?.to_vec1::<f32>()?, tokens, columns)?
    } else {
        let one = |linear: &Linear| match linear {
            Linear::Candle(matrix) => matrix.forward(x),
            Linear::Blocks(_) => linear.forward(x),
        };
        matrices.into_iter().map(one).collect::<Result<Vec<_>>>()?
    };
    match out.try_into() {
        Ok(all) => Ok(all),
        Err(_) => candle_core::bail!("a product is missing"),
    }
}

fn blocks(matrices: &[&Matrix], x: &[f32], tokens: usize, columns: usize) -> Result<Vec<Tensor>> {
    if let Some(wrong) = matrices.iter().find(|m| m.columns() != columns) {
        candle_core::bail!("{columns} values meet a matrix of {} columns", wrong.columns());
    }
    let x = Activations::new(x, columns);
    // Results stand by matrix row first, so that each piece of work has its own part of memory.
    let mut out: Vec<Vec<f32>> = matrices.iter().map(|m| vec![0.0; m.rows() * tokens]).collect();
    let rows = PIECE.div_ceil(columns * tokens).next_multiple_of(8);
    let mut pieces: Vec<(&Matrix, usize, &mut [f32])> = (matrices.iter().zip(&mut out))
        .flat_map(|(m, out)| out.chunks_mut(rows * tokens).enumerate().map(move |(i, part)| (*m, i * rows, part)))
        .collect();
    if let [(matrix, start, part)] = pieces.as_mut_slice() {
        matrix.multiply(*start, &x, part);
    } else {
        pieces.into_par_iter().for_each(|(matrix, start, part)| matrix.multiply(start, &x, part));
    }
    (out.into_iter().zip(matrices))
        .map(|(out, m)| {
            let out = if tokens == 1 { out } else { transpose(&out, m.rows(), tokens) };
            Tensor::from_vec(out, (tokens, m.rows()), &Device::Cpu)
        })
        .collect()
}

fn transpose(all: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|c| (0..rows).map(move |r| all[r * columns + c])).collect()
}

#[cfg(test)]
mod tests {
    use candle_core::quantized::GgmlDType;

    use super::*;

    fn values(rows: usize, columns: usize, seed: usize) -> Tensor {
        let all: Vec<f32> =
            (0..rows * columns).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1000.0 - 1.0).collect();
        Tensor::from_vec(all, (rows, columns), &Device::Cpu).unwrap()
    }

    fn bits(x: &Tensor) -> Vec<u32> {
        x.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    #[test]
    fn our_products_are_candles_products() {
        for dtype in [GgmlDType::Q4_1, GgmlDType::Q8_0] {
            let packed = Arc::new(QTensor::quantize(&values(203, 128, 1), dtype).unwrap());
            let x = values(11, 128, 2);
            let ours = Linear::new(packed.clone()).unwrap().forward(&x).unwrap();
            let exact = x.matmul(&packed.dequantize(&Device::Cpu).unwrap().t().unwrap()).unwrap();
            let theirs = QMatMul::from_arc(packed).unwrap().forward(&x).unwrap();
            let off = |a: &Tensor, b: &Tensor| {
                (a - b).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap().to_scalar::<f32>().unwrap()
            };
            // Both round the activations to 8 bits: as far from the exact product as candle's, and no further.
            assert!(off(&ours, &exact) < 0.06, "{dtype:?}: {}", off(&ours, &exact));
            assert!(off(&ours, &theirs) < 0.03, "{dtype:?}: {}", off(&ours, &theirs));
        }
    }

    #[test]
    fn a_row_is_the_same_bits_in_any_company() {
        for dtype in [GgmlDType::Q4_1, GgmlDType::Q8_0] {
            let [a, b] = [300, 40]
                .map(|rows| Linear::new(Arc::new(QTensor::quantize(&values(rows, 64, rows), dtype).unwrap())).unwrap());
            let x = values(9, 64, 3);
            let [whole, other] = project([&a, &b], &x).unwrap();
            for row in 0..9 {
                let one = x.narrow(0, row, 1).unwrap();
                assert_eq!(bits(&a.forward(&one).unwrap()), bits(&whole.narrow(0, row, 1).unwrap()));
                assert_eq!(bits(&b.forward(&one).unwrap()), bits(&other.narrow(0, row, 1).unwrap()));
            }
        }
    }

    #[test]
    fn other_types_and_mixtures_go_to_candle() {
        let [a, b] = [GgmlDType::Q5_0, GgmlDType::Q4_1]
            .map(|dtype| Linear::new(Arc::new(QTensor::quantize(&values(10, 64, 1), dtype).unwrap())).unwrap());
        assert!(matches!(a, Linear::Candle(_)));
        let [x, y] = project([&a, &b], &values(2, 64, 5)).unwrap();
        assert_eq!((x.dims(), y.dims()), (&[2, 10][..], &[2, 10][..]));
        assert!(a.forward(&values(2, 32, 5)).is_err() && b.forward(&values(2, 32, 5)).is_err());
    }
}
