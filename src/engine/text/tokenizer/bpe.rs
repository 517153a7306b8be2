//! Byte-pair merges inside one word: the lowest-ranked pair of neighbours is joined, the leftmost where ranks tie,
//! until no pair is left (Sennrich et al., 2016). A heap makes it O(n log n), so a long word is no attack.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::bytes;

/// A text that takes part in merges: a token's id, or a number past the vocabulary for one that is no token.
type Symbol = u32;

/// The merges of a vocabulary.
#[derive(Debug)]
pub struct Merges {
    /// The token of each text; where two have the same, the later one.
    ids: HashMap<Box<str>, Symbol>,
    pairs: HashMap<(Symbol, Symbol), (u32, Symbol)>,
    /// The symbol of each byte.
    bytes: [Symbol; 256],
    /// Texts of the symbols that are no tokens, by number past the vocabulary.
    others: Vec<Box<str>>,
    tokens: u32,
    alphabet: [char; 256],
}

/// A symbol of a word while it is being merged.
#[derive(Clone, Copy)]
struct Link {
    symbol: Symbol,
    before: usize,
    after: usize,
    alive: bool,
}

const NONE: usize = usize::MAX;

/// Pairs that may be joined, best first: rank, places, symbols, what they become.
type Queue = BinaryHeap<Reverse<(u32, usize, usize, (Symbol, Symbol), Symbol)>>;

impl Merges {
    /// `tokens` are the vocabulary's texts by id, `merges` lines like `Ġ t`, best first. `Err` is the line that is
    /// none.
    pub fn new(tokens: &[String], merges: &[String]) -> Result<Self, String> {
        let mut all = Self {
            ids: HashMap::with_capacity(tokens.len() + 256),
            pairs: HashMap::with_capacity(merges.len()),
            bytes: [0; 256],
            others: Vec::new(),
            tokens: tokens.len() as u32,
            alphabet: bytes::alphabet(),
        };
        for (id, text) in (0_u32..).zip(tokens) {
            all.ids.insert(text.as_str().into(), id);
        }
        for (byte, c) in all.alphabet.into_iter().enumerate() {
            all.bytes[byte] = all.symbol(c.encode_utf8(&mut [0; 4]));
        }
        for (rank, line) in (0_u32..).zip(merges) {
            // The first part may itself begin with a space in no vocabulary seen, but llama.cpp allows for it.
            let cut = line.char_indices().skip(1).find(|&(_, c)| c == ' ').map(|(at, _)| at);
            let (left, right) = cut.map(|at| (&line[..at], &line[at + 1..])).ok_or_else(|| line.clone())?;
            let merged = all.symbol(&format!("{left}{right}"));
            let pair = (all.symbol(left), all.symbol(right));
            all.pairs.entry(pair).or_insert((rank, merged));
        }
        Ok(all)
    }

    /// The number of `text`, a new one where it has none.
    fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.tokens + self.others.len() as u32;
        self.others.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    /// The token whose text is exactly `text`.
    pub fn token(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied().filter(|&id| id < self.tokens)
    }

    /// Appends the tokens of one word of plain text. With `whole` a word that is a token is not taken apart.
    pub fn encode(&self, word: &str, whole: bool, out: &mut Vec<u32>) {
        if whole {
            let spelled: String = word.bytes().map(|b| self.alphabet[usize::from(b)]).collect();
            if let Some(id) = self.token(&spelled) {
                out.push(id);
                return;
            }
        }
        let len = word.len();
        let mut links: Vec<Link> = (word.bytes().enumerate())
            .map(|(i, b)| Link {
                symbol: self.bytes[usize::from(b)],
                before: i.wrapping_sub(1),
                after: if i + 1 < len { i + 1 } else { NONE },
                alive: true,
            })
            .collect();
        let mut queue = Queue::new();
        for left in 1..len {
            self.offer(&links, left - 1, left, &mut queue);
        }
        while let Some(Reverse((_, left, right, pair, merged))) = queue.pop() {
            // A pair whose sides have changed since it was offered is stale.
            let still = links[left].alive && links[right].alive && links[left].after == right;
            if !still || (links[left].symbol, links[right].symbol) != pair {
                continue;
            }
            links[left].symbol = merged;
            links[right].alive = false;
            let after = links[right].after;
            links[left].after = after;
            if after != NONE {
                links[after].before = left;
                self.offer(&links, left, after, &mut queue);
            }
            let before = links[left].before;
            if before != NONE {
                self.offer(&links, before, left, &mut queue);
            }
        }
        for link in links.iter().filter(|link| link.alive) {
            self.emit(link.symbol, out);
        }
    }

    fn offer(&self, links: &[Link], left: usize, right: usize, queue: &mut Queue) {
        let pair = (links[left].symbol, links[right].symbol);
        if let Some(&(rank, merged)) = self.pairs.get(&pair) {
            queue.push(Reverse((rank, left, right, pair, merged)));
        }
    }

    /// Appends a symbol's token. One that is no token falls apart into those of its characters that are, and the
    /// rest is lost, as in llama.cpp: small vocabularies leave out bytes that never occur in text.
    fn emit(&self, symbol: Symbol, out: &mut Vec<u32>) {
        match symbol.checked_sub(self.tokens) {
            None => out.push(symbol),
            Some(other) => {
                let text = &self.others[other as usize];
                out.extend(text.chars().filter(char::is_ascii).filter_map(|c| self.token(c.encode_utf8(&mut [0; 4]))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merges() -> Merges {
        let tokens = ["a", "b", "c", "ab", "bc", "abc", "cc"].map(str::to_owned);
        Merges::new(&tokens, &["b c", "a b", "a bc", "c c"].map(str::to_owned)).unwrap()
    }

    fn encode(word: &str, whole: bool) -> Vec<u32> {
        let mut out = Vec::new();
        merges().encode(word, whole, &mut out);
        out
    }

    #[test]
    fn the_best_pair_goes_first_and_the_leftmost_of_equals() {
        assert_eq!(encode("abc", false), [5]);
        assert_eq!(encode("ccc", false), [6, 2]);
        assert_eq!(encode("abab", false), [3, 3]);
        assert_eq!(encode("", false), [0_u32; 0]);
    }

    #[test]
    fn bytes_without_a_token_are_lost() {
        assert_eq!(encode("a\u{1}b", false), [0, 1]);
    }

    #[test]
    fn a_broken_line_is_named() {
        assert_eq!(Merges::new(&[], &["ab".to_owned()]).unwrap_err(), "ab");
    }

    #[test]
    fn a_long_word_does_not_take_long() {
        let started = std::time::Instant::now();
        let out = encode(&"abc".repeat(100_000), false);
        assert_eq!(out.len(), 100_000);
        assert!(started.elapsed().as_secs() < 20);
    }
}
