//! The big pane of Create: an empty window that teaches, a picture that forms, a picture that is done.

use egui::{Align, Color32, Frame, Label, Layout, Margin, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::batch::{self, BatchView};
use super::layers;
use crate::domain::{Picture, PictureRecord, StepProgress, seconds};
use crate::lang::Lang;
use crate::state::{Command, CreateCommand, ImageJob, LayersCommand, Phase, Saved, Shot, ShotKey, Shown, Stage};
use crate::ui::canvas::{self, Canvas, CanvasView};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::textures::{TexKey, Textures};
use crate::ui::theme::{self, BODY, S1, S2, S4, SMALL};
use crate::ui::{advice, error_card, icons, layout, model_words, picture, record, save_menu, widgets};

/// Zoom and place of the picture that is shown.
#[derive(Default)]
pub struct StageView {
    canvas: CanvasView,
    batch: BatchView,
    layers: layers::CanvasView,
    /// The last prompt that was looked at for layers, and whether it has any.
    layered: Option<(Box<PictureRecord>, bool)>,
    pub settings_open: bool,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut StageView, textures: &mut Textures) {
    if let Some(layers) = &cx.state.create.layers {
        return layers::show(ui, cx, &mut view.layers, textures, layers);
    }
    if let Some(id) = cx.state.create.batch() {
        let job = cx.state.create.jobs.iter().find(|job| job.id == id);
        if let Some(job) = job {
            job_bar(ui, cx, job);
        }
        return batch::show(ui, cx, &mut view.batch, textures, id, job);
    }
    match cx.state.create.stage() {
        Stage::Empty => empty(ui, cx),
        Stage::Job(job) => {
            job_bar(ui, cx, job);
            forming(ui, cx, textures, job);
        }
        Stage::Shot(shot) => done(ui, cx, view, textures, shot),
    }
}

/// Examples in the language in use; the other language's where there are none.
pub fn examples<'a>(cx: &Cx<'a>, model: &str) -> &'a [String] {
    let Some(entry) = cx.state.catalogue.entry(model) else { return &[] };
    let (first, second) = match cx.lang {
        Lang::En => (&entry.card.examples, &entry.card.examples_zh),
        Lang::Zh => (&entry.card.examples_zh, &entry.card.examples),
    };
    let list = if first.is_empty() { second } else { first };
    &list[..list.len().min(3)]
}

fn empty(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = &cx.state.settings.image.model;
    let hindrance = advice::hindrance(cx);
    let examples = examples(cx, model);
    layout::centre(ui, "create-empty", 420.0, |ui| {
        let width = ui.available_width();
        ui.add(Label::new(theme::icon(icons::IMAGE, 40.0).color(cx.p.faint)));
        ui.add_space(S2);
        widgets::heading(ui, cx.t(T::CreateEmptyTitle));
        // A model that cannot draw promises nothing: why, and what mends it, is beside the button that draws.
        if hindrance.is_none() {
            let line = cx.with(T::CreateEmptyText, &[&model_words::name(cx, model)]);
            ui.add(Label::new(RichText::new(line).size(BODY).color(cx.p.muted)).wrap());
        }
        ui.add_space(S4);
        for example in examples {
            if widgets::suggestion(ui, example, "", width).clicked() {
                cx.push(Command::TakeExample(example.clone()));
            }
        }
        ui.add_space(S4);
        let label = cx.t(T::MakeFirstPicture);
        let able = hindrance.is_none();
        if widgets::primary(ui, icons::SPARKLE, label, "", able, vec2(220.0_f32.min(width), 40.0)).clicked() {
            if cx.state.settings.image.prompt.trim().is_empty()
                && let Some(first) = examples.first()
            {
                cx.push(Command::TakeExample(first.clone()));
            }
            cx.push(Command::Create(CreateCommand::Generate));
        }
    });
}

/// What is happening, in words: the step and the time left.
fn progress_text(cx: &Cx<'_>, job: &ImageJob) -> String {
    match (job.phase, job.progress) {
        (Phase::Waiting, _) => cx.t(T::WaitingForTurn).to_owned(),
        (Phase::Cancelling, _) => cx.t(T::Stopping).to_owned(),
        (Phase::Loading(Some(f)), _) => cx.with(T::LoadingModelPercent, &[&(f * 100.0).floor()]),
        (Phase::Loading(None), _) => cx.t(T::LoadingModel).to_owned(),
        (Phase::Running, None) => cx.t(T::Starting).to_owned(),
        (Phase::Running, Some(p)) => {
            let step = cx.with(T::StepOf, &[&p.step, &p.steps, &seconds(p.eta_s, cx.lang)]);
            if p.count > 1 { format!("{} · {step}", cx.with(T::PictureOf, &[&(p.index + 1), &p.count])) } else { step }
        }
    }
}

