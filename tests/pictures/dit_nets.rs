//! The transformer families against diffusers and transformers, on small random models.
//!
//! `tests/fixtures/dit/make_dit.py` made the fixtures and says what is in them. Each folder's `config.json` says which
//! network it is; `DIT_FIXTURES=FOLDER` tries another folder of such folders (`make_dit.py --random 12 --to FOLDER`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aigc_studio::engine::image::nets::flux::{self, Flux, FluxConfig, FluxInput};
use aigc_studio::engine::image::nets::qwen3::{Qwen3, Qwen3Config};
use aigc_studio::engine::image::nets::sd3::{Sd3, Sd3Config, Sd3Input, join_text};
use aigc_studio::engine::image::nets::t5::{T5, T5Config};
use aigc_studio::engine::image::nets::weights::Weights;
use aigc_studio::engine::image::nets::zimage::{ZImage, ZImageConfig};
use aigc_studio::engine::image::weights::{Watch, load_packed};
use aigc_studio::engine::{CancelToken, Stop};
use aigc_studio::error::Cause;
use aigc_studio::formats::{Header, layout};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use serde_json::{Value, json};

/// Largest difference allowed, relative to the largest value of the reference (but no less than to 1).
const CLOSE: f32 = 1e-4;

fn ours() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dit")
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
        Self::open(ours().join(name))
    }

    fn path(&self) -> &Path {
        &self.folder
    }

    fn builder(&self, dtype: DType) -> VarBuilder<'static> {
        let bytes = std::fs::read(self.folder.join("model.safetensors")).unwrap();
        VarBuilder::from_buffered_safetensors(bytes, dtype, &Device::Cpu).unwrap()
    }

    fn weights(&self) -> Weights {
        self.builder(DType::F32).into()
    }

    fn kind(&self) -> String {
        let config: Value = serde_json::from_str(&self.config).unwrap();
        let name = config.get("_class_name").or_else(|| config["architectures"].get(0));
        name.and_then(Value::as_str).unwrap().to_owned()
    }

    /// The calls there are.
    fn calls(&self) -> Vec<char> {
        ('A'..='H').filter(|c| self.io.contains_key(&format!("{c}.out"))).collect()
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

/// A token that was cancelled before anything began.
fn cancelled() -> CancelToken {
    let token = CancelToken::new();
    token.cancel();
    token
}

fn t5(fixture: &Fixture) -> T5 {
    let config = T5Config::parse(&fixture.config, fixture.path()).unwrap();
    T5::load(config, &fixture.weights(), &CancelToken::new()).unwrap()
}

fn check_t5(fixture: &Fixture) {
    let net = t5(fixture);
    for call in fixture.calls() {
        let out = net.forward(&fixture.get(call, "ids"), &CancelToken::new()).unwrap();
        fixture.assert_close(&format!("{call}.out"), &out, &fixture.get(call, "out"));
    }
}

fn qwen3(fixture: &Fixture) -> Qwen3 {
    let config = Qwen3Config::parse(&fixture.config, fixture.path()).unwrap();
    Qwen3::load(config, &fixture.weights(), &CancelToken::new()).unwrap()
}

fn check_qwen3(fixture: &Fixture) {
    let net = qwen3(fixture);
    for call in fixture.calls() {
        let out = net.forward(&fixture.get(call, "ids"), &CancelToken::new()).unwrap();
        fixture.assert_close(&format!("{call}.out"), &out, &fixture.get(call, "out"));
    }
}

fn sd3(fixture: &Fixture) -> Sd3 {
    let config = Sd3Config::parse(&fixture.config, fixture.path()).unwrap();
    Sd3::load(config, &fixture.weights(), &CancelToken::new()).unwrap()
}

fn check_sd3(fixture: &Fixture) {
    let net = sd3(fixture);
    for call in fixture.calls() {
        let get = |name| fixture.get(call, name);
        let (latents, times, text, pooled) = (get("latents"), get("times"), get("text"), get("pooled"));
        let input = Sd3Input { latents: &latents, times: &times, text: &text, pooled: &pooled };
        let out = net.forward(&input, &CancelToken::new()).unwrap();
        fixture.assert_close(&format!("{call}.out"), &out, &get("out"));
    }
}

fn flux(fixture: &Fixture) -> Flux {
    let config = FluxConfig::parse(&fixture.config, fixture.path()).unwrap();
    Flux::load(config, &fixture.weights(), &CancelToken::new()).unwrap()
}

fn check_flux(fixture: &Fixture, net: &Flux) {
    for call in fixture.calls() {
        let get = |name| fixture.get(call, name);
        let (latents, times, text, pooled) = (get("latents"), get("times"), get("text"), get("pooled"));
        let guidance = fixture.find(call, "guidance");
        let (_, _, h, w) = latents.dims4().unwrap();
        let (tokens, ids) = (flux::pack(&latents).unwrap(), flux::picture_ids(h, w, &Device::Cpu).unwrap());
        fixture.assert_close(&format!("{call}.packed"), &tokens, &get("packed"));
        fixture.assert_close(&format!("{call}.ids"), &ids, &get("ids"));
        let input = FluxInput {
            tokens: &tokens,
            ids: &ids,
            times: &times,
            text: &text,
            pooled: &pooled,
            guidance: guidance.as_ref(),
        };
        let out = net.forward(&input, &CancelToken::new()).unwrap();
        fixture.assert_close(&format!("{call}.out"), &out, &get("out"));
        if let Some(unpacked) = fixture.find(call, "unpacked") {
            fixture.assert_close(&format!("{call}.unpacked"), &flux::unpack(&out, h, w).unwrap(), &unpacked);
        }
    }
}

fn zimage(fixture: &Fixture) -> ZImage {
    let config = ZImageConfig::parse(&fixture.config, fixture.path()).unwrap();
    ZImage::load(config, &fixture.weights(), &CancelToken::new()).unwrap()
}

fn check_zimage(fixture: &Fixture) {
    let net = zimage(fixture);
    for call in fixture.calls() {
        let texts: Vec<Tensor> = (0..).map_while(|i| fixture.find(call, &format!("text{i}"))).collect();
        let (latents, times) = (fixture.get(call, "latents"), fixture.get(call, "times"));
        let out = net.forward(&latents, &times, &texts, &CancelToken::new()).unwrap();
        fixture.assert_close(&format!("{call}.out"), &out, &fixture.get(call, "out"));
    }
}

fn check(fixture: &Fixture) {
    match fixture.kind().as_str() {
        "ZImageTransformer2DModel" => check_zimage(fixture),
        "FluxTransformer2DModel" => check_flux(fixture, &flux(fixture)),
        "SD3Transformer2DModel" => check_sd3(fixture),
        "Qwen3Model" => check_qwen3(fixture),
        "T5EncoderModel" => check_t5(fixture),
        other => panic!("no check for {other}"),
    }
}

#[test]
fn each_network_agrees_with_the_reference() {
    let root = std::env::var_os("DIT_FIXTURES").map_or_else(ours, PathBuf::from);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("io.safetensors").exists() && folder.join("model.safetensors").exists());
    folders.sort();
    assert!(folders.len() >= 2);
    for folder in folders {
        check(&Fixture::open(folder));
    }
}

