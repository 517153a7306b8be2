//! A model together with what it has read.

use super::models::LanguageModel;
use crate::domain::KvType;
use crate::engine::{CancelToken, Stop};

/// Tokens that are read between two looks at the cancel token. Fixed, so that the same prompt takes the same way
/// through the sums.
const CHUNK: usize = 128;

/// A model and the tokens that it has read. What lies in its cache behind them does not count, and is written over.
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

    /// Keeps of what was read what `prompt` begins with, but for its last token, whose logits are needed. Returns
    /// how many tokens that are.
    pub fn rewind(&mut self, prompt: &[u32]) -> usize {
        let same = self.read.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        self.read.truncate(same.min(prompt.len().saturating_sub(1)));
        self.read.len()
    }

    /// Reads on with `tokens` (at least one), and gives the logits after the last. `tell` hears how many tokens are
    /// read in all.
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

    /// Reads `next`, and looks at `guesses` behind it: gives the logits after each of them all. Only `next` counts as
    /// read; guesses that turn out right are [`keep`](Self::keep)t.
    pub fn look_ahead(&mut self, next: u32, guesses: &[u32]) -> candle_core::Result<Vec<Vec<f32>>> {
        let tokens = [&[next], guesses].concat();
        let rows = self.model.forward_last(&tokens, self.read.len(), tokens.len())?;
        if rows.len() != tokens.len() {
            candle_core::bail!("{} rows of logits came for {} tokens", rows.len(), tokens.len());
        }
        self.read.push(next);
        Ok(rows)
    }

    /// The next of the guesses that were looked at was right.
    pub fn keep(&mut self, guess: u32) {
        self.read.push(guess);
    }
}
