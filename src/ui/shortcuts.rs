//! The list of all shortcuts (F1): the very table that the handlers read.

use egui::style::ScrollAnimation;
use egui::{Align, Frame, Id, Key, Label, Layout, Margin, Modal, Modifiers, RichText, ScrollArea, Stroke, Ui, vec2};

use super::cx::Cx;
use super::keys::{Place, SHORTCUTS, Shortcut};
use super::texts::T;
use super::theme::{BODY, S1, S2, S4, SMALL};
use super::{icons, widgets};
use crate::domain::Room;

const WIDTH: f32 = 560.0;
const ROW: f32 = 26.0;

/// Shows the list where it is `open`, and closes it again.
pub fn show(ui: &Ui, cx: &Cx<'_>, open: &mut bool) {
    if !*open {
        return;
    }
    let room = ui.ctx().content_rect().size();
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(16));
    let modal = Modal::new(Id::unique("shortcuts")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH.min(room.x - 64.0));
        ui.spacing_mut().item_spacing.y = S1;
        let mut close = false;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                close = widgets::icon_button(ui, icons::X, cx.t(T::Close)).clicked();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| widgets::heading(ui, cx.t(T::Shortcuts)));
            });
        });
        let area = ScrollArea::vertical().id_salt("shortcuts").max_height(room.y - 128.0).auto_shrink([false, true]);
        // As high as the window allows: egui would cut it at its own measure.
        let area = area.min_scrolled_height(room.y - 160.0);
        // It begins at its top whenever it is opened.
        let key = Id::unique("shortcuts-shown");
        let frame = ui.ctx().cumulative_frame_nr();
        let shown = ui.data_mut(|data| data.get_temp::<u64>(key));
        ui.data_mut(|data| data.insert_temp(key, frame));
        let area = if shown.is_none_or(|shown| shown + 1 < frame) { area.vertical_scroll_offset(0.0) } else { area };
        area.show(ui, |ui| {
            let way = way(ui);
            if way != 0.0 {
                ui.scroll_with_delta_animation(vec2(0.0, way), ScrollAnimation::none());
            }
            let here = here(cx);
            let (first, others): (Vec<_>, Vec<_>) = SHORTCUTS.iter().partition(|shortcut| Some(shortcut.place) == here);
            let mut place = None;
            for shortcut in first.into_iter().chain(others) {
                if place.replace(shortcut.place) != Some(shortcut.place) {
                    ui.add_space(S2);
                    widgets::section(ui, cx.t(name(shortcut.place)));
                }
                row(ui, cx, shortcut);
            }
        });
        close
    });
    if modal.inner || modal.should_close() {
        *open = false;
    }
}

/// The shortcuts of the room that is open come first.
fn here(cx: &Cx<'_>) -> Option<Place> {
    match cx.state.room() {
        Room::Create => Some(Place::Create),
        Room::Write if cx.state.personas.editing.is_some() || cx.state.write.form.is_some() => Some(Place::Form),
        Room::Write if cx.state.write.open.page.is_some() && !cx.state.personas.shown => Some(Place::Page),
        Room::Write => Some(Place::Talk),
        Room::Gallery => Some(Place::Gallery),
        Room::Models | Room::Settings => None,
    }
}

/// How far the keys move a list or a text: up is positive.
pub fn way(ui: &Ui) -> f32 {
    const LINE: f32 = 2.0 * ROW;
    const END: f32 = 1e6;
    let page = (ui.clip_rect().height() - LINE).max(LINE);
    let keys = [
        (Key::ArrowDown, -LINE),
        (Key::ArrowUp, LINE),
        (Key::PageDown, -page),
        (Key::Space, -page),
        (Key::PageUp, page),
        (Key::Home, END),
        (Key::End, -END),
    ];
    ui.input_mut(|input| {
        keys.into_iter().filter(|(key, _)| input.consume_key(Modifiers::NONE, *key)).map(|(_, way)| way).sum()
    })
}

fn name(place: Place) -> T {
    match place {
        Place::Everywhere => T::Everywhere,
        Place::Create => T::Create,
        Place::Talk => T::Chat,
        Place::Form => T::FormsAndPersonas,
        Place::Page => T::Page,
        Place::Gallery => T::Gallery,
    }
}

fn row(ui: &mut Ui, cx: &Cx<'_>, shortcut: &Shortcut) {
    ui.horizontal(|ui| {
        ui.set_height(ROW);
        ui.spacing_mut().item_spacing.x = S2;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(S4);
            for name in shortcut.names().iter().rev() {
                key(ui, cx, name);
            }
            let size = vec2(ui.available_width(), ROW);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                let text = RichText::new(cx.lang.pick(shortcut.english, shortcut.chinese)).size(BODY).color(cx.p.text);
                ui.add(Label::new(text).truncate());
            });
        });
    });
}

/// A key's cap.
fn key(ui: &mut Ui, cx: &Cx<'_>, name: &str) {
    let frame = Frame::new().fill(cx.p.button).stroke(Stroke::new(1.0, cx.p.line_strong)).corner_radius(4);
    frame.inner_margin(Margin::symmetric(6, 1)).show(ui, |ui| {
        ui.add(Label::new(RichText::new(name).size(SMALL).color(cx.p.strong)));
    });
}
