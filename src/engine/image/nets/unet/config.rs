//! `unet/config.json` of a `UNet2DConditionModel`, with the reference's defaults (diffusers 0.42).

use std::path::Path;

use serde_json::{Value, json};

use crate::engine::image::nets::options::Options;
use crate::engine::kernels::{Activation, Sinusoids};
use crate::error::Result;
use crate::lang::Both;

/// The shape of a UNet. Lists have one entry for each block on the way down.
#[derive(Clone, Debug, PartialEq)]
pub struct UnetConfig {
    /// Latents' side in training, for the default picture size; `None` where the file does not say.
    pub sample_size: Option<usize>,
    pub in_channels: usize,
    pub out_channels: usize,
    /// Takes latents of 0..1 to -1..1 first.
    pub center_input_sample: bool,
    pub time: TimeConfig,
    pub block_out_channels: Vec<usize>,
    pub layers_per_block: Vec<usize>,
    /// Does the block have transformers (`CrossAttn...Block2D`)?
    pub down_attention: Vec<bool>,
    /// The same on the way up, in the order of the way up.
    pub up_attention: Vec<bool>,
    pub mid: Mid,
    pub mid_block_scale_factor: f64,
    /// Transformer layers of each resnet's attention, on the way down.
    pub down_transformers: Vec<Vec<usize>>,
    /// The same on the way up, in the order of the way up.
    pub up_transformers: Vec<Vec<usize>>,
    pub mid_transformers: usize,
    /// How **many** heads: diffusers calls it `attention_head_dim`, and keeps the wrong name for old files' sake.
    pub heads: Vec<usize>,
    pub cross_attention_dim: Vec<usize>,
    pub only_cross_attention: Vec<bool>,
    pub use_linear_projection: bool,
    pub upcast_attention: bool,
    pub norm_num_groups: usize,
    pub norm_eps: f64,
    pub activation: Activation,
    /// `resnet_time_scale_shift` is `scale_shift`, not `default`.
    pub scale_shift: bool,
    /// 0 is the asymmetric padding of the first Stable Diffusion autoencoders.
    pub downsample_padding: usize,
    pub conv_in_kernel: usize,
    pub conv_out_kernel: usize,
    /// SDXL's conditioning on sizes and the pooled text.
    pub text_time: Option<TextTime>,
}

/// The block at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mid {
    CrossAttention,
    /// One resnet, no attention.
    Resnet,
    None,
}

/// How the time becomes an embedding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeConfig {
    pub sinusoids: Sinusoids,
    /// Width of the embedding.
    pub embed_dim: usize,
    /// Width of the guidance embedding of distilled models (LCM).
    pub cond_proj_dim: Option<usize>,
    /// After the second linear layer.
    pub post_act: Option<Activation>,
    /// On the sum of all embeddings.
    pub embedding_act: Option<Activation>,
}

/// `addition_embed_type` `text_time`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextTime {
    /// Of each of the six sizes.
    pub sinusoids: Sinusoids,
    /// Pooled text and all sizes together.
    pub input_dim: usize,
}

const DOWN: [&str; 4] = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"];
const UP: [&str; 4] = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"];

