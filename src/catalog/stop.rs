//! Why and how a fetch ends early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::StudioError;

/// Says whether a fetch should end.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub fn check(&self) -> std::result::Result<(), Stop> {
        if self.is_set() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

/// Why a piece of a fetch ended early.
#[derive(Debug)]
pub enum Stop {
    Cancelled,
    /// This try broke off; another of the same kind may not.
    Broken(String),
    /// This source does not deliver; the next one may.
    Source(String),
    /// Something here: a full disk, a folder that cannot be written to. No other source would help.
    Local(StudioError),
}
