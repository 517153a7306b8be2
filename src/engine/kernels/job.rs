//! Cancelling within the operators.
//!
//! A step of a large picture takes minutes, so checking between steps is not enough. A pipeline runs within [`watch`];
//! each operator takes the flag of its thread's job ([`Current`]) and checks it in every block. Rejected: the flag as
//! an
//! argument of each operator and each layer, which every network would have to pass on, and which candle's operators
//! between ours do not take.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs `work` as the job that ends when `stop` is set: operators on this thread look at it from within ([`Current`]), and
/// fail with [`Stopped`] then.
pub fn watch<T>(stop: &Arc<AtomicBool>, work: impl FnOnce() -> T) -> T {
    /// Also on the way out of a panic.
    struct Restore(Option<Arc<AtomicBool>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(stop.clone())));
    work()
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// The job that this thread works for, if any. Taken once by an operator, it is looked at in every block, also by the
/// threads that help.
#[derive(Clone, Debug, Default)]
pub struct Current(Option<Arc<AtomicBool>>);

impl Current {
    /// The job of this thread; none outside of [`watch`].
    pub fn of_this_thread() -> Self {
        Self(CURRENT.with_borrow(Clone::clone))
    }

    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.0.as_ref().is_some_and(|stop| stop.load(Ordering::Acquire))
    }

    /// [`Stopped`] as an operator's error.
    pub fn check(&self) -> candle_core::Result<()> {
        if !self.is_cancelled() {
            return Ok(());
        }
        Err(candle_core::Error::WrappedContext { wrapped: Box::new(Stopped), context: String::new() })
    }
}

/// [`Current::check`] for this thread's job.
pub fn check() -> candle_core::Result<()> {
    Current::of_this_thread().check()
}

/// What an operator fails with when its job is cancelled.
#[derive(Debug)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Stopped {}

/// Whether an operator ended so, whatever was put around its error since.
pub fn is_stopped(error: &candle_core::Error) -> bool {
    use candle_core::Error::{Context, WithBacktrace, WithPath, WrappedContext};
    match error {
        WrappedContext { wrapped, .. } => wrapped.is::<Stopped>(),
        Context { inner, .. } | WithPath { inner, .. } | WithBacktrace { inner, .. } => is_stopped(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_the_flag_of_its_innermost_job() {
        let (outer, inner) = (Arc::new(AtomicBool::new(true)), Arc::default());
        watch(&outer, || {
            watch(&inner, || assert!(check().is_ok()));
            assert!(is_stopped(&check().unwrap_err()));
            assert!(is_stopped(&check().unwrap_err().context("a layer").with_path("weights")));
            std::thread::scope(|s| s.spawn(|| assert!(check().is_ok())).join().unwrap());
            let _ = std::panic::catch_unwind(|| watch(&inner, || panic!("on the way out")));
            assert!(check().is_err());
        });
        assert!(check().is_ok());
        assert!(!is_stopped(&candle_core::Error::msg("cancelled")));
    }
}
