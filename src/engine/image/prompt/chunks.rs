//! Prompts of any length for encoders of 77 positions, as A1111 cuts them: chunks of 75 tokens between two ends, cut
//! at a comma where one is near; and emphasis on what the encoder gives.

use super::attention::PromptPart;
use super::clip_tokens::ClipTokens;
use crate::error::Result;

/// Positions of CLIP's text encoders.
pub const POSITIONS: usize = 77;
/// Of these, for the prompt's own tokens.
pub const ROOM: usize = POSITIONS - 2;
/// How far back a comma is looked for, in tokens (A1111's default).
const COMMA_REACH: usize = 20;
/// Most chunks of a prompt: each costs a run of the encoder, and every step grows with them.
const MAX_CHUNKS: usize = 64;

/// One run of the encoder: [`POSITIONS`] tokens and the weight of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    pub ids: Vec<u32>,
    pub weights: Vec<f32>,
}

/// What found no place after [`MAX_CHUNKS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Tokens that found one.
    pub read: usize,
    pub all: usize,
    /// The words, from the first that is not whole in the last chunk.
    pub words: String,
}

/// The chunks of a prompt, at least one, and what found no place.
pub fn chunks(tokens: &ClipTokens, parts: &[PromptPart]) -> Result<(Vec<Chunk>, Option<LeftOut>)> {
    let mut cutter = Cutter { tokens, chunks: Vec::new(), ids: Vec::new(), weights: Vec::new(), comma: None };
    for (at, part) in parts.iter().enumerate() {
        match part {
            PromptPart::Break => cutter.next(),
            PromptPart::Text { text, weight } => {
                for id in tokens.ids(text)? {
                    cutter.push(id, *weight);
                }
            }
        }
        if cutter.chunks.len() > MAX_CHUNKS {
            return left_out(cutter, parts, at + 1);
        }
    }
    if !cutter.ids.is_empty() || cutter.chunks.is_empty() {
        cutter.next();
    }
    if cutter.chunks.len() > MAX_CHUNKS {
        return left_out(cutter, parts, parts.len());
    }
    Ok((cutter.chunks, None))
}

/// A prompt's own tokens in a chunk.
fn inner(tokens: &ClipTokens, chunk: &Chunk) -> usize {
    chunk.ids[1..].iter().position(|id| *id == tokens.end).unwrap_or(ROOM)
}

/// The chunks that count, and what is behind them: other chunks, tokens that are in none yet, the parts from `rest` on.
fn left_out(mut cutter: Cutter<'_>, parts: &[PromptPart], rest: usize) -> Result<(Vec<Chunk>, Option<LeftOut>)> {
    let tokens = cutter.tokens;
    let behind: usize = cutter.chunks.drain(MAX_CHUNKS..).map(|chunk| inner(tokens, &chunk)).sum();
    let mut text = String::new();
    for part in &parts[rest..] {
        if let PromptPart::Text { text: more, .. } = part {
            text.push_str(more);
            text.push(' ');
        }
    }
    let read: usize = cutter.chunks.iter().map(|c| inner(tokens, c)).sum();
    let all = read + behind + cutter.ids.len() + tokens.ids(&text)?.len();
    // Words are tokens of their own: those that were read are counted off from the beginning.
    let (mut left, mut words) = (read, Vec::new());
    for part in parts {
        let PromptPart::Text { text, .. } = part else { continue };
        for word in text.split_whitespace() {
            if !words.is_empty() {
                words.push(word);
                continue;
            }
            let taken = tokens.ids(word)?.len();
            if taken > left {
                words.push(word);
            }
            left = left.saturating_sub(taken);
        }
    }
    Ok((cutter.chunks, Some(LeftOut { read, all, words: words.join(" ") })))
}

/// Brings prompts to the same number of chunks with empty ones.
pub fn level(tokens: &ClipTokens, prompts: [&mut Vec<Chunk>; 2]) {
    let most = prompts.iter().map(|chunks| chunks.len()).max().unwrap_or(0);
    for chunks in prompts {
        chunks.resize_with(most, || finished(tokens, &[], &[]));
    }
}

struct Cutter<'a> {
    tokens: &'a ClipTokens,
    chunks: Vec<Chunk>,
    ids: Vec<u32>,
    weights: Vec<f32>,
    /// Place of the last comma in `ids`.
    comma: Option<usize>,
}

impl Cutter<'_> {
    fn push(&mut self, id: u32, weight: f32) {
        if Some(id) == self.tokens.comma {
            self.comma = Some(self.ids.len());
        } else if let Some(comma) = self.comma
            && self.ids.len() == ROOM
            && ROOM - comma <= COMMA_REACH
        {
            // What follows the comma moves on with its words whole.
            let (ids, weights) = (self.ids.split_off(comma + 1), self.weights.split_off(comma + 1));
            self.next();
            (self.ids, self.weights) = (ids, weights);
        }
        if self.ids.len() == ROOM {
            self.next();
        }
        self.ids.push(id);
        self.weights.push(weight);
    }

    fn next(&mut self) {
        self.chunks.push(finished(self.tokens, &self.ids, &self.weights));
        self.ids.clear();
        self.weights.clear();
        self.comma = None;
    }
}

/// Ends and padding about up to [`ROOM`] tokens.
fn finished(tokens: &ClipTokens, ids: &[u32], weights: &[f32]) -> Chunk {
    let mut chunk = Chunk { ids: vec![tokens.pad; POSITIONS], weights: vec![1.0; POSITIONS] };
    let n = ids.len();
    chunk.ids[0] = tokens.start;
    chunk.ids[1..=n].copy_from_slice(ids);
    chunk.ids[n + 1] = tokens.end;
    chunk.weights[1..=n].copy_from_slice(weights);
    chunk
}

/// Multiplies each position's state by its weight and brings the mean of all back to what it was (A1111's "original"
/// emphasis). `states` is `[positions, width]`, `weights` has a number for each position.
pub fn emphasise(states: &mut [f32], weights: &[f32]) {
    if weights.iter().all(|w| *w == 1.0) || states.is_empty() {
        return;
    }
    let mean = |states: &[f32]| states.iter().map(|x| f64::from(*x)).sum::<f64>() / states.len() as f64;
    let before = mean(states);
    let width = states.len() / weights.len();
    for (row, weight) in states.chunks_exact_mut(width).zip(weights) {
        row.iter_mut().for_each(|x| *x *= weight);
    }
    let by = (before / mean(states)) as f32;
    if by.is_finite() {
        states.iter_mut().for_each(|x| *x *= by);
    }
}

/// How full the last chunk is: `(tokens in it, chunks)`, to show as 37/75.
pub fn fill(tokens: &ClipTokens, parts: &[PromptPart]) -> Result<(usize, usize)> {
    let (chunks, _) = chunks(tokens, parts)?;
    Ok((chunks.last().map_or(0, |chunk| inner(tokens, chunk)), chunks.len()))
}
