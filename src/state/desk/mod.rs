//! The desk: text of all rooms that was typed and not sent, as it is saved, and the jobs of the last session that wait
//! for the user's decision.

mod across;
#[cfg(test)]
mod tests;

use crate::domain::{Desk, StoreRequest, Waiting};
use crate::state::{Effect, Effects};

/// The desk is saved when it has not changed for this long, in milliseconds.
const SETTLE_MS: i64 = 1_000;

#[derive(Clone, Debug, Default)]
pub struct DeskState {
    /// Jobs of the last session that the user can resume or discard.
    pub waiting: Vec<Waiting>,
    /// The desk on the disk; `None` until it is read.
    saved: Option<Desk>,
    /// The desk at the last tick, and when it last changed.
    seen: Desk,
    changed_ms: i64,
}

/// Commands for the jobs of the last session, and for a cancelled one.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitingCommand {
    Resume,
    Discard,
    /// Draws the pictures of a cancelled job.
    Draw(Box<Waiting>),
}

impl DeskState {
    /// The jobs that `command` drops.
    pub(in crate::state) fn before(&self, command: &WaitingCommand) -> Option<Vec<Waiting>> {
        match command {
            WaitingCommand::Discard => Some(self.waiting.clone()),
            WaitingCommand::Resume | WaitingCommand::Draw(_) => None,
        }
    }

    /// Takes the desk that was read from the disk.
    fn was_read(&mut self, desk: &Desk) {
        self.saved = Some(desk.clone());
        self.waiting.clone_from(&desk.waiting);
    }

    /// Whether the desk was read. Before that it must not be overwritten.
    fn is_read(&self) -> bool {
        self.saved.is_some()
    }

    /// Saves the desk once it has stopped changing.
    fn keep(&mut self, now: Desk, now_ms: i64, fx: &mut Effects) {
        if now != self.seen {
            self.seen = now;
            self.changed_ms = now_ms;
        } else if self.is_unlike(&now) && now_ms - self.changed_ms >= SETTLE_MS {
            fx.push(Effect::Store(StoreRequest::SaveDesk(Box::new(now.clone()))));
            self.saved = Some(now);
        }
    }

    /// When the desk is to be saved, in milliseconds since 1970 UTC.
    pub(in crate::state) fn deadline_ms(&self) -> Option<i64> {
        self.is_unlike(&self.seen).then_some(self.changed_ms + SETTLE_MS)
    }

    /// Whether `now` differs from the desk on the disk.
    fn is_unlike(&self, now: &Desk) -> bool {
        self.saved.as_ref().is_some_and(|saved| saved != now)
    }
}
