//! Checkpoints as other programs keep them draw what plain ones draw: 8 bits with scales, strides, deflated zips, marks
//! of their training, null metadata.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aigc_studio::domain::{ImageParams, Picture};
use aigc_studio::engine::CancelToken;
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::formats::Header;
use serde_json::{Value, json};
use zip::CompressionMethod;

use super::{Checkpoint, checkpoint, cut, db, failed, files};
use crate::made::raw::{Raw, Raws, Small, full, raws, write, write_ckpt};
use crate::made::{fixtures, on, pipeline, run, single};

pub fn params() -> ImageParams {
    ImageParams {
        prompt: "a (red:1.2) apple".into(),
        width: 64,
        height: 64,
        steps: 3,
        guidance: 3.0,
        ..ImageParams::default()
    }
}

fn draw(whole: Checkpoint) -> Picture {
    let made = run(&mut pipeline(), &on(files(whole), params(), 1), &CancelToken::new()).unwrap();
    (*made.pictures[0].0).clone()
}

/// Which values share a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shared {
    All,
    /// A row: `[rows]`, or `[rows, 1]` with as many ones as the tensor has dimensions.
    Row,
    RowOfRank,
    /// Two rows of half as many columns.
    Block,
}

/// How a file names its scales.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Named {
    ScaleWeight,
    WeightScale,
    WeightScaleInv,
}

/// Packs the matrices and kernels of `from` that `which` wants to 8 bits with scales; and the same numbers multiplied out,
/// in full.
fn pack(from: &Path, small: Small, shared: Shared, named: Named, which: impl Fn(&str) -> bool) -> (Raws, Raws) {
    let (mut packed, mut plain) = (Raws::new(), Raws::new());
    for (name, (shape, values)) in full(from) {
        if shape.len() < 2 || !name.ends_with("weight") || !which(&name) {
            packed.insert(name.clone(), Raw::f32(&shape, &values));
            plain.insert(name, Raw::f32(&shape, &values));
            continue;
        }
        let (rows, columns) = (shape[0], shape[1..].iter().product::<usize>());
        let block = match shared {
            Shared::All => (rows, columns),
            Shared::Row | Shared::RowOfRank => (1, columns),
            Shared::Block if shape.len() == 2 && rows % 2 == 0 && columns % 2 == 0 => (2, columns / 2),
            Shared::Block => (rows, columns),
        };
        let (down, across) = (rows / block.0, columns / block.1);
        let (mut bytes, mut out, mut scales) = (vec![0; values.len()], vec![0.0; values.len()], Vec::new());
        for i in 0..down * across {
            let places: Vec<usize> = (0..block.0 * block.1)
                .map(|k| (i / across * block.0 + k / block.1) * columns + i % across * block.1 + k % block.1)
                .collect();
            let part: Vec<f32> = places.iter().map(|at| values[*at]).collect();
            let scale = small.scale_of(&part);
            let (part, again) = small.pack(&part, scale);
            scales.push(scale);
            for (k, at) in places.into_iter().enumerate() {
                (bytes[at], out[at]) = (part[k], again[k]);
            }
        }
        let scale_shape = match shared {
            Shared::All => vec![],
            Shared::Row => vec![rows],
            Shared::RowOfRank => shape.iter().enumerate().map(|(i, n)| if i == 0 { *n } else { 1 }).collect(),
            Shared::Block => vec![down, across],
        };
        let stem = name.strip_suffix("weight").unwrap();
        let (scale, input) = match named {
            Named::ScaleWeight => (format!("{stem}scale_weight"), format!("{stem}scale_input")),
            Named::WeightScale => (format!("{name}_scale"), format!("{stem}input_scale")),
            Named::WeightScaleInv => (format!("{name}_scale_inv"), format!("{stem}input_scale")),
        };
        packed.insert(scale, Raw::f32(&scale_shape, &scales));
        packed.insert(input, Raw::f32(&[], &[3.0]));
        let format = br#"{"format": "float8_e4m3fn"}"#.to_vec();
        let quant = Raw { dtype: "U8", shape: vec![format.len()], bytes: format };
        packed.insert(format!("{stem}comfy_quant"), quant);
        packed.insert(name.clone(), Raw { dtype: small.name(), shape: shape.clone(), bytes });
        plain.insert(name, Raw::f32(&shape, &out));
    }
    packed.insert("scaled_fp8".to_owned(), Raw { dtype: small.name(), shape: vec![2], bytes: vec![0; 2] });
    (packed, plain)
}

