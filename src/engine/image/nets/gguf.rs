//! Quantised weights of a transformer from a GGUF file, asked for by diffusers' names.
//!
//! A file that was converted from the authors' own checkpoint joins matrices that diffusers keeps apart (`qkv`). The
//! blocks of a quantised matrix lie along its last dimension, so some of its rows are a run of bytes: they are read
//! from the file alone, and stay quantised.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use candle_core::quantized::gguf_file::{Content, TensorInfo};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{DType, Device, Result as Candle, Tensor, bail};

use crate::error::{Cause, Result};

/// Where a tensor of diffusers lies in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    /// Its rows there, joined in this order; none: all of them.
    pub rows: Vec<Range<usize>>,
}

/// From diffusers' name to the file's; `None` where the file has no such tensor.
pub type Names = Box<dyn Fn(&str) -> Option<Place> + Send + Sync>;

/// What candle's readers of blocks take (its Q8_1 and Q8_K are half-way forms of products, not types of files).
const TYPES: &str = "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K";

/// Before each name in files that were cut out of a whole checkpoint.
const INSIDE: &str = "model.diffusion_model.";

/// An open file. Only its header is read at first.
pub struct Gguf {
    path: PathBuf,
    file: Mutex<File>,
    content: Content,
    prefix: &'static str,
    names: Names,
    device: Device,
    dtype: DType,
}

