use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};

use super::*;

const TYPES: [GgmlDType; 8] = [
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q8_0,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
];

fn values(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 + seed * 104_729 + i / 97) % 2003) as f32 / 1000.0 - 1.0).collect()
}

/// A packed matrix as candle makes it, and its numbers as candle unpacks them.
fn matrix(dtype: GgmlDType, rows: usize, columns: usize) -> (Packed, Vec<f32>) {
    let all = Tensor::from_vec(values(rows * columns, 1), (rows, columns), &Device::Cpu).unwrap();
    let packed = QTensor::quantize(&all, dtype).unwrap();
    let exact = packed.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    (laid_out(dtype, rows, columns, &packed.data().unwrap()), exact)
}

/// In two pieces where it has two groups.
fn laid_out(dtype: GgmlDType, rows: usize, columns: usize, bytes: &[u8]) -> Packed {
    let mut matrix = Packed::with_room(dtype, rows, columns).unwrap();
    let (first, rest) = bytes.split_at(bytes.len().min(GROUP * matrix.row_in_file()));
    matrix.lay(0, first);
    if !rest.is_empty() {
        matrix.lay(GROUP, rest);
    }
    matrix
}

fn product(matrix: &Packed, x: &[f32]) -> Vec<f32> {
    let x = Rounded::new(x, matrix.columns()).unwrap();
    let mut out = vec![f32::NAN; x.rows() * matrix.rows()];
    matrix.multiply(0..matrix.groups(), &x, Out::new(&mut out, matrix.rows()), &mut Unpacked::default());
    out
}

#[test]
fn rows_are_unpacked_as_candle_unpacks_them() {
    for dtype in TYPES {
        let (matrix, exact) = matrix(dtype, 37, 512);
        let mut row = vec![0.0; 512];
        for at in [0, 15, 16, 36] {
            matrix.row(at, &mut row);
            for (ours, theirs) in row.iter().zip(&exact[at * 512..]) {
                assert!((ours - theirs).abs() <= 1e-6, "{dtype:?}: {ours} {theirs}");
            }
        }
    }
}

