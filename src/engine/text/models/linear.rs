//! Matmuls of activations with quantised weights: on the CPU by our own kernels ([`crate::engine::kernels::packed`])
//! for the types that they support; everything else, and other devices, by candle.
//!
//! A row's result has the same bits whatever rows are computed with it.

use candle_core::quantized::QMatMul;
use candle_core::{Device, Module, Result, Tensor};

use crate::engine::kernels::cpu::{contiguous, for_rows, numbers};
use crate::engine::kernels::packed::{Matrix, products};

/// A matrix `[rows, columns]` to multiply with; `forward` gives `x` · matrixᵀ.
#[derive(Clone)]
pub enum Linear {
    Ours(Matrix),
    Candle(QMatMul),
}

impl Linear {
    /// `x` is `[tokens, columns]`, the result `[tokens, rows]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [out] = project([self], x)?;
        Ok(out)
    }

    /// Rows of the matrix times `scale`, `[ids, columns]`.
    pub fn rows(&self, ids: &[u32], scale: f32, device: &Device) -> Result<Tensor> {
        let rows = match self {
            Self::Ours(matrix) => {
                let columns = matrix.columns();
                if let Some(id) = ids.iter().find(|id| **id as usize >= matrix.rows()) {
                    candle_core::bail!("token {id} of a vocabulary of {}", matrix.rows());
                }
                let mut all = vec![0.0; ids.len() * columns];
                for_rows(
                    &mut all,
                    columns,
                    #[inline(always)]
                    |first, rows| {
                        for (id, row) in ids[first..].iter().zip(rows.chunks_exact_mut(columns)) {
                            matrix.row(*id as usize, row);
                            row.iter_mut().for_each(|x| *x *= scale);
                        }
                    },
                )?;
                return Tensor::from_vec(all, (ids.len(), columns), device);
            }
            Self::Candle(QMatMul::QTensor(packed)) => packed.embedding(&Tensor::new(ids, device)?)?,
            Self::Candle(QMatMul::Tensor(all) | QMatMul::TensorF16(all)) => {
                all.index_select(&Tensor::new(ids, device)?, 0)?
            }
        };
        if scale == 1.0 { Ok(rows) } else { rows * f64::from(scale) }
    }
}

