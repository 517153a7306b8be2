//! The pictures of one job side by side: done, forming, and to come.

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{
    Align2, Frame, Label, Margin, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use super::shot_menu;
use crate::domain::JobId;
use crate::state::{Command, CreateCommand, GalleryCommand, ImageJob, Saved, Shot, ShotKey, Shown};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::textures::{TexKey, Textures};
use crate::ui::theme::{self, BODY, RADIUS, S1, S2, S4, SMALL};
use crate::ui::{icons, layout, menu, picture, widgets};

/// Columns of a grid of `count` cells of this `aspect` (width by height) in which cells are largest.
fn columns(count: usize, room: Vec2, aspect: f32) -> usize {
    let width = |columns: usize| {
        let rows = count.div_ceil(columns);
        let wide = (room.x - S2 * (columns - 1) as f32) / columns as f32;
        let high = (room.y - S2 * (rows - 1) as f32) / rows as f32;
        wide.min(high * aspect)
    };
    (1..=count.max(1)).max_by(|a, b| width(*a).total_cmp(&width(*b)).then(b.cmp(a))).unwrap_or(1)
}

/// The cells of the grid in the middle of `room`.
fn cells(count: usize, room: Rect, size: (u32, u32)) -> Vec<Rect> {
    let aspect = size.0.max(1) as f32 / size.1.max(1) as f32;
    let columns = columns(count, room.size(), aspect);
    let rows = count.div_ceil(columns);
    let wide = (room.width() - S2 * (columns - 1) as f32) / columns as f32;
    let high = (room.height() - S2 * (rows - 1) as f32) / rows.max(1) as f32;
    let width = wide.min(high * aspect).max(8.0).floor();
    let cell = vec2(width, (width / aspect).max(8.0).floor());
    let whole =
        vec2(cell.x * columns as f32 + S2 * (columns - 1) as f32, cell.y * rows as f32 + S2 * (rows - 1) as f32);
    let start = (room.center() - whole / 2.0).round();
    let at = |n: usize| pos2((n % columns) as f32 * (cell.x + S2), (n / columns) as f32 * (cell.y + S2));
    (0..count).map(|n| Rect::from_min_size(start + at(n).to_vec2(), cell)).collect()
}

/// Which pictures of a job are selected.
#[derive(Default)]
pub struct BatchView {
    of: Option<JobId>,
    marked: BTreeSet<ShotKey>,
}

/// Fills the rest of the pane. `job` is the job until it has ended.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    view: &mut BatchView,
    textures: &mut Textures,
    id: JobId,
    job: Option<&ImageJob>,
) {
    let shots = cx.state.create.shots_of(id);
    if view.of.replace(id) != Some(id) {
        view.marked.clear();
    }
    view.marked.retain(|key| shots.iter().any(|shot| shot.key == *key));
    if job.is_none() {
        let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 8));
        layout::foot(ui, "batch", frame, 0.5, |ui| bar(ui, cx, view, &shots));
    }
    let asked = job.map_or(0, |job| job.request.params.count as usize);
    // Some pictures of a job that has ended may be in the trash: the others leave no gaps.
    let count = asked.max(shots.len());
    let size = match (job, shots.first()) {
        (Some(job), _) => (job.request.params.width, job.request.params.height),
        (None, Some(shot)) => (shot.record.width, shot.record.height),
        (None, None) => return,
    };
    let room = ui.available_rect_before_wrap().shrink(S4);
    for (n, rect) in cells(count, room, size).into_iter().enumerate() {
        let shot = if job.is_some() { shots.iter().find(|s| s.key.1 as usize == n) } else { shots.get(n) };
        match (shot, job) {
            (Some(shot), _) => done(ui, cx, view, textures, shot, rect, (n, count)),
            (None, Some(job)) => coming(ui, cx, textures, job, rect, n),
            (None, None) => {}
        }
    }
}