#[test]
fn t5_says_what_it_cannot_do() {
    let fixture = Fixture::named("t5-gated");
    let config = |key: &str, value: Value| {
        let mut all: Value = serde_json::from_str(&fixture.config).unwrap();
        all[key] = value;
        T5Config::parse(&all.to_string(), fixture.path())
    };
    config("is_decoder", true.into()).unwrap_err();
    config("feed_forward_proj", "gated-tanhshrink".into()).unwrap_err();
    config("relative_attention_num_buckets", 2.into()).unwrap_err();
    config("num_heads", 0.into()).unwrap_err();
    let wide = config("d_ff", 41.into()).unwrap();
    assert!(matches!(T5::load(wide, &fixture.weights(), &CancelToken::new()), Err(Stop::Failed(_))));

    let net = t5(&fixture);
    let ids = |id: u32| Tensor::new(&[[1, id]], &Device::Cpu).unwrap();
    net.forward(&ids(50), &CancelToken::new()).unwrap_err();
    assert!(matches!(net.forward(&ids(49), &cancelled()), Err(Stop::Cancelled)));
    let config = T5Config::parse(&fixture.config, fixture.path()).unwrap();
    assert!(matches!(T5::load(config, &fixture.weights(), &cancelled()), Err(Stop::Cancelled)));
}

