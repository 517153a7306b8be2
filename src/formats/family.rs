//! Which model a denoiser is, and what follows from that: the parts it needs, its scheduler, its defaults.

use std::path::Path;

use serde_json::{Value, json};

use super::dtype::Dtype;
use super::header::Header;
use super::layout::{Found, Part};

pub use crate::domain::PictureFamily as Family;

impl Family {
    /// Of a diffusers folder, by the class that its index names; `None` where that is none of these.
    pub fn of_folder(folder: &Path) -> Option<Self> {
        let json = |name: &str| super::file::read_json(&folder.join(name), 1 << 20).ok();
        let index = json("model_index.json")?;
        match index.get("_class_name")?.as_str()? {
            "StableDiffusionXLPipeline" => Some(Self::Xl),
            "StableDiffusionPipeline" | "LatentConsistencyModelPipeline" => {
                let unet = json("unet/config.json");
                let wide = unet.is_some_and(|unet| unet.get("cross_attention_dim") == Some(&json!(1024)));
                Some(if wide { Self::Sd2 } else { Self::Sd1 })
            }
            "StableDiffusion3Pipeline" => Some(Self::Sd3),
            "FluxPipeline" => Some(Self::Flux),
            "ZImagePipeline" => Some(Self::ZImage),
            _ => None,
        }
    }
}

/// A part that a model cannot draw without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    Vae,
    ClipL,
    ClipH,
    ClipG,
    T5,
    Qwen3,
}

impl Lack {
    pub fn name(self) -> &'static str {
        match self {
            Self::Vae => "VAE",
            Self::ClipL => "CLIP-L",
            Self::ClipH => "OpenCLIP-H",
            Self::ClipG => "OpenCLIP-G",
            Self::T5 => "T5-XXL",
            Self::Qwen3 => "Qwen3-4B",
        }
    }

    /// Whether a CLIP of this width is the one that is meant.
    pub fn is_clip_of(self, width: usize) -> bool {
        match self {
            Self::ClipL => width <= 768,
            Self::ClipH => (769..=1024).contains(&width),
            Self::ClipG => width > 1024,
            _ => false,
        }
    }
}

/// A family, and what else the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub family: Family,
    /// Trained to draw in a few steps (Turbo, Lightning, LCM, schnell).
    pub few: bool,
    /// Guidance-distilled: takes the guidance scale as an input (LCM, FLUX dev).
    pub distilled: bool,
    /// Whether it predicts velocity rather than noise, where that is known.
    pub velocity: Option<bool>,
    pub zero_snr: bool,
}

/// Words that mark few-step models by name; their files do not say so.
const FEW: [&str; 3] = ["turbo", "lcm", "lightning"];
/// ByteDance's Hyper is meant where one of these follows, or nothing: the word is an adjective too.
const HYPER: [&str; 6] = ["sd", "sdxl", "xl", "vae", "unet", "lora"];

/// The words of a file's name, in lower case. Parts of words do not count: "turbocharged" is no Turbo.
fn words(name: &str) -> Vec<String> {
    name.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a model's name says that it draws in a few steps.
pub fn few_by_name(name: &str) -> bool {
    let words = words(name);
    let hyper = |(i, word): (usize, &String)| {
        let next = words.get(i + 1).map(String::as_str);
        word == "hyper"
            && next
                .is_none_or(|next| HYPER.contains(&next) || ENDINGS.contains(&next) || next.contains(char::is_numeric))
    };
    words.iter().any(|word| FEW.contains(&word.as_str())) || words.iter().enumerate().any(hyper)
}

pub use crate::domain::MODEL_ENDINGS as ENDINGS;

/// Whether a model's name says that it predicts velocity: "vpred", "v-pred", "768-v".
fn velocity_by_name(name: &str) -> bool {
    let words = words(name);
    let pairs = words.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str()));
    words.iter().any(|word| word.starts_with("vpred"))
        || pairs.into_iter().any(|(a, b)| (a == "v" && b.starts_with("pred")) || (a == "768" && b == "v"))
}

