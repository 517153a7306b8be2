//! Qwen3 as a text encoder (Yang et al. 2025, arXiv 2505.09388): transformers' `Qwen3Model` up to the state before its
//! last layer, which is the one that conditions Z-Image.
//!
//! Z-Image's pipeline wraps a prompt in the chat template with one message of the user, the opening of the assistant's
//! answer and thinking allowed (`<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n`), cuts it to 512
//! tokens, pads, hides the padding, takes `hidden_states[-2]` (the output of the last layer but one, through no final
//! norm) and throws the padding's rows away. Attention is causal and rotary positions are relative, so the rows that
//! stay are those of the prompt run alone, without any padding: that is what is done here. The last layer and the final
//! norm are not even loaded.

use std::path::Path;

use candle_core::{Result as Candle, Tensor};

use super::options::Options;
use super::t5::embed;
use super::weights::{Projection, Weights};
use crate::engine::kernels::{Activation, Attend, Pairs, RmsNorm, Rope, attention};
use crate::engine::{CancelToken, Stop};
use crate::error::Result;

/// `config.json`, with the reference's defaults (transformers 5.23).
#[derive(Clone, Debug, PartialEq)]
pub struct Qwen3Config {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub heads: usize,
    /// Heads of keys and values, each shared by `heads / kv_heads` of the queries'.
    pub kv_heads: usize,
    pub head_dim: usize,
    pub activation: Activation,
    pub rms_norm_eps: f64,
    pub attention_bias: bool,
    pub rope_theta: f64,
    /// For each layer, how many tokens back a token sees (itself counted); `None`: all.
    pub windows: Vec<Option<usize>>,
}

impl Qwen3Config {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// Values out of bounds or not supported.
    pub fn read(o: &Options) -> Result<Self> {
        let heads = o.usize("num_attention_heads", 32)?;
        let kv_heads = if o.is_null("num_key_value_heads") { heads } else { o.usize("num_key_value_heads", 32)? };
        if kv_heads == 0 || heads == 0 || !heads.is_multiple_of(kv_heads) {
            return Err(o.bad("num_key_value_heads", &format!("which cannot share {heads} heads")));
        }
        let head_dim = o.usize("head_dim", 128)?;
        if head_dim == 0 || !head_dim.is_multiple_of(2) {
            return Err(o.bad("head_dim", "and rotary positions turn pairs of numbers"));
        }
        let act = o.text("hidden_act", "silu")?;
        let known = "silu, gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu, mish";
        Ok(Self {
            vocab_size: o.usize("vocab_size", 151_936)?,
            hidden_size: o.usize("hidden_size", 4096)?,
            intermediate_size: o.usize("intermediate_size", 22_016)?,
            heads,
            kv_heads,
            head_dim,
            activation: Activation::parse(act).ok_or_else(|| o.unsupported("hidden_act", known))?,
            rms_norm_eps: o.f64("rms_norm_eps", 1e-6)?,
            attention_bias: o.bool("attention_bias", false)?,
            rope_theta: theta(o)?,
            windows: windows(o)?,
        })
    }
}

/// The base of the rotary frequencies: in `rope_parameters`, or in older files beside a `rope_scaling`.
fn theta(o: &Options) -> Result<f64> {
    let plain = o.f64("rope_theta", 10_000.0)?;
    let mut theta = plain;
    for name in ["rope_parameters", "rope_scaling"] {
        let Some(inner) = o.object(name) else { continue };
        let kind = inner.text("rope_type", inner.text("type", "default")?)?;
        if kind != "default" {
            return Err(
                inner.unsupported(if inner.get("rope_type").is_some() { "rope_type" } else { "type" }, "default")
            );
        }
        theta = inner.f64("rope_theta", theta)?;
    }
    if theta > 0.0 { Ok(theta) } else { Err(o.bad("rope_theta", "and the base of the frequencies is above 0")) }
}

fn windows(o: &Options) -> Result<Vec<Option<usize>>> {
    let layers = o.usize("num_hidden_layers", 32)?;
    if layers == 0 {
        return Err(o.bad("num_hidden_layers", "and the state before the last layer is asked for"));
    }
    let size = o.usize("sliding_window", 4096)?;
    let window = (o.bool("use_sliding_window", false)? && !o.is_null("sliding_window")).then_some(size);
    if window == Some(0) {
        return Err(o.bad("sliding_window", "and each token sees at least itself"));
    }
    if o.get("layer_types").is_none() {
        let first = o.usize("max_window_layers", 28)?;
        return Ok((0..layers).map(|i| window.filter(|_| i >= first)).collect());
    }
    let types = o.counted("layer_types", o.texts("layer_types", &[])?, layers)?;
    let each = types.iter().map(|kind| match (kind.as_str(), window) {
        ("full_attention", _) => Ok(None),
        ("sliding_attention", Some(size)) => Ok(Some(size)),
        ("sliding_attention", None) => Err(o.bad("layer_types", "but there is no sliding_window")),
        _ => Err(o.unsupported("layer_types", "full_attention, sliding_attention")),
    });
    each.collect()
}

/// A Qwen3 without its last layer.
pub struct Qwen3 {
    config: Qwen3Config,
    words: Tensor,
    layers: Vec<Layer>,
}

impl Qwen3 {
    /// Weights by transformers' names, with or without `model.` before them. Checks the cancel token before each layer.
    pub fn load(config: Qwen3Config, weights: &Weights, cancel: &CancelToken) -> std::result::Result<Self, Stop> {
        let inner = weights.pp("model");
        let inner = if inner.contains("embed_tokens.weight") { inner } else { weights.clone() };
        let words = inner.get((config.vocab_size, config.hidden_size), "embed_tokens.weight")?;
        let mut layers = Vec::new();
        // All but the last one.
        for i in 1..config.windows.len() {
            cancel.check()?;
            layers.push(Layer::load(&config, &inner.pp("layers").pp(i - 1))?);
        }
        Ok(Self { config, words, layers })
    }

