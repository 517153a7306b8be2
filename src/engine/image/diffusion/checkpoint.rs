//! Models put together from files: one checkpoint, or a denoiser with its text encoders and VAE in files of their own.
//!
//! Tensor names say which parts a file has ([`layout`]), shapes say their sizes. The rest (timestep spacing, prediction
//! type, scaling of latents) follows from the family, unless a diffusers folder states it.

mod chosen;
mod parts;

pub(super) use chosen::Chosen;
pub use chosen::header_of;
pub(super) use parts::{other_vae, preview};

use std::sync::Arc;

use super::folder::{INDEX, check, options, scheduler};
use super::net::NetConfig;
use super::trained::marked;
use super::{Family, Opened, Predicts};
use crate::domain::{Checkpoint, Sampler};
use crate::engine::image::nets::flux::FluxConfig;
use crate::engine::image::nets::options::Options;
use crate::engine::image::nets::qwen3::Qwen3Config;
use crate::engine::image::nets::sd3::Sd3Config;
use crate::engine::image::nets::t5::T5Config;
use crate::engine::image::nets::unet::UnetConfig;
use crate::engine::image::nets::zimage::ZImageConfig;
use crate::engine::image::prompt::PieceTokens;
use crate::error::{Cause, Result};
use crate::formats::family::Lack;
use crate::formats::file::bad;
use crate::formats::layout::{self, Part};
use crate::formats::{Header, component, family, weights_of};
use crate::lang::Both;
use chosen::{check_used, read, take};
use parts::{VAE_CONFIG, clips, tokenizer, vae};

/// What a diffusers folder may say about a single file, beside the denoiser's own configuration.
const TEXT_CONFIG: &str = "text_encoder/config.json";
const TOKENIZER: &str = "tokenizer";
const SCHEDULER: &str = "scheduler/scheduler_config.json";

/// `read` is the header of the main file, where it was read already.
///
/// # Errors
/// Parts that are missing, do not belong together, or whose tensors are not those of their configurations.
pub fn open(files: &Checkpoint, read: Option<Header>) -> Result<Opened> {
    let from = &Chosen::new(files.config.as_deref())?;
    let header = read.map_or_else(|| Header::read(&files.main), Ok)?;
    put_together(files, Arc::new(header), &[], from)
}

/// A diffusers folder with missing parts, and the parts that were chosen for it.
pub(super) fn open_folder(files: &Checkpoint) -> Result<Opened> {
    let from = &Chosen::new(Some(&files.main))?;
    let place = |role: &str| files.main.join(role);
    let Some(net) = ["unet", "transformer"].map(place).into_iter().find(|place| weights_of(place).is_some()) else {
        return Err(bad(
            &files.main,
            Both::new("its unet or transformer folder is missing", "缺少部件 unet 或 transformer"),
        ));
    };
    let parts = ["text_encoder", "text_encoder_2", "text_encoder_3", "vae"].map(place);
    let own = parts.iter().filter(|place| weights_of(place).is_some());
    let own = own.map(|place| component(place).map(Arc::new)).collect::<Result<Vec<_>>>()?;
    let opened = put_together(files, Arc::new(component(&net)?), &own, from)?;
    let empty_is_zero = options(&place(INDEX))?.bool("force_zeros_for_empty_prompt", opened.family == Family::Xl)?;
    Ok(Opened { empty_is_zero, ..opened })
}

