//! Model files from outside that are cut, damaged, hostile or of another family: each has its own clear error, and
//! none of them panics or takes memory first.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    DeviceChoice, EventKind, ImageParams, ImageRequest, JobId, ModelFiles, ModelRef, News, Outcome, PictureNews,
};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::image::sticker::testing::{
    Weight, random_weights, safetensors, safetensors_in_bytes, tiny_config, tiny_sticker,
};
use aigc_studio::engine::image::sticker::{CONFIG, Config, VOCAB, WEIGHTS};
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Reporter, Stop};
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::lang::Lang;

/// A folder with a tiny model, of which one file is then spoilt.
fn tiny() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    tiny_sticker(folder.path()).unwrap();
    folder
}

fn draw(files: ModelFiles) -> Result<Outcome, Stop> {
    drawn(files).0
}

/// The pixels of what is drawn.
fn last_picture(files: ModelFiles) -> Vec<u8> {
    drawn(files).1.expect("a picture")
}

fn drawn(files: ModelFiles) -> (Result<Outcome, Stop>, Option<Vec<u8>>) {
    let (events, receiver) = crossbeam_channel::bounded(1024);
    let reporter = Reporter::new(JobId(1), events, Arc::new(|| {}));
    let mut pipeline = ImagePipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu);
    let params = ImageParams { prompt: "red cat".into(), steps: 3, ..Default::default() };
    let model = ModelRef { id: "x".into(), files, sha256: None };
    let request = ImageRequest { params, model, seed: 1, layers: false, strict: false };
    let start = Instant::now();
    let result = pipeline.run(&request.into(), &reporter, &CancelToken::new());
    assert!(start.elapsed() < Duration::from_secs(10));
    drop(reporter);
    let pixels = receiver.iter().find_map(|event| match event.kind {
        EventKind::News(News::Picture(PictureNews::Picture { picture, .. })) => Some(picture.rgba.clone()),
        _ => None,
    });
    assert!(result.is_ok() || pixels.is_none());
    (result, pixels)
}

fn error(files: ModelFiles) -> StudioError {
    match draw(files) {
        Err(Stop::Failed(error)) => {
            for lang in Lang::ALL {
                assert!(!error.summary(lang).is_empty() && !error.remedy(lang).is_empty());
            }
            error
        }
        other => panic!("{other:?}"),
    }
}

fn folder_error(folder: &Path) -> StudioError {
    error(ModelFiles::Folder(folder.to_owned()))
}

/// The reason of a [`Cause::BadModelFile`] about the file `name`.
#[track_caller]
fn bad_file(error: &StudioError, name: &str) -> String {
    match error.cause() {
        Cause::BadModelFile { path, reason } => {
            assert!(path.ends_with(name), "{path:?}");
            reason.en.clone()
        }
        other => panic!("{other:?}"),
    }
}

fn with_weights(bytes: impl AsRef<[u8]>) -> StudioError {
    let folder = tiny();
    fs::write(folder.path().join(WEIGHTS), bytes).unwrap();
    folder_error(folder.path())
}

fn good_bytes() -> Vec<u8> {
    safetensors(&random_weights(&tiny_config()))
}

fn spoilt(spoil: impl FnOnce(&mut Vec<Weight>)) -> StudioError {
    let mut weights = random_weights(&tiny_config());
    spoil(&mut weights);
    with_weights(safetensors(&weights))
}

fn find<'a>(weights: &'a mut [Weight], name: &str) -> &'a mut Weight {
    weights.iter_mut().find(|w| w.name == name).unwrap()
}

#[test]
fn the_tiny_model_itself_draws() {
    let folder = tiny();
    assert!(draw(ModelFiles::Folder(folder.path().to_owned())).is_ok());
    assert!(draw(ModelFiles::File(folder.path().join(WEIGHTS))).is_ok(), "chosen by its weights file");
}

#[test]
fn empty_short_and_cut_weights() {
    assert!(bad_file(&with_weights(b""), WEIGHTS).contains("0 bytes"));
    assert!(bad_file(&with_weights(b"1234567"), WEIGHTS).contains("7 bytes"));
    let good = good_bytes();
    for len in [8, 9, 100, good.len() / 2, good.len() - 1] {
        bad_file(&with_weights(&good[..len]), WEIGHTS);
    }
    let header = u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    let reason = bad_file(&with_weights(&good[..8 + header + 100]), WEIGHTS);
    assert!(reason.contains("cut"), "{reason}");
}

