//! A prompt as a drawing of 512 x 512: each thing that it names is drawn by itself under its own full name, made eight
//! times as large by [`Crisp`](super::crisp::Crisp), and laid out on its ground.

use std::time::{Duration, Instant};

use super::crisp::TIMES;
use super::{Encoded, Sticker};
use crate::domain::{ImageParams, Picture, StepProgress, Things};
use crate::engine::image::{noise, pixels, sampler};
use crate::engine::{CancelToken, Stop};
use crate::scene::{self, Backdrop, Cutout, Layer, Reading, Square, Visible};

/// Copies of things ("five cats") that are drawn anew; those beyond repeat what was drawn.
const MOST_DRAWN: usize = 12;
/// The style of a prompt that names none goes by the seed. With a style the network draws better than with none, which
/// mixes all of them.
const STYLES: [&str; 2] = ["flat", "fluent"];
/// Side of the pictures that show a scene forming.
const PREVIEW: usize = 256;
/// Between two of them: each takes time from the network.
const PREVIEW_EVERY: Duration = Duration::from_millis(80);

/// A thing that is drawn.
struct Part {
    item: usize,
    /// Without the style.
    words: String,
    /// Seen as it forms: the network's size, then eight times that.
    seen: Option<Cutout>,
}

/// The scene of a prompt, ready to be drawn with any seed.
pub struct Scene<'a> {
    sticker: &'a Sticker,
    params: &'a ImageParams,
    reading: Reading,
    parts: Vec<Part>,
    negative: Encoded,
    /// Seconds of each step.
    pub steps_s: Vec<f64>,
    /// Seconds spent on enlarging and composing.
    pub decode_s: f64,
}

impl<'a> Scene<'a> {
    /// Reads the prompt.
    pub fn new(sticker: &'a Sticker, params: &'a ImageParams) -> Self {
        let mut reading = scene::read(&params.prompt);
        reading.choose(&params.prompt, |word| params.things.get(word));
        let part = |item, words: String| Part { item, words, seen: None };
        let mut parts = Vec::new();
        let mut spare = MOST_DRAWN.saturating_sub(reading.items.len());
        for (i, item) in reading.items.iter().enumerate() {
            let more = (usize::from(item.count) - 1).min(spare);
            spare -= more;
            parts.extend((0..=more).map(|_| part(i, item.words(item.senses[0]))));
        }
        // A prompt that names nothing known is left to the network, word by word.
        if parts.is_empty() && reading.ground.is_none() {
            parts.push(part(0, params.prompt.clone()));
        }
        let negative = sticker.words.encode(&params.negative);
        Self { sticker, params, reading, parts, negative, steps_s: Vec::new(), decode_s: 0.0 }
    }

    /// What was chosen for words that the prompt has.
    pub fn things(&self) -> Things {
        let mut used = Things::default();
        for item in &self.reading.items {
            let word = scene::folded(&self.params.prompt[item.span.clone()]);
            if let Some(label) = self.params.things.get(&word) {
                used.set(word.clone(), label.to_owned());
            }
        }
        used
    }

