//! Trash: what was deleted, with the way back and the way out.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use egui::{
    Align, Align2, CentralPanel, Color32, CursorIcon, FontId, Frame, Label, Layout, Margin, Rect, RichText, Role,
    ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::cx::Cx;
use super::texts::T;
use super::textures::{TexKey, Textures};
use super::theme::{self, BODY, RADIUS, S1, S2, S3, S4, S6};
use super::write::prose::Prose;
use super::{days, elide, frames, icons, layout, picture, quotes, widgets};
use crate::domain::{TrashKind, Trashed, bytes};
use crate::state::{Command, GalleryCommand, Looked, TrashCommand};

const COLUMN: f32 = 760.0;
const ROW: f32 = 60.0;
const FACE: f32 = 44.0;

/// What the trash remembers beside the state.
#[derive(Default)]
pub struct TrashView {
    /// The text that is read, and whose it is.
    prose: (PathBuf, Prose),
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut TrashView, textures: &mut Textures, kind: TrashKind) {
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(24, 16));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let all = ui.available_rect_before_wrap();
        let width = all.width().min(COLUMN);
        let left = all.left() + ((all.width() - width) / 2.0).round();
        let rect = Rect::from_min_size(pos2(left, all.top()), vec2(width, all.height()));
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            ui.spacing_mut().item_spacing.y = S2;
            head(ui, cx, kind);
            question(ui, cx);
            ui.add_space(S1);
            let items = cx.state.trash.items.as_deref().unwrap_or_default();
            let looked = cx.state.trash.looked.as_ref();
            let looked = looked.and_then(|(id, what)| Some((items.iter().find(|i| i.id == *id)?, what.as_ref())));
            match looked {
                Some((item, what)) => look(ui, cx, view, textures, item, what),
                None => list(ui, cx, textures, kind),
            }
        });
    });
}

fn push(cx: &mut Cx<'_>, command: TrashCommand) {
    cx.push(Command::Trash(command));
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, kind: TrashKind) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = S2;
            if widgets::icon_button(ui, icons::X, cx.t(T::Close)).clicked() {
                push(cx, TrashCommand::Close);
            }
            let some = cx.state.trash.items.as_ref().is_some_and(|items| !items.is_empty());
            let name = cx.t(T::RestoreAll);
            let all = ui.add_enabled_ui(some, |ui| widgets::button(ui, icons::ARROW_U_UP_LEFT, name)).inner;
            if all.clicked() {
                push(cx, TrashCommand::RestoreAll);
            }
            let empty = ui.add_enabled_ui(some, |ui| widgets::button(ui, icons::TRASH, cx.t(T::EmptyTrash))).inner;
            if empty.clicked() {
                push(cx, TrashCommand::Ask(None));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| widgets::heading(ui, cx.t(T::Trash)));
        });
    });
    ui.add(Label::new(RichText::new(cx.t(T::TrashAbout)).size(BODY).color(cx.p.muted)).wrap());
    let names = [T::TrashPictures, T::TrashConversations, T::Personas];
    let names = names.map(|name| (cx.t(name).to_owned(), String::new()));
    let on = TrashKind::ALL.iter().position(|other| *other == kind);
    if let Some(i) = widgets::segments(ui, cx.t(T::Trash), &names, on) {
        push(cx, TrashCommand::Show(TrashKind::ALL[i]));
    }
}

/// Whether something is to be deleted for good.
fn question(ui: &mut Ui, cx: &mut Cx<'_>) {
    let trash = &cx.state.trash;
    let Some(what) = &trash.asking else { return };
    let items = trash.items.as_deref().unwrap_or_default();
    let one = match what {
        Some(id) => items.iter().find(|item| item.id == *id),
        None if items.len() == 1 => items.first(),
        None => None,
    };
    let text = match one {
        Some(item) => cx.with(T::PurgeOne, &[&short(&name(cx, item))]),
        None => cx.with(T::PurgeAll, &[&items.len()]),
    };
    let frame = frames::card(cx.p).fill(cx.p.bad_soft).stroke(Stroke::new(1.0, cx.p.bad.gamma_multiply(0.5)));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S2;
        ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.strong)).wrap());
        ui.horizontal(|ui| {
            if widgets::button(ui, icons::TRASH, cx.t(T::DeleteForGood)).clicked() {
                push(cx, TrashCommand::Purge);
            }
            if widgets::text_button(ui, cx.t(T::KeepEdit)).clicked() {
                push(cx, TrashCommand::Keep);
            }
        });
    });
}

