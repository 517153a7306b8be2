//! T5's encoder (Raffel et al. 2020, arXiv 1910.10683; v1.1's gated GELU: Shazeer 2020, arXiv 2002.05202), as
//! transformers' `T5EncoderModel`.
//!
//! The third text encoder of Stable Diffusion 3 (T5-v1.1-XXL, 256 tokens unless asked for up to 512) and the second of
//! FLUX.1 (256 for schnell's weights, 512 for dev's; diffusers pads to 512 unless told). Both pipelines pad with the
//! pad token to that length and hide nothing: the padding takes part in attention, so that this encoder has no mask.
//! Positions enter only as a bias of the scores, one for each head and distance, which the first block holds for all.

use std::path::Path;

use candle_core::{DType, Device, Result as Candle, Tensor, bail};

use super::options::Options;
use super::weights::{Projection, Weights};
use crate::engine::kernels::{Activation, Attend, RmsNorm, attention};
use crate::engine::{CancelToken, Stop};
use crate::error::Result;
use crate::lang::Both;

/// `config.json`, with the reference's defaults (transformers 5.23).
#[derive(Clone, Debug, PartialEq)]
pub struct T5Config {
    pub vocab_size: usize,
    /// Width of the embeddings.
    pub d_model: usize,
    /// Head dimension; heads together may be wider or narrower than `d_model`.
    pub d_kv: usize,
    pub d_ff: usize,
    pub layers: usize,
    pub heads: usize,
    pub buckets: usize,
    /// Distance from which on all places share a bucket.
    pub max_distance: usize,
    pub layer_norm_epsilon: f64,
    pub activation: Activation,
    /// `act(x W0) * (x W1)` instead of `act(x W)`.
    pub gated: bool,
}

impl T5Config {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// Values out of bounds or not supported.
    pub fn read(o: &Options) -> Result<Self> {
        // transformers reads its common names as other words for T5's own.
        let size = |name: &str, alias: &str, default| o.usize(name, o.usize(alias, default)?);
        let heads = size("num_heads", "num_attention_heads", 8)?;
        let d_kv = size("d_kv", "head_dim", 64)?;
        if heads == 0 || d_kv == 0 {
            return Err(o.bad("num_heads", "and attention needs at least one head of one number"));
        }
        if o.bool("is_decoder", false)? {
            return Err(o.unsupported_but(
                "is_decoder",
                Both::new("false: picture models use the encoder only", "false：图片模型只用编码器"),
            ));
        }
        let buckets = o.usize("relative_attention_num_buckets", 32)?;
        let max_distance = o.usize("relative_attention_max_distance", 128)?;
        // Half of the buckets for each direction, half of those exact: fewer leave the logarithm nothing.
        if buckets < 4 || max_distance <= buckets / 4 {
            return Err(o.bad("relative_attention_num_buckets", "which cannot cover relative_attention_max_distance"));
        }
        let word = o.text("feed_forward_proj", "relu")?;
        let (gated, name) = word.strip_prefix("gated-").map_or((false, word), |name| (true, name));
        // "gated-gelu" means the tanh approximation, a plain "gelu" the exact one.
        let name = if gated && name == "gelu" { "gelu_new" } else { name };
        let known = || {
            Both::new(
                "relu, gelu, gelu_new, silu, quick_gelu or mish, with or without the prefix gated-",
                "relu、gelu、gelu_new、silu、quick_gelu 或 mish，可加前缀 gated-",
            )
        };
        Ok(Self {
            vocab_size: o.usize("vocab_size", 32_128)?,
            d_model: size("d_model", "hidden_size", 512)?,
            d_kv,
            d_ff: o.usize("d_ff", 2048)?,
            layers: size("num_layers", "num_hidden_layers", 6)?,
            heads,
            buckets,
            max_distance,
            layer_norm_epsilon: o.f64("layer_norm_epsilon", 1e-6)?,
            activation: Activation::parse(name).ok_or_else(|| o.unsupported_but("feed_forward_proj", known()))?,
            gated,
        })
    }
}

/// A T5 encoder with its weights.
pub struct T5 {
    config: T5Config,
    words: Tensor,
    /// `[buckets, heads]` f32 on the CPU.
    distances: Vec<Vec<f32>>,
    blocks: Vec<Block>,
    norm: RmsNorm,
}

impl T5 {
    /// Weights by transformers' names: `shared` or `encoder.embed_tokens`, `encoder.block.N...`. Checks the cancel
    /// token before each block.
    pub fn load(config: T5Config, weights: &Weights, cancel: &CancelToken) -> std::result::Result<Self, Stop> {
        let encoder = weights.pp("encoder");
        let shape = (config.vocab_size, config.d_model);
        let words = if weights.contains("shared.weight") {
            weights.get(shape, "shared.weight")?
        } else {
            encoder.get(shape, "embed_tokens.weight")?
        };
        let first = encoder.pp("block.0.layer.0.SelfAttention.relative_attention_bias");
        let distances = if config.layers == 0 {
            Vec::new()
        } else {
            let table = first.get((config.buckets, config.heads), "weight")?;
            table.to_dtype(DType::F32)?.to_device(&Device::Cpu)?.to_vec2()?
        };
        let mut blocks = Vec::new();
        for i in 0..config.layers {
            cancel.check()?;
            blocks.push(Block::load(&config, &encoder.pp("block").pp(i).pp("layer"))?);
        }
        let norm = encoder.pp("final_layer_norm").rms_norm(config.d_model, config.layer_norm_epsilon)?;
        Ok(Self { config, words, distances, blocks, norm })
    }

