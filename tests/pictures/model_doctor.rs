//! The model doctor, and cards for what lies in the models folder: told from headers alone, so full-size checkpoints
//! are files of holes here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::made::raw::{Raw, Raws, raws, write};
use crate::made::{fixtures, full_sizes, hollow, single};
use aigc_studio::catalog::doctor::examine;
use aigc_studio::catalog::{Catalog, Runs};
use aigc_studio::domain::{Makes, ModelFiles, ModelPresence};
use aigc_studio::error::Cause;
use aigc_studio::formats::family::{Family, Lack};
use aigc_studio::formats::gguf::Gguf;
use aigc_studio::lang::Lang;
use serde_json::Value;

/// A full-size checkpoint without numbers, with more tensors besides.
fn full(home: &Path, name: &str, of: &[(&str, &str)]) -> PathBuf {
    let all = full_sizes();
    let mut shapes = BTreeMap::new();
    for (which, prefix) in of {
        let part: BTreeMap<String, Vec<u64>> = serde_json::from_value(all[*which]["shapes"].clone()).unwrap();
        shapes.extend(part.into_iter().map(|(name, shape)| {
            let name = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}{}", name.trim_start_matches("first_stage_model."))
            };
            (name, shape)
        }));
    }
    let path = home.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    hollow(&path, &shapes);
    path
}

#[test]
fn full_size_checkpoints_are_told() {
    let home = tempfile::tempdir().unwrap();
    let cases = [
        ("sd15", Family::Sd1, "Stable Diffusion 1.x", 859_520_964, vec![Lack::ClipL, Lack::Vae]),
        ("sd21", Family::Sd2, "Stable Diffusion 2.x", 865_910_724, vec![Lack::ClipH, Lack::Vae]),
        ("sdxl", Family::Xl, "Stable Diffusion XL", 2_567_463_684, vec![Lack::ClipL, Lack::ClipG, Lack::Vae]),
        ("sd35-medium", Family::Sd3, "Stable Diffusion 3", 0, vec![Lack::ClipL, Lack::ClipG, Lack::Vae]),
        ("flux-dev", Family::Flux, "FLUX.1 dev", 11_901_408_320, vec![Lack::ClipL, Lack::T5, Lack::Vae]),
    ];
    for (name, family, words, parameters, lacks) in cases {
        let path = full(home.path(), &format!("{name}.safetensors"), &[(name, "")]);
        let report = examine(&path).unwrap();
        let kind = report.kind.as_ref().unwrap();
        assert_eq!((kind.family, report.precision()), (family, "F16"), "{name}");
        assert!(report.trouble.is_none(), "{name}: {:?}", report.trouble);
        assert_eq!(report.lacks, lacks, "{name}");
        if parameters > 0 {
            assert_eq!(report.parts[0].parameters, parameters, "{name}: as its authors count");
            assert_eq!(report.need(512, 512, &[]).denoiser, parameters * 4, "{name}: computed in f32");
        }
        for lang in Lang::ALL {
            let sentence = report.sentence(lang);
            assert!(sentence.contains(words) && sentence.contains(lacks[0].name()), "{sentence}");
        }
        assert!(!report.is_whole());
    }
}

#[test]
fn a_whole_checkpoint_lacks_nothing_and_says_what_it_holds() {
    for (name, parts) in [("sd15", 3), ("sd21", 3), ("sdxl", 4), ("sd3", 5)] {
        let path = single(&format!("{name}.safetensors"));
        let report = examine(&path).unwrap();
        assert_eq!(report.parts.len(), parts, "{name}: {:?}", report.parts);
        // Tiny, and so of no published size: its shapes alone do not run it.
        assert!(
            report.lacks.is_empty() && report.trouble.is_none() && !report.is_whole(),
            "{name}: {:?}",
            report.lacks
        );
        assert!(report.sentence(Lang::En).contains("--config"), "{}", report.sentence(Lang::En));
        assert_eq!(report.bytes, std::fs::metadata(&path).unwrap().len());
    }
    let report = examine(&single("sd15.ckpt")).unwrap();
    // A folder brings its configuration.
    assert!(examine(&fixtures().join("sd15")).unwrap().sentence(Lang::En).contains("It is complete"));
    // A folder tells the same.
    let folder = examine(&fixtures().join("sd15")).unwrap();
    assert_eq!(folder.kind, report.kind);
    assert_eq!(folder.need(64, 64, &[]), report.need(64, 64, &[]));
}

