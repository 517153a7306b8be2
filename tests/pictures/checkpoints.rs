//! Pictures from single files and from parts in files of their own (`tests/fixtures/single`, put through diffusers' own
//! converters): what the same pipelines draw from their folders, and what the shapes of full-size checkpoints tell.

mod odd_weights;
mod precision;
mod refused;
mod shapes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aigc_studio::domain::{Checkpoint, ImageParams, ModelFiles, Picture};
use aigc_studio::engine::CancelToken;
use aigc_studio::engine::Stop;
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::formats::{Header, layout};
use aigc_studio::lang::Lang;

use crate::made::{check_on, copy_folder, fixtures, on, pipeline, run, single};

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

/// Peak signal to noise in dB; 200 where nothing differs.
fn db(a: &Picture, b: &Picture) -> f64 {
    let square = |(x, y): (&u8, &u8)| f64::from(x.abs_diff(*y)).powi(2);
    let mean = a.rgba.iter().zip(&b.rgba).map(square).sum::<f64>() / a.rgba.len() as f64;
    10.0 * (255.0 * 255.0 / mean.max(6.5e-16)).log10()
}
