//! The networks of the Stable Diffusion families against diffusers and transformers, on small random models.
//!
//! `tests/fixtures/sd/make_sd.py` made the fixtures and says what is in them. Each folder's `config.json` says which
//! network it is; `SD_FIXTURES=FOLDER` tries another folder of such folders (`make_sd.py --random 12 --to FOLDER`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use aigc_studio::engine::image::nets::clip::{Clip, ClipConfig, TextState};
use aigc_studio::engine::image::nets::taesd::{Taesd, TaesdConfig};
use aigc_studio::engine::image::nets::unet::{Unet, UnetConfig, UnetInput, guidance_embedding};
use aigc_studio::engine::image::nets::vae::{Tiling, Vae, VaeConfig};
use aigc_studio::engine::{CancelToken, Stop};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use serde_json::Value;

/// Largest difference allowed, relative to the largest value of the reference (but no less than to 1).
const CLOSE: f32 = 1e-4;

fn root() -> PathBuf {
    let ours = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sd");
    std::env::var_os("SD_FIXTURES").map_or_else(ours, PathBuf::from)
}

/// A model's folder.
struct Fixture {
    folder: PathBuf,
    config: String,
    io: HashMap<String, Tensor>,
}

impl Fixture {
    fn open(folder: PathBuf) -> Self {
        let config = std::fs::read_to_string(folder.join("config.json")).unwrap();
        let io = candle_core::safetensors::load(folder.join("io.safetensors"), &Device::Cpu).unwrap();
        Self { folder, config, io }
    }

    fn named(name: &str) -> Self {
        Self::open(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sd").join(name))
    }

    fn path(&self) -> &Path {
        &self.folder
    }

    fn weights(&self) -> VarBuilder<'static> {
        let bytes = std::fs::read(self.folder.join("model.safetensors")).unwrap();
        VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).unwrap()
    }

    fn kind(&self) -> String {
        let config: Value = serde_json::from_str(&self.config).unwrap();
        let name = config.get("_class_name").or_else(|| config["architectures"].get(0));
        name.and_then(Value::as_str).unwrap().to_owned()
    }

    /// `A.out` and the like, of each call there is.
    fn calls(&self, last: &str) -> Vec<char> {
        ('A'..='H').filter(|c| self.io.contains_key(&format!("{c}.{last}"))).collect()
    }

    fn get(&self, call: char, name: &str) -> Tensor {
        self.find(call, name).unwrap_or_else(|| panic!("{call}.{name} of {}", self.folder.display()))
    }

    fn find(&self, call: char, name: &str) -> Option<Tensor> {
        self.io.get(&format!("{call}.{name}")).cloned()
    }

    #[track_caller]
    fn assert_close(&self, what: &str, ours: &Tensor, theirs: &Tensor) {
        assert_eq!(ours.dims(), theirs.dims(), "{what} of {}", self.folder.display());
        let (off, scale) = (largest(&(ours - theirs).unwrap()), largest(theirs).max(1.0));
        let name = self.folder.file_name().unwrap().to_string_lossy();
        println!("{name} {what}: off by {off:.1e} of {scale:.2}");
        assert!(off <= CLOSE * scale, "{what} of {}: off by {off:e}, values reach {scale}", self.folder.display());
    }
}

fn largest(tensor: &Tensor) -> f32 {
    let all = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    all.into_iter().map(f32::abs).fold(0.0, |most, v| if v.is_nan() { f32::INFINITY } else { most.max(v) })
}

fn unet(fixture: &Fixture) -> Unet {
    let config = UnetConfig::parse(&fixture.config, fixture.path()).unwrap();
    Unet::load(config, &fixture.weights()).unwrap()
}

fn vae(fixture: &Fixture) -> Vae {
    let config = VaeConfig::parse(&fixture.config, fixture.path()).unwrap();
    Vae::load(config, &fixture.weights(), true).unwrap()
}

