//! Why a pipeline returns early.

use crate::domain::{CancelToken, Cancelled};
use crate::engine::kernels::job;
use crate::error::{Cause, StudioError};

/// Runs `work` as this token's job: the operators within look at it in every block ([`job`]).
pub fn watch<T>(token: &CancelToken, work: impl FnOnce() -> T) -> T {
    job::watch(token.flag(), work)
}

/// Why a pipeline returns early.
#[derive(Debug)]
pub enum Stop {
    Cancelled,
    Failed(StudioError),
}

/// What a piece of work comes to that can be stopped.
pub type Stoppable<T> = std::result::Result<T, Stop>;

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
        if job::is_stopped(&error) {
            return Self::Cancelled;
        }
        Self::Failed(StudioError::inner(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_within_an_operator_is_the_jobs_and_another_error_is_not() {
        let token = CancelToken::new();
        token.cancel();
        let error = watch(&token, || job::check().unwrap_err());
        assert!(matches!(Stop::from(error.context("a layer")), Stop::Cancelled));
        assert!(matches!(Stop::from(candle_core::Error::msg("cancelled")), Stop::Failed(_)));
    }
}
