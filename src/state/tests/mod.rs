//! What the program does, without a window, an engine or a disk.

pub(in crate::state) use std::path::PathBuf;
pub(in crate::state) use std::sync::Arc;

mod inputs;
mod keep;
mod lanes;
mod late;

pub(in crate::state) use crate::domain::*;
pub(in crate::state) use crate::error::{Cause, Doing, StudioError};
pub(in crate::state) use crate::lang::{Both, Lang};
pub(in crate::state) use crate::state::write::tests::write;
pub(in crate::state) use crate::state::*;

pub(in crate::state) fn card(id: &str, makes: Makes) -> ModelCard {
    ModelCard {
        id: id.into(),
        name: id.into(),
        makes,
        family: "test".into(),
        about: "a".into(),
        about_zh: "甲".into(),
        licence: "MIT".into(),
        terms: None,
        quality: Default::default(),
        memory: 1,
        files: vec![ModelFile { name: "w".into(), bytes: 98_362_432, sha256: "ab".into(), sources: vec![] }],
        sizes: if makes == Makes::Image { vec![Size { width: 64, height: 64 }] } else { vec![] },
        defaults: CardDefaults { steps: Some(20), ..CardDefaults::default() },
        examples: vec![],
        examples_zh: vec![],
        local: None,
    }
}

pub(in crate::state) fn entry(id: &str, makes: Makes, presence: ModelPresence) -> ModelEntry {
    ModelEntry::new(card(id, makes), presence)
}

/// A picture of the library, without settings.
pub(in crate::state) fn item(n: i64) -> LibraryItem {
    LibraryItem { path: format!("/l/{n}.png").into(), made_ms: n, bytes: 1, width: 1, height: 1, record: None }
}

/// A state with the picture model and a language model that is here.
pub(in crate::state) fn state() -> AppState {
    let mut state = AppState::new(Settings::default(), Lang::En, 7);
    state.now_ms = 1_000_000;
    state.catalogue.entries = vec![
        entry(STICKER_ID, Makes::Image, ModelPresence::Embedded),
        entry(SMOLLM_ID, Makes::Text, ModelPresence::Here { path: "/m/s.gguf".into() }),
    ];
    state
}

/// The language model is large enough to make prompts better.
pub(in crate::state) fn able(state: &mut AppState) {
    state.catalogue.entries[1].card.files[0].bytes = 500_000_000;
}

/// Changes the state, and has the texts checked that are to be; the other effects.
pub(in crate::state) fn told(state: &mut AppState, input: Input) -> Vec<Effect> {
    let mut effects = update(state, input);
    let texts = effects.extract_if(.., |effect| matches!(effect, Effect::CheckText(_))).collect::<Vec<_>>();
    for effect in texts {
        let Effect::CheckText(text) = effect else { unreachable!() };
        effects.extend(update(state, Input::TextChecked(text.serial, text.findings())));
    }
    effects
}

pub(in crate::state) fn do_(state: &mut AppState, command: Command) -> Vec<Effect> {
    told(state, Input::Command(command))
}

pub(in crate::state) fn engine(state: &mut AppState, id: JobId, kind: impl Into<EventKind>) -> Vec<Effect> {
    told(state, Input::Engine(Event { job: id, kind: kind.into() }))
}

pub(in crate::state) fn prompt(state: &mut AppState, text: &str) {
    do_(state, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(text.into()))));
}

pub(in crate::state) fn picture() -> Arc<Picture> {
    Arc::new(Picture { width: 1, height: 1, rgba: vec![1, 2, 3, 255] })
}

pub(in crate::state) fn record(prompt: &str) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "blur".into(),
            model: STICKER_ID.into(),
            seed: Seed::Fixed(5),
            steps: 12,
            guidance: 4.5,
            width: 64,
            height: 64,
            sampler: Sampler::Heun,
            ..PictureRecord::default().params
        },
        model_hash: "00".into(),
        version: "x".into(),
        ..PictureRecord::default()
    })
}

pub(in crate::state) fn submitted(effects: &[Effect]) -> (JobId, &Task) {
    let found = effects.iter().find_map(|e| match e {
        Effect::Submit { id, task } => Some((*id, task)),
        _ => None,
    });
    found.expect("a job is submitted")
}

