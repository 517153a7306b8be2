//! A network's tensors, read from its files when they are asked for by name.
//!
//! Each tensor is mapped by itself, turned into the wanted type, and unmapped: loading takes the memory of the network
//! and of one tensor, and no bytes are copied that are not converted. The file's length is looked at before each
//! tensor, so that a file which is cut short meanwhile is an error.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::quantized::{QStorage, QTensor};
use candle_core::{DType, Device, Result as Candle, Shape, Tensor, bail};
use candle_nn::Init;
use candle_nn::var_builder::SimpleBackend;
use flate2::read::DeflateDecoder;
use half::f16;
use memmap2::{Mmap, MmapOptions};
use sha2::{Digest, Sha256};

use crate::engine::{CancelToken, Stop};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::formats::gguf::types::runnable;
use crate::formats::{Arranged, Deflated, Dtype, Entry, Header, file, layout};
use crate::lang::{Both, both};

/// Cancel token, progress and hash while tensors are read.
#[derive(Clone)]
pub struct Watch {
    pub token: CancelToken,
    /// The part whose tensors are read, so that two text encoders' names are not one.
    part: String,
    /// Gets the bytes of each tensor.
    pub read: Arc<dyn Fn(u64) + Send + Sync>,
    hashes: Arc<Hashes>,
}

/// SHA-256 of tensors by name, each computed on a thread that is free while the next one is read.
#[derive(Default)]
struct Hashes {
    found: Mutex<Found>,
    all_there: Condvar,
}

#[derive(Default)]
struct Found {
    pending: usize,
    hashes: BTreeMap<String, [u8; 32]>,
}

/// How long hashes are waited for between two looks at the token.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes of a file that are read between two looks at the token.
const PIECE: usize = 1 << 24;
/// Bytes of a page of memory, or fewer.
const PAGE: usize = 4096;
/// Tensors below this size are not worth another thread.
const SMALL: usize = 1 << 16;

impl Hashes {
    fn compute(self: &Arc<Self>, name: String, bytes: &Arc<Bytes>) {
        self.found().pending += 1;
        let (hashes, bytes, small) = (self.clone(), bytes.clone(), bytes.len() < SMALL);
        let work = move || {
            let hash = Sha256::digest(&**bytes).into();
            let mut found = hashes.found();
            found.hashes.insert(name, hash);
            found.pending -= 1;
            if found.pending == 0 {
                hashes.all_there.notify_all();
            }
        };
        if small { work() } else { rayon::spawn(work) }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    pub fn new(token: CancelToken, read: Arc<dyn Fn(u64) + Send + Sync>) -> Self {
        Self { token, part: String::new(), read, hashes: Arc::default() }
    }

    /// For the tensors of one part of a model.
    pub fn within(&self, part: &str) -> Self {
        Self { part: part.to_owned(), ..self.clone() }
    }

    /// SHA-256 over the names and contents of all tensors read so far, in the order of their names: the same weights
    /// give the same, whatever files they are in.
    ///
    /// # Errors
    /// Where the token is cancelled meanwhile.
    pub fn sha256(&self) -> std::result::Result<String, Stop> {
        let mut found = self.hashes.found();
        while found.pending > 0 {
            self.token.check()?;
            let waited = self.hashes.all_there.wait_timeout(found, LOOK);
            found = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let mut all = Sha256::new();
        for (name, hash) in &found.hashes {
            all.update(name.as_bytes());
            all.update(hash);
        }
        Ok(hex::encode(all.finalize()))
    }
}

/// A tensor's bytes.
enum Bytes {
    Mapped(Mmap),
    Own(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Own(bytes) => bytes,
        }
    }
}

/// The tensors of a header.
pub struct TensorReader {
    header: Header,
    /// The type of matrices and kernels, where it is another than that of the rest.
    pub(super) matrices: Option<DType>,
    open: Vec<OnceLock<File>>,
    /// Why reading ended, where it is more than candle's error can say.
    pub(super) stopped: Arc<Mutex<Option<Stop>>>,
    watch: Watch,
}

impl TensorReader {
    pub(super) fn new(header: Header, watch: &Watch) -> Self {
        let open = header.files.iter().map(|_| OnceLock::new()).collect();
        Self { header, matrices: None, open, stopped: Arc::default(), watch: watch.clone() }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.header.has(name)
    }

