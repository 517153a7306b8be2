//! Layers of a scene: arranged, undone, kept, exported.

use super::*;
use crate::domain::{
    Arrangement, Cut, ImageParams, ImageStats, LayerName, PictureNews, PictureTask, Place, SceneLayer, SceneLayers,
    Task,
};

fn name(text: &str) -> LayerName {
    LayerName::read(text).unwrap()
}

fn layer(of: &str, label: &'static str) -> SceneLayer {
    SceneLayer {
        name: name(of),
        said: name(of).word,
        label,
        place: Place { x: 0.5, y: 0.5, side: 0.4 },
        flip: false,
        hidden: false,
        colour: None,
        visible: [0.0, 0.0, 1.0, 1.0],
        picture: picture(),
        cut: Arc::new(Cut { x: 0, y: 0, picture: (*picture()).clone() }),
    }
}

fn parts() -> Arc<SceneLayers> {
    let layers = vec![layer("box.1", "package"), layer("cat.1", "cat face")];
    Arc::new(SceneLayers { side: 512, ground: Some(picture()), layers })
}

fn scene_record() -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams { width: 512, height: 512, ..record("a cat on a box in the snow").params },
        ..*record("a cat on a box in the snow")
    })
}

fn arranged(text: &str) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams { arrangement: Arrangement::read(text), ..scene_record().params },
        ..*scene_record()
    })
}

/// The window with a scene on the stage.
fn shown() -> (AppState, ShotKey) {
    let mut s = state();
    s.catalogue.entries[0].card.family = STICKER_FAMILY.into();
    prompt(&mut s, "a cat on a box in the snow");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: scene_record() });
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    (s, (id, 0))
}

fn layers(s: &mut AppState, command: LayersCommand) -> Vec<Effect> {
    do_(s, Command::Create(CreateCommand::Layers(command)))
}

/// The engine makes what it was asked for.
fn make(s: &mut AppState, id: JobId, arrangement: &str) -> Vec<Effect> {
    engine(s, id, PictureNews::Layers(parts()));
    engine(s, id, PictureNews::Picture { index: 0, picture: picture(), record: arranged(arrangement) });
    engine(s, id, EventKind::Finished(Outcome::Image(ImageStats::default())))
}

fn opened() -> (AppState, ShotKey) {
    let (mut s, key) = shown();
    let (id, _) = submitted(&layers(&mut s, LayersCommand::Open(key)));
    make(&mut s, id, "");
    (s, key)
}

fn arrangement(s: &AppState) -> String {
    s.create.layers.as_ref().expect("layers are shown").arrangement().to_string()
}

fn asked(job: &Task) -> &ImageRequest {
    match job {
        Task::Picture(PictureTask::Generate(request)) => request,
        _ => panic!("a picture"),
    }
}

#[test]
fn layers_are_of_several_things_or_of_one_on_a_ground() {
    let has = |prompt: &str, side| {
        has_layers(&PictureRecord {
            params: ImageParams { width: side, height: side, ..record(prompt).params },
            ..*record(prompt)
        })
    };
    assert!(has("a cat on a box", 512) && has("three cats", 512) && has("一只猫在雪地里", 512));
    assert!(!has("a cat", 512) && !has("snow", 512) && !has("a cat on a box", 64) && !has("", 512));
    assert!(!has_layers(&PictureRecord {
        params: ImageParams { model: "sd15".into(), ..scene_record().params },
        ..*scene_record()
    }));
    let mut chosen = PictureRecord {
        params: ImageParams { width: 512, height: 512, ..record("a cat under a flibberti").params },
        ..*record("a cat under a flibberti")
    };
    assert!(!has_layers(&chosen));
    chosen.things.set("flibberti".into(), "chair".into());
    assert!(has_layers(&chosen), "a word that a thing was chosen for names it");
}

