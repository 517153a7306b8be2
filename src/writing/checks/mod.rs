//! Checks of a finished text against its form. Each finding says where, what, and what to ask the model so that it
//! writes that place again. A check that cannot tell says so instead of guessing.

mod form;
mod language;
mod length;
mod loops;
mod request;
pub mod rhyme;
mod rhyme_answer;
mod rhyme_en;
mod rhyme_zh;
mod rows;
mod shape;
pub mod syllables;
mod verse;

pub use form::Check;
pub use language::language_of;
pub use length::length;
pub use request::{Again, TextCheck};

use crate::lang::{Both, Lang};

/// Where in a text; lines and paragraphs count from 1, lines as an editor counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Whole,
    Line(usize),
    Paragraph(usize),
}

/// Whether something is off, or could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    CannotTell,
}

/// What a check has to say about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub place: Place,
    pub verdict: Verdict,
    /// For the person.
    pub about: Both,
    /// For the model: an instruction to write that place again. Empty where nothing needs to be written again.
    pub again: Both,
}

impl Finding {
    fn wrong(place: Place, about: Both, again: Both) -> Self {
        Self { place, verdict: Verdict::Wrong, about, again }
    }

    fn unsure(place: Place, about: Both) -> Self {
        Self { place, verdict: Verdict::CannotTell, about, again: Both::default() }
    }
}

/// Longest text that is checked, in bytes; the rest is not.
const MAX_TEXT: usize = 4 << 20;
/// Most findings that are reported; a text with more is wrong altogether.
const MAX_FINDINGS: usize = 50;

/// What is off in a text, in the order of the checks. `lang` is the language it should be in, which decides whether
/// words or characters are counted; [`Check::Language`] may name another.
pub fn check(text: &str, checks: &[Check], lang: Lang) -> Vec<Finding> {
    let text = &text[..floor(text, MAX_TEXT)];
    let target =
        checks.iter().find_map(|c| if let Check::Language { asked } = c { *asked } else { None }).unwrap_or(lang);
    let mut out = Vec::new();
    if text.trim().is_empty() {
        let again = Both::new("Write the text.", "请写出正文。");
        out.push(Finding::wrong(Place::Whole, Both::new("The text is empty.", "内容是空的。"), again));
        return out;
    }
    for check in checks {
        match check {
            Check::Length { min, max, about } => length::check(text, (*min, *max), *about, target, &mut out),
            Check::AtMost { max } => length::check(text, (0, *max), None, target, &mut out),
            Check::Lines { min, max } => shape::lines(text, *min, *max, &mut out),
            Check::Stanzas { min, max } => shape::stanzas(text, *min, *max, &mut out),
            Check::Paragraphs { min, max } => shape::paragraphs(text, *min, *max, &mut out),
            Check::Headline { words, chars } => shape::headline(text, *words, *chars, target, &mut out),
            Check::Subject => shape::subject(text, &mut out),
            Check::Headings { min, max } => shape::headings(text, *min, *max, &mut out),
            Check::Syllables { lines } => verse::syllables(text, lines, target, &mut out),
            Check::Rhyme { scheme } => verse::rhymes(text, scheme, &mut out),
            Check::NoMeta => shape::meta(text, &mut out),
            Check::NoLoops => loops::check(text, &mut out),
            Check::Language { asked } => language::check(text, asked.unwrap_or(lang), &mut out),
        }
        if out.len() >= MAX_FINDINGS {
            out.truncate(MAX_FINDINGS);
            break;
        }
    }
    out
}

/// Whether a line speaks about the text that was asked for instead of being it.
pub fn talks_about_itself(line: &str) -> bool {
    let mut found = Vec::new();
    shape::meta(line, &mut found);
    !found.is_empty()
}

/// The largest place at or before `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&n| text.is_char_boundary(n)).unwrap_or(0)
}

/// A Han character.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3007}')
}

#[cfg(test)]
mod tests;
