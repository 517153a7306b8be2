//! The three files of a model: `weights.safetensors`, `config.json`, `vocab.txt`, from inside the program or from a
//! folder. A file from outside is not trusted: its header is bounded by the file's size, every shape is checked against
//! the configuration, and only then memory is allocated, tensor by tensor.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::bytes::{TABLE, numbers, scale_of};
use super::config::Config;
use super::words::{SPECIAL, WordTokenizer};
use crate::domain::plural;
use crate::engine::{CancelToken, Stop};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::formats::file::{bad, damaged, read_text};
use crate::lang::{Both, both};

pub const WEIGHTS: &str = "weights.safetensors";
pub const CONFIG: &str = "config.json";
pub const VOCAB: &str = "vocab.txt";

static EMBEDDED_WEIGHTS: &[u8] = include_bytes!("../../../../models/sticker-64/weights.safetensors");
static EMBEDDED_CONFIG: &str = include_str!("../../../../models/sticker-64/config.json");
static EMBEDDED_VOCAB: &str = include_str!("../../../../models/sticker-64/vocab.txt");

/// Largest `config.json` and `vocab.txt` that are read.
const MAX_CONFIG: u64 = 1 << 16;
const MAX_VOCAB: u64 = 1 << 26;
/// Largest safetensors header that is read. Ours has 15 KB.
const MAX_HEADER: u64 = 1 << 24;

trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Where one tensor's bytes are.
#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// A model whose files were checked and whose weights are still on disk.
pub struct Files {
    pub config: Config,
    pub words: WordTokenizer,
    path: PathBuf,
    source: Box<dyn ReadSeek>,
    entries: HashMap<String, Entry>,
    /// Where the tensors' bytes begin.
    data: u64,
}

impl Files {
    /// The model inside this program.
    pub fn embedded() -> Result<Self> {
        let inside = |name: &str| PathBuf::from("(inside the program)").join(name);
        let config = Config::parse(EMBEDDED_CONFIG, &inside(CONFIG))?;
        let words = words(EMBEDDED_VOCAB, &config, &inside(VOCAB))?;
        let size = EMBEDDED_WEIGHTS.len() as u64;
        Self::check(config, words, inside(WEIGHTS), Box::new(Cursor::new(EMBEDDED_WEIGHTS)), size)
    }

    /// The model in a folder that holds the three files.
    pub fn folder(folder: &Path) -> Result<Self> {
        let path = folder.join(CONFIG);
        let config = Config::parse(&read_text(&path, MAX_CONFIG)?, &path)?;
        let path = folder.join(VOCAB);
        let words = words(&read_text(&path, MAX_VOCAB)?, &config, &path)?;
        let path = folder.join(WEIGHTS);
        let (file, size) = open(&path)?;
        Self::check(config, words, path, Box::new(file), size)
    }

    fn check(
        config: Config,
        words: WordTokenizer,
        path: PathBuf,
        mut source: Box<dyn ReadSeek>,
        size: u64,
    ) -> Result<Self> {
        let (header, data) = read_header(&mut source, size, &path)?;
        let entries = parse_header(&header, &path)?;
        let files = Self { config, words, path, source, entries, data };
        for (name, shape) in files.tensors() {
            files.check_tensor(&name, &shape, size)?;
        }
        Ok(files)
    }