#[test]
fn products_are_those_of_the_rounded_activations() {
    for dtype in TYPES {
        for (rows, columns) in [(16, 256), (37, 512), (3, 768)] {
            let (mut matrix, exact) = matrix(dtype, rows, columns);
            for tokens in [1, 2, 3, 7, 8, 9, 21] {
                let x = values(tokens * columns, 5);
                let rounded = Rounded::new(&x, columns).unwrap();
                for processor in Processor::all() {
                    matrix.processor = processor;
                    let ours = product(&matrix, &x);
                    for (i, ours) in ours.iter().enumerate() {
                        let (t, r) = (i / rows, i % rows);
                        let x = rounded.row(t);
                        let terms = (0..columns).map(|k| {
                            f64::from(exact[r * columns + k]) * f64::from(x.values[k]) * f64::from(x.scales[k / BLOCK])
                        });
                        let exact: f64 = terms.sum();
                        let off = (f64::from(*ours) - exact).abs();
                        assert!(off < 2e-4, "{dtype:?} on {processor:?}, {tokens} rows: {ours} and not {exact}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_row_is_the_same_bits_in_any_company() {
    for dtype in TYPES {
        let (mut matrix, _) = matrix(dtype, 50, 512);
        let x = values(31 * 512, 3);
        for processor in Processor::all() {
            matrix.processor = processor;
            let whole = product(&matrix, &x);
            for (t, row) in x.chunks(512).enumerate() {
                let alone = product(&matrix, row);
                let same = alone.iter().zip(&whole[t * 50..]).all(|(a, b)| a.to_bits() == b.to_bits());
                assert!(same, "{dtype:?} on {processor:?}, row {t}");
            }
            for tokens in [2, 4, 5, 8, 15] {
                let some = product(&matrix, &x[..tokens * 512]);
                assert!(some == whole[..some.len()], "{dtype:?} on {processor:?}, {tokens} rows");
            }
        }
    }
}

#[test]
fn groups_can_be_computed_apart() {
    let (matrix, _) = matrix(GgmlDType::Q4_1, 50, 64);
    let input = values(5 * 64, 3);
    let whole = product(&matrix, &input);
    let x = Rounded::new(&input, 64).unwrap();
    let mut out = vec![0.0; 5 * 60];
    let to = Out::new(&mut out, 60);
    for groups in [2..4, 0..1, 1..2] {
        matrix.multiply(groups, &x, to, &mut Unpacked::default());
    }
    for t in 0..5 {
        assert_eq!(out[t * 60..t * 60 + 50], whole[t * 50..(t + 1) * 50]);
        assert!(out[t * 60 + 50..(t + 1) * 60].iter().all(|&v| v == 0.0), "no more is written than there are rows");
    }
}

#[test]
fn what_is_no_number_stays_none_and_what_does_not_fit_is_refused() {
    for dtype in TYPES {
        let (mut matrix, _) = matrix(dtype, 17, 256);
        for processor in Processor::all() {
            matrix.processor = processor;
            let mut x = values(2 * 256, 2);
            x[300] = f32::NAN;
            let out = product(&matrix, &x);
            assert!(out[..17].iter().all(|v| v.is_finite()) && out[17..].iter().all(|v| v.is_nan()), "{dtype:?}");
        }
    }
    assert!(Packed::with_room(GgmlDType::Q4_0, 2, 33).is_none() && Packed::with_room(GgmlDType::Q4_0, 0, 32).is_none());
    assert!(Packed::with_room(GgmlDType::Q4K, 1, 32).is_none() && Packed::with_room(GgmlDType::Q3K, 1, 256).is_none());
    let mut bytes = [0; 40].chunks(18).map(<[u8]>::len);
    let read = |part: &mut [u8]| (bytes.next() == Some(part.len())).then_some(()).ok_or("cut off");
    let cut = Matrix::read(GgmlDType::Q4_0, [40, 32], 1, read);
    assert!(!is_there() || cut.is_err_and(|why| why == "cut off"));
}

#[test]
fn a_matrix_takes_no_more_than_its_file() {
    for dtype in TYPES {
        let (matrix, _) = matrix(dtype, 64, 512);
        let file = 64 * 512 / dtype.block_size() * dtype.type_size();
        assert!(matrix.bytes() as f64 <= 1.03 * file as f64, "{dtype:?}: {} of {file}", matrix.bytes());
    }
}

#[test]
fn floats_are_multiplied_as_they_are() {
    for dtype in [GgmlDType::F32, GgmlDType::F16, GgmlDType::BF16] {
        for (rows, columns) in [(16, 33), (37, 64), (5, 1)] {
            let all = Tensor::from_vec(values(rows * columns, 1), (rows, columns), &Device::Cpu).unwrap();
            let packed = QTensor::quantize(&all, dtype).unwrap();
            let exact: Vec<f32> = packed.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            let mut matrix = Floats::with_room(dtype, rows, columns).unwrap();
            matrix.lay(0, &packed.data().unwrap());
            let mut row = vec![0.0; columns];
            matrix.row(rows - 1, &mut row);
            assert_eq!(row, exact[(rows - 1) * columns..]);
            let x = values(11 * columns, 4);
            for processor in Processor::all() {
                matrix.processor = processor;
                let product = |x: &[f32]| {
                    let mut out = vec![f32::NAN; x.len() / columns * rows];
                    matrix.multiply(0..matrix.groups(), x, Out::new(&mut out, rows));
                    out
                };
                let whole = product(&x);
                for (t, x) in x.chunks(columns).enumerate() {
                    let ours = &whole[t * rows..(t + 1) * rows];
                    for (r, ours) in ours.iter().enumerate() {
                        let terms = x.iter().zip(&exact[r * columns..]).map(|(a, b)| f64::from(*a) * f64::from(*b));
                        assert!((f64::from(*ours) - terms.sum::<f64>()).abs() < 1e-5, "{dtype:?} on {processor:?}");
                    }
                    assert_eq!(product(x), ours, "{dtype:?} on {processor:?}: a row is the same bits in any company");
                }
            }
        }
    }
    assert!(Floats::with_room(GgmlDType::Q8_0, 2, 32).is_none());
}