/// The jobs that these effects hand to the engine, and those that wait for their lane, oldest first.
pub(in crate::state) fn asked_for(state: &AppState, effects: &[Effect]) -> Vec<(JobId, Task)> {
    let handed = effects.iter().filter_map(|e| match e {
        Effect::Submit { id, task } => Some((*id, task.clone())),
        _ => None,
    });
    let mut jobs: Vec<_> = handed.chain(state.lanes.waiting().cloned()).collect();
    jobs.sort_by_key(|(id, _)| *id);
    jobs
}

/// The last of them, for a command that asks for a job.
pub(in crate::state) fn asks_for(state: &mut AppState, command: Command) -> (JobId, Task) {
    let effects = do_(state, command);
    asked_for(state, &effects).pop().expect("a job is asked for")
}

pub(in crate::state) fn journal(effects: &[Effect]) -> Vec<&JournalEntry> {
    effects
        .iter()
        .filter_map(|e| match e {
            Effect::Store(StoreRequest::Journal { entry, .. }) => Some(entry),
            _ => None,
        })
        .collect()
}

// ---- Create

#[test]
fn an_empty_prompt_is_said_where_the_picture_would_be() {
    let mut s = state();
    prompt(&mut s, "  ");
    assert!(do_(&mut s, Command::Create(CreateCommand::Generate)).is_empty());
    assert!(s.create.prompt_missing && s.create.error.is_none(), "the field is marked, no error stands there");
    prompt(&mut s, " ");
    assert!(s.create.prompt_missing);
    prompt(&mut s, "a cat");
    assert!(!s.create.prompt_missing, "typing clears it");
    // Whichever way a prompt comes.
    prompt(&mut s, "");
    do_(&mut s, Command::Create(CreateCommand::Generate));
    s.settings.image.prompt = "from a picture".into();
    do_(&mut s, Command::Tick);
    assert!(!s.create.prompt_missing);
}

#[test]
fn what_was_taken_out_of_a_prompt_is_told_until_it_is_written_anew() {
    let mut s = state();
    prompt(&mut s, "a cat <lora:x:1>");
    let effects = do_(&mut s, Command::Create(CreateCommand::Generate));
    let (id, _) = submitted(&effects);
    let notes = vec![Both::new("<lora:x:1> was left out.", "已略去 <lora:x:1>。")];
    engine(&mut s, id, PictureNews::LeftOut { notes: notes.clone() });
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    assert_eq!(s.create.left_out, notes);
    prompt(&mut s, "a cat");
    assert!(s.create.left_out.is_empty());
}

#[test]
fn a_picture_goes_from_prompt_to_disk() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let effects = do_(&mut s, Command::Create(CreateCommand::Generate));
    let (id, job) = submitted(&effects);
    let Task::Picture(PictureTask::Generate(request)) = job else { panic!() };
    assert_eq!(request.params.prompt, "a cat");
    assert!(request.seed <= u32::MAX.into(), "seeds that are rolled stay short");
    assert!(matches!(s.create.stage(), Stage::Job(j) if j.phase == Phase::Waiting));

    engine(&mut s, id, EventKind::Started);
    engine(&mut s, id, EventKind::Ready { load_s: 0.1 });
    assert!(s.catalogue.entry(STICKER_ID).unwrap().loaded);
    let progress = StepProgress { index: 0, count: 1, step: 3, steps: 24, eta_s: 1.0 };
    engine(&mut s, id, PictureNews::Preview { progress, picture: picture() });
    assert!(matches!(s.create.stage(), Stage::Job(j) if j.preview.is_some() && j.preview_serial == 1));

    let effects = engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::SavePicture { index: 0, .. })]));
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    assert!(s.create.jobs.is_empty());
    assert!(matches!(s.create.stage(), Stage::Shot(shot) if matches!(shot.saved, Saved::Saving)));

    let item = LibraryItem { path: "/l/a.png".into(), record: Some(record("a cat")), ..item(1) };
    s.gallery.items = Some(vec![]);
    update(&mut s, Input::Store(StoreEvent::PictureSaved { job: id, index: 0, item }));
    assert!(matches!(&s.create.strip[0].saved, Saved::At(p) if p == &PathBuf::from("/l/a.png")));
    assert_eq!(s.gallery.items.as_ref().unwrap().len(), 1);
}