impl Gguf {
    /// Tensors go to `device`; what becomes numbers gets the type `dtype` (f32 on the CPU).
    ///
    /// # Errors
    /// A file that cannot be read, is no GGUF, or holds a quantisation that candle lacks.
    pub fn open(path: &Path, device: &Device, dtype: DType) -> Result<Self> {
        let bad = |reason: String| Cause::BadModelFile { path: path.to_owned(), reason };
        let mut file = File::open(path).map_err(|e| bad(e.to_string()))?;
        let content = Content::read(&mut file).map_err(|e| {
            let reason = e.to_string();
            match reason.split_once("unknown dtype for tensor ") {
                Some((_, number)) => {
                    let number = number.split_whitespace().next().unwrap_or_default();
                    Cause::UnsupportedQuantization { found: format!("type {number}"), supported: TYPES.to_owned() }
                }
                None => bad(reason.lines().next().unwrap_or_default().to_owned()),
            }
        })?;
        let half_way = |info: &&TensorInfo| matches!(info.ggml_dtype, GgmlDType::Q8_1 | GgmlDType::Q8K);
        if let Some(info) = content.tensor_infos.values().find(half_way) {
            let found = format!("{:?}", info.ggml_dtype);
            return Err(Cause::UnsupportedQuantization { found, supported: TYPES.to_owned() }.into());
        }
        let inside = content.tensor_infos.keys().any(|name| name.starts_with(INSIDE));
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            content,
            prefix: if inside { INSIDE } else { "" },
            names: Box::new(|name| Some(Place { name: name.to_owned(), rows: Vec::new() })),
            device: device.clone(),
            dtype,
        })
    }

    /// With the names of another layout.
    pub fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn dtype(&self) -> DType {
        self.dtype
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The shape of a tensor by the file's own name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.info(name).map(|info| info.shape.dims())
    }

    fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.content.tensor_infos.get(&format!("{}{name}", self.prefix))
    }

    /// Is there a tensor by diffusers' name?
    pub fn contains(&self, name: &str) -> bool {
        (self.names)(name).is_some_and(|place| self.info(&place.name).is_some())
    }

    /// By diffusers' name, as numbers.
    pub fn dequantised(&self, name: &str) -> Candle<Tensor> {
        let (place, info) = self.find(name)?;
        if info.shape.rank() > 1 {
            return self.quantised(name)?.dequantize(&self.device)?.to_dtype(self.dtype);
        }
        // A vector's blocks run across what would be its rows.
        let len = info.shape.elem_count();
        let whole = self.read(info, &[0..1], vec![1, len])?.dequantize(&self.device)?.to_dtype(self.dtype)?;
        let whole = whole.reshape(len)?;
        if place.rows.is_empty() {
            return Ok(whole);
        }
        let cut = |rows: &Range<usize>| whole.narrow(0, rows.start, rows.len());
        Tensor::cat(&place.rows.iter().map(cut).collect::<Candle<Vec<_>>>()?, 0)
    }

    /// By diffusers' name, a matrix as it lies in the file.
    pub fn quantised(&self, name: &str) -> Candle<QTensor> {
        let (place, info) = self.find(name)?;
        let shape = info.shape.dims();
        if shape.len() < 2 {
            bail!("{} is {shape:?}, not a matrix", place.name);
        }
        if place.rows.is_empty() {
            return self.read(info, &[0..shape[0]], shape.to_vec());
        }
        let mut some = shape.to_vec();
        some[0] = place.rows.iter().map(ExactSizeIterator::len).sum();
        self.read(info, &place.rows, some)
    }

    fn find(&self, name: &str) -> Candle<(Place, &TensorInfo)> {
        let Some(place) = (self.names)(name) else { bail!("{} holds nothing like {name}", self.path.display()) };
        match self.info(&place.name) {
            Some(info) => Ok((place, info)),
            None => bail!("{} lacks {}", self.path.display(), place.name),
        }
    }

    /// The rows `rows` of a tensor that is `shape` when they are joined.
    fn read(&self, info: &TensorInfo, rows: &[Range<usize>], shape: Vec<usize>) -> Candle<QTensor> {
        let kind = info.ggml_dtype;
        let row: usize = shape[1..].iter().product();
        let last = shape[shape.len() - 1];
        if !last.is_multiple_of(kind.block_size()) {
            bail!("rows of {last} numbers are no whole blocks of {kind:?}");
        }
        let (each, start) = (row / kind.block_size() * kind.type_size(), self.content.tensor_data_offset + info.offset);
        let all = info.shape.elem_count() / row.max(1);
        let mut bytes = Vec::new();
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for rows in rows {
            if rows.end > all {
                bail!("{all} rows have no rows {rows:?}");
            }
            file.seek(SeekFrom::Start(start + (rows.start * each) as u64))?;
            // `take` rather than a buffer of the size that the header claims: a short file must not take memory.
            let want = (rows.len() * each) as u64;
            if (&mut *file).take(want).read_to_end(&mut bytes)? as u64 != want {
                bail!("{} ends within its tensors", self.path.display());
            }
        }
        QTensor::new(QStorage::from_data(bytes.into(), &self.device, kind)?, shape)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::quantized::gguf_file;

    use super::*;

    /// Rows of matrices whose blocks are as long as 256, cut and joined, are the rows of the whole.
    #[test]
    fn rows_are_cut_without_being_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.gguf");
        for kind in [GgmlDType::Q4K, GgmlDType::Q6K, GgmlDType::Q5_0, GgmlDType::Q8_0, GgmlDType::F16, GgmlDType::BF16]
        {
            let matrix = Tensor::randn(0f32, 1.0, (6, 512), &Device::Cpu).unwrap();
            let matrix = QTensor::quantize(&matrix, kind).unwrap();
            let vector = Tensor::arange(0f32, 6.0, &Device::Cpu).unwrap();
            let vector = QTensor::quantize(&vector, GgmlDType::F32).unwrap();
            let tensors = [("model.diffusion_model.m", &matrix), ("model.diffusion_model.v", &vector)];
            gguf_file::write(&mut File::create(&path).unwrap(), &[], &tensors).unwrap();
            let names = |name: &str| {
                let rows = if name == "m" { vec![4..6, 1..2] } else { vec![3..6, 0..1] };
                Some(Place { name: name.to_owned(), rows })
            };
            let file = Gguf::open(&path, &Device::Cpu, DType::F32).unwrap().with_names(Box::new(names));
            assert!(file.contains("m") && !file.contains("x"));
            assert_eq!(file.shape("m"), Some(&[6, 512][..]));
            let some = file.quantised("m").unwrap();
            assert_eq!((some.dtype(), some.shape().dims()), (kind, &[3, 512][..]));
            let (some, whole) = (some.dequantize(&Device::Cpu).unwrap(), matrix.dequantize(&Device::Cpu).unwrap());
            let expected = whole.index_select(&Tensor::new(&[4u32, 5, 1], &Device::Cpu).unwrap(), 0).unwrap();
            assert_eq!(some.to_vec2::<f32>().unwrap(), expected.to_vec2::<f32>().unwrap(), "{kind:?}");
            assert_eq!(file.dequantised("v").unwrap().to_vec1::<f32>().unwrap(), [3.0, 4.0, 5.0, 0.0]);
            file.quantised("v").err().unwrap();
            file.quantised("x").err().unwrap();
            let beyond = file.with_names(Box::new(|_| Some(Place { name: "m".to_owned(), rows: vec![5..7] })));
            beyond.quantised("m").err().unwrap();
        }
    }
}
