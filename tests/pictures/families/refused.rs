//! What is refused before a picture is drawn: settings, sizes, syntax, spoiled folders.

use aigc_studio::domain::{DeviceChoice, EventKind, ImageParams, News, PictureNews};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::{CancelToken, MemoryBudget, Stop};
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::lang::{Both, Lang};

use super::{copy, events, failed, small};
use crate::made::{fixtures, pipeline, request, run};

#[test]
fn bad_settings_are_named() {
    let folder = fixtures().join("sd15");
    let size = failed(ImageParams { width: 60, ..small() }, &folder);
    assert!(matches!(size.cause(), Cause::BadChoice { name: "size", .. }), "{size}");
    assert!(size.remedy(Lang::En).contains("56x64") || size.summary(Lang::En).contains("56x64"), "{size}");
    let steps = failed(ImageParams { steps: 10_000, ..small() }, &folder);
    assert!(matches!(steps.cause(), Cause::OutOfRange { name: "steps", .. }), "{steps}");
    let little = ImagePipeline::new(MemoryBudget::new(100_000), DeviceChoice::Cpu);
    let mut little = little;
    let Err(Stop::Failed(memory)) = run(&mut little, &request(&folder, small(), 1), &CancelToken::new()) else {
        panic!("it drew without memory")
    };
    assert!(matches!(memory.cause(), Cause::NotEnoughMemory { free: 100_000, .. }), "{memory}");
}

