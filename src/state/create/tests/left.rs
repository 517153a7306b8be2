//! Jobs that end early: what is left of them is drawn, reported or offered, and only once.

use super::*;

fn draw(s: &mut AppState, text: &str) -> JobId {
    prompt(s, text);
    asks_for(s, Command::Create(CreateCommand::Generate)).0
}

fn another_device(s: &mut AppState, device: DeviceChoice) -> Vec<(JobId, Task)> {
    let effects = do_(s, Command::Settings(SettingsCommand::SetDevice(device)));
    asked_for(s, &effects)
}

fn told(s: &AppState) -> Vec<&str> {
    let cancelled = s.notices.list.iter().filter_map(|notice| match &notice.kind {
        NoticeKind::PicturesCancelled(left) => Some(&**left),
        _ => None,
    });
    let prompts = cancelled.filter_map(|left| match left {
        Waiting::Pictures { params, .. } => Some(params.prompt.as_str()),
        _ => None,
    });
    prompts.collect()
}

fn decoded(task: &Task) -> &[Arc<Latents>] {
    let Task::Picture(PictureTask::Decode(request)) = task else { panic!("{task:?}") };
    &request.latents
}

/// Regression: the running picture was drawn again on the new device, and also reported as cancelled.
#[test]
fn pictures_that_another_device_draws_are_not_told_as_cancelled() {
    let mut s = state();
    let old = draw(&mut s, "a cat");
    draw(&mut s, "a dog");
    engine(&mut s, old, EventKind::Started);
    let [(new, _), _] = another_device(&mut s, DeviceChoice::Cpu)[..] else { panic!() };
    // The old engine's last events.
    let late = PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") };
    assert_eq!(engine(&mut s, old, late), [], "the new one draws it");
    engine(&mut s, old, EventKind::Cancelled);
    assert_eq!(told(&s), Vec::<&str>::new());
    let jobs: Vec<_> = s.create.jobs.iter().map(|job| job.request.params.prompt.as_str()).collect();
    assert_eq!(jobs, ["a cat", "a dog"]);
    assert_eq!(s.desk_now().waiting.len(), 2, "each is left once");
    // A job that the user stops is not drawn again, and a notice says so.
    do_(&mut s, Command::CancelJob(new));
    assert_eq!(another_device(&mut s, DeviceChoice::Auto).len(), 1);
    engine(&mut s, new, EventKind::Cancelled);
    assert_eq!(told(&s), ["a cat"]);
}

#[test]
fn pictures_whose_model_is_gone_are_told_as_cancelled_by_another_device() {
    let mut s = state();
    let old = draw(&mut s, "a cat");
    s.catalogue.entries.clear();
    assert_eq!(another_device(&mut s, DeviceChoice::Cpu).len(), 0);
    engine(&mut s, old, EventKind::Cancelled);
    assert!(s.create.jobs.is_empty() && s.create.error.is_some());
    assert_eq!(told(&s), ["a cat"]);
}

/// Regression: after a decode was stopped, its latents could not be decoded any more.
#[test]
fn what_a_stopped_decode_has_not_decoded_is_offered_again() {
    let mut s = state();
    let file = vec![latents(STICKER_ID), latents("other")];
    let effects = update(&mut s, Input::Store(StoreEvent::LatentsOpened { latents: file.clone() }));
    let (id, _) = submitted(&effects);
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("x") });
    do_(&mut s, Command::CancelCurrent);
    engine(&mut s, id, EventKind::Cancelled);
    assert!(s.create.offers_decoding() && s.create.error.is_none());
    let (id, again) = asks_for(&mut s, Command::Create(CreateCommand::DecodeAgain));
    assert_eq!(decoded(&again), &file[1..]);
    assert!(!s.create.offers_decoding(), "while it runs");
    // Another device continues it.
    let jobs = another_device(&mut s, DeviceChoice::Cpu);
    assert_eq!(decoded(&jobs[0].1), &file[1..]);
    engine(&mut s, id, EventKind::Cancelled);
    assert_eq!((s.create.jobs.len(), s.create.offers_decoding()), (1, false));
    // A job that waits for its lane stops at once.
    let mut s = state();
    draw(&mut s, "a cat");
    update(&mut s, Input::Store(StoreEvent::LatentsOpened { latents: file.clone() }));
    let waits = s.create.jobs[1].id;
    do_(&mut s, Command::CancelJob(waits));
    assert_eq!(s.create.undecoded, file);
    do_(&mut s, Command::Create(CreateCommand::DismissError));
    assert!(!s.create.offers_decoding(), "it is put away as an error is");
}
