//! Builds networks from the tensors of their files.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::nets::weights::Weights;
use super::tensor_reader::TensorReader;
pub use super::tensor_reader::Watch;
use crate::engine::Stop;
use crate::formats::{Container, Header};

/// Loads a network out of `header`'s tensors. `build` makes it from a [`VarBuilder`]; between two tensors the cancel
/// token is checked, and the original error is reported rather than candle's.
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
    let mut reader = TensorReader::new(header, watch);
    let computed = computed_in(dtype, device);
    reader.matrices = (computed != dtype).then_some(dtype);
    let stopped = reader.stopped.clone();
    let vb = VarBuilder::from_backend(Box::new(reader), computed, device.clone());
    ended(build(&vb), &stopped)
}

/// The type of the activations between matmuls, for weights of `dtype`.
pub fn computed_in(dtype: DType, device: &Device) -> DType {
    if device.is_cpu() && dtype == DType::BF16 { DType::F32 } else { dtype }
}

/// [`load`] for networks that can leave quantised matrices as they are: those of a GGUF file stay quantised, all else
/// is converted.
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
    let reader = Arc::new(TensorReader::new(header, watch));
    let stopped = reader.stopped.clone();
    ended(build(&Weights::packed(reader, computed_in(dtype, device), device)), &stopped)
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
