//! From the settings of a picture to the sliders: what they cannot take is reported, never changed in silence.

use super::{
    CLIP_SKIP, GUIDANCE_RESCALE, ImageParam, ImageParams, ModelCard, NoiseSource, Parameter, PictureFamily,
    PictureRecord, Sampler, Schedule, round_f32,
};
use crate::error::{Cause, Result};
use crate::lang::Both;

/// Sentences about settings that could not be taken as a picture names them.
pub mod told {
    use crate::domain::FreeSize;
    use crate::lang::Both;

    /// A value that is not ours, and ours in its place.
    pub fn instead(said: &str, set: &str) -> Both {
        Both::new(format!("The picture says {said}; {set} is set instead."), format!("图片中是 {said}，改用 {set}。"))
    }

    /// The same with the setting's own name.
    pub fn named(what: &Both, said: &str, set: &str) -> Both {
        Both::new(
            format!("The picture says {} {said}; {set} is set instead.", what.en),
            format!("图片中的{}是 {said}，改用 {set}。", what.zh),
        )
    }

    /// A number outside the range of its slider, and the value that is set.
    pub fn out_of_range(what: &Both, said: f64, (min, max): (f64, f64), set: f64) -> Both {
        Both::new(
            format!("The picture says {} {said}, which is not within {min} to {max}; {set} is set instead.", what.en),
            format!("图片中的{}是 {said}，超出 {min} 到 {max} 的范围，改用 {set}。", what.zh),
        )
    }

    /// A model of the picture that is not on this machine.
    pub fn not_here(model: &str) -> Both {
        Both::new(format!("The picture's model {model} is not here."), format!("图片所用的模型 {model} 不在这里。"))
    }

    /// A size that the model does not draw, and why.
    pub fn size(said: (u32, u32), set: (u32, u32), free: Option<FreeSize>) -> Both {
        let [said, set] = [said, set].map(|(w, h)| format!("{w}x{h}"));
        let Some(free) = free else { return named(&Both::new("size", "尺寸"), &said, &set) };
        let (n, min, max) = (free.multiple, FreeSize::SHORTEST, free.longest);
        Both::new(
            format!(
                "The picture says size {said}, but this model draws sides in multiples of {n} from {min} to {max}; {set} is set instead."
            ),
            format!("图片中的尺寸是 {said}，但这个模型的边长须为 {n} 的倍数（{min} 到 {max}），改用 {set}。"),
        )
    }

    /// A setting that the model does not take.
    pub fn no_effect(what: &Both, said: &str) -> Both {
        Both::new(
            format!("The picture says {} {said}, which has no effect on this model and is left out.", what.en),
            format!("图片中的{}是 {said}，对这个模型不起作用，已略去。", what.zh),
        )
    }
}

/// The sliders that change a model's pictures; the others have no effect on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    pub samplers: &'static [Sampler],
    pub schedule: bool,
    pub noise: bool,
    pub rescale: bool,
    pub clip_skip: bool,
    /// FLUX has no negative prompt, FLUX schnell no guidance either.
    pub negative: bool,
    pub guidance: bool,
    /// The built-in model draws the things that a prompt names.
    pub things: bool,
}

impl Takes {
    /// Stable Diffusion 1.x, 2.x and XL.
    pub const DIFFUSION: Self = Self {
        samplers: &Sampler::DIFFUSION,
        schedule: true,
        noise: true,
        rescale: true,
        clip_skip: true,
        negative: true,
        guidance: true,
        things: false,
    };
    pub const SD3: Self = Self { samplers: &Sampler::FLOW, schedule: false, ..Self::DIFFUSION };
    /// Flows without CLIP's layers.
    pub const FLOW: Self = Self { clip_skip: false, ..Self::SD3 };
    pub const STICKER: Self = Self { noise: false, rescale: false, things: true, ..Self::FLOW };

    /// Of a family, by the name that the cards give it.
    pub fn of(family: &str) -> Self {
        match PictureFamily::of_id(family) {
            Some(family) => family.takes(),
            None if family == super::STICKER_FAMILY => Self::STICKER,
            None => Self::DIFFUSION,
        }
    }

    /// Whether this number changes the pictures.
    pub fn number(&self, number: ImageParam) -> bool {
        match number {
            ImageParam::Steps | ImageParam::Count => true,
            ImageParam::Guidance => self.guidance,
            ImageParam::GuidanceRescale => self.rescale,
            ImageParam::ClipSkip => self.clip_skip,
        }
    }
}