/// A name inside a sentence.
fn short(name: &str) -> Cow<'_, str> {
    elide::letters(name, 60)
}

/// A prompt, a title or a name on one line; without one, the file's name.
fn name(cx: &Cx<'_>, item: &Trashed) -> String {
    let name = item.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if !name.is_empty() {
        return name;
    }
    match item.kind {
        TrashKind::Pictures => item.id.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        TrashKind::Conversations | TrashKind::Personas => cx.t(T::Untitled).to_owned(),
    }
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, kind: TrashKind) {
    let state = cx.state;
    let Some(items) = &state.trash.items else {
        widgets::muted(ui, cx.t(T::ReadingTrash));
        return;
    };
    if items.is_empty() {
        ui.add_space(S6);
        ui.vertical_centered(|ui| {
            ui.add(Label::new(theme::icon(icons::TRASH, 40.0).color(cx.p.faint)));
            ui.add_space(S2);
            widgets::heading(ui, cx.t(T::TrashEmpty));
        });
        return;
    }
    ui.spacing_mut().item_spacing.y = S1;
    ScrollArea::vertical().id_salt(("trash", kind)).auto_shrink(false).show_rows(ui, ROW, items.len(), |ui, range| {
        for item in &items[range] {
            ui.push_id(&item.id, |ui| row(ui, cx, textures, item));
        }
    });
}

/// One of them in full, with what can be done about it.
fn look(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    view: &mut TrashView,
    textures: &mut Textures,
    item: &Trashed,
    what: Option<&Looked>,
) {
    let name = name(cx, item);
    layout::flow(ui, |ui| {
        if widgets::button(ui, icons::CARET_LEFT, cx.t(T::BackToTrash)).clicked() {
            push(cx, TrashCommand::Look(None));
        }
        let back = widgets::button(ui, icons::ARROW_U_UP_LEFT, cx.t(T::Restore));
        if back.accessible_name(cx.with(T::RestoreNamed, &[&short(&name)])).clicked() {
            push(cx, TrashCommand::Restore(item.id.clone()));
        }
        if widgets::icon_button(ui, icons::TRASH, &cx.with(T::DeleteForGoodNamed, &[&short(&name)])).clicked() {
            push(cx, TrashCommand::Ask(Some(item.id.clone())));
        }
    });
    elide::label(ui, &name, &name, theme::strong(BODY), cx.p.strong);
    match (item.kind, what) {
        (TrashKind::Pictures, what) => look_at_picture(ui, cx, textures, item, &name, what),
        (TrashKind::Conversations | TrashKind::Personas, Some(Looked::Text(text))) => read(ui, cx, view, item, text),
        (TrashKind::Conversations | TrashKind::Personas, _) => drop(widgets::muted(ui, cx.t(T::ReadingTrash))),
    }
}

/// A conversation, a page or a character, to be read and not to be changed.
fn read(ui: &mut Ui, cx: &Cx<'_>, view: &mut TrashView, item: &Trashed, text: &str) {
    if view.prose.0 != item.id {
        view.prose = (item.id.clone(), Prose::default());
    }
    if text.trim().is_empty() {
        widgets::muted(ui, cx.t(T::NothingWritten));
        return;
    }
    let frame = Frame::new().fill(cx.p.panel).stroke(Stroke::new(1.0, cx.p.line)).corner_radius(8).inner_margin(16);
    frame.show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt(("trash-text", &item.id)).auto_shrink(false);
        area.show(ui, |ui| {
            ui.style_mut().text_styles.insert(egui::TextStyle::Body, theme::reading());
            view.prose.1.show(ui, cx, 0, text, false);
        });
    });
}