#[test]
fn folders_of_every_family_are_whole() {
    for name in ["sd15", "sd21", "turbo", "sdxl", "sd3", "flux-schnell", "flux-dev", "zimage"] {
        let report = examine(&fixtures().join(name)).unwrap();
        assert!(report.is_whole(), "{name}: {}", report.sentence(Lang::En));
    }
    // A folder's name says what its files' names do not.
    let home = tempfile::tempdir().unwrap();
    let turbo = full(home.path(), "sdxl-turbo/unet/diffusion_pytorch_model.safetensors", &[("sdxl", "")]);
    let report = examine(turbo.parent().unwrap().parent().unwrap()).unwrap();
    assert!(report.kind.unwrap().few);
    // With the headers read, they are models that can be used as before.
    let mut catalog = Catalog::load(&fixtures());
    catalog.look_closer(RUNS);
    for name in ["sd15", "sdxl", "flux-dev", "zimage"] {
        let model = catalog.resolve(name, Makes::Image).unwrap();
        let ModelFiles::Checkpoint(files) = model.files else { panic!("{:?}", model.files) };
        assert_eq!((files.main, files.parts), (fixtures().join(name), vec![]));
    }
}

#[test]
fn larger_pictures_need_more() {
    let home = tempfile::tempdir().unwrap();
    let path = full(home.path(), "sdxl.safetensors", &[("sdxl", ""), ("vae", "first_stage_model.")]);
    let report = examine(&path).unwrap();
    assert_eq!(report.lacks, [Lack::ClipL, Lack::ClipG]);
    let (small, large) = (report.need(512, 512, &[]), report.need(1024, 1024, &[]));
    assert_eq!(small.weights(), large.weights());
    // A part of a step is as large for any picture: the transformed weights of 3x3 convolutions.
    assert!(large.step > 2 * small.step && large.decode > 3 * small.decode);
    // 83.7 M parameters less the encoder's 34.2 M, in f32.
    assert!((190_000_000..210_000_000).contains(&small.vae), "{}", small.vae);
    assert!(large.total() > 10 << 30, "SDXL in f32 takes over 10 GB: {}", large.total());
}

#[test]
fn what_is_no_picture_model_is_said() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, shapes: &[(&str, &[u64])]| {
        let path = home.path().join(name);
        hollow(&path, &shapes.iter().map(|(n, s)| ((*n).to_owned(), s.to_vec())).collect());
        examine(&path).unwrap().sentence(Lang::En)
    };
    let lora = [
        ("lora_unet_down_blocks_0.lora_down.weight", &[4, 320][..]),
        ("lora_unet_down_blocks_0.lora_up.weight", &[320, 4]),
    ];
    assert!(write("lora.safetensors", &lora).contains("LoRA"));
    assert!(write("word.safetensors", &[("emb_params", &[2, 768][..])]).contains("Embedding"));
    let net = [
        ("control_model.input_hint_block.0.weight", &[16, 3, 3, 3][..]),
        ("control_model.input_blocks.0.0.weight", &[320, 4, 3, 3]),
    ];
    assert!(write("control.safetensors", &net).contains("ControlNet"));
    assert!(write("other.safetensors", &[("x", &[1][..])]).contains("no picture model"));
    let path = home.path().join("cut.safetensors");
    std::fs::write(&path, &std::fs::read(single("sd15.safetensors")).unwrap()[..100_000]).unwrap();
    assert!(matches!(examine(&path).unwrap_err().cause(), Cause::BadModelFile { .. }));
    let path = home.path().join("evil.ckpt");
    std::fs::write(&path, b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.").unwrap();
    assert!(examine(&path).unwrap_err().summary(Lang::En).contains("safetensors"), "never executed, and said so");
    assert!(matches!(examine(&home.path().join("gone")).unwrap_err().cause(), Cause::FileMissing { .. }));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(examine(empty.path()).unwrap_err().cause(), Cause::BadModelFile { .. }));
}

