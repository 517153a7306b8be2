//! Stable Diffusion 1.5 with random weights made on the spot. At its widths, but with fewer blocks and small pictures: a
//! batch of two is each alone. At its full size: seconds and memory of one 512 x 512 denoising step (batch 1, and 2 as
//! guidance asks for) and of one decode.
//!
//! The full size needs 8 GB of memory, 4 GB of disk for the folder, and a minute or two in release:
//! ```text
//! python tests/fixtures/sd/bench_full_size.py --to FOLDER        (writes the weights, runs diffusers, keeps its results)
//! SD_FULL_SIZE=FOLDER cargo test --release --test pictures full_size -- --ignored --nocapture --test-threads 1
//! ```
//! With the folder, our results are held to diffusers' on the same weights; without, only times are taken. Both sides
//! print the same lines. The peak is the system's own (`VmHWM`), of one process for each test run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use aigc_studio::engine::image::nets::unet::{Unet, UnetConfig, UnetInput};
use aigc_studio::engine::image::nets::vae::{Tiling, Vae, VaeConfig};
use aigc_studio::engine::image::weights::{self, Watch};
use aigc_studio::engine::{CancelToken, Stop};
use aigc_studio::formats::layout::Part;
use aigc_studio::formats::{Header, memory};
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::VarBuilder;
use candle_nn::var_builder::SimpleBackend;

const UNET: &str = r#"{"cross_attention_dim": 768}"#;
const VAE: &str = r#"{"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,
    "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
    "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}"#;

/// The first two of the UNet's four widths, with a block of each.
const TWO_WIDTHS: &str = r#"{"cross_attention_dim": 768, "block_out_channels": [320, 640], "layers_per_block": 1,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"]}"#;

fn folder() -> Option<PathBuf> {
    std::env::var_os("SD_FULL_SIZE").map(PathBuf::from)
}

/// Weights out of nothing: small numbers that repeat only after a prime's length, norms near 1.
struct Noise;

impl SimpleBackend for Noise {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: candle_nn::Init,
        dtype: DType,
        dev: &Device,
    ) -> candle_core::Result<Tensor> {
        let norm = shape.rank() == 1 && name.ends_with("weight");
        let fan_in: usize = shape.dims().iter().skip(1).product();
        let scale = if shape.rank() == 1 { 0.1 } else { (3.0 / fan_in as f32).sqrt() };
        let number = |i: usize| (i.wrapping_mul(2_654_435_761) % 65_521) as f32 / 32_760.0 - 1.0;
        let numbers = (0..shape.elem_count()).map(|i| scale * number(i) + if norm { 1.0 } else { 0.0 }).collect();
        Tensor::from_vec::<_, f32>(numbers, shape, dev)?.to_dtype(dtype)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("{name} of unknown shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        // The new names of attention, and no text model's prefix.
        !name.contains("query") && !name.contains("proj_attn")
    }
}

/// A network as the program loads it, or of nothing.
fn loaded<T, E: Into<Stop> + std::fmt::Debug>(
    part: &str,
    build: impl FnOnce(&VarBuilder<'static>) -> Result<T, E>,
) -> T {
    match folder() {
        Some(folder) => {
            let header = Header::read(&folder.join(part).join("diffusion_pytorch_model.safetensors")).unwrap();
            let watch = Watch::new(CancelToken::new(), Arc::new(|_| {}));
            weights::load(header, DType::F32, &Device::Cpu, &watch, build).map_err(|_| "loading failed").unwrap()
        }
        None => build(&of_nothing()).unwrap(),
    }
}

fn io(name: &str) -> Option<HashMap<String, Tensor>> {
    Some(candle_core::safetensors::load(folder()?.join(name), &Device::Cpu).unwrap())
}

/// A line of the system's account of this process, in GB.
fn account(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e9
}

/// The most memory that this process held since [`forget_peak`].
fn peak() -> f64 {
    account("VmHWM:")
}

fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Gigabytes that loading gave back and the allocator kept.
const LEFT: f64 = 0.15;

/// What a run took beside what was there before, held to what the program said that it would take: it must be enough,
/// and not twice as much and what loading may leave behind for it to use.
fn took(what: &str, before: f64, expected: u64) {
    let (took, expected) = (peak() - before, expected as f64 / 1e9);
    println!("{what}: took {took:.2} GB, expected {expected:.2} GB");
    // Without the folder both tests may run at once, and each sees the other's memory.
    let alone = folder().is_some();
    assert!(
        !alone || (took < expected * 1.05 && expected < took * 2.0 + LEFT),
        "{what}: {took:.2} GB, not {expected:.2} GB"
    );
}

/// Seconds of all threads together, which a busy machine does not stretch (10 ms steps).
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let (start, processor) = (Instant::now(), processor_seconds());
    let result = run();
    let (seconds, processor) = (start.elapsed().as_secs_f64(), processor_seconds() - processor);
    println!("{what}: {seconds:.2} s ({processor:.2} s of processor), peak so far {:.2} GB", peak());
    result
}

