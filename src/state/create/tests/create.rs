//! Create: notes about a prompt, several pictures at once, sizes.

use super::*;

#[test]
fn a_size_that_nobody_chose_is_the_cards_and_one_that_was_chosen_stays() {
    let large = |s: &mut AppState| {
        s.catalogue.entries[0].card.sizes.insert(0, Size { width: 512, height: 512 });
        (s.catalogue.entries[0].card.defaults.width, s.catalogue.entries[0].card.defaults.height) =
            (Some(512), Some(512));
        s.catalogue.settle_size(&mut s.settings);
        (s.settings.image.width, s.settings.image.height)
    };
    let mut s = state();
    assert_eq!(large(&mut s), (512, 512));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Size(64, 64))));
    s.catalogue.settle_size(&mut s.settings);
    assert_eq!(s.settings.image.width, 64, "once alone");
    let mut s = state();
    (s.settings.image.width, s.settings.image.height) = (32, 32);
    assert_eq!(large(&mut s), (32, 32));
}

/// Regression: a job that ended after its prompt was cleared still noted what the model had ignored.
#[test]
fn what_is_said_of_a_prompt_goes_with_the_prompt_and_its_model() {
    let stats = || {
        let read = ReadTo { negative: false, read: 8, all: 12, words: true, rest: "fox".into() };
        ImageStats { unknown_words: vec!["zorb".into()], read_to: vec![read], widened: 2, ..Default::default() }
    };
    let silent = |s: &AppState| {
        let create = &s.create;
        create.unknown_words.is_empty()
            && create.read_to.is_empty()
            && create.left_out.is_empty()
            && create.widened == 0
    };
    let drawn = |s: &mut AppState| {
        prompt(s, "a zorb");
        let (id, _) = submitted(&do_(s, Command::Create(CreateCommand::Generate)));
        engine(s, id, PictureNews::LeftOut { notes: vec![Both::new("x", "x")] });
        engine(s, id, EventKind::Finished(Outcome::Image(stats())));
        assert!(s.create.unknown_words == ["zorb"] && s.create.read_to.len() == 1 && s.create.widened == 2);
    };
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Embedded));
    let changes: [fn(&mut AppState); 4] = [
        |s| drop(do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(String::new()))))),
        |s| drop(do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Negative("frame".into()))))),
        |s| drop(do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("other".into()))))),
        |s| restore(s, &record("a dog")),
    ];
    for change in changes {
        do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(STICKER_ID.into()))));
        drawn(&mut s);
        do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 9.0))));
        assert!(!silent(&s), "sliders do not change what was read");
        change(&mut s);
        assert!(silent(&s));
    }
    // A job that ends later adds no notes about the present prompt.
    prompt(&mut s, "a zorb");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    prompt(&mut s, "");
    engine(&mut s, id, PictureNews::LeftOut { notes: vec![Both::new("x", "x")] });
    engine(&mut s, id, EventKind::Finished(Outcome::Image(stats())));
    assert!(silent(&s));
}

#[test]
fn several_pictures_of_a_job_are_side_by_side_until_one_is_chosen() {
    let mut s = state();
    prompt(&mut s, "a cat");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Count, 2.0))));
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    assert_eq!(s.create.batch(), Some(id), "from the beginning");
    for index in 0..2 {
        engine(&mut s, id, PictureNews::Picture { index, picture: picture(), record: record("a cat") });
    }
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    assert_eq!(s.create.batch(), Some(id));
    assert_eq!(s.create.shots_of(id).iter().map(|shot| shot.key.1).collect::<Vec<_>>(), [0, 1], "in order");
    do_(&mut s, Command::Create(CreateCommand::Show(Shown::Shot((id, 1)))));
    assert!(s.create.batch().is_none() && matches!(s.create.stage(), Stage::Shot(shot) if shot.key == (id, 1)));
    // Its pictures can be shown together again, even after others were made.
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Count, 1.0))));
    let (one, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, one, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    engine(&mut s, one, EventKind::Finished(Outcome::Image(ImageStats::default())));
    assert!(s.create.batch().is_none(), "one picture is no grid");
    do_(&mut s, Command::Create(CreateCommand::Show(Shown::Batch(id))));
    assert_eq!(s.create.batch(), Some(id));
}