    /// Words of the prompt and the negative prompt that have no say, each once.
    pub fn unseen(&self) -> Vec<String> {
        let spans = self.reading.unknown.iter().map(|span| self.params.prompt[span.clone()].to_owned());
        let bare = self.reading.items.is_empty().then(|| self.parts.first()).flatten();
        let bare = bare.map(|part| self.sticker.words.encode(&part.words));
        let mut all: Vec<String> = if bare.is_some() { Vec::new() } else { spans.collect() };
        all.extend(
            bare.iter().chain([&self.negative]).flat_map(|words| words.unknown.iter().chain(&words.cut)).cloned(),
        );
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|word| seen.insert(word.clone()));
        all
    }

    /// The picture of `seed`. `preview` hears of each step; it gets the scene as it is foreseen where that is due.
    pub fn draw(
        &mut self,
        seed: u64,
        index: u32,
        token: &CancelToken,
        preview: &mut dyn FnMut(StepProgress, Option<Picture>),
    ) -> Result<Picture, Stop> {
        let side = self.sticker.net.config().size;
        let style = self.reading.style.unwrap_or(STYLES[(seed % STYLES.len() as u64) as usize]);
        let steps = self.params.steps;
        let count_of_parts = self.parts.len() as u32;
        let each = count_of_parts * steps;
        let total = f64::from(self.params.count) * f64::from(each);
        self.parts.iter_mut().for_each(|part| part.seen = None);
        let small = Backdrop::new(self.reading.ground, seed, PREVIEW);
        let mut shown: Option<Instant> = None;
        for at in 0..self.parts.len() {
            let ImageParams { count, sampler, guidance, .. } = *self.params;
            let sticker = self.sticker;
            let words = sticker.words.encode(&format!("{} {style}", self.parts[at].words));
            let mut field = sticker.guided(&words, &self.negative, guidance)?;
            let mut x = noise::gaussian(part_seed(seed, at), self.sticker.net.config().numbers());
            let mut last = Instant::now();
            let mut seen = |step: usize, hat: &[f32]| {
                self.steps_s.push(last.elapsed().as_secs_f64());
                let done = self.steps_s.len() as f64;
                let eta_s = self.steps_s.iter().sum::<f64>() / done * (total - done);
                // Of the whole picture, as the slider counts.
                let step = (at as u32 * steps + step as u32).div_ceil(count_of_parts);
                let now = shown.is_none_or(|then| then.elapsed() >= PREVIEW_EVERY).then(|| {
                    self.parts[at].seen = Some(Cutout::new(square(hat, side)));
                    compose(&self.reading, &self.parts, &small)
                });
                if now.is_some() {
                    shown = Some(Instant::now());
                }
                preview(StepProgress { index, count, step, steps, eta_s }, now);
                last = Instant::now();
            };
            sampler::sample(sampler, &mut x, steps as usize, &mut field, token, &mut seen)?;
            drop(field);
            token.check()?;
            let start = Instant::now();
            let big = square(&self.sticker.enlarge(&x)?, side * TIMES);
            let colour = self.reading.items.get(self.parts[at].item).and_then(|item| item.colour);
            self.parts[at].seen = Some(Cutout::new(match colour {
                Some(colour) => scene::recoloured(big, colour),
                None => big,
            }));
            self.decode_s += start.elapsed().as_secs_f64();
        }
        token.check()?;
        let start = Instant::now();
        let picture = compose(&self.reading, &self.parts, &Backdrop::new(self.reading.ground, seed, side * TIMES));
        self.decode_s += start.elapsed().as_secs_f64();
        Ok(picture)
    }
}

/// A scene's first thing has the picture's own seed, so that a thing alone is the sticker of that seed.
fn part_seed(seed: u64, part: usize) -> u64 {
    seed.wrapping_add((part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn square(x: &[f32], side: usize) -> Square {
    let Picture { rgba, .. } = pixels::to_picture(x, side as u32, side as u32);
    Square { side, rgba }
}

/// What there is so far, laid out on its ground.
fn compose(reading: &Reading, parts: &[Part], backdrop: &Backdrop) -> Picture {
    let of_item = |item: usize| parts.iter().filter(move |part| part.item == item);
    let layers = match parts {
        // Alone on a clear ground, a thing fills the picture as it was drawn.
        [_] if reading.ground.is_none() && reading.items.first().is_none_or(|item| item.count == 1) => {
            vec![Layer { item: 0, copy: 0, x: 0.0, y: 0.0, side: 1.0, stands: false }]
        }
        _ => {
            let seen = |i| of_item(i).find_map(|part| part.seen.as_ref()).map_or(Visible::ALL, |cutout| cutout.visible);
            scene::lay_out(reading, &(0..reading.items.len()).map(seen).collect::<Vec<_>>())
        }
    };
    let shown = |layer: &Layer| {
        let drawn = of_item(layer.item).count().max(1);
        of_item(layer.item).nth(usize::from(layer.copy) % drawn)?.seen.as_ref()
    };
    let Square { side, rgba } = backdrop.compose(&layers, shown);
    Picture { width: side as u32, height: side as u32, rgba }
}