#[test]
fn a_picture_that_cannot_be_saved_is_kept_and_can_be_tried_again() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    let error = StudioError::io(Doing::Writing, "/l", &std::io::ErrorKind::StorageFull.into());
    update(&mut s, Input::Store(StoreEvent::PictureFailed { job: id, index: 0, error }));
    let key = (id, 0);
    assert!(matches!(s.create.shot(key).unwrap().saved, Saved::Failed(_)));
    assert!(do_(&mut s, Command::Create(CreateCommand::TrashPicture(key))).is_empty(), "there would be no way back");
    let effects = do_(&mut s, Command::Create(CreateCommand::RetrySave(key)));
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::SavePicture { .. })]));
    assert!(do_(&mut s, Command::Create(CreateCommand::RetrySave(key))).is_empty(), "not twice at once");
}

/// Latents as a failed job hands them over.
pub(in crate::state) fn latents(model: &str) -> Arc<Latents> {
    let record = PictureRecord {
        params: ImageParams {
            model: model.into(),
            seed: Seed::Fixed(5),
            width: 64,
            height: 64,
            ..PictureRecord::default().params
        },
        ..PictureRecord::default()
    };
    Arc::new(Latents { channels: 4, height: 8, width: 8, numbers: vec![0.0; 256], record: Box::new(record) })
}

#[test]
fn latents_of_a_failed_decode_are_kept_on_disk_and_decoded_again_with_the_model_in_use() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Here { path: "/m/o".into() }));
    prompt(&mut s, "a cat");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    let kept = latents(STICKER_ID);
    let effects = engine(&mut s, id, PictureNews::Undecoded { latents: kept.clone() });
    assert_eq!(effects, vec![Effect::Store(StoreRequest::KeepLatents(kept.clone()))]);
    let bad = || EventKind::Failed(Cause::BadDecode { bad: 1, of: 2 }.into());
    engine(&mut s, id, bad());
    assert!(s.create.error.is_some());
    // Where they are is told.
    update(&mut s, Input::Store(StoreEvent::LatentsKept { path: "/l/a.latent".into() }));
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::LatentsKept("/l/a.latent".into())));

    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("other".into()))));
    let again = |s: &mut AppState| {
        let effects = do_(s, Command::Create(CreateCommand::DecodeAgain));
        let (id, job) = submitted(&effects);
        let Task::Picture(PictureTask::Decode(request)) = job else { panic!() };
        assert_eq!((request.model.id.as_str(), &request.latents[..]), ("other", &[kept.clone()][..]));
        assert!(s.create.error.is_none());
        id
    };
    // It may fail again, and again; when it works, the picture is as any other.
    let id = again(&mut s);
    engine(&mut s, id, bad());
    let id = again(&mut s);
    let effects = engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::SavePicture { .. })]));
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    assert!(do_(&mut s, Command::Create(CreateCommand::DecodeAgain)).is_empty(), "nothing is left to decode");
}

#[test]
fn a_file_of_latents_is_decoded_by_its_own_model_or_the_one_in_use() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Here { path: "/m/o".into() }));
    do_(&mut s, Command::Go(Room::Gallery));
    for (model, used) in [("other", "other"), ("gone", STICKER_ID)] {
        let path = PathBuf::from("/l/a.latent");
        assert_eq!(do_(&mut s, Command::OpenFile(path.clone())), vec![Effect::Store(StoreRequest::OpenFile(path))]);
        let opened = StoreEvent::LatentsOpened { latents: vec![latents(model), latents(model)] };
        let effects = update(&mut s, Input::Store(opened));
        let Some((_, Task::Picture(PictureTask::Decode(request)))) = asked_for(&s, &effects).pop() else { panic!() };
        let count = s.create.jobs.last().unwrap().request.params.count;
        assert_eq!((request.model.id.as_str(), request.latents.len(), count), (used, 2, 2));
        assert_eq!(s.room(), Room::Create);
    }
}

#[test]
fn unsaved_pictures_outlive_the_strip() {
    let mut s = state();
    for n in 0..STRIP as u64 + 20 {
        let key = (JobId(10_000 + n), 0);
        let saved = if n < 5 { Saved::Saving } else { Saved::At(format!("/l/{n}.png").into()) };
        s.create.put_on_strip(Shot { key, picture: Some(picture()), record: record("x"), saved, subject: None });
    }
    assert_eq!(s.create.strip.len(), STRIP);
    assert!((0..5).all(|n| s.create.shot((JobId(10_000 + n), 0)).is_some()));
}