/// Matmuls of several matrices with the same `x`, in one pass.
pub fn project<const N: usize>(matrices: [&Linear; N], x: &Tensor) -> Result<[Tensor; N]> {
    let mut ours = Vec::with_capacity(N);
    for linear in matrices {
        if let Linear::Ours(matrix) = linear {
            ours.push(matrix);
        }
    }
    let out = if ours.len() == N {
        let (tokens, columns) = x.dims2()?;
        if let Some(wrong) = ours.iter().find(|m| m.columns() != columns) {
            candle_core::bail!("{columns} values meet a matrix of {} columns", wrong.columns());
        }
        let x = contiguous(x)?;
        let (storage, layout) = x.storage_and_layout();
        let all = products(&ours, numbers(&storage, layout)?)?.into_iter().zip(&ours);
        all.map(|(out, m)| Tensor::from_vec(out, (tokens, m.rows()), &Device::Cpu)).collect::<Result<Vec<_>>>()?
    } else {
        let one = |linear: &Linear| match linear {
            Linear::Candle(matrix) => matrix.forward(x),
            Linear::Ours(_) => linear.forward(x),
        };
        matrices.into_iter().map(one).collect::<Result<Vec<_>>>()?
    };
    match out.try_into() {
        Ok(all) => Ok(all),
        Err(_) => candle_core::bail!("a product is missing"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use candle_core::quantized::{GgmlDType, QTensor};

    use super::*;

    const OURS: [GgmlDType; 11] = [
        GgmlDType::F32,
        GgmlDType::F16,
        GgmlDType::BF16,
        GgmlDType::Q4_0,
        GgmlDType::Q4_1,
        GgmlDType::Q5_0,
        GgmlDType::Q5_1,
        GgmlDType::Q8_0,
        GgmlDType::Q4K,
        GgmlDType::Q5K,
        GgmlDType::Q6K,
    ];

    fn values(rows: usize, columns: usize, seed: usize) -> Tensor {
        let all: Vec<f32> =
            (0..rows * columns).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1000.0 - 1.0).collect();
        Tensor::from_vec(all, (rows, columns), &Device::Cpu).unwrap()
    }

    fn packed(rows: usize, columns: usize, dtype: GgmlDType) -> QTensor {
        QTensor::quantize(&values(rows, columns, 1), dtype).unwrap()
    }

    fn linear(rows: usize, columns: usize, dtype: GgmlDType) -> Linear {
        let packed = packed(rows, columns, dtype);
        let data = packed.data().unwrap();
        let mut rest = &data[..];
        let read = |part: &mut [u8]| std::io::Read::read_exact(&mut rest, part);
        match Matrix::read(dtype, [rows, columns], 1 << 20, read).unwrap() {
            Some(matrix) => Linear::Ours(matrix),
            None => Linear::Candle(QMatMul::from_arc(Arc::new(packed)).unwrap()),
        }
    }

    fn bits(x: &Tensor) -> Vec<u32> {
        x.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    fn off(a: &Tensor, b: &Tensor) -> f32 {
        (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap()
    }

    #[test]
    fn our_products_are_candles_products() {
        for dtype in OURS {
            let x = values(11, 256, 2);
            let weights = packed(203, 256, dtype).dequantize(&Device::Cpu).unwrap();
            let exact = x.matmul(&weights.t().unwrap()).unwrap();
            let linear = linear(203, 256, dtype);
            #[cfg(target_arch = "x86_64")]
            assert!(matches!(linear, Linear::Ours(_)));
            let ours = linear.forward(&x).unwrap();
            // Activations are rounded to 8 bits, in candle too: as far from the exact product as candle's, or nearer.
            assert!(off(&ours, &exact) < 0.09, "{dtype:?}: {}", off(&ours, &exact));
            if !matches!(dtype, GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16) {
                let theirs = QMatMul::from_arc(Arc::new(packed(203, 256, dtype))).unwrap().forward(&x).unwrap();
                assert!(off(&ours, &theirs) < 0.16, "{dtype:?}: {}", off(&ours, &theirs));
            }
            let ids = [0, 202, 17, 17];
            let rows = linear.rows(&ids, 0.5, &Device::Cpu).unwrap();
            let theirs = weights.index_select(&Tensor::new(&ids[..], &Device::Cpu).unwrap(), 0).unwrap();
            let theirs = (theirs * 0.5).unwrap();
            assert!(off(&rows, &theirs) <= 1e-6, "{dtype:?}");
            assert!(linear.rows(&[203], 1.0, &Device::Cpu).is_err());
        }
    }

    #[test]
    fn a_row_is_the_same_bits_in_any_company() {
        for dtype in OURS {
            let [a, b] = [300, 40].map(|rows| linear(rows, 256, dtype));
            let x = values(19, 256, 3);
            let [whole, other] = project([&a, &b], &x).unwrap();
            for row in 0..19 {
                let one = x.narrow(0, row, 1).unwrap();
                assert_eq!(bits(&a.forward(&one).unwrap()), bits(&whole.narrow(0, row, 1).unwrap()), "{dtype:?}");
                assert_eq!(bits(&b.forward(&one).unwrap()), bits(&other.narrow(0, row, 1).unwrap()), "{dtype:?}");
            }
        }
    }

    #[test]
    fn other_types_and_mixtures_go_to_candle() {
        let [a, b] = [GgmlDType::Q3K, GgmlDType::Q4_1].map(|dtype| linear(10, 256, dtype));
        assert!(matches!(a, Linear::Candle(_)));
        let [x, y] = project([&a, &b], &values(2, 256, 5)).unwrap();
        assert_eq!((x.dims(), y.dims()), (&[2, 10][..], &[2, 10][..]));
        assert!(a.forward(&values(2, 32, 5)).is_err() && b.forward(&values(2, 32, 5)).is_err());
    }
}
