//! The model doctor: what a model file or folder is, from its headers alone. No weights are read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::domain::{BrokenFile, ModelCard, bytes as size_of};
use crate::error::{Result, StudioError};
use crate::formats::family::{self, Lack, Variant};
use crate::formats::file::{bad, read_json};
use crate::formats::gguf::Gguf;
use crate::formats::layout::{self, Found, Part};
use crate::formats::memory::{self, Need, Widths};
use crate::formats::{Container, Header, component};
use crate::lang::{Both, Lang};

/// Pixels of a latent's side: the same in all families.
const FACTOR: usize = 8;
/// Longest configuration that is read.
const CONFIG_MAX: u64 = 1 << 20;

/// One part that a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct PartFacts {
    pub part: Part,
    pub parameters: u64,
    /// On disk.
    pub bytes: u64,
    /// The type of most of its numbers.
    pub precision: String,
    /// Of its weights in memory, in full precision: no device takes more.
    pub memory: u64,
    /// What others must fit: a text encoder's width, a VAE's or denoiser's latent channels.
    pub width: usize,
}

impl PartFacts {
    /// As people call it.
    pub fn name(&self) -> &'static str {
        match self.part {
            Part::Unet => "UNet",
            Part::Sd3 | Part::Flux | Part::ZImage => "Transformer",
            Part::Vae => Lack::Vae.name(),
            Part::Clip => {
                let known = [Lack::ClipL, Lack::ClipH, Lack::ClipG];
                known.into_iter().find(|l| l.is_clip_of(self.width)).map_or("CLIP", Lack::name)
            }
            Part::T5 => "T5",
            Part::Qwen3 => "Qwen3",
            Part::Taesd => "TAESD",
            Part::Lora => "LoRA",
            Part::ControlNet => "ControlNet",
            Part::Embedding => "Embedding",
        }
    }

    fn answers(&self, lack: Lack) -> bool {
        match lack {
            Lack::Vae => self.part == Part::Vae,
            Lack::T5 => self.part == Part::T5,
            Lack::Qwen3 => self.part == Part::Qwen3,
            clip => self.part == Part::Clip && clip.is_clip_of(self.width),
        }
    }
}

/// What a GGUF file says of its language model.
#[derive(Clone, Debug, PartialEq)]
pub struct Language {
    pub name: Option<String>,
    pub architecture: String,
    /// As model pages write it: `Q4_K_M`.
    pub quantization: String,
    pub parameters: u64,
    /// Bytes of its weights in memory.
    pub memory: u64,
    /// Tokens that it was trained for.
    pub context: usize,
    /// Whether it brings a chat template.
    pub chats: bool,
}

impl Language {
    /// `None` where the file is no language model: it has no words, or only encodes texts.
    fn of(gguf: &Gguf) -> Option<Self> {
        let architecture = gguf.text("general.architecture")?.to_owned();
        let encodes = ["t5", "t5encoder", "clip", "bert", "nomic-bert"].contains(&architecture.as_str());
        if encodes || gguf.tensor("token_embd.weight").is_none() || gguf.texts("tokenizer.ggml.tokens").is_none() {
            return None;
        }
        Some(Self {
            name: gguf.text("general.name").map(str::to_owned),
            quantization: gguf.quantization(),
            parameters: gguf.tensors().map(|(_, t)| t.elements()).sum(),
            memory: memory::language(gguf),
            context: gguf.count(&format!("{architecture}.context_length")).ok().flatten().unwrap_or(0),
            chats: gguf.text("tokenizer.chat_template").is_some(),
            architecture,
        })
    }
}

