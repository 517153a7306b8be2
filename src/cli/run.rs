//! One job from the shell: the engine, the events, Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;

use super::Context;
use crate::domain::{EventKind, JobId, Outcome, Task};
use crate::engine::{CancelToken, Engine, MemoryBudget, Stop, backends};
use crate::error::{Cause, StudioError};

/// How often Ctrl-C is checked while no event comes.
const POLL: Duration = Duration::from_millis(50);
/// How long a cancelled job may take to end. After that the process exits without it: work on a device cannot be
/// interrupted. Files are written atomically.
const GRACE: Duration = Duration::from_secs(1);

/// Counts how often Ctrl-C was pressed. The second time ends the process at once.
#[derive(Clone, Default)]
pub struct Interrupts {
    count: Arc<AtomicU32>,
    token: CancelToken,
}

impl Interrupts {
    /// Listens from now on.
    pub fn listen() -> Self {
        let this = Self::default();
        let Self { count, token } = this.clone();
        let set = ctrlc::set_handler(move || {
            token.cancel();
            if count.fetch_add(1, Ordering::SeqCst) > 0 {
                std::process::exit(130);
            }
        });
        if let Err(error) = set {
            tracing::warn!("Ctrl-C will end the program without a word: {error}");
        }
        this
    }

    pub fn happened(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// Cancelled by the first Ctrl-C.
    pub fn token(&self) -> &CancelToken {
        &self.token
    }
}

/// Runs `task` as a job and gives each event before the ending to `see`. An error from `see` cancels the job.
pub fn run_job(
    context: &Context,
    interrupts: &Interrupts,
    task: Task,
    mut see: impl FnMut(EventKind) -> Result<(), StudioError>,
) -> Result<Outcome, Stop> {
    let backends = backends(&MemoryBudget::of_this_machine(), context.settings.device);
    let (engine, events) = Engine::start(backends, Arc::new(|| {}));
    let handle = engine.submit(JobId::next(), task)?;
    let mut failed = None;
    let mut cancelled: Option<Instant> = None;
    loop {
        if interrupts.happened() {
            handle.cancel();
            if cancelled.get_or_insert_with(Instant::now).elapsed() > GRACE {
                return Err(failed.map_or(Stop::Cancelled, Stop::Failed));
            }
        }
        let kind = match events.recv_timeout(POLL) {
            Ok(event) => event.kind,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Err(Cause::EngineGone.into()),
        };
        match kind {
            EventKind::Finished(outcome) => return failed.map_or(Ok(outcome), |e| Err(Stop::Failed(e))),
            EventKind::Failed(error) => return Err(Stop::Failed(failed.unwrap_or(error))),
            EventKind::Cancelled => return Err(failed.map_or(Stop::Cancelled, Stop::Failed)),
            kind if failed.is_none() => {
                if let Err(error) = see(kind) {
                    failed = Some(error);
                    handle.cancel();
                }
            }
            _ => {}
        }
    }
}