/// A model, how it is packed, and which of its tensors are.
type Case<'a> = (&'a str, Small, Shared, Named, &'a dyn Fn(&str) -> bool);

#[test]
fn scaled_weights_of_8_bits_are_multiplied_out() {
    let home = tempfile::tempdir().unwrap();
    let (small_file, plain_file) = (home.path().join("small.safetensors"), home.path().join("plain.safetensors"));
    let unet = |name: &str| name.starts_with("model.diffusion_model.");
    let text = |name: &str| name.starts_with("cond") && !name.contains("embedding");
    let all = |name: &str| !name.contains("embedding");
    let cases: [Case; 8] = [
        ("sd15", Small::E4M3, Shared::All, Named::ScaleWeight, &unet),
        ("sd15", Small::E4M3, Shared::Row, Named::WeightScale, &all),
        ("sd15", Small::E5M2, Shared::RowOfRank, Named::ScaleWeight, &all),
        ("sd15", Small::E4M3, Shared::All, Named::WeightScale, &text),
        ("sd15", Small::I8, Shared::Row, Named::WeightScale, &unet),
        // OpenCLIP's joined matrices; blocks that share a scale; a transformer whose matrices are joined and whose
        // last modulation lies the other way round.
        ("sd21", Small::E4M3, Shared::Row, Named::WeightScale, &all),
        ("sdxl", Small::E4M3, Shared::Block, Named::WeightScaleInv, &all),
        ("sd3", Small::E4M3, Shared::Row, Named::ScaleWeight, &unet),
    ];
    for (name, small, shared, named, which) in cases {
        let case = format!("{name} {small:?} {shared:?} {named:?}");
        let file = single(&format!("{name}.safetensors"));
        let (packed, plain) = pack(&file, small, shared, named, which);
        write(&small_file, &packed, None);
        write(&plain_file, &plain, None);
        let [original, small, plain] = [&file, &small_file, &plain_file].map(|f| draw(checkpoint(f.clone(), name)));
        let (exact, near) = (db(&small, &plain), db(&small, &original));
        println!("{case}: {exact:.1} dB against the same numbers, {near:.1} dB against the original");
        assert!(exact > 60.0, "{case}: {exact:.1} dB");
        assert!(near > 20.0, "{case}: {near:.1} dB");
    }
}

#[test]
fn numbers_of_8_bits_without_scales_are_what_they_say() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("half.safetensors");
    let unet = |name: &str| name.starts_with("model.diffusion_model.");
    for small in [Small::E4M3, Small::E5M2] {
        let mut half = raws(&single("sd15.safetensors"));
        let mut plain = half.clone();
        for (name, (shape, values)) in full(&single("sd15.safetensors")).into_iter().filter(|(name, _)| unet(name)) {
            let (bytes, again) = small.pack(&values, 1.0);
            half.insert(name.clone(), Raw { dtype: small.name(), shape: shape.clone(), bytes });
            plain.insert(name, Raw::f32(&shape, &again));
        }
        write(&file, &half, None);
        let ours = draw(checkpoint(file.clone(), "sd15"));
        write(&file, &plain, None);
        let near = db(&ours, &draw(checkpoint(file.clone(), "sd15")));
        assert!(near > 60.0, "{small:?}: {near:.1} dB");
    }
}

#[test]
fn a_scale_that_is_none_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("odd.safetensors");
    let name = "model.diffusion_model.input_blocks.1.0.in_layers.2";
    for shape in [vec![7], vec![2, 3, 1, 5]] {
        let mut all = raws(&single("sd15.safetensors"));
        let n = shape.iter().product();
        all.insert(format!("{name}.weight_scale"), Raw::f32(&shape, &vec![1.0; n]));
        write(&file, &all, None);
        let text = failed(checkpoint(file.clone(), "sd15")).to_string();
        assert!(text.contains(&format!("{name}.weight_scale")) && text.contains(&format!("{shape:?}")), "{text}");
    }
    // Types that nothing here multiplies are named with their tensor.
    for (dtype, width) in [("F8_E4M3FNUZ", 1), ("F4", 1), ("U8", 1), ("I64", 8)] {
        let mut all = raws(&single("sd15.safetensors"));
        let raw = all.get_mut(&format!("{name}.weight")).unwrap();
        raw.bytes.truncate(raw.bytes.len() / 4);
        raw.bytes = raw.bytes.repeat(width);
        raw.dtype = dtype;
        write(&file, &all, None);
        let text = failed(checkpoint(file.clone(), "sd15")).to_string();
        assert!(text.contains(dtype) && text.contains(&format!("{name}.weight")), "{text}");
    }
}

