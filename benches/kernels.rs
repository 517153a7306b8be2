//! Our kernels beside candle's own operators, on sizes that the models ask for:
//!
//! ```text
//! cargo bench --bench kernels                      all, some minutes
//! cargo bench --bench kernels -- conv              those whose names have "conv" in them
//! cargo test --bench kernels                       each once, to see that it runs
//! ```
#![allow(clippy::unwrap_used, reason = "a bench that cannot run says so by a panic")]

use std::hint::black_box;
use std::time::Duration;

use aigc_studio::engine::kernels::packed::{Matrix, products};
use aigc_studio::engine::kernels::{
    Activation, Attend, Conv2d, ConvShape, GroupNorm, LayerNorm, Linear, attention, multiplies_bf16,
};
use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{D, DType, Device, Module, Tensor};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn random(shape: &[usize]) -> Tensor {
    Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap()
}

/// A group whose figures are products a second, where `products` is not 0.
fn group<'a>(c: &'a mut Criterion, name: &str, products: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    if products > 0 {
        group.throughput(Throughput::Elements(products as u64));
    }
    group
}

fn dtypes() -> Vec<DType> {
    let half = multiplies_bf16().then_some(DType::BF16);
    [DType::F32].into_iter().chain(half).collect()
}

fn linear(c: &mut Criterion) {
    for (rows, from, out) in [(2048, 2048, 2048), (4096, 320, 320), (1024, 640, 5120), (77, 768, 320)] {
        let mut group = group(c, &format!("linear {rows} x {from} to {out}"), rows * from * out);
        let (x, weight) = (random(&[rows, from]), random(&[out, from]));
        for dtype in dtypes() {
            let layer = Linear::new(&weight.to_dtype(dtype).unwrap(), None).unwrap();
            group.bench_function(BenchmarkId::new("ours", dtype.as_str()), |b| b.iter(|| layer.forward(&x).unwrap()));
        }
        let turned = weight.t().unwrap().contiguous().unwrap();
        group.bench_function("candle", |b| b.iter(|| x.matmul(&turned).unwrap()));
        group.finish();
    }
}

fn conv(c: &mut Criterion) {
    let sizes = [(320, 320, 64), (640, 640, 32), (2560, 1280, 8), (512, 512, 64), (512, 512, 128), (128, 128, 512)];
    for (from, out, side) in sizes {
        let mut group = group(c, &format!("conv 3x3 {from} to {out} at {side}"), side * side * from * out * 9);
        let (x, weight) = (random(&[1, side, side, from]), random(&[out, from, 3, 3]));
        for dtype in dtypes() {
            let conv = Conv2d::new(ConvShape::same(from, out, 3), &weight.to_dtype(dtype).unwrap(), None).unwrap();
            group.bench_function(BenchmarkId::new("ours", dtype.as_str()), |b| b.iter(|| conv.forward(&x).unwrap()));
        }
        let first = x.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
        group.bench_function("candle", |b| b.iter(|| first.conv2d(&weight, 1, 1, 1, 1).unwrap()));
        group.finish();
    }
}

fn attend(c: &mut Criterion) {
    for (queries, keys, heads, d) in [(4096, 4096, 8, 40), (1024, 1024, 8, 80), (4096, 77, 8, 40)] {
        let products = 2 * queries * keys * heads * d;
        let mut group = group(c, &format!("attention {queries} to {keys}, {heads} heads of {d}"), products);
        let [q, k, v] = [queries, keys, keys].map(|tokens| random(&[1, tokens, heads * d]));
        group.bench_function("ours", |b| b.iter(|| attention(&q, &k, &v, Attend::heads(heads)).unwrap()));
        let split = |x: &Tensor| {
            let tokens = x.dim(1).unwrap();
            x.reshape((1, tokens, heads, d)).unwrap().transpose(1, 2).unwrap().contiguous().unwrap()
        };
        let (q, k, v) = (split(&q), split(&k).t().unwrap().contiguous().unwrap(), split(&v));
        let theirs = || {
            let scores = (q.matmul(&k).unwrap() * (1.0 / (d as f64).sqrt())).unwrap();
            candle_nn::ops::softmax(&scores, D::Minus1).unwrap().matmul(&v).unwrap()
        };
        group.bench_function("candle", |b| b.iter(theirs));
        group.finish();
    }
}

