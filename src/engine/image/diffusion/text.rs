//! From prompts to the denoiser's conditioning.

use candle_core::{DType, Device, Tensor};

use super::conditioning::Conditioning;
use super::limits::text_state;
use super::net::Net;
use super::{Diffusion, Family};
use crate::domain::ReadTo;
use crate::engine::image::nets::clip::Clip;
use crate::engine::image::nets::sd3::join_text;
use crate::engine::image::nets::t5::T5;
use crate::engine::image::prompt::chunks::{POSITIONS, emphasise, level};
use crate::engine::image::prompt::{Chunk, ClipTokens, PieceTokens, PromptPart, chunks, parse};
use crate::engine::{CancelToken, Stoppable};
use crate::error::Result;

/// What the CLIPs made of a prompt, one after the other.
#[derive(Default)]
struct Side {
    contexts: Vec<Tensor>,
    pooled: Vec<Tensor>,
}

impl Side {
    fn join(self) -> Stoppable<Conditioning> {
        let pooled = if self.pooled.is_empty() { None } else { Some(Tensor::cat(&self.pooled, 1)?) };
        Ok(Conditioning { context: Tensor::cat(&self.contexts, 2)?, pooled })
    }
}

/// Prompt and negative prompt, with as many positions each.
pub struct Pair {
    pub prompt: Conditioning,
    pub negative: Conditioning,
    /// How far each was read, where that is not to its end.
    pub read_to: Vec<ReadTo>,
}

/// Tokens of T5 that Stable Diffusion 3 and FLUX read, and of Qwen3 that Z-Image reads.
const SD3_WORDS: usize = 256;
const FLUX_WORDS: usize = 512;
const ZIMAGE_WORDS: usize = 512;

impl Diffusion {
    /// Encodes both prompts; `clip_skip` as [`text_state`] counts.
    pub(super) fn encode(&self, prompt: &str, negative: &str, clip_skip: u32, token: &CancelToken) -> Stoppable<Pair> {
        let zero = self.empty_is_zero && negative.trim().is_empty();
        let (prompt, negative) = (parse(prompt)?, parse(negative)?);
        let mut cut = [Vec::new(), Vec::new()];
        let [prompt, mut negative] = match self.family {
            Family::Sd | Family::Xl | Family::Sd3 => {
                let [a, b] = self.clip_states(&prompt, &negative, clip_skip, &mut cut, token)?;
                if self.family == Family::Sd3 {
                    [self.with_t5(a, &prompt, &mut cut[0], token)?, self.with_t5(b, &negative, &mut cut[1], token)?]
                } else {
                    [a, b]
                }
                .map(|side| side.join())
            }
            Family::Flux => {
                let both = self.flux_text(&prompt, &mut cut[0], token)?;
                [Ok(both.clone()), Ok(both)]
            }
            Family::ZImage => {
                [self.qwen_text(&prompt, &mut cut[0], token), self.qwen_text(&negative, &mut cut[1], token)]
            }
        };
        if zero && let Ok(negative) = &mut negative {
            negative.context = negative.context.zeros_like()?;
            negative.pooled = negative.pooled.as_ref().map(Tensor::zeros_like).transpose()?;
        }
        let [mut read_to, of_negative] = cut;
        read_to.extend(of_negative.into_iter().map(|to| ReadTo { negative: true, ..to }));
        ReadTo::least(&mut read_to);
        Ok(Pair { prompt: prompt?, negative: negative?, read_to })
    }

    /// Both prompts through all CLIPs, brought to the same number of chunks.
    fn clip_states(
        &self,
        prompt: &[PromptPart],
        negative: &[PromptPart],
        clip_skip: u32,
        [cut, cut_negative]: &mut [Vec<ReadTo>; 2],
        token: &CancelToken,
    ) -> Stoppable<[Side; 2]> {
        let mut sides = [Side::default(), Side::default()];
        for (clip, tokens) in &self.clips {
            let mut all = [chunked(tokens, prompt, cut)?, chunked(tokens, negative, cut_negative)?];
            let [a, b] = &mut all;
            level(tokens, [a, b]);
            for (side, chunks) in sides.iter_mut().zip(&all) {
                token.check()?;
                let (context, summary) = self.states(clip, chunks, clip_skip)?;
                side.contexts.push(context);
                side.pooled.extend(summary);
            }
        }
        if self.family == Family::Xl {
            // Only the second encoder's summary counts.
            sides.iter_mut().for_each(|side| side.pooled = side.pooled.split_off(side.pooled.len().saturating_sub(1)));
        }
        Ok(sides)
    }

