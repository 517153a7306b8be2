//! The sliders: every parameter with its range, its step and its default. The window, the command line and the
//! checks before a job all read the same [`Limit`], so that none of them can disagree.
//!
//! Ranges and defaults follow the field's habits: text as in llama.cpp, pictures as the model's card says.

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
    const fn new(name: &'static str, min: f64, max: f64, step: f64, default: f64) -> Self {
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

pub const TEMPERATURE: Limit = Limit::new("temperature", 0.0, 5.0, 0.05, 0.8);
/// 0 switches top-k off.
pub const TOP_K: Limit = Limit::new("top-k", 0.0, 1000.0, 1.0, 40.0);
pub const TOP_P: Limit = Limit::new("top-p", 0.0, 1.0, 0.01, 0.95);
pub const MIN_P: Limit = Limit::new("min-p", 0.0, 1.0, 0.01, 0.05);
pub const REPEAT_PENALTY: Limit = Limit::new("repeat-penalty", 1.0, 3.0, 0.01, 1.0);
/// The window of the repetition penalty, in tokens.
pub const REPEAT_LAST_N: Limit = Limit::new("repeat-last-n", 0.0, 4096.0, 1.0, 64.0);
pub const MAX_TOKENS: Limit = Limit::new("max-tokens", 1.0, 131_072.0, 1.0, 512.0);
pub const CONTEXT: Limit = Limit::new("context", 64.0, 131_072.0, 64.0, 2048.0);

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
    fn check(self) -> Result<()> {
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

/// What keys and values of the tokens that were read are kept in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KvType {
    F32,
    #[default]
    F16,
    /// 8 bits, a scale for 32 numbers.
    #[serde(rename = "q8_0")]
    Q8_0,
}

impl KvType {
    pub const ALL: [Self; 3] = [Self::F32, Self::F16, Self::Q8_0];

    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|kv| kv.name() == name || (name == "q8" && *kv == Self::Q8_0))
    }
}

/// Everything that decides how text is continued, but the model's file and the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextParams {
    pub model: String,
    pub temperature: f32,
    pub top_k: u32,
    pub top_p: f32,
    pub min_p: f32,
    pub repeat_penalty: f32,
    pub repeat_last_n: u32,
    pub max_tokens: u32,
    /// Tokens that prompt and answer may take together; the model's own limit where that is smaller.
    pub context: u32,
    pub seed: Seed,
    /// Texts that end the answer; they are not part of it.
    pub stop: Vec<String>,
    pub kv: KvType,
}

impl Default for TextParams {
    fn default() -> Self {
        Self {
            model: super::SMOLLM_ID.to_owned(),
            temperature: TEMPERATURE.default as f32,
            top_k: TOP_K.default as u32,
            top_p: TOP_P.default as f32,
            min_p: MIN_P.default as f32,
            repeat_penalty: REPEAT_PENALTY.default as f32,
            repeat_last_n: REPEAT_LAST_N.default as u32,
            max_tokens: MAX_TOKENS.default as u32,
            context: CONTEXT.default as u32,
            seed: Seed::Random,
            stop: Vec::new(),
            kv: KvType::default(),
        }
    }
}

impl TextParams {
    /// Refuses any slider that is out of range.
    pub fn check(&self) -> Result<()> {
        TEMPERATURE.check(self.temperature.into())?;
        TOP_K.check(self.top_k.into())?;
        TOP_P.check(round_f32(self.top_p))?;
        MIN_P.check(round_f32(self.min_p))?;
        REPEAT_PENALTY.check(self.repeat_penalty.into())?;
        REPEAT_LAST_N.check(self.repeat_last_n.into())?;
        MAX_TOKENS.check(self.max_tokens.into())?;
        CONTEXT.check(self.context.into())?;
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
        for limit in [
            STEPS,
            GUIDANCE,
            GUIDANCE_RESCALE,
            CLIP_SKIP,
            COUNT,
            TEMPERATURE,
            TOP_K,
            TOP_P,
            MIN_P,
            REPEAT_PENALTY,
            REPEAT_LAST_N,
            MAX_TOKENS,
            CONTEXT,
        ] {
            limit.check(limit.default).expect(limit.name);
        }
        TextParams::default().check().unwrap();
        ImageParams { prompt: "cat".into(), ..Default::default() }.check().unwrap();
    }

    #[test]
    fn nan_infinity_and_neighbours_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, -f64::INFINITY, 5.01, -0.01] {
            assert!(TEMPERATURE.check(bad).is_err(), "{bad}");
        }
        assert_eq!(TEMPERATURE.clamp(f64::NAN), 0.8);
    }

    #[test]
    fn blank_prompts_are_empty() {
        let params = ImageParams { prompt: " \n\t ".into(), ..Default::default() };
        assert!(matches!(params.check().unwrap_err().cause(), Cause::EmptyPrompt));
    }
}
