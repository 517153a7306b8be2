//! The pictures of one job side by side: done, forming, and to come.

use egui::{Align2, Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::domain::JobId;
use crate::state::{Command, ImageJob, Saved, Shot, Shown};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::textures::{TexKey, Textures};
use crate::ui::theme::{self, RADIUS, S2, S4};
use crate::ui::{icons, picture};

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

/// Fills what is left of the pane. `job` is the job while it is not over.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, id: JobId, job: Option<&ImageJob>) {
    let shots = cx.state.create.shots_of(id);
    let asked = job.map_or(0, |job| job.request.params.count as usize);
    // Pictures of a job that is over may be in the trash: what is left closes up.
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
            (Some(shot), _) => done(ui, cx, textures, shot, rect, (n, count)),
            (None, Some(job)) => coming(ui, cx, textures, job, rect, n),
            (None, None) => {}
        }
    }
}

fn done(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, shot: &Shot, rect: Rect, (n, count): (usize, usize)) {
    let name = format!("{} · {}", cx.with(T::PictureOf, &[&(n + 1), &count]), shot.record.prompt);
    let response = ui.interact(rect, ui.scope_id().with(("batch", shot.key)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let shown = match (&shot.picture, &shot.saved) {
        (Some(picture), _) => Some((TexKey::Shot(shot.key), picture)),
        (None, Saved::At(path)) => {
            let thumbnails = &cx.state.gallery.thumbnails;
            let small = thumbnails.get(path);
            if small.is_none() && thumbnails.is_due(path) {
                cx.push(Command::NeedThumbnail(path.clone()));
            }
            small.map(|small| (TexKey::Thumbnail(path.clone()), small))
        }
        (None, _) => None,
    };
    if let Some((key, what)) = shown {
        let fit = picture::fit(what, rect, ui.pixels_per_point(), picture::look(cx));
        picture::checkerboard(ui, textures, fit.rect);
        let id = textures.get(ui.ctx(), key, what, fit.scaling);
        ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
    }
    if let Saved::Failed(_) = shot.saved {
        let at = rect.left_top() + Vec2::splat(14.0);
        ui.painter().circle_filled(at, 11.0, cx.p.panel);
        ui.painter().text(at, Align2::CENTER_CENTER, icons::WARNING, theme::icon_font(14.0), cx.p.bad);
    }
    let stroke = Stroke::new(1.0, if response.hovered() { cx.p.muted } else { cx.p.line });
    ui.painter().rect_stroke(rect, RADIUS, stroke, StrokeKind::Outside);
    if response.on_hover_text(cx.t(T::OpenThisPicture)).clicked() {
        cx.push(Command::Show(Shown::Shot(shot.key)));
    }
}

fn coming(ui: &mut Ui, cx: &Cx<'_>, textures: &mut Textures, job: &ImageJob, rect: Rect, n: usize) {
    let forming = job.progress.map_or(0, |progress| progress.index as usize) == n;
    ui.painter().rect(rect, RADIUS, cx.p.panel, Stroke::new(1.0, cx.p.line), StrokeKind::Inside);
    let preview = job.preview.as_ref().filter(|_| forming);
    match preview {
        Some(preview) => {
            let fit = picture::fit(preview, rect, ui.pixels_per_point(), picture::look(cx));
            picture::checkerboard(ui, textures, fit.rect);
            let id = textures.get(ui.ctx(), TexKey::Preview(job.id), preview, fit.scaling);
            ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
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
