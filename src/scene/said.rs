//! What a prompt says of a thing, and the things that it named.

use std::ops::Range;

use super::things::{ThingId, things};
use super::words::COLOURS;
use super::{Item, Size};

/// What is said of a thing, before its noun or behind it.
#[derive(Clone, Default)]
pub struct Said {
    pub count: Option<u8>,
    pub size: Size,
    pub colour: Option<(&'static str, Range<usize>)>,
    pub moods: Vec<&'static [&'static str]>,
    /// Names before the head noun: "chocolate" of "chocolate cake".
    pub modifiers: Vec<(String, Range<usize>)>,
    /// "no", "without": the noun is not to be there.
    pub denied: bool,
    /// "the", 那只: it may have been named before.
    pub definite: bool,
    /// "another", 另一只: it was not.
    pub other: bool,
}

impl Said {
    /// Whether it says what the thing is like, more than how many there are.
    pub fn describes(&self) -> bool {
        self.colour.is_some() || self.size != Size::Usual || !self.moods.is_empty()
    }

    /// Whether the noun stands alone.
    pub fn is_bare(&self) -> bool {
        !self.describes() && self.count.is_none() && self.modifiers.is_empty() && !self.definite
    }

    /// Several phrases of one thing as one ("a big and red ball"), and the colours that it has no use for.
    pub fn merged(phrases: Vec<Self>) -> (Self, Vec<Range<usize>>) {
        let mut one = Self::default();
        let mut left = Vec::new();
        for said in phrases {
            one.count = one.count.or(said.count);
            if one.size == Size::Usual {
                one.size = said.size;
            }
            match (&one.colour, said.colour) {
                (None, colour) => one.colour = colour,
                (Some((first, _)), Some((colour, span))) if *first != colour => left.push(span),
                (Some(_), _) => {}
            }
            one.moods.extend(said.moods);
            one.modifiers.extend(said.modifiers);
            one.denied |= said.denied;
            one.definite |= said.definite;
            one.other |= said.other;
        }
        (one, left)
    }
}

/// A thing that the prompt names.
#[derive(Clone)]
pub struct Named {
    /// Its noun, as it was found.
    pub word: String,
    pub span: Range<usize>,
    /// What the noun may mean, likeliest first.
    pub senses: Vec<ThingId>,
    pub said: Said,
    /// The thing that a person chose for the noun.
    pub chosen: Option<ThingId>,
}

impl Named {
    pub fn item(&self) -> Item {
        let all = things();
        let said = &self.said;
        let colour = said.colour.as_ref().map(|(colour, _)| *colour);
        // "a heart, blue" is the "blue heart".
        let label = all.get(self.senses[0]).en;
        let is_colour = |word: &str| COLOURS.iter().any(|(.., colour)| *colour == word);
        let head = label.split_once(' ').filter(|(first, _)| is_colour(first)).map(|(_, head)| head);
        let own = |colour: &str| {
            let heads = [Some(self.word.as_str()), head].into_iter().flatten();
            heads.map(|head| format!("{colour} {head}")).find_map(|name| all.labelled(&name))
        };
        let mut senses = Vec::new();
        for id in colour.and_then(own).iter().chain(&self.senses) {
            if !senses.contains(id) {
                senses.push(*id);
            }
        }
        // Words before the noun choose among its senses; one whose label has the colour needs no turning of hues.
        let fits = |id: ThingId| {
            let t = all.get(id);
            let moods = said.moods.iter().filter(|m| m.iter().any(|word| t.is_also(word))).count();
            let modifiers = said.modifiers.iter().filter(|(m, _)| t.is_also(m)).count();
            2 * moods + 2 * modifiers + usize::from(colour.is_some_and(|c| t.label_has(c)))
        };
        senses.sort_by_key(|&id| std::cmp::Reverse(fits(id)));
        if let Some(id) = self.chosen {
            senses.retain(|sense| *sense != id);
            senses.insert(0, id);
        }
        let colour = colour.filter(|c| !all.get(senses[0]).label_has(c));
        let count = said.count.unwrap_or(1).clamp(1, 9);
        Item { span: self.span.clone(), senses, count, size: said.size, colour }
    }

    /// Whether the prompt gives it a colour: in words of their own, or in its name ("black cat").
    pub fn is_coloured(&self) -> bool {
        let mut words = self.word.split(' ').rev().skip(1);
        self.said.colour.is_some() || words.any(|word| COLOURS.iter().any(|(en, ..)| en.contains(&word)))
    }

    /// Whether it may have this colour.
    fn has_colour(&self, first: ThingId, colour: &str) -> bool {
        self.said.colour.as_ref().is_some_and(|(c, _)| *c == colour) || things().get(first).label_has(colour)
    }

    /// Whether `self`, which a negative prompt names, is this thing of the prompt.
    pub fn forbids(&self, other: &Self, first: ThingId) -> bool {
        let is_it = self.word == other.word || self.senses.contains(&first);
        is_it && self.said.colour.as_ref().is_none_or(|(colour, _)| other.has_colour(first, colour))
    }

    /// How well `new` may be this thing, named again: 0 is best.
    pub fn is_again(&self, new: &Self) -> Option<u8> {
        let item = self.item();
        let first = item.senses[0];
        let is_it = self.word == new.word || new.senses.contains(&first);
        let said = &new.said;
        let as_many = said.count.is_none_or(|count| count == item.count);
        let as_big = said.size == Size::Usual || said.size == item.size || item.size == Size::Usual;
        let colour = match &said.colour {
            Some((colour, _)) if self.has_colour(first, colour) => Some(0),
            // "a box" is "the blue box" where no other is.
            Some(_) => (!self.is_coloured()).then_some(1),
            None => Some(0),
        };
        colour.filter(|_| is_it && as_many && as_big)
    }
}
