//! The filmstrip: what waits, what runs, and the newest pictures, newest left.

use std::collections::HashSet;
use std::sync::Arc;

use egui::{
    Align, Align2, Color32, Layout, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2,
};

use super::shot_menu;
use crate::domain::Picture;
use crate::state::{Command, CreateCommand, GalleryCommand, ImageJob, Phase, Saved, Shot, Shown, Stage};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::textures::{Scaling, TexKey, Textures};
use crate::ui::theme::{self, RADIUS, S2};
use crate::ui::{icons, menu, picture, widgets};

const TILE: f32 = 76.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures) {
    let create = &cx.state.create;
    if create.jobs.is_empty() && create.strip.is_empty() {
        // Its room is there from the start: the canvas must not move when the first picture comes.
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| widgets::muted(ui, cx.t(T::StripEmpty)));
        return;
    }
    let on_stage = match create.stage() {
        _ if let Some(id) = create.batch() => Shown::Batch(id),
        Stage::Job(job) => Shown::Job(job.id),
        Stage::Shot(shot) => Shown::Shot(shot.key),
        Stage::Empty => Shown::Newest,
    };
    // A wheel has one direction, and so has the strip.
    ui.style_mut().always_scroll_the_only_direction = true;
    ScrollArea::horizontal().id_salt("film").auto_shrink(false).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = S2;
            for job in create.jobs.iter().rev() {
                ui.push_id(job.id, |ui| job_tile(ui, cx, textures, job, on_stage));
            }
            let mut seen = HashSet::new();
            for shot in &create.strip {
                // The pictures of one job are one tile: the canvas has them side by side.
                let id = shot.key.0;
                if create.jobs.iter().any(|job| job.id == id) || !seen.insert(id) {
                    continue;
                }
                let all = create.shots_of(id);
                ui.push_id(id, |ui| shot_tile(ui, cx, textures, &all, on_stage));
            }
        });
    });
}

/// A tile's room and what the pointer does there.
fn tile(ui: &mut Ui, name: &str, selected: bool) -> (Rect, Response) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(TILE), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, name));
    (rect, response)
}

fn edge(ui: &Ui, cx: &Cx<'_>, rect: Rect, response: &Response, selected: bool) {
    let stroke = match (selected, response.hovered() || response.has_focus()) {
        (true, _) => Stroke::new(2.0, cx.p.accent_text),
        (_, true) => Stroke::new(1.0, cx.p.muted),
        _ => Stroke::new(1.0, cx.p.line),
    };
    ui.painter().rect_stroke(rect, RADIUS, stroke, StrokeKind::Inside);
}

fn job_tile(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, job: &ImageJob, on_stage: Shown) {
    let waiting = job.phase == Phase::Waiting;
    let name = cx.with(if waiting { T::WaitingNamed } else { T::RunningNamed }, &[&job.request.params.prompt]);
    let selected = [Shown::Job(job.id), Shown::Batch(job.id)].contains(&on_stage);
    let (rect, response) = tile(ui, &name, selected);
    if !ui.is_rect_visible(rect) {
        return;
    }
    ui.painter().rect_filled(rect, RADIUS, cx.p.canvas);
    match &job.preview {
        Some(preview) => image(ui, textures, TexKey::Preview(job.id), preview, (rect, picture::look(cx))),
        None => {
            let icon = if waiting { icons::CLOCK } else { icons::SPARKLE };
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, theme::icon_font(20.0), cx.p.muted);
        }
    }
    if job.request.params.count > 1 {
        corner(ui, cx, rect, &format!("×{}", job.request.params.count), cx.p.text);
    }
    if let Some(progress) = job.progress {
        let all = (progress.steps * progress.count).max(1) as f32;
        let done = (progress.index * progress.steps + progress.step) as f32 / all;
        let track = Rect::from_min_max(pos2(rect.left() + 6.0, rect.bottom() - 9.0), rect.max - Vec2::splat(6.0));
        ui.painter().rect_filled(track, 1, cx.p.press);
        let bar = Rect::from_min_size(track.min, egui::vec2(track.width() * done.clamp(0.0, 1.0), track.height()));
        ui.painter().rect_filled(bar, 1, cx.p.accent_text);
    }
    edge(ui, cx, rect, &response, selected);
    if response.clicked() {
        cx.push(Command::Create(CreateCommand::Show(Shown::Job(job.id))));
    }
    menu::of(ui, &response, false, |ui| {
        if ui.button(cx.t(T::Cancel)).clicked() {
            cx.push(Command::CancelJob(job.id));
        }
    });
    response.on_hover_text(name);
    if waiting {
        let spot = Rect::from_min_size(rect.right_top() + egui::vec2(-22.0, 2.0), Vec2::splat(20.0));
        let cancel = ui.interact(spot, ui.scope_id().with("cancel"), Sense::click());
        let label = cx.with(T::CancelNamed, &[&job.request.params.prompt]);
        cancel.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        let ink = if cancel.hovered() { cx.p.strong } else { cx.p.muted };
        ui.painter().text(spot.center(), Align2::CENTER_CENTER, icons::X, theme::icon_font(12.0), ink);
        if cancel.on_hover_text(label).clicked() {
            cx.push(Command::CancelJob(job.id));
        }
    }
}

