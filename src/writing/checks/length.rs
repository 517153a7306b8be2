//! How long a text is.

use super::{Finding, Place, is_han};
use crate::lang::{Both, Lang};

/// The length of a text as its readers count: words in English; in Chinese Han characters, with each word of Latin
/// letters or digits as one. Marks and spaces do not count.
pub fn length(text: &str, lang: Lang) -> usize {
    match lang {
        Lang::En => text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).map(han_or_one).sum(),
        Lang::Zh => {
            let mut count = 0;
            let mut inside = false;
            for c in text.chars() {
                let word = c.is_alphanumeric() && !is_han(c);
                count += usize::from(is_han(c) || (word && !inside));
                inside = word || (inside && matches!(c, '\'' | '-' | '.'));
            }
            count
        }
    }
}

/// A "word" of Han characters has no spaces inside, but is many.
fn han_or_one(word: &str) -> usize {
    word.chars().filter(|c| is_han(*c)).count().max(1)
}

/// Finds a length outside `(min, max)`; `about` is what was asked for, where that is a number between the two.
pub(super) fn check(text: &str, (min, max): (usize, usize), about: Option<usize>, lang: Lang, out: &mut Vec<Finding>) {
    let n = length(text, lang);
    if n >= min && n <= max {
        return;
    }
    let (unit, unit_zh) = lang.pick(("words", "个词"), ("characters", "字"));
    let unit = if n == 1 { unit.trim_end_matches('s') } else { unit };
    let units = lang.pick("words", "characters");
    let (asked, asked_zh) = match about {
        Some(about) => (
            format!("about {about} were asked for ({min} to {max})"),
            format!("要求约 {about} {unit_zh}（{min} 到 {max}）"),
        ),
        None if n < min => (format!("at least {min} were asked for"), format!("要求至少 {min} {unit_zh}")),
        None => (format!("at most {max} were asked for"), format!("要求最多 {max} {unit_zh}")),
    };
    let (again, again_zh) = match (about, n < min) {
        (Some(about), true) => (
            format!("Write the text again with more detail, about {about} {units}."),
            format!("请重写得更详细，约 {about} {unit_zh}。"),
        ),
        (Some(about), false) => (
            format!("Write the text again, shorter: about {about} {units}."),
            format!("请改写得更短，约 {about} {unit_zh}。"),
        ),
        (None, true) => (
            format!("Write the text again with more detail, between {min} and {max} {units}."),
            format!("请重写得更详细，篇幅在 {min} 到 {max} {unit_zh}之间。"),
        ),
        (None, false) => (
            format!("Write the text again, shorter: at most {max} {units}."),
            format!("请改写得更短，最多 {max} {unit_zh}。"),
        ),
    };
    let about = Both::new(format!("The text has {n} {unit}; {asked}."), format!("全文 {n} {unit_zh}，{asked_zh}。"));
    out.push(Finding::wrong(Place::Whole, about, Both::new(again, again_zh)));
}
