//! The letters of a field and the actions of its room are taken back in one order, newest first, and done again in the
//! same.
//!
//! egui keeps the history of a field's text by the field's id. It knows neither whose text that is, nor of actions: to
//! it the draft of another conversation, or an example that took the place of a prompt, is a text like any other, and
//! Ctrl+Z would go to it. So a history ends with its text, when another one comes into the field ([`came`]). What was
//! typed before an action is put aside with it and comes back when the action is taken back; what was typed after it,
//! when it is done again ([`Letters`]).

use std::collections::BTreeMap;
use std::hash::Hash;

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, Id};

use super::fields;
use crate::state::{AppState, CreateUndo, Undoable, WriteUndo};

type Undoer = egui::util::undoer::Undoer<(CCursorRange, String)>;

/// The history of a field, and where its cursor was.
#[derive(Clone, Default)]
struct Typed {
    cursor: Option<CCursorRange>,
    undoer: Undoer,
}

/// What was typed before actions, and after those that were taken back; by their numbers.
#[derive(Default)]
pub struct Letters {
    before: BTreeMap<u64, (Id, Typed)>,
    after: BTreeMap<u64, (Id, Typed)>,
}

impl Letters {
    /// Before anything is drawn.
    pub fn follow(&mut self, ctx: &Context, state: &AppState) {
        let [done, undone] = state.undo.replacing();
        for (serial, what) in &undone {
            if let Some((id, typed)) = self.before.remove(serial) {
                self.after.insert(*serial, (id, take(ctx, id)));
                put(ctx, id, typed, &text_of(state, what));
            }
        }
        for (serial, what) in &done {
            let Some(id) = field_of(what).filter(|_| !self.before.contains_key(serial)) else { continue };
            self.before.insert(*serial, (id, take(ctx, id)));
            match self.after.remove(serial) {
                Some((id, typed)) => put(ctx, id, typed, &text_of(state, what)),
                None => clear(ctx, id),
            }
        }
        self.before.retain(|serial, _| done.iter().any(|(known, _)| known == serial));
        self.after.retain(|serial, _| undone.iter().any(|(known, _)| known == serial));
    }
}

fn field_of(what: &Undoable) -> Option<Id> {
    match what {
        Undoable::Create(CreateUndo::Prompt(..)) => Some(fields::prompt_id()),
        Undoable::Write(WriteUndo::Message(talk, _)) => Some(fields::message_id(talk)),
        _ => None,
    }
}

/// What the field of an action reads now.
fn text_of(state: &AppState, what: &Undoable) -> String {
    match what {
        Undoable::Write(WriteUndo::Message(talk, _)) => state.write.message_of(talk),
        _ => state.settings.image.prompt.clone(),
    }
}

fn take(ctx: &Context, id: Id) -> Typed {
    let state = TextEditState::load(ctx, id);
    state.map_or_else(Typed::default, |s| Typed { cursor: s.cursor.char_range(), undoer: s.undoer() })
}

/// Gives a field its history back, with the text that it belongs to.
fn put(ctx: &Context, id: Id, typed: Typed, text: &str) {
    let Some(mut state) = TextEditState::load(ctx, id) else { return };
    state.set_undoer(typed.undoer);
    state.cursor.set_char_range(typed.cursor);
    state.store(ctx, id);
    ctx.data_mut(|data| data.insert_temp(seen_id(id), Seen::only(text)));
}

/// The history of a field ends here.
pub fn clear(ctx: &Context, id: Id) {
    if let Some(mut state) = TextEditState::load(ctx, id) {
        state.clear_undoer();
    }
}

/// What is known of a field's text, by hashes: as the state gave it last, as it was typed last, and as it was drawn.
#[derive(Clone, Copy)]
struct Seen {
    given: u64,
    typed: u64,
    drawn: u64,
}

impl Seen {
    fn only(text: &str) -> Self {
        let now = egui::util::hash(text);
        Self { given: now, typed: now, drawn: now }
    }
}