    /// The tensors of the configuration, and the scales of those in bytes.
    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut all = self.config.tensors();
        let in_bytes = all.iter().filter(|(name, _)| self.is_in_bytes(name));
        let scales: Vec<_> = in_bytes.map(|(name, shape)| (scale_of(name), vec![shape[0]])).collect();
        all.extend(scales);
        all
    }

    fn is_in_bytes(&self, name: &str) -> bool {
        self.entries.get(name).is_some_and(|entry| dtype(&entry.dtype) == Some(DType::U8))
    }

    fn bad(&self, reason: Both) -> StudioError {
        bad(&self.path, reason)
    }

    /// Checks one tensor of the header against the network's shape and the file's size.
    fn check_tensor(&self, name: &str, shape: &[usize], size: u64) -> Result<()> {
        let entry = self
            .entries
            .get(name)
            .ok_or_else(|| self.bad(both!("the tensor {name} is not in it", "其中没有张量 {name}")))?;
        if entry.shape.len() != shape.len() || entry.shape.iter().zip(shape).any(|(&a, &b)| a != b as u64) {
            let (expected, found) = (format!("{shape:?}"), format!("{:?}", entry.shape));
            return Err(Cause::WrongShape { tensor: name.to_owned(), expected, found }.into());
        }
        let Some(dtype) = dtype(&entry.dtype).filter(|dtype| *dtype != DType::U8 || shape.len() > 1) else {
            let (found, supported) = (format!("{} ({name})", entry.dtype), "F16, BF16, F32, U8 with scales".to_owned());
            return Err(Cause::UnsupportedQuantization { found, supported }.into());
        };
        // The shape is the configuration's now, and so bounded: the product fits.
        let bytes = entry.shape.iter().product::<u64>() * dtype.size_in_bytes() as u64;
        let [from, to] = entry.data_offsets;
        if to.checked_sub(from) != Some(bytes) {
            return Err(self.bad(both!(
                "{name} should have {bytes} bytes but spans {from} to {to}",
                "{name} 应有 {bytes} 字节，位置却是 {from} 到 {to}"
            )));
        }
        match self.data.checked_add(to) {
            Some(end) if end <= size => Ok(()),
            _ => Err(self.bad(both!(
                "it is cut: {name} ends at byte {to} of the data, the file has {size}",
                "它不完整：{name} 在数据的第 {to} 字节结束，文件只有 {size} 字节"
            ))),
        }
    }

    /// Reads one tensor, in the type it is stored in, onto the CPU.
    fn read(&mut self, name: &str) -> Result<Tensor> {
        let entry = self
            .entries
            .get(name)
            .ok_or_else(|| self.bad(both!("the tensor {name} is not in it", "其中没有张量 {name}")))?;
        let dtype =
            dtype(&entry.dtype).ok_or_else(|| self.bad(both!("{name} is {}", "{name} 的类型是 {}", entry.dtype)))?;
        let shape: Vec<usize> = entry.shape.iter().map(|&n| n as usize).collect();
        let [from, to] = entry.data_offsets;
        let mut bytes = vec![0; (to - from) as usize];
        let read = self.source.seek(SeekFrom::Start(self.data + from)).and_then(|_| self.source.read_exact(&mut bytes));
        read.map_err(|e| StudioError::io(Doing::Reading, &self.path, &e))?;
        Tensor::from_raw_buffer(&bytes, dtype, &shape, &Device::Cpu)
            .map_err(|e| damaged(&self.path, e, "其中的张量无法读取"))
    }

    /// Reads all tensors: the word table as it is stored, on the CPU; the others in f32 on `device`. `progress` gets
    /// the fraction read; a cancelled token ends it between two tensors.
    pub fn load(
        &mut self,
        device: &Device,
        token: &CancelToken,
        progress: &mut dyn FnMut(f32),
    ) -> std::result::Result<HashMap<String, Tensor>, Stop> {
        let names = self.config.tensors();
        let mut all = HashMap::with_capacity(names.len());
        let total = names.len() as f32;
        for (i, (name, _)) in names.into_iter().enumerate() {
            token.check()?;
            let mut tensor = self.read(&name)?;
            let scale = self.is_in_bytes(&name).then(|| self.read(&scale_of(&name))).transpose()?;
            if name == TABLE {
                all.extend(scale.map(|scale| (scale_of(TABLE), scale)));
            } else {
                tensor = match scale {
                    Some(scale) => numbers(&tensor, &scale)?,
                    None => tensor.to_dtype(DType::F32)?,
                };
                tensor = tensor.to_device(device)?;
            }
            all.insert(name, tensor);
            progress((i + 1) as f32 / total);
        }
        Ok(all)
    }

    /// SHA-256 of the whole weights file, lower-case hex.
    pub fn sha256(&mut self, token: &CancelToken) -> std::result::Result<String, Stop> {
        let failed = |path: &Path, e: &std::io::Error| StudioError::io(Doing::Reading, path, e);
        self.source.seek(SeekFrom::Start(0)).map_err(|e| failed(&self.path, &e))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            token.check()?;
            match self.source.read(&mut buffer).map_err(|e| failed(&self.path, &e))? {
                0 => return Ok(hex::encode(hash.finalize())),
                n => hash.update(&buffer[..n]),
            }
        }
    }
}

