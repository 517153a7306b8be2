//! The header of a GGUF file: metadata, vocabulary, and the place of each weight.
//!
//! Our own reader, because files from outside may be hostile: candle's allocates memory for nested arrays of any depth,
//! and does not distinguish a truncated file from an unsupported type.
//! Layout: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

mod read;
mod split;
pub mod types;

use std::collections::HashMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

pub use self::split::{PartName, files, first_part};
use super::file::{FileFacts, bad, damaged};
use crate::error::{Cause, Result, StudioError};
use crate::lang::{Both, both};

/// A metadata value. Integers and floats are converted to 64 bits.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    Array(Array),
    /// Something that no model needs, as the end of the words "its value is ...".
    Unusable(String),
}

/// A metadata array; all elements have one type.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Bools(Vec<bool>),
    Texts(Vec<String>),
}

/// The place, shape and type of a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Slowest dimension first, as candle has it: `[rows, columns]`.
    pub shape: Vec<usize>,
    /// `ggml_type` number.
    pub kind: u32,
    /// Which of [`Gguf::files`] holds it.
    pub file: usize,
    /// From the start of that file.
    pub offset: u64,
    /// On disk; 0 for types that cannot be run.
    pub bytes: u64,
}

impl Tensor {
    /// The number of values.
    pub fn elements(&self) -> u64 {
        self.shape.iter().map(|&d| d as u64).product()
    }
}

/// A checked header: every tensor of a supported type is inside its file.
#[derive(Debug)]
pub struct Gguf {
    /// The file; the first one of a model in parts.
    pub path: PathBuf,
    /// All files, mostly one.
    pub files: Vec<FileFacts>,
    metadata: HashMap<String, Value>,
    tensors: HashMap<String, Tensor>,
}

fn read_file(path: &Path) -> Result<(u64, read::Parsed)> {
    let (file, len) = super::file::open(path)?;
    let parsed = read::parse(BufReader::with_capacity(1 << 20, file), len)
        .map_err(|why| damaged(path, why, "GGUF 文件头已损坏或不完整"))?;
    Ok((len, parsed))
}

/// The length that the header of the file at `path` promises; `None` where it has none.
pub fn whole(path: &Path) -> Option<u64> {
    let (file, len) = super::file::open(path).ok()?;
    read::whole(BufReader::with_capacity(1 << 20, file), len).ok()
}

impl Gguf {
    /// Reads the header of the file at `path`, and of the other parts of its model where it is one of several.
    ///
    /// # Errors
    /// A damaged header, a truncated file, or missing parts.
    pub fn open(path: &Path) -> Result<Self> {
        let (len, parsed) = read_file(path)?;
        let (files, read::Parsed { metadata, tensors }) = split::join(path, len, parsed)?;
        let path = files.first().map_or_else(|| path.to_owned(), |file| file.path.clone());
        Ok(Self { path, files, metadata, tensors })
    }