/// What can be done with all pictures of a job, or with those that are selected.
fn bar(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut BatchView, shots: &[&Shot]) {
    let some = !view.marked.is_empty();
    let meant = shots.iter().filter(|shot| !some || view.marked.contains(&shot.key));
    let paths: Vec<PathBuf> = meant
        .filter_map(|shot| match &shot.saved {
            Saved::At(path) => Some(path.clone()),
            Saved::Saving | Saved::Failed(_) => None,
        })
        .collect();
    let (able, count) = (!paths.is_empty(), view.marked.len());
    layout::flow(ui, |ui| {
        // As high as the bar of a job that runs: the pictures stay where they are when it ends.
        let words = ui.fonts_mut(|fonts| fonts.row_height(&theme::body()));
        ui.set_min_height(theme::CONTROL + S1 + words);
        let save = if some { cx.with(T::SaveMarked, &[&count]) } else { cx.t(T::SaveAll).to_owned() };
        let save = ui.add_enabled_ui(able, |ui| widgets::button(ui, icons::DOWNLOAD_SIMPLE, &save)).inner;
        if save.clicked() {
            cx.push(Command::Gallery(GalleryCommand::SaveCopies(paths.clone())));
        }
        let discard = cx.t(if some { T::DiscardMarked } else { T::DiscardAll });
        let discard = ui.add_enabled_ui(able, |ui| widgets::icon_button(ui, icons::TRASH, discard)).inner;
        if discard.clicked() {
            cx.push(Command::Gallery(GalleryCommand::TrashItems(paths)));
        }
        let every = count == shots.len();
        if widgets::text_button(ui, cx.t(if every { T::SelectNone } else { T::SelectAll })).clicked() {
            view.marked = if every { BTreeSet::new() } else { shots.iter().map(|shot| shot.key).collect() };
        }
        widgets::pixels(ui, cx);
        if some {
            let text = cx.with(T::MarkedOf, &[&count, &shots.len()]);
            ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).truncate());
        }
    });
}

