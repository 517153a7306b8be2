//! The queue of the engine's lanes: one job each, the others wait in order.

use super::*;
use crate::state::lanes::WAITING;
use crate::state::write::tests::harness::{say, stats};

/// The prompts of the picture jobs that these effects submit.
fn drawn<'a>(effects: &'a [Effect]) -> Vec<&'a str> {
    let prompt = |effect: &'a Effect| match effect {
        Effect::Submit { task: Task::Picture(PictureTask::Generate(request)), .. } => {
            Some(request.params.prompt.as_str())
        }
        _ => None,
    };
    effects.iter().filter_map(prompt).collect()
}

fn draw(s: &mut AppState, text: &str) -> Vec<Effect> {
    prompt(s, text);
    do_(s, Command::Create(CreateCommand::Generate))
}

fn done() -> EventKind {
    EventKind::Finished(Outcome::Image(ImageStats::default()))
}

#[test]
fn a_lane_has_one_job_and_the_others_follow_in_their_order() {
    let mut s = state();
    let effects = draw(&mut s, "one");
    let (first, _) = submitted(&effects);
    assert_eq!(drawn(&effects), ["one"]);
    for text in ["two", "three"] {
        assert!(drawn(&draw(&mut s, text)).is_empty(), "it waits");
    }
    assert_eq!(s.create.jobs.len(), 3);
    // The lane of texts is free.
    let (text, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, first, EventKind::Started);
    let effects = engine(&mut s, first, EventKind::Failed(StudioError::other(crate::lang::Both::same("no luck"))));
    let (second, _) = submitted(&effects);
    assert_eq!(drawn(&effects), ["two"]);
    assert!(drawn(&engine(&mut s, text, EventKind::Finished(stats()))).is_empty(), "the end of another lane's job");
    assert!(drawn(&engine(&mut s, first, EventKind::Cancelled)).is_empty(), "an end that is told twice");
    assert_eq!(drawn(&engine(&mut s, second, done())), ["three"]);
}

#[test]
fn a_job_that_waits_is_cancelled_at_once_and_the_engine_never_sees_it() {
    let mut s = state();
    let (first, _) = submitted(&draw(&mut s, "one"));
    draw(&mut s, "two");
    draw(&mut s, "three");
    let second = s.create.jobs[1].id;
    assert!(do_(&mut s, Command::CancelJob(second)).is_empty());
    assert!(s.create.jobs.iter().all(|job| job.id != second));
    let told = |s: &AppState| s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::PicturesCancelled(_)));
    assert!(told(&s), "with a way back");
    assert_eq!(do_(&mut s, Command::CancelJob(first)), [Effect::Cancel(first)], "the engine has this one");
    assert_eq!(drawn(&engine(&mut s, first, EventKind::Cancelled)), ["three"]);
}

#[test]
fn another_engine_gets_what_waited_for_the_old_one_in_its_order() {
    let mut s = state();
    let (old, _) = submitted(&draw(&mut s, "one"));
    draw(&mut s, "two");
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)));
    assert_eq!(drawn(&effects), ["one"]);
    let (new, _) = submitted(&effects);
    // The app ends the old engine's job.
    assert!(drawn(&engine(&mut s, old, EventKind::Cancelled)).is_empty());
    let left: Vec<_> = s.create.jobs.iter().map(|job| job.request.params.prompt.clone()).collect();
    assert_eq!(left, ["one", "two"]);
    assert_eq!(drawn(&engine(&mut s, new, done())), ["two"]);
}

#[test]
fn more_jobs_than_a_lane_takes_are_refused() {
    let mut s = state();
    for _ in 0..=WAITING {
        draw(&mut s, "again");
    }
    assert!(s.create.error.is_none());
    draw(&mut s, "one more");
    let error = s.create.error.as_ref().expect("it is told");
    assert_eq!(error.cause(), &Cause::QueueFull { waiting: WAITING });
    assert_eq!(s.create.jobs.len(), WAITING + 1);
}

/// Regression: a waiting job loaded its model again as soon as the one before it was over.
#[test]
fn what_waits_begins_when_all_memory_that_was_to_be_freed_is_free() {
    let mut s = state();
    let (first, _) = submitted(&draw(&mut s, "one"));
    draw(&mut s, "two");
    assert_eq!(do_(&mut s, Command::Models(ModelsCommand::Unload)), [Effect::Unload]);
    // The lane of texts is free, but the job would load its model again.
    say(&mut s, "Hello");
    assert_eq!(asked_for(&s, &[]).len(), 2, "both wait");
    let unloaded = |medium| EventKind::Unloaded { medium };
    assert!(engine(&mut s, NO_JOB, unloaded(Medium::Text)).is_empty(), "a picture is still drawn");
    assert!(drawn(&engine(&mut s, first, done())).is_empty());
    let effects = engine(&mut s, NO_JOB, unloaded(Medium::Picture));
    let begun = effects.iter().filter(|effect| matches!(effect, Effect::Submit { .. })).count();
    assert_eq!((drawn(&effects), begun), (vec!["two"], 2));
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::MemoryFreed));
    assert!(s.notices.list.iter().all(|n| n.kind != NoticeKind::MemoryWaits));
}

#[test]
fn what_waits_for_the_memory_begins_where_it_cannot_be_freed_or_the_engine_is_another() {
    let mut s = state();
    do_(&mut s, Command::Models(ModelsCommand::Unload));
    assert!(drawn(&draw(&mut s, "one")).is_empty());
    assert_eq!(drawn(&update(&mut s, Input::NotUnloaded(Cause::EngineGone.into()))), ["one"]);
    let mut s = state();
    do_(&mut s, Command::Models(ModelsCommand::Unload));
    draw(&mut s, "one");
    assert_eq!(drawn(&do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)))), ["one"]);
    // A waiting job can be cancelled as usual.
    let mut s = state();
    do_(&mut s, Command::Models(ModelsCommand::Unload));
    draw(&mut s, "one");
    let id = s.create.jobs[0].id;
    assert!(do_(&mut s, Command::CancelJob(id)).is_empty() && s.create.jobs.is_empty());
}

/// The third lane of the engine's tests: the queue needs no code for it.
#[test]
fn a_third_lane_has_a_queue_of_its_own() {
    let mut s = state();
    draw(&mut s, "one");
    let (mut fx, first, second) = (Vec::new(), s.lanes.new_job(), s.lanes.new_job());
    s.lanes.ask(first, Task::Count(Some(3)), &mut fx);
    s.lanes.ask(second, Task::Count(Some(4)), &mut fx);
    assert_eq!(fx, [Effect::Submit { id: first, task: Task::Count(Some(3)) }]);
    let effects = engine(&mut s, first, EventKind::Finished(Outcome::Count(3)));
    assert_eq!(effects, [Effect::Submit { id: second, task: Task::Count(Some(4)) }]);
}