/// As people keep them: denoisers, VAEs and text encoders in folders of their own.
#[test]
fn loose_files_become_models_with_the_parts_that_fit() {
    let home = tempfile::tempdir().unwrap();
    let place = |name: &str| home.path().join(name);
    full(home.path(), "unet/dreamer-v3.safetensors", &[("sd15", "")]);
    full(home.path(), "vae/vae-ft-mse-840000.safetensors", &[("vae", "first_stage_model.")]);
    full(home.path(), "vae/sdxl_vae.safetensors", &[("vae", "first_stage_model.")]);
    full(home.path(), "checkpoints/xl-base.safetensors", &[("sdxl", "")]);
    let clip: [(&str, &[u64]); 4] = [
        ("text_model.embeddings.token_embedding.weight", &[49_408, 768]),
        ("text_model.embeddings.position_embedding.weight", &[77, 768]),
        ("text_model.encoder.layers.11.mlp.fc1.weight", &[3072, 768]),
        ("text_model.encoder.layers.0.mlp.fc1.weight", &[3072, 768]),
    ];
    std::fs::create_dir_all(place("clip")).unwrap();
    hollow(&place("clip/clip_l.safetensors"), &clip.iter().map(|(n, s)| ((*n).to_owned(), s.to_vec())).collect());
    std::fs::write(place("notes.txt"), "not a model").unwrap();
    std::fs::write(place("broken.safetensors"), "not a model").unwrap();

    let mut catalog = Catalog::load(home.path());
    assert!(catalog.card("dreamer-v3").is_none(), "the window does not wait for headers");
    catalog.look_closer(RUNS);
    let model = catalog.resolve("dreamer-v3", Makes::Image).unwrap();
    let ModelFiles::Checkpoint(files) = model.files else { panic!("{:?}", model.files) };
    assert_eq!(files.main, place("unet/dreamer-v3.safetensors"));
    assert_eq!(files.parts, [place("clip/clip_l.safetensors"), place("vae/vae-ft-mse-840000.safetensors")]);
    let card = catalog.card("dreamer-v3").unwrap();
    assert_eq!(
        (card.family.as_str(), card.defaults.width, card.defaults.steps),
        ("stable-diffusion-1", Some(512), Some(20))
    );
    assert!(card.about.contains("vae-ft-mse-840000") && card.about_zh.contains("已配上"), "{}", card.about);
    assert!(card.memory_for(1024, 1024) > card.memory_for(512, 512));

    // XL takes the VAE of its name, and has no OpenCLIP-G anywhere.
    let error = catalog.resolve("xl-base", Makes::Image).unwrap_err();
    assert!(matches!(error.cause(), Cause::LacksParts { lacks, .. } if lacks == "OpenCLIP-G"), "{error}");
    let local = catalog.card("xl-base").unwrap().local.as_ref().unwrap();
    assert!(local.files.parts.contains(&place("vae/sdxl_vae.safetensors")), "{:?}", local.files);
    let size = catalog.cards().len();
    catalog.look_closer(RUNS);
    assert_eq!(catalog.cards().len(), size, "looking twice finds nothing new");
}

fn aigc(home: &Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aigc-studio"));
    command.args(args).env("AIGC_STUDIO_HOME", home).env("LC_ALL", "C").output().unwrap()
}