/// A count as it is said, in each language: `135 million`, `30 thousand`.
fn many(count: u64) -> [String; 2] {
    let tenths = |unit: f64| {
        let n = count as f64 / unit;
        if n < 9.95 { format!("{n:.1}").replace(".0", "") } else { format!("{n:.0}") }
    };
    match count {
        0..1_000 => [count.to_string(), format!("{count} 个")],
        1_000..1_000_000 => [format!("{} thousand", tenths(1e3)), format!("{} 千", tenths(1e3))],
        1_000_000..1_000_000_000 => [format!("{} million", tenths(1e6)), format!("{} 百万", tenths(1e6))],
        _ => [format!("{} billion", tenths(1e9)), format!("{} 亿", tenths(1e8))],
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_are_said_in_the_unit_that_they_have() {
        for (count, en, zh) in [
            (512, "512", "512 个"),
            (29_000, "29 thousand", "29 千"),
            (1_500_000, "1.5 million", "1.5 百万"),
            (134_515_008, "135 million", "135 百万"),
            (4_022_000_000, "4 billion", "40 亿"),
        ] {
            assert_eq!(super::many(count), [en, zh]);
        }
    }
}

/// What a model file or folder is.
#[derive(Clone, Debug)]
pub struct Report {
    pub path: PathBuf,
    /// Of all its files.
    pub bytes: u64,
    /// The picture model, where it is one.
    pub kind: Option<Variant>,
    pub parts: Vec<PartFacts>,
    pub lacks: Vec<Lack>,
    /// The language model, where it is one.
    pub language: Option<Language>,
    /// What it is where it is nothing of these.
    pub other: Option<Both>,
    /// Why it cannot be run as it is.
    pub trouble: Option<StudioError>,
    /// Its shapes do not tell all of its configuration, and it brings none.
    pub needs_config: bool,
    /// The longest side in pixels that its denoiser has places for; `None`: any.
    pub longest: Option<u32>,
    channels: Vec<usize>,
    denoiser: Option<(Part, Header)>,
}

/// Reads the headers of a file, with the other parts of its model, or of all parts of a diffusers folder.
///
/// # Errors
/// A file that cannot be read, or cannot be what its start says it is; a folder without weights.
pub fn examine(path: &Path) -> Result<Report> {
    examine_read(path, &headers(path)?)
}

/// As [`examine`], for the headers of the model at `path` that were read.
pub fn examine_read(path: &Path, headers: &[Header]) -> Result<Report> {
    let mut report = Report {
        path: path.to_owned(),
        bytes: headers.iter().map(Header::len).sum(),
        kind: None,
        parts: Vec::new(),
        lacks: Vec::new(),
        language: None,
        other: None,
        trouble: None,
        needs_config: false,
        longest: None,
        channels: Vec::new(),
        denoiser: None,
    };
    // Widths of text encoders, and whether they have a projection.
    let mut clips = Vec::new();
    for header in headers {
        for found in layout::parts(header) {
            let tensors = match found.tensors(header) {
                Ok(tensors) => tensors,
                // Joined matrices that cannot be cut.
                Err(error) => {
                    report.trouble = report.trouble.or(Some(error));
                    continue;
                }
            };
            let config = found.config(&tensors);
            report.needs_config |= !path.is_dir() && config.as_ref().is_some_and(is_uncommon);
            let own = match own_config(path, header) {
                Ok(own) => own,
                Err(error) => {
                    report.trouble = report.trouble.or(Some(error));
                    None
                }
            };
            let known = own.as_ref().or(config.as_ref());
            report.trouble = report.trouble.or_else(|| trouble(&found, header, &tensors, known).err());
            let longest = known.and_then(|config| found.part.longest_side(config));
            report.longest = report.longest.or(longest.map(|side| u32::try_from(side * FACTOR).unwrap_or(u32::MAX)));
            let number = |key: &str| known.and_then(|c| c[key].as_u64()).unwrap_or(0) as usize;
            let width = match found.part {
                Part::Vae => number("latent_channels"),
                Part::Taesd => ["decoder.layers.0.weight", "1.weight"]
                    .iter()
                    .find_map(|name| tensors.get(name)?.shape.get(1).copied())
                    .unwrap_or(0),
                Part::Clip => number("hidden_size"),
                Part::T5 => number("d_model"),
                _ => number("in_channels"),
            };
            report.parts.push(PartFacts {
                part: found.part,
                parameters: tensors.tensors.values().map(crate::formats::Entry::elements).sum(),
                bytes: tensors.tensors.values().map(|e| e.bytes).sum(),
                precision: family::precision(&tensors),
                memory: memory::weights(found.part, &tensors, Widths::FULL),
                width,
            });
            if found.part == Part::Vae {
                let levels = known.and_then(|c| c["block_out_channels"].as_array());
                report.channels = levels.into_iter().flatten().filter_map(Value::as_u64).map(|n| n as usize).collect();
            }
            if found.part == Part::Clip {
                clips.push((width, found.check_projection(header, &tensors)));
            }
            if found.part.is_denoiser() && report.denoiser.is_none() {
                report.kind = Some(family::variant(&found, &tensors, header, path));
                report.denoiser = Some((found.part, tensors));
            }
        }
        if let Some(gguf) = header.gguf.as_ref().filter(|_| header.container == Container::Gguf) {
            report.trouble = report.trouble.or(gguf.check_types().err());
            report.language = report.language.or_else(|| Language::of(gguf));
        }
    }
    if let Some(kind) = &report.kind {
        clips.sort_by_key(|(width, _)| *width);
        let projecting = match kind.family {
            family::Family::Xl if clips.len() > 1 => 1,
            family::Family::Sd3 => 0,
            _ => clips.len(),
        };
        let unprojected = clips.into_iter().skip(projecting).find_map(|(_, checked)| checked.err());
        report.trouble = report.trouble.or(unprojected);
        // As many text encoders as it reads with are its own, whatever their widths.
        let clips = report.parts.iter().filter(|p| p.part == Part::Clip).count();
        let has = |lack: Lack| {
            let own = kind.clips().contains(&lack) && clips >= kind.clips().len();
            own || report.parts.iter().any(|part| part.answers(lack))
        };
        report.lacks = kind.needs().into_iter().filter(|lack| !has(*lack)).collect();
    }
    if report.parts.is_empty() && report.language.is_none() {
        report.other = headers.first().map(layout::describe);
    }
    Ok(report)
}

/// Whether a network is none of the published sizes: its groups of channels, which shapes do not tell, are not theirs.
fn is_uncommon(config: &Value) -> bool {
    let groups = config["norm_num_groups"].as_u64().unwrap_or(32).max(1);
    let levels = config["block_out_channels"].as_array().into_iter().flatten();
    levels.filter_map(Value::as_u64).any(|channels| !channels.is_multiple_of(groups))
}

/// What a diffusers folder itself says of a part.
fn own_config(path: &Path, header: &Header) -> Result<Option<Value>> {
    let own = header.path().with_file_name("config.json");
    if !path.is_dir() || !own.is_file() {
        return Ok(None);
    }
    Ok(Some(Value::Object(read_json(&own, CONFIG_MAX)?)))
}

/// Whether the network of a part can be loaded from its tensors: by the folder's own configuration where it has one, by
/// what the shapes tell where it has none.
fn trouble(found: &Found, header: &Header, tensors: &Header, config: Option<&Value>) -> Result<()> {
    match config {
        Some(config) => found.check(header, tensors, config),
        None if !(found.part.is_denoiser() || found.part.is_text_encoder() || found.part == Part::Vae) => Ok(()),
        None => {
            let what = layout::part_name(found.part);
            let reason = Both::new(
                format!("the shapes of {} in it are unknown: its config.json is needed", what.en),
                format!("其中{}的形状不是已知的：需要它的 config.json", what.zh),
            );
            Err(bad(header.path(), reason))
        }
    }
}

/// That of a file, with the other parts of its model, or those of all parts of a diffusers folder.
pub fn headers(path: &Path) -> Result<Vec<Header>> {
    if !path.is_dir() {
        return Ok(vec![Header::read(path)?]);
    }
    let mut folders: Vec<PathBuf> = vec![path.to_owned()];
    folders.extend(fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.is_dir()));
    folders.sort();
    // Parts that take no part in drawing.
    let unused = |p: &Path| p.file_name().is_some_and(|n| n == "safety_checker" || n == "image_encoder");
    let headers: Vec<Header> = folders.iter().filter(|p| !unused(p)).filter_map(|p| component(p).ok()).collect();
    if headers.is_empty() {
        return Err(bad(
            path,
            Both::new("no weights are in it or in its parts' folders", "其中及各部件的文件夹中都没有权重"),
        ));
    }
    Ok(headers)
}

