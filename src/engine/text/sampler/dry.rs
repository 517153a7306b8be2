//! DRY, "don't repeat yourself": a token that would continue a repetition loses more the longer that is (p-e-w 2024,
//! text-generation-webui pull request 5677; breakers as in koboldcpp and llama.cpp).

use std::collections::{HashMap, VecDeque};

use super::candidates::Candidate;

/// Bytes of a breaker and tokens of its tail that are looked at, as in llama.cpp.
const LONGEST_TEXT: usize = 40;
const LONGEST_TAIL: usize = 20;
/// The logarithm of the largest f32: exponents of the penalty end before it.
const LARGEST_LOG: f32 = 88.722_84;
/// Taken off at most, so that logits stay finite; as good as infinite.
const HEAVIEST: f64 = 1e30;

/// What repetitions cannot reach across: by a first token the tokens that must follow it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Breakers(HashMap<u32, Vec<Vec<u32>>>);

impl Breakers {
    /// Finds every way in which tokens can spell the start of one of `texts`. `words` are all tokens' bytes in the
    /// order of their ids, and `encode` cuts the rest of a text into tokens.
    pub fn new(texts: &[String], words: &[Vec<u8>], encode: impl Fn(&str) -> Vec<u32>) -> Self {
        let mut all = Self::default();
        for text in texts.iter().filter(|t| !t.is_empty()) {
            let text = &text[..text.floor_char_boundary(LONGEST_TEXT)];
            // A long text has few different tails, and tokens that end in one of them are many.
            let mut tails: HashMap<usize, Vec<u32>> = HashMap::new();
            for (id, word) in (0..).zip(words) {
                if contains(word, text.as_bytes()) {
                    all.add(id, Vec::new());
                    continue;
                }
                for cut in overlaps(word, text.as_bytes()).filter(|&cut| text.is_char_boundary(cut)) {
                    let tail = tails.entry(cut).or_insert_with(|| {
                        let mut tail = encode(&text[cut..]);
                        tail.truncate(LONGEST_TAIL);
                        tail
                    });
                    all.add(id, tail.clone());
                }
            }
        }
        all
    }

    fn add(&mut self, head: u32, tail: Vec<u32>) {
        let tails = self.0.entry(head).or_default();
        if !tails.contains(&tail) {
            tails.push(tail);
        }
    }

    /// Whether the token is a whole breaker on its own.
    fn is_whole(&self, token: u32) -> bool {
        self.0.get(&token).is_some_and(|tails| tails.iter().any(Vec::is_empty))
    }

    /// How many of the last tokens a repetition may have: those after the last breaker. `back` is the text
    /// backwards.
    fn limit(&self, back: &[u32]) -> usize {
        for (at, token) in back.iter().enumerate() {
            let Some(tails) = self.0.get(token) else { continue };
            let follows = |tail: &&Vec<u32>| tail.len() <= at && tail.iter().eq(back[at - tail.len()..at].iter().rev());
            if let Some(longest) = tails.iter().filter(follows).map(Vec::len).max() {
                return at - longest;
            }
        }
        back.len()
    }
}

fn contains(word: &[u8], text: &[u8]) -> bool {
    word.windows(text.len()).any(|part| part == text)
}

/// Lengths of the starts of `text` that `word` ends with.
fn overlaps<'a>(word: &'a [u8], text: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    (1..text.len().min(word.len() + 1)).rev().filter(|&len| word.ends_with(&text[..len]))
}

/// The penalty and the tokens that it looks back on.
#[derive(Debug)]
pub struct Dry {
    multiplier: f32,
    base: f32,
    allowed: usize,
    window: usize,
    breakers: Breakers,
    tokens: VecDeque<u32>,
}

impl Dry {
    /// Off where `multiplier` or `window` is 0, or `base` below 1.
    pub fn new(multiplier: f32, base: f32, allowed: usize, window: usize, breakers: Breakers) -> Self {
        let window = if multiplier == 0.0 || base < 1.0 { 0 } else { window };
        Self { multiplier, base, allowed, window, breakers, tokens: VecDeque::new() }
    }

    pub fn push(&mut self, token: u32) {
        if self.window == 0 {
            return;
        }
        if self.tokens.len() == self.window {
            self.tokens.pop_front();
        }
        self.tokens.push_back(token);
    }

