//! A causal transformer decoder: norm, attention, feed-forward network, layer by layer. Llama (Touvron et al. 2023)
//! with the variants that [`super::config`] describes: Qwen, Gemma, Phi, GLM, LFM2, SmolLM3, StableLM.

use candle_core::{D, Device, Result, Tensor};

use super::LanguageModel;
use super::attention::{AttentionRule, Cache, Rope, Shape};
use super::config::{Config, LayerConfig, MixerConfig, RopeKind};
use super::convolution::Convolution;
use super::feed::{Feed, GateUp, Gated, Mixture};
use super::linear::{Linear, project};
use super::weights::Weights;
use crate::domain::KvType;
use crate::engine::Stop;
use crate::engine::kernels::cached::Reach;
use crate::engine::kernels::{LayerNorm, RmsNorm, add};

type Load<T> = std::result::Result<T, Stop>;

/// A norm over the last dimension.
enum Norm {
    Rms(RmsNorm),
    Layer(LayerNorm),
}

impl Norm {
    fn load(weights: &mut Weights, config: &Config, name: &str) -> Load<Self> {
        let weight = weights.plain(&format!("{name}.weight"))?;
        let bias = if config.ways.layer_norm { weights.optional(&format!("{name}.bias"))? } else { None };
        Ok(Self::new(config, &weight, bias)?)
    }

    fn new(config: &Config, weight: &Tensor, bias: Option<Tensor>) -> Result<Self> {
        let epsilon = f64::from(config.epsilon);
        if !config.ways.layer_norm {
            return Ok(Self::Rms(RmsNorm::new(weight, epsilon)?));
        }
        let bias = bias.map_or_else(|| weight.zeros_like(), Ok)?;
        Ok(Self::Layer(LayerNorm::new(weight, &bias, epsilon)?))
    }

    fn optional(weights: &mut Weights, config: &Config, name: &str) -> Load<Option<Self>> {
        let there = weights.has(&format!("{name}.weight"));
        there.then(|| Self::load(weights, config, name)).transpose()
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Rms(norm) => norm.forward(x),
            Self::Layer(norm) => norm.forward(x),
        }
    }
}

/// A norm of each head by itself, of queries or keys; its weight is one for all heads or one for each.
struct HeadNorm {
    norm: Norm,
    each: Option<Tensor>,
}

impl HeadNorm {
    fn load(weights: &mut Weights, config: &Config, name: &str, width: usize) -> Load<Option<Self>> {
        let Some(weight) = weights.optional(&format!("{name}.weight"))? else { return Ok(None) };
        let (shared, each) = match weight.rank() {
            1 => (weight, None),
            _ => (Tensor::ones(width, weight.dtype(), weight.device())?, Some(weight)),
        };
        Ok(Some(Self { norm: Norm::new(config, &shared, None)?, each }))
    }

    /// `[tokens, heads * width]` to the same.
    fn forward(&self, x: &Tensor, width: usize) -> Result<Tensor> {
        let (tokens, all) = x.dims2()?;
        let normed = self.norm.forward(&x.reshape((tokens, all / width, width))?)?;
        let normed = match &self.each {
            Some(weight) => normed.broadcast_mul(weight)?,
            None => normed,
        };
        normed.reshape((tokens, all))
    }
}

/// A matrix with its bias.
struct Biased {
    linear: Linear,
    bias: Option<Tensor>,
}

impl Biased {
    fn load(weights: &mut Weights, name: &str) -> Load<Self> {
        let bias = weights.optional(&format!("{name}.bias"))?;
        Ok(Self { linear: weights.matrix(&format!("{name}.weight"))?, bias })
    }

    fn add(&self, y: Tensor) -> Result<Tensor> {
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.add(self.linear.forward(x)?)
    }
}

enum Projections {
    Three(Box<[Biased; 3]>),
    /// Queries, keys and values, one below the other.
    Joined(Biased),
}

struct Attention {
    projections: Projections,
    query_norm: Option<HeadNorm>,
    key_norm: Option<HeadNorm>,
    output: Biased,
    shape: Shape,
    cache: Cache,
}

impl Attention {
    fn load(weights: &mut Weights, config: &Config, shape: Shape, at: &str) -> Load<Self> {
        let joined = format!("{at}.attn_qkv");
        let projections = if weights.has(&format!("{joined}.weight")) {
            Projections::Joined(Biased::load(weights, &joined)?)
        } else {
            let mut one = |name: &str| Biased::load(weights, &format!("{at}.{name}"));
            Projections::Three(Box::new([one("attn_q")?, one("attn_k")?, one("attn_v")?]))
        };
        Ok(Self {
            projections,
            query_norm: HeadNorm::load(weights, config, &format!("{at}.attn_q_norm"), shape.width)?,
            key_norm: HeadNorm::load(weights, config, &format!("{at}.attn_k_norm"), shape.width)?,
            output: Biased::load(weights, &format!("{at}.attn_output"))?,
            shape,
            cache: Cache::new(shape, 0, KvType::F32, weights.device())?,
        })
    }

