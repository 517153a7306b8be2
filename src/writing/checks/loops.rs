//! Sentences that come again and again.

use std::collections::HashMap;

use super::{Finding, Place, is_han};
use crate::lang::Both;

/// How often a sentence may come in a row, and in all: a refrain comes some times.
const IN_A_ROW: usize = 2;
const IN_ALL: usize = 4;
/// Shorter ones come often; a Han character counts for several letters.
const LETTERS: usize = 10;
const HAN: usize = 3;
/// Letters that are quoted.
const QUOTED: usize = 60;

/// Finds the sentence that is repeated most.
pub(super) fn check(text: &str, out: &mut Vec<Finding>) {
    // By the sentence: how often it came, how often in a row at most, and the line where it came first.
    let mut seen: HashMap<String, (usize, usize, usize)> = HashMap::new();
    let (mut last, mut row) = (String::new(), 0);
    for (number, line) in text.lines().enumerate() {
        for sentence in line.split(['.', '!', '?', '。', '！', '？']) {
            let bare = sentence.trim_start_matches(|c: char| !c.is_alphabetic()).trim_end();
            let letters: usize =
                bare.chars().filter(|c| c.is_alphanumeric()).map(|c| if is_han(c) { HAN } else { 1 }).sum();
            if letters < LETTERS {
                continue;
            }
            let bare = bare.to_lowercase();
            row = if bare == last { row + 1 } else { 1 };
            let (times, in_a_row, _) = seen.entry(bare.clone()).or_insert((0, 0, number + 1));
            (*times, *in_a_row) = (*times + 1, row.max(*in_a_row));
            last = bare;
        }
    }
    let too_often = seen.iter().filter(|(_, (times, row, _))| *times > IN_ALL || *row > IN_A_ROW);
    let Some((sentence, (times, _, line))) = too_often.max_by_key(|(_, (times, _, line))| (*times, usize::MAX - line))
    else {
        return;
    };
    let quoted: String = sentence.chars().take(QUOTED).collect();
    let about = Both::new(
        format!("The text repeats itself: \u{201c}{quoted}\u{201d} comes {times} times."),
        format!("文字重复：“{quoted}”出现了 {times} 次。"),
    );
    let again = Both::new(
        format!("Write the text again without repeating \u{201c}{quoted}\u{201d}."),
        format!("请重写，不要重复“{quoted}”。"),
    );
    out.push(Finding::wrong(Place::Line(*line), about, again));
}
