//! The header of a safetensors file: eight bytes of length, then JSON with type, shape and place of each tensor.
//! Nothing in it is trusted before it is checked against the file's size.
//! Layout: <https://huggingface.co/docs/safetensors>.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::dtype::Dtype;
use super::entry::Entry;
use super::file::{self, FileFacts, bad, damaged};
use super::header::{Container, Header};
use crate::domain::plural;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, both};

/// Longest header that is read. SDXL's has 300 KB, the largest merged ones a few MB.
const HEADER_MAX: u64 = 32 << 20;
/// Most dimensions of a tensor.
const RANK_MAX: usize = 8;

/// What is stored; what can be computed with is decided when it is loaded.
pub const KNOWN: &str = "F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U64, U32, U16, U8, BOOL";

fn dtype(name: &str) -> Option<Dtype> {
    Some(match name {
        "F64" => Dtype::F64,
        "F32" => Dtype::F32,
        "F16" => Dtype::F16,
        "BF16" => Dtype::BF16,
        "F8_E4M3" => Dtype::F8E4M3,
        "F8_E5M2" => Dtype::F8E5M2,
        "I64" => Dtype::I64,
        "I32" => Dtype::I32,
        "I16" => Dtype::I16,
        "I8" => Dtype::I8,
        "U64" => Dtype::U64,
        "U32" => Dtype::U32,
        "U16" => Dtype::U16,
        "U8" => Dtype::U8,
        "BOOL" => Dtype::Bool,
        _ => return None,
    })
}

/// A tensor as the JSON has it.
#[derive(Deserialize)]
struct Raw {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

#[derive(Default)]
struct Json {
    tensors: BTreeMap<String, Raw>,
    metadata: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Json, A::Error> {
                let mut json = Json::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        // Some writers put a null there; what is no text says nothing to us.
                        let texts: Option<BTreeMap<String, Value>> = map.next_value()?;
                        let text = |(key, value)| match value {
                            Value::String(text) => Some((key, text)),
                            _ => None,
                        };
                        json.metadata = texts.unwrap_or_default().into_iter().filter_map(text).collect();
                        continue;
                    }
                    match json.tensors.entry(name) {
                        Slot::Occupied(slot) => {
                            return Err(A::Error::custom(format!("the tensor {} is there twice", slot.key())));
                        }
                        Slot::Vacant(slot) => {
                            slot.insert(map.next_value()?);
                        }
                    }
                }
                Ok(json)
            }
        }
        deserializer.deserialize_map(Names)
    }
}

/// The length that the header of the file at `path` promises; `None` where it has none.
pub fn whole(path: &Path) -> Option<u64> {
    let (json, start, _) = table(path).ok()?;
    json.tensors.values().map(|raw| start.checked_add(raw.data_offsets[1])).max().flatten()
}

/// The lines of the header, where the data starts, and the length of the file.
fn table(path: &Path) -> Result<(Json, u64, u64)> {
    let (mut source, size) = file::open(path)?;
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
                "its header claims {len} bytes and the file has {size}: it is not a safetensors file, or was cut off",
                "文件头称有 {len} 字节，而文件只有 {size} 字节：它不是 safetensors 文件，或不完整"
            ),
        ));
    }
    if len > HEADER_MAX {
        return Err(bad(
            path,
            both!("its header claims {len} bytes, more than {HEADER_MAX}", "文件头称有 {len} 字节，超过 {HEADER_MAX}"),
        ));
    }
    let mut header = vec![0; len as usize];
    source.read_exact(&mut header).map_err(failed)?;
    let json: Json = serde_json::from_slice(&header).map_err(|e| {
        damaged(path, format!("its header is not the JSON of safetensors: {e}"), "文件头不是 safetensors 的 JSON")
    })?;
    Ok((json, 8 + len, size))
}

/// Reads and checks the header of the file at `path`.
///
/// # Errors
/// A damaged header, a truncated file, or an unknown type.
pub fn read(path: &Path) -> Result<Header> {
    let (json, start, size) = table(path)?;
    let mut tensors = BTreeMap::new();
    for (name, raw) in json.tensors {
        let entry = place(&raw, start, size).map_err(|fault| fault.at(path, &name))?;
        tensors.insert(name, entry);
    }
    apart(path, &tensors)?;
    Ok(Header {
        container: Container::Safetensors,
        files: vec![FileFacts { path: path.to_owned(), len: size }],
        tensors,
        metadata: json.metadata,
        gguf: None,
    })
}

/// Why a tensor's line is refused.
enum Fault {
    Type(String),
    Other(Both),
}

impl Fault {
    fn at(self, path: &Path, name: &str) -> StudioError {
        match self {
            Self::Type(found) => {
                let found = format!("{found} ({name} in {})", path.display());
                Cause::UnsupportedQuantization { found, supported: KNOWN.to_owned() }.into()
            }
            Self::Other(why) => {
                bad(path, Both::new(format!("the tensor {name} {}", why.en), format!("张量 {name} {}", why.zh)))
            }
        }
    }
}

/// Checks one entry of the header against the file of `size` bytes whose data begins at `start`.
fn place(raw: &Raw, start: u64, size: u64) -> std::result::Result<Entry, Fault> {
    let other = |why: Both| Err(Fault::Other(why));
    let Some(dtype) = dtype(&raw.dtype) else { return Err(Fault::Type(raw.dtype.clone())) };
    if raw.shape.len() > RANK_MAX {
        return other(both!(
            "has {} dimensions, more than {RANK_MAX}",
            "有 {} 个维度，超过 {RANK_MAX}",
            raw.shape.len()
        ));
    }
    let width = dtype.size().unwrap_or(1);
    let bytes = raw.shape.iter().try_fold(width, |n, &d| n.checked_mul(d));
    let shape: Option<Vec<usize>> = raw.shape.iter().map(|&d| usize::try_from(d).ok()).collect();
    let (Some(bytes), Some(shape)) = (bytes, shape) else {
        return other(both!("claims the impossible shape {:?}", "的形状 {:?} 不可能", raw.shape));
    };
    let [from, to] = raw.data_offsets;
    if to.checked_sub(from) != Some(bytes) {
        return other(both!(
            "should have {bytes} bytes but spans {from} to {to}",
            "应有 {bytes} 字节，位置却是 {from} 到 {to}"
        ));
    }
    match start.checked_add(to) {
        Some(end) if end <= size => Ok(Entry::plain(dtype, shape, start + from, bytes)),
        _ => other(both!(
            "ends at byte {} but the file has {size}: it was cut off, fetch it again",
            "在第 {} 字节结束，而文件只有 {size} 字节：文件不完整，请重新下载",
            u128::from(start) + u128::from(to)
        )),
    }
}

/// Refuses tensors that share bytes.
fn apart(path: &Path, tensors: &BTreeMap<String, Entry>) -> Result<()> {
    let mut spans: Vec<_> =
        tensors.iter().filter(|(_, e)| e.bytes > 0).map(|(name, e)| (e.offset, e.offset + e.bytes, name)).collect();
    spans.sort_unstable();
    match spans.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => {
            Err(bad(path, both!("the tensors {} and {} overlap", "张量 {} 与 {} 重叠", pair[0].2, pair[1].2)))
        }
        None => Ok(()),
    }
}
