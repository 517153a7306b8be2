//! Whole jobs through the engine's thread: what is reported, what comes out, and that the same comes out again.

mod layers;
mod scenes;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    DeviceChoice, Event, EventKind, ImageParams, ImageRequest, ImageStats, JobId, ModelFiles, ModelRef, News, Outcome,
    Picture, PictureNews, PictureRecord, ReadTo, SEED_MAX, STICKER_ID, Sampler, SceneLayers, Seed, StepProgress, Task,
};
use aigc_studio::engine::image::sticker::testing::tiny_sticker;
use aigc_studio::engine::image::{ImagePipeline, sticker};
use aigc_studio::engine::{Backends, Engine, JobHandle, MemoryBudget};
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::lang::Both;

/// The program's own, so that what is measured here is what a person gets.
struct Studio {
    engine: Engine,
    events: crossbeam_channel::Receiver<Event>,
    budget: Arc<MemoryBudget>,
    folder: tempfile::TempDir,
}

impl Studio {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tiny_sticker(folder.path()).unwrap();
        let budget = MemoryBudget::new(1 << 30);
        let image = Backends::one(ImagePipeline::new(budget.clone(), DeviceChoice::Cpu));
        let (engine, events) = Engine::start(vec![image], Arc::new(|| {}));
        Self { engine, events, budget, folder }
    }

    fn tiny(&self) -> ModelRef {
        model(self.folder.path())
    }

    fn submit(&self, params: ImageParams, seed: u64, model: ModelRef) -> JobHandle {
        self.ask(ImageRequest { params, model, seed, layers: false, strict: false })
    }

    fn ask(&self, request: ImageRequest) -> JobHandle {
        self.engine.submit(JobId::next(), Task::from(request)).unwrap()
    }

    /// All events of a job up to and with its ending.
    fn draw(&self, params: ImageParams, seed: u64, model: ModelRef) -> Vec<EventKind> {
        self.all_of(self.submit(params, seed, model))
    }

    /// The same, with the parts of the scene.
    fn draw_layers(&self, params: ImageParams, seed: u64) -> Vec<EventKind> {
        self.all_of(self.ask(ImageRequest { params, model: embedded(), seed, layers: true, strict: false }))
    }

    fn all_of(&self, handle: JobHandle) -> Vec<EventKind> {
        let mut all = Vec::new();
        loop {
            let event = self.events.recv_timeout(Duration::from_secs(60)).expect("an ending comes");
            assert_eq!(event.job, handle.id());
            let over = event.kind.is_ending();
            all.push(event.kind);
            if over {
                return all;
            }
        }
    }
}

fn model(folder: &Path) -> ModelRef {
    ModelRef { id: "tiny".into(), files: ModelFiles::Folder(folder.to_owned()), sha256: None }
}

fn embedded() -> ModelRef {
    ModelRef { id: STICKER_ID.into(), files: ModelFiles::Embedded, sha256: None }
}

fn params(prompt: &str, steps: u32) -> ImageParams {
    ImageParams { prompt: prompt.into(), steps, ..Default::default() }
}

fn stats(events: &[EventKind]) -> &ImageStats {
    match events.last() {
        Some(EventKind::Finished(Outcome::Image(stats))) => stats,
        other => panic!("{other:?}"),
    }
}

fn failure(events: &[EventKind]) -> &StudioError {
    match events.last() {
        Some(EventKind::Failed(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn pictures(events: &[EventKind]) -> Vec<(u32, Arc<Picture>, Box<PictureRecord>)> {
    let picture = |kind: &EventKind| match kind {
        EventKind::News(News::Picture(PictureNews::Picture { index, picture, record })) => {
            Some((*index, picture.clone(), record.clone()))
        }
        _ => None,
    };
    events.iter().filter_map(picture).collect()
}

/// What a step reports, with a picture where one is due by the clock and without where not.
fn progress(event: &EventKind) -> Option<StepProgress> {
    match event {
        EventKind::Progress(progress) => Some(*progress),
        EventKind::News(News::Picture(PictureNews::Preview { progress, .. })) => Some(*progress),
        _ => None,
    }
}

#[test]
fn a_job_reports_loading_each_step_each_picture_and_its_figures() {
    let studio = Studio::new();
    let asked = ImageParams { count: 2, negative: "dog".into(), ..params("red cat", 5) };
    let events = studio.draw(asked.clone(), 7, studio.tiny());
    assert!(matches!(events[..2], [EventKind::Started, EventKind::Loading { .. }]));
    assert!(events.iter().any(|e| matches!(e, EventKind::Ready { load_s } if *load_s > 0.0)));
    let previews: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            EventKind::News(News::Picture(PictureNews::Preview { progress, picture })) => Some((progress, picture)),
            _ => None,
        })
        .collect();
    let places: Vec<_> = previews.iter().map(|(p, _)| (p.index, p.step)).collect();
    assert_eq!(places, [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 1), (1, 2), (1, 3), (1, 4), (1, 5)]);
    assert!(previews.iter().all(|(p, _)| p.steps == 5 && p.count == 2 && p.eta_s >= 0.0));
    assert_eq!(previews[9].0.eta_s, 0.0);

    let drawn = pictures(&events);
    assert_eq!(drawn.iter().map(|(index, ..)| *index).collect::<Vec<_>>(), [0, 1]);
    for ((index, picture, record), last) in drawn.iter().zip([&previews[4], &previews[9]]) {
        assert_eq!((picture.width, picture.height, picture.rgba.len()), (64, 64, 64 * 64 * 4));
        let off = picture.rgba.iter().zip(&last.1.rgba).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(1), "the last preview is the picture: {off:?}");
        let expected = PictureRecord {
            params: ImageParams {
                prompt: "red cat".into(),
                negative: "dog".into(),
                model: "tiny".into(),
                seed: Seed::Fixed(7 + u64::from(*index)),
                steps: 5,
                guidance: asked.guidance,
                width: 64,
                height: 64,
                sampler: Sampler::Euler,
                ..PictureRecord::default().params
            },
            model_hash: sha256(&studio.folder.path().join(sticker::WEIGHTS)),
            version: format!("AIGC Studio {}", env!("CARGO_PKG_VERSION")),
            ..PictureRecord::default()
        };
        assert_eq!(**record, expected);
    }
    let stats = stats(&events);
    assert!(stats.load_s > 0.0 && stats.sample_s > stats.step_s && stats.step_s > 0.0 && stats.decode_s > 0.0);
    assert!(stats.unknown_words.is_empty());
}

