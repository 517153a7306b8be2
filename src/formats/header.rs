//! What headers say of the tensors in one file, or in the files of one sharded model: names, types, shapes, places.
//! All containers end in the same [`Header`], so what looks at a model need not know what it is packed in.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::gguf::{self, Gguf};
use super::scale::{self, Scale};
use super::{file, pickle, safetensors, shards};
use crate::error::{Doing, Result, StudioError};

/// The type of a tensor's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dtype {
    F64,
    F32,
    F16,
    BF16,
    /// 8 bits: sign, 4 of exponent, 3 of mantissa; without infinity.
    F8E4M3,
    /// 8 bits: sign, 5 of exponent, 2 of mantissa; the upper half of F16.
    F8E5M2,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
    /// A `ggml_type` number of a GGUF file.
    Ggml(u32),
}

impl Dtype {
    /// Bytes of one value; `None` where values are packed in blocks.
    pub fn size(self) -> Option<u64> {
        Some(match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::BF16 | Self::I16 | Self::U16 => 2,
            Self::F8E4M3 | Self::F8E5M2 | Self::I8 | Self::U8 | Self::Bool => 1,
            Self::Ggml(_) => return None,
        })
    }

    /// The name as safetensors and model pages write it.
    pub fn name(self) -> String {
        match self {
            Self::F8E4M3 => "F8_E4M3".to_owned(),
            Self::F8E5M2 => "F8_E5M2".to_owned(),
            Self::Bool => "BOOL".to_owned(),
            Self::Ggml(id) => gguf::types::name(id),
            plain => format!("{plain:?}"),
        }
    }

    /// Whether weights are kept in it (the others count and index).
    pub fn is_float(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16 | Self::F8E4M3 | Self::F8E5M2 | Self::Ggml(_))
    }

    /// Whether it can be computed with. Whole numbers of 8 bits can where a scale makes them weights.
    pub fn runs(self, scaled: bool) -> bool {
        match self {
            Self::Ggml(id) => gguf::types::runnable(id).is_some(),
            Self::I8 => scaled,
            plain => plain.is_float(),
        }
    }
}

/// One tensor: what it is and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub dtype: Dtype,
    /// Slowest dimension first.
    pub shape: Vec<usize>,
    /// Which of [`Header::files`] holds it.
    pub file: usize,
    /// Where its bytes begin, from the start of that file.
    pub offset: u64,
    /// On disk; 0 for GGUF types that candle cannot run.
    pub bytes: u64,
    /// How it becomes what `shape` says.
    pub arranged: Arranged,
    /// For each dimension, how many values further its next index lies; empty where all lie in the shape's order.
    pub strides: Vec<u64>,
    /// The compressed bytes that `offset` counts in once they are inflated; `None` where they lie in the file itself.
    pub deflated: Option<Deflated>,
    /// What its values are multiplied by.
    pub scale: Option<Box<Scale>>,
}

/// A deflated member of a zip: where its bytes are in the file, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflated {
    pub offset: u64,
    pub bytes: u64,
}

/// How a tensor's numbers lie in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arranged {
    #[default]
    AsShaped,
    /// Of a matrix: the other way round, in the file its shape is the reverse.
    Transposed,
    /// The second half of the rows comes first.
    HalvesSwapped,
}

impl Entry {
    /// `bytes` bytes from `offset` of the first file, as they are.
    pub(super) fn plain(dtype: Dtype, shape: Vec<usize>, offset: u64, bytes: u64) -> Self {
        Self {
            dtype,
            shape,
            file: 0,
            offset,
            bytes,
            arranged: Arranged::AsShaped,
            strides: Vec::new(),
            deflated: None,
            scale: None,
        }
    }

    pub fn elements(&self) -> u64 {
        self.shape.iter().map(|&n| n as u64).product()
    }
}

/// What the tensors are packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Safetensors,
    /// PyTorch's zip with a pickle inside.
    Pickle,
    Gguf,
}

/// One file of a header.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    pub path: PathBuf,
    /// Its length when the header was read, in bytes.
    pub len: u64,
}

/// All that the header or headers of a model's files say. Every tensor lies inside its file.
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
    /// Reads the header of the file at `path`: safetensors, an index of shards, a PyTorch zip or GGUF, told apart by
    /// their first bytes and not by their names. Weights that are kept scaled know their scales.
    pub fn read(path: &Path) -> Result<Self> {
        let mut header = Self::read_unscaled(path)?;
        scale::pair(&mut header)?;
        Ok(header)
    }

    /// All tensors as the file has them, scales among them.
    pub(super) fn read_unscaled(path: &Path) -> Result<Self> {
        let (mut source, len) = file::open(path)?;
        if len == 0 {
            return Err(file::bad(path, "it is empty (0 bytes)"));
        }
        let mut start = Vec::new();
        let read = source.by_ref().take(64).read_to_end(&mut start);
        read.map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
        match start.as_slice() {
            [b'G', b'G', b'U', b'F', ..] => Self::of_gguf(Gguf::open(path)?),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => pickle::read(path),
            [0x80, 2..=5, second, ..] if *second != b'{' => Err(file::bad(
                path,
                "it is a bare pickle, as PyTorch wrote them before version 1.6, which is not read; \
                 convert it to safetensors",
            )),
            // An index is JSON; the first byte of safetensors is part of a length.
            [b'{', ..] | [0xef, 0xbb, 0xbf, b'{', ..] if path.to_string_lossy().ends_with(".index.json") => {
                shards::read(path)
            }
            other => match file::looks_like(other) {
                Some(what) => Err(file::bad(path, what)),
                None => safetensors::read(path),
            },
        }
    }

    fn of_gguf(gguf: Gguf) -> Result<Self> {
        let tensors = gguf.tensors().map(|(name, t)| {
            let dtype = Dtype::Ggml(t.kind);
            let shape = gguf.original_shape(name).unwrap_or_else(|| t.shape.clone());
            (name.to_owned(), Entry { file: t.file, ..Entry::plain(dtype, shape, t.offset, t.bytes) })
        });
        Ok(Self {
            container: Container::Gguf,
            files: gguf.files.clone(),
            tensors: tensors.collect(),
            metadata: BTreeMap::new(),
            gguf: Some(Arc::new(gguf)),
        })
    }

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

    /// One more than the largest number that stands directly behind `prefix` (`blocks.` of `blocks.3.x` gives 4).
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
