//! The transformer inside a UNet block (Rombach et al. 2022, arXiv 2112.10752, appendix): self-attention,
//! cross-attention to the text, a GEGLU feed-forward; pixels are its tokens.

use candle_core::{DType, Result, Tensor};
use candle_nn::VarBuilder;

use crate::engine::kernels::{Attend, GroupNorm, LayerNorm, Linear, attention, geglu};

/// The norm before the projections has an epsilon of its own, whatever `norm_eps` says.
const NORM_EPS: f64 = 1e-6;
const LAYER_NORM_EPS: f64 = 1e-5;

/// The shape of one spatial transformer.
#[derive(Clone, Copy, Debug)]
pub struct TransformerShape {
    pub channels: usize,
    pub heads: usize,
    pub layers: usize,
    /// Width of a text token.
    pub context: usize,
    pub groups: usize,
    /// Projections are stored as linear layers, not as 1x1 convolutions.
    pub linear: bool,
    /// The first attention looks at the text too.
    pub only_cross: bool,
    pub upcast: bool,
}

pub struct SpatialTransformer {
    norm: GroupNorm,
    proj_in: Linear,
    blocks: Vec<Block>,
    proj_out: Linear,
}

impl SpatialTransformer {
    /// Weights by diffusers' names below `vb`.
    pub fn load(vb: &VarBuilder, shape: TransformerShape) -> Result<Self> {
        let TransformerShape { channels, heads, groups, .. } = shape;
        // Channels that the heads do not divide are cut, as in the reference.
        let inner = channels / heads * heads;
        let projection = |name: &str, from: usize, out: usize| -> Result<Linear> {
            let vb = vb.pp(name);
            if shape.linear {
                return Linear::load(&vb, from, out);
            }
            Linear::new(&vb.get((out, from, 1, 1), "weight")?.reshape((out, from))?, Some(vb.get(out, "bias")?))
        };
        let blocks = vb.pp("transformer_blocks");
        Ok(Self {
            norm: GroupNorm::load(&vb.pp("norm"), groups, channels, NORM_EPS)?,
            proj_in: projection("proj_in", channels, inner)?,
            blocks: (0..shape.layers).map(|i| Block::load(&blocks.pp(i), shape, inner)).collect::<Result<_>>()?,
            proj_out: projection("proj_out", inner, channels)?,
        })
    }

    /// `x` `[B, H, W, C]`, `context` `[B, L, D]` -> `[B, H, W, C]`.
    pub fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let (b, h, w, _) = x.dims4()?;
        let mut tokens = self.proj_in.forward(&self.norm.forward(x)?)?.reshape((b, h * w, ()))?;
        for block in &self.blocks {
            tokens = block.forward(&tokens, context)?;
        }
        self.proj_out.forward_add(&tokens, &x.reshape((b, h * w, ()))?)?.reshape(x.shape())
    }
}

struct Block {
    norm1: LayerNorm,
    attn1: Attention,
    only_cross: bool,
    norm2: LayerNorm,
    attn2: Attention,
    norm3: LayerNorm,
    up: Linear,
    down: Linear,
}

impl Block {
    fn load(vb: &VarBuilder, shape: TransformerShape, inner: usize) -> Result<Self> {
        let norm = |name: &str| LayerNorm::load(&vb.pp(name), inner, LAYER_NORM_EPS);
        let attn = |name: &str, from: usize| Attention::load(&vb.pp(name), inner, from, shape.heads, shape.upcast);
        let ff = vb.pp("ff.net");
        Ok(Self {
            norm1: norm("norm1")?,
            attn1: attn("attn1", if shape.only_cross { shape.context } else { inner })?,
            only_cross: shape.only_cross,
            norm2: norm("norm2")?,
            attn2: attn("attn2", shape.context)?,
            norm3: norm("norm3")?,
            up: Linear::load(&ff.pp("0.proj"), inner, 8 * inner)?,
            down: Linear::load(&ff.pp("2"), 4 * inner, inner)?,
        })
    }

    fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let normed = self.norm1.forward(x)?;
        let x = self.attn1.forward_add(&normed, if self.only_cross { context } else { &normed }, x)?;
        let x = self.attn2.forward_add(&self.norm2.forward(&x)?, context, &x)?;
        self.down.forward_add(&geglu(&self.up.forward(&self.norm3.forward(&x)?)?)?, &x)
    }
}

struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: usize,
    upcast: bool,
}

impl Attention {
    fn load(vb: &VarBuilder, inner: usize, from: usize, heads: usize, upcast: bool) -> Result<Self> {
        Ok(Self {
            q: Linear::load_without_bias(&vb.pp("to_q"), inner, inner)?,
            k: Linear::load_without_bias(&vb.pp("to_k"), from, inner)?,
            v: Linear::load_without_bias(&vb.pp("to_v"), from, inner)?,
            out: Linear::load(&vb.pp("to_out.0"), inner, inner)?,
            heads,
            upcast,
        })
    }

    /// `residual` + attention of `x` to `context`.
    fn forward_add(&self, x: &Tensor, context: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let (mut q, mut k) = (self.q.forward(x)?, self.k.forward(context)?);
        if self.upcast {
            // Stable Diffusion 2.1's scores overflow half precision. No copy where it is f32 already.
            (q, k) = (q.to_dtype(DType::F32)?, k.to_dtype(DType::F32)?);
        }
        let how = Attend::heads(self.heads).half(self.v.is_half() && !self.upcast);
        let y = attention(&q, &k, &self.v.forward(context)?, how)?;
        self.out.forward_add(&y, residual)
    }
}
