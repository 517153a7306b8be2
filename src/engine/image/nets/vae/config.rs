//! `vae/config.json` of an `AutoencoderKL`, with the reference's defaults (diffusers 0.42).

use std::path::Path;

use candle_core::{Result as Candle, Tensor};
use serde_json::json;

use crate::engine::image::nets::options::Options;
use crate::engine::kernels::Activation;
use crate::error::Result;
use crate::formats::memory;

/// The shape of an autoencoder, and how its latents are scaled for the denoiser.
#[derive(Clone, Debug, PartialEq)]
pub struct VaeConfig {
    pub in_channels: usize,
    pub out_channels: usize,
    pub latent_channels: usize,
    pub block_out_channels: Vec<usize>,
    pub layers_per_block: usize,
    pub norm_num_groups: usize,
    pub activation: Activation,
    pub mid_block_add_attention: bool,
    pub use_quant_conv: bool,
    pub use_post_quant_conv: bool,
    pub scaling: Scaling,
    /// SDXL's first autoencoder overflows half precision: a device that computes in it should upcast this network.
    pub force_upcast: bool,
}

/// From the autoencoder's latents to the denoiser's and back.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    pub factor: f64,
    pub shift: f64,
    /// Mean and standard deviation of each channel (Playground 2.5): they take the shift's place.
    pub moments: Option<(Vec<f64>, Vec<f64>)>,
}

impl VaeConfig {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// From parsed options.
    pub fn read(o: &Options) -> Result<Self> {
        let block_out_channels = o.usizes("block_out_channels", &[64])?;
        let n = block_out_channels.len();
        let groups = o.usize("norm_num_groups", 32)?;
        if n == 0 || n > 16 || block_out_channels.contains(&0) {
            return Err(o.bad("block_out_channels", "which is not a list of 1 to 16 sizes"));
        }
        if groups == 0 || block_out_channels.iter().any(|c| !c.is_multiple_of(groups)) {
            return Err(o.bad("norm_num_groups", &format!("which does not divide {block_out_channels:?}")));
        }
        for (name, kind) in [("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")] {
            let types = o.counted(name, o.texts(name, &vec![kind; n])?, n)?;
            if types.iter().any(|found| found != kind) {
                return Err(o.unsupported(name, kind));
            }
        }
        o.only("act_fn", &["silu", "swish", "mish", "gelu", "relu"].map(|n| json!(n)))?;
        let latent_channels = o.usize("latent_channels", 4)?;
        let factor = o.f64("scaling_factor", 0.18215)?;
        if factor == 0.0 {
            return Err(o.bad("scaling_factor", "by which nothing can be divided"));
        }
        let moments = match (o.f64s("latents_mean")?, o.f64s("latents_std")?) {
            (Some(mean), Some(std)) => {
                let mean = o.counted("latents_mean", mean, latent_channels)?;
                let std = o.counted("latents_std", std, latent_channels)?;
                if std.contains(&0.0) {
                    return Err(o.bad("latents_std", "by which nothing can be divided"));
                }
                Some((mean, std))
            }
            // The reference's pipelines ask for both.
            _ => None,
        };
        Ok(Self {
            in_channels: o.usize("in_channels", 3)?,
            out_channels: o.usize("out_channels", 3)?,
            latent_channels,
            layers_per_block: o.usize("layers_per_block", 1)?,
            norm_num_groups: groups,
            activation: Activation::parse(o.text("act_fn", "silu")?).unwrap_or(Activation::Silu),
            mid_block_add_attention: o.bool("mid_block_add_attention", true)?,
            use_quant_conv: o.bool("use_quant_conv", true)?,
            use_post_quant_conv: o.bool("use_post_quant_conv", true)?,
            scaling: Scaling { factor, shift: o.f64("shift_factor", 0.0)?, moments },
            force_upcast: o.bool("force_upcast", true)?,
            block_out_channels,
        })
    }

    /// Pixels of a latent's side.
    pub fn factor(&self) -> usize {
        1 << (self.block_out_channels.len() - 1)
    }

    /// Bytes that a decode of latents of this size holds at its peak beside the weights, in f32.
    pub fn decode_bytes(&self, height: usize, width: usize) -> u64 {
        memory::decode(&self.block_out_channels, height, width)
    }
}

impl Scaling {
    /// `[B, C, H, W]` as the denoiser has them -> as the decoder takes them.
    pub fn to_vae(&self, latents: &Tensor) -> Candle<Tensor> {
        match &self.moments {
            None => (latents / self.factor)? + self.shift,
            Some((mean, std)) => {
                let scaled = (latents / self.factor)?.broadcast_mul(&channels(std, latents)?)?;
                scaled.broadcast_add(&channels(mean, latents)?)
            }
        }
    }

    /// `[B, C, H, W]` as the encoder gives them -> as the denoiser has them.
    pub fn to_denoiser(&self, latents: &Tensor) -> Candle<Tensor> {
        match &self.moments {
            None => (latents - self.shift)? * self.factor,
            Some((mean, std)) => {
                let centred = latents.broadcast_sub(&channels(mean, latents)?)?;
                (centred * self.factor)?.broadcast_div(&channels(std, latents)?)
            }
        }
    }
}

fn channels(values: &[f64], like: &Tensor) -> Candle<Tensor> {
    Tensor::new(values, like.device())?.to_dtype(like.dtype())?.reshape((1, values.len(), 1, 1))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use serde_json::Value;

    use super::*;

    fn read(value: Value) -> Result<VaeConfig> {
        VaeConfig::read(&Options::from_value(value, Path::new("vae/config.json")).unwrap())
    }

    #[test]
    fn scaling_there_and_back() {
        let moments = json!({"latents_mean": [1.0, -2.0, 0.5, 0.0], "latents_std": [2.0, 1.0, 0.5, 3.0]});
        for config in [json!({"scaling_factor": 0.3611, "shift_factor": 0.1159}), moments, json!({})] {
            let scaling = read(config).unwrap().scaling;
            let z = Tensor::randn(0f32, 1.0, (1, 4, 2, 3), &Device::Cpu).unwrap();
            let back = scaling.to_vae(&scaling.to_denoiser(&z).unwrap()).unwrap();
            let off = (back - &z).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(off < 1e-5);
        }
        let flux = read(json!({"scaling_factor": 0.5, "shift_factor": 0.25})).unwrap().scaling;
        let one = Tensor::ones((1, 4, 1, 1), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert_eq!(flux.to_vae(&one).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap(), [2.25; 4]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bad in [
            json!({"down_block_types": ["AttnDownEncoderBlock2D"]}),
            json!({"block_out_channels": [64, 128], "up_block_types": ["UpDecoderBlock2D"]}),
            json!({"norm_num_groups": 0}),
            json!({"block_out_channels": []}),
            json!({"scaling_factor": 0.0}),
            json!({"latents_mean": [0.0], "latents_std": [1.0]}),
            json!({"act_fn": "tanh"}),
        ] {
            read(bad).unwrap_err();
        }
    }
}
