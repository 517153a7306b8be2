//! What lies in the models folder: which files and folders become models, which lack a part, and which are refused.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aigc_studio::catalog::Catalog;
use aigc_studio::domain::{Makes, ModelFiles, ModelPresence};
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use serde_json::Value;

use super::{RUNS, aigc, full};
use crate::made::{copy_folder, fixtures, hollow, single};

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
