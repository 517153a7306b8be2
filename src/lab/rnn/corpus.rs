//! A text as numbers: its letters, batches to learn from, and an end that is kept back.

use std::collections::BTreeMap;

use candle_core::{Device, Result, Tensor, bail};

/// English prose and Tang poems, in the order of the control.
const TEXTS: [&str; 2] = [include_str!("english.txt"), include_str!("poems.txt")];

/// One in so many letters is kept back, from the end.
const KEPT_BACK: usize = 10;

/// A text whose letters are numbers.
pub struct Corpus {
    /// All letters that occur, sorted; a letter's number is its place.
    pub letters: Vec<char>,
    /// Where it comes from: title and author of each part.
    pub source: String,
    /// What is learned from; never empty.
    learned: Vec<u32>,
    /// The end that is kept back; never empty. A text that is too short keeps nothing back: this is all of it then.
    kept: Vec<u32>,
}

impl Corpus {
    /// One of the texts that are inside.
    pub fn of(text: usize) -> Result<Self> {
        Self::new(TEXTS.get(text).copied().unwrap_or_default())
    }

    /// Lines that start with `#` say where a text comes from; they are not learned.
    ///
    /// # Errors
    /// There is no letter.
    pub fn new(text: &str) -> Result<Self> {
        let source: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let text: Vec<char> = lines.flat_map(|line| line.chars().chain(['\n'])).collect();
        if text.is_empty() {
            bail!("the text has no letters");
        }
        let mut letters = text.clone();
        letters.sort_unstable();
        letters.dedup();
        let numbers: BTreeMap<char, u32> = letters.iter().copied().zip(0..).collect();
        let mut learned: Vec<u32> = text.iter().map(|letter| numbers[letter]).collect();
        let count = learned.len() / KEPT_BACK;
        let kept = if count > 1 { learned.split_off(learned.len() - count) } else { learned.clone() };
        Ok(Self { letters, source: source.join("; "), learned, kept })
    }

    /// The letters of a step, `[length, batch]`, and those that follow them, `[length * batch]` in the same order. Each
    /// place of the batch reads on where it stopped in the step before, and at the end starts again.
    pub fn batch(&self, step: usize, batch: usize, length: usize) -> Result<(Tensor, Tensor)> {
        let all = self.learned.len();
        let at = |t: usize, b: usize| self.learned[(b * all / batch + step * length + t) % all];
        let from = |later: usize| (0..length * batch).map(|i| at(i / batch + later, i % batch)).collect::<Vec<u32>>();
        let read = Tensor::from_vec(from(0), (length, batch), &Device::Cpu)?;
        Ok((read, Tensor::from_vec(from(1), length * batch, &Device::Cpu)?))
    }

    /// What was kept back, `[T, 1]`, and the letters that follow, `[T]`.
    pub fn unseen(&self) -> Result<(Tensor, Tensor)> {
        let count = self.kept.len().clamp(2, MEASURED + 1) - 1;
        let at = |later: usize| (0..count).map(|i| self.kept[(i + later) % self.kept.len()]).collect::<Vec<u32>>();
        let read = Tensor::from_vec(at(0), (count, 1), &Device::Cpu)?;
        Ok((read, Tensor::from_vec(at(1), count, &Device::Cpu)?))
    }

    /// The first letters that were kept back, at most `count`.
    pub fn passage(&self, count: usize) -> Vec<u32> {
        self.kept.iter().copied().take(count).collect()
    }

    /// The letter before a text: the end of a line.
    pub fn begin(&self) -> u32 {
        self.letters.binary_search(&'\n').unwrap_or(0) as u32
    }

    /// The entropy of the letters, in nats: the loss of a guess by frequency.
    pub fn entropy(&self) -> f64 {
        let mut counts = vec![0_u32; self.letters.len()];
        self.learned.iter().for_each(|i| counts[*i as usize] += 1);
        let shares = counts.iter().map(|count| f64::from(*count) / self.learned.len() as f64);
        shares.filter(|share| *share > 0.0).map(|share| -share * share.ln()).sum()
    }
}

/// Most letters of the end that are measured.
const MEASURED: usize = 256;
