//! Cancelling a job.
//!
//! A token belongs to one job and is shared by its handle and its worker. A single global "stop" flag, as other
//! studios have it, was rejected: set between two jobs it kills the wrong one, and it cannot cancel a job that still
//! waits. Nor do we end threads from outside: every ending is reported by the worker itself.
//!
//! A step of a large picture takes minutes, so a look between steps is not enough. A pipeline runs within
//! [`CancelToken::watch`]; each operator takes the token of its thread's job ([`Current`]) and looks at it in every
//! block. Rejected: the token as an argument of each operator and each layer, which every network would have to pass
//! on, and which candle's operators between ours do not take.

use std::cell::RefCell;
use std::fmt;
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

    /// Runs `work` as this token's job: operators on this thread look at the token from within ([`Current`]), and fail
    /// with [`Cancelled`] once it is cancelled.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Also on the way out of a panic.
        struct Restore(Option<CancelToken>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        work()
    }

    /// `Err(Stop::Cancelled)` once the job should end: `token.check()?` in every loop.
    pub fn check(&self) -> Result<(), Stop> {
        if self.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<CancelToken>> = const { RefCell::new(None) };
}

/// The token of the job that this thread works for, if any. Taken once by an operator, it is looked at in every block,
/// also by the threads that help.
#[derive(Clone, Debug, Default)]
pub struct Current(Option<CancelToken>);

impl Current {
    pub fn of_this_thread() -> Self {
        Self(CURRENT.with_borrow(Clone::clone))
    }

    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.0.as_ref().is_some_and(CancelToken::is_cancelled)
    }

    /// [`Cancelled`] as an operator's error.
    pub fn check(&self) -> candle_core::Result<()> {
        if !self.is_cancelled() {
            return Ok(());
        }
        Err(candle_core::Error::WrappedContext { wrapped: Box::new(Cancelled), context: String::new() })
    }
}

/// [`Current::check`] for this thread's job.
pub fn check() -> candle_core::Result<()> {
    Current::of_this_thread().check()
}

/// What an operator fails with when its job is cancelled.
#[derive(Debug)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// Whether an operator ended so, whatever was put around its error since.
fn is_cancelled(error: &candle_core::Error) -> bool {
    use candle_core::Error::{Context, WithBacktrace, WithPath, WrappedContext};
    match error {
        WrappedContext { wrapped, .. } => wrapped.is::<Cancelled>(),
        Context { inner, .. } | WithPath { inner, .. } | WithBacktrace { inner, .. } => is_cancelled(inner),
        _ => false,
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

/// candle's errors, but for a cancel, are bugs or damaged files by the time they get here: the text is all there is to
/// tell.
impl From<candle_core::Error> for Stop {
    fn from(error: candle_core::Error) -> Self {
        if is_cancelled(&error) {
            return Self::Cancelled;
        }
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
        Self::Failed(StudioError::other(first).with_details(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_the_token_of_its_innermost_job() {
        let (outer, inner) = (CancelToken::new(), CancelToken::new());
        outer.cancel();
        outer.watch(|| {
            inner.watch(|| assert!(check().is_ok()));
            assert!(matches!(Stop::from(check().unwrap_err()), Stop::Cancelled));
            let around = check().unwrap_err().context("a layer").with_path("weights");
            assert!(matches!(Stop::from(around), Stop::Cancelled));
            std::thread::scope(|s| s.spawn(|| assert!(check().is_ok())).join().unwrap());
            let _ = std::panic::catch_unwind(|| inner.watch(|| panic!("on the way out")));
            assert!(check().is_err());
        });
        assert!(check().is_ok());
        assert!(matches!(Stop::from(candle_core::Error::msg("cancelled")), Stop::Failed(_)));
    }
}
