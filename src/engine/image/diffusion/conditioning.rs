//! What text encoders make of a prompt, as a denoiser takes it.

use candle_core::{DType, Tensor};

use crate::engine::Stoppable;

/// A prompt as the network sees it.
#[derive(Clone)]
pub struct Conditioning {
    /// `[1, tokens, width]`; Z-Image's `[tokens, width]`.
    pub context: Tensor,
    /// `[1, width]`, where the network takes it.
    pub pooled: Option<Tensor>,
}

impl Conditioning {
    /// This one and another one of as many positions as a batch of two.
    pub fn and(&self, other: &Self) -> Stoppable<Self> {
        let pooled = match (&self.pooled, &other.pooled) {
            (Some(a), Some(b)) => Some(Tensor::cat(&[a, b], 0)?),
            _ => None,
        };
        Ok(Self { context: Tensor::cat(&[&self.context, &other.context], 0)?, pooled })
    }

    /// The same in full precision.
    pub fn in_full(&self) -> Stoppable<Self> {
        let wide = |t: &Tensor| t.to_dtype(DType::F32);
        Ok(Self { context: wide(&self.context)?, pooled: self.pooled.as_ref().map(wide).transpose()? })
    }
}
