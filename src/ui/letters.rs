//! The letters of a field and the actions of its room are taken back in one order, newest first.
//!
//! egui keeps the history of a field's text and knows nothing of actions: to it an example that took the place of a
//! prompt is a text like any other, and Ctrl+Z, which had taken that action back, would go forth to it again. So what
//! was typed before an action is put aside with it, and comes back when the action is taken back.

use std::collections::BTreeMap;

use egui::text_edit::TextEditState;
use egui::{Context, Id};

use super::focus;
use super::write;
use crate::domain::Room;
use crate::state::AppState;

type Undoer = egui::util::undoer::Undoer<(egui::text::CCursorRange, String)>;

/// What was typed before actions, by their numbers.
#[derive(Default)]
pub struct Letters {
    prompt: BTreeMap<u64, Undoer>,
    message: BTreeMap<u64, Undoer>,
}

impl Letters {
    /// Before anything is drawn.
    pub fn follow(&mut self, ctx: &Context, state: &AppState) {
        let fields =
            [(&mut self.prompt, focus::prompt_id(), Room::Create), (&mut self.message, write::field_id(), Room::Write)];
        for (aside, id, room) in fields {
            let now: Vec<u64> = state.undo.replacing(room).collect();
            keep_order(aside, ctx, id, &now);
        }
    }
}

/// `now` are the actions that have not been taken back, oldest first.
fn keep_order(aside: &mut BTreeMap<u64, Undoer>, ctx: &Context, id: Id, now: &[u64]) {
    // Of several that were taken back the oldest has what was typed before all of them.
    let back: Vec<u64> = aside.keys().copied().filter(|serial| !now.contains(serial)).collect();
    let oldest = now.first().copied().unwrap_or(u64::MAX);
    // One that has left the list at its other end, where the oldest are forgotten, was not taken back.
    let before = back.iter().find(|serial| **serial > oldest || now.is_empty()).and_then(|serial| aside.remove(serial));
    aside.retain(|serial, _| now.contains(serial));
    if let Some(mut state) = before.as_ref().and_then(|_| TextEditState::load(ctx, id)) {
        state.set_undoer(before.unwrap_or_default());
    }
    for serial in now {
        if !aside.contains_key(serial) {
            let typed = TextEditState::load(ctx, id).map(|mut state| {
                let typed = state.undoer();
                state.clear_undoer();
                typed
            });
            aside.insert(*serial, typed.unwrap_or_default());
        }
    }
}