    pub fn config(&self) -> &T5Config {
        &self.config
    }

    /// `ids` `[B, L]` u32, padded to the pipeline's length -> `[B, L, d_model]`. Checks the cancel token before each
    /// block.
    pub fn forward(&self, ids: &Tensor, cancel: &CancelToken) -> std::result::Result<Tensor, Stop> {
        let mut x = embed(&self.words, ids)?;
        let bias = self.bias(x.dim(1)?)?;
        for block in &self.blocks {
            cancel.check()?;
            x = block.forward(&x, &bias, self.config.heads)?;
        }
        Ok(self.norm.forward(&x)?)
    }

    /// What is added to the scores of `l` tokens, `[1, heads, l, l]`.
    fn bias(&self, l: usize) -> Candle<Tensor> {
        let heads = self.config.heads;
        // One bucket for each distance, from the first token to the last and back.
        let span = 2 * l - 1;
        let buckets: Vec<usize> = (0..span).map(|i| self.bucket(i as i64 - (l as i64 - 1))).collect();
        let mut bias = Vec::with_capacity(heads * l * l);
        for head in 0..heads {
            for query in 0..l {
                bias.extend((0..l).map(|key| match self.distances.get(buckets[key + l - 1 - query]) {
                    Some(row) => row[head],
                    None => 0.0,
                }));
            }
        }
        Tensor::from_vec(bias, (1, heads, l, l), self.words.device())?.to_dtype(self.words.dtype())
    }

    /// The bucket of `key - query`: half of them for each direction; near ones exact, far ones by the logarithm.
    fn bucket(&self, distance: i64) -> usize {
        let half = self.config.buckets / 2;
        let exact = half / 2;
        let away = usize::try_from(distance.unsigned_abs()).unwrap_or(usize::MAX);
        let side = if distance > 0 { half } else { 0 };
        if away < exact {
            return side + away;
        }
        // In f32 and in this order, as the reference rounds it: a bucket's edge may hang on the last bit.
        let ratio = (away as f32 / exact as f32).ln() / (self.config.max_distance as f64 / exact as f64).ln() as f32;
        side + (exact + (ratio * (half - exact) as f32) as usize).min(half - 1)
    }
}

/// Rows of `words` `[vocabulary, D]` for `ids` `[B, L]` -> `[B, L, D]`.
pub(super) fn embed(words: &Tensor, ids: &Tensor) -> Candle<Tensor> {
    let ((b, l), vocabulary) = (ids.dims2()?, words.dim(0)?);
    if l == 0 {
        bail!("a text encoder needs at least one token");
    }
    let ids = ids.to_dtype(DType::U32)?;
    if let Some(id) = ids.flatten_all()?.to_vec1::<u32>()?.into_iter().find(|id| *id as usize >= vocabulary) {
        bail!("token {id} is beyond this text encoder's {vocabulary} tokens");
    }
    words.index_select(&ids.to_device(words.device())?.flatten_all()?, 0)?.reshape((b, l, ()))
}

struct Block {
    norm1: RmsNorm,
    q: Projection,
    k: Projection,
    v: Projection,
    out: Projection,
    norm2: RmsNorm,
    gate: Option<Projection>,
    up: Projection,
    down: Projection,
    activation: Activation,
}

impl Block {
    fn load(config: &T5Config, weights: &Weights) -> Candle<Self> {
        let (size, inner) = (config.d_model, config.heads * config.d_kv);
        let (attn, ff) = (weights.pp("0.SelfAttention"), weights.pp("1.DenseReluDense"));
        let norm = |layer: &str| weights.pp(layer).pp("layer_norm").rms_norm(size, config.layer_norm_epsilon);
        let wide = |name: &str| ff.pp(name).linear_without_bias(size, config.d_ff);
        Ok(Self {
            norm1: norm("0")?,
            q: attn.pp("q").linear_without_bias(size, inner)?,
            k: attn.pp("k").linear_without_bias(size, inner)?,
            v: attn.pp("v").linear_without_bias(size, inner)?,
            out: attn.pp("o").linear_without_bias(inner, size)?,
            norm2: norm("1")?,
            gate: config.gated.then(|| wide("wi_0")).transpose()?,
            up: wide(if config.gated { "wi_1" } else { "wi" })?,
            down: ff.pp("wo").linear_without_bias(config.d_ff, size)?,
            activation: config.activation,
        })
    }

    fn forward(&self, x: &Tensor, bias: &Tensor, heads: usize) -> Candle<Tensor> {
        let h = self.norm1.forward(x)?;
        // The published weights carry the scale in themselves.
        let how = Attend { scale: Some(1.0), bias: Some(bias), ..Attend::heads(heads) };
        let h = attention(&self.q.forward(&h)?, &self.k.forward(&h)?, &self.v.forward(&h)?, how)?;
        let x = self.out.forward_add(&h, x)?;
        let h = self.norm2.forward(&x)?;
        let up = self.up.forward(&h)?;
        let h = match &self.gate {
            Some(gate) => (self.activation.forward(&gate.forward(&h)?)? * up)?,
            None => self.activation.forward(&up)?,
        };
        self.down.forward_add(&h, &x)
    }
}
