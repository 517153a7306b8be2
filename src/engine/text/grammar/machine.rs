//! Follows all parses of a text by a grammar at once, byte by byte.
//!
//! A way is a stack: the place where the next character must fit, and the places to continue at when the rules that it is
//! in end. Stacks share their lower parts, a state is the set of stacks that are left, and states are remembered: the
//! thousands of tokens that are tried at one place of an answer mostly take the same steps.
//!
//! The construction is that of Earley's and Tomita's parsers; llama.cpp keeps the same stacks, each on its own.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use super::rules::{Rules, Symbol};

/// Stacks in a state, steps for one character, and steps between two calls of [`Machine::rest`]. An ordinary grammar
/// needs a handful; one that needs more is malicious.
const MOST_STACKS: usize = 4096;
const MOST_STEPS: usize = 100_000;
const MOST_WORK: usize = 200_000_000;
/// Sizes at which what is remembered is forgotten, and at which we give up.
const MANY: usize = 500_000;
const MOST: usize = 8_000_000;

/// The grammar has more ways to read the text than we follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// A place in the grammar where a stack continues, and the stack below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Node {
    place: u32,
    below: u32,
}

/// The bottom of every stack: a way with nothing above it has read the whole grammar.
const BOTTOM: u32 = 0;
/// The state without stacks: the text cannot be read.
const DEAD: u32 = 0;

/// How far a text is read: the stacks that are left, and a character's bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    state: u32,
    partial: Partial,
}

impl Cursor {
    pub fn is_dead(self) -> bool {
        self.state == DEAD
    }
}

/// The first bytes of a character: their bits, how many bytes are missing, and what the next one may be (Unicode 17,
/// table 3-7: no surrogates, no longer spellings of shorter characters).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Partial {
    bits: u32,
    missing: u8,
    low: u8,
    high: u8,
}

impl Partial {
    /// `None` where no character begins like that.
    fn begin(first: u8) -> Option<Self> {
        let (bits, missing, low, high) = match first {
            0xC2..=0xDF => (first & 0x1F, 1, 0x80, 0xBF),
            0xE0 => (0, 2, 0xA0, 0xBF),
            0xED => (0xD, 2, 0x80, 0x9F),
            0xE1..=0xEF => (first & 0xF, 2, 0x80, 0xBF),
            0xF0 => (0, 3, 0x90, 0xBF),
            0xF1..=0xF3 => (first & 7, 3, 0x80, 0xBF),
            0xF4 => (4, 3, 0x80, 0x8F),
            _ => return None,
        };
        Some(Self { bits: bits.into(), missing, low, high })
    }

    fn next(self, byte: u8) -> Option<Self> {
        let fits = (self.low..=self.high).contains(&byte);
        let bits = self.bits << 6 | u32::from(byte & 0x3F);
        fits.then_some(Self { bits, missing: self.missing - 1, low: 0x80, high: 0xBF })
    }

    /// The lowest and the highest character that it can become.
    fn range(self) -> (u32, u32) {
        let shift = 6 * (u32::from(self.missing) - 1);
        let with = |byte: u8| (self.bits << 6 | u32::from(byte & 0x3F)) << shift;
        (with(self.low), with(self.high) | ((1 << shift) - 1))
    }
}

/// Things that are given numbers, equal ones the same.
struct Numbered<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn new(first: T) -> Self {
        let mut new = Self { all: Vec::new(), numbers: HashMap::new() };
        new.number(first);
        new
    }

    fn number(&mut self, thing: T) -> u32 {
        if let Some(&number) = self.numbers.get(&thing) {
            return number;
        }
        let number = self.all.len() as u32;
        self.all.push(thing.clone());
        self.numbers.insert(thing, number);
        number
    }
}

/// A grammar and what was found out about it.
pub struct Machine {
    rules: Rules,
    nodes: Numbered<Node>,
    states: Numbered<Arc<[u32]>>,
    /// States by the one before and the character.
    steps: HashMap<(u32, u32), u32>,
    /// Nodes, steps and stacks of states that are remembered.
    remembered: usize,
    work: usize,
}

impl Machine {
    /// The grammar, and the cursor at its begin.
    pub fn new(rules: Rules) -> Result<(Self, Cursor), TooMany> {
        let mut machine = Self {
            rules,
            // A place that is none: nothing ever equals the bottom.
            nodes: Numbered::new(Node { place: u32::MAX, below: BOTTOM }),
            states: Numbered::new(Arc::from([])),
            steps: HashMap::new(),
            remembered: 0,
            work: 0,
        };
        let starts = machine.rules.starts[machine.rules.root as usize].clone();
        let state = machine.settle(starts.into_iter().map(|place| Node { place, below: BOTTOM }).collect())?;
        Ok((machine, Cursor { state, partial: Partial::default() }))
    }

