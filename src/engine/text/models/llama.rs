//! Llama: RMS norm, rotary positions, grouped queries, SwiGLU (Touvron et al., 2023). SmolLM2, Llama 2 and 3, Mistral
//! and others come as this architecture.

use std::collections::HashSet;
use std::sync::Arc;

use candle_core::quantized::QTensor;
use candle_core::{Device, Result, Tensor};

use super::attention::{Cache, Rope, Shape};
use super::linear::{Linear, project};
use super::weights::Weights;
use super::{LanguageModel, Plan};
use crate::engine::Stop;
use crate::error::{Cause, StudioError};
use crate::formats::gguf::Gguf;

/// Sizes above this are no network's, and their products would overflow. The longest context seen is 10 million.
const SIZE_MAX: usize = 1 << 24;

/// The network's sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    layers: usize,
    width: usize,
    hidden: usize,
    attention: Shape,
    vocabulary: usize,
    context_length: usize,
    epsilon: f32,
    /// Elements of a head that turn.
    rotary: usize,
    rope_base: f64,
    /// Positions are divided by this (linear scaling).
    rope_scale: f64,
}

impl Config {
    /// Reads and checks the header: all sizes, and every weight's name and shape.
    pub fn from_gguf(gguf: &Gguf) -> crate::error::Result<Self> {
        let count = |key: &str| match gguf.count(&format!("llama.{key}"))? {
            Some(n) if n > SIZE_MAX => Err(gguf.bad(format!("llama.{key} is {n}"))),
            n => Ok(n),
        };
        let required =
            |key: &str| gguf.required(&format!("llama.{key}")).and(count(key)).map(Option::unwrap_or_default);
        let width = required("embedding_length")?;
        let heads = required("attention.head_count")?;
        let kv_heads = count("attention.head_count_kv")?.unwrap_or(heads);
        if kv_heads == 0 || !heads.is_multiple_of(kv_heads) {
            return Err(gguf.bad(format!("{heads} heads cannot share {kv_heads} key heads")));
        }
        let head_width = match count("attention.key_length")? {
            Some(n) if n > 0 => n,
            _ if width.is_multiple_of(heads) => width / heads,
            _ => return Err(gguf.bad(format!("its width of {width} cannot be shared by {heads} heads"))),
        };
        if count("attention.value_length")?.is_some_and(|n| n != head_width) {
            return Err(unsupported("llama with values of another width than keys"));
        }
        if count("expert_count")?.unwrap_or(0) > 0 {
            return Err(unsupported("llama with experts (MoE)"));
        }
        let rotary = count("rope.dimension_count")?.unwrap_or(head_width);
        if rotary == 0 || rotary > head_width || !rotary.is_multiple_of(2) {
            return Err(gguf.bad(format!("llama.rope.dimension_count is {rotary}, a head has {head_width}")));
        }
        let scaling = gguf.text("llama.rope.scaling.type").unwrap_or("linear");
        let factor = gguf.float("llama.rope.scaling.factor")?.or(gguf.float("llama.rope.scale_linear")?);
        let rope_scale = match scaling {
            "none" => 1.0,
            "linear" => factor.filter(|&f| f > 0.0).unwrap_or(1.0),
            other => return Err(unsupported(&format!("llama with {other} rope scaling"))),
        };
        let epsilon = gguf.float("llama.attention.layer_norm_rms_epsilon")?;
        let vocabulary = gguf.texts("tokenizer.ggml.tokens").map_or(0, <[String]>::len);
        if vocabulary == 0 {
            return Err(gguf.bad("its metadata has no tokenizer.ggml.tokens"));
        }
        let config = Self {
            layers: required("block_count")?,
            width,
            hidden: required("feed_forward_length")?,
            attention: Shape { heads, kv_heads, width: head_width },
            vocabulary,
            context_length: required("context_length")?,
            epsilon: epsilon.ok_or_else(|| gguf.bad("its metadata has no llama.attention.layer_norm_rms_epsilon"))?
                as f32,
            rotary,
            rope_base: gguf.float("llama.rope.freq_base")?.filter(|&b| b > 0.0).unwrap_or(10_000.0),
            rope_scale,
        };
        config.check_weights(gguf)?;
        Ok(config)
    }

