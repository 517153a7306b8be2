//! Files as other programs write them, byte by byte: safetensors of any type, PyTorch's zips with strides or deflated.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use serde_json::{Value, json};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// A tensor of a safetensors file: type, shape, bytes.
#[derive(Clone)]
pub struct Raw {
    pub dtype: &'static str,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

pub type Raws = BTreeMap<String, Raw>;

/// A tensor in full precision.
pub type Full = (Vec<usize>, Vec<f32>);

impl Raw {
    pub fn f32(shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { dtype: "F32", shape: shape.to_vec(), bytes }
    }
}

/// All tensors of a safetensors file in full precision.
pub fn full(path: &Path) -> BTreeMap<String, Full> {
    let all = candle_core::safetensors::load(path, &Device::Cpu).unwrap();
    let values = |t: &Tensor| t.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    all.iter().map(|(name, t)| (name.clone(), (t.dims().to_vec(), values(t)))).collect()
}

/// The same as tensors of a file.
pub fn raws(path: &Path) -> Raws {
    full(path).into_iter().map(|(name, (shape, values))| (name, Raw::f32(&shape, &values))).collect()
}

/// Writes a safetensors file; `metadata` where it is not to be left out.
pub fn write(path: &Path, tensors: &Raws, metadata: Option<Value>) {
    let mut header = serde_json::Map::new();
    header.extend(metadata.map(|value| ("__metadata__".to_owned(), value)));
    let mut at = 0;
    for (name, raw) in tensors {
        let end = at + raw.bytes.len();
        header.insert(name.clone(), json!({"dtype": raw.dtype, "shape": raw.shape, "data_offsets": [at, end]}));
        at = end;
    }
    let header = serde_json::to_vec(&header).unwrap();
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(&header).unwrap();
    tensors.values().for_each(|raw| file.write_all(&raw.bytes).unwrap());
}

/// A kind of numbers of 8 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Small {
    E4M3,
    E5M2,
    I8,
}

impl Small {
    pub fn name(self) -> &'static str {
        match self {
            Self::E4M3 => "F8_E4M3",
            Self::E5M2 => "F8_E5M2",
            Self::I8 => "I8",
        }
    }

    /// What a byte means: a sign, an exponent, and the rest of a number between 1 and 2 (OCP's 8-bit formats).
    fn value(self, byte: u8) -> f32 {
        let (bits, bias, infinite) = match self {
            Self::I8 => return f32::from(byte.cast_signed()),
            Self::E4M3 => (3, 7, 0x7f),
            Self::E5M2 => (2, 15, 0x7c),
        };
        if byte & 0x7f >= infinite {
            return f32::NAN;
        }
        let (exponent, rest) = (i32::from(byte & 0x7f) >> bits, f32::from(byte & ((1 << bits) - 1)));
        let rest = rest / f32::from(1u8 << bits);
        let size = match exponent {
            0 => rest * 2f32.powi(1 - bias),
            e => (1.0 + rest) * 2f32.powi(e - bias),
        };
        if byte & 0x80 == 0 { size } else { -size }
    }

    fn most(self) -> f32 {
        match self {
            Self::E4M3 => 448.0,
            Self::E5M2 => 57_344.0,
            Self::I8 => 127.0,
        }
    }

    /// The nearest bytes of `values / scale`, and what they mean, multiplied again.
    pub fn pack(self, values: &[f32], scale: f32) -> (Vec<u8>, Vec<f32>) {
        let mut all: Vec<(f32, u8)> = (0..=255).map(|b| (self.value(b), b)).filter(|(v, _)| v.is_finite()).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let nearest = |x: f32| {
            let at = all.partition_point(|(v, _)| *v < x).min(all.len() - 1);
            let before = at.saturating_sub(1);
            if (all[before].0 - x).abs() < (all[at].0 - x).abs() { all[before] } else { all[at] }
        };
        values.iter().map(|x| nearest(x / scale)).map(|(value, byte)| (byte, value * scale)).unzip()
    }

    /// The scale by which the largest of `values` just fits.
    pub fn scale_of(self, values: &[f32]) -> f32 {
        let most = values.iter().fold(0f32, |most, x| most.max(x.abs()));
        if most > 0.0 { most / self.most() } else { 1.0 }
    }
}

/// Writes a `.ckpt` as `torch.save` does. `strided`: all tensors lie the other way round in their storages, behind three
/// values that are none of theirs, and vectors with a gap after each value.
pub fn write_ckpt(path: &Path, tensors: &BTreeMap<String, Full>, strided: bool, method: CompressionMethod) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = SimpleFileOptions::default().compression_method(method);
    let mut pickle = b"\x80\x02}(".to_vec();
    let text = |pickle: &mut Vec<u8>, text: &str| {
        pickle.push(b'X');
        pickle.extend((text.len() as u32).to_le_bytes());
        pickle.extend(text.as_bytes());
    };
    let whole = |pickle: &mut Vec<u8>, n: usize| {
        pickle.push(b'J');
        pickle.extend((n as u32).to_le_bytes());
    };
    let mut storages = Vec::new();
    for (key, (name, (shape, values))) in tensors.iter().enumerate() {
        let (strides, offset, storage) = if strided { turned(shape, values) } else { in_order(shape, values) };
        text(&mut pickle, name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(b"ctorch\nFloatStorage\n");
        text(&mut pickle, &key.to_string());
        text(&mut pickle, "cpu");
        whole(&mut pickle, storage.len());
        pickle.extend(b"tQ");
        whole(&mut pickle, offset);
        for list in [shape, &strides] {
            pickle.push(b'(');
            list.iter().for_each(|n| whole(&mut pickle, *n));
            pickle.push(b't');
        }
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        storages.push(storage);
    }
    pickle.extend(b"u.");
    zip.start_file("archive/data.pkl", options).unwrap();
    zip.write_all(&pickle).unwrap();
    zip.start_file("archive/byteorder", options).unwrap();
    zip.write_all(b"little").unwrap();
    for (key, storage) in storages.iter().enumerate() {
        zip.start_file(format!("archive/data/{key}"), options).unwrap();
        zip.write_all(&storage.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    }
    zip.finish().unwrap();
}

/// Strides, the first value's place, the storage.
type Stored = (Vec<usize>, usize, Vec<f32>);

fn in_order(shape: &[usize], values: &[f32]) -> Stored {
    let strides = (0..shape.len()).map(|i| shape[i + 1..].iter().product()).collect();
    (strides, 0, values.to_vec())
}

fn turned(shape: &[usize], values: &[f32]) -> Stored {
    const JUNK: f32 = 1e9;
    let step = if shape.len() == 1 { 2 } else { 1 };
    let strides: Vec<usize> = (0..shape.len()).map(|i| step * shape[..i].iter().product::<usize>()).collect();
    let mut storage = vec![JUNK; 3 + step * values.len()];
    for (i, value) in values.iter().enumerate() {
        let mut rest = i;
        let mut at = 3;
        for (side, stride) in shape.iter().zip(&strides).rev() {
            at += rest % side * stride;
            rest /= side;
        }
        storage[at] = *value;
    }
    (strides, 3, storage)
}
