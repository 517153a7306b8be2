//! Pictures from single files and from parts in files of their own (`tests/fixtures/single`, put through diffusers' own
//! converters): what the same pipelines draw from their folders, and what the shapes of full-size checkpoints tell.

mod odd_weights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::made::{check_on, fixtures, full_sizes, hollow, on, pipeline, run, single};
use aigc_studio::domain::{Checkpoint, ImageParams, ModelFiles, Precision};
use aigc_studio::engine::CancelToken;
use aigc_studio::engine::Stop;
use aigc_studio::engine::kernels::multiplies_bf16;
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::formats::{Header, layout};
use aigc_studio::lang::Lang;
use odd_weights::db;
use serde_json::Value;

/// A tiny checkpoint, with the folder that says what shapes cannot (its heads are smaller than any real one's).
fn checkpoint(file: PathBuf, pipeline: &str) -> Checkpoint {
    Checkpoint { config: Some(fixtures().join(pipeline)), ..Checkpoint::new(file) }
}

fn files(checkpoint: Checkpoint) -> ModelFiles {
    ModelFiles::Checkpoint(Box::new(checkpoint))
}

#[test]
fn single_files_draw_what_their_folders_draw() {
    for name in ["sd15", "sd21", "sdxl", "sd3"] {
        check_on(name, &files(checkpoint(single(&format!("{name}.safetensors")), name)));
    }
}

#[test]
fn a_pickle_is_read_as_data_and_draws_the_same() {
    check_on("sd15", &files(checkpoint(single("sd15.ckpt"), "sd15")));
}

/// A transformer alone, with its VAE and text encoders in other files.
#[test]
fn parts_are_put_together() {
    let folder = fixtures().join("flux-dev");
    let parts = vec![
        folder.join("text_encoder/model.safetensors"),
        folder.join("text_encoder_2/model.safetensors"),
        single("flux-ae.safetensors"),
    ];
    check_on("flux-dev", &files(Checkpoint { parts, ..checkpoint(single("flux-dev.safetensors"), "flux-dev") }));

    let folder = fixtures().join("zimage");
    let parts =
        vec![folder.join("text_encoder/model.safetensors"), folder.join("vae/diffusion_pytorch_model.safetensors")];
    check_on("zimage", &files(Checkpoint { parts, ..checkpoint(single("zimage.safetensors"), "zimage") }));
}

/// A diffusers folder whose VAE or text encoder is elsewhere draws with the one that was chosen for it.
#[test]
fn a_folder_that_lacks_a_part_draws_with_the_chosen_one() {
    let home = tempfile::tempdir().unwrap();
    let cases = [
        ("sd15", "vae", "diffusion_pytorch_model.safetensors"),
        ("sdxl", "text_encoder_2", "model.safetensors"),
        ("zimage", "text_encoder", "model.safetensors"),
    ];
    for (name, part, file) in cases {
        let (from, folder) = (fixtures().join(name), home.path().join(name));
        copy_folder(&from, &folder);
        std::fs::remove_dir_all(folder.join(part)).unwrap();
        let error = failed(Checkpoint::new(folder.clone()));
        assert!(matches!(error.cause(), Cause::LacksParts { .. }), "{name}: {error}");
        let parts = vec![from.join(part).join(file)];
        check_on(name, &files(Checkpoint { parts, ..Checkpoint::new(folder) }));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy_folder(&path, &to) } else { std::fs::copy(&path, to).map(drop).unwrap() }
    }
}

/// The tensors of a safetensors file whose names `keep` wants, in a file of their own.
fn cut(from: &Path, to: &Path, keep: impl Fn(&str) -> bool) {
    let all = candle_core::safetensors::load(from, &candle_core::Device::Cpu).unwrap();
    let some: std::collections::HashMap<_, _> = all.into_iter().filter(|(name, _)| keep(name)).collect();
    candle_core::safetensors::save(&some, to).unwrap();
}

#[test]
fn shards_draw_what_the_single_file_draws() {
    let home = tempfile::tempdir().unwrap();
    let name = |n: usize| format!("m-{:05}-of-00002.safetensors", n + 1);
    let place = |tensor: &str| usize::from(tensor.ends_with("weight"));
    let whole = Header::read(&single("sd15.safetensors")).unwrap();
    for n in 0..2 {
        cut(&single("sd15.safetensors"), &home.path().join(name(n)), |tensor| place(tensor) == n);
    }
    let places: BTreeMap<_, _> = whole.tensors.keys().map(|tensor| (tensor, name(place(tensor)))).collect();
    let index = home.path().join("m.safetensors.index.json");
    std::fs::write(&index, format!("\u{feff}{}", serde_json::json!({ "weight_map": places }))).unwrap();
    check_on("sd15", &files(checkpoint(index, "sd15")));
}