#[test]
fn the_doctor_on_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let path = full(home.path(), "somewhere/flux1-dev.safetensors", &[("flux-dev", "")]);
    let path = path.display().to_string();
    let out = aigc(home.path(), &["models", "check", &path, "--json", "--size", "768x512"]);
    assert!(out.status.success());
    let made: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((made["family"].as_str(), made["precision"].as_str()), (Some("FLUX.1 dev"), Some("F16")));
    assert_eq!(made["lacks"], serde_json::json!(["CLIP-L", "T5-XXL", "VAE"]));
    assert_eq!(made["size"], serde_json::json!([768, 512]));
    assert!(made["memory"]["denoiser"].as_u64() > Some(47_000_000_000));
    let out = aigc(home.path(), &["models", "check", &path]);
    let text = String::from_utf8(out.stdout).unwrap();
    for word in ["FLUX.1 dev", "11.9 B", "Missing: CLIP-L", "--with FILE", "Memory for 1024x1024"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let out = aigc(home.path(), &["models", "check", &path, "--size", "big"]);
    assert_eq!(out.status.code(), Some(2));
    let out = aigc(home.path(), &["models", "check", "/nowhere/x.safetensors"]);
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn single_files_draw_from_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let (out, model) = (home.path().join("a.png"), single("sd15.safetensors").display().to_string());
    let folder = fixtures().join("sd15").display().to_string();
    let mut args = vec!["image", "a cat", "--steps", "2", "--size", "64x64", "--seed", "7", "--rng", "torch"];
    let out_text = out.display().to_string();
    args.extend(["--out", &out_text, "--model", &model, "--config", &folder]);
    let got = aigc(home.path(), &args);
    assert!(got.status.success(), "{}", String::from_utf8_lossy(&got.stderr));
    let from_file = image::open(&out).unwrap().to_rgba8();
    let mut args = vec!["image", "a cat", "--steps", "2", "--size", "64x64", "--seed", "7", "--rng", "torch"];
    args.extend(["--out", &out_text, "--model", &folder]);
    assert!(aigc(home.path(), &args).status.success());
    // The folder's own scheduler and weights: the same picture, byte for byte.
    assert_eq!(image::open(&out).unwrap().to_rgba8(), from_file);
    // A folder of another family is told by its family, not by a number of its configuration.
    let flux = fixtures().join("flux-dev").display().to_string();
    let got = aigc(home.path(), &["image", "x", "--out", &out_text, "--model", &model, "--config", &flux]);
    let said = String::from_utf8_lossy(&got.stderr);
    assert!(said.contains("it is a folder of FLUX.1") && said.contains("Stable Diffusion 1.x"), "{said}");
    let vae = fixtures().join("sdxl/vae").display().to_string();
    args.extend(["--vae", &vae]);
    assert!(aigc(home.path(), &args).status.success());
    assert_ne!(image::open(&out).unwrap().to_rgba8(), from_file);
}

