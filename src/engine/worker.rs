//! The engine's threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::cancel::Stop;
use super::reporter::Reporter;
use crate::domain::{
    CancelToken, Event, EventKind, ImageRequest, Job, JobId, Makes, NO_JOB, Outcome, TextRequest, Wake,
};
use crate::engine::{large_pages, threads};
use crate::error::{Cause, Result, said_by};

/// Jobs that may wait for one thread.
pub const QUEUE: usize = 256;
/// Events that may wait for the window.
const EVENTS: usize = 1024;

/// Runs the jobs of one kind, one after another, and keeps its model between them.
pub trait Pipeline: Send {
    type Request: Send + 'static;

    /// Runs one job. Looks at `token` at every step; reports everything but the start and the ending, which the
    /// worker reports from what is returned.
    fn run(
        &mut self,
        request: &Self::Request,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> std::result::Result<Outcome, Stop>;

    /// Forgets the model and frees its memory.
    fn unload(&mut self);
}

/// One pipeline for each thread.
pub struct Pipelines {
    pub text: Box<dyn Pipeline<Request = TextRequest>>,
    pub image: Box<dyn Pipeline<Request = ImageRequest>>,
}

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

    pub fn cancel(&self) {
        self.token.cancel();
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

enum Order<R> {
    Run { id: JobId, request: Box<R>, token: CancelToken },
    Unload,
}

/// Both threads. Dropping it lets them end after their current step.
pub struct Engine {
    text: Sender<Order<TextRequest>>,
    image: Sender<Order<ImageRequest>>,
}

impl Engine {
    /// Starts the threads. Events come out of the receiver; `wake` is called whenever one went in.
    pub fn start(pipelines: Pipelines, wake: Wake) -> (Self, Receiver<Event>) {
        let (events, receiver) = bounded(EVENTS);
        let engine = Self {
            text: spawn(Makes::Text, pipelines.text, events.clone(), wake.clone()),
            image: spawn(Makes::Image, pipelines.image, events, wake),
        };
        (engine, receiver)
    }

    /// Queues a job. Keep the handle: the job is cancelled when it goes.
    pub fn submit(&self, id: JobId, job: Job) -> Result<JobHandle> {
        let token = CancelToken::new();
        let handle = JobHandle { id, token: token.clone() };
        match job {
            Job::Text(request) => queue(&self.text, Order::Run { id, request, token })?,
            Job::Image(request) => queue(&self.image, Order::Run { id, request, token })?,
        }
        Ok(handle)
    }

    /// Frees the memory of both models as soon as their threads are done with the jobs before; each says so with
    /// [`EventKind::Unloaded`].
    pub fn unload(&self) -> Result<()> {
        queue(&self.text, Order::Unload).and(queue(&self.image, Order::Unload))
    }
}

fn queue<R>(orders: &Sender<Order<R>>, order: Order<R>) -> Result<()> {
    orders.try_send(order).map_err(|error| match error {
        TrySendError::Full(_) => Cause::QueueFull { waiting: QUEUE }.into(),
        TrySendError::Disconnected(_) => Cause::EngineGone.into(),
    })
}

fn spawn<R: Send + 'static>(
    makes: Makes,
    mut pipeline: Box<dyn Pipeline<Request = R>>,
    events: Sender<Event>,
    wake: Wake,
) -> Sender<Order<R>> {
    let (orders, queue) = bounded(QUEUE);
    let work = move || {
        threads::computes();
        for order in queue {
            match order {
                Order::Unload => {
                    pipeline.unload();
                    Reporter::new(NO_JOB, events.clone(), wake.clone()).tell(EventKind::Unloaded { makes });
                }
                Order::Run { id, request, token } => {
                    large_pages(true);
                    let reporter = Reporter::new(id, events.clone(), wake.clone());
                    reporter.tell(run(pipeline.as_mut(), &request, &reporter, &token));
                }
            }
        }
    };
    let name = match makes {
        Makes::Text => "engine-text",
        Makes::Image => "engine-image",
    };
    thread::Builder::new().name(name.to_owned()).spawn(work).expect("the system starts threads");
    orders
}

/// Runs one job to its one ending.
fn run<R: Send + 'static>(
    pipeline: &mut dyn Pipeline<Request = R>,
    request: &R,
    reporter: &Reporter,
    token: &CancelToken,
) -> EventKind {
    if token.is_cancelled() {
        return EventKind::Cancelled;
    }
    reporter.tell(EventKind::Started);
    match catch_unwind(AssertUnwindSafe(|| pipeline.run(request, reporter, token))) {
        Ok(Ok(outcome)) => EventKind::Finished(outcome),
        Ok(Err(Stop::Cancelled)) => EventKind::Cancelled,
        Ok(Err(Stop::Failed(error))) => EventKind::Failed(error),
        Err(panic) => {
            // What the panic left half done is not to be trusted: start afresh from the files.
            let _ = catch_unwind(AssertUnwindSafe(|| pipeline.unload()));
            let what = said_by(&*panic).to_owned();
            EventKind::Failed(Cause::Panicked { what }.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::domain::{ImageParams, ImageStats, ModelFiles, ModelRef, StepProgress};

    /// Does what the prompt says: "panic", "fail", "wait" (until cancelled), "flood" (more hints than fit).
    struct Scripted;

    impl Pipeline for Scripted {
        type Request = ImageRequest;

        fn run(
            &mut self,
            request: &ImageRequest,
            reporter: &Reporter,
            token: &CancelToken,
        ) -> std::result::Result<Outcome, Stop> {
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

        fn unload(&mut self) {}
    }

    struct NoText;

    impl Pipeline for NoText {
        type Request = TextRequest;

        fn run(&mut self, _: &TextRequest, _: &Reporter, _: &CancelToken) -> std::result::Result<Outcome, Stop> {
            Err(Stop::Cancelled)
        }

        fn unload(&mut self) {}
    }

    fn engine() -> (Engine, Receiver<Event>) {
        Engine::start(Pipelines { text: Box::new(NoText), image: Box::new(Scripted) }, Arc::new(|| {}))
    }

    fn job(prompt: &str) -> Job {
        Job::Image(Box::new(ImageRequest {
            params: ImageParams { prompt: prompt.into(), ..Default::default() },
            model: ModelRef { id: "test".into(), files: ModelFiles::Embedded, sha256: None },
            seed: 1,
            decode: Vec::new(),
            layers: false,
        }))
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
        assert!(matches!(error.cause(), Cause::QueueFull { waiting: QUEUE }));
    }
}
