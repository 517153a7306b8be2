//! Reads weights from the file, with cancel checks and progress.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QMatMul, QStorage, QTensor};
use candle_core::{Device, Tensor};

use super::linear::Linear;
use crate::engine::kernels::packed::Matrix;
use crate::engine::{CancelToken, Stop};
use crate::error::{Cause, Doing, StudioError};
use crate::formats::file::FileFacts;
use crate::formats::gguf::{Gguf, types};
use crate::lang::both;

/// Bytes between two cancel checks: some milliseconds from a slow disk.
const PIECE: usize = 1 << 20;

/// The weights of a model's files, to be taken by name.
pub struct Weights<'a> {
    gguf: &'a Gguf,
    files: Vec<File>,
    /// The file of the weight that comes next.
    at: usize,
    device: &'a Device,
    token: &'a CancelToken,
    progress: &'a mut dyn FnMut(f32),
    done: u64,
    total: u64,
    exact: bool,
}

impl<'a> Weights<'a> {
    /// Opens the files of `gguf`. `progress` gets the fraction read, 0 to 1.
    ///
    /// # Errors
    /// A file that cannot be opened.
    pub fn open(
        gguf: &'a Gguf,
        device: &'a Device,
        token: &'a CancelToken,
        progress: &'a mut dyn FnMut(f32),
    ) -> Result<Self, Stop> {
        let open =
            |file: &FileFacts| File::open(&file.path).map_err(|e| StudioError::io(Doing::Reading, &file.path, &e));
        let files = gguf.files.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let total = gguf.tensors().map(|(_, t)| t.bytes).sum::<u64>().max(1);
        Ok(Self { gguf, files, at: 0, device, token, progress, done: 0, total, exact: false })
    }

    /// Dequantises every matrix to f32: slow and large, but without the rounding of activations in quantised matmuls.
    /// For tests.
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

    /// Goes to where a weight's bytes begin; its type and shape.
    fn find(&mut self, name: &str) -> Result<(GgmlDType, Vec<usize>), Stop> {
        let missing = || self.gguf.bad(both!("it has no weight {name}", "其中没有权重 {name}"));
        let info = self.gguf.tensor(name).ok_or_else(missing)?;
        let Some(dtype) = types::runnable(info.kind) else {
            let (found, supported) = (types::name(info.kind), types::RUNNABLE.to_owned());
            return Err(Cause::UnsupportedQuantization { found, supported }.into());
        };
        self.at = info.file;
        self.files[self.at].seek(SeekFrom::Start(info.offset)).map_err(|e| self.failed(&e))?;
        Ok((dtype, info.shape.clone()))
    }

    fn failed(&self, error: &std::io::Error) -> Stop {
        StudioError::io(Doing::Reading, &self.gguf.files[self.at].path, error).into()
    }

    /// The bytes that come next. The header's check has seen that the file is this long.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Stop> {
        for piece in bytes.chunks_mut(PIECE) {
            self.token.check()?;
            self.files[self.at].read_exact(piece).map_err(|e| self.failed(&e))?;
            self.done += piece.len() as u64;
            (self.progress)((self.done as f64 / self.total as f64) as f32);
        }
        Ok(())
    }

    /// The next weight, quantised as in the file.
    fn tensor(&mut self, dtype: GgmlDType, shape: &[usize]) -> Result<QTensor, Stop> {
        let mut bytes = vec![0; shape.iter().product::<usize>() / dtype.block_size() * dtype.type_size()];
        self.fill(&mut bytes)?;
        let storage = QStorage::from_data(bytes.into(), self.device, dtype)?;
        Ok(QTensor::new(storage, shape)?)
    }

    /// The matrix that comes next.
    fn next_matrix(&mut self, dtype: GgmlDType, [rows, columns]: [usize; 2]) -> Result<Linear, Stop> {
        if self.device.is_cpu()
            && !self.exact
            && let Some(matrix) = Matrix::read(dtype, [rows, columns], PIECE, |bytes| self.fill(bytes))?
        {
            return Ok(Linear::Ours(matrix));
        }
        let packed = self.tensor(dtype, &[rows, columns])?;
        if self.exact {
            return Ok(Linear::Candle(QMatMul::Tensor(packed.dequantize(self.device)?)));
        }
        Ok(Linear::Candle(QMatMul::from_arc(Arc::new(packed))?))
    }

    /// The matrices of `count` experts, which are stored one after the other in one weight.
    pub fn experts(&mut self, name: &str, count: usize) -> Result<Vec<Linear>, Stop> {
        let (dtype, shape) = self.find(name)?;
        let &[experts, rows, columns] = &shape[..] else {
            return Err(self.gguf.bad(both!("{name} is not a stack of matrices", "{name} 不是一组矩阵")).into());
        };
        (0..count.min(experts)).map(|_| self.next_matrix(dtype, [rows, columns])).collect()
    }

    /// A weight in f32, where the file has it.
    pub fn optional(&mut self, name: &str) -> Result<Option<Tensor>, Stop> {
        self.has(name).then(|| self.plain(name)).transpose()
    }

    /// A matrix to multiply with.
    pub fn matrix(&mut self, name: &str) -> Result<Linear, Stop> {
        let (dtype, shape) = self.find(name)?;
        let &[rows, columns] = &shape[..] else {
            return Err(self.gguf.bad(both!("{name} is not a matrix", "{name} 不是矩阵")).into());
        };
        self.next_matrix(dtype, [rows, columns])
    }

    /// A weight in f32.
    pub fn plain(&mut self, name: &str) -> Result<Tensor, Stop> {
        let (dtype, shape) = self.find(name)?;
        let device = self.device;
        if dtype == GgmlDType::F32 {
            // As nearly all of them are: candle's unpacking would wake its own threads, which would spin for more.
            let mut bytes = vec![0; shape.iter().product::<usize>() * 4];
            self.fill(&mut bytes)?;
            let numbers = bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
            return Ok(Tensor::from_vec::<_, f32>(numbers, shape, device)?);
        }
        Ok(self.tensor(dtype, &shape)?.dequantize(device)?)
    }
}