#[test]
fn a_changed_scene_becomes_a_new_picture_and_the_old_one_stays() {
    let (mut s, key) = opened();
    assert!(s.create.layers.as_ref().unwrap().picture().is_some());
    let effects = layers(&mut s, LayersCommand::Place(name("cat.1"), Place { x: 0.2, y: 0.3, side: 0.5 }));
    let (id, job) = submitted(&effects);
    assert!(asked(job).layers && asked(job).seed == 5);
    let text = "cat.1: x=0.2 y=0.3 side=0.5";
    assert_eq!(asked(job).params.arrangement.to_string(), text);
    assert!(s.create.layers.as_ref().unwrap().picture().is_none(), "the old picture is not what is arranged");
    make(&mut s, id, text);
    let before = s.create.strip.len();
    let effects = layers(&mut s, LayersCommand::Done);
    let saved = effects.iter().find_map(|e| match e {
        Effect::Store(StoreRequest::SavePicture { record, .. }) => Some(record.arrangement.to_string()),
        _ => None,
    });
    assert_eq!(saved.as_deref(), Some(text));
    assert_eq!((s.create.strip.len(), s.create.layers.is_none()), (before + 1, true));
    assert!(s.create.shot(key).is_some_and(|old| old.record.arrangement.is_empty()));
    assert!(matches!(s.create.stage(), Stage::Shot(shot) if shot.key != key), "the new one is shown");

    let (mut s, _) = opened();
    assert!(layers(&mut s, LayersCommand::Done).is_empty(), "nothing was changed");
}

#[test]
fn what_is_changed_while_the_engine_works_is_made_after_it() {
    let (mut s, _) = opened();
    let (first, _) = submitted(&layers(&mut s, LayersCommand::Flip(name("cat.1"))));
    let effects = layers(&mut s, LayersCommand::Hide(name("box.1"), true));
    assert!(effects.is_empty(), "one job at a time");
    let scene = s.create.layers.as_ref().unwrap().scene.clone().unwrap();
    assert!(scene.layers[0].hidden && scene.layers[1].flip, "shown at once");
    let effects = make(&mut s, first, "cat.1: flip");
    let (_, job) = submitted(&effects);
    assert_eq!(asked(job).params.arrangement.to_string(), "box.1: hide; cat.1: flip");
    let scene = s.create.layers.as_ref().unwrap().scene.clone().unwrap();
    assert!(scene.layers[0].hidden, "an older answer does not take it back");
}

/// Regression: Ctrl+Z in Layers undid what was done before they were opened, and a prompt typed since then was lost.
#[test]
fn undo_in_layers_stops_at_the_layers() {
    let (mut s, key) = shown();
    prompt(&mut s, "mine");
    do_(&mut s, Command::Create(CreateCommand::UseSettings(key)));
    let used = s.settings.image.prompt.clone();
    prompt(&mut s, "typed since");
    let (id, _) = submitted(&layers(&mut s, LayersCommand::Open(key)));
    make(&mut s, id, "");
    do_(&mut s, Command::Undo);
    assert_eq!((s.settings.image.prompt.as_str(), s.undo.of_layers()), ("typed since", (false, false)));
    assert!(s.notices.list.iter().any(|notice| notice.kind == NoticeKind::NothingToUndo));
    let (id, _) = submitted(&layers(&mut s, LayersCommand::Flip(name("cat.1"))));
    make(&mut s, id, "cat.1: flip");
    do_(&mut s, Command::Undo);
    assert_eq!((arrangement(&s).as_str(), s.undo.of_layers()), ("", (false, true)));
    layers(&mut s, LayersCommand::Done);
    // Outside of them, Ctrl+Z undoes the room's action and brings back the earlier text.
    do_(&mut s, Command::Undo);
    assert_eq!(s.settings.image.prompt, "mine");
    do_(&mut s, Command::Redo);
    assert_eq!(s.settings.image.prompt, "typed since");
    assert_ne!(used, "mine");
}