/// SHA-256 of the weights inside this program, lower-case hex.
pub fn embedded_sha256() -> String {
    hex::encode(Sha256::digest(EMBEDDED_WEIGHTS))
}

fn dtype(name: &str) -> Option<DType> {
    match name {
        "F16" => Some(DType::F16),
        "BF16" => Some(DType::BF16),
        "F32" => Some(DType::F32),
        "U8" => Some(DType::U8),
        _ => None,
    }
}

fn words(text: &str, config: &Config, path: &Path) -> Result<WordTokenizer> {
    let words = WordTokenizer::new(text, config.max_tokens);
    if words.len() != config.vocab {
        let (found, wanted) = (words.len(), config.vocab);
        return Err(bad(
            path,
            both!(
                "it has {found} lines and the configuration says {wanted}",
                "它有 {found} 行，而配置写的是 {wanted} 行"
            ),
        ));
    }
    if !text.lines().take(2).eq(SPECIAL) {
        let [pad, unknown] = SPECIAL;
        return Err(bad(
            path,
            both!("its first two lines are not {pad} and {unknown}", "前两行不是 {pad} 和 {unknown}"),
        ));
    }
    Ok(words)
}

/// Opens a plain file and says how long it is.
pub fn open(path: &Path) -> Result<(File, u64)> {
    let failed = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
    let file = File::open(path).map_err(failed)?;
    let data = file.metadata().map_err(failed)?;
    if !data.is_file() {
        return Err(bad(path, Both::new("it is not a file", "它不是文件")));
    }
    Ok((file, data.len()))
}

/// The JSON of a safetensors header, and where the data begins: eight bytes say how long it is.
pub fn read_header(source: &mut dyn Read, size: u64, path: &Path) -> Result<(String, u64)> {
    if size == 0 {
        return Err(bad(path, Both::new("it is empty (0 bytes)", "它是空的（0 字节）")));
    }
    if size < 8 {
        let bytes = plural(size as usize, "byte", "bytes");
        return Err(bad(path, both!("it has only {size} {bytes}", "它只有 {size} 字节")));
    }
    let failed = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
    let mut len = [0; 8];
    source.read_exact(&mut len).map_err(failed)?;
    let len = u64::from_le_bytes(len);
    if len > size - 8 {
        return Err(bad(
            path,
            both!(
                "its header claims {len} bytes and the file has {size}",
                "文件头称有 {len} 字节，而文件只有 {size} 字节"
            ),
        ));
    }
    if len > MAX_HEADER {
        return Err(bad(
            path,
            both!("its header claims {len} bytes, more than {MAX_HEADER}", "文件头称有 {len} 字节，超过 {MAX_HEADER}"),
        ));
    }
    let mut header = vec![0; len as usize];
    source.read_exact(&mut header).map_err(failed)?;
    let header = String::from_utf8(header)
        .map_err(|e| damaged(path, format!("its header is not UTF-8: {e}"), "文件头不是 UTF-8"))?;
    Ok((header, 8 + len))
}

fn parse_header(header: &str, path: &Path) -> Result<HashMap<String, Entry>> {
    let mut all: HashMap<String, serde_json::Value> = serde_json::from_str(header)
        .map_err(|e| damaged(path, format!("its header is not safetensors: {e}"), "文件头不是 safetensors"))?;
    all.remove("__metadata__");
    let entry = |(name, value): (String, serde_json::Value)| match serde_json::from_value(value) {
        Ok(entry) => Ok((name, entry)),
        Err(e) => Err(damaged(
            path,
            format!("its header's {name} is not a tensor: {e}"),
            &format!("文件头中的 {name} 不是张量"),
        )),
    };
    all.into_iter().map(entry).collect()
}
