//! The diffusers layout: `model_index.json` names the pipeline, each part has a folder with its configuration.

use std::path::Path;

use serde_json::Value;

use super::net::NetConfig;
use super::trained::marked;
use super::{Family, Opened, Predicts};
use crate::domain::Sampler;
use crate::engine::image::nets::clip::ClipConfig;
use crate::engine::image::nets::flux::FluxConfig;
use crate::engine::image::nets::options::Options;
use crate::engine::image::nets::qwen3::Qwen3Config;
use crate::engine::image::nets::sd3::Sd3Config;
use crate::engine::image::nets::t5::T5Config;
use crate::engine::image::nets::unet::UnetConfig;
use crate::engine::image::nets::vae::VaeConfig;
use crate::engine::image::nets::zimage::ZImageConfig;
use crate::engine::image::prompt::{ClipTokens, PieceTokens};
use crate::engine::image::sampling::SchedulerConfig;
use crate::error::{Cause, Result};
use crate::formats::file::{bad, damaged, read_text};
use crate::formats::layout::{self, Part};
use crate::formats::{Header, component, weights_of};
use crate::lang::{Both, both};

pub(super) const INDEX: &str = "model_index.json";
/// Longest configuration that is read.
const MOST: u64 = 1 << 20;

/// Whether a folder is laid out so.
pub fn is_folder(path: &Path) -> bool {
    path.join(INDEX).is_file()
}

/// The family that a folder's index names.
fn family(index: &Options) -> Result<Family> {
    Ok(match index.text("_class_name", "")? {
        "StableDiffusionPipeline" | "LatentConsistencyModelPipeline" => Family::Sd,
        "StableDiffusionXLPipeline" => Family::Xl,
        "StableDiffusion3Pipeline" => Family::Sd3,
        "FluxPipeline" => Family::Flux,
        "ZImagePipeline" => Family::ZImage,
        _ => {
            let known = "StableDiffusionPipeline, StableDiffusionXLPipeline, LatentConsistencyModelPipeline, \
                         StableDiffusion3Pipeline, FluxPipeline, ZImagePipeline";
            return Err(index.unsupported("_class_name", known));
        }
    })
}

/// Whether the weights of all parts that its family draws with are in a folder.
///
/// # Errors
/// An index of no family that the studio draws with.
pub fn is_whole(folder: &Path) -> Result<bool> {
    let parts: &[&str] = match family(&options(&folder.join(INDEX))?)? {
        Family::Sd => &["text_encoder", "unet", "vae"],
        Family::Xl => &["text_encoder", "text_encoder_2", "unet", "vae"],
        Family::Sd3 | Family::Flux => &["text_encoder", "text_encoder_2", "transformer", "vae"],
        Family::ZImage => &["text_encoder", "transformer", "vae"],
    };
    Ok(parts.iter().all(|part| weights_of(&folder.join(part)).is_some()))
}