    /// Reads one byte.
    pub fn byte(&mut self, cursor: Cursor, byte: u8) -> Result<Cursor, TooMany> {
        const NONE: Cursor = Cursor { state: DEAD, partial: Partial { bits: 0, missing: 0, low: 0, high: 0 } };
        let partial = match cursor.partial.missing {
            0 if byte < 0x80 => Some(Partial { bits: byte.into(), ..Partial::default() }),
            0 => Partial::begin(byte),
            _ => cursor.partial.next(byte),
        };
        let Some(partial) = partial else { return Ok(NONE) };
        if partial.missing == 0 {
            return Ok(Cursor { state: self.step(cursor.state, partial.bits)?, ..NONE });
        }
        let (low, high) = partial.range();
        let possible = self.states.all[cursor.state as usize].iter().any(|&node| self.fits(node, low, high));
        Ok(if possible { Cursor { partial, ..cursor } } else { NONE })
    }

    /// Whether the text may end here.
    pub fn may_end(&self, cursor: Cursor) -> bool {
        cursor.partial.missing == 0 && self.states.all[cursor.state as usize].first() == Some(&BOTTOM)
    }

    /// Whether it must.
    pub fn must_end(&self, cursor: Cursor) -> bool {
        self.may_end(cursor) && self.states.all[cursor.state as usize].len() == 1
    }

    /// Allows new work, and forgets all states but this one where too many are remembered. Other cursors lose their
    /// meaning.
    pub fn rest(&mut self, cursor: Cursor) -> Cursor {
        self.work = 0;
        if self.remembered < MANY {
            return cursor;
        }
        let old = std::mem::replace(&mut self.nodes, Numbered::new(Node { place: u32::MAX, below: BOTTOM }));
        let kept = self.states.all[cursor.state as usize].clone();
        // A node is always younger than what is below it: in their order each finds its own already moved.
        let mut needed: HashSet<u32> = HashSet::new();
        let mut open: Vec<u32> = kept.to_vec();
        while let Some(node) = open.pop() {
            if node != BOTTOM && needed.insert(node) {
                open.push(old.all[node as usize].below);
            }
        }
        let mut needed: Vec<u32> = needed.into_iter().collect();
        needed.sort_unstable();
        let mut moved: HashMap<u32, u32> = HashMap::from([(BOTTOM, BOTTOM)]);
        for node in needed {
            let Node { place, below } = old.all[node as usize];
            let below = moved.get(&below).copied().unwrap_or(BOTTOM);
            moved.insert(node, self.nodes.number(Node { place, below }));
        }
        let mut state: Vec<u32> = kept.iter().filter_map(|node| moved.get(node).copied()).collect();
        state.sort_unstable();
        self.states = Numbered::new(Arc::from([]));
        self.steps = HashMap::new();
        self.remembered = self.nodes.all.len() + state.len();
        Cursor { state: self.states.number(state.into()), ..cursor }
    }

    /// Whether a stack's next character can be one from `low` to `high`.
    fn fits(&self, node: u32, low: u32, high: u32) -> bool {
        let place = self.nodes.all[node as usize].place;
        match self.rules.symbols.get(place as usize) {
            Some(&Symbol::Chars(set)) => self.rules.sets[set as usize].meets(low, high),
            _ => false,
        }
    }

    /// The state after a character.
    fn step(&mut self, state: u32, c: u32) -> Result<u32, TooMany> {
        if let Some(&next) = self.steps.get(&(state, c)) {
            return Ok(next);
        }
        let stacks = self.states.all[state as usize].clone();
        let mut open = Vec::new();
        for &node in stacks.iter() {
            if self.fits(node, c, c) {
                let Node { place, below } = self.nodes.all[node as usize];
                open.push(Node { place: place + 1, below });
            }
        }
        self.work += stacks.len();
        let next = self.settle(open)?;
        self.steps.insert((state, c), next);
        Ok(next)
    }

    /// Goes into rules and out of them until every stack waits for a character or is at the bottom.
    fn settle(&mut self, mut open: Vec<Node>) -> Result<u32, TooMany> {
        let nodes = self.nodes.all.len();
        let mut seen: HashSet<Node> = HashSet::new();
        let mut state = Vec::new();
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            if seen.len() > MOST_STEPS {
                return Err(TooMany);
            }
            match self.rules.symbols[node.place as usize] {
                Symbol::Chars(_) => {
                    state.push(self.nodes.number(node));
                    if state.len() > MOST_STACKS {
                        return Err(TooMany);
                    }
                }
                Symbol::End if node.below == BOTTOM => state.push(BOTTOM),
                Symbol::End => open.push(self.nodes.all[node.below as usize]),
                Symbol::Rule(rule) => {
                    let after = node.place + 1;
                    // What comes last needs no way back: stacks of lists do not grow with the list.
                    let below = match self.rules.symbols[after as usize] {
                        Symbol::End => node.below,
                        _ => self.nodes.number(Node { place: after, below: node.below }),
                    };
                    open.extend(self.rules.starts[rule as usize].iter().map(|&place| Node { place, below }));
                }
            }
        }
        state.sort_unstable();
        state.dedup();
        self.work += seen.len();
        self.remembered += self.nodes.all.len() - nodes + state.len() + 1;
        if self.work > MOST_WORK || self.remembered > MOST {
            return Err(TooMany);
        }
        Ok(self.states.number(state.into()))
    }
}
