//! The rail: the five rooms.

use egui::{Align, Align2, CursorIcon, Frame, Layout, Margin, Panel, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::cx::Cx;
use super::eye::{self, Landmark};
use super::icons;
use super::texts::T;
use super::theme::{self, RADIUS, S1};
use crate::domain::Room;
use crate::state::Command;

pub const WIDTH: f32 = 72.0;
/// Height of a room's place, what it needs at least for its icon and name, and for its icon alone.
const ITEM: f32 = 56.0;
const NAMED: f32 = 40.0;
const LEAST: f32 = 20.0;

fn face(room: Room) -> (&'static str, T) {
    match room {
        Room::Create => (icons::SPARKLE, T::Create),
        Room::Write => (icons::CHAT_TEXT, T::Write),
        Room::Gallery => (icons::IMAGES, T::Gallery),
        Room::Models => (icons::CUBE, T::Models),
        Room::Settings => (icons::GEAR_SIX, T::Settings),
    }
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(6, 8));
    Panel::left("rail").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        eye::landmark(ui, Landmark::Rail);
        ui.spacing_mut().item_spacing.y = S1;
        // All rooms stay in sight: in a low window their places shrink, then their names are left out.
        let rooms = Room::ALL.len() as f32;
        let high = (ui.available_height() / rooms - S1).floor().clamp(LEAST, ITEM);
        let (last, first) = Room::ALL.split_last().map_or((Room::Settings, &[][..]), |(l, f)| (*l, f));
        for (i, room) in first.iter().enumerate() {
            item(ui, cx, *room, i + 1, high);
        }
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| item(ui, cx, last, Room::ALL.len(), high));
    });
}

fn item(ui: &mut Ui, cx: &mut Cx<'_>, room: Room, number: usize, high: f32) {
    let (icon, name) = face(room);
    let name = cx.t(name);
    let p = cx.p;
    let here = cx.state.room() == room;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), high), Sense::click());
    let marked = cx.state.is_marked(room);
    let told = if marked { cx.with(T::ProblemsHere, &[&name]) } else { name.to_owned() };
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, here, &told));
    let lit = response.hovered() || response.has_focus();
    if here {
        ui.painter().rect_filled(rect, RADIUS + 2, p.raised);
        let bar = Rect::from_min_size(egui::pos2(rect.left() - 6.0, rect.center().y - 10.0), vec2(3.0, 20.0));
        ui.painter().rect_filled(bar, 1, p.accent_text);
    } else if lit {
        ui.painter().rect_filled(rect, RADIUS + 2, p.hover);
    }
    let ink = if here {
        p.strong
    } else if lit {
        p.text
    } else {
        p.muted
    };
    let mark = if here { p.accent_text } else { ink };
    if high < NAMED {
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, theme::icon_font(18.0), mark);
    } else {
        let tight = (ITEM - high) / 4.0;
        let at = rect.center() - vec2(0.0, 9.0 - tight);
        ui.painter().text(at, Align2::CENTER_CENTER, icon, theme::icon_font(22.0 - tight), mark);
        let at = rect.center() + vec2(0.0, 15.0 - tight);
        ui.painter().text(at, Align2::CENTER_CENTER, name, theme::small(), ink);
    }
    if marked {
        let at = egui::pos2(rect.center().x + 16.0, rect.top() + 12.0);
        ui.painter().text(at, Align2::CENTER_CENTER, icons::WARNING_CIRCLE, theme::icon_font(14.0), p.bad);
    }
    let response =
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(cx.with(T::RoomShortcut, &[&told, &number]));
    if response.clicked() && !here {
        cx.push(Command::Go(room));
    }
}
