//! Whole pictures against diffusers: tiny random pipelines of each family (`tests/fixtures/pipelines`), drawn with
//! PyTorch's noise, 40 dB or better in 8 bits.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::made::{check_on, fixtures, pipeline, request, run};
use aigc_studio::domain::{
    DeviceChoice, Event, EventKind, ImageParams, ImageRequest, JobId, Latents, ModelFiles, News, Outcome, PictureNews,
    PictureTask,
};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Reporter, Stop};
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::lang::{Both, Lang};
use crossbeam_channel::unbounded;

fn check(name: &str) {
    check_on(name, &ModelFiles::Folder(fixtures().join(name)));
}

#[test]
fn stable_diffusion_1_draws_what_diffusers_draws() {
    check("sd15");
}

#[test]
fn stable_diffusion_2_draws_what_diffusers_draws() {
    check("sd21");
}

#[test]
fn turbo_draws_what_diffusers_draws() {
    check("turbo");
}

#[test]
fn stable_diffusion_xl_draws_what_diffusers_draws() {
    check("sdxl");
}

#[test]
fn stable_diffusion_3_draws_what_diffusers_draws() {
    check("sd3");
}

#[test]
fn flux_schnell_draws_what_diffusers_draws() {
    check("flux-schnell");
}

#[test]
fn flux_dev_draws_what_diffusers_draws() {
    check("flux-dev");
}

#[test]
fn z_image_draws_what_diffusers_draws() {
    check("zimage");
}

fn small() -> ImageParams {
    ImageParams {
        prompt: "a red apple".into(),
        width: 64,
        height: 64,
        steps: 3,
        guidance: 5.0,
        ..ImageParams::default()
    }
}