fn sha256(path: &Path) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(std::fs::read(path).unwrap()))
}

#[test]
fn the_model_is_kept_for_the_next_job_given_back_and_read_anew_when_its_file_changes() {
    let studio = Studio::new();
    let ready = |events: &[EventKind]| {
        let load = |e: &EventKind| if let EventKind::Ready { load_s } = e { Some(*load_s) } else { None };
        events.iter().find_map(load).unwrap()
    };
    assert!(ready(&studio.draw(params("cat", 1), 1, studio.tiny())) > 0.0);
    let used = studio.budget.used();
    assert!(used > 0);
    assert_eq!(ready(&studio.draw(params("cat", 1), 1, studio.tiny())), 0.0);
    assert_eq!(studio.budget.used(), used);

    let weights = studio.folder.path().join(sticker::WEIGHTS);
    let mut bytes = std::fs::read(&weights).unwrap();
    bytes.push(0);
    std::fs::write(&weights, bytes).unwrap();
    let again = studio.draw(params("cat", 1), 1, studio.tiny());
    assert!(ready(&again) > 0.0);
    assert_eq!(pictures(&again)[0].2.model_hash, sha256(&weights));

    studio.engine.unload().unwrap();
    let start = Instant::now();
    while studio.budget.used() > 0 {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::yield_now();
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_other_settings_others() {
    let studio = Studio::new();
    let draw = |params: ImageParams, seed: u64| pictures(&studio.draw(params, seed, studio.tiny())).remove(0).1;
    for sampler in Sampler::FLOW {
        let with = |change: fn(&mut ImageParams)| {
            let mut params = ImageParams { sampler, ..params("red cat", 4) };
            change(&mut params);
            params
        };
        let first = draw(with(|_| {}), 3);
        assert_eq!(first, draw(with(|_| {}), 3));
        assert_ne!(first, draw(with(|_| {}), 4), "seed");
        assert_ne!(first, draw(with(|p| p.steps = 5), 3), "steps");
        assert_ne!(first, draw(with(|p| p.guidance = 1.0), 3), "guidance");
        assert_ne!(first, draw(with(|p| p.negative = "dog".into()), 3), "negative");
        assert_ne!(first, draw(with(|p| p.prompt = "猫".into()), 3), "prompt");
    }
    let by = |sampler| draw(ImageParams { sampler, ..params("red cat", 4) }, 3);
    assert_ne!(by(Sampler::Euler), by(Sampler::Heun));
    assert_ne!(by(Sampler::Heun), by(Sampler::Midpoint));
    // Without guidance the negative prompt has no say.
    let plain =
        |negative: &str| draw(ImageParams { guidance: 1.0, negative: negative.into(), ..params("red cat", 4) }, 3);
    assert_eq!(plain(""), plain("dog"));
}

#[test]
fn seeds_of_a_series_count_up_and_each_can_be_drawn_alone() {
    let studio = Studio::new();
    let series = pictures(&studio.draw(ImageParams { count: 3, ..params("cat", 2) }, SEED_MAX - 1, studio.tiny()));
    assert_eq!(series.iter().map(|(.., record)| record.seed()).collect::<Vec<_>>(), [SEED_MAX - 1, SEED_MAX, 0]);
    let alone = pictures(&studio.draw(params("cat", 2), 0, studio.tiny()));
    assert_eq!(series[2].1, alone[0].1);
}

#[test]
fn words_that_the_model_cannot_see_are_named_and_it_still_draws() {
    let studio = Studio::new();
    // The tiny model takes four tokens.
    let asked = ImageParams { negative: "quux".into(), ..params("zebra red cat 3d 猫 苹果 dog zebra", 1) };
    let events = studio.draw(asked, 1, studio.tiny());
    assert_eq!(stats(&events).unknown_words, ["zebra", "quux"]);
    let read = ReadTo { negative: false, read: 4, all: 6, words: true, rest: "苹果".into() };
    assert_eq!(stats(&events).read_to, [read], "those it knows and has no room for");
    let events = studio.draw(params("zebra", 1), 1, studio.tiny());
    assert_eq!(stats(&events).unknown_words, ["zebra"]);
    assert_eq!(pictures(&events).len(), 1);
}

#[test]
fn cancel_in_the_middle_ends_within_a_step() {
    let studio = Studio::new();
    let handle = studio.submit(ImageParams { count: 64, ..params("cat", 150) }, 1, studio.tiny());
    let mut after = None;
    loop {
        let event = studio.events.recv_timeout(Duration::from_secs(60)).expect("an ending comes");
        match event.kind {
            EventKind::News(News::Picture(PictureNews::Preview { progress, .. }))
                if progress.step == 3 && progress.index == 0 =>
            {
                handle.cancel();
                after = Some((Instant::now(), 0));
            }
            // A step may have been under way, and its preview on its way.
            EventKind::News(News::Picture(PictureNews::Preview { .. })) => {
                if let Some((_, more)) = &mut after {
                    *more += 1;
                }
            }
            EventKind::Cancelled => break,
            kind => assert!(!kind.is_ending(), "{kind:?}"),
        }
    }
    let (when, more) = after.expect("it was cancelled while drawing");
    assert!(when.elapsed() < Duration::from_secs(2), "{:?}", when.elapsed());
    assert!(more < 100, "{more} of 9,597 steps came after the cancel");
    // The thread lives on, with its model.
    assert!(matches!(studio.draw(params("cat", 1), 1, studio.tiny()).last(), Some(EventKind::Finished(_))));
}

#[test]
fn requests_that_make_no_sense_are_refused_with_what_would() {
    let studio = Studio::new();
    let cause = |params: ImageParams, seed: u64| failure(&studio.draw(params, seed, studio.tiny())).cause().clone();
    assert_eq!(cause(params("  ", 1), 1), Cause::EmptyPrompt);
    let wide = ImageParams { width: 128, ..params("cat", 1) };
    let size = Cause::BadChoice { name: "size", value: Both::same("128x64"), choices: Both::same("64x64") };
    assert_eq!(cause(wide, 1), size);
    for (params, seed, what) in [
        (params("cat", 0), 1, "steps"),
        (ImageParams { guidance: f32::NAN, ..params("cat", 1) }, 1, "guidance"),
        (ImageParams { count: 65, ..params("cat", 1) }, 1, "count"),
    ] {
        assert!(matches!(cause(params, seed), Cause::OutOfRange { name, .. } if name == what), "{what}");
    }
}

#[test]
fn a_model_larger_than_the_budget_is_told_the_numbers() {
    let budget = MemoryBudget::new(1 << 20);
    let image = Backends::one(ImagePipeline::new(budget, DeviceChoice::Cpu));
    let (engine, events) = Engine::start(vec![image], Arc::new(|| {}));
    let studio = Studio { engine, events, ..Studio::new() };
    let events = studio.draw(params("cat", 1), 1, embedded());
    assert!(matches!(failure(&events).cause(), Cause::NotEnoughMemory { free: 1_048_576, .. }));
}

#[test]
fn the_embedded_model_draws_in_english_and_in_chinese() {
    let studio = Studio::new();
    let mut drawn = Vec::new();
    for prompt in ["red apple", "蓝色的猫"] {
        let events = studio.draw(params(prompt, 4), 1, embedded());
        assert!(stats(&events).unknown_words.is_empty());
        let (_, picture, record) = pictures(&events).remove(0);
        assert_eq!(record.model_hash.len(), 64);
        assert!(picture.rgba.iter().any(|&v| v != picture.rgba[0]), "the picture is not blank");
        drawn.push(picture);
    }
    assert_ne!(drawn[0], drawn[1]);
}

fn scene(prompt: &str, steps: u32) -> ImageParams {
    ImageParams { width: 512, height: 512, ..params(prompt, steps) }
}

/// A scene without guidance, in half the time.
fn quick(prompt: &str, steps: u32) -> ImageParams {
    ImageParams { guidance: 1.0, ..scene(prompt, steps) }
}

/// The parts of the scene that a job made.
fn layers(events: &[EventKind]) -> Arc<SceneLayers> {
    let found = events.iter().find_map(|e| {
        if let EventKind::News(News::Picture(PictureNews::Layers(layers))) = e { Some(layers.clone()) } else { None }
    });
    found.expect("the parts of a scene")
}

#[test]
#[ignore = "a measurement: cargo test --release --test pictures pipeline -- --ignored --nocapture"]
fn how_long_a_picture_takes() {
    let studio = Studio::new();
    for sampler in Sampler::FLOW {
        let params = ImageParams { sampler, ..params("red apple 3d", 24) };
        let events = studio.draw(params, 1, embedded());
        println!("{}: {:?}", sampler.name(), stats(&events));
    }
}
