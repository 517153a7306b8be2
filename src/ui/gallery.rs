//! Gallery: every picture of the library in a grid, one in full, several at once.

mod full;
mod grid;

use egui::{
    Align, CentralPanel, Color32, Frame, Label, Layout, Margin, RichText, Role, ScrollArea, Sense, Slider, Ui, Vec2,
    WidgetInfo, vec2,
};

use super::cx::Cx;
use super::texts::T;
use super::textures::{TexKey, Textures};
use super::theme::{self, BODY, RADIUS, S1, S2, S4, SMALL};
use super::widgets;
use super::{days, error_card, icons, layout, picture, record, save_menu};
use crate::domain::{CELL, LibraryItem, Pane, Room, TrashKind, bytes};
use crate::state::{COMPARED, Command, GalleryCommand, GalleryState, TrashCommand};
use full::FullView;
use grid::Grid;

/// What Gallery remembers beside the state.
#[derive(Default)]
pub struct GalleryView {
    /// Places in the library of what the search found, and what that was made of.
    found: Vec<usize>,
    made_of: Option<Fingerprint>,
    grid: Grid,
    full: FullView,
}

/// Tells one list of the library from the next without reading all of it.
type Fingerprint = (u64, usize, usize, String);

impl GalleryView {
    fn sync(&mut self, gallery: &GalleryState) {
        let items = gallery.items.as_deref().unwrap_or_default();
        let print = (gallery.serial, items.len(), items.as_ptr() as usize, gallery.search.clone());
        if self.made_of.as_ref() != Some(&print) {
            self.found = gallery.places();
            self.made_of = Some(print);
        }
    }

    /// Cells that were drawn in the last frame, for tests.
    pub fn drawn(&self) -> usize {
        self.grid.drawn
    }
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut GalleryView, textures: &mut Textures) {
    let gallery = &cx.state.gallery;
    let items: &[LibraryItem] = gallery.items.as_deref().unwrap_or_default();
    view.sync(gallery);
    view.grid.drawn = 0;
    let selected = gallery.selected.as_deref().and_then(|path| gallery.item(path));
    if gallery.is_comparing() {
        return full::compare(ui, cx, &mut view.full, textures, &gallery.marked_items());
    }
    if let (true, Some(item)) = (gallery.full, selected) {
        let at = view.found.iter().position(|i| items[*i].path == item.path).unwrap_or(0);
        return full::show(ui, cx, &mut view.full, textures, item, (at, view.found.len()));
    }
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(16, 8));
    layout::head(ui, "gallery-head", frame, 0.5, |ui| head(ui, cx, view));
    if gallery.marked.len() > 1 {
        let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(16, 8));
        layout::foot(ui, "gallery-marked", frame, 0.5, |ui| marked(ui, cx));
    }
    if layout::is_narrow(ui) {
        // There is no room beside the grid: the chosen picture has a bar below it.
        if let Some(item) = selected.filter(|_| gallery.marked.len() < 2) {
            let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(16, 8));
            layout::foot(ui, "gallery-chosen", frame, 0.5, |ui| chosen(ui, cx, item));
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
            nothing_found(ui, cx);
        } else {
            view.grid.keys(ui, cx, &view.found, items);
            view.grid.show(ui, cx, textures, &view.found, items);
        }
    });
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, view: &GalleryView) {
    let count = view.found.len();
    let search = |ui: &mut Ui, cx: &mut Cx<'_>| {
        ui.scope(|ui| {
            ui.set_max_width(280.0_f32.min(ui.available_width() - 120.0).max(120.0));
            let name = cx.t(T::SearchPictures);
            let id = super::fields::pictures_id();
            if let Some(text) = widgets::search(ui, cx, id, name, &cx.state.gallery.search) {
                cx.push(Command::Gallery(GalleryCommand::SetSearch(text)));
            }
        });
        if cx.state.gallery.items.is_some() {
            let text = match count {
                1 => cx.t(T::OnePicture).to_owned(),
                count => cx.with(T::PictureCount, &[&count]),
            };
            ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).truncate());
        }
    };
    let (wide, room) = (ui.available_width() > 700.0, ui.available_width() > 500.0);
    layout::line(ui, cx, 240.0, search, |ui, cx| {
        if room {
            ui.scope(|ui| thumbnails(ui, cx));
        }
        let (icon, name) = (icons::TRASH, cx.t(T::Trash));
        let trash = if wide { widgets::button(ui, icon, name) } else { widgets::icon_button(ui, icon, name) };
        if trash.on_hover_text(cx.t(T::TrashAbout)).clicked() {
            cx.push(Command::Trash(TrashCommand::Show(TrashKind::Pictures)));
        }
        if widgets::icon_button(ui, icons::ARROWS_CLOCKWISE, cx.t(T::Refresh)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::RefreshLibrary));
        }
        if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::OpenLibraryFolder)).clicked() {
            cx.push(Command::Reveal(cx.state.status.library.clone()));
        }
        let open = if wide {
            widgets::button(ui, icons::FILE_TEXT, cx.t(T::OpenPicture)).on_hover_text(cx.t(T::OpenPictureHover))
        } else {
            widgets::icon_button(ui, icons::FILE_TEXT, cx.t(T::OpenPicture))
        };
        if open.clicked() {
            cx.push(Command::ChooseFile);
        }
    });
}

