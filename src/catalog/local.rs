//! Picture models that a person put into the models folder: diffusers folders become cards of their own. Only small
//! files and the sizes of large ones are looked at, so that the window need not wait.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::domain::{CardDefaults, Makes, ModelCard, ModelFile, Sampler, Size};
use crate::formats::file::read_text;

const INDEX: &str = "model_index.json";
/// Longest configuration that is read, most folders, most weight files of a model.
const MOST: u64 = 1 << 20;
const MAX_FOLDERS: usize = 1000;
const MAX_FILES: usize = 64;

/// The parts of `model_index.json` that tell the family.
#[derive(Deserialize)]
struct Index {
    #[serde(rename = "_class_name")]
    class: String,
}

/// What `unet/config.json` and the scheduler's say of the model's habits.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Habits {
    cross_attention_dim: serde_json::Value,
    sample_size: serde_json::Value,
    time_cond_proj_dim: Option<u64>,
    guidance_embeds: bool,
    timestep_spacing: String,
}

/// A card for each diffusers folder below `folder` that the studio can draw with.
pub fn scan(folder: &Path) -> Vec<ModelCard> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .take(MAX_FOLDERS)
        .map(|entry| entry.path())
        .filter(|path| path.join(INDEX).is_file())
        .filter_map(|path| card(&path))
        .collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

fn card(folder: &Path) -> Option<ModelCard> {
    let index: Index = serde_json::from_str(&read_text(&folder.join(INDEX), MOST).ok()?).ok()?;
    let habits = |path: &str| -> Habits {
        read_text(&folder.join(path), MOST).ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
    };
    let (unet, scheduler) = (habits("unet/config.json"), habits("scheduler/scheduler_config.json"));
    let transformer = habits("transformer/config.json");
    let name = folder.file_name()?.to_string_lossy().into_owned();
    let family = match index.class.as_str() {
        "StableDiffusionXLPipeline" => Family::Xl,
        "StableDiffusionPipeline" | "LatentConsistencyModelPipeline" if unet.cross_attention_dim == 1024 => Family::Two,
        "StableDiffusionPipeline" | "LatentConsistencyModelPipeline" => Family::One,
        "StableDiffusion3Pipeline" => Family::Three,
        "FluxPipeline" => Family::Flux,
        "ZImagePipeline" => Family::ZImage,
        _ => return None,
    };
    // Models of few steps say so by their scheduler, or by their names alone.
    let lower = name.to_lowercase();
    let few = unet.time_cond_proj_dim.is_some()
        || scheduler.timestep_spacing == "trailing"
        // FLUX schnell is the one that was not distilled with guidance.
        || (matches!(family, Family::Flux) && !transformer.guidance_embeds)
        || ["turbo", "lcm", "lightning", "hyper", "schnell"].iter().any(|word| lower.contains(word));
    let files = weights(folder);
    if files.is_empty() {
        return None;
    }
    let bytes: u64 = files.iter().map(|f| f.bytes).sum();
    let side = match family {
        // The UNet's own size is in latents of eight pixels.
        Family::Two if unet.sample_size == 96 => 768,
        Family::Xl if few => 512,
        Family::One | Family::Two => 512,
        _ => 1024,
    };
    Some(ModelCard {
        id: name.clone(),
        name,
        makes: Makes::Image,
        family: family.name().to_owned(),
        about: format!("{}, from your models folder.", family.title(few)),
        about_zh: format!("{}，来自你的模型文件夹。", family.title(few)),
        licence: String::new(),
        // Files are mostly in half precision, and computed with in full.
        memory: bytes.saturating_mul(2),
        files,
        sizes: sizes(side),
        defaults: CardDefaults {
            width: Some(side),
            height: Some(side),
            steps: Some(family.steps(few)),
            guidance: Some(family.guidance(few)),
            sampler: Some(if family.is_flow() { Sampler::Euler } else { Sampler::Automatic }),
            ..CardDefaults::default()
        },
        examples: Vec::new(),
        examples_zh: Vec::new(),
    })
}

