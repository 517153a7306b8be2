//! The parts that files have, and the configurations that a chosen folder gives them.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::Checkpoint;
use crate::engine::image::diffusion::folder::options;
use crate::engine::image::nets::options::Options;
use crate::error::{Cause, Result};
use crate::formats::family::Lack;
use crate::formats::file::bad;
use crate::formats::layout::{self, Found, Part};
use crate::formats::{Header, family};
use crate::lang::{Both, both};

/// One part of one of the files.
pub(super) struct Piece {
    pub(super) found: Found,
    /// By diffusers' names.
    pub(super) tensors: Header,
    /// The file that it is in, by its own names.
    pub(super) whole: Arc<Header>,
}

impl Piece {
    pub(super) fn path(&self) -> &Path {
        self.tensors.path()
    }

    /// The configuration: of the folder that was named, of the `config.json` beside a file of diffusers, else what
    /// the shapes say.
    pub(super) fn config(&self, role: &str, from: &Chosen) -> Result<Options> {
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
    pub(super) fn check(&self, config: &Options) -> Result<()> {
        self.found.check(&self.whole, &self.tensors, &config.value())
    }
}

/// The folder whose configurations a person chose.
pub struct Chosen<'a> {
    folder: Option<&'a Path>,
    /// Whether anything was taken from it.
    used: Cell<bool>,
}

impl<'a> Chosen<'a> {
    /// # Errors
    /// A folder that is none.
    pub fn new(folder: Option<&'a Path>) -> Result<Self> {
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
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        self.take(name, Path::is_file)
    }

    pub(super) fn take(&self, name: &str, is: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let path = self.folder?.join(name);
        let there = is(&path);
        self.used.set(self.used.get() || there);
        there.then_some(path)
    }

    /// Refuses a folder with none of `names` in it.
    pub(super) fn check_holds(&self, names: &[&str], reason: &dyn Fn() -> Both) -> Result<()> {
        match self.folder {
            Some(path) if !names.iter().any(|name| path.join(name).exists()) => {
                Err(Cause::NotUsed { path: path.to_owned(), reason: reason() }.into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a folder of another family, whose configurations would fit nowhere.
    pub(super) fn check_family(&self, kind: &family::Variant) -> Result<()> {
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
    pub fn check_used(&self, reason: impl FnOnce() -> Both) -> Result<()> {
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

pub(super) fn read(header: &Arc<Header>, pieces: &mut Vec<Piece>) -> Result<()> {
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
pub(super) fn check_used(files: &Checkpoint, left: &[Piece], kind: &family::Variant) -> Result<()> {
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

pub(super) fn take(pieces: &mut Vec<Piece>, wanted: impl Fn(&Piece) -> bool) -> Option<Piece> {
    pieces.iter().position(wanted).map(|i| pieces.remove(i))
}
