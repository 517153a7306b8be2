//! Buttons, choices, switches and folds.

use egui::{
    Align2, Button, Color32, CornerRadius, CursorIcon, Id, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo, vec2,
};

use crate::state::{Command, GalleryCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, BODY, CONTROL, Palette, RADIUS, S2, S3, S6, SMALL};
use crate::ui::{eye, icons, layout};

/// A button with an icon and a word.
pub fn button(ui: &mut Ui, icon: &str, label: &str) -> Response {
    ui.add(Button::new(layout::labelled(icon, 16.0, label))).accessible_name(label)
}

/// How wide [`button`] is.
pub fn button_width(ui: &Ui, label: &str) -> f32 {
    let words = ui.painter().layout_no_wrap(label.to_owned(), theme::body(), Color32::WHITE).size().x;
    let spacing = ui.spacing();
    words + 16.0 + spacing.icon_spacing + 2.0 * spacing.button_padding.x
}

/// A button with a word only.
pub fn text_button(ui: &mut Ui, label: &str) -> Response {
    ui.add(Button::new(label)).accessible_name(label)
}

/// The button that leaves an editor: what was `changed` in it stays as a draft, and it says so.
pub fn leave(ui: &mut Ui, cx: &Cx<'_>, changed: bool) -> Response {
    if changed {
        text_button(ui, cx.t(T::KeepDraft)).on_hover_text(cx.t(T::KeepDraftHover))
    } else {
        text_button(ui, cx.t(T::Cancel))
    }
}

/// An icon with a tooltip; no frame until the pointer is over it.
pub fn icon_button(ui: &mut Ui, icon: &str, name: &str) -> Response {
    icon_button_of(ui, CONTROL, icon, name)
}

/// [`icon_button`] of another size.
pub fn icon_button_of(ui: &mut Ui, side: f32, icon: &str, name: &str) -> Response {
    icon_of(ui, side, icon, name, None)
}

/// [`icon_button`] that shows whether something is on.
pub fn icon_toggle(ui: &mut Ui, icon: &str, name: &str, on: bool) -> Response {
    icon_of(ui, CONTROL, icon, name, Some(on))
}

fn icon_of(ui: &mut Ui, side: f32, icon: &str, name: &str, toggled: Option<bool>) -> Response {
    let p = Palette::of(ui);
    let on = toggled.unwrap_or(false);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), name);
        info.selected = toggled;
        info
    });
    if ui.is_rect_visible(rect) {
        let lit = response.hovered() || response.has_focus();
        let fill = match (response.is_pointer_button_down_on(), lit, on) {
            (true, ..) => p.press,
            (_, true, _) => p.hover,
            (.., true) => p.accent_soft,
            _ => Color32::TRANSPARENT,
        };
        // What is on has an edge too: the ground alone is hardly seen.
        let line = if on { p.accent_text } else { Color32::TRANSPARENT };
        ui.painter().rect(rect, RADIUS, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        // Where nothing can be done here the painter fades it.
        let colour = match (on, lit && ui.is_enabled()) {
            (true, _) => p.accent_text,
            (_, true) => p.strong,
            _ => p.muted,
        };
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, theme::icon_font(16.0), colour);
    }
    response.on_hover_text(name)
}