#[derive(Clone, Copy)]
enum Family {
    One,
    Two,
    Xl,
    Three,
    Flux,
    ZImage,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::One => "stable-diffusion-1",
            Self::Two => "stable-diffusion-2",
            Self::Xl => "stable-diffusion-xl",
            Self::Three => "sd3",
            Self::Flux => "flux",
            Self::ZImage => "z-image",
        }
    }

    fn is_flow(self) -> bool {
        matches!(self, Self::Three | Self::Flux | Self::ZImage)
    }

    /// As the families' own pipelines have it.
    fn steps(self, few: bool) -> u32 {
        match self {
            Self::ZImage => 8,
            _ if few => 4,
            Self::Three | Self::Flux => 28,
            _ => 20,
        }
    }

    fn guidance(self, few: bool) -> f32 {
        match self {
            // Its scale counts from the prompt's own prediction: 0 is off.
            Self::ZImage => 0.0,
            _ if few => 1.0,
            Self::Three => 4.5,
            Self::Flux => 3.5,
            _ => 7.0,
        }
    }

    fn title(self, few: bool) -> &'static str {
        match (self, few) {
            (Self::One, false) => "Stable Diffusion 1.x",
            (Self::One, true) => "Stable Diffusion 1.x (LCM, Turbo)",
            (Self::Two, false) => "Stable Diffusion 2.x",
            (Self::Two, true) => "Stable Diffusion Turbo",
            (Self::Xl, false) => "Stable Diffusion XL",
            (Self::Xl, true) => "Stable Diffusion XL (Turbo, Lightning, LCM)",
            (Self::Three, _) => "Stable Diffusion 3",
            (Self::Flux, false) => "FLUX.1 dev",
            (Self::Flux, true) => "FLUX.1 schnell",
            (Self::ZImage, _) => "Z-Image",
        }
    }
}

/// Square, and the usual upright and wide ones of about as many pixels.
fn sizes(side: u32) -> Vec<Size> {
    let (long, short) = match side {
        1024 => (1216, 832),
        768 => (960, 640),
        _ => (640, 448),
    };
    [(side, side), (short, long), (long, short)].map(|(width, height)| Size { width, height }).to_vec()
}

/// The weight files of a folder's parts, by their paths within it.
fn weights(folder: &Path) -> Vec<ModelFile> {
    let mut files = Vec::new();
    for part in ["text_encoder", "text_encoder_2", "text_encoder_3", "unet", "transformer", "vae"] {
        for entry in fs::read_dir(folder.join(part)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(about) = fs::metadata(entry.path()) else { continue };
            let weights = [".safetensors", ".bin"].iter().any(|ending| name.ends_with(ending));
            if weights && about.is_file() && files.len() < MAX_FILES {
                let name = format!("{part}/{name}");
                files.push(ModelFile { name, bytes: about.len(), sha256: String::new(), sources: Vec::new() });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::domain::{ModelFiles, ModelPresence};

    #[test]
    fn diffusers_folders_become_models_that_can_be_used() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines");
        let cards = scan(&fixtures);
        let family = |id: &str| cards.iter().find(|c| c.id == id).map(|c| (c.family.as_str(), c.defaults.steps));
        assert_eq!(family("sd15"), Some(("stable-diffusion-1", Some(20))));
        assert_eq!(family("sdxl"), Some(("stable-diffusion-xl", Some(20))));
        assert_eq!(family("sd3"), Some(("sd3", Some(28))));
        assert_eq!(family("flux-schnell"), Some(("flux", Some(4))));
        assert_eq!(family("flux-dev"), Some(("flux", Some(28))));
        assert_eq!(family("zimage"), Some(("z-image", Some(8))));
        assert_eq!(family("turbo"), Some(("stable-diffusion-1", Some(4))), "its scheduler is one of few steps");
        let catalog = Catalog::load(&fixtures);
        let card = catalog.card("sd15").unwrap();
        assert!(matches!(catalog.presence(card), ModelPresence::Here { .. }));
        let model = catalog.resolve("sd15", Makes::Image).unwrap();
        assert_eq!(model.files, ModelFiles::Folder(fixtures.join("sd15")));
        assert!(catalog.resolve("sd15", Makes::Text).is_err());
    }

    #[test]
    fn what_is_no_model_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, text: &str| {
            let place = folder.path().join(name);
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join(INDEX), text).unwrap();
        };
        make("broken", "{");
        make("other", r#"{"_class_name": "AudioLDMPipeline"}"#);
        make("empty", r#"{"_class_name": "StableDiffusionPipeline"}"#);
        fs::create_dir_all(folder.path().join("odd").join(INDEX)).unwrap();
        assert!(scan(folder.path()).is_empty());
        assert!(scan(&folder.path().join("missing")).is_empty());
    }
}
