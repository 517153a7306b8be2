//! Viterbi beam search: the likeliest words for the phones that were heard, one phone at a time.

use super::language::Trigram;
use super::lexicon::Lexicon;
use super::speech::Channel;

/// What the decoder knows.
pub struct Model {
    pub lexicon: Lexicon,
    pub language: Trigram,
    pub channel: Channel,
}

/// A hypothesis after a phone: it is inside a word, and this is the best way to get there.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The word before; the edge where there is none or where the language model does not look so far.
    prev: usize,
    word: usize,
    /// Which phone of the word has just sounded.
    at: usize,
    /// Whether the word began with this phone.
    fresh: bool,
    /// Natural logarithm.
    pub score: f64,
    /// Its place in the column before.
    pub parent: usize,
}

/// Words with their score.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    /// Natural logarithm of the probability, with the language model's part weighted.
    pub score: f64,
    pub words: Vec<usize>,
    /// Whether the last word has all its phones.
    pub whole: bool,
}

/// A search at work.
pub struct Decoder {
    weight: f64,
    beam: usize,
    /// The hypotheses after each phone, the best first. Two that only differ in words further back than the language
    /// model looks are one: the better one.
    pub columns: Vec<Vec<Node>>,
    /// Where a hypothesis is in the column being made.
    slots: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl Decoder {
    /// `weight`: of the language model; at 0 each word is equally likely. `beam`: hypotheses that stay after each phone.
    pub fn new(weight: f64, beam: usize) -> Self {
        Self { weight, beam, columns: Vec::new(), slots: Vec::new() }
    }

    /// The language model's part of a score: from the flat model at weight 0 to the trained one at 1, and beyond.
    fn language(&self, model: &Model, history: [usize; 2], word: usize) -> f64 {
        let flat = model.language.flat();
        flat + self.weight * (model.language.log(history[0], history[1], word) - flat)
    }

    /// Takes one more phone.
    pub fn hear(&mut self, model: &Model, phone: usize) {
        let (channel, sounds, edge) = (&model.channel, &model.lexicon.sounds, model.language.edge());
        let longest = sounds.iter().map(Vec::len).max().unwrap_or(1);
        let words = sounds.len();
        self.slots.resize((words + 1) * words * longest, EMPTY);
        let mut slots = std::mem::take(&mut self.slots);
        let mut column: Vec<Node> = Vec::new();
        let key = |node: &Node| (node.prev * words + node.word) * longest + node.at;
        let mut offer = |node: Node| {
            let slot = &mut slots[key(&node)];
            if *slot == EMPTY {
                *slot = column.len() as u32;
                column.push(node);
            } else if column[*slot as usize].score < node.score {
                column[*slot as usize] = node;
            }
        };
        let far = self.weight != 0.0 && model.language.order == 3;
        let enter = |prev: usize, history: [usize; 2], score: f64, parent: usize, offer: &mut dyn FnMut(Node)| {
            for (word, states) in sounds.iter().enumerate() {
                let score = score + self.language(model, history, word) + channel.sounds(states[0], phone);
                offer(Node { prev, word, at: 0, fresh: true, score, parent });
            }
        };
        match self.columns.last() {
            None => enter(edge, [edge, edge], 0.0, 0, &mut offer),
            Some(last) => {
                for (parent, node) in last.iter().enumerate() {
                    let of = &sounds[node.word];
                    let stay = Node { fresh: false, parent, ..*node };
                    offer(Node { score: node.score + channel.again() + channel.sounds(of[node.at], phone), ..stay });
                    for (at, state) in of.iter().enumerate().skip(node.at + 1) {
                        let step = channel.forward(at - node.at) + channel.sounds(*state, phone);
                        offer(Node { at, score: node.score + step, ..stay });
                    }
                    let leave = node.score + channel.leave(of.len() - 1 - node.at);
                    let prev = if far { node.word } else { edge };
                    enter(prev, [node.prev, node.word], leave, parent, &mut offer);
                }
            }
        }
        column.iter().for_each(|node| slots[key(node)] = EMPTY);
        self.slots = slots;
        let order = |a: &Node, b: &Node| b.score.total_cmp(&a.score).then(key(a).cmp(&key(b)));
        if column.len() > self.beam {
            column.select_nth_unstable_by(self.beam, order);
            column.truncate(self.beam);
        }
        column.sort_unstable_by(order);
        self.columns.push(column);
    }

    /// The best hypotheses after the last phone, the best first; each has other words.
    pub fn best(&self, model: &Model, count: usize) -> Vec<Hypothesis> {
        let last = self.columns.last().map_or(&[][..], Vec::as_slice);
        let whole = |node: &Node| node.at + 1 == model.lexicon.sounds[node.word].len();
        self.distinct(last.iter().enumerate().map(|(at, node)| (at, node.score, whole(node))), count)
    }

    /// The best sentences when no phone follows: all words are whole, and the language model ends the sentence.
    pub fn finish(&self, model: &Model, count: usize) -> Vec<Hypothesis> {
        let last = self.columns.last().map_or(&[][..], Vec::as_slice);
        let end = |node: &Node| {
            let left = model.lexicon.sounds[node.word].len() - 1 - node.at;
            let language = self.language(model, [node.prev, node.word], model.language.edge());
            node.score + model.channel.leave(left) + language
        };
        let mut ends: Vec<_> = last.iter().enumerate().map(|(at, node)| (at, end(node), true)).collect();
        ends.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.distinct(ends.into_iter(), count)
    }

    fn distinct(&self, nodes: impl Iterator<Item = (usize, f64, bool)>, count: usize) -> Vec<Hypothesis> {
        let mut found: Vec<Hypothesis> = Vec::new();
        for (at, score, whole) in nodes {
            if found.len() == count {
                break;
            }
            let words = self.words(at);
            if found.iter().all(|other| other.words != words) {
                found.push(Hypothesis { score, words, whole });
            }
        }
        found
    }

    /// The words of a node of the last column.
    fn words(&self, mut at: usize) -> Vec<usize> {
        let mut words = Vec::new();
        for column in self.columns.iter().rev() {
            let node = column[at];
            if node.fresh {
                words.push(node.word);
            }
            at = node.parent;
        }
        words.reverse();
        words
    }
}

/// Words that are wrong, missing or too many: the least number of changes that make one of the other (Levenshtein 1965).
pub fn errors(spoken: &[usize], written: &[usize]) -> usize {
    let mut row: Vec<usize> = (0..=written.len()).collect();
    for (i, a) in spoken.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in written.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[written.len()]
}