#[test]
fn headers_that_claim_the_sky() {
    let mut sky = good_bytes();
    sky[..8].copy_from_slice(&(1u64 << 60).to_le_bytes());
    let reason = bad_file(&with_weights(&sky), WEIGHTS);
    assert!(reason.contains("1152921504606846976"), "{reason}");
    sky[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    bad_file(&with_weights(&sky), WEIGHTS);

    let header = |json: &str| [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat();
    bad_file(&with_weights(header("not json")), WEIGHTS);
    bad_file(&with_weights(header(r#"{"table": 3}"#)), WEIGHTS);
    bad_file(&with_weights(header(r#"{"table": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 1]}}"#)), WEIGHTS);
    let huge = header(r#"{"table": {"dtype": "F32", "shape": [1152921504606846976, 16], "data_offsets": [0, 1]}}"#);
    assert!(matches!(with_weights(huge).cause(), Cause::WrongShape { .. }));
    for offsets in ["[0, 18446744073709551615]", "[18446744073709551615, 639]", "[640, 0]", "[0, 1]"] {
        let json = format!(r#"{{"table": {{"dtype": "F32", "shape": [10, 16], "data_offsets": {offsets}}}}}"#);
        bad_file(&with_weights(header(&json)), WEIGHTS);
    }
    // Offsets whose sum with the header's length leaves 64 bits.
    let json = format!(
        r#"{{"table": {{"dtype": "F32", "shape": [10, 16], "data_offsets": [{}, {}]}}}}"#,
        u64::MAX - 640,
        u64::MAX
    );
    bad_file(&with_weights(header(&json)), WEIGHTS);
}

#[test]
fn wrong_shapes_types_and_missing_tensors_are_named() {
    let wrong = spoilt(|w| find(w, "blocks.1.qkv.weight").shape = vec![16, 48]);
    let expected = Cause::WrongShape {
        tensor: "blocks.1.qkv.weight".into(),
        expected: "[48, 16]".into(),
        found: "[16, 48]".into(),
    };
    assert_eq!(wrong.cause(), &expected);
    let missing = spoilt(|w| w.retain(|w| w.name != "pos"));
    assert!(bad_file(&missing, WEIGHTS).contains("pos"));
    let mut odd = good_bytes();
    let at = odd.windows(3).position(|w| w == b"F32").unwrap();
    odd[at..at + 3].copy_from_slice(b"I64");
    assert!(matches!(with_weights(odd).cause(), Cause::UnsupportedQuantization { found, .. } if found.contains("I64")));
}

/// Matrices in bytes are read as the numbers that they stand for; one without its scales is refused by name.
#[test]
fn matrices_in_bytes_need_their_scales() {
    let (in_bytes, meant) = safetensors_in_bytes(random_weights(&tiny_config()));
    let folder = tiny();
    let drawn = |bytes: Vec<u8>| {
        fs::write(folder.path().join(WEIGHTS), bytes).unwrap();
        last_picture(ModelFiles::Folder(folder.path().to_owned()))
    };
    assert_eq!(drawn(in_bytes.clone()), drawn(safetensors(&meant)));
    assert_ne!(drawn(in_bytes.clone()), drawn(good_bytes()), "the picture depends on the numbers");

    for scale in ["table.scale", "blocks.0.qkv.weight.scale"] {
        let renamed = scale.replace("scale", "scalf");
        let at = in_bytes.windows(scale.len()).position(|w| w == scale.as_bytes()).unwrap();
        let mut lacking = in_bytes.clone();
        lacking[at..at + scale.len()].copy_from_slice(renamed.as_bytes());
        assert!(bad_file(&with_weights(lacking), WEIGHTS).contains(scale));
    }
}

#[test]
fn weights_that_are_no_numbers_name_the_step() {
    for bad in [f32::NAN, f32::INFINITY] {
        let error = spoilt(|w| find(w, "fine2.bias").values[0] = bad);
        assert_eq!(error.cause(), &Cause::NotANumber { step: 1 });
    }
}

#[test]
fn configurations_and_vocabularies_that_do_not_fit() {
    let folder = tiny();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let config = |change: fn(&mut Config)| {
        let mut config = tiny_config();
        change(&mut config);
        serde_json::to_string(&config).unwrap()
    };
    for text in ["", "{}", &config(|c| c.width = 1 << 60), &config(|c| c.blocks = 0), &"x".repeat(100_000)] {
        write(CONFIG, text);
        bad_file(&folder_error(folder.path()), CONFIG);
    }
    // Sane, but not what the weights are.
    write(CONFIG, &config(|c| c.hidden = 32));
    assert!(matches!(folder_error(folder.path()).cause(), Cause::WrongShape { .. }));
    write(CONFIG, &config(|_| {}));
    for text in ["", "<pad>\n<null>\ncat\n", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"] {
        write(VOCAB, text);
        bad_file(&folder_error(folder.path()), VOCAB);
    }
    fs::write(folder.path().join(VOCAB), [0xff; 20]).unwrap();
    bad_file(&folder_error(folder.path()), VOCAB);
}

#[test]
fn missing_files_are_named() {
    for name in [CONFIG, VOCAB, WEIGHTS] {
        let folder = tiny();
        fs::remove_file(folder.path().join(name)).unwrap();
        let path = folder.path().join(name);
        assert_eq!(folder_error(folder.path()).cause(), &Cause::FileMissing { path });
    }
    let gone = tiny().path().to_owned();
    assert_eq!(folder_error(&gone).cause(), &Cause::FileMissing { path: gone.clone() });
    assert_eq!(error(ModelFiles::File(gone.join("x"))).cause(), &Cause::FileMissing { path: gone.join("x") });
}

#[test]
fn files_of_other_families_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        error(ModelFiles::File(path))
    };
    let of_names = |names: &[&str]| {
        let weight = |name: &&str| Weight { name: name.to_string(), shape: vec![1], values: vec![0.0] };
        safetensors(&names.iter().map(weight).collect::<Vec<_>>())
    };
    let unsupported = |error: StudioError| match error.cause() {
        Cause::UnsupportedArchitecture { found, supported } => {
            assert!(supported.contains("sticker-64"));
            found.en.clone()
        }
        other => panic!("{other:?}"),
    };
    let llm = folder.path().join("llm.gguf");
    aigc_studio::engine::text::testing::tiny_gguf(&llm).unwrap();
    assert!(unsupported(error(ModelFiles::File(llm))).contains("language model (llama)"));
    assert!(bad_file(&file("cut.gguf", b"GGUF\x03\0\0\0"), "cut.gguf").contains("ends at byte 8"));
    // Denoisers whose shapes are no network's, and files that are no denoisers.
    for name in ["model.diffusion_model.input_blocks.0.0.weight", "double_blocks.0.img_attn.qkv.weight"] {
        bad_file(&file("denoiser.safetensors", &of_names(&[name])), "denoiser.safetensors");
    }
    let lora = of_names(&["lora_unet_down.lora_down.weight"]);
    assert_eq!(unsupported(file("lora.safetensors", &lora)), "a file with a LoRA");
    assert_eq!(unsupported(file("x.safetensors", &of_names(&["x"]))), "no picture model that is known");
    for (name, bytes) in [("model.ckpt", &b"PK\x03\x04rest"[..]), ("old.ckpt", b"\x80\x02}q\0.")] {
        bad_file(&file(name, bytes), name);
    }
    assert!(bad_file(&file("cat.png", b"\x89PNG\r\n\x1a\n0000000000000000"), "cat.png").contains("picture"));
    assert!(bad_file(&file("empty.safetensors", b""), "empty.safetensors").contains("0 bytes"));
    // Our own weights without their companions.
    let alone = error(ModelFiles::File({
        let path = folder.path().join(WEIGHTS);
        fs::write(&path, good_bytes()).unwrap();
        path
    }));
    assert_eq!(alone.cause(), &Cause::FileMissing { path: folder.path().join(CONFIG) });

    fs::create_dir(folder.path().join("diffusers")).unwrap();
    fs::write(folder.path().join("diffusers/model_index.json"), "{}").unwrap();
    let index = folder_error(&folder.path().join("diffusers"));
    assert!(matches!(index.cause(), Cause::UnsupportedOption { option, .. } if option == "_class_name"), "{index}");
    bad_file(&error(ModelFiles::File(folder.path().join("diffusers"))), "diffusers");
}
