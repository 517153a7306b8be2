//! Random notes are tried one by one, and rules reject them.
//!
//! As in the paper: one note at a time is drawn at random and kept when no rule rejects it. When [`TRIES`] draws in a row
//! were rejected, everything is erased and the piece starts over. The paper calls it the "try-again" routine.
//! Ours: going back. Each note of the range is tried once at a place, in random order. When none is left, the note before
//! is taken back, and the next one is tried in its place.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::rules::{RULES, Rule};

/// Draws at one place before the piece starts over, as on ILLIAC.
pub const TRIES: u32 = 50;
/// Notes taken back before the piece starts over. An early note may be what makes the end impossible, and to go back to it
/// in order would take too long. Ours.
pub const BACK: u64 = 400;

/// What happens when no note fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    StartOver,
    GoBack,
}

/// A piece as it is written, note by note.
pub struct Search {
    stuck: Stuck,
    /// How many notes the piece has.
    len: usize,
    /// The notes so far, in the order of writing.
    pub written: Vec<u8>,
    /// Candidates that are left at each place up to the present one; only for going back.
    untried: Vec<Vec<u8>>,
    /// Draws at the present place, and notes taken back since the last start.
    draws: u32,
    taken_back: u64,
    pub rejected: [u64; RULES.len()],
    pub tries: u64,
    pub starts_over: u64,
    pub goes_back: u64,
}

impl Search {
    pub fn new(stuck: Stuck, len: usize) -> Self {
        Self {
            stuck,
            len,
            written: Vec::new(),
            untried: Vec::new(),
            draws: 0,
            taken_back: 0,
            rejected: [0; RULES.len()],
            tries: 0,
            starts_over: 0,
            goes_back: 0,
        }
    }

    pub fn done(&self) -> bool {
        self.written.len() == self.len
    }

    /// Tries one note of `candidates`, or starts over, or goes back. `broken` says which rule a note would break after those
    /// that are written.
    pub fn try_one(&mut self, candidates: &[u8], broken: impl Fn(&[u8], u8) -> Option<Rule>, rng: &mut ChaCha8Rng) {
        if self.done() || candidates.is_empty() {
            return;
        }
        let Some(note) = self.candidate(candidates, rng) else { return };
        self.tries += 1;
        match broken(&self.written, note) {
            Some(rule) => self.rejected[rule as usize] += 1,
            None => {
                self.written.push(note);
                self.draws = 0;
            }
        }
    }

    /// The next note to try; none when the time went into starting over or going back.
    fn candidate(&mut self, candidates: &[u8], rng: &mut ChaCha8Rng) -> Option<u8> {
        if self.stuck == Stuck::StartOver {
            if self.draws == TRIES {
                self.start_over();
                return None;
            }
            self.draws += 1;
            return Some(candidates[rng.random_range(0..candidates.len())]);
        }
        if self.untried.len() == self.written.len() {
            let mut all = candidates.to_vec();
            all.shuffle(rng);
            self.untried.push(all);
        }
        let next = self.untried.last_mut().and_then(Vec::pop);
        if next.is_none() {
            self.untried.pop();
            self.taken_back += 1;
            if self.written.pop().is_none() || self.taken_back > BACK {
                self.start_over();
            } else {
                self.goes_back += 1;
            }
        }
        next
    }

    fn start_over(&mut self) {
        self.written.clear();
        self.untried.clear();
        (self.draws, self.taken_back) = (0, 0);
        self.starts_over += 1;
    }
}