/// "It is ...", of what is no model.
pub(super) fn is(what: &Both) -> Both {
    Both::new(format!("it is {}", what.en), format!("它是{}", what.zh))
}

impl Report {
    /// Whether all that it takes to draw is here and can be run.
    pub fn is_whole(&self) -> bool {
        self.kind.is_some() && self.lacks.is_empty() && self.trouble.is_none() && !self.needs_config
    }

    /// Channels of its latents.
    fn latents(&self) -> Option<usize> {
        let taken = self.parts.iter().find(|p| p.part.is_denoiser())?.width;
        // FLUX packs four latents into one.
        let flux = self.kind.as_ref().is_some_and(|k| k.family == family::Family::Flux);
        Some(if flux { taken / 4 } else { taken })
    }

    /// The type of most numbers of its largest part.
    pub fn precision(&self) -> &str {
        self.parts.iter().max_by_key(|p| p.parameters).map_or("", |p| p.precision.as_str())
    }

    /// Memory for a picture of this size, in pixels; `with` are the parts that fill what it lacks.
    pub fn need(&self, width: u32, height: u32, with: &[PartFacts]) -> Need {
        let weights = self.parts.iter().chain(with).map(|part| (part.part, part.memory));
        let channels = if self.channels.is_empty() { &[128, 256, 512, 512][..] } else { &self.channels };
        let denoiser = self.denoiser.as_ref().map(|(part, tensors)| (*part, tensors));
        Need::of(weights).drawing(denoiser, (FACTOR, channels), (width, height))
    }