impl UnetConfig {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// From parsed options.
    pub fn read(o: &Options) -> Result<Self> {
        refuse(o)?;
        let block_out_channels = o.usizes("block_out_channels", &[320, 640, 1280, 1280])?;
        let n = block_out_channels.len();
        if n == 0 || block_out_channels.contains(&0) {
            return Err(o.bad("block_out_channels", "which is not a list of sizes"));
        }
        let groups = o.usize("norm_num_groups", 32)?;
        if groups == 0 || block_out_channels.iter().any(|c| !c.is_multiple_of(groups)) {
            return Err(o.bad("norm_num_groups", &format!("which does not divide {block_out_channels:?}")));
        }
        let layers_per_block = o.each_usize("layers_per_block", n, 2)?;
        let heads = match o.get("num_attention_heads") {
            Some(_) => o.each_usize("num_attention_heads", n, 8)?,
            None => o.each_usize("attention_head_dim", n, 8)?,
        };
        if heads.iter().zip(&block_out_channels).any(|(heads, channels)| *heads == 0 || heads > channels) {
            return Err(o.bad("attention_head_dim", &format!("which are not head counts for {block_out_channels:?}")));
        }
        let flip = o.bool("flip_sin_to_cos", true)?;
        let shift = o.f64("freq_shift", 0.0)?;
        let sinusoids = |dim| Sinusoids { dim, flip_sin_to_cos: flip, freq_shift: shift };
        let time = TimeConfig {
            sinusoids: sinusoids(block_out_channels[0]),
            embed_dim: o.optional_usize("time_embedding_dim")?.unwrap_or(4 * block_out_channels[0]),
            cond_proj_dim: o.optional_usize("time_cond_proj_dim")?,
            post_act: activation(o, "timestep_post_act")?,
            embedding_act: activation(o, "time_embedding_act_fn")?,
        };
        let text_time = match o.get("addition_embed_type") {
            None => None,
            Some(_) => {
                let need = |name: &str| o.optional_usize(name)?.ok_or_else(|| o.bad(name, "which text_time needs"));
                Some(TextTime {
                    sinusoids: sinusoids(need("addition_time_embed_dim")?),
                    input_dim: need("projection_class_embeddings_input_dim")?,
                })
            }
        };
        let (down_transformers, up_transformers, mid_transformers) = transformers(o, n, &layers_per_block)?;
        Ok(Self {
            sample_size: sample_size(o)?,
            in_channels: o.usize("in_channels", 4)?,
            out_channels: o.usize("out_channels", 4)?,
            center_input_sample: o.bool("center_input_sample", false)?,
            time,
            down_attention: blocks(o, "down_block_types", n, &DOWN, ["CrossAttnDownBlock2D", "DownBlock2D"])?,
            up_attention: blocks(o, "up_block_types", n, &UP, ["CrossAttnUpBlock2D", "UpBlock2D"])?,
            mid: mid(o)?,
            mid_block_scale_factor: o.f64("mid_block_scale_factor", 1.0)?,
            down_transformers,
            up_transformers,
            mid_transformers,
            heads,
            cross_attention_dim: o.each_usize("cross_attention_dim", n, 1280)?,
            only_cross_attention: o.each_bool("only_cross_attention", n, false)?,
            use_linear_projection: o.bool("use_linear_projection", false)?,
            upcast_attention: o.bool("upcast_attention", false)?,
            norm_num_groups: groups,
            norm_eps: o.f64("norm_eps", 1e-5)?,
            activation: activation(o, "act_fn")?.unwrap_or(Activation::Silu),
            scale_shift: o.text("resnet_time_scale_shift", "default")? == "scale_shift",
            downsample_padding: o.usize("downsample_padding", 1)?,
            conv_in_kernel: kernel(o, "conv_in_kernel")?,
            conv_out_kernel: kernel(o, "conv_out_kernel")?,
            text_time,
            block_out_channels,
            layers_per_block,
        })
    }

    /// Latents' sides are halved this many times.
    pub fn halvings(&self) -> usize {
        self.block_out_channels.len() - 1
    }
}

/// Refuses options of the reference that this network does not have. `resnet_skip_time_act`, `resnet_out_scale_factor`,
/// `cross_attention_norm`, `mid_block_only_cross_attention` and `dropout` reach none of the blocks that are left.
fn refuse(o: &Options) -> Result<()> {
    for name in ["dual_cross_attention", "class_embeddings_concat"] {
        o.only(name, &[json!(false)])?;
    }
    for name in ["encoder_hid_dim", "encoder_hid_dim_type", "class_embed_type", "num_class_embeds"] {
        o.only(name, &[])?;
    }
    o.only("addition_embed_type", &[json!("text_time")])?;
    o.only("time_embedding_type", &[json!("positional")])?;
    o.only("attention_type", &[json!("default")])?;
    o.only("resnet_time_scale_shift", &[json!("default"), json!("scale_shift")])
}

