//! Menus of what can be done with a thing: by the right button of the mouse, and by the keyboard for what is chosen or has
//! the focus.

use egui::{Popup, RectAlign, Response, Ui};

use super::keys::{self, Act};

/// The menu of what `response` is about. `chosen`: it is the one that keys are about while nothing has the focus.
pub fn of(ui: &Ui, response: &Response, chosen: bool, add: impl FnOnce(&mut Ui)) {
    show(ui, response, chosen, false, add);
}

/// The same beside the thing, so that it stays in sight where there is room.
pub fn beside(ui: &Ui, response: &Response, chosen: bool, add: impl FnOnce(&mut Ui)) {
    show(ui, response, chosen, true, add);
}

fn show(ui: &Ui, response: &Response, chosen: bool, beside: bool, add: impl FnOnce(&mut Ui)) {
    let id = Popup::default_response_id(response);
    let focused = ui.memory(|memory| memory.focused());
    let mine = response.has_focus() || (chosen && focused.is_none());
    if mine && !egui::Popup::is_any_open(ui.ctx()) && keys::pressed(ui, Act::Menu) {
        // Without the pointer's place: it hangs at the thing itself. The arrows go from there into the menu.
        response.request_focus();
        Popup::open_id(ui.ctx(), id);
    }
    let popup = Popup::context_menu(response);
    let by_key = Popup::is_id_open(ui.ctx(), id) && Popup::position_of_id(ui.ctx(), id).is_none();
    let popup = if by_key && !response.secondary_clicked() { popup.anchor(response) } else { popup };
    let popup = if beside {
        let others = &[RectAlign::LEFT_START, RectAlign::RIGHT_END, RectAlign::LEFT_END];
        popup.anchor(response).align(RectAlign::RIGHT_START).align_alternatives(others).gap(4.0)
    } else {
        popup
    };
    if popup.show(add).is_some() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        // What had the focus before it has it again.
        response.request_focus();
    }
}