#[test]
fn a_fixed_seed_is_used_and_a_random_one_differs() {
    let mut s = state();
    prompt(&mut s, "x");
    let seeds: Vec<u64> = (0..3)
        .map(|_| match asks_for(&mut s, Command::Create(CreateCommand::Generate)).1 {
            Task::Picture(PictureTask::Generate(r)) => r.seed,
            _ => unreachable!(),
        })
        .collect();
    assert!(seeds[0] != seeds[1] && seeds[1] != seeds[2]);
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Seed(Seed::Fixed(u64::MAX)))));
    let Task::Picture(PictureTask::Generate(request)) = asks_for(&mut s, Command::Create(CreateCommand::Generate)).1
    else {
        panic!()
    };
    assert_eq!(request.seed, SEED_MAX, "kept in range");
}

#[test]
fn esc_cancels_the_running_job_and_the_state_says_so_at_once() {
    let mut s = state();
    prompt(&mut s, "x");
    let (first, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    let (second, _) = asks_for(&mut s, Command::Create(CreateCommand::Generate));
    engine(&mut s, first, EventKind::Started);
    assert_eq!(do_(&mut s, Command::CancelCurrent), vec![Effect::Cancel(first)]);
    assert_eq!(s.create.running().unwrap().phase, Phase::Cancelling);
    engine(&mut s, first, EventKind::Loading { fraction: None });
    assert_eq!(s.create.running().unwrap().phase, Phase::Cancelling, "later news does not hide it");
    engine(&mut s, first, EventKind::Cancelled);
    assert_eq!(s.create.running().unwrap().id, second);
}

#[test]
fn another_start_of_the_program_is_told() {
    let mut s = state();
    assert_eq!(do_(&mut s, Command::StartAgain), []);
    assert!(s.notices.list.iter().any(|notice| notice.kind == NoticeKind::OpenAlready));
}

#[test]
fn events_of_unknown_jobs_change_nothing() {
    let mut s = state();
    let before = format!("{s:?}");
    assert!(engine(&mut s, JobId(99), EventKind::News(News::Text(TextNews::Token { text: "x".into() }))).is_empty());
    engine(&mut s, JobId(99), EventKind::Cancelled);
    assert_eq!(before, format!("{s:?}"));
}

#[test]
fn sliders_are_kept_in_range() {
    let mut s = state();
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 0.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Guidance, f64::NAN))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, -3.0))));
    assert_eq!(s.settings.image.steps, 1);
    assert_eq!(s.settings.image.guidance, 3.0);
    assert_eq!(s.text().temperature, 0.0);
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Reset)));
    assert_eq!(s.settings.image.steps, 20, "the card's own default");
}

#[test]
fn each_picture_model_keeps_its_own_sliders() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Embedded));
    prompt(&mut s, "a cat");
    let choose =
        |s: &mut AppState, id: &str| do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(id.into()))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 33.0))));
    choose(&mut s, "other");
    assert_eq!(s.settings.image.steps, 20, "the card's default the first time");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 44.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt("a dog".into()))));
    choose(&mut s, STICKER_ID);
    assert_eq!((s.settings.image.steps, s.settings.image.prompt.as_str()), (33, "a dog"), "prompts go along");
    choose(&mut s, "other");
    assert_eq!(s.settings.image.steps, 44);
    choose(&mut s, "other");
    assert_eq!(s.settings.image.steps, 44, "the same model again changes nothing");
    assert_eq!(s.settings.image_of.keys().collect::<Vec<_>>(), [STICKER_ID], "the model in use is not kept twice");
}

#[test]
fn an_unknown_model_is_named_with_those_that_are_known() {
    let mut s = state();
    prompt(&mut s, "x");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("nope".into()))));
    do_(&mut s, Command::Create(CreateCommand::Generate));
    let error = s.create.error.as_ref().unwrap();
    assert!(error.remedy(Lang::En).contains(STICKER_ID), "{error}");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(SMOLLM_ID.into()))));
    do_(&mut s, Command::Create(CreateCommand::Generate));
    assert!(matches!(s.create.error.as_ref().unwrap().cause(), Cause::WrongKind { .. }));
}