/// What would fail after the weights are read is told before, by the names that the file has.
#[test]
fn missing_tensors_wrong_shapes_and_types_are_told_as_the_file_names_them() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("odd.safetensors");
    let told = |from: &str, change: &dyn Fn(&mut Raws)| {
        let mut all = raws(&single(&format!("{from}.safetensors")));
        change(&mut all);
        write(&file, &all, None);
        let report = examine(&file).unwrap();
        assert!(!report.is_whole() || report.sentence(Lang::En).contains("It is complete"));
        report.trouble
    };
    for (from, name) in [
        ("sd15", "model.diffusion_model.input_blocks.0.0.weight"),
        ("sd15", "model.diffusion_model.input_blocks.1.0.in_layers.0.weight"),
        ("sd15", "model.diffusion_model.middle_block.1.transformer_blocks.0.attn1.to_k.weight"),
        ("sd15", "model.diffusion_model.out.2.bias"),
        ("sd15", "first_stage_model.decoder.up.0.block.0.conv1.weight"),
        ("sd15", "first_stage_model.decoder.mid.attn_1.q.weight"),
        ("sd15", "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"),
        ("sd21", "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight"),
        ("sd21", "cond_stage_model.model.positional_embedding"),
        ("sdxl", "conditioner.embedders.1.model.ln_final.bias"),
        ("sd3", "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight"),
        ("sd3", "text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q.weight"),
    ] {
        let missing = told(from, &|all| drop(all.remove(name).unwrap())).unwrap();
        let Cause::BadModelFile { reason, .. } = missing.cause() else { panic!("{name}: {missing}") };
        assert_eq!(reason.en, format!("the tensor {name} is not in it"));
        let shape = raws(&single(&format!("{from}.safetensors")))[name].shape.clone();
        let more = [&shape[..], &[2]].concat();
        let wrong = told(from, &|all| {
            let raw = all.get_mut(name).unwrap();
            raw.shape = more.clone();
            raw.bytes = raw.bytes.repeat(2);
        });
        // A matrix of one dimension too many cannot even be cut to what it should be: said in other words.
        let text = wrong.unwrap_or_else(|| panic!("{name}")).summary(Lang::En);
        assert!(text.contains(name) && text.contains(&format!("{more:?}")), "{text}");
        let whole = told(from, &|all| all.get_mut(name).unwrap().dtype = "I32").unwrap();
        assert!(
            matches!(whole.cause(), Cause::UnsupportedQuantization { found, .. } if *found == format!("I32 ({name})")),
            "{whole}"
        );
    }
    let projection = "conditioner.embedders.1.model.text_projection";
    let missing = told("sdxl", &|all| drop(all.remove(projection).unwrap())).unwrap();
    assert!(missing.summary(Lang::En).contains(projection), "{missing}");
    let joined = "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight";
    let wrong = told("sd3", &|all| {
        let raw = all.get_mut(joined).unwrap();
        raw.bytes.truncate(raw.bytes.len() / raw.shape[0] * (raw.shape[0] - 1));
        raw.shape[0] -= 1;
    });
    assert!(matches!(wrong.unwrap().cause(), Cause::WrongShape { tensor, .. } if tensor == joined));
    // Types of 8 bits run, and what no network reads is no fault.
    let odd = told("sd15", &|all| {
        all.insert("model.diffusion_model.more.weight".to_owned(), Raw::f32(&[3], &[0.0; 3]));
        all.insert("alphas_cumprod".to_owned(), Raw { dtype: "I64", shape: vec![1], bytes: vec![0; 8] });
        let raw = all.get_mut("model.diffusion_model.input_blocks.0.0.weight").unwrap();
        (raw.dtype, raw.bytes) = ("F8_E5M2", vec![0; raw.bytes.len() / 4]);
    });
    assert!(odd.is_none(), "{odd:?}");
}

#[test]
fn the_shell_says_what_is_missing_before_anything_is_loaded() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("odd.safetensors");
    let name = "model.diffusion_model.output_blocks.0.0.in_layers.2.weight";
    let mut all = raws(&single("sd15.safetensors"));
    all.remove(name).unwrap();
    write(&file, &all, None);
    let path = file.display().to_string();
    for args in
        [vec!["models", "check", &path], vec!["models", "check", &path, "--json"], vec!["image", "x", "--model", &path]]
    {
        let out = aigc(home.path(), &args);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        assert!(
            String::from_utf8_lossy(&out.stderr).contains(name),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
    let out = aigc(home.path(), &["models", "check", &path]);
    assert!(!String::from_utf8_lossy(&out.stdout).contains("It is complete"));
}

#[test]
fn files_of_one_name_in_two_folders_are_both_there() {
    let home = tempfile::tempdir().unwrap();
    for name in ["a/model.safetensors", "b/model.safetensors", "b/model.sft", "alone.safetensors", "own.safetensors"] {
        full(home.path(), name, &[("sd15", "")]);
    }
    copy_folder(&fixtures().join("sd15"), &home.path().join("own"));
    let mut catalog = Catalog::load(home.path());
    for _ in 0..2 {
        catalog.look_closer(RUNS);
        for (id, file) in [
            ("a/model", "a/model.safetensors"),
            ("b/model.safetensors", "b/model.safetensors"),
            ("b/model.sft", "b/model.sft"),
            ("alone", "alone.safetensors"),
            ("own", "own"),
            ("own.safetensors", "own.safetensors"),
        ] {
            let local = catalog.card(id).unwrap_or_else(|| panic!("{id}")).local.as_ref().unwrap();
            assert_eq!(local.files.main, home.path().join(file));
        }
        assert!(catalog.card("model").is_none());
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy_folder(&path, &to) } else { std::fs::copy(&path, to).map(drop).unwrap() }
    }
}

const RUNS: Runs<'static> = &|_: &Gguf| Ok(());

