//! Experiment three: chromatic music, with rows.
//!
//! The paper made random chromatic music, with rhythm, dynamics and ways of playing chosen by chance too, and at its end
//! tone rows and interval rows. Ours: the row is found by trial like the counterpoint, its four forms (as it is, upside
//! down, backwards, both) go through four voices, and rhythm is a number from 1 to 15 whose four bits say on which beats of
//! a bar a note begins. Dynamics and ways of playing are left out.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::Note;
use super::rules::{On, Rule};
use super::search::Search;
use super::{BAR, FOUR};

/// Notes of a row.
pub const ROW: usize = 12;

/// Which rule the note `next` (from 0 to 11) breaks after the beginning of a row.
pub fn broken(on: &On, row: &[u8], next: u8) -> Option<Rule> {
    if on.has(Rule::Twelve) && row.contains(&next) {
        return Some(Rule::Twelve);
    }
    let step = |a: u8, b: u8| (12 + b - a) % 12;
    let new = row.last().map(|last| step(*last, next));
    let again = row.windows(2).any(|pair| Some(step(pair[0], pair[1])) == new);
    (on.has(Rule::Intervals) && again).then_some(Rule::Intervals)
}

/// A form of a row, transposed by some semitones: 0 as it is, 1 upside down, 2 backwards, 3 both.
pub fn form(row: &[u8], form: usize, by: u8) -> Vec<u8> {
    let turned = |note: &u8| if form % 2 == 1 { 24 + 2 * row[0] - note } else { *note };
    let mut notes: Vec<u8> = row.iter().map(|note| (turned(note) + by) % 12).collect();
    if form >= 2 {
        notes.reverse();
    }
    notes
}

/// Four voices that share a row.
pub struct Rows {
    pub search: Search,
    rhythm: bool,
    pub bars: usize,
    pub notes: Vec<Note>,
    lines: [Line; 4],
}

#[derive(Default)]
struct Line {
    /// What is left of the form of the row, the next note last.
    left: Vec<u8>,
    /// Forms so far.
    forms: usize,
    /// The place of the last note among the notes.
    last: Option<usize>,
}

impl Rows {
    pub fn new(search: Search, rhythm: bool) -> Self {
        Self { search, rhythm, bars: 0, notes: Vec::new(), lines: Default::default() }
    }

    /// Writes one more bar of each voice; the row must be found.
    pub fn write_bar(&mut self, rng: &mut ChaCha8Rng) {
        for voice in 0..4 {
            let beats = if self.rhythm { rng.random_range(1..16_u8) } else { 15 };
            for beat in 0..BAR {
                if beats >> beat & 1 == 1 {
                    self.write(voice, (self.bars * BAR + beat) as f32, rng);
                } else if let Some(last) = self.lines[voice].last {
                    self.notes[last].length += 1.0;
                }
            }
        }
        self.bars += 1;
    }

    fn write(&mut self, voice: usize, start: f32, rng: &mut ChaCha8Rng) {
        let line = &mut self.lines[voice];
        if line.left.is_empty() {
            // The first voice begins with the row itself.
            let by = if (voice, line.forms) == (0, 0) { 0 } else { rng.random_range(0..12) };
            line.left = form(&self.search.written, (voice + line.forms) % 4, by);
            line.left.reverse();
            line.forms += 1;
        }
        let class = line.left.pop().unwrap_or(0);
        let (least, most) = FOUR[voice];
        let near = line.last.map_or((least + most) / 2, |last| self.notes[last].pitch);
        // The octave that is nearest to the note before.
        let fits = (least..=most).filter(|pitch| pitch % 12 == class);
        let pitch = fits.min_by_key(|pitch| pitch.abs_diff(near)).unwrap_or(near);
        line.last = Some(self.notes.len());
        self.notes.push(Note { voice, start, length: 1.0, pitch });
    }
}
