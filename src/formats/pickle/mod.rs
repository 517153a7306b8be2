//! PyTorch's own files (`.ckpt`, `.pt`, `.pth`, `.bin`): a zip with a pickle that names the tensors and one file of raw
//! bytes for each storage.
//!
//! A pickle is a program for a small machine that may call any function of Python. Here nothing is ever called: the
//! zip is listed, [`scan`] reads the program without running it and refuses, by name, what tensors do not need, and
//! what is left is read as data by candle's pickle reader, which knows no calls either. The tensors' bytes
//! are not copied: PyTorch stores them uncompressed, so their place in the file is all that is needed. Of a zip that
//! was compressed again, the place of the compressed bytes.

mod scan;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read};
use std::path::Path;

use candle_core::pickle::{Object, Stack};
use zip::{CompressionMethod, ZipArchive};

use super::dtype::Dtype;
use super::entry::{Deflated, Entry};
use super::file::{self, FileFacts, bad, damaged};
use super::header::{Container, Header};
use crate::error::{Doing, Result, StudioError};
use crate::lang::{Both, both};

/// Most bytes of `data.pkl`. That of SD 1.5 has 200 KB.
const PICKLE_MAX: u64 = 64 << 20;
/// Most files in the zip.
const FILES_MAX: usize = 100_000;

/// What to do with a pickle that is refused, as the end of a sentence.
const CONVERT: &str = "convert it to safetensors";
const UNREAD: &str = "其 pickle 无法作为数据读取；请转换为 safetensors";

/// Deflate makes of each byte at most this many.
const DEFLATE_MOST: u64 = 1032;
/// Most values of a tensor that are more than its storage holds (its strides are 0: they repeat).
const REPEATED_MAX: u64 = 1 << 24;

/// A storage in the zip: where its bytes are.
struct Storage {
    /// In the file; 0 where it is deflated.
    offset: u64,
    bytes: u64,
    deflated: Option<Deflated>,
}

