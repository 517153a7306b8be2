//! FLUX's two kinds of blocks: diffusers' `FluxTransformerBlock` and `FluxSingleTransformerBlock`.

use candle_core::{DType, Result, Tensor};

use super::config::FluxConfig;
use crate::engine::image::nets::mmdit::{
    FeedForward, HeadNorm, Heads, Modulation, PICTURE, Stream, TEXT, gated, modulate,
};
use crate::engine::image::nets::weights::{Projection, Weights};
use crate::engine::kernels::{Activation, Rope, attention};

fn heads(config: &FluxConfig) -> Heads {
    Heads { heads: config.heads, size: config.head_dim, norm: Some(HeadNorm::Rms) }
}

/// f16 ends at 65504: the reference clips there rather than let infinities through.
fn bounded(x: Tensor) -> Result<Tensor> {
    if x.dtype() == DType::F16 { x.clamp(-65_504f32, 65_504f32) } else { Ok(x) }
}

/// One stream's layers in a block of two.
struct Side {
    modulation: Modulation,
    stream: Stream,
    feed: FeedForward,
}

impl Side {
    /// What the stream becomes, given its part of what was seen.
    fn finish(&self, x: &Tensor, m: &[Tensor], seen: &Tensor) -> Result<Tensor> {
        let x = gated(x, &m[2], &self.stream.out(seen)?)?;
        gated(&x, &m[5], &self.feed.forward(&modulate(&x, &m[3], &m[4])?)?)
    }
}

/// A stream for the picture and one for the text, which attend to each other.
pub(super) struct Double {
    heads: usize,
    picture: Side,
    text: Side,
}

impl Double {
    pub(super) fn load(config: &FluxConfig, weights: &Weights) -> Result<Self> {
        let side = |norm: &str, names, feed: &str| {
            Ok::<_, candle_core::Error>(Side {
                modulation: Modulation::load(&weights.pp(norm), config.dim(), 6)?,
                stream: Stream::load(&weights.pp("attn"), names, heads(config), true)?,
                feed: FeedForward::load(&weights.pp(feed), config.dim())?,
            })
        };
        let (picture, text) = (side("norm1", PICTURE, "ff")?, side("norm1_context", TEXT, "ff_context")?);
        Ok(Self { heads: config.heads, picture, text })
    }

    /// Both streams `[B, tokens, dim]` through the block; `rope` has the text's places first.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        text: &Tensor,
        condition: &Tensor,
        rope: &Rope,
    ) -> Result<(Tensor, Tensor)> {
        let (m, n) = (self.picture.modulation.forward(condition)?, self.text.modulation.forward(condition)?);
        let [q, k, v] = self.picture.stream.qkv(&modulate(x, &m[0], &m[1])?)?;
        let [text_q, text_k, text_v] = self.text.stream.qkv(&modulate(text, &n[0], &n[1])?)?;
        let join = |a: &Tensor, b: &Tensor| Tensor::cat(&[a, b], 1);
        let (q, k, v) = (join(&text_q, &q)?, join(&text_k, &k)?, join(&text_v, &v)?);
        let (q, k) = (rope.apply(&q, self.heads)?, rope.apply(&k, self.heads)?);
        let seen = attention(&q, &k, &v, self.picture.stream.attend(self.heads))?;
        let (tokens, words) = (x.dim(1)?, text.dim(1)?);
        let x = self.picture.finish(x, &m, &seen.narrow(1, words, tokens)?.contiguous()?)?;
        let text = self.text.finish(text, &n, &seen.narrow(1, 0, words)?.contiguous()?)?;
        Ok((x, bounded(text)?))
    }
}

/// One stream of text and picture; attention and feed-forward run side by side on the same input (Dehghani et al. 2023,
/// arXiv 2302.05442).
pub(super) struct Single {
    heads: usize,
    modulation: Modulation,
    stream: Stream,
    up: Projection,
    down: Projection,
}

impl Single {
    pub(super) fn load(config: &FluxConfig, weights: &Weights) -> Result<Self> {
        let dim = config.dim();
        Ok(Self {
            heads: config.heads,
            modulation: Modulation::load(&weights.pp("norm"), dim, 3)?,
            stream: Stream::load(&weights.pp("attn"), PICTURE, heads(config), false)?,
            up: weights.pp("proj_mlp").linear(dim, 4 * dim)?,
            down: weights.pp("proj_out").linear(5 * dim, dim)?,
        })
    }

    /// `x` `[B, words + tokens, dim]`.
    pub(super) fn forward(&self, x: &Tensor, condition: &Tensor, rope: &Rope) -> Result<Tensor> {
        let m = self.modulation.forward(condition)?;
        let h = modulate(x, &m[0], &m[1])?;
        let [q, k, v] = self.stream.qkv(&h)?;
        let (q, k) = (rope.apply(&q, self.heads)?, rope.apply(&k, self.heads)?);
        let seen = attention(&q, &k, &v, self.stream.attend(self.heads))?;
        let wide = Activation::GeluTanh.forward(&self.up.forward(&h)?)?;
        bounded(gated(x, &m[2], &self.down.forward(&Tensor::cat(&[&seen, &wide], 2)?)?)?)
    }
}
