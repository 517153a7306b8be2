//! Cancelling a job.
//!
//! A token belongs to one job and is shared by its handle and its worker. A single global "stop" flag, as other
//! studios have it, was rejected: set between two jobs it kills the wrong one, and it cannot cancel a job that still
//! waits. Nor do we end threads from outside: every ending is reported by the worker itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether its job should end. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the job to end. Cannot be undone.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// The flag that a network's operators check.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.0
    }

    /// An error once the job should end: `token.check()?` in every loop.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// What work fails with when its job is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}
