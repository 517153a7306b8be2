//! The diffusers layout: `model_index.json` names the pipeline, each part has a folder with its configuration.

use std::path::Path;

use serde_json::Value;

use super::Opened;
use crate::domain::Sampler;
use crate::engine::image::nets::clip::ClipConfig;
use crate::engine::image::nets::options::Options;
use crate::engine::image::nets::unet::UnetConfig;
use crate::engine::image::nets::vae::VaeConfig;
use crate::engine::image::prompt::ClipTokens;
use crate::engine::image::sampling::SchedulerConfig;
use crate::engine::image::weights::component;
use crate::error::{Cause, Result};
use crate::formats::Header;
use crate::formats::file::{bad, read_text};

const INDEX: &str = "model_index.json";
/// Longest configuration that is read.
const MOST: u64 = 1 << 20;

/// Whether a folder is laid out so.
pub fn is_folder(path: &Path) -> bool {
    path.join(INDEX).is_file()
}

pub fn open(folder: &Path) -> Result<Opened> {
    let index = options(&folder.join(INDEX))?;
    let xl = match index.text("_class_name", "")? {
        "StableDiffusionPipeline" | "LatentConsistencyModelPipeline" => false,
        "StableDiffusionXLPipeline" => true,
        _ => {
            let known = "StableDiffusionPipeline, StableDiffusionXLPipeline, LatentConsistencyModelPipeline";
            return Err(index.unsupported("_class_name", known));
        }
    };
    let part = |name: &str| -> Result<(Options, Header)> {
        let place = folder.join(name);
        if !place.is_dir() {
            return Err(bad(folder, format!("its part {name} is not there")));
        }
        Ok((options(&place.join("config.json"))?, component(&place)?))
    };
    let mut encoders = Vec::new();
    for suffix in ["", "_2"].iter().take(1 + usize::from(xl)) {
        let (config, header) = part(&format!("text_encoder{suffix}"))?;
        let tokens = folder.join(format!("tokenizer{suffix}"));
        encoders.push((ClipConfig::read(&config)?, header, ClipTokens::folder(&tokens)?));
    }
    let (unet, unet_header) = part("unet")?;
    let unet = UnetConfig::read(&unet)?;
    let (vae, vae_header) = part("vae")?;
    let vae = VaeConfig::read(&vae)?;
    let width: usize = encoders.iter().map(|(c, ..)| c.hidden_size).sum();
    check(folder, &unet, &vae, width, xl)?;
    let scheduler = options(&folder.join("scheduler/scheduler_config.json"))?;
    // Refused now rather than after the weights are read.
    SchedulerConfig::read(&scheduler, Sampler::Automatic)?;
    Ok(Opened {
        xl,
        encoders,
        unet: (unet, unet_header),
        vae: (vae, vae_header),
        scheduler,
        empty_is_zero: index.bool("force_zeros_for_empty_prompt", xl)?,
    })
}

/// Parts that do not belong together are named, with the numbers.
fn check(folder: &Path, unet: &UnetConfig, vae: &VaeConfig, text: usize, xl: bool) -> Result<()> {
    if unet.in_channels != vae.latent_channels {
        let reason = match unet.in_channels {
            9 => "it paints into pictures (9 channels): a model that draws from a prompt has 4".to_owned(),
            8 => "it edits pictures (8 channels): a model that draws from a prompt has 4".to_owned(),
            n => format!("its UNet takes {n} latent channels and its VAE has {}", vae.latent_channels),
        };
        return Err(bad(folder, reason));
    }
    if let Some(wanted) = unet.cross_attention_dim.iter().find(|n| **n != text) {
        let reason = format!("its UNet reads texts of width {wanted}, its encoder writes {text}");
        return Err(bad(folder, reason));
    }
    if xl != unet.text_time.is_some() {
        return Err(bad(folder, "its UNet and its pipeline are of different families (XL and not XL)"));
    }
    Ok(())
}

fn options(path: &Path) -> Result<Options> {
    let value: Value = serde_json::from_str(&read_text(path, MOST)?).map_err(|e| bad(path, e.to_string()))?;
    Options::from_value(value, path)
}

/// A sampler that this model's kind has not got is refused with the others' names.
pub fn scheduler(options: &Options, chosen: Sampler) -> Result<SchedulerConfig> {
    let config = SchedulerConfig::read(options, chosen)?;
    if config.flow.is_some() {
        let (value, choices) = ("a flow scheduler".to_owned(), "a diffusion scheduler".to_owned());
        return Err(Cause::BadChoice { name: "scheduler", value, choices }.into());
    }
    Ok(config)
}
