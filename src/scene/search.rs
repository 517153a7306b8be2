//! Searches prompts by meaning: "猫" finds "a cat under a tree", and so does "kitty".

use std::collections::HashSet;

use super::grammar::Role;
use super::lexer::{Kind, lex};
use super::things::{By, ThingId, things};
use super::words::COLOURS;

/// A search, parsed once and used for all prompts.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// A prompt must match all of them.
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
struct Term {
    /// Lower case. A prompt must contain one of them.
    words: HashSet<String>,
    /// The things that the words name.
    things: Vec<ThingId>,
}

impl Query {
    /// Parses a search. If it has no known word, [`Query::finds`] is always false, and only the text itself can be
    /// searched for.
    pub fn new(text: &str) -> Self {
        let mut terms: Vec<Term> = Vec::new();
        let mut any = false;
        for lexeme in lex(text) {
            let mut words = HashSet::from([lexeme.word.to_lowercase()]);
            let mut named = Vec::new();
            match lexeme.kind {
                Kind::Name(By::Name | By::Kind, ids, _) => {
                    if let Some(first) = ids.first() {
                        words.extend(things().names_of(*first).map(str::to_owned));
                    }
                    named = ids;
                    any = true;
                }
                Kind::Role(Role::Colour(colour)) => {
                    let same = COLOURS.iter().filter(|(.., model)| *model == colour);
                    words.extend(same.flat_map(|(en, zh, _)| en.iter().chain(*zh)).map(|word| (*word).to_owned()));
                    any = true;
                }
                // Words of the grammar: a prompt in the other language need not have them.
                Kind::Role(
                    Role::Filler
                    | Role::Suffix
                    | Role::Pronoun
                    | Role::Reflexive
                    | Role::The
                    | Role::Other
                    | Role::Is
                    | Role::Background
                    | Role::Measure
                    | Role::Number(_)
                    | Role::Relation(_),
                )
                | Kind::Stop => continue,
                Kind::Name(By::Tag, ..) | Kind::Role(_) | Kind::Unknown(_) => {}
            }
            terms.push(Term { words, things: named });
        }
        Self { terms: if any { terms } else { Vec::new() } }
    }

    /// Whether a prompt (in lower case) matches all terms of the search.
    pub fn finds(&self, prompt: &str) -> bool {
        !self.terms.is_empty() && self.terms.iter().all(|term| term.is_in(prompt))
    }
}

impl Term {
    fn is_in(&self, prompt: &str) -> bool {
        // An unknown word may be one that is still being typed: its letters are enough.
        if self.things.is_empty() && self.words.len() == 1 {
            return self.words.iter().any(|word| prompt.contains(word.as_str()));
        }
        let mut hits = self.words.iter().filter(|word| prompt.contains(word.as_str()));
        hits.any(|word| {
            if word.is_ascii() {
                return is_word(prompt, word);
            }
            // Chinese has no spaces: the 猫 in 熊猫 (panda) is no cat.
            self.things.is_empty() || {
                let named =
                    |kind: Kind| matches!(kind, Kind::Name(_, ids, _) if ids.iter().any(|id| self.things.contains(id)));
                lex(prompt).into_iter().any(|lexeme| named(lexeme.kind))
            }
        })
    }
}

/// Whether `word` or its plural is a whole word of `text`.
fn is_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + word.len()..];
        let after = after.strip_prefix("es").or_else(|| after.strip_prefix('s')).unwrap_or(after);
        let is_letter = |c: char| c.is_ascii_alphanumeric();
        !before.is_some_and(is_letter) && !after.chars().next().is_some_and(is_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_prompts_by_meaning_in_both_languages() {
        let finds = |query: &str, prompt: &str| Query::new(query).finds(prompt);
        assert!(finds("猫", "a cat under a yellow umbrella"));
        assert!(finds("cat", "一只猫骑着自行车"));
        assert!(finds("kitty", "two cats"));
        assert!(finds("黄色的伞", "a cat under a yellow umbrella"));
        assert!(finds("cat umbrella", "a cat under a yellow umbrella"), "in any order, with words between");
        assert!(finds("cat umbr", "a cat under a yellow umbrella"), "and while it is typed");
        assert!(!finds("狗", "a cat under a yellow umbrella"));
        assert!(!finds("红色的伞", "a cat under a yellow umbrella"));
        assert!(!finds("猫", "a catalogue"));
        assert!(!finds("cat", "一只熊猫"));
        assert!(finds("熊猫", "a panda"));
        assert!(!finds("zebrafoo", "anything") && !finds("", "anything"));
    }
}
