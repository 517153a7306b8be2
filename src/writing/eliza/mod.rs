//! ELIZA, the first program that held a conversation: J. Weizenbaum, "ELIZA - A Computer Program For the Study of
//! Natural Language Communication Between Man And Machine", Communications of the ACM 9(1), 1966.
//!
//! One turn, as in the paper: words are normalised; the first clause that holds a keyword is kept; the keyword
//! of the highest rank leads; its decomposition patterns are tried in order, and the reassembly of the first that
//! fits is used, each in its turn. Pronouns are swapped in what is quoted back. A remark on something of the person's
//! own is remembered, and comes back when nothing else can be said and the turn's counter allows it.
//!
//! Beside the paper: words keep their capital letters, Chinese is taken a character at a time, and the paper's choice
//! of a memory rule by a hash of the last word is a plain cycle here.

mod pattern;
mod reassembly;
mod script;

use std::collections::VecDeque;

pub use script::Script;

use crate::lang::Lang;
use pattern::{Word, split};
use reassembly::fill;
use script::Keyword;

/// Words of one remark that are looked at; a clause has fewer.
const MAX_WORDS: usize = 2000;
const MAX_CLAUSE: usize = 120;
/// Remembered remarks.
const MAX_MEMORY: usize = 32;
/// Jumps from keyword to keyword in one turn; a script could lead in a circle.
const MAX_JUMPS: usize = 16;

/// A conversation with a script.
#[derive(Clone, Debug)]
pub struct Eliza {
    script: Script,
    seed: u64,
    turns: u64,
    /// How often each rule was used, at its place in the script.
    used: Vec<u64>,
    memory: VecDeque<String>,
}

impl Eliza {
    /// A new conversation. With seed 0 every list of replies begins with its first, as in the paper; another seed
    /// begins elsewhere. The same seed and the same remarks give the same replies.
    pub fn new(script: Script, seed: u64) -> Self {
        let used = vec![0; script.rules];
        Self { script, seed, turns: 0, used, memory: VecDeque::new() }
    }

    /// The DOCTOR script of a language.
    pub fn doctor(lang: Lang, seed: u64) -> Self {
        Self::new(Script::doctor(lang), seed)
    }

    /// What it says first.
    pub fn greeting(&self) -> &str {
        &self.script.hello
    }

    /// The reply to a remark of any kind and size; never empty with a script that passed its checks.
    pub fn reply(&mut self, text: &str) -> String {
        self.turns += 1;
        let words = split(text, self.script.spaced, MAX_WORDS);
        let words = self.script.normalise(&words);
        let (clause, stack) = self.clause(&words);
        if let Some(&top) = stack.first() {
            self.remember(top, &clause);
        } else if let Some(text) = self.recall() {
            return text;
        }
        for key in stack {
            if let Some(text) = self.transform(key, &clause) {
                return text;
            }
        }
        let n = self.next(self.script.none.rule, self.script.none.say.len());
        self.script.none.say.get(n).cloned().unwrap_or_default()
    }

    /// The clause that counts, with its keywords, best first: the first clause that has any. As in the paper, a
    /// keyword goes before the others if it ranks higher than the first of them, else behind them.
    fn clause(&self, words: &[Word]) -> (Vec<Word>, Vec<usize>) {
        let mut last = Vec::new();
        for clause in words.split(|word| self.script.ends_clause(word)).filter(|c| !c.is_empty()) {
            let clause = &clause[..clause.len().min(MAX_CLAUSE)];
            let mut stack: VecDeque<usize> = VecDeque::new();
            let mut at = 0;
            while at < clause.len() {
                let Some(key) = self.script.keyword_at(&clause[at..]) else {
                    at += 1;
                    continue;
                };
                let rank = |key: usize| self.script.keywords[key].rank;
                if stack.front().is_some_and(|&top| rank(key) > rank(top)) || stack.is_empty() {
                    stack.push_front(key);
                } else if !stack.contains(&key) {
                    stack.push_back(key);
                }
                at += self.script.keywords[key].words.len().max(1);
            }
            if !stack.is_empty() {
                return (clause.to_vec(), stack.into());
            }
            last = clause.to_vec();
        }
        (last, Vec::new())
    }

    fn remember(&mut self, key: usize, clause: &[Word]) {
        let keyword = &self.script.keywords[key];
        let Some(memory) = &keyword.memory else { return };
        let Some(pieces) = memory.take.fit(clause, &self.script.groups) else { return };
        let (rule, count) = (memory.rule, memory.say.len());
        let n = self.next(rule, count);
        if let Some(say) = self.script.keywords[key].memory.as_ref().and_then(|m| m.say.get(n)) {
            let text = fill(say, &pieces, &self.script);
            self.memory.push_back(text);
            self.memory.truncate(MAX_MEMORY);
        }
    }

    /// The oldest memory, in one turn of four, as the paper's counter has it.
    fn recall(&mut self) -> Option<String> {
        if self.turns % 4 != 3 {
            return None;
        }
        self.memory.pop_front()
    }

    fn transform(&mut self, mut key: usize, clause: &[Word]) -> Option<String> {
        for _ in 0..MAX_JUMPS {
            let (rule, count, pieces, index) = self.first_fit(&self.script.keywords[key], clause)?;
            let n = self.next(rule, count);
            let say = self.script.keywords[key].rules.get(index)?.say.get(n)?;
            match say.strip_prefix('=') {
                Some("newkey") => return None,
                Some(other) => key = self.script.keyword(other)?,
                None => return Some(fill(say, &pieces, &self.script)),
            }
        }
        None
    }

    fn first_fit(&self, keyword: &Keyword, clause: &[Word]) -> Option<(usize, usize, Vec<Vec<Word>>, usize)> {
        keyword.rules.iter().enumerate().find_map(|(index, rule)| {
            let pieces = rule.take.fit(clause, &self.script.groups)?;
            Some((rule.rule, rule.say.len(), pieces, index))
        })
    }

    /// The next reply of a rule, in a cycle.
    fn next(&mut self, rule: usize, count: usize) -> usize {
        let Some(used) = self.used.get_mut(rule) else { return 0 };
        let n = *used;
        *used += 1;
        let start = if self.seed == 0 { 0 } else { mix(self.seed ^ (rule as u64).wrapping_mul(0x9e37)) };
        (start.wrapping_add(n) % count.max(1) as u64) as usize
    }
}

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): spreads a seed's bits.
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
