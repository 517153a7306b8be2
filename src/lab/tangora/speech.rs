//! The acoustic model: how phones are garbled on their way from the mouth to the ear.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::draw::by_weight;
use super::lexicon::Lexicon;

/// Of the wrong phones, the share that may be any phone. The others are like the spoken one.
const WILD: f64 = 0.15;
/// How often a phone is heard once more, or not at all, as a share of the noise.
const SLIPS: f64 = 0.1;

/// A phone on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    pub spoken: usize,
    /// None: it was lost.
    pub heard: Option<usize>,
    /// It sounds once more than it was spoken.
    pub again: bool,
}

/// Chances of what is heard. A word is a chain of states, one for each phone (a Bakis model): a state sounds, may sound
/// again, and all but the first may be skipped.
pub struct Channel {
    phones: usize,
    /// `[phones, phones]`: chance of each heard phone for each spoken one.
    chances: Vec<f64>,
    /// Their natural logarithms.
    log: Vec<f64>,
    /// Chance that a phone sounds once more, and that it is lost.
    slip: f64,
}

impl Channel {
    /// `noise`: the chance from 0 to 1 that a phone is heard as another one.
    pub fn new(lexicon: &Lexicon, alike: &[&str], noise: f64) -> Self {
        let phones = lexicon.phones.len();
        let mut chances = Vec::with_capacity(phones * phones);
        for (spoken, name) in lexicon.phones.iter().enumerate() {
            let groups: Vec<Vec<&str>> = alike.iter().map(|group| group.split(' ').collect()).collect();
            let near = |other: usize| {
                let found = |group: &&Vec<&str>| group.contains(name) && group.contains(&lexicon.phones[other]);
                other != spoken && groups.iter().any(|group| found(&group))
            };
            let like = (0..phones).filter(|other| near(*other)).count();
            let wild = if like == 0 { 1.0 } else { WILD };
            chances.extend((0..phones).map(|heard| {
                if heard == spoken {
                    return 1.0 - noise;
                }
                let close = if near(heard) { (1.0 - wild) / like as f64 } else { 0.0 };
                noise * (close + wild / (phones - 1) as f64)
            }));
        }
        let log = chances.iter().map(|chance: &f64| chance.ln()).collect();
        Self { phones, chances, log, slip: noise * SLIPS }
    }

    /// Garbles the phones of words.
    pub fn garble(&self, lexicon: &Lexicon, words: &[usize], rng: &mut ChaCha8Rng) -> Vec<Sound> {
        let mut sounds = Vec::new();
        for word in words {
            for (at, spoken) in lexicon.sounds[*word].iter().copied().enumerate() {
                if at > 0 && rng.random::<f64>() < self.slip {
                    sounds.push(Sound { spoken, heard: None, again: false });
                    continue;
                }
                sounds.push(Sound { spoken, heard: Some(self.draw(spoken, rng)), again: false });
                while rng.random::<f64>() < self.slip {
                    sounds.push(Sound { spoken, heard: Some(self.draw(spoken, rng)), again: true });
                }
            }
        }
        sounds
    }

    fn draw(&self, spoken: usize, rng: &mut ChaCha8Rng) -> usize {
        let row = &self.chances[spoken * self.phones..][..self.phones];
        by_weight(row, 1.0, rng).unwrap_or(spoken)
    }

    /// The log-probability that a state sounds as `heard`.
    pub fn sounds(&self, spoken: usize, heard: usize) -> f64 {
        self.log[spoken * self.phones + heard]
    }

    /// The log-probability that a state sounds again.
    pub fn again(&self) -> f64 {
        self.slip.ln()
    }

    /// The log-probability of going on, from a state that has sounded, to the one `steps` further, which sounds.
    pub fn forward(&self, steps: usize) -> f64 {
        2.0 * (1.0 - self.slip).ln() + (steps - 1) as f64 * self.slip.ln()
    }

    /// The log-probability of leaving the word from a state that has sounded, with `left` states after it.
    pub fn leave(&self, left: usize) -> f64 {
        (1.0 - self.slip).ln() + left as f64 * self.slip.ln()
    }
}
