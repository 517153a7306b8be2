//! A decoder's configuration from its header: sizes, and where its architecture differs from Llama's.
//!
//! Most language models of today are one network with small differences. What a file's weights show (biases, norms of
//! queries and keys, experts, joined matrices) is read off their names; what they do not show is [`traits`].

use super::Dimensions;
use super::attention::Shape;
use crate::domain::plural;
use crate::engine::kernels::Activation;
use crate::error::{Cause, Result, StudioError};
use crate::formats::gguf::Gguf;
use crate::lang::{Both, both};

/// Larger sizes occur in no network, and their products would overflow. The longest context seen is 10 million.
pub const SIZE_MAX: usize = 1 << 24;

/// The network's sizes and variants.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub architecture: String,
    pub width: usize,
    pub hidden: usize,
    pub vocabulary: usize,
    pub context_length: usize,
    pub epsilon: f32,
    /// What is done in each layer.
    pub layers: Vec<LayerConfig>,
    pub experts: Option<Experts>,
    pub ways: Traits,
    /// Dimensions of a head that RoPE rotates.
    pub rotary: usize,
    pub rope_base: f64,
    /// Positions are divided by this (linear scaling).
    pub rope_scale: f64,
    /// The angles' cosines and sines are multiplied by this (long contexts of Phi-3).
    pub rope_magnitude: f32,
    /// Positions from which the table for long contexts is used, where there are two.
    pub rope_original: usize,
    /// The factor of the scores.
    pub attention_scale: f32,
    pub embedding_scale: f32,
    /// The factor of a branch before it is added (Granite).
    pub residual_scale: f32,
    /// What logits are divided by (Granite).
    pub logit_scale: f32,
    /// Soft caps of scores and logits (Gemma 2).
    pub attention_cap: Option<f32>,
    pub logit_cap: Option<f32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LayerConfig {
    pub mixer: MixerConfig,
    /// Sliding window in tokens, the query's own included.
    pub window: Option<usize>,
    pub rope: RopeKind,
    /// Whether its feed-forward part is made of experts.
    pub experts: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MixerConfig {
    Attention(Shape),
    /// A short convolution over this many tokens (LFM2).
    Convolution(usize),
}

/// Which RoPE frequencies a layer uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RopeKind {
    Global,
    /// The base of layers with a window (Gemma 3).
    Local,
    /// No position embedding (every fourth layer of SmolLM3).
    None,
}

/// Mixture of experts (Shazeer et al., 2017; Mixtral, Qwen3).
#[derive(Clone, Debug, PartialEq)]
pub struct Experts {
    pub count: usize,
    /// Experts per token.
    pub used: usize,
    pub hidden: usize,
}

/// Where an architecture differs from Llama.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    /// Pair `i` of a head is elements `i` and `i + n/2` (NeoX), else neighbours.
    pub halves: bool,
    pub activation: Activation,
    /// LayerNorm with a bias where there is one, rather than RMS norm.
    pub layer_norm: bool,
    /// The name of the last norm.
    pub last_norm: &'static str,
}

/// `general.architecture` of the files that can be run.
pub const SUPPORTED: &str = "llama, mistral (as llama), qwen2, qwen3, qwen3moe, gemma2, gemma3, phi3, glm4, lfm2, smollm3, \
                             stablelm, granite";

/// The traits of an architecture; `None` where it is unknown.
pub fn traits(architecture: &str) -> Option<Traits> {
    let llama = Traits { halves: false, activation: Activation::Silu, layer_norm: false, last_norm: "output_norm" };
    let neox = Traits { halves: true, ..llama };
    Some(match architecture {
        "llama" | "glm4" | "smollm3" | "granite" => llama,
        "qwen2" | "qwen3" | "qwen3moe" | "phi3" => neox,
        "lfm2" => Traits { last_norm: "token_embd_norm", ..neox },
        "gemma2" | "gemma3" => Traits { activation: Activation::GeluTanh, ..neox },
        "stablelm" => Traits { layer_norm: true, ..neox },
        _ => return None,
    })
}

/// The error of an architecture that is not supported.
pub fn unsupported(found: Both) -> StudioError {
    Cause::UnsupportedArchitecture { found, supported: SUPPORTED.to_owned() }.into()
}

/// A header's values below its architecture's name.
struct Keys<'a> {
    gguf: &'a Gguf,
    name: &'a str,
}

