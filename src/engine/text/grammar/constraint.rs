//! Which tokens may come next. As in llama.cpp a token is drawn first; only when the grammar refuses it are all of the
//! vocabulary tried.

use super::machine::{Cursor, Machine, TooMany};
use super::{Bad, compile};
use crate::domain::Grammar;
use crate::error::{Cause, Result, StudioError};
use crate::lang::Both;

/// A grammar and the state of an answer in it.
pub struct Constraint {
    machine: Machine,
    cursor: Cursor,
    /// Ids of tokens in the order of their bytes; made when first needed.
    order: Option<Vec<u32>>,
}

impl Constraint {
    /// Compiles a grammar or a schema.
    ///
    /// # Errors
    /// [`Cause::BadGrammar`](crate::error::Cause::BadGrammar).
    pub fn new(grammar: &Grammar) -> Result<Self> {
        let (machine, cursor) = Machine::new(compile(grammar)?).map_err(too_many)?;
        Ok(Self { machine, cursor, order: None })
    }

    /// Accepts the beginning of an answer that is continued; false, and nothing changed, where it does not match the
    /// grammar.
    pub fn begin(&mut self, text: &str) -> Result<bool> {
        let cursor = self.read(text.as_bytes())?;
        if cursor.is_dead() {
            return Ok(false);
        }
        self.cursor = self.machine.rest(cursor);
        Ok(true)
    }

    /// Whether the answer may continue with `bytes`. A token without text makes no progress, and is refused.
    pub fn allows(&mut self, bytes: &[u8]) -> Result<bool> {
        if bytes.is_empty() {
            return Ok(false);
        }
        Ok(!self.read(bytes)?.is_dead())
    }

    /// Whether the answer may end here.
    pub fn may_end(&self) -> bool {
        self.machine.may_end(self.cursor)
    }

    /// Whether nothing can come any more.
    pub fn must_end(&self) -> bool {
        self.machine.must_end(self.cursor)
    }

    /// Accepts `bytes` as part of the answer.
    pub fn accept(&mut self, bytes: &[u8]) -> Result<()> {
        let cursor = self.read(bytes)?;
        self.cursor = self.machine.rest(cursor);
        Ok(())
    }

    /// Sets the logits of all tokens to minus infinity that may not come; `is_end` says which tokens end the answer.
    /// `words` are the tokens' bytes in the order of their ids. Returns how many may come.
    pub fn mask(&mut self, logits: &mut [f32], words: &[Vec<u8>], is_end: impl Fn(u32) -> bool) -> Result<usize> {
        let may_end = self.may_end();
        let word = |id: u32| words.get(id as usize).map_or(&[][..], Vec::as_slice);
        let mut order = self.order.take().unwrap_or_else(|| {
            let mut order: Vec<u32> = (0..words.len() as u32).collect();
            order.sort_by(|&a, &b| word(a).cmp(word(b)));
            order
        });
        let mut allowed = vec![false; logits.len()];
        // The cursors after each byte of the last word, up to where it died: neighbours begin alike.
        let mut way = vec![self.cursor];
        let mut last: &[u8] = &[];
        for &id in &order {
            let word = word(id);
            let same = last.iter().zip(word).take_while(|(a, b)| a == b).count();
            way.truncate(same + 1);
            while let Some(&cursor) = way.last()
                && !cursor.is_dead()
                && let Some(&byte) = word.get(way.len() - 1)
            {
                way.push(self.machine.byte(cursor, byte).map_err(too_many)?);
            }
            last = word;
            if let Some(slot) = allowed.get_mut(id as usize) {
                let whole = way.len() == word.len() + 1 && way.last().is_some_and(|c| !c.is_dead());
                *slot = if is_end(id) { may_end } else { whole && !word.is_empty() };
            }
        }
        self.order = Some(std::mem::take(&mut order));
        for (logit, _) in logits.iter_mut().zip(&allowed).filter(|(_, allowed)| !**allowed) {
            *logit = f32::NEG_INFINITY;
        }
        Ok(allowed.into_iter().filter(|&a| a).count())
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Cursor> {
        let mut cursor = self.cursor;
        for &byte in bytes {
            if cursor.is_dead() {
                break;
            }
            cursor = self.machine.byte(cursor, byte).map_err(too_many)?;
        }
        Ok(cursor)
    }
}

fn too_many(TooMany: TooMany) -> StudioError {
    Cause::from(Bad::new(0, Both::new("it is too ambiguous: an answer has too many parses", "按它读取回答的方式过多")))
        .into()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
