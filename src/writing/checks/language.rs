//! Which language a text is in, told by its script: Han characters or Latin letters. French passes for English here.

use super::{Finding, Place, is_han};
use crate::lang::{Both, Lang};

/// The script that a text is written in; `None` where it has too few letters or is in neither.
pub fn language_of(text: &str) -> Option<Lang> {
    let (mut han, mut latin, mut other) = (0usize, 0usize, 0usize);
    for c in text.chars() {
        if is_han(c) {
            han += 1;
        } else if c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}') {
            latin += 1;
        } else if c.is_alphabetic() {
            other += 1;
        }
    }
    // A character says about as much as five letters. Kana belong to other, and are many in Japanese.
    let (han, all) = (han * 5, han * 5 + latin + other * 3);
    if all < 10 {
        return None;
    }
    if han * 2 > all {
        Some(Lang::Zh)
    } else if latin * 2 > all {
        Some(Lang::En)
    } else {
        None
    }
}

pub(super) fn check(text: &str, asked: Lang, out: &mut Vec<Finding>) {
    let (name, name_zh) = asked.pick(("English", "英文"), ("Chinese", "中文"));
    let again = |place: &str, place_zh: &str| {
        Both::new(format!("Write {place} again, in {name}."), format!("请用{name_zh}重写{place_zh}。"))
    };
    if text.chars().filter(|c| c.is_alphabetic()).count() >= 10 && language_of(text) != Some(asked) {
        let about = Both::new(format!("The text is not in {name}."), format!("全文不是{name_zh}。"));
        out.push(Finding::wrong(Place::Whole, about, again("the text", "全文")));
        return;
    }
    let paragraphs = super::rows::paragraphs_of(text);
    for (n, paragraph) in paragraphs.iter().enumerate() {
        let long =
            paragraph.chars().filter(|c| c.is_alphabetic()).map(|c| if is_han(c) { 5 } else { 1 }).sum::<usize>() >= 40;
        if long && language_of(paragraph) != Some(asked) {
            let n = n + 1;
            let about = Both::new(format!("Paragraph {n} is not in {name}."), format!("第 {n} 段不是{name_zh}。"));
            out.push(Finding::wrong(
                Place::Paragraph(n),
                about,
                again(&format!("paragraph {n}"), &format!("第 {n} 段")),
            ));
        }
    }
}
