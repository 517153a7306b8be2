//! The sliders: every parameter with its range, its step and its default. The window, the command line and the
//! checks before a job all read the same [`Limit`], so that none of them can disagree.
//!
//! Ranges and defaults follow the field's habits: pictures as the model's card says. Those of text are in
//! `text_params`.

use serde::{Deserialize, Serialize};

use super::{Arrangement, NoiseSource, Sampler, Schedule, Things};
use crate::error::{Cause, Result};

/// What a parameter may be: an inclusive range, the slider's step and the default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The parameter's name in the field's words, as the command line spells it.
    pub name: &'static str,
    pub min: f64,
    pub max: f64,
    pub step: f64,
    pub default: f64,
}

impl Limit {
    pub(super) const fn new(name: &'static str, min: f64, max: f64, step: f64, default: f64) -> Self {
        Self { name, min, max, step, default }
    }

    /// Refuses what is outside the range, NaN included.
    pub fn check(&self, value: f64) -> Result<()> {
        if value >= self.min && value <= self.max {
            return Ok(());
        }
        Err(Cause::OutOfRange { name: self.name, value, min: self.min, max: self.max }.into())
    }

    /// The nearest value inside the range; NaN becomes the default.
    pub fn clamp(&self, value: f64) -> f64 {
        if value.is_nan() { self.default } else { value.clamp(self.min, self.max) }
    }
}

pub const STEPS: Limit = Limit::new("steps", 1.0, 150.0, 1.0, 24.0);
/// 0 and 1 both mean off with every model: the prompt alone, one network call a step.
pub const GUIDANCE: Limit = Limit::new("guidance", 0.0, 30.0, 0.1, 3.0);
/// How far guidance is brought back to the spread of the prompt's own prediction (Lin et al. 2023, arXiv 2305.08891).
pub const GUIDANCE_RESCALE: Limit = Limit::new("guidance-rescale", 0.0, 1.0, 0.05, 0.0);
/// Which layer of CLIP conditions the picture, counted from the last.
pub const CLIP_SKIP: Limit = Limit::new("clip-skip", 1.0, 12.0, 1.0, 1.0);
/// Side of the gallery's thumbnails, in points.
pub const CELL: Limit = Limit::new("thumbnail", 96.0, 256.0, 8.0, 136.0);
pub const COUNT: Limit = Limit::new("count", 1.0, 64.0, 1.0, 1.0);

/// Where the randomness starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seed {
    /// A new one for each job.
    #[default]
    Random,
    Fixed(#[serde(with = "wide")] u64),
}

/// Largest seed that is accepted: all 64 bits, as ComfyUI and PyTorch have them. Those that we roll have 32, so that
/// they stay short.
pub const SEED_MAX: u64 = u64::MAX;

