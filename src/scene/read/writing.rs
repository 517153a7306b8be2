//! Parses texts that are to be written in the picture. They are reported, and their words draw nothing.

use super::super::lexer::QUOTED;
use super::*;

/// Labels of things that bear a text: after a sign, "reading" comes before its text.
const SIGNS: &[&str] =
    &["placard", "stop sign", "love letter", "envelope", "memo", "page facing up", "scroll", "label", "t-shirt"];

impl Reader<'_> {
    /// Handles a word before a text that is to be written, together with the text.
    pub(super) fn writing(&mut self, word: &Lexeme) {
        let end = self.written();
        let span = word.span.start..self.words[end].span.end;
        // "HAPPY BIRTHDAY" written on it
        let is_reported = self.at == end && self.at.checked_sub(1).is_some_and(|before| self.is_quoted(before));
        self.at = end;
        if is_reported {
            return;
        }
        self.reading.cannot.push((Cannot::Writing, span.clone()));
        self.other_noun(&span);
    }

    /// The index of the last word of the text.
    fn written(&self) -> usize {
        let is_colon =
            |at: usize| self.words.get(at).is_some_and(|word| matches!(word.word.as_str(), ":" | "：" | ","));
        let first = if is_colon(self.at + 1) { self.at + 2 } else { self.at + 1 };
        if self.is_quoted(first) {
            return first;
        }
        let word = &self.words[self.at];
        let says = !matches!(word.kind, Kind::Role(Role::Cannot(_)));
        let ends = |at: usize| {
            let next = self.words.get(at + 1);
            let Some(word) = self.words.get(at) else { return true };
            match &word.kind {
                Kind::Stop => true,
                // "HELLO on a wall", "hello on it"
                Kind::Role(Role::Relation(_)) => next.is_none_or(|next| {
                    matches!(next.kind, Kind::Role(Role::Number(_) | Role::The | Role::Measure | Role::Pronoun))
                }),
                // 写着你好的牌子
                Kind::Role(_) if word.word == "的" => next.is_some_and(|next| next.kind != Kind::Stop),
                Kind::Role(_) | Kind::Name(..) | Kind::Unknown(_) => self.is_quoted(at),
            }
        };
        (first..).find(|&at| !says || ends(at)).map_or(self.at, |end| if end > first { end - 1 } else { self.at })
    }

    fn is_quoted(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| word.word == QUOTED)
    }

    /// Whether "reading" comes before the text of a sign: "a sign reading HELLO", but not "a girl reading a book".
    pub(super) fn is_on_a_sign(&self, word: &Lexeme) -> bool {
        let is_sign = |&i: &usize| SIGNS.contains(&things().get(self.named[i].senses[0]).en);
        matches!(word.word.as_str(), "reading" | "reads")
            && (self.is_quoted(self.at + 1) || self.mentions.last().is_some_and(is_sign))
    }
}
