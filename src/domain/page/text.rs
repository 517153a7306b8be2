//! The text of a page, and who wrote what.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    #[default]
    Person,
    Model,
}

/// A run of text by one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub by: Author,
    pub text: String,
}

/// A text as its pieces. Offsets are bytes; one inside a character counts as the character's beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageText {
    text: String,
    /// Authors with the length of what they wrote, none empty, no two alike beside each other.
    runs: Vec<(Author, usize)>,
}

impl PageText {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Authors with the bytes that each wrote, in order.
    pub fn authors(&self) -> &[(Author, usize)] {
        &self.runs
    }

    /// The same for a text that has just been typed from this one: what is new is the person's.
    pub fn authors_of(&self, text: &str) -> Vec<(Author, usize)> {
        match super::diff::between(&self.text, text) {
            None => self.runs.clone(),
            Some((at, removed, added)) => {
                let mut next = self.clone();
                next.replace(at, removed, &[Run { by: Author::Person, text: added.to_owned() }]);
                next.runs
            }
        }
    }

    /// `at`, or the nearest place before it where a character begins.
    pub fn boundary(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at)
    }

    /// The pieces between two places.
    pub fn runs(&self, from: usize, to: usize) -> Vec<Run> {
        let (from, to) = (self.boundary(from), self.boundary(to));
        let mut begin = 0;
        let mut out = Vec::new();
        for &(by, length) in &self.runs {
            let end = begin + length;
            let (a, b) = (from.max(begin), to.min(end));
            if a < b {
                out.push(Run { by, text: self.text[a..b].to_owned() });
            }
            begin = end;
        }
        out
    }

    /// Puts `pieces` in the place of `removed` bytes at `at`.
    pub(super) fn replace(&mut self, at: usize, removed: usize, pieces: &[Run]) {
        let from = self.boundary(at);
        let to = self.boundary(at.saturating_add(removed)).max(from);
        let new: String = pieces.iter().map(|run| run.text.as_str()).collect();
        self.text.replace_range(from..to, &new);
        let mut runs: Vec<(Author, usize)> = Vec::with_capacity(self.runs.len() + pieces.len() + 1);
        let mut put = |by: Author, length: usize| match runs.last_mut() {
            _ if length == 0 => {}
            Some(last) if last.0 == by => last.1 += length,
            _ => runs.push((by, length)),
        };
        let mut begin = 0;
        for &(by, length) in &self.runs {
            put(by, (begin + length).min(from).saturating_sub(begin));
            begin += length;
            if begin >= from {
                break;
            }
        }
        for run in pieces {
            put(run.by, run.text.len());
        }
        let mut begin = 0;
        for &(by, length) in &self.runs {
            put(by, (begin + length).saturating_sub(to.max(begin)).min(length));
            begin += length;
        }
        self.runs = runs;
    }
}

/// Pieces one after the other.
pub(super) fn join(mut before: Vec<Run>, after: &[Run]) -> Vec<Run> {
    for run in after {
        match before.last_mut().filter(|last| last.by == run.by) {
            Some(last) => last.text.push_str(&run.text),
            None => before.push(run.clone()),
        }
    }
    before
}
