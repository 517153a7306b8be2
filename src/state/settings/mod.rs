//! What a person sets for the whole program.

mod across;
mod command;
mod update;

pub use command::SettingsCommand;

use crate::domain::Settings;

/// Settings are written when they have rested this long, so that dragging a slider writes once.
pub(in crate::state) const SETTLE_MS: i64 = 1_000;

/// What of the settings is on the disk.
#[derive(Clone, Debug)]
pub struct SettingsState {
    saved: Settings,
    /// As they were at the last tick, and since when.
    seen: Settings,
    changed_ms: i64,
}

impl SettingsState {
    /// The settings as they were read.
    pub(in crate::state) fn new(settings: &Settings) -> Self {
        Self { saved: settings.clone(), seen: settings.clone(), changed_ms: 0 }
    }

    /// Whether `now` waits to be written.
    pub(in crate::state) fn is_unsaved(&self, now: &Settings) -> bool {
        self.saved != *now
    }

    /// When `now` is written, where it waits for that; milliseconds since 1970 UTC.
    pub(in crate::state) fn deadline_ms(&self, now: &Settings, now_ms: i64) -> Option<i64> {
        let since = if self.seen == *now { self.changed_ms } else { now_ms };
        self.is_unsaved(now).then_some(since + SETTLE_MS)
    }
}