/// A picture, or the first of those of one job.
fn shot_tile(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, all: &[&Shot], on_stage: Shown) {
    let Some(shot) = all.first() else { return };
    let selected = on_stage == Shown::Batch(shot.key.0) || all.iter().any(|one| on_stage == Shown::Shot(one.key));
    let prompt = &shot.record.prompt;
    let name = match all.len() {
        1 => cx.with(T::PictureNamed, &[prompt]),
        several => cx.with(T::PicturesOf, &[&several, prompt]),
    };
    let (rect, response) = tile(ui, &name, selected);
    if !ui.is_rect_visible(rect) {
        return;
    }
    ui.painter().rect_filled(rect, RADIUS, cx.p.canvas);
    shot_image(ui, cx, textures, shot, rect);
    let is = |wanted: fn(&Saved) -> bool| all.iter().any(|shot| wanted(&shot.saved));
    if is(|saved| matches!(saved, Saved::Failed(_))) {
        corner(ui, cx, rect, icons::WARNING, cx.p.bad);
    } else if is(|saved| matches!(saved, Saved::Saving)) {
        corner(ui, cx, rect, icons::FLOPPY_DISK, cx.p.muted);
    } else if all.len() > 1 {
        corner(ui, cx, rect, &format!("×{}", all.len()), cx.p.text);
    }
    edge(ui, cx, rect, &response, selected);
    if response.clicked() {
        cx.push(Command::Create(CreateCommand::Show(if all.len() > 1 {
            Shown::Batch(shot.key.0)
        } else {
            Shown::Shot(shot.key)
        })));
    }
    if all.len() == 1 {
        menu::of(ui, &response, false, |ui| shot_menu::show(ui, cx, shot));
    }
    response.on_hover_text(&shot.record.prompt);
}

/// The picture in full where it is here, else its thumbnail.
fn shot_image(ui: &Ui, cx: &mut Cx<'_>, textures: &mut Textures, shot: &Shot, rect: Rect) {
    match (&shot.picture, &shot.saved) {
        (Some(picture), _) => image(ui, textures, TexKey::Shot(shot.key), picture, (rect, picture::look(cx))),
        (None, Saved::At(path)) => {
            let thumbnails = &cx.state.gallery.thumbnails;
            match thumbnails.get(path) {
                Some(small) => image(ui, textures, TexKey::Thumbnail(path.clone()), small, (rect, picture::look(cx))),
                None if thumbnails.is_due(path) => {
                    cx.push(Command::Gallery(GalleryCommand::NeedThumbnail(path.clone())))
                }
                None => {}
            }
        }
        (None, _) => {}
    }
}

fn image(ui: &Ui, textures: &mut Textures, key: TexKey, what: &Arc<Picture>, (tile, look): (Rect, Scaling)) {
    let room = tile.shrink(3.0);
    let fit = picture::fit(what, room, ui.pixels_per_point(), look);
    let id = textures.get(ui.ctx(), key, what, fit.scaling);
    ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
}

/// A small mark at the upper right.
fn corner(ui: &Ui, cx: &Cx<'_>, tile: Rect, mark: &str, ink: Color32) {
    let font = if mark.is_ascii() || mark.starts_with('×') { theme::small() } else { theme::icon_font(14.0) };
    let galley = ui.painter().layout_no_wrap(mark.to_owned(), font, ink);
    let at = tile.left_top() + Vec2::splat(4.0);
    ui.painter().rect_filled(Rect::from_min_size(at, galley.size()).expand(2.0), 4, cx.p.panel.gamma_multiply(0.85));
    ui.painter().galley(at, galley, ink);
}
