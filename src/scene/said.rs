//! Attributes of things, and the things that a prompt named.

use std::ops::Range;

use super::beings::{FLYING, NATURAL, PAIRS, TWOS};
use super::layout::flies;
use super::things::{By, Thing, ThingId, things};
use super::words::COLOURS;
use super::{Item, Size};

/// What is said of a thing, before its noun or behind it.
#[derive(Clone, Default)]
pub struct Said {
    pub count: Option<u8>,
    pub size: Size,
    pub colour: Option<(&'static str, Range<usize>)>,
    /// Words that labels have for its mood, and where the prompt says so.
    pub moods: Vec<(&'static [&'static str], Range<usize>)>,
    pub doing: Vec<Doing>,
    /// What a person looks like, as labels have it, and where the prompt says so.
    pub looks: Vec<(&'static [&'static str], Range<usize>)>,
    /// "a pair of": of what is a pair by itself, one.
    pub pair: bool,
    /// The noun is a plural.
    pub plural: bool,
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

    /// Whether the noun is alone.
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
            one.doing.extend(said.doing);
            one.looks.extend(said.looks);
            one.pair |= said.pair;
            one.plural |= said.plural;
            one.modifiers.extend(said.modifiers);
            one.denied |= said.denied;
            one.definite |= said.definite;
            one.other |= said.other;
        }
        (one, left)
    }
}

/// What somebody does.
#[derive(Clone)]
pub struct Doing {
    /// As labels have it: "dancing".
    pub words: Vec<String>,
    /// Where the prompt says so.
    pub span: Range<usize>,
}

/// Of one kind of thing, as a scene has room for.
pub const MOST_OF_A_KIND: u8 = 12;

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
        let told: Vec<ThingId> = self.told().collect();
        for id in colour.and_then(own).iter().chain(&told).chain(&self.senses) {
            if !senses.contains(id) {
                senses.push(*id);
            }
        }
        // Words before the noun choose among its senses; one whose label has the colour needs no turning of hues.
        let fits = |id: ThingId| {
            let t = all.get(id);
            let moods = said.moods.iter().filter(|(m, _)| m.iter().any(|word| t.is_also(word))).count();
            let modifiers = said.modifiers.iter().filter(|(m, _)| t.is_also(m)).count();
            let looks = said.looks.iter().filter(|(look, _)| look.iter().all(|word| t.label_has(word))).count();
            let doing = self.doing().filter(|word| t.person && t.label_has(word)).count();
            2 * (moods + modifiers + looks + doing) + usize::from(colour.is_some_and(|c| t.label_has(c)))
        };
        senses.sort_by_key(|&id| std::cmp::Reverse(fits(id)));
        if let Some(id) = self.chosen {
            senses.retain(|sense| *sense != id);
            senses.insert(0, id);
        }
        let colour = colour.filter(|c| !all.get(senses[0]).label_has(c));
        let count = self.count(all.get(senses[0]).en);
        Item { span: self.span.clone(), senses, count, size: said.size, colour }
    }

    /// Whether its name begins with 小 and names the same thing without it.
    pub fn is_small_by_name(&self) -> bool {
        let all = things();
        let first = self.senses[0];
        let rest = self.word.strip_prefix('小').and_then(|rest| all.find(rest));
        self.said.size == Size::Usual
            && !all.get(first).person
            && rest.is_some_and(|(by, ids)| by == By::Name && ids[0] == first)
    }

    fn doing(&self) -> impl Iterator<Item = &str> {
        self.said.doing.iter().flat_map(|doing| doing.words.iter().map(String::as_str))
    }

    /// Where the prompt says what its picture does not show: an action or a mood.
    pub fn undone(&self) -> Vec<Range<usize>> {
        let item = self.item();
        let t = things().get(item.senses[0]);
        let is_seen = |words: &[String]| {
            let natural = NATURAL.iter().filter(|(doing, _)| words.iter().any(|word| doing.contains(&word.as_str())));
            let flies = FLYING.iter().any(|flying| words.iter().any(|word| word == flying)) && flies(&item);
            let mut who = natural.flat_map(|(_, who)| *who);
            flies || words.iter().any(|word| t.label_has(word)) || who.any(|who| t.label_has(who))
        };
        let actions = self.said.doing.iter().filter(|doing| !is_seen(&doing.words)).map(|doing| &doing.span);
        // Faces smile by themselves, and "happy new year" is no mood.
        let smiles = |mood: &[&str]| mood.contains(&"smile");
        let moods =
            self.said.moods.iter().filter(|(mood, _)| !mood.iter().any(|word| t.is_also(word)) && !smiles(mood));
        actions.chain(moods.map(|(_, span)| span)).cloned().collect()
    }

    /// How many there are, where this label is drawn.
    fn count(&self, label: &str) -> u8 {
        let said = &self.said;
        match said.count {
            Some(2) if said.pair && PAIRS.contains(&label) => 1,
            // "a group of cats"
            None | Some(1) if said.plural && PAIRS.contains(&label) => 1,
            None | Some(1) if said.plural && TWOS.contains(&label) => 2,
            None | Some(1) if said.plural => 3,
            count => count.unwrap_or(1).clamp(1, MOST_OF_A_KIND),
        }
    }

    /// Things whose labels have both the noun and what it does or looks like: "woman dancing" for a girl who dances.
    fn told(&self) -> impl Iterator<Item = ThingId> {
        let all = things();
        let is_told = !self.said.doing.is_empty() || !self.said.looks.is_empty();
        let heads = if is_told { self.heads() } else { Vec::new() };
        let doing = self.doing().map(|word| vec![word]);
        let looks = self.said.looks.iter().map(|(look, _)| look.to_vec());
        let has = move |words: &Vec<&str>| words.iter().all(|word| all.get(self.senses[0]).label_has(word));
        doing.chain(looks).filter(move |words| !has(words)).filter_map(move |words| {
            let is = |id: &ThingId, head: &str| {
                let t = all.get(*id);
                t.label_has(head) && words.iter().all(|word| t.label_has(word))
            };
            heads.iter().find_map(|head| (0..all.len() as ThingId).find(|id| is(id, head)))
        })
    }

    /// The words that labels have for it: of a girl "woman", of a child "person".
    fn heads(&self) -> Vec<&str> {
        // Of a mage or a pilot there is no other that dances.
        let plain = |t: &&Thing| t.person && t.en.split(": ").next().is_some_and(|head| !head.contains(' '));
        let people = |t: &'static Thing| t.en.split(": ").next().unwrap_or_default();
        let labels = self.senses.iter().map(|&id| things().get(id)).take_while(plain);
        let people = labels.map(people);
        let (mut women, mut men, mut any) = (false, false, false);
        for head in people {
            match head {
                "woman" | "girl" => women = true,
                "man" | "boy" => men = true,
                "person" => any = true,
                _ => {}
            }
        }
        match (women, men) {
            (true, false) => vec!["woman", "person"],
            (false, true) => vec!["man", "person"],
            (true, true) => vec!["person", "woman", "man"],
            (false, false) if any => vec!["person"],
            (false, false) => vec![self.word.as_str()],
        }
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
