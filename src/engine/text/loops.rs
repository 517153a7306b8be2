//! Detects answers that repeat themselves: the same words or lines again and again, until the token limit. Small models
//! do that.

use std::collections::{HashMap, VecDeque};

/// How often something must come in a row.
const COPIES: usize = 5;
/// Longest loop in tokens, and how many tokens it must fill: a row of dashes is none.
const TOKENS: usize = 160;
const FILLED: usize = 64;
/// Longest loop in lines.
const LINES: usize = 8;
/// Letters that make a line: shorter ones (`}`, `---`) are passed over.
const LETTERS: usize = 3;
/// Chinese characters that are looked at, and how often two of them may come together in these: a refrain fills far less,
/// a small model without Chinese writes the same two in every third place.
const HAN: usize = 120;
const PAIRS: usize = 18;

/// Follows an answer.
pub struct Loops {
    tokens: Tail<u32>,
    lines: Tail<String>,
    pairs: Pairs,
    /// The line that is being written.
    line: String,
}

impl Default for Loops {
    fn default() -> Self {
        Self { tokens: Tail::new(TOKENS), lines: Tail::new(LINES), pairs: Pairs::default(), line: String::new() }
    }
}

impl Loops {
    /// The next token, and the text that it completes; true once the answer is in a loop.
    pub fn push(&mut self, token: u32, text: &str) -> bool {
        let mut found = self.tokens.push(token).is_some_and(|filled| filled >= FILLED);
        found |= text.chars().filter(|c| is_han(*c)).any(|c| self.pairs.push(c));
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

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The last Chinese characters, and how often each two of them came together.
#[derive(Default)]
struct Pairs {
    letters: VecDeque<char>,
    counts: HashMap<(char, char), usize>,
}

impl Pairs {
    /// Whether the two that the newest one completes have come too often.
    fn push(&mut self, letter: char) -> bool {
        let mut often = false;
        if let Some(before) = self.letters.back() {
            let count = self.counts.entry((*before, letter)).or_default();
            *count += 1;
            often = *count >= PAIRS;
        }
        self.letters.push_back(letter);
        if self.letters.len() > HAN
            && let Some(oldest) = self.letters.pop_front()
            && let Some(next) = self.letters.front()
            && let Some(count) = self.counts.get_mut(&(oldest, *next))
        {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&(oldest, *next));
            }
        }
        often
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
    fn chinese_that_says_the_same_two_characters_again_and_again_is_a_loop() {
        // As SmolLM2 wrote it, which has no Chinese.
        let rubbish = "爱你！爱你爱你你爱！如你。爱你玩爱你母，爱你自己，爱你护你。爱你想爱你，爱福你，爹。爱你骚杀惨，爱何爱何！\
            这封文叫士，他爱珠，猫猫。爱你们。爱你心爱你岛佳！你赢还美女！爱你被爱惹爱飞父，爆爪！爱你来放你的胖。\
            爱你爱你你美，爆猪猪。爱你害爱你爱你";
        assert!(found(rubbish).is_some());
        let song = "小雨小雨，你从哪里来？小雨小雨，你到哪里去？我从云里来，落到田野里。小雨小雨，你喜欢什么？我喜欢花儿，\
            喜欢青草。小雨小雨，请你慢慢走，等一等我的伞，等一等我的狗。小雨小雨，明天还来吗？明天我不来，太阳要出来。\
            小雨小雨，再见吧，再见吧。";
        assert_eq!(found(song), None, "a refrain");
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
