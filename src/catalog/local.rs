//! Picture models that a person put into the models folder: diffusers folders and checkpoints become cards of their own.
//! Only small files, headers and the sizes of large ones are looked at.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::doctor::{LooseFiles, PartFacts, Report, examine, examine_read, is};
use super::{Runs, verify};
use crate::domain::{BrokenFile, CardDefaults, Checkpoint, Local, Makes, ModelCard, ModelFile, Sampler, Size};
use crate::error::{Cause, Result, StudioError};
use crate::formats::Header;
use crate::formats::family::{ENDINGS, Family, Variant, few_by_name};
use crate::formats::file::{bad, read_text};
use crate::formats::gguf::{self, PartName, first_part};
use crate::formats::plain::plainly;
use crate::lang::{Both, Lang};

pub const INDEX: &str = "model_index.json";
/// Longest configuration that is read, most folders, most weight files of a model.
const MOST: u64 = 1 << 20;
const MAX_FOLDERS: usize = 1000;
const MAX_FILES: usize = 64;

/// What `unet/config.json` and the scheduler's say of the model's habits.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Habits {
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
    let habits = |path: &str| -> Habits {
        read_text(&folder.join(path), MOST).ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
    };
    let (unet, scheduler) = (habits("unet/config.json"), habits("scheduler/scheduler_config.json"));
    let transformer = habits("transformer/config.json");
    let name = folder.file_name()?.to_string_lossy().into_owned();
    let family = Family::of_folder(folder)?;
    let distilled =
        if family == Family::Flux { transformer.guidance_embeds } else { unet.time_cond_proj_dim.is_some() };
    // Models of few steps say so by their scheduler, or by their names alone; of FLUX, schnell is the one that was not
    // distilled with guidance.
    let few = match family {
        Family::Flux => !distilled,
        _ => distilled || scheduler.timestep_spacing == "trailing" || few_by_name(&name),
    };
    let kind = Variant { family, few, distilled, velocity: None, zero_snr: false };
    let files = weights(folder);
    if files.is_empty() {
        return None;
    }
    // The UNet's own size is in latents of eight pixels.
    let side = if family == Family::Sd2 && unet.sample_size == 96 { 768 } else { kind.side() };
    let mut card = card_of(&kind, name, side);
    // Files are mostly in half precision, and computed with in full.
    card.memory = files.iter().map(|f| f.bytes).sum::<u64>().saturating_mul(2);
    card.files = files;
    Some(card)
}

/// Most loose files that are looked at.
const MAX_LOOSE: usize = 2000;

/// What the loose model files of the folder are: those directly in it, and in folders of it that are no models of
/// their own (`checkpoints`, `vae`...). Reads headers alone, each once; a file that cannot be told is left out.
pub fn loose_files(folder: &Path, known: &[ModelCard], runs: Runs<'_>) -> LooseFiles {
    let mut paths = Vec::new();
    loose(folder, 2, &mut paths);
    // The files of cards are known without a look.
    paths.retain(|path| !known.iter().any(|card| path.starts_with(folder.join(&card.id))));
    paths.sort();
    // A model in several files is one: its first file stands for it, or the index that names them all.
    paths.retain(|path| first_part(path) == *path);
    let indices = paths.iter().filter(|path| is_index(path));
    let mut indices: HashMap<PathBuf, Header> =
        indices.filter_map(|path| Some((path.clone(), Header::read(path).ok()?))).collect();
    let shards: HashSet<PathBuf> =
        indices.values().flat_map(|header| &header.files).map(|file| file.path.clone()).collect();
    paths.retain(|path| !shards.contains(path));
    let mut loose = LooseFiles::default();
    for path in paths {
        let broken = |path: PathBuf, bytes, error| BrokenFile { path, bytes, error };
        let header = indices.remove(&path).map_or_else(|| Header::read(&path), Ok);
        let examined = header.and_then(|header| {
            let headers = [header];
            let report = examine_read(&path, &headers)?;
            let error = refusal(&report, &headers, runs);
            Ok((report, error))
        });
        match examined {
            // A part is reported when a model uses it.
            Ok((report, _)) if report.trouble.is_some() && (report.kind.is_some() || report.language.is_some()) => {
                loose.broken.extend(report.trouble.map(|error| broken(path, report.bytes, error)));
            }
            Ok((Report { other: Some(other), bytes, .. }, _)) => {
                let error = bad(&path, is(&other));
                loose.broken.push(broken(path, bytes, error));
            }
            Ok((report, refused)) => {
                loose.refused.extend(refused.map(|error| broken(path, report.bytes, error)));
                loose.reports.push(report);
            }
            Err(error) => match incomplete(path.clone(), &error) {
                Some(card) => loose.incomplete.push(card),
                None => {
                    let bytes = fs::metadata(&path).map_or(0, |about| about.len());
                    let error = plainly(&path, error);
                    loose.broken.push(broken(path, bytes, error));
                }
            },
        }
    }
    loose
}

