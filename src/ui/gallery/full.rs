//! One picture over the whole room, or up to four side by side.

use egui::{
    Align, CentralPanel, Frame, Id, Key, Label, Layout, Margin, Modifiers, Panel, Rect, RichText, ScrollArea, Ui, vec2,
};

use super::super::canvas::{self, Canvas, CanvasView};
use super::super::cx::Cx;
use super::super::keys::{self, Act};
use super::super::texts::T;
use super::super::textures::{TexKey, Textures};
use super::super::theme::{S1, S2, SMALL};
use super::super::{days, error_card, frames, icons, layout, record, save_menu, widgets};
use super::{caption, facts};
use crate::domain::LibraryItem;
use crate::state::{Command, GalleryCommand};

/// With less width the head has a line for what can be done.
const ONE_LINE: f32 = 560.0;
/// A button with an icon only.
const ICON: f32 = 28.0;
/// Height of a name over a picture that is compared.
const COLUMN_HEAD: f32 = 60.0;

#[derive(Default)]
pub struct FullView {
    canvas: CanvasView,
    information: bool,
}

fn id(item: &LibraryItem) -> Id {
    Id::unique(("gallery-full", &item.path))
}

fn canvas_of<'a>(cx: &Cx<'a>, item: &LibraryItem) -> Canvas<'a> {
    let gallery = &cx.state.gallery;
    let opened = gallery.opened.as_ref().filter(|(path, _)| *path == item.path).map(|(_, picture)| picture);
    let full = opened.or_else(|| gallery.compared.get(&item.path));
    let small = || gallery.thumbnails.get(&item.path).map(|small| (TexKey::Thumbnail(item.path.clone()), small));
    let picture = full.map(|full| (TexKey::Full(item.path.clone()), full)).or_else(small);
    Canvas { id: id(item), name: caption(item), size: (item.width, item.height), picture }
}

/// Where the picture is in what is found, and of how many.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    view: &mut FullView,
    textures: &mut Textures,
    item: &LibraryItem,
    place: (usize, usize),
) {
    let behind = keys::is_behind(ui) || egui::Popup::is_any_open(ui.ctx());
    let pressed = |key| !behind && ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let steps = [
        (Key::ArrowLeft, -1),
        (Key::ArrowUp, -1),
        (Key::ArrowRight, 1),
        (Key::ArrowDown, 1),
        (Key::Home, i64::MIN),
        (Key::End, i64::MAX),
    ];
    for (key, by) in steps {
        if pressed(key) {
            cx.push(Command::Gallery(GalleryCommand::Step(by)));
        }
    }
    if ui.memory(|memory| memory.focused().is_none()) && pressed(Key::Space) {
        cx.push(Command::Gallery(GalleryCommand::ShowFull(false)));
    }
    if keys::pressed_in(ui, Act::Information) {
        view.information = !view.information;
    }
    view.canvas.begin(id(item));
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 6));
    Panel::top("full-head")
        .exact_size(if ui.available_width() < ONE_LINE { 44.0 + ICON + S2 } else { 44.0 })
        .resizable(false)
        .frame(frame)
        .show(ui, |ui| head(ui, cx, view, item, place));
    if view.information {
        let frame = frames::panel(cx.p);
        Panel::right("full-information").exact_size(300.0).resizable(false).frame(frame).show(ui, |ui| {
            ScrollArea::vertical().id_salt("information").auto_shrink(false).show(ui, |ui| facts(ui, cx, item));
        });
    }
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        let room = ui.available_rect_before_wrap();
        if let Some(error) = cx.state.gallery.thumbnails.broken(&item.path) {
            return layout::centre(ui, "broken", 480.0, |ui| error_card::show(ui, cx, error, None, None));
        }
        canvas::show(ui, cx, textures, &mut view.canvas, &canvas_of(cx, item), room);
    });
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut FullView, item: &LibraryItem, at: (usize, usize)) {
    if ui.available_width() < ONE_LINE {
        let line = vec2(ui.available_width(), ICON);
        ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| place(ui, cx, item, at));
        let rest = Layout::right_to_left(Align::Center);
        ui.allocate_ui_with_layout(line, rest, |ui| actions(ui, cx, view, item));
        return;
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        actions(ui, cx, view, item);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| place(ui, cx, item, at));
    });
}