#[test]
fn a_dropped_picture_restores_prompt_and_sliders_and_is_shown() {
    let mut s = state();
    s.settings.room = Room::Gallery;
    let path = PathBuf::from("/x/one.png");
    assert_eq!(do_(&mut s, Command::OpenFile(path.clone())), vec![Effect::Store(StoreRequest::OpenFile(path.clone()))]);
    let opened = StoreEvent::Opened { path: path.clone(), picture: picture(), record: Some(record("a dog")) };
    update(&mut s, Input::Store(opened));
    let p = &s.settings.image;
    assert_eq!((p.prompt.as_str(), p.negative.as_str(), p.steps, p.seed), ("a dog", "blur", 12, Seed::Fixed(5)));
    assert_eq!(p.sampler, Sampler::Heun);
    assert_eq!(s.room(), Room::Create);
    assert!(matches!(s.create.stage(), Stage::Shot(_)));

    do_(&mut s, Command::OpenFile(path.clone()));
    update(&mut s, Input::Store(StoreEvent::Opened { path, picture: picture(), record: None }));
    assert!(matches!(&s.notices.list.last().unwrap().kind, NoticeKind::Problem(p)
        if matches!(p.0.cause(), Cause::NoSettingsInside { .. })));
}

/// The English words of the notice about settings that were restored.
pub(in crate::state) fn restore(state: &mut AppState, record: &PictureRecord) {
    let mut fx = Vec::new();
    let (create, mut env) = state.create(&mut fx);
    create.restore(record, &mut env);
}

pub(in crate::state) fn restored(s: &AppState) -> Vec<&str> {
    match &s.notices.list.last().unwrap().kind {
        NoticeKind::SettingsRestored(notes) => notes.iter().map(|note| note.en.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_picture_says_beyond_the_sliders_is_told_and_stays() {
    let mut s = state();
    restore(&mut s, &record("a dog"));
    assert_eq!(restored(&s), Vec::<&str>::new());
    let wild = PictureRecord {
        params: ImageParams {
            steps: 200,
            guidance: 45.0,
            seed: Seed::Fixed(648_312_782_957_426),
            ..record("a dog").params
        },
        ..*record("a dog")
    };
    restore(&mut s, &wild);
    let p = &s.settings.image;
    assert_eq!((p.steps, p.guidance, p.seed), (150, 30.0, Seed::Fixed(648_312_782_957_426)));
    assert_eq!(restored(&s).len(), 2);
    assert!(restored(&s)[0].contains("steps 200") && restored(&s)[0].contains("150 is set"));
    s.now_ms += NOTICE_MS;
    do_(&mut s, Command::Tick);
    assert_eq!(s.notices.list.len(), 1, "the plain notice goes, the one with words stays");
    s.create.unknown_words = vec!["zorb".into()];
    restore(
        &mut s,
        &PictureRecord { params: ImageParams { seed: Seed::Random, ..record("a dog").params }, ..*record("a dog") },
    );
    assert_eq!(s.settings.image.seed, Seed::Random);
    assert_eq!((s.notices.list.len(), restored(&s).len()), (1, 0), "what was said of the picture before is gone");
    assert_eq!(s.create.unknown_words, Vec::<String>::new());
}

#[test]
fn a_model_that_is_not_here_is_said_and_leaves_the_size() {
    let mut s = state();
    s.catalogue.entries[0].card.sizes.push(Size { width: 32, height: 32 });
    (s.settings.image.width, s.settings.image.height) = (32, 32);
    restore(
        &mut s,
        &PictureRecord {
            params: ImageParams { model: "dreamshaper_8".into(), width: 512, height: 768, ..record("a dog").params },
            ..*record("a dog")
        },
    );
    let p = &s.settings.image;
    assert_eq!((p.model.as_str(), p.width, p.height, p.prompt.as_str()), (STICKER_ID, 32, 32, "a dog"));
    assert!(matches!(&restored(&s)[..], [said] if said.contains("dreamshaper_8 is not here")), "{:?}", restored(&s));
    // One that is here and does not draw the size.
    restore(
        &mut s,
        &PictureRecord {
            params: ImageParams { width: 512, height: 768, ..record("a dog").params },
            ..*record("a dog")
        },
    );
    assert_eq!((s.settings.image.width, s.settings.image.height), (64, 64));
    assert_eq!(restored(&s), ["The picture says size 512x768; 64x64 is set instead."]);
}

#[test]
fn a_model_is_known_by_its_file_or_its_hash() {
    let mut s = state();
    let mut other = entry("dreamshaper_8", Makes::Image, ModelPresence::Here { path: "/m/d".into() });
    other.card.files[0].sha256 = "abcdef1234".repeat(6) + "abcd";
    s.catalogue.entries.push(other);
    let named = |model: &str, hash: &str| PictureRecord {
        params: ImageParams { model: model.into(), ..record("x").params },
        model_hash: hash.into(),
        ..*record("x")
    };
    for (model, hash) in [
        ("dreamshaper_8", ""),
        ("dreamshaper_8.safetensors", ""),
        ("SD1.5\\DreamShaper_8.safetensors", ""),
        ("another name", "ABCDEF1234"),
    ] {
        do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(STICKER_ID.into()))));
        restore(&mut s, &named(model, hash));
        assert_eq!(s.settings.image.model, "dreamshaper_8", "{model} {hash}");
    }
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(STICKER_ID.into()))));
    restore(&mut s, &named("gone.safetensors", "0000000000"));
    assert!(restored(&s)[0].contains("gone.safetensors is not here"), "{:?}", restored(&s));
    assert_eq!(s.settings.image.model, STICKER_ID);
}

