//! SentencePiece's way with scores, as llama.cpp reads `tokenizer.ggml.model` = `llama`: the text's characters are
//! joined, the pair that makes the piece with the best score first, the leftmost where scores tie (Kudo and Richardson
//! 2018). What ends as no piece falls apart into bytes. A heap makes it O(n log n).

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

/// SentencePiece writes spaces so.
pub const SPACE: char = '\u{2581}';

/// A vocabulary of pieces.
#[derive(Debug)]
pub struct Pieces {
    ids: HashMap<Box<str>, u32>,
    scores: Vec<f32>,
    /// The token of each byte, where there is one.
    bytes: [Option<u32>; 256],
    unknown: Option<u32>,
}

/// A part of the text while it is being joined.
#[derive(Clone, Copy)]
struct Link {
    start: usize,
    /// 0: it was joined to the one before it.
    len: usize,
    before: usize,
    after: usize,
}

const NONE: usize = usize::MAX;

/// Two neighbours that may be joined.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// Bytes of both: another number later means that one has changed.
    len: usize,
}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair {}

impl Pieces {
    /// `tokens` are the vocabulary's texts by id, with a score each.
    pub fn new(tokens: &[String], scores: Vec<f32>, unknown: Option<u32>) -> Self {
        let ids: HashMap<Box<str>, u32> = tokens.iter().map(|text| text.as_str().into()).zip(0..).collect();
        let mut bytes = [None; 256];
        for (byte, slot) in (0..=u8::MAX).zip(&mut bytes) {
            let plain = char::from(byte).to_string();
            *slot = ids.get(format!("<0x{byte:02X}>").as_str()).or_else(|| ids.get(plain.as_str())).copied();
        }
        Self { ids, scores, bytes, unknown }
    }

    pub fn token(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// Appends the tokens of `text`, in which spaces are already [`SPACE`].
    pub fn encode(&self, text: &str, out: &mut Vec<u32>) {
        let mut links: Vec<Link> = (text.char_indices().enumerate())
            .map(|(i, (start, c))| Link { start, len: c.len_utf8(), before: i.wrapping_sub(1), after: i + 1 })
            .collect();
        if let Some(last) = links.last_mut() {
            last.after = NONE;
        }
        let mut queue = BinaryHeap::new();
        for right in 1..links.len() {
            self.offer(text, &links, right - 1, right, &mut queue);
        }
        while let Some(Pair { left, right, len, .. }) = queue.pop() {
            // A pair whose sides have changed since it was offered is stale.
            if links[left].len == 0 || links[right].len == 0 || links[left].len + links[right].len != len {
                continue;
            }
            links[left].len = len;
            links[right].len = 0;
            let after = links[right].after;
            links[left].after = after;
            if after != NONE {
                links[after].before = left;
                self.offer(text, &links, left, after, &mut queue);
            }
            let before = links[left].before;
            if before != NONE {
                self.offer(text, &links, before, left, &mut queue);
            }
        }
        for link in links.iter().filter(|link| link.len > 0) {
            let part = &text[link.start..link.start + link.len];
            match self.token(part) {
                Some(id) => out.push(id),
                None => out.extend(part.bytes().filter_map(|b| self.bytes[usize::from(b)].or(self.unknown))),
            }
        }
    }

    fn offer(&self, text: &str, links: &[Link], left: usize, right: usize, queue: &mut BinaryHeap<Pair>) {
        let len = links[left].len + links[right].len;
        let start = links[left].start;
        if let Some(id) = self.token(&text[start..start + len]) {
            queue.push(Pair { score: self.scores[id as usize], left, right, len });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Pieces {
        let tokens = ["<unk>", "<0xE4>", "<0xBD>", "<0xA0>", "a", "b", "c", "ab", "bc", "abc", "▁", "▁a"];
        let scores = vec![0.0, 0.0, 0.0, 0.0, -9.0, -9.0, -9.0, -2.0, -1.0, -3.0, -9.0, -4.0];
        Pieces::new(&tokens.map(str::to_owned), scores, Some(0))
    }

    fn encode(text: &str) -> Vec<u32> {
        let mut out = Vec::new();
        pieces().encode(text, &mut out);
        out
    }

    #[test]
    fn the_best_score_goes_first() {
        assert_eq!(encode("abc"), [9]);
        assert_eq!(encode("ab"), [7]);
        assert_eq!(encode("▁abc"), [10, 9], "bc has the best score, so that ▁a never comes to be");
        assert_eq!(encode("▁ab"), [10, 7]);
        assert_eq!(encode("▁ac"), [11, 6]);
        assert_eq!(encode(""), [0_u32; 0]);
    }

    #[test]
    fn unknown_characters_fall_apart_into_bytes() {
        assert_eq!(encode("a你"), [4, 1, 2, 3]);
        assert_eq!(encode("z"), [0]);
    }

    #[test]
    fn a_long_text_does_not_take_long() {
        let started = std::time::Instant::now();
        assert_eq!(encode(&"abc".repeat(100_000)).len(), 100_000);
        assert!(started.elapsed().as_secs() < 20);
    }
}