impl Keys<'_> {
    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    fn count(&self, key: &str) -> Result<Option<usize>> {
        match self.gguf.count(&self.key(key))? {
            Some(n) if n > SIZE_MAX => Err(self.gguf.bad(both!("{} is {n}", "{} 为 {n}", self.key(key)))),
            n => Ok(n),
        }
    }

    fn required(&self, key: &str) -> Result<usize> {
        self.gguf.required(&self.key(key)).and(self.count(key)).map(Option::unwrap_or_default)
    }

    fn float(&self, key: &str) -> Result<Option<f64>> {
        self.gguf.float(&self.key(key))
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.gguf.text(&self.key(key))
    }

    /// One number for all layers, or a list with one for each.
    fn per_layer(&self, key: &str, layers: usize) -> Result<Option<Vec<usize>>> {
        let key = self.key(key);
        let Some(all) = self.gguf.ints(&key) else {
            return Ok(self.gguf.count(&key)?.map(|n| vec![n; layers]));
        };
        let all: Option<Vec<usize>> = all.iter().map(|&n| usize::try_from(n).ok().filter(|n| *n <= SIZE_MAX)).collect();
        match all {
            Some(all) if all.len() == layers => Ok(Some(all)),
            Some(all) => Err(self.gguf.bad(both!(
                "{key} has {} entries for {layers} layers",
                "{key} 有 {} 项，而层数是 {layers}",
                all.len()
            ))),
            None => Err(self.gguf.bad(both!("{key} has values that are not sizes", "{key} 中的数值不能作为大小"))),
        }
    }
}

impl Config {
    /// Reads the header's sizes. Its weights are checked against them when the network's list is made.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let architecture = gguf.architecture()?;
        let ways = traits(architecture).ok_or_else(|| unsupported(Both::same(architecture)))?;
        let keys = Keys { gguf, name: architecture };
        let width = keys.required("embedding_length")?;
        let count = keys.required("block_count")?;
        // The count comes from outside: without this, 2^60 layers would be listed before the first is missed.
        if count > gguf.tensors().count() {
            let weights = gguf.tensors().count();
            let words = plural(weights, "weight", "weights");
            return Err(gguf.bad(both!(
                "it claims {count} layers but has {weights} {words}",
                "它称有 {count} 层，却只有 {weights} 个权重"
            )));
        }
        let heads = keys.required("attention.head_count")?;
        let kv_heads = keys.per_layer("attention.head_count_kv", count)?.unwrap_or_else(|| vec![heads; count]);
        let taps = keys.count("shortconv.l_cache")?.filter(|_| architecture == "lfm2");
        for &kv_heads in kv_heads.iter().filter(|n| taps.is_none() || **n > 0) {
            if kv_heads == 0 || !heads.is_multiple_of(kv_heads) {
                let one = plural(heads, "head", "heads");
                let other = plural(kv_heads, "key head", "key heads");
                return Err(gguf.bad(both!(
                    "{heads} {one} cannot share {kv_heads} {other}",
                    "{heads} 个头无法共用 {kv_heads} 个键头"
                )));
            }
        }
        let head = match keys.count("attention.key_length")? {
            Some(n) if n > 0 => n,
            _ if width.is_multiple_of(heads) => width / heads,
            _ => {
                return Err(gguf.bad(both!(
                    "its width of {width} cannot be shared by {heads} heads",
                    "宽度 {width} 无法由 {heads} 个头平分"
                )));
            }
        };
        if keys.count("attention.value_length")?.is_some_and(|n| n != head) {
            return Err(unsupported(both!(
                "{architecture} with values of another width than keys",
                "{architecture}，值与键的宽度不同"
            )));
        }
        let rotary = keys.count("rope.dimension_count")?.unwrap_or(head);
        if rotary == 0 || rotary > head || !rotary.is_multiple_of(2) {
            let key = keys.key("rope.dimension_count");
            return Err(gguf.bad(both!("{key} is {rotary}, a head has {head}", "{key} 为 {rotary}，而一个头为 {head}")));
        }
        let scaling = keys.text("rope.scaling.type").unwrap_or("linear");
        let factor = keys.float("rope.scaling.factor")?.or(keys.float("rope.scale_linear")?);
        let rope_scale = match scaling {
            "none" | "longrope" => 1.0,
            "linear" => factor.filter(|&f| f > 0.0).unwrap_or(1.0),
            other => {
                return Err(unsupported(both!(
                    "{architecture} with {other} rope scaling",
                    "{architecture}，RoPE 缩放方式为 {other}"
                )));
            }
        };
        let vocabulary = gguf.texts("tokenizer.ggml.tokens").map_or(0, <[String]>::len);
        if vocabulary == 0 {
            return Err(
                gguf.bad(Both::new("its metadata has no tokenizer.ggml.tokens", "元数据中没有 tokenizer.ggml.tokens"))
            );
        }
        let epsilon = if ways.layer_norm { "attention.layer_norm_epsilon" } else { "attention.layer_norm_rms_epsilon" };
        let no_epsilon = || gguf.bad(both!("its metadata has no {}", "元数据中没有 {}", keys.key(epsilon)));
        let epsilon = keys.float(epsilon)?.ok_or_else(no_epsilon)? as f32;
        let expert_count = keys.count("expert_count")?.filter(|n| *n > 0);
        let experts = expert_count.map(|n| experts(&keys, n)).transpose()?;
        let hidden = if experts.is_some() {
            keys.count("feed_forward_length")?.unwrap_or(0)
        } else {
            keys.required("feed_forward_length")?
        };
        let context_length = keys.required("context_length")?;
        let mut layers = Vec::with_capacity(count);
        let (window, pattern) = windows(&keys, architecture)?;
        for (i, kv_heads) in kv_heads.into_iter().enumerate() {
            let local = window.filter(|_| pattern.is_some_and(|n| (i + 1) % n != 0));
            let rope = match architecture {
                "smollm3" if (i + 1) % 4 == 0 => RopeKind::None,
                "gemma3" if local.is_some() => RopeKind::Local,
                _ => RopeKind::Global,
            };
            let mixer = match taps {
                Some(taps) if kv_heads == 0 => MixerConfig::Convolution(taps),
                _ => MixerConfig::Attention(Shape { heads, kv_heads, width: head }),
            };
            let experts = experts.is_some() && gguf.tensor(&format!("blk.{i}.ffn_gate_inp.weight")).is_some();
            layers.push(LayerConfig { mixer, window: local, rope, experts });
        }
        let plain = 1.0 / (head as f32).sqrt();
        let attention_scale = match architecture {
            // The largest Gemma 3 divides by its width for each head instead.
            "gemma3" if count == 62 => 1.0 / ((width / heads.max(1)) as f32).sqrt(),
            "gemma2" if count == 46 => 1.0 / ((width / heads.max(1)) as f32).sqrt(),
            _ => keys.float("attention.scale")?.map_or(plain, |x| x as f32),
        };
        let gemma = matches!(architecture, "gemma2" | "gemma3");
        let scale = |key: &str| -> Result<f32> { Ok(keys.float(key)?.map_or(1.0, |x| x as f32)) };
        let cap = |key: &str| -> Result<Option<f32>> { Ok(keys.float(key)?.map(|x| x as f32).filter(|x| *x > 0.0)) };
        Ok(Self {
            width,
            hidden,
            vocabulary,
            context_length,
            epsilon,
            layers,
            experts,
            ways,
            rotary,
            rope_base: keys.float("rope.freq_base")?.filter(|&b| b > 0.0).unwrap_or(10_000.0),
            rope_scale,
            rope_magnitude: scale("rope.scaling.attn_factor")?,
            rope_original: keys.count("rope.scaling.original_context_length")?.unwrap_or(context_length),
            attention_scale,
            embedding_scale: if gemma { (width as f32).sqrt() } else { scale("embedding_scale")? },
            residual_scale: scale("residual_scale")?,
            logit_scale: if architecture == "granite" { scale("logit_scale")? } else { 1.0 },
            attention_cap: cap("attn_logit_softcapping")?,
            logit_cap: cap("final_logit_softcapping")?,
            architecture: architecture.to_owned(),
        })
    }

    pub fn dimensions(&self) -> Dimensions {
        let layer = |layer: &LayerConfig| match &layer.mixer {
            MixerConfig::Attention(shape) => 2 * shape.kv_heads * shape.width,
            MixerConfig::Convolution(_) => self.width,
        };
        Dimensions {
            context_length: self.context_length,
            vocabulary: self.vocabulary,
            layers: self.layers.len(),
            numbers_per_token: self.layers.iter().map(layer).sum::<usize>() as u64,
        }
    }
}

