//! What a prompt becomes for the UNet.

use candle_core::{Device, Tensor};

use super::Diffusion;
use crate::engine::image::nets::clip::{Clip, TextState};
use crate::engine::image::prompt::chunks::{POSITIONS, emphasise, level};
use crate::engine::image::prompt::{Chunk, Part, chunks, parse};
use crate::engine::{CancelToken, Stop};
use crate::error::Result;

type Run<T> = std::result::Result<T, Stop>;

/// A prompt as the network sees it.
pub struct Conditioning {
    /// `[1, 77 n, width]`
    pub context: Tensor,
    /// XL: `[1, width of the second encoder]`.
    pub pooled: Option<Tensor>,
}

/// Prompt and negative prompt, with as many positions each.
pub struct Pair {
    pub prompt: Conditioning,
    pub negative: Conditioning,
    /// What found no place.
    pub cut: Vec<String>,
}

impl Diffusion {
    /// Encodes both prompts. `clip_skip` counts from 1, A1111's way.
    pub(super) fn encode(&self, prompt: &str, negative: &str, clip_skip: u32, token: &CancelToken) -> Run<Pair> {
        let zero = self.empty_is_zero && negative.trim().is_empty();
        let (prompt, negative) = (parse(prompt)?, parse(negative)?);
        let mut cut = Vec::new();
        let mut states = [Vec::new(), Vec::new()];
        let mut pooled = [None, None];
        for (at, (clip, tokens)) in self.encoders.iter().enumerate() {
            let mut all = [chunked(tokens, &prompt, &mut cut)?, chunked(tokens, &negative, &mut cut)?];
            let [a, b] = &mut all;
            level(tokens, [a, b]);
            for (side, chunks) in all.iter().enumerate() {
                token.check()?;
                let (context, summary) = self.states(clip, chunks, clip_skip)?;
                states[side].push(context);
                if at + 1 == self.encoders.len() {
                    pooled[side] = summary;
                }
            }
        }
        let join = |states: &[Tensor]| Tensor::cat(states, 2);
        let [prompt_pooled, negative_pooled] = pooled;
        let mut negative = Conditioning { context: join(&states[1])?, pooled: negative_pooled };
        if zero {
            negative.context = negative.context.zeros_like()?;
            negative.pooled = negative.pooled.map(|p| p.zeros_like()).transpose()?;
        }
        cut.dedup();
        Ok(Pair { prompt: Conditioning { context: join(&states[0])?, pooled: prompt_pooled }, negative, cut })
    }

    /// The chunks of a prompt through one encoder, side by side; and the first chunk's summary.
    fn states(&self, clip: &Clip, chunks: &[Chunk], clip_skip: u32) -> Run<(Tensor, Option<Tensor>)> {
        let skip = clip_skip.saturating_sub(1) as usize;
        // diffusers and A1111 agree: XL takes the last but one, without the final norm.
        let which = if self.xl { TextState::Raw { skip: 1 + skip } } else { TextState::Normed { skip } };
        let mut parts = Vec::new();
        let mut summary = None;
        for chunk in chunks {
            let ids = Tensor::from_slice(&chunk.ids, (1, POSITIONS), &Device::Cpu)?;
            let output = clip.forward(&ids, None)?;
            let state = clip.state(&output, which)?;
            if chunk.weights.iter().any(|w| *w != 1.0) {
                let mut numbers = state.to_dtype(candle_core::DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
                emphasise(&mut numbers, &chunk.weights);
                parts.push(Tensor::from_vec(numbers, state.dims(), &Device::Cpu)?.to_device(&self.device)?);
            } else {
                parts.push(state);
            }
            if summary.is_none() && self.xl {
                summary = output.projected;
            }
        }
        Ok((Tensor::cat(&parts, 1)?, summary))
    }
}

fn chunked(
    tokens: &crate::engine::image::prompt::ClipTokens,
    parts: &[Part],
    cut: &mut Vec<String>,
) -> Result<Vec<Chunk>> {
    let (chunks, left_out) = chunks(tokens, parts)?;
    if !left_out.is_empty() {
        cut.push(left_out);
    }
    Ok(chunks)
}
