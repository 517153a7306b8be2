//! Answers that go round in circles: the same words, or the same lines, again and again. Small models do that; what
//! follows is more of the same until the limit.

use std::collections::VecDeque;

/// How often something must come in a row.
const COPIES: usize = 5;
/// Longest loop in tokens, and how many tokens it must fill: a row of dashes is none.
const TOKENS: usize = 160;
const FILLED: usize = 64;
/// Longest loop in lines.
const LINES: usize = 8;
/// Letters that make a line: shorter ones (`}`, `---`) are passed over.
const LETTERS: usize = 3;

/// Follows an answer.
pub struct Loops {
    tokens: Tail<u32>,
    lines: Tail<String>,
    /// The line that is being written.
    line: String,
}

impl Default for Loops {
    fn default() -> Self {
        Self { tokens: Tail::new(TOKENS), lines: Tail::new(LINES), line: String::new() }
    }
}

impl Loops {
    /// The next token, and the text that it completes; true once the answer is in a loop.
    pub fn push(&mut self, token: u32, text: &str) -> bool {
        let mut found = self.tokens.push(token).is_some_and(|filled| filled >= FILLED);
        for piece in text.split_inclusive('\n') {
            self.line.push_str(piece);
            if piece.ends_with('\n') {
                let line = bare(&std::mem::take(&mut self.line));
                found |= line.is_some_and(|line| self.lines.push(line).is_some());
            }
        }
        found
    }
}

/// A line without its number or dash, in lower case; `None` where it says nothing.
fn bare(line: &str) -> Option<String> {
    let line = line.trim_start_matches(|c: char| !c.is_alphabetic()).trim_end();
    (line.chars().filter(|c| c.is_alphanumeric()).count() >= LETTERS).then(|| line.to_lowercase())
}

/// The last items, and for each period how many of them in a row equal the one a period before.
struct Tail<T> {
    items: VecDeque<T>,
    same: Vec<usize>,
}

impl<T: PartialEq> Tail<T> {
    fn new(longest: usize) -> Self {
        Self { items: VecDeque::with_capacity(longest), same: vec![0; longest] }
    }

    /// How many items the loop fills that the newest one belongs to, if they are [`COPIES`] times the same.
    fn push(&mut self, item: T) -> Option<usize> {
        let mut found = None;
        for (period, same) in (1..).zip(&mut self.same) {
            let before = self.items.len().checked_sub(period).and_then(|at| self.items.get(at));
            *same = if before == Some(&item) { *same + 1 } else { 0 };
            if *same >= period * (COPIES - 1) {
                found = found.max(Some(*same + period));
            }
        }
        if self.items.len() == self.same.len() {
            self.items.pop_front();
        }
        self.items.push_back(item);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many tokens a text of one-letter tokens is a loop.
    fn found(text: &str) -> Option<usize> {
        let mut loops = Loops::default();
        text.chars().position(|c| loops.push(c.into(), c.encode_utf8(&mut [0; 4]))).map(|at| at + 1)
    }

    #[test]
    fn the_same_words_five_times_are_a_loop() {
        let sentence = "so it goes on and on. ";
        assert_eq!(found(&sentence.repeat(9)), Some(5 * sentence.len()));
        assert_eq!(found(&format!("Once upon a time:{}", sentence.repeat(9))), Some(17 + 5 * sentence.len()));
        assert_eq!(found(&sentence.repeat(4)), None);
        assert_eq!(found(&"-".repeat(40)), None, "a line of dashes");
        assert_eq!(found(&"-".repeat(400)), Some(FILLED));
    }

    #[test]
    fn the_same_line_five_times_is_a_loop_whatever_its_number() {
        let lines = |n: usize| (1..=n).map(|i| format!("{i}. Be kind.\n\n")).collect::<String>();
        assert!(found(&lines(5)).is_some());
        assert_eq!(found(&lines(4)), None);
        let verse = "Row, row, row your boat\nGently down the stream\n";
        assert_eq!(found(&verse.repeat(2)), None, "a refrain");
        assert!(found(&verse.repeat(5)).is_some());
        let code = (1..60).map(|i| format!("    if x == {i} {{\n        y = {i};\n    }}\n")).collect::<String>();
        assert_eq!(found(&code), None);
        assert_eq!(found("床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n"), None);
    }
}
