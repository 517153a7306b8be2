//! The sliders: every parameter with its range, its step and its default. The window, the command line and the
//! checks before a job all read the same [`Limit`], so that none of them can disagree.
//!
//! Ranges and defaults follow the field's habits: pictures as the model's card says. Those of text are in
//! `text_params`.

use serde::{Deserialize, Serialize};

use super::{NoiseSource, Sampler, Schedule};
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
/// 0 and 1 both mean none: one network call a step.
pub const GUIDANCE: Limit = Limit::new("guidance", 0.0, 30.0, 0.1, 3.0);
/// How far guidance is brought back to the spread of the prompt's own prediction (Lin et al. 2023, arXiv 2305.08891).
pub const GUIDANCE_RESCALE: Limit = Limit::new("guidance-rescale", 0.0, 1.0, 0.05, 0.0);
/// Which layer of CLIP conditions the picture, counted from the last.
pub const CLIP_SKIP: Limit = Limit::new("clip-skip", 1.0, 12.0, 1.0, 1.0);
pub const COUNT: Limit = Limit::new("count", 1.0, 64.0, 1.0, 1.0);

/// Where the randomness starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seed {
    /// A new one for each job.
    #[default]
    Random,
    Fixed(u64),
}

impl Seed {
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Random => Ok(()),
            Self::Fixed(n) => SEED.check(n as f64),
        }
    }
}

/// Largest seed that we roll and accept: A1111's habit of 32 bits, so that seeds stay short and survive JSON.
pub const SEED_MAX: u64 = u32::MAX as u64;
pub const SEED: Limit = Limit::new("seed", 0.0, SEED_MAX as f64, 1.0, 0.0);

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
        }
    }
}

impl ImageParams {
    /// Refuses an empty prompt and any slider that is out of range.
    pub fn check(&self) -> Result<()> {
        if self.prompt.trim().is_empty() {
            return Err(Cause::EmptyPrompt.into());
        }
        STEPS.check(self.steps.into())?;
        GUIDANCE.check(self.guidance.into())?;
        COUNT.check(self.count.into())?;
        GUIDANCE_RESCALE.check(round_f32(self.guidance_rescale))?;
        CLIP_SKIP.check(self.clip_skip.into())?;
        self.seed.check()
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
    fn blank_prompts_are_empty() {
        let params = ImageParams { prompt: " \n\t ".into(), ..Default::default() };
        assert!(matches!(params.check().unwrap_err().cause(), Cause::EmptyPrompt));
    }
}
