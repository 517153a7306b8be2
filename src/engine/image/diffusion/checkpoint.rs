//! Models put together from files: one checkpoint, or a denoiser with its text encoders and VAE in files of their own.
//!
//! Tensor names say which parts a file has ([`layout`]), shapes say their sizes. The rest (timestep spacing, prediction
//! type, scaling of latents) follows from the family, unless a diffusers folder states it.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{INDEX, check, options, scheduler};
use super::net::NetConfig;
use super::trained::marked;
use super::{Family, Opened, Predicts};
use crate::domain::{Checkpoint, Sampler};
use crate::engine::image::nets::clip::ClipConfig;
use crate::engine::image::nets::flux::FluxConfig;
use crate::engine::image::nets::options::Options;
use crate::engine::image::nets::qwen3::Qwen3Config;
use crate::engine::image::nets::sd3::Sd3Config;
use crate::engine::image::nets::t5::T5Config;
use crate::engine::image::nets::taesd::TaesdConfig;
use crate::engine::image::nets::unet::UnetConfig;
use crate::engine::image::nets::vae::VaeConfig;
use crate::engine::image::nets::zimage::ZImageConfig;
use crate::engine::image::prompt::{ClipTokens, Pad, PieceTokens};
use crate::error::{Cause, Result};
use crate::formats::family::Lack;
use crate::formats::file::bad;
use crate::formats::layout::{self, Found, Part};
use crate::formats::{Header, component, family, weights_of};
use crate::lang::{Both, both};

/// What a diffusers folder may say about a single file, beside the denoiser's own configuration.
const TEXT_CONFIG: &str = "text_encoder/config.json";
const VAE_CONFIG: &str = "vae/config.json";
const TOKENIZER: &str = "tokenizer";
const SCHEDULER: &str = "scheduler/scheduler_config.json";

/// Tokens of CLIP's vocabulary, which is inside this program.
const CLIP_VOCABULARY: usize = 49_408;

/// One part of one of the files.
struct Piece {
    found: Found,
    /// By diffusers' names.
    tensors: Header,
    /// The file that it is in, by its own names.
    whole: Arc<Header>,
}

impl Piece {
    fn path(&self) -> &Path {
        self.tensors.path()
    }

    /// The configuration: of the folder that was named, of the `config.json` beside a file of diffusers, else what
    /// the shapes say.
    fn config(&self, role: &str, from: &Chosen) -> Result<Options> {
        if let Some(path) = from.file(&format!("{role}/config.json")) {
            return options(&path);
        }
        let beside = self.path().with_file_name("config.json");
        if !self.found.is_authors() && beside.is_file() && !beside.with_file_name("model_index.json").exists() {
            return options(&beside);
        }
        match self.found.config(&self.tensors) {
            Some(value) => Options::from_value(value, self.path()),
            None => {
                let why = both!(
                    "the shapes of its {role} are unknown: its config.json is needed",
                    "其 {role} 的形状不是已知的：需要它的 config.json"
                );
                Err(bad(self.path(), why))
            }
        }
    }

    /// Refuses a file whose tensors are not those of `config`, before anything large is read.
    fn check(&self, config: &Options) -> Result<()> {
        self.found.check(&self.whole, &self.tensors, &config.value())
    }
}

/// The folder whose configurations a person chose.
pub(super) struct Chosen<'a> {
    folder: Option<&'a Path>,
    /// Whether anything was taken from it.
    used: Cell<bool>,
}

impl<'a> Chosen<'a> {
    /// # Errors
    /// A folder that is none.
    pub(super) fn new(folder: Option<&'a Path>) -> Result<Self> {
        match folder {
            Some(path) if !path.exists() => Err(Cause::FileMissing { path: path.to_owned() }.into()),
            Some(path) if !path.is_dir() => Err(bad(
                path,
                Both::new(
                    "it is a file, and configurations are in a diffusers folder",
                    "它是文件，而配置应在 diffusers 文件夹中",
                ),
            )),
            folder => Ok(Self { folder, used: Cell::new(false) }),
        }
    }

    /// A file in it, where it is there.
    fn file(&self, name: &str) -> Option<PathBuf> {
        self.take(name, Path::is_file)
    }

    fn take(&self, name: &str, is: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let path = self.folder?.join(name);
        let there = is(&path);
        self.used.set(self.used.get() || there);
        there.then_some(path)
    }

