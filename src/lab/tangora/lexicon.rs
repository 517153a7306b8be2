//! The vocabulary: words, and the phones that each one is made of.

use std::collections::{BTreeMap, BTreeSet};

/// A language of the exhibit: its vocabulary and its texts.
pub struct Tongue {
    /// A word a line, followed by its phones.
    pub words: &'static str,
    /// What the language model learns from. Sentences end with a full stop.
    pub text: &'static str,
    /// What is dictated. None of these sentences is in `text`.
    pub spoken: &'static str,
    /// Groups of phones that are easily taken for each other. A phone may be in several groups.
    pub alike: &'static [&'static str],
    /// Whether words are written without spaces: each character is a word then.
    pub joined: bool,
}

/// The words and phones of a [`Tongue`], numbered from 0 in the order of their names.
pub struct Lexicon {
    pub words: Vec<&'static str>,
    pub phones: Vec<&'static str>,
    /// The phones of each word; at least one.
    pub sounds: Vec<Vec<usize>>,
    joined: bool,
}

impl Lexicon {
    pub fn new(tongue: &Tongue) -> Self {
        let mut entries: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
        for line in tongue.words.lines() {
            let mut parts = line.split_whitespace();
            let Some(word) = parts.next() else { continue };
            let phones: Vec<_> = parts.collect();
            if !phones.is_empty() {
                entries.insert(word, phones);
            }
        }
        let phones: Vec<&'static str> =
            entries.values().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let number = |phone: &&str| phones.binary_search(phone).unwrap_or(0);
        let sounds = entries.values().map(|word| word.iter().map(number).collect()).collect();
        Self { words: entries.into_keys().collect(), phones, sounds, joined: tongue.joined }
    }

    /// The sentences of a text as numbers of words. Words that are not in the vocabulary are left out.
    pub fn sentences(&self, text: &'static str) -> Vec<Vec<usize>> {
        let sentences = text.split(['.', '。']).map(|sentence| {
            let number = |word: &str| self.words.binary_search(&word).ok();
            if self.joined {
                sentence.chars().filter_map(|c| number(c.encode_utf8(&mut [0; 4]))).collect()
            } else {
                sentence.split_whitespace().filter_map(number).collect::<Vec<_>>()
            }
        });
        sentences.filter(|sentence| !sentence.is_empty()).collect()
    }

    /// Words as text.
    pub fn write(&self, words: &[usize]) -> String {
        let words: Vec<&str> = words.iter().map(|word| self.words[*word]).collect();
        words.join(if self.joined { "" } else { " " })
    }
}
