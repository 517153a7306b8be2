//! Gallery: every picture of the library in a grid of which only the visible rows exist.

use egui::{
    Align, Align2, CentralPanel, Color32, Frame, Label, Layout, Margin, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

use super::cx::Cx;
use super::keys::{self, Act};
use super::texts::T;
use super::textures::{TexKey, Textures};
use super::theme::{self, BODY, RADIUS, S1, S2, S4, SMALL};
use super::widgets::{self, Field};
use super::{days, icons, layout, picture, record};
use crate::domain::{LibraryItem, Pane, Room, bytes};
use crate::state::Command;

/// Smallest side of a cell.
const CELL: f32 = 136.0;

/// What Gallery remembers beside the state.
#[derive(Default)]
pub struct GalleryView {
    /// Places in the library of what the search found, and what that was made of.
    found: Vec<usize>,
    made_of: Option<Fingerprint>,
    columns: usize,
    /// Cells that were drawn in the last frame, for tests.
    pub drawn: usize,
}

/// Tells one list of the library from the next without reading all of it.
type Fingerprint = (usize, usize, Option<i64>, Option<i64>, String);

impl GalleryView {
    fn sync(&mut self, items: &[LibraryItem], search: &str) {
        let print = (
            items.len(),
            items.as_ptr() as usize,
            items.first().map(|i| i.made_ms),
            items.last().map(|i| i.made_ms),
            search.to_owned(),
        );
        if self.made_of.as_ref() == Some(&print) {
            return;
        }
        let needle = search.trim().to_lowercase();
        self.found = (0..items.len()).filter(|i| needle.is_empty() || hit(&items[*i], &needle)).collect();
        self.made_of = Some(print);
    }
}

/// As [`crate::state::GalleryState::found`] decides.
fn hit(item: &LibraryItem, needle: &str) -> bool {
    item.record.as_ref().is_some_and(|r| r.prompt.to_lowercase().contains(needle))
        || item.path.file_name().is_some_and(|n| n.to_string_lossy().to_lowercase().contains(needle))
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut GalleryView, textures: &mut Textures) {
    let gallery = &cx.state.gallery;
    let items: &[LibraryItem] = gallery.items.as_deref().unwrap_or_default();
    view.sync(items, &gallery.search);
    view.drawn = 0;
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(16, 8));
    layout::head(ui, "gallery-head", frame, 0.5, |ui| head(ui, cx, view));
    let selected = gallery.selected.as_deref().and_then(|path| gallery.item(path));
    if layout::is_narrow(ui) {
        // There is no room beside the grid: a picture takes its place until it is closed.
        if let Some(item) = selected {
            let frame = widgets::panel(cx.p).inner_margin(0);
            CentralPanel::default().frame(frame).show(ui, |ui| {
                ui.push_id(&item.path, |ui| pane(ui, cx, textures, item));
            });
            return;
        }
    } else if !items.is_empty() {
        // There also while nothing is chosen: the grid must not move under the pointer that chooses.
        layout::side(ui, cx, Pane::Details, |ui, cx| match selected {
            Some(item) => {
                ui.push_id(&item.path, |ui| pane(ui, cx, textures, item));
            }
            None => {
                Frame::new().inner_margin(16).show(ui, |ui| widgets::muted(ui, cx.t(T::PictureDetailsHint)));
            }
        });
    }
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin { left: 16, right: 8, top: 8, bottom: 0 });
    CentralPanel::default().frame(frame).show(ui, |ui| {
        if gallery.items.is_none() {
            message(ui, cx, icons::CLOCK, T::ReadingLibrary, None);
        } else if items.is_empty() {
            message(ui, cx, icons::IMAGES, T::GalleryEmptyTitle, Some(T::GalleryEmptyText));
        } else if view.found.is_empty() {
            message(ui, cx, icons::MAGNIFYING_GLASS, T::NothingFound, None);
        } else {
            arrows(ui, cx, view, items);
            grid(ui, cx, view, textures, items);
        }
    });
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, view: &GalleryView) {
    let count = view.found.len();
    let search = |ui: &mut Ui, cx: &mut Cx<'_>| {
        ui.scope(|ui| {
            ui.set_max_width(280.0_f32.min(ui.available_width() - 100.0).max(120.0));
            let name = cx.t(T::SearchPictures);
            let id = super::focus::pictures_id();
            let spec = Field { id, name, hint: name, rows: 1, max_height: 32.0, newline: None, framed: true };
            if let (_, Some(text)) = widgets::field(ui, &cx.state.gallery.search, &spec) {
                cx.push(Command::SetGallerySearch(text));
            }
        });
        if cx.state.gallery.items.is_some() {
            let text = cx.with(T::PictureCount, &[&count]);
            ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).truncate());
        }
    };
    layout::line(ui, cx, 240.0, search, |ui, cx| {
        if widgets::icon_button(ui, icons::ARROWS_CLOCKWISE, cx.t(T::Refresh)).clicked() {
            cx.push(Command::RefreshLibrary);
        }
        if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::OpenLibraryFolder)).clicked() {
            cx.push(Command::Reveal(cx.state.status.library.clone()));
        }
        if widgets::button(ui, icons::FILE_TEXT, cx.t(T::OpenPicture))
            .on_hover_text(cx.t(T::OpenPictureHover))
            .clicked()
        {
            cx.push(Command::ChooseFile);
        }
    });
}

