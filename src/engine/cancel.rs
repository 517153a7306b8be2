//! Cancelling within the operators.
//!
//! A step of a large picture takes minutes, so a look between steps is not enough. A pipeline runs within [`watch`]; each
//! operator takes the token of its thread's job ([`Current`]) and looks at it in every block. Rejected: the token as an
//! argument of each operator and each layer, which every network would have to pass on, and which candle's operators
//! between ours do not take.

use std::cell::RefCell;

use crate::domain::{CancelToken, Cancelled};
use crate::error::{Cause, StudioError};

/// Runs `work` as this token's job: operators on this thread look at the token from within ([`Current`]), and fail
/// with [`Cancelled`] once it is cancelled.
pub fn watch<T>(token: &CancelToken, work: impl FnOnce() -> T) -> T {
    /// Also on the way out of a panic.
    struct Restore(Option<CancelToken>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(token.clone())));
    work()
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

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
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
        Self::Failed(StudioError::inner(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_the_token_of_its_innermost_job() {
        let (outer, inner) = (CancelToken::new(), CancelToken::new());
        outer.cancel();
        watch(&outer, || {
            watch(&inner, || assert!(check().is_ok()));
            assert!(matches!(Stop::from(check().unwrap_err()), Stop::Cancelled));
            let around = check().unwrap_err().context("a layer").with_path("weights");
            assert!(matches!(Stop::from(around), Stop::Cancelled));
            std::thread::scope(|s| s.spawn(|| assert!(check().is_ok())).join().unwrap());
            let _ = std::panic::catch_unwind(|| watch(&inner, || panic!("on the way out")));
            assert!(check().is_err());
        });
        assert!(check().is_ok());
        assert!(matches!(Stop::from(candle_core::Error::msg("cancelled")), Stop::Failed(_)));
    }
}