#[test]
fn a_job_of_several_pictures_counts_its_seeds_and_shows_each_step() {
    let folder = fixtures().join("sd15");
    let mut pipeline = pipeline();
    let params = ImageParams { count: 2, ..small() };
    let made = run(&mut pipeline, &request(&folder, params, 5), &CancelToken::new()).unwrap();
    assert_eq!(made.pictures.iter().map(|(_, r)| r.seed()).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(made.previews, 6);
    assert_eq!(made.loading.last(), Some(&1.0), "loading ends at its end");
    assert!(made.loading.windows(2).all(|w| w[0] <= w[1]));
    let alone = run(&mut pipeline, &request(&folder, small(), 6), &CancelToken::new()).unwrap();
    assert_eq!(alone.pictures[0].0, made.pictures[1].0, "a picture does not depend on those before it");
    assert!(alone.loading.is_empty(), "the model was kept");
    assert!(alone.pictures[0].0.rgba.chunks(4).all(|p| p[3] == 255));
}

#[test]
fn emphasis_and_long_prompts_change_the_picture() {
    let folder = fixtures().join("sd15");
    let mut pipeline = pipeline();
    let mut draw = |prompt: &str| {
        let params = ImageParams { prompt: prompt.into(), ..small() };
        run(&mut pipeline, &request(&folder, params, 5), &CancelToken::new()).unwrap().pictures.remove(0).0
    };
    let plain = draw("a red apple");
    assert_ne!(draw("a (red:1.4) apple"), plain);
    assert_ne!(draw("a red apple BREAK a cat"), plain);
    assert_ne!(draw(&format!("a red apple {}", "of a cat, ".repeat(60))), plain);
    let params = ImageParams { prompt: "a BREAK ".repeat(80), steps: 1, ..small() };
    let made = run(
        &mut ImagePipeline::new(MemoryBudget::new(8 << 30), DeviceChoice::Cpu),
        &request(&folder, params, 5),
        &CancelToken::new(),
    )
    .unwrap();
    let to = &made.cut[0];
    assert!(to.read <= 64 * 75 && to.read < to.all && !to.rest.is_empty(), "words beyond 64 chunks are told: {to:?}");
    assert_eq!(draw("a (red:1.0) apple"), plain);
}

fn failed(params: ImageParams, folder: &Path) -> StudioError {
    match run(&mut pipeline(), &request(folder, params, 1), &CancelToken::new()) {
        Err(Stop::Failed(error)) => {
            assert!(!error.summary(Lang::En).is_empty() && !error.remedy(Lang::Zh).is_empty());
            error
        }
        Err(Stop::Cancelled) => panic!("cancelled"),
        Ok(_) => panic!("it drew"),
    }
}

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

/// How a job ends, and what it told.
fn events(pipeline: &mut ImagePipeline, request: ImageRequest) -> (Result<Outcome, Stop>, Vec<EventKind>) {
    let (sender, events) = unbounded();
    let reporter = Reporter::new(JobId::next(), sender, Arc::new(|| {}));
    let ended = pipeline.run(&request.into(), &reporter, &CancelToken::new());
    (ended, events.try_iter().map(|event: Event| event.kind).collect())
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

/// A copy of a fixture that may be spoiled.
fn copy(name: &str) -> tempfile::TempDir {
    fn all(from: &Path, to: &Path) {
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                std::fs::create_dir(&target).unwrap();
                all(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    all(&fixtures().join(name), folder.path());
    folder
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

#[test]
fn cancel_is_obeyed_while_loading_and_while_drawing() {
    let folder = fixtures().join("sd15");
    let token = CancelToken::new();
    token.cancel();
    let mut pipeline = pipeline();
    assert!(matches!(run(&mut pipeline, &request(&folder, small(), 1), &token), Err(Stop::Cancelled)));
    // In the middle of a picture: from another thread, as soon as the first preview is there.
    let (sender, events) = unbounded();
    let token = CancelToken::new();
    let stop = token.clone();
    let watcher = std::thread::spawn(move || {
        for event in events {
            if let aigc_studio::domain::Event {
                kind: EventKind::News(News::Picture(PictureNews::Preview { .. })),
                ..
            } = event
            {
                stop.cancel();
            }
        }
    });
    let reporter = Reporter::new(JobId::next(), sender, Arc::new(|| {}));
    let long = ImageParams { steps: 150, ..small() };
    let ended = pipeline.run(&request(&folder, long, 1).into(), &reporter, &token);
    assert!(matches!(ended, Err(Stop::Cancelled)));
    drop(reporter);
    watcher.join().unwrap();
    // The model is still good.
    assert_eq!(run(&mut pipeline, &request(&folder, small(), 1), &CancelToken::new()).unwrap().pictures.len(), 1);
}

/// Steps, texts and decodes that take minutes: over soon after a cancel in their middle.
#[test]
fn cancel_is_obeyed_within_a_large_step_and_a_large_decode() {
    let decode = |name: &str| {
        let record = run(&mut pipeline(), &request(&fixtures().join(name), small(), 1), &CancelToken::new());
        let record = record.unwrap().pictures.remove(0).1;
        let channels = if matches!(name, "sd15" | "sdxl") { 4 } else { 16 };
        let numbers = vec![0.5; channels * 512 * 512];
        vec![Arc::new(Latents { channels, height: 512, width: 512, numbers, record })]
    };
    // The other transformers have no places for so many tokens, and are made of the same operators.
    for name in ["sd15", "sdxl", "flux-schnell"] {
        let large = ImageParams { width: 4096, height: 4096, ..small() };
        let step = request(&fixtures().join(name), large, 1);
        let mut jobs = vec![("step", PictureTask::from(step.clone()))];
        if name != "sdxl" {
            jobs.push(("decode", PictureTask::new(Box::new(step), decode(name))));
        }
        for (what, job) in jobs {
            let mut pipeline = ImagePipeline::new(MemoryBudget::new(1 << 40), DeviceChoice::Cpu);
            // In memory before: the time is the drawing's.
            run(&mut pipeline, &request(&fixtures().join(name), small(), 1), &CancelToken::new()).unwrap();
            let (sender, _events) = unbounded();
            let reporter = Reporter::new(JobId::next(), sender, Arc::new(|| {}));
            let token = CancelToken::new();
            let stop = token.clone();
            let watcher = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(1500));
                stop.cancel();
                Instant::now()
            });
            let ended = pipeline.run(&job, &reporter, &token);
            let now = Instant::now();
            assert!(matches!(ended, Err(Stop::Cancelled)), "{name}, {what}: {ended:?}");
            let after = now.saturating_duration_since(watcher.join().unwrap());
            println!("{name}, {what}: {after:?}");
            // A second, and room for a machine that is busy.
            assert!(after < Duration::from_secs(4), "{name}, {what}: {after:?}");
        }
    }
}

/// A picture model and a language model in one budget that holds either: each leaves when the other is asked for, and
/// says so; what was freed comes back when it is wanted again.
#[test]
fn models_of_both_kinds_make_room_for_each_other() {
    use aigc_studio::domain::{TextParams, TextPrompt};
    use aigc_studio::engine::text::{TextPipeline, testing};

    let home = tempfile::tempdir().unwrap();
    let gguf = home.path().join("tiny.gguf");
    testing::tiny_gguf(&gguf).unwrap();
    let params = TextParams { max_tokens: 2, ..TextParams::default() };
    let write = testing::request(&gguf, TextPrompt::Raw("a".into()), params, 1);
    let draw = request(&fixtures().join("sd15"), small(), 1);

    // What each takes alone.
    let alone = |text: bool| {
        let budget = MemoryBudget::new(8 << 30);
        let mut image = ImagePipeline::new(budget.clone(), DeviceChoice::Cpu);
        let mut words = TextPipeline::new(budget.clone(), DeviceChoice::Cpu);
        if text {
            testing::run(&mut words, &write, &CancelToken::new(), |_| {}).unwrap();
        } else {
            run(&mut image, &draw, &CancelToken::new()).unwrap();
        }
        let used = budget.used();
        image.unload();
        words.unload();
        assert_eq!(budget.used(), 0, "unload gives all back");
        used
    };
    let (image_bytes, text_bytes) = (alone(false), alone(true));
    let working = 8 << 20;
    let budget = MemoryBudget::new(image_bytes.max(text_bytes) + working.min(image_bytes.min(text_bytes) - 1));
    let mut image = ImagePipeline::new(budget.clone(), DeviceChoice::Cpu);
    let mut words = TextPipeline::new(budget.clone(), DeviceChoice::Cpu);
    for _ in 0..2 {
        let freed = run(&mut image, &draw, &CancelToken::new()).unwrap();
        assert_eq!(freed.pictures.len(), 1);
        testing::run(&mut words, &write, &CancelToken::new(), |_| {}).unwrap();
        assert!(budget.used() <= budget.total());
    }
    let told = run(&mut image, &draw, &CancelToken::new()).unwrap();
    assert_eq!(told.freed, ["test"], "the language model left, and that was told");
}

/// Cancelled in each stage, a job leaves the budget as it was: nothing of it stays but a whole model.
#[test]
fn cancelled_jobs_give_their_memory_back() {
    let budget = MemoryBudget::new(8 << 30);
    let draw = request(&fixtures().join("sd15"), ImageParams { steps: 40, ..small() }, 1);
    let cancel_at = |pipeline: &mut ImagePipeline, stage: &'static str| {
        let (sender, events) = unbounded();
        let (token, seen) = (CancelToken::new(), std::sync::atomic::AtomicUsize::new(0));
        let stop = token.clone();
        let wake = move || {
            for event in events.try_iter() {
                let event: aigc_studio::domain::Event = event;
                let hit = match (stage, &event.kind) {
                    ("loading", EventKind::Loading { fraction: Some(part) }) => *part > 0.3,
                    ("encoding", EventKind::Ready { .. }) => true,
                    ("step", EventKind::News(News::Picture(PictureNews::Preview { .. }))) => true,
                    ("decode", EventKind::Progress(progress))
                    | ("decode", EventKind::News(News::Picture(PictureNews::Preview { progress, .. }))) => {
                        progress.step == progress.steps
                    }
                    _ => false,
                };
                if hit {
                    seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    stop.cancel();
                }
            }
        };
        let reporter = Reporter::new(JobId::next(), sender, Arc::new(wake));
        let ended = pipeline.run(&draw.clone().into(), &reporter, &token);
        assert!(matches!(ended, Err(Stop::Cancelled)), "{stage}: {ended:?}");
    };
    let mut pipeline = ImagePipeline::new(budget.clone(), DeviceChoice::Cpu);
    cancel_at(&mut pipeline, "loading");
    assert_eq!(budget.used(), 0, "half a model is no model");
    run(&mut pipeline, &draw, &CancelToken::new()).unwrap();
    let model = budget.used();
    for stage in ["encoding", "step", "decode"] {
        cancel_at(&mut pipeline, stage);
        assert_eq!(budget.used(), model, "{stage}");
    }
    pipeline.unload();
    assert_eq!(budget.used(), 0);
}

#[test]
fn guidance_as_a_batch_is_guidance_in_turns() {
    for name in ["sd15", "sdxl", "sd3"] {
        let folder = fixtures().join(name);
        let draw = |batched: bool, total: u64| {
            let mut pipeline = ImagePipeline::new(MemoryBudget::new(total), DeviceChoice::Cpu).batched(batched);
            run(&mut pipeline, &request(&folder, small(), 3), &CancelToken::new()).unwrap().pictures.remove(0).0
        };
        let (turns, batch) = (draw(false, 8 << 30), draw(true, 8 << 30));
        let off = turns.rgba.iter().zip(&batch.rgba).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(1), "{name}: {off:?} / 255");
    }
}