fn norms(c: &mut Criterion) {
    for (channels, side) in [(320, 64), (128, 512)] {
        let x = random(&[1, side, side, channels]);
        let (scale, shift) = (random(&[channels]), random(&[channels]));
        let mut one = group(c, &format!("group norm and SiLU of {channels} at {side}"), 0);
        let ours = GroupNorm::new(32, 1e-5, scale.clone(), shift.clone()).unwrap();
        one.bench_function("ours", |b| b.iter(|| ours.forward_silu(&x).unwrap()));
        let theirs = candle_nn::GroupNorm::new(scale.clone(), shift.clone(), channels, 32, 1e-5).unwrap();
        let first = x.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
        one.bench_function("candle", |b| b.iter(|| theirs.forward(&first).unwrap().silu().unwrap()));
        one.finish();
        let mut one = group(c, &format!("layer norm of {channels} at {side}"), 0);
        let ours = LayerNorm::new(&scale, &shift, 1e-5).unwrap();
        one.bench_function("ours", |b| b.iter(|| ours.forward(&x).unwrap()));
        let theirs = candle_nn::LayerNorm::new(scale, shift, 1e-5);
        one.bench_function("candle", |b| b.iter(|| theirs.forward(&x).unwrap()));
        one.finish();
    }
}

fn activations(c: &mut Criterion) {
    let (wide, picture) = (random(&[4096, 1280]), random(&[4096, 320]));
    let all = [("GELU (tanh)", Activation::GeluTanh, &wide), ("SiLU", Activation::Silu, &picture)];
    for (name, ours, x) in all {
        let mut one = group(c, &format!("{name} of 4096 x {}", x.dim(1).unwrap()), 0);
        one.bench_function("ours", |b| b.iter(|| ours.forward(x).unwrap()));
        let theirs = || if ours == Activation::Silu { x.silu() } else { x.gelu() };
        one.bench_function("candle", |b| b.iter(|| theirs().unwrap()));
        one.finish();
    }
}

fn packed(c: &mut Criterion) {
    let (rows, columns) = (1536, 768);
    let types = [
        GgmlDType::Q4_0,
        GgmlDType::Q4_1,
        GgmlDType::Q5_0,
        GgmlDType::Q8_0,
        GgmlDType::Q4K,
        GgmlDType::Q5K,
        GgmlDType::Q6K,
        GgmlDType::F16,
    ];
    for dtype in types {
        let q = QTensor::quantize(&random(&[rows, columns]), dtype).unwrap();
        let bytes = q.data().unwrap().into_owned();
        let mut rest = &bytes[..];
        let read = |piece: &mut [u8]| std::io::Read::read_exact(&mut rest, piece);
        let Some(ours) = Matrix::read(dtype, [rows, columns], 1 << 20, read).unwrap() else { continue };
        let theirs = QMatMul::from_arc(std::sync::Arc::new(q)).unwrap();
        for tokens in [1, 32] {
            let mut group =
                group(c, &format!("{dtype:?} {rows} x {columns}, {tokens} tokens"), tokens * rows * columns);
            let x = random(&[tokens, columns]);
            let numbers: Vec<f32> = x.flatten_all().unwrap().to_vec1().unwrap();
            group.bench_function("ours", |b| b.iter(|| products(&[&ours], black_box(&numbers)).unwrap()));
            group.bench_function("candle", |b| b.iter(|| theirs.forward(&x).unwrap()));
            group.finish();
        }
    }
}

criterion_group!(all, linear, conv, attend, norms, activations, packed);
criterion_main!(all);
