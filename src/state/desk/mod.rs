//! Drafts: what was typed and not sent. Whoever leaves an editor finds it again.

#[cfg(test)]
mod tests;
mod update;

use std::collections::BTreeMap;

use crate::domain::{ConversationId, Desk, PersonaId, Waiting};
use crate::state::PersonaDraft;
use crate::writing::forms::Values;

#[derive(Clone, Debug, Default)]
pub struct DeskState {
    /// Messages of conversations that are not open; `None` is one that has not begun.
    pub messages: BTreeMap<Option<ConversationId>, String>,
    /// Titles that were begun and left.
    pub titles: BTreeMap<ConversationId, String>,
    /// Text over turns, where it is not as they read.
    pub edits: BTreeMap<(ConversationId, u64), String>,
    /// Personas that were edited, by their ids.
    pub personas: BTreeMap<Option<PersonaId>, PersonaDraft>,
    /// The fields of forms.
    pub forms: BTreeMap<String, Values>,
    /// Jobs of the last time that wait for a word.
    pub waiting: Vec<Waiting>,
    /// The conversation that was open the last time, until the list of them has come.
    pub(in crate::state) reopening: Option<ConversationId>,
    /// A text that goes on once its conversation is read.
    pub(in crate::state) resuming: Option<Waiting>,
    /// The desk as it is on the disk; `None` until it was read.
    pub(in crate::state) saved: Option<Desk>,
    /// As it was at the last tick, and since when.
    pub(in crate::state) seen: Desk,
    pub(in crate::state) changed_ms: i64,
}

impl DeskState {
    /// A conversation is gone for good.
    pub(in crate::state) fn forget_drafts_of(&mut self, id: &ConversationId) {
        self.messages.remove(&Some(id.clone()));
        self.titles.remove(id);
        self.edits.retain(|(of, _), _| of != id);
    }
}

/// What a person can do with the jobs of the last time, and with one that was cancelled.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitingCommand {
    Resume,
    Discard,
    /// Draws pictures that were cancelled.
    Draw(Box<Waiting>),
}