/// A refusal before any weight is read.
#[track_caller]
fn refused(pipeline: &mut ImagePipeline, folder: &str, params: ImageParams) -> Cause {
    let (ended, told) = events(pipeline, request(&fixtures().join(folder), params, 1));
    assert!(
        !told.iter().any(|kind| matches!(kind, EventKind::Loading { fraction: Some(_) } | EventKind::Ready { .. }))
    );
    match ended {
        Err(Stop::Failed(error)) => error.cause().clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn clip_skip_beyond_the_encoder_is_refused_with_the_range_before_loading() {
    for (name, layers) in [("sd15", 3), ("sdxl", 3), ("sd3", 3), ("sd21", 5)] {
        let skip = |clip_skip| ImageParams { clip_skip, ..small() };
        let range =
            Cause::OutOfRange { name: "clip-skip", value: f64::from(layers + 1), min: 1.0, max: f64::from(layers) };
        assert_eq!(refused(&mut pipeline(), name, skip(layers + 1)), range, "{name}");
        let mut pipeline = pipeline();
        let last = run(&mut pipeline, &request(&fixtures().join(name), skip(layers), 1), &CancelToken::new());
        assert_eq!(last.unwrap().pictures.len(), 1, "{name}");
    }
}

/// These read the last layer but one by themselves: 1 and 2 are the same picture, 3 is another.
#[test]
fn clip_skip_two_is_the_default_of_encoders_that_leave_out_the_last_layer() {
    for (name, same) in [("sd15", false), ("sd21", true), ("sdxl", true), ("sd3", true)] {
        let mut pipeline = pipeline();
        let mut draw = |clip_skip| {
            let params = ImageParams { clip_skip, ..small() };
            run(&mut pipeline, &request(&fixtures().join(name), params, 1), &CancelToken::new())
                .unwrap()
                .pictures
                .remove(0)
                .0
        };
        let [one, two, three] = [draw(1), draw(2), draw(3)];
        assert_eq!(one == two, same, "{name}");
        assert_ne!(two, three, "{name}");
    }
}

#[test]
fn a_size_that_does_not_fit_is_refused_before_loading_with_one_that_does() {
    for name in ["sd15", "sd21", "sdxl", "sd3", "flux-schnell", "zimage"] {
        let total = 256 << 20;
        let mut little = ImagePipeline::new(MemoryBudget::new(total), DeviceChoice::Cpu);
        // The last one is as large as the type: no sum of it overflows.
        for (width, height) in [(20_000, 20_000), (16_384, 4096), (4_294_967_280, 4_294_967_280)] {
            let cause = refused(&mut little, name, ImageParams { width, height, ..small() });
            if matches!(name, "sd3" | "zimage") {
                // It has no more places than that, whatever the memory.
                let most = if name == "sd3" { 384 } else { 1024 };
                let choices = Both::new(format!("sides of at most {most}"), format!("边长最大 {most}"));
                assert_eq!(
                    cause,
                    Cause::BadChoice { name: "size", value: Both::same(format!("{width}x{height}")), choices }
                );
                continue;
            }
            let Cause::TooLarge { width: w, height: h, needed, free, largest } = cause else {
                panic!("{name}: {cause:?}")
            };
            assert_eq!((w, h, free), (width, height, total), "{name}");
            assert!(needed > total && largest.0 >= largest.1 && largest.0 < width, "{name}: {needed} {largest:?}");
            let error = StudioError::from(cause);
            assert!(error.summary(Lang::En).contains("268 MB"), "{error}");
            assert!(error.remedy(Lang::Zh).contains(&format!("{}x{}", largest.0, largest.1)), "{error}");
            // One step more does not fit, and this does: it goes on to loading.
            let (width, height) = (largest.0 + 16, largest.0 + 16);
            if w == h {
                refused(&mut little, name, ImageParams { width, height, ..small() });
            }
        }
        let made = run(&mut little, &request(&fixtures().join(name), small(), 1), &CancelToken::new()).unwrap();
        assert_eq!(made.pictures.len(), 1, "{name}");
        // The same with the model in memory, which stays there.
        let (ended, told) = events(
            &mut little,
            request(&fixtures().join(name), ImageParams { width: 20_000, height: 20_000, ..small() }, 1),
        );
        let refused = |e: &StudioError| matches!(e.cause(), Cause::TooLarge { .. } | Cause::BadChoice { .. });
        assert!(matches!(ended, Err(Stop::Failed(e)) if refused(&e)), "{name}");
        assert!(
            !told.iter().any(|kind| matches!(
                kind,
                EventKind::Loading { .. } | EventKind::News(News::Picture(PictureNews::Preview { .. }))
            )),
            "{name}"
        );
    }
}

#[test]
fn syntax_that_is_not_followed_is_told_and_not_drawn() {
    for name in ["sd15", "flux-schnell"] {
        let mut pipeline = pipeline();
        let mut draw = |prompt: &str, negative: &str| {
            let params = ImageParams { prompt: prompt.into(), negative: negative.into(), ..small() };
            run(&mut pipeline, &request(&fixtures().join(name), params, 1), &CancelToken::new()).unwrap()
        };
        let plain = draw("a red fox runs", "blur");
        assert!(plain.left_out.is_empty());
        for (prompt, negative, told) in [
            ("a red fox <lora:styl:0.8> runs", "blur", "<lora:styl:0.8>"),
            ("a red [fox:cat:0.5] runs", "blur", "fox"),
            ("a [red|blue] fox runs", "blur", "red"),
            ("a red fox AND runs", "blur", "AND"),
            ("a red fox runs", "<hypernet:x:1> [blur:sharp:3]", "blur"),
        ] {
            let made = draw(prompt, negative);
            assert_eq!(made.pictures[0].0, plain.pictures[0].0, "{name}: {prompt}, {negative}");
            let record = &made.pictures[0].1;
            // FLUX has no negative prompt: none is recorded.
            let kept = if name == "sd15" { negative } else { "" };
            assert_eq!((record.prompt.as_str(), record.negative.as_str()), (prompt, kept), "as it was written");
            assert!(made.left_out.iter().any(|note| note.en.contains(told)), "{prompt}: {:?}", made.left_out);
        }
        assert!(draw("a red [fox] runs", "blur").left_out.is_empty(), "only weaker");
    }
}

#[test]
fn spoiled_folders_are_named() {
    let gone = |part: &str| {
        let folder = copy("sd15");
        std::fs::remove_dir_all(folder.path().join(part)).unwrap();
        let error = failed(small(), folder.path());
        let named = if part == "text_encoder" { "CLIP-L" } else { part };
        let said = format!("{} {error}", error.summary(Lang::En)).to_lowercase();
        assert!(said.contains(&named.to_lowercase()), "{part}: {error}");
    };
    for part in ["text_encoder", "tokenizer", "unet", "vae", "scheduler"] {
        gone(part);
    }
    let with = |path: &str, change: &dyn Fn(&[u8]) -> Vec<u8>| {
        let folder = copy("sd15");
        let file = folder.path().join(path);
        let bytes = change(&std::fs::read(&file).unwrap());
        std::fs::write(&file, bytes).unwrap();
        failed(small(), folder.path())
    };
    let weights = "unet/diffusion_pytorch_model.safetensors";
    with(weights, &|b| b[..b.len() / 2].to_vec());
    with(weights, &|_| Vec::new());
    with(weights, &|_| b"<!DOCTYPE html>".to_vec());
    with("unet/config.json", &|_| b"{".to_vec());
    with("unet/config.json", &|b| {
        String::from_utf8_lossy(b).replace("\"in_channels\": 4", "\"in_channels\": 9").into()
    });
    let vae = with("vae/config.json", &|b| {
        String::from_utf8_lossy(b).replace("\"latent_channels\": 4", "\"latent_channels\": 16").into()
    });
    assert!(vae.to_string().contains("16") || vae.summary(Lang::En).contains("16"), "{vae}");
    with("model_index.json", &|_| br#"{"_class_name": "AudioPipeline"}"#.to_vec());
    with("scheduler/scheduler_config.json", &|_| br#"{"_class_name": "NoSuchScheduler"}"#.to_vec());
    // A tensor of another shape, and one that is not there: named.
    let other = with("text_encoder/config.json", &|b| {
        String::from_utf8_lossy(b).replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4").into()
    });
    assert!(other.to_string().contains("layers.3"), "{other}");
}
