//! How a fetch ends early.

use crate::domain::Cancelled;
use crate::error::StudioError;
use crate::lang::Both;

/// Why a piece of a fetch ended early.
#[derive(Debug)]
pub enum Stop {
    Cancelled,
    /// This try broke off; another of the same kind may not.
    Broken(Both),
    /// This source does not deliver; the next one may.
    Source(Both),
    /// Something here: a full disk, a folder that cannot be written to. No other source would help.
    Local(StudioError),
}

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
