//! Emphasis as A1111 writes it: `(word)` is 1.1, `(word:1.3)` is 1.3, `[word]` is 1/1.1, brackets multiply, `\(` is a
//! bracket to read, `BREAK` begins a new chunk. What is left open at the end counts as closed there.

use crate::error::{Cause, Result};
use crate::lang::both;

/// What a bracket multiplies by.
const ROUND: f32 = 1.1;
/// Brackets that may be open at once.
const DEPTH: usize = 256;
/// Bytes that `:1.3)` may take.
const LONGEST_WEIGHT: usize = 64;
/// Largest weight of a word, either way: beyond it pictures are noise.
pub const MAX_WEIGHT: f32 = 10.0;

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq)]
pub enum PromptPart {
    Text {
        text: String,
        weight: f32,
    },
    /// The chunk ends here.
    Break,
}

/// An open bracket: the part that it opened before, and what it multiplies by where it closes without a number.
struct Open {
    from: usize,
    round: bool,
}

/// Reads a prompt. Neighbours of one weight are one part; a prompt without text is one empty part. A `BREAK` within
/// brackets is a break too. Errors: a weight beyond [`MAX_WEIGHT`], or too many open brackets.
pub fn parse(prompt: &str) -> Result<Vec<PromptPart>> {
    let mut parts: Vec<PromptPart> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut rest = prompt;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '\\' => {
                let next = rest[1..].chars().next().filter(|c| "()[]\\".contains(*c));
                taken += next.map_or(0, char::len_utf8);
                // A lone backslash says nothing.
                push(&mut parts, next.map_or("", |_| &rest[1..taken]));
            }
            '(' | '[' => {
                if open.len() == DEPTH {
                    let (value, choices) = (
                        both!("{} open brackets", "{} 个未关闭的括号", DEPTH + 1),
                        both!("at most {DEPTH}", "最多 {DEPTH} 个"),
                    );
                    return Err(Cause::BadChoice { name: "prompt", value, choices }.into());
                }
                open.push(Open { from: parts.len(), round: c == '(' });
            }
            ':' => match weight(rest).filter(|_| open.iter().any(|o| o.round)) {
                Some((by, length)) => {
                    taken = length;
                    close(&mut parts, &mut open, true, by);
                }
                None => push(&mut parts, ":"),
            },
            ')' | ']' => {
                let by = if c == ')' { ROUND } else { 1.0 / ROUND };
                if !close(&mut parts, &mut open, c == ')', by) {
                    push(&mut parts, &rest[..1]);
                }
            }
            _ => {
                taken = rest.find(['\\', '(', ')', '[', ']', ':']).unwrap_or(rest.len());
                text(&mut parts, &rest[..taken]);
            }
        }
        rest = &rest[taken..];
    }
    while let Some(round) = open.last().map(|o| o.round) {
        close(&mut parts, &mut open, round, if round { ROUND } else { 1.0 / ROUND });
    }
    let parts = join(parts);
    for part in &parts {
        if let PromptPart::Text { weight, .. } = part
            && weight.abs() > MAX_WEIGHT
        {
            let (value, max) = (f64::from(*weight), f64::from(MAX_WEIGHT));
            return Err(Cause::OutOfRange { name: "prompt weight", value, min: -max, max }.into());
        }
    }
    Ok(parts)
}

/// Multiplies all since the last open bracket of this kind; `false` where none is open.
fn close(parts: &mut [PromptPart], open: &mut Vec<Open>, round: bool, by: f32) -> bool {
    let Some(at) = open.iter().rposition(|o| o.round == round) else { return false };
    for part in &mut parts[open.remove(at).from..] {
        if let PromptPart::Text { weight, .. } = part {
            *weight *= by;
        }
    }
    true
}

/// `:1.3)` at the start of `text`: the number, and the length with the bracket.
fn weight(text: &str) -> Option<(f32, usize)> {
    let end = text.bytes().take(LONGEST_WEIGHT).position(|b| b == b')')?;
    let number = text[1..end].trim();
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    Some((plain.then(|| number.parse().ok())??, end + 1))
}

fn push(parts: &mut Vec<PromptPart>, text: &str) {
    parts.push(PromptPart::Text { text: text.to_owned(), weight: 1.0 });
}

/// Text between brackets, cut at the word BREAK (with the spaces about it).
fn text(parts: &mut Vec<PromptPart>, mut text: &str) {
    while let Some(at) = find_break(text) {
        push(parts, text[..at].trim_end());
        parts.push(PromptPart::Break);
        text = text[at + BREAK.len()..].trim_start();
    }
    push(parts, text);
}

const BREAK: &str = "BREAK";

/// Where BREAK stands as a word of its own.
fn find_break(text: &str) -> Option<usize> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(BREAK).map(|(at, _)| at).find(|&at| {
        !text[..at].chars().next_back().is_some_and(word) && !text[at + BREAK.len()..].chars().next().is_some_and(word)
    })
}

