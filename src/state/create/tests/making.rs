//! A picture goes from prompt to disk, and nothing is lost on the way.

use super::*;

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
    // No matter how the prompt comes.
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
fn events_of_unknown_jobs_change_nothing() {
    let mut s = state();
    let before = format!("{s:?}");
    assert!(engine(&mut s, JobId(99), EventKind::News(News::Text(TextNews::Token { text: "x".into() }))).is_empty());
    engine(&mut s, JobId(99), EventKind::Cancelled);
    assert_eq!(before, format!("{s:?}"));
}

#[test]
fn the_strip_keeps_its_bytes_and_reads_again_what_is_shown() {
    let large = || Arc::new(Picture { width: 2048, height: 2048, rgba: vec![0; 4 * 2048 * 2048] });
    let mut s = state();
    let path = |n: u64| PathBuf::from(format!("/l/{n}.png"));
    for n in 0..12 {
        let saved = if n == 1 { Saved::Saving } else { Saved::At(path(n)) };
        let key = (JobId(n + 100), 0);
        s.create.put_on_strip(Shot { key, picture: Some(large()), record: record("x"), saved, subject: None });
        assert!(do_(&mut s, Command::Tick).is_empty());
    }
    let full = |s: &AppState| {
        s.create.strip.iter().filter(|shot| shot.picture.is_some()).map(|shot| shot.key.0.0 - 100).collect::<Vec<_>>()
    };
    assert_eq!(full(&s), [11, 10, 9, 8, 1], "64 MiB of the newest, and what is not on the disk yet");
    assert_eq!(s.picture_bytes(), 5 * (16 << 20));

    // A picture that is only on the disk is read when it is shown, and dropped again when another is.
    let show =
        |s: &mut AppState, n: u64| do_(s, Command::Create(CreateCommand::Show(Shown::Shot((JobId(n + 100), 0)))));
    assert_eq!(show(&mut s, 4), [Effect::Store(StoreRequest::ViewPicture(path(4)))]);
    assert!(do_(&mut s, Command::Tick).is_empty(), "once");
    update(&mut s, Input::Store(StoreEvent::Viewed { path: path(5), picture: Ok(large()) }));
    assert!(!full(&s).contains(&5), "it is not shown");
    update(&mut s, Input::Store(StoreEvent::Viewed { path: path(4), picture: Ok(large()) }));
    assert_eq!(full(&s), [11, 10, 9, 8, 4, 1]);
    show(&mut s, 11);
    assert_eq!(full(&s), [11, 10, 9, 8, 1]);
    // Saved or copied without having been shown: it comes from its file.
    let key = (JobId(102), 0);
    assert_eq!(
        do_(&mut s, Command::Create(CreateCommand::SavePictureAs(key))),
        [Effect::AskExportFile { path: path(2), enlarge: Enlarge::NONE }]
    );
    assert_eq!(
        do_(&mut s, Command::Create(CreateCommand::CopyPicture(key))),
        [Effect::Store(StoreRequest::ViewPicture(path(2)))]
    );
    // A missing file is reported, and not read over and over.
    show(&mut s, 3);
    let gone = StoreEvent::Viewed { path: path(3), picture: Err(Cause::FileMissing { path: path(3) }.into()) };
    assert!(update(&mut s, Input::Store(gone)).is_empty());
    assert!(do_(&mut s, Command::Tick).is_empty() && s.notices.list.len() == 1);
}