fn sample_size(o: &Options) -> Result<Option<usize>> {
    match o.get("sample_size") {
        Some(Value::Array(_)) => Ok(o.usizes("sample_size", &[])?.into_iter().max()),
        _ => o.optional_usize("sample_size"),
    }
}

fn activation(o: &Options, name: &str) -> Result<Option<Activation>> {
    if o.get(name).is_none() {
        return Ok(None);
    }
    // diffusers knows fewer names than transformers: only those here mean the same in both.
    let known = Activation::parse(o.text(name, "")?).filter(|_| o.only(name, &NAMES.map(|n| json!(n))).is_ok());
    known.map(Some).ok_or_else(|| o.unsupported(name, &NAMES.join(", ")))
}

const NAMES: [&str; 5] = ["silu", "swish", "mish", "gelu", "relu"];

fn kernel(o: &Options, name: &str) -> Result<usize> {
    match o.usize(name, 3)? {
        odd if odd % 2 == 1 && odd < 16 => Ok(odd),
        _ => Err(o.unsupported_but(name, Both::new("odd kernels up to 15", "不超过 15 的奇数"))),
    }
}

/// Which blocks have transformers, from the names of the two kinds.
fn blocks(o: &Options, name: &str, n: usize, default: &[&str], kinds: [&str; 2]) -> Result<Vec<bool>> {
    let types = o.counted(name, o.texts(name, default)?, n)?;
    let with = |kind: &String| match kind.strip_prefix("UNetRes").unwrap_or(kind) {
        kind if kind == kinds[0] => Ok(true),
        kind if kind == kinds[1] => Ok(false),
        _ => Err(o.unsupported(name, &kinds.join(", "))),
    };
    types.iter().map(with).collect()
}

fn mid(o: &Options) -> Result<Mid> {
    // The key alone says that there is none: `null` is not the default here. Only an absent key is.
    if o.is_null("mid_block_type") {
        return Ok(Mid::None);
    }
    match o.text("mid_block_type", "UNetMidBlock2DCrossAttn")? {
        "UNetMidBlock2DCrossAttn" => Ok(Mid::CrossAttention),
        "UNetMidBlock2D" => Ok(Mid::Resnet),
        _ => Err(o.unsupported("mid_block_type", "UNetMidBlock2DCrossAttn, UNetMidBlock2D, null")),
    }
}

/// Layers of each resnet's transformer: on the way down, on the way up, at the bottom.
type Transformers = (Vec<Vec<usize>>, Vec<Vec<usize>>, usize);

