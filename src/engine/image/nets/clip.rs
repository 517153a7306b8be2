//! CLIP's text encoder (Radford et al. 2021, arXiv 2103.00020): transformers' `CLIPTextModel` and
//! `CLIPTextModelWithProjection`, for CLIP-L, OpenCLIP-H and OpenCLIP-G alike.

use std::path::Path;

use candle_core::{DType, Result as Candle, Tensor, bail};
use candle_nn::VarBuilder;

use super::options::Options;
use crate::engine::kernels::{Activation, Attend, LayerNorm, Linear, attention};
use crate::error::Result;

/// `text_encoder/config.json`, with the reference's defaults (transformers 5.23).
#[derive(Clone, Debug, PartialEq)]
pub struct ClipConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub projection_dim: usize,
    pub layers: usize,
    pub heads: usize,
    /// Most tokens of a text.
    pub positions: usize,
    pub activation: Activation,
    pub layer_norm_eps: f64,
    /// Decides which token is the text's summary, see [`ClipOutput::pooled`].
    pub eos_token_id: u32,
}

impl ClipConfig {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::read(&Options::parse(text, path)?)
    }

    /// Of options that are already parsed: of the text model, or of a whole CLIP (`text_config`).
    pub fn read(o: &Options) -> Result<Self> {
        if let Some(inner) = o.object("text_config") {
            return Self::read(&inner);
        }
        let hidden_size = o.usize("hidden_size", 512)?;
        let heads = o.usize("num_attention_heads", 8)?;
        if heads == 0 || hidden_size == 0 || !hidden_size.is_multiple_of(heads) {
            return Err(
                o.bad("num_attention_heads", &format!("which does not divide the {hidden_size} of hidden_size"))
            );
        }
        let act = o.text("hidden_act", "quick_gelu")?;
        let known = "quick_gelu, gelu, gelu_new, gelu_pytorch_tanh, silu, relu, mish";
        Ok(Self {
            vocab_size: o.usize("vocab_size", 49_408)?,
            hidden_size,
            intermediate_size: o.usize("intermediate_size", 2048)?,
            projection_dim: o.usize("projection_dim", 512)?,
            layers: o.usize("num_hidden_layers", 12)?,
            heads,
            positions: o.usize("max_position_embeddings", 77)?,
            activation: Activation::parse(act).ok_or_else(|| o.unsupported("hidden_act", known))?,
            layer_norm_eps: o.f64("layer_norm_eps", 1e-5)?,
            eos_token_id: u32::try_from(o.usize("eos_token_id", 49_407)?).unwrap_or(u32::MAX),
        })
    }
}

/// A CLIP text encoder with its weights.
pub struct Clip {
    config: ClipConfig,
    tokens: Tensor,
    positions: Tensor,
    layers: Vec<Layer>,
    final_norm: LayerNorm,
    projection: Option<Linear>,
}

/// All that a text becomes. `[B, L, hidden_size]` where nothing else is said.
#[derive(Clone, Debug)]
pub struct ClipOutput {
    /// The embeddings, then what each layer gave: `layers + 1` states, none of them through the final norm.
    pub hidden: Vec<Tensor>,
    /// The last state through the final norm.
    pub last: Tensor,
    /// `[B, hidden_size]`: `last` at the end of the text. That is the largest id where the configuration's
    /// `eos_token_id` is 2 (files older than transformers 4.31 say so, wrongly), and else the first `eos_token_id`.
    pub pooled: Tensor,
    /// `pooled` through `text_projection`, `[B, projection_dim]`, where the file has one (SDXL's `text_embeds`).
    pub projected: Option<Tensor>,
}

/// Which state conditions the picture. `skip` counts layers from the end: 0 is the last.
///
/// diffusers' `clip_skip = n` is `Normed { skip: n }` for Stable Diffusion 1.x and 2.x (none: `skip` 0) and
/// `Raw { skip: n + 1 }` for SDXL and SD3 (none: `skip` 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextState {
    /// Through the final norm.
    Normed { skip: usize },
    /// As the layer gave it.
    Raw { skip: usize },
}

impl Clip {
    /// Weights by transformers' names, with or without `text_model.` before them; `text_projection` where it is there.
    pub fn load(config: ClipConfig, vb: &VarBuilder) -> Candle<Self> {
        let inner = vb.pp("text_model");
        let inner = if inner.contains_tensor("final_layer_norm.weight") { inner } else { vb.clone() };
        let size = config.hidden_size;
        let projection = vb
            .contains_tensor("text_projection.weight")
            .then(|| Linear::load_without_bias(&vb.pp("text_projection"), size, config.projection_dim));
        let layers = inner.pp("encoder.layers");
        let embeddings = inner.pp("embeddings");
        Ok(Self {
            tokens: embeddings.get((config.vocab_size, size), "token_embedding.weight")?,
            positions: embeddings.get((config.positions, size), "position_embedding.weight")?,
            layers: (0..config.layers).map(|i| Layer::load(&config, &layers.pp(i))).collect::<Candle<_>>()?,
            final_norm: LayerNorm::load(&inner.pp("final_layer_norm"), size, config.layer_norm_eps)?,
            projection: projection.transpose()?,
            config,
        })
    }