/// How far a job has come.
pub fn fraction(job: &ImageJob) -> Option<f32> {
    if let Phase::Loading(fraction) = job.phase {
        return fraction;
    }
    let StepProgress { index, count, step, steps, .. } = job.progress?;
    Some((index * steps + step) as f32 / (steps * count).max(1) as f32)
}

/// What the job is doing, and the way to stop it.
fn job_bar(ui: &mut Ui, cx: &mut Cx<'_>, job: &ImageJob) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 8));
    layout::foot(ui, "job", frame, 0.6, |ui| {
        layout::column(ui, 480.0, |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            let text = progress_text(cx, job);
            // How far it is must not be cut: it has all of the width.
            ui.add(Label::new(RichText::new(&text).size(BODY).color(cx.p.text)).wrap());
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let idle = job.phase != Phase::Cancelling;
                    let label = cx.t(T::Cancel);
                    let button = egui::Button::new(layout::labelled(icons::STOP, 16.0, label))
                        .shortcut_text(RichText::new(cx.t(T::Esc)).size(SMALL).color(cx.p.muted));
                    if ui.add_enabled(idle, button).accessible_name(label).clicked() {
                        cx.push(Command::CancelJob(job.id));
                    }
                    widgets::progress(ui, fraction(job), &text);
                });
            });
        });
    });
}

fn forming(ui: &mut Ui, cx: &Cx<'_>, textures: &mut Textures, job: &ImageJob) {
    let room = picture::within(ui.available_rect_before_wrap());
    let size = (job.request.params.width, job.request.params.height);
    let blank = Picture { width: size.0, height: size.1, rgba: Vec::new() };
    let fit = picture::fit(job.preview.as_deref().unwrap_or(&blank), room, ui.pixels_per_point(), picture::look(cx));
    picture::checkerboard(ui, textures, fit.rect);
    if let Some(preview) = &job.preview {
        let id = textures.get(ui.ctx(), TexKey::Preview(job.id), preview, fit.scaling);
        ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
    }
    let response = ui.interact(fit.rect, ui.scope_id().with(("preview", job.id)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, cx.t(T::PictureForming)));
}

fn done(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut StageView, textures: &mut Textures, shot: &Shot) {
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 8));
    layout::foot(ui, "shot", frame, 0.5, |ui| {
        ui.push_id(shot.key, |ui| actions(ui, cx, view, shot));
    });
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin { left: 12, right: 12, top: 8, bottom: 0 });
    if let Saved::Failed(error) = &shot.saved {
        layout::foot(ui, "not-saved", frame, 0.5, |ui| {
            widgets::muted(ui, cx.t(T::PictureKeptAside));
            error_card::show(
                ui,
                cx,
                error,
                Some((T::TryAgain, Command::Create(CreateCommand::RetrySave(shot.key)))),
                None,
            );
        });
    }
    if view.settings_open {
        layout::foot(ui, "shot-settings", frame, 0.5, |ui| record::table(ui, cx, &shot.record, Vec::new()));
    }
    let room = ui.available_rect_before_wrap();
    canvas(ui, cx, view, textures, shot, room);
}