/// How large the thumbnails are.
fn thumbnails(ui: &mut Ui, cx: &mut Cx<'_>) {
    let now = cx.state.settings.thumbnails.unwrap_or(CELL.default as f32);
    let mut side = now;
    ui.spacing_mut().slider_width = 90.0;
    ui.spacing_mut().interact_size.y = 16.0;
    let visuals = ui.visuals_mut();
    visuals.selection.bg_fill = cx.p.accent;
    for state in [&mut visuals.widgets.inactive, &mut visuals.widgets.hovered, &mut visuals.widgets.active] {
        state.fg_stroke.color = cx.p.accent_text;
    }
    let slider = Slider::new(&mut side, CELL.min as f32..=CELL.max as f32).step_by(CELL.step).show_value(false);
    let name = cx.t(T::ThumbnailSize);
    ui.add(slider).accessible_name(name).on_hover_text(name);
    if side != now {
        cx.push(Command::Gallery(GalleryCommand::SetThumbnails(side)));
    }
}

/// What can be done with several pictures at once.
fn marked(ui: &mut Ui, cx: &mut Cx<'_>) {
    let paths = || cx.state.gallery.marked_items().into_iter().map(|item| item.path.clone()).collect::<Vec<_>>();
    let count = cx.state.gallery.marked.len();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if widgets::icon_button(ui, icons::X, cx.t(T::Unmark)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::Unmark));
        }
        if widgets::icon_button(ui, icons::TRASH, cx.t(T::DeleteToTrash)).clicked() {
            let paths = paths();
            cx.push(Command::Gallery(GalleryCommand::TrashItems(paths)));
        }
        let able = COMPARED.contains(&count);
        let compare = ui.add_enabled_ui(able, |ui| widgets::button(ui, icons::EYE, cx.t(T::Compare)));
        if compare.inner.on_hover_text(cx.t(T::CompareHover)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::ShowFull(true)));
        }
        if widgets::button(ui, icons::DOWNLOAD_SIMPLE, cx.t(T::SaveCopies)).clicked() {
            let paths = paths();
            cx.push(Command::Gallery(GalleryCommand::SaveCopies(paths)));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = cx.with(T::MarkedCount, &[&count]);
            ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).truncate());
        });
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

/// Shows the search, with a button that clears it.
fn nothing_found(ui: &mut Ui, cx: &mut Cx<'_>) {
    let search = cx.state.gallery.search.trim();
    layout::centre(ui, "gallery-nothing", 420.0, |ui| {
        ui.add(Label::new(theme::icon(icons::MAGNIFYING_GLASS, 40.0).color(cx.p.faint)));
        ui.add_space(S2);
        widgets::heading(ui, cx.t(T::NothingFound));
        let text = cx.with(T::NothingFoundFor, &[&search]);
        ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.muted)).wrap());
        ui.add_space(S4);
        if widgets::button(ui, icons::X, cx.t(T::ShowAllPictures)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::SetSearch(String::new())));
        }
    });
}