/// Reads the headers and configurations of a diffusers folder; no weights.
///
/// # Errors
/// Missing parts, an unknown family, or parts that do not fit together.
pub fn open(folder: &Path) -> Result<Opened> {
    let index = options(&folder.join(INDEX))?;
    let family = family(&index)?;
    let part = |name: &str| -> Result<(Options, Header)> {
        let place = folder.join(name);
        if !place.is_dir() {
            return Err(bad(folder, both!("its folder {name} is missing", "缺少部件 {name}")));
        }
        Ok((options(&place.join("config.json"))?, component(&place)?))
    };
    // Before anything large is read, each part is checked against its configuration.
    let check_tensors =
        |part, config: &Options, header: &Header| layout::part(header, part)?.check(header, header, &config.value());
    let mut clips = Vec::new();
    for (i, suffix) in ["", "_2"].iter().enumerate().take(family.clips()) {
        let (config, header) = part(&format!("text_encoder{suffix}"))?;
        let tokens = folder.join(format!("tokenizer{suffix}"));
        let read = ClipConfig::read(&config)?;
        check_tensors(Part::Clip, &config, &header)?;
        if family.projects(i) {
            layout::part(&header, Part::Clip)?.check_projection(&header, &header)?;
        }
        clips.push((read, header, ClipTokens::folder(&tokens)?));
    }
    let t5 = match family {
        // It may be left out: the file says so, or the folder is not there.
        Family::Sd3 if !folder.join("text_encoder_3").is_dir() => None,
        Family::Sd3 => Some("_3"),
        Family::Flux => Some("_2"),
        _ => None,
    };
    let t5 = match t5 {
        Some(suffix) => {
            let (config, header) = part(&format!("text_encoder{suffix}"))?;
            let tokens = PieceTokens::t5(&folder.join(format!("tokenizer{suffix}")))?;
            let read = T5Config::read(&config)?;
            check_tensors(Part::T5, &config, &header)?;
            Some((read, header, tokens))
        }
        None => None,
    };
    let qwen = match family {
        Family::ZImage => {
            let (config, header) = part("text_encoder")?;
            let read = Qwen3Config::read(&config)?;
            check_tensors(Part::Qwen3, &config, &header)?;
            Some((read, header, PieceTokens::qwen(&folder.join("tokenizer"))?))
        }
        _ => None,
    };
    let (config, header) = part(if family.flow().is_some() { "transformer" } else { "unet" })?;
    let net = match family {
        Family::Sd | Family::Xl => NetConfig::Unet(Box::new(UnetConfig::read(&config)?)),
        Family::Sd3 => NetConfig::Sd3(Sd3Config::read(&config)?),
        Family::Flux => NetConfig::Flux(FluxConfig::read(&config)?),
        Family::ZImage => NetConfig::ZImage(ZImageConfig::read(&config)?),
    };
    let (vae_config, vae_header) = part("vae")?;
    let vae = VaeConfig::read(&vae_config)?;
    let width: usize = clips.iter().map(|(c, ..)| c.hidden_size).sum();
    check(folder, &net, &vae, width, family)?;
    check_tensors(family.denoiser(), &config, &header)?;
    check_tensors(Part::Vae, &vae_config, &vae_header)?;
    let options = marked(options(&folder.join("scheduler/scheduler_config.json"))?, &header);
    // Refused now rather than after the weights are read.
    scheduler(&options, family, Sampler::Automatic)?;
    Ok(Opened {
        family,
        clips,
        t5,
        qwen,
        net: (net, header),
        vae: (vae, vae_header),
        preview: None,
        scheduler: options,
        predicts: Predicts::AsConfigured,
        empty_is_zero: index.bool("force_zeros_for_empty_prompt", family == Family::Xl)?,
    })
}

/// Parts that do not belong together are named, with the numbers.
pub(super) fn check(folder: &Path, net: &NetConfig, vae: &VaeConfig, text: usize, family: Family) -> Result<()> {
    check_vae(folder, net, vae)?;
    let NetConfig::Unet(unet) = net else { return Ok(()) };
    if let Some(wanted) = unet.cross_attention_dim.iter().find(|n| **n != text) {
        let reason = both!(
            "its UNet takes text embeddings of width {wanted}, its text encoder gives {text}",
            "其 UNet 读取宽度为 {wanted} 的文本，编码器输出的宽度为 {text}"
        );
        return Err(bad(folder, reason));
    }
    if (family == Family::Xl) != unet.text_time.is_some() {
        return Err(bad(
            folder,
            Both::new(
                "its UNet and its pipeline are of different families (XL and not XL)",
                "其 UNet 与管线属于不同系列（一个是 XL，一个不是）",
            ),
        ));
    }
    Ok(())
}

/// A denoiser and a VAE of different latents.
pub(super) fn check_vae(path: &Path, net: &NetConfig, vae: &VaeConfig) -> Result<()> {
    let channels = net.channels();
    if channels != vae.latent_channels {
        let reason = match channels {
            9 => Both::new(
                "it is an inpainting model (9 channels): a text-to-image model has 4",
                "它用于局部重绘（9 个通道）：按提示词绘图的模型为 4 个",
            ),
            8 => Both::new(
                "it is an editing model (8 channels): a text-to-image model has 4",
                "它用于编辑图片（8 个通道）：按提示词绘图的模型为 4 个",
            ),
            n => both!(
                "its network takes {n} latent channels and its VAE has {}",
                "其网络需要 {n} 个潜变量通道，而 VAE 为 {}",
                vae.latent_channels
            ),
        };
        return Err(bad(path, reason));
    }
    Ok(())
}

pub(super) fn options(path: &Path) -> Result<Options> {
    let value: Value =
        serde_json::from_str(&read_text(path, MOST)?).map_err(|e| damaged(path, e, "它不是有效的 JSON"))?;
    Options::from_value(value, path)
}

/// The scheduler of the folder with the sampler that was chosen; one of the wrong kind is refused.
pub fn scheduler(options: &Options, family: Family, chosen: Sampler) -> Result<SchedulerConfig> {
    let config = SchedulerConfig::read(options, chosen)?;
    if config.flow.is_some() != family.flow().is_some() {
        let kind = |flow: bool| match flow {
            true => Both::new("a flow scheduler", "流匹配调度器"),
            false => Both::new("a diffusion scheduler", "扩散调度器"),
        };
        let (value, choices) = (kind(config.flow.is_some()), kind(family.flow().is_some()));
        return Err(Cause::BadChoice { name: "scheduler", value, choices }.into());
    }
    Ok(config)
}