/// Before a field is drawn with `text`. One that was not typed into it came from elsewhere, such as an example: it is
/// gone on with at its end, and has no history.
pub fn came(ctx: &Context, id: Id, text: &str) {
    let now = egui::util::hash(text);
    let Some(mut seen) = ctx.data(|data| data.get_temp::<Seen>(seen_id(id))) else { return };
    if seen.drawn != now
        && let Some(mut state) = TextEditState::load(ctx, id)
    {
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(text.chars().count()))));
        state.store(ctx, id);
    }
    // What was typed may not have come to the state yet.
    if now != seen.given && now != seen.typed {
        let goes_on = ctx.data(|data| data.get_temp::<(u64, u64)>(goes_on_id(id)));
        if !goes_on.is_some_and(|(frame, to)| to == now && ctx.cumulative_frame_nr() <= frame + 1) {
            clear(ctx, id);
        }
        seen.typed = now;
    }
    seen.given = now;
    ctx.data_mut(|data| data.insert_temp(seen_id(id), seen));
}

/// After it was drawn: the text that it has by now.
pub fn shown(ctx: &Context, id: Id, text: &str) {
    let mut seen = ctx.data(|data| data.get_temp::<Seen>(seen_id(id))).unwrap_or(Seen::only(text));
    seen.drawn = egui::util::hash(text);
    if seen.drawn != seen.given {
        seen.typed = seen.drawn;
    }
    ctx.data_mut(|data| data.insert_temp(seen_id(id), seen));
}

/// The text of a field becomes `to` with the next frame, as if it was typed; Ctrl+Z goes back to `from`.
pub fn go_on(ctx: &Context, id: Id, (from, to): (&str, &str)) {
    if let Some(mut state) = TextEditState::load(ctx, id) {
        let mut undoer = state.undoer();
        undoer.add_undo(&(state.cursor.char_range().unwrap_or_default(), from.to_owned()));
        state.set_undoer(undoer);
    }
    let mark = (ctx.cumulative_frame_nr(), egui::util::hash(to));
    ctx.data_mut(|data| data.insert_temp(goes_on_id(id), mark));
}

/// Says whose text a field shows, where several have the same field. `None` becomes somebody's with the first letter.
pub fn belongs_to(ctx: &Context, id: Id, whose: Option<impl Hash>) {
    let now = whose.map(|whose| egui::util::hash(whose));
    let key = id.with("belongs-to");
    let before = ctx.data(|data| data.get_temp::<Option<u64>>(key)).flatten();
    ctx.data_mut(|data| data.insert_temp(key, now));
    if before.is_some() && before != now {
        clear(ctx, id);
    }
}

/// Whether a field has letters to take back that are not its first text.
pub fn can_undo(ctx: &Context, id: Id) -> bool {
    let Some(mut undoer) = TextEditState::load(ctx, id).map(|state| state.undoer()) else { return false };
    let changing = undoer.is_in_flux();
    let last = newest(&mut undoer);
    changing || last.is_some_and(|last| undoer.undo(&last).is_some())
}

/// Whether a field has letters to do again.
pub fn can_redo(ctx: &Context, id: Id) -> bool {
    let Some(mut undoer) = TextEditState::load(ctx, id).map(|state| state.undoer()) else { return false };
    let last = newest(&mut undoer.clone());
    !undoer.is_in_flux() && last.is_some_and(|last| undoer.redo(&last).is_some())
}

/// The last state that it keeps: from one that it does not have it goes there.
fn newest(undoer: &mut Undoer) -> Option<(CCursorRange, String)> {
    undoer.undo(&(CCursorRange::default(), "\0".to_owned())).cloned()
}

fn seen_id(id: Id) -> Id {
    id.with("seen")
}

fn goes_on_id(id: Id) -> Id {
    id.with("goes-on")
}