#[test]
fn another_vae_takes_the_place_of_the_models_own() {
    // A model without a VAE draws its pictures with the one that is named, a folder's too.
    let home = tempfile::tempdir().unwrap();
    let bare = home.path().join("bare.safetensors");
    cut(&single("sd15.safetensors"), &bare, |name| !name.starts_with("first_stage_model."));
    for vae in [single("sd15.safetensors"), fixtures().join("sd15/vae"), fixtures().join("sd15")] {
        check_on("sd15", &files(Checkpoint { vae: Some(vae), ..checkpoint(bare.clone(), "sd15") }));
    }
    let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 2, ..ImageParams::default() };
    let draw = |vae: Option<PathBuf>| {
        let whole = Checkpoint { vae, ..Checkpoint::new(fixtures().join("sd15")) };
        run(&mut pipeline(), &on(files(whole), params.clone(), 1), &CancelToken::new()).unwrap().pictures.remove(0).0
    };
    assert_ne!(draw(Some(fixtures().join("sdxl/vae"))), draw(None), "the other VAE decodes");
}

#[test]
fn a_chosen_vae_is_in_the_pictures_settings() {
    let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 1, ..ImageParams::default() };
    let whole = Checkpoint { vae: Some(fixtures().join("sdxl/vae")), ..Checkpoint::new(fixtures().join("sd15")) };
    let made = run(&mut pipeline(), &on(files(whole), params, 1), &CancelToken::new()).unwrap();
    assert_eq!(made.pictures[0].1.vae, "sdxl/vae");
}

/// Stable Diffusion 2 with LDM's own settings beside: what they say it predicts is not probed.
#[test]
fn a_yaml_beside_a_checkpoint_says_what_it_predicts() {
    use aigc_studio::formats::family;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("model.safetensors");
    std::fs::copy(single("sd21.safetensors"), &path).unwrap();
    let velocity = |yaml: &str| {
        std::fs::write(path.with_extension("yaml"), yaml).unwrap();
        let header = Header::read(&path).unwrap();
        let found = layout::parts(&header).remove(0);
        family::variant(&found, &found.tensors(&header).unwrap(), &header, &path).velocity
    };
    let ldm = "model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n";
    assert_eq!(velocity(&format!("{ldm}    parameterization: \"v\"\n")), Some(true));
    assert_eq!(velocity(ldm), Some(false));
    assert_eq!(velocity("something: else"), velocity(""));
}

fn failed(whole: Checkpoint) -> StudioError {
    let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 2, ..ImageParams::default() };
    match run(&mut pipeline(), &on(files(whole), params, 1), &CancelToken::new()) {
        Err(Stop::Failed(error)) => error,
        Err(Stop::Cancelled) => panic!("cancelled"),
        Ok(_) => panic!("it drew"),
    }
}

