//! Reading the header of a model's files, whatever container they are. Containers are told apart by their first bytes
//! and not by their names.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::dtype::Dtype;
use super::entry::Entry;
use super::gguf::Gguf;
use super::header::{Container, Header};
use super::{file, pickle, safetensors, scale, shards};
use crate::error::{Doing, Result, StudioError};
use crate::lang::Both;

impl Header {
    /// Reads the header of the file at `path`: safetensors, an index of shards, a PyTorch zip or GGUF, told apart by
    /// their first bytes and not by their names. Weights that are kept scaled know their scales.
    ///
    /// # Errors
    /// A file of another kind, a damaged header, or a truncated file.
    pub fn read(path: &Path) -> Result<Self> {
        let mut header = unscaled(path)?;
        scale::pair(&mut header)?;
        Ok(header)
    }
}

/// All tensors as the file has them, scales among them.
fn unscaled(path: &Path) -> Result<Header> {
    let (mut source, len) = file::open(path)?;
    if len == 0 {
        return Err(file::bad(path, Both::new("it is empty (0 bytes)", "它是空的（0 字节）")));
    }
    let mut start = Vec::new();
    let read = source.by_ref().take(64).read_to_end(&mut start);
    read.map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    match start.as_slice() {
        [b'G', b'G', b'U', b'F', ..] => Ok(of_gguf(Gguf::open(path)?)),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => pickle::read(path),
        [0x80, 2..=5, second, ..] if *second != b'{' => Err(file::bad(
            path,
            Both::new(
                "it is a bare pickle, as PyTorch wrote them before version 1.6, which is not read; \
                 convert it to safetensors",
                "它是 PyTorch 1.6 之前的 pickle，无法读取；请转换为 safetensors",
            ),
        )),
        // An index is JSON; the first byte of safetensors is part of a length.
        [b'{', ..] | [0xef, 0xbb, 0xbf, b'{', ..] if path.to_string_lossy().ends_with(".index.json") => {
            shards::read(path, unscaled)
        }
        other => match file::looks_like(other) {
            Some(what) => Err(file::bad(path, what)),
            None => safetensors::read(path),
        },
    }
}

fn of_gguf(gguf: Gguf) -> Header {
    let tensors = gguf.tensors().map(|(name, t)| {
        let dtype = Dtype::Ggml(t.kind);
        let shape = gguf.original_shape(name).unwrap_or_else(|| t.shape.clone());
        (name.to_owned(), Entry { file: t.file, ..Entry::plain(dtype, shape, t.offset, t.bytes) })
    });
    Header {
        container: Container::Gguf,
        files: gguf.files.clone(),
        tensors: tensors.collect(),
        metadata: BTreeMap::new(),
        gguf: Some(Arc::new(gguf)),
    }
}
