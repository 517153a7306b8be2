//! The residual block of the UNet and of the autoencoder (He et al. 2016, as in Ho et al. 2020): norm, activation and
//! convolution twice, with the time added in between, and a 1x1 convolution where the channels change.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::engine::kernels::{Activation, Conv2d, ConvShape, GroupNorm, Linear};

/// What all residual blocks of a network share.
#[derive(Clone, Copy, Debug)]
pub struct ResnetKind {
    pub groups: usize,
    pub eps: f64,
    pub activation: Activation,
    /// Width of the time embedding; `None` in an autoencoder.
    pub time: Option<usize>,
    /// The time scales and shifts after the second norm, instead of being added before it.
    pub scale_shift: bool,
    /// Divisor of the sum of both branches.
    pub out_scale: f64,
}

pub struct Resnet {
    norm1: Norm,
    conv1: Conv2d,
    time: Option<Linear>,
    norm2: Norm,
    conv2: Conv2d,
    shortcut: Option<Conv2d>,
    kind: ResnetKind,
}

impl Resnet {
    /// By diffusers' names (`norm1`, `conv1`, `time_emb_proj`, `norm2`, `conv2`, `conv_shortcut`).
    pub fn load(vb: &VarBuilder, kind: ResnetKind, from: usize, out: usize) -> Result<Self> {
        let width = if kind.scale_shift { 2 * out } else { out };
        let time = kind.time.map(|time| Linear::load(&vb.pp("time_emb_proj"), time, width)).transpose()?;
        let shortcut = (from != out).then(|| Conv2d::load(&vb.pp("conv_shortcut"), ConvShape::same(from, out, 1)));
        Ok(Self {
            norm1: Norm::load(&vb.pp("norm1"), kind.groups, from, kind.eps, kind.activation)?,
            conv1: Conv2d::load(&vb.pp("conv1"), ConvShape::same(from, out, 3))?,
            time,
            norm2: Norm::load(&vb.pp("norm2"), kind.groups, out, kind.eps, kind.activation)?,
            conv2: Conv2d::load(&vb.pp("conv2"), ConvShape::same(out, out, 3))?,
            shortcut: shortcut.transpose()?,
            kind,
        })
    }

    /// `x` `[B, H, W, from]` -> `[B, H, W, out]`; `time` `[B, T]` has been through the activation already (it is the
    /// same for every block of a step).
    pub fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> Result<Tensor> {
        let time = match (&self.time, time) {
            (Some(layer), Some(time)) => Some(layer.forward(time)?),
            (None, _) => None,
            (Some(_), None) => candle_core::bail!("this residual block needs a time"),
        };
        // Each picture is let go as soon as the next is there: at an autoencoder's largest size one takes 270 MB.
        let h = self.norm1.forward(x)?;
        let h = self.between(h, time)?;
        let y = match &self.shortcut {
            Some(shortcut) => self.conv2.forward_add(&h, &shortcut.forward(x)?)?,
            None => self.conv2.forward_add(&h, x)?,
        };
        if self.kind.out_scale == 1.0 { Ok(y) } else { y / self.kind.out_scale }
    }

    /// From the first norm to the second convolution: the first convolution, the time, the second norm.
    fn between(&self, h: Tensor, time: Option<Tensor>) -> Result<Tensor> {
        let Some(time) = time else {
            let y = self.conv1.forward(&h)?;
            drop(h);
            return self.norm2.forward(&y);
        };
        if !self.kind.scale_shift {
            return self.norm2.forward(&self.conv1.forward_shifted(&h, &time)?);
        }
        let h = self.norm2.norm.forward(&self.conv1.forward(&h)?)?;
        let halves = time.unsqueeze(1)?.unsqueeze(1)?.chunk(2, 3)?;
        let h = h.broadcast_mul(&(&halves[0] + 1.0)?)?.broadcast_add(&halves[1])?;
        self.kind.activation.forward(&h)
    }
}

/// A group norm with the activation that always follows it.
pub struct Norm {
    norm: GroupNorm,
    activation: Activation,
}

impl Norm {
    pub fn load(vb: &VarBuilder, groups: usize, channels: usize, eps: f64, activation: Activation) -> Result<Self> {
        Ok(Self { norm: GroupNorm::load(vb, groups, channels, eps)?, activation })
    }

    /// `x` `[B, H, W, C]` -> the same shape.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.activation {
            Activation::Silu => self.norm.forward_silu(x),
            other => other.forward(&self.norm.forward(x)?),
        }
    }
}
