//! The grammar's words as one table that both languages' lexers look into.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::words::{
    CANNOT, COLOURS, DENIALS, FILLERS, GROUNDS, MEASURES, MOODS, NUMBERS, PRONOUNS, RELATIONS, SIZES, STYLES,
};
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
    /// What is named next is not to be there.
    Denial,
    /// "it": a thing that was named before.
    Pronoun,
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

/// Rows of English words, Chinese words, and what they mean.
type Table<T> = &'static [(&'static [&'static str], &'static [&'static str], T)];

/// Adds the words of both languages.
fn both<T: Copy>(table: Table<T>, role: fn(T) -> Role, add: &mut impl FnMut(&[&'static str], Role)) {
    for (en, zh, what) in table {
        add(en, role(*what));
        add(zh, role(*what));
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
        both(GROUNDS, Role::Ground, &mut add);
        both(CANNOT, Role::Cannot, &mut add);
        both(COLOURS, Role::Colour, &mut add);
        both(NUMBERS, Role::Number, &mut add);
        both(SIZES, Role::Size, &mut add);
        both(RELATIONS, Role::Relation, &mut add);
        both(MOODS, Role::Mood, &mut add);
        for (en, zh) in STYLES {
            add(&[*en, *zh], Role::Style(en));
        }
        add(DENIALS.0, Role::Denial);
        add(DENIALS.1, Role::Denial);
        add(PRONOUNS.0, Role::Pronoun);
        add(PRONOUNS.1, Role::Pronoun);
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