/// The one button that a room is about. `hint` is its shortcut, shown inside.
pub fn primary(ui: &mut Ui, icon: &str, label: &str, hint: &str, enabled: bool, size: Vec2) -> Response {
    let p = Palette::of(ui);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
    if ui.is_rect_visible(rect) {
        let (fill, ink) = match enabled {
            false => (p.press, p.muted),
            true if response.hovered() || response.has_focus() => (p.accent_hover, p.on_accent),
            true => (p.accent, p.on_accent),
        };
        ui.painter().rect_filled(rect, RADIUS + 2, fill);
        let mark = ui.painter().layout_no_wrap(icon.to_owned(), theme::icon_font(18.0), ink);
        let gap = if icon.is_empty() || label.is_empty() { 0.0 } else { S2 };
        let room = rect.width() - S2 - mark.size().x - gap;
        let mut job = egui::text::LayoutJob::simple_singleline(label.to_owned(), theme::strong(BODY), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(0.0));
        let word = ui.painter().layout_job(job);
        let keys = ui.painter().layout_no_wrap(hint.to_owned(), theme::small(), ink.gamma_multiply(0.75));
        // A shortcut that has no room is left out; its button says it on hover.
        let fits = !hint.is_empty() && word.size().x + S3 + keys.size().x <= room;
        let keys = if fits { keys } else { ui.painter().layout_no_wrap(String::new(), theme::small(), ink) };
        let tail = if fits { S3 } else { 0.0 };
        let width = mark.size().x + gap + word.size().x + tail + keys.size().x;
        let mut x = rect.center().x - width / 2.0;
        for (galley, space) in [(mark, gap), (word, tail), (keys, 0.0)] {
            let at = egui::pos2(x, rect.center().y - galley.size().y / 2.0);
            x += galley.size().x + space;
            ui.painter().galley(at, galley, ink);
        }
    }
    if enabled { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
}

/// A heading that folds what is under it. Returns whether it is open.
pub fn fold(ui: &mut Ui, label: &str, note: &str, open: &mut bool) -> bool {
    let p = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    if response.clicked() {
        *open = !*open;
    }
    eye::expanded(&response, *open);
    if ui.is_rect_visible(rect) {
        let ink = if response.hovered() || response.has_focus() { p.strong } else { p.text };
        let caret = if *open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        let mid = rect.left_center();
        ui.painter().text(mid, Align2::LEFT_CENTER, caret, theme::icon_font(12.0), ink);
        let mut job = egui::text::LayoutJob::simple_singleline(label.to_owned(), theme::small(), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width((rect.width() - 18.0).max(0.0));
        let galley = ui.painter().layout_job(job);
        let text = Rect::from_min_size(mid + vec2(18.0, -galley.size().y / 2.0), galley.size());
        ui.painter().galley(text.min, galley, ink);
        let room = rect.right() - text.right() - S2;
        if !note.is_empty() && room > 24.0 {
            let mut job = egui::text::LayoutJob::simple_singleline(note.to_owned(), theme::small(), p.muted);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room);
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(
                egui::pos2(text.right() + S2, rect.center().y - galley.size().y / 2.0),
                galley,
                p.muted,
            );
        }
    }
    *open
}

/// A row of a menu, `on` where it is the one in use. Choosing it, with the pointer or with Enter, closes the menu.
pub fn choice<'a>(ui: &mut Ui, on: bool, label: impl egui::IntoAtoms<'a>) -> bool {
    let response = ui.selectable_label(on, label);
    // The one in use has the keyboard when the menu opens: the arrows continue from there.
    if on {
        let key = Id::unique(("menu-open", ui.layer_id()));
        let frame = ui.ctx().cumulative_frame_nr();
        let before = ui.data(|d| d.get_temp::<u64>(key));
        ui.data_mut(|d| d.insert_temp(key, frame));
        if before.is_none_or(|before| before + 1 < frame) {
            response.request_focus();
            response.scroll_to_me(None);
        }
    }
    let chosen = response.clicked();
    if chosen {
        ui.close();
    }
    chosen
}

/// [`choice`] that does something.
pub fn menu_item(ui: &mut Ui, label: &str) -> bool {
    let chosen = ui.button(label).clicked();
    if chosen {
        ui.close();
    }
    chosen
}

/// A switch with its words.
pub fn switch(ui: &mut Ui, on: bool, label: &str) -> Response {
    let p = Palette::of(ui);
    let mut job = egui::text::LayoutJob::simple_singleline(label.to_owned(), theme::body(), p.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((ui.available_width() - 36.0 - S2).max(S6));
    let galley = ui.painter().layout_job(job);
    let size = vec2(36.0 + S2 + galley.size().x, CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, label));
    let track = Rect::from_center_size(rect.left_center() + vec2(16.0, 0.0), vec2(32.0, 18.0));
    let fill = if on { p.accent } else { p.press };
    ui.painter().rect(track, CornerRadius::same(9), fill, Stroke::new(1.0, p.edge), StrokeKind::Inside);
    let x = if on { track.right() - 9.0 } else { track.left() + 9.0 };
    ui.painter().circle_filled(egui::pos2(x, track.center().y), 6.0, if on { p.on_accent } else { p.muted });
    ui.painter().galley(egui::pos2(rect.left() + 44.0, rect.center().y - galley.size().y / 2.0), galley, p.text);
    response
}

/// Whether small pictures are shown as their pixels.
pub fn pixels(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (on, name) = (cx.state.settings.pixels, cx.t(T::Pixels));
    let response = ui.add(Button::selectable(on, RichText::new(name).size(SMALL)).frame_when_inactive(true));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, name));
    if response.on_hover_text(cx.t(T::PixelsHover)).clicked() {
        cx.push(Command::Gallery(GalleryCommand::SetPixels(!on)));
    }
}

/// The button that sends what was typed.
pub fn send(ui: &mut Ui, name: &str, ready: bool, size: Vec2) -> Response {
    primary(ui, icons::ARROW_UP, "", "", ready, size).accessible_name(name)
}