    pub fn config(&self) -> &Qwen3Config {
        &self.config
    }

    /// `ids` `[B, L]` u32 without padding -> the state before the last layer, `[B, L, hidden_size]`. Checks the cancel
    /// token before each layer.
    pub fn forward(&self, ids: &Tensor, cancel: &CancelToken) -> std::result::Result<Tensor, Stop> {
        let mut x = embed(&self.words, ids)?;
        let rope = self.rope(x.dim(1)?)?;
        for (layer, window) in self.layers.iter().zip(&self.config.windows) {
            cancel.check()?;
            let bias = window.map(|size| self.hidden_bias(x.dim(1)?, size)).transpose()?;
            x = layer.forward(&x, &rope, bias.as_ref(), &self.config)?;
        }
        Ok(x)
    }

    fn rope(&self, l: usize) -> Candle<Rope> {
        let (dim, theta) = (self.config.head_dim, self.config.rope_theta as f32);
        // The reference's roundings: frequency and angle in f32.
        let frequency = |i: usize| 1.0 / theta.powf((2 * i) as f32 / dim as f32);
        let frequencies: Vec<f32> = (0..dim / 2).map(frequency).collect();
        let angles: Vec<f64> =
            (0..l).flat_map(|place| frequencies.iter().map(move |f| f64::from(place as f32 * f))).collect();
        Rope::new(&angles, dim / 2, Pairs::Halves, self.words.device())
    }

    /// Masks tokens that are `size` or more tokens back, `[1, 1, l, l]`.
    fn hidden_bias(&self, l: usize, size: usize) -> Candle<Tensor> {
        let seen = |query: usize, key: usize| key + size > query;
        let bias = (0..l).flat_map(|q| (0..l).map(move |k| if seen(q, k) { 0.0 } else { f32::MIN })).collect();
        Tensor::from_vec(bias, (1, 1, l, l), self.words.device())?.to_dtype(self.words.dtype())
    }
}

struct Layer {
    norm1: RmsNorm,
    q: Projection,
    k: Projection,
    v: Projection,
    out: Projection,
    norm_q: RmsNorm,
    norm_k: RmsNorm,
    norm2: RmsNorm,
    gate: Projection,
    up: Projection,
    down: Projection,
}

impl Layer {
    fn load(config: &Qwen3Config, weights: &Weights) -> Candle<Self> {
        let (size, wide, eps) = (config.hidden_size, config.intermediate_size, config.rms_norm_eps);
        let (inner, shared) = (config.heads * config.head_dim, config.kv_heads * config.head_dim);
        let (attn, mlp) = (weights.pp("self_attn"), weights.pp("mlp"));
        let attn = |name: &str, from, out| attn.pp(name).linear_with(config.attention_bias, from, out);
        let head_norm = |name: &str| weights.pp("self_attn").pp(name).rms_norm(config.head_dim, eps);
        Ok(Self {
            norm1: weights.pp("input_layernorm").rms_norm(size, eps)?,
            q: attn("q_proj", size, inner)?,
            k: attn("k_proj", size, shared)?,
            v: attn("v_proj", size, shared)?,
            out: attn("o_proj", inner, size)?,
            norm_q: head_norm("q_norm")?,
            norm_k: head_norm("k_norm")?,
            norm2: weights.pp("post_attention_layernorm").rms_norm(size, eps)?,
            gate: mlp.pp("gate_proj").linear_without_bias(size, wide)?,
            up: mlp.pp("up_proj").linear_without_bias(size, wide)?,
            down: mlp.pp("down_proj").linear_without_bias(wide, size)?,
        })
    }

    fn forward(&self, x: &Tensor, rope: &Rope, bias: Option<&Tensor>, config: &Qwen3Config) -> Candle<Tensor> {
        let h = self.norm1.forward(x)?;
        let q = rope.apply(&per_head(&self.norm_q, &self.q.forward(&h)?, config.head_dim)?, config.heads)?;
        let k = rope.apply(&per_head(&self.norm_k, &self.k.forward(&h)?, config.head_dim)?, config.kv_heads)?;
        let (k, v) = (shared(&k, config)?, shared(&self.v.forward(&h)?, config)?);
        let h = attention(&q, &k, &v, Attend { causal: true, bias, ..Attend::heads(config.heads) })?;
        let x = self.out.forward_add(&h, x)?;
        let h = self.norm2.forward(&x)?;
        let h = (config.activation.forward(&self.gate.forward(&h)?)? * self.up.forward(&h)?)?;
        self.down.forward_add(&h, &x)
    }
}

/// A norm over each head of `size` values.
pub(super) fn per_head(norm: &RmsNorm, x: &Tensor, size: usize) -> Candle<Tensor> {
    let (b, l, width) = x.dims3()?;
    norm.forward(&x.reshape((b, l, width / size, size))?)?.reshape((b, l, width))
}

/// Repeats each key or value head for the query heads that share it.
fn shared(x: &Tensor, config: &Qwen3Config) -> Candle<Tensor> {
    let (times, size) = (config.heads / config.kv_heads, config.head_dim);
    if times == 1 {
        return Ok(x.clone());
    }
    let (b, l, _) = x.dims3()?;
    let x = x.reshape((b, l, config.kv_heads, 1, size))?;
    x.broadcast_as((b, l, config.kv_heads, times, size))?.contiguous()?.reshape((b, l, config.heads * size))
}