/// Whether a sampler uses the training's own timesteps, so that a schedule has no effect on it.
fn is_timed(sampler: Sampler) -> bool {
    matches!(sampler, Sampler::Ddim | Sampler::Plms | Sampler::Lcm)
}

/// A setting that some models do not take.
struct Extra {
    /// The flag's name.
    name: &'static str,
    words: Both,
    takes: fn(&Takes) -> bool,
    /// Its value in words; `None` where it is off.
    said: fn(&ImageParams) -> Option<String>,
    off: fn(&mut ImageParams),
}

fn extras() -> [Extra; 6] {
    [
        Extra {
            name: "schedule",
            words: Both::new("schedule", "调度"),
            takes: |takes| takes.schedule,
            said: |p| (p.schedule != Schedule::Automatic).then(|| p.schedule.name().to_owned()),
            off: |p| p.schedule = Schedule::Automatic,
        },
        Extra {
            name: "rng",
            words: Both::new("noise source", "噪声来源"),
            takes: |takes| takes.noise,
            said: |p| (p.noise != NoiseSource::Native).then(|| p.noise.name().to_owned()),
            off: |p| p.noise = NoiseSource::Native,
        },
        Extra {
            name: GUIDANCE_RESCALE.name,
            words: Both::new("guidance rescale", "引导重标"),
            takes: |takes| takes.rescale,
            said: |p| (p.guidance_rescale != 0.0).then(|| p.guidance_rescale.to_string()),
            off: |p| p.guidance_rescale = 0.0,
        },
        Extra {
            name: CLIP_SKIP.name,
            words: Both::new("clip skip", "CLIP 跳过层数"),
            takes: |takes| takes.clip_skip,
            said: |p| (p.clip_skip != 1).then(|| p.clip_skip.to_string()),
            off: |p| p.clip_skip = 1,
        },
        Extra {
            name: "thing",
            words: Both::new("meaning of words", "词义"),
            takes: |takes| takes.things,
            said: |p| (!p.things.is_empty()).then(|| p.things.to_string()),
            off: |p| p.things.clear(),
        },
        Extra {
            name: "arrange",
            words: Both::new("arrangement of layers", "图层排布"),
            takes: |takes| takes.things,
            said: |p| (!p.arrangement.is_empty()).then(|| p.arrangement.to_string()),
            off: |p| p.arrangement.clear(),
        },
    ]
}

impl ImageParams {
    /// Takes prompt and sliders of a picture, but for its model and size, as far as they change the pictures of a model
    /// that `takes` them. The sentences say what could not be taken, each setting once.
    pub fn take(&mut self, record: &PictureRecord, takes: Option<&Takes>) -> Vec<Both> {
        let (model, width, height) = (std::mem::take(&mut self.model), self.width, self.height);
        *self = Self { model, width, height, count: 1, ..record.params.clone() };
        let mut notes = record.notes.clone();
        notes.extend(ImageParam::ALL.iter().filter_map(|number| self.clamp_number(*number)));
        let fitted = takes.map(|takes| self.fit(takes)).unwrap_or_default();
        // What was set in the place of another program's sampler is not set after all where the model does not have it.
        if let (Some(said), false) = (&record.sampler_said, self.sampler == record.sampler) {
            let (first, second) = (record.sampler.name(), self.sampler.name());
            let (was, ours) = (told::instead(said, first), told::instead(first, second));
            notes.retain(|note| *note != was);
            notes.push(told::instead(said, second));
            notes.extend(fitted.into_iter().filter(|note| *note != ours));
        } else {
            notes.extend(fitted);
        }
        notes
    }

    /// Brings a number into its range; what was changed, in words.
    fn clamp_number(&mut self, number: ImageParam) -> Option<Both> {
        let (limit, said) = (number.limit(), number.get(self));
        number.clamp(self);
        let set = number.get(self);
        let words = Both::new(limit.name.replace('-', " "), limit.zh);
        (set != said).then(|| told::out_of_range(&words, said, (limit.min, limit.max), set))
    }

    /// Switches off what has no effect on a model, and says so.
    pub fn fit(&mut self, takes: &Takes) -> Vec<Both> {
        let mut notes = Vec::new();
        if self.sampler != Sampler::Automatic && !takes.samplers.contains(&self.sampler) {
            notes.push(told::instead(self.sampler.name(), Sampler::default().name()));
            self.sampler = Sampler::default();
        }
        let takes = &Takes { schedule: takes.schedule && !is_timed(self.sampler), ..*takes };
        for extra in extras().iter().filter(|extra| !(extra.takes)(takes)) {
            if let Some(said) = (extra.said)(self) {
                notes.push(told::no_effect(&extra.words, &said));
                (extra.off)(self);
            }
        }
        notes
    }

