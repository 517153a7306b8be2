//! The autoencoder's two halves (Esser et al. 2021, arXiv 2012.09841, as in Rombach et al. 2022), channels last.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::config::VaeConfig;
use crate::engine::cancel::Stop;
use crate::engine::image::nets::resnet::{Norm, Resnet, ResnetKind};
use crate::engine::kernels::{
    Activation, Attend, Conv2d, ConvShape, GroupNorm, Linear, attention, channels_first, channels_last,
    upsample_nearest,
};

const EPS: f64 = 1e-6;

/// Called before each block; an error ends the run.
pub type Check<'a> = dyn FnMut() -> std::result::Result<(), Stop> + 'a;

fn kind(config: &VaeConfig) -> ResnetKind {
    ResnetKind {
        groups: config.norm_num_groups,
        eps: EPS,
        activation: config.activation,
        time: None,
        scale_shift: false,
        out_scale: 1.0,
    }
}

/// Resnets and a change of size, in either half.
struct Stage {
    resnets: Vec<Resnet>,
    resize: Option<Conv2d>,
}

/// Pictures to the moments of their latents.
pub struct Encoder {
    conv_in: Conv2d,
    stages: Vec<Stage>,
    mid: Mid,
    norm_out: Norm,
    conv_out: Conv2d,
    quant: Option<Conv2d>,
}

impl Encoder {
    /// `encoder.*` and `quant_conv` below `vb`.
    pub fn load(config: &VaeConfig, vb: &VarBuilder) -> Result<Self> {
        let root = vb;
        let vb = &vb.pp("encoder");
        let sizes = &config.block_out_channels;
        let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
        let mut stages = Vec::new();
        for (i, out) in sizes.iter().enumerate() {
            let vb = vb.pp("down_blocks").pp(i);
            let before = sizes[i.saturating_sub(1)];
            let load = |j: usize| {
                Resnet::load(&vb.pp("resnets").pp(j), kind(config), if j == 0 { before } else { *out }, *out)
            };
            let resnets = (0..config.layers_per_block).map(load).collect::<Result<_>>()?;
            let resize = (i + 1 < sizes.len())
                .then(|| Conv2d::load(&vb.pp("downsamplers.0.conv"), ConvShape::down(*out, 0)))
                .transpose()?;
            stages.push(Stage { resnets, resize });
        }
        let moments = 2 * config.latent_channels;
        let quant =
            config.use_quant_conv.then(|| Conv2d::load(&root.pp("quant_conv"), ConvShape::same(moments, moments, 1)));
        Ok(Self {
            conv_in: Conv2d::load(&vb.pp("conv_in"), ConvShape::same(config.in_channels, first, 3))?,
            stages,
            mid: Mid::load(config, &vb.pp("mid_block"))?,
            norm_out: Norm::load(&vb.pp("conv_norm_out"), config.norm_num_groups, last, EPS, Activation::Silu)?,
            conv_out: Conv2d::load(&vb.pp("conv_out"), ConvShape::same(last, moments, 3))?,
            quant: quant.transpose()?,
        })
    }

    /// Calls of `check` in one run.
    pub fn checks(&self) -> usize {
        self.stages.len() + 2
    }

    /// `[B, C, H, W]` -> mean and log-variance, `[B, 2 latent_channels, h, w]`.
    pub fn forward(&self, x: &Tensor, check: &mut Check) -> std::result::Result<Tensor, Stop> {
        let mut x = self.conv_in.forward(&channels_last(x)?)?;
        for stage in &self.stages {
            check()?;
            for resnet in &stage.resnets {
                x = resnet.forward(&x, None)?;
            }
            if let Some(down) = &stage.resize {
                x = down.forward(&x)?;
            }
        }
        check()?;
        x = self.mid.forward(&x)?;
        check()?;
        x = self.conv_out.forward(&self.norm_out.forward(&x)?)?;
        if let Some(quant) = &self.quant {
            x = quant.forward(&x)?;
        }
        Ok(channels_first(&x)?)
    }
}

/// Latents to pictures.
pub struct Decoder {
    post_quant: Option<Conv2d>,
    conv_in: Conv2d,
    mid: Mid,
    stages: Vec<Stage>,
    norm_out: Norm,
    conv_out: Conv2d,
}

