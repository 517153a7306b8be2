//! A trigram language model with interpolation (Jelinek and Mercer 1980): the chance of a word after the last two.

/// The weights are learned once per class of how often the history was seen: never, once, twice, 3-4, 5-8, 9 or more
/// times (Bahl, Jelinek and Mercer 1983).
pub(super) const CLASSES: usize = 6;
/// Rounds of expectation maximisation; the weights have settled by then.
const ROUNDS: usize = 40;

/// The class of a history that was seen `count` times.
fn class(count: u32) -> usize {
    match count {
        0..=2 => count as usize,
        3..=4 => 3,
        5..=8 => 4,
        _ => 5,
    }
}

/// How often words follow each other. `size` is the number of words and one more: the number `size - 1` is both the
/// end of a sentence, as a word that follows, and its start, as a history.
pub(super) struct Counts {
    size: usize,
    /// `[size, size, size]`: history of two, and word.
    three: Vec<u32>,
    /// `[size, size]`: history of one, and word. Its row sums count the history.
    two: Vec<u32>,
    /// `[size, size]`: each history of two.
    pairs: Vec<u32>,
    history: Vec<u32>,
    one: Vec<u32>,
    total: u32,
}

impl Counts {
    fn new(size: usize) -> Self {
        Self {
            size,
            three: vec![0; size * size * size],
            two: vec![0; size * size],
            pairs: vec![0; size * size],
            history: vec![0; size],
            one: vec![0; size],
            total: 0,
        }
    }

    fn add(&mut self, [u, v, w]: [usize; 3]) {
        self.three[(u * self.size + v) * self.size + w] += 1;
        self.two[v * self.size + w] += 1;
        self.pairs[u * self.size + v] += 1;
        self.history[v] += 1;
        self.one[w] += 1;
        self.total += 1;
    }

    /// (count of word and history, count of history) for histories of no, one and two words.
    fn at(&self, [u, v, w]: [usize; 3]) -> [(u32, u32); 3] {
        [
            (self.one[w], self.total),
            (self.two[v * self.size + w], self.history[v]),
            (self.three[(u * self.size + v) * self.size + w], self.pairs[u * self.size + v]),
        ]
    }

    /// The same without this one sight of the event, which was counted before.
    pub(super) fn left_out(&self, event: [usize; 3]) -> [(u32, u32); 3] {
        self.at(event).map(|(both, history)| (both - 1, history - 1))
    }
}

/// Counts sentences of words below `words`. Also all words and ends of sentences, each after the two words before it.
pub(super) fn count(sentences: &[Vec<usize>], words: usize) -> (Counts, Vec<[usize; 3]>) {
    let events: Vec<[usize; 3]> = sentences.iter().flat_map(|sentence| events(sentence, words)).collect();
    let mut counts = Counts::new(words + 1);
    events.iter().for_each(|event| counts.add(*event));
    (counts, events)
}

/// Weight of the relative frequency at each length of history and class; the rest goes to the shorter history.
pub(super) type Weights = [[f64; CLASSES]; 3];

/// The chance with no more than each length of history: each mixes its frequency with the chance before it. The first
/// mixes with a flat chance, so that nothing is impossible.
pub(super) fn chances(counts: [(u32, u32); 3], weights: &Weights, size: usize) -> [f64; 3] {
    let mut chance = 1.0 / size as f64;
    let mut level = 0;
    counts.map(|(both, history)| {
        let weight = weights[level][class(history)];
        level += 1;
        chance = weight * f64::from(both) / f64::from(history.max(1)) + (1.0 - weight) * chance;
        chance
    })
}

/// Learns the weights by expectation maximisation. Each word of the text is left out of the counts that predict it:
/// otherwise the longest history would always win (deleted interpolation).
pub(super) fn weights(counts: &Counts, events: &[[usize; 3]]) -> Weights {
    let mut weights = [[0.5; CLASSES]; 3];
    // A history that was never seen predicts nothing.
    weights.iter_mut().for_each(|level| level[0] = 0.0);
    for _ in 0..ROUNDS {
        let mut used = [[0.0; CLASSES]; 3];
        let mut reached = [[0.0; CLASSES]; 3];
        for event in events {
            let left = counts.left_out(*event);
            let chances = chances(left, &weights, counts.size);
            // The chance that the mixture comes down to this level, from the longest history.
            let mut here = 1.0;
            for level in (0..3).rev() {
                let (both, history) = left[level];
                let at = class(history);
                let own = weights[level][at] * f64::from(both) / f64::from(history.max(1)) / chances[level];
                reached[level][at] += here;
                used[level][at] += here * own;
                here *= 1.0 - own;
            }
        }
        for level in 0..3 {
            for at in 1..CLASSES {
                if reached[level][at] > 0.0 {
                    weights[level][at] = used[level][at] / reached[level][at];
                }
            }
        }
    }
    weights
}

/// Log-probabilities of words after two others.
pub struct Trigram {
    size: usize,
    /// Words that it looks at: 1 (the word alone) to 3 (after the last two).
    pub order: usize,
    /// `[size, size, size]`, natural logarithms.
    log: Vec<f32>,
}

impl Trigram {
    /// Learns from sentences of words below `words`. `order` is 1, 2 or 3.
    pub fn new(sentences: &[Vec<usize>], words: usize, order: usize) -> Self {
        let size = words + 1;
        let (counts, events) = count(sentences, words);
        let weights = weights(&counts, &events);
        let mut log = Vec::with_capacity(size * size * size);
        for at in 0..size * size * size {
            let event = [at / size / size, at / size % size, at % size];
            log.push(chances(counts.at(event), &weights, size)[order.clamp(1, 3) - 1].ln() as f32);
        }
        Self { size, order, log }
    }

    /// The number of the sentence's edge: its end as a word, its start as a history.
    pub fn edge(&self) -> usize {
        self.size - 1
    }

    /// The log-probability of `w` after `u` and `v`.
    pub fn log(&self, u: usize, v: usize, w: usize) -> f64 {
        f64::from(self.log[(u * self.size + v) * self.size + w])
    }

    /// The log-probability that all words and the edge have when each is equally likely.
    pub fn flat(&self) -> f64 {
        -(self.size as f64).ln()
    }

    /// The likeliest words after `u` and `v`, with their probabilities; the edge may be among them.
    pub fn likeliest(&self, u: usize, v: usize, count: usize) -> Vec<(usize, f64)> {
        let mut all: Vec<(usize, f64)> = (0..self.size).map(|w| (w, self.log(u, v, w).exp())).collect();
        all.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        all.truncate(count);
        all
    }

    /// Perplexity of sentences: among how many equally likely words it has to choose, on average.
    pub fn perplexity(&self, sentences: &[Vec<usize>]) -> f64 {
        let all = sentences.iter().flat_map(|sentence| events(sentence, self.edge()));
        let logs: Vec<f64> = all.map(|[u, v, w]| self.log(u, v, w)).collect();
        (-logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp()
    }
}

/// Each word of a sentence and its end, after the two before it.
fn events(sentence: &[usize], edge: usize) -> Vec<[usize; 3]> {
    let words: Vec<usize> = [edge, edge].iter().chain(sentence).chain([&edge]).copied().collect();
    words.windows(3).map(|window| [window[0], window[1], window[2]]).collect()
}