/// Icon, label, what it does in a sentence, and the command.
type Action = (&'static str, T, T, fn(ShotKey) -> Command);

/// The picture itself.
fn canvas(ui: &mut Ui, cx: &Cx<'_>, view: &mut StageView, textures: &mut Textures, shot: &Shot, room: Rect) {
    let id = ui.scope_id().with(("canvas", shot.key));
    view.canvas.begin(id);
    // Where it is on the disk alone, its thumbnail is shown while it is read.
    let size = match &shot.picture {
        Some(picture) => (picture.width, picture.height),
        None => (shot.record.width, shot.record.height),
    };
    let picture = match (&shot.picture, &shot.saved) {
        (Some(picture), _) => Some((TexKey::Shot(shot.key), picture)),
        (None, Saved::At(path)) => {
            cx.state.gallery.thumbnails.get(path).map(|small| (TexKey::Thumbnail(path.clone()), small))
        }
        (None, _) => None,
    };
    let name = cx.with(T::PictureNamed, &[&shot.record.prompt]);
    canvas::show(ui, cx, textures, &mut view.canvas, &Canvas { id, name, size, picture }, room);
}

fn actions(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut StageView, shot: &Shot) {
    ui.spacing_mut().item_spacing.y = S2;
    layout::flow(ui, |ui| {
        if cx.state.create.is_batch(shot.key.0)
            && widgets::icon_button(ui, icons::IMAGES, cx.t(T::BackToBatch)).clicked()
        {
            cx.push(Command::Create(CreateCommand::Show(Shown::Batch(shot.key.0))));
        }
        let mut items: Vec<Action> = vec![
            (icons::DOWNLOAD_SIMPLE, T::SaveAs, T::SaveAsHover, |x| Command::Create(CreateCommand::SavePictureAs(x))),
            (icons::COPY, T::Copy, T::CopyHover, |x| Command::Create(CreateCommand::CopyPicture(x))),
            (icons::SLIDERS_HORIZONTAL, T::UseSettings, T::UseSettingsHover, |x| {
                Command::Create(CreateCommand::UseSettings(x))
            }),
            (icons::SHUFFLE, T::Vary, T::VaryHover, |x| Command::Create(CreateCommand::Vary(x))),
        ];
        if has_layers(view, shot) {
            items.push((icons::STACK, T::Layers, T::LayersHover, |key| {
                Command::Create(CreateCommand::Layers(LayersCommand::Open(key)))
            }));
        }
        // Where there is no room for all words the first buttons, which are used most, keep theirs.
        let widths: Vec<f32> = items.iter().map(|(_, label, ..)| widgets::button_width(ui, cx.t(*label))).collect();
        let with_words = with_words(&widths, ui.available_width() - ICONS * (theme::CONTROL + S1) - PIXELS);
        for (at, (icon, label, hover, command)) in items.into_iter().enumerate() {
            let compact = at >= with_words;
            let response = if compact {
                widgets::icon_button(ui, icon, cx.t(label))
            } else {
                widgets::button(ui, icon, cx.t(label)).on_hover_text(cx.t(hover))
            };
            if response.clicked() {
                cx.push(command(shot.key));
            }
            if label == T::SaveAs {
                let size = (shot.record.width, shot.record.height);
                let size = shot.picture.as_ref().map_or(size, |picture| (picture.width, picture.height));
                if let Some(enlarge) = save_menu::show(ui, cx, size) {
                    cx.push(Command::Create(CreateCommand::SavePictureAt(shot.key, enlarge)));
                }
            }
        }
        saved(ui, cx, &shot.saved);
        widgets::pixels(ui, cx);
        let open = view.settings_open;
        if widgets::icon_toggle(ui, icons::INFO, cx.t(T::ShowSettings), open).clicked() {
            view.settings_open = !open;
        }
        if widgets::icon_button(ui, icons::TRASH, cx.t(T::DeleteToTrash)).clicked() {
            cx.push(Command::Create(CreateCommand::TrashPicture(shot.key)));
        }
    });
}

/// Whether a picture has layers; its prompt is read once.
fn has_layers(view: &mut StageView, shot: &Shot) -> bool {
    match &view.layered {
        Some((record, has)) if *record == shot.record => *has,
        Some(_) | None => {
            let has = crate::state::has_layers(&shot.record);
            view.layered = Some((shot.record.clone(), has));
            has
        }
    }
}

/// Buttons of a picture that are icons always: sizes, batch, folder, settings, trash.
const ICONS: f32 = 5.0;
/// Points of the switch to pixels.
const PIXELS: f32 = 64.0;

/// How many of these buttons, from the first, have their words in `room` points where the others are icons.
fn with_words(widths: &[f32], room: f32) -> usize {
    let fits = |n: &usize| {
        let words: f32 = widths[..*n].iter().map(|width| width + S1).sum();
        words + (widths.len() - n) as f32 * (theme::CONTROL + S1) <= room
    };
    (0..=widths.len()).rev().find(fits).unwrap_or(0)
}

fn saved(ui: &mut Ui, cx: &mut Cx<'_>, saved: &Saved) {
    match saved {
        Saved::Saving => {
            ui.add(Label::new(RichText::new(cx.t(T::Saving)).size(SMALL).color(cx.p.muted)));
        }
        Saved::At(path) => {
            if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::ShowInFolder)).clicked() {
                cx.push(Command::Reveal(path.clone()));
            }
        }
        Saved::Failed(_) => {
            ui.add(Label::new(RichText::new(cx.t(T::NotSaved)).size(SMALL).color(cx.p.bad)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_buttons_keep_their_words_where_there_is_room_for_some() {
        let widths = [96.0, 76.0, 120.0, 70.0];
        let all: f32 = widths.iter().map(|width| width + S1).sum();
        assert_eq!(with_words(&widths, all), 4);
        assert_eq!(with_words(&widths, all - 1.0), 3);
        assert_eq!(with_words(&widths, 100.0 + 80.0 + 2.0 * (theme::CONTROL + S1)), 2);
        assert_eq!(with_words(&widths, 10.0), 0);
    }
}
