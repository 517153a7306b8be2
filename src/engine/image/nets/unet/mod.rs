//! The denoiser of Stable Diffusion 1.x, 2.x and XL: diffusers' `UNet2DConditionModel`.
//!
//! ```text
//! latents -> conv_in -> Down x n -> Bottom -> Up x n -> norm, silu, conv_out -> prediction
//!                         |  each resnet's result, put beside  ^
//!                         +------------------------------------+
//! time -> sinusoids -> linear, silu, linear (+ sizes and pooled text: SDXL) -> every resnet
//! text -----------------------------------------------------------------> every transformer
//! ```
//! candle-transformers has this network too; its convolutions, norms and attention took over twice torch's time on
//! the CPU, it knows neither SDXL's size conditioning nor odd sizes, and it cannot be cancelled within a step.

mod blocks;
mod config;
mod transformer;

use candle_core::{DType, Result, Tensor};
use candle_nn::VarBuilder;

use crate::engine::image::nets::resnet::Norm;
use crate::engine::kernels::{
    Activation, Conv2d, ConvShape, Linear, Sinusoids, channels_first, channels_last, concat, sinusoids,
};
use crate::engine::{CancelToken, Stop};
use blocks::{Bottom, Down, Seen, Up};
pub use config::{Mid, TextTime, TimeConfig, UnetConfig};

/// The inputs of the network.
#[derive(Clone, Copy, Debug)]
pub struct UnetInput<'a> {
    /// `[B, in_channels, H, W]`; H and W of any size.
    pub latents: &'a Tensor,
    /// `[B]` or `[1]`: the training's time, 0..1000 (whole or not).
    pub times: &'a Tensor,
    /// `[B, tokens, cross_attention_dim]`.
    pub context: &'a Tensor,
    /// SDXL: pooled text `[B, P]` and sizes `[B, 6]` (original height, width, crop top, left, target height, width).
    pub added: Option<(&'a Tensor, &'a Tensor)>,
    /// LCM: [`guidance_embedding`], `[B, time_cond_proj_dim]`.
    pub guidance: Option<&'a Tensor>,
}

/// A UNet with its weights.
pub struct Unet {
    config: UnetConfig,
    conv_in: Conv2d,
    time: TimeEmbedding,
    added: Option<TimeEmbedding>,
    down: Vec<Down>,
    bottom: Option<Bottom>,
    up: Vec<Up>,
    norm_out: Norm,
    conv_out: Conv2d,
    dtype: DType,
}

impl Unet {
    /// Weights by diffusers' names at the root of `vb`.
    pub fn load(config: UnetConfig, vb: &VarBuilder) -> Result<Self> {
        let first = config.block_out_channels[0];
        let (t, n) = (config.time, config.block_out_channels.len());
        let time = TimeEmbedding::load(&vb.pp("time_embedding"), t.sinusoids.dim, &t, config.activation)?;
        let added = config.text_time.map(|added| {
            let plain = TimeConfig { cond_proj_dim: None, post_act: None, ..t };
            TimeEmbedding::load(&vb.pp("add_embedding"), added.input_dim, &plain, Activation::Silu)
        });
        let block = |name: &str, i: usize| vb.pp(name).pp(i);
        Ok(Self {
            conv_in: Conv2d::load(
                &vb.pp("conv_in"),
                ConvShape::same(config.in_channels, first, config.conv_in_kernel),
            )?,
            time,
            added: added.transpose()?,
            down: (0..n).map(|i| Down::load(&block("down_blocks", i), &config, i)).collect::<Result<_>>()?,
            bottom: Bottom::load(&vb.pp("mid_block"), &config)?,
            up: (0..n).map(|i| Up::load(&block("up_blocks", i), &config, i)).collect::<Result<_>>()?,
            norm_out: Norm::load(
                &vb.pp("conv_norm_out"),
                config.norm_num_groups,
                first,
                config.norm_eps,
                config.activation,
            )?,
            conv_out: Conv2d::load(
                &vb.pp("conv_out"),
                ConvShape::same(first, config.out_channels, config.conv_out_kernel),
            )?,
            dtype: vb.dtype(),
            config,
        })
    }

    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// The prediction (noise, velocity or picture, as the model was trained), `[B, out_channels, H, W]`. Checks the
    /// cancel token before each block.
    pub fn forward(&self, input: &UnetInput, cancel: &CancelToken) -> std::result::Result<Tensor, Stop> {
        let latents = input.latents.to_dtype(self.dtype)?;
        let latents = if self.config.center_input_sample { ((latents * 2.0)? - 1.0)? } else { latents };
        let time = self.embedding(input)?;
        let context = input.context.to_dtype(self.dtype)?;
        let seen = Seen { time: &time, context: &context };

        let mut x = self.conv_in.forward(&channels_last(&latents)?)?;
        let mut skips = vec![x.clone()];
        for down in &self.down {
            cancel.check()?;
            x = down.forward(&x, seen, &mut skips)?;
        }
        if let Some(bottom) = &self.bottom {
            cancel.check()?;
            x = bottom.forward(&x, seen)?;
        }
        for up in &self.up {
            cancel.check()?;
            x = up.forward(&x, seen, &mut skips)?;
        }
        Ok(channels_first(&self.conv_out.forward(&self.norm_out.forward(&x)?)?)?)
    }

