//! The VAE, the decoder of previews, CLIP and the tokenizers, from their files and a chosen folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chosen::{Chosen, Piece};
use crate::engine::image::diffusion::Family;
use crate::engine::image::diffusion::folder::options;
use crate::engine::image::diffusion::net::NetConfig;
use crate::engine::image::nets::clip::ClipConfig;
use crate::engine::image::nets::options::Options;
use crate::engine::image::nets::taesd::TaesdConfig;
use crate::engine::image::nets::vae::VaeConfig;
use crate::engine::image::prompt::{ClipTokens, Pad};
use crate::error::Result;
use crate::formats::file::bad;
use crate::formats::layout::{self, Part};
use crate::formats::{Header, component};
use crate::lang::{Both, both};

pub(super) const VAE_CONFIG: &str = "vae/config.json";

/// Tokens of CLIP's vocabulary, which is inside this program.
const CLIP_VOCABULARY: usize = 49_408;

pub(super) fn vae(piece: Piece, family: Family, from: &Chosen) -> Result<(VaeConfig, Header)> {
    let options = piece.config("vae", from)?;
    let config = VaeConfig::read(&scaled(options.clone(), family))?;
    piece.check(&options)?;
    Ok((config, piece.tensors))
}

/// The VAE that a person named: a file, or a folder of diffusers.
pub fn other_vae(path: &Path, family: Family, from: &Chosen) -> Result<(VaeConfig, Header)> {
    if path.is_dir() {
        let inner = if path.join("config.json").is_file() { path.to_owned() } else { path.join("vae") };
        let config = options(&inner.join("config.json"))?;
        let (read, header) = (VaeConfig::read(&config)?, component(&inner)?);
        layout::part(&header, Part::Vae)?.check(&header, &header, &config.value())?;
        return Ok((read, header));
    }
    let header = Arc::new(Header::read(path)?);
    let found = layout::part(&header, Part::Vae)?;
    let piece = Piece { tensors: found.tensors(&header)?, found, whole: header };
    let mut config = piece.config("vae", &Chosen::new(None)?)?;
    piece.check(&config)?;
    if let Some(path) = from.file(VAE_CONFIG) {
        // What shapes do not tell is as in the model's own VAE; what they tell is this one's.
        let own = options(&path)?;
        for key in ["norm_num_groups", "act_fn", "scaling_factor", "shift_factor", "latents_mean", "latents_std"] {
            if let Some(value) = own.get(key) {
                config = config.or(key, value.clone());
            }
        }
    }
    Ok((VaeConfig::read(&scaled(config, family))?, piece.tensors))
}

/// A tiny decoder: a file, with the `config.json` of diffusers beside it where it has one.
pub fn preview(path: &Path, channels: usize) -> Result<(TaesdConfig, Header)> {
    let header = Header::read(path)?;
    let Some(found) = layout::parts(&header).into_iter().find(|f| f.part == Part::Taesd) else {
        let what = layout::describe(&header);
        let reason = Both::new(
            format!("it is {}, not a TAESD preview decoder", what.en),
            format!("它是{}，不是 TAESD 预览解码器", what.zh),
        );
        return Err(bad(path, reason));
    };
    let beside = path.with_file_name("config.json");
    let config = match !found.is_authors() && beside.is_file() {
        true => TaesdConfig::read(&options(&beside)?)?,
        false => TaesdConfig::published(channels),
    };
    if config.latent_channels != channels {
        let theirs = config.latent_channels;
        return Err(bad(
            path,
            both!(
                "it shows latents of {theirs} channels, the model has {channels}",
                "它预览 {theirs} 个通道的潜变量，模型为 {channels} 个"
            ),
        ));
    }
    Ok((config, found.tensors(&header)?))
}

/// With the family's scaling of latents, where the configuration has none.
fn scaled(options: Options, family: Family) -> Options {
    let (factor, shift) = match family {
        Family::Sd => (0.18215, 0.0),
        Family::Xl => (0.13025, 0.0),
        Family::Sd3 => (1.5305, 0.0609),
        Family::Flux | Family::ZImage => (0.3611, 0.1159),
    };
    options.or("scaling_factor", factor.into()).or("shift_factor", shift.into())
}

