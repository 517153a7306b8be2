//! The texts that the model learns from, letter by letter, and what is held back of them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::Words;

/// A text inside the program.
pub struct Text {
    text: &'static str,
    /// Where a sample starts.
    pub prompt: &'static str,
    /// Whose attention is shown: at most 16 letters, the shortest context.
    pub sentence: &'static str,
}

/// In the order of [`NAMES`]. Weather reports and recipes are ours; the poems are of the Tang dynasty.
pub const TEXTS: [Text; 3] = [
    Text { text: include_str!("texts/weather.txt"), prompt: "Tomorrow the ", sentence: "the wind and the" },
    Text { text: include_str!("texts/recipes.txt"), prompt: "Take ", sentence: "an onion & an on" },
    Text { text: include_str!("texts/poems.txt"), prompt: "春", sentence: "白日依山尽，黄河入海流。" },
];

/// What a control calls the [`TEXTS`].
pub const NAMES: [Words; 3] =
    [("weather reports", "天气预报（英文）"), ("recipes", "菜谱（英文）"), ("Tang poems", "唐诗")];

/// Every tenth line is held back.
const HELD: usize = 10;

/// The letters of some texts, in the order of their codes. A letter's place is its token.
pub struct Letters(Vec<char>);

impl Letters {
    pub fn of(texts: &[&Text]) -> Self {
        let all: std::collections::BTreeSet<char> =
            texts.iter().flat_map(|it| it.text.chars().chain(it.prompt.chars()).chain(it.sentence.chars())).collect();
        Self(all.into_iter().collect())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The tokens of a text; letters that are not known are left out.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        text.chars().filter_map(|letter| self.0.binary_search(&letter).ok()).map(|at| at as u32).collect()
    }

    pub fn decode(&self, tokens: &[u32]) -> String {
        tokens.iter().filter_map(|token| self.0.get(*token as usize)).collect()
    }
}

/// A text as tokens.
pub struct Corpus {
    /// What is learned from.
    pub learned: Vec<u32>,
    /// What is only tested with.
    pub held: Vec<u32>,
}

/// Pieces of a text, and the letter after each letter of them.
pub struct Batch {
    pub ids: Vec<u32>,
    pub next: Vec<u32>,
    pub rows: usize,
}

impl Corpus {
    pub fn new(text: &Text, letters: &Letters) -> Self {
        let mut corpus = Self { learned: Vec::new(), held: Vec::new() };
        for (i, line) in text.text.split_inclusive('\n').enumerate() {
            let part = if i % HELD == HELD - 1 { &mut corpus.held } else { &mut corpus.learned };
            part.extend(letters.encode(line));
        }
        corpus
    }

    /// `rows` pieces of `len` letters from anywhere in the learned part.
    pub fn batch(&self, rows: usize, len: usize, rng: &mut ChaCha8Rng) -> Batch {
        let last = self.learned.len().saturating_sub(len + 1);
        let starts: Vec<usize> = (0..rows).map(|_| rng.random_range(0..=last)).collect();
        Batch::of(&self.learned, &starts, len)
    }

    /// The held-back part as pieces of `len` letters, one after another, at most `rows` of them.
    pub fn test(&self, rows: usize, len: usize) -> Batch {
        let len = len.min(self.held.len().saturating_sub(1));
        let starts: Vec<usize> = (0..self.held.len().saturating_sub(len)).step_by(len.max(1)).take(rows).collect();
        Batch::of(&self.held, &starts, len)
    }
}

impl Batch {
    fn of(tokens: &[u32], starts: &[usize], len: usize) -> Self {
        let pieces = |shift: usize| {
            starts.iter().flat_map(|start| &tokens[start + shift..start + shift + len]).copied().collect()
        };
        Self { ids: pieces(0), next: pieces(1), rows: starts.len() }
    }
}