fn message(ui: &mut Ui, cx: &mut Cx<'_>, icon: &str, title: T, text: Option<T>) {
    layout::centre(ui, "gallery-message", 420.0, |ui| {
        ui.add(Label::new(theme::icon(icon, 40.0).color(cx.p.faint)));
        ui.add_space(S2);
        widgets::heading(ui, cx.t(title));
        if let Some(text) = text {
            ui.add(Label::new(RichText::new(cx.t(text)).size(BODY).color(cx.p.muted)).wrap());
            ui.add_space(S4);
            if widgets::primary(ui, icons::SPARKLE, cx.t(T::GoCreate), "", true, vec2(220.0, 40.0)).clicked() {
                cx.push(Command::Go(Room::Create));
            }
        }
    });
}

/// The arrow keys move the selection.
fn arrows(ui: &Ui, cx: &mut Cx<'_>, view: &GalleryView, items: &[LibraryItem]) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let mut step = 0_i64;
    let row = view.columns.max(1) as i64;
    for (act, by) in [(Act::Left, -1), (Act::Right, 1), (Act::Up, -row), (Act::Down, row)] {
        if keys::pressed(ui, act) {
            step += by;
        }
    }
    if step == 0 {
        return;
    }
    let selected = cx.state.gallery.selected.as_ref();
    let at = selected.and_then(|path| view.found.iter().position(|i| items[*i].path == *path));
    let next = at.map_or(0, |at| (at as i64 + step).clamp(0, view.found.len() as i64 - 1) as usize);
    cx.push(Command::Select(Some(items[view.found[next]].path.clone())));
}

fn grid(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut GalleryView, textures: &mut Textures, items: &[LibraryItem]) {
    let room = ui.available_width() - S2;
    let columns = ((room + S2) / (CELL + S2)).floor().max(1.0);
    let side = ((room - S2 * (columns - 1.0)) / columns).floor();
    view.columns = columns as usize;
    let rows = view.found.len().div_ceil(view.columns);
    ui.spacing_mut().item_spacing = Vec2::splat(S2);
    ScrollArea::vertical().id_salt("grid").auto_shrink(false).show_rows(ui, side, rows, |ui, range| {
        for row in range {
            ui.horizontal(|ui| {
                let from = row * view.columns;
                for place in from..(from + view.columns).min(view.found.len()) {
                    let item = &items[view.found[place]];
                    view.drawn += 1;
                    ui.push_id(&item.path, |ui| cell(ui, cx, textures, item, side));
                }
            });
        }
    });
}