    pub fn plan(&self) -> Plan {
        let Shape { kv_heads, width, .. } = self.attention;
        Plan {
            context_length: self.context_length,
            vocabulary: self.vocabulary,
            layers: self.layers,
            bytes_per_token: (2 * self.layers * kv_heads * width * size_of::<f32>()) as u64,
        }
    }

    /// Each weight that must be there, with its shape `[rows, columns]`.
    fn weights(&self) -> Vec<(String, Vec<usize>)> {
        let Shape { heads, kv_heads, width: head } = self.attention;
        let (width, hidden) = (self.width, self.hidden);
        let mut all = vec![
            ("token_embd.weight".to_owned(), vec![self.vocabulary, width]),
            ("output_norm.weight".to_owned(), vec![width]),
        ];
        for layer in 0..self.layers {
            for (name, shape) in [
                ("attn_norm", vec![width]),
                ("attn_q", vec![heads * head, width]),
                ("attn_k", vec![kv_heads * head, width]),
                ("attn_v", vec![kv_heads * head, width]),
                ("attn_output", vec![width, heads * head]),
                ("ffn_norm", vec![width]),
                ("ffn_gate", vec![hidden, width]),
                ("ffn_up", vec![hidden, width]),
                ("ffn_down", vec![width, hidden]),
            ] {
                all.push((format!("blk.{layer}.{name}.weight"), shape));
            }
        }
        all
    }

    fn check_weights(&self, gguf: &Gguf) -> crate::error::Result<()> {
        // The count comes from outside: without this, 2^60 layers would be listed before the first is missed.
        if self.layers > gguf.tensors().count() {
            return Err(gguf.bad(format!(
                "it claims {} layers but has {} weights",
                self.layers,
                gguf.tensors().count()
            )));
        }
        let mut known = HashSet::new();
        for (name, shape) in self.weights() {
            let found = gguf.tensor(&name).ok_or_else(|| gguf.bad(format!("it has no weight {name}")))?;
            check_shape(&name, &shape, &found.shape)?;
            known.insert(name);
        }
        for (name, shape) in
            [("output.weight", vec![self.vocabulary, self.width]), ("rope_freqs.weight", vec![self.rotary / 2])]
        {
            if let Some(found) = gguf.tensor(name) {
                check_shape(name, &shape, &found.shape)?;
                known.insert(name.to_owned());
            }
        }
        // A weight that is left over would change the result: better not run than run wrong. Tables of angles, which
        // old files carry, are computed here.
        let mut left = gguf.tensors().map(|(name, _)| name).filter(|name| !known.contains(*name));
        match left.find(|name| !name.contains("rot_embd") && *name != "rope_factors_long.weight") {
            Some(name) => Err(unsupported(&format!("llama with {name}"))),
            None => Ok(()),
        }
    }
}

fn check_shape(name: &str, expected: &[usize], found: &[usize]) -> crate::error::Result<()> {
    if expected == found {
        return Ok(());
    }
    let show = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
    Err(Cause::WrongShape { tensor: name.to_owned(), expected: show(expected), found: show(found) }.into())
}

fn unsupported(found: &str) -> StudioError {
    Cause::UnsupportedArchitecture { found: found.to_owned(), supported: super::SUPPORTED.to_owned() }.into()
}

struct Layer {
    attention_norm: Tensor,
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    feed_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
    cache: Cache,
}

/// The network with its weights.
pub struct Llama {
    config: Config,
    device: Device,
    frequencies: Vec<f64>,
    rope: Rope,
    embeddings: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Linear,
}

