//! Whole jobs through the engine's thread: what is reported, what comes out, and that the same comes out again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    Arrangement, DeviceChoice, Event, EventKind, ImageParams, ImageRequest, ImageStats, JobId, ModelFiles, ModelRef,
    News, Outcome, Picture, PictureNews, PictureRecord, Place, ReadTo, SEED_MAX, STICKER_ID, Sampler, SceneLayer,
    SceneLayers, Seed, StepProgress, Takes, Task,
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

/// Regression: a prompt that names nothing that is known went to the network word by word, and nothing was said of it.
#[test]
fn words_that_name_no_thing_are_listed_where_no_other_word_does() {
    let studio = Studio::new();
    for prompt in ["奥特曼", "长城", "xyzzy"] {
        let events = studio.draw(scene(prompt, 1), 1, embedded());
        assert_eq!(stats(&events).unknown_words, [prompt]);
    }
}

#[test]
fn the_built_in_picture_model_is_small_and_draws_what_its_examples_say() {
    let catalog = aigc_studio::catalog::Catalog::load(Path::new("/nowhere"));
    let card = catalog.card(STICKER_ID).unwrap();
    assert_eq!((card.defaults.width, card.defaults.height), (Some(512), Some(512)));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let files = ["sticker-64/weights.safetensors", "sticker-64/judge.safetensors", "crisp-8x/weights.safetensors"];
    let bytes: u64 = files.iter().map(|file| root.join(file).metadata().unwrap().len()).sum();
    assert!(bytes <= 48 << 20, "all that is built in: {bytes} bytes");
    for example in card.examples.iter().chain(&card.examples_zh) {
        let reading = aigc_studio::scene::read(example);
        let told = (&reading.unknown, &reading.cannot, &reading.more_colours, &reading.more_grounds);
        assert!(!reading.items.is_empty(), "{example}");
        assert_eq!(told, (&Vec::new(), &Vec::new(), &Vec::new(), &Vec::new()), "{example}");
    }
}

#[test]
fn a_scene_has_each_thing_in_its_place_and_colour() {
    let studio = Studio::new();
    let events = studio.draw(scene("a red heart left of a green apple, xyzzy", 6), 1, embedded());
    let (_, picture, record) = pictures(&events).remove(0);
    assert_eq!((picture.width, picture.height, record.width), (512, 512, 512));
    assert_eq!(stats(&events).unknown_words, ["xyzzy"]);
    let steps = events.iter().filter_map(progress).map(|it| (it.step, it.steps));
    assert_eq!(steps.max(), Some((6, 6)), "the steps of the slider, for both things");
    let count = |columns: std::ops::Range<usize>, is: fn(&[u8]) -> bool| {
        let pixels = picture.rgba.chunks_exact(4).enumerate();
        pixels.filter(|(i, p)| columns.contains(&(i % 512)) && p[3] > 200 && is(p)).count()
    };
    let red = |p: &[u8]| p[0] > 150 && p[1] < 90;
    let green = |p: &[u8]| p[1] > 110 && p[1] > p[0] && p[2] < 140;
    let (left, right) = (0..256, 256..512);
    assert!(count(left.clone(), red) > 10_000 && count(right.clone(), red) < 1_000);
    assert!(count(right, green) > 10_000 && count(left, green) < 1_000);
}

/// Regression: a photo, a logo or a text that a prompt asks for was told as it was typed, and not with the picture.
#[test]
fn what_no_sticker_can_be_is_told_with_the_picture() {
    let studio = Studio::new();
    for (prompt, told) in [
        ("a photo of a cat", vec!["photo"]),
        ("logo of a xyzzy cat", vec!["logo", "xyzzy"]),
        ("水墨的猫，写着你好", vec!["水墨", "写着你好"]),
        ("Albert Einstein", vec!["Albert Einstein"]),
        ("a girl reading", vec!["reading"]),
    ] {
        let events = studio.draw(quick(prompt, 1), 1, embedded());
        assert_eq!(stats(&events).unknown_words, told, "{prompt}");
    }
}