/// What can be done with the picture, from the right.
fn actions(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut FullView, item: &LibraryItem) {
    let path = || item.path.clone();
    let wide = ui.available_width() > 720.0;
    if widgets::icon_toggle(ui, icons::INFO, cx.t(T::Information), view.information).clicked() {
        view.information = !view.information;
    }
    if widgets::icon_button(ui, icons::TRASH, cx.t(T::DeleteToTrash)).clicked() {
        cx.push(Command::Gallery(GalleryCommand::TrashItem(path())));
    }
    if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::ShowInFolder)).clicked() {
        cx.push(Command::Reveal(path()));
    }
    if widgets::icon_button(ui, icons::COPY, cx.t(T::Copy)).clicked() {
        cx.push(Command::Gallery(GalleryCommand::CopyItem(path())));
    }
    if let Some(enlarge) = save_menu::show(ui, cx, (item.width, item.height)) {
        cx.push(Command::Gallery(GalleryCommand::SaveItemAt(path(), enlarge)));
    }
    if widgets::icon_button(ui, icons::DOWNLOAD_SIMPLE, cx.t(T::SaveAs)).clicked() {
        cx.push(Command::Gallery(GalleryCommand::SaveItemAs(path())));
    }
    if item.record.is_some() {
        let name = cx.t(T::UseSettings);
        let button = if wide {
            widgets::button(ui, icons::SLIDERS_HORIZONTAL, name).on_hover_text(cx.t(T::UseSettingsHover))
        } else {
            widgets::icon_button(ui, icons::SLIDERS_HORIZONTAL, name)
        };
        if button.clicked() {
            cx.push(Command::Gallery(GalleryCommand::UseItem(path())));
        }
    }
    widgets::pixels(ui, cx);
}

/// Back to the grid, the pictures beside this one, and which it is.
fn place(ui: &mut Ui, cx: &mut Cx<'_>, item: &LibraryItem, (at, count): (usize, usize)) {
    if widgets::icon_button(ui, icons::X, cx.t(T::CloseFull)).clicked() {
        cx.push(Command::Gallery(GalleryCommand::ShowFull(false)));
    }
    for (icon, name, by, able) in
        [(icons::CARET_LEFT, T::PreviousPicture, -1, at > 0), (icons::CARET_RIGHT, T::NextPicture, 1, at + 1 < count)]
    {
        let button = ui.add_enabled_ui(able, |ui| widgets::icon_button(ui, icon, cx.t(name)));
        if button.inner.clicked() {
            cx.push(Command::Gallery(GalleryCommand::Step(by)));
        }
    }
    let place = cx.with(T::PlaceOf, &[&(at + 1), &count]);
    ui.add(Label::new(RichText::new(place).size(SMALL).color(cx.p.muted)));
    widgets::title(ui, &caption(item)).on_hover_text(item.path.display().to_string());
}