fn look_at_picture(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    textures: &mut Textures,
    item: &Trashed,
    name: &str,
    what: Option<&Looked>,
) {
    let full = match what {
        Some(Looked::Picture(picture)) => Some(picture),
        Some(Looked::Text(_)) | None => None,
    };
    let room = ui.available_rect_before_wrap().shrink2(vec2(0.0, S2));
    let response = ui.interact(room, ui.scope_id().with("looked"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, cx.with(T::PictureNamed, &[&name])));
    // Its thumbnail is shown while it is read.
    let small = cx.state.gallery.thumbnails.get(&item.path).map(|small| (small, false));
    let Some((what, full)) = full.map(|full| (full, true)).or(small) else { return };
    let fit = picture::fit(what, room, ui.pixels_per_point(), picture::look(cx));
    picture::checkerboard(ui, textures, fit.rect);
    let key = if full { TexKey::Full(item.path.clone()) } else { TexKey::Thumbnail(item.path.clone()) };
    let id = textures.get(ui.ctx(), key, what, fit.scaling);
    ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, item: &Trashed) {
    let (outer, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let rect = Rect::from_min_max(outer.min, pos2(outer.right() - S3, outer.bottom()));
    ui.painter().rect(rect, 8, cx.p.panel, Stroke::new(1.0, cx.p.line), StrokeKind::Inside);
    let at = Rect::from_min_size(rect.min + vec2(S2, (ROW - FACE) / 2.0), Vec2::splat(FACE));
    face(ui, cx, textures, item, at);
    let name = name(cx, item);
    let inner = Rect::from_min_max(pos2(at.right() + S3, rect.top()), pos2(rect.right() - S2, rect.bottom()));
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = S1;
        let forever = widgets::icon_button(ui, icons::TRASH, &cx.with(T::DeleteForGoodNamed, &[&short(&name)]));
        if forever.clicked() {
            push(cx, TrashCommand::Ask(Some(item.id.clone())));
        }
        let back = ui.add(egui::Button::new((theme::icon(icons::ARROW_U_UP_LEFT, 16.0), cx.t(T::Restore))));
        if back.accessible_name(cx.with(T::RestoreNamed, &[&short(&name)])).clicked() {
            push(cx, TrashCommand::Restore(item.id.clone()));
        }
        let texts = Rect::from_min_max(inner.min, pos2(ui.cursor().right() - S4, inner.bottom()));
        let line = |ui: &Ui, text: &str, font: FontId, ink, y: f32| {
            let text = elide::name(ui, text, &font, texts.width());
            let job = quotes::line(ui, &text, font, ink);
            ui.painter().galley(pos2(texts.left(), texts.top() + y), ui.painter().layout_job(job), ink);
        };
        line(ui, &name, theme::body(), cx.p.strong, 10.0);
        let day = days::name(cx, days::day(item.made_ms), days::day(cx.state.now_ms));
        line(ui, &format!("{day} · {}", bytes(item.bytes)), theme::small(), cx.p.muted, 33.0);
        let id = ui.scope_id().with("about");
        let room = Rect::from_min_max(at.min, texts.max);
        let response = ui.interact(room, id, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, cx.with(T::LookAt, &[&name])));
        if response.clicked() {
            push(cx, TrashCommand::Look(Some(item.id.clone())));
        }
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(&name);
    });
}

/// A small picture of it, or what it is.
fn face(ui: &Ui, cx: &mut Cx<'_>, textures: &mut Textures, item: &Trashed, rect: Rect) {
    ui.painter().rect_filled(rect, RADIUS, cx.p.canvas);
    let icon = match item.kind {
        TrashKind::Pictures => icons::IMAGE,
        TrashKind::Conversations => icons::CHAT_TEXT,
        TrashKind::Personas => icons::IDENTIFICATION_CARD,
    };
    if item.kind == TrashKind::Pictures && thumbnail(ui, cx, textures, &item.path, rect) {
        return;
    }
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, theme::icon_font(20.0), cx.p.muted);
}

fn thumbnail(ui: &Ui, cx: &mut Cx<'_>, textures: &mut Textures, path: &Path, rect: Rect) -> bool {
    let thumbnails = &cx.state.gallery.thumbnails;
    if thumbnails.is_due(path) {
        cx.push(Command::Gallery(GalleryCommand::NeedThumbnail(path.to_owned())));
    }
    let Some(small) = thumbnails.get(path) else { return false };
    let fit = picture::tile(small, rect, ui.pixels_per_point(), picture::look(cx));
    let id = textures.get(ui.ctx(), TexKey::Thumbnail(path.to_owned()), small, fit.scaling);
    ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
    true
}
