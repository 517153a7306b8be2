//! One lane: a thread that runs the tasks of a medium, one at a time, on the backends of that medium.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::cancel::Stop;
use super::reporter::Reporter;
use crate::domain::{CancelToken, Event, EventKind, JobId, Medium, NO_JOB, OfMedium, Outcome, Task, Wake};
use crate::engine::{large_pages, threads};
use crate::error::{Cause, Result, said_by};

/// Instructions that may wait in one lane. The caller hands over one at a time and queues the others.
pub const INSTRUCTIONS: usize = 8;

/// Runs tasks of one medium, and keeps its model between them: on this machine, built in, or elsewhere.
pub trait Backend: Send {
    type Task;

    /// Whether it runs this task. A lane asks its backends in order; the first that takes the task runs it.
    fn takes(&self, _task: &Self::Task) -> bool {
        true
    }

    /// Runs one job. Looks at `token` at every step; reports everything but the start and the ending, which the lane
    /// reports from what is returned.
    fn run(
        &mut self,
        task: &Self::Task,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> std::result::Result<Outcome, Stop>;

    /// Forgets the model and frees its memory.
    fn unload(&mut self) {}
}

/// The backends of one medium, in the order in which they are asked.
type Registered<T> = Vec<Box<dyn Backend<Task = T>>>;

/// The thread of a lane: its instructions, its events, and whom to wake.
type Work = dyn FnOnce(Receiver<Instruction>, Sender<Event>, Wake) + Send;

/// The backends of one medium, before their lane is opened.
pub struct Backends {
    medium: Medium,
    work: Box<Work>,
}

impl Backends {
    /// They are asked in this order.
    pub fn of<T: OfMedium>(mut backends: Registered<T>) -> Self {
        let work = move |instructions, events, wake| work(&mut backends, instructions, &events, &wake);
        Self { medium: T::MEDIUM, work: Box::new(work) }
    }

    /// One backend that takes every task.
    pub fn one<T: OfMedium>(backend: impl Backend<Task = T> + 'static) -> Self {
        Self::of(vec![Box::new(backend) as Box<dyn Backend<Task = T>>])
    }
}

pub(super) enum Instruction {
    Run { id: JobId, task: Task, token: CancelToken },
    Unload,
}

/// A lane whose thread is at work. Dropping it lets the thread end after its current step.
pub(super) struct Lane {
    medium: Medium,
    instructions: Sender<Instruction>,
}

impl Lane {
    pub(super) fn open(backends: Backends, events: Sender<Event>, wake: Wake) -> Self {
        let Backends { medium, work } = backends;
        let (instructions, queue) = bounded(INSTRUCTIONS);
        let name = format!("engine-{}", medium.name());
        let work = move || work(queue, events, wake);
        thread::Builder::new().name(name).spawn(work).expect("the system starts threads");
        Self { medium, instructions }
    }

    pub(super) fn medium(&self) -> Medium {
        self.medium
    }

    pub(super) fn instruct(&self, instruction: Instruction) -> Result<()> {
        self.instructions.try_send(instruction).map_err(|error| match error {
            TrySendError::Full(_) => Cause::QueueFull { waiting: INSTRUCTIONS }.into(),
            TrySendError::Disconnected(_) => Cause::EngineGone.into(),
        })
    }
}

/// What a lane's thread does until nobody can give it instructions any more.
fn work<T: OfMedium>(
    backends: &mut Registered<T>,
    instructions: Receiver<Instruction>,
    events: &Sender<Event>,
    wake: &Wake,
) {
    threads::computes();
    for instruction in instructions {
        match instruction {
            Instruction::Unload => {
                backends.iter_mut().for_each(unload);
                let unloaded = EventKind::Unloaded { medium: T::MEDIUM };
                Reporter::new(NO_JOB, events.clone(), wake.clone()).tell(unloaded);
            }
            Instruction::Run { id, task, token } => {
                large_pages(true);
                let reporter = Reporter::new(id, events.clone(), wake.clone());
                reporter.tell(run(backends, task, &reporter, &token));
            }
        }
    }
}

/// Runs one job to its one ending. A panic, also of a backend that is only asked whether it takes the task, is one.
fn run<T: OfMedium>(backends: &mut Registered<T>, task: Task, reporter: &Reporter, token: &CancelToken) -> EventKind {
    if token.is_cancelled() {
        return EventKind::Cancelled;
    }
    reporter.tell(EventKind::Started);
    let mut asked = None;
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let task = T::of(task).ok_or(Cause::EngineGone)?;
        for (place, backend) in backends.iter_mut().enumerate() {
            asked = Some(place);
            if backend.takes(&task) {
                return backend.run(&task, reporter, token);
            }
        }
        Err(Cause::EngineGone.into())
    }));
    match ran {
        Ok(Ok(outcome)) => EventKind::Finished(outcome),
        Ok(Err(Stop::Cancelled)) => EventKind::Cancelled,
        Ok(Err(Stop::Failed(error))) => EventKind::Failed(error),
        Err(panic) => {
            // The state after a panic is not trusted: reload from the files.
            asked.and_then(|place| backends.get_mut(place)).into_iter().for_each(unload);
            let what = said_by(&*panic).to_owned();
            EventKind::Failed(Cause::Panicked { what }.into())
        }
    }
}

/// A panic here must not end the lane's thread either.
fn unload<T>(backend: &mut Box<dyn Backend<Task = T>>) {
    let _ = catch_unwind(AssertUnwindSafe(|| backend.unload()));
}