#[test]
fn what_has_no_effect_on_the_model_is_told_and_not_asked_of_it() {
    let mut s = state();
    s.catalogue.entries[0].card.family = "sticker-flow".into();
    let rich = PictureRecord {
        params: ImageParams {
            sampler: Sampler::DpmPp2M,
            schedule: Schedule::Karras,
            noise: NoiseSource::Torch,
            clip_skip: 2,
            guidance_rescale: 0.5,
            ..record("a dog").params
        },
        ..*record("a dog")
    };
    restore(&mut s, &rich);
    assert_eq!(restored(&s).len(), 5, "{:?}", restored(&s));
    let p = &s.settings.image;
    assert_eq!(
        (p.sampler, p.schedule, p.noise, p.clip_skip),
        (Sampler::Euler, Schedule::Automatic, NoiseSource::Native, 1)
    );
    // Left by another version of the program, it is not asked of the model.
    s.settings.image.noise = NoiseSource::Torch;
    let effects = do_(&mut s, Command::Create(CreateCommand::Generate));
    let Task::Picture(PictureTask::Generate(request)) = submitted(&effects).1 else { panic!() };
    assert_eq!(request.params.noise, NoiseSource::Native);
}

#[test]
fn vary_draws_again_with_another_seed() {
    let mut s = state();
    let key = (JobId(500), 0);
    let saved = Saved::Saving;
    s.create.put_on_strip(Shot { key, picture: Some(picture()), record: record("a dog"), saved, subject: None });
    let effects = do_(&mut s, Command::Create(CreateCommand::Vary(key)));
    let Task::Picture(PictureTask::Generate(request)) = submitted(&effects).1 else { panic!() };
    assert_eq!(request.params.prompt, "a dog");
    assert_ne!(request.seed, 5);
}

#[test]
fn trash_can_be_undone_and_the_neighbour_is_selected() {
    let mut s = state();
    s.gallery.items = Some(vec![item(3), item(2), item(1)]);
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some("/l/2.png".into()))));
    assert_eq!(
        do_(&mut s, Command::Gallery(GalleryCommand::TrashItem("/l/2.png".into()))),
        vec![Effect::Store(StoreRequest::TrashPictures(vec!["/l/2.png".into()]))]
    );
    update(&mut s, Input::Store(StoreEvent::Trashed { paths: vec!["/l/2.png".into()] }));
    assert_eq!(s.gallery.selected, Some("/l/1.png".into()));
    let undo = do_(&mut s, Command::Gallery(GalleryCommand::RestorePictures(vec!["/l/2.png".into()])));
    assert_eq!(undo, vec![Effect::Store(StoreRequest::RestorePictures(vec!["/l/2.png".into()]))]);
    assert!(s.notices.list.is_empty());
    update(&mut s, Input::Store(StoreEvent::Restored { items: vec![item(2)] }));
    let order: Vec<i64> = s.gallery.items.as_ref().unwrap().iter().map(|i| i.made_ms).collect();
    assert_eq!(order, [3, 2, 1]);
}