    /// Takes `multiplier * base ^ (length - allowed)` off the logit of each token that would make a repetition of
    /// `length` tokens, at least `allowed`, one longer.
    pub fn apply(&self, candidates: &mut [Candidate]) {
        if self.tokens.len() <= self.allowed {
            return;
        }
        let back: Vec<u32> = self.tokens.iter().rev().copied().collect();
        let limit = self.breakers.limit(&back);
        if limit < self.allowed {
            return;
        }
        // `back[k..]` begins with `z[k]` tokens of `back`: what was written last was there before, `k` tokens ago, and
        // `back[k - 1]` came after it.
        let mut longest: HashMap<u32, usize> = HashMap::new();
        for (k, length) in prefix_lengths(&back).into_iter().enumerate().skip(1) {
            let length = length.min(limit);
            if length >= self.allowed && !self.breakers.is_whole(back[k - 1]) {
                let most = longest.entry(back[k - 1]).or_default();
                *most = length.max(*most);
            }
        }
        // No bound for a base of 1: its powers are 1.
        let highest = if self.base > 1.000_001 { (LARGEST_LOG / self.base.ln()) as usize } else { 0 };
        for candidate in candidates {
            let Some(length) = longest.get(&candidate.id) else { continue };
            let exponent = length - self.allowed;
            let exponent = if highest > 0 { exponent.min(highest) } else { exponent };
            let penalty = f64::from(self.multiplier) * f64::from(self.base).powi(exponent as i32);
            candidate.logit -= penalty.min(HEAVIEST) as f32;
        }
    }
}

/// The Z-function: for each place how many tokens from there on equal those from the start on; 0 for the first place.
fn prefix_lengths(tokens: &[u32]) -> Vec<usize> {
    let mut z = vec![0; tokens.len()];
    // The stretch that is known to equal the start and ends furthest right.
    let (mut left, mut right) = (0, 0);
    for k in 1..tokens.len() {
        let mut n = if k < right { z[k - left].min(right - k) } else { 0 };
        while k + n < tokens.len() && tokens[n] == tokens[k + n] {
            n += 1;
        }
        if k + n > right {
            (left, right) = (k, k + n);
        }
        z[k] = n;
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn penalties(dry: &mut Dry, tokens: &[u32]) -> Vec<f32> {
        tokens.iter().for_each(|&t| dry.push(t));
        let mut all: Vec<_> = (0..10).map(|id| Candidate { id, logit: 0.0 }).collect();
        dry.apply(&mut all);
        all.iter().map(|c| -c.logit).collect()
    }

    fn breakers(all: &[&[u32]]) -> Breakers {
        let mut breakers = Breakers::default();
        all.iter().for_each(|sequence| breakers.add(sequence[0], sequence[1..].to_vec()));
        breakers
    }

    #[test]
    fn the_z_function_counts_what_equals_the_start() {
        assert_eq!(prefix_lengths(&[1, 2, 1, 2, 1, 3]), [0, 0, 3, 0, 1, 0]);
        assert_eq!(prefix_lengths(&[7; 5]), [0, 4, 3, 2, 1]);
        assert!(prefix_lengths(&[]).is_empty());
    }

    #[test]
    fn the_token_after_the_repeated_one_loses() {
        let mut dry = Dry::new(1.0, 2.0, 2, 64, Breakers::default());
        // 1 2 3 was there and 4 came after it; only 3 was there before 5.
        let lost = penalties(&mut dry, &[1, 2, 3, 4, 3, 5, 1, 2, 3]);
        assert_eq!(lost[4], 2.0);
        assert_eq!(lost.iter().filter(|&&l| l != 0.0).count(), 1);
    }

    /// Two tokens come after the breaker: they count, what is before it does not; and a breaker itself loses nothing.
    #[test]
    fn nothing_reaches_across_a_breaker() {
        for (sequences, lost) in [(&[&[9_u32][..]][..], 1.0), (&[&[1, 9]], 1.0), (&[&[1, 8]], 4.0), (&[&[4]], 0.0)] {
            let mut dry = Dry::new(1.0, 2.0, 2, 64, breakers(sequences));
            assert_eq!(penalties(&mut dry, &[1, 9, 2, 3, 4, 1, 9, 2, 3])[4], lost, "{sequences:?}");
        }
    }

    #[test]
    fn long_repetitions_stay_finite() {
        let mut dry = Dry::new(5.0, 4.0, 0, 4096, Breakers::default());
        let lost = penalties(&mut dry, &[3; 4096]);
        assert!(lost.iter().all(|l| l.is_finite()) && lost[3] > 1e29);
        let mut flat = Dry::new(0.5, 1.0, 1, 4096, Breakers::default());
        assert_eq!(penalties(&mut flat, &[3; 4096])[3], 0.5);
    }

    #[test]
    fn breakers_are_found_in_and_across_tokens() {
        let words: Vec<Vec<u8>> = ["a", "b:", ":", "x<", "|e", "y<|", "é"].map(|w| w.as_bytes().to_vec()).to_vec();
        let encode = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let found = Breakers::new(&[":".into(), "<|e".into(), String::new()], &words, encode);
        let tail = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let mut expected = Breakers::default();
        expected.add(1, vec![]);
        expected.add(2, vec![]);
        expected.add(3, tail("|e"));
        expected.add(5, tail("e"));
        assert_eq!(found, expected);
        // A cut inside a character spells nothing, and a long text is cut between characters.
        assert_eq!(Breakers::new(&["é".repeat(30)], &words, encode).0[&6].len(), 1);
    }
}