#[test]
fn qwen3_says_what_it_cannot_do() {
    let fixture = Fixture::named("qwen3");
    let config = |key: &str, value: Value| {
        let mut all: Value = serde_json::from_str(&fixture.config).unwrap();
        all[key] = value;
        Qwen3Config::parse(&all.to_string(), fixture.path())
    };
    config("rope_parameters", json!({"rope_type": "yarn", "factor": 4.0})).unwrap_err();
    config("rope_scaling", json!({"type": "linear", "factor": 4.0})).unwrap_err();
    config("num_key_value_heads", 3.into()).unwrap_err();
    config("head_dim", 7.into()).unwrap_err();
    config("hidden_act", "tanhshrink".into()).unwrap_err();
    config("layer_types", json!(["full_attention"])).unwrap_err();
    config("layer_types", json!(["full_attention", "full_attention", "sliding_attention"])).unwrap_err();
    config("layer_types", json!(["full_attention", "full_attention", "linear_attention"])).unwrap_err();

    let net = qwen3(&fixture);
    let ids = |id: u32| Tensor::new(&[[1, id]], &Device::Cpu).unwrap();
    net.forward(&ids(60), &CancelToken::new()).unwrap_err();
    assert!(matches!(net.forward(&ids(59), &cancelled()), Err(Stop::Cancelled)));
}

#[test]
fn sd3_says_what_it_cannot_do() {
    let fixture = Fixture::named("sd3-medium");
    let config = |key: &str, value: Value| {
        let mut all: Value = serde_json::from_str(&fixture.config).unwrap();
        all[key] = value;
        Sd3Config::parse(&all.to_string(), fixture.path())
    };
    config("qk_norm", "l2".into()).unwrap_err();
    config("caption_projection_dim", 30.into()).unwrap_err();
    config("patch_size", 0.into()).unwrap_err();
    config("num_attention_heads", 0.into()).unwrap_err();
    let other = config("in_channels", 4.into()).unwrap();
    assert!(matches!(Sd3::load(other, &fixture.weights(), &CancelToken::new()), Err(Stop::Failed(_))));

    let net = sd3(&fixture);
    let run = |h: usize, w: usize, token: &CancelToken| {
        let latents = Tensor::zeros((1, 16, h, w), DType::F32, &Device::Cpu).unwrap();
        let (times, text, pooled) = (fixture.get('B', "times"), fixture.get('B', "text"), fixture.get('B', "pooled"));
        net.forward(&Sd3Input { latents: &latents, times: &times, text: &text, pooled: &pooled }, token)
    };
    assert_eq!(run(24, 2, &CancelToken::new()).unwrap().dims(), [1, 16, 24, 2]);
    // Beyond the table of positions; not whole patches; cancelled.
    assert!(matches!(run(26, 2, &CancelToken::new()), Err(Stop::Failed(_))));
    assert!(matches!(run(5, 4, &CancelToken::new()), Err(Stop::Failed(_))));
    assert!(matches!(run(4, 4, &cancelled()), Err(Stop::Cancelled)));
}

/// The table of positions is computed where a file lacks it, and is the one that files hold.
#[test]
fn sd3_makes_its_own_positions() {
    let fixture = Fixture::named("sd35-medium");
    let mut tensors = candle_core::safetensors::load(fixture.path().join("model.safetensors"), &Device::Cpu).unwrap();
    tensors.remove("pos_embed.pos_embed").unwrap();
    let weights: Weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu).into();
    let config = Sd3Config::parse(&fixture.config, fixture.path()).unwrap();
    let net = Sd3::load(config, &weights, &CancelToken::new()).unwrap();
    let get = |name| fixture.get('A', name);
    let (latents, times, text, pooled) = (get("latents"), get("times"), get("text"), get("pooled"));
    let input = Sd3Input { latents: &latents, times: &times, text: &text, pooled: &pooled };
    fixture.assert_close("A.out", &net.forward(&input, &CancelToken::new()).unwrap(), &get("out"));
}

