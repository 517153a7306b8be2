//! Create and Gallery with pictures: done, running, in layers, in the library.

use std::path::PathBuf;
use std::sync::Arc;

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;

use super::models::{NOW, fresh};

/// A sticker: a shaded disc on transparent ground; `hue` turns its colour, `noise` blurs it as a preview is.
pub fn sticker(hue: u32, noise: f32) -> Arc<Picture> {
    let mut rgba = Vec::with_capacity(64 * 64 * 4);
    let mut dice = 12_345_u32;
    for y in 0..64 {
        for x in 0..64 {
            let (dx, dy) = (x as f32 - 31.5, y as f32 - 33.5);
            let r = (dx * dx + dy * dy).sqrt();
            let light = 1.0 - ((dx + 9.0).powi(2) + (dy + 9.0).powi(2)).sqrt() / 60.0;
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = ((dice >> 24) as f32 - 128.0) * noise;
            let base = [[222.0, 60.0, 62.0], [80.0, 140.0, 230.0], [240.0, 180.0, 60.0], [90.0, 180.0, 110.0]];
            let stem = dx.abs() < 2.0 && (-31.0..-20.0).contains(&dy);
            let colour = if stem { [110.0, 74.0, 44.0] } else { base[hue as usize % 4] };
            let alpha = if stem { 255.0 } else { ((25.0 - r) * 128.0).clamp(0.0, 255.0) };
            for c in colour {
                rgba.push((c * (0.55 + 0.6 * light) + grain).clamp(0.0, 255.0) as u8);
            }
            rgba.push((alpha + grain.abs()).clamp(0.0, 255.0) as u8);
        }
    }
    Arc::new(Picture { width: 64, height: 64, rgba })
}

pub fn record(prompt: &str, seed: u64) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "text, frame".into(),
            model: STICKER_ID.into(),
            seed: Seed::Fixed(seed),
            steps: 24,
            guidance: 3.0,
            width: 64,
            height: 64,
            sampler: Sampler::Euler,
            ..PictureRecord::default().params
        },
        model_hash: "9f2c4a77d01be3".into(),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    })
}

pub fn shot(job: u64, prompt: &str, hue: u32, saved: Saved) -> Shot {
    Shot {
        key: (JobId(job), 0),
        picture: Some(sticker(hue, 0.0)),
        record: record(prompt, 1000 + job),
        saved,
        subject: None,
    }
}

pub fn job(id: u64, prompt: &str, phase: Phase) -> ImageJob {
    let params = ImageParams { prompt: prompt.into(), ..Default::default() };
    let model = ModelRef { id: STICKER_ID.into(), files: ModelFiles::Embedded, sha256: None };
    ImageJob {
        subject: None,
        id: JobId(id),
        request: Box::new(ImageRequest { params, model, seed: 42, layers: false, strict: false }),
        decode: Vec::new(),
        phase,
        progress: None,
        preview: None,
        preview_serial: 0,
    }
}

pub(super) fn at(name: &str) -> Saved {
    Saved::At(PathBuf::from(format!("/home/mei/Pictures/AIGC Studio/{name}.png")))
}

/// Create with some pictures done.
pub fn create_done(lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(Room::Create, lang, theme);
    let prompt = lang.pick("a red apple", "一个红苹果");
    state.settings.image.prompt = prompt.into();
    state.create.strip = vec![
        shot(9, prompt, 0, at("9")),
        shot(8, "a blue ball", 1, Saved::Saving),
        shot(7, "an orange", 2, Saved::Failed(Cause::DiskFull { path: "/x".into(), needed: 0, free: 0 }.into())),
        shot(6, "a green lime", 3, at("6")),
        shot(5, "a red apple", 0, at("5")),
    ];
    state.create.step_s = Some(0.084);
    state.catalogue.entries[0].loaded = true;
    state
}