/// Pictures side by side with one zoom for all, and below each what its settings have of their own.
pub fn compare(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut FullView, textures: &mut Textures, items: &[&LibraryItem]) {
    if !keys::is_behind(ui)
        && ui.memory(|memory| memory.focused().is_none())
        && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Space))
    {
        cx.push(Command::Gallery(GalleryCommand::ShowFull(false)));
    }
    view.canvas.begin(Id::unique("gallery-compare"));
    let all: Vec<_> = items.iter().map(|item| settings(cx, item)).collect();
    let mut differing: Vec<&str> = Vec::new();
    for row in all.iter().flatten().filter(|row| all.iter().any(|other| !other.contains(row))) {
        if !differing.contains(&row.0) {
            differing.push(row.0);
        }
    }
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 6));
    Panel::top("compare-head").exact_size(44.0).resizable(false).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            if widgets::icon_button(ui, icons::X, cx.t(T::CloseFull)).clicked() {
                cx.push(Command::Gallery(GalleryCommand::ShowFull(false)));
            }
            widgets::title(ui, cx.t(T::Compare));
            widgets::pixels(ui, cx);
            if !differing.is_empty() {
                let names = differing.join(cx.lang.pick(", ", "、"));
                let text = RichText::new(cx.with(T::DifferIn, &[&names])).size(SMALL).color(cx.p.muted);
                ui.add(Label::new(text).truncate());
            }
        });
    });
    let own = |n: usize| -> Vec<(&'static str, String)> {
        let differs = |row: &&(&'static str, String)| all.iter().any(|other| !other.contains(row));
        all[n].iter().filter(differs).cloned().collect()
    };
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        let room = ui.available_rect_before_wrap();
        let width = (room.width() - S2 * (items.len() - 1) as f32) / items.len() as f32;
        let words = 168.0_f32.min(room.height() * 0.4);
        for (n, item) in items.iter().enumerate() {
            let left = room.left() + n as f32 * (width + S2);
            let column = Rect::from_min_size(egui::pos2(left, room.top()), vec2(width, room.height()));
            let (top, column) = column.split_top_bottom_at_y(column.top() + COLUMN_HEAD);
            let builder = egui::UiBuilder::new().max_rect(top.shrink2(vec2(S2, S1))).id_salt(("head", &item.path));
            ui.scope_builder(builder, |ui| column_head(ui, cx, item));
            let (above, below) = column.split_top_bottom_at_y(column.bottom() - words);
            canvas::show(ui, cx, textures, &mut view.canvas, &canvas_of(cx, item), above);
            let builder = egui::UiBuilder::new().max_rect(below.shrink(S2)).id_salt(("compare", &item.path));
            ui.scope_builder(builder, |ui| {
                ScrollArea::vertical().id_salt("words").auto_shrink(false).show(ui, |ui| match &own(n)[..] {
                    [] => drop(widgets::muted(ui, cx.t(T::SameSettings))),
                    rows => widgets::table(ui, rows),
                });
            });
        }
    });
}

/// Name and date of a picture beside others, and what can be done with it.
fn column_head(ui: &mut Ui, cx: &mut Cx<'_>, item: &LibraryItem) {
    let path = || item.path.clone();
    let file = item.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ui.spacing_mut().item_spacing.y = 0.0;
    let name = Label::new(RichText::new(&file).size(SMALL).color(cx.p.strong)).truncate();
    ui.add(name).on_hover_text(item.path.display().to_string());
    ui.horizontal(|ui| {
        let mut actions = vec![(
            icons::FRAME_CORNERS,
            T::OpenFull,
            vec![
                Command::Gallery(GalleryCommand::Select(Some(path()))),
                Command::Gallery(GalleryCommand::ShowFull(true)),
            ],
        )];
        if item.record.is_some() {
            actions.push((
                icons::SLIDERS_HORIZONTAL,
                T::UseSettings,
                vec![Command::Gallery(GalleryCommand::UseItem(path()))],
            ));
        }
        actions.push((icons::TRASH, T::DeleteToTrash, vec![Command::Gallery(GalleryCommand::TrashItem(path()))]));
        // In a narrow column the full view has the rest.
        let room = ui.available_width();
        actions.truncate(((room + S1) / (ICON + S1)).max(1.0) as usize);
        let free = room - actions.len() as f32 * (ICON + S1);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = S1;
            for (icon, name, commands) in actions.into_iter().rev() {
                if widgets::icon_button(ui, icon, cx.t(name)).clicked() {
                    commands.into_iter().for_each(|command| cx.push(command));
                }
            }
            if free < 48.0 {
                return;
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let made = days::name(cx, days::day(item.made_ms), days::day(cx.state.now_ms));
                ui.add(Label::new(RichText::new(made).size(SMALL).color(cx.p.muted)).truncate());
            });
        });
    });
}

fn settings(cx: &Cx<'_>, item: &LibraryItem) -> Vec<(&'static str, String)> {
    match &item.record {
        Some(own) => record::rows(cx, own),
        None => vec![(cx.t(T::File), caption(item))],
    }
}
