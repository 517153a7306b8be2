//! How a fetch ends early.

use crate::domain::Cancelled;
use crate::error::StudioError;
use crate::lang::Both;

/// Why a piece of a fetch ended early; what a job of the engine ends with is its own `Stop`.
#[derive(Debug)]
pub enum FetchError {
    Cancelled,
    /// This try broke off; another of the same kind may not.
    Broken(Both),
    /// This source does not deliver; the next one may.
    Source(Both),
    /// Something here: a full disk, a folder that cannot be written to. No other source would help.
    Local(StudioError),
}

impl From<Cancelled> for FetchError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