#[test]
fn what_a_file_lacks_is_named() {
    let home = tempfile::tempdir().unwrap();
    let lacks = |from: &str, without: &str| {
        let bare = home.path().join(format!("{}-{from}.safetensors", without.len()));
        cut(&single(&format!("{from}.safetensors")), &bare, |name| !name.starts_with(without));
        let error = failed(checkpoint(bare, from));
        match error.cause() {
            Cause::LacksParts { lacks, .. } => lacks.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(lacks("sd15", "first_stage_model."), "VAE");
    assert_eq!(lacks("sd15", "cond_stage_model."), "CLIP-L");
    assert_eq!(lacks("sdxl", "conditioner."), "CLIP-L, OpenCLIP-G");
    let error = failed(checkpoint(single("flux-dev.safetensors"), "flux-dev"));
    assert!(matches!(error.cause(), Cause::LacksParts { lacks, .. } if lacks == "VAE, CLIP-L, T5-XXL"), "{error}");
    for lang in Lang::ALL {
        assert!(error.summary(lang).contains("FLUX.1 dev") && error.remedy(lang).contains("T5-XXL"));
    }
    // Stable Diffusion 3 draws without its T5, as diffusers does.
    let bare = home.path().join("sd3-clip.safetensors");
    cut(&single("sd3.safetensors"), &bare, |name| !name.starts_with("text_encoders.t5xxl."));
    let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 2, ..ImageParams::default() };
    let whole = files(checkpoint(bare, "sd3"));
    assert_eq!(run(&mut pipeline(), &on(whole, params, 1), &CancelToken::new()).unwrap().pictures.len(), 1);
}

#[test]
fn files_that_do_not_belong_together_are_named() {
    // A VAE of 16 channels for a UNet of 4; a VAE that is none; a text encoder of another width; no denoiser.
    let vae = Some(single("flux-ae.safetensors"));
    let error = failed(Checkpoint { vae, ..checkpoint(single("sd15.safetensors"), "sd15") });
    assert!(error.summary(Lang::En).contains("16"), "{error}");
    let vae = Some(single("flux-dev.safetensors"));
    let error = failed(Checkpoint { vae, ..checkpoint(single("sd15.safetensors"), "sd15") });
    assert!(error.summary(Lang::En).contains("FLUX"), "{error}");
    let home = tempfile::tempdir().unwrap();
    let bare = home.path().join("bare.safetensors");
    cut(&single("sd15.safetensors"), &bare, |name| !name.starts_with("cond_stage_model."));
    let parts = vec![fixtures().join("sd21/text_encoder/model.safetensors")];
    let error = failed(Checkpoint { parts, ..checkpoint(bare, "sd15") });
    assert!(error.summary(Lang::En).contains("[525, 32]"), "{error}");
    let error = failed(Checkpoint::new(single("flux-ae.safetensors")));
    assert!(error.summary(Lang::En).contains("a VAE"), "{error}");
    let parts = vec![fixtures().join("sd15/model_index.json")];
    let error = failed(Checkpoint { parts, ..checkpoint(single("sd15.safetensors"), "sd15") });
    assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{error}");
    let error = failed(Checkpoint::new(home.path().join("gone.safetensors")));
    assert!(matches!(error.cause(), Cause::FileMissing { .. }), "{error}");
}

/// The published sizes: what we read off their shapes is the configuration that made them.
#[test]
fn shapes_of_full_size_checkpoints_tell_their_configurations() {
    let all = full_sizes();
    assert_eq!(all.len(), 7);
    let home = tempfile::tempdir().unwrap();
    for (name, model) in all {
        let shapes: BTreeMap<String, Vec<u64>> = serde_json::from_value(model["shapes"].clone()).unwrap();
        let path = home.path().join(format!("{name}.safetensors"));
        hollow(&path, &shapes);
        let header = Header::read(&path).unwrap();
        let parts = layout::parts(&header);
        assert_eq!(parts.len(), 1, "{name}: {parts:?}");
        let config = parts[0].config(&parts[0].tensors(&header).unwrap()).unwrap_or_else(|| panic!("{name}"));
        let theirs = &model["config"];
        let mut seen = 0;
        for (key, ours) in config.as_object().unwrap() {
            // One number for all levels says the same as a list of it.
            let same = match (&theirs[key], ours) {
                (Value::Number(one), Value::Array(all)) => all.iter().all(|n| n == &Value::Number(one.clone())),
                (Value::Null, Value::Number(_)) => matches!(key.as_str(), "time_embedding_dim" | "out_channels"),
                (theirs, ours) => theirs == ours,
            };
            assert!(same, "{name}: {key} is {ours}, should be {}", theirs[key]);
            seen += 1;
        }
        assert!(seen >= 10, "{name}");
        std::fs::remove_file(path).unwrap();
    }
}

/// The tiny Stable Diffusion 1 with one weight multiplied, in full precision.
fn scaled(to: &Path, tensor: &str, by: f64) {
    let all = candle_core::safetensors::load(single("sd15.safetensors"), &candle_core::Device::Cpu).unwrap();
    let change = |(name, value): (String, candle_core::Tensor)| {
        let value = value.to_dtype(candle_core::DType::F32).unwrap();
        let value = if name == tensor { (value * by).unwrap() } else { value };
        (name, value)
    };
    let changed: std::collections::HashMap<_, _> = all.into_iter().map(change).collect();
    candle_core::safetensors::save(&changed, to).unwrap();
}

#[test]
fn half_precision_draws_nearly_the_same_and_what_overflows_is_made_again_in_full() {
    let home = tempfile::tempdir().unwrap();
    let draw = |file: &Path, name: &str, precision: Precision| {
        let whole = files(Checkpoint { precision, ..checkpoint(file.to_owned(), name) });
        let made = run(&mut pipeline(), &on(whole, odd_weights::params(), 1), &CancelToken::new()).unwrap();
        (made.pictures[0].0.clone(), made.widened)
    };
    for name in ["sd15", "sdxl", "sd3"] {
        let file = single(&format!("{name}.safetensors"));
        let (full, _) = draw(&file, name, Precision::F32);
        let (half, widened) = draw(&file, name, Precision::F16);
        let near = db(&full, &half);
        println!("{name}: {near:.1} dB");
        assert!(near > 30.0 && widened == 0, "{name}: {near:.1} dB, {widened} made again");
    }
    // A weight beyond the range of F16: a norm behind it makes it harmless where it can be written at all.
    let file = home.path().join("loud.safetensors");
    scaled(&file, "model.diffusion_model.input_blocks.1.0.in_layers.2.weight", 1e7);
    let (full, none) = draw(&file, "sd15", Precision::F32);
    let (half, widened) = draw(&file, "sd15", Precision::F16);
    assert_eq!(none, 0);
    assert!(widened >= 3, "each step was made again: {widened}");
    assert!(db(&full, &half) > 30.0, "{:.1} dB", db(&full, &half));
    if multiplies_bf16() {
        let plain = single("sd15.safetensors");
        let (full, bf16) = (draw(&plain, "sd15", Precision::F32).0, draw(&plain, "sd15", Precision::BF16).0);
        assert!(db(&full, &bf16) > 30.0, "{:.1} dB", db(&full, &bf16));
        assert_ne!(full, bf16);
    } else {
        eprintln!("skipped, for this processor has none: pictures in bf16");
        let bf16 = Checkpoint { precision: Precision::BF16, ..checkpoint(single("sd15.safetensors"), "sd15") };
        assert!(matches!(failed(bf16).cause(), Cause::BadChoice { name: "precision", .. }));
    }
    // What is no number in full precision either ends at its step.
    scaled(&file, "model.diffusion_model.input_blocks.1.0.in_layers.2.weight", f64::NAN);
    let error = failed(checkpoint(file, "sd15"));
    assert_eq!(error.cause(), &Cause::NotANumber { step: 1 });
}

#[test]
fn a_tiny_decoder_shows_the_previews() {
    let tiny = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sd");
        Some(folder.join(name).join("model.safetensors"))
    };
    let params = ImageParams { prompt: "a cat".into(), width: 64, height: 96, steps: 2, ..ImageParams::default() };
    let draw = |preview: Option<PathBuf>| {
        let whole = Checkpoint { preview, ..Checkpoint::new(fixtures().join("sd15")) };
        run(&mut pipeline(), &on(files(whole), params.clone(), 1), &CancelToken::new()).unwrap()
    };
    let (plain, shown) = (draw(None), draw(tiny("taesd-4")));
    assert_eq!((plain.preview_size, plain.previews), ((8, 12), 2), "a pixel for each latent");
    assert!(
        shown.preview_size.0 > 8 && shown.preview_size.0 * 12 == shown.preview_size.1 * 8,
        "{:?}",
        shown.preview_size
    );
    assert_eq!(plain.pictures[0].0, shown.pictures[0].0, "the picture is the same");
    // One of other latents, and a file that is none, are named before anything is drawn.
    let whole = |preview| Checkpoint { preview, ..Checkpoint::new(fixtures().join("sd15")) };
    assert!(failed(whole(tiny("taesd-16"))).summary(Lang::En).contains("16"));
    assert!(failed(whole(Some(single("flux-ae.safetensors")))).summary(Lang::En).contains("TAESD"));
}

