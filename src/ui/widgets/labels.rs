//! Texts: headings, captions, badges, notes, tables; and the bar of progress.

use egui::{
    Align, Align2, Color32, CursorIcon, Layout, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, vec2,
};

use crate::ui::theme::{self, BODY, Palette, S1, S2, S3, SMALL};
use crate::ui::{elide, eye, icons};

/// Text of the second rank.
pub fn muted(ui: &mut Ui, text: impl Into<String>) -> Response {
    let colour = Palette::of(ui).muted;
    ui.add(egui::Label::new(RichText::new(text).size(SMALL).color(colour)).wrap())
}

/// The name of a control or group, above it.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    let colour = Palette::of(ui).text;
    ui.add(egui::Label::new(RichText::new(text).size(SMALL).color(colour)).truncate())
}

/// The [`caption`] of a part of a room: a heading for a screen reader.
pub fn section(ui: &mut Ui, text: &str) -> Response {
    let response = caption(ui, text);
    eye::is_heading(&response, text);
    response
}

pub fn heading(ui: &mut Ui, text: &str) -> Response {
    let colour = Palette::of(ui).strong;
    let label = RichText::new(text).font(theme::strong(theme::HEADING)).color(colour);
    let response = ui.add(egui::Label::new(label).wrap());
    eye::is_heading(&response, text);
    response
}

/// A title inside a room or card, in body size.
pub fn title(ui: &mut Ui, text: &str) -> Response {
    let colour = Palette::of(ui).strong;
    elide::label(ui, text, text, theme::strong(BODY), colour)
}

/// A bar that moves on news only. Without a known end it shows that something is happening by its text alone.
pub fn progress(ui: &mut Ui, fraction: Option<f32>, name: &str) -> Response {
    let p = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BAR), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = fraction.map(|f| f64::from(f * 100.0).floor());
        info
    });
    ui.painter().rect(rect, 3, p.press, Stroke::new(1.0, p.edge), StrokeKind::Inside);
    let fraction = fraction.unwrap_or(0.0).clamp(0.0, 1.0);
    if fraction > 0.0 {
        let done = Rect::from_min_size(rect.min, vec2((rect.width() * fraction).max(S1), rect.height()));
        ui.painter().rect_filled(done, 3, p.accent_text);
    }
    response
}

/// Height of a progress bar.
pub const BAR: f32 = 6.0;

/// Rows of a name and a value that can be selected and copied.
pub fn table(ui: &mut Ui, rows: &[(&str, String)]) {
    let p = Palette::of(ui);
    let names = rows.iter().map(|(name, _)| text_width(ui, name)).fold(0.0, f32::max).min(140.0) + S3;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, S1);
        for (name, value) in rows {
            ui.horizontal_top(|ui| {
                let size = vec2(names, SMALL + S1);
                ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Min), |ui| {
                    ui.set_min_width(names);
                    ui.add(egui::Label::new(RichText::new(*name).size(SMALL).color(p.muted)).truncate());
                });
                let text = RichText::new(value).size(SMALL).color(p.text);
                ui.add(egui::Label::new(text).wrap().selectable(true));
            });
        }
    });
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::small(), Color32::WHITE).size().x
}

/// A small mark with a word, such as a state. In a row that wraps, sign and words wrap together.
pub fn badge(ui: &mut Ui, icon: &str, text: &str, ink: Color32) -> Response {
    let room = if ui.layout().main_wrap() { ui.max_rect().width() } else { ui.available_width() };
    let size = vec2((text_width(ui, text) + 14.0 + 2.0 * S1).min(room), SMALL + S1);
    let line = Layout::left_to_right(Align::Center);
    let badge = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = S1;
        ui.add(egui::Label::new(theme::icon(icon, 14.0).color(ink)));
        ui.add(egui::Label::new(RichText::new(text).size(SMALL).color(ink)).truncate())
    };
    ui.allocate_ui_with_layout(size, line, badge).inner
}

/// A few words in a row that wraps: they stay together, unless the row is too short for them.
pub fn fact(ui: &mut Ui, text: &str, ink: Color32) -> Response {
    let fits = text_width(ui, text) <= ui.max_rect().width();
    let label = egui::Label::new(RichText::new(text).size(SMALL).color(ink));
    ui.add(if fits { label.extend() } else { label.wrap() })
}

/// [`badge`] for whole sentences.
pub fn badge_wrapped(ui: &mut Ui, icon: &str, text: &str, ink: Color32) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = S1;
        ui.add(egui::Label::new(theme::icon(icon, 14.0).color(ink)));
        ui.add(egui::Label::new(RichText::new(text).size(SMALL).color(ink)).wrap());
    });
}

/// [`badge_wrapped`] for something that a person should know.
pub fn note(ui: &mut Ui, text: &str) {
    badge_wrapped(ui, icons::INFO, text, Palette::of(ui).warn);
}

/// A prompt to click on, in an empty room; `meant` is what it says in the person's language, where it is in another.
pub fn suggestion(ui: &mut Ui, text: &str, meant: &str, width: f32) -> Response {
    let p = Palette::of(ui);
    let lay = |text: &str, font, ink| {
        let mut job = egui::text::LayoutJob::simple(text.to_owned(), font, ink, width - 48.0);
        job.wrap.max_rows = 4;
        ui.painter().layout_job(job)
    };
    let mut lines = vec![lay(text, theme::small(), p.muted)];
    match meant {
        "" => lines[0] = lay(text, theme::body(), Color32::PLACEHOLDER),
        meant => lines.insert(0, lay(meant, theme::body(), Color32::PLACEHOLDER)),
    }
    let high = lines.iter().map(|line| line.size().y).sum::<f32>();
    let (rect, response) = ui.allocate_exact_size(vec2(width, (high + 2.0 * S2).max(36.0)), Sense::click());
    response.widget_info(|| {
        let name = if meant.is_empty() { text.to_owned() } else { format!("{meant} ({text})") };
        WidgetInfo::labeled(Role::Button, true, name)
    });
    let lit = response.hovered() || response.has_focus();
    let (fill, line) = if lit { (p.hover, p.line_strong) } else { (p.panel, p.line) };
    ui.painter().rect(rect, 8, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    let ink = if lit { p.strong } else { p.text };
    let cut = lines.iter().any(|line| line.elided);
    let mut top = rect.center().y - high / 2.0;
    for line in lines {
        let at = egui::pos2(rect.left() + S3, top);
        top += line.size().y;
        ui.painter().galley(at, line, ink);
    }
    let mark = if lit { p.accent_text } else { p.faint };
    let at = rect.right_center() - vec2(S3, 0.0);
    ui.painter().text(at, Align2::RIGHT_CENTER, icons::PLUS, theme::icon_font(14.0), mark);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if cut { response.on_hover_text(text) } else { response }
}