/// A prompt of more things than a scene has: the first of them are drawn, and the others are named as left out.
#[test]
fn a_scene_of_thirty_things_is_drawn_and_what_is_beyond_is_told() {
    let studio = Studio::new();
    let nouns = "cat dog horse cow pig rabbit fox bear panda lion tiger elephant monkey frog turtle snail bee butterfly \
                 apple banana pear lemon carrot pizza hamburger car bus bicycle rocket house umbrella";
    let prompt = nouns.split_whitespace().map(|noun| format!("a {noun}")).collect::<Vec<_>>().join(", ");
    let events = studio.draw_layers(quick(&prompt, 1), 1);
    let (_, picture, _) = pictures(&events).remove(0);
    assert_eq!((picture.width, picture.height), (512, 512));
    assert_eq!(stats(&events).unknown_words, ["umbrella"], "the thirty-first");
    let all = layers(&events);
    assert_eq!(all.layers.len(), 30);
    let names: std::collections::BTreeSet<&str> = all.layers.iter().map(|layer| layer.said.as_str()).collect();
    assert_eq!(names.len(), 30, "each thing once");
    for layer in &all.layers {
        let Place { x, y, side } = layer.place;
        assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y), "{}: {x} {y}", layer.said);
        // 61 of 512 pixels; the boxes' own test has 0.14 for pictures that fill their frame.
        assert!(side >= 0.12, "{}: {side}", layer.said);
    }
}

#[test]
fn a_word_means_what_was_chosen_and_the_picture_says_so() {
    let studio = Studio::new();
    let draw = |params: ImageParams| {
        let (_, picture, record) = pictures(&studio.draw(params, 1, embedded())).remove(0);
        (picture, record.things.to_string())
    };
    let mut chosen = scene("a heart", 3);
    let plain = draw(chosen.clone());
    chosen.things.set("heart".into(), "blue heart".into());
    let blue = draw(chosen.clone());
    assert_ne!(plain.0, blue.0);
    assert_eq!((plain.1.as_str(), blue.1.as_str()), ("", "heart=blue heart"));
    // At its own size the network gets the words as they are.
    (chosen.width, chosen.height) = (64, 64);
    assert_eq!(draw(chosen).1, "");
}

#[test]
fn cancel_between_two_things_leaves_no_picture() {
    let studio = Studio::new();
    let handle = studio.submit(scene("a cat and a dog and a house", 6), 1, embedded());
    loop {
        let event = studio.events.recv_timeout(Duration::from_secs(60)).expect("an ending comes");
        // Of the whole picture: the first thing ends with the second of six.
        if progress(&event.kind).is_some_and(|it| it.step >= 2) {
            handle.cancel();
        }
        match event.kind {
            EventKind::Cancelled => break,
            EventKind::News(News::Picture(PictureNews::Picture { .. })) => panic!("drawn to the end"),
            kind => assert!(!kind.is_ending(), "{kind:?}"),
        }
    }
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

fn layer<'a>(all: &'a SceneLayers, name: &str) -> &'a SceneLayer {
    all.layers.iter().find(|layer| layer.name.to_string() == name).expect(name)
}

/// Steps that a job took.
fn steps_of(events: &[EventKind]) -> usize {
    events
        .iter()
        .filter(|e| matches!(e, EventKind::Progress(_) | EventKind::News(News::Picture(PictureNews::Preview { .. }))))
        .count()
}

#[test]
fn an_arranged_scene_is_drawn_again_byte_for_byte_from_its_picture() {
    let studio = Studio::new();
    let plain = studio.draw_layers(quick("a cat on a blue box in the snow", 2), 1);
    let (all, first) = (layers(&plain), pictures(&plain).remove(0));
    assert_eq!(all.layers.iter().map(|l| l.name.to_string()).collect::<Vec<_>>(), ["box.1", "cat.1"]);
    assert_eq!((layer(&all, "box.1").colour, layer(&all, "cat.1").label), (Some("blue"), "cat face"));
    assert!(all.ground.is_some() && first.2.arrangement.is_empty());

    let mut moved = quick("a cat on a blue box in the snow", 2);
    let text = "cat.1: x=0.3 y=0.4 side=0.3 flip colour=green; box.1: colour=none; order: cat.1, box.1; dog.1: hide";
    moved.arrangement = Arrangement::read(text);
    let drawn = studio.draw_layers(moved, 1);
    // Nothing new is to be drawn for it.
    assert_eq!((steps_of(&plain), steps_of(&drawn)), (4, 0));
    let cat = layer(&layers(&drawn), "cat.1").clone();
    assert!(cat.flip && (cat.place, cat.colour) == (Place { x: 0.3, y: 0.4, side: 0.3 }, Some("green")));
    assert_eq!(layers(&drawn).layers[0].name, cat.name, "it is behind the box now");
    assert!(cat.picture != layer(&all, "cat.1").picture, "it is green");
    let (_, picture, record) = pictures(&drawn).remove(0);
    assert!(picture != first.1);
    assert_eq!(
        record.arrangement,
        Arrangement::read(text).of(|name| name.word != "dog"),
        "without the layer it has not"
    );

    // A program that was started anew has nothing of it in memory.
    let written = aigc_studio::store::picture_files::encode_png(&picture, Some(&record)).unwrap();
    let file = studio.folder.path().join("moved.png");
    std::fs::write(&file, written).unwrap();
    let read = aigc_studio::store::picture_files::read_record(&file).unwrap();
    let mut again = ImageParams::default();
    again.take(&read, Some(&Takes::STICKER));
    (again.width, again.height) = (read.width, read.height);
    assert!(pictures(&Studio::new().draw(again, read.seed(), embedded())).remove(0).1 == picture, "not the same bytes");
}