fn experts(keys: &Keys, count: usize) -> Result<Experts> {
    let used = keys.required("expert_used_count")?;
    if used > count {
        let experts = plural(count, "expert", "experts");
        return Err(keys
            .gguf
            .bad(both!("it uses {used} of its {count} {experts}", "它要用 {used} 个专家，却只有 {count} 个")));
    }
    if keys.count("expert_shared_count")?.is_some_and(|n| n > 0) {
        return Err(unsupported(both!("{} with shared experts", "{}，含共享专家", keys.name)));
    }
    let hidden = match keys.count("expert_feed_forward_length")? {
        Some(hidden) if hidden > 0 => hidden,
        _ => keys.required("feed_forward_length")?,
    };
    Ok(Experts { count, used, hidden })
}

/// The sliding window, and after how many layers one has none.
fn windows(keys: &Keys, architecture: &str) -> Result<(Option<usize>, Option<usize>)> {
    let window = keys.count("attention.sliding_window")?.filter(|n| *n > 0);
    // Phi-3's window is left out, as llama.cpp does.
    let pattern = match architecture {
        "gemma2" => 2,
        "gemma3" => 6,
        _ => return Ok((None, None)),
    };
    Ok((window, Some(keys.count("attention.sliding_window_pattern")?.filter(|n| *n > 0).unwrap_or(pattern))))
}
