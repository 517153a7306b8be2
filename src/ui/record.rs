//! The settings of a picture as a small table.

use egui::Ui;

use super::cx::Cx;
use super::params::{ImagePlace, of_image};
use super::texts::T;
use super::{drawn_as, layer_words, model_words, widgets};
use crate::domain::{ImageParam, NoiseSource, Parameter, PictureRecord, Sampler, Schedule, Seed};

/// The sampler's name; "automatic" is no name and is translated.
pub fn sampler(cx: &Cx<'_>, sampler: Sampler) -> &'static str {
    if sampler == Sampler::Automatic { cx.t(T::Automatic) } else { sampler.name() }
}

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
        let name = match record.noise {
            NoiseSource::Native => T::NoiseNative,
            NoiseSource::Torch => T::NoiseTorch,
        };
        rows.push((cx.t(T::NoiseSource), cx.t(name).to_owned()));
    }
    for number in ImageParam::ALL.iter().filter(|number| number.is_set(record)) {
        if let (name, _, ImagePlace::More(_)) = of_image(*number) {
            rows.push((cx.t(name), number.get(record).to_string()));
        }
    }
    if let Some(drawn_as::Rows { drawn, left_out, style }) = drawn_as::of(cx.lang, record) {
        rows.push((cx.t(T::DrawnAs), drawn));
        let more = [(T::NotDrawn, left_out), (T::StyleOfPicture, style)];
        rows.extend(more.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (cx.t(name), text)));
    }
    if !record.things.is_empty() {
        rows.push((cx.t(T::Meanings), layer_words::meanings(cx.lang, &record.things)));
    }
    if !record.arrangement.is_empty() {
        rows.push((cx.t(T::Layers), layer_words::arrangement(cx.lang, &record.arrangement)));
    }
    let seed = match record.seed {
        Seed::Fixed(seed) => seed.to_string(),
        Seed::Random => cx.t(T::RandomSeed).to_owned(),
    };
    rows.extend([
        (cx.t(T::Seed), seed),
        (cx.t(T::Steps), format!("{} · {}", record.steps, sampler(cx, record.sampler))),
        (cx.t(T::Guidance), ImageParam::Guidance.get(record).to_string()),
        (cx.t(T::Size), format!("{}×{}", record.width, record.height)),
    ]);
    if !record.version.is_empty() {
        rows.push((cx.t(T::MadeWith), record.version.clone()));
    }
    rows.extend(record.notes.iter().map(|note| (cx.t(T::NotMatched), note.get(cx.lang).to_owned())));
    rows
}
