//! Experiment four: Markov chains of intervals.
//!
//! As in the paper: melodies are made of intervals from the unison to the octave, drawn by weights that prefer consonant
//! intervals, or near ones, or both; of zeroth order (each interval for itself) and of first order (each depends on the one
//! before). Ours: the table of the first order, and that each interval goes up or down by the toss of a coin, unless the
//! voice would leave its range.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::Note;
use super::super::draw::by_weight;
use super::{BAR, FOUR};

/// Intervals from the unison to the octave, by their semitones.
pub const SIZES: usize = 13;
/// Ranks from the most consonant (13) to the tritone (1): the order in which the intervals come in the overtone series.
pub const CONSONANT: [f64; SIZES] = [13.0, 3.0, 5.0, 7.0, 9.0, 10.0, 1.0, 11.0, 8.0, 6.0, 4.0, 2.0, 12.0];
/// Ranks from the nearest (13) to the octave (1).
pub const NEAR: [f64; SIZES] = [13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0];
/// Intervals wider than this are leaps.
const THIRD: usize = 4;

/// The chance of each interval. `lean` from 0 (near) to 1 (consonant). `before` is the interval before, for the first order:
/// after a leap steps weigh four times as much and leaps a quarter, and after a repeated note another repetition a quarter.
pub fn chances(lean: f64, before: Option<usize>) -> [f64; SIZES] {
    let mut weights: [f64; SIZES] = std::array::from_fn(|i| lean * CONSONANT[i] + (1.0 - lean) * NEAR[i]);
    for (size, weight) in weights.iter_mut().enumerate() {
        *weight *= match (before, size) {
            (Some(5..), 1 | 2) => 4.0,
            (Some(5..), _) if size > THIRD => 0.25,
            (Some(0), 0) => 0.25,
            _ => 1.0,
        };
    }
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// Four voices, each a chain of its own.
pub struct Chains {
    first_order: bool,
    lean: f64,
    pub bars: usize,
    pub notes: Vec<Note>,
    /// The last pitch and interval of each voice.
    now: [(u8, Option<usize>); 4],
    /// How often each interval came after each other one, with the present weights.
    pub counts: [[u64; SIZES]; SIZES],
}

impl Chains {
    /// Each voice begins on C in the middle of its range.
    pub fn new(first_order: bool, lean: f64) -> Self {
        let now =
            FOUR.map(|(least, most)| ((least..=most).filter(|pitch| pitch % 12 == 0).nth(1).unwrap_or(least), None));
        Self { first_order, lean, bars: 0, notes: Vec::new(), now, counts: [[0; SIZES]; SIZES] }
    }

    /// Takes other weights. Counts begin again.
    pub fn set_lean(&mut self, lean: f64) {
        if self.lean != lean {
            self.lean = lean;
            self.counts = [[0; SIZES]; SIZES];
        }
    }

    /// Writes one more bar of each voice, a note on each beat.
    pub fn write_bar(&mut self, rng: &mut ChaCha8Rng) {
        for beat in 0..BAR {
            for voice in 0..4 {
                if self.notes.len() >= 4 {
                    self.go_on(voice, rng);
                }
                let start = (self.bars * BAR + beat) as f32;
                self.notes.push(Note { voice, start, length: 1.0, pitch: self.now[voice].0 });
            }
        }
        self.bars += 1;
    }

    fn go_on(&mut self, voice: usize, rng: &mut ChaCha8Rng) {
        let (pitch, before) = self.now[voice];
        let chances = chances(self.lean, before.filter(|_| self.first_order));
        let size = by_weight(&chances, 1.0, rng).unwrap_or(0);
        if let Some(before) = before {
            self.counts[before][size] += 1;
        }
        let (least, most) = FOUR[voice];
        let step = size as u8;
        // A range of two octaves has room for an octave at least one way.
        let up = pitch + step <= most && (rng.random() || pitch < least + step);
        self.now[voice] = (if up { pitch + step } else { pitch - step }, Some(size));
    }

    /// How far the intervals written are from the chances, from 0 (the same) to 1: the total variation distance, a mean
    /// over the intervals before.
    pub fn gap(&self) -> f64 {
        let total: u64 = self.counts.iter().flatten().sum();
        let part = |row: &[u64; SIZES], chances: [f64; SIZES]| {
            let sum = row.iter().sum::<u64>().max(1) as f64;
            let apart = row.iter().zip(chances).map(|(count, chance)| (*count as f64 / sum - chance).abs());
            apart.sum::<f64>() / 2.0 * sum
        };
        let all: f64 = if self.first_order {
            let rows = self.counts.iter().enumerate().filter(|(_, row)| row.iter().any(|count| *count > 0));
            rows.map(|(before, row)| part(row, chances(self.lean, Some(before)))).sum()
        } else {
            let row = std::array::from_fn(|size| self.counts.iter().map(|row| row[size]).sum());
            part(&row, chances(self.lean, None))
        };
        if total == 0 { 1.0 } else { all / total as f64 }
    }
}
