//! What the transformers with a stream for the picture and one for the text share (Esser et al. 2024, arXiv 2403.03206):
//! the condition's embedding, shifts, scales and gates made from it (Peebles & Xie 2023, arXiv 2212.09748), one
//! stream's side of the joint attention, the feed-forward layer and the last layer.

use candle_core::{D, Result, Tensor, bail};

use super::weights::{Projection, Weights, parts};
use crate::engine::kernels::{Activation, Attend, LayerNorm, RmsNorm, Sinusoids, sinusoids};

/// Epsilon of each norm in these networks.
const EPS: f64 = 1e-6;

/// Width of the sinusoids of a time.
const TIME: Sinusoids = Sinusoids { dim: 256, flip_sin_to_cos: true, freq_shift: 0.0 };

/// Linear, SiLU, linear.
struct Mlp {
    one: Projection,
    two: Projection,
}

impl Mlp {
    fn load(weights: &Weights, from: usize, dim: usize) -> Result<Self> {
        Ok(Self { one: weights.pp("linear_1").linear(from, dim)?, two: weights.pp("linear_2").linear(dim, dim)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.two.forward(&Activation::Silu.forward(&self.one.forward(x)?)?)
    }
}

/// Time, guidance where a network was distilled with it, and the pooled text, added up.
pub(super) struct Condition {
    time: Mlp,
    guidance: Option<Mlp>,
    text: Mlp,
}

impl Condition {
    pub(super) fn load(weights: &Weights, pooled: usize, dim: usize, guidance: bool) -> Result<Self> {
        Ok(Self {
            time: Mlp::load(&weights.pp("timestep_embedder"), TIME.dim, dim)?,
            guidance: guidance.then(|| Mlp::load(&weights.pp("guidance_embedder"), TIME.dim, dim)).transpose()?,
            text: Mlp::load(&weights.pp("text_embedder"), pooled, dim)?,
        })
    }

    /// `times` and `guidance` `[B]` f32 in thousands, `pooled` `[B, P]` -> SiLU of the sum, `[B, dim]`: every layer that
    /// takes the condition begins with that SiLU.
    pub(super) fn forward(&self, times: &Tensor, guidance: Option<&Tensor>, pooled: &Tensor) -> Result<Tensor> {
        let embed = |mlp: &Mlp, values: &Tensor| mlp.forward(&sinusoids(values, TIME)?.to_dtype(pooled.dtype())?);
        let mut sum = embed(&self.time, times)?;
        match (&self.guidance, guidance) {
            (Some(mlp), Some(guidance)) => sum = (sum + embed(mlp, guidance)?)?,
            (None, None) => {}
            (Some(_), None) => bail!("this transformer was distilled with guidance and needs its scale"),
            (None, Some(_)) => bail!("this transformer takes no guidance scale"),
        }
        Activation::Silu.forward(&(sum + self.text.forward(pooled)?)?)
    }
}

/// `n` vectors for each picture, made from the condition.
pub(super) struct Modulation {
    linear: Projection,
    n: usize,
}

impl Modulation {
    pub(super) fn load(weights: &Weights, dim: usize, n: usize) -> Result<Self> {
        Ok(Self { linear: weights.pp("linear").linear(dim, n * dim)?, n })
    }

    /// `condition` `[B, dim]` -> `n` of `[B, 1, dim]`.
    pub(super) fn forward(&self, condition: &Tensor) -> Result<Vec<Tensor>> {
        parts(&self.linear.forward(condition)?.unsqueeze(1)?, self.n)
    }
}

/// `norm(x) (1 + scale) + shift`; the norm has no weights of its own.
pub(super) fn modulate(x: &Tensor, shift: &Tensor, scale: &Tensor) -> Result<Tensor> {
    let normed = LayerNorm::plain(x.dim(D::Minus1)?, EPS).forward(x)?;
    normed.broadcast_mul(&(scale + 1.0)?)?.broadcast_add(shift)
}

/// `x + gate y`.
pub(super) fn gated(x: &Tensor, gate: &Tensor, y: &Tensor) -> Result<Tensor> {
    x + y.broadcast_mul(gate)?
}

/// Linear, tanh GELU, linear.
pub(super) struct FeedForward {
    up: Projection,
    down: Projection,
}

impl FeedForward {
    pub(super) fn load(weights: &Weights, dim: usize) -> Result<Self> {
        let up = weights.pp("net.0.proj").linear(dim, 4 * dim)?;
        Ok(Self { up, down: weights.pp("net.2").linear(4 * dim, dim)? })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.down.forward(&Activation::GeluTanh.forward(&self.up.forward(x)?)?)
    }
}

/// A norm over each head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadNorm {
    Rms,
    Layer,
    /// Without weights.
    LayerPlain,
}

enum LoadedNorm {
    Rms(RmsNorm),
    Layer(LayerNorm),
}

impl LoadedNorm {
    fn load(kind: HeadNorm, weights: &Weights, size: usize) -> Result<Self> {
        Ok(match kind {
            HeadNorm::Rms => Self::Rms(weights.rms_norm(size, EPS)?),
            HeadNorm::Layer => Self::Layer(weights.layer_norm(size, EPS)?),
            HeadNorm::LayerPlain => Self::Layer(LayerNorm::plain(size, EPS)),
        })
    }
}

/// Sizes of an attention.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heads {
    pub heads: usize,
    pub size: usize,
    pub norm: Option<HeadNorm>,
}

