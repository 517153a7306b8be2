//! The desk: what was typed and not sent in all rooms, as it is on the disk, and the jobs that wait for a word.

mod across;
#[cfg(test)]
mod tests;

use crate::domain::{Desk, StoreRequest, Waiting};
use crate::state::{Effect, Effects};

/// The desk is written when it has rested this long.
const SETTLE_MS: i64 = 1_000;

#[derive(Clone, Debug, Default)]
pub struct DeskState {
    /// Jobs of the last time that wait for a word.
    pub waiting: Vec<Waiting>,
    /// The desk as it is on the disk; `None` until it was read.
    saved: Option<Desk>,
    /// As it was at the last tick, and since when.
    seen: Desk,
    changed_ms: i64,
}

/// What a person can do with the jobs of the last time, and with one that was cancelled.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitingCommand {
    Resume,
    Discard,
    /// Draws pictures that were cancelled.
    Draw(Box<Waiting>),
}

impl DeskState {
    /// The jobs that `command` gives up.
    pub(in crate::state) fn before(&self, command: &WaitingCommand) -> Option<Vec<Waiting>> {
        match command {
            WaitingCommand::Discard => Some(self.waiting.clone()),
            WaitingCommand::Resume | WaitingCommand::Draw(_) => None,
        }
    }

    /// What was on the disk.
    fn was_read(&mut self, desk: &Desk) {
        self.saved = Some(desk.clone());
        self.waiting.clone_from(&desk.waiting);
    }

    /// Before that nothing is written over it.
    fn is_read(&self) -> bool {
        self.saved.is_some()
    }

    /// Writes the desk once it has rested.
    fn keep(&mut self, now: Desk, now_ms: i64, fx: &mut Effects) {
        if now != self.seen {
            self.seen = now;
            self.changed_ms = now_ms;
        } else if self.is_unlike(&now) && now_ms - self.changed_ms >= SETTLE_MS {
            fx.push(Effect::Store(StoreRequest::SaveDesk(Box::new(now.clone()))));
            self.saved = Some(now);
        }
    }

    /// When it is to be written, in milliseconds since 1970 UTC.
    pub(in crate::state) fn deadline_ms(&self) -> Option<i64> {
        self.is_unlike(&self.seen).then_some(self.changed_ms + SETTLE_MS)
    }

    /// Whether the disk has another one.
    fn is_unlike(&self, now: &Desk) -> bool {
        self.saved.as_ref().is_some_and(|saved| saved != now)
    }
}
