//! Files that a person opened from anywhere, and parts that they chose for incomplete models. The doctor checks them
//! first: what it refuses gets no card.

use std::path::{Path, PathBuf};

use super::doctor::{LooseFiles, examine, examine_read, headers, is};
use super::{Runs, local};
use crate::domain::ModelCard;
use crate::error::{Cause, Result, StudioError};
use crate::formats::file::bad;
use crate::formats::gguf::first_part;
use crate::formats::layout::part_name;
use crate::lang::{Both, both};

/// The card of the model at `path`: a file, the first of several, or a folder. Missing parts are taken from `parts`,
/// then from the models folder. The card's id is the path. Beside the card: why the engine does not run it.
///
/// # Errors
/// A file that is no model, or cannot be run; a part that it has no use for.
pub fn open(
    path: &Path,
    parts: &[PathBuf],
    loose: &LooseFiles,
    runs: Runs<'_>,
) -> Result<(ModelCard, Option<StudioError>)> {
    let path = &if path.is_dir() { inside(path)? } else { first_part(path) };
    let mut chosen = LooseFiles::default();
    for part in parts {
        let report = examine(part)?;
        report.trouble.clone().map_or(Ok(()), Err)?;
        chosen.reports.push(report);
    }
    let headers = headers(path)?;
    let report = examine_read(path, &headers)?;
    report.trouble.clone().map_or(Ok(()), Err)?;
    if report.needs_config {
        return Err(bad(
            path,
            Both::new("its shapes are unknown: its config.json is needed", "其形状不是已知的：需要它的 config.json"),
        ));
    }
    let all_loose = [&chosen, loose];
    let found = if path.join(local::INDEX).is_file() { local::folder_card(path, &report, &all_loose) } else { None };
    let found = found.or_else(|| local::checkpoint(&report, &all_loose)).or_else(|| local::language(&report));
    let Some(mut card) = found else {
        let reason = match (report.parts.first(), &report.other) {
            (Some(part), _) => {
                let what = part_name(part.part);
                Both::new(
                    format!("it is {}, which is a part for a model that has none", what.en),
                    format!("它是{}，需要与缺少它的模型一起使用", what.zh),
                )
            }
            (None, Some(other)) => is(other),
            (None, None) => Both::new("no model is in it", "其中没有模型"),
        };
        return Err(bad(path, reason));
    };
    let used = |part: &PathBuf| card.local.as_ref().is_some_and(|local| local.files.parts.contains(part));
    if let Some(part) = parts.iter().find(|part| !used(part)) {
        let lacks = report.lacks.iter().map(|lack| lack.name()).collect::<Vec<_>>().join(", ");
        let holds = chosen.reports.iter().find(|report| report.path == *part);
        let holds = holds.and_then(|report| report.parts.first()).map_or("", |part| part.name());
        let reason = Both {
            en: format!("it has {holds} of a size that does not fit, or none of what is missing ({lacks})"),
            zh: format!("其中的 {holds} 尺寸不合，或没有所缺的部件（{lacks}）"),
        };
        return Err(Cause::NotUsed { path: part.clone(), reason }.into());
    }
    card.id = path.display().to_string();
    card.name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok((card, local::refusal(&report, &headers, runs)))
}

/// What of a folder is the model: the folder where it is one of diffusers, else the one language model in it.
fn inside(folder: &Path) -> Result<PathBuf> {
    if folder.join(local::INDEX).is_file() {
        return Ok(folder.to_owned());
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_gguf = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf"));
    let mut models: Vec<PathBuf> = entries.filter(is_gguf).map(|path| first_part(&path)).collect();
    models.sort();
    models.dedup();
    match <[PathBuf; 1]>::try_from(models) {
        Ok([model]) => Ok(model),
        Err(models) => {
            let many = models.len();
            let reason = match many {
                0 => Both::new(
                    "it is no diffusers folder (it has no model_index.json), and not one GGUF file is in it",
                    "它不是 diffusers 文件夹（没有 model_index.json），其中也没有 GGUF 文件",
                ),
                _ => both!("{many} GGUF files are in it: open one", "其中有 {many} 个 GGUF 文件：请打开其中一个"),
            };
            Err(bad(folder, reason))
        }
    }
}