    /// Time, guidance, sizes and pooled text as one `[B, embed_dim]`, through the resnets' activation.
    fn embedding(&self, input: &UnetInput) -> Result<Tensor> {
        let b = input.latents.dim(0)?;
        let times = sinusoids(&input.times.broadcast_as(b)?, self.config.time.sinusoids)?.to_dtype(self.dtype)?;
        let guidance = input.guidance.map(|guidance| guidance.to_dtype(self.dtype)).transpose()?;
        let mut time = self.time.forward(&times, guidance.as_ref())?;
        match (&self.added, &self.config.text_time, input.added) {
            (Some(layer), Some(kind), Some((pooled, sizes))) => {
                let sizes = sinusoids(sizes, kind.sinusoids)?.reshape((b, ()))?.to_dtype(self.dtype)?;
                time = (time + layer.forward(&concat(&pooled.to_dtype(self.dtype)?, &sizes)?, None)?)?;
            }
            (Some(_), ..) => candle_core::bail!("this UNet needs the pooled text and the sizes"),
            (None, ..) => {}
        }
        if let Some(act) = self.config.time.embedding_act {
            time = act.forward(&time)?;
        }
        self.config.activation.forward(&time)
    }
}

/// The embedding of a guidance scale that LCM's distilled UNets take (Luo et al. 2023, arXiv 2310.04378): sinusoids of
/// 1000 (scale - 1). `scales` `[B]` -> `[B, dim]`.
pub fn guidance_embedding(scales: &Tensor, dim: usize) -> Result<Tensor> {
    let values = ((scales.to_dtype(DType::F32)? - 1.0)? * 1000.0)?;
    sinusoids(&values, Sinusoids { dim, flip_sin_to_cos: false, freq_shift: 1.0 })
}

/// Linear, activation, linear.
struct TimeEmbedding {
    cond: Option<Linear>,
    one: Linear,
    activation: Activation,
    two: Linear,
    post: Option<Activation>,
}

impl TimeEmbedding {
    fn load(vb: &VarBuilder, from: usize, t: &TimeConfig, activation: Activation) -> Result<Self> {
        let cond = t.cond_proj_dim.map(|dim| Linear::load_without_bias(&vb.pp("cond_proj"), dim, from));
        Ok(Self {
            cond: cond.transpose()?,
            one: Linear::load(&vb.pp("linear_1"), from, t.embed_dim)?,
            activation,
            two: Linear::load(&vb.pp("linear_2"), t.embed_dim, t.embed_dim)?,
            post: t.post_act,
        })
    }

    fn forward(&self, x: &Tensor, guidance: Option<&Tensor>) -> Result<Tensor> {
        let x = match (&self.cond, guidance) {
            (Some(cond), Some(guidance)) => cond.forward_add(guidance, x)?,
            (None, Some(_)) => candle_core::bail!("this UNet takes no guidance embedding"),
            (_, None) => x.clone(),
        };
        let x = self.two.forward(&self.activation.forward(&self.one.forward(&x)?)?)?;
        self.post.map_or(Ok(x.clone()), |post| post.forward(&x))
    }
}