type ClipPart = (ClipConfig, Header, ClipTokens);

/// The CLIPs of the family, in its order: narrow before wide.
pub(super) fn clips(pieces: &mut Vec<Piece>, family: Family, net: &NetConfig, from: &Chosen) -> Result<Vec<ClipPart>> {
    let (all, rest): (Vec<_>, Vec<_>) = std::mem::take(pieces).into_iter().partition(|p| p.found.part == Part::Clip);
    *pieces = rest;
    let mut read = Vec::new();
    for piece in all {
        let shapes = piece.found.config(&piece.tensors);
        let width = shapes.as_ref().and_then(|c| c["hidden_size"].as_u64()).unwrap_or(0) as usize;
        read.push((width, piece));
    }
    let mut chosen = Vec::new();
    match (family, net) {
        (Family::Sd, NetConfig::Unet(unet)) => {
            let wanted = unet.cross_attention_dim.first().copied().unwrap_or(0);
            let at = read.iter().position(|(width, _)| *width == wanted).or((!read.is_empty()).then_some(0));
            chosen.extend(at.map(|i| read.remove(i)));
        }
        (Family::Flux, _) => {
            let at = (0..read.len()).min_by_key(|&i| read[i].0);
            chosen.extend(at.map(|i| read.remove(i)));
        }
        (Family::Xl | Family::Sd3, _) => {
            // The first of each width: what was named besides comes before the checkpoint's own.
            for (width, piece) in std::mem::take(&mut read) {
                if chosen.len() < 2 && chosen.iter().all(|(w, _)| *w != width) {
                    chosen.push((width, piece));
                } else {
                    read.push((width, piece));
                }
            }
            chosen.sort_by_key(|(width, _)| *width);
        }
        _ => {}
    }
    pieces.extend(read.into_iter().map(|(_, piece)| piece));
    let mut clips = Vec::new();
    for (i, (width, piece)) in chosen.into_iter().enumerate() {
        let suffix = if i == 0 { "" } else { "_2" };
        let open_clip = piece.found.is_authors() || width > 768;
        let mut options = piece.config(&format!("text_encoder{suffix}"), from)?;
        let mut config = ClipConfig::read(&options)?;
        if family == Family::Sd && piece.found.is_authors() && piece.tensors.has("text_projection.weight") {
            // Stable Diffusion 2 leaves out the last layer of the whole OpenCLIP; diffusers' folders lack it already.
            let whole = piece.tensors.count("text_model.encoder.layers.");
            config.layers = config.layers.min(whole.saturating_sub(1));
            options = options.set("num_hidden_layers", config.layers.into());
        }
        piece.check(&options)?;
        if family.projects(i) {
            piece.found.check_projection(&piece.whole, &piece.tensors)?;
        }
        let folder = from.take(&format!("tokenizer{suffix}"), Path::is_dir);
        let tokens = match folder {
            Some(folder) => ClipTokens::folder(&folder)?,
            None if config.vocab_size < CLIP_VOCABULARY => {
                let words = config.vocab_size;
                let why = both!(
                    "its text encoder has {words} tokens, CLIP has {CLIP_VOCABULARY}: a folder with its tokenizer is needed",
                    "其文本编码器有 {words} 个词，CLIP 有 {CLIP_VOCABULARY} 个：需要含有其分词器的文件夹"
                );
                return Err(bad(piece.path(), why));
            }
            None => ClipTokens::built_in(if open_clip { Pad::Zero } else { Pad::End })?,
        };
        clips.push((config, piece.tensors, tokens));
    }
    Ok(clips)
}

/// Where the tokenizer of a larger text encoder is: in the folder that was named, or beside the file itself. `None`:
/// nowhere.
pub(super) fn tokenizer(piece: &Piece, role: &str, from: &Chosen, names: &[&str]) -> Option<PathBuf> {
    let beside = piece.path().parent().unwrap_or(Path::new(".")).to_owned();
    let has = |folder: &Path| names.iter().any(|name| folder.join(name).is_file());
    let mut candidates = [beside.join(role), beside.join("tokenizer"), beside].into_iter();
    from.take(role, has).or_else(|| candidates.find(|folder| has(folder)))
}
