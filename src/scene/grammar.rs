//! The grammar: the role of each word, in one table for both languages.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::beings::{ACTIONS, HAIR, LOOKS, PARTS};
use super::fillers::{FILLERS, JARGON, PRAISE, SUFFIXES};
use super::words::{
    BACKGROUNDS, CANNOT, COLOURS, COPULAS, DEFINITES, DENIALS, EACH, GROUNDS, MEASURES, MOODS, NUMBERS, OTHERS,
    PRONOUNS, REFLEXIVES, RELATIONS, SAYING, SHADES, SIZES, STYLES, WEARING,
};
use super::{Cannot, Ground, Relation, Size};

/// The role of a word in a prompt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Colour(&'static str),
    Number(u8),
    Size(Size),
    Measure,
    Relation(Relation),
    Ground(Ground),
    Cannot(Cannot),
    /// Comes before a text that is to be written in the picture.
    Saying,
    Mood(&'static [&'static str]),
    Style(&'static str),
    /// An action: the word that labels use for it, or an empty string.
    Action(&'static str),
    /// A person's looks: the words that labels use for them.
    Look(&'static [&'static str]),
    /// A part of a body.
    Part,
    /// A noun that adds nothing after another noun.
    Suffix,
    /// Excludes the thing that is named next.
    Denial,
    /// "it": a thing named before.
    Pronoun,
    /// "itself"
    Reflexive,
    /// "the": the next noun may be a thing named before.
    The,
    /// "each": what follows applies to each member of a group.
    Each,
    /// "another": the next noun is a new thing.
    Other,
    /// "is": what follows describes a thing named before.
    Is,
    /// The word "background" itself, without what it is.
    Background,
    Filler,
}

impl Role {
    /// Whether it gives a noun's count, size or colour.
    pub fn says_which(&self) -> bool {
        matches!(self, Self::Colour(_) | Self::Number(_) | Self::Measure | Self::Size(_))
    }
}

pub struct Grammar {
    roles: HashMap<Cow<'static, str>, Role>,
    /// Length of the longest entry: words in English, characters in Chinese.
    pub longest_en: usize,
    pub longest_zh: usize,
}

impl Grammar {
    /// Corrects an unknown word of five letters or more: the entries that differ from it by one letter or by two
    /// swapped letters, if all have the same role. Only words that change the picture are corrected to: colours, moods,
    /// actions, relations, and verbs in "ing".
    pub fn spelt_like(&self, word: &str) -> Option<(&str, Role)> {
        let is_near = |known: &&str| {
            // A changed letter often turns a short word into another word: "blank" is not "black".
            let is_other_letter = known.len() == word.len() && strsim::hamming(known, word) == Ok(1);
            known.len() >= 5
                && known.as_bytes()[0] == word.as_bytes()[0]
                && strsim::osa_distance(known, word) == 1
                && !(is_other_letter && (word.len() < 6 || word.ends_with("ing")))
        };
        let is_corrected = |known: &str, role: &Role| {
            matches!(role, Role::Colour(_) | Role::Mood(_) | Role::Action(_) | Role::Relation(_))
                || *role == Role::Filler && known.ends_with("ing")
        };
        let known = self.roles.iter().filter(|(known, role)| is_corrected(known, role));
        let known = known.map(|(known, role)| (known.as_ref(), *role));
        let mut found = known.filter(|(known, _)| word.len() >= 5 && is_near(known));
        found.next().filter(|(_, role)| found.all(|(_, other)| other == *role))
    }

    pub fn role(&self, word: &str) -> Option<Role> {
        self.roles.get(word).copied()
    }
}

/// Rows of English words, Chinese words, and their meaning.
type Table<T> = &'static [(&'static [&'static str], &'static [&'static str], T)];

/// Adds a table's words in both languages.
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
                roles.entry(Cow::Borrowed(*word)).or_insert(role);
            }
        };
        both(GROUNDS, Role::Ground, &mut add);
        both(CANNOT, Role::Cannot, &mut add);
        both(COLOURS, Role::Colour, &mut add);
        both(NUMBERS, Role::Number, &mut add);
        both(SIZES, Role::Size, &mut add);
        both(RELATIONS, Role::Relation, &mut add);
        both(MOODS, Role::Mood, &mut add);
        both(ACTIONS, Role::Action, &mut add);
        both(LOOKS, Role::Look, &mut add);
        for (en, zh) in STYLES {
            add(&[*en, *zh], Role::Style(en));
        }
        for ((en, zh), role) in [
            (SAYING, Role::Saying),
            (DENIALS, Role::Denial),
            (WEARING, Role::Relation(Relation::WornBy)),
            (PARTS, Role::Part),
            (HAIR, Role::Part),
            (SUFFIXES, Role::Suffix),
            (PRONOUNS, Role::Pronoun),
            (REFLEXIVES, Role::Reflexive),
            (DEFINITES, Role::The),
            (OTHERS, Role::Other),
            (EACH, Role::Each),
            (COPULAS, Role::Is),
            (BACKGROUNDS, Role::Background),
            (FILLERS, Role::Filler),
            (JARGON, Role::Filler),
        ] {
            add(en, role);
            add(zh, role);
        }
        add(PRAISE, Role::Filler);
        add(MEASURES, Role::Measure);
        // "light green" counts as green.
        for (en, zh, colour) in COLOURS {
            let english = SHADES.0.iter().flat_map(|shade| en.iter().map(move |word| format!("{shade} {word}")));
            let chinese = SHADES.1.iter().flat_map(|shade| zh.iter().map(move |word| format!("{shade}{word}")));
            for word in english.chain(chinese) {
                roles.entry(Cow::Owned(word)).or_insert(Role::Colour(colour));
            }
        }
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
