//! Whether a key of the table was pressed in this frame, and whose it is.

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use super::table::{Act, SHORTCUTS};

fn keys(act: Act) -> impl Iterator<Item = &'static KeyboardShortcut> {
    SHORTCUTS.iter().filter(move |shortcut| shortcut.act == act).flat_map(|shortcut| shortcut.keys)
}

/// A key that is named after the sign that it types.
fn is_sign(key: Key) -> bool {
    matches!(key, Key::Plus | Key::Equals | Key::Minus | Key::Questionmark)
}

/// Where in the events of this frame a key of the table was pressed.
pub(super) fn find(ui: &Ui, act: Act) -> Option<usize> {
    // A question mark in a text is one.
    let typing = ui.ctx().text_edit_focused();
    let is = |event: &egui::Event| {
        let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return false };
        let known = |of: &KeyboardShortcut| {
            // Whether a sign takes Shift is the keyboard's matter: + does on an American one, and not on a German one.
            let shift = of.modifiers.shift || (modifiers.shift && is_sign(*key));
            of.logical_key == *key && modifiers.matches_exact(Modifiers { shift, ..of.modifiers })
        };
        keys(act).any(known) && !(typing && *key == Key::Questionmark)
    };
    ui.input(|input| input.events.iter().position(is))
}

/// Whether a question or a list is over the room of `ui` and has the keyboard for itself.
pub fn is_behind(ui: &Ui) -> bool {
    ui.memory(|memory| memory.top_modal_layer()).is_some_and(|top| top != ui.layer_id())
}

/// [`pressed`] for a part of a room.
pub fn pressed_in(ui: &Ui, act: Act) -> bool {
    !is_behind(ui) && pressed(ui, act)
}

/// Whether a shortcut of the window itself was pressed; its key is used up.
pub fn pressed(ui: &Ui, act: Act) -> bool {
    let at = find(ui, act);
    if let Some(at) = at {
        ui.input_mut(|input| input.events.remove(at));
    }
    at.is_some()
}
