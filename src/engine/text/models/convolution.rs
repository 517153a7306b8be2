//! LFM2's short convolution instead of attention: gates around a causal convolution over the last few tokens,
//! each channel by itself (Liquid AI 2025).

use candle_core::{Device, Result, Tensor};

use super::linear::Linear;

/// A layer's convolution with its past inputs, so that it can go back to any position as attention can.
pub struct Convolution {
    pub input: Linear,
    pub output: Linear,
    /// `[width, taps]`, the last tap is the token's own.
    pub taps: Vec<f32>,
    /// `[room, width]`: the gated inputs of the tokens that were read.
    seen: Vec<f32>,
}

impl Convolution {
    pub fn new(input: Linear, output: Linear, taps: Vec<f32>) -> Self {
        Self { input, output, taps, seen: Vec::new() }
    }

    pub fn set_context(&mut self, tokens: usize, width: usize) {
        self.seen = Vec::new();
        self.seen = vec![0.0; tokens * width];
    }

    /// `[tokens, width]` -> the same shape; the tokens are at `position..`.
    pub fn forward(&mut self, x: &Tensor, position: usize) -> Result<Tensor> {
        let (tokens, width) = x.dims2()?;
        let count = self.taps.len() / width;
        if (position + tokens) * width > self.seen.len() {
            candle_core::bail!("{} tokens do not fit into the context", position + tokens);
        }
        let parts = self.input.forward(x)?.to_vec2::<f32>()?;
        let mut out = vec![0f32; tokens * width];
        for (i, parts) in parts.iter().enumerate() {
            let (before, rest) = parts.split_at(width);
            let (after, value) = rest.split_at(width);
            let at = (position + i) * width;
            for ((seen, b), v) in self.seen[at..at + width].iter_mut().zip(before).zip(value) {
                *seen = b * v;
            }
            let out = &mut out[i * width..(i + 1) * width];
            for back in 0..count.min(position + i + 1) {
                let seen = &self.seen[at - back * width..at - back * width + width];
                let taps = self.taps.chunks_exact(count);
                for ((out, x), taps) in out.iter_mut().zip(seen).zip(taps) {
                    *out += x * taps[count - 1 - back];
                }
            }
            out.iter_mut().zip(after).for_each(|(out, c)| *out *= c);
        }
        let out = Tensor::from_vec(out, (tokens, width), &Device::Cpu)?.to_device(x.device())?;
        self.output.forward(&out)
    }
}
