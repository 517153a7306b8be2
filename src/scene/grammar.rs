//! The grammar's words as one table that both languages' lexers look into.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::words::{CANNOT, COLOURS, FILLERS, GROUNDS, MEASURES, MOODS, NUMBERS, RELATIONS, SIZES, STYLES};
use super::{Cannot, Ground, Relation, Size};

/// What a word of the grammar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Colour(&'static str),
    Number(u8),
    Size(Size),
    Measure,
    Relation(Relation),
    Ground(Ground),
    Cannot(Cannot),
    Mood(&'static [&'static str]),
    Style(&'static str),
    Filler,
}

pub struct Grammar {
    roles: HashMap<&'static str, Role>,
    /// Of the longest entry: words in English, characters in Chinese.
    pub longest_en: usize,
    pub longest_zh: usize,
}

impl Grammar {
    pub fn role(&self, word: &str) -> Option<Role> {
        self.roles.get(word).copied()
    }
}

pub fn grammar() -> &'static Grammar {
    static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
    GRAMMAR.get_or_init(|| {
        let mut roles = HashMap::new();
        let mut add = |words: &[&'static str], role: Role| {
            for word in words {
                roles.entry(*word).or_insert(role);
            }
        };
        for (en, zh, ground) in GROUNDS {
            add(en, Role::Ground(*ground));
            add(zh, Role::Ground(*ground));
        }
        for (en, zh, what) in CANNOT {
            add(en, Role::Cannot(*what));
            add(zh, Role::Cannot(*what));
        }
        for (en, zh, colour) in COLOURS {
            add(en, Role::Colour(colour));
            add(zh, Role::Colour(colour));
        }
        for (en, zh, n) in NUMBERS {
            add(en, Role::Number(*n));
            add(zh, Role::Number(*n));
        }
        for (en, zh, size) in SIZES {
            add(en, Role::Size(*size));
            add(zh, Role::Size(*size));
        }
        for (en, zh, relation) in RELATIONS {
            add(en, Role::Relation(*relation));
            add(zh, Role::Relation(*relation));
        }
        for (en, zh, mood) in MOODS {
            add(en, Role::Mood(mood));
            add(zh, Role::Mood(mood));
        }
        for (en, zh) in STYLES {
            add(&[*en, *zh], Role::Style(en));
        }
        add(FILLERS.0, Role::Filler);
        add(FILLERS.1, Role::Filler);
        add(MEASURES, Role::Measure);
        let (mut longest_en, mut longest_zh) = (1, 1);
        for word in roles.keys() {
            if word.is_ascii() {
                longest_en = longest_en.max(word.split(' ').count());
            } else {
                longest_zh = longest_zh.max(word.chars().count());
            }
        }
        Grammar { roles, longest_en, longest_zh }
    })
}