#[test]
fn undo_takes_back_one_edit_of_layers_after_the_other() {
    let (mut s, _) = opened();
    let place = |x| Place { x, y: 0.5, side: 0.4 };
    layers(&mut s, LayersCommand::Place(name("cat.1"), place(0.1)));
    layers(&mut s, LayersCommand::Redraw(name("box.1")));
    layers(&mut s, LayersCommand::Raise(name("cat.1"), -1));
    layers(&mut s, LayersCommand::Choose(Some(name("box.1"))));
    // Many presses of an arrow key are one action, until there is a pause.
    s.now_ms = 10_000;
    for n in 1..=5 {
        layers(&mut s, LayersCommand::Nudge(name("cat.1"), place(0.1 + 0.01 * n as f32)));
    }
    s.now_ms = 20_000;
    layers(&mut s, LayersCommand::Nudge(name("cat.1"), place(0.9)));
    let all = arrangement(&s);
    assert!(all.contains("x=0.9") && all.contains("order: cat.1, box.1") && all.contains("seed="), "{all}");
    let mut seen = Vec::new();
    for _ in 0..5 {
        do_(&mut s, Command::Undo);
        seen.push(arrangement(&s));
    }
    assert!(seen[0].contains("x=0.15") && seen[1].contains("x=0.1 "), "{seen:?}");
    assert!(!seen[2].contains("order") && seen[2].contains("seed="), "{seen:?}");
    assert_eq!((seen[3].as_str(), seen[4].as_str()), ("cat.1: x=0.1 y=0.5 side=0.4", ""));
    do_(&mut s, Command::Undo);
    assert_eq!(arrangement(&s), "", "nothing of the layers is left to take back");
    // After the layers are closed, the old picture is the way back.
    layers(&mut s, LayersCommand::Flip(name("cat.1")));
    layers(&mut s, LayersCommand::Done);
    assert!(!do_(&mut s, Command::Undo).iter().any(|e| matches!(e, Effect::Submit { .. })));
}

#[test]
fn steps_are_one_action_in_a_run_of_one_kind_and_another_after_a_pause() {
    let at = |x, side| Place { x, y: 0.5, side };
    let actions = |steps: &[(i64, &str, Place)]| {
        let (mut s, _) = opened();
        for (ms, of, place) in steps {
            s.now_ms = 10_000 + ms;
            layers(&mut s, LayersCommand::Nudge(name(of), *place));
        }
        let mut n = 0;
        while !arrangement(&s).is_empty() {
            do_(&mut s, Command::Undo);
            n += 1;
        }
        n
    };
    // A held key: the first repeat comes late, the others soon.
    let held =
        (0..60).map(|n: i64| (if n == 0 { 0 } else { 600 + 40 * n }, "cat.1", at(0.5 + 0.001 * (n + 1) as f32, 0.4)));
    assert_eq!(actions(&held.collect::<Vec<_>>()), 1);
    // Single presses, each within a second of the one before: the run does not grow forever.
    let presses = (0..6).map(|n: i64| (700 * n, "cat.1", at(0.5 + 0.01 * (n + 1) as f32, 0.4)));
    assert_eq!(actions(&presses.collect::<Vec<_>>()), 3);
    assert_eq!(actions(&[(0, "cat.1", at(0.6, 0.4)), (100, "cat.1", at(0.6, 0.5))]), 2, "moved, then made larger");
    assert_eq!(actions(&[(0, "cat.1", at(0.6, 0.4)), (100, "box.1", at(0.6, 0.4))]), 2, "two layers");
    assert_eq!(actions(&[(0, "cat.1", at(0.6, 0.4)), (2_000, "cat.1", at(0.7, 0.4))]), 2, "a pause");
}

#[test]
fn a_hidden_background_is_asked_of_the_engine_and_taken_back() {
    let (mut s, _) = opened();
    let effects = layers(&mut s, LayersCommand::HideGround(true));
    let (id, job) = submitted(&effects);
    assert_eq!(asked(job).params.arrangement.to_string(), "ground: hide");
    make(&mut s, id, "ground: hide");
    let effects = do_(&mut s, Command::Undo);
    let (_, job) = submitted(&effects);
    assert!(asked(job).params.arrangement.is_empty() && !s.undo.of_layers().0 && s.undo.of_layers().1);
}

#[test]
fn a_layer_dragged_far_outside_or_nowhere_stays_within_reach() {
    let (mut s, _) = opened();
    layers(&mut s, LayersCommand::Place(name("cat.1"), Place { x: 1e9, y: -1e9, side: 1e9 }));
    assert_eq!(arrangement(&s), "cat.1: x=1.75 y=-0.75 side=3");
    layers(&mut s, LayersCommand::Place(name("cat.1"), Place { x: f32::NAN, y: 0.0, side: 1.0 }));
    assert_eq!(arrangement(&s), "cat.1: x=1.75 y=-0.75 side=3");
}

