//! Where a transformer's weights come from: tensors by the names of diffusers and transformers, or the quantised
//! matrices of a GGUF file behind the same names.

use std::fmt::Display;
use std::sync::Arc;

use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{D, DType, Device, Module, Result, Shape, Tensor, bail};
use candle_nn::VarBuilder;

use crate::engine::image::tensor_reader::TensorReader;
use crate::engine::kernels::linear::matmul;
use crate::engine::kernels::{LayerNorm, Linear, RmsNorm};

/// Weights below one name.
#[derive(Clone)]
pub struct Weights {
    backing: Backing,
    /// The path of names so far, each followed by a dot.
    prefix: String,
}

#[derive(Clone)]
enum Backing {
    Dense(VarBuilder<'static>),
    /// Quantised matrices stay quantised, the rest is converted.
    Packed {
        reader: Arc<TensorReader>,
        dtype: DType,
        device: Device,
    },
}

impl From<VarBuilder<'static>> for Weights {
    fn from(vb: VarBuilder<'static>) -> Self {
        Self { backing: Backing::Dense(vb), prefix: String::new() }
    }
}

impl Weights {
    /// Those of a GGUF file; tensors that are converted get the type `dtype` (f32 on the CPU).
    pub fn packed(reader: Arc<TensorReader>, dtype: DType, device: &Device) -> Self {
        Self { backing: Backing::Packed { reader, dtype, device: device.clone() }, prefix: String::new() }
    }

    /// Those below `name`.
    pub fn pp(&self, name: impl Display) -> Self {
        let backing = match &self.backing {
            Backing::Dense(vb) => Backing::Dense(vb.pp(name.to_string())),
            packed @ Backing::Packed { .. } => packed.clone(),
        };
        Self { backing, prefix: format!("{}{name}.", self.prefix) }
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub fn contains(&self, name: &str) -> bool {
        match &self.backing {
            Backing::Dense(vb) => vb.contains_tensor(name),
            Backing::Packed { reader, .. } => reader.contains(&self.full(name)),
        }
    }

    /// The type that the network computes in.
    pub fn dtype(&self) -> DType {
        match &self.backing {
            Backing::Dense(vb) => vb.dtype(),
            Backing::Packed { dtype, .. } => *dtype,
        }
    }

    pub fn device(&self) -> &Device {
        match &self.backing {
            Backing::Dense(vb) => vb.device(),
            Backing::Packed { device, .. } => device,
        }
    }

    /// One dense tensor, of exactly this shape.
    pub fn get(&self, shape: impl Into<Shape>, name: &str) -> Result<Tensor> {
        let shape = shape.into();
        match &self.backing {
            Backing::Dense(vb) => vb.get(shape, name),
            Backing::Packed { reader, dtype, device } => {
                let tensor = reader.tensor(&self.full(name), *dtype, device)?;
                if tensor.shape() != &shape {
                    bail!("{} is {:?} in the file, {shape:?} by the configuration", self.full(name), tensor.shape());
                }
                Ok(tensor)
            }
        }
    }

    /// The matrix `weight` `[out, from]` with `bias`.
    pub fn linear(&self, from: usize, out: usize) -> Result<Projection> {
        self.projection(from, out, Some(self.get(out, "bias")?))
    }

    /// The matrix `weight` `[out, from]` alone.
    pub fn linear_without_bias(&self, from: usize, out: usize) -> Result<Projection> {
        self.projection(from, out, None)
    }

    /// With or without a bias, as a configuration says.
    pub fn linear_with(&self, bias: bool, from: usize, out: usize) -> Result<Projection> {
        if bias { self.linear(from, out) } else { self.linear_without_bias(from, out) }
    }

    fn projection(&self, from: usize, out: usize, bias: Option<Tensor>) -> Result<Projection> {
        match &self.backing {
            Backing::Dense(vb) => Ok(Projection::Dense(Linear::new(&vb.get((out, from), "weight")?, bias)?)),
            Backing::Packed { reader, dtype, device } => {
                let weight = reader.packed(&self.full("weight"), device)?;
                if weight.shape().dims() != [out, from] {
                    let (name, shape) = (self.full("weight"), weight.shape());
                    bail!("{name} is {shape:?} in the file, {out} x {from} by the configuration");
                }
                Projection::quantised(weight, bias, *dtype)
            }
        }
    }

    /// A layer norm with its `weight` and `bias` `[size]`.
    pub fn layer_norm(&self, size: usize, eps: f64) -> Result<LayerNorm> {
        LayerNorm::new(&self.get(size, "weight")?, &self.get(size, "bias")?, eps)
    }

    /// A root-mean-square norm with its `weight` `[size]`.
    pub fn rms_norm(&self, size: usize, eps: f64) -> Result<RmsNorm> {
        RmsNorm::new(&self.get(size, "weight")?, eps)
    }
}

/// `x W^T + b`, the matrix dense or quantised.
pub enum Projection {
    Dense(Linear),
    /// On the CPU: dequantised for each use. For the hundreds of rows of a picture the matmul takes far longer than
    /// that, and activations are not quantised: the result is the reference's.
    Packed {
        weight: Arc<QTensor>,
        bias: Option<Tensor>,
    },
    /// On a GPU: candle's matmul, which reads the quantised blocks.
    Device {
        weight: QMatMul,
        bias: Option<Tensor>,
    },
}

impl Projection {
    fn quantised(weight: QTensor, bias: Option<Tensor>, dtype: DType) -> Result<Self> {
        let device = weight.device();
        if device.is_cpu() {
            return Ok(Self::Packed { weight: Arc::new(weight), bias });
        }
        // Dense weights: QMatMul would upcast them to f32.
        if weight.dtype().block_size() == 1 {
            return Ok(Self::Dense(Linear::new(&weight.dequantize(&device)?.to_dtype(dtype)?, bias)?));
        }
        Ok(Self::Device { weight: QMatMul::from_qtensor(weight)?, bias })
    }

    /// As [`Linear::is_half`].
    pub fn is_half(&self) -> bool {
        matches!(self, Self::Dense(linear) if linear.is_half())
    }

    /// `[.., from]` -> `[.., out]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (y, bias) = match self {
            Self::Dense(linear) => return linear.forward(x),
            Self::Packed { weight, bias } => {
                let mut shape = x.dims().to_vec();
                let (out, from) = weight.shape().dims2()?;
                if shape.pop() != Some(from) {
                    bail!("a linear layer of {from} inputs was given {:?}", x.shape());
                }
                shape.push(out);
                let numbers = weight.dequantize(x.device())?.to_dtype(x.dtype())?;
                (matmul(&x.reshape(((), from))?, &numbers.t()?)?.reshape(shape)?, bias)
            }
            Self::Device { weight, bias } => {
                let y = weight.forward(&x.to_dtype(DType::F32)?.contiguous()?)?;
                (y.to_dtype(x.dtype())?, bias)
            }
        };
        if let Some(bias) = bias { y.broadcast_add(bias) } else { Ok(y) }
    }

    /// `residual + forward(x)`.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        match self {
            Self::Dense(linear) => linear.forward_add(x, residual),
            _ => residual + self.forward(x)?,
        }
    }
}

/// The last dimension in `n` equal parts.
pub fn parts(x: &Tensor, n: usize) -> Result<Vec<Tensor>> {
    let size = x.dim(D::Minus1)?;
    if n == 0 || !size.is_multiple_of(n) {
        bail!("{size} numbers cannot be cut in {n} parts");
    }
    x.chunk(n, D::Minus1)
}