/// Why the engine does not run a language model, by the header that was read.
pub fn refusal(report: &Report, headers: &[Header], runs: Runs<'_>) -> Option<StudioError> {
    let is_language = report.kind.is_none() && report.language.is_some() && report.trouble.is_none();
    let gguf = headers.iter().find_map(|header| header.gguf.as_ref()).filter(|_| is_language);
    gguf.and_then(|gguf| runs(gguf).err())
}

/// A card for a model with missing parts: it is listed, and cannot be used.
fn incomplete(path: PathBuf, error: &StudioError) -> Option<ModelCard> {
    let Cause::MissingParts { missing, .. } = error.cause() else { return None };
    let about = |lang| format!("{} {}", error.summary(lang), error.remedy(lang));
    let here = gguf::files(&path);
    let bytes = here.iter().filter_map(|path| fs::metadata(path).ok()).map(|about| about.len()).sum();
    let local = Local { files: Checkpoint::new(path.clone()), lacks: missing.join(", "), ..Local::default() };
    Some(text_card(name_of(&path)?, [about(Lang::En), about(Lang::Zh)], &path, bytes, local))
}

/// A file's name without its ending; a part's without its number.
fn name_of(path: &Path) -> Option<String> {
    if let Some(part) = PartName::of(path) {
        return Some(part.name);
    }
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    match stem.strip_suffix(".index").filter(|_| is_index(path)) {
        Some(weights) => Some(Path::new(weights).file_stem()?.to_string_lossy().into_owned()),
        None => Some(stem),
    }
}

/// All files of the model that `main` stands for.
pub fn files_of(main: &Path) -> Vec<PathBuf> {
    let shards = is_index(main).then(|| Header::read(main).ok()).flatten();
    let shards = shards.into_iter().flat_map(|header| header.files).map(|file| file.path);
    gguf::files(main).into_iter().chain(shards).collect()
}

/// Whether a file names the files of a sharded model.
fn is_index(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".index.json")
}

fn loose(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if found.len() >= MAX_LOOSE {
            return;
        }
        if path.is_dir() {
            // A folder with a card of its own, or a diffusers folder, is known already.
            let own = path.join(INDEX).is_file() || path.join("card.toml").is_file();
            let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if depth > 0 && !own && !hidden {
                loose(&path, depth - 1, found);
            }
        } else if (is_index(&path)
            || path.extension().is_some_and(|e| ENDINGS.iter().any(|known| e.eq_ignore_ascii_case(known))))
            // A pipe of that name would be waited for.
            && path.is_file()
        {
            found.push(path);
        }
    }
}

/// A card for each loose file that holds a denoiser, with the parts that complete it.
pub fn checkpoints(loose: &LooseFiles) -> Vec<ModelCard> {
    loose.reports.iter().filter_map(|report| checkpoint(report, &[loose])).collect()
}