    /// Length of all files, in bytes.
    pub fn len(&self) -> u64 {
        self.files.iter().map(|file| file.len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// This file cannot be a model because of `reason`.
    pub fn bad(&self, reason: Both) -> StudioError {
        bad(&self.path, reason)
    }

    /// Replaces a string, to test one vocabulary with several pre-tokenizers.
    pub fn set_text(&mut self, key: &str, value: &str) {
        self.metadata.insert(key.to_owned(), Value::Text(value.to_owned()));
    }

    /// The same for a flag.
    pub fn set_flag(&mut self, key: &str, value: bool) {
        self.metadata.insert(key.to_owned(), Value::Bool(value));
    }

    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// The shape that a tensor had before it was packed, where the file keeps it beside (`comfy.gguf.orig_shape.*`:
    /// convolutions are flattened so that their rows can be quantised).
    pub fn original_shape(&self, name: &str) -> Option<Vec<usize>> {
        let dims = self.ints(&format!("comfy.gguf.orig_shape.{name}"))?;
        let shape = dims.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>()?;
        let elements = shape.iter().try_fold(1_u64, |n, &d| n.checked_mul(d as u64))?;
        (elements == self.tensor(name)?.elements()).then_some(shape)
    }

    pub fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The text at `key`; `None` where it is absent or something else.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number at `key`; an error where it is there but cannot be a count.
    pub fn count(&self, key: &str) -> Result<Option<usize>> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Int(n)) => match usize::try_from(*n) {
                Ok(n) => Ok(Some(n)),
                Err(_) => Err(self.bad(both!("{key} is {n}", "{key} 为 {n}"))),
            },
            Some(Value::Array(Array::Ints(all))) if all.windows(2).all(|w| w[0] == w[1]) && !all.is_empty() => {
                usize::try_from(all[0]).map(Some).map_err(|_| self.bad(both!("{key} is {}", "{key} 为 {}", all[0])))
            }
            Some(Value::Unusable(what)) => {
                Err(self.bad(Both::new(format!("{key} is {what}"), format!("{key} 的值无法使用"))))
            }
            Some(_) => Err(self.bad(both!("{key} is not a number", "{key} 不是数值"))),
        }
    }

    /// The number at `key`, which must be there and be at least 1.
    ///
    /// # Errors
    /// The key is missing, or its value is not a count.
    pub fn required(&self, key: &str) -> Result<usize> {
        match self.count(key)? {
            Some(0) => Err(self.bad(both!("{key} is 0", "{key} 为 0"))),
            Some(n) => Ok(n),
            None => Err(self.bad(both!("its metadata has no {key}", "元数据中没有 {key}"))),
        }
    }

    /// The finite number at `key`.
    ///
    /// # Errors
    /// A value that is not a finite number.
    pub fn float(&self, key: &str) -> Result<Option<f64>> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Float(x)) if x.is_finite() => Ok(Some(*x)),
            Some(Value::Int(n)) => Ok(Some(*n as f64)),
            Some(Value::Unusable(what)) => {
                Err(self.bad(Both::new(format!("{key} is {what}"), format!("{key} 的值无法使用"))))
            }
            Some(other) => Err(self.bad(both!("{key} is {other:?}", "{key} 为 {other:?}"))),
        }
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.metadata.get(key)? {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub fn texts(&self, key: &str) -> Option<&[String]> {
        match self.metadata.get(key)? {
            Value::Array(Array::Texts(all)) => Some(all),
            _ => None,
        }
    }

    pub fn floats(&self, key: &str) -> Option<&[f32]> {
        match self.metadata.get(key)? {
            Value::Array(Array::Floats(all)) => Some(all),
            _ => None,
        }
    }

    pub fn ints(&self, key: &str) -> Option<&[i64]> {
        match self.metadata.get(key)? {
            Value::Array(Array::Ints(all)) => Some(all),
            _ => None,
        }
    }

    /// The architecture's name, in whose name most keys begin.
    ///
    /// # Errors
    /// The key is missing.
    pub fn architecture(&self) -> Result<&str> {
        self.text("general.architecture").ok_or_else(|| {
            self.bad(Both::new("its metadata has no general.architecture", "元数据中没有 general.architecture"))
        })
    }

    /// How the file is quantised, as model pages say it: `Q4_K_M`, or the type of most of its weights.
    pub fn quantization(&self) -> String {
        if let Ok(Some(id)) = self.count("general.file_type")
            && let Some(name) = types::file_type(id as u64)
        {
            return name.to_owned();
        }
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        for tensor in self.tensors.values() {
            *sizes.entry(tensor.kind).or_default() += tensor.elements();
        }
        sizes
            .into_iter()
            .max_by_key(|&(kind, n)| (n, kind))
            .map_or_else(|| "?".to_owned(), |(kind, _)| types::name(kind))
    }

    /// Refuses a file with a weight that candle cannot compute with.
    pub fn check_types(&self) -> Result<()> {
        let worst = self.tensors.values().filter(|t| types::runnable(t.kind).is_none()).max_by_key(|t| t.elements());
        match worst {
            None => Ok(()),
            Some(tensor) => Err(Cause::UnsupportedQuantization {
                found: types::name(tensor.kind),
                supported: types::RUNNABLE.to_owned(),
            }
            .into()),
        }
    }
}
