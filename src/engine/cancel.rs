//! Cancelling a job.
//!
//! A token belongs to one job and is shared by its handle and its worker. A single global "stop" flag, as other
//! studios have it, was rejected: set between two jobs it kills the wrong one, and it cannot cancel a job that still
//! waits. Nor do we end threads from outside: the worker looks at the token in each prefill chunk, token, denoising
//! step and while loading, so a cancel is obeyed within one step and every ending is reported by the worker itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Cause, StudioError};

/// Says whether its job should end. Clones share the answer.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// `Err(Stop::Cancelled)` once the job should end: `token.check()?` in every loop.
    pub fn check(&self) -> Result<(), Stop> {
        if self.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

/// Why a pipeline returns early.
#[derive(Debug)]
pub enum Stop {
    Cancelled,
    Failed(StudioError),
}

impl From<StudioError> for Stop {
    fn from(error: StudioError) -> Self {
        Self::Failed(error)
    }
}

impl From<Cause> for Stop {
    fn from(cause: Cause) -> Self {
        Self::Failed(cause.into())
    }
}

/// candle's errors are bugs or damaged files by the time they get here: the text is all there is to tell.
impl From<candle_core::Error> for Stop {
    fn from(error: candle_core::Error) -> Self {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
        Self::Failed(StudioError::other(first).with_details(text))
    }
}
