//! Whose Ctrl+Z and Ctrl+Y are: of an action of the room, of a page, or of the letters in a field.

use egui::{Event, Id, Key, Ui};

use crate::domain::{Page, Room};
use crate::ui::cx::Cx;
use crate::ui::{fields, letters};

/// The page whose own way back and forth the keys take, if any.
fn sheet<'a>(ui: &Ui, cx: &Cx<'a>) -> Option<&'a Page> {
    let state = cx.state;
    let page = state.write.open.page.as_deref().filter(|_| state.room() == Room::Write && state.trash.shown.is_none());
    page.filter(|_| ui.memory(|memory| memory.focused()).is_none_or(|id| id == fields::sheet_id()))
}

/// Whether Ctrl+Z undoes the newest action of the room, not typing: once an action was undone, it continues with
/// actions until something is typed again.
pub(super) fn undoes_action(ui: &Ui, cx: &Cx<'_>) -> bool {
    let (undo, here) = (&cx.state.undo, cx.state.undo_here());
    let fresh = undo.is_fresh(here.room) && !has_letters(ui, cx);
    let newest = undo.newest(here);
    if newest.is_some() && fresh {
        return true;
    }
    if let Some(page) = sheet(ui, cx) {
        return page.undo().is_none();
    }
    // Nothing is left: that is said, and no text goes instead, but for the letters that an example took the place of.
    if fresh && !undo.gave_back_letters(here) || !ui.ctx().text_edit_focused() {
        return true;
    }
    // A field without letters to take back lets the room have the key.
    let focused = ui.memory(|memory| memory.focused());
    newest.is_some() && focused.is_some_and(|id| !letters::can_undo(ui.ctx(), id))
}

/// Whether the keys do an action of the room again, not what was typed.
pub(super) fn redoes_action(ui: &Ui, cx: &Cx<'_>) -> bool {
    if has_letters(ui, cx) {
        return false;
    }
    if cx.state.can_redo() {
        return true;
    }
    let focused = ui.memory(|memory| memory.focused()).filter(|_| ui.ctx().text_edit_focused());
    let letters = focused.is_some_and(|id| letters::can_redo(ui.ctx(), id));
    let others = focused.is_none() || cx.state.undo.is_fresh(cx.state.room());
    others && !letters && sheet(ui, cx).is_none()
}

fn letters_id() -> Id {
    Id::unique("letters-of-a-field")
}

/// Notes the field that letters go into: until the next action they are its own to take back and to do again, also where
/// it keeps them to itself until it is left, as the fields of numbers do.
pub(super) fn note_letters(ui: &Ui, cx: &Cx<'_>) {
    let types = |event: &Event| match event {
        Event::Text(_) | Event::Paste(_) | Event::Cut | Event::Ime(egui::ImeEvent::Commit(_)) => true,
        Event::Key { key: Key::Backspace | Key::Delete, pressed, .. } => *pressed,
        _ => false,
    };
    if ui.ctx().text_edit_focused() && ui.input(|input| input.events.iter().any(types)) {
        let typed = (ui.memory(|memory| memory.focused()), cx.state.undo.steps());
        ui.data_mut(|data| data.insert_temp(letters_id(), typed));
    }
}

/// Whether the field that has the focus is the one that letters went into since the last action.
fn has_letters(ui: &Ui, cx: &Cx<'_>) -> bool {
    let focused = ui.memory(|memory| memory.focused());
    let typed = ui.data(|data| data.get_temp::<(Option<Id>, u64)>(letters_id()));
    ui.ctx().text_edit_focused() && typed == Some((focused, cx.state.undo.steps()))
}