fn check_unet(fixture: &Fixture) {
    let net = unet(fixture);
    for call in fixture.calls("out") {
        let get = |name| fixture.get(call, name);
        let (latents, times, context) = (get("latents"), get("times"), get("context"));
        let (pooled, sizes) = (fixture.find(call, "pooled"), fixture.find(call, "sizes"));
        let guidance = fixture.find(call, "guidance");
        let input = UnetInput {
            latents: &latents,
            times: &times,
            context: &context,
            added: pooled.as_ref().zip(sizes.as_ref()),
            guidance: guidance.as_ref(),
        };
        let out = net.forward(&input, &CancelToken::new()).unwrap();
        fixture.assert_close(&format!("{call}.out"), &out, &get("out"));
    }
}

fn check_vae(fixture: &Fixture) {
    let net = vae(fixture);
    let token = CancelToken::new();
    for call in fixture.calls("decoded") {
        let posterior = net.encode(&fixture.get(call, "picture"), None, &token, &mut |_, _| ()).unwrap();
        fixture.assert_close(&format!("{call}.mean"), &posterior.mean, &fixture.get(call, "mean"));
        fixture.assert_close(&format!("{call}.logvar"), &posterior.logvar, &fixture.get(call, "logvar"));
        let decoded = net.decode(&fixture.get(call, "latents"), None, &token, &mut |_, _| ()).unwrap();
        fixture.assert_close(&format!("{call}.decoded"), &decoded, &fixture.get(call, "decoded"));
    }
}

fn check_taesd(fixture: &Fixture) {
    let config = TaesdConfig::parse(&fixture.config, fixture.path()).unwrap();
    let net = Taesd::load(config, &fixture.weights()).unwrap();
    for call in fixture.calls("decoded") {
        let decoded = net.decode(&fixture.get(call, "latents")).unwrap();
        fixture.assert_close(&format!("{call}.decoded"), &decoded, &fixture.get(call, "decoded"));
    }
}

fn check_clip(fixture: &Fixture) {
    let config = ClipConfig::parse(&fixture.config, fixture.path()).unwrap();
    let net = Clip::load(config, &fixture.weights()).unwrap();
    for call in fixture.calls("last") {
        let ids = fixture.get(call, "ids").to_dtype(DType::U32).unwrap();
        let mask = fixture.find(call, "mask");
        let ours = net.forward(&ids, mask.as_ref()).unwrap();
        // transformers puts the final norm on the last of its hidden states in some versions: `last` is held below.
        for (i, hidden) in ours.hidden.iter().enumerate().take(net.config().layers) {
            fixture.assert_close(&format!("{call}.hidden.{i}"), hidden, &fixture.get(call, &format!("hidden.{i}")));
        }
        assert_eq!(ours.hidden.len(), net.config().layers + 1);
        fixture.assert_close(&format!("{call}.last"), &ours.last, &fixture.get(call, "last"));
        assert_eq!(ours.projected.is_some(), fixture.find(call, "projected").is_some());
        if let Some(projected) = &ours.projected {
            fixture.assert_close(&format!("{call}.projected"), projected, &fixture.get(call, "projected"));
        } else {
            fixture.assert_close(&format!("{call}.pooled"), &ours.pooled, &fixture.get(call, "pooled"));
        }
    }
}

#[test]
fn every_network_is_diffusers_own() {
    let mut seen = HashMap::<String, usize>::new();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.join("io.safetensors").exists()) {
        let fixture = Fixture::open(folder);
        let kind = fixture.kind();
        match kind.as_str() {
            "UNet2DConditionModel" => check_unet(&fixture),
            "AutoencoderKL" => check_vae(&fixture),
            "AutoencoderTiny" => check_taesd(&fixture),
            "CLIPTextModel" | "CLIPTextModelWithProjection" => check_clip(&fixture),
            other => panic!("{other} is no network of this test"),
        }
        *seen.entry(kind).or_default() += 1;
    }
    assert!(seen.len() >= 4 && seen.values().sum::<usize>() >= 8, "{seen:?}");
}

