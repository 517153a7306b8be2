//! The small parts that every room is made of. All of them are named for screen readers.

use std::borrow::Cow;
use std::ops::Range;

use egui::style::Widgets;
use egui::{
    Align, Align2, Button, Color32, CornerRadius, CursorIcon, Frame, Id, Key, KeyboardShortcut, Layout, Margin, Rect,
    Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, TextBuffer, TextEdit, Ui, Vec2, WidgetInfo, vec2,
};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, CONTROL, Palette, RADIUS, S1, S2, S3, S6, SMALL};
use super::{bidi, elide, eye, focus, icons, layout, letters, quotes};
use crate::state::{Command, GalleryCommand};

pub use super::segments::segments;

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

/// Gives what follows, such as a choice or a number to type, the border of an input. Returns the looks before.
pub fn input_edges(ui: &mut Ui) -> Widgets {
    let edge = Palette::of(ui).edge;
    let before = ui.visuals().widgets.clone();
    let states = &mut ui.visuals_mut().widgets;
    for state in [&mut states.inactive, &mut states.hovered, &mut states.active, &mut states.open] {
        state.bg_stroke.color = edge;
    }
    before
}

/// What a text field needs beside its text.
pub struct Field<'a> {
    /// Global, so that the text cursor survives moves in the tree.
    pub id: Id,
    pub name: &'a str,
    pub hint: &'a str,
    pub rows: usize,
    /// Points; longer texts scroll inside.
    pub max_height: f32,
    /// What makes a new line; `None` in a field of one line.
    pub newline: Option<KeyboardShortcut>,
    /// Whether it draws its own frame.
    pub framed: bool,
}

pub const ENTER: KeyboardShortcut = KeyboardShortcut::new(egui::Modifiers::NONE, Key::Enter);
pub const SHIFT_ENTER: KeyboardShortcut = KeyboardShortcut::new(egui::Modifiers::SHIFT, Key::Enter);

/// A text field over text that lives in the state. Returns the new text where it changed.
pub fn field(ui: &mut Ui, text: &str, spec: &Field<'_>) -> (Response, Option<String>) {
    edited(ui, text, spec, &[], false)
}

/// The same with words underlined, by their places in bytes, in order. Its height may change while it is typed into: who
/// types at the end keeps the end in sight.
pub fn marked_field(ui: &mut Ui, text: &str, spec: &Field<'_>, marks: &[Range<usize>]) -> (Response, Option<String>) {
    let focused = ui.memory(|memory| memory.has_focus(spec.id));
    edited(ui, text, spec, marks, focused)
}

/// `stick`: a text that is scrolled to its end stays there when the field becomes lower.
fn edited(
    ui: &mut Ui,
    text: &str,
    spec: &Field<'_>,
    marks: &[Range<usize>],
    stick: bool,
) -> (Response, Option<String>) {
    // The state changes only after the frame. Where egui draws the frame a second time (it does so for sizes that it
    // learns late) the letters of the first drawing must not be lost.
    let frame = ui.ctx().cumulative_frame_nr();
    let early = ui.data(|d| d.get_temp::<(u64, String)>(spec.id));
    let early = early.filter(|(f, _)| *f == frame);
    // A long text is copied only when it is changed.
    let mut value = early.map_or(Cow::Borrowed(text), |(_, typed)| Cow::Owned(typed));
    let p = Palette::of(ui);
    let hint = RichText::new(spec.hint).color(p.muted);
    let from_right = bidi::runs_right_to_left(&value);
    letters::came(ui.ctx(), spec.id, &value);
    let (wraps, side) = (spec.newline.is_some(), if from_right { Align::RIGHT } else { Align::LEFT });
    let line = Stroke::new(1.5, p.warn);
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
        quotes::typed(ui, text.as_str(), wraps.then_some(width), side, (marks, line))
    };
    let edge = if spec.framed { 1 } else { 0 };
    let edit = |value: &mut Cow<'_, str>, ui: &mut Ui| {
        let edit = match spec.newline {
            Some(newline) => TextEdit::multiline(value).desired_rows(spec.rows).return_key(newline),
            None => TextEdit::singleline(value),
        };
        let edit = edit.id(spec.id).hint_text(hint).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
        let edit = edit.frame(Frame::new().inner_margin(Margin::symmetric(8 - edge, 6 - edge)));
        // What runs from the right begins there.
        let edit = if from_right { edit.align(Align2::RIGHT_TOP) } else { edit };
        ui.add(edit.layouter(&mut layouter)).accessible_name(spec.name)
    };
    // The frame keeps its place, and a text that is longer scrolls inside it.
    let frame = match spec.framed {
        true => Frame::new().fill(p.raised).stroke(Stroke::new(1.0, p.edge)).corner_radius(RADIUS),
        false => Frame::new(),
    };
    let shown = frame.show(ui, |ui| match spec.newline {
        Some(_) => {
            let most = spec.max_height - 2.0 * f32::from(edge);
            let area = ScrollArea::vertical().id_salt(spec.id).max_height(most).auto_shrink([false, true]);
            // egui gives an area that scrolls 64 points by itself, which is more than two rows.
            area.min_scrolled_height(most.min(64.0)).stick_to_bottom(stick).show(ui, |ui| edit(&mut value, ui)).inner
        }
        None => edit(&mut value, ui),
    });
    let (around, mut response) = (shown.response.rect, shown.inner);
    if spec.framed {
        focus::framed(ui, spec.id, around);
        response.rect = around;
    }
    // One that the keyboard comes to is brought into sight, whole.
    if response.gained_focus() && !ui.input(|input| input.pointer.any_down() || input.pointer.any_released()) {
        ui.scroll_to_rect(around, None);
    }
    letters::shown(ui.ctx(), spec.id, &value);
    focus::show_new(ui, &response);
    // Deleting in an empty field counts as a change for egui.
    if response.changed() && value != text {
        let value = value.into_owned();
        ui.data_mut(|d| d.insert_temp(spec.id, (frame, value.clone())));
        return (response, Some(value));
    }
    (response, None)
}

/// A field to search with, and what clears it. Returns the new text where it changed.
pub fn search(ui: &mut Ui, cx: &Cx<'_>, id: Id, name: &str, text: &str) -> Option<String> {
    let mut new = None;
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = S1;
        if !text.is_empty() && icon_button(ui, icons::X, cx.t(T::ClearSearch)).clicked() {
            new = Some(String::new());
        }
        let spec = Field { id, name, hint: name, rows: 1, max_height: 32.0, newline: None, framed: true };
        new = field(ui, text, &spec).1.or(new.take());
    });
    new
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

/// The button that sends what was typed.
pub fn send(ui: &mut Ui, name: &str, ready: bool, size: Vec2) -> Response {
    primary(ui, icons::ARROW_UP, "", "", ready, size).accessible_name(name)
}