/// Regression: README.md "draws on this machine", with a green tick.
#[test]
fn the_doctor_refuses_what_is_no_model_before_it_becomes_one() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut catalog = Catalog::load(home.path());
    let readme = write("README.md", b"# Hello");
    let page = write("page.safetensors", b"<!DOCTYPE html><html></html>");
    let cut = write("cut.safetensors", &std::fs::read(single("sd15.safetensors")).unwrap()[..100_000]);
    let vae = full(home.path(), "vae.safetensors", &[("vae", "")]);
    for path in [&vae, &home.path().to_owned()] {
        let error = catalog.open(path, &[], RUNS).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{}: {error:?}", path.display());
    }
    // What is no model at all is named in plain words.
    for (path, words) in [(&readme, "This is a text file"), (&page, "This is a web page"), (&cut, "is here")] {
        let error = catalog.open(path, &[], RUNS).unwrap_err();
        assert!(matches!(error.cause(), Cause::NoModel { .. } | Cause::CutModel { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(words) && !error.details().is_empty(), "{said}");
    }
    let error = catalog.open(&home.path().join("gone.gguf"), &[], RUNS).unwrap_err();
    assert!(matches!(error.cause(), Cause::FileMissing { .. }), "{error:?}");
    // Those of the folder that are called as models are listed with their causes; a part alone is none of them.
    catalog.look_closer(RUNS);
    let broken: Vec<_> = catalog.broken().into_iter().map(|file| file.path).collect();
    assert_eq!(broken, [cut, page]);
    assert!(catalog.cards().iter().all(|card| card.local.is_none()));
    // The shell lists them, and a check of all fails for them.
    let list = aigc(home.path(), &["models", "list"]);
    assert!(list.status.success(), "{list:?}");
    let models = home.path().join("models");
    std::fs::create_dir_all(&models).unwrap();
    std::fs::copy(home.path().join("page.safetensors"), models.join("page.safetensors")).unwrap();
    let told = |args: &[&str]| {
        let output = aigc(home.path(), args);
        let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        (output.status.code(), text)
    };
    let (code, text) = told(&["models", "list"]);
    assert!(code == Some(0) && text.contains("page.safetensors") && text.contains("web page"), "{text}");
    let (code, text) = told(&["models", "check"]);
    assert!(code == Some(1) && text.contains("page.safetensors") && text.contains("web page"), "{text}");
    let (_, text) = told(&["models", "list", "--json"]);
    let rows: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.as_array().unwrap().iter().filter(|row| row["state"] == "broken").count(), 1, "{text}");
}

#[test]
fn a_model_that_lacks_a_part_takes_the_one_that_was_chosen() {
    let home = tempfile::tempdir().unwrap();
    let models = home.path().join("models");
    let catalog = Catalog::load(&models);
    let main = full(home.path(), "sd15.safetensors", &[("sd15", "")]);
    let vae = full(home.path(), "vae.safetensors", &[("vae", "")]);
    let card = catalog.open(&main, &[], RUNS).unwrap();
    assert_eq!(card.lacks(), Some("CLIP-L, VAE"));
    assert_eq!((card.id.as_str(), card.name.as_str()), (main.to_str().unwrap(), "sd15.safetensors"));
    let here = ModelPresence::Here { path: main.clone() };
    let error = card.resolve(&here, Makes::Image).unwrap_err();
    assert!(matches!(error.cause(), Cause::LacksParts { .. }), "{error:?}");
    let card = catalog.open(&main, std::slice::from_ref(&vae), RUNS).unwrap();
    assert_eq!(card.lacks(), Some("CLIP-L"));
    assert_eq!(card.local.as_ref().unwrap().files.parts, std::slice::from_ref(&vae));
    // One that it has no use for is said to be so.
    let flux = full(home.path(), "flux.safetensors", &[("flux-dev", "")]);
    let error = catalog.open(&flux, std::slice::from_ref(&vae), RUNS).unwrap_err();
    assert!(matches!(error.cause(), Cause::NotUsed { path, .. } if *path == vae), "{error:?}");
    // It is remembered for a model that was opened from elsewhere; one that is gone is told.
    let id = main.display().to_string();
    let mut catalog = Catalog::load(&models);
    catalog.take_in(&[main, home.path().join("gone.gguf")], &BTreeMap::from([(id.clone(), vec![vae])]), RUNS);
    assert_eq!(catalog.card(&id).unwrap().lacks(), Some("CLIP-L"));
    assert_eq!(catalog.broken().len(), 1);
}