#[test]
fn a_picture_is_saved_so_many_times_as_large() {
    let mut s = state();
    let key = (JobId(500), 0);
    let (record, saved) = (record("a dog"), Saved::Saving);
    s.create.put_on_strip(Shot { key, picture: Some(picture()), record, saved, subject: None });
    let four = Enlarge { times: 4, filter: Filter::Lanczos };
    for (command, enlarge) in [
        (Command::Create(CreateCommand::SavePictureAs(key)), Enlarge::NONE),
        (Command::Create(CreateCommand::SavePictureAt(key, four)), four),
        (Command::Create(CreateCommand::SavePictureAt(key, Enlarge::SVG)), Enlarge::SVG),
    ] {
        let effects = do_(&mut s, command);
        assert!(matches!(&effects[..], [Effect::AskExportPicture { enlarge: e, .. }] if *e == enlarge), "{effects:?}");
    }
    let path = PathBuf::from("/l/a.png");
    let effects = do_(&mut s, Command::Gallery(GalleryCommand::SaveItemAt(path.clone(), four)));
    assert_eq!(effects, [Effect::AskExportFile { path, enlarge: four }]);
}

/// Regression: a size that is not on the card was replaced by the first one on it.
#[test]
fn the_size_of_a_picture_is_restored_and_what_the_model_cannot_is_told() {
    let mut s = state();
    let mut free = entry("sd15", Makes::Image, ModelPresence::Here { path: "/m/d".into() });
    free.card.family = "stable-diffusion-1".into();
    free.card.sizes = vec![Size { width: 512, height: 512 }];
    free.card.defaults.width = Some(512);
    free.card.defaults.height = Some(512);
    s.catalogue.entries.push(free);
    let restore = |s: &mut AppState, width, height| {
        restore(
            s,
            &PictureRecord {
                params: ImageParams { model: "sd15".into(), width, height, ..record("a dog").params },
                ..*record("a dog")
            },
        );
        (s.settings.image.width, s.settings.image.height)
    };
    assert_eq!(restore(&mut s, 680, 920), (680, 920));
    assert_eq!(restored(&s), Vec::<&str>::new());
    assert_eq!(restore(&mut s, 500, 701), (504, 704));
    assert_eq!(
        restored(&s),
        [
            "The picture says size 500x701, but this model draws sides in multiples of 8 from 64 to 4096; 504x704 is set instead."
        ]
    );
    // Typed sides become the nearest ones that the model draws; other models keep to their card.
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Size(700, 10))));
    assert_eq!((s.settings.image.width, s.settings.image.height), (704, 64));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(STICKER_ID.into()))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Size(700, 10))));
    assert_eq!((s.settings.image.width, s.settings.image.height), (64, 64));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("sd15".into()))));
    assert_eq!((s.settings.image.width, s.settings.image.height), (704, 64), "each model keeps its own");
    // A file without a card begins with a size that every family draws.
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("/m/unknown.safetensors".into()))));
    assert_eq!((s.settings.image.width, s.settings.image.height), (512, 512));
}