impl Llama {
    pub fn load(config: Config, weights: &mut Weights) -> std::result::Result<Self, Stop> {
        let device = weights.device().clone();
        let pairs = config.rotary / 2;
        let mut frequencies: Vec<f64> = (0..pairs)
            .map(|i| config.rope_base.powf(-((2 * i) as f64) / config.rotary as f64) / config.rope_scale)
            .collect();
        if weights.has("rope_freqs.weight") {
            let factors = weights.plain("rope_freqs.weight")?.to_vec1::<f32>()?;
            for (frequency, factor) in frequencies.iter_mut().zip(factors) {
                *frequency /= f64::from(factor);
            }
        }
        let embeddings = Arc::new(weights.packed("token_embd.weight")?);
        let mut layers = Vec::with_capacity(config.layers);
        for i in 0..config.layers {
            let name = |part: &str| format!("blk.{i}.{part}.weight");
            layers.push(Layer {
                attention_norm: weights.plain(&name("attn_norm"))?,
                query: weights.matrix(&name("attn_q"))?,
                key: weights.matrix(&name("attn_k"))?,
                value: weights.matrix(&name("attn_v"))?,
                output: weights.matrix(&name("attn_output"))?,
                feed_norm: weights.plain(&name("ffn_norm"))?,
                gate: weights.matrix(&name("ffn_gate"))?,
                up: weights.matrix(&name("ffn_up"))?,
                down: weights.matrix(&name("ffn_down"))?,
                cache: Cache::new(config.attention, 0, &device)?,
            });
        }
        let norm = weights.plain("output_norm.weight")?;
        // Small models use one matrix for reading and writing tokens.
        let head = if weights.has("output.weight") {
            weights.matrix("output.weight")?
        } else {
            weights.to_matrix(embeddings.clone())?
        };
        let rope = Rope::new(&frequencies, 0, false);
        Ok(Self { config, device, frequencies, rope, embeddings, layers, norm, head })
    }

    /// The last layer's output `[tokens, width]`.
    fn read(&mut self, tokens: &[u32], position: usize) -> Result<Tensor> {
        let epsilon = self.config.epsilon;
        let norm = |x: &Tensor, weight: &Tensor| candle_nn::ops::rms_norm(x, weight, epsilon);
        let mut x = self.embeddings.embedding(&Tensor::new(tokens, &self.device)?)?;
        for layer in &mut self.layers {
            let h = norm(&x, &layer.attention_norm)?;
            let [q, k, v] = project([&layer.query, &layer.key, &layer.value], &h)?;
            let seen = layer.cache.attend(&q, &k, &v, position, &self.rope)?;
            x = (x + layer.output.forward(&seen)?)?;
            let h = norm(&x, &layer.feed_norm)?;
            let [gate, up] = project([&layer.gate, &layer.up], &h)?;
            let h = (gate.silu()? * up)?;
            x = (x + layer.down.forward(&h)?)?;
        }
        Ok(x)
    }
}

impl LanguageModel for Llama {
    fn set_context(&mut self, tokens: usize) -> Result<()> {
        for layer in &mut self.layers {
            // The old room is given back before the new one is taken.
            layer.cache = Cache::new(self.config.attention, 0, &self.device)?;
            layer.cache = Cache::new(self.config.attention, tokens, &self.device)?;
        }
        self.rope = Rope::new(&self.frequencies, tokens, false);
        Ok(())
    }

    fn prefill(&mut self, tokens: &[u32], position: usize) -> Result<()> {
        self.read(tokens, position).map(drop)
    }

    fn forward(&mut self, tokens: &[u32], position: usize) -> Result<Vec<f32>> {
        let x = self.read(tokens, position)?;
        let last = x.narrow(0, x.dim(0)? - 1, 1)?.contiguous()?;
        let last = candle_nn::ops::rms_norm(&last, &self.norm, self.config.epsilon)?;
        self.head.forward(&last)?.flatten_all()?.to_vec1()
    }
}
