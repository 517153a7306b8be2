//! Fields for text, and the search.

use std::borrow::Cow;
use std::ops::Range;

use egui::style::Widgets;
use egui::{
    Align, Align2, Frame, Id, Key, KeyboardShortcut, Layout, Margin, Response, RichText, ScrollArea, Stroke,
    TextBuffer, TextEdit, Ui,
};

use super::buttons::icon_button;
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{Palette, RADIUS, S1};
use crate::ui::{bidi, focus, icons, letters, quotes};

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
