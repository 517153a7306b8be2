//! A block of two streams that attend to each other: diffusers' `JointTransformerBlock`.

use candle_core::{Result, Tensor};

use super::config::Sd3Config;
use crate::engine::image::nets::mmdit::{FeedForward, Heads, Modulation, PICTURE, Stream, TEXT, gated, modulate};
use crate::engine::image::nets::weights::Weights;
use crate::engine::kernels::attention;

pub(super) struct Block {
    heads: usize,
    modulation: Modulation,
    picture: Stream,
    /// The picture's attention to itself alone.
    alone: Option<Stream>,
    feed: FeedForward,
    text_modulation: Modulation,
    text: Stream,
    /// None in the last block, after which nothing reads the text.
    text_feed: Option<FeedForward>,
}

impl Block {
    pub(super) fn load(config: &Sd3Config, i: usize, weights: &Weights) -> Result<Self> {
        let dim = config.dim();
        let heads = Heads { heads: config.heads, size: config.head_dim, norm: config.qk_norm };
        let (dual, last) = (config.dual[i], i + 1 == config.layers);
        let attn = weights.pp("attn");
        Ok(Self {
            heads: config.heads,
            modulation: Modulation::load(&weights.pp("norm1"), dim, if dual { 9 } else { 6 })?,
            picture: Stream::load(&attn, PICTURE, heads, true)?,
            alone: dual.then(|| Stream::load(&weights.pp("attn2"), PICTURE, heads, true)).transpose()?,
            feed: FeedForward::load(&weights.pp("ff"), dim)?,
            text_modulation: Modulation::load(&weights.pp("norm1_context"), dim, if last { 2 } else { 6 })?,
            text: Stream::load(&attn, TEXT, heads, !last)?,
            text_feed: (!last).then(|| FeedForward::load(&weights.pp("ff_context"), dim)).transpose()?,
        })
    }

    /// Both streams `[B, tokens, dim]` through the block; the last one gives the text back as it was.
    pub(super) fn forward(&self, x: &Tensor, text: &Tensor, condition: &Tensor) -> Result<(Tensor, Tensor)> {
        let m = self.modulation.forward(condition)?;
        let n = self.text_modulation.forward(condition)?;
        // The last block's text has a scale and a shift only, in this order.
        let (text_shift, text_scale) = if self.text_feed.is_some() { (&n[0], &n[1]) } else { (&n[1], &n[0]) };
        let [q, k, v] = self.picture.qkv(&modulate(x, &m[0], &m[1])?)?;
        let [text_q, text_k, text_v] = self.text.qkv(&modulate(text, text_shift, text_scale)?)?;
        let join = |a: &Tensor, b: &Tensor| Tensor::cat(&[a, b], 1);
        let (q, k, v) = (join(&q, &text_q)?, join(&k, &text_k)?, join(&v, &text_v)?);
        let seen = attention(&q, &k, &v, self.picture.attend(self.heads))?;
        let (tokens, words) = (x.dim(1)?, text.dim(1)?);

        let mut y = gated(x, &m[2], &self.picture.out(&seen.narrow(1, 0, tokens)?)?)?;
        if let Some(alone) = &self.alone {
            let [q, k, v] = alone.qkv(&modulate(x, &m[6], &m[7])?)?;
            y = gated(&y, &m[8], &alone.out(&attention(&q, &k, &v, alone.attend(self.heads))?)?)?;
        }
        let y = gated(&y, &m[5], &self.feed.forward(&modulate(&y, &m[3], &m[4])?)?)?;

        let Some(feed) = &self.text_feed else { return Ok((y, text.clone())) };
        let text = gated(text, &n[2], &self.text.out(&seen.narrow(1, tokens, words)?)?)?;
        let text = gated(&text, &n[5], &feed.forward(&modulate(&text, &n[3], &n[4])?)?)?;
        Ok((y, text))
    }
}