/// The model whose denoiser is in `header`. Its parts are those that were named, then those of `header`, then `own`.
fn put_together(files: &Checkpoint, header: Arc<Header>, own: &[Arc<Header>], from: &Chosen) -> Result<Opened> {
    let mut pieces = Vec::new();
    // What was named besides comes before what the checkpoint has.
    for path in &files.parts {
        let header = Arc::new(Header::read(path)?);
        let before = pieces.len();
        read(&header, &mut pieces)?;
        if pieces.len() == before {
            return Err(bad(
                path,
                Both::new("it holds neither a text encoder nor a VAE", "其中既没有文本编码器，也没有 VAE"),
            ));
        }
    }
    for header in std::iter::once(&header).chain(own) {
        read(header, &mut pieces)?;
    }
    let net_at = pieces.iter().position(|p| p.found.part.is_denoiser() && p.path() == header.path());
    let Some(net) = net_at.map(|i| pieces.remove(i)) else {
        let what = layout::describe(&header);
        return Err(bad(
            &files.main,
            Both::new(format!("it is {}, and cannot draw alone", what.en), format!("它是{}，不能单独绘图", what.zh)),
        ));
    };
    let role = if net.found.part == Part::Unet { "unet" } else { "transformer" };
    let kind = family::variant(&net.found, &net.tensors, &header, &files.main);
    let net_config = format!("{role}/config.json");
    let known = [net_config.as_str(), TEXT_CONFIG, VAE_CONFIG, TOKENIZER, SCHEDULER];
    let nothing = || {
        let looked = known.join(", ");
        Both {
            en: format!("it has nothing that a file of {} is run with ({looked})", kind.name()),
            zh: format!("其中没有 {} 单文件所需的配置（{looked}）", kind.name()),
        }
    };
    from.check_holds(&known, &nothing)?;
    from.check_family(&kind)?;
    let shape = net.config(role, from)?;
    net.check(&shape)?;
    let (family, config) = match net.found.part {
        Part::Sd3 => (Family::Sd3, NetConfig::Sd3(Sd3Config::read(&shape)?)),
        Part::Flux => (Family::Flux, NetConfig::Flux(FluxConfig::read(&shape)?)),
        Part::ZImage => (Family::ZImage, NetConfig::ZImage(ZImageConfig::read(&shape)?)),
        _ => {
            let unet = UnetConfig::read(&shape)?;
            let family = if unet.text_time.is_some() { Family::Xl } else { Family::Sd };
            (family, NetConfig::Unet(Box::new(unet)))
        }
    };
    let mut lacks = Vec::new();
    let vae = match &files.vae {
        Some(path) => Some(other_vae(path, family, from)?),
        None => match take(&mut pieces, |p| p.found.part == Part::Vae) {
            Some(piece) => Some(vae(piece, family, from)?),
            None => None,
        },
    };
    if vae.is_none() {
        lacks.push(Lack::Vae);
    }
    let clips = clips(&mut pieces, family, &config, from)?;
    if clips.len() < family.clips() {
        lacks.extend(kind.clips().iter().filter(|lack| !clips.iter().any(|(c, ..)| lack.is_clip_of(c.hidden_size))));
    }
    let t5 = match family {
        Family::Sd3 | Family::Flux => match take(&mut pieces, |p| p.found.part == Part::T5) {
            Some(piece) => {
                let suffix = if family == Family::Sd3 { "_3" } else { "_2" };
                let options = piece.config(&format!("text_encoder{suffix}"), from)?;
                let config = T5Config::read(&options)?;
                piece.check(&options)?;
                let names = ["tokenizer.json", "spiece.model"];
                let tokens = match tokenizer(&piece, &format!("tokenizer{suffix}"), from, &names) {
                    Some(folder) => PieceTokens::t5(&folder)?,
                    None => PieceTokens::built_in_t5(config.vocab_size)?,
                };
                Some((config, piece.tensors, tokens))
            }
            None => None,
        },
        _ => None,
    };
    if t5.is_none() && family == Family::Flux {
        lacks.push(Lack::T5);
    }
    let qwen = match family {
        Family::ZImage => match take(&mut pieces, |p| p.found.part == Part::Qwen3) {
            Some(piece) => {
                let options = piece.config("text_encoder", from)?;
                let config = Qwen3Config::read(&options)?;
                piece.check(&options)?;
                let tokens = match tokenizer(&piece, "tokenizer", from, &["tokenizer.json"]) {
                    Some(folder) => PieceTokens::qwen(&folder)?,
                    None => PieceTokens::built_in_qwen(config.vocab_size)?,
                };
                Some((config, piece.tensors, tokens))
            }
            None => None,
        },
        _ => None,
    };
    if qwen.is_none() && family == Family::ZImage {
        lacks.push(Lack::Qwen3);
    }
    let Some(vae) = vae.filter(|_| lacks.is_empty()) else {
        let (path, family) = (files.main.clone(), kind.name().to_owned());
        let lacks = lacks.iter().map(|lack| lack.name()).collect::<Vec<_>>().join(", ");
        return Err(Cause::LacksParts { path, family, lacks }.into());
    };
    let width: usize = clips.iter().map(|(c, ..)| c.hidden_size).sum();
    check(&files.main, &config, &vae.0, width, family)?;
    let (scheduling, predicts) = match from.file(SCHEDULER) {
        Some(path) => (marked(options(&path)?, &header), Predicts::AsConfigured),
        None => {
            let predicts = if kind.velocity.is_none() { Predicts::Unknown } else { Predicts::AsConfigured };
            (Options::from_value(kind.scheduler(), &files.main)?, predicts)
        }
    };
    scheduler(&scheduling, family, Sampler::Automatic)?;
    check_used(files, &pieces, &kind)?;
    from.check_used(nothing)?;
    Ok(Opened {
        family,
        clips,
        t5,
        qwen,
        net: (config, net.tensors),
        vae,
        preview: None,
        scheduler: scheduling,
        predicts,
        empty_is_zero: family == Family::Xl,
    })
}