#[test]
fn strides_and_deflated_zips_are_read_rightly() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("odd.ckpt");
    let tensors = full(&single("sd15.safetensors"));
    let original = draw(checkpoint(single("sd15.safetensors"), "sd15"));
    for (strided, method) in
        [(true, CompressionMethod::Stored), (false, CompressionMethod::Deflated), (true, CompressionMethod::Deflated)]
    {
        write_ckpt(&file, &tensors, strided, method);
        let near = db(&original, &draw(checkpoint(file.clone(), "sd15")));
        assert!(near > 60.0, "strided {strided}, {method}: {near:.1} dB");
    }
    // Joined matrices are cut whatever way they lie.
    let original = draw(checkpoint(single("sd21.safetensors"), "sd21"));
    write_ckpt(&file, &full(&single("sd21.safetensors")), true, CompressionMethod::Stored);
    let near = db(&original, &draw(checkpoint(file.clone(), "sd21")));
    assert!(near > 60.0, "{near:.1} dB");
    // A deflated storage that ends too early is an error, not a picture.
    write_ckpt(
        &file,
        &BTreeMap::from([("x".to_owned(), (vec![64, 64], vec![0.5; 4096]))]),
        false,
        CompressionMethod::Deflated,
    );
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() - 30);
    std::fs::write(&file, bytes).unwrap();
    Header::read(&file).unwrap_err();
}

#[test]
fn metadata_may_be_null() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("null.safetensors");
    let all = raws(&single("sd15.safetensors"));
    let original = draw(checkpoint(single("sd15.safetensors"), "sd15"));
    for metadata in [Value::Null, json!({}), json!({"format": "pt", "steps": 3, "nothing": null})] {
        write(&file, &all, Some(metadata.clone()));
        assert!(db(&original, &draw(checkpoint(file.clone(), "sd15"))) > 60.0, "{metadata}");
    }
    write(&file, &all, Some(json!({"format": "pt", "modelspec.prediction_type": "v"})));
    assert_eq!(Header::read(&file).unwrap().metadata.len(), 2);
}

