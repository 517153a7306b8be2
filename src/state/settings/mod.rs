//! The settings of the whole program.

mod across;
mod command;
mod update;

pub use command::SettingsCommand;

use crate::domain::Settings;

/// Settings are saved when they have not changed for this long, in milliseconds, so that dragging a slider saves once.
pub(in crate::state) const SETTLE_MS: i64 = 1_000;

/// Which settings are saved.
#[derive(Clone, Debug)]
pub struct SettingsState {
    saved: Settings,
    /// The settings at the last tick, and when they last changed.
    seen: Settings,
    changed_ms: i64,
}

impl SettingsState {
    /// Takes the settings that were read.
    pub(in crate::state) fn new(settings: &Settings) -> Self {
        Self { saved: settings.clone(), seen: settings.clone(), changed_ms: 0 }
    }

    /// Whether `now` is not saved yet.
    pub(in crate::state) fn is_unsaved(&self, now: &Settings) -> bool {
        self.saved != *now
    }

    /// When `now` is to be saved, in milliseconds since 1970 UTC; `None` if it is saved.
    pub(in crate::state) fn deadline_ms(&self, now: &Settings, now_ms: i64) -> Option<i64> {
        let since = if self.seen == *now { self.changed_ms } else { now_ms };
        self.is_unsaved(now).then_some(since + SETTLE_MS)
    }
}
