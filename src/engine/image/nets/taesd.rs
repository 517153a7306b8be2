//! The tiny decoder for previews: diffusers' `AutoencoderTiny`, known as TAESD (O. Boer Bohan, github.com/madebyollin/
//! taesd). Plain 3x3 convolutions with ReLU, no norms, no attention: a preview in a fraction of a step.

use std::path::Path;

use candle_core::{Result as Candle, Tensor};
use candle_nn::VarBuilder;
use serde_json::json;

use super::options::Options;
use crate::engine::kernels::{Activation, Conv2d, ConvShape, channels_first, channels_last, upsample_nearest};
use crate::error::Result;
use crate::lang::Both;

/// The decoder's part of an `AutoencoderTiny`'s `config.json`, with the reference's defaults (diffusers 0.42).
#[derive(Clone, Debug, PartialEq)]
pub struct TaesdConfig {
    pub latent_channels: usize,
    pub out_channels: usize,
    pub block_out_channels: Vec<usize>,
    /// Residual blocks before each enlargement, and after the last.
    pub blocks: Vec<usize>,
    pub upscale: usize,
    pub activation: Activation,
    pub scaling_factor: f64,
    pub shift_factor: f64,
}

impl TaesdConfig {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// From parsed options.
    pub fn read(o: &Options) -> Result<Self> {
        let blocks = o.usizes("num_decoder_blocks", &[3, 3, 3, 1])?;
        let n = blocks.len();
        let sizes = o.usizes("decoder_block_out_channels", &[64; 4])?;
        let block_out_channels = o.counted("decoder_block_out_channels", sizes, n)?;
        // The reference's layers do not change their channels, though its configuration could say so.
        if n == 0 || n > 16 || block_out_channels.iter().any(|c| *c == 0 || *c != block_out_channels[0]) {
            return Err(o.unsupported_but(
                "decoder_block_out_channels",
                Both::new("1 to 16 equal sizes", "1 到 16 个相同的值"),
            ));
        }
        o.only("upsample_fn", &[json!("nearest")])?;
        o.only("act_fn", &["relu", "silu", "swish", "mish", "gelu"].map(|n| json!(n)))?;
        let upscale = o.usize("upsampling_scaling_factor", 2)?;
        if upscale == 0 || upscale > 8 {
            return Err(o.bad("upsampling_scaling_factor", "which is not between 1 and 8"));
        }
        let scaling_factor = o.f64("scaling_factor", 1.0)?;
        if scaling_factor == 0.0 {
            return Err(o.bad("scaling_factor", "by which nothing can be divided"));
        }
        Ok(Self {
            latent_channels: o.usize("latent_channels", 4)?,
            out_channels: o.usize("out_channels", 3)?,
            block_out_channels,
            blocks,
            upscale,
            activation: Activation::parse(o.text("act_fn", "relu")?).unwrap_or(Activation::Relu),
            scaling_factor,
            shift_factor: o.f64("shift_factor", 0.0)?,
        })
    }

    /// Of the published decoders, which come without a configuration (`taesd_decoder`, `taesd3_decoder`...).
    pub fn published(latent_channels: usize) -> Self {
        Self {
            latent_channels,
            out_channels: 3,
            block_out_channels: vec![64; 4],
            blocks: vec![3, 3, 3, 1],
            upscale: 2,
            activation: Activation::Relu,
            scaling_factor: 1.0,
            shift_factor: 0.0,
        }
    }

    /// Pixels of a latent's side.
    pub fn factor(&self) -> usize {
        self.upscale.pow(self.blocks.len() as u32 - 1)
    }
}

enum Layer {
    Conv(Conv2d),
    Activation,
    Block([Conv2d; 3]),
    Enlarge,
}

/// A tiny decoder with its weights.
pub struct Taesd {
    config: TaesdConfig,
    layers: Vec<Layer>,
}

impl Taesd {
    /// Weights by diffusers' names (`decoder.layers.0...`) or by the published decoder's own (`1...`: its first layer
    /// is the clamp, which holds no weights).
    pub fn load(config: TaesdConfig, vb: &VarBuilder) -> Candle<Self> {
        let theirs = vb.pp("decoder.layers");
        let (root, offset) = if theirs.contains_tensor("0.weight") { (theirs, 0) } else { (vb.clone(), 1) };
        let mut layers = Vec::new();
        let at = |layers: &Vec<Layer>| root.pp(layers.len() + offset);
        let first = config.block_out_channels[0];
        layers.push(Layer::Conv(Conv2d::load(&at(&layers), ConvShape::same(config.latent_channels, first, 3))?));
        layers.push(Layer::Activation);
        for (i, blocks) in config.blocks.iter().enumerate() {
            let channels = config.block_out_channels[i];
            let same = ConvShape::same(channels, channels, 3);
            for _ in 0..*blocks {
                let vb = at(&layers).pp("conv");
                let conv = |j: usize| Conv2d::load(&vb.pp(j), same);
                layers.push(Layer::Block([conv(0)?, conv(2)?, conv(4)?]));
            }
            if i + 1 < config.blocks.len() {
                layers.push(Layer::Enlarge);
                layers.push(Layer::Conv(Conv2d::load_without_bias(&at(&layers), same)?));
            } else {
                let last = ConvShape::same(channels, config.out_channels, 3);
                layers.push(Layer::Conv(Conv2d::load(&at(&layers), last)?));
            }
        }
        Ok(Self { config, layers })
    }

    pub fn config(&self) -> &TaesdConfig {
        &self.config
    }

    /// The denoiser's latents `[B, C, h, w]` -> pictures `[B, 3, H, W]` in about -1..1.
    pub fn decode(&self, latents: &Tensor) -> Candle<Tensor> {
        let latents = ((latents / self.config.scaling_factor)? + self.config.shift_factor)?;
        let act = self.config.activation;
        let mut x = channels_last(&((latents / 3.0)?.tanh()? * 3.0)?)?;
        for layer in &self.layers {
            x = match layer {
                Layer::Conv(conv) => conv.forward(&x)?,
                Layer::Activation => act.forward(&x)?,
                Layer::Block([a, b, c]) => {
                    let h = act.forward(&b.forward(&act.forward(&a.forward(&x)?)?)?)?;
                    // The sum's activation is ReLU whatever the others are.
                    Activation::Relu.forward(&c.forward_add(&h, &x)?)?
                }
                Layer::Enlarge => {
                    let (_, h, w, _) = x.dims4()?;
                    upsample_nearest(&x, self.config.upscale * h, self.config.upscale * w)?
                }
            };
        }
        // The network draws in 0..1.
        channels_first(&((x * 2.0)? - 1.0)?)
    }
}