/// What a checkpoint marks itself to be is nothing that a folder's scheduler knows better.
#[test]
fn marks_in_a_file_win_over_the_folders_scheduler() {
    let home = tempfile::tempdir().unwrap();
    let (file, folder) = (home.path().join("marked.safetensors"), home.path().join("folder"));
    // The folder with a scheduler of its own.
    let set = |prediction: &str, zero: bool| {
        let text = std::fs::read_to_string(fixtures().join("sd15/scheduler/scheduler_config.json")).unwrap();
        let mut scheduler: Value = serde_json::from_str(&text).unwrap();
        scheduler["_class_name"] = "EulerDiscreteScheduler".into();
        scheduler["timestep_spacing"] = "trailing".into();
        scheduler["prediction_type"] = prediction.into();
        scheduler["rescale_betas_zero_snr"] = zero.into();
        std::fs::write(folder.join("scheduler/scheduler_config.json"), scheduler.to_string()).unwrap();
    };
    for part in ["unet", "vae", "text_encoder", "tokenizer"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
        for entry in std::fs::read_dir(fixtures().join("sd15").join(part)).unwrap().flatten() {
            if entry.path().extension().is_none_or(|ending| ending != "safetensors") {
                std::fs::copy(entry.path(), folder.join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    std::fs::create_dir_all(folder.join("scheduler")).unwrap();
    let with = |marks: &[&str]| {
        let mut all = raws(&single("sd15.safetensors"));
        all.extend(marks.iter().map(|mark| ((*mark).to_owned(), Raw::f32(&[], &[1.0]))));
        write(&file, &all, None);
        draw(Checkpoint { config: Some(folder.clone()), ..Checkpoint::new(file.clone()) })
    };
    set("v_prediction", true);
    let both = with(&[]);
    set("v_prediction", false);
    let velocity = with(&[]);
    set("epsilon", false);
    assert!(db(&with(&["v_pred"]), &velocity) > 60.0);
    assert!(db(&with(&["v_pred", "ztsnr"]), &both) > 60.0);
    assert!(db(&with(&[]), &velocity) < 40.0 && db(&both, &velocity) < 60.0, "they differ");
}

/// What the decoder's way does not need may be missing.
#[test]
fn a_vae_without_its_encoder_draws_the_same() {
    let home = tempfile::tempdir().unwrap();
    let bare = home.path().join("bare.safetensors");
    let unused = ["first_stage_model.encoder.", "first_stage_model.quant_conv."];
    cut(&single("sd15.safetensors"), &bare, |name| !unused.iter().any(|start| name.starts_with(start)));
    let original = draw(checkpoint(single("sd15.safetensors"), "sd15"));
    assert!(db(&original, &draw(checkpoint(bare, "sd15"))) > 60.0);
}

/// A copy of a diffusers folder, each file put through `change`.
fn copied(from: &Path, to: &Path, change: &dyn Fn(&Path, Vec<u8>) -> Vec<u8>) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copied(&path, &to, change);
        } else {
            std::fs::write(to, change(&path, std::fs::read(&path).unwrap())).unwrap();
        }
    }
}

#[test]
fn a_byte_order_mark_before_configurations_is_skipped() {
    let home = tempfile::tempdir().unwrap();
    let marked = home.path().join("marked");
    let is_text = |path: &Path| path.extension().is_some_and(|ending| ending == "json" || ending == "txt");
    let mark = |path: &Path, bytes: Vec<u8>| if is_text(path) { [b"\xef\xbb\xbf", &*bytes].concat() } else { bytes };
    copied(&fixtures().join("sd15"), &marked, &mark);
    let original = draw(Checkpoint::new(fixtures().join("sd15")));
    assert!(db(&original, &draw(Checkpoint::new(marked.clone()))) > 60.0);
    // Before an index of shards too.
    let unet = marked.join("unet");
    std::fs::rename(unet.join("diffusion_pytorch_model.safetensors"), unet.join("one.safetensors")).unwrap();
    let names = full(&unet.join("one.safetensors")).into_keys().map(|name| (name, json!("one.safetensors")));
    let index = json!({"weight_map": serde_json::Map::from_iter(names)});
    std::fs::write(unet.join("diffusion_pytorch_model.safetensors.index.json"), format!("\u{feff}{index}")).unwrap();
    assert!(db(&original, &draw(Checkpoint::new(marked))) > 60.0);
}

#[test]
fn what_is_named_and_not_used_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let (empty, nowhere) = (home.path().join("empty"), home.path().join("nope"));
    std::fs::create_dir(&empty).unwrap();
    let config = |main: &Path, config: &Path| {
        failed(Checkpoint { config: Some(config.to_owned()), ..Checkpoint::new(main.to_owned()) })
    };
    let with = |main: &str, parts: Vec<PathBuf>| {
        failed(Checkpoint { named: parts.len(), parts, ..checkpoint(single(&format!("{main}.safetensors")), main) })
    };
    let unused = |error: StudioError, path: &Path, reason: &str| match error.cause() {
        Cause::NotUsed { path: found, reason: why } => {
            assert!(found == path && why.en.contains(reason), "{error}");
        }
        _ => panic!("{error}"),
    };
    let (file, folder) = (single("sd15.safetensors"), fixtures().join("sd15"));
    for main in [&file, &folder] {
        let error = config(main, &nowhere);
        assert_eq!(error.cause(), &Cause::FileMissing { path: nowhere.clone() });
        assert!(matches!(config(main, &file).cause(), Cause::BadModelFile { path, .. } if *path == file));
    }
    unused(config(&file, &empty), &empty, "unet/config.json");
    unused(config(&folder, &folder), &folder, "configurations of its own");

    let clip_g = fixtures().join("sdxl/text_encoder_2/model.safetensors");
    let t5 = fixtures().join("sd3/text_encoder_3/model.safetensors");
    let vae = fixtures().join("sd15/vae/diffusion_pytorch_model.safetensors");
    unused(with("sd15", vec![t5.clone()]), &t5, "a T5 text encoder, which Stable Diffusion 1.x does not read with");
    unused(with("sd15", vec![vae.clone(), single("sd21.safetensors")]), &single("sd21.safetensors"), "UNet");
    let again = home.path().join("again.safetensors");
    std::fs::copy(&vae, &again).unwrap();
    unused(with("sd15", vec![vae.clone(), again.clone()]), &again, "takes that place");
    assert!(matches!(with("sd15", vec![nowhere.clone()]).cause(), Cause::FileMissing { path } if *path == nowhere));
    let parts = vec![clip_g.clone()];
    unused(failed(Checkpoint { named: 1, parts, ..Checkpoint::new(folder) }), &clip_g, "diffusers folder");
    // What the catalogue found for a model may be of no use beside what a person named.
    let parts = vec![vae.clone(), again];
    draw(Checkpoint { named: 1, parts, ..checkpoint(single("sd15.safetensors"), "sd15") });
}