#[test]
fn a_setting_without_effect_is_refused_where_that_is_asked_and_else_left_out() {
    let studio = Studio::new();
    let params = ImageParams { clip_skip: 4, ..quick("cat", 2) };
    let request = ImageRequest { params, model: embedded(), seed: 1, layers: false, strict: true };
    let events = studio.all_of(studio.ask(request.clone()));
    assert!(matches!(failure(&events).cause(), Cause::NoEffect { name: "clip-skip", .. }));
    let events = studio.all_of(studio.ask(ImageRequest { strict: false, ..request.clone() }));
    assert_eq!(pictures(&events).remove(0).2.clip_skip, 1);
    // The model is in memory now.
    let events = studio.all_of(studio.ask(request));
    assert!(matches!(failure(&events).cause(), Cause::NoEffect { name: "clip-skip", .. }));
}

#[test]
fn drawing_one_layer_anew_leaves_the_others_as_they_were() {
    let studio = Studio::new();
    let before = layers(&studio.draw_layers(quick("two cats and a dog", 2), 1));
    let mut other = quick("two cats and a dog", 2);
    other.arrangement = Arrangement::read("cats.2: seed=99");
    let drawn = studio.draw_layers(other.clone(), 1);
    let after = layers(&drawn);
    assert_eq!(steps_of(&drawn), 2, "the steps of one thing");
    let same = |name: &str| layer(&before, name).picture == layer(&after, name).picture;
    assert_eq!(["cats.1", "cats.2", "dog.1"].map(same), [true, false, true]);
    let fresh = pictures(&Studio::new().draw(other, 1, embedded())).remove(0).1;
    assert!(fresh == pictures(&drawn).remove(0).1, "what is in memory is what would be drawn");
}

#[test]
fn a_hidden_background_leaves_the_picture_clear_and_its_things_where_they_were() {
    let studio = Studio::new();
    let before = layers(&studio.draw_layers(quick("a Cat in the snow", 2), 1));
    let mut bare = quick("a Cat in the snow", 2);
    bare.arrangement = Arrangement::read("ground: hide");
    let drawn = studio.draw_layers(bare, 1);
    let (_, picture, record) = pictures(&drawn).remove(0);
    assert_eq!((picture.rgba[3], record.arrangement.to_string().as_str()), (0, "ground: hide"));
    let after = layers(&drawn);
    assert!(before.ground.is_some() && after.ground.is_none() && steps_of(&drawn) == 0);
    assert_eq!(layer(&after, "cat.1").place, layer(&before, "cat.1").place);
    assert_eq!(layer(&after, "cat.1").said, "Cat");
}

#[test]
fn an_arrangement_of_another_prompt_has_no_effect() {
    let studio = Studio::new();
    let plain = pictures(&studio.draw(quick("a dog and a tree", 1), 3, embedded())).remove(0);
    let mut foreign = quick("a dog and a tree", 1);
    foreign.arrangement = Arrangement::read("cat.1: hide; dog.2: x=0.1 y=0.1 side=0.1 seed=4; order: cat.1, box.1");
    let drawn = pictures(&studio.draw(foreign, 3, embedded())).remove(0);
    assert!(drawn.1 == plain.1 && drawn.2.arrangement.is_empty());
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