    /// A quantised matrix, as in the file.
    pub fn packed(&self, name: &str, device: &Device) -> Candle<QTensor> {
        let (entry, bytes) = self.read(name)?;
        let kind = match entry.dtype {
            Dtype::Ggml(id) if entry.arranged != Arranged::Transposed => runnable(id),
            _ => None,
        };
        let Some(kind) = kind else { return self.stop(unsupported(entry, name).into()) };
        QTensor::new(QStorage::from_data((&**bytes).into(), device, kind)?, entry.shape.as_slice())
    }

    fn stop<T>(&self, stop: Stop) -> Candle<T> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
        bail!("loading ended")
    }

    fn file(&self, at: usize) -> Result<&File> {
        let path = &self.header.files[at].path;
        match self.open[at].get() {
            Some(file) => Ok(file),
            None => Ok(self.open[at].get_or_init({
                let file = file::open(path)?.0;
                || file
            })),
        }
    }

    fn bytes(&self, entry: &Entry) -> Result<Bytes> {
        let path = &self.header.files[entry.file].path;
        let file = self.file(entry.file)?;
        let failed = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
        if entry.bytes == 0 {
            return Ok(Bytes::Own(Vec::new()));
        }
        let place = entry.deflated.unwrap_or(Deflated { offset: entry.offset, bytes: entry.bytes });
        if file.metadata().map_err(failed)?.len() < place.offset + place.bytes {
            return Err(file::bad(path, Both::new("it was cut short while it was read", "读取过程中文件被截短")));
        }
        // SAFETY: the bytes are only read, as plain numbers of which every pattern is valid, and the range was inside
        // the file just now. Another program that cuts the file in the moment between would end this one, as it does
        // with every program that maps its models.
        let map = unsafe { MmapOptions::new().offset(place.offset).len(place.bytes as usize).map(file) };
        let mut bytes = Bytes::Mapped(map.map_err(failed)?);
        if entry.deflated.is_some() {
            let inflated = inflate(&bytes, entry.offset, entry.bytes);
            bytes =
                Bytes::Own(inflated.map_err(|e| {
                    file::damaged(path, format!("its zip cannot be unpacked: {e}"), "其中的 zip 无法解压")
                })?);
        }
        if let (false, Some(width)) = (entry.strides.is_empty(), entry.dtype.size()) {
            bytes = Bytes::Own(in_order(&bytes, &entry.shape, &entry.strides, width as usize));
        }
        if entry.arranged == Arranged::HalvesSwapped {
            // Rows are contiguous, quantised or not.
            let (first, second) = bytes.split_at(bytes.len() / 2);
            bytes = Bytes::Own([second, first].concat());
        }
        Ok(bytes)
    }

    /// The bytes of a tensor; told, and counted in the hash.
    fn read(&self, name: &str) -> Candle<(&Entry, Arc<Bytes>)> {
        if self.watch.token.is_cancelled() {
            return self.stop(Stop::Cancelled);
        }
        let path = self.header.path();
        let Some(entry) = self.header.get(name) else {
            return self.stop(file::bad(path, both!("the tensor {name} is not in it", "其中没有张量 {name}")).into());
        };
        let bytes = match self.bytes(entry) {
            Ok(bytes) => Arc::new(bytes),
            Err(error) => return self.stop(error.into()),
        };
        // From a slow disk a large tensor takes long: its pages are read in pieces, with a look at the token between.
        for piece in bytes.chunks(PIECE) {
            if self.watch.token.is_cancelled() {
                return self.stop(Stop::Cancelled);
            }
            for byte in piece.iter().step_by(PAGE) {
                std::hint::black_box(*byte);
            }
        }
        (self.watch.read)(entry.bytes);
        self.watch.hashes.compute(format!("{}/{name}", self.watch.part), &bytes);
        Ok((entry, bytes))
    }