/// The transformers as GGUF files, as people quantise them: in F16 the same picture, in Q8_0 one near it. The names stay
/// the authors', joined matrices included.
#[test]
fn gguf_transformers_draw_with_their_parts() {
    use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
    let home = tempfile::tempdir().unwrap();
    for (name, parts) in [
        ("flux-dev", vec!["text_encoder/model.safetensors", "text_encoder_2/model.safetensors"]),
        ("zimage", vec!["text_encoder/model.safetensors"]),
    ] {
        let all = candle_core::safetensors::load(single(&format!("{name}.safetensors")), &candle_core::Device::Cpu);
        let pack = |kind: GgmlDType| {
            let one = |(name, value): (&String, &candle_core::Tensor)| {
                let value = value.to_dtype(candle_core::DType::F32).unwrap();
                let whole_blocks = value.rank() == 2 && value.dim(1).unwrap().is_multiple_of(kind.block_size());
                let kind = if whole_blocks { kind } else { GgmlDType::F32 };
                (name.clone(), QTensor::quantize(&value, kind).unwrap())
            };
            let packed: Vec<_> = all.as_ref().unwrap().iter().map(one).collect();
            let path = home.path().join(format!("{name}-{kind:?}.gguf"));
            let tensors: Vec<_> = packed.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
            gguf_file::write(&mut std::fs::File::create(&path).unwrap(), &[], &tensors).unwrap();
            let folder = fixtures().join(name);
            let mut with: Vec<_> = parts.iter().map(|part| folder.join(part)).collect();
            with.push(folder.join("vae/diffusion_pytorch_model.safetensors"));
            files(Checkpoint { parts: with, ..checkpoint(path, name) })
        };
        check_on(name, &pack(GgmlDType::F16));
        let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 2, ..ImageParams::default() };
        let made = run(&mut pipeline(), &on(pack(GgmlDType::Q8_0), params, 1), &CancelToken::new()).unwrap();
        assert_eq!(made.pictures.len(), 1);
    }
}

