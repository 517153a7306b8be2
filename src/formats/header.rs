//! What headers say of the tensors in one file, or in the files of one sharded model: names, types, shapes, places.
//! All containers give the same [`Header`], so that its users need not know the container.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::entry::Entry;
use super::file::FileFacts;
use super::gguf::Gguf;

/// The container of the tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Safetensors,
    /// PyTorch's zip with a pickle inside.
    Pickle,
    Gguf,
}

/// What the headers of a model's files say. Every tensor is inside its file.
#[derive(Clone, Debug)]
pub struct Header {
    pub container: Container,
    pub files: Vec<FileFacts>,
    /// By name, in order: all that begin alike are neighbours.
    pub tensors: BTreeMap<String, Entry>,
    /// Free texts: `__metadata__` of safetensors.
    pub metadata: BTreeMap<String, String>,
    /// The metadata of a GGUF file.
    pub gguf: Option<Arc<Gguf>>,
}

impl Header {
    /// The same files without a tensor.
    pub(super) fn bare(&self) -> Self {
        Self {
            container: self.container,
            files: self.files.clone(),
            tensors: BTreeMap::new(),
            metadata: self.metadata.clone(),
            gguf: self.gguf.clone(),
        }
    }

    /// The path that stands for all files: the first one.
    pub fn path(&self) -> &Path {
        self.files.first().map_or(Path::new(""), |f| &f.path)
    }

    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.tensors.get(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The tensors whose names begin with `prefix`, by the rest of their names.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        self.tensors
            .range(prefix.to_owned()..)
            .map_while(move |(name, entry)| name.strip_prefix(prefix).map(|rest| (rest, entry)))
    }

    /// Whether any name begins with `prefix`.
    pub fn any_below(&self, prefix: &str) -> bool {
        self.below(prefix).next().is_some()
    }

    /// One more than the largest number directly after `prefix` (`blocks.` of `blocks.3.x` gives 4).
    pub fn count(&self, prefix: &str) -> usize {
        let number = |rest: &str| rest.split('.').next().and_then(|n| n.parse::<usize>().ok());
        let most = self.below(prefix).filter_map(|(rest, _)| number(rest)).max();
        // Numbers in names are as free as any text: a model with more blocks than tensors does not exist.
        most.map_or(0, |n| n.saturating_add(1)).min(self.tensors.len())
    }

    /// Length of all files, in bytes.
    pub fn len(&self) -> u64 {
        self.files.iter().map(|f| f.len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }
}