    /// Stable Diffusion 3: CLIP's states with T5's behind them.
    fn with_t5(&self, side: Side, parts: &[PromptPart], cut: &mut Vec<ReadTo>, token: &CancelToken) -> Stoppable<Side> {
        let Net::Sd3(net) = &self.net else { return Ok(side) };
        let t5 = match &self.t5 {
            Some((t5, tokens)) => Some(words(t5, tokens, parts, SD3_WORDS, cut, token)?),
            None => None,
        };
        let [l, g] = &side.contexts[..] else { return Ok(side) };
        let context = join_text(l, g, t5.as_ref(), net.config().joint_attention_dim, SD3_WORDS)?;
        Ok(Side { contexts: vec![context], pooled: side.pooled })
    }

    fn flux_text(&self, parts: &[PromptPart], cut: &mut Vec<ReadTo>, token: &CancelToken) -> Stoppable<Conditioning> {
        let ([(clip, tokens)], Some((t5, pieces))) = (&self.clips[..], &self.t5) else {
            return Err(candle_core::Error::msg("FLUX without its text encoders").into());
        };
        // CLIP gives its summary alone, of as much as it can read.
        let chunks = chunked(tokens, parts, cut)?;
        let ids = Tensor::from_slice(&chunks[0].ids, (1, POSITIONS), &Device::Cpu)?;
        let pooled = Some(clip.forward(&ids, None)?.pooled);
        Ok(Conditioning { context: words(t5, pieces, parts, FLUX_WORDS, cut, token)?, pooled })
    }

    fn qwen_text(&self, parts: &[PromptPart], cut: &mut Vec<ReadTo>, token: &CancelToken) -> Stoppable<Conditioning> {
        let Some((qwen, tokens)) = &self.qwen else {
            return Err(candle_core::Error::msg("Z-Image without its text encoder").into());
        };
        let chat = format!("<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n", plain(parts));
        let (ids, more) = tokens.ids(&chat, ZIMAGE_WORDS)?;
        // The marks around it take some of the room.
        let all = tokens.ids(&plain(parts), usize::MAX)?.0.len();
        tell_cut(all.saturating_sub(more), more, cut);
        let ids = Tensor::from_vec(ids.clone(), (1, ids.len()), &Device::Cpu)?.to_device(&self.device)?;
        Ok(Conditioning { context: qwen.forward(&ids, token)?.squeeze(0)?, pooled: None })
    }

    /// The chunks of a prompt through one encoder, side by side; and the first chunk's summary.
    fn states(&self, clip: &Clip, chunks: &[Chunk], clip_skip: u32) -> Stoppable<(Tensor, Option<Tensor>)> {
        let which = text_state(self.family, clip.config(), clip_skip);
        let mut parts = Vec::new();
        let mut summary = None;
        for chunk in chunks {
            let ids = Tensor::from_slice(&chunk.ids, (1, POSITIONS), &Device::Cpu)?;
            let output = clip.forward(&ids, None)?;
            let state = clip.state(&output, which)?;
            if chunk.weights.iter().any(|w| *w != 1.0) {
                let mut numbers = state.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
                emphasise(&mut numbers, &chunk.weights);
                let weighed = Tensor::from_vec(numbers, state.dims(), &Device::Cpu)?;
                parts.push(weighed.to_dtype(state.dtype())?.to_device(&self.device)?);
            } else {
                parts.push(state);
            }
            if summary.is_none() && self.family != Family::Sd {
                summary = output.projected;
            }
        }
        Ok((Tensor::cat(&parts, 1)?, summary))
    }
}

/// A prompt without its emphasis syntax, for encoders without weights.
fn plain(parts: &[PromptPart]) -> String {
    let text = |part: &PromptPart| match part {
        PromptPart::Text { text, .. } => text.clone(),
        PromptPart::Break => " ".to_owned(),
    };
    parts.iter().map(text).collect()
}

/// T5's states of exactly `length` tokens, `[1, length, width]`.
fn words(
    t5: &T5,
    tokens: &PieceTokens,
    parts: &[PromptPart],
    length: usize,
    cut: &mut Vec<ReadTo>,
    token: &CancelToken,
) -> Stoppable<Tensor> {
    let (ids, more) = tokens.filled(&plain(parts), length)?;
    tell_cut(length - 1, more, cut);
    t5.forward(&Tensor::from_vec(ids, (1, length), &Device::Cpu)?, token)
}

fn tell_cut(read: usize, more: usize, cut: &mut Vec<ReadTo>) {
    if more > 0 {
        cut.push(ReadTo { negative: false, read, all: read + more, words: false, rest: String::new() });
    }
}

fn chunked(tokens: &ClipTokens, parts: &[PromptPart], cut: &mut Vec<ReadTo>) -> Result<Vec<Chunk>> {
    let (chunks, left_out) = chunks(tokens, parts)?;
    cut.extend(left_out.map(|left| ReadTo {
        negative: false,
        read: left.read,
        all: left.all,
        words: false,
        rest: left.words.split_whitespace().next().unwrap_or_default().to_owned(),
    }));
    Ok(chunks)
}
