//! How a room shares its space. Everything is drawn through these functions, and each says what becomes smaller where
//! there is too little room: so no two widgets overlap and none leaves its panel, at any size and zoom.
//!
//! | function | for | where there is too little room |
//! |---|---|---|
//! | [`side`] | a panel beside the middle of a room | narrower, so that the middle keeps [`MIDDLE`] |
//! | [`is_narrow`] | rooms with panels | the room shows one of its panels at a time |
//! | [`head`], [`foot`] | what is above or below the middle | a share of the height, then it scrolls |
//! | [`centre`] | an empty room | it scrolls |
//! | [`column`] | text to be read | narrower |
//! | [`columns`] | cards | fewer columns |
//! | [`flow`], [`icon`] | buttons in a row | they wrap |
//! | [`line`] | text with controls at its end | the text elides, then the controls get lines of their own |
//! | [`labelled`] | a button with an icon and words | the words elide |
//!
//! `tests/window/rooms.rs` checks this for every state at every size.

use egui::accesskit::Action;
use egui::{
    Align, Atoms, CursorIcon, Frame, Id, IntoAtoms, Layout, Panel, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui,
    UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::cx::Cx;
use super::eye::{self, Landmark};
use super::frames;
use super::texts::T;
use super::theme::{self, S1, S2, S3, S4};
use crate::domain::Pane;
use crate::state::{Command, SettingsCommand};

/// Points that the middle of a room keeps beside its panels.
pub const MIDDLE: f32 = 300.0;
/// Widest column of text that reads well.
pub const TEXT_WIDTH: f32 = 760.0;
/// A room with less width than this shows one of its panels at a time.
const NARROW: f32 = 560.0;
/// No panel is wider: a line of sliders would be a long way for the eye.
const WIDEST: f32 = 560.0;
/// Half of what can be taken hold of at a panel's edge.
const GRIP: f32 = 3.0;

pub fn is_narrow(ui: &Ui) -> bool {
    ui.available_width() < NARROW
}

/// The least width of a panel, and its usual one where `room` points are to be shared.
fn widths(pane: Pane, room: f32) -> (f32, f32) {
    match pane {
        Pane::Controls => (248.0, if room < 960.0 { 300.0 } else { 344.0 }),
        Pane::Conversations => (192.0, if room < 900.0 { 214.0 } else { 232.0 }),
        Pane::Sampling => (240.0, 272.0),
        Pane::Details => (240.0, 300.0),
    }
}

/// Which landmark of the window a panel is, for the Tab key.
pub fn landmark(pane: Pane) -> Landmark {
    match pane {
        Pane::Controls => Landmark::First,
        Pane::Conversations => Landmark::List,
        Pane::Sampling | Pane::Details => Landmark::Beside,
    }
}

/// Whether [`side`] may show these panels beside a middle.
pub fn have_room(ui: &Ui, panes: &[Pane]) -> bool {
    let room = ui.available_width();
    panes.iter().map(|pane| widths(*pane, room).0).sum::<f32>() + MIDDLE <= room
}

/// How wide a panel is: as the person has dragged it, within what there is room for.
fn width(pane: Pane, room: f32, dragged: Option<f32>) -> f32 {
    let (least, usual) = widths(pane, room);
    let most = (room - MIDDLE).min(WIDEST).max(least);
    dragged.filter(|width| width.is_finite()).unwrap_or(usual).clamp(least, most).round()
}

/// A panel at a room's side. Its edge can be dragged; a double click brings the usual width back.
pub fn side<'s, R>(ui: &mut Ui, cx: &mut Cx<'s>, pane: Pane, add: impl FnOnce(&mut Ui, &mut Cx<'s>) -> R) -> R {
    let room = ui.available_width();
    let wide = width(pane, room, cx.state.settings.panes.get(&pane).copied());
    let right = matches!(pane, Pane::Sampling | Pane::Details);
    let id = Id::unique(("pane", pane));
    let panel = if right { Panel::right(id) } else { Panel::left(id) };
    let frame = frames::panel(cx.p).inner_margin(0);
    let out = panel.exact_size(wide).resizable(false).frame(frame).show(ui, |ui| {
        eye::landmark(ui, landmark(pane));
        add(ui, cx)
    });
    edge(ui, cx, pane, out.response.rect, room, right);
    out.inner
}

/// What a panel's width is dragged by.
fn edge(ui: &Ui, cx: &mut Cx<'_>, pane: Pane, panel: Rect, room: f32, right: bool) {
    let x = if right { panel.left() } else { panel.right() };
    let zone = Rect::from_x_y_ranges(Rangef::new(x - GRIP, x + GRIP), panel.y_range());
    let id = Id::unique(("edge", pane));
    let response = ui.interact(zone, id, Sense::click_and_drag() - Sense::FOCUSABLE);
    let name = cx.t(T::PanelWidth);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_numeric_value(f64::from(panel.width()));
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    let asked = |action| ui.input(|i| i.num_accesskit_action_requests(id, action)) as f32;
    let steps = asked(Action::Increment) - asked(Action::Decrement);
    let at = response.interact_pointer_pos().filter(|_| response.dragged()).map(|at| at.x);
    let dragged = match at {
        Some(at) if right => Some(panel.right() - at),
        Some(at) => Some(at - panel.left()),
        None if steps != 0.0 => Some(panel.width() + S4 * steps),
        None => None,
    };
    if response.double_clicked() {
        cx.push(Command::Settings(SettingsCommand::SetPane(pane, None)));
    } else if let Some(dragged) = dragged {
        cx.push(Command::Settings(SettingsCommand::SetPane(pane, Some(width(pane, room, Some(dragged))))));
    }
    if response.hovered() || response.dragged() {
        let stroke = Stroke::new(2.0, if response.dragged() { cx.p.accent_text } else { cx.p.line_strong });
        ui.painter().vline(x, panel.y_range(), stroke);
        ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
}

/// What is above the middle of a room: as high as it is, up to `share` of the height; then it scrolls.
pub fn head<R>(ui: &mut Ui, id: &str, frame: Frame, share: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    band(ui, Panel::top(Id::unique(id)), Landmark::Main, id, frame, share, add)
}

/// [`head`] for what is below the middle.
pub fn foot<R>(ui: &mut Ui, id: &str, frame: Frame, share: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    band(ui, Panel::bottom(Id::unique(id)), Landmark::Foot, id, frame, share, add)
}

fn band<R>(
    ui: &mut Ui,
    panel: Panel,
    landmark: Landmark,
    id: &str,
    frame: Frame,
    share: f32,
    add: impl FnOnce(&mut Ui) -> R,
) -> R {
    let margin = frame.total_margin().sum().y;
    let most = (ui.available_height() * share).floor();
    let key = Id::unique(("band", id));
    let known = ui.data(|d| d.get_temp::<f32>(key));
    // Nothing takes no room, not even its margins.
    let empty = known == Some(0.0);
    let high = if empty { 0.0 } else { (known.unwrap_or(theme::CONTROL) + margin).min(most) };
    let frame = if empty { Frame::NONE } else { frame };
    let panel = panel.exact_size(high).resizable(false).show_separator_line(false).frame(frame);
    let area = ScrollArea::vertical().id_salt(id).auto_shrink(false).min_scrolled_height(0.0);
    let out = panel.show(ui, |ui| {
        eye::landmark(ui, landmark);
        area.show(ui, add)
    });
    let out = out.inner;
    remember(ui, key, known, out.content_size.y.ceil());
    out.inner
}

/// Keeps a size for the next frame, which comes at once where it has changed.
pub fn remember(ui: &Ui, key: Id, known: Option<f32>, size: f32) {
    if known != Some(size) {
        ui.data_mut(|d| d.insert_temp(key, size));
        ui.ctx().request_repaint();
        // The frame is drawn again with the right size, unless a click would be handled twice.
        if ui.input(|i| i.events.is_empty()) {
            ui.ctx().request_discard("a size has changed");
        }
    }
}

/// What an empty room shows: a column in its middle.
pub fn centre(ui: &mut Ui, id: &str, most: f32, add: impl FnOnce(&mut Ui)) {
    let key = Id::unique(("centre", id));
    let known = ui.data(|d| d.get_temp::<f32>(key));
    let top = ((ui.available_height() - known.unwrap_or(0.0)) / 2.0).max(S4).round();
    let area = ScrollArea::vertical().id_salt(id).auto_shrink(false);
    let height = area.show(ui, |ui| {
        ui.add_space(top);
        let most = most.min(ui.available_width() - 2.0 * S4);
        let height = column(ui, most, |ui| ui.vertical_centered(add).response.rect.height());
        ui.add_space(S4);
        height
    });
    remember(ui, key, known, height.inner.ceil());
}

/// Centres a column that is at most this wide.
pub fn column<R>(ui: &mut Ui, most: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let all = ui.available_rect_before_wrap();
    let width = all.width().min(most);
    let left = all.left() + ((all.width() - width) / 2.0).round();
    let rect = Rect::from_min_size(pos2(left, all.top()), vec2(width, all.height()));
    ui.scope_builder(UiBuilder::new().max_rect(rect), add).inner
}

/// Cards side by side, in as many columns as have `least` points each, filled row by row: one that grows moves only
/// those under it.
pub fn columns(ui: &mut Ui, least: f32, count: usize, mut add: impl FnMut(&mut Ui, usize)) {
    let all = ui.available_rect_before_wrap();
    let n = (((all.width() + S3) / (least + S3)).floor() as usize).clamp(1, count.max(1));
    let width = ((all.width() - S3 * (n - 1) as f32) / n as f32).floor();
    let mut tops = vec![all.top(); n];
    for i in 0..count {
        let at = i % n;
        let corner = pos2(all.left() + (width + S3) * at as f32, tops[at]);
        let rect = Rect::from_min_size(corner, vec2(width, all.height()));
        let mut child = ui.new_child(UiBuilder::new().id_salt(i).max_rect(rect).layout(Layout::top_down(Align::Min)));
        add(&mut child, i);
        tops[at] = child.min_rect().bottom() + S3;
    }
    let bottom = tops.into_iter().fold(all.top(), f32::max) - S3;
    ui.advance_cursor_after_rect(Rect::from_min_max(all.min, pos2(all.right(), bottom.max(all.top()))));
}

/// Buttons in a row, which wrap.
pub fn flow<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(S1, S1);
        add(ui)
    })
    .inner
}