#[test]
fn another_picture_on_the_stage_keeps_what_was_arranged() {
    let (mut s, _) = opened();
    let (running, _) = submitted(&layers(&mut s, LayersCommand::Colour(name("cat.1"), Some("blue"))));
    // Its picture is not composed yet: it becomes a job of its own.
    let effects = do_(&mut s, Command::Create(CreateCommand::Generate));
    assert!(s.create.layers.is_none() && effects.contains(&Effect::Cancel(running)));
    let jobs: Vec<_> = s.create.jobs.iter().map(|job| job.request.params.arrangement.to_string()).collect();
    assert_eq!(jobs, ["", "cat.1: colour=blue"]);
}

#[test]
fn a_drawing_of_layers_that_is_stopped_or_fails_leaves_what_there_was() {
    let (mut s, key) = shown();
    let (id, _) = submitted(&layers(&mut s, LayersCommand::Open(key)));
    assert_eq!(layers(&mut s, LayersCommand::Stop), [Effect::Cancel(id)]);
    engine(&mut s, id, EventKind::Cancelled);
    assert!(s.create.layers.is_none(), "nothing to show yet");

    let (mut s, _) = opened();
    let (id, _) = submitted(&layers(&mut s, LayersCommand::Redraw(name("cat.1"))));
    engine(&mut s, id, EventKind::Failed(Cause::EngineGone.into()));
    assert!(s.create.error.is_some() && s.create.layers.as_ref().unwrap().picture().is_none());
    // The next change submits both.
    let effects = layers(&mut s, LayersCommand::Flip(name("cat.1")));
    let (_, job) = submitted(&effects);
    assert!(asked(job).params.arrangement.to_string().starts_with("cat.1: flip seed="));
}

#[test]
fn a_scene_is_exported_once_it_is_made() {
    let (mut s, _) = opened();
    for (format, is) in [
        (LayersFormat::Png, (|e| matches!(e, Effect::AskExportPicture { .. })) as fn(&Effect) -> bool),
        (LayersFormat::PngEach, |e| matches!(e, Effect::AskLayersFolder)),
        (LayersFormat::OpenRaster, |e| matches!(e, Effect::AskExportLayers { .. })),
    ] {
        assert!(layers(&mut s, LayersCommand::Export(format)).iter().any(is), "{format:?}");
    }
    // Regression: all files were named picture-42.
    for format in [LayersFormat::Png, LayersFormat::OpenRaster] {
        let effects = layers(&mut s, LayersCommand::Export(format));
        let [Effect::AskExportPicture { name, .. } | Effect::AskExportLayers { name, .. }] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(*name, slug(&s.create.layers.as_ref().unwrap().params.prompt));
        assert!(name.contains("cat"), "{name}");
    }
    let effects = layers(&mut s, LayersCommand::FolderChosen("/usb".into()));
    assert!(
        matches!(&effects[..], [Effect::Store(StoreRequest::ExportEachLayer { folder, .. })] if folder.ends_with("usb"))
    );
    layers(&mut s, LayersCommand::Redraw(name("cat.1")));
    assert!(layers(&mut s, LayersCommand::Export(LayersFormat::OpenRaster)).is_empty());
}

#[test]
fn the_arrangement_goes_with_its_prompt() {
    let (mut s, _) = shown();
    restore(&mut s, &arranged("cat.1: hide seed=3; box.1: seed=4"));
    assert_eq!(s.settings.image.arrangement.to_string(), "box.1: seed=4; cat.1: hide seed=3");
    prompt(&mut s, "a cat on a box in the snow");
    assert!(!s.settings.image.arrangement.is_empty(), "the same prompt");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Unarrange)));
    assert!(s.settings.image.arrangement.is_empty());
    do_(&mut s, Command::Undo);
    assert!(!s.settings.image.arrangement.is_empty(), "taken back");
    prompt(&mut s, "a cat on a box");
    assert!(s.settings.image.arrangement.is_empty());
    // A variation draws all its things anew.
    s.create.strip[0].record = arranged("cat.1: hide seed=3; box.1: seed=4");
    let key = s.create.strip[0].key;
    let effects = do_(&mut s, Command::Create(CreateCommand::Vary(key)));
    let (_, job) = submitted(&effects);
    assert_eq!(asked(job).params.arrangement.to_string(), "cat.1: hide");
}