/// Tiles meet where the picture goes on; how far a tiled picture is from the whole one is the norms' doing (each tile
/// has its own), which random weights show at their worst.
#[test]
fn tiles_show_no_seams() {
    for name in ["vae-4", "vae-16"] {
        let fixture = Fixture::named(name);
        let net = vae(&fixture);
        let token = CancelToken::new();
        let latents = fixture.get('A', "latents");
        let (_, _, h, w) = latents.dims4().unwrap();
        let whole = net.decode(&latents, None, &token, &mut |_, _| ()).unwrap();
        let decode = |tiling| net.decode(&latents, Some(tiling), &token, &mut |_, _| ()).unwrap();
        // One tile over all is the whole, to the bit.
        assert_eq!(largest(&(decode(Tiling { tile: h.max(w), overlap: 4 }) - &whole).unwrap()), 0.0);

        let tiled = decode(Tiling { tile: 8, overlap: 4 });
        assert_eq!(tiled.dims(), whole.dims());
        // A seam is a jump between two columns that the whole picture has not got.
        let jump = |picture: &Tensor, at: usize| -> f32 {
            let step = (picture.narrow(3, at, 1).unwrap() - picture.narrow(3, at - 1, 1).unwrap()).unwrap();
            step.abs().unwrap().mean_all().unwrap().to_scalar().unwrap()
        };
        let usual: f32 = (1..8 * w).map(|x| jump(&tiled, x)).sum::<f32>() / (8 * w - 1) as f32;
        for edge in [8 * 4, 8 * 5, 8 * 8, 8 * 9] {
            let (ours, theirs) = (jump(&tiled, edge), jump(&whole, edge));
            assert!(ours < 1.5 * theirs.max(usual), "{name}: a jump of {ours} at {edge}, usual are {usual}");
        }
        let mean = (&tiled - &whole).unwrap().abs().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap();
        let spread = whole.abs().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap();
        println!("{name}: tiled off by {mean:.3} of {spread:.3} on average, jumps {usual:.3}");
        assert!(mean < 0.5 * spread, "{name}: {mean} of {spread}");

        let picture = fixture.get('A', "picture");
        let encode = |tiling| net.encode(&picture, tiling, &token, &mut |_, _| ()).unwrap().mean;
        let (whole, tiled) = (encode(None), encode(Some(Tiling { tile: 8, overlap: 4 })));
        assert_eq!(largest(&(encode(Some(Tiling { tile: 99, overlap: 9 })) - &whole).unwrap()), 0.0);
        let mean = (&tiled - &whole).unwrap().abs().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap();
        let spread = whole.abs().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap();
        println!("{name}: encoded in tiles off by {mean:.3} of {spread:.3} on average");
        assert!(mean < 0.5 * spread, "{name}: {mean} of {spread}");
    }
}

#[test]
fn cancel_is_obeyed_between_blocks_and_tiles() {
    let fixture = Fixture::named("vae-4");
    let net = vae(&fixture);
    let latents = fixture.get('A', "latents");
    for tiling in [None, Some(Tiling { tile: 4, overlap: 1 })] {
        let mut all = Vec::new();
        net.decode(&latents, tiling, &CancelToken::new(), &mut |done, total| all.push((done, total))).unwrap();
        let total = all[0].1;
        assert_eq!(all, (0..=total).map(|i| (i, total)).collect::<Vec<_>>());
        for stop_at in [0, 3, total - 1] {
            let token = CancelToken::new();
            let mut last = 0;
            let run = net.decode(&latents, tiling, &token, &mut |done, _| {
                last = done;
                if done == stop_at {
                    token.cancel();
                }
            });
            // The call that cancels still runs its own block: nothing after it.
            assert!(matches!(run, Err(Stop::Cancelled)) || stop_at == total - 1);
            assert!(last <= stop_at + 1 || stop_at == total - 1, "{last} after {stop_at}");
        }
    }
    let token = CancelToken::new();
    token.cancel();
    let picture = fixture.get('A', "picture");
    assert!(matches!(net.encode(&picture, None, &token, &mut |_, _| ()), Err(Stop::Cancelled)));
    let fixture = Fixture::named("unet-sd15");
    let (latents, times, context) =
        (fixture.get('A', "latents"), fixture.get('A', "times"), fixture.get('A', "context"));
    let input = UnetInput { latents: &latents, times: &times, context: &context, added: None, guidance: None };
    assert!(matches!(unet(&fixture).forward(&input, &token), Err(Stop::Cancelled)));
}