/// TOML has no numbers above 63 bits: those are texts.
mod wide {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(n: &u64, to: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(*n) {
            Ok(n) => to.serialize_i64(n),
            Err(_) => to.collect_str(n),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
        }
        match Written::deserialize(from)? {
            Written::Number(n) => Ok(n),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// The place of a slider's value.
pub(super) enum Slot<'a> {
    Real(&'a mut f32),
    Whole(&'a mut u32),
}

impl Slot<'_> {
    pub(super) fn get(&self) -> f64 {
        match self {
            Self::Real(value) => round_f32(**value),
            Self::Whole(value) => f64::from(**value),
        }
    }

    pub(super) fn set(&mut self, to: f64) {
        match self {
            Self::Real(value) => **value = to as f32,
            Self::Whole(value) => **value = to as u32,
        }
    }

    /// Brings the value into its range; one that is there already stays to the bit.
    pub(super) fn clamp(&mut self, limit: &Limit) {
        let now = self.get();
        if limit.check(now).is_err() {
            self.set(limit.clamp(now));
        }
    }
}

/// Everything that decides what a picture will be, but the model's files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageParams {
    pub prompt: String,
    pub negative: String,
    /// A model card's id, or the path of a folder or file.
    pub model: String,
    pub width: u32,
    pub height: u32,
    pub steps: u32,
    /// Classifier-free guidance scale; 0 and 1 are off.
    pub guidance: f32,
    pub seed: Seed,
    pub count: u32,
    pub sampler: Sampler,
    pub schedule: Schedule,
    pub noise: NoiseSource,
    pub guidance_rescale: f32,
    pub clip_skip: u32,
    /// What words of the prompt mean, where a person chose it.
    pub things: Things,
    /// What a person changed of the layers of its scene.
    pub arrangement: Arrangement,
}

impl Default for ImageParams {
    fn default() -> Self {
        Self {
            prompt: String::new(),
            negative: String::new(),
            model: super::STICKER_ID.to_owned(),
            width: 64,
            height: 64,
            steps: STEPS.default as u32,
            guidance: GUIDANCE.default as f32,
            seed: Seed::Random,
            count: COUNT.default as u32,
            sampler: Sampler::default(),
            schedule: Schedule::default(),
            noise: NoiseSource::default(),
            guidance_rescale: 0.0,
            clip_skip: 1,
            things: Things::default(),
            arrangement: Arrangement::default(),
        }
    }
}

impl ImageParams {
    /// Every slider that is a number, but for the size: what checks and what clamps goes through this list.
    pub(super) fn sliders(&mut self) -> [(Limit, Slot<'_>); 5] {
        [
            (STEPS, Slot::Whole(&mut self.steps)),
            (GUIDANCE, Slot::Real(&mut self.guidance)),
            (GUIDANCE_RESCALE, Slot::Real(&mut self.guidance_rescale)),
            (CLIP_SKIP, Slot::Whole(&mut self.clip_skip)),
            (COUNT, Slot::Whole(&mut self.count)),
        ]
    }

    /// Refuses an empty prompt and any slider that is out of range.
    pub fn check(&self) -> Result<()> {
        if self.prompt.trim().is_empty() {
            return Err(Cause::EmptyPrompt.into());
        }
        self.clone().sliders().iter().try_for_each(|(limit, slot)| limit.check(slot.get()))
    }

    /// Brings every slider into its range.
    pub fn clamp(&mut self) {
        self.sliders().iter_mut().for_each(|(limit, slot)| slot.clamp(limit));
        self.width = self.width.clamp(8, 4096);
        self.height = self.height.clamp(8, 4096);
    }
}

/// An f32 as the decimal a person typed: 0.95, not 0.949999988.
pub fn round_f32(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_inside_their_own_ranges() {
        for limit in [STEPS, GUIDANCE, GUIDANCE_RESCALE, CLIP_SKIP, COUNT] {
            limit.check(limit.default).expect(limit.name);
        }
        ImageParams { prompt: "cat".into(), ..Default::default() }.check().unwrap();
    }

    #[test]
    fn nan_infinity_and_neighbours_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, -f64::INFINITY, 30.01, -0.01] {
            assert!(GUIDANCE.check(bad).is_err(), "{bad}");
        }
        assert_eq!(GUIDANCE.clamp(f64::NAN), 3.0);
    }

    #[test]
    fn seeds_of_64_bits_are_kept_in_toml_and_json() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct File {
            seed: Seed,
        }
        let big = [Seed::Random, Seed::Fixed(7), Seed::Fixed(648_312_782_957_426), Seed::Fixed(SEED_MAX)];
        for seed in big {
            let text = toml::to_string(&File { seed }).unwrap();
            assert_eq!(toml::from_str::<File>(&text).unwrap().seed, seed, "{text}");
            let text = serde_json::to_string(&seed).unwrap();
            assert_eq!(serde_json::from_str::<Seed>(&text).unwrap(), seed, "{text}");
        }
        let text = toml::to_string(&File { seed: Seed::Fixed(SEED_MAX) }).unwrap();
        assert!(text.contains("\"18446744073709551615\""), "{text}");
        let before = "[seed]\nfixed = 42\n";
        assert_eq!(toml::from_str::<File>(before).unwrap().seed, Seed::Fixed(42), "as older versions wrote it");
        assert!(toml::from_str::<File>("[seed]\nfixed = \"x\"\n").is_err());
    }

    #[test]
    fn clamping_makes_any_sliders_pass_the_check() {
        for wild in [f32::NAN, f32::INFINITY, -1e30, 1e30] {
            let mut p =
                ImageParams { prompt: "x".into(), guidance: wild, guidance_rescale: wild, ..Default::default() };
            (p.steps, p.clip_skip, p.count, p.width, p.height) = (u32::MAX, 0, 0, 0, u32::MAX);
            p.clamp();
            p.check().unwrap();
            assert_eq!((p.steps, p.clip_skip, p.count, p.width, p.height), (150, 1, 1, 8, 4096));
        }
    }

    #[test]
    fn blank_prompts_are_empty() {
        let params = ImageParams { prompt: " \n\t ".into(), ..Default::default() };
        assert!(matches!(params.check().unwrap_err().cause(), Cause::EmptyPrompt));
    }
}