/// Regression: a folder without its VAE could not be told of another.
#[test]
fn a_folder_that_lacks_a_part_takes_the_one_that_was_chosen() {
    let home = tempfile::tempdir().unwrap();
    let models = home.path().join("models");
    let folder = models.join("tiny");
    copy_folder(&fixtures().join("sd15"), &folder);
    let vae = home.path().join("chosen.safetensors");
    std::fs::rename(folder.join("vae/diffusion_pytorch_model.safetensors"), &vae).unwrap();
    let look = |parts: &[PathBuf]| {
        let mut catalog = Catalog::load(&models);
        catalog.look_closer(RUNS);
        catalog.take_in(&[], &BTreeMap::from([("tiny".to_owned(), parts.to_vec())]), RUNS);
        catalog
    };
    let card = look(&[]).card("tiny").unwrap().clone();
    assert_eq!(card.lacks(), Some("VAE"));
    let here = ModelPresence::Here { path: folder.clone() };
    assert!(matches!(card.resolve(&here, Makes::Image).unwrap_err().cause(), Cause::LacksParts { .. }));
    let catalog = look(std::slice::from_ref(&vae));
    let card = catalog.card("tiny").unwrap();
    assert_eq!((card.lacks(), card.id.as_str()), (None, "tiny"));
    assert_eq!(card.local.as_ref().unwrap().files.parts, std::slice::from_ref(&vae));
    assert_eq!(catalog.presence(card), here);
    // One of other latents is refused, with what is missing.
    let flux = single("flux-ae.safetensors");
    let error = catalog.open(&folder, std::slice::from_ref(&flux), RUNS).unwrap_err();
    assert!(matches!(error.cause(), Cause::NotUsed { path, .. } if *path == flux), "{error:?}");
    // Without what draws it is no model, and is listed with the cause.
    std::fs::remove_dir_all(folder.join("unet")).unwrap();
    let catalog = look(&[]);
    assert!(catalog.card("tiny").is_none());
    assert!(catalog.broken()[0].error.summary(Lang::En).contains("unet"), "{:?}", catalog.broken());
}

/// SD 3.5 medium has 384 places of two latents; a UNet draws any side. The tiny SD 3 has 96.
#[test]
fn the_longest_side_of_a_model_is_told_by_its_headers() {
    let home = tempfile::tempdir().unwrap();
    let longest = |name: &str| {
        let file = full(home.path(), &format!("{name}.safetensors"), &[(name, "")]);
        examine(&file).unwrap().longest
    };
    assert_eq!([longest("sd35-medium"), longest("sd15"), longest("flux-dev")], [Some(6144), None, None]);
    let models = home.path().join("models");
    copy_folder(&fixtures().join("sd3"), &models.join("sd3"));
    let mut catalog = Catalog::load(&models);
    catalog.look_closer(RUNS);
    let free = catalog.card("sd3").unwrap().free_size().unwrap();
    assert_eq!(Some(free.longest), examine(&models.join("sd3")).unwrap().longest, "the fields' end is the engine's");
    assert_eq!((free.side(5000), free.check(free.longest + 16, 64).is_err()), (free.longest, true));
}

/// What the engine does not run is no model, though its header is a language model's.
#[test]
fn a_language_model_that_does_not_run_is_listed_as_broken() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tiny.gguf");
    aigc_studio::engine::text::testing::GgufFile::tiny_llama().write(&path).unwrap();
    let mut catalog = Catalog::load(home.path());
    catalog.look_closer(&|gguf| aigc_studio::engine::text::describe(gguf).map(drop));
    assert!(catalog.card("tiny").is_some());
    catalog.look_closer(&|_| Err(Cause::EngineGone.into()));
    assert!(catalog.card("tiny").is_none());
    assert_eq!(catalog.broken()[0].path, path);
}
