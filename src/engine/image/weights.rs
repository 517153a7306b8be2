//! A network's tensors, read from its files when they are asked for by name.
//!
//! Each tensor is mapped by itself, turned into the wanted type, and unmapped: loading takes the memory of the network
//! and of one tensor, and no bytes are copied that are not converted. The file's length is looked at before each
//! tensor, so that a file which is cut short meanwhile is an error.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::quantized::{QStorage, QTensor};
use candle_core::{DType, Device, Result as Candle, Shape, Tensor, bail};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use memmap2::{Mmap, MmapOptions};
use sha2::{Digest, Sha256};

use super::nets::weights::Weights;
use crate::engine::{CancelToken, Stop};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::formats::gguf::types::runnable;
use crate::formats::{Arranged, Container, Dtype, Entry, Header, file};

/// Looked at and told while tensors are read.
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

/// Loads a network out of `header`'s tensors. `build` makes it from a [`VarBuilder`]; between two tensors the token is
/// looked at, and what stopped the loading is told rather than what candle made of it.
///
/// bf16 on the CPU is for matrices and kernels alone: all else is f32 there, as all that is computed between them
/// ([`computed_in`]).
pub fn load<T, E: Into<Stop>>(
    header: Header,
    dtype: DType,
    device: &Device,
    watch: &Watch,
    build: impl FnOnce(&VarBuilder<'static>) -> std::result::Result<T, E>,
) -> std::result::Result<T, Stop> {
    let mut shelf = Shelf::new(header, watch);
    let computed = computed_in(dtype, device);
    shelf.matrices = (computed != dtype).then_some(dtype);
    let stopped = shelf.stopped.clone();
    let vb = VarBuilder::from_backend(Box::new(shelf), computed, device.clone());
    ended(build(&vb), &stopped)
}

/// The type of what lies between the products, where weights are of `dtype`.
pub fn computed_in(dtype: DType, device: &Device) -> DType {
    if device.is_cpu() && dtype == DType::BF16 { DType::F32 } else { dtype }
}

/// [`load`] for networks that can leave quantised matrices as they are: those of a GGUF file stay packed, all else
/// becomes numbers.
pub fn load_packed<T, E: Into<Stop>>(
    header: Header,
    dtype: DType,
    device: &Device,
    watch: &Watch,
    build: impl FnOnce(&Weights) -> std::result::Result<T, E>,
) -> std::result::Result<T, Stop> {
    if header.container != Container::Gguf {
        return load(header, dtype, device, watch, |vb| build(&vb.clone().into()));
    }
    let shelf = Arc::new(Shelf::new(header, watch));
    let stopped = shelf.stopped.clone();
    ended(build(&Weights::packed(shelf, computed_in(dtype, device), device)), &stopped)
}

/// What was built, unless something stopped it that says more than candle's error.
fn ended<T, E: Into<Stop>>(
    built: std::result::Result<T, E>,
    stopped: &Mutex<Option<Stop>>,
) -> std::result::Result<T, Stop> {
    match stopped.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(stop) => Err(stop),
        None => built.map_err(Into::into),
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
pub struct Shelf {
    header: Header,
    /// The type of matrices and kernels, where it is another than that of the rest.
    matrices: Option<DType>,
    open: Vec<OnceLock<File>>,
    /// Why reading ended, where it is more than candle's error can say.
    stopped: Arc<Mutex<Option<Stop>>>,
    watch: Watch,
}

impl Shelf {
    fn new(header: Header, watch: &Watch) -> Self {
        let open = header.files.iter().map(|_| OnceLock::new()).collect();
        Self { header, matrices: None, open, stopped: Arc::default(), watch: watch.clone() }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.header.has(name)
    }

    /// A matrix as it is packed in the file.
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
        if file.metadata().map_err(failed)?.len() < entry.offset + entry.bytes {
            return Err(file::bad(path, "it was cut short while it was read"));
        }
        // SAFETY: the bytes are only read, as plain numbers of which every pattern is valid, and the range was inside
        // the file just now. Another program that cuts the file in the moment between would end this one, as it does
        // with every program that maps its models.
        let map = unsafe { MmapOptions::new().offset(entry.offset).len(entry.bytes as usize).map(file) };
        let map = map.map_err(failed)?;
        if entry.arranged == Arranged::HalvesSwapped {
            // Rows lie one behind the other, quantised or not.
            let (first, second) = map.split_at(map.len() / 2);
            return Ok(Bytes::Own([second, first].concat()));
        }
        Ok(Bytes::Mapped(map))
    }

    /// The bytes of a tensor; told, and counted in the hash.
    fn read(&self, name: &str) -> Candle<(&Entry, Arc<Bytes>)> {
        if self.watch.token.is_cancelled() {
            return self.stop(Stop::Cancelled);
        }
        let path = self.header.path();
        let Some(entry) = self.header.get(name) else {
            return self.stop(file::bad(path, format!("the tensor {name} is not in it")).into());
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

    pub fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Candle<Tensor> {
        let (entry, bytes) = self.read(name)?;
        let transposed = entry.arranged == Arranged::Transposed;
        let mut shape = entry.shape.clone();
        if transposed {
            shape.reverse();
        }
        let shape = shape.as_slice();
        let stored = match entry.dtype {
            Dtype::Ggml(id) => match runnable(id) {
                Some(kind) => {
                    let packed = qtensor_from_ggml(kind, &bytes, shape.to_vec(), &Device::Cpu)?;
                    packed.dequantize(&Device::Cpu)?
                }
                None => return self.stop(unsupported(entry, name).into()),
            },
            plain => match candle_type(plain) {
                Some(plain) => Tensor::from_raw_buffer(&bytes, plain, shape, &Device::Cpu)?,
                None => return self.stop(unsupported(entry, name).into()),
            },
        };
        let stored = if transposed { stored.t()?.contiguous()? } else { stored };
        stored.to_dtype(dtype)?.to_device(device)
    }
}

fn unsupported(entry: &Entry, name: &str) -> Cause {
    let supported = "F32, F16, BF16, F64, F8_E4M3, and the GGUF types that candle knows".to_owned();
    Cause::UnsupportedQuantization { found: format!("{} ({name})", entry.dtype.name()), supported }
}

fn candle_type(dtype: Dtype) -> Option<DType> {
    Some(match dtype {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::F8E4M3 => DType::F8E4M3,
        Dtype::I64 => DType::I64,
        Dtype::U32 => DType::U32,
        Dtype::U8 => DType::U8,
        _ => return None,
    })
}

impl SimpleBackend for Shelf {
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
