//! A third lane, in tests alone: it counts, tells how far it is, and can be stopped. Outside of this folder it takes a
//! medium and a task in `domain/job.rs`, its news and its outcome in `domain/event.rs`, and this module's name in
//! `engine/mod.rs`.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::{Backend, Backends, CancelToken, Engine, Reporter, Stop};
use crate::domain::{Event, EventKind, JobId, Medium, News, OfMedium, Outcome, StepProgress, Task};
use crate::error::Cause;

/// Counts up to this number; without one it counts until it is stopped.
struct Count(Option<u32>);

impl OfMedium for Count {
    const MEDIUM: Medium = Medium::Count;

    fn of(task: Task) -> Option<Self> {
        let Task::Count(to) = task else { return None };
        Some(Self(to))
    }
}

/// Counts as far as its fingers go; one number it cannot even be asked about.
struct Fingers;

impl Backend for Fingers {
    type Task = Count;

    fn takes(&self, Count(to): &Count) -> bool {
        assert_ne!(*to, Some(7), "a finger is hurt");
        to.is_some_and(|to| to <= 10)
    }

    fn run(&mut self, Count(to): &Count, reporter: &Reporter, token: &CancelToken) -> Result<Outcome, Stop> {
        count(to.unwrap_or_default(), reporter, token)
    }
}

/// Counts whatever the backend before it does not, but for one number.
struct Abacus;

impl Backend for Abacus {
    type Task = Count;

    fn run(&mut self, Count(to): &Count, reporter: &Reporter, token: &CancelToken) -> Result<Outcome, Stop> {
        assert_ne!(*to, Some(13), "a bead fell off");
        count(to.unwrap_or(u32::MAX), reporter, token)
    }
}

fn count(steps: u32, reporter: &Reporter, token: &CancelToken) -> Result<Outcome, Stop> {
    for step in 1..=steps {
        token.check()?;
        reporter.hint(EventKind::Progress(StepProgress { index: 0, count: 1, step, steps, eta_s: 0.0 }));
        if step <= 10 {
            reporter.tell(EventKind::News(News::Count(step)));
        }
    }
    Ok(Outcome::Count(steps))
}

fn engine() -> (Engine, Receiver<Event>) {
    Engine::start(vec![Backends::of(vec![Box::new(Fingers), Box::new(Abacus)])], Arc::new(|| {}))
}

/// What a job tells, to its end; `each` sees it as it comes.
fn told(events: &Receiver<Event>, id: JobId, mut each: impl FnMut(&EventKind)) -> Vec<EventKind> {
    let mut all = Vec::new();
    loop {
        let event = events.recv_timeout(Duration::from_secs(10)).expect("an ending comes");
        assert_eq!(event.job, id, "one job at a time");
        each(&event.kind);
        all.push(event.kind);
        if all.last().is_some_and(EventKind::is_ending) {
            return all;
        }
    }
}

#[test]
fn a_third_lane_counts_and_tells_how_far_it_is() {
    let (engine, events) = engine();
    let job = engine.submit(JobId(1), Task::Count(Some(3))).unwrap();
    let all = told(&events, job.id(), |_| ());
    assert!(matches!(all[0], EventKind::Started));
    let counted = all.iter().filter_map(|kind| match kind {
        EventKind::News(News::Count(n)) => Some(*n),
        _ => None,
    });
    assert_eq!(counted.collect::<Vec<_>>(), [1, 2, 3]);
    let steps = all.iter().filter_map(|kind| match kind {
        EventKind::Progress(progress) => Some((progress.step, progress.steps)),
        _ => None,
    });
    assert_eq!(steps.collect::<Vec<_>>(), [(1, 3), (2, 3), (3, 3)]);
    assert!(matches!(all.last(), Some(EventKind::Finished(Outcome::Count(3)))));
}

#[test]
fn it_can_be_stopped_and_goes_on_after_a_panic() {
    let (engine, events) = engine();
    let endless = engine.submit(JobId(1), Task::Count(None)).unwrap();
    let all = told(&events, JobId(1), |kind| {
        if let EventKind::News(News::Count(5)) = kind {
            endless.cancel();
        }
    });
    assert!(matches!(all.last(), Some(EventKind::Cancelled)));
    let bad = engine.submit(JobId(2), Task::Count(Some(13))).unwrap();
    let all = told(&events, bad.id(), |_| ());
    assert!(
        matches!(all.last(), Some(EventKind::Failed(error)) if matches!(error.cause(), Cause::Panicked { what } if what.contains("a bead fell off")))
    );
    let good = engine.submit(JobId(3), Task::Count(Some(14))).unwrap();
    assert!(matches!(told(&events, good.id(), |_| ()).last(), Some(EventKind::Finished(Outcome::Count(14)))));
}

#[test]
fn a_backend_that_panics_when_it_is_asked_fails_its_job_alone() {
    let (engine, events) = engine();
    let bad = engine.submit(JobId(1), Task::Count(Some(7))).unwrap();
    let all = told(&events, bad.id(), |_| ());
    assert!(
        matches!(all.last(), Some(EventKind::Failed(error)) if matches!(error.cause(), Cause::Panicked { what } if what.contains("a finger is hurt")))
    );
    let good = engine.submit(JobId(2), Task::Count(Some(3))).unwrap();
    assert!(matches!(told(&events, good.id(), |_| ()).last(), Some(EventKind::Finished(Outcome::Count(3)))));
}
