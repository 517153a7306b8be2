//! Definitions checked and laid flat, so that a place in a grammar is one number.

use std::collections::HashMap;

use super::Bad;
use crate::lang::both;

/// Characters, as ranges with both ends inside, in order, with gaps between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CharSet(Vec<(u32, u32)>);

impl CharSet {
    pub fn new(ranges: Vec<(char, char)>) -> Self {
        let mut ranges: Vec<(u32, u32)> = ranges.into_iter().map(|(a, b)| (a.into(), b.into())).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some(last) if from <= last.1 + 1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    pub fn one(c: char) -> Self {
        Self(vec![(c.into(), c.into())])
    }

    pub fn any() -> Self {
        Self(vec![(0, char::MAX.into())])
    }

    pub fn negated(self) -> Self {
        let mut out = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for (from, to) in self.0 {
            if from > next {
                out.push((next, from - 1));
            }
            next = to + 1;
        }
        if next <= char::MAX.into() {
            out.push((next, char::MAX.into()));
        }
        Self(out)
    }

    /// Whether any character from `from` to `to` is in it.
    pub fn meets(&self, from: u32, to: u32) -> bool {
        let after = self.0.partition_point(|range| range.1 < from);
        self.0.get(after).is_some_and(|range| range.0 <= to)
    }
}

/// What a sequence is made of: characters of a set, or another rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    Chars(u32),
    Rule(u32),
}

/// A rule as it was read.
#[derive(Debug)]
pub struct Definition {
    pub name: String,
    pub line: usize,
    /// `None` while only uses of it were seen.
    pub alternatives: Option<Vec<Vec<Item>>>,
}

/// All rules of a grammar, by number.
#[derive(Debug, Default)]
pub struct Definitions {
    rules: Vec<Definition>,
    sets: Vec<CharSet>,
    by_set: HashMap<CharSet, u32>,
    pub root: u32,
}

impl Definitions {
    /// The number that the next rule gets.
    pub fn next(&self) -> u32 {
        self.rules.len() as u32
    }

    pub fn add(&mut self, definition: Definition) -> u32 {
        self.rules.push(definition);
        self.next() - 1
    }

    pub fn get(&mut self, id: u32) -> &mut Definition {
        &mut self.rules[id as usize]
    }

    pub fn line(&self, id: u32) -> usize {
        self.rules[id as usize].line
    }

    pub fn set(&mut self, set: CharSet) -> u32 {
        if let Some(&id) = self.by_set.get(&set) {
            return id;
        }
        let id = self.sets.len() as u32;
        self.sets.push(set.clone());
        self.by_set.insert(set, id);
        id
    }
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    Chars(u32),
    Rule(u32),
    /// The end of an alternative.
    End,
}

/// A grammar ready to be followed: no rule is missing, and none is left-recursive.
#[derive(Debug)]
pub struct Rules {
    /// All alternatives, one after another, each with its end.
    pub symbols: Vec<Symbol>,
    /// Where each rule's alternatives begin.
    pub starts: Vec<Vec<u32>>,
    pub sets: Vec<CharSet>,
    pub root: u32,
}

impl Rules {
    /// Checks and flattens the definitions.
    ///
    /// # Errors
    /// An undefined rule, or left recursion.
    pub fn new(all: Definitions) -> Result<Self, Bad> {
        if let Some(missing) = all.rules.iter().find(|rule| rule.alternatives.is_none()) {
            return Err(Bad::new(
                missing.line,
                both!("the rule {} is used but not defined", "规则 {} 用到了却没有定义", missing.name),
            ));
        }
        let mut symbols = Vec::new();
        let mut starts = Vec::with_capacity(all.rules.len());
        for rule in &all.rules {
            let mut begins = Vec::new();
            for alternative in rule.alternatives.iter().flatten() {
                begins.push(symbols.len() as u32);
                symbols.extend(alternative.iter().map(|item| match *item {
                    Item::Chars(set) => Symbol::Chars(set),
                    Item::Rule(rule) => Symbol::Rule(rule),
                }));
                symbols.push(Symbol::End);
            }
            starts.push(begins);
        }
        let rules = Self { symbols, starts, sets: all.sets, root: all.root };
        if let Some(id) = rules.left_recursive() {
            let rule = &all.rules[id];
            return Err(Bad::new(
                rule.line,
                both!("the rule {} begins with itself (left recursion)", "规则 {} 以自身开头（左递归）", rule.name),
            ));
        }
        Ok(rules)
    }