    /// Refuses what has no effect on a model.
    pub fn check_for(&self, takes: &Takes, model: &str) -> Result<()> {
        if self.sampler != Sampler::Automatic && !takes.samplers.contains(&self.sampler) {
            let choices = Both::same(takes.samplers.iter().map(|s| s.name()).collect::<Vec<_>>().join(", "));
            return Err(Cause::BadChoice { name: "sampler", value: Both::same(self.sampler.name()), choices }.into());
        }
        for extra in extras() {
            if let (false, Some(value)) = ((extra.takes)(takes), (extra.said)(self)) {
                return Err(Cause::NoEffect { name: extra.name, value, model: model.to_owned() }.into());
            }
        }
        if is_timed(self.sampler) && self.schedule != Schedule::Automatic {
            let (value, model) = (self.schedule.name().to_owned(), self.sampler.name().to_owned());
            return Err(Cause::NoEffect { name: "schedule", value, model }.into());
        }
        Ok(())
    }
}

/// Endings of the files of models, which some programs write with a model's name.
const ENDINGS: [&str; 5] = [".safetensors", ".ckpt", ".gguf", ".sft", ".pt"];
/// Digits of a hash that tell a model from others; A1111 writes so many.
const SHORT_HASH: usize = 10;

/// A path's last part, in whichever system it was written.
fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