    fn forward(&mut self, x: &Tensor, position: usize, rule: AttentionRule) -> Result<Tensor> {
        let Shape { heads, kv_heads, width } = self.shape;
        let [q, k, v] = match &self.projections {
            Projections::Three(three) => {
                let [q, k, v] = &**three;
                let [a, b, c] = project([&q.linear, &k.linear, &v.linear], x)?;
                [q.add(a)?, k.add(b)?, v.add(c)?]
            }
            Projections::Joined(joined) => {
                let all = joined.forward(x)?;
                let (q, kv) = (heads * width, kv_heads * width);
                let part = |start, len| all.narrow(D::Minus1, start, len);
                [part(0, q)?, part(q, kv)?, part(q + kv, kv)?]
            }
        };
        let normed = |norm: &Option<HeadNorm>, x: Tensor| match norm {
            Some(norm) => norm.forward(&x, width),
            None => Ok(x),
        };
        let (q, k) = (normed(&self.query_norm, q)?, normed(&self.key_norm, k)?);
        self.output.forward(&self.cache.attend(&q, &k, &v, position, rule)?)
    }
}

enum Mixer {
    Attention(Box<Attention>),
    Convolution(Box<Convolution>),
}

struct Layer {
    config: LayerConfig,
    norm: Norm,
    mixer: Mixer,
    /// Over the branch's result, before it is added (Gemma, GLM).
    post_mixer: Option<Norm>,
    /// `None`: the feed-forward part reads what attention reads, and both are added at once (StableLM 2 12B).
    feed_norm: Option<Norm>,
    feed: Feed,
    post_feed: Option<Norm>,
}

impl Layer {
    fn load(weights: &mut Weights, config: &Config, layer: &LayerConfig, at: &str) -> Load<Self> {
        let name = |part: &str| format!("{at}.{part}");
        let mixer = match &layer.mixer {
            MixerConfig::Attention(shape) => Mixer::Attention(Box::new(Attention::load(weights, config, *shape, at)?)),
            MixerConfig::Convolution(_) => Mixer::Convolution(Box::new(Convolution::new(
                weights.matrix(&name("shortconv.in_proj.weight"))?,
                weights.matrix(&name("shortconv.out_proj.weight"))?,
                weights.plain(&name("shortconv.conv.weight"))?.flatten_all()?.to_vec1()?,
            ))),
        };
        Ok(Self {
            norm: Norm::load(weights, config, &name("attn_norm"))?,
            mixer,
            post_mixer: Norm::optional(weights, config, &name("post_attention_norm"))?,
            feed_norm: Norm::optional(weights, config, &name("ffn_norm"))?,
            feed: feed(weights, config, layer, at)?,
            post_feed: Norm::optional(weights, config, &name("post_ffw_norm"))?,
            config: layer.clone(),
        })
    }
}

fn feed(weights: &mut Weights, config: &Config, layer: &LayerConfig, at: &str) -> Load<Feed> {
    let name = |part: &str| format!("{at}.{part}.weight");
    let activation = config.ways.activation;
    if let (true, Some(experts)) = (layer.experts, &config.experts) {
        let router = weights.matrix(&name("ffn_gate_inp"))?;
        let mut each = |part: &str| weights.experts(&name(part), experts.count);
        let (gates, ups, downs) = (each("ffn_gate_exps")?, each("ffn_up_exps")?, each("ffn_down_exps")?);
        let all = gates.into_iter().zip(ups).zip(downs);
        let all = all.map(|((gate, up), down)| Gated { gate_up: GateUp::Two(gate, up), down, activation });
        return Ok(Feed::Mixture(Mixture { router, experts: all.collect(), config: experts.clone() }));
    }
    let gate_up = if weights.has(&name("ffn_gate")) {
        GateUp::Two(weights.matrix(&name("ffn_gate"))?, weights.matrix(&name("ffn_up"))?)
    } else {
        GateUp::Joined(weights.matrix(&name("ffn_up"))?)
    };
    Ok(Feed::Gated(Gated { gate_up, down: weights.matrix(&name("ffn_down"))?, activation }))
}

/// The network with its weights.
pub struct Decoder {
    config: Config,
    device: Device,
    /// For each pair, what its frequency is divided by: near and far contexts.
    factors: [Option<Vec<f32>>; 2],
    global: Rope,
    local: Rope,
    /// Small models tie the input and output embeddings.
    embeddings: Linear,
    layers: Vec<Layer>,
    norm: Norm,
    head: Option<Linear>,
}

