//! Cancelled jobs, and models that make room for each other: what is given back, and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    DeviceChoice, EventKind, ImageParams, JobId, Latents, ModelFiles, News, PictureNews, PictureTask,
};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Reporter, Stop};
use crossbeam_channel::unbounded;

use super::{copy, small};
use crate::made::{fixtures, pipeline, request, run};

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