    /// The tensor `name` in `dtype` on `device`.
    ///
    /// # Errors
    /// A missing tensor, a type that cannot be converted, a truncated file, or a cancel.
    pub fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Candle<Tensor> {
        let (entry, bytes) = self.read(name)?;
        let transposed = entry.arranged == Arranged::Transposed;
        let mut shape = entry.shape.clone();
        if transposed {
            shape.reverse();
        }
        let shape = shape.as_slice();
        if !entry.dtype.runs(entry.scale.is_some()) {
            return self.stop(unsupported(entry, name).into());
        }
        let stored = match (entry.dtype, &entry.scale) {
            (Dtype::Ggml(id), _) => match runnable(id) {
                Some(kind) => {
                    let packed = qtensor_from_ggml(kind, &bytes, shape.to_vec(), &Device::Cpu)?;
                    packed.dequantize(&Device::Cpu)?
                }
                None => return self.stop(unsupported(entry, name).into()),
            },
            (kind, None) if let Some(kind) = candle_type(kind) => {
                Tensor::from_raw_buffer(&bytes, kind, shape, &Device::Cpu)?
            }
            (kind, scale) => {
                let mut values = values(kind, &bytes)?;
                if let Some(scale) = scale {
                    let scales = match self.bytes(&scale.entry) {
                        Ok(bytes) => Arc::new(bytes),
                        Err(error) => return self.stop(error.into()),
                    };
                    self.watch.hashes.compute(format!("{}/{name} scale", self.watch.part), &scales);
                    let (rows, swapped) = (shape.first().copied(), entry.arranged == Arranged::HalvesSwapped);
                    let rows = rows.unwrap_or(1).max(1);
                    let row = |i: usize| if swapped { (i + rows / 2) % rows } else { i };
                    let columns = values.len() / rows;
                    scale.apply(&mut values, columns, &self::values(scale.entry.dtype, &scales)?, row);
                }
                Tensor::from_vec(values, shape, &Device::Cpu)?
            }
        };
        let stored = if transposed { stored.t()?.contiguous()? } else { stored };
        stored.to_dtype(dtype)?.to_device(device)
    }
}

/// Values in full precision.
fn values(dtype: Dtype, bytes: &[u8]) -> Candle<Vec<f32>> {
    match dtype {
        // The upper half of f16.
        Dtype::F8E5M2 => Ok(bytes.iter().map(|byte| f16::from_bits(u16::from(*byte) << 8).to_f32()).collect()),
        Dtype::I8 => Ok(bytes.iter().map(|byte| f32::from(byte.cast_signed())).collect()),
        other => {
            let Some(kind) = candle_type(other) else { bail!("{} cannot be computed with", other.name()) };
            let n = bytes.len() / kind.size_in_bytes();
            Tensor::from_raw_buffer(bytes, kind, &[n], &Device::Cpu)?.to_dtype(DType::F32)?.to_vec1()
        }
    }
}

/// `len` bytes from `from` on of what these deflated ones unpack to.
fn inflate(packed: &[u8], from: u64, len: u64) -> std::io::Result<Vec<u8>> {
    let mut source = DeflateDecoder::new(packed);
    std::io::copy(&mut source.by_ref().take(from), &mut std::io::sink())?;
    let mut bytes = Vec::new();
    source.take(len).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < len {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// The values of a tensor in the order of its shape. `strides` are counted in values of `width` bytes.
fn in_order(bytes: &[u8], shape: &[usize], strides: &[u64], width: usize) -> Vec<u8> {
    let n: usize = shape.iter().product();
    let mut ordered = Vec::with_capacity(n * width);
    let mut place = vec![0; shape.len()];
    let mut at = 0;
    for _ in 0..n {
        ordered.extend_from_slice(&bytes[at * width..][..width]);
        for (i, side) in shape.iter().enumerate().rev() {
            place[i] += 1;
            at += strides[i] as usize;
            if place[i] < *side {
                break;
            }
            at -= strides[i] as usize * place[i];
            place[i] = 0;
        }
    }
    ordered
}

fn unsupported(entry: &Entry, name: &str) -> Cause {
    let supported = layout::WEIGHTS.to_owned();
    Cause::UnsupportedQuantization { found: format!("{} ({name})", entry.dtype.name()), supported }
}

fn candle_type(dtype: Dtype) -> Option<DType> {
    Some(match dtype {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::F8E4M3 => DType::F8E4M3,
        _ => return None,
    })
}

impl SimpleBackend for TensorReader {
    fn get(&self, shape: Shape, name: &str, _: Init, dtype: DType, device: &Device) -> Candle<Tensor> {
        // Tables are looked up, not multiplied.
        let is_table = ["embed", "shared", "relative_attention_bias"].iter().any(|part| name.contains(part));
        let is_matrix = shape.rank() > 1 && name.ends_with(".weight") && !is_table;
        let tensor = self.tensor(name, self.matrices.filter(|_| is_matrix).unwrap_or(dtype), device)?;
        if tensor.shape() != &shape {
            let (expected, found) = (format!("{:?}", shape.dims()), format!("{:?}", tensor.dims()));
            return self.stop(Cause::WrongShape { tensor: name.to_owned(), expected, found }.into());
        }
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> Candle<Tensor> {
        self.tensor(name, dtype, device)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.header.has(name)
    }
}
