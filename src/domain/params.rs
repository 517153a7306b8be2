//! The parameters of a picture, each with its range, its step and its default. The window, the command line and the
//! checks before a job all read the same [`Limit`], so that none of them can disagree.
//!
//! Ranges and defaults follow the field's habits: pictures as the model's card says. Those of text are in
//! `text_params`.

use serde::{Deserialize, Serialize};

use super::parameter::{Field, Limit, Parameter, parameters};
use super::{Arrangement, NoiseSource, Sampler, Schedule, Things};
use crate::error::{Cause, Result};

/// Side of the gallery's thumbnails, in points.
pub const CELL: Limit = Limit::new("thumbnail", 96.0, 256.0, 8.0, 136.0);

/// The seed of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seed {
    /// A new one for each job.
    #[default]
    Random,
    Fixed(#[serde(with = "wide")] u64),
}

/// Largest seed that is accepted: all 64 bits, as ComfyUI and PyTorch have them. Random ones have 32, so that they stay
/// short.
pub const SEED_MAX: u64 = u64::MAX;

/// TOML integers have at most 63 bits: larger seeds are strings.
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

parameters! {
    /// Everything that decides what a picture will be, but the model's files.
    struct ImageParams;
    /// The numbers of a picture, but for its size.
    enum ImageParam;

    prompt: String = String::new();
    negative: String = String::new();
    /// A model card's id, or the path of a folder or file.
    model: String = super::STICKER_ID.to_owned();
    width: u32 = 64;
    height: u32 = 64;
    steps: u32 => Steps(STEPS = Limit::new("steps", 1.0, 150.0, 1.0, 24.0).recorded("步数", &["Steps"]));
    /// Classifier-free guidance scale; 0 and 1 both mean off with every model: the prompt alone, one network call a
    /// step.
    guidance: f32 => Guidance(
        GUIDANCE = Limit::new("guidance", 0.0, 30.0, 0.1, 2.0).recorded("引导强度", &["CFG scale", "Guidance scale"])
    );
    seed: Seed = Seed::Random;
    count: u32 => Count(COUNT = Limit::new("count", 1.0, 64.0, 1.0, 1.0));
    sampler: Sampler = Sampler::default();
    schedule: Schedule = Schedule::default();
    noise: NoiseSource = NoiseSource::default();
    /// Guidance rescale: how far the guided prediction is scaled back to the standard deviation of the prompt's own
    /// prediction, 0 to 1 (Lin et al. 2023, arXiv 2305.08891).
    guidance_rescale: f32 => GuidanceRescale(
        GUIDANCE_RESCALE = Limit::new("guidance-rescale", 0.0, 1.0, 0.05, 0.0)
            .recorded("引导重标", &["CFG rescale", "Guidance rescale"])
    );
    /// Which layer of CLIP conditions the picture, counted from the last.
    clip_skip: u32 => ClipSkip(
        CLIP_SKIP = Limit::new("clip-skip", 1.0, 12.0, 1.0, 1.0).recorded("CLIP 跳过层数", &["Clip skip"])
    );
    /// What words of the prompt mean, where a person chose it.
    things: Things = Things::default();
    /// What a person changed of the layers of its scene.
    arrangement: Arrangement = Arrangement::default();
}

impl ImageParams {
    /// Refuses an empty prompt and any slider that is out of range.
    pub fn check(&self) -> Result<()> {
        if self.prompt.trim().is_empty() {
            return Err(Cause::EmptyPrompt.into());
        }
        ImageParam::check_all(self)
    }

    /// Brings every slider into its range.
    pub fn clamp(&mut self) {
        ImageParam::clamp_all(self);
        self.width = self.width.clamp(8, 4096);
        self.height = self.height.clamp(8, 4096);
    }
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
        assert_eq!(GUIDANCE.clamp(f64::NAN), 2.0);
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
