//! Combo boxes.

use egui::{ComboBox, Key, Popup, Ui};

use super::{eye, icons, theme, widgets};

/// What a combo box has beside its text: its edges and the sign.
pub const CARET: f32 = 40.0;

/// A combo box of names, the `on`-th chosen. Returns the one that was chosen now.
pub fn names(ui: &mut Ui, label: &str, names: &[&str], on: usize) -> Option<usize> {
    let mut chosen = None;
    let shown = names.get(on).copied().unwrap_or_default();
    drop_down(ui, label, (label, shown, shown), |ui| {
        for (i, name) in names.iter().enumerate() {
            if widgets::choice(ui, i == on, *name) {
                chosen = Some(i);
            }
        }
    });
    chosen
}

/// A combo box as wide as its room: its name, the text that it shows, and that text in full.
pub fn drop_down(
    ui: &mut Ui,
    salt: impl egui::AsIdSalt,
    (label, shown, full): (&str, &str, &str),
    add: impl FnOnce(&mut Ui),
) {
    let width = ui.available_width();
    let saved = widgets::input_edges(ui);
    let response = ui.name_inputs(label, |ui| {
        let combo = ComboBox::from_id_salt(salt).width(width).truncate().selected_text(shown).icon(caret);
        combo.show_ui(ui, |ui| {
            ui.set_min_width(width - 16.0);
            add(ui);
        })
    });
    ui.visuals_mut().widgets = saved;
    let (open, button) = (response.inner.is_some(), response.response);
    eye::expanded(&button, open);
    // Who came to it by key continues from it.
    let had_focus = button.id.with("had-focus");
    if !open {
        let has = button.has_focus();
        ui.data_mut(|data| data.insert_temp(had_focus, has));
    }
    let by_key = ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Escape));
    if open && by_key && !Popup::is_any_open(ui.ctx()) && ui.data(|data| data.get_temp(had_focus)) == Some(true) {
        button.request_focus();
    }
    button.accessible_name(format!("{label}: {full}"));
}

/// The sign at the right of a combo box, from the same set as all icons.
fn caret(ui: &Ui, rect: egui::Rect, visuals: &egui::style::WidgetVisuals, _open: bool) {
    let font = theme::icon_font(14.0);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, icons::CARET_DOWN, font, visuals.fg_stroke.color);
}