#[test]
fn sd3_text_is_joined_as_in_the_pipeline() {
    let ones = |l: usize, width: usize, value: f64| {
        (Tensor::ones((2, l, width), DType::F32, &Device::Cpu).unwrap() * value).unwrap()
    };
    let (l, g, t5) = (ones(3, 2, 1.0), ones(3, 3, 2.0), ones(4, 8, 3.0));
    let both = join_text(&l, &g, Some(&t5), 8, 256).unwrap();
    assert_eq!(both.dims(), [2, 7, 8]);
    let rows = both.to_vec3::<f32>().unwrap();
    assert_eq!(rows[1][2], [1.0, 1.0, 2.0, 2.0, 2.0, 0.0, 0.0, 0.0]);
    assert_eq!(rows[1][3], [3.0; 8]);
    let without = join_text(&l, &g, None, 8, 5).unwrap();
    assert_eq!(without.dims(), [2, 8, 8]);
    assert_eq!(without.to_vec3::<f32>().unwrap()[0][7], [0.0; 8]);
    join_text(&l, &g, Some(&t5), 9, 5).unwrap_err();
    join_text(&l, &g, None, 4, 5).unwrap_err();
}

#[test]
fn flux_says_what_it_cannot_do() {
    let fixture = Fixture::named("flux-dev");
    let config = |key: &str, value: Value| {
        let mut all: Value = serde_json::from_str(&fixture.config).unwrap();
        all[key] = value;
        FluxConfig::parse(&all.to_string(), fixture.path())
    };
    for axes in [json!([2, 4, 8]), json!([3, 3, 6]), json!([6, 6]), json!([4, 4, 2, 2])] {
        config("axes_dims_rope", axes).unwrap_err();
    }
    config("num_attention_heads", 0.into()).unwrap_err();
    config("in_channels", 0.into()).unwrap_err();

    let run = |net: &Flux, guidance: Option<&Tensor>, token: &CancelToken| {
        let get = |name| fixture.get('A', name);
        let (tokens, ids, times, text, pooled) = (get("packed"), get("ids"), get("times"), get("text"), get("pooled"));
        let input = FluxInput { tokens: &tokens, ids: &ids, times: &times, text: &text, pooled: &pooled, guidance };
        net.forward(&input, token)
    };
    let net = flux(&fixture);
    let scale = fixture.get('A', "guidance");
    run(&net, Some(&scale), &CancelToken::new()).unwrap();
    assert!(matches!(run(&net, None, &CancelToken::new()), Err(Stop::Failed(_))));
    assert!(matches!(run(&net, Some(&scale), &cancelled()), Err(Stop::Cancelled)));
    // The same sizes, but a network without guidance.
    let plain = config("guidance_embeds", false.into()).unwrap();
    let net = Flux::load(plain, &fixture.weights(), &CancelToken::new()).unwrap();
    assert!(matches!(run(&net, Some(&scale), &CancelToken::new()), Err(Stop::Failed(_))));
    run(&net, None, &CancelToken::new()).unwrap();
}

#[test]
fn flux_shifts_its_schedule_by_the_size() {
    assert_eq!(flux::shift(256, 256.0, 4096.0, 0.5, 1.15), 0.5);
    assert!((flux::shift(4096, 256.0, 4096.0, 0.5, 1.15) - 1.15).abs() < 1e-12);
    assert!((flux::shift(2176, 256.0, 4096.0, 0.5, 1.15) - 0.825).abs() < 1e-12);
}