/// The card of a denoiser; missing parts come from the first of `all_loose` that has them.
pub fn checkpoint(report: &Report, all_loose: &[&LooseFiles]) -> Option<ModelCard> {
    let kind = report.kind.as_ref()?;
    let name = name_of(&report.path)?;
    let mut card = card_of(kind, name, kind.side());
    let Filled { mut files, with, lacks } = fill(report, all_loose);
    // The model itself may be in several files.
    let size = |path: &PathBuf| match *path == report.path {
        true => report.bytes,
        false => fs::metadata(path).map_or(0, |m| m.len()),
    };
    let file = |path: &PathBuf| ModelFile {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: size(path),
        sha256: String::new(),
        sources: Vec::new(),
    };
    card.files = files.paths().map(file).collect();
    files.preview = all_loose.iter().find_map(|loose| loose.preview(report)).map(Path::to_owned);
    describe(&mut card, report, &files.parts);
    complete(&mut card, report, files, &with, lacks);
    Some(card)
}

/// A model with what fills its gaps.
struct Filled {
    files: Checkpoint,
    with: Vec<PartFacts>,
    /// What is nowhere to be found, joined by commas.
    lacks: String,
}

/// Takes a model's missing parts from the first of `all_loose` that has them.
fn fill(report: &Report, all_loose: &[&LooseFiles]) -> Filled {
    let mut files = Checkpoint::new(report.path.clone());
    let (mut with, mut lacks) = (Vec::new(), Vec::new());
    for lack in &report.lacks {
        match all_loose.iter().find_map(|loose| loose.fitting(report, *lack)) {
            Some((path, part)) => {
                if !files.parts.iter().any(|p| p == path) {
                    files.parts.push(path.to_owned());
                }
                with.push(part.clone());
            }
            None => lacks.push(lack.name()),
        }
    }
    Filled { files, with, lacks: lacks.join(", ") }
}

/// What a model is, and which parts were taken for it.
fn describe(card: &mut ModelCard, report: &Report, parts: &[PathBuf]) {
    card.about = report.sentence(Lang::En);
    card.about_zh = report.sentence(Lang::Zh);
    if !parts.is_empty() {
        let names = parts.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
        let names = names.collect::<Vec<_>>().join(", ");
        card.about.push_str(&format!(" Taken for it: {names}."));
        card.about_zh.push_str(&format!("已配上：{names}。"));
    }
}

/// A card for each loose language model, and for each that is not whole.
pub fn languages(loose: &LooseFiles) -> Vec<ModelCard> {
    let whole = loose.reports.iter().filter(|report| report.kind.is_none()).filter_map(language);
    whole.chain(loose.incomplete.iter().cloned()).collect()
}

/// The card of a language model, from its headers; `None` for other files.
pub fn language(report: &Report) -> Option<ModelCard> {
    let facts = report.language.as_ref()?;
    let note = match facts.chats {
        true => ("", ""),
        false => (" It has no chat template: it goes on with texts.", "它没有聊天模板，适合续写。"),
    };
    let about = [report.sentence(Lang::En) + note.0, report.sentence(Lang::Zh) + note.1];
    let local = Local {
        files: Checkpoint::new(report.path.clone()),
        kind: facts.name.clone().unwrap_or_default(),
        precision: facts.quantization.clone(),
        ends: verify::ends(&report.path).unwrap_or_default(),
        weights: facts.memory,
        ..Local::default()
    };
    let card = text_card(name_of(&report.path)?, about, &report.path, report.bytes, local);
    Some(ModelCard { family: facts.architecture.clone(), memory: facts.memory, ..card })
}

/// The card of a language model in a loose file, or in several of which `path` is the first.
fn text_card(id: String, [about, about_zh]: [String; 2], path: &Path, bytes: u64, local: Local) -> ModelCard {
    ModelCard {
        name: id.clone(),
        id,
        makes: Makes::Text,
        family: String::new(),
        about,
        about_zh,
        terms: None,
        quality: Default::default(),
        licence: String::new(),
        memory: bytes,
        files: vec![ModelFile {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes,
            sha256: String::new(),
            sources: Vec::new(),
        }],
        sizes: Vec::new(),
        defaults: CardDefaults::default(),
        examples: Vec::new(),
        examples_zh: Vec::new(),
        local: Some(Box::new(local)),
    }
}