impl Decoder {
    /// Reads the weights.
    ///
    /// # Errors
    /// A file that cannot be read, an unsupported quantisation, or a cancel.
    pub fn load(config: Config, weights: &mut Weights) -> Load<Self> {
        let device = weights.device().clone();
        let mut table = |name: &str| -> Load<Option<Vec<f32>>> {
            Ok(weights.optional(name)?.map(|t| t.to_vec1::<f32>()).transpose()?)
        };
        let factors = match table("rope_freqs.weight")? {
            Some(freqs) => [Some(freqs.clone()), Some(freqs)],
            None => [table("rope_factors_short.weight")?, table("rope_factors_long.weight")?],
        };
        let embeddings = weights.matrix("token_embd.weight")?;
        let mut layers = Vec::with_capacity(config.layers.len());
        for (i, layer) in config.layers.iter().enumerate() {
            layers.push(Layer::load(weights, &config, layer, &format!("blk.{i}"))?);
        }
        let norm = Norm::load(weights, &config, config.ways.last_norm)?;
        let head = weights.has("output.weight").then(|| weights.matrix("output.weight")).transpose()?;
        let none = Rope::new(&[], 0, false, 1.0);
        Ok(Self { global: none.clone(), local: none, config, device, factors, embeddings, layers, norm, head })
    }

    /// The angles for a context of `tokens`.
    fn ropes(&self, tokens: usize) -> [Rope; 2] {
        let Config { rotary, rope_base, rope_scale, rope_magnitude, rope_original, ways, .. } = &self.config;
        let frequency = |base: f64, i: usize| base.powf(-((2 * i) as f64) / *rotary as f64);
        let factors = self.factors[usize::from(tokens > *rope_original)].as_deref();
        let factor = |i: usize| factors.and_then(|f| f.get(i)).map_or(1.0, |f| f64::from(*f));
        let global: Vec<f64> = (0..rotary / 2).map(|i| frequency(*rope_base, i) / rope_scale / factor(i)).collect();
        let local: Vec<f64> = (0..rotary / 2).map(|i| frequency(LOCAL_BASE, i)).collect();
        let is_local = self.config.layers.iter().any(|layer| layer.rope == RopeKind::Local);
        let local_tokens = if is_local { tokens } else { 0 };
        [Rope::new(&global, tokens, ways.halves, *rope_magnitude), Rope::new(&local, local_tokens, ways.halves, 1.0)]
    }

    /// The last layer's output `[tokens, width]`.
    fn read(&mut self, tokens: &[u32], position: usize) -> Result<Tensor> {
        let config = &self.config;
        let mut x = self.embeddings.rows(tokens, config.embedding_scale, &self.device)?;
        for layer in &mut self.layers {
            let rope = match layer.config.rope {
                RopeKind::Global => Some(&self.global),
                RopeKind::Local => Some(&self.local),
                RopeKind::None => None,
            };
            let (scale, cap) = (config.attention_scale, config.attention_cap);
            let rule = AttentionRule { reach: Reach { scale, cap, window: layer.config.window }, rope };
            let input = layer.norm.forward(&x)?;
            let mut mixed = match &mut layer.mixer {
                Mixer::Attention(attention) => attention.forward(&input, position, rule)?,
                Mixer::Convolution(convolution) => convolution.forward(&input, position)?,
            };
            if let Some(norm) = &layer.post_mixer {
                mixed = norm.forward(&mixed)?;
            }
            x = add(x, &mixed, config.residual_scale)?;
            let input = match &layer.feed_norm {
                Some(norm) => norm.forward(&x)?,
                None => input,
            };
            let mut fed = layer.feed.forward(&input)?;
            if let Some(norm) = &layer.post_feed {
                fed = norm.forward(&fed)?;
            }
            x = add(x, &fed, config.residual_scale)?;
        }
        Ok(x)
    }
}

/// The base of the angles in Gemma 3's layers with a window, which no header says.
const LOCAL_BASE: f64 = 10_000.0;

impl LanguageModel for Decoder {
    fn set_context(&mut self, tokens: usize, kv: KvType) -> Result<()> {
        for layer in &mut self.layers {
            match &mut layer.mixer {
                Mixer::Attention(attention) => {
                    // The old room is given back before the new one is taken.
                    attention.cache = Cache::new(attention.shape, 0, kv, &self.device)?;
                    attention.cache = Cache::new(attention.shape, tokens, kv, &self.device)?;
                }
                Mixer::Convolution(convolution) => convolution.set_context(tokens, self.config.width),
            }
        }
        [self.global, self.local] = self.ropes(tokens);
        Ok(())
    }

    fn prefill(&mut self, tokens: &[u32], position: usize) -> Result<()> {
        self.read(tokens, position).map(drop)
    }

    fn forward(&mut self, tokens: &[u32], position: usize) -> Result<Vec<f32>> {
        let rows = self.forward_last(tokens, position, 1)?;
        rows.into_iter().next_back().ok_or_else(|| candle_core::Error::msg("no token was read"))
    }

    fn forward_last(&mut self, tokens: &[u32], position: usize, rows: usize) -> Result<Vec<Vec<f32>>> {
        let x = self.read(tokens, position)?;
        let all = x.dim(0)?;
        let rows = rows.min(all);
        let last = self.norm.forward(&x.narrow(0, all - rows, rows)?.contiguous()?)?;
        let mut logits = self.head.as_ref().unwrap_or(&self.embeddings).forward(&last)?.to_vec2::<f32>()?;
        for x in logits.iter_mut().flatten() {
            *x /= self.config.logit_scale;
            if let Some(cap) = self.config.logit_cap {
                *x = cap * (*x / cap).tanh();
            }
        }
        Ok(logits)
    }
}
