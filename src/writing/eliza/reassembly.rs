//! Reassembly: the pieces of a clause put into a reply.

use super::pattern::Word;
use super::script::Script;

/// A reply: `{2}` becomes the second piece with its pronouns swapped.
pub(super) fn fill(say: &str, pieces: &[Vec<Word>], script: &Script) -> String {
    let mut out = String::new();
    let mut rest = say;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let Some(close) = after.find('}') else {
            rest = after;
            break;
        };
        let piece = after[..close].parse::<usize>().ok().and_then(|n| pieces.get(n.wrapping_sub(1)));
        if let Some(words) = piece {
            let words = script.swap(words);
            out.push_str(&words.iter().map(|w| w.shown.as_str()).collect::<Vec<_>>().join(script.space()));
        }
        rest = &after[close + 1..];
    }
    out.push_str(rest);
    tidy(&out, script.spaced)
}

/// No double spaces, none before a mark, a capital letter at the beginning.
fn tidy(text: &str, spaced: bool) -> String {
    if !spaced {
        return text.trim().to_owned();
    }
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(joined.len());
    for c in joined.chars() {
        if ",.;:!?".contains(c) && out.ends_with(' ') {
            out.pop();
        }
        out.push(c);
    }
    let mut chars = out.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
