//! Reading weights from the file, with an eye on the cancel token and a word about how far it is.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use candle_core::quantized::{QMatMul, QStorage, QTensor};
use candle_core::{Device, Tensor};

use super::linear::Linear;
use crate::engine::{CancelToken, Stop};
use crate::error::{Cause, Doing, StudioError};
use crate::formats::gguf::{Gguf, types};

/// Bytes between two looks at the token: some milliseconds from a slow disk.
const PIECE: usize = 1 << 20;

/// The weights of a file, to be taken by name.
pub struct Weights<'a> {
    gguf: &'a Gguf,
    file: File,
    device: &'a Device,
    token: &'a CancelToken,
    progress: &'a mut dyn FnMut(f32),
    done: u64,
    total: u64,
    exact: bool,
}

impl<'a> Weights<'a> {
    pub fn open(
        gguf: &'a Gguf,
        device: &'a Device,
        token: &'a CancelToken,
        progress: &'a mut dyn FnMut(f32),
    ) -> Result<Self, Stop> {
        let file = File::open(&gguf.path).map_err(|e| StudioError::io(Doing::Reading, &gguf.path, &e))?;
        let total = gguf.tensors().map(|(_, t)| t.bytes).sum::<u64>().max(1);
        Ok(Self { gguf, file, device, token, progress, done: 0, total, exact: false })
    }

    /// Unpacks every matrix to f32: slow and large, but without the rounding of activations that packed products
    /// bring. For tests.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    pub fn device(&self) -> &Device {
        self.device
    }

    pub fn has(&self, name: &str) -> bool {
        self.gguf.tensor(name).is_some()
    }

    /// A weight as it is packed in the file.
    pub fn packed(&mut self, name: &str) -> Result<QTensor, Stop> {
        let missing = || self.gguf.bad(format!("it has no weight {name}"));
        let info = self.gguf.tensor(name).ok_or_else(missing)?;
        let Some(dtype) = types::runnable(info.kind) else {
            let (found, supported) = (types::name(info.kind), types::RUNNABLE.to_owned());
            return Err(Cause::UnsupportedQuantization { found, supported }.into());
        };
        let failed = |e: std::io::Error| Stop::from(StudioError::io(Doing::Reading, &self.gguf.path, &e));
        self.file.seek(SeekFrom::Start(info.offset)).map_err(failed)?;
        // The header's check has seen that the file is this long.
        let mut data = vec![0; info.bytes as usize];
        for piece in data.chunks_mut(PIECE) {
            self.token.check()?;
            self.file.read_exact(piece).map_err(failed)?;
            self.done += piece.len() as u64;
            (self.progress)((self.done as f64 / self.total as f64) as f32);
        }
        let storage = QStorage::from_data(data.into(), self.device, dtype)?;
        Ok(QTensor::new(storage, info.shape.clone())?)
    }

    /// The matrices of `count` experts, which lie one behind the other in one weight.
    pub fn experts(&mut self, name: &str, count: usize) -> Result<Vec<Linear>, Stop> {
        let all = self.packed(name)?;
        let &[experts, rows, columns] = all.shape().dims() else {
            return Err(self.gguf.bad(format!("{name} is no list of matrices")).into());
        };
        let bytes = all.data()?;
        let each = bytes.len() / experts.max(1);
        let one = |part: &[u8]| -> Result<Linear, Stop> {
            let storage = QStorage::from_data(part.to_vec().into(), self.device, all.dtype())?;
            self.to_matrix(QTensor::new(storage, (rows, columns))?)
        };
        bytes.chunks_exact(each.max(1)).take(count).map(one).collect()
    }

    /// A weight in f32, where the file has it.
    pub fn optional(&mut self, name: &str) -> Result<Option<Tensor>, Stop> {
        self.has(name).then(|| self.plain(name)).transpose()
    }

    /// A matrix to multiply with.
    pub fn matrix(&mut self, name: &str) -> Result<Linear, Stop> {
        let packed = self.packed(name)?;
        self.to_matrix(packed)
    }

    fn to_matrix(&self, packed: QTensor) -> Result<Linear, Stop> {
        if self.exact {
            return Ok(Linear::Candle(QMatMul::Tensor(packed.dequantize(self.device)?)));
        }
        Ok(Linear::new(packed)?)
    }

    /// A weight in f32.
    pub fn plain(&mut self, name: &str) -> Result<Tensor, Stop> {
        let device = self.device;
        Ok(self.packed(name)?.dequantize(device)?)
    }
}