/// Of the denoiser `found` with `tensors` by diffusers' names; `whole` is the file's own header, `model` the file or
/// folder that a person knows the model by.
pub fn variant(found: &Found, tensors: &Header, whole: &Header, model: &Path) -> Variant {
    let name = model.file_name().unwrap_or_default().to_string_lossy();
    let distilled = match found.part {
        Part::Flux => tensors.any_below("time_text_embed.guidance_embedder."),
        _ => tensors.has("time_embedding.cond_proj.weight"),
    };
    let width =
        || tensors.tensors.iter().find(|(n, _)| n.ends_with("attn2.to_k.weight")).and_then(|(_, e)| e.shape.get(1));
    let family = match found.part {
        Part::Sd3 => Family::Sd3,
        Part::Flux => Family::Flux,
        Part::ZImage => Family::ZImage,
        _ if tensors.any_below("add_embedding.") => Family::Xl,
        _ if width().is_some_and(|w| *w == 1024) => Family::Sd2,
        _ => Family::Sd1,
    };
    let few = match family {
        Family::Flux => !distilled,
        _ => few_by_name(&name) || distilled,
    };
    // Fine-tunes mark themselves; `modelspec` is the model sites' standard.
    let spec = |key: &str| whole.metadata.get(key).map(|v| v.to_lowercase());
    let said = spec("modelspec.prediction_type").or_else(|| spec("modelspec.predict_key"));
    let velocity = match said.as_deref() {
        _ if is_marked(whole, "v_pred") => Some(true),
        Some(said) if said.starts_with('v') => Some(true),
        Some("epsilon" | "eps") => Some(false),
        _ if let Some(velocity) = written_beside(model) => Some(velocity),
        _ if velocity_by_name(&name) => Some(true),
        // Its base model and Turbo predict noise, the larger one velocity, and shapes do not tell.
        _ if family == Family::Sd2 && !few => None,
        _ => Some(false),
    };
    Variant { family, few, distilled, velocity, zero_snr: is_marked(whole, "ztsnr") }
}