fn done(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    view: &mut BatchView,
    textures: &mut Textures,
    shot: &Shot,
    rect: Rect,
    (n, count): (usize, usize),
) {
    let name = format!("{} · {}", cx.with(T::PictureOf, &[&(n + 1), &count]), shot.record.prompt);
    let response = ui.interact(rect, ui.scope_id().with(("batch", shot.key)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let shown = match (&shot.picture, &shot.saved) {
        (Some(picture), _) => Some((TexKey::Shot(shot.key), picture)),
        (None, Saved::At(path)) => {
            let thumbnails = &cx.state.gallery.thumbnails;
            let small = thumbnails.get(path);
            if small.is_none() && thumbnails.is_due(path) {
                cx.push(Command::Gallery(GalleryCommand::NeedThumbnail(path.clone())));
            }
            small.map(|small| (TexKey::Thumbnail(path.clone()), small))
        }
        (None, _) => None,
    };
    if let Some((key, what)) = shown {
        let fit = picture::tile(what, rect, ui.pixels_per_point(), picture::look(cx));
        let id = textures.get(ui.ctx(), key, what, fit.scaling);
        picture::rounded(ui, textures, id, fit.rect);
    }
    if let Saved::Failed(_) = shot.saved {
        let at = rect.left_top() + Vec2::splat(14.0);
        ui.painter().circle_filled(at, 11.0, cx.p.panel);
        ui.painter().text(at, Align2::CENTER_CENTER, icons::WARNING, theme::icon_font(14.0), cx.p.bad);
        let (font, word) = (egui::FontId::proportional(SMALL), cx.t(T::NotSaved).to_owned());
        let word = ui.painter().layout_no_wrap(word, font, cx.p.bad);
        let place = Rect::from_min_size(at + vec2(13.0, -word.size().y / 2.0), word.size());
        ui.painter().rect_filled(place.expand2(vec2(4.0, 2.0)), RADIUS, cx.p.panel);
        ui.painter().galley(place.min, word, cx.p.bad);
    }
    let stroke = Stroke::new(1.0, if response.hovered() { cx.p.muted } else { cx.p.line });
    ui.painter().rect_stroke(rect, RADIUS, stroke, StrokeKind::Outside);
    menu::of(ui, &response, false, |ui| shot_menu::show(ui, cx, shot));
    let mark = mark(ui, cx, view, shot, rect, n);
    let hover = if let Saved::Failed(_) = shot.saved { T::PictureKeptAside } else { T::OpenThisPicture };
    if response.on_hover_text(cx.t(hover)).clicked() {
        match ui.input(|input| input.modifiers.command) {
            true => toggle(view, shot.key),
            false => cx.push(Command::Create(CreateCommand::Show(Shown::Shot(shot.key)))),
        }
    }
    if mark.clicked() {
        toggle(view, shot.key);
    }
}

fn toggle(view: &mut BatchView, key: ShotKey) {
    if !view.marked.remove(&key) {
        view.marked.insert(key);
    }
}

/// The box at a picture's corner that selects it.
fn mark(ui: &Ui, cx: &Cx<'_>, view: &BatchView, shot: &Shot, rect: Rect, n: usize) -> Response {
    let on = view.marked.contains(&shot.key);
    let spot = Rect::from_min_size(rect.right_top() + vec2(-26.0, 4.0), Vec2::splat(22.0));
    let response = ui.interact(spot, ui.scope_id().with(("mark", shot.key)), Sense::click());
    let name = cx.with(T::SelectOne, &[&(n + 1)]);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
    let (fill, line) = if on { (cx.p.accent, cx.p.accent) } else { (cx.p.panel, cx.p.edge) };
    let side = spot.shrink(2.0);
    ui.painter().rect(side, RADIUS - 2, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    if on {
        let font = theme::icon_font(14.0);
        ui.painter().text(side.center(), Align2::CENTER_CENTER, icons::CHECK, font, cx.p.on_accent);
    }
    response.on_hover_text(name)
}

fn coming(ui: &mut Ui, cx: &Cx<'_>, textures: &mut Textures, job: &ImageJob, rect: Rect, n: usize) {
    let forming = job.progress.map_or(0, |progress| progress.index as usize) == n;
    ui.painter().rect(rect, RADIUS, cx.p.panel, Stroke::new(1.0, cx.p.line), StrokeKind::Inside);
    let preview = job.preview.as_ref().filter(|_| forming);
    match preview {
        Some(preview) => {
            let fit = picture::tile(preview, rect, ui.pixels_per_point(), picture::look(cx));
            let id = textures.get(ui.ctx(), TexKey::Preview(job.id), preview, fit.scaling);
            picture::rounded(ui, textures, id, fit.rect);
        }
        None => {
            let icon = if forming { icons::SPARKLE } else { icons::CLOCK };
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                icon,
                theme::icon_font((rect.width() * 0.6).min(24.0)),
                cx.p.faint,
            );
        }
    }
    if forming {
        let response = ui.interact(rect, ui.scope_id().with(("forming", job.id)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, cx.t(T::PictureForming)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_as_large_as_the_room_allows_and_stay_inside() {
        assert_eq!([2, 4, 8].map(|n| columns(n, vec2(900.0, 600.0), 1.0)), [2, 2, 4]);
        assert_eq!(columns(4, vec2(1200.0, 300.0), 1.0), 4);
        assert_eq!(columns(4, vec2(300.0, 1200.0), 1.0), 1);
        for (count, size) in [(2, (64, 64)), (3, (1344, 768)), (8, (384, 672)), (64, (64, 64))] {
            let room = Rect::from_min_size(pos2(7.0, 9.0), vec2(500.0, 380.0));
            let cells = cells(count, room, size);
            assert_eq!(cells.len(), count);
            assert!(cells.iter().all(|cell| room.expand(1.0).contains_rect(*cell)), "{count}: {cells:?}");
            let apart = |a: &Rect, b: &Rect| !a.shrink(0.5).intersects(*b);
            assert!((1..count).all(|i| (0..i).all(|j| apart(&cells[i], &cells[j]))), "{count} overlap");
        }
    }
}