/// One number, one for each block, or one for each resnet of each block; the way up is the way down mirrored, unless
/// it has a list of its own.
fn transformers(o: &Options, n: usize, layers: &[usize]) -> Result<Transformers> {
    const NAME: &str = "transformer_layers_per_block";
    const REVERSE: &str = "reverse_transformer_layers_per_block";
    let entries = |name: &str| -> Result<Vec<Value>> {
        match o.get(name) {
            Some(Value::Array(all)) => o.counted(name, all.clone(), n),
            Some(one) => Ok(vec![one.clone(); n]),
            None => Ok(vec![json!(1); n]),
        }
    };
    let spread = |name: &str, entry: &Value, resnets: usize| -> Result<Vec<usize>> {
        let wrong = || o.bad(name, "which is not a number of layers for each block or each of its resnets");
        let number = |v: &Value| v.as_u64().filter(|v| *v <= 1024).map(|v| v as usize).ok_or_else(wrong);
        match entry {
            Value::Array(all) if all.len() >= resnets => all[..resnets].iter().map(number).collect(),
            Value::Array(_) => Err(wrong()),
            one => Ok(vec![number(one)?; resnets]),
        }
    };
    let down = entries(NAME)?;
    let up = if o.get(REVERSE).is_some() { entries(REVERSE)? } else { down.iter().rev().cloned().collect() };
    if o.get(REVERSE).is_none() && down.iter().any(Value::is_array) {
        return Err(o.bad(REVERSE, "which lists in transformer_layers_per_block need"));
    }
    let mid = spread(NAME, &down[n - 1], 1)?[0];
    let all = |name: &str, entries: &[Value], resnets: &mut dyn Iterator<Item = usize>| -> Result<Vec<Vec<usize>>> {
        entries.iter().zip(resnets).map(|(entry, resnets)| spread(name, entry, resnets)).collect()
    };
    let down = all(NAME, &down, &mut layers.iter().copied())?;
    let up = all(REVERSE, &up, &mut layers.iter().rev().map(|l| l + 1))?;
    Ok((down, up, mid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Cause;

    fn read(value: Value) -> Result<UnetConfig> {
        UnetConfig::read(&Options::from_value(value, Path::new("unet/config.json")).unwrap())
    }

    #[test]
    fn an_empty_file_is_the_references_default() {
        let config = read(json!({})).unwrap();
        assert_eq!(config.block_out_channels, [320, 640, 1280, 1280]);
        assert_eq!(config.heads, [8; 4]);
        assert_eq!(config.down_attention, [true, true, true, false]);
        assert_eq!(config.up_attention, [false, true, true, true]);
        assert_eq!(config.up_transformers, vec![vec![1; 3]; 4]);
        assert_eq!((config.time.embed_dim, config.cross_attention_dim[0]), (1280, 1280));
    }

    #[test]
    fn sdxl_and_asymmetric_layers() {
        let config = read(json!({
            "block_out_channels": [320, 640, 1280],
            "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
            "transformer_layers_per_block": [1, 2, 10], "attention_head_dim": [5, 10, 20],
            "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 2816, "num_attention_heads": null,
        }));
        let config = config.unwrap();
        assert_eq!(config.up_transformers, [vec![10; 3], vec![2; 3], vec![1; 3]]);
        assert_eq!((config.mid_transformers, config.heads), (10, vec![5, 10, 20]));
        assert_eq!(config.text_time.unwrap().input_dim, 2816);
        let lists = json!({
            "transformer_layers_per_block": [[1, 2], [3, 4], [5, 6], [7, 8]],
            "reverse_transformer_layers_per_block": [[1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]],
        });
        let config = read(lists).unwrap();
        assert_eq!((config.down_transformers[1].clone(), config.mid_transformers), (vec![3, 4], 7));
        assert_eq!(config.up_transformers[3], [4, 4, 4]);
        read(json!({"transformer_layers_per_block": [[1, 2], [3, 4], [5, 6], [7, 8]]})).unwrap_err();
    }

    #[test]
    fn what_is_not_supported_is_named() {
        for (name, value) in [
            ("dual_cross_attention", json!(true)),
            ("encoder_hid_dim", json!(1024)),
            ("encoder_hid_dim_type", json!("text_image_proj")),
            ("class_embed_type", json!("timestep")),
            ("num_class_embeds", json!(1000)),
            ("class_embeddings_concat", json!(true)),
            ("addition_embed_type", json!("image")),
            ("time_embedding_type", json!("fourier")),
            ("attention_type", json!("gated")),
            ("resnet_time_scale_shift", json!("spatial")),
            ("mid_block_type", json!("UNetMidBlock2DSimpleCrossAttn")),
            ("act_fn", json!("geglu")),
            ("conv_in_kernel", json!(4)),
            ("down_block_types", json!(["KDownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"])),
        ] {
            let error = read(json!({name: value})).unwrap_err();
            assert!(matches!(error.cause(), Cause::UnsupportedOption { option, .. } if option == name), "{error:?}");
        }
        for (name, value) in [
            ("block_out_channels", json!([])),
            ("norm_num_groups", json!(7)),
            ("attention_head_dim", json!(0)),
            ("attention_head_dim", json!([8, 8])),
            ("layers_per_block", json!("two")),
            ("addition_embed_type", json!("text_time")),
        ] {
            let error = read(json!({name: value})).unwrap_err();
            assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{name}: {error:?}");
        }
    }
}
