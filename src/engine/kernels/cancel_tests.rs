//! Each operator of a cancelled job fails with the cancel, and within its own time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Result, Tensor};

use super::cached::{self, Reach};
use super::packed::{Matrix, products};
use super::*;
use crate::job::{is_stopped, watch};

fn random(dims: &[usize]) -> Tensor {
    Tensor::randn(0f32, 1.0, dims, &Device::Cpu).unwrap()
}

/// Runs `operator` for a job that is cancelled before.
#[track_caller]
fn is_refused<T>(name: &str, operator: impl FnOnce() -> Result<T>) {
    match watch(&Arc::new(AtomicBool::new(true)), operator) {
        Err(error) => assert!(is_stopped(&error), "{name}: {error}"),
        Ok(_) => panic!("{name} was computed"),
    }
}

#[test]
fn no_operator_of_a_cancelled_job_gives_a_result() {
    let (x, small) = (random(&[1, 40, 40, 32]), random(&[1, 4, 4, 32]));
    let tokens = random(&[1, 64, 32]);
    let direct = Conv2d::new(ConvShape::down(32, 1), &random(&[32, 32, 3, 3]), None).unwrap();
    let quick = Conv2d::new(ConvShape::same(32, 32, 3), &random(&[32, 32, 3, 3]), None).unwrap();
    let linear = Linear::new(&random(&[48, 32]), None).unwrap();
    let half = Linear::new(&random(&[48, 32]).to_dtype(DType::BF16).unwrap(), None).unwrap();
    let (ones, zeros) = (random(&[32]), random(&[32]));
    let group = GroupNorm::new(8, 1e-5, ones.clone(), zeros.clone()).unwrap();
    let rope = Rope::new(&vec![0.5; 64 * 16], 16, Pairs::Halves, &Device::Cpu).unwrap();
    for (name, x) in [("large", &x), ("small", &small)] {
        is_refused(name, || direct.forward(x));
        is_refused(name, || quick.forward(x));
        is_refused(name, || group.forward_silu(x));
        is_refused(name, || upsample_nearest(x, 90, 90));
        is_refused(name, || concat(x, x));
        is_refused(name, || add(x.copy()?, x, 0.5));
        is_refused(name, || Activation::Gelu.forward(x));
        is_refused(name, || geglu(x));
    }
    is_refused("linear", || linear.forward(&tokens));
    is_refused("linear, bf16", || half.forward(&tokens));
    is_refused("layer norm", || LayerNorm::plain(32, 1e-5).forward(&tokens));
    is_refused("RMS norm", || RmsNorm::new(&ones, 1e-5)?.forward(&tokens));
    is_refused("rope", || rope.apply(&tokens, 1));
    is_refused("attention", || attention(&tokens, &tokens, &tokens, Attend::heads(4)));
    let wide = tokens.to_dtype(DType::F64).unwrap();
    is_refused("candle's attention", || attention(&wide, &wide, &wide, Attend::heads(4)));
    is_refused("weights", || Linear::new(&random(&[48, 32]), None));

    let packed = QTensor::quantize(&random(&[32, 256]), GgmlDType::Q8_0).unwrap();
    let bytes = packed.data().unwrap().into_owned();
    let mut rest = &bytes[..];
    let read = |piece: &mut [u8]| std::io::Read::read_exact(&mut rest, piece);
    if let Some(matrix) = Matrix::read(GgmlDType::Q8_0, [32, 256], 1 << 20, read).unwrap() {
        is_refused("packed", || products(&[&matrix], &vec![0.5; 256 * 20]));
    }
    let store = cached::Store::new(2, 600, 64, cached::Kept::F16);
    let reach = Reach { scale: 0.1, cap: None, window: None };
    is_refused("cached", || cached::attend(&store, 4, &vec![0.5; 500 * 4 * 64], 0, reach));
}

/// candle's products are computed in parts, of which the sum of the parts is the whole.
#[test]
fn large_products_of_candle_are_cut_without_a_difference() {
    let (x, weight) = (random(&[7, 40]), random(&[40, 60]));
    let most = |x: Tensor| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    let whole = x.matmul(&weight).unwrap();
    for part in [1, 2 * 40 * 60, 3 * 40 * 60 + 1, usize::MAX] {
        let off = most((&whole - linear::matmul_in_parts(&x, &weight, part).unwrap()).unwrap());
        assert!(off < 1e-4, "{part}: {off}");
    }
    is_refused("matmul", || linear::matmul_in_parts(&x, &weight, 1));
    let picture = random(&[2, 9, 8, 3]).to_dtype(DType::F64).unwrap();
    let weight = random(&[4, 3, 3, 3]).to_dtype(DType::F64).unwrap();
    for shape in [ConvShape::same(3, 4, 3), ConvShape { out: 4, ..ConvShape::down(3, 0) }] {
        let conv = Conv2d::new(shape, &weight, None).unwrap();
        let whole = conv.forward(&picture).unwrap();
        for part in [1, 2000, 5000] {
            let parts = conv.in_parts(&picture, part).unwrap();
            let off = most((&whole - parts).unwrap().to_dtype(DType::F32).unwrap());
            assert!(off < 1e-6, "{shape:?} {part}: {off}");
        }
        is_refused("candle's convolution", || conv.in_parts(&picture, 1));
    }
}

/// Attention that would take minutes is over soon after a cancel from another thread.
#[test]
fn a_cancel_ends_an_operator_in_its_middle() {
    let x = random(&[1, 200_000, 64]);
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    #[expect(clippy::disallowed_methods, reason = "a test ends its thread")]
    let watcher = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        flag.store(true, Ordering::Release);
        Instant::now()
    });
    let error = watch(&stop, || attention(&x, &x, &x, Attend::heads(2))).unwrap_err();
    let ended = Instant::now();
    assert!(is_stopped(&error));
    let after = ended.saturating_duration_since(watcher.join().unwrap());
    assert!(after < Duration::from_secs(2), "{after:?}");
}