#[test]
fn wrong_channels_and_missing_parts_are_errors() {
    let token = CancelToken::new();
    let four = vae(&Fixture::named("vae-4"));
    let sixteen = Fixture::named("vae-16").get('A', "latents");
    let error = four.decode(&sixteen, None, &token, &mut |_, _| ()).unwrap_err();
    assert!(matches!(&error, Stop::Failed(e) if e.to_string().contains("16")), "{error:?}");

    let fixture = Fixture::named("vae-4");
    let config = VaeConfig::parse(&fixture.config, fixture.path()).unwrap();
    let half = Vae::load(config, &fixture.weights(), false).unwrap();
    half.encode(&fixture.get('A', "picture"), None, &token, &mut |_, _| ()).unwrap_err();

    // The wrong file for a configuration: refused while loading.
    let other = Fixture::named("vae-16");
    let config = VaeConfig::parse(&other.config, other.path()).unwrap();
    assert!(Vae::load(config, &fixture.weights(), true).is_err());

    let sdxl = Fixture::named("unet-sdxl");
    let net = unet(&sdxl);
    let (latents, times, context) = (sdxl.get('A', "latents"), sdxl.get('A', "times"), sdxl.get('A', "context"));
    let input = UnetInput { latents: &latents, times: &times, context: &context, added: None, guidance: None };
    net.forward(&input, &token).unwrap_err();

    let clip = Fixture::named("clip-l");
    let net = Clip::load(ClipConfig::parse(&clip.config, clip.path()).unwrap(), &clip.weights()).unwrap();
    net.forward(&Tensor::new(&[[300u32]], &Device::Cpu).unwrap(), None).unwrap_err();
    net.forward(&Tensor::zeros((1, 21), DType::U32, &Device::Cpu).unwrap(), None).unwrap_err();
}

/// The pipelines' `clip_skip`: hidden states counted from the end, with and without the final norm.
#[test]
fn clip_skip_counts_from_the_end() {
    let fixture = Fixture::named("clip-l");
    let net = Clip::load(ClipConfig::parse(&fixture.config, fixture.path()).unwrap(), &fixture.weights()).unwrap();
    let ids = fixture.get('A', "ids").to_dtype(DType::U32).unwrap();
    let output = net.forward(&ids, None).unwrap();
    let state = |which| net.state(&output, which).unwrap();
    fixture.assert_close("skip 0", &state(TextState::Normed { skip: 0 }), &fixture.get('A', "last"));
    fixture.assert_close("raw 1", &state(TextState::Raw { skip: 1 }), &fixture.get('A', "hidden.3"));
    fixture.assert_close("raw 4", &state(TextState::Raw { skip: 4 }), &fixture.get('A', "hidden.0"));
    // The final norm's weights are those of the file: norm the reference's state by hand.
    let theirs = fixture.get('A', "hidden.2");
    let centred = theirs.broadcast_sub(&theirs.mean_keepdim(2).unwrap()).unwrap();
    let spread = (centred.sqr().unwrap().mean_keepdim(2).unwrap() + 1e-5).unwrap().sqrt().unwrap();
    let norm = fixture.weights().pp("text_model.final_layer_norm");
    let (weight, bias) = (norm.get(24, "weight").unwrap(), norm.get(24, "bias").unwrap());
    let theirs = centred.broadcast_div(&spread).unwrap().broadcast_mul(&weight).unwrap().broadcast_add(&bias).unwrap();
    fixture.assert_close("normed 2", &state(TextState::Normed { skip: 2 }), &theirs);
    net.state(&output, TextState::Raw { skip: 5 }).unwrap_err();
}

