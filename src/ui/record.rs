//! The settings of a picture as a small table.

use egui::Ui;

use super::cx::Cx;
use super::texts::T;
use super::{model_words, widgets};
use crate::domain::{NoiseSource, PictureRecord, Schedule, round_f32};

/// `more` are rows after the picture's own settings.
pub fn table(ui: &mut Ui, cx: &Cx<'_>, record: &PictureRecord, more: Vec<(&'static str, String)>) {
    let mut rows = rows(cx, record);
    rows.extend(more);
    widgets::table(ui, &rows);
}

pub fn rows(cx: &Cx<'_>, record: &PictureRecord) -> Vec<(&'static str, String)> {
    let hash: String = record.model_hash.chars().take(10).collect();
    let model = model_words::name(cx, &record.model);
    let model = if hash.is_empty() { model } else { format!("{model} ({hash})") };
    let mut rows = vec![(cx.t(T::Prompt), record.prompt.clone())];
    if !record.negative.is_empty() {
        rows.push((cx.t(T::NegativePrompt), record.negative.clone()));
    }
    if !model.is_empty() {
        rows.push((cx.t(T::Model), model));
    }
    if !record.vae.is_empty() {
        rows.push((cx.t(T::Vae), record.vae.clone()));
    }
    if record.schedule != Schedule::default() {
        rows.push((cx.t(T::Schedule), record.schedule.name().to_owned()));
    }
    if record.noise != NoiseSource::default() {
        rows.push((cx.t(T::NoiseSource), record.noise.name().to_owned()));
    }
    if record.guidance_rescale > 0.0 {
        rows.push((cx.t(T::GuidanceRescale), round_f32(record.guidance_rescale).to_string()));
    }
    if record.clip_skip > 1 {
        rows.push((cx.t(T::ClipSkip), record.clip_skip.to_string()));
    }
    if !record.things.is_empty() {
        rows.push((cx.t(T::Meanings), record.things.to_string()));
    }
    if !record.arrangement.is_empty() {
        rows.push((cx.t(T::Layers), record.arrangement.to_string()));
    }
    let seed = if record.seedless { cx.t(T::RandomSeed).to_owned() } else { record.seed.to_string() };
    rows.extend([
        (cx.t(T::Seed), seed),
        (cx.t(T::Steps), format!("{} · {}", record.steps, record.sampler.name())),
        (cx.t(T::Guidance), round_f32(record.guidance).to_string()),
        (cx.t(T::Size), format!("{}×{}", record.width, record.height)),
    ]);
    if !record.version.is_empty() {
        rows.push((cx.t(T::MadeWith), record.version.clone()));
    }
    rows.extend(record.notes.iter().map(|note| (cx.t(T::NotMatched), note.get(cx.lang).to_owned())));
    rows
}
