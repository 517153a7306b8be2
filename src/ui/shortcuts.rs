//! The list of all shortcuts (F1): the very table that the handlers read.

use egui::{Align, Frame, Id, Label, Layout, Margin, Modal, RichText, ScrollArea, Stroke, Ui, vec2};

use super::cx::Cx;
use super::keys::{Place, SHORTCUTS, Shortcut};
use super::texts::T;
use super::theme::{BODY, S1, S2, S4, SMALL};
use super::{icons, widgets};

const WIDTH: f32 = 560.0;

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
        area.show(ui, |ui| {
            let mut place = None;
            for shortcut in SHORTCUTS {
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

fn name(place: Place) -> T {
    match place {
        Place::Everywhere => T::Everywhere,
        Place::Create => T::Create,
        Place::Talk => T::Chat,
        Place::Page => T::Page,
        Place::Gallery => T::Gallery,
    }
}

fn row(ui: &mut Ui, cx: &Cx<'_>, shortcut: &Shortcut) {
    ui.horizontal(|ui| {
        ui.set_height(26.0);
        ui.spacing_mut().item_spacing.x = S2;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(S4);
            for name in shortcut.names().iter().rev() {
                key(ui, cx, name);
            }
            let size = vec2(ui.available_width(), 26.0);
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
