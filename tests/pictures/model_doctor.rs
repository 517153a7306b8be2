//! The model doctor, and cards for what lies in the models folder: told from headers alone, so full-size checkpoints
//! are files of holes here.

mod models_folder;
mod shell;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use aigc_studio::catalog::doctor::examine;
use aigc_studio::catalog::{Catalog, Runs};
use aigc_studio::domain::{Makes, ModelFiles};
use aigc_studio::error::Cause;
use aigc_studio::formats::family::{Family, Lack};
use aigc_studio::formats::gguf::Gguf;
use aigc_studio::lang::Lang;

use crate::made::raw::{Raw, Raws, raws, write};
use crate::made::{copy_folder, fixtures, full_sizes, hollow, single};

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

fn aigc(home: &Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aigc-studio"));
    command.args(args).env("AIGC_STUDIO_HOME", home).env("LC_ALL", "C").output().unwrap()
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

const RUNS: Runs<'static> = &|_: &Gguf| Ok(());

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