/// What can be done with the chosen picture, where its details have no room.
fn chosen(ui: &mut Ui, cx: &mut Cx<'_>, item: &LibraryItem) {
    let path = || item.path.clone();
    let mut actions = vec![(icons::FRAME_CORNERS, T::OpenFull, Command::Gallery(GalleryCommand::ShowFull(true)))];
    if item.record.is_some() {
        actions.push((icons::SLIDERS_HORIZONTAL, T::UseSettings, Command::Gallery(GalleryCommand::UseItem(path()))));
    }
    actions.extend([
        (icons::DOWNLOAD_SIMPLE, T::SaveAs, Command::Gallery(GalleryCommand::SaveItemAs(path()))),
        (icons::TRASH, T::DeleteToTrash, Command::Gallery(GalleryCommand::TrashItem(path()))),
        (icons::X, T::Close, Command::Gallery(GalleryCommand::Select(None))),
    ]);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = S1;
        for (icon, name, command) in actions.into_iter().rev() {
            if widgets::icon_button(ui, icon, cx.t(name)).clicked() {
                cx.push(command);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            widgets::title(ui, &caption(item)).on_hover_text(item.path.display().to_string());
        });
    });
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
                        cx.push(Command::Gallery(GalleryCommand::Select(None)));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let file = item.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                        widgets::title(ui, &file).on_hover_text(item.path.display().to_string());
                    });
                });
            });
            match cx.state.gallery.thumbnails.broken(&item.path) {
                Some(error) => error_card::show(ui, cx, error, None, None),
                None => preview(ui, cx, textures, item),
            }
            ui.add_space(S1);
            buttons(ui, cx, item);
            ui.add_space(S2);
            facts(ui, cx, item);
        });
    });
}

/// Its settings, when it was made, and its file.
fn facts(ui: &mut Ui, cx: &Cx<'_>, item: &LibraryItem) {
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
}

fn preview(ui: &mut Ui, cx: &Cx<'_>, textures: &mut Textures, item: &LibraryItem) {
    let side = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, caption(item)));
    ui.painter().rect_filled(rect, RADIUS, cx.p.canvas);
    let gallery = &cx.state.gallery;
    let opened = gallery.opened.as_ref().filter(|(path, _)| *path == item.path).map(|(_, p)| (p, true));
    let Some((what, full)) = opened.or_else(|| gallery.thumbnails.get(&item.path).map(|p| (p, false))) else { return };
    let fit = picture::fit(what, rect, ui.pixels_per_point(), picture::look(cx));
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
            cx.push(Command::Gallery(GalleryCommand::UseItem(path())));
        }
    }
    // One line at any width of the pane.
    let wide = ui.available_width() >= 264.0;
    layout::flow(ui, |ui| {
        let save = if wide { widgets::button } else { widgets::icon_button };
        if save(ui, icons::DOWNLOAD_SIMPLE, cx.t(T::SaveAs)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::SaveItemAs(path())));
        }
        if let Some(enlarge) = save_menu::show(ui, cx, (item.width, item.height)) {
            cx.push(Command::Gallery(GalleryCommand::SaveItemAt(path(), enlarge)));
        }
        if widgets::icon_button(ui, icons::COPY, cx.t(T::Copy)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::CopyItem(path())));
        }
        if widgets::icon_button(ui, icons::FRAME_CORNERS, cx.t(T::OpenFull)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::ShowFull(true)));
        }
        if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::ShowInFolder)).clicked() {
            cx.push(Command::Reveal(path()));
        }
        if widgets::icon_button(ui, icons::TRASH, cx.t(T::DeleteToTrash)).clicked() {
            cx.push(Command::Gallery(GalleryCommand::TrashItem(path())));
        }
    });
}