fn cell(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, item: &LibraryItem, side: f32) {
    let name = caption(item);
    let selected = cx.state.gallery.selected.as_ref() == Some(&item.path);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, cx.with(T::PictureNamed, &[&name])));
    if !ui.is_rect_visible(rect) {
        return;
    }
    ui.painter().rect_filled(rect, RADIUS, cx.p.panel);
    match cx.state.gallery.thumbnails.get(&item.path) {
        Some(thumbnail) => {
            let fit = picture::fit(thumbnail, rect.shrink(4.0), ui.pixels_per_point());
            let id = textures.get(ui.ctx(), TexKey::Thumbnail(item.path.clone()), thumbnail, fit.scaling);
            ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
        }
        None => {
            if cx.state.gallery.thumbnails.is_due(&item.path) {
                cx.push(Command::NeedThumbnail(item.path.clone()));
            }
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, icons::IMAGE, theme::icon_font(24.0), cx.p.faint);
        }
    }
    let stroke = match (selected, response.hovered() || response.has_focus()) {
        (true, _) => Stroke::new(2.0, cx.p.accent_text),
        (_, true) => Stroke::new(1.0, cx.p.muted),
        _ => Stroke::new(1.0, cx.p.line),
    };
    ui.painter().rect_stroke(rect, RADIUS, stroke, StrokeKind::Inside);
    // The second click of two opens; it does not take the selection back as well.
    if response.double_clicked() {
        let open = if item.record.is_some() { Command::UseItem } else { Command::OpenFile };
        cx.push(open(item.path.clone()));
    } else if response.clicked() {
        cx.push(Command::Select((!selected).then(|| item.path.clone())));
    }
    response.on_hover_text(name);
}

/// The prompt, else the file's name.
fn caption(item: &LibraryItem) -> String {
    match &item.record {
        Some(record) => record.prompt.clone(),
        None => item.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

fn pane(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, item: &LibraryItem) {
    ScrollArea::vertical().id_salt("pane").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = S2;
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if widgets::icon_button(ui, icons::X, cx.t(T::Close)).clicked() {
                        cx.push(Command::Select(None));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let file = item.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                        widgets::title(ui, &file).on_hover_text(item.path.display().to_string());
                    });
                });
            });
            preview(ui, cx, textures, item);
            ui.add_space(S1);
            buttons(ui, cx, item);
            ui.add_space(S2);
            let today = days::day(cx.state.now_ms);
            let made = days::name(cx, days::day(item.made_ms), today);
            let size = format!("{}×{} · {}", item.width, item.height, bytes(item.bytes));
            let file = vec![(cx.t(T::Made), made), (cx.t(T::File), size)];
            match &item.record {
                Some(record) => record::table(ui, cx, record, file),
                None => {
                    widgets::muted(ui, cx.t(T::NoSettingsInside));
                    widgets::table(ui, &file);
                }
            }
        });
    });
}

fn preview(ui: &mut Ui, cx: &Cx<'_>, textures: &mut Textures, item: &LibraryItem) {
    let side = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, caption(item)));
    ui.painter().rect_filled(rect, RADIUS, cx.p.canvas);
    let gallery = &cx.state.gallery;
    let opened = gallery.opened.as_ref().filter(|(path, _)| *path == item.path).map(|(_, p)| (p, true));
    let Some((what, full)) = opened.or_else(|| gallery.thumbnails.get(&item.path).map(|p| (p, false))) else { return };
    let fit = picture::fit(what, rect, ui.pixels_per_point());
    picture::checkerboard(ui, textures, fit.rect);
    let key = if full { TexKey::Full(item.path.clone()) } else { TexKey::Thumbnail(item.path.clone()) };
    let id = textures.get(ui.ctx(), key, what, fit.scaling);
    ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, item: &LibraryItem) {
    let path = || item.path.clone();
    if item.record.is_some() {
        let size = vec2(ui.available_width(), 36.0);
        let use_it = widgets::primary(ui, icons::SLIDERS_HORIZONTAL, cx.t(T::UseSettings), "", true, size);
        if use_it.on_hover_text(cx.t(T::UseSettingsHover)).clicked() {
            cx.push(Command::UseItem(path()));
        }
    }
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, icons::DOWNLOAD_SIMPLE, cx.t(T::SaveAs)).clicked() {
            cx.push(Command::SaveItemAs(path()));
        }
        if widgets::button(ui, icons::COPY, cx.t(T::Copy)).clicked() {
            cx.push(Command::CopyItem(path()));
        }
        if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::ShowInFolder)).clicked() {
            cx.push(Command::Reveal(path()));
        }
        if widgets::icon_button(ui, icons::TRASH, cx.t(T::DeleteToTrash)).clicked() {
            cx.push(Command::TrashItem(path()));
        }
    });
}
