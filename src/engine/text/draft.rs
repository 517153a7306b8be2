//! Speculative decoding (Leviathan, Kalman and Matias 2023): a smaller model with the same vocabulary proposes the next
//! tokens one by one, and the model verifies them in one batch, which costs little more than one token.
//!
//! What is written stays the model's own: at each place its chooser draws from its own logits, with the random number
//! that this place would have had anyway. A proposal only decides whether the logits of the next place are there
//! already. So the chooser's state never has to be rolled back; and the caches need no rollback either: [`Session`]
//! knows how many tokens were read, and stale KV entries past that are overwritten.

use std::collections::VecDeque;

use super::session::Session;
use super::tokenizer::Tokenizer;
use crate::engine::{CancelToken, Stop};

/// The draft model for one answer.
pub struct Drafter<'a> {
    pub session: &'a mut Session,
    /// Of the model that is drafted for.
    pub tokenizer: &'a Tokenizer,
    /// Tokens below this id are known to both models.
    pub vocabulary: usize,
    /// Capacity of its cache, in tokens.
    pub room: usize,
    /// Tokens to propose at most at a time.
    pub max: usize,
    /// It stops where its likeliest token is less likely than this, 0 to 1.
    pub p_min: f32,
}

impl Drafter<'_> {
    /// What may come after `text`: up to `most` tokens, none where the draft is unsure or cannot read the text.
    fn propose(&mut self, text: &[u32], most: usize, token: &CancelToken) -> Result<Vec<u32>, Stop> {
        let known = |id: u32| (id as usize) < self.vocabulary;
        let most = most.min(self.max).min((self.room + 1).saturating_sub(text.len()));
        let mut guesses = Vec::new();
        if most == 0 || !text.iter().copied().all(known) {
            return Ok(guesses);
        }
        let read = self.session.rewind(text);
        let mut logits = self.session.read_on(&text[read..], token, |_| {})?;
        while let Some((guess, probability)) = likeliest(&logits) {
            // What comes behind an end is of no use to anybody.
            if probability < self.p_min || !known(guess) || self.tokenizer.is_end(guess) {
                break;
            }
            guesses.push(guess);
            if guesses.len() == most {
                break;
            }
            logits = self.session.read_on(&[guess], token, |_| {})?;
        }
        Ok(guesses)
    }
}

/// The likeliest token and its probability; `None` for NaN.
fn likeliest(logits: &[f32]) -> Option<(u32, f32)> {
    let (id, top) = (0_u32..).zip(logits).max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
    let probability = 1.0 / logits.iter().map(|x| (x - top).exp()).sum::<f32>();
    (!probability.is_nan()).then_some((id, probability))
}

/// Logits of places that the answer has not come to yet.
pub struct Ahead<'a> {
    drafter: Option<Drafter<'a>>,
    /// Guesses, each with the logits that come after it.
    places: VecDeque<(u32, Vec<f32>)>,
    /// Tokens that were proposed, and that were written too.
    pub drafted: usize,
    pub accepted: usize,
}

impl<'a> Ahead<'a> {
    pub fn new(drafter: Option<Drafter<'a>>) -> Self {
        Self { drafter, places: VecDeque::new(), drafted: 0, accepted: 0 }
    }

    /// The logits after `next`, which is now the answer's last token; `most` more may follow it, at least one.
    pub fn after(
        &mut self,
        next: u32,
        most: usize,
        session: &mut Session,
        token: &CancelToken,
    ) -> Result<Vec<f32>, Stop> {
        token.check()?;
        match self.places.pop_front() {
            Some((guess, logits)) if guess == next => {
                session.keep(guess);
                self.accepted += 1;
                return Ok(logits);
            }
            _ => self.places.clear(),
        }
        let guesses = match &mut self.drafter {
            // The last that may follow needs no guess.
            Some(drafter) if most > 1 => drafter.propose(&[session.tokens(), &[next]].concat(), most - 1, token)?,
            _ => Vec::new(),
        };
        self.drafted += guesses.len();
        let mut rows = session.look_ahead(next, &guesses)?.into_iter();
        let first = rows.next();
        self.places = guesses.into_iter().zip(rows).collect();
        Ok(first.unwrap_or_default())
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
