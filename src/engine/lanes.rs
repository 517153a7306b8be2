//! The engine: a lane for each medium, so that all of them can run at once.

use crossbeam_channel::{Receiver, bounded};

use super::lane::{Backends, Instruction, Lane};
use crate::domain::{CancelToken, Event, JobId, Task, Wake};
use crate::error::{Cause, Result};

/// Events that may wait for the window.
const EVENTS: usize = 1024;

/// Owns a job: dropping it cancels the job.
#[derive(Debug)]
pub struct JobHandle {
    id: JobId,
    token: CancelToken,
}

impl JobHandle {
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Asks the job to end; its event `Cancelled` follows.
    pub fn cancel(&self) {
        self.token.cancel();
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

/// All lanes. Dropping it lets their threads end after their current step.
pub struct Engine {
    lanes: Vec<Lane>,
}

impl Engine {
    /// Opens a lane for each medium that has backends. Events come out of the receiver; `wake` is called whenever one
    /// went in.
    pub fn start(backends: Vec<Backends>, wake: Wake) -> (Self, Receiver<Event>) {
        let (events, receiver) = bounded(EVENTS);
        let open = |backends| Lane::open(backends, events.clone(), wake.clone());
        (Self { lanes: backends.into_iter().map(open).collect() }, receiver)
    }

    /// Hands a job to its lane, which runs it once it is done with what it was given before. Keep the handle: the job
    /// is cancelled when it goes.
    pub fn submit(&self, id: JobId, task: Task) -> Result<JobHandle> {
        let token = CancelToken::new();
        let handle = JobHandle { id, token: token.clone() };
        let medium = task.medium();
        let Some(lane) = self.lanes.iter().find(|lane| lane.medium() == medium) else {
            return Err(Cause::EngineGone.into());
        };
        lane.instruct(Instruction::Run { id, task, token })?;
        Ok(handle)
    }

    /// Frees the memory of all models as soon as their lanes are done with the jobs before; each says so with
    /// [`crate::domain::EventKind::Unloaded`].
    pub fn unload(&self) -> Result<()> {
        self.lanes.iter().map(|lane| lane.instruct(Instruction::Unload)).fold(Ok(()), Result::and)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::domain::{
        EventKind, ImageParams, ImageRequest, ImageStats, ModelFiles, ModelRef, Outcome, PictureTask, StepProgress,
    };
    use crate::engine::lane::INSTRUCTIONS;
    use crate::engine::{Backend, Reporter, Stop};

    /// Does what the prompt says: "panic", "fail", "wait" (until cancelled), "flood" (more hints than fit).
    struct Scripted;

    impl Backend for Scripted {
        type Task = PictureTask;

        fn run(
            &mut self,
            task: &PictureTask,
            reporter: &Reporter,
            token: &CancelToken,
        ) -> std::result::Result<Outcome, Stop> {
            let PictureTask::Generate(request) = task else { return Err(Stop::Cancelled) };
            match request.params.prompt.as_str() {
                "panic" => panic!("as asked"),
                "fail" => return Err(Cause::NotANumber { step: 3 }.into()),
                "wait" => loop {
                    token.check()?;
                    thread::sleep(Duration::from_millis(1));
                },
                "flood" => {
                    for step in 0..5000 {
                        let progress = StepProgress { index: 0, count: 1, step, steps: 5000, eta_s: 0.0 };
                        reporter.hint(EventKind::Progress(progress));
                    }
                }
                _ => {}
            }
            Ok(Outcome::Image(ImageStats::default()))
        }
    }

    fn engine() -> (Engine, Receiver<Event>) {
        Engine::start(vec![Backends::one(Scripted)], Arc::new(|| {}))
    }

    fn job(prompt: &str) -> Task {
        Task::from(ImageRequest {
            params: ImageParams { prompt: prompt.into(), ..Default::default() },
            model: ModelRef { id: "test".into(), files: ModelFiles::Embedded, sha256: None },
            seed: 1,
            layers: false,
            strict: false,
        })
    }

    fn ending(events: &Receiver<Event>, id: JobId) -> EventKind {
        loop {
            let event = events.recv_timeout(Duration::from_secs(10)).expect("an ending comes");
            if event.job == id && event.kind.is_ending() {
                return event.kind;
            }
        }
    }

    #[test]
    fn a_panic_becomes_failed_and_the_thread_lives_on() {
        let (engine, events) = engine();
        let first = engine.submit(JobId(1), job("panic")).unwrap();
        let second = engine.submit(JobId(2), job("draw")).unwrap();
        match ending(&events, first.id()) {
            EventKind::Failed(error) => {
                assert_eq!(error.cause(), &Cause::Panicked { what: "as asked".into() });
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(ending(&events, second.id()), EventKind::Finished(_)));
    }

    #[test]
    fn a_failure_carries_its_cause() {
        let (engine, events) = engine();
        let handle = engine.submit(JobId(1), job("fail")).unwrap();
        assert!(
            matches!(ending(&events, handle.id()), EventKind::Failed(e) if *e.cause() == Cause::NotANumber { step: 3 })
        );
    }

    #[test]
    fn cancel_reaches_running_and_waiting_jobs() {
        let (engine, events) = engine();
        let running = engine.submit(JobId(1), job("wait")).unwrap();
        let waiting = engine.submit(JobId(2), job("draw")).unwrap();
        waiting.cancel();
        running.cancel();
        assert!(matches!(ending(&events, JobId(1)), EventKind::Cancelled));
        assert!(matches!(ending(&events, JobId(2)), EventKind::Cancelled));
    }

    #[test]
    fn dropping_the_handle_cancels() {
        let (engine, events) = engine();
        drop(engine.submit(JobId(1), job("wait")).unwrap());
        assert!(matches!(ending(&events, JobId(1)), EventKind::Cancelled));
    }

    #[test]
    fn hints_are_dropped_when_nobody_looks_but_the_ending_comes() {
        let (engine, events) = engine();
        let handle = engine.submit(JobId(1), job("flood")).unwrap();
        thread::sleep(Duration::from_millis(50));
        let mut hints = 0;
        let finished = loop {
            let event = events.recv_timeout(Duration::from_secs(10)).unwrap();
            match event.kind {
                EventKind::Progress(_) => hints += 1,
                kind if kind.is_ending() => break kind,
                _ => {}
            }
        };
        assert!(hints < 5000, "{hints}");
        assert!(matches!(finished, EventKind::Finished(_)));
        drop(handle);
    }

    #[test]
    fn a_full_queue_says_so() {
        let (engine, _events) = engine();
        let mut handles = vec![engine.submit(JobId(0), job("wait")).unwrap()];
        let error = loop {
            match engine.submit(JobId(1), job("draw")) {
                Ok(handle) => handles.push(handle),
                Err(error) => break error,
            }
        };
        assert!(matches!(error.cause(), Cause::QueueFull { waiting: INSTRUCTIONS }));
    }
}