#[test]
fn thumbnails_are_asked_for_once_and_stay_bounded() {
    let mut s = state();
    assert_eq!(do_(&mut s, Command::Gallery(GalleryCommand::NeedThumbnail("/a".into()))).len(), 1);
    assert!(do_(&mut s, Command::Gallery(GalleryCommand::NeedThumbnail("/a".into()))).is_empty());
    for n in 0..THUMBNAILS + 10 {
        let event = StoreEvent::Thumbnail { path: format!("/{n}").into(), picture: picture() };
        update(&mut s, Input::Store(event));
    }
    assert!(s.gallery.thumbnails.get("/0".as_ref()).is_none());
    assert!(s.gallery.thumbnails.get(format!("/{}", THUMBNAILS + 9).as_ref()).is_some());
    assert_eq!(do_(&mut s, Command::Gallery(GalleryCommand::NeedThumbnail("/0".into()))).len(), 1, "can come back");
}

// ---- Settings and notes

#[test]
fn settings_are_written_once_they_rest() {
    let mut s = state();
    for step in 0..5 {
        do_(
            &mut s,
            Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, f64::from(10 + step)))),
        );
        assert!(do_(&mut s, Command::Tick).is_empty());
        s.now_ms += 300;
    }
    assert!(s.next_deadline_ms().is_some());
    s.now_ms += 1_000;
    let effects = do_(&mut s, Command::Tick);
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::SaveSettings(saved))] if saved.image.steps == 14));
    assert!(do_(&mut s, Command::Tick).is_empty());
    assert_eq!(s.next_deadline_ms(), None, "then nothing wakes the program");
}

#[test]
fn notes_go_by_themselves_but_problems_stay() {
    let mut s = state();
    s.note(NoticeKind::Copied);
    s.problem(Cause::EngineGone.into());
    s.now_ms += NOTICE_MS;
    do_(&mut s, Command::Tick);
    assert_eq!(s.notices.list.len(), 1);
    let id = s.notices.list[0].id;
    do_(&mut s, Command::DismissNotice(id));
    assert!(s.notices.list.is_empty());
}

#[test]
fn the_language_switches_while_running() {
    let mut s = state();
    do_(&mut s, Command::Settings(SettingsCommand::SetLang(Lang::Zh)));
    assert_eq!((s.lang, s.settings.lang), (Lang::Zh, Some(Lang::Zh)));
}

#[test]
fn terms_are_agreed_to_once_before_the_first_fetch() {
    let mut s = state();
    let mut gemma = entry("gemma", Makes::Text, ModelPresence::Absent);
    let text = || "be good".to_owned();
    gemma.card.terms = Some(Terms { url: "https://example.org".into(), text: text(), text_zh: text() });
    s.catalogue.entries.push(gemma);
    let asking = |s: &AppState| s.catalogue.entry("gemma").unwrap().asking;
    assert!(do_(&mut s, Command::Models(ModelsCommand::Fetch("gemma".into()))).is_empty(), "nothing is fetched yet");
    assert!(asking(&s) && s.room() == Room::Models);
    assert!(do_(&mut s, Command::Models(ModelsCommand::AnswerTerms("gemma".into(), false))).is_empty());
    assert!(!asking(&s) && s.settings.agreed.is_empty());
    // A message to it asks as well, and is not lost.
    s.settings.text.model = "gemma".into();
    do_(&mut s, Command::Write(WriteCommand::SetDraft("Once upon a time".into())));
    do_(&mut s, Command::Write(WriteCommand::Send));
    assert!(asking(&s) && s.write.job.is_none());
    assert_eq!(s.write.open.turns[0].message.content, "Once upon a time");
    let effects = do_(&mut s, Command::Models(ModelsCommand::AnswerTerms("gemma".into(), true)));
    assert!(
        effects.contains(&Effect::Catalogue(CatalogueRequest::Fetch("gemma".into()))) && s.settings.agreed == ["gemma"]
    );
}