    pub fn config(&self) -> &ClipConfig {
        &self.config
    }

    /// `ids` `[B, L]` u32, at most `positions` each. `mask` `[B, L]`: 0 hides a token (no Stable Diffusion pipeline
    /// hides any, unless the file's `use_attention_mask` says so).
    pub fn forward(&self, ids: &Tensor, mask: Option<&Tensor>) -> Candle<ClipOutput> {
        let (b, l) = ids.dims2()?;
        if l == 0 || l > self.config.positions {
            bail!("this text encoder takes 1 to {} tokens at a time, not {l}", self.config.positions);
        }
        let rows = ids.to_dtype(DType::U32)?.to_vec2::<u32>()?;
        if let Some(id) = rows.iter().flatten().find(|id| **id as usize >= self.config.vocab_size) {
            bail!("token {id} is beyond this text encoder's {} tokens", self.config.vocab_size);
        }
        let ids = ids.to_dtype(DType::U32)?.to_device(self.tokens.device())?;
        let words = self.tokens.index_select(&ids.flatten_all()?, 0)?.reshape((b, l, ()))?;
        let bias = mask.map(|mask| hidden_bias(mask, b, l)).transpose()?;
        let mut hidden = vec![words.broadcast_add(&self.positions.narrow(0, 0, l)?)?];
        for layer in &self.layers {
            hidden.push(layer.forward(&hidden[hidden.len() - 1], bias.as_ref())?);
        }
        let last = self.final_norm.forward(&hidden[hidden.len() - 1])?;
        let ends: Vec<u32> = rows.iter().zip(0u32..).map(|(row, b)| b * l as u32 + self.end(row)).collect();
        let ends = Tensor::from_vec(ends, b, last.device())?;
        let pooled = last.reshape((b * l, ()))?.index_select(&ends, 0)?;
        let projected = self.projection.as_ref().map(|projection| projection.forward(&pooled)).transpose()?;
        Ok(ClipOutput { hidden, last, pooled, projected })
    }

    /// Where a text ends.
    fn end(&self, row: &[u32]) -> u32 {
        let at = match self.config.eos_token_id {
            // The first of the largest.
            2 => row.iter().max().and_then(|most| row.iter().position(|id| id == most)),
            eos => row.iter().position(|id| *id == eos),
        };
        at.unwrap_or(0) as u32
    }

    /// One state of `output`, see [`TextState`].
    pub fn state(&self, output: &ClipOutput, which: TextState) -> Candle<Tensor> {
        let (TextState::Normed { skip } | TextState::Raw { skip }) = which;
        let Some(hidden) = output.hidden.len().checked_sub(1 + skip).map(|i| &output.hidden[i]) else {
            bail!("{skip} layers cannot be left out of {}", self.config.layers)
        };
        match which {
            TextState::Normed { skip: 0 } => Ok(output.last.clone()),
            TextState::Normed { .. } => self.final_norm.forward(hidden),
            TextState::Raw { .. } => Ok(hidden.clone()),
        }
    }
}

/// `[B, L]` of 1 and 0 -> what is added to the scores, `[B, 1, 1, L]`.
fn hidden_bias(mask: &Tensor, b: usize, l: usize) -> Candle<Tensor> {
    // The least f32 rather than -infinity, as in the reference: a row that hides everything stays a number.
    let mask = mask.to_dtype(DType::F32)?.reshape((b, 1, 1, l))?;
    (mask.affine(-1.0, 1.0)?) * f64::from(f32::MIN)
}

struct Layer {
    norm1: LayerNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    norm2: LayerNorm,
    up: Linear,
    down: Linear,
    heads: usize,
    activation: Activation,
}

impl Layer {
    fn load(config: &ClipConfig, vb: &VarBuilder) -> Candle<Self> {
        let (size, wide) = (config.hidden_size, config.intermediate_size);
        let norm = |name: &str| LayerNorm::load(&vb.pp(name), size, config.layer_norm_eps);
        let attn = |name: &str| Linear::load(&vb.pp("self_attn").pp(name), size, size);
        Ok(Self {
            norm1: norm("layer_norm1")?,
            q: attn("q_proj")?,
            k: attn("k_proj")?,
            v: attn("v_proj")?,
            out: attn("out_proj")?,
            norm2: norm("layer_norm2")?,
            up: Linear::load(&vb.pp("mlp.fc1"), size, wide)?,
            down: Linear::load(&vb.pp("mlp.fc2"), wide, size)?,
            heads: config.heads,
            activation: config.activation,
        })
    }

    fn forward(&self, x: &Tensor, bias: Option<&Tensor>) -> Candle<Tensor> {
        let h = self.norm1.forward(x)?;
        let how = Attend { causal: true, bias, ..Attend::heads(self.heads) };
        let h = attention(&self.q.forward(&h)?, &self.k.forward(&h)?, &self.v.forward(&h)?, how)?;
        let x = self.out.forward_add(&h, x)?;
        let h = self.activation.forward(&self.up.forward(&self.norm2.forward(&x)?)?)?;
        self.down.forward_add(&h, &x)
    }
}