/// The transformer of a GGUF file, its quantised matrices as they are.
fn flux_of(path: &Path, config: FluxConfig) -> Result<Flux, Stop> {
    let header = Header::read(path)?;
    let found = layout::parts(&header).into_iter().find(|f| f.part == layout::Part::Flux);
    let tensors = found.expect("a FLUX transformer").tensors(&header)?;
    let watch = Watch::new(CancelToken::new(), Arc::new(|_| {}));
    let build = |w: &Weights| Flux::load(config, w, &CancelToken::new());
    load_packed(tensors, DType::F32, &Device::Cpu, &watch, build)
}

/// Q8_0, Q4_0, f16 and bf16 matrices of a GGUF file against the reference on the numbers that they stand for.
#[test]
fn flux_runs_from_gguf() {
    let fixture = Fixture::named("flux-gguf");
    let config = FluxConfig::parse(&fixture.config, fixture.path()).unwrap();
    let file = fixture.path().join("model.gguf");
    check_flux(&fixture, &flux_of(&file, config).unwrap());
    // Heads of 32 are nobody's: without its configuration the file cannot say how positions are shared out.
    let header = Header::read(&file).unwrap();
    let found = layout::parts(&header).remove(0);
    assert_eq!(found.config(&found.tensors(&header).unwrap()), None);
}

#[test]
fn a_broken_gguf_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    Header::read(&path).unwrap_err();
    std::fs::write(&path, b"not a GGUF at all").unwrap();
    assert!(matches!(Header::read(&path).unwrap_err().cause(), Cause::BadModelFile { .. }));

    // Cut off within its tensors.
    let fixture = Fixture::named("flux-gguf");
    let whole = std::fs::read(fixture.path().join("model.gguf")).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 40_000]).unwrap();
    let config = || FluxConfig::parse(&fixture.config, fixture.path()).unwrap();
    assert!(matches!(flux_of(&path, config()), Err(Stop::Failed(_))));

    // A matrix of IQ4_NL (20), which candle lacks, by the number of its type in the header.
    let name = b"double_blocks.0.img_attn.qkv.weight";
    let at = whole.windows(name.len()).position(|w| w == name).unwrap() + name.len() + 4 + 16;
    let mut odd = whole.clone();
    odd[at..at + 4].copy_from_slice(&20u32.to_le_bytes());
    std::fs::write(&path, odd).unwrap();
    let Err(Stop::Failed(error)) = flux_of(&path, config()) else { panic!("it was read") };
    assert!(
        matches!(error.cause(), Cause::UnsupportedQuantization { found, .. } if found.contains("IQ4_NL")),
        "{error}"
    );
}

#[test]
fn zimage_says_what_it_cannot_do() {
    let fixture = Fixture::named("zimage");
    let config = |key: &str, value: Value| {
        let mut all: Value = serde_json::from_str(&fixture.config).unwrap();
        all[key] = value;
        ZImageConfig::parse(&all.to_string(), fixture.path())
    };
    config("all_patch_size", json!([4])).unwrap_err();
    config("all_patch_size", json!([2, 4])).unwrap_err();
    config("axes_dims", json!([4, 6, 8])).unwrap_err();
    config("axes_lens", json!([4, 6])).unwrap_err();
    config("n_heads", 3.into()).unwrap_err();

    let net = zimage(&fixture);
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
    let run = |h: usize, words: &[usize], token: &CancelToken| {
        let texts: Vec<Tensor> = words.iter().map(|n| zeros(&[*n, 12])).collect();
        net.forward(&zeros(&[1, 4, h, 4]), &zeros(&[1]), &texts, token)
    };
    assert_eq!(run(64, &[96], &CancelToken::new()).unwrap().dims(), [1, 4, 64, 4]);
    // Beyond the places there are; an odd side; texts that are not one for each picture; no text; cancelled.
    for (h, words) in [(66, &[5][..]), (4, &[97]), (5, &[5]), (4, &[5, 5]), (4, &[]), (4, &[0])] {
        assert!(matches!(run(h, words, &CancelToken::new()), Err(Stop::Failed(_))), "{h} {words:?}");
    }
    assert!(matches!(run(4, &[5], &cancelled()), Err(Stop::Cancelled)));
}
