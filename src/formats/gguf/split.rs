//! Models that were cut into several GGUF files, as llama.cpp's `gguf-split` cuts them: `NAME-00001-of-00003.gguf`, each
//! with `split.no` (from 0) and `split.count`, the metadata in the first.

use std::path::{Path, PathBuf};

use super::read::Parsed;
use super::{Value, read_file};
use crate::domain::plural;
use crate::error::{Cause, Result};
use crate::formats::file::{FileFacts, bad};
use crate::lang::both;

/// Most parts of one model.
const PARTS_MAX: usize = 1000;

/// What the name of a part tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartName {
    /// The model's name, without number and ending.
    pub name: String,
    /// Which part it is, from 1, and of how many.
    pub number: usize,
    pub count: usize,
    folder: PathBuf,
    /// Digits of a number.
    width: usize,
    ending: String,
}

impl PartName {
    /// `None` where the file is not called like a part.
    pub fn of(path: &Path) -> Option<Self> {
        let (stem, ending) = path.file_name()?.to_str()?.rsplit_once('.')?;
        let (rest, count) = stem.rsplit_once("-of-")?;
        let (name, number) = rest.rsplit_once('-')?;
        let plain = |digits: &str| digits.len() == count.len() && digits.bytes().all(|b| b.is_ascii_digit());
        if !ending.eq_ignore_ascii_case("gguf") || !plain(number) || !plain(count) {
            return None;
        }
        let width = count.len();
        let (number, count) = (number.parse().ok()?, count.parse().ok()?);
        let folder = path.parent()?.to_owned();
        let part = Self { name: name.to_owned(), number, count, folder, width, ending: ending.to_owned() };
        ((1..=count).contains(&number) && count <= PARTS_MAX).then_some(part)
    }

    /// The file of another part.
    pub fn path(&self, number: usize) -> PathBuf {
        let Self { name, width, count, ending, .. } = self;
        self.folder.join(format!("{name}-{number:0width$}-of-{count:0width$}.{ending}"))
    }

    /// The files of all parts, in order.
    pub fn paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        (1..=self.count).map(|number| self.path(number))
    }
}

/// The file that stands for the model that `path` is of: the first part where there are several, if it is here.
pub fn first_part(path: &Path) -> PathBuf {
    let part = PartName::of(path).filter(|part| part.number > 1);
    let here = part.and_then(|part| part.paths().find(|path| path.exists()));
    here.unwrap_or_else(|| path.to_owned())
}

/// The files of the model that `path` is of, as far as they are here.
pub fn files(path: &Path) -> Vec<PathBuf> {
    match PartName::of(path) {
        Some(part) => part.paths().filter(|path| path.exists()).collect(),
        None => vec![path.to_owned()],
    }
}

/// Puts the other parts to the one that was read from the file at `path` of `len` bytes. A whole model stays as it is.
///
/// # Errors
/// A part is not here ([`Cause::MissingParts`]), is damaged, or is of another model.
pub fn join(path: &Path, len: u64, read: Parsed) -> Result<(Vec<FileFacts>, Parsed)> {
    let place = |parsed: &Parsed, key: &str| match parsed.metadata.get(key) {
        Some(Value::Int(n)) => usize::try_from(*n).ok(),
        _ => None,
    };
    let count = place(&read, "split.count").unwrap_or(1);
    if count <= 1 {
        return Ok((vec![FileFacts { path: path.to_owned(), len }], read));
    }
    let number = place(&read, "split.no").map_or(1, |n| n.saturating_add(1));
    if number > count || count > PARTS_MAX {
        return Err(bad(
            path,
            both!(
                "it says that it is part {number} of {count} (at most {PARTS_MAX} are read)",
                "它自称是第 {number} 部分，共 {count} 部分（最多读取 {PARTS_MAX} 部分）"
            ),
        ));
    }
    let name = PartName::of(path).filter(|part| (part.number, part.count) == (number, count)).unwrap_or(PartName {
        name: "*".to_owned(),
        number,
        count,
        folder: path.parent().unwrap_or(Path::new("")).to_owned(),
        width: 5,
        ending: "gguf".to_owned(),
    });
    let others = || (1..=count).filter(|&n| n != number).map(|n| (n, name.path(n)));
    let missing: Vec<String> = others()
        .filter(|(_, path)| !path.exists())
        .map(|(_, path)| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    if !missing.is_empty() {
        return Err(Cause::MissingParts { path: path.to_owned(), part: number, count, missing }.into());
    }
    let mut parts = vec![(number, path.to_owned(), len, read)];
    for (n, path) in others() {
        let (len, part) = read_file(&path)?;
        if place(&part, "split.count") != Some(count) || place(&part, "split.no").is_some_and(|no| no + 1 != n) {
            return Err(bad(
                &path,
                both!("by its header it is not part {n} of {count}", "按文件头，它不是第 {n} 部分（共 {count} 部分）"),
            ));
        }
        parts.push((n, path, len, part));
    }
    parts.sort_by_key(|(n, ..)| *n);
    let mut files = Vec::with_capacity(count);
    let mut whole: Option<Parsed> = None;
    for (file, (_, path, len, part)) in parts.into_iter().enumerate() {
        let tensors = part.tensors.into_iter().map(|(name, tensor)| (name, super::Tensor { file, ..tensor }));
        match &mut whole {
            None => whole = Some(Parsed { tensors: tensors.collect(), metadata: part.metadata }),
            Some(whole) => {
                for (name, tensor) in tensors {
                    if whole.tensors.contains_key(&name) {
                        return Err(bad(
                            &path,
                            both!("the tensor {name} is in another part too", "张量 {name} 在另一部分中也有"),
                        ));
                    }
                    whole.tensors.insert(name, tensor);
                }
            }
        }
        files.push(FileFacts { path, len });
    }
    let whole = whole.unwrap_or_default();
    let (all, found) = (place(&whole, "split.tensors.count"), whole.tensors.len());
    let tensors = plural(found, "tensor", "tensors");
    match all {
        Some(all) if all != found => Err(bad(
            path,
            both!(
                "its {count} parts have {found} {tensors}, not {all}",
                "{count} 个部分共有 {found} 个张量，应为 {all} 个"
            ),
        )),
        _ => Ok((files, whole)),
    }
}