/// Whether a file has a marker tensor: `v_pred` (the model predicts velocity) or `ztsnr` (it was trained with zero
/// terminal SNR). Only their presence counts.
pub fn is_marked(whole: &Header, mark: &str) -> bool {
    whole.tensors.keys().any(|name| name.strip_suffix(mark).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether the LDM `.yaml` beside a checkpoint says `parameterization: "v"`; `None`: there is
/// none.
fn written_beside(model: &Path) -> Option<bool> {
    let path = model.with_extension("yaml");
    let small = path.metadata().is_ok_and(|about| about.is_file() && about.len() < 1 << 16);
    let text = small.then(|| super::file::read_text(&path, 1 << 16).ok()).flatten()?;
    if !text.contains("LatentDiffusion") {
        return None;
    }
    let value = text.lines().find_map(|line| line.trim().strip_prefix("parameterization:"));
    Some(value.is_some_and(|value| value.trim().trim_matches(['"', '\'']) == "v"))
}

impl Variant {
    /// As people call it.
    pub fn name(&self) -> &'static str {
        match (self.family, self.few) {
            (Family::Sd1, true) => "Stable Diffusion 1.x (LCM, Hyper)",
            (Family::Sd2, true) => "Stable Diffusion Turbo",
            (Family::Xl, true) => "Stable Diffusion XL (Turbo, Lightning, LCM)",
            (Family::Flux, false) => "FLUX.1 dev",
            (Family::Flux, true) => "FLUX.1 schnell",
            (family, _) => family.name(),
        }
    }

    /// 0 where a file's name speaks of the family, 1 where it speaks of none, 2 where of another.
    pub fn name_distance(&self, path: &Path) -> u8 {
        let words = words(&path.file_name().unwrap_or_default().to_string_lossy());
        // Words that begin so: "sdxlvae", "sd35", "flux1". The short ones are whole words, which others begin with too.
        let starts: [(&str, &[Family]); 8] = [
            ("sdxl", &[Family::Xl]),
            ("taesdxl", &[Family::Xl]),
            ("sd3", &[Family::Sd3]),
            ("taesd3", &[Family::Sd3]),
            ("flux", &[Family::Flux, Family::ZImage]),
            ("taef1", &[Family::Flux, Family::ZImage]),
            ("zimage", &[Family::ZImage]),
            ("840000", &[Family::Sd1, Family::Sd2]),
        ];
        let whole: [(&str, &[Family]); 2] = [("xl", &[Family::Xl]), ("ae", &[Family::Flux, Family::ZImage])];
        let by_start = starts.iter().filter(|(mark, _)| words.iter().any(|word| word.starts_with(mark)));
        let by_word = whole.iter().filter(|(mark, _)| words.iter().any(|word| word == mark));
        let mut said: Vec<&[Family]> = by_start.chain(by_word).map(|(_, families)| *families).collect();
        if words.windows(2).any(|pair| pair == ["z", "image"]) {
            said.push(&[Family::ZImage]);
        }
        match (said.is_empty(), said.iter().any(|families| families.contains(&self.family))) {
            (_, true) => 0,
            (true, _) => 1,
            _ => 2,
        }
    }

    /// Pixels of the side that it draws best, where nothing else says so.
    pub fn side(&self) -> u32 {
        self.family.side(self.few)
    }

    /// The CLIPs that read its prompts, in order.
    pub fn clips(&self) -> &'static [Lack] {
        match self.family {
            Family::Sd1 | Family::Flux => &[Lack::ClipL],
            Family::Sd2 => &[Lack::ClipH],
            Family::Xl | Family::Sd3 => &[Lack::ClipL, Lack::ClipG],
            Family::ZImage => &[],
        }
    }

    /// The parts that it needs beside its denoiser. Stable Diffusion 3 also runs without T5.
    pub fn needs(&self) -> Vec<Lack> {
        let large = match self.family {
            Family::Flux => Some(Lack::T5),
            Family::ZImage => Some(Lack::Qwen3),
            _ => None,
        };
        self.clips().iter().copied().chain(large).chain([Lack::Vae]).collect()
    }

    /// `scheduler_config.json` as the family's own folders have it.
    pub fn scheduler(&self) -> Value {
        match self.family {
            Family::Sd3 | Family::ZImage => json!({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}),
            Family::Flux if self.few => json!({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 1.0}),
            Family::Flux => json!({
                "_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0, "use_dynamic_shifting": true,
                "base_shift": 0.5, "max_shift": 1.15, "base_image_seq_len": 256, "max_image_seq_len": 4096,
            }),
            _ => json!({
                "_class_name": if self.few && self.distilled { "LCMScheduler" } else { "EulerDiscreteScheduler" },
                "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1,
                "timestep_spacing": if self.few && !self.distilled { "trailing" } else { "leading" },
                "prediction_type": if self.velocity == Some(true) { "v_prediction" } else { "epsilon" },
                "rescale_betas_zero_snr": self.zero_snr,
            }),
        }
    }
}

/// The type of most values.
pub fn precision(header: &Header) -> String {
    let mut counts: Vec<(Dtype, u64)> = Vec::new();
    for entry in header.tensors.values() {
        match counts.iter_mut().find(|(dtype, _)| *dtype == entry.dtype) {
            Some((_, n)) => *n += entry.elements(),
            None => counts.push((entry.dtype, entry.elements())),
        }
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map_or_else(|| "?".to_owned(), |(dtype, _)| dtype.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_says_nothing() {
        for few in [
            "sdxl-turbo",
            "sd_xl_turbo_1.0.safetensors",
            "LCM_Dreamshaper_v7",
            "sdxl_lightning_4step.safetensors",
            "Hyper-SD15-8steps",
            "realistic_v6_Hyper.safetensors",
            "epic_hyper",
        ] {
            assert!(few_by_name(few), "{few}");
        }
        for plain in [
            "HyperRealism_v3",
            "hyper-realism.safetensors",
            "Hyperion",
            "dualcmix",
            "turbocharged_v2",
            "enlightning",
            "lightningBolt",
            "talcmine",
        ] {
            assert!(!few_by_name(plain), "{plain}");
        }
        for velocity in ["noob-vpred-1.0", "x_v-pred", "x.v_prediction", "768-v-ema.ckpt", "model_vPred10"] {
            assert!(velocity_by_name(velocity), "{velocity}");
        }
        for noise in ["768_vae_fix", "movpredator", "mv_pred", "1768-v2"] {
            assert!(!velocity_by_name(noise), "{noise}");
        }
    }
}