/// A T5 and a Qwen3 as llama.cpp packs them, by its names: full precision draws the folder's pictures.
#[test]
fn gguf_text_encoders_draw_the_same() {
    use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
    let home = tempfile::tempdir().unwrap();
    let t5 = [
        ("encoder.block.", "enc.blk."),
        ("layer.0.SelfAttention.q.", "attn_q."),
        ("layer.0.SelfAttention.k.", "attn_k."),
        ("layer.0.SelfAttention.v.", "attn_v."),
        ("layer.0.SelfAttention.o.", "attn_o."),
        ("layer.0.SelfAttention.relative_attention_bias.", "attn_rel_b."),
        ("layer.0.layer_norm.", "attn_norm."),
        ("layer.1.layer_norm.", "ffn_norm."),
        ("layer.1.DenseReluDense.wi_0.", "ffn_gate."),
        ("layer.1.DenseReluDense.wi_1.", "ffn_up."),
        ("layer.1.DenseReluDense.wo.", "ffn_down."),
        ("encoder.final_layer_norm.", "enc.output_norm."),
        ("shared.", "token_embd."),
    ];
    let qwen = [
        ("model.", ""),
        ("layers.", "blk."),
        ("self_attn.q_proj.", "attn_q."),
        ("self_attn.k_proj.", "attn_k."),
        ("self_attn.v_proj.", "attn_v."),
        ("self_attn.o_proj.", "attn_output."),
        ("self_attn.q_norm.", "attn_q_norm."),
        ("self_attn.k_norm.", "attn_k_norm."),
        ("post_attention_layernorm.", "ffn_norm."),
        ("input_layernorm.", "attn_norm."),
        ("mlp.gate_proj.", "ffn_gate."),
        ("mlp.up_proj.", "ffn_up."),
        ("mlp.down_proj.", "ffn_down."),
        ("embed_tokens.", "token_embd."),
    ];
    let pack = |from: PathBuf, pairs: &[(&str, &str)], to: &str| {
        let all = candle_core::safetensors::load(from, &candle_core::Device::Cpu).unwrap();
        let packed: Vec<_> = all
            .iter()
            .map(|(name, value)| {
                let name = pairs.iter().fold(name.clone(), |name, (from, to)| name.replace(from, to));
                let value = value.to_dtype(candle_core::DType::F32).unwrap();
                (name, QTensor::quantize(&value, GgmlDType::F32).unwrap())
            })
            .collect();
        let tensors: Vec<_> = packed.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let path = home.path().join(to);
        gguf_file::write(&mut std::fs::File::create(&path).unwrap(), &[], &tensors).unwrap();
        path
    };
    let flux = fixtures().join("flux-dev");
    let parts = vec![
        flux.join("text_encoder/model.safetensors"),
        pack(flux.join("text_encoder_2/model.safetensors"), &t5, "t5.gguf"),
        single("flux-ae.safetensors"),
    ];
    check_on("flux-dev", &files(Checkpoint { parts, ..checkpoint(single("flux-dev.safetensors"), "flux-dev") }));
    let zimage = fixtures().join("zimage");
    let parts = vec![
        pack(zimage.join("text_encoder/model.safetensors"), &qwen, "qwen.gguf"),
        zimage.join("vae/diffusion_pytorch_model.safetensors"),
    ];
    check_on("zimage", &files(Checkpoint { parts, ..checkpoint(single("zimage.safetensors"), "zimage") }));
}

/// What a Qwen3's shapes tell is the configuration that made it.
#[test]
fn shapes_of_a_qwen3_tell_its_configuration() {
    let folder = fixtures().join("zimage/text_encoder");
    let header = Header::read(&folder.join("model.safetensors")).unwrap();
    let parts = layout::parts(&header);
    let config = parts[0].config(&parts[0].tensors(&header).unwrap()).unwrap();
    let theirs: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("config.json")).unwrap()).unwrap();
    for (key, ours) in config.as_object().unwrap().iter().filter(|(key, _)| *key != "rope_theta") {
        assert_eq!(&theirs[key], ours, "{key}");
    }
}