fn compare(what: &str, ours: &Tensor, theirs: Option<&Tensor>) {
    let largest = |t: &Tensor| t.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert!(largest(ours).is_finite(), "{what}");
    let Some(theirs) = theirs else { return };
    let (off, scale) = (largest(&(ours - theirs).unwrap()), largest(theirs));
    println!("{what}: off by {off:.1e} of {scale:.2} from what was expected");
    assert!(off <= 1e-4 * scale.max(1.0), "{what}: {off}");
}

#[test]
#[ignore = "full size: needs 8 GB of memory; see the top of the file"]
fn one_step_at_full_size() {
    let start = Instant::now();
    let config = UnetConfig::parse(UNET, Path::new("unet/config.json")).unwrap();
    let net = loaded("unet", |vb| Unet::load(config, vb));
    println!("UNet loaded: {:.2} s, {:.2} GB", start.elapsed().as_secs_f64(), peak());
    for batch in [1, 2] {
        let io = io(&format!("unet-{batch}.safetensors"));
        let get = |name: &str, shape: &[usize]| match &io {
            Some(io) => io[name].clone(),
            None => random(shape),
        };
        let (latents, context) = (get("latents", &[batch, 4, 64, 64]), get("context", &[batch, 77, 768]));
        let times = Tensor::new(&[500f32], &Device::Cpu).unwrap();
        let input = UnetInput { latents: &latents, times: &times, context: &context, added: None, guidance: None };
        let what = format!("UNet step 512 x 512, batch {batch}");
        if batch == 1 {
            // The first run meets cold memory.
            net.forward(&input, &CancelToken::new()).unwrap();
        }
        forget_peak();
        let before = account("VmRSS:");
        let out = timed(&what, || net.forward(&input, &CancelToken::new()).unwrap());
        if let Some(folder) = folder() {
            let header = Header::read(&folder.join("unet/diffusion_pytorch_model.safetensors")).unwrap();
            took(&what, before, batch as u64 * memory::step(Part::Unet, &header, 64, 64));
        }
        compare(&what, &out, io.as_ref().map(|io| &io["out"]));
    }
}

#[test]
#[ignore = "full size: needs 8 GB of memory; see the top of the file"]
fn one_decode_at_full_size() {
    let config = VaeConfig::parse(VAE, Path::new("vae/config.json")).unwrap();
    let vae = loaded("vae", |vb| Vae::load(config, vb, false));
    println!("VAE loaded: {:.2} GB", peak());
    let io = io("vae.safetensors");
    let latents = match &io {
        Some(io) => io["latents"].clone(),
        None => random(&[1, 4, 64, 64]),
    };
    let token = CancelToken::new();
    let tiles = Tiling { tile: 32, overlap: 8 };
    timed("VAE decode 512 x 512 in tiles of 256", || {
        vae.decode(&latents, Some(tiles), &token, &mut |_, _| ()).unwrap()
    });
    forget_peak();
    let before = account("VmRSS:");
    let out = timed("VAE decode 512 x 512", || vae.decode(&latents, None, &token, &mut |_, _| ()).unwrap());
    compare("VAE decode", &out, io.as_ref().map(|io| &io["out"]));
    took("VAE decode", before, vae.config().decode_bytes(64, 64));
}

fn random(shape: &[usize]) -> Tensor {
    Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap()
}

fn of_nothing() -> VarBuilder<'static> {
    VarBuilder::from_backend(Box::new(Noise), DType::F32, Device::Cpu)
}

/// The parts of a batch of two are what each input gives alone.
fn each_alone(what: &str, whole: &Tensor, alone: impl Fn(usize) -> Tensor) {
    for n in 0..2 {
        compare(&format!("{what} {n}"), &alone(n), Some(&whole.narrow(0, n, 1).unwrap()));
    }
}

#[test]
fn a_step_for_two_is_each_alone_at_the_widths_of_sd15() {
    let config = UnetConfig::parse(TWO_WIDTHS, Path::new("unet/config.json")).unwrap();
    let net = Unet::load(config, &of_nothing()).unwrap();
    let (latents, context) = (random(&[2, 4, 24, 16]), random(&[2, 77, 768]));
    let step = |latents: &Tensor, context: &Tensor| {
        let times = Tensor::new(&[500f32], &Device::Cpu).unwrap();
        let input = UnetInput { latents, times: &times, context, added: None, guidance: None };
        net.forward(&input, &CancelToken::new()).unwrap()
    };
    each_alone("step", &step(&latents, &context), |n| {
        step(&latents.narrow(0, n, 1).unwrap(), &context.narrow(0, n, 1).unwrap())
    });
}

#[test]
fn a_decode_of_two_is_each_alone_at_the_widths_of_sd15() {
    let vae = Vae::load(VaeConfig::parse(VAE, Path::new("vae/config.json")).unwrap(), &of_nothing(), false).unwrap();
    let latents = random(&[2, 4, 12, 8]);
    let decode = |latents: &Tensor| vae.decode(latents, None, &CancelToken::new(), &mut |_, _| ()).unwrap();
    each_alone("decode", &decode(&latents), |n| decode(&latents.narrow(0, n, 1).unwrap()));
}