/// Something as large as an icon that may be disabled, in a [`flow`]: it wraps whole.
pub fn icon<R>(ui: &mut Ui, enabled: bool, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.allocate_ui(Vec2::splat(theme::CONTROL), |ui| ui.add_enabled_ui(enabled, add).inner).inner
}

/// `lead` at the left, which elides; `tail` at the right end, from the right. Where the tail would leave less than
/// `least` points for the lead, it gets lines of its own.
pub fn line<'s>(
    ui: &mut Ui,
    cx: &mut Cx<'s>,
    least: f32,
    lead: impl FnOnce(&mut Ui, &mut Cx<'s>),
    tail: impl FnOnce(&mut Ui, &mut Cx<'s>),
) {
    let key = ui.next_auto_id().with("line");
    let known = ui.data(|d| d.get_temp::<f32>(key));
    let room = ui.available_width();
    let (from_right, from_left) = (Layout::right_to_left(Align::Center), Layout::left_to_right(Align::Center));
    if known.is_none_or(|tail| room - tail - S2 >= least) {
        let natural = ui.horizontal(|ui| {
            ui.with_layout(from_right, |ui| {
                tail(ui, cx);
                let natural = ui.min_rect().width().ceil();
                ui.with_layout(from_left, |ui| lead(ui, cx));
                natural
            })
            .inner
        });
        remember(ui, key, known, natural.inner);
    } else {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = S1;
            ui.horizontal(|ui| lead(ui, cx));
            // As high as its rows: a layout that is centred would take all the height there is.
            let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
            let rows =
                ui.allocate_ui_with_layout(size, from_right.with_main_wrap(true), |ui| tail(ui, cx)).response.rect;
            // A tail that has become short goes back beside the lead.
            if rows.height() < 2.0 * size.y && rows.width() < room {
                remember(ui, key, known, rows.width().ceil());
            }
        });
    }
}

/// An icon and words for a button whose words are cut first (egui would cut the icon, which is its first text).
pub fn labelled<'a>(icon: &'a str, size: f32, words: &'a str) -> Atoms<'a> {
    use egui::AtomExt as _;
    (theme::icon(icon, size), egui::Atom::from(words).atom_shrink(true)).into_atoms()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_keeps_its_dragged_width_within_what_the_window_has() {
        assert_eq!(width(Pane::Controls, 1208.0, None), 344.0);
        assert_eq!(width(Pane::Controls, 1208.0, Some(400.0)), 400.0);
        assert_eq!(width(Pane::Controls, 1208.0, Some(5000.0)), WIDEST);
        assert_eq!(width(Pane::Controls, 1208.0, Some(f32::NAN)), 344.0);
        // The middle of a small window keeps its points; what was dragged comes back with a larger one.
        assert_eq!(width(Pane::Controls, 640.0, Some(400.0)), 640.0 - MIDDLE);
        assert_eq!(width(Pane::Controls, 100.0, Some(400.0)), 248.0);
    }
}