/// A folder that is used as its card names it (a checkpoint with the folder as its main path) is read anew like any other.
#[test]
fn a_denoiser_that_changed_in_its_folder_is_read_again() {
    let folder = copy("flux-schnell");
    let files = ModelFiles::Checkpoint(Box::new(aigc_studio::domain::Checkpoint::new(folder.path().to_owned())));
    let job = crate::made::on(files, ImageParams { steps: 1, ..small() }, 1);
    let mut pipeline = pipeline();
    let mut read = || !run(&mut pipeline, &job, &CancelToken::new()).unwrap().loading.is_empty();
    assert!(read() && !read(), "once, then it is kept");
    std::thread::sleep(std::time::Duration::from_millis(20));
    let weights = folder.path().join("transformer/diffusion_pytorch_model.safetensors");
    let new = folder.path().join("transformer/new");
    std::fs::copy(&weights, &new).unwrap();
    std::fs::rename(&new, &weights).unwrap();
    assert!(read(), "the file was replaced");
}

/// Two jobs on two models at once: one after the other, both whole. The memory asked back in the middle of a job is given
/// when the job is over, and the next one reads its model again.
#[test]
fn jobs_wait_for_each_other_and_unload_waits_for_the_job() {
    use aigc_studio::domain::Task;
    use aigc_studio::engine::{Backends, Engine};
    let budget = MemoryBudget::new(8 << 30);
    let image = Backends::one(ImagePipeline::new(budget.clone(), DeviceChoice::Cpu));
    let (engine, events) = Engine::start(vec![image], Arc::new(|| {}));
    let job = |name: &str| Task::from(request(&fixtures().join(name), small(), 1));
    let next = || events.recv_timeout(std::time::Duration::from_secs(60)).expect("news comes");
    let first = engine.submit(JobId::next(), job("sd15")).unwrap();
    let second = engine.submit(JobId::next(), job("sdxl")).unwrap();
    // As soon as the first one draws, the memory is asked for.
    let mut order = Vec::new();
    let mut asked = false;
    while order.len() < 2 {
        let event = next();
        match event.kind {
            EventKind::News(News::Picture(PictureNews::Preview { .. })) if !asked => {
                asked = true;
                engine.unload().unwrap();
            }
            EventKind::News(News::Picture(PictureNews::Picture { .. })) => order.push(event.job),
            EventKind::Failed(error) => panic!("{error}"),
            _ => {}
        }
    }
    assert_eq!(order, [first.id(), second.id()]);
    // The unload stands behind the two jobs: when a third has ended, its model alone is in memory.
    while !next().kind.is_ending() {}
    let third = engine.submit(JobId::next(), job("sdxl")).unwrap();
    let mut loaded = false;
    loop {
        let event = next();
        loaded |= event.job == third.id() && matches!(event.kind, EventKind::Loading { .. });
        if event.job == third.id() && event.kind.is_ending() {
            break;
        }
    }
    assert!(loaded, "it was given back in between");
    engine.unload().unwrap();
    while budget.used() > 0 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