/// Neighbours of one weight become one, empty ones go.
fn join(parts: Vec<PromptPart>) -> Vec<PromptPart> {
    let mut joined: Vec<PromptPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (_, PromptPart::Text { text, .. }) if text.is_empty() => {}
            (Some(PromptPart::Text { text, weight }), PromptPart::Text { text: more, weight: same })
                if *weight == same =>
            {
                text.push_str(&more);
            }
            (_, part) => joined.push(part),
        }
    }
    if joined.is_empty() {
        push(&mut joined, "");
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts with weights; a break is weight -1.
    fn read(prompt: &str) -> Vec<(String, f32)> {
        let flat = |part: PromptPart| match part {
            PromptPart::Text { text, weight } => (text, (weight * 1e4).round() / 1e4),
            PromptPart::Break => ("BREAK".to_owned(), -1.0),
        };
        parse(prompt).unwrap().into_iter().map(flat).collect()
    }

    fn all(expected: &[(&str, f32)]) -> Vec<(String, f32)> {
        expected.iter().map(|(text, weight)| ((*text).to_owned(), *weight)).collect()
    }

    /// The examples that A1111 documents its grammar with.
    #[test]
    fn a1111s_own_examples_mean_the_same() {
        assert_eq!(read("normal text"), all(&[("normal text", 1.0)]));
        assert_eq!(read("an (important) word"), all(&[("an ", 1.0), ("important", 1.1), (" word", 1.0)]));
        assert_eq!(read("(unbalanced"), all(&[("unbalanced", 1.1)]));
        assert_eq!(read("\\(literal\\]"), all(&[("(literal]", 1.0)]));
        assert_eq!(read("(unnecessary)(parens)"), all(&[("unnecessaryparens", 1.1)]));
        assert_eq!(
            read("a (((house:1.3)) [on] a (hill:0.5), sun, (((sky)))."),
            all(&[
                ("a ", 1.0),
                ("house", 1.573),
                (" ", 1.1),
                ("on", 1.0),
                (" a ", 1.1),
                ("hill", 0.55),
                (", sun, ", 1.1),
                ("sky", 1.4641),
                (".", 1.1),
            ])
        );
    }

    #[test]
    fn breaks_are_words_of_their_own() {
        assert_eq!(read("a BREAK b"), all(&[("a", 1.0), ("BREAK", -1.0), ("b", 1.0)]));
        assert_eq!(read("BREAKFAST, unBREAK"), all(&[("BREAKFAST, unBREAK", 1.0)]));
        assert_eq!(read("BREAK BREAK"), all(&[("BREAK", -1.0), ("BREAK", -1.0)]));
        assert_eq!(read("(a BREAK b:1.5)"), all(&[("a", 1.5), ("BREAK", -1.0), ("b", 1.5)]));
    }

    #[test]
    fn what_is_no_weight_is_text() {
        assert_eq!(read("ratio 3:4"), all(&[("ratio 3:4", 1.0)]));
        assert_eq!(read("(a:b)"), all(&[("a:b", 1.1)]));
        assert_eq!(read("(a:1.2.3)"), all(&[("a:1.2.3", 1.1)]));
        assert_eq!(read("(a:1e999)"), all(&[("a:1e999", 1.1)]));
        assert_eq!(read("(a:nan)(b:inf)"), all(&[("a:nanb:inf", 1.1)]));
        assert_eq!(read("a:1.5)"), all(&[("a:1.5)", 1.0)]));
        assert_eq!(read("(a: 1.5 )"), all(&[("a", 1.5)]));
        assert_eq!(read("(猫:1.2)，狗"), all(&[("猫", 1.2), ("，狗", 1.0)]));
        assert_eq!(read("(a:-1)"), all(&[("a", -1.0)]));
        assert_eq!(read("a\\"), all(&[("a", 1.0)]));
        assert_eq!(read(") ] :"), all(&[(") ] :", 1.0)]));
    }

    #[test]
    fn nothing_is_one_empty_part() {
        for empty in ["", "()", "(((", "[]", "\\"] {
            assert_eq!(read(empty), all(&[("", 1.0)]), "{empty}");
        }
    }

    #[test]
    fn weights_out_of_range_and_towers_of_brackets_are_refused() {
        for bad in ["(a:11)", "(a:-99999999999999999999999999999999999999999999)", &"(".repeat(30), &"([".repeat(5000)]
        {
            let prompt = format!("{bad}x");
            assert!(parse(&prompt).is_err(), "{}", &prompt[..prompt.len().min(40)]);
        }
        // Quick, however it is built.
        let _ = parse(&"(a".repeat(100_000));
        let _ = parse(&"a)(".repeat(100_000));
        let _ = parse(&"a".repeat(1_000_000));
    }
}