impl Heads {
    pub(super) fn dim(self) -> usize {
        self.heads * self.size
    }
}

/// Names of one stream's layers within an attention.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    q: &'static str,
    k: &'static str,
    v: &'static str,
    norm_q: &'static str,
    norm_k: &'static str,
    out: &'static str,
}

pub(super) const PICTURE: Names =
    Names { q: "to_q", k: "to_k", v: "to_v", norm_q: "norm_q", norm_k: "norm_k", out: "to_out.0" };

pub(super) const TEXT: Names = Names {
    q: "add_q_proj",
    k: "add_k_proj",
    v: "add_v_proj",
    norm_q: "norm_added_q",
    norm_k: "norm_added_k",
    out: "to_add_out",
};

/// Queries, keys and values of one stream, and what its part of the answer goes through.
pub(super) struct Stream {
    q: Projection,
    k: Projection,
    v: Projection,
    norms: Option<(LoadedNorm, LoadedNorm)>,
    out: Option<Projection>,
    size: usize,
}

impl Stream {
    /// `out`: is the stream's answer used?
    pub(super) fn load(weights: &Weights, names: Names, heads: Heads, out: bool) -> Result<Self> {
        let dim = heads.dim();
        let linear = |name: &str| weights.pp(name).linear(dim, dim);
        let norm = |kind, name: &str| LoadedNorm::load(kind, &weights.pp(name), heads.size);
        let norms =
            heads.norm.map(|kind| Ok::<_, candle_core::Error>((norm(kind, names.norm_q)?, norm(kind, names.norm_k)?)));
        Ok(Self {
            q: linear(names.q)?,
            k: linear(names.k)?,
            v: linear(names.v)?,
            norms: norms.transpose()?,
            out: out.then(|| linear(names.out)).transpose()?,
            size: heads.size,
        })
    }

    /// How `heads` of its queries attend: in the precision of its weights.
    pub(super) fn attend(&self, heads: usize) -> Attend<'static> {
        Attend::heads(heads).half(self.v.is_half())
    }

    /// `[B, L, dim]` -> queries, keys, values of that shape.
    pub(super) fn qkv(&self, x: &Tensor) -> Result<[Tensor; 3]> {
        let (q, k, v) = (self.q.forward(x)?, self.k.forward(x)?, self.v.forward(x)?);
        let Some((norm_q, norm_k)) = &self.norms else { return Ok([q, k, v]) };
        Ok([self.per_head(norm_q, &q)?, self.per_head(norm_k, &k)?, v])
    }

    fn per_head(&self, norm: &LoadedNorm, x: &Tensor) -> Result<Tensor> {
        let (b, l, width) = x.dims3()?;
        let heads = x.reshape((b, l, width / self.size, self.size))?;
        let heads = match norm {
            LoadedNorm::Rms(norm) => norm.forward(&heads)?,
            LoadedNorm::Layer(norm) => norm.forward(&heads)?,
        };
        heads.reshape((b, l, width))
    }

    /// The stream's rows of the answer through its last layer, if it has one.
    pub(super) fn out(&self, x: &Tensor) -> Result<Tensor> {
        self.out.as_ref().map_or_else(|| Ok(x.clone()), |out| out.forward(x))
    }
}

/// The last layer: a norm that the condition scales and shifts, then a linear layer to the values of each patch.
pub(super) struct Last {
    modulation: Modulation,
    out: Projection,
}

impl Last {
    pub(super) fn load(weights: &Weights, dim: usize, out: usize) -> Result<Self> {
        let modulation = Modulation::load(&weights.pp("norm_out"), dim, 2)?;
        Ok(Self { modulation, out: weights.pp("proj_out").linear(dim, out)? })
    }

    pub(super) fn forward(&self, x: &Tensor, condition: &Tensor) -> Result<Tensor> {
        let m = self.modulation.forward(condition)?;
        // The scale first, unlike in the blocks.
        self.out.forward(&modulate(x, &m[1], &m[0])?)
    }
}