/// The layers of an apple and a tree on grass, the apple at the left.
pub fn create_layers(lang: Lang, theme: Theme) -> AppState {
    let mut state = create_done(lang, theme);
    let record = &mut state.create.strip[0].record;
    record.prompt = lang.pick("a red apple and a tree on grass", "草地上有一个苹果和一棵树").into();
    (record.width, record.height) = (512, 512);
    let record = record.clone();
    let _ =
        update(&mut state, Input::Command(Command::Create(CreateCommand::Layers(LayersCommand::Open((JobId(9), 0))))));
    let id = state.create.layers.as_ref().and_then(|layers| layers.job.as_ref()).expect("it is drawn").id;
    let layer = |word: &str, said: &str, label, x, hue| SceneLayer {
        name: LayerName { word: word.into(), nth: 1 },
        said: said.into(),
        label,
        place: Place { x, y: 0.5, side: 0.5 },
        flip: false,
        hidden: false,
        colour: None,
        visible: [0.1, 0.05, 0.9, 0.95],
        picture: sticker(hue, 0.0),
        cut: Arc::new(Cut { x: 0, y: 0, picture: (*sticker(hue, 0.0)).clone() }),
    };
    let (tree, apple) = lang.pick(("tree", "apple"), ("树", "苹果"));
    let layers = vec![layer("tree", tree, "deciduous tree", 0.75, 3), layer("apple", apple, "red apple", 0.25, 0)];
    let ground = Some(Arc::new(Picture { width: 64, height: 64, rgba: [120, 190, 90, 255].repeat(64 * 64) }));
    for kind in [
        EventKind::News(News::Picture(PictureNews::Layers(Arc::new(SceneLayers { side: 512, ground, layers })))),
        EventKind::News(News::Picture(PictureNews::Picture { index: 0, picture: sticker(0, 0.0), record })),
        EventKind::Finished(Outcome::Image(ImageStats::default())),
    ] {
        let _ = update(&mut state, Input::Engine(Event { job: id, kind }));
    }
    state
}

/// Create while a job runs and others wait.
pub fn create_running(lang: Lang, theme: Theme) -> AppState {
    let mut state = create_done(lang, theme);
    let mut running = job(10, lang.pick("a smiling cat with heart eyes", "一只眼睛是爱心的笑脸猫"), Phase::Running);
    running.request.params.count = 4;
    running.progress = Some(StepProgress { index: 1, count: 4, step: 12, steps: 24, eta_s: 1.3 });
    running.preview = Some(sticker(2, 0.25));
    state.create.jobs = vec![running, job(11, "a rocket", Phase::Waiting), job(12, "a tree", Phase::Waiting)];
    state.create.unknown_words = vec!["flibbertigibbet".into(), "zxq".into()];
    state
}

pub fn item(i: u64) -> LibraryItem {
    let prompts = ["a red apple", "一个红苹果", "a smiling cat with heart eyes", "a rocket", "a green lime on a table"];
    LibraryItem {
        path: PathBuf::from(format!("/home/mei/Pictures/AIGC Studio/{i:06}.png")),
        made_ms: NOW - i as i64 * 60_000,
        bytes: 6_400 + i,
        width: 64,
        height: 64,
        record: (i % 7 != 6).then(|| record(prompts[i as usize % 5], i)),
    }
}

/// A library of `n` pictures whose thumbnails came for the first ones.
pub fn gallery(lang: Lang, theme: Theme, n: u64, thumbnails: u64) -> AppState {
    let mut state = fresh(Room::Gallery, lang, theme);
    state.gallery.items = Some((0..n).map(item).collect());
    for i in 0..thumbnails {
        let event = StoreEvent::Thumbnail { path: item(i).path, picture: sticker(i as u32, 0.0) };
        let _ = update(&mut state, Input::Store(event));
    }
    state
}

/// A window of the built-in model that draws scenes.
pub fn scenes(lang: Lang, prompt: &str) -> AppState {
    let mut state = create_done(lang, Theme::Dark);
    let card = &mut state.catalogue.entries[0].card;
    card.sizes.insert(0, Size { width: 512, height: 512 });
    card.quality.single = true;
    (state.settings.image.width, state.settings.image.height) = (512, 512);
    state.settings.image.prompt = prompt.into();
    state
}