impl PictureRecord {
    /// Of these models, the one that the picture names: by its id or the name of its file, else by the hash of its
    /// weights.
    pub fn model_among<'a>(&self, cards: impl Iterator<Item = &'a ModelCard> + Clone) -> Option<&'a ModelCard> {
        let name = last_part(&self.model);
        let bare = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        let hash = self.model_hash.to_ascii_lowercase();
        let named = |id: &str| id == self.model || (!bare.is_empty() && id.eq_ignore_ascii_case(bare));
        let hashed = |sha256: &str| hash.len() >= SHORT_HASH && sha256.starts_with(&hash);
        let found = cards.clone().find(|card| named(&card.id));
        found.or_else(|| cards.clone().find(|card| card.files.first().is_some_and(|file| hashed(&file.sha256))))
    }

    /// Whether the picture names the file at this path, which has no card.
    pub fn names_file(&self, path: &str) -> bool {
        !self.model.is_empty() && path.contains(['/', '\\']) && last_part(path) == last_part(&self.model)
    }

    /// Of the settings of a job, those that had an effect on the model.
    pub fn had_effect(mut self, takes: &Takes) -> Self {
        if !takes.schedule || is_timed(self.sampler) {
            self.schedule = Schedule::Automatic;
        }
        if !takes.noise {
            self.noise = NoiseSource::Native;
        }
        if !takes.rescale || round_f32(self.guidance) <= 1.0 {
            self.guidance_rescale = 0.0;
        }
        if !takes.clip_skip {
            self.clip_skip = 1;
        }
        if !takes.negative {
            self.negative.clear();
        }
        if !takes.guidance {
            self.guidance = 1.0;
        }
        if !takes.things {
            self.things.clear();
            self.arrangement.clear();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Seed;
    use crate::lang::Lang;

    fn english(notes: &[Both]) -> Vec<&str> {
        notes.iter().map(|note| note.get(Lang::En)).collect()
    }

    #[test]
    fn values_out_of_range_are_told_with_what_is_set() {
        let record = PictureRecord {
            params: ImageParams {
                steps: 200,
                guidance: 45.0,
                clip_skip: 0,
                seed: Seed::Fixed(7),
                ..PictureRecord::default().params
            },
            ..PictureRecord::default()
        };
        let mut params = ImageParams::default();
        let notes = params.take(&record, None);
        assert_eq!((params.steps, params.guidance, params.clip_skip, params.seed), (150, 30.0, 1, Seed::Fixed(7)));
        assert_eq!(
            english(&notes),
            [
                "The picture says steps 200, which is not within 1 to 150; 150 is set instead.",
                "The picture says guidance 45, which is not within 0 to 30; 30 is set instead.",
                "The picture says clip skip 0, which is not within 1 to 12; 1 is set instead.",
            ]
        );
        assert!(notes.iter().all(|note| !note.zh.is_empty() && note.zh != note.en));
        assert!(ImageParams::default().take(&PictureRecord::default(), None).is_empty());
    }

    #[test]
    fn a_seed_of_64_bits_is_kept_and_none_is_random() {
        let mut params = ImageParams::default();
        params.take(
            &PictureRecord {
                params: ImageParams { seed: Seed::Fixed(648_312_782_957_426), ..PictureRecord::default().params },
                ..PictureRecord::default()
            },
            None,
        );
        assert_eq!(params.seed, Seed::Fixed(648_312_782_957_426));
        params.take(
            &PictureRecord {
                params: ImageParams { seed: Seed::Random, ..PictureRecord::default().params },
                ..PictureRecord::default()
            },
            None,
        );
        assert_eq!(params.seed, Seed::Random);
    }

    #[test]
    fn what_has_no_effect_on_a_model_is_refused_or_left_out_and_not_recorded() {
        let all = ImageParams {
            schedule: Schedule::Karras,
            noise: NoiseSource::Torch,
            guidance_rescale: 0.5,
            clip_skip: 4,
            ..ImageParams::default()
        };
        let sticker = Takes::of("sticker-flow");
        let mut fitted = all.clone();
        assert_eq!(fitted.fit(&sticker).len(), 4);
        assert_eq!(fitted, ImageParams::default());
        fitted.check_for(&sticker, "sticker-64").unwrap();
        let mut left = all.clone();
        for name in ["schedule", "rng", "guidance-rescale", "clip-skip"] {
            let error = left.check_for(&sticker, "sticker-64").unwrap_err();
            assert!(matches!(error.cause(), Cause::NoEffect { name: n, .. } if *n == name), "{error:?}");
            let extra = extras().into_iter().find(|extra| extra.name == name).unwrap();
            (extra.off)(&mut left);
        }
        let recorded = PictureRecord::of(&all, 1).had_effect(&sticker);
        assert_eq!(recorded, PictureRecord::of(&ImageParams::default(), 1));

        let diffusion = Takes::of("stable-diffusion-1");
        all.check_for(&diffusion, "sd15").unwrap();
        assert!(all.clone().fit(&diffusion).is_empty());
        assert_eq!(PictureRecord::of(&all, 1).had_effect(&diffusion), PictureRecord::of(&all, 1));
        let mut ddim = ImageParams { sampler: Sampler::Ddim, ..all.clone() };
        assert!(
            matches!(ddim.check_for(&diffusion, "sd15").unwrap_err().cause(), Cause::NoEffect { model, .. } if model == "DDIM")
        );
        assert_eq!(PictureRecord::of(&ddim, 1).had_effect(&diffusion).schedule, Schedule::Automatic);
        assert_eq!(
            (ddim.fit(&diffusion).len(), ddim.schedule, ddim.noise),
            (1, Schedule::Automatic, NoiseSource::Torch)
        );
        let schnell = Takes { negative: false, guidance: false, ..Takes::FLOW };
        let said = ImageParams { negative: "blurry".into(), guidance: 5.0, ..ImageParams::default() };
        let recorded = PictureRecord::of(&said, 1).had_effect(&schnell);
        assert_eq!((recorded.negative.as_str(), recorded.guidance), ("", 1.0));
        let off = ImageParams { guidance: 1.0, ..all };
        assert_eq!(PictureRecord::of(&off, 1).had_effect(&diffusion).guidance_rescale, 0.0);
    }

    #[test]
    fn a_sampler_that_the_model_has_not_is_named() {
        let mut params = ImageParams { sampler: Sampler::DpmPp2M, ..ImageParams::default() };
        assert!(params.check_for(&Takes::of("flux"), "flux").is_err());
        assert_eq!(english(&params.fit(&Takes::of("flux"))), ["The picture says DPM++ 2M; Euler is set instead."]);
        assert_eq!(params.sampler, Sampler::Euler);
    }

    /// Regression: one note said that DPM++ 2M is set, the next that Euler is.
    #[test]
    fn a_sampler_that_is_replaced_twice_is_told_once() {
        let record = PictureRecord {
            params: ImageParams { sampler: Sampler::DpmPp2M, ..PictureRecord::default().params },
            sampler_said: Some("dpmpp_2m_v2".into()),
            notes: vec![told::instead("dpmpp_2m_v2", "DPM++ 2M")],
            ..PictureRecord::default()
        };
        let mut params = ImageParams::default();
        assert_eq!(
            english(&params.take(&record, Some(&Takes::FLOW))),
            ["The picture says dpmpp_2m_v2; Euler is set instead."]
        );
        assert_eq!(params.sampler, Sampler::Euler);
        assert_eq!(
            english(&params.take(&record, Some(&Takes::DIFFUSION))),
            ["The picture says dpmpp_2m_v2; DPM++ 2M is set instead."]
        );
    }
}