/// A text encoder in f64 takes candle's operators: the way that other devices go.
#[test]
fn other_types_take_the_other_way() {
    for name in ["unet-odd", "unet-sd21"] {
        let fixture = Fixture::named(name);
        let bytes = std::fs::read(fixture.folder.join("model.safetensors")).unwrap();
        let weights = VarBuilder::from_buffered_safetensors(bytes, DType::F64, &Device::Cpu).unwrap();
        let config = UnetConfig::parse(&fixture.config, fixture.path()).unwrap();
        // `upcast_attention` would narrow f64.
        let net = Unet::load(UnetConfig { upcast_attention: false, ..config }, &weights).unwrap();
        let (latents, times, context) =
            (fixture.get('B', "latents"), fixture.get('B', "times"), fixture.get('B', "context"));
        let guidance = fixture.find('B', "guidance");
        let (latents, context, guidance) = (&latents, &context, guidance.as_ref());
        let input = UnetInput { latents, times: &times, context, added: None, guidance };
        let out = net.forward(&input, &CancelToken::new()).unwrap().to_dtype(DType::F32).unwrap();
        fixture.assert_close("B.out in f64", &out, &fixture.get('B', "out"));
    }
    for name in ["vae-4", "vae-16"] {
        let fixture = Fixture::named(name);
        let bytes = std::fs::read(fixture.folder.join("model.safetensors")).unwrap();
        let weights = VarBuilder::from_buffered_safetensors(bytes, DType::F64, &Device::Cpu).unwrap();
        let net = Vae::load(VaeConfig::parse(&fixture.config, fixture.path()).unwrap(), &weights, true).unwrap();
        let decoded = net.decode(&fixture.get('B', "latents"), None, &CancelToken::new(), &mut |_, _| ()).unwrap();
        fixture.assert_close("B.decoded in f64", &decoded.to_dtype(DType::F32).unwrap(), &fixture.get('B', "decoded"));
    }
}

/// The published TAESD decoders number their layers from 1, without a configuration.
#[test]
fn the_published_names_of_taesd_load_too() {
    let fixture = Fixture::named("taesd-4");
    let all = candle_core::safetensors::load(fixture.folder.join("model.safetensors"), &Device::Cpu).unwrap();
    let renamed = all.into_iter().map(|(name, tensor)| {
        let rest = name.strip_prefix("decoder.layers.").unwrap();
        let (number, rest) = rest.split_once('.').unwrap();
        (format!("{}.{rest}", number.parse::<usize>().unwrap() + 1), tensor)
    });
    let weights = VarBuilder::from_tensors(renamed.collect(), DType::F32, &Device::Cpu);
    let config = TaesdConfig { block_out_channels: vec![8; 4], ..TaesdConfig::published(4) };
    let decoded = Taesd::load(config, &weights).unwrap().decode(&fixture.get('A', "latents")).unwrap();
    fixture.assert_close("A.decoded", &decoded, &fixture.get('A', "decoded"));
}

/// diffusers' `get_guidance_scale_embedding(w = scale - 1, embedding_dim = 6)` at scale 3.5, by its formula.
#[test]
fn guidance_embedding_is_the_pipelines() {
    let ours = guidance_embedding(&Tensor::new(&[3.5f32], &Device::Cpu).unwrap(), 6).unwrap();
    let frequency = |i: f64| (-(10_000f64.ln()) * i / 2.0).exp();
    let angle = |i: f64| 2500.0 * frequency(i);
    let theirs: Vec<f64> = [0.0, 1.0, 2.0]
        .iter()
        .map(|i| angle(*i).sin())
        .chain([0.0, 1.0, 2.0].iter().map(|i| angle(*i).cos()))
        .collect();
    for (a, b) in ours.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().zip(theirs) {
        assert!((f64::from(*a) - b).abs() < 1e-4, "{a} {b}");
    }
}
