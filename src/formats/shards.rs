//! Models in several files: an index (`*.index.json`) says in which file each tensor is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use serde::Deserialize;

use super::file::{self, bad, damaged};
use super::header::Header;
use crate::error::Result;
use crate::lang::{Both, both};

/// Longest index that is read: the largest seen have 200 KB.
const INDEX_MAX: u64 = 16 << 20;
/// Most files of one model.
const FILES_MAX: usize = 1000;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Reads the index at `path` and, by `read_shard`, the headers of all files that it names. A file that is not there is
/// an error that names it.
pub fn read(path: &Path, read_shard: impl Fn(&Path) -> Result<Header>) -> Result<Header> {
    let index: Index = serde_json::from_str(&file::read_text(path, INDEX_MAX)?)
        .map_err(|e| damaged(path, format!("it is not an index of shards: {e}"), "它不是分片索引"))?;
    let names: BTreeSet<&str> = index.weight_map.values().map(String::as_str).collect();
    if names.is_empty() || names.len() > FILES_MAX {
        return Err(bad(
            path,
            both!(
                "it names {} files (1 to {FILES_MAX} are possible)",
                "它列出了 {} 个文件（可以是 1 到 {FILES_MAX} 个）",
                names.len()
            ),
        ));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut whole: Option<Header> = None;
    let mut places = BTreeMap::new();
    for name in names {
        // Only names beside the index: it must not be able to point at the person's other files.
        if !matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)])
            || name.ends_with(".index.json")
        {
            return Err(bad(
                path,
                both!("it names the file {name:?}, which is not beside it", "它列出的文件 {name:?} 不在同一文件夹中"),
            ));
        }
        let shard = read_shard(&folder.join(name))?;
        let all = whole.get_or_insert_with(|| Header { tensors: BTreeMap::new(), files: Vec::new(), ..shard.clone() });
        if all.container != shard.container {
            return Err(bad(path, Both::new("its files are of different kinds", "其中的文件种类不一")));
        }
        places.insert(name, (all.files.len(), shard.tensors));
        all.files.extend(shard.files);
    }
    let mut whole = whole.ok_or_else(|| bad(path, Both::new("it names no file", "它没有列出文件")))?;
    for (tensor, name) in &index.weight_map {
        // Every name of the map was visited above.
        let Some((at, tensors)) = places.get_mut(name.as_str()) else { continue };
        let Some(mut entry) = tensors.remove(tensor) else {
            return Err(bad(
                path,
                both!("it says that {tensor} is in {name}, but it is not", "它称 {tensor} 在 {name} 中，实际不在"),
            ));
        };
        entry.file = *at;
        whole.tensors.insert(tensor.clone(), entry);
    }
    Ok(whole)
}