impl Decoder {
    /// `decoder.*` and `post_quant_conv` below `vb`.
    pub fn load(config: &VaeConfig, vb: &VarBuilder) -> Result<Self> {
        let root = vb;
        let vb = &vb.pp("decoder");
        let sizes: Vec<usize> = config.block_out_channels.iter().rev().copied().collect();
        let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
        let latent = config.latent_channels;
        let mut stages = Vec::new();
        for (i, out) in sizes.iter().enumerate() {
            let vb = vb.pp("up_blocks").pp(i);
            let before = sizes[i.saturating_sub(1)];
            let load = |j: usize| {
                Resnet::load(&vb.pp("resnets").pp(j), kind(config), if j == 0 { before } else { *out }, *out)
            };
            let resnets = (0..=config.layers_per_block).map(load).collect::<Result<_>>()?;
            let resize = (i + 1 < sizes.len())
                .then(|| Conv2d::load(&vb.pp("upsamplers.0.conv"), ConvShape::same(*out, *out, 3)))
                .transpose()?;
            stages.push(Stage { resnets, resize });
        }
        let post_quant = config
            .use_post_quant_conv
            .then(|| Conv2d::load(&root.pp("post_quant_conv"), ConvShape::same(latent, latent, 1)));
        Ok(Self {
            post_quant: post_quant.transpose()?,
            conv_in: Conv2d::load(&vb.pp("conv_in"), ConvShape::same(latent, first, 3))?,
            mid: Mid::load(config, &vb.pp("mid_block"))?,
            stages,
            norm_out: Norm::load(&vb.pp("conv_norm_out"), config.norm_num_groups, last, EPS, Activation::Silu)?,
            conv_out: Conv2d::load(&vb.pp("conv_out"), ConvShape::same(last, config.out_channels, 3))?,
        })
    }

    /// Calls of `check` in one run.
    pub fn checks(&self) -> usize {
        self.stages.iter().map(|stage| stage.resnets.len()).sum::<usize>() + 2
    }

    /// `[B, latent_channels, h, w]` -> `[B, C, H, W]`.
    pub fn forward(&self, z: &Tensor, check: &mut Check) -> std::result::Result<Tensor, Stop> {
        check()?;
        let mut x = channels_last(z)?;
        if let Some(post_quant) = &self.post_quant {
            x = post_quant.forward(&x)?;
        }
        x = self.mid.forward(&self.conv_in.forward(&x)?)?;
        for stage in &self.stages {
            for resnet in &stage.resnets {
                // Seconds each at the largest size: cancel must not wait for a whole stage.
                check()?;
                x = resnet.forward(&x, None)?;
            }
            if let Some(up) = &stage.resize {
                let (_, h, w, _) = x.dims4()?;
                x = upsample_nearest(&x, 2 * h, 2 * w)?;
                x = up.forward(&x)?;
            }
        }
        check()?;
        x = self.norm_out.forward(&x)?;
        x = self.conv_out.forward(&x)?;
        Ok(channels_first(&x)?)
    }
}

/// Resnet, attention of every pixel to every other, resnet.
struct Mid {
    first: Resnet,
    attention: Option<PixelAttention>,
    last: Resnet,
}

impl Mid {
    fn load(config: &VaeConfig, vb: &VarBuilder) -> Result<Self> {
        let channels = config.block_out_channels[config.block_out_channels.len() - 1];
        let resnet = |i: usize| Resnet::load(&vb.pp("resnets").pp(i), kind(config), channels, channels);
        let attention = config
            .mid_block_add_attention
            .then(|| PixelAttention::load(&vb.pp("attentions.0"), config.norm_num_groups, channels));
        Ok(Self { first: resnet(0)?, attention: attention.transpose()?, last: resnet(1)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.first.forward(x, None)?;
        if let Some(attention) = &self.attention {
            x = attention.forward(&x)?;
        }
        self.last.forward(&x, None)
    }
}

/// One head over all channels.
struct PixelAttention {
    norm: GroupNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl PixelAttention {
    /// `to_q`, `to_k`, `to_v`, `to_out.0`, or the names before diffusers 0.18: `query`, `key`, `value`, `proj_attn`.
    fn load(vb: &VarBuilder, groups: usize, channels: usize) -> Result<Self> {
        let linear = |new: &str, old: &str| -> Result<Linear> {
            let vb = if vb.contains_tensor(&format!("{new}.weight")) { vb.pp(new) } else { vb.pp(old) };
            let weight = match vb.get((channels, channels), "weight") {
                Ok(weight) => weight,
                // Some files keep them as the 1x1 convolutions that they were in the first code.
                Err(error) => match vb.get((channels, channels, 1, 1), "weight") {
                    Ok(weight) => weight.reshape((channels, channels))?,
                    Err(_) => return Err(error),
                },
            };
            Linear::new(&weight, Some(vb.get(channels, "bias")?))
        };
        Ok(Self {
            norm: GroupNorm::load(&vb.pp("group_norm"), groups, channels, EPS)?,
            q: linear("to_q", "query")?,
            k: linear("to_k", "key")?,
            v: linear("to_v", "value")?,
            out: linear("to_out.0", "proj_attn")?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (b, h, w, c) = x.dims4()?;
        let x = x.reshape((b, h * w, c))?;
        let normed = self.norm.forward(&x)?;
        let (q, k, v) = (self.q.forward(&normed)?, self.k.forward(&normed)?, self.v.forward(&normed)?);
        self.out.forward_add(&attention(&q, &k, &v, Attend::heads(1))?, &x)?.reshape((b, h, w, c))
    }
}