/// Regression: when the first picture was cancelled, nothing said so and there was no way back to it.
#[test]
fn pictures_that_were_cancelled_are_told_and_can_be_drawn_again() {
    let mut s = state();
    prompt(&mut s, "a cat");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Count, 4.0))));
    let effects = do_(&mut s, Command::Create(CreateCommand::Generate));
    let (id, job) = submitted(&effects);
    let Task::Picture(PictureTask::Generate(request)) = job else { panic!("{job:?}") };
    let (seed, request) = (request.seed, request.clone());
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    do_(&mut s, Command::CancelCurrent);
    engine(&mut s, id, EventKind::Cancelled);
    let notes: Vec<_> = s.notices.list.iter().map(|notice| notice.kind.clone()).collect();
    let [NoticeKind::PicturesCancelled(left)] = &notes[..] else { panic!("{notes:?}") };
    // Regression: the way back disappeared after some seconds.
    s.now_ms += 5 * NOTICE_MS;
    do_(&mut s, Command::Tick);
    let told = |s: &AppState| s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::PicturesCancelled(_)));
    assert!(told(&s));
    prompt(&mut s, "something else");
    let effects = do_(&mut s, Command::Waiting(WaitingCommand::Draw(left.clone())));
    assert!(!told(&s), "until another job starts");
    let (_, again) = submitted(&effects);
    let Task::Picture(PictureTask::Generate(again)) = again else { panic!("{again:?}") };
    assert_eq!((again.params.prompt.as_str(), again.params.count), (request.params.prompt.as_str(), 3));
    assert_eq!(again.seed, seed.wrapping_add(1), "the ones that were not drawn");
    assert_eq!(s.settings.image.prompt, "something else");
}

/// Regression: the note that pictures were cancelled stayed until it was closed by hand.
#[test]
fn the_note_on_cancelled_pictures_goes_by_itself() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    do_(&mut s, Command::CancelCurrent);
    engine(&mut s, id, EventKind::Cancelled);
    assert_eq!(s.notices.list.len(), 1);
    assert!(s.waiting_in(Room::Create).next().is_none(), "it takes no place in the room");
    s.now_ms += 10 * NOTICE_MS;
    do_(&mut s, Command::Tick);
    assert!(s.notices.list.is_empty());
}

/// Confirmations disappear after a while; errors, offers and questions stay.
#[test]
fn only_what_asks_something_of_the_person_stays() {
    let left = Waiting::Pictures { params: Default::default(), subject: None };
    let confirms = [
        NoticeKind::PicturesCancelled(Box::new(left)),
        NoticeKind::Copied,
        NoticeKind::DraftKept,
        NoticeKind::PicturesTrashed(vec!["/a.png".into()]),
        NoticeKind::SettingsRestored(Vec::new()),
        NoticeKind::MemoryFreed,
    ];
    assert!(confirms.iter().all(|kind| !kind.stays()));
    let asks = [
        NoticeKind::Problem(ProblemBox(Cause::EngineGone.into())),
        NoticeKind::JobsLeft,
        NoticeKind::PicturesLeft { folder: "/old".into(), count: 2 },
        NoticeKind::ModelOpened("a".into()),
        NoticeKind::SettingsRestored(vec![Both::same("no sampler")]),
    ];
    assert!(asks.iter().all(NoticeKind::stays));
}

/// Regression: after each start Create looked as if nothing had ever been drawn.
#[test]
fn the_strip_begins_with_the_newest_pictures_of_the_library() {
    let mut s = state();
    s.status.library = "/l".into();
    let item = |n: i64| LibraryItem { record: (n != 2).then(|| record(&n.to_string())), ..item(n) };
    let saved = Saved::At("/l/4.png".into());
    let key = (JobId(900), 0);
    s.create.put_on_strip(Shot { key, picture: Some(picture()), record: record("4"), saved, subject: None });
    let other = LibraryItem { path: "/elsewhere/9.png".into(), ..item(9) };
    let items = vec![other, item(4), item(3), item(2), item(1)];
    let effects = update(&mut s, Input::Store(StoreEvent::Recent(items.clone())));
    assert_eq!(effects, [], "the one on the stage is here in full");
    let prompts = |s: &AppState| s.create.strip.iter().map(|shot| shot.record.prompt.clone()).collect::<Vec<_>>();
    assert_eq!(prompts(&s), ["4", "3", "1"], "once each; what has no settings is not the strip's");
    assert!(matches!(s.create.stage(), Stage::Shot(shot) if shot.key == key));
    // Without a picture of this session, the newest earlier one is on the stage, and is read.
    let mut s = state();
    s.status.library = "/l".into();
    let effects = update(&mut s, Input::Store(StoreEvent::Recent(items)));
    assert_eq!(effects, [Effect::Store(StoreRequest::ViewPicture("/l/4.png".into()))]);
    assert_eq!(prompts(&s), ["4", "3", "1"]);
}