/// Reads the zip's list and its pickle.
///
/// # Errors
/// A damaged or too large zip, or a pickle that holds more than tensors.
pub fn read(path: &Path) -> Result<Header> {
    let (source, len) = file::open(path)?;
    let zip_bad = |e: zip::result::ZipError| {
        damaged(
            path,
            format!("its zip cannot be read ({e}): it was cut off or damaged"),
            "其中的 zip 无法读取：不完整或已损坏",
        )
    };
    let mut zip = ZipArchive::new(BufReader::new(source)).map_err(zip_bad)?;
    if zip.len() > FILES_MAX {
        return Err(bad(
            path,
            both!("it holds {} files, more than {FILES_MAX}", "其中有 {} 个文件，超过 {FILES_MAX} 个", zip.len()),
        ));
    }
    let mut storages = HashMap::new();
    let mut pickle = None;
    for i in 0..zip.len() {
        let member = zip.by_index_raw(i).map_err(zip_bad)?;
        let name = member.name().map_err(zip_bad)?.into_owned();
        if let Some(folder) = name.strip_suffix("data.pkl")
            && (folder.is_empty() || folder.ends_with('/'))
        {
            if member.size() > PICKLE_MAX {
                let reason = both!(
                    "its data.pkl claims {} bytes, more than {PICKLE_MAX}",
                    "其 data.pkl 称有 {} 字节，超过 {PICKLE_MAX}",
                    member.size()
                );
                return Err(bad(path, reason));
            }
            if pickle.replace((i, folder.to_owned())).is_some() {
                return Err(bad(path, Both::new("it has more than one data.pkl", "其中有多个 data.pkl")));
            }
        }
        // What lies beyond the file, or is packed in another way, is refused when a tensor wants it.
        let (bytes, packed) = (member.size(), member.compressed_size());
        let Some(offset) = member.data_start().filter(|at| at.checked_add(packed).is_some_and(|end| end <= len)) else {
            continue;
        };
        let storage = match member.compression() {
            _ if member.encrypted() => continue,
            CompressionMethod::Stored if packed == bytes => Storage { offset, bytes, deflated: None },
            CompressionMethod::Deflated if bytes / DEFLATE_MOST <= packed => {
                Storage { offset: 0, bytes, deflated: Some(Deflated { offset, bytes: packed }) }
            }
            _ => continue,
        };
        storages.insert(name, storage);
    }
    let Some((index, folder)) = pickle else {
        return Err(bad(
            path,
            Both::new(
                "it is a zip archive without data.pkl, not a PyTorch checkpoint",
                "它是没有 data.pkl 的 zip 压缩包，不是 PyTorch 检查点",
            ),
        ));
    };
    if storages.contains_key(&format!("{folder}constants.pkl")) {
        return Err(bad(
            path,
            Both::new(
                format!("it is a TorchScript program, not a plain checkpoint; {CONVERT}"),
                "它是 TorchScript 程序，不是普通检查点；请转换为 safetensors",
            ),
        ));
    }
    let mut bytes = Vec::new();
    let member = zip.by_index(index).map_err(zip_bad)?;
    // What is claimed and what unpacks may differ: the limit holds for both.
    let read = member.take(PICKLE_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    if bytes.len() as u64 > PICKLE_MAX {
        return Err(bad(
            path,
            both!("its data.pkl unpacks to more than {PICKLE_MAX} bytes", "其 data.pkl 解压后超过 {PICKLE_MAX} 字节"),
        ));
    }
    if let Ok(order) = zip.by_name(&format!("{folder}byteorder")) {
        let mut text = Vec::new();
        order.take(16).read_to_end(&mut text).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
        if text.trim_ascii() != b"little" {
            return Err(bad(path, Both::new("it was written for a big-endian machine", "它是为大端序机器写的")));
        }
    }
    scan::check(&bytes).map_err(|why| {
        damaged(
            path,
            format!("{why}; it was not opened, {CONVERT}"),
            "其 pickle 不安全或已损坏，没有打开；请转换为 safetensors",
        )
    })?;
    let unread =
        |e: candle_core::Error| damaged(path, format!("its pickle cannot be read as data ({e}); {CONVERT}"), UNREAD);
    let mut stack = Stack::empty();
    stack.read_loop(&mut bytes.as_slice()).map_err(unread)?;
    let tensors = tensors(stack.finalize().map_err(unread)?, &folder, &storages)
        .map_err(|why| damaged(path, format!("{why}; {CONVERT}"), UNREAD))?;
    if tensors.is_empty() {
        return Err(bad(path, Both::new("its pickle holds no tensors by name", "其 pickle 中没有具名的张量")));
    }
    Ok(Header {
        container: Container::Pickle,
        files: vec![FileFacts { path: path.to_owned(), len }],
        tensors,
        metadata: BTreeMap::new(),
        gguf: None,
    })
}

/// All tensors of a state dict, or of the `state_dict` in a training checkpoint.
fn tensors(
    root: Object,
    folder: &str,
    storages: &HashMap<String, Storage>,
) -> std::result::Result<BTreeMap<String, Entry>, String> {
    let mut dict = as_dict(root).ok_or("its pickle is no dictionary of tensors")?;
    // Training tools wrap the weights; `params_ema` and `params` are those of upscalers.
    for key in ["state_dict", "params_ema", "params", "model"] {
        let found =
            dict.iter().position(|(k, v)| *k == Object::Unicode(key.to_owned()) && matches!(v, Object::Dict(_)));
        if let Some(at) = found
            && let Some(inner) = as_dict(dict.swap_remove(at).1)
        {
            dict = inner;
            break;
        }
    }
    let mut tensors = BTreeMap::new();
    for (key, value) in dict {
        let Object::Unicode(name) = key else { continue };
        if let Some(args) = rebuild(value) {
            let entry = entry(args, folder, storages).map_err(|why| format!("the tensor {name} {why}"))?;
            tensors.insert(name, entry);
        }
    }
    Ok(tensors)
}

/// A dictionary, also one that carries attributes (`state_dict()` hangs its `_metadata` on it).
fn as_dict(object: Object) -> Option<Vec<(Object, Object)>> {
    match object {
        Object::Dict(dict) => Some(dict),
        Object::Build { callable, .. } => as_dict(*callable),
        _ => None,
    }
}

fn is_class(object: &Object, module: &str, class: &str) -> bool {
    matches!(object, Object::Class { module_name, class_name } if module_name == module && class_name == class)
}

/// The arguments of `_rebuild_tensor_v2`, through the wrappers around it; `None` for anything that is no tensor.
fn rebuild(object: Object) -> Option<Vec<Object>> {
    let Object::Reduce { callable, args } = object else { return None };
    let Object::Tuple(mut args) = *args else { return None };
    if is_class(&callable, "torch._utils", "_rebuild_tensor_v2") {
        return Some(args);
    }
    if is_class(&callable, "torch._utils", "_rebuild_parameter") && !args.is_empty() {
        return rebuild(args.swap_remove(0));
    }
    // (function, type, arguments, state)
    if is_class(&callable, "torch._tensor", "_rebuild_from_type_v2") && args.len() == 4 {
        let inner = args.swap_remove(2);
        let function = args.swap_remove(0);
        return rebuild(Object::Reduce { callable: Box::new(function), args: Box::new(inner) });
    }
    None
}

fn whole(object: &Object) -> Option<u64> {
    match object {
        Object::Int(n) => u64::try_from(*n).ok(),
        Object::Long(n) => u64::try_from(*n).ok(),
        _ => None,
    }
}

fn wholes(object: &Object) -> Option<Vec<u64>> {
    match object {
        Object::Tuple(all) => all.iter().map(whole).collect(),
        // torch.Size((...))
        Object::Reduce { callable, args } if is_class(callable, "torch", "Size") => match &**args {
            Object::Tuple(one) => wholes(one.first()?),
            _ => None,
        },
        _ => None,
    }
}

/// `(storage, offset, size, stride, ...)` as a place in the file.
fn entry(args: Vec<Object>, folder: &str, storages: &HashMap<String, Storage>) -> std::result::Result<Entry, String> {
    let odd = || "is described in a way that is not known".to_owned();
    let [Object::PersistentLoad(id), offset, size, stride, ..] = args.as_slice() else { return Err(odd()) };
    let (offset, size, stride) = (whole(offset), wholes(size), wholes(stride));
    let (Some(offset), Some(size), Some(stride)) = (offset, size, stride) else { return Err(odd()) };
    // ("storage", type, key, device, elements)
    let Object::Tuple(id) = &**id else { return Err(odd()) };
    let [_, Object::Class { class_name, .. }, Object::Unicode(key), ..] = id.as_slice() else { return Err(odd()) };
    let dtype = match class_name.as_str() {
        "DoubleStorage" => Dtype::F64,
        "FloatStorage" => Dtype::F32,
        "HalfStorage" => Dtype::F16,
        "BFloat16Storage" => Dtype::BF16,
        "Float8_e4m3fnStorage" => Dtype::F8E4M3,
        "Float8_e5m2Storage" => Dtype::F8E5M2,
        "LongStorage" => Dtype::I64,
        "IntStorage" => Dtype::I32,
        "ShortStorage" => Dtype::I16,
        "CharStorage" => Dtype::I8,
        "ByteStorage" => Dtype::U8,
        "BoolStorage" => Dtype::Bool,
        other => return Err(format!("has the type {other}, which is not known")),
    };
    if size.len() != stride.len() || size.len() > 8 {
        return Err(odd());
    }
    let impossible = || format!("claims the impossible shape {size:?}");
    let n = size.iter().try_fold(1_u64, |n, &side| n.checked_mul(side)).ok_or_else(impossible)?;
    let mut step = 1_u64;
    let in_order = size.iter().zip(&stride).rev().all(|(&n, &s)| {
        let fits = n <= 1 || s == step;
        step = step.saturating_mul(n);
        fits
    });
    // From the first value to the last one, wherever those between them lie.
    let span = match n {
        0 => Some(0),
        _ => size.iter().zip(&stride).try_fold(1_u64, |end, (n, s)| end.checked_add((n - 1).checked_mul(*s)?)),
    };
    let width = dtype.size().unwrap_or(1);
    let bytes = span.and_then(|span| span.checked_mul(width)).ok_or_else(impossible)?;
    let from = offset.checked_mul(width).ok_or_else(impossible)?;
    let storage = storages.get(&format!("{folder}data/{key}"));
    let storage = storage
        .ok_or_else(|| format!("lies in data/{key}, which is missing, cut off, or packed in a way that is not read"))?;
    if from.checked_add(bytes).is_none_or(|end| end > storage.bytes) {
        return Err(format!(
            "needs bytes {from} to {} of data/{key}, which has {}",
            from.saturating_add(bytes),
            storage.bytes
        ));
    }
    if n > storage.bytes / width && n > REPEATED_MAX {
        return Err(format!("makes {n} values of the {} in data/{key}", storage.bytes / width));
    }
    let shape: Option<Vec<usize>> = size.iter().map(|&n| usize::try_from(n).ok()).collect();
    Ok(Entry {
        strides: if in_order { Vec::new() } else { stride },
        deflated: storage.deflated,
        ..Entry::plain(dtype, shape.ok_or_else(impossible)?, storage.offset + from, bytes)
    })
}
