//! Z-Image's block: attention and a gated feed-forward layer, each between two norms, scaled and gated by the time
//! where it is a picture's block.

use candle_core::{Result, Tensor};

use super::config::ZImageConfig;
use crate::engine::image::nets::qwen3::per_head;
use crate::engine::image::nets::weights::{Projection, Weights, parts};
use crate::engine::kernels::{Activation, Attend, RmsNorm, Rope, attention};

/// Epsilon of the norms of queries and keys, whatever `norm_eps` says.
const HEAD_EPS: f64 = 1e-5;

pub(super) struct Block {
    heads: usize,
    q: Projection,
    k: Projection,
    v: Projection,
    norms: Option<(RmsNorm, RmsNorm)>,
    out: Projection,
    before_attention: RmsNorm,
    after_attention: RmsNorm,
    gate: Projection,
    up: Projection,
    down: Projection,
    before_feed: RmsNorm,
    after_feed: RmsNorm,
    /// None for the blocks that refine the text.
    modulation: Option<Projection>,
}

impl Block {
    pub(super) fn load(config: &ZImageConfig, weights: &Weights, modulated: bool) -> Result<Self> {
        let (dim, head) = (config.dim, config.dim / config.heads);
        // In f64 and cut off, as the reference has it.
        let wide = (dim as f64 / 3.0 * 8.0) as usize;
        let (attn, feed) = (weights.pp("attention"), weights.pp("feed_forward"));
        let linear = |name: &str| attn.pp(name).linear_without_bias(dim, dim);
        let norm = |name: &str| weights.pp(name).rms_norm(dim, config.norm_eps);
        let norms = config.qk_norm.then(|| {
            let norm = |name: &str| attn.pp(name).rms_norm(head, HEAD_EPS);
            Ok::<_, candle_core::Error>((norm("norm_q")?, norm("norm_k")?))
        });
        let modulation = || weights.pp("adaLN_modulation.0").linear(config.time_dim(), 4 * dim);
        Ok(Self {
            heads: config.heads,
            q: linear("to_q")?,
            k: linear("to_k")?,
            v: linear("to_v")?,
            norms: norms.transpose()?,
            out: linear("to_out.0")?,
            before_attention: norm("attention_norm1")?,
            after_attention: norm("attention_norm2")?,
            gate: feed.pp("w1").linear_without_bias(dim, wide)?,
            up: feed.pp("w3").linear_without_bias(dim, wide)?,
            down: feed.pp("w2").linear_without_bias(wide, dim)?,
            before_feed: norm("ffn_norm1")?,
            after_feed: norm("ffn_norm2")?,
            modulation: modulated.then(modulation).transpose()?,
        })
    }

    /// `x` `[B, L, dim]`; `time` `[B, time_dim]`, which only a modulated block reads.
    pub(super) fn forward(&self, x: &Tensor, time: &Tensor, rope: &Rope) -> Result<Tensor> {
        let Some(modulation) = &self.modulation else {
            let x = (x + self.after_attention.forward(&self.attend(&self.before_attention.forward(x)?, rope)?)?)?;
            return &x + self.after_feed.forward(&self.feed(&self.before_feed.forward(&x)?)?)?;
        };
        let m = parts(&modulation.forward(time)?.unsqueeze(1)?, 4)?;
        let scaled = |x: Tensor, scale: &Tensor| x.broadcast_mul(&(scale + 1.0)?);
        let gated = |x: Tensor, gate: &Tensor| x.broadcast_mul(&gate.tanh()?);
        let h = self.attend(&scaled(self.before_attention.forward(x)?, &m[0])?, rope)?;
        let x = (x + gated(self.after_attention.forward(&h)?, &m[1])?)?;
        let h = self.feed(&scaled(self.before_feed.forward(&x)?, &m[2])?)?;
        &x + gated(self.after_feed.forward(&h)?, &m[3])?
    }

    fn attend(&self, x: &Tensor, rope: &Rope) -> Result<Tensor> {
        let (mut q, mut k) = (self.q.forward(x)?, self.k.forward(x)?);
        if let Some((norm_q, norm_k)) = &self.norms {
            let size = q.dim(2)? / self.heads;
            (q, k) = (per_head(norm_q, &q, size)?, per_head(norm_k, &k, size)?);
        }
        let (q, k) = (rope.apply(&q, self.heads)?, rope.apply(&k, self.heads)?);
        let how = Attend::heads(self.heads).half(self.v.is_half());
        self.out.forward(&attention(&q, &k, &self.v.forward(x)?, how)?)
    }

    fn feed(&self, x: &Tensor) -> Result<Tensor> {
        self.down.forward(&(Activation::Silu.forward(&self.gate.forward(x)?)? * self.up.forward(x)?)?)
    }
}