    /// Refuses a folder with none of `names` in it.
    fn check_holds(&self, names: &[&str], reason: &dyn Fn() -> Both) -> Result<()> {
        match self.folder {
            Some(path) if !names.iter().any(|name| path.join(name).exists()) => {
                Err(Cause::NotUsed { path: path.to_owned(), reason: reason() }.into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a folder of another family, whose configurations would fit nowhere.
    fn check_family(&self, kind: &family::Variant) -> Result<()> {
        let Some((path, theirs)) = self.folder.and_then(|path| Some((path, family::Family::of_folder(path)?))) else {
            return Ok(());
        };
        if theirs == kind.family {
            return Ok(());
        }
        let (theirs, own) = (theirs.name(), kind.family.name());
        let reason = Both {
            en: format!("it is a folder of {theirs}, and the file is a model of {own}"),
            zh: format!("它是 {theirs} 的文件夹，而该文件是 {own} 模型"),
        };
        Err(Cause::NotUsed { path: path.to_owned(), reason }.into())
    }

    /// Refuses a folder of which nothing was taken, because of `reason`.
    pub(super) fn check_used(&self, reason: impl FnOnce() -> Both) -> Result<()> {
        match self.folder {
            Some(path) if !self.used.get() => Err(Cause::NotUsed { path: path.to_owned(), reason: reason() }.into()),
            _ => Ok(()),
        }
    }
}

/// The header of a file that can be opened so: it holds a denoiser of a known family.
pub fn header_of(path: &Path) -> Option<Header> {
    let header = Header::read(path).ok()?;
    layout::parts(&header).iter().any(|found| found.part.is_denoiser()).then_some(header)
}

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

fn read(header: &Arc<Header>, pieces: &mut Vec<Piece>) -> Result<()> {
    for found in layout::parts(header) {
        if draws(found.part) {
            pieces.push(Piece { tensors: found.tensors(header)?, found, whole: header.clone() });
        }
    }
    Ok(())
}

fn draws(part: Part) -> bool {
    part.is_denoiser() || part.is_text_encoder() || part == Part::Vae
}

/// Refuses a part that the person named and that was not used; `left` are the unused pieces.
fn check_used(files: &Checkpoint, left: &[Piece], kind: &family::Variant) -> Result<()> {
    for path in files.parts.iter().take(files.named) {
        let of = |header: &Header| layout::parts(header).iter().filter(|found| draws(found.part)).count();
        let all = left.iter().filter(|piece| piece.path() == path).collect::<Vec<_>>();
        let Some(piece) = all.first().filter(|piece| all.len() == of(&piece.whole)) else { continue };
        let what = layout::part_name(piece.found.part).en;
        let reads = kind.needs();
        let wanted = match piece.found.part {
            Part::Vae => reads.contains(&Lack::Vae),
            Part::T5 => reads.contains(&Lack::T5) || kind.family == family::Family::Sd3,
            Part::Qwen3 => reads.contains(&Lack::Qwen3),
            Part::Clip => {
                let width = piece.found.config(&piece.tensors).and_then(|c| c["hidden_size"].as_u64()).unwrap_or(0);
                reads.iter().any(|lack| lack.is_clip_of(width as usize))
            }
            _ => false,
        };
        let name = kind.name();
        let reason = match (piece.found.part.is_denoiser(), wanted) {
            (true, _) => Both {
                en: format!("it is {what}, and the model has its own"),
                zh: "其中是去噪网络，而模型已有自己的".to_owned(),
            },
            (_, true) => Both {
                en: format!("it has {what}, and another file that was named takes that place"),
                zh: "已有另一个指定的文件占用了它的位置".to_owned(),
            },
            (_, false) => Both {
                en: format!("it has {what}, which {name} does not read with"),
                zh: format!("{name} 不使用其中的部件"),
            },
        };
        return Err(Cause::NotUsed { path: path.clone(), reason }.into());
    }
    Ok(())
}

fn take(pieces: &mut Vec<Piece>, wanted: impl Fn(&Piece) -> bool) -> Option<Piece> {
    pieces.iter().position(wanted).map(|i| pieces.remove(i))
}

fn vae(piece: Piece, family: Family, from: &Chosen) -> Result<(VaeConfig, Header)> {
    let options = piece.config("vae", from)?;
    let config = VaeConfig::read(&scaled(options.clone(), family))?;
    piece.check(&options)?;
    Ok((config, piece.tensors))
}

/// The VAE that a person named: a file, or a folder of diffusers.
pub(super) fn other_vae(path: &Path, family: Family, from: &Chosen) -> Result<(VaeConfig, Header)> {
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
pub(super) fn preview(path: &Path, channels: usize) -> Result<(TaesdConfig, Header)> {
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
fn clips(pieces: &mut Vec<Piece>, family: Family, net: &NetConfig, from: &Chosen) -> Result<Vec<ClipPart>> {
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
fn tokenizer(piece: &Piece, role: &str, from: &Chosen, names: &[&str]) -> Option<PathBuf> {
    let beside = piece.path().parent().unwrap_or(Path::new(".")).to_owned();
    let has = |folder: &Path| names.iter().any(|name| folder.join(name).is_file());
    let mut candidates = [beside.join(role), beside.join("tokenizer"), beside].into_iter();
    from.take(role, has).or_else(|| candidates.find(|folder| has(folder)))
}
