//! A model with its KV cache.

use super::models::LanguageModel;
use crate::domain::KvType;
use crate::engine::{CancelToken, Stop};

/// Prefill chunk in tokens, between two cancel checks. Fixed, so that the same prompt gives the same sums.
const CHUNK: usize = 128;

/// A model and the tokens that it has read. Stale KV entries past their number are overwritten.
pub struct Session {
    model: Box<dyn LanguageModel>,
    read: Vec<u32>,
}

impl Session {
    pub fn new(model: Box<dyn LanguageModel>) -> Self {
        Self { model, read: Vec::new() }
    }

    /// The tokens that were read.
    pub fn tokens(&self) -> &[u32] {
        &self.read
    }

    /// Makes room for `tokens` tokens and forgets what was read.
    pub fn set_context(&mut self, tokens: usize, kv: KvType) -> candle_core::Result<()> {
        self.read.clear();
        self.model.set_context(tokens, kv)
    }

    /// Keeps the common prefix of the cache and `prompt`, without the prompt's last token, whose logits are needed.
    /// Returns its length in tokens.
    pub fn rewind(&mut self, prompt: &[u32]) -> usize {
        let same = self.read.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        self.read.truncate(same.min(prompt.len().saturating_sub(1)));
        self.read.len()
    }

    /// Reads `tokens` (at least one), and returns the logits after the last. `tell` gets the number of tokens in the
    /// cache.
    pub fn read_on(&mut self, tokens: &[u32], token: &CancelToken, tell: impl Fn(usize)) -> Result<Vec<f32>, Stop> {
        let mut rest = tokens;
        tell(self.read.len());
        while let Some((chunk, more)) = rest.split_at_checked(CHUNK)
            && !more.is_empty()
        {
            token.check()?;
            self.model.prefill(chunk, self.read.len())?;
            self.read.extend_from_slice(chunk);
            rest = more;
            tell(self.read.len());
        }
        token.check()?;
        let logits = self.model.forward(rest, self.read.len())?;
        self.read.extend_from_slice(rest);
        tell(self.read.len());
        Ok(logits)
    }

    /// Reads `next` and the proposed `guesses` after it; returns the logits after each. Only `next` counts as read;
    /// accepted guesses are [`keep`](Self::keep)t.
    pub fn look_ahead(&mut self, next: u32, guesses: &[u32]) -> candle_core::Result<Vec<Vec<f32>>> {
        let tokens = [&[next], guesses].concat();
        let rows = self.model.forward_last(&tokens, self.read.len(), tokens.len())?;
        if rows.len() != tokens.len() {
            candle_core::bail!("{} rows of logits came for {} tokens", rows.len(), tokens.len());
        }
        self.read.push(next);
        Ok(rows)
    }

    /// Accepts the next guess.
    pub fn keep(&mut self, guess: u32) {
        self.read.push(guess);
    }
}