    /// The symbols of the alternative that begins at `start`.
    fn alternative(&self, start: u32) -> impl Iterator<Item = Symbol> + '_ {
        self.symbols[start as usize..].iter().copied().take_while(|&s| s != Symbol::End)
    }

    /// Leaves out all alternatives that never come to an end; false where the root has none left.
    pub fn prune(&mut self) -> bool {
        let ends = self.ending(true);
        let mut starts = std::mem::take(&mut self.starts);
        for all in &mut starts {
            all.retain(|&start| {
                self.alternative(start).all(|s| !matches!(s, Symbol::Rule(inner) if !ends[inner as usize]))
            });
        }
        self.starts = starts;
        ends[self.root as usize]
    }

    /// Which rules can come to an end; without `chars` those that can be nothing at all.
    fn ending(&self, chars: bool) -> Vec<bool> {
        let mut ending = vec![false; self.starts.len()];
        // Which alternatives wait for a rule to end, and for how many in all.
        let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); self.starts.len()];
        let mut alternatives = Vec::new();
        let mut found = Vec::new();
        for (rule, &start) in self.starts.iter().enumerate().flat_map(|(r, s)| s.iter().map(move |s| (r, s))) {
            if !chars && self.alternative(start).any(|s| matches!(s, Symbol::Chars(_))) {
                continue;
            }
            let mut missing = 0;
            for symbol in self.alternative(start) {
                if let Symbol::Rule(inner) = symbol {
                    missing += 1;
                    waiting[inner as usize].push(alternatives.len());
                }
            }
            if missing == 0 {
                found.push(rule);
            }
            alternatives.push((rule, missing));
        }
        while let Some(rule) = found.pop() {
            if std::mem::replace(&mut ending[rule], true) {
                continue;
            }
            for &at in &waiting[rule] {
                let (outer, missing) = &mut alternatives[at];
                *missing -= 1;
                if *missing == 0 {
                    found.push(*outer);
                }
            }
        }
        ending
    }

    /// A rule that can come to itself before any character, if there is one.
    fn left_recursive(&self) -> Option<usize> {
        let empty = self.ending(false);
        let mut firsts: Vec<Vec<usize>> = Vec::with_capacity(self.starts.len());
        for starts in &self.starts {
            let mut all = Vec::new();
            for &start in starts {
                for symbol in self.alternative(start) {
                    let Symbol::Rule(inner) = symbol else { break };
                    all.push(inner as usize);
                    if !empty[inner as usize] {
                        break;
                    }
                }
            }
            firsts.push(all);
        }
        // Depth first, with the way on a list of its own: rules may follow one another for long.
        #[derive(Clone, Copy, PartialEq)]
        enum Seen {
            No,
            OnTheWay,
            Done,
        }
        let mut seen = vec![Seen::No; firsts.len()];
        for begin in 0..firsts.len() {
            let mut way = vec![(begin, 0)];
            while let Some((rule, at)) = way.last_mut() {
                if *at == 0 {
                    if seen[*rule] == Seen::Done {
                        way.pop();
                        continue;
                    }
                    seen[*rule] = Seen::OnTheWay;
                }
                match firsts[*rule].get(*at) {
                    None => {
                        seen[*rule] = Seen::Done;
                        way.pop();
                    }
                    Some(&inner) => {
                        *at += 1;
                        match seen[inner] {
                            Seen::OnTheWay => return Some(inner),
                            Seen::Done => {}
                            Seen::No => way.push((inner, 0)),
                        }
                    }
                }
            }
        }
        None
    }
}
