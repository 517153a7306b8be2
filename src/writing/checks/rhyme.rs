//! Whether two words rhyme, where spelling or a dictionary of readings can tell.

pub use super::rhyme_answer::Rhyme;

use super::{is_han, rhyme_en, rhyme_zh};

/// Compares the last words (English) or characters (Chinese) of two lines.
pub fn lines(a: &str, b: &str) -> Rhyme {
    match (last(a), last(b)) {
        (Some(End::Han(a)), Some(End::Han(b))) => rhyme_zh::characters(a, b),
        (Some(End::Word(a)), Some(End::Word(b))) => rhyme_en::words(&a, &b),
        _ => Rhyme::CannotTell,
    }
}

enum End {
    Han(char),
    Word(String),
}

fn last(line: &str) -> Option<End> {
    let line = line.trim_end_matches(|c: char| !c.is_alphanumeric());
    let end = line.chars().next_back()?;
    if is_han(end) {
        return Some(End::Han(end));
    }
    let start = line.rfind(|c: char| !c.is_ascii_alphabetic() && c != '\'' && c != '\u{2019}');
    let word = start.map_or(line, |at| &line[at..]).trim_matches(|c: char| !c.is_ascii_alphabetic());
    (!word.is_empty() && end.is_ascii_alphabetic()).then(|| End::Word(word.to_lowercase()))
}

/// The last word or character of a line as it is written.
pub fn end_of(line: &str) -> String {
    match last(line) {
        Some(End::Han(c)) => c.to_string(),
        Some(End::Word(word)) => word,
        None => String::new(),
    }
}
