//! The next token: the sampler draws one, the grammar may refuse it.

use super::grammar::Constraint;
use super::sampler::{Breakers, NotANumber, Resolved, Sampler};
use super::tokenizer::{Specials, Tokenizer};
use crate::domain::{BiasToken, LOGIT_BIAS, SamplerLink, TextParams};
use crate::error::{Cause, Result};
use crate::lang::Both;

/// Sampler and grammar of one answer.
pub struct Chooser<'a> {
    tokenizer: &'a Tokenizer,
    sampler: Sampler,
    constraint: Option<Constraint>,
    /// A grammar will hold from a later place on: until then the answer cannot end.
    waits: bool,
    /// The bytes of all tokens, by id; read when the grammar first refuses one.
    pieces: Vec<Vec<u8>>,
}

impl<'a> Chooser<'a> {
    /// Refuses a bias on a token that the vocabulary does not have.
    pub fn new(
        tokenizer: &'a Tokenizer,
        params: &TextParams,
        constraint: Option<Constraint>,
        seed: u64,
    ) -> Result<Self> {
        let sampler = Sampler::new(params, resolve(tokenizer, params)?, seed);
        Ok(Self { tokenizer, sampler, constraint, waits: false, pieces: Vec::new() })
    }

    /// No token ends the answer until it is held to a grammar.
    pub fn wait(&mut self) {
        self.waits = true;
    }

    /// Holds the answer to a grammar from here on.
    pub fn constrain(&mut self, constraint: Option<Constraint>) {
        (self.constraint, self.waits) = (constraint, false);
    }

    /// A token of the prompt: penalties look back on it, the grammar does not.
    pub fn remember(&mut self, token: u32) {
        self.sampler.accept(token);
    }

    /// The next token by the logits of the answer's `step`; `None` is its end.
    pub fn next(&mut self, mut logits: Vec<f32>, step: usize) -> Result<Option<u32>> {
        let no_number = |NotANumber| Cause::BadLogits { step };
        let mut token = self.sampler.sample(&logits).map_err(no_number)?;
        if self.waits && self.tokenizer.is_end(token) {
            let ends = (0..).zip(&mut logits).filter(|(id, _)| self.tokenizer.is_end(*id));
            ends.for_each(|(_, logit)| *logit = f32::NEG_INFINITY);
            token = self.sampler.sample(&logits).map_err(no_number)?;
        }
        let piece = self.piece(token);
        if let Some(constraint) = &mut self.constraint {
            let is_end = |id| self.tokenizer.is_end(id);
            let fits = if is_end(token) { constraint.may_end() } else { constraint.allows(&piece)? };
            if !fits {
                if self.pieces.is_empty() {
                    self.pieces = all(self.tokenizer, Tokenizer::piece);
                }
                if constraint.mask(&mut logits, &self.pieces, is_end)? == 0 {
                    let reason = Both::new(
                        "no token of this model can continue the answer",
                        "这个模型没有词元能接上它要求的下文",
                    );
                    return if constraint.may_end() {
                        Ok(None)
                    } else {
                        Err(Cause::BadGrammar { line: 0, reason }.into())
                    };
                }
                token = self.sampler.sample(&logits).map_err(no_number)?;
            }
        }
        Ok((!self.tokenizer.is_end(token)).then_some(token))
    }

    /// Accepts this token as part of the answer.
    pub fn accept(&mut self, token: u32) -> Result<()> {
        self.sampler.accept(token);
        let piece = self.piece(token);
        self.constraint.as_mut().map_or(Ok(()), |constraint| constraint.accept(&piece))
    }

    /// Whether the grammar has nothing more to come.
    pub fn must_end(&self) -> bool {
        self.constraint.as_ref().is_some_and(Constraint::must_end)
    }

    fn piece(&self, token: u32) -> Vec<u8> {
        let mut piece = Vec::new();
        self.tokenizer.piece(token, &mut piece);
        piece
    }
}

/// The settings that need the vocabulary. Refuses a bias on a token that it does not have.
pub fn resolve(tokenizer: &Tokenizer, params: &TextParams) -> Result<Resolved> {
    Ok(Resolved { bias: biases(tokenizer, params)?, breakers: breakers(tokenizer, params) })
}

/// The bytes of every token, by id.
pub fn all(tokenizer: &Tokenizer, bytes: fn(&Tokenizer, u32, &mut Vec<u8>)) -> Vec<Vec<u8>> {
    let one = |id| {
        let mut word = Vec::new();
        bytes(tokenizer, id, &mut word);
        word
    };
    (0..tokenizer.len() as u32).map(one).collect()
}

/// Tokens and biases: each token of a text gets the text's bias; tokens that end an answer are ruled out where none
/// is to.
fn biases(tokenizer: &Tokenizer, params: &TextParams) -> Result<Vec<(u32, f32)>> {
    let mut all = Vec::new();
    if params.ignore_eos {
        let ends = (0..tokenizer.len() as u32).filter(|&id| tokenizer.is_end(id));
        all.extend(ends.map(|id| (id, LOGIT_BIAS.min as f32)));
    }
    for bias in &params.logit_bias {
        match &bias.token {
            BiasToken::Id(id) if (*id as usize) < tokenizer.len() => all.push((*id, bias.bias)),
            BiasToken::Id(id) => {
                let max = tokenizer.len().saturating_sub(1) as f64;
                return Err(Cause::OutOfRange { name: LOGIT_BIAS.name, value: f64::from(*id), min: 0.0, max }.into());
            }
            BiasToken::Text(text) => {
                all.extend(tokenizer.encode(text, Specials::Parse).into_iter().map(|id| (id, bias.bias)));
            }
        }
    }
    Ok(all)
}

/// DRY's breakers; looked for in the vocabulary only where DRY runs.
fn breakers(tokenizer: &Tokenizer, params: &TextParams) -> Breakers {
    let on = params.dry_multiplier > 0.0 && params.dry_penalty_last_n > 0 && params.mirostat == 0;
    if !on || !params.order.contains(&SamplerLink::Dry) {
        return Breakers::default();
    }
    let words = all(tokenizer, Tokenizer::word);
    Breakers::new(&params.dry_sequence_breakers, &words, |text| tokenizer.encode(text, Specials::Plain))
}

#[cfg(test)]
#[path = "chooser_tests.rs"]
mod tests;