    /// What it is, in a sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let holds = self.parts.iter().map(PartFacts::name).collect::<Vec<_>>().join(", ");
        let (size, precision) = (size_of(self.bytes), self.precision());
        let lacks = self.lacks.iter().map(|l| l.name()).collect::<Vec<_>>().join(", ");
        if let Some(other) = &self.other {
            return lang.pick(format!("It is {}, {size}.", other.en), format!("它是{}，{size}。", other.zh));
        }
        if let Some(Language { architecture, quantization, parameters, context, .. }) = &self.language {
            let [count, count_zh] = many(*parameters);
            return lang.pick(
                format!(
                    "A language model ({architecture}) of {count} parameters in {quantization}, {size}; it was trained \
                     for {context} tokens."
                ),
                format!(
                    "语言模型（{architecture}），{count_zh} 参数，{quantization}，{size}；训练上下文 {context} 个词元。"
                ),
            );
        }
        let Some(kind) = &self.kind else {
            return lang.pick(
                format!(
                    "A part of picture models, in {precision}, {size}: {holds}. It is used together with a denoiser."
                ),
                format!("图像模型的部件，{precision}，{size}：{holds}。需要与去噪网络一起使用。"),
            );
        };
        let name = kind.name();
        if let Some(trouble) = &self.trouble {
            let why = trouble.summary(lang);
            return lang.pick(
                format!("{name}, in {precision}, {size}: {holds}. It cannot be run as it is: {why}"),
                format!("{name}，{precision}，{size}：{holds}。无法直接运行：{why}"),
            );
        }
        if self.lacks.is_empty() && self.needs_config {
            return lang.pick(
                format!("{name}, in {precision}, {size}: {holds}. Its shapes are unknown: give the diffusers folder of its model (--config FOLDER)."),
                format!("{name}，{precision}，{size}：{holds}。形状不是已知的尺寸：需要配合该模型的 diffusers 文件夹运行（--config FOLDER）。"),
            );
        }
        if self.lacks.is_empty() {
            return lang.pick(
                format!("{name}, in {precision}, {size}: {holds}. It is complete."),
                format!("{name}，{precision}，{size}：{holds}。所需部件齐全。"),
            );
        }
        lang.pick(
            format!("{name}, in {precision}, {size}: {holds}. Missing: {lacks}."),
            format!("{name}，{precision}，{size}：{holds}。缺少：{lacks}。"),
        )
    }

    pub fn json(&self) -> Value {
        let part = |p: &PartFacts| {
            json!({"part": p.name(), "parameters": p.parameters, "bytes": p.bytes, "precision": p.precision,
                   "memory": p.memory})
        };
        json!({
            "path": self.path.display().to_string(),
            "family": self.kind.as_ref().map(Variant::name),
            "few_steps": self.kind.as_ref().map(|k| k.few),
            "prediction": self.kind.as_ref().and_then(|k| k.velocity).map(|v| if v { "v" } else { "epsilon" }),
            "precision": self.precision(),
            "bytes": self.bytes,
            "parameters": self.parts.iter().map(|p| p.parameters).sum::<u64>(),
            "holds": self.parts.iter().map(part).collect::<Vec<_>>(),
            "lacks": self.lacks.iter().map(|l| l.name()).collect::<Vec<_>>(),
            "trouble": self.trouble.as_ref().map(|e| e.summary(Lang::En)),
            "sentence": self.sentence(Lang::En),
        })
    }
}

/// The loose files of the models folder: models and parts of models without a card.
#[derive(Clone, Debug, Default)]
pub struct LooseFiles {
    pub reports: Vec<Report>,
    /// Language models that the engine does not run.
    pub refused: Vec<BrokenFile>,
    /// Models in several files of which some are missing.
    pub incomplete: Vec<ModelCard>,
    /// Files that cannot be used.
    pub broken: Vec<BrokenFile>,
}

impl LooseFiles {
    /// The tiny decoder that shows what `report` is drawing.
    pub fn preview(&self, report: &Report) -> Option<&Path> {
        let channels = report.latents()?;
        let kind = report.kind.as_ref()?;
        let fits = |r: &&Report| r.parts.iter().any(|p| p.part == Part::Taesd && p.width == channels);
        let all = self.reports.iter().filter(fits).map(|r| r.path.as_path());
        all.min_by_key(|path| (kind.name_distance(path), path.to_path_buf()))
    }

    /// The file with the part that best fills what `report` lacks, and the part. Parts of a whole checkpoint are not
    /// taken: they are that model's own.
    pub fn fitting(&self, report: &Report, lack: Lack) -> Option<(&Path, &PartFacts)> {
        let kind = report.kind.as_ref()?;
        let channels = report.latents()?;
        let fits = |part: &&PartFacts| part.answers(lack) && (lack != Lack::Vae || part.width == channels);
        let loose = self.reports.iter().filter(|r| r.kind.is_none());
        let all = loose.filter_map(|r| Some((r.path.as_path(), r.parts.iter().find(fits)?)));
        // Where shapes leave a choice (the VAEs of 1.x and XL are of one shape) the name decides.
        all.min_by_key(|(path, part)| {
            (kind.name_distance(path), std::cmp::Reverse(part.parameters), path.to_path_buf())
        })
    }
}