/// Gives loose files' cards ids of their own: the file's name without its ending where no other model is called so, else
/// its path within `folder`, with the ending where that tells them apart.
pub fn name_apart(cards: &mut [ModelCard], known: &[ModelCard], folder: &Path) {
    let names = |card: &ModelCard| -> Option<[String; 3]> {
        let path = &card.local.as_ref()?.files.main;
        let inner = path.strip_prefix(folder).unwrap_or(path);
        let text = |path: &Path| path.to_string_lossy().into_owned();
        Some([name_of(path)?, text(&inner.with_extension("")), text(inner)])
    };
    let all: Vec<_> = cards.iter().map(|card| names(card).unwrap_or_default()).collect();
    for (card, own) in cards.iter_mut().zip(&all) {
        let alone = |i: &usize| {
            all.iter().filter(|names| names[*i] == own[*i]).count() == 1
                && !known.iter().any(|other| other.id == own[*i])
        };
        let id = &own[(0..2).find(alone).unwrap_or(2)];
        (card.id, card.name) = (id.clone(), id.clone());
    }
}

/// Adds what a model's headers say beyond its card.
fn complete(card: &mut ModelCard, report: &Report, files: Checkpoint, with: &[PartFacts], lacks: String) {
    let side = card.defaults.width.unwrap_or(512);
    let need = report.need(side, side, with);
    card.memory = need.total();
    let (weights, working) = (need.weights(), need.total() - need.weights());
    let precision = report.precision().to_owned();
    let kind = report.kind.as_ref().map_or_else(String::new, |kind| kind.name().to_owned());
    let longest = report.longest;
    card.local =
        Some(Box::new(Local { files, kind, precision, lacks, weights, working, longest, ends: String::new() }));
}

/// The card of a diffusers folder whose headers were read; the first of `all_loose` that has what it lacks gives it.
pub fn folder_card(folder: &Path, report: &Report, all_loose: &[&LooseFiles]) -> Option<ModelCard> {
    let mut card = card(folder)?;
    told(&mut card, report, all_loose);
    Some(card)
}

/// Looks into the headers of a diffusers folder that has a card.
///
/// # Errors
/// A folder that cannot be run, or has no denoiser.
pub fn look_into(card: &mut ModelCard, folder: &Path, loose: &LooseFiles) -> Result<()> {
    let report = examine(folder)?;
    if report.kind.is_none() {
        return Err(bad(
            folder,
            Both::new("its unet or transformer folder is missing", "缺少部件 unet 或 transformer"),
        ));
    }
    told(card, &report, &[loose]);
    report.trouble.map_or(Ok(()), Err)
}

fn told(card: &mut ModelCard, report: &Report, all_loose: &[&LooseFiles]) {
    if report.kind.is_some() {
        let Filled { mut files, with, lacks } = fill(report, all_loose);
        files.preview = all_loose.iter().find_map(|loose| loose.preview(report)).map(Path::to_owned);
        describe(card, report, &files.parts);
        complete(card, report, files, &with, lacks);
    }
}

/// The card of a model that is known by its kind, without files yet.
fn card_of(kind: &Variant, name: String, side: u32) -> ModelCard {
    let (title, (steps, guidance)) = (kind.name(), kind.family.defaults(kind.few));
    ModelCard {
        id: name.clone(),
        name,
        makes: Makes::Image,
        family: kind.family.id().to_owned(),
        about: format!("{title}, from your models folder."),
        about_zh: format!("{title}，来自你的模型文件夹。"),
        terms: None,
        quality: Default::default(),
        licence: String::new(),
        memory: 0,
        files: Vec::new(),
        sizes: vec![Size { width: side, height: side }],
        defaults: CardDefaults {
            width: Some(side),
            height: Some(side),
            steps: Some(steps),
            guidance: Some(guidance),
            sampler: Some(if kind.family.is_flow() { Sampler::Euler } else { Sampler::Automatic }),
            ..CardDefaults::default()
        },
        examples: Vec::new(),
        examples_zh: Vec::new(),
        local: None,
    }
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
mod tests;
